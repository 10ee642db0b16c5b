"""What a user's derivative rule returns, flattened and checked.

FlatJVP    : (*held, a, T a) -> (b, T b)   to   ([a], [T a]) -> ([b], [T b])
positional : (fun, args, kwargs) -> args

TypeError: a rule does not keep its promise; the message names it.
JAX twin: jax/_src/custom_derivatives.py.
"""

import functools
import inspect

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.core import Tracer
from minijax.dtypes import float0
from minijax.forward import Zero, instantiate
from minijax.jaxpr import typematch
from minijax.jaxpr_transforms import merge, select
from minijax.linearization import remedy, type_of
from minijax.stopping import stop_gradient


# [rule_name]
def rule_name(rule):
    """The name of a function, of what a partial calls, or of a class."""
    while isinstance(rule, functools.partial):
        rule = rule.func
    return getattr(rule, "__name__", type(rule).__name__)
# [/rule_name]


# [positional]
def positional(fun, args, kwargs, kind):
    """The arguments of a call by position, defaults filled in."""
    known = opaque if isinstance(fun, functools.partial) else fun
    try:
        bound = inspect.signature(known).bind(*args, **kwargs)
        bound.apply_defaults()
        by_name = [k for k in bound.kwargs if k in kwargs]
        if by_name:
            raise TypeError("The following keyword arguments could not be "
                            f"resolved to positions: {', '.join(by_name)}")
    except TypeError as e:
        raise TypeError(
            f"The input arguments to the {kind}-decorated function "
            f"{rule_name(fun)} could not be resolved to positional-only "
            f"arguments. Binding failed with the error:\n{e}\nA rule gets its "
            "arguments by position, so each must have one.") from None
    return bound.args


def opaque(*args, **kwargs):
    """The signature of a partial, whose own arguments are its business."""
# [/positional]


# [rule_of]
def rule_of(custom):
    name = getattr(custom.jvp, "made_of", rule_name(custom.jvp))
    return f"Custom JVP rule {name} for function {custom.__name__}"
# [/rule_of]


# [Held]
class Held:
    """Arguments that are not differentiated by; the rule gets them first.

    They may be anything. Tracers among them are operands all the same, so
    that they can be written down, but still ones.
    """

    def __init__(self, chosen):
        leaves, self.tree = tree_util.tree_flatten(chosen)
        self.mask = [isinstance(x, Tracer) for x in leaves]
        tracers, self.others = select(leaves, self.mask)
        self.operands = [stop_gradient(x) for x in tracers]

    def values(self, operands):
        """The arguments, by position, with these operands for tracers."""
        leaves = merge(self.mask, operands, self.others)
        return tree_util.tree_unflatten(self.tree, leaves)
# [/Held]


# [FlatJVP]
class FlatJVP:
    """The rule of a custom_jvp function on flat lists, Zero for zero."""

    def __init__(self, custom, held, tree, flat):
        self.custom, self.held = custom, held
        self.tree, self.flat = tree, flat

    def __call__(self, primals, tangents):
        if not self.custom.symbolic_zeros:
            tangents = [instantiate(t) for t in tangents]
        still, primals = tree_util.tree_unflatten(self.tree, primals)
        _, tangents = tree_util.tree_unflatten(self.tree, tangents)
        held = self.held.values(still).values()
        return self.check(self.ask(*held, primals, tangents))

    def __str__(self):
        return rule_of(self.custom)
    # [/FlatJVP]

    # [FlatJVP.ask]
    def ask(self, *args):
        """What the rule says; an error in it says how rules are called."""
        try:
            return self.custom.jvp(*args)
        except TypeError as error:
            error.add_note(f"This happened in the {self}. A rule is called "
                           "with two tuples, (primals, tangents), after the "
                           "arguments of nondiff_argnums.")
            raise
    # [/FlatJVP.ask]

    # [FlatJVP.check]
    def check(self, pair):
        """The leaves of both halves, which must fit each other and `fun`."""
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(
                f"{self} must produce a pair (list or tuple of length two) "
                "representing primal and tangent outputs, but got "
                f"{pair!s:.80}. Write `return value, tangent`.")
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

    # [FlatJVP.tangent]
    def tangent(self, x, t):
        """The tangent of an output, of its type."""
        want = x.aval.tangent()
        if getattr(t, "dtype", None) == float0:
            t = Zero(want)
        elif type(t) is not Zero:
            t = as_array(t, str(self))
        if (t.aval.shape, t.aval.dtype) != (want.shape, want.dtype):
            raise TypeError(
                "Custom JVP rule must produce primal and tangent outputs with "
                f"corresponding shapes and dtypes. Expected {type_of(want)} "
                f"(tangent type of {type_of(x.aval)}) but got "
                f"{type_of(t.aval)}. See the {self}. {remedy(t, want)}")
        return t
    # [/FlatJVP.tangent]


# [TypedFun]
class TypedFun(FlatFun):
    """A FlatFun that remembers the types of its output as well."""

    out_tree = None

    def __init__(self, fun, in_tree, name, of=""):
        super().__init__(fun, in_tree, name=name)
        self.called = f"{name}-decorated function {of}".rstrip()

    def __call__(self, *leaves):
        outs = super().__call__(*leaves)
        self.out_avals = [x.aval for x in outs]
        return outs


def same_output(rule, flat, outs, tree):
    """The first result of a rule is what the function gives, if that ran."""
    avals = [x.aval for x in outs]
    if flat.out_tree is None:
        flat.out_tree, flat.out_avals = tree, avals
    if tree != flat.out_tree:
        refuse_output(rule, flat, tree, avals, "of the same container/pytree "
                      "structure", "container/pytree structure")
    if not typematch(avals, flat.out_avals):
        refuse_output(rule, flat, tree, avals, "with leaves of the same "
                      "shape/dtype", "shapes/dtypes of")
# [/TypedFun]


# [refuse_output]
def refuse_output(rule, flat, tree, avals, same, what):
    kind = "JVP" if flat.name == "custom_jvp" else "fwd"
    raise TypeError(
        f"{rule} must produce a pair (list or tuple of length two) where the "
        "first element represents the primal output (equal in value to the "
        f"output of the {flat.called}, and in particular {same}), but instead "
        f"the {kind} rule output's first element had {what}:\n"
        f"    {typed(tree, avals)}\nwhile the {flat.called} had output "
        f"{what}:\n    {typed(flat.out_tree, flat.out_avals)}.")


def typed(tree, avals):
    """A tree with the type of each leaf in its place."""
    return str(tree_util.tree_unflatten(
        tree, [str(a) for a in avals])).replace("'", "")
# [/refuse_output]
