"""The core: operations have names, and a trace decides what they mean.

Primitive.bind         : (*operand, **param) -> result
Trace.process_primitive: (Primitive, [operand], {param}) -> result
current.trace          : the trace in charge in this thread

Nothing here knows which primitives there are or what they compute.
JAX twin: jax/_src/core.py.
"""

import functools
import gc
import operator
import sys
import threading

import numpy as np

from minijax.array import Array, ArrayImpl, as_array, quiet
from minijax.config import checking_leaks
from minijax.errors import (
    ConcretizationTypeError,
    MisroutedTracerError,
    TracerArrayConversionError,
    TracerBoolConversionError,
    TracerIntegerConversionError,
    UnexpectedTracerError,
)


# [Primitive]
class Primitive:
    """An operation: a name, what it computes, and the type of its result."""

    multiple_results = False
    effectful = False  # true of one that does more than give its result
    holds_programs = False  # true of one with programs as parameters
    runs_python = False  # true of one whose impl takes arrays, not ndarrays

    def __init__(self, name):
        self.name = name
        self.types = {}

    def bind(self, *args, **params):
        """Apply to operands; the current trace decides what that means."""
        return current.trace.process_primitive(self, args, params)
    # [/Primitive]

    # [Primitive.define]
    def def_impl(self, impl):
        """`impl(*ndarrays, **params)` gives the ndarray: NumPy's meaning."""
        self.impl = impl
        return impl

    def def_abstract_eval(self, rule):
        """`rule(*avals, **params)` gives the ShapedArray, or a TypeError."""
        self.abstract_eval = rule
        return rule

    def __repr__(self):
        return self.name
    # [/Primitive.define]

    # [Primitive.missing]
    def impl(self, *args, **params):
        raise NotImplementedError(
            f"Evaluation rule for '{self.name}' not implemented: give it one "
            f"with {self.name}_p.def_impl(numpy_function)")

    def abstract_eval(self, *avals, **params):
        raise NotImplementedError(
            f"Abstract evaluation for '{self.name}' not implemented: give it "
            f"one with {self.name}_p.def_abstract_eval(rule)")
    # [/Primitive.missing]

    def out_type(self, avals, params):
        """The type of the result; remembered, for programs repeat it."""
        key = (avals, *params.items()) if params else avals
        try:
            out = self.types.get(key)
        except TypeError:
            raise TypeError(f"types and parameters of {self.name} must be "
                            f"hashable, got {avals} and parameters {params}: "
                            "use a tuple for a list") from None
        if out is None:
            out = self.abstract_eval(*avals, **params)
            if len(self.types) > 4096:
                self.types.clear()
            self.types[key] = out
        return out


# [Trace]
class Trace:
    """Who gives operations their meaning while a function runs.

    `with trace:` puts it in charge; its parent is in charge again after.
    """

    name = "trace"
    fun = made_at = parent = None
    alive = False

    def __init__(self, fun=None):
        self.fun = fun

    def __enter__(self):
        if self.alive:
            raise RuntimeError(
                f"this {self.name} trace is in charge already, and is entered "
                "once; to hand operations to another trace for a while, use "
                "`with set_current_trace(other):`")
        self.made_at, self.alive = user_line(), True
        self.parent, current.trace = current.trace, self
        return self

    def __exit__(self, exc_type, exc, traceback):
        current.trace, self.alive = self.parent, False
        if exc_type is not None:
            mark_line(exc, traceback)
        elif checking_leaks.value:
            refuse_leaks(self)
    # [/Trace]

    def process_primitive(self, primitive, args, params):
        raise NotImplementedError(
            f"{type(self).__name__} must say what operations mean under it: "
            "def process_primitive(self, primitive, args, params)")


class set_current_trace:
    """`with set_current_trace(trace):` rules run as `trace` says."""

    __slots__ = ("trace", "before")

    def __init__(self, trace):
        self.trace = trace

    def __enter__(self):
        self.before, current.trace = current.trace, self.trace

    def __exit__(self, *exc):
        current.trace = self.before


