"""Wrong answers to the exercises of chapter 2, and what they are told."""

from collections import Counter

import numpy as np

from checks.ch02 import add, maximum, minimum, mul, sub
from minijax.array import as_array
from minijax.core import Trace, Tracer, eval_trace, set_current_trace


class Count(Trace):
    name = "count"

    def __init__(self, fun=None):
        super().__init__(fun)
        self.counts = Counter()


class AsksItself(Count):
    def process_primitive(self, primitive, args, params):
        self.counts[primitive.name] += 1
        return primitive.bind(*args, **params)


class ReturnsNothing(Count):
    def process_primitive(self, primitive, args, params):
        self.counts[primitive.name] += 1
        with set_current_trace(self.parent):
            primitive.bind(*args, **params)


class AlwaysNumpy(Count):
    def process_primitive(self, primitive, args, params):
        self.counts[primitive.name] += 1
        return eval_trace.process_primitive(primitive, args, params)


class CountsObjects(Count):
    def process_primitive(self, primitive, args, params):
        self.counts[primitive] += 1
        with set_current_trace(self.parent):
            return primitive.bind(*args, **params)


class BeginsItsParent(Count):
    def process_primitive(self, primitive, args, params):
        self.counts[primitive.name] += 1
        with self.parent:
            return primitive.bind(*args, **params)


class ForgetsParameters(Count):
    def process_primitive(self, primitive, args, params):
        self.counts[primitive.name] += 1
        with set_current_trace(self.parent):
            return primitive.bind(*args)


class Nan(Trace):
    def process_primitive(self, primitive, args, params):
        with set_current_trace(self.parent):
            out = primitive.bind(*args, **params)
        if self.guilty(args, out):
            raise FloatingPointError(self.message(primitive))
        return out

    def message(self, primitive):
        return f"{primitive} made a NaN"


class BlamesTheLast(Nan):
    def guilty(self, args, out):
        return np.isnan(np.asarray(out)).any()


class BlamesInfinity(Nan):
    def guilty(self, args, out):
        return not np.isfinite(np.asarray(out)).all()


class NamesNobody(Nan):
    def guilty(self, args, out):
        return (np.isnan(np.asarray(out)).any()
                and not any(np.isnan(np.asarray(x)).any() for x in args))

    def message(self, primitive):
        return "a NaN was made"


class ExaminesTracers(NamesNobody):
    message = Nan.message


class LooksAtTheFirst(Nan):
    def guilty(self, args, out):
        if isinstance(out, Tracer):
            return False
        return (np.isnan(np.asarray(out)).any()
                and not np.isnan(np.asarray(args[0])).any())


class Silent(Nan):
    def guilty(self, args, out):
        return False


class Named(Tracer):
    __slots__ = ("aval", "name")

    def __init__(self, trace, aval, name):
        self.trace, self.aval, self.name = trace, aval, name


class Text(Trace):
    first, constant = 0, staticmethod(lambda x: str(as_array(x)))

    def __init__(self, fun):
        super().__init__(fun)
        self.lines = []

    def written(self, x):
        return x.name if isinstance(x, Named) else self.constant(x)

    def process_primitive(self, primitive, args, params):
        out = f"v{self.first + len(self.lines)}"
        operands = " ".join(map(self.written, args))
        self.lines.append(f"{out} = {primitive} {operands}")
        avals = tuple(as_array(x).aval for x in args)
        return Named(self, primitive.out_type(avals, params), out)


class FromOne(Text):
    first = 1


class LongConstants(Text):
    constant = staticmethod(lambda x: repr(as_array(x)))


class SkipsConstants(Text):
    def process_primitive(self, primitive, args, params):
        if not any(isinstance(x, Named) for x in args):
            with set_current_trace(self.parent):
                return primitive.bind(*args, **params)
        return super().process_primitive(primitive, args, params)


def program(cls):
    def answer(f, *avals):
        with cls(f) as trace:
            inputs = (Named(trace, a, f"x{i}") for i, a in enumerate(avals))
            trace.lines.append(f"return {trace.written(f(*inputs))}")
        return "\n".join(trace.lines)
    return answer


class Marked(Tracer):
    __slots__ = ("value", "maker")
    aval = property(lambda self: self.value.aval)

    def __init__(self, trace, value, maker):
        self.trace, self.value, self.maker = trace, value, maker


class NoOrigin(Marked):
    __slots__ = ()


class ForgetsTheRest(Marked):
    __slots__ = ()

    def origin(self):
        return f"made by {self.maker}"


class Right(Marked):
    __slots__ = ()

    def origin(self):
        return f"made by {self.maker}. {super().origin()}"


