"""Where axes go: transposes that vanish into products, sums over nothing.

layout : ClosedJaxpr -> ClosedJaxpr
"""

import math
from collections import Counter

from minijax import lax
from minijax.jaxpr import Var
from minijax.optimizer import optimization, rewrite
from minijax.optimizer_passes import same_type


@optimization
def layout(closed):
    """Move axes in the operation that makes them, not after it."""
    jaxpr, made = closed.jaxpr, {}
    uses = Counter(v for eqn in jaxpr.eqns for v in eqn.invars
                   if type(v) is Var)
    uses.update(v for v in jaxpr.outvars if type(v) is Var)

    def rule(eqn):
        find = moves.get(eqn.primitive)
        source = made.get(eqn.invars[0]) if find else None
        if find and (source is None or uses[eqn.invars[0]] == 1):
            eqn = find(eqn, source) or eqn
        if (eqn.primitive is lax.reshape_p and not eqn.params["dimensions"]
                and same_type(eqn.invars[0], eqn.outvars[0])):
            return [], eqn.invars
        if len(eqn.outvars) == 1:
            made[eqn.outvars[0]] = eqn
        return [eqn], eqn.outvars
    return rewrite(closed, rule)


# [swapped]
def swapped(eqn, source):
    """(x y)ᵀ = yᵀ xᵀ: the transpose of a product is the other product."""
    if source is None or source.primitive is not lax.dot_general_p:
        return None
    x, y = source.invars
    (x_sum, y_sum), (x_batch, y_batch) = source.params["dimension_numbers"]
    ndim, batch = eqn.outvars[0].aval.ndim, len(x_batch)
    rows = x.aval.ndim - len(x_sum)
    if eqn.params["permutation"] != (
            *range(batch), *range(rows, ndim), *range(batch, rows)):
        return None
    return eqn.replace(
        primitive=lax.dot_general_p, invars=[y, x], params={
            **source.params,
            "dimension_numbers": ((y_sum, x_sum), (y_batch, x_batch))})
# [/swapped]


# [moves]
def reshaped(eqn, source):
    """A reshaped reshape is one; dimensions would be a transpose."""
    if (source is None or source.primitive is not lax.reshape_p
            or source.params["dimensions"] or eqn.params["dimensions"]):
        return None
    return eqn.replace(invars=source.invars)


def summed(eqn, source):
    """A sum over one element is that element: a reshape."""
    x, = eqn.invars
    if math.prod(x.aval.shape[d] for d in eqn.params["axes"]) != 1:
        return None
    return reshaped(reshape := eqn.replace(primitive=lax.reshape_p, params={
        "new_sizes": eqn.outvars[0].aval.shape, "dimensions": None}),
        source) or reshape


moves = {lax.transpose_p: swapped, lax.reshape_p: reshaped,
         lax.reduce_sum_p: summed}
# [/moves]
