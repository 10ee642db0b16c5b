"""Checks of chapter 2, and the primitives that its exercises work on."""
import numpy as np

from checks import exercise
from minijax.array import ArrayImpl, as_array
from minijax.core import Primitive, Trace, Tracer, current, eval_trace
from minijax.dtypes import ShapedArray
from minijax.errors import (
    ConcretizationTypeError,
    TracerArrayConversionError,
    UnexpectedTracerError,
)


def elementwise_type(*avals):
    shapes = {a.shape for a in avals if a.shape}
    if len(shapes) > 1 or len({a.dtype for a in avals}) > 1:
        raise TypeError(
            f"these do not go together: {', '.join(map(str, avals))}")
    shape = max((a.shape for a in avals), key=len)
    return ShapedArray(shape, avals[0].dtype, all(a.weak_type for a in avals))


def operation(name, numpy_function):
    """A function of arrays that binds a new primitive."""
    p = Primitive(name)
    p.def_impl(numpy_function)
    p.def_abstract_eval(elementwise_type)
    return lambda *xs: p.bind(*xs)


add = operation("add", np.add)
sub = operation("sub", np.subtract)
mul = operation("mul", np.multiply)
div = operation("div", np.divide)
minimum = operation("minimum", np.minimum)
maximum = operation("maximum", np.maximum)
sin = operation("sin", np.sin)
log = operation("log", np.log)
power_p = Primitive("power")
power_p.def_impl(lambda x, exponent=2: x ** exponent)
power_p.def_abstract_eval(lambda x, exponent=2: x)


def f(x, y):
    return add(mul(x, y), x)


class Shape(Tracer):
    """A value of which only the type is known."""
    __slots__ = ("aval",)

    def __init__(self, trace, aval):
        self.trace, self.aval = trace, aval


class ShapeTrace(Trace):
    name = "eval_shape"

    def process_primitive(self, primitive, args, params):
        avals = tuple(as_array(x).aval for x in args)
        return Shape(self, primitive.out_type(avals, params))


def trace_exercise(number):
    """An exercise whose traces may ask themselves, or stay in charge."""
    def register(function):
        @exercise(number)
        def check(answer):
            try:
                function(answer)
            except RecursionError:
                raise AssertionError(
                    "the rule came back to itself: put the parent in charge "
                    "with `with set_current_trace(self.parent):` around what "
                    "it binds") from None
            finally:
                current.trace, eval_trace.parent = eval_trace, None
        return check
    return register


def under(trace, function, *args):
    """function(*args) with `trace` in charge, and the usual slips named."""
    with trace:
        out = function(*args)
    assert out is not None, (
        "the operation gave None: process_primitive must return the result")
    assert current.trace is eval_trace, "your trace is still in charge"
    return out


def number(x):
    assert isinstance(x, ArrayImpl), (
        f"expected an array with numbers, got {type(x).__name__}: a tracer "
        "must be taken apart before it is returned")
    return x.item()


def untyped(function, *args):
    """Does it work where the values have no numbers? The type, if so."""
    with ShapeTrace() as trace:
        shapes = [Shape(trace, a) for a in args]
        return function(*shapes)


FLOAT = ShapedArray((), "float32")


@trace_exercise("2.1")
def _(CountTrace):
    assert number(under(CountTrace(), add, 2.0, 3.0)) == 5.0, "2 + 3 is 5"
    trace = CountTrace()
    out = under(trace, f, 2.0, 3.0)
    assert number(out) == 8.0, (
        f"2 * 3 + 2 is 8, under your trace it is {number(out)}")
    assert dict(trace.counts) == {"mul": 1, "add": 1}, (
        "2 * 3 + 2 is one mul and one add; your counts are "
        f"{dict(trace.counts)}")
    cube = number(under(CountTrace(), lambda: power_p.bind(2.0, exponent=3)))
    assert cube == 8.0, (
        f"2 to the power 3 is 8, under your trace it is {cube}: the "
        "parameters of an operation belong to it, bind(*args, **params)")
    outer, inner = CountTrace(), CountTrace()
    under(outer, lambda: under_inner(inner))
    assert outer.counts, (
        "a CountTrace outside another had nothing to count: the inner one "
        "must let its parent do the operation, not NumPy")
    assert outer.counts == inner.counts, (
        f"the inner trace counted {dict(inner.counts)}, the outer one "
        f"{dict(outer.counts)} of the same operations")
    untyped(lambda x: under_inner(CountTrace(), x), FLOAT)


