"""Many elements to one.

reduce_sum, reduce_prod, reduce_max, reduce_min : (array, axes) -> array
reduce_and, reduce_or, reduce_xor               : (array, axes) -> array
argmax, argmin : (array, axis, integer dtype) -> array

Of no elements the result is the one that changes nothing: 0 for a sum, 1
for a product, -inf or the least integer for a maximum.
JAX twin: jax/_src/lax/lax.py.
"""

import numpy as np

from minijax.core import Primitive
from minijax.dtypes import canonical
from minijax.lax.standard import ORDERED, accept


# [reduction]
def reduction(name, ufunc, weak_rule, identity=None):
    """The primitive that combines all elements along `axes` by a ufunc."""
    primitive = Primitive(name)

    @primitive.def_impl
    def reduce_numbers(x, *, axes):
        if identity and not x.size:
            return ufunc.reduce(x, axes, x.dtype, initial=identity(x.dtype))
        return ufunc.reduce(x, axes, x.dtype)

    @primitive.def_abstract_eval
    def reduced(x, *, axes):
        weak_type = weak_rule(name, x)
        if len(set(axes)) != len(axes):
            raise ValueError(f"duplicate value in 'axes' of reduction: {axes}")
        if not all(0 <= d < x.ndim for d in axes):
            raise ValueError(
                f"reduction axes {axes} contains out-of-bounds indices for "
                f"{x}: expected 0 <= axis < {x.ndim}.")
        shape = [n for d, n in enumerate(x.shape) if d not in axes]
        return x.update(shape=shape, weak_type=weak_type)

    return primitive
# [/reduction]


def number(name, x):
    """Arithmetic is for numbers; the result is weak if the operand is."""
    accept(name, x, (np.number,))
    return x.weak_type


def bits(name, x):
    """Logic is for bits, and its result is never weak."""
    if x.dtype.kind not in "iub":
        raise TypeError("logical reduction requires operand dtype bool or "
                        f"int, got {x.dtype}: compare first, as in x != 0.")
    return False


def anything(name, x):
    return x.weak_type


def least(dtype):
    """What every element of the dtype is at least."""
    if dtype.kind in "iu":
        return np.iinfo(dtype).min
    return False if dtype.kind == "b" else -np.inf


def most(dtype):
    """What every element of the dtype is at most."""
    if dtype.kind in "iu":
        return np.iinfo(dtype).max
    return True if dtype.kind == "b" else np.inf


# [reductions]
reduce_sum_p = reduction("reduce_sum", np.add, number)
reduce_prod_p = reduction("reduce_prod", np.multiply, number)
reduce_max_p = reduction("reduce_max", np.maximum, anything, least)
reduce_min_p = reduction("reduce_min", np.minimum, anything, most)
reduce_and_p = reduction("reduce_and", np.bitwise_and, bits)
reduce_or_p = reduction("reduce_or", np.bitwise_or, bits)
reduce_xor_p = reduction("reduce_xor", np.bitwise_xor, bits)
# [/reductions]


def as_axes(axes):
    """Axes as a tuple; TypeError for one alone."""
    try:
        return tuple(axes)
    except TypeError:
        raise TypeError("axes of a reduction must be a sequence of ints, got "
                        f"{axes!r}: write axes=({axes!r},).") from None


# [reduce_sum]
def reduce_sum(operand, axes):
    """The sum along `axes`, in the operand's own dtype."""
    return reduce_sum_p.bind(operand, axes=as_axes(axes))


def reduce_prod(operand, axes):
    """The product along `axes`, in the operand's own dtype."""
    return reduce_prod_p.bind(operand, axes=as_axes(axes))


def reduce_max(operand, axes):
    """The greatest along `axes`; NaN if one of them is."""
    return reduce_max_p.bind(operand, axes=as_axes(axes))


def reduce_min(operand, axes):
    """The least along `axes`; NaN if one of them is."""
    return reduce_min_p.bind(operand, axes=as_axes(axes))
# [/reduce_sum]


# [reduce_and]
def reduce_and(operand, axes):
    """The bits, or the bool, that all elements along `axes` have."""
    return reduce_and_p.bind(operand, axes=as_axes(axes))


def reduce_or(operand, axes):
    """The bits, or the bool, that some element along `axes` has."""
    return reduce_or_p.bind(operand, axes=as_axes(axes))


def reduce_xor(operand, axes):
    """The bits that an odd number of elements along `axes` have."""
    return reduce_xor_p.bind(operand, axes=as_axes(axes))
# [/reduce_and]


def arg_reduction(name, find):
    """The primitive that finds the position of an element along one axis."""
    primitive = Primitive(name)

    @primitive.def_impl
    def position(x, *, axes, index_dtype):
        return find(x, *axes).astype(index_dtype)

    @primitive.def_abstract_eval
    def found(x, *, axes, index_dtype):
        axis, = axes
        if index_dtype.kind not in "iu":
            raise TypeError("index_dtype must be an integer type, but got "
                            f"{index_dtype}")
        accept(name, x, ORDERED)
        return x.update(shape=without(x.shape, axis), dtype=index_dtype,
                        weak_type=False)

    return primitive


def without(shape, axis):
    """The shape without its axis, which must be there and not be empty."""
    if not 0 <= axis < len(shape):
        raise ValueError(f"Invalid axis {axis} for operand shape {shape}: "
                         f"expected 0 <= axis < {len(shape)}.")
    if not shape[axis]:
        raise ValueError("argmin and argmax require non-empty reduced "
                         f"dimension. operand.shape={shape} {axis=}")
    return shape[:axis] + shape[axis + 1:]


# [argmax]
argmax_p = arg_reduction("argmax", np.argmax)
argmin_p = arg_reduction("argmin", np.argmin)


def argmax(operand, axis, index_dtype):
    """Where the greatest is along `axis`: the first of equals, or of NaNs."""
    return argmax_p.bind(operand, axes=(axis,),
                         index_dtype=canonical(index_dtype))


def argmin(operand, axis, index_dtype):
    """Where the least is along `axis`: the first of equals, or of NaNs."""
    return argmin_p.bind(operand, axes=(axis,),
                         index_dtype=canonical(index_dtype))
# [/argmax]
