"""The two rules of a custom_vjp function, flattened and checked.

FlatVJP.fwd : a -> (b, res)                to  ([a], [moves]) -> ([b], [res])
FlatVJP.bwd : (*held, res, CT b) -> CT a   to  ([res], [CT b]) -> [CT a]

TypeError, ValueError: a rule does not keep its promise; the message names it.
JAX twin: jax/_src/custom_derivatives.py.
"""

from dataclasses import dataclass

from minijax import tree_util
from minijax.array import Array, as_array
from minijax.custom_rules import rule_name, same_output
from minijax.dtypes import float0
from minijax.forward import Zero
from minijax.linearization import type_of


@dataclass(slots=True)
class CustomVJPPrimal:
    """An argument of a forward rule that asked for symbolic zeros."""

    value: Array
    perturbed: bool


class FlatVJP:
    """Forward and backward rule on flat lists, Zero for zero."""

    def __init__(self, custom, fwd, held, tree, flat, avals):
        self.custom, self.whole_fwd, self.held = custom, fwd, list(held)
        self.tree, self.flat, self.avals = tree, flat, avals

    # [FlatVJP.fwd]
    def fwd(self, primals, moves):
        """The outputs and the residuals, as leaves."""
        if self.custom.symbolic_zeros:
            primals = map(CustomVJPPrimal, primals, moves)
        pair = self.whole_fwd(*tree_util.tree_unflatten(self.tree, primals))
        rule = (f"Custom VJP fwd rule {rule_name(self.custom.fwd)} for "
                f"function {self.custom.__name__}")
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(
                f"{rule} must produce a pair (list or tuple of length two) "
                "where the first element represents the primal output and the "
                "second element represents residuals (i.e. values stored from "
                "the forward pass for use on the backward pass), but instead "
                f"of a pair the fwd rule produced {pair!r:.80}.")
        outs, tree = tree_util.tree_flatten(pair[0])
        outs = [as_array(x, rule, i) for i, x in enumerate(outs)]
        same_output(rule, self.flat, outs, tree)
        residuals, self.res_tree = tree_util.tree_flatten(pair[1])
        return outs, [as_array(x, rule, i) for i, x in enumerate(residuals)]
    # [/FlatVJP.fwd]

    # [FlatVJP.bwd]
    def bwd(self, residuals, cts):
        """The cotangents of the arguments, a Zero for a None."""
        unflatten = tree_util.tree_unflatten
        back = self.custom.bwd(*self.held,
                               unflatten(self.res_tree, residuals),
                               unflatten(self.flat.out_tree, cts))
        if isinstance(back, list):
            back = tuple(back)
        if not isinstance(back, tuple):
            raise self.wrong_tree(back)
        try:
            given = tree_util.flatten_axes(
                "custom_vjp bwd", self.tree, back, tupled_args=True)
        except ValueError:
            raise self.wrong_tree(back) from None
        return [self.cotangent(*pair) for pair in zip(given, self.avals)]
    # [/FlatVJP.bwd]

    # [FlatVJP.checks]
    def wrong_tree(self, back):
        return TypeError(
            "Custom VJP bwd rule must produce an output with the same "
            "container (pytree) structure as the args tuple of the primal "
            "function, and in particular must produce a tuple of length equal "
            "to the number of arguments to the primal function, but got bwd "
            f"output structure {tree_util.tree_structure(back)} for primal "
            f"input structure {self.tree}, from {rule_name(self.custom.bwd)} "
            f"for function {self.custom.__name__}. For one argument write "
            "`return (ct,)`; None stands for a zero.")

    def cotangent(self, ct, aval):
        """A cotangent of the type of its argument."""
        want = aval.tangent()
        if ct is None or want.dtype == float0:
            return Zero(want)
        ct = ct if type(ct) is Zero else as_array(ct, "custom_vjp")
        if (ct.aval.shape, ct.aval.dtype) != (want.shape, want.dtype):
            raise ValueError(
                "Custom VJP bwd rule must produce an output with the same "
                "type as the args tuple of the primal function, but the bwd "
                f"rule {rule_name(self.custom.bwd)} for function "
                f"{self.custom.__name__} produced an output of type "
                f"{type_of(ct.aval)} corresponding to an input of type "
                f"{type_of(aval)}.")
        return ct
    # [/FlatVJP.checks]
