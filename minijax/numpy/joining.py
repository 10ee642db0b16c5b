"""Arrays put together, and taken apart.

concatenate, stack : [Array] -> Array
split              : (Array, sections or indices) -> [Array]
tile, repeat, pad  : Array -> Array
JAX twin: jax/_src/numpy/lax_numpy.py.
"""

import operator

import numpy as np

from minijax import lax
from minijax.array import Array
from minijax.numpy.creation import asarray, optional_dtype, zeros_like
from minijax.numpy.manipulation import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    moveaxis,
    ravel,
    reshape,
)
from minijax.numpy.promotion import (
    arraylike,
    broadcast_to,
    canonical_axis,
    canonical_shape,
    cast,
    check_arraylike,
    concrete,
    lead,
    promote_dtypes,
    static_int,
)


def joined(name, arrays, dtype):
    """A sequence of arrays (or the rows of one) in one dtype."""
    if isinstance(arrays, Array | np.ndarray):
        arrays = [arrays[i] for i in range(arrays.shape[0])]
    if not len(arrays):
        raise ValueError(f"Need at least one array to {name}.")
    check_arraylike(name, *arrays)
    if dtype is None:
        return promote_dtypes(*arrays)
    return [asarray(x, dtype) for x in arrays]


def concatenate(arrays, axis=0, dtype=None):
    """The arrays one after another along an axis that they have."""
    arrays = joined("concatenate", arrays, optional_dtype(dtype))
    if axis is None:
        arrays, axis = [ravel(x) for x in arrays], 0
    if arrays[0].ndim == 0:
        raise ValueError("Zero-dimensional arrays cannot be concatenated; "
                         "use stack.")
    return lax.concatenate(arrays, canonical_axis(axis, arrays[0].ndim))


def concat(arrays, /, *, axis=0):
    """The same as concatenate."""
    return concatenate(arrays, axis)


def stack(arrays, axis=0, out=None, dtype=None):
    """The arrays, all of one shape, side by side along a new axis."""
    return lax.stack(joined("stack", arrays, optional_dtype(dtype)), axis)


def unstack(x, /, *, axis=0):
    """The slices of an array along an axis, as a tuple."""
    return tuple(lax.unstack(arraylike("unstack", x), axis))


# [stacks]
def vstack(tup, dtype=None):
    """The arrays (vectors as rows) below one another, along axis 0."""
    return concatenate([atleast_2d(x) for x in rows("vstack", tup)], 0, dtype)


def hstack(tup, dtype=None):
    """The arrays beside one another: along axis 1, but vectors along 0."""
    arrays = [atleast_1d(x) for x in rows("hstack", tup)]
    return concatenate(arrays, 0 if arrays[0].ndim == 1 else 1, dtype)


def dstack(tup, dtype=None):
    """The arrays behind one another, along axis 2."""
    return concatenate([atleast_3d(x) for x in rows("dstack", tup)], 2, dtype)


def column_stack(tup):
    """The arrays (vectors as columns) beside one another, along axis 1."""
    return concatenate([x if x.ndim > 1 else atleast_2d(x).T
                        for x in rows("column_stack", tup)], 1)


def rows(name, tup):
    """The arrays to be stacked: a sequence, the tuples in it made arrays."""
    return [asarray(x) if isinstance(x, tuple | list) else arraylike(name, x)
            for x in tup]
# [/stacks]


def block(arrays):
    """Nested lists of blocks as one array; the innermost lists are rows."""
    out, _ = block_depth(arrays)
    return out


def block_depth(blocks):
    """(array of nested lists of blocks, how deep they are nested)."""
    if isinstance(blocks, tuple) or isinstance(blocks, list) and not blocks:
        raise ValueError("jax.numpy.block does not allow tuples or empty "
                         f"lists, got {blocks}")
    if not isinstance(blocks, list):
        return asarray(blocks), 1
    arrays, depths = zip(*map(block_depth, blocks))
    if len(set(depths)) > 1:
        raise ValueError("Mismatched list depths in jax.numpy.block")
    rank = max(depths[0], *[x.ndim for x in arrays])
    return concatenate([lead(x, rank) if x.ndim else reshape(x, (1,) * rank)
                        for x in arrays], -depths[0]), depths[0] + 1


def append(arr, values, axis=None):
    """`values` after `arr`, both flattened if no axis is given."""
    return concatenate([arr, values], axis)


# [split]
def split(ary, indices_or_sections, axis=0):
    """A number of equal parts, or the parts between the given indices."""
    return parts("split", ary, indices_or_sections, axis)


def array_split(ary, indices_or_sections, axis=0):
    """As split, but the last parts may be shorter by one."""
    return parts("array_split", ary, indices_or_sections, axis)


def vsplit(ary, indices_or_sections):
    """Split along axis 0."""
    return parts("vsplit", ary, indices_or_sections, 0)


def hsplit(ary, indices_or_sections):
    """Split along axis 1; a vector, along axis 0."""
    return parts("hsplit", ary, indices_or_sections,
                 0 if np.ndim(ary) == 1 else 1)


def dsplit(ary, indices_or_sections):
    """Split along axis 2."""
    return parts("dsplit", ary, indices_or_sections, 2)


def parts(name, ary, where, axis):
    """The list of arrays that the function `name` splits `ary` into."""
    ary = arraylike(name, ary)
    axis = canonical_axis(axis, ary.ndim)
    size = ary.shape[axis]
    context = f"In jax.numpy.{name}, the indices or sections."
    if np.ndim(where):
        cuts = [min(max(i + size if i < 0 else i, 0), size) for i in
                [static_int(i, context) for i in where]]
        sizes = [max(0, b - a) for a, b in zip([0, *cuts], [*cuts, size])]
        starts = [0, *cuts]
    else:
        n = static_int(where, context)
        each, rest = divmod(size, n)
        if rest and name != "array_split":
            raise ValueError("array split does not result in an equal "
                             f"division: rest is {rest}; use array_split")
        sizes = [each + 1] * rest + [each] * (n - rest)
        starts = [sum(sizes[:i]) for i in range(n)]
    if sum(sizes) == size and starts == sorted(starts):
        return list(lax.split(ary, sizes, axis))
    return [lax.slice_in_dim(ary, i, i + n, axis=axis)
            for i, n in zip(starts, sizes)]
# [/split]


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
