"""Tracing a function to a jaxpr: whatever it does is written down.

make_jaxpr : (a -> b) -> (a -> ClosedJaxpr)
eval_shape : (a -> b) -> (a -> types of b)

JAX twin: jax/_src/interpreters/partial_eval.py (DynamicJaxprTrace).
"""

from functools import wraps

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.config import config
from minijax.core import Trace, Tracer
from minijax.dtypes import ShapedArray
from minijax.errors import UnexpectedTracerError
from minijax.jaxpr import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var
from minijax.jaxpr_check import check_jaxpr

enable_checks = config.define("jax_enable_checks", False)


NO_PARAMS = {}  # of every equation that has none; nobody writes to it


# [JaxprTracer]
class JaxprTracer(Tracer):
    """A value that is not known: the variable that will hold it."""

    __slots__ = ("var", "aval")

    def __init__(self, trace, var):
        self.trace, self.var, self.aval = trace, var, var.aval
# [/JaxprTracer]


# [Recorder]
class Recorder(Trace):
    """A trace that writes equations down."""

    def __init__(self, fun=None):
        super().__init__(fun)
        self.eqns, self.consts, self.values = [], {}, []

    def new_input(self, aval):
        return JaxprTracer(self, Var(aval))

    def owns(self, x):
        return type(x) is JaxprTracer and x.trace is self
    # [/Recorder]

    # [Recorder.atom]
    def atom(self, x):
        """An operand as a variable, a literal, or a constant."""
        if self.owns(x):
            return x.var
        if isinstance(x, Tracer):
            if not x.trace.alive:
                raise UnexpectedTracerError(x)
        else:
            x = as_array(x)
            if not x.aval.shape:
                return Literal(x)
        if id(x) not in self.consts:
            self.consts[id(x)] = Var(x.aval)
            self.values.append(x)
        return self.consts[id(x)]
    # [/Recorder.atom]

    # [Recorder.record]
    def record(self, primitive, args, params):
        """Write an equation; its results are new variables."""
        ins, avals = [], []
        for x in args:
            atom = self.atom(x)
            ins.append(atom)
            avals.append(atom.aval)
        aval = primitive.out_type(tuple(avals), params)
        several = primitive.multiple_results
        outs = tuple(map(Var, aval)) if several else (Var(aval),)
        self.eqns.append(
            JaxprEqn(tuple(ins), outs, primitive, params or NO_PARAMS))
        if several:
            return [JaxprTracer(self, v) for v in outs]
        return JaxprTracer(self, outs[0])

    def jaxpr(self, inputs, outputs):
        """What was written, as a program from inputs to outputs."""
        outvars = [self.atom(x) for x in outputs]
        invars = [x.var for x in inputs]
        jaxpr = Jaxpr(self.consts.values(), invars, outvars, self.eqns)
        consts = self.values
        self.eqns = self.consts = self.values = None
        if enable_checks.value:
            check_jaxpr(jaxpr)
        return jaxpr, consts
    # [/Recorder.record]


class JaxprTrace(Recorder):
    """Everything is written down, whether it touches an input or not."""

    name = "make_jaxpr"

    def process_primitive(self, primitive, args, params):
        rule = staging_rules.get(primitive)
        if rule:
            return rule(self, args, params)
        return self.record(primitive, args, params)


# [trace_to_jaxpr]
staging_rules = {}  # Primitive -> rule, where recording takes more


def trace_to_jaxpr(flat, avals, fun, name="make_jaxpr"):
    """The jaxpr of a FlatFun at these types, and its constants."""
    with JaxprTrace(fun) as trace:
        trace.name = name
        jaxpr, consts = run(trace, flat, avals)  # its tracers end with it
    return ClosedJaxpr(jaxpr, consts)


def run(trace, flat, avals):
    inputs = [trace.new_input(aval) for aval in avals]
    return trace.jaxpr(inputs, flat(*inputs))
# [/trace_to_jaxpr]


