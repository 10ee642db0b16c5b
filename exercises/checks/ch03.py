"""The checks of chapter 3."""
import numpy as np

import minijax.numpy as jnp
from checks import exercise
from minijax import lax
from minijax.array import as_array
from minijax.core import Primitive, Trace, Tracer, set_current_trace
from minijax.dtypes import ShapedArray
from minijax.errors import (
    ConcretizationTypeError,
    TracerArrayConversionError,
)


class Atoms(Trace):
    """Counts what is bound while it is in charge."""

    name = "atoms"

    def process_primitive(self, primitive, args, params):
        with set_current_trace(self.parent):
            out = primitive.bind(*args, **params)
        self.seen.append(primitive.name)
        return out


def watched(function, *args):
    """The result, and the names of the atoms that it was made of."""
    trace = Atoms(function)
    trace.seen = []
    with trace:
        out = function(*args)
    return out, trace.seen


class Shape(Tracer):
    """A type in place of an array."""

    __slots__ = ("aval",)

    def __init__(self, trace, aval):
        self.trace, self.aval = trace, aval


class Shapes(Trace):
    """Asks each atom for its type, and for no numbers."""

    name = "shapes"

    def process_primitive(self, primitive, args, params):
        avals = tuple([as_array(x).aval for x in args])
        return Shape(self, primitive.out_type(avals, params))


def type_of(function, aval):
    """The type of the result for an operand of which only the type is known.
    """
    with Shapes(function) as trace:
        try:
            return as_array(function(Shape(trace, aval))).aval
        except (ConcretizationTypeError, TracerArrayConversionError):
            raise AssertionError(
                f"of a vector of which only the type, {aval}, is known, your "
                "code asks for numbers: choose by lax.select_n instead of "
                "if, and test by lax.is_finite") from None


def array(out, what="the result"):
    assert out is not None, "nothing was returned"
    assert hasattr(out, "aval"), (
        f"{what} should be a minijax array, got {type(out).__name__}: use "
        "the functions of lax throughout")
    return np.asarray(out)


@exercise("3.1")
def _(dtypes):
    answers = dtypes()
    assert isinstance(answers, list | tuple), (
        f"expected a list of six strings, got {answers!r}")
    sums = {
        "int8 + 1": np.ones(2, "int8") + as_array(1),
        "int8 + 1.5": np.ones(2, "int8") + as_array(1.5),
        "float16 + 1.5": np.ones(2, "float16") + as_array(1.5),
        "float16 + int32": np.ones(2, "float16") + jnp.ones(2, "int32"),
        "uint8 + int8": np.ones(2, "uint8") + jnp.ones(2, "int8"),
        "float64 + 1j": np.ones(2, "float64") + as_array(1j),
    }
    why = {
        "int8 + 1": "a bare 1 has no width of its own",
        "int8 + 1.5": "the class is raised to inexact, and the only operand "
                      "of that class has no width: the default one is taken",
        "float16 + 1.5": "a bare 1.5 has no width of its own",
        "float16 + int32": "the highest class wins with its own width; that "
                           "of the integer does not count (in NumPy it does)",
        "uint8 + int8": "within a class the result must hold both: 255 and "
                        "-128",
        "float64 + 1j": "complex numbers whose parts are as wide as float64",
    }
    assert len(answers) == 6, f"expected 6 answers, got {len(answers)}"
    for (name, out), answer in zip(sums.items(), answers, strict=True):
        assert str(answer) == out.dtype.name, (
            f"{name} is not {answer}: {why[name]}")


@exercise("3.2")
def _(logsumexp):
    x = np.array([0.5, -1.0, 2.0])
    out = logsumexp(as_array(x))
    got = array(out)
    assert got.shape == (), f"expected one number, got shape {got.shape}"
    assert not np.isclose(got, np.log(np.exp(x - 2).sum())), (
        "what was taken out of the sum has not been put back: add the "
        "maximum at the end")
    want = np.log(np.exp(x).sum())
    assert np.isclose(got, want), f"of {x} expected {want:.6f}, got {got:.6f}"
    big = array(logsumexp(as_array(np.array([1000.0, 1000.0]))))
    none = array(logsumexp(as_array(np.array([-np.inf, -np.inf]))))
    assert not (np.isinf(big) and np.isnan(none)), (
        "the maximum is taken out where it is not finite, and 0 where it is: "
        "the cases of select_n are exchanged, that for False comes first")
    assert not np.isinf(big), (
        "of [1000, 1000] it is infinite: exp(1000) overflows; take the "
        "maximum out of the sum first")
    assert np.isclose(big, 1000 + np.log(2)), (
        f"of [1000, 1000] expected 1000.693, got {big}")
    assert not np.isnan(none), (
        "of [-inf, -inf] it is NaN: -inf - (-inf) is; take out 0 where the "
        "maximum is not finite")
    assert none == -np.inf, f"of [-inf, -inf] expected -inf, got {none}"
    half = logsumexp(as_array(np.array([1, 2], np.float16)))
    assert half.dtype == np.float16, (
        f"of float16 it should be float16, got {half.dtype}")
    aval = type_of(logsumexp, ShapedArray((4,), np.float32))
    assert aval is ShapedArray((), np.float32), (
        f"of float32[4] it should be float32[], got {aval}")


