"""Linearize: run what is known now, write down what waits for a tangent.

linearize : (a -> b) -> a -> (b, T a -o T b)

It is jvp under partial evaluation: a JVPTrace whose parent is a PartialTrace.
JAX twin: jax/_src/interpreters/partial_eval.py and `jax.linearize`.
"""

from typing import NamedTuple

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.core import set_current_trace
from minijax.dtypes import float0
from minijax.forward import JVPTrace, Zero, instantiate
from minijax.jaxpr import dce_jaxpr, eval_jaxpr
from minijax.staging import Recorder

# [PartialTrace]
partial_rules = {}  # Primitive -> rule, for those that hold programs


class PartialTrace(Recorder):
    """What touches an unknown is written down; the rest is done now."""

    name = "linearize"

    def process_primitive(self, primitive, args, params):
        if any(map(self.owns, args)):
            rule = partial_rules.get(primitive)
            if rule:
                return rule(self, args, params)
            return self.record(primitive, args, params)
        with set_current_trace(self.parent):
            return primitive.bind(*args, **params)
# [/PartialTrace]


# [Linear]
class Interface(NamedTuple):
    """What a linear program takes and gives, as its user sees it."""

    in_avals: tuple
    out_avals: tuple
    moves: tuple  # is this output's tangent in the program, or always zero?
    in_tree: tree_util.PyTreeDef
    out_tree: tree_util.PyTreeDef
    fun: object  # what was linearized, for error messages


class Linear:
    """A linear program on tangents: a jaxpr and the residuals it needs."""

    def __init__(self, jaxpr, consts, interface):
        self.jaxpr, self.consts = jaxpr, consts
        self.interface = interface

    def __call__(self, tangents):
        """The program run on a flat list of tangents, with zeros filled in."""
        i = self.interface
        outs = iter(eval_jaxpr(self.jaxpr, self.consts, *[
            t for t, a in zip(tangents, i.in_avals) if a.dtype != float0]))
        return [next(outs) if moves else instantiate(Zero(aval))
                for moves, aval in zip(i.moves, i.out_avals)]


tree_util.register_pytree_node(
    Linear, lambda linear: (linear.consts, (linear.jaxpr, linear.interface)),
    lambda static, consts: Linear(static[0], list(consts), static[1]))
# [/Linear]


# [linearize_flat]
def linearize_flat(flat, primals):
    """A flat function's outputs, and the Linear program of its tangents."""
    with PartialTrace(flat.fun) as trace:
        trace.name = flat.name
        return trace_tangents(trace, flat, primals)


def trace_tangents(trace, flat, primals):
    """jvp, with the tangents unknown: whatever needs them is written down."""
    dots = [trace.new_input(x.aval) if x.aval.dtype.kind in "fc"
            else Zero(x.aval.tangent()) for x in primals]
    with JVPTrace(flat.fun) as jvp_trace:
        jvp_trace.name = flat.name
        outs, outs_dot = jvp_trace.run(flat, primals, dots)
    moves = tuple(type(t) is not Zero for t in outs_dot)
    jaxpr, consts = trace.jaxpr(
        [t for t in dots if type(t) is not Zero],
        [t for t in outs_dot if type(t) is not Zero])
    return outs, Linear(*needed(jaxpr, consts), Interface(
        tuple(t.aval for t in dots), tuple(t.aval for t in outs_dot), moves,
        flat.in_tree, flat.out_tree, flat.fun))


def needed(jaxpr, consts):
    """Without the equations, and the residuals, that no tangent needs."""
    small, _ = dce_jaxpr(jaxpr, [True] * len(jaxpr.outvars), instantiate=True)
    values = dict(zip(jaxpr.constvars, consts))
    return small, [values[v] for v in small.constvars]
# [/linearize_flat]


# [linearize]
def linearize(fun, *primals, has_aux=False):
    """fun(*primals), and its derivative there as a function of tangents.

    The derivative is a program: what does not depend on tangents has been
    computed. Its `jaxpr` can be printed. With has_aux, aux comes third.
    TypeError: an argument is no array. JAX twin: `jax.linearize`.
    """
    flat, leaves = flatten_call(fun, primals, has_aux, "linearize")
    outs, linear = linearize_flat(flat, leaves)
    out = tree_util.tree_unflatten(flat.out_tree, outs)
    f_jvp = Pushforward(linear)
    return (out, f_jvp, flat.aux) if has_aux else (out, f_jvp)


def flatten_call(fun, args, has_aux, name):
    """`fun` as a FlatFun, and the arrays of a call's arguments."""
    if not callable(fun):
        raise TypeError(f"Expected a callable value, got {fun!r:.60}: "
                        f"{name} takes a function first.")
    leaves, tree = tree_util.tree_flatten(tuple(args))
    return (FlatFun(fun, tree, has_aux, name),
            [as_array(x, name, i) for i, x in enumerate(leaves)])
# [/linearize]


# [Pushforward]
@tree_util.register_pytree_node_class
class Pushforward:
    """The derivative at a point, as a function; its residuals are leaves."""

    def __init__(self, linear):
        self.linear = linear

    jaxpr = property(lambda self: self.linear.jaxpr)
    consts = property(lambda self: self.linear.consts)

    def __call__(self, *tangents):
        i = self.linear.interface
        leaves, tree = tree_util.tree_flatten(tangents)
        if tree != i.in_tree:
            raise TypeError(
                "linearized function called with arguments of another tree: "
                f"expected {i.in_tree}, got {tree}. It takes one tangent for "
                "each argument that was linearized.")
        outs = self.linear([check_tangent(t, a)
                            for t, a in zip(leaves, i.in_avals)])
        return tree_util.tree_unflatten(i.out_tree, outs)

    def tree_flatten(self):
        return (self.linear,), None

    @classmethod
    def tree_unflatten(cls, _, children):
        return cls(*children)
# [/Pushforward]


def check_tangent(t, aval):
    """A tangent of the type that is wanted, or an error that names both."""
    if getattr(t, "dtype", None) != float0:
        t = as_array(t, "linearized function")
    if (t.shape, t.dtype) != (aval.shape, aval.dtype):
        raise ValueError(
            "linearized function called on tangent values inconsistent with "
            f"the original primal values: got tangent aval {type_of(t)} but "
            f"expected {type_of(aval)}, the type of the primal.")
    return t


def type_of(x):
    """Shape and dtype, for messages; float0 has no name in NumPy."""
    name = "float0" if x.dtype == float0 else x.dtype.name
    return f"{name}[{','.join(map(str, x.shape))}]"
