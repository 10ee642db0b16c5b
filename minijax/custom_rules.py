"""What a user's derivative rule returns, flattened and checked.

FlatJVP    : (*held, a, T a) -> (b, T b)   to   ([a], [T a]) -> ([b], [T b])
positional : (fun, args, kwargs) -> args

TypeError: a rule does not keep its promise; the message names it.
JAX twin: jax/_src/custom_derivatives.py.
"""

import functools
import inspect

from minijax import dtypes, tree_util
from minijax.api_util import FlatFun
from minijax.array import Array, as_array
from minijax.dtypes import float0
from minijax.forward import Zero, instantiate
from minijax.jaxpr import typematch
from minijax.linearization import type_of
from minijax.stopping import stop_gradient


def rule_name(rule):
    return getattr(rule, "__name__", type(rule).__name__)


# [positional]
def positional(fun, args, kwargs, kind):
    """The arguments of a call by position, defaults filled in."""
    if isinstance(fun, functools.partial):
        fun = opaque
    name = getattr(fun, "__name__", "")
    try:
        bound = inspect.signature(fun).bind(*args, **kwargs)
        bound.apply_defaults()
        by_name = [k for k in bound.kwargs if k in kwargs]
        if by_name:
            raise TypeError("The following keyword arguments could not be "
                            f"resolved to positions: {', '.join(by_name)}")
    except TypeError as e:
        raise TypeError(
            f"The input arguments to the {kind}-decorated function {name} "
            "could not be resolved to positional-only arguments. Binding "
            f"failed with the error:\n{e}\nA rule gets its arguments by "
            "position, so each must have one.") from None
    return bound.args


def opaque(*args, **kwargs):
    """The signature of a partial, whose own arguments are its business."""


def hold(x):
    """An argument that is not differentiated by; arrays are held still."""
    is_array = isinstance(x, Array) or type(x) in dtypes.KIND
    return stop_gradient(x) if is_array else x
# [/positional]


class FlatJVP:
    """The rule of a custom_jvp function on flat lists, Zero for zero."""

    def __init__(self, custom, held, tree, flat):
        self.custom, self.held = custom, list(held)
        self.tree, self.flat = tree, flat

    def __call__(self, primals, tangents):
        if not self.custom.symbolic_zeros:
            tangents = [instantiate(t) for t in tangents]
        pair = self.custom.jvp(*self.held,
                               tree_util.tree_unflatten(self.tree, primals),
                               tree_util.tree_unflatten(self.tree, tangents))
        return self.check(pair)

    # [FlatJVP.check]
    def check(self, pair):
        """The leaves of both halves, which must fit each other and `fun`."""
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(
                f"{self} must produce a pair (list or tuple of length two) "
                "representing primal and tangent outputs, but got "
                f"{pair!r:.80}. Write `return value, tangent`.")
        outs, tree = tree_util.tree_flatten(pair[0])
        dots, dots_tree = tree_util.tree_flatten(pair[1])
        if tree != dots_tree:
            raise TypeError(
                f"{self} must produce primal and tangent outputs with equal "
                f"container (pytree) structures, but got {tree} and "
                f"{dots_tree} respectively.\n"
                + tree_util.explain_difference(tree, dots_tree))
        outs = [as_array(x, str(self), i) for i, x in enumerate(outs)]
        same_output(self, self.flat, outs, tree)
        return outs, [self.tangent(x, t) for x, t in zip(outs, dots)]
    # [/FlatJVP.check]

    def tangent(self, x, t):
        """The tangent of an output, of its type."""
        if getattr(t, "dtype", None) == float0:
            t = Zero(x.aval.tangent())
        elif type(t) is not Zero:
            t = as_array(t, str(self))
        want = x.aval.tangent()
        if (t.aval.shape, t.aval.dtype) != (want.shape, want.dtype):
            raise TypeError(
                "Custom JVP rule must produce primal and tangent outputs with "
                f"corresponding shapes and dtypes. Expected {type_of(want)} "
                f"(tangent type of {type_of(x.aval)}) but got "
                f"{type_of(t.aval)}, from {self}.")
        return t

    def __str__(self):
        return (f"Custom JVP rule {rule_name(self.custom.jvp)} for function "
                f"{self.custom.__name__}")


class TypedFun(FlatFun):
    """A FlatFun that remembers the types of its output as well."""

    out_tree = None

    def __call__(self, *leaves):
        outs = super().__call__(*leaves)
        self.out_avals = [x.aval for x in outs]
        return outs


# [same_output]
def same_output(rule, flat, outs, tree):
    """The first result of a rule is what the function gives, if that ran."""
    avals = [x.aval for x in outs]
    if flat.out_tree is None:
        flat.out_tree, flat.out_avals = tree, avals
    if tree != flat.out_tree:
        what, where = "container/pytree structure", "of the same"
    elif not typematch(avals, flat.out_avals):
        what, where = "shapes/dtypes", "with leaves of the same"
    else:
        return
    raise TypeError(
        f"{rule} must produce a pair (list or tuple of length two) where the "
        "first element represents the primal output (equal in value to the "
        f"output of the decorated function, and in particular {where} {what})"
        f", but instead the rule output's first element had {what}:\n"
        f"    {typed(tree, avals)}\nwhile the decorated function had output "
        f"{what}:\n    {typed(flat.out_tree, flat.out_avals)}")


def typed(tree, avals):
    """A tree with the type of each leaf in its place."""
    return str(tree_util.tree_unflatten(
        tree, [str(a) for a in avals])).replace("'", "")
# [/same_output]