# [ShapeDtypeStruct]
class ShapeDtypeStruct:
    """A shape and a dtype. JAX twin: `jax.ShapeDtypeStruct`."""

    __slots__ = ("aval",)

    def __init__(self, shape, dtype, *, weak_type=False):
        if not isinstance(shape, tuple | list):
            raise TypeError("ShapeDtypeStruct expects a tuple of integers for "
                            f"its shape, such as (3,) or (); got {shape!r}")
        self.aval = ShapedArray(shape, dtype, weak_type)

    shape = property(lambda self: self.aval.shape)
    dtype = property(lambda self: self.aval.dtype)
    weak_type = property(lambda self: self.aval.weak_type)
    ndim = property(lambda self: self.aval.ndim)
    size = property(lambda self: self.aval.size)
    # [/ShapeDtypeStruct]

    # [ShapeDtypeStruct.methods]
    def __repr__(self):
        weak = ", weak_type=True" if self.weak_type else ""
        return (f"ShapeDtypeStruct(shape={self.shape}, "
                f"dtype={self.dtype.name}{weak})")

    def __eq__(self, other):
        return isinstance(other, ShapeDtypeStruct) and self.aval is other.aval

    def __hash__(self):
        return hash((self.shape, self.dtype, self.weak_type))
    # [/ShapeDtypeStruct.methods]


def abstract(x, called="the traced function", position=0):
    """The type of an argument: of an array, a number, or a description."""
    if isinstance(x, ShapedArray):
        return x
    if isinstance(x, ShapeDtypeStruct):
        return x.aval
    return as_array(x, called, position).aval


def stage(fun, args, kwargs, static_argnums=(), name="make_jaxpr"):
    """The closed jaxpr of a call, and the tree of what `fun` returned."""
    static = {i: args[i] for i in positions(static_argnums, len(args))}

    def call(args, kwargs):
        return fun(*[static.get(i, x) for i, x in enumerate(args)], **kwargs)
    traced = [() if i in static else x for i, x in enumerate(args)]
    leaves, tree = tree_util.tree_flatten_with_path((traced, kwargs))
    flat = FlatFun(call, tree, name=name)
    avals = [abstract(x, name, tree_util.keystr(path[1:]))
             for path, x in leaves]
    return trace_to_jaxpr(flat, avals, fun, name), flat.out_tree


def positions(argnums, n):
    """Argument numbers as places among n arguments; -1 is the last."""
    nums = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for i in nums:
        if not isinstance(i, int) or i < -n:
            raise ValueError("static_argnums must be numbers of arguments, "
                             f"got {i!r} for a call with {n}")
    return [i % n for i in nums if i < n]


# [make_jaxpr]
def make_jaxpr(fun, static_argnums=(), return_shape=False):
    """A function that gives the jaxpr of `fun` instead of its value.

    Arguments may be ShapeDtypeStructs; those at static_argnums are passed
    to `fun` as they are. With return_shape, a pair of the jaxpr and the
    types of the result. TypeError: `fun` is no function, or an argument or
    output is not an array. JAX twin: `jax.make_jaxpr`.
    """
    check_callable(fun, "make_jaxpr")

    @wraps(fun)
    def jaxpr_of(*args, **kwargs):
        closed, tree = stage(fun, args, kwargs, static_argnums)
        return (closed, shapes(closed, tree)) if return_shape else closed
    return jaxpr_of


def eval_shape(fun, *args, **kwargs):
    """The types of fun(*args, **kwargs), without computing a number.

    JAX twin: `jax.eval_shape`.
    """
    check_callable(fun, "eval_shape")
    return shapes(*stage(fun, args, kwargs, name="eval_shape"))
# [/make_jaxpr]


# [shapes]
def shapes(closed, tree):
    """The types of the outputs, in the tree that the function returned."""
    return tree_util.tree_unflatten(tree, [
        ShapeDtypeStruct(a.shape, a.dtype, weak_type=a.weak_type)
        for a in closed.out_avals])


def check_callable(fun, name):
    if not callable(fun):
        raise TypeError(f"{name} expects a function; the first argument must "
                        f"be callable, got {fun!r:.60}")
# [/shapes]