class Mark(Trace):
    name = "mark"
    unwrapped = False

    def __init__(self, fun, kind):
        super().__init__(fun)
        self.kind = kind

    def lower(self, x):
        return x.value if isinstance(x, Marked) and x.trace is self else x

    def process_primitive(self, primitive, args, params):
        with set_current_trace(self.parent):
            out = primitive.bind(*map(self.lower, args), **params)
        return out if self.unwrapped else self.kind(self, out, primitive.name)


class Unwrapped(Mark):
    unwrapped = True


def marked(kind, cls=Mark):
    def answer(f, *xs):
        with cls(f, kind) as trace:
            inputs = (kind(trace, as_array(x), "argument") for x in xs)
            return trace.lower(f(*inputs))
    return answer


class Between(Tracer):
    __slots__ = ("pair",)
    aval = property(lambda self: self.pair[0].aval)

    def __init__(self, trace, pair):
        self.trace, self.pair = trace, pair


def ends(op):
    return lambda x, y: (op(x[0], y[0]), op(x[1], y[1]))


def product(x, y):
    corners = [mul(a, b) for a in x for b in y]
    low = high = corners[0]
    for corner in corners[1:]:
        low, high = minimum(low, corner), maximum(high, corner)
    return low, high


def numpy_product(x, y):
    corners = [np.asarray(a) * np.asarray(b) for a in x for b in y]
    return as_array(min(corners)), as_array(max(corners))


RULES = {"add": ends(add), "mul": product, "minimum": ends(minimum),
         "sub": lambda x, y: (sub(x[0], y[1]), sub(x[1], y[0])),
         "maximum": ends(maximum)}


class Intervals(Trace):
    def __init__(self, rules):
        self.rules = rules

    def split(self, x):
        mine = isinstance(x, Between) and x.trace is self
        return x.pair if mine else (as_array(x), as_array(x))

    def process_primitive(self, primitive, args, params):
        if primitive.name not in self.rules:
            raise NotImplementedError(f"no rule for {primitive}")
        with set_current_trace(self.parent):
            rule = self.rules[primitive.name]
            return Between(self, rule(*map(self.split, args)))


class OpensEverything(Intervals):
    def split(self, x):
        return (x.pair if isinstance(x, Between)
                else (as_array(x), as_array(x)))


class AsksItselfForEnds(Intervals):
    def process_primitive(self, primitive, args, params):
        rule = self.rules[primitive.name]
        return Between(self, rule(*map(self.split, args)))


class LooksUpBlindly(Intervals):
    def process_primitive(self, primitive, args, params):
        with set_current_trace(self.parent):
            rule = self.rules[primitive.name]
            return Between(self, rule(*map(self.split, args)))


def interval(cls=Intervals, **rules):
    def answer(f, *pairs):
        with cls(RULES | rules) as trace:
            inputs = (Between(trace, tuple(map(as_array, p))) for p in pairs)
            return trace.split(f(*inputs))
    return answer


MISTAKES = [
    ("2.1", AsksItself, "put the parent in charge"),
    ("2.1", ReturnsNothing, "must return the result"),
    ("2.1", AlwaysNumpy, "let its parent do the operation"),
    ("2.1", CountsObjects, "your counts are {mul: 1, add: 1}"),
    ("2.1", BeginsItsParent, "use `with set_current_trace(other):`"),
    ("2.1", ForgetsParameters, "2 to the power 3 is 8"),
    ("2.2", LooksAtTheFirst, "in the second operand"),
    ("2.2", BlamesTheLast, "only passed it on"),
    ("2.2", BlamesInfinity, "an infinity is no NaN"),
    ("2.2", NamesNobody, "the NaN was made by log"),
    ("2.2", ExaminesTracers, "let tracers through"),
    ("2.2", Silent, "nothing was raised"),
    ("2.3", program(FromOne), "v0 = mul x0 x1"),
    ("2.3", program(LongConstants), "a constant is written as its str"),
    ("2.3", program(SkipsConstants), "v0 = sin 1.0"),
    ("2.4", marked(NoOrigin), "should say `made by mul`"),
    ("2.4", marked(ForgetsTheRest), "super().origin()"),
    ("2.4", marked(Right, Unwrapped), "nobody noticed"),
    ("2.5", interval(sub=ends(sub)), "you subtracted low from low"),
    ("2.5", interval(mul=ends(mul)), "all four corners"),
    ("2.5", interval(mul=numpy_product), "use the primitives in the rules"),
    ("2.5", interval(OpensEverything), "Ask `x.trace is self`"),
    ("2.5", interval(AsksItselfForEnds), "the rule came back to itself"),
    ("2.5", interval(LooksUpBlindly), "expected a NotImplementedError"),
]
