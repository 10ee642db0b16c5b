"""The mean, and how far elements lie from it.

mean, var, std : Array[…, n, …] -> Array[…, …]
JAX twin: jax/_src/numpy/reductions.py.
"""

import math

import numpy as np

from minijax import lax
from minijax.numpy.creation import optional_dtype
from minijax.numpy.promotion import (
    arraylike,
    broadcast_to,
    cast,
    to_inexact,
)
from minijax.numpy.reductions import (
    boolean_mask,
    canonical_axes,
    refuse_out,
    sum,
    wide,
)
from minijax.numpy.selection import pick


# [mean]
def count(a, axis, keepdims, where, dtype):
    """How many elements along `axis` are taken together, as `dtype`."""
    if where is None:
        n = math.prod(a.shape[i] for i in canonical_axes(axis, a.ndim))
        return cast(n, dtype)
    return sum(broadcast_to(where, a.shape), axis, dtype, None, keepdims)


def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=None):
    """The mean of the elements along `axis`."""
    refuse_out("mean", out)
    a, where = arraylike("mean", a), boolean_mask("mean", where)
    dtype = optional_dtype(dtype) or to_inexact(a.dtype)
    compute = wide(dtype)
    n = count(a, axis, keepdims, where, compute)
    total = sum(a, axis, compute, None, keepdims, where=where)
    return cast(lax.div(total, n), dtype)
# [/mean]


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *,
        where=None, mean=None, correction=None):
    """The mean squared distance from the mean; of n - ddof elements."""
    refuse_out("var", out)
    a, where = arraylike("var", a), boolean_mask("var", where)
    ddof = one_correction(ddof, correction)
    dtype, compute = var_dtypes(a.dtype, optional_dtype(dtype))
    a = cast(a, compute)
    squares = squared_distance(a, axis, where, mean)
    n = lax.sub(count(a, axis, keepdims, where, squares.dtype),
                cast(ddof, squares.dtype))
    out = cast(lax.div(sum(squares, axis, squares.dtype, None, keepdims,
                           where=where), n), dtype)
    return pick(n > 0, out, cast(np.nan, dtype))


def squared_distance(a, axis, where, center):
    """|a - its mean along `axis`|², for var and std."""
    if center is None:
        center = mean(a, axis, a.dtype, None, True, where=where)
    centered = lax.sub(a, cast(arraylike("var", center), a.dtype))
    if a.dtype.kind == "c":
        return lax.real(lax.mul(centered, lax.conj(centered)))
    return lax.square(centered)


def one_correction(ddof, correction):
    """`ddof` by its other name where that is given."""
    if correction is None:
        return ddof
    if ddof:
        raise ValueError("ddof and correction can't be provided "
                         "simultaneously.")
    return correction


def var_dtypes(dtype, wanted):
    """(dtype of the variance, dtype to compute in) for elements of `dtype`."""
    if wanted is None:
        compute = to_inexact(dtype)
        return np.finfo(compute).dtype, wide(compute)
    if dtype.kind == "c" and wanted.kind != "c":
        raise ValueError("jax.numpy.var does not yet support real dtype "
                         "parameters when computing the variance of an array "
                         "of complex values")
    return np.finfo(to_inexact(wanted)).dtype, wide(to_inexact(wanted))


def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *,
        where=None, mean=None, correction=None):
    """The square root of the variance."""
    refuse_out("std", out)
    return lax.sqrt(var(a, axis, dtype, None, ddof, keepdims, where=where,
                        mean=mean, correction=correction))


def average(a, axis=None, weights=None, returned=False, keepdims=False):
    """The weighted mean; with `returned`, also the sum of the weights."""
    a = arraylike("average", a)
    if weights is None:
        out = mean(a, axis, None, None, keepdims)
        total = count(a, axis, keepdims, None, out.dtype)
    else:
        weights = arraylike("average", weights)
        if weights.shape != a.shape:
            weights = along(weights, a.shape, axis)
        total = sum(weights * cast(1, to_inexact(weights.dtype)), axis, None,
                    None, keepdims)
        out = sum(a * weights, axis, None, None, keepdims) / total
    return (out, broadcast_to(total, out.shape)) if returned else out


def along(weights, shape, axis):
    """Weights of the given axes, shaped to multiply an array of `shape`."""
    if axis is None:
        raise ValueError("Axis must be specified when shapes of a and weights "
                         "differ.")
    axes = canonical_axes(axis, len(shape))
    if weights.shape != tuple(shape[i] for i in axes):
        raise ValueError("Shape of weights must be consistent with shape of a "
                         "along specified axis.")
    weights = lax.transpose(weights, tuple(map(int, np.argsort(axes))))
    return lax.reshape(weights, tuple(n if i in axes else 1
                                      for i, n in enumerate(shape)))
