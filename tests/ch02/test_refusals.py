"""What a tracer refuses, in whose words, and what it says to do instead."""

import copy
import functools
import math
import operator
import pickle
import sys
import threading

import numpy as np
import pytest

from minijax import errors
from minijax.array import Array, as_array
from minijax.core import (
    Primitive,
    Trace,
    Tracer,
    current,
    eval_trace,
    set_current_trace,
)
from minijax.dtypes import ShapedArray
from minijax.errors import (
    ConcretizationTypeError,
    NonConcreteBooleanIndexError,
    TracerArrayConversionError,
    TracerBoolConversionError,
    TracerIntegerConversionError,
    UnexpectedTracerError,
)

add_p = Primitive("add")
add_p.def_impl(np.add)
add_p.def_abstract_eval(lambda x, y: x if x.shape else y)


class Shape(Tracer):
    __slots__ = ("aval",)

    def __init__(self, trace, aval):
        self.trace, self.aval = trace, aval


class ShapeTrace(Trace):
    name = "shapes"

    def process_primitive(self, primitive, args, params):
        avals = tuple(as_array(x).aval for x in args)
        return Shape(self, primitive.out_type(avals, params))


def trace(f, shape=(), dtype="float32"):
    with ShapeTrace(f) as t:
        return f(Shape(t, ShapedArray(shape, dtype)))


def words_of(error):
    """What a reader sees: the message, and that of its cause."""
    cause = f"\n{error.__cause__}" if error.__cause__ else ""
    return f"{error}{cause}"


def refuse(error, words, f, *args):
    with pytest.raises(error) as caught:
        trace(f, *args)
    for part in words:
        assert part in words_of(caught.value)
    assert current.trace is eval_trace
    return words_of(caught.value)


WHERE = ("while tracing the function", "for shapes", "test_refusals.py:")


@pytest.mark.parametrize("f", [
    bool, operator.not_, lambda x: 1 if x else 2, lambda x: x and 1,
    lambda x: [0 for _ in "a" if x], lambda x: any([x])])
def test_truth(f):
    refuse(TracerBoolConversionError, (
        "Attempted boolean conversion of traced array with shape float32[]",
        "minijax.numpy.where", "use &, | and ~"), f)


def test_the_function_the_trace_and_the_line_are_named():
    def relu(x):
        return x if x else 0.0
    refuse(TracerBoolConversionError, (*WHERE, "relu at "), relu)
    refuse(TracerBoolConversionError, ("relu at ",), functools.partial(relu))


@pytest.mark.parametrize("f", [
    range, lambda n: [1, 2][n], lambda n: "ab"[:n], lambda n: np.zeros((2, n)),
    hex, operator.index, lambda n: "a".center(n)])
def test_integers(f):
    refuse(TracerIntegerConversionError, (
        "__index__() method was called on traced array with shape int32[]",
        "x.shape[0]", "minijax.numpy.asarray(a)[i]", *WHERE), f, (), "int32")


@pytest.mark.parametrize("f", [np.zeros, np.ones, np.empty,
                               lambda n: np.ones(4).reshape(n)])
def test_a_traced_shape_is_named_in_numpys_own_words(f):
    """NumPy drops our TypeError for its own, which shows the repr."""
    refuse(TypeError, ("integer", "Shape<i32[]>"), f, (), "int32")


@pytest.mark.parametrize("name, f", [
    ("float", float), ("float", math.sin), ("float", math.sqrt),
    ("float", lambda x: math.fsum([x])), ("int", int), ("complex", complex)])
def test_python_numbers(name, f):
    refuse(ConcretizationTypeError, (
        "Abstract tracer value encountered where concrete value is expected",
        f"with the {name} function", f"x.astype({name})", *WHERE), f)


def test_math_has_a_twin():
    refuse(ConcretizationTypeError, ("minijax.numpy.sin",), math.sin)


@pytest.mark.parametrize("name, f", [
    ("item", lambda x: x.item()), ("tolist", lambda x: x.tolist()),
    ("format", lambda x: f"{x:.2f}")])
def test_ways_out(name, f):
    refuse(ConcretizationTypeError, (
        f"with the {name} function", "the array itself", "convert it outside",
        *WHERE), f)


