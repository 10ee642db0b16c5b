"""The two rules of a custom_vjp function, flattened and checked.

FlatVJP.fwd : a -> (b, res)               to ([a], [moves]) -> ([b], [res], …)
FlatVJP.bwd : (*held, res, CT b) -> CT a  to ([res], [CT b]) -> [CT a]

TypeError, ValueError: a rule does not keep its promise; the message names it.
JAX twin: jax/_src/custom_derivatives.py.
"""

from dataclasses import dataclass
from functools import partial

from minijax import tree_util
from minijax.array import Array, as_array
from minijax.custom_rules import rule_name, same_output
from minijax.dtypes import float0
from minijax.forward import Zero, instantiate
from minijax.linearization import type_of


# [CustomVJPPrimal]
@dataclass(slots=True)
class CustomVJPPrimal:
    """An argument of a forward rule that asked for symbolic zeros."""

    value: Array
    perturbed: bool
# [/CustomVJPPrimal]


# [FlatVJP]
class FlatVJP:
    """Forward and backward rule on flat lists, Zero for zero."""

    def __init__(self, custom, fwd, held, tree, flat, avals):
        self.custom, self.whole_fwd, self.held = custom, fwd, list(held)
        self.tree, self.flat, self.avals = tree, flat, avals

    def named(self, rule):
        return f"rule {rule_name(rule)} for function {self.custom.__name__}"
    # [/FlatVJP]

    # [FlatVJP.fwd]
    def fwd(self, primals, moves):
        """The outputs, the residuals, and the function that needs them."""
        if self.custom.symbolic_zeros:
            primals = map(CustomVJPPrimal, primals, moves)
        pair = self.whole_fwd(*tree_util.tree_unflatten(self.tree, primals))
        rule = f"Custom VJP fwd {self.named(self.custom.fwd)}"
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(
                f"{rule} must produce a pair (list or tuple of length two) "
                "where the first element represents the primal output and the "
                "second element represents residuals (i.e. values stored from "
                "the forward pass for use on the backward pass), but instead "
                f"of a pair the fwd rule produced {pair!r:.80}. Write `return "
                "output, residuals`; for no residuals, None.")
        outs, tree = tree_util.tree_flatten(pair[0])
        outs = [as_array(x, rule, i) for i, x in enumerate(outs)]
        same_output(rule, self.flat, outs, tree)
        residuals, tree = tree_util.tree_flatten(pair[1])
        what = f"the residuals of {rule}"
        residuals = [as_array(x, what, i) for i, x in enumerate(residuals)]
        return outs, residuals, partial(self.bwd, tree)
    # [/FlatVJP.fwd]

    # [FlatVJP.bwd]
    def bwd(self, tree, residuals, cts):
        """The cotangents of the arguments, a Zero for a None."""
        if not self.custom.symbolic_zeros:
            cts = [instantiate(ct) for ct in cts]
        back = self.custom.bwd(
            *self.held, tree_util.tree_unflatten(tree, residuals),
            tree_util.tree_unflatten(self.flat.out_tree, cts))
        if isinstance(back, list):
            back = tuple(back)
        try:
            if not isinstance(back, tuple):
                raise ValueError("it is no tuple")
            given = tree_util.flatten_axes(
                "custom_vjp bwd", self.tree, back, tupled_args=True)
        except ValueError:
            raise self.wrong_tree(back) from None
        return list(map(self.cotangent, range(len(given)), given, self.avals))
    # [/FlatVJP.bwd]

    # [FlatVJP.cotangent]
    def cotangent(self, i, ct, aval):
        """The cotangent of leaf i, which must be of the leaf's type."""
        want = aval.tangent()
        if ct is None or want.dtype == float0:
            return Zero(want)
        if type(ct) is not Zero:
            ct = as_array(ct, f"Custom VJP bwd {self.named(self.custom.bwd)}")
        if (ct.aval.shape, ct.aval.dtype) != (want.shape, want.dtype):
            raise self.wrong_type(i, ct.aval, aval)
        return ct
    # [/FlatVJP.cotangent]

    # [FlatVJP.wrong_tree]
    def wrong_tree(self, back):
        return TypeError(
            "Custom VJP bwd rule must produce an output with the same "
            "container (pytree) structure as the args tuple of the primal "
            "function, and in particular must produce a tuple of length equal "
            "to the number of arguments to the primal function, but got bwd "
            f"output structure {tree_util.tree_structure(back)} for primal "
            f"input structure {self.tree}, from {self.named(self.custom.bwd)}"
            ". For one argument write `return (ct,)`; None stands for a zero.")
    # [/FlatVJP.wrong_tree]

    # [FlatVJP.wrong_type]
    def wrong_type(self, i, got, aval):
        """Which leaf it is, is said by its path."""
        places = tree_util.tree_unflatten(self.tree, range(len(self.avals)))
        path, _ = tree_util.tree_leaves_with_path(places)[i]
        cause, remedy = (
            ("shapes", "A cotangent has the shape of its argument; where that "
             "was broadcast, sum over the copies.") if got.shape != aval.shape
            else ("dtypes", f"Cast it: .astype({aval.dtype.name!r})."))
        return ValueError(
            "Custom VJP bwd rule must produce an output with the same type as "
            "the args tuple of the primal function, but at output"
            f"{tree_util.keystr(path)} the bwd "
            f"{self.named(self.custom.bwd)} produced an output of type "
            f"{type_of(got)} corresponding to an input of type "
            f"{type_of(aval)}, so the {cause} do not match. {remedy}")
    # [/FlatVJP.wrong_type]