class EvalTrace(Trace):
    """The trace at the bottom: NumPy does it now."""

    name = "eval"

    def process_primitive(self, primitive, args, params):
        if primitive.runs_python:
            return primitive.impl(*args, **params)
        avals, call = [], [primitive.impl]
        for x in args:
            if type(x) is not ArrayImpl:
                x = concrete(x, primitive, len(avals))
            avals.append(x.aval)
            call.append(x._value)
        aval = primitive.out_type(tuple(avals), params)
        out = quiet.copy().run(*call, **params)
        if primitive.multiple_results:
            return [kept(primitive, *pair)
                    for pair in zip(out, aval, strict=True)]
        return kept(primitive, out, aval)


def concrete(x, primitive, position):
    """`x` as an ArrayImpl; no tracer may come down to here, alive or dead."""
    x = as_array(x, primitive.name, position)
    if isinstance(x, Tracer):
        raise (MisroutedTracerError if x.trace.alive
               else UnexpectedTracerError)(x)
    return x


def kept(primitive, value, aval):
    """The array, if it is of the type that the primitive promised."""
    if type(value) is not np.ndarray:
        value = np.asarray(value)
    if value.dtype != aval.dtype or value.shape != aval.shape:
        raise TypeError(
            f"{primitive.name}: its type rule promises {aval}, but its "
            f"implementation returned {value.dtype}{list(value.shape)}; make "
            f"def_impl and def_abstract_eval of {primitive.name}_p agree")
    return ArrayImpl(value, aval)


# [Current]
class Current(threading.local):
    """What each thread has of its own: the trace in charge."""

    def __init__(self):
        self.trace = eval_trace


eval_trace = EvalTrace()
eval_trace.alive = True  # always, so that nobody enters it
current = Current()
# [/Current]


# [Tracer]
class Tracer(Array):
    """A value that stands for what is not known, or is more than, numbers."""

    __slots__ = ("trace", "__weakref__")

    def describe(self):
        return f"traced array with shape {self.aval}"

    def origin(self):
        """Where the tracer came from, for error messages."""
        fun = self.trace.fun
        of = f" the function {fun_line(fun)}" if fun is not None else ""
        return (f"The error occurred while tracing{of} for {self.trace.name}, "
                f"called at {self.trace.made_at}."
                + OVER * (not self.trace.alive))

    def to_concrete_value(self):
        """The ArrayImpl behind the tracer where it has one, else None."""

    def __repr__(self):
        return f"{type(self).__name__}<{self.aval.str_short()}>"
    # [/Tracer]

    # [Tracer.numbers]
    def __bool__(self):
        known = self.to_concrete_value()
        if known is None:
            raise TracerBoolConversionError(self)
        return bool(known)

    def __index__(self):
        known = self.to_concrete_value()
        if known is None:
            raise TracerIntegerConversionError(self)
        return operator.index(known)

    def __int__(self):
        known = self.to_concrete_value()
        if known is None or self.dtype.kind not in "iub":
            raise ConcretizationTypeError(self, _conversion("int"))
        return int(known)
    # [/Tracer.numbers]

    # [Tracer.floats]
    def __float__(self):
        raise ConcretizationTypeError(self, _conversion("float"))

    def __complex__(self):
        raise ConcretizationTypeError(self, _conversion("complex"))

    def item(self):
        raise ConcretizationTypeError(self, _conversion("item"))

    def tolist(self):
        raise ConcretizationTypeError(self, _conversion("tolist"))

    def __format__(self, spec):
        if spec:
            raise ConcretizationTypeError(self, _conversion("format"))
        return repr(self)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        raise ConcretizationTypeError(self, "A tracer cannot be pickled.\n")
    # [/Tracer.floats]

    # [Tracer.numpy]
    def __array__(self, *args, **kwargs):
        raise TracerArrayConversionError(self)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        op = OPERATORS.get(ufunc)
        if op is None or method != "__call__" or kwargs:
            raise TracerArrayConversionError(
                self, *_ufunc_twin(ufunc, method, "out" in kwargs))
        return op(*[as_array(x, ufunc.__name__) for x in inputs])

    def __array_function__(self, function, types, args, kwargs):
        if function in ASKS_THE_TYPE:
            return ASKS_THE_TYPE[function](*args, **kwargs)
        raise TracerArrayConversionError(
            self, *_twin(function, function.__module__))
    # [/Tracer.numpy]


# [over]
OVER = (" That is over, and the value escaped from it: return it from the "
        "function instead, or hand it on as an argument.")
