"""Where the nonzero elements are.

nonzero : Array -> (Array[k], …)           one for each axis
where   : Array -> the same; or (condition, x, y) -> Array

How many there are must be known: either the array is concrete, or `size`
says it, and then positions are cut off, or filled up with `fill_value`.
JAX twin: jax/_src/numpy/lax_numpy.py.
"""

import math

import numpy as np

from minijax import dtypes, lax
from minijax.array import ArrayImpl
from minijax.errors import ConcretizationTypeError
from minijax.numpy.arithmetic import divmod
from minijax.numpy.creation import asarray
from minijax.numpy.manipulation import moveaxis, ravel
from minijax.numpy.promotion import (
    arraylike,
    canonical_shape,
    cast,
    check_arraylike,
    concrete,
    promote_args,
    result_type,
    static_int,
)
from minijax.numpy.selection import clip, isclose, pick


def where(condition, x=None, y=None, /, *, size=None, fill_value=None):
    """x where the condition is true, else y; alone, as nonzero."""
    if x is None and y is None:
        return nonzero(condition, size=size, fill_value=fill_value)
    if size is not None or fill_value is not None:
        raise ValueError("size and fill_value arguments cannot be used in "
                         "three-term where function.")
    if x is None or y is None:
        raise ValueError("Either both or neither of the x and y arguments "
                         "should be provided to jax.numpy.where, got "
                         f"{x} and {y}.")
    return pick(condition, x, y)


def known_size(name, mask, size):
    """How many results there are: `size`, or as many as `mask` has now."""
    if size is not None:
        return static_int(size, f"The size argument of jnp.{name}.")
    try:
        return int(concrete(mask, "", np.count_nonzero))
    except ConcretizationTypeError:
        raise ConcretizationTypeError(
            mask, f"The size argument of jnp.{name} must be statically "
            f"specified to use jnp.{name} within transformations: how many "
            f"elements are found is not known while tracing. Pass size=n "
            "(and fill_value=).\n") from None


