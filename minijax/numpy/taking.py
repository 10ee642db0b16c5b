"""Picking elements by positions that are arrays.

take, take_along_axis, choose, diagonal : Array -> Array
JAX twins: jax/_src/numpy/indexing.py, lax_numpy.py.
"""

import numpy as np

from minijax import lax
from minijax.array import Array
from minijax.lax import GatherDimensionNumbers
from minijax.numpy.creation import eye, optional_dtype, tri
from minijax.numpy.gathering import from_front
from minijax.numpy.manipulation import moveaxis, ravel, reshape
from minijax.numpy.parsing import check_static
from minijax.numpy.promotion import (
    arraylike,
    broadcast_arrays,
    broadcast_shapes,
    broadcast_to,
    canonical_axis,
    cast,
    concrete,
    const,
    promote_dtypes,
    static_int,
)
from minijax.numpy.reductions import refuse_out
from minijax.numpy.reductions import sum as sum_along
from minijax.numpy.selection import clip, pick


def take(a, indices, axis=None, out=None, mode=None, unique_indices=False,
         indices_are_sorted=False, fill_value=None):
    """The slices of `a` at the indices along an axis.

    Out of range: an IndexError if that is known now, else filled with nan or
    the like; clipped by mode="clip", counted round and round by mode="wrap".
    """
    refuse_out("take", out)
    a, i = arraylike("take", a, indices)
    a, axis = (ravel(a), 0) if axis is None else (
        a, canonical_axis(axis, a.ndim))
    if mode is None and not isinstance(indices, Array):
        check_static([np.asarray(i)], [a.shape[axis]])
    i, mode = take_mode(i, a.shape[axis], mode)
    if not i.size:
        return lax.full_like(
            a, 0, shape=a.shape[:axis] + i.shape + a.shape[axis + 1:])
    return take_windows(a, i, axis, mode=mode, fill_value=fill_value,
                        unique_indices=unique_indices,
                        indices_are_sorted=indices_are_sorted)


def take_mode(i, size, mode):
    """The indices and the mode for lax.gather."""
    if not size and i.size:
        raise IndexError("Cannot do a non-empty jnp.take() from an empty "
                         "axis.")
    if mode == "raise":
        raise NotImplementedError(
            "The 'raise' mode to jnp.take is not supported: what is traced "
            "cannot be tested. Use 'fill', 'clip' or 'wrap'.")
    if mode == "wrap":
        return i % size, "promise_in_bounds"
    if mode in (None, "fill"):
        return from_front(i, size), "fill"
    return i, mode


def take_windows(a, i, axis, **options):
    """The gather behind `take`."""
    before = tuple(range(axis))
    after = tuple(range(axis + i.ndim, a.ndim + i.ndim - 1))
    numbers = GatherDimensionNumbers(before + after, (axis,), (axis,))
    sizes = a.shape[:axis] + (1,) + a.shape[axis + 1:]
    return lax.gather(a, lax.expand_dims(i, (i.ndim,)), numbers, sizes,
                      **options)


# [along]
def take_along_axis(arr, indices, axis=-1, mode=None, fill_value=None):
    """out[i, j, k] = arr[i, indices[i, j, k], k], here along axis 1."""
    arr, i = arraylike("take_along_axis", arr, indices)
    arr, i, axis = aligned("take_along_axis", arr, i, axis)
    if not arr.shape[axis]:
        return lax.full_like(arr, 0, shape=i.shape)
    return arr.at[grid_with(arr.shape, i, axis)].get(
        mode="fill" if mode is None else mode, fill_value=fill_value)


def put_along_axis(arr, indices, values, axis, inplace=True, *, mode=None):
    """arr with arr[i, indices[i, j, k], k] = values[i, j, k]."""
    if inplace:
        raise ValueError(
            "jax.numpy.put_along_axis cannot modify arrays in-place, because "
            "arrays are immutable. Pass inplace=False to instead return an "
            "updated array.")
    arr, i = arraylike("put_along_axis", arr, indices)
    shape = arr.shape
    arr, i, axis = aligned("put_along_axis", arr, i, axis)
    out = arr.at[grid_with(arr.shape, i, axis)].set(values, mode=mode)
    return reshape(out, shape)


def aligned(name, arr, i, axis):
    """Array, indices and axis; with no axis, all flat."""
    if i.dtype.kind not in "iu":
        raise TypeError(f"{name} indices must be of integer type, got "
                        f"{i.dtype}")
    if axis is None:
        arr, axis = ravel(arr), 0
    if arr.ndim != i.ndim:
        raise ValueError(f"{name}: indices and arr must have the same number "
                         f"of dimensions; {i.ndim} vs. {arr.ndim}")
    return arr, i, canonical_axis(axis, arr.ndim)


