"""Where JAX has the same situation: the same error, the same key words, and
arrays that print alike."""

import pickle

import numpy as np
import pytest

jax = pytest.importorskip("jax")
jnp = jax.numpy

from minijax import enable_x64, errors  # noqa: E402
from minijax.array import as_array  # noqa: E402
from minijax.core import Primitive, Trace, Tracer  # noqa: E402
from minijax.dtypes import ShapedArray, canonical  # noqa: E402


class Shape(Tracer):
    __slots__ = ("aval",)

    def __init__(self, trace, aval):
        self.trace, self.aval = trace, aval


class ShapeTrace(Trace):
    name = "jit"

    def process_primitive(self, primitive, args, params):
        avals = tuple(as_array(x).aval for x in args)
        return Shape(self, primitive.out_type(avals, params))


def ours(f, aval):
    def run():
        with ShapeTrace(f) as trace:
            f(Shape(trace, aval))
    return caught(run)


def theirs(f, aval):
    return caught(lambda: jax.make_jaxpr(f)(
        jax.ShapeDtypeStruct(aval.shape, aval.dtype)))


def caught(run):
    with pytest.raises(Exception) as error:
        run()
    return error.value


F, N, V = (ShapedArray((), "float32"), ShapedArray((), "int32"),
           ShapedArray((3,), "float32"))


def fill(x):
    np.zeros(3)[:] = x


def assign(x):
    x[0] = 1


SAME = [
    (bool, F, "Attempted boolean conversion of traced array with shape "
     "float32[]"),
    (float, F, "The problem arose with the float function"),
    (float, F, "Abstract tracer value encountered where concrete value is "
     "expected: traced array with shape float32[]"),
    (int, F, "The problem arose with the int function"),
    (complex, F, "x.astype(complex)"),
    (lambda x: x.item(), F, "concrete value is expected"),
    (lambda x: x.tolist(), V, "concrete value is expected"),
    (range, N, "The __index__() method was called on traced array with shape "
     "int32[]"),
    (lambda n: [1, 2][n], N, "The __index__() method was called on"),
    (np.asarray, V, "__array__() "),
    (np.sin, V, "traced array with shape float32[3]"),
    (fill, V, "__array__() "),
    (lambda x: np.dot(x, x), V, "traced array with shape float32[3]"),
    (len, F, "len() of unsized object"),
    (iter, F, "iteration over a 0-d array"),
    (assign, V, "JAX arrays are immutable and do not support in-place item "
     "assignment"),
    (hash, F, "unhashable type"),
    (pickle.dumps, F, "concrete value is expected"),
]


@pytest.mark.parametrize("f, aval, words", SAME)
def test_the_error_of_a_tracer(f, aval, words):
    mine, yours = ours(f, aval), theirs(f, aval)
    assert type(mine).__name__ == type(yours).__name__
    assert words in str(mine)
    assert words in str(yours).replace("`", "")


@pytest.mark.parametrize("f, words", [
    (bool, "while tracing the function bool for jit"),
    (lambda x: bool(x), "while tracing the function <lambda> at ")])
def test_who_is_named(f, words):
    assert words in str(ours(f, F))
    if "lambda" in words:
        assert words in str(theirs(f, F))


def test_a_leaked_tracer():
    mine, yours = [], []
    with ShapeTrace() as trace:
        mine.append(Shape(trace, F))
    jax.make_jaxpr(yours.append)(1.0)
    p = Primitive("sin")
    for error in (caught(lambda: p.bind(mine[0])),
                  caught(lambda: jnp.sin(yours[0]))):
        assert type(error).__name__ == "UnexpectedTracerError"
        assert "Encountered an unexpected tracer. A function " in str(error)
        assert "had a side effect" in str(error)
        assert "checking_leaks" in str(error)


@pytest.mark.parametrize("name", [
    "ConcretizationTypeError", "TracerBoolConversionError",
    "TracerArrayConversionError", "TracerIntegerConversionError",
    "NonConcreteBooleanIndexError", "UnexpectedTracerError"])
def test_the_classes_have_the_same_bases(name):
    mine, yours = getattr(errors, name), getattr(jax.errors, name)
    for base in TypeError, IndexError, jax.errors.ConcretizationTypeError:
        twin = getattr(errors, base.__name__, base)
        assert issubclass(mine, twin) == issubclass(yours, base)


@pytest.mark.parametrize("use, words", [
    (lambda x: float(x), "Only scalar arrays can be converted"),
    (lambda x: x.item(), "can only convert an array of size 1 to a Python sc"),
    (lambda x: bool(x), "more than one element is ambiguous"),
    (lambda x: range(x), "nly integer scalar arrays can be converted to a"),
    (lambda x: hash(x), "unhashable type"),
    (lambda x: f"{x:.2f}", "unsupported format string"),
    (lambda x: assign(x), "JAX arrays are immutable")])
def test_the_error_of_an_array(use, words):
    x = np.ones(3, np.float32)
    mine, yours = (caught(lambda: use(as_array(x))),
                   caught(lambda: use(jnp.asarray(x))))
    assert type(mine) is type(yours)
    assert words in str(mine) and words in str(yours)


def test_masked_arrays_and_large_numbers():
    masked = np.ma.array([1.0], mask=[True])
    for f in as_array, jnp.asarray:
        assert "masked arrays are not supported" in str(
            caught(lambda f=f: f(masked)))
        error = caught(lambda f=f: f(2**40))
        assert isinstance(error, OverflowError)
        assert "too large to convert to int32" in str(error)


VALUES = [1.5, 3, True, 1j, 1e30, -0.0, float("nan"), float("inf"), 1e300]
rng = np.random.default_rng(0)
ARRAYS = [
    rng.normal(size=shape).astype(dtype)
    for shape in [(), (1,), (5,), (11,), (12,), (13,), (40,), (2, 3), (3, 30),
                  (0,), (2, 0, 3), (2, 2, 2), (2000,), (50, 50)]
    for dtype in ["float32", "int8", "bool", "complex64", "float16"]]


@pytest.mark.parametrize("x", VALUES + ARRAYS)
@pytest.mark.filterwarnings("ignore:overflow")
def test_arrays_print_alike(x):
    mine, yours = as_array(x), jnp.asarray(x)
    assert repr(mine) == repr(yours)
    assert str(mine) == str(yours)
    assert f"{mine}" == f"{yours}"
    if x is not VALUES[-1]:
        assert (mine.dtype, mine.weak_type) == (yours.dtype, yours.weak_type)


def test_print_options_are_obeyed():
    x = np.linspace(0, 1, 30, dtype="float32")
    for options in {"precision": 3}, {"linewidth": 40}, {"threshold": 5}:
        with np.printoptions(**options):
            assert repr(as_array(x)) == repr(jnp.asarray(x))


@pytest.mark.parametrize("wide", [False, True])
def test_default_dtypes(wide):
    with enable_x64(wide), jax.enable_x64(wide):
        for x in True, 3, 1.5, 1j:
            assert as_array(x).dtype == jnp.asarray(x).dtype
            assert canonical(type(x)) == jnp.zeros(0, type(x)).dtype


def test_types_print_alike():
    for shape, dtype, weak in [((2, 3), "float32", False), ((), "int8", False),
                               ((0,), "bool", False), ((), "float32", True)]:
        mine = ShapedArray(shape, dtype, weak)
        yours = jax.core.ShapedArray(shape, np.dtype(dtype), weak)
        assert repr(mine) == repr(yours)
        assert mine.str_short() == yours.str_short(short_dtypes=True)