def under_inner(trace, x=2.0):
    with trace:
        return f(x, 3.0)


@trace_exercise("2.2")
def _(NanTrace):
    def under_nan(function, *args):
        return under(NanTrace(), function, *args)

    out = under_nan(lambda x: add(mul(x, x), x), 2.0)
    assert number(out) == 6.0, f"2 * 2 + 2 is 6, got {number(out)}"
    expect_blame(under_nan, "log", lambda: sin(log(sub(1.0, 2.0))))
    expect_blame(under_nan, "div", lambda: add(div(0.0, 0.0), 1.0))
    expect_blame(under_nan, "log", lambda: log(
        np.array([1, 2, -3], np.float32)))
    allow(under_nan, "an infinity is no NaN", lambda: log(0.0))
    allow(under_nan, "the NaN was in an operand: the operation only passed "
          "it on", lambda: sin(float("nan")))
    allow(under_nan, "that NaN was in an operand, among good elements",
          lambda: add(np.array([1, np.nan], np.float32), 1.0))
    allow(under_nan, "that NaN was in the second operand",
          lambda: add(1.0, float("nan")))
    allow(under_nan, "integers have no NaN", lambda: add(1, 2))
    inner = NanTrace()

    def nested(x):
        with inner:
            return f(x, 3.0)
    try:
        untyped(nested, FLOAT)
    except TypeError as error:
        raise AssertionError(
            "a value without numbers cannot be examined: let tracers through "
            f"({type(error).__name__})") from None


def expect_blame(under_nan, name, function):
    try:
        under_nan(function)
    except FloatingPointError as error:
        assert name in str(error), (
            f"the NaN was made by {name}; your message is {str(error)!r}")
    else:
        raise AssertionError(f"{name} made a NaN, and nothing was raised")


def allow(under_nan, why, function):
    try:
        under_nan(function)
    except FloatingPointError as error:
        raise AssertionError(
            f"raised {str(error)!r}, but {why}") from None


PROGRAMS = [
    (f, 2, "v0 = mul x0 x1\nv1 = add v0 x0\nreturn v1"),
    (lambda x, y: add(mul(x, y), 2.0), 2,
     "v0 = mul x0 x1\nv1 = add v0 2.0\nreturn v1"),
    (lambda x: x, 1, "return x0"),
    (lambda x: mul(sin(1.0), x), 1, "v0 = sin 1.0\nv1 = mul v0 x0\nreturn v1"),
    (lambda x: [sin(x), log(x)][1], 1, "v0 = sin x0\nv1 = log x0\nreturn v1"),
]


@trace_exercise("2.3")
def _(program):
    for function, inputs, expected in PROGRAMS:
        got = program(function, *[FLOAT] * inputs)
        assert isinstance(got, str), f"expected a string, got {got!r}"
        got = "\n".join(line.strip() for line in got.strip().splitlines())
        assert "Array(" not in got, (
            "a constant is written as its str, 2.0; you wrote "
            f"`{on_one_line(got)}`")
        assert got == expected, (
            f"expected `{on_one_line(expected)}`, got `{on_one_line(got)}`")
    huge = ShapedArray((10**6, 10**6), "float32")
    program(f, huge, huge)  # nothing may be computed
    assert current.trace is eval_trace, "your trace is still in charge"


def on_one_line(program):
    return program.replace("\n", "; ")


