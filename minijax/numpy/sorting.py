"""Order, and searching in what is ordered.

sort, argsort : Array -> Array
searchsorted  : (Array[n], Array) -> Array of positions 0 … n
histogram     : Array -> (counts, edges)
JAX twins: jax/_src/numpy/sorting.py, lax_numpy.py.
"""

import numpy as np

from minijax import dtypes, lax
from minijax.numpy.creation import asarray, optional_dtype, zeros
from minijax.numpy.manipulation import ravel
from minijax.numpy.promotion import (
    arraylike,
    canonical_axis,
    cast,
    concrete,
    promote_dtypes,
    promote_inexact,
    static_int,
    to_inexact,
)
from minijax.numpy.ranges import linspace
from minijax.numpy.scans import diff
from minijax.numpy.selection import clip, pick


def sortable(name, a, axis, kind, order):
    """(array, axis) to be sorted; all elements in one axis if axis=None."""
    if kind is not None or order is not None:
        raise TypeError(f"'kind' and 'order' arguments to {name} are not "
                        "supported. Use stable=True or stable=False.")
    a = arraylike(name, a)
    if axis is None:
        a, axis = ravel(a), 0
    return a, canonical_axis(axis, a.ndim)


def sort(a, axis=-1, *, kind=None, order=None, stable=True,
         descending=False):
    """The elements in ascending order along an axis, nan last."""
    a, axis = sortable("sort", a, axis, kind, order)
    out = lax.sort(a, dimension=axis, is_stable=stable)
    return lax.rev(out, (axis,)) if descending else out


def argsort(a, axis=-1, *, kind=None, order=None, stable=True,
            descending=False, dtype=None):
    """The positions of the elements in ascending order along an axis."""
    a, axis = sortable("argsort", a, axis, kind, order)
    i = lax.broadcasted_iota(optional_dtype(dtype) or dtypes.default("i"),
                             a.shape, axis)
    if descending and stable:
        a, i = lax.rev(a, (axis,)), lax.rev(i, (axis,))
    _, i = lax.sort_key_val(a, i, dimension=axis, is_stable=stable)
    return lax.rev(i, (axis,)) if descending else i


def lexsort(keys, axis=-1):
    """The positions in ascending order by the last key, then the others."""
    keys = [arraylike("lexsort", k) for k in keys]
    if not keys:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    if len({k.shape for k in keys}) > 1:
        raise ValueError("all keys need to be the same shape")
    if not keys[0].ndim:
        return asarray(0, int)
    axis = canonical_axis(axis, keys[0].ndim)
    i = lax.broadcasted_iota(dtypes.default("i"), keys[0].shape, axis)
    return lax.sort((*keys[::-1], i), dimension=axis, num_keys=len(keys))[-1]


def partition(a, kth, axis=-1):
    """The k smallest along an axis, then the k-th, then the larger ones."""
    a, axis = sortable("partition", a, axis, None, None)
    canonical_axis(kth, a.shape[axis])
    return sort(a, axis)


def argpartition(a, kth, axis=-1):
    """The positions of the elements that `partition` gives."""
    a, axis = sortable("argpartition", a, axis, None, None)
    canonical_axis(kth, a.shape[axis])
    return argsort(a, axis)


def sort_complex(a):
    """The elements as complex numbers, sorted by real, then imaginary part."""
    a = sort(a)
    return cast(a, np.promote_types(to_inexact(a.dtype), "c8"))


