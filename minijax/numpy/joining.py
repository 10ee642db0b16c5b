"""Arrays put together, and taken apart.

concatenate, stack : [Array] -> Array
split              : (Array, sections or indices) -> [Array]
JAX twin: jax/_src/numpy/lax_numpy.py.
"""


import numpy as np

from minijax import lax
from minijax.array import Array
from minijax.numpy.creation import asarray, optional_dtype
from minijax.numpy.manipulation import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    ravel,
    reshape,
)
from minijax.numpy.promotion import (
    arraylike,
    canonical_axis,
    check_arraylike,
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