@trace_exercise("2.4")
def _(marked):
    assert number(marked(f, 2.0, 3.0)) == 8.0, "2 * 3 + 2 is 8"
    assert "mul" in complaint(marked, lambda x: mul(x, x)), (
        "a leaked product should say `made by mul`; the message was: "
        + complaint(marked, lambda x: mul(x, x)))
    assert "made by" in complaint(marked, lambda x: mul(x, x)), (
        "say it with the words `made by`")
    assert "made by argument" in complaint(marked, lambda x: x), (
        "a leaked argument should say `made by argument`; the message was: "
        + complaint(marked, lambda x: x))
    assert "for mark" in complaint(marked, lambda x: x), (
        "the function and its line are gone from the message: add to what "
        "super().origin() says")


def complaint(marked, function):
    """What is said when somebody uses a tracer that got away."""
    kept = []

    def leaky(x):
        kept.append(function(x))
        return x
    marked(leaky, 2.0)
    try:
        sin(kept[0])
    except UnexpectedTracerError as error:
        return str(error)
    raise AssertionError("a tracer was used after its trace, and nobody "
                         "noticed: does process_primitive return a Marked?")


GUARANTEES = [
    ("x + y", add, [(1, 2), (-1, 3)], (0, 5)),
    ("x - y", sub, [(1, 2), (-1, 3)], (-2, 3)),
    ("x * y", mul, [(1, 2), (-1, 3)], (-2, 6)),
    ("x * y", mul, [(-2, 1), (-3, 4)], (-8, 6)),
    ("x * y", mul, [(-3, -2), (-5, -4)], (8, 15)),
    ("maximum(x, y)", maximum, [(1, 5), (2, 3)], (2, 5)),
    ("minimum(x, y)", minimum, [(1, 5), (2, 3)], (1, 3)),
    ("x * y + x", f, [(1, 2), (-1, 3)], (-1, 8)),
    ("x * 3 - 1", lambda x: sub(mul(x, 3.0), 1.0), [(1, 2)], (2, 5)),
]
SLIPS = {
    ("x - y", (2, -1)): "you subtracted low from low and high from high; x - "
                        "y is largest where y is smallest",
    ("x * y", (-1, 6)): "low times low need not be the lowest: look at all "
                        "four corners",
}


@trace_exercise("2.5")
def _(interval):
    for text, function, pairs, expected in GUARANTEES:
        given = [tuple(map(float, pair)) for pair in pairs]
        out = interval(function, *given)
        got = tuple(number(as_array(end)) for end in out)
        slip = SLIPS.get((text, got), f"you say {got}")
        assert got == expected, f"{text} on {pairs} lies in {expected}: {slip}"
    refuses_sin(interval)
    needs_no_numbers(interval)
    nested(interval)


def needs_no_numbers(interval):
    try:
        untyped(lambda a, b: interval(f, (a, b), (-1.0, 3.0)), FLOAT, FLOAT)
    except (ConcretizationTypeError, TracerArrayConversionError) as error:
        raise AssertionError(
            "a rule asked for numbers where only the types are known: use "
            "the primitives in the rules, not NumPy or Python "
            f"({type(error).__name__})") from None


def refuses_sin(interval):
    try:
        interval(sin, (0.0, 1.0))
    except NotImplementedError as error:
        assert "sin" in str(error), (
            "the error about a missing rule should name the primitive, sin")
    except Exception as error:
        raise AssertionError(
            "sin has no rule: expected a NotImplementedError that names it, "
            f"got {type(error).__name__}") from None
    else:
        raise AssertionError("sin has no rule, and nothing was raised")


def nested(interval):
    """Where is the top of x + [0, y], if x is in [1, 2] and y in [3, 4]?"""
    def top(x, y):
        return interval(lambda z: add(x, z), (0.0, y))[1]
    low, high = interval(top, (1.0, 2.0), (3.0, 4.0))
    got = number(as_array(low)), number(as_array(high))
    assert got == (4.0, 6.0), (
        f"an interval inside another gave {got}, expected (4, 6): is a tracer "
        "of the outer trace opened by the inner one? Ask `x.trace is self`")