# [searchsorted]
def searchsorted(a, v, side="left", sorter=None, *, method="scan"):
    """Where each element of v belongs in the sorted vector a.

    Before equal elements, or after them with side="right". `method` is
    accepted for JAX's sake.
    """
    a, v = promote_dtypes(*arraylike("searchsorted", a, v))
    if a.ndim != 1:
        raise ValueError("a should be 1-dimensional")
    if side not in ("left", "right"):
        raise ValueError(f"{side!r} is an invalid value for keyword 'side'. "
                         "Expected 'left' or 'right'.")
    a = a if sorter is None else a[sorter]
    low = lax.full(v.shape, 0, np.int32)
    high = lax.full(v.shape, a.size, np.int32)
    for _ in range(a.size.bit_length()):  # each step halves high - low
        middle = lax.div(lax.add(low, high), np.int32(2))
        after = belongs_after(v, a.at[middle].get(mode="clip"), side)
        after = after & (low < high)
        low = lax.select(after, lax.add(middle, np.int32(1)), low)
        high = lax.select(after, high, lax.min(middle, high))
    return low


def belongs_after(v, x, side):
    """Whether v comes after x in sorted order, in which nan is last."""
    if v.dtype.kind not in "fc":
        return v >= x if side == "right" else v > x
    x_nan, v_nan = x != x, v != v
    if side == "right":
        return v_nan | (v >= x)
    return (v_nan & ~x_nan) | (v > x)


def digitize(x, bins, right=False, *, method=None):
    """The number of the bin that each element falls in."""
    x, bins = arraylike("digitize", x, bins)
    side = "left" if right else "right"
    if bins.ndim != 1:
        raise ValueError("digitize: bins must be a 1-dimensional array; got "
                         f"shape {bins.shape}")
    if not bins.size:
        return lax.full(x.shape, 0, np.int32)
    return pick(bins[-1] >= bins[0], searchsorted(bins, x, side),
                bins.size - searchsorted(bins[::-1], x, side))
# [/searchsorted]


# [histogram]
def bincount(x, weights=None, minlength=0, *, length=None):
    """How often each of 0, 1, … occurs, or the sum of its weights."""
    x = arraylike("bincount", x)
    if x.dtype.kind not in "biu" or x.ndim != 1:
        raise TypeError("x argument to bincount must be a vector of an "
                        f"integer type; got {x.aval}")
    if length is None:
        least = static_int(minlength, "'minlength' of jnp.bincount.")
        known = concrete(x, "To count traced integers, pass a static `length` "
                         "argument to jnp.bincount.", np.asarray)
        length = max(least, int(known.max(initial=-1)) + 1)
    weights = arraylike("bincount", cast(1, dtypes.default("i"))
                        if weights is None else weights)
    if weights.ndim and weights.shape != x.shape:
        raise ValueError("shape of weights must match shape of x; got "
                         f"{weights.shape} and {x.shape}")
    x = cast(x, np.dtype("int32")) if x.dtype.kind == "b" else x
    return zeros(length, weights.dtype).at[clip(x, 0)].add(
        weights, mode="drop")


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """The edges of equal bins over the range of the elements."""
    a = arraylike("histogram_bin_edges", a)
    dtype = to_inexact(a.dtype)
    if np.ndim(bins) == 1:
        return asarray(bins, dtype)
    low, high = ((a.min(), a.max()) if a.size else (0.0, 1.0)) if (
        range is None) else range
    low, high = promote_inexact("histogram", low, high)
    flat = low == high
    low, high = pick(flat, low - 0.5, low), pick(flat, high + 0.5, high)
    n = static_int(bins, "bins argument of histogram_bin_edges.")
    return linspace(low, high, n + 1, dtype=dtype)


def histogram(a, bins=10, range=None, weights=None, density=None):
    """(how many elements fall in each bin, the edges of the bins)."""
    a, = promote_dtypes(arraylike("histogram", a), to=to_inexact)
    a = ravel(a)
    weights = lax.full_like(a, 1) if weights is None else ravel(weights)
    if weights.shape != a.shape:
        raise ValueError("weights should have the same shape as a.")
    edges = histogram_bin_edges(a, bins, range)
    i = searchsorted(edges, a, side="right")
    i = pick(a == edges[-1], edges.size - 1, i)
    counts = zeros(edges.size, weights.dtype).at[i].add(
        weights, mode="drop")[1:]
    if density:
        counts = counts / diff(edges) / counts.sum()
    return counts, edges
# [/histogram]
