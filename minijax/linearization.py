"""Linearize: run what is known now, write down what waits for a tangent.

linearize : (a -> b) -> a -> (b, T a -o T b)

It is jvp under partial evaluation: a JVPTrace whose parent is a PartialTrace.
JAX twin: jax/_src/interpreters/partial_eval.py and `jax.linearize`.
"""

from typing import NamedTuple

import numpy as np

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import ArrayImpl, as_array
from minijax.core import fun_line
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
        for x in args:
            if self.owns(x):
                break
        else:
            return self.parent.process_primitive(primitive, args, params)
        rule = partial_rules.get(primitive)
        if rule:
            return rule(self, args, params)
        return self.record(primitive, args, params)
# [/PartialTrace]


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
    check_halves(trace, [*outs, *tree_util.tree_leaves(flat.aux)], outs_dot,
                 flat.fun)
    moves = tuple(map(trace.owns, outs_dot))
    jaxpr, consts = trace.jaxpr(
        [t for t in dots if trace.owns(t)],
        [t for t in outs_dot if trace.owns(t)])
    return outs, Linear(*needed(jaxpr, consts), Interface(
        tuple(t.aval for t in dots), tuple(t.aval for t in outs_dot), moves,
        flat.in_tree, flat.out_tree, flat.fun))


def check_halves(trace, values, tangents, fun):
    """No value waits for a tangent; a tangent that does not wait is zero."""
    if any(map(trace.owns, values)):
        raise ValueError(
            "Linearization failed to produce known values for all output "
            f"primals of {fun_line(fun)}: one of them depends on a tangent. "
            "Some jvp rule that was used computes its first result from its "
            "tangents; it may use only its primals there.")
    if any(type(t) is ArrayImpl and np.any(np.asarray(t)) for t in tangents):
        raise ValueError(
            f"the tangent of an output of {fun_line(fun)} is not linear: it "
            "is not zero, yet depends on no tangent that goes in. Some jvp "
            "rule that was used gives a slope; it must multiply it by t.")


def needed(jaxpr, consts):
    """Without the equations, and the residuals, that no tangent needs."""
    small, _ = dce_jaxpr(jaxpr, [True] * len(jaxpr.outvars), instantiate=True)
    kept = set(small.constvars)
    return small, [x for v, x in zip(jaxpr.constvars, consts) if v in kept]


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


# [Pushforward]
@tree_util.register_pytree_node_class
class Pushforward:
    """The derivative at a point, as a function; its residuals are leaves."""

    def __init__(self, linear):
        self.linear = linear

    jaxpr = property(lambda self: self.linear.jaxpr)
    consts = property(lambda self: self.linear.consts)

    def tree_flatten(self):
        return self.consts, (self.jaxpr, self.linear.interface)

    @classmethod
    def tree_unflatten(cls, static, consts):
        jaxpr, interface = static
        return cls(Linear(jaxpr, list(consts), interface))
    # [/Pushforward]

    def __call__(self, *tangents):
        i = self.linear.interface
        leaves, tree = tree_util.tree_flatten(tangents)
        if tree != i.in_tree:
            raise TypeError(
                "linearized function called with arguments of another tree: "
                f"expected {i.in_tree}, got {tree}. It takes one tangent for "
                "each argument that was linearized.\n"
                + tree_util.explain_difference(i.in_tree, tree))
        outs = self.linear([check_tangent(t, aval, tangents, n)
                            for n, (t, aval) in enumerate(
                                zip(leaves, i.in_avals))])
        return tree_util.tree_unflatten(i.out_tree, outs)


def check_tangent(t, aval, tangents, n):
    """A tangent of the type that is wanted, or an error that names both."""
    if getattr(t, "dtype", None) != float0:
        t = as_array(t, "linearized function", n)
    if (t.shape, t.dtype) == (aval.shape, aval.dtype):
        return t
    path, _ = tree_util.tree_leaves_with_path(tangents)[n]
    raise ValueError(
        "linearized function called on tangent values inconsistent with the "
        f"original primal values: got tangent aval {type_of(t)} but expected "
        f"{type_of(aval)} at tangents{tree_util.keystr(path)}. "
        + remedy(t, aval))


def remedy(t, aval):
    if aval.dtype == float0:
        return ("Its primal is an integer or a bool, which cannot move: the "
                f"tangent is numpy.zeros({aval.shape}, minijax.float0).")
    if t.shape != aval.shape:
        return "A tangent has the shape of its primal."
    return f"Cast it: minijax.numpy.asarray(t, {aval.dtype.name!r})."


def type_of(x):
    """Shape and dtype, for messages; float0 has no name in NumPy."""
    name = "float0" if x.dtype == float0 else x.dtype.name
    return f"{name}[{','.join(map(str, x.shape))}]"