@pytest.mark.parametrize("called, f", [
    ("sin", np.sin), ("exp", np.exp), ("maximum", lambda x: np.maximum(x, 1)),
    ("absolute", lambda x: np.abs(x, where=True)), ("isnan", np.isnan),
    ("dot", lambda x: np.dot(np.ones(3), x)), ("sum", np.sum),
    ("where", lambda x: np.where(x, 1, 2)), ("stack", lambda x: np.stack([x])),
    ("linalg.norm", np.linalg.norm), ("zeros_like", np.zeros_like),
    ("clip", lambda x: np.clip(x, 0, 1)), ("linspace", lambda x:
                                           np.linspace(0, x)),
    ("result_type", np.result_type), ("reshape", lambda x: np.reshape(x, 1))])
def test_numpy_functions(called, f):
    refuse(TracerArrayConversionError, (
        f"NumPy called numpy.{called} on traced array with shape float32[]",
        f"Use minijax.numpy.{called} instead", *WHERE), f)


@pytest.mark.parametrize("f", [
    np.asarray, np.array, lambda x: np.array([x, x]), np.float32,
    lambda x: np.full(3, x), lambda x: np.testing.assert_allclose(x, 1.0),
    lambda x: np.ones(3)[x], lambda x: np.array(x, dtype=object)])
def test_numpy_wants_an_array(f):
    refuse(TracerArrayConversionError, (
        "NumPy called the method __array__()", "minijax.numpy", "x.at[i].set",
        "minijax.numpy.asarray(a)[i]", *WHERE), f)


def fill(index, shape):
    def f(x):
        np.zeros(shape)[index] = x
    return f


@pytest.mark.parametrize("index, shape", [(0, 3), (slice(2), 3), (..., ())])
def test_filling_a_buffer(index, shape):
    """`buffer[0] = x` may be a ValueError of NumPy's, ours its cause."""
    refuse((TypeError, ValueError), ("x.at[i].set(v)", *WHERE),
           fill(index, shape))


def test_reductions_of_a_ufunc_and_foreign_ufuncs():
    refuse(TracerArrayConversionError, (
        "numpy.add.reduce", "function of minijax.numpy"), np.add.reduce)
    mine = np.frompyfunc(lambda x: x, 1, 1)
    said = refuse(TracerArrayConversionError, ("the ufunc",), mine)
    assert "numpy.<lambda>" not in said


def test_in_place_on_an_ndarray():
    def f(x):
        a = np.ones(3, np.float32)
        a += x
    refuse(TracerArrayConversionError, (
        "numpy.add", "Use a = minijax.numpy.add(a, x) instead"), f)


@pytest.mark.parametrize("f", [
    lambda x: np.ones(3, np.float32) + x, lambda x: np.float32(1) + x,
    lambda x: np.add(np.ones(3, np.float32), x),
    lambda x: x + np.ones(3, np.float32), lambda x: 1.0 + x])
def test_an_ndarray_plus_a_tracer_works(f, monkeypatch):
    for name, op in ("__add__", lambda x, y: add_p.bind(x, y)), \
            ("__radd__", lambda x, y: add_p.bind(y, x)):
        monkeypatch.setattr(Array, name, op, raising=False)
    out = trace(f, (3,))
    assert type(out) is Shape and out.shape == (3,)


def test_sequences_end():
    refuse(TypeError, ("0-d array", "x[()]"), len)
    refuse(TypeError, ("0-d array", "x[()]"), list)
    assert trace(len, (4, 2)) == 4


def test_assignment():
    def f(x):
        x[0] = 1
    refuse(TypeError, ("immutable", "x.at[idx].set(y)"), f, (3,))


def test_deletion():
    def f(x):
        del x[0]
    refuse(TypeError, ("immutable", "minijax.numpy.delete(x, index)"), f,
           (3,))


def test_only_a_twin_that_there_is_gets_named():
    words = refuse(TracerArrayConversionError, ("sliding_window_view",),
                   lambda x: np.lib.stride_tricks.sliding_window_view(x, 2),
                   (3,))
    there = "minijax.numpy" in sys.modules
    assert ("Use the function of minijax.numpy" in words) == there


def test_a_tracer_of_a_trace_that_is_over_says_so():
    kept = []
    trace(kept.append)
    with pytest.raises(ConcretizationTypeError, match="is over.*argument"):
        float(kept[0])


