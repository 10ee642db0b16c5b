"""The same elements in another shape or order.

reshape   : (Array, shape) -> Array
transpose : (Array, axes) -> Array
JAX twin: jax/_src/numpy/lax_numpy.py.
"""

import math

import numpy as np

from minijax import lax
from minijax.numpy.promotion import (
    arraylike,
    canonical_axis,
    concrete,
    static_int,
)
from minijax.numpy.reductions import canonical_axes


def reshape(a, shape, order="C", *, copy=None):
    """The elements in row-major order in another shape; -1 is computed.

    TypeError if the sizes differ. order="F": column-major order.
    """
    a = arraylike("reshape", a)
    shape = computed_shape(a, shape)
    if order == "C":
        return lax.reshape(a, shape)
    if order != "F":
        raise NotImplementedError(f"reshape order={order!r} is not "
                                  "implemented; expected 'C' or 'F'")
    return transpose(lax.reshape(transpose(a), shape[::-1]))


def computed_shape(a, given):
    """The shape that reshape was given, with its -1 filled in."""
    given = tuple(given) if np.iterable(given) else (given,)
    shape = [static_int(n, "Shapes must be 1D sequences of concrete values of "
                           "integer type: here, the shape given to reshape.")
             for n in given]
    known = math.prod(n for n in shape if n != -1)
    if shape.count(-1) > 1:
        raise TypeError("can only specify one unknown axis size with a `-1` "
                        f"value, got {given}")
    problem = (f"cannot reshape array of shape {a.shape} (size {a.size}) into "
               f"shape {given}")
    if -1 in shape:
        if known == 0 or a.size % known:
            raise TypeError(f"{problem} because the product of specified axis "
                            f"sizes ({known}) does not evenly divide {a.size}")
        shape[shape.index(-1)] = a.size // known
    elif known != a.size or any(n < 0 for n in shape):
        raise TypeError(f"{problem} (size {known})")
    return tuple(shape)


def ravel(a, order="C"):
    """The elements in one axis."""
    a = arraylike("ravel", a)
    return reshape(a, (a.size,), order)


# [axes]
def transpose(a, axes=None):
    """The axes in another order; by default reversed."""
    a = arraylike("transpose", a)
    axes = range(a.ndim)[::-1] if axes is None else axes
    return lax.transpose(a, tuple([canonical_axis(i, a.ndim) for i in axes]))


def permute_dims(a, /, axes):
    """The same as transpose, with axes given."""
    return transpose(a, axes)


def matrix_transpose(x, /):
    """The last two axes exchanged."""
    x = arraylike("matrix_transpose", x)
    if x.ndim < 2:
        raise ValueError("x must be at least two-dimensional for "
                         f"matrix_transpose; got ndim={x.ndim}")
    return swapaxes(x, -1, -2)


def swapaxes(a, axis1, axis2):
    """Two axes exchanged."""
    a = arraylike("swapaxes", a)
    i, j = canonical_axis(axis1, a.ndim), canonical_axis(axis2, a.ndim)
    axes = list(range(a.ndim))
    axes[i], axes[j] = j, i
    return lax.transpose(a, tuple(axes))


def moveaxis(a, source, destination):
    """Axes moved to new places; the others keep their order."""
    a = arraylike("moveaxis", a)
    source = canonical_axes(source, a.ndim)
    destination = canonical_axes(destination, a.ndim)
    if len(source) != len(destination):
        raise ValueError("Inconsistent number of elements: "
                         f"{len(source)} vs {len(destination)}")
    axes = [i for i in range(a.ndim) if i not in source]
    for to, axis in sorted(zip(destination, source)):
        axes.insert(to, axis)
    return lax.transpose(a, tuple(axes))


def rollaxis(a, axis, start=0):
    """The axis moved before the one that is now at `start`."""
    a = arraylike("rollaxis", a)
    axis = canonical_axis(axis, a.ndim)
    start = canonical_axis(start, a.ndim) if start < a.ndim else a.ndim
    return moveaxis(a, axis, start - (start > axis))


def expand_dims(a, axis):
    """New axes of size 1, at the places that `axis` names in the result."""
    a = arraylike("expand_dims", a)
    new = len(axis) if np.iterable(axis) else 1
    return lax.expand_dims(a, canonical_axes(axis, a.ndim + new))


def squeeze(a, axis=None):
    """Without the given axes of size 1; by default without all of them."""
    a = arraylike("squeeze", a)
    if axis is None:
        axis = tuple(i for i, n in enumerate(a.shape) if n == 1)
    axes = canonical_axes(axis, a.ndim)
    if any(a.shape[i] != 1 for i in axes):
        raise ValueError(
            "cannot select an axis to squeeze out which has size not equal "
            f"to one, got shape={a.shape} and dimensions={axes}")
    return lax.squeeze(a, axes)
# [/axes]


# [order]
def flip(m, axis=None):
    """The elements in reverse order along the axes."""
    m = arraylike("flip", m)
    return lax.rev(m, canonical_axes(axis, m.ndim))


def fliplr(m):
    """Reversed along axis 1."""
    return flip(m, 1)


def flipud(m):
    """Reversed along axis 0."""
    return flip(m, 0)


def rot90(m, k=1, axes=(0, 1)):
    """Rotated by k quarter turns from the first towards the second axis."""
    m = arraylike("rot90", m)
    i, j = canonical_axes(axes, m.ndim)
    k = static_int(k, "'k' argument of jnp.rot90.") % 4
    if k == 0:
        return m
    if k == 2:
        return flip(m, (i, j))
    if k == 1:
        return swapaxes(flip(m, j), i, j)
    return flip(swapaxes(m, i, j), j)


def roll(a, shift, axis=None):
    """Elements moved along axes; those pushed out come back at the start."""
    a = arraylike("roll", a)
    if axis is None:
        return reshape(roll(ravel(a), shift, 0), a.shape)
    axes = axis if np.iterable(axis) else (axis,)
    shifts = shift if np.ndim(shift) else [shift] * len(axes)
    if len(axes) == 1:
        axes = list(axes) * len(shifts)
    for n, i in zip(shifts, axes):
        a = roll_axis(a, n, canonical_axis(i, a.ndim))
    return a


def roll_axis(a, shift, axis):
    """`roll` along one axis, by a number or a traced one."""
    size = a.shape[axis]
    if size == 0:
        return a
    try:
        shift = concrete(shift, "")
    except TypeError:
        twice = lax.concatenate([a, a], axis)
        return lax.dynamic_slice_in_dim(twice, size - shift % size, size, axis)
    cut = -int(shift) % size
    return lax.concatenate([lax.slice_in_dim(a, cut, size, axis=axis),
                            lax.slice_in_dim(a, 0, cut, axis=axis)], axis)
# [/order]


# [rank]
def atleast_1d(*arys):
    """Each array with at least one axis."""
    return each(arys, lambda x: x if x.ndim else lax.expand_dims(x, (0,)))


def atleast_2d(*arys):
    """Each array with at least two axes, new ones in front."""
    return each(arys, lambda x: x if x.ndim > 1 else lax.expand_dims(
        x, tuple(range(2 - x.ndim))))


def atleast_3d(*arys):
    """Each array with at least three axes; a vector lies in the middle."""
    new = {0: (0, 1, 2), 1: (0, 2), 2: (2,)}
    return each(arys, lambda x: lax.expand_dims(x, new[x.ndim])
                if x.ndim < 3 else x)


def each(arrays, function):
    """The function of one array, or the list of it of several."""
    out = [function(arraylike("atleast_nd", x)) for x in arrays]
    return out[0] if len(out) == 1 else out
# [/rank]