# [/over]


# [remedies]
def _conversion(name):
    """Why a number cannot be had, and what to do instead."""
    remedy = (f"x.astype({name})" if name in ("int", "float", "complex")
              else "the array itself")
    maths = "; for math.sin, minijax.numpy.sin" * (name == "float")
    return (f"The problem arose with the {name} function: a Python number "
            f"would lose what is being traced. Use {remedy}{maths}; or return "
            "the value and convert it outside; to fill an array, use "
            "x.at[i].set(v).\n")


def _twin(function, module):
    """The NumPy function that was called, and minijax's of that name."""
    called = f"{module}.{function.__name__}"
    twin = called.replace("numpy", "minijax.numpy", 1)
    return called, twin if _exists(twin) else None
# [/remedies]


# [twins]
def _exists(twin):
    """Is there such a function? Before chapter 3, say that there will be."""
    found = sys.modules.get("minijax.numpy")
    for name in twin.split(".")[2:]:
        found = getattr(found, name, None) if found else found
    return found is not None or "minijax.numpy" not in sys.modules


def _ufunc_twin(ufunc, method, writes):
    """The same for a ufunc, for np.add.reduce and for `a += tracer`."""
    if method != "__call__":
        return f"numpy.{ufunc.__name__}.{method}", None
    if getattr(np, ufunc.__name__, None) is not ufunc:
        return f"the ufunc {ufunc.__name__}", None
    called, twin = _twin(ufunc, "numpy")
    return called, f"a = {twin}(a, x)" if writes else twin
# [/twins]


# [OPERATORS]
OPERATORS = {getattr(np, name): getattr(operator, op) for name, op in {
    "add": "add", "subtract": "sub", "multiply": "mul",
    "divide": "truediv", "floor_divide": "floordiv", "remainder": "mod",
    "power": "pow", "matmul": "matmul", "negative": "neg", "positive": "pos",
    "absolute": "abs", "invert": "invert", "bitwise_and": "and_",
    "bitwise_or": "or_", "bitwise_xor": "xor", "left_shift": "lshift",
    "right_shift": "rshift", "less": "lt", "less_equal": "le",
    "greater": "gt", "greater_equal": "ge", "equal": "eq",
    "not_equal": "ne"}.items()}
# [/OPERATORS]

# [ASKS_THE_TYPE]
ASKS_THE_TYPE = {
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
    np.iscomplexobj: lambda x: x.dtype.kind == "c",
    np.isrealobj: lambda x: x.dtype.kind != "c",
}
# [/ASKS_THE_TYPE]


def refuse_leaks(trace):
    """Raise if somebody still holds a tracer of a trace that is over."""
    gc.collect()
    for x in gc.get_referrers(trace):
        if isinstance(x, Tracer):
            raise UnexpectedTracerError(x, f"Leaked tracer of {trace.name}.")


def user_line():
    """`file:line` of the innermost frame outside the package."""
    frame = sys._getframe(1)
    while frame.f_back and in_library(frame):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def in_library(frame):
    """Is this a frame of minijax, or of NumPy?"""
    module = frame.f_globals.get("__name__", "")
    return module.split(".")[0] in ("minijax", "numpy")


# [mark_line]
MARK = "The line that asked for it: "


def mark_line(error, traceback):
    """A note of the user's line at which an error of the library came up.

    There is none if the error is the user's own, or has such a note.
    """
    note = None
    while traceback:
        code = traceback.tb_frame.f_code
        if not in_library(traceback.tb_frame):
            note = (f"{MARK}{code.co_filename}:{traceback.tb_lineno}, in "
                    f"{code.co_name}.")
        elif traceback.tb_next is None and note and not any(
                n.startswith(MARK) for n in getattr(error, "__notes__", ())):
            error.add_note(note)
        traceback = traceback.tb_next
# [/mark_line]


def fun_line(fun):
    """`name at file:line` of a function, as far as it can be known."""
    while isinstance(fun, functools.partial):
        fun = fun.func
    fun = getattr(fun, "__wrapped__", fun)
    name = getattr(fun, "__name__", type(fun).__name__)
    code = getattr(fun, "__code__", None)
    if code is None:
        return name
    return f"{name} at {code.co_filename}:{code.co_firstlineno}"