def test_hash_pickle_copy():
    refuse(TypeError, ("unhashable type: 'Shape'", "x.shape"), hash)
    refuse(ConcretizationTypeError, ("cannot be pickled", *WHERE),
           pickle.dumps)
    assert trace(lambda x: copy.copy(x) is x and copy.deepcopy([x])[0] is x)


def test_a_tracer_with_numbers_decides_but_does_not_convert():
    class Known(Shape):
        __slots__ = ()

        def to_concrete_value(self):
            return as_array(np.ones((), self.dtype))
    with ShapeTrace() as t:
        x = Known(t, ShapedArray((), "float32"))
        n = Known(t, ShapedArray((), "int32"))
        assert bool(x) and [*range(n)] == [0] and int(n) == 1
        for convert in float, complex, int:
            with pytest.raises(ConcretizationTypeError):
                convert(x)


def test_a_mask():
    with ShapeTrace() as t:
        error = NonConcreteBooleanIndexError(
            Shape(t, ShapedArray((3,), "bool")))
    assert isinstance(error, IndexError)
    for words in "boolean indices must be concrete", "bool[3]", \
            "minijax.numpy.where(mask, x, 0)":
        assert words in str(error)


# Tracers that got away

def leaked():
    kept = []

    def leaky(x):
        kept.append(add_p.bind(x, x))
        return x
    trace(leaky)
    return kept[0]


LEAK = ("unexpected tracer", "leaky", "for shapes", "wrapped in a Shape",
        "return it from the function", "has_aux=True",
        "minijax.checking_leaks()")


def test_a_leaked_tracer_is_refused_by_name():
    x = leaked()
    with pytest.raises(UnexpectedTracerError) as error:
        add_p.bind(x, 1.0)
    for words in LEAK:
        assert words in str(error.value)


def test_a_leaked_tracer_inside_another_trace():
    x = leaked()

    class Pass(Trace):
        def process_primitive(self, primitive, args, params):
            with set_current_trace(self.parent):
                return primitive.bind(*args, **params)
    with Pass(), pytest.raises(UnexpectedTracerError, match="leaky"):
        add_p.bind(x, 1.0)


def test_a_leaked_tracer_still_refuses_the_rest():
    x = leaked()
    for use in bool, float, np.sin, np.asarray, hash:
        with pytest.raises(TypeError):
            use(x)
    assert "Shape<f32[]>" in repr(x)


def test_a_rule_that_hands_down_its_own_tracer():
    class Careless(ShapeTrace):
        def process_primitive(self, primitive, args, params):
            with set_current_trace(self.parent):
                return primitive.bind(*args, **params)
    with Careless() as t, pytest.raises(UnexpectedTracerError) as error:
        add_p.bind(Shape(t, ShapedArray((), float)), 1.0)
    for words in "unexpected tracer", "is at work", \
            "must pass the values inside its tracers on to its parent":
        assert words in str(error.value)
    assert "the function None" not in str(error.value)


def test_a_tracer_in_another_thread():
    caught = []

    def other(x):
        try:
            add_p.bind(x, 1.0)
        except UnexpectedTracerError as error:
            caught.append(str(error))

    def f(x):
        thread = threading.Thread(target=other, args=(x,))
        thread.start()
        thread.join()
        return x
    trace(f)
    assert "must stay in the thread that made it" in caught[0]


# The classes

def test_kinds():
    assert issubclass(ConcretizationTypeError, TypeError)
    assert issubclass(TracerBoolConversionError, ConcretizationTypeError)
    for kind in TracerArrayConversionError, TracerIntegerConversionError, \
            UnexpectedTracerError:
        assert issubclass(kind, TypeError)
    assert issubclass(NonConcreteBooleanIndexError, IndexError)


def test_errors_travel_between_processes():
    with ShapeTrace() as t:
        x = Shape(t, ShapedArray((), float))
        for kind in (ConcretizationTypeError, TracerBoolConversionError,
                     TracerArrayConversionError, TracerIntegerConversionError,
                     NonConcreteBooleanIndexError, UnexpectedTracerError,
                     errors.MisroutedTracerError):
            error = kind(x)
            twin = pickle.loads(pickle.dumps(error))
            assert type(twin) is kind and str(twin) == str(error)
            assert str(copy.copy(error)) == str(error)