def nonzero(a, *, size=None, fill_value=None):
    """The positions of nonzero elements, in an array for each axis."""
    a = arraylike("nonzero", a)
    if not a.ndim:
        raise ValueError("Calling nonzero on 0d arrays is not allowed. Use "
                         "jnp.atleast_1d(scalar).nonzero() instead.")
    flat = ravel(a if a.dtype.kind == "b" else a != 0)
    size = known_size("nonzero", flat, size)
    found = positions(flat, size)
    strides = [math.prod(a.shape[i + 1:]) for i in range(a.ndim)]
    out = [found // max(s, 1) % max(n, 1) for s, n in zip(strides, a.shape)]
    if fill_value is not None:
        fill = (fill_value if isinstance(fill_value, tuple)
                else (fill_value,) * a.ndim)
        if any(np.ndim(v) for v in fill) or len(fill) != a.ndim:
            raise ValueError("fill_value must be a scalar or a tuple of "
                             f"length {a.ndim}; got {fill_value}")
        filled = lax.iota(int, size) >= flat.sum()
        out = [pick(filled, v, x) for v, x in zip(fill, out)]
    return tuple(out)


def positions(mask, size):
    """The first `size` positions at which a vector is true, then zeros."""
    integer = dtypes.default("i")
    if isinstance(mask, ArrayImpl):
        found = np.nonzero(mask._value)[0][:size].astype(integer)
        return asarray(np.pad(found, (0, size - found.size)))
    rank = lax.cumsum(cast(mask, integer))
    place = pick(mask, rank - 1, size)
    return lax.full((size,), 0, integer).at[place].set(
        lax.iota(integer, mask.size), mode="drop")


def flatnonzero(a, *, size=None, fill_value=None):
    """The positions of nonzero elements of the flattened array."""
    return nonzero(ravel(a), size=size, fill_value=fill_value)[0]


def argwhere(a, *, size=None, fill_value=None):
    """The positions of nonzero elements, one in each row."""
    a = arraylike("argwhere", a)
    if not a.ndim:
        n = known_size("argwhere", ravel(a), size)
        return lax.full((n, 0), 0, int)
    found = nonzero(a, size=size, fill_value=fill_value)
    return lax.concatenate([x[:, None] for x in found], 1)


# [compress]
def compress(condition, a, axis=None, *, size=None, fill_value=0, out=None):
    """The slices of `a` along an axis for which the condition is true."""
    check_arraylike("compress", condition, a, fill_value)
    condition, a = arraylike("compress", condition, a)
    if condition.ndim != 1:
        raise ValueError("condition must be a 1D array")
    a, axis = (ravel(a), 0) if axis is None else (a, axis)
    a = moveaxis(a, axis, 0)
    n = min(condition.size, a.shape[0])
    size = known_size("compress", condition, size)
    i = nonzero(condition[:n], size=size, fill_value=a.shape[0])[0]
    taken = a.at[i].get(mode="fill", fill_value=fill_value)
    return moveaxis(taken, 0, axis)


def extract(condition, arr, *, size=None, fill_value=0):
    """The elements for which the condition is true."""
    return compress(ravel(condition), ravel(arr), size=size,
                    fill_value=fill_value)
# [/compress]


# [flat indices]
def unravel_index(indices, shape):
    """The index on each axis, of positions in the flattened array."""
    i = arraylike("unravel_index", indices)
    if i.dtype.kind not in "iu":
        raise TypeError(f"only int indices permitted, got {i.dtype}")
    shape = canonical_shape(shape, "unravel_index")
    size = math.prod(shape)
    i = clip(pick(i < 0, i + size, i), 0, max(size - 1, 0))
    out = []
    for n in reversed(shape):
        i, rest = divmod(i, n)
        out.append(rest)
    return tuple(out[::-1])


def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    """The positions in the flattened array, of an index on each axis."""
    dims = canonical_shape(dims, "ravel_multi_index")
    index = [arraylike("ravel_multi_index", i) for i in multi_index]
    if any(i.dtype.kind not in "iu" for i in index):
        raise TypeError("only int indices permitted")
    if mode == "raise":
        context = ("ravel_multi_index was traced with mode='raise'; use "
                   "mode='wrap' or mode='clip'.")
        for i, n in zip(index, dims):
            i = concrete(i, context, np.asarray)
            if ((i < 0) | (i >= n)).any():
                raise ValueError("invalid entry in coordinates array")
    elif mode not in ("wrap", "clip"):
        raise ValueError(f"invalid mode={mode!r}. Expected 'raise', 'wrap', "
                         "or 'clip'.")
    out = cast(0, result_type(int, *index))
    pairs = list(zip(index, dims))
    for i, n in pairs if order == "C" else pairs[::-1]:
        i = i % n if mode == "wrap" else clip(i, 0, n - 1)
        out = out * n + i
    return out
# [/flat indices]


# [triangles]
def tril_indices(n, k=0, m=None):
    """The positions at and below the k-th diagonal of an n × m matrix."""
    return triangle(np.tril_indices, n, k, m)


def triu_indices(n, k=0, m=None):
    """The positions at and above the k-th diagonal of an n × m matrix."""
    return triangle(np.triu_indices, n, k, m)


def tril_indices_from(arr, k=0):
    """tril_indices for a matrix of this shape."""
    return tril_indices(arr.shape[0], k, arr.shape[1])


def triu_indices_from(arr, k=0):
    """triu_indices for a matrix of this shape."""
    return triu_indices(arr.shape[0], k, arr.shape[1])


def triangle(indices, n, k, m):
    """What NumPy answers, for it depends on no array."""
    n, k, m = (x if x is None else static_int(x, "n, k and m of tri*_indices.")
               for x in (n, k, m))
    integer = dtypes.default("i")
    return tuple(asarray(i, integer) for i in indices(n, k, m))


def diag_indices(n, ndim=2):
    """The positions of the main diagonal of an array with `ndim` axes."""
    n = static_int(n, "'n' argument of jnp.diag_indices().")
    return (lax.iota(dtypes.default("i"), n),) * ndim


def diag_indices_from(arr):
    """diag_indices for an array of this shape, all sizes being equal."""
    if arr.ndim < 2 or len(set(arr.shape)) > 1:
        raise ValueError("input array must be at least 2-d, and all "
                         f"dimensions of equal length; got {arr.shape}")
    return diag_indices(arr.shape[0], arr.ndim)


def mask_indices(n, mask_func, k=0, *, size=None):
    """The positions that mask_func, such as triu, keeps of an n × n matrix."""
    return nonzero(mask_func(lax.full((n, n), 1, int), k), size=size)
# [/triangles]


# [equality]
def array_equal(a1, a2, equal_nan=False):
    """Whether shapes and all elements are equal."""
    a1, a2 = asarray(a1), asarray(a2)
    if a1.shape != a2.shape:
        return asarray(False)
    same = a1 == a2
    if equal_nan:
        same = same | ((a1 != a1) & (a2 != a2))
    return same.all()


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether all elements are close, as isclose says."""
    return isclose(a, b, rtol, atol, equal_nan).all()


def array_equiv(a1, a2):
    """Whether all elements are equal once broadcast."""
    try:
        a1, a2 = promote_args("array_equiv", asarray(a1), asarray(a2))
        return (a1 == a2).all()
    except (TypeError, ValueError):
        return asarray(False)
# [/equality]