def grid_with(shape, i, axis):
    """The index arrays of a shape, with `i` for those of `axis`."""
    wide = broadcast_shapes(shape[:axis] + (1,) + shape[axis + 1:], i.shape)
    grid = [np.arange(n) if n == m else np.zeros(m, int)
            for n, m in zip(shape, wide)]
    grid = list(np.ix_(*grid))
    grid[axis] = i
    return tuple(grid)
# [/along]


def choose(a, choices, out=None, mode="raise"):
    """From each position, the choice with the number that `a` has there."""
    refuse_out("choose", out)
    a = arraylike("choose", a)
    if a.dtype.kind not in "iu":
        raise ValueError("`a` array must be integer typed")
    n = len(choices)
    if mode == "raise":
        known = concrete(a, "jnp.choose was traced with mode='raise'; use "
                         "mode='wrap' or mode='clip'.", np.asarray)
        if ((known < 0) | (known >= n)).any():
            raise ValueError("invalid entry in choice array")
    elif mode not in ("wrap", "clip"):
        raise ValueError(f"mode={mode!r} not understood. Must be 'raise', "
                         "'wrap', or 'clip'")
    a = a % n if mode == "wrap" else clip(a, 0, n - 1)
    which, *cases = broadcast_arrays(cast(a, np.dtype("int32")),
                                     *promote_dtypes(*choices))
    return lax.select_n(which, *cases) if n > 1 else cases[0]


# [diagonal]
def diagonal(a, offset=0, axis1=0, axis2=1):
    """The elements a[i, i + offset], for two axes, along a new last axis."""
    a = arraylike("diagonal", a)
    if a.ndim < 2:
        raise ValueError("diagonal requires an array of at least two "
                         "dimensions.")
    offset = static_int(offset, "'offset' argument of jnp.diagonal().")
    a = moveaxis(a, (axis1, axis2), (-2, -1))
    i = np.arange(max(0, min(a.shape[-2] + min(offset, 0),
                             a.shape[-1] - max(offset, 0))))
    return a[..., i + max(0, -offset), i + max(0, offset)]


def diag(v, k=0):
    """The k-th diagonal of a matrix, or a matrix with that diagonal."""
    v = arraylike("diag", v)
    k = static_int(k, "'k' argument of jnp.diag().")
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ValueError(f"diag input must be 1d or 2d; got shape {v.shape}")
    zero = const(v, 0)
    v = lax.pad(v, zero, ((max(0, -k), max(0, k), 0),))
    return pick(eye(v.size, k=k, dtype=bool), v[:, None], zero)


def diagflat(v, k=0):
    """The matrix with the elements of v on its k-th diagonal."""
    return diag(ravel(v), k)


def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    """The sum of the diagonal."""
    refuse_out("trace", out)
    a = moveaxis(arraylike("trace", a), (axis1, axis2), (-2, -1))
    on = eye(*a.shape[-2:], k=offset, dtype=bool)
    return sum_along(pick(on, a, const(a, 0)), (-2, -1),
                     optional_dtype(dtype))


def tril(m, k=0):
    """The elements at and below the k-th diagonal; zeros above."""
    m = arraylike("tril", m)
    return lax.select(below("tril", m, k), m, lax.full_like(m, 0))


def triu(m, k=0):
    """The elements at and above the k-th diagonal; zeros below."""
    m = arraylike("triu", m)
    return lax.select(below("triu", m, k - 1), lax.full_like(m, 0), m)


def below(name, m, k):
    """Whether each element of matrices is at or below the k-th diagonal."""
    if m.ndim < 2:
        raise ValueError(f"Argument to jax.numpy.{name} must be at least 2D")
    return broadcast_to(tri(*m.shape[-2:], k=k, dtype=bool), m.shape)


def fill_diagonal(a, val, wrap=False, *, inplace=True):
    """The array with `val` along its main diagonal."""
    if inplace or wrap:
        raise NotImplementedError("arrays are immutable, must use "
                                  "inplace=False, and wrap=False")
    a, val = arraylike("fill_diagonal", a, val)
    i = np.arange(min(a.shape))
    if val.ndim:
        val = ravel(val)[i % val.size]
    return a.at[(i,) * a.ndim].set(val)
# [/diagonal]
