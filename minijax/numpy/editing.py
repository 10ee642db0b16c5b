"""Elements repeated, left out, and put in.

tile, repeat   : Array -> Array
delete, insert : (Array, indices) -> Array
JAX twin: jax/_src/numpy/lax_numpy.py.
"""

import operator

import numpy as np

from minijax import lax
from minijax.numpy.creation import asarray, zeros_like
from minijax.numpy.joining import concatenate
from minijax.numpy.manipulation import moveaxis, ravel, reshape
from minijax.numpy.promotion import (
    arraylike,
    broadcast_to,
    canonical_axis,
    canonical_shape,
    cast,
    concrete,
    lead,
    static_int,
)


# [repeat]
def tile(A, reps):
    """The array repeated as a whole along its axes (new ones in front)."""
    A = arraylike("tile", A)
    reps = canonical_shape(reps, "tile")
    reps = (1,) * (A.ndim - len(reps)) + reps
    if len(reps) > A.ndim:
        A = lax.expand_dims(A, tuple(range(len(reps) - A.ndim)))
    return lax.tile(A, reps)


def repeat(a, repeats, axis=None, *, total_repeat_length=None):
    """Each element (or slice along `axis`) repeated, in place.

    `repeats` is an int or an array of them. It may be traced if the
    `total_repeat_length` is given, which cuts or fills with the last.
    """
    a = arraylike("repeat", a)
    if axis is None or not a.ndim:
        a, axis = ravel(a), 0
    axis = canonical_axis(axis, a.ndim)
    if total_repeat_length is not None:
        return repeat_traced(a, repeats, axis, total_repeat_length)
    repeats = concrete(
        repeats, "When jit-compiling jnp.repeat, the total number of repeats "
        "must be static: pass total_repeat_length.", np.asarray)
    if repeats.size == 1 and repeats.min() >= 0:
        return repeat_each(a, int(repeats.reshape(())), axis)
    index = np.repeat(np.arange(a.shape[axis]), repeats)
    return a[(slice(None),) * axis + (index,)]


def repeat_each(a, n, axis):
    """Each slice along `axis` repeated n times."""
    shape = list(a.shape)
    shape.insert(axis + 1, n)
    kept = tuple(i for i in range(len(shape)) if i != axis + 1)
    wide = lax.broadcast_in_dim(a, tuple(shape), kept)
    return lax.reshape(wide, a.shape[:axis] + (a.shape[axis] * n,)
                       + a.shape[axis + 1:])


def repeat_traced(a, repeats, axis, total):
    """`repeat` into a known length: place k shows slice number i, where i
    slices end at or before k."""
    repeats = broadcast_to(ravel(asarray(repeats)), (a.shape[axis],))
    ends = lax.cumsum(repeats, 0)
    place = lax.iota(ends.dtype, static_int(total, "total_repeat_length"))
    i = (ends[None, :] <= place[:, None]).sum(1)
    return a.take(i, axis, mode="clip")
# [/repeat]


def resize(a, new_shape):
    """The elements, repeated as often as needed, in a new shape."""
    a, shape = ravel(a), canonical_shape(new_shape, "resize")
    size = int(np.prod(shape))
    if not a.size or not size:
        return zeros_like(a, shape=shape)
    return reshape(tile(a, -(-size // a.size))[:size], shape)


# [editing]
def delete(arr, obj, axis=None, *, assume_unique_indices=False):
    """Without the elements (or slices along `axis`) at the static `obj`."""
    arr = arraylike("delete", arr)
    if axis is None:
        arr, axis = ravel(arr), 0
    axis = canonical_axis(axis, arr.ndim)
    if not isinstance(obj, slice):
        obj = concrete(obj, "'obj' array argument of jnp.delete().",
                       np.asarray)
    kept = np.delete(np.arange(arr.shape[axis]), obj)
    return arr[(slice(None),) * axis + (kept,)]


def insert(arr, obj, values, axis=None):
    """With `values` put before the elements at the static indices `obj`."""
    arr, values = arraylike("insert", arr), arraylike("insert", values)
    if axis is None:
        arr, axis = ravel(arr), 0
    axis = canonical_axis(axis, arr.ndim)
    size = arr.shape[axis]
    if not isinstance(obj, slice):
        obj = concrete(obj, "'obj' argument of jnp.insert().", np.asarray)
    values = lead(values, arr.ndim) if values.ndim else reshape(
        values, (1,) * arr.ndim)
    if not isinstance(obj, slice) and obj.ndim == 0:
        values = moveaxis(values, 0, axis)
    old = np.insert(np.arange(size), obj, [-1] * values.shape[axis])
    shape = arr.shape[:axis] + (len(old) - size,) + arr.shape[axis + 1:]
    both = concatenate([arr, cast(broadcast_to(values, shape), arr.dtype)],
                       axis)
    order = np.where(old < 0, size + np.cumsum(old < 0) - 1, old)
    return both[(slice(None),) * axis + (order,)]
# [/editing]


def trim_zeros(filt, trim="fb"):
    """A concrete vector without the zeros at its front and back."""
    filt = arraylike("trim_zeros", filt)
    value = concrete(filt, "The argument of trim_zeros.", np.asarray)
    kept = np.nonzero(value)[0]
    if not kept.size:
        return filt[:0]
    start = kept[0] if "f" in trim.lower() else 0
    stop = kept[-1] + 1 if "b" in trim.lower() else value.size
    return filt[operator.index(start):operator.index(stop)]