@exercise("3.3")
def _(scores):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5, 4))
    out, seen = watched(scores, as_array(x), as_array(y))
    got = array(out)
    assert got.shape != (2, 3, 2, 5), (
        "the shape is (2, 3, 2, 5), every x[b] with every y: b is in both "
        "operands and in the result, so it is a batch axis")
    assert got.shape != (3, 5), (
        "the axis b was summed away; it is in the result, so it is a batch "
        "axis, not a contracting one")
    assert got.shape != (4, 3, 5), (
        "the shape is (4, 3, 5): the contracting axes come first in the "
        "dimension numbers, then the batch axes")
    assert got.shape != (2, 5, 3), (
        "the shape is (2, 5, 3): what is free on the left comes first, so x "
        "is the left operand")
    assert got.shape == (2, 3, 5), (
        f"expected the shape (2, 3, 5), got {got.shape}")
    assert np.allclose(got, np.einsum("bij,bkj->bik", x, y)), (
        "the shape is right, the numbers are not")
    assert seen == ["dot_general"], (
        f"one dot_general is enough, this bound {', '.join(seen)}")


@exercise("3.4")
def _(picked):
    logp = np.arange(12.0).reshape(4, 3)
    labels = np.array([2, 0, 1, 1])
    out, seen = watched(picked, as_array(logp), as_array(labels))
    got = array(out)
    assert got.shape != (4, 4) and got.shape != (4, 3), (
        f"the shape is {got.shape}: those are whole rows or columns; the "
        "windows have size (1, 1), and both axes are collapsed")
    assert got.shape not in [(4, 1, 1), (4, 1)], (
        f"the shape is {got.shape}: an axis of the windows of size 1 x 1 is "
        "still there: collapse both axes")
    assert got.shape == (4,), f"expected the shape (4,), got {got.shape}"
    square = np.arange(9.0).reshape(3, 3)
    there = array(picked(as_array(square), as_array(np.array([2, 0, 1]))))
    assert not np.array_equal(there, [6, 1, 5]), (
        "row and column are exchanged: the first number of a corner is the "
        "row i, the second the label")
    assert not np.array_equal(got, logp[0, labels]), (
        "all of row 0: a corner is a pair, and start_index_map says for both "
        "of its numbers which axis they count along")
    assert np.array_equal(got, [2, 3, 7, 10]), (
        f"expected [2, 3, 7, 10], got {got}")
    assert seen.count("gather") == 1, (
        f"one gather does it; this bound {', '.join(seen)}")


@exercise("3.5")
def _(make_sinc):
    p = make_sinc()
    assert isinstance(p, Primitive), (
        f"make_sinc should return a primitive, got {type(p).__name__}; unop "
        "gives a pair, of which the primitive is the second")
    assert p.name == "sinc", f"its name should be sinc, got {p.name}"
    x = np.array([[0.0, 1.0], [-2.0, 0.5]])
    got = array(p.bind(x))
    assert not np.isnan(got).any(), "at 0 it is NaN; it should be 1 there"
    assert not np.allclose(got, np.sinc(x)), (
        "that is NumPy's sinc, of pi times x")
    want = np.where(x == 0, 1, np.sin(x) / np.where(x == 0, 1, x))
    assert np.allclose(got, want), f"of {x.tolist()} got {got.tolist()}"
    for dtype in ["float16", "float32"]:
        out = p.bind(np.zeros((0, 2), dtype))
        assert out.dtype == dtype and out.shape == (0, 2), (
            f"of {dtype}[0,2] it gives {out.aval}")
        assert p.bind(np.ones((), dtype)).dtype == dtype, "a scalar changed"
    aval = ShapedArray((3,), np.float16)
    assert p.abstract_eval(aval) is aval, (
        f"of {aval} its type rule gives {p.abstract_eval(aval)}")
    refused = {"integers": np.int32, "complex numbers": np.complex64}
    for what, dtype in refused.items():
        try:
            p.bind(np.ones(2, dtype))
        except TypeError:
            continue
        raise AssertionError(f"{what} should be refused with a TypeError")
    _, seen = watched(lambda x: lax.mul(p.bind(x), x), as_array(x))
    assert seen == ["sinc", "mul"], f"a trace hears of {', '.join(seen)}"


@exercise("3.6")
def _(broadcast):
    shapes = [((3, 1), (4,)), ((2, 1, 5), (3, 1)), ((), (2, 2)),
              ((0,), (1,)), ((1, 3), (2, 3)), ((3,), (3,))]
    for a, b in shapes:
        x = np.arange(np.prod(a, dtype=int), dtype=np.float32).reshape(a)
        y = np.arange(np.prod(b, dtype=int), dtype=np.float32).reshape(b)
        try:
            outs, seen = watched(broadcast, as_array(x), as_array(y))
        except TypeError:
            assert 0 not in a, "sizes 0 and 1 go together, and make 0"
            raise
        assert outs is not None, "nothing was returned"
        wants = np.broadcast_arrays(x, y)
        for out, want in zip(outs, wants, strict=True):
            got = array(out)
            assert got.shape != () or want.shape == (), "a rank was lost"
            assert got.shape == want.shape, (
                f"shapes {a} and {b} make {want.shape}, got {got.shape}")
            assert np.array_equal(got, want), (
                f"for shapes {a} and {b} the shape is right, the numbers are "
                "not: an axis goes to the same axis counted from the end")
        assert set(seen) <= {"broadcast_in_dim"}, (
            f"this bound {', '.join(sorted(set(seen)))}")
    x, y = as_array(np.ones((2, 3))), as_array(np.ones((2, 4)))
    try:
        broadcast(x, y)
    except ValueError as error:
        assert "(2, 3)" in str(error) and "(2, 4)" in str(error), (
            f"the error should name both shapes; it says: {error}")
    except Exception as error:
        raise AssertionError(
            "shapes (2, 3) and (2, 4) should be a ValueError, got a "
            f"{type(error).__name__}") from None
    else:
        raise AssertionError("shapes (2, 3) and (2, 4) do not go together, "
                             "and that passed without an error")
