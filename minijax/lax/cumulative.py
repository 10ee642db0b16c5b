"""Reductions that show their work: element i combines the elements up to i.

cumsum, cumprod, cummax, cummin, cumlogsumexp : (array, axis, reverse) -> array

JAX twin: jax/_src/lax/control_flow/loops.py.
"""

import numpy as np

from minijax.core import Primitive
from minijax.lax.standard import FLOAT, accept


# [cumulative]
def cumulative(name, ufunc, types=(np.number,)):
    """The primitive that accumulates along one axis by a ufunc."""
    primitive = Primitive(name)

    @primitive.def_impl
    def accumulate(x, *, axis, reverse):
        if reverse:
            x = np.flip(x, axis)
        out = ufunc.accumulate(x, axis, x.dtype)
        return np.flip(out, axis) if reverse else out

    @primitive.def_abstract_eval
    def accumulated(x, *, axis, reverse):
        accept(name, x, types)
        if axis < 0:
            raise ValueError("XLA operations do not allow negative axes: "
                             f"got {axis}, count from the front")
        if axis >= x.ndim:
            raise ValueError(f"axis {axis} is out of bounds for array of "
                             f"shape {x.shape}")
        return x

    return primitive
# [/cumulative]


# [cumsum]
cumsum_p = cumulative("cumsum", np.add)
cumprod_p = cumulative("cumprod", np.multiply)
cummax_p = cumulative("cummax", np.maximum)
cummin_p = cumulative("cummin", np.minimum)
cumlogsumexp_p = cumulative("cumlogsumexp", np.logaddexp, FLOAT)


def cumsum(operand, axis=0, reverse=False):
    """Of each element, the sum up to it; with reverse, from it on."""
    return cumsum_p.bind(operand, axis=int(axis), reverse=bool(reverse))


def cumprod(operand, axis=0, reverse=False):
    """Of each element, the product up to it; with reverse, from it on."""
    return cumprod_p.bind(operand, axis=int(axis), reverse=bool(reverse))
# [/cumsum]


# [cummax]
def cummax(operand, axis=0, reverse=False):
    """Of each element, the greatest up to it; with reverse, from it on."""
    return cummax_p.bind(operand, axis=int(axis), reverse=bool(reverse))


def cummin(operand, axis=0, reverse=False):
    """Of each element, the least up to it; with reverse, from it on."""
    return cummin_p.bind(operand, axis=int(axis), reverse=bool(reverse))


def cumlogsumexp(operand, axis=0, reverse=False):
    """log(cumsum(exp(operand))), without overflow."""
    return cumlogsumexp_p.bind(operand, axis=int(axis), reverse=bool(reverse))
# [/cummax]
