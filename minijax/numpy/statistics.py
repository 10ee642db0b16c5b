"""Statistics: reductions that ignore nan, quantiles, covariance.

nansum   : Array -> Array
quantile : (Array, q) -> Array
cov      : Array[m, n] -> Array[m, m]
JAX twins: jax/_src/numpy/reductions.py, lax_numpy.py.
"""

import numpy as np

from minijax import lax
from minijax.numpy import averages, reductions
from minijax.numpy.elementwise import conjugate, named, real
from minijax.numpy.joining import concatenate
from minijax.numpy.manipulation import (
    atleast_2d,
    moveaxis,
    reshape,
    squeeze,
)
from minijax.numpy.products import dot
from minijax.numpy.promotion import (
    arraylike,
    cast,
    const,
    promote_dtypes,
    promote_inexact,
    to_inexact,
)
from minijax.numpy.reductions import (
    all,
    canonical_axes,
    refuse_out,
)
from minijax.numpy.selection import clip, isnan, pick
from minijax.numpy.taking import diagonal, take_along_axis


# [nan reductions]
def ignoring_nan(name, instead, doc, empty=None):
    """The reduction without its nans: each counts as `instead`.

    `empty` is the result where all elements are nan, if not that.
    """
    plain = getattr(reductions, name.removeprefix("nan"))

    def function(a, axis=None, *args, **kwargs):
        a = arraylike(name, a)
        if a.dtype.kind not in "fc":
            return plain(a, axis, *args, **kwargs)
        nan = isnan(a)
        out = plain(pick(nan, cast(instead, a.dtype), a), axis, *args,
                    **kwargs)
        if empty is None or kwargs.get("initial") is not None:
            return out
        keepdims = out.ndim == a.ndim
        return pick(all(nan, axis, None, keepdims), cast(empty, out.dtype),
                    out)
    return named(function, name, doc)


nansum    = ignoring_nan("nansum", 0, "The sum, with 0 for nan.")
nanprod   = ignoring_nan("nanprod", 1, "The product, with 1 for nan.")
nanmax    = ignoring_nan("nanmax", -np.inf, "The largest that is not nan.",
                         np.nan)
nanmin    = ignoring_nan("nanmin", np.inf, "The smallest that is not nan.",
                         np.nan)
nanargmax = ignoring_nan("nanargmax", -np.inf, "The position of the largest "
                         "that is not nan; -1 if there is none.", -1)
nanargmin = ignoring_nan("nanargmin", np.inf, "The position of the smallest "
                         "that is not nan; -1 if there is none.", -1)
# [/nan reductions]


def not_nan(name, a, where):
    """The elements to be counted: those that `where` keeps and are not nan."""
    kept = ~isnan(a)
    where = reductions.boolean_mask(name, where)
    return kept if where is None else kept & where


def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, where=None):
    """The mean of the elements that are not nan."""
    a = arraylike("nanmean", a)
    return averages.mean(a, axis, dtype, out, keepdims,
                           where=not_nan("nanmean", a, where))


def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False,
           where=None, mean=None):
    """The variance of the elements that are not nan."""
    a = arraylike("nanvar", a)
    return averages.var(a, axis, dtype, out, ddof, keepdims, mean=mean,
                          where=not_nan("nanvar", a, where))


def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False,
           where=None, mean=None):
    """The standard deviation of the elements that are not nan."""
    return lax.sqrt(nanvar(a, axis, dtype, out, ddof, keepdims, where, mean))


# [quantile]
def quantile(a, q, axis=None, out=None, overwrite_input=False,
             method="linear", keepdims=False):
    """The value below which the fraction q of the elements lies.

    A vector of q gives a new first axis. method: "linear" between the two
    neighbours, or "lower", "higher", "nearest", "midpoint".
    """
    return quantiles("quantile", a, q, axis, out, method, keepdims, False)


def nanquantile(a, q, axis=None, out=None, overwrite_input=False,
                method="linear", keepdims=False):
    """The quantile of the elements that are not nan."""
    return quantiles("nanquantile", a, q, axis, out, method, keepdims, True)


def quantiles(name, a, q, axis, out, method, keepdims, skip_nan):
    """quantile and nanquantile: sort, and read between two places."""
    refuse_out(name, out)
    dtype = to_inexact(arraylike(name, a).dtype)
    q, _ = promote_dtypes(*arraylike(name, q, a), to=to_inexact)
    a = cast(a, dtype)
    if a.dtype.kind == "c" or q.ndim > 1:
        raise ValueError(f"{name}: a must be real and q of rank <= 1; got "
                         f"{a.aval} and {q.aval}")
    axes = canonical_axes(axis, a.ndim)
    kept = [n for i, n in enumerate(a.shape) if i not in axes]
    wide = tuple(1 if i in axes else n for i, n in enumerate(a.shape))
    a = reshape(moveaxis(a, axes, tuple(range(-len(axes), 0))), (*kept, -1))
    a = lax.sort(a)
    valid = reductions.sum(~isnan(a), -1, q.dtype)
    out = [between(a, x, valid, method, skip_nan)
           for x in (q if q.ndim else [q])]
    if keepdims:
        out = [reshape(x, wide) for x in out]
    return cast(concatenate([x[None] for x in out]) if q.ndim else out[0],
                dtype)


def between(a, q, valid, method, skip_nan):
    """The q-quantile of each sorted row of which `valid` come before nan."""
    n = cast(a.shape[-1], q.dtype)
    last = (valid if skip_nan else n) - 1
    place = clip(q * last, 0, pick(last < 0, 0, last))
    low, high = lax.floor(place), lax.ceil(place)
    below, above = (element(a, i) for i in (low, high))
    weight = cast(place - low, a.dtype)
    if method == "linear":
        out = below * (1 - weight) + above * weight
    elif method == "midpoint":
        out = (below + above) * 0.5
    elif method in ("lower", "higher", "nearest"):
        up = weight > 0.5 if method == "nearest" else method == "higher"
        out = pick(up, above, below)
    else:
        raise ValueError("method can only be 'linear', 'lower', 'higher', "
                         f"'midpoint' or 'nearest'; got {method!r}")
    return pick(valid < (1 if skip_nan else n), const(a, np.nan), out)


def element(a, i):
    """From each row of `a`, the element at a place, the same or its own."""
    i = cast(i, np.dtype("int32"))
    if not i.ndim:
        return lax.dynamic_index_in_dim(a, i, a.ndim - 1, keepdims=False)
    return squeeze(take_along_axis(a, i[..., None], -1, mode="clip"), -1)


def percentile(a, q, axis=None, out=None, overwrite_input=False,
               method="linear", keepdims=False):
    """quantile with q in percent."""
    q, = promote_inexact("percentile", q)
    return quantile(a, q / 100, axis, out, overwrite_input, method, keepdims)


def nanpercentile(a, q, axis=None, out=None, overwrite_input=False,
                  method="linear", keepdims=False):
    """nanquantile with q in percent."""
    q, = promote_inexact("nanpercentile", q)
    return nanquantile(a, q / 100, axis, out, overwrite_input, method,
                       keepdims)


def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """The element in the middle, or the mean of the two."""
    return quantile(a, 0.5, axis, out, overwrite_input, "midpoint", keepdims)


def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """The median of the elements that are not nan."""
    return nanquantile(a, 0.5, axis, out, overwrite_input, "midpoint",
                       keepdims)
# [/quantile]


# [cov]
def cov(m, y=None, rowvar=True, bias=False, ddof=None):
    """The covariances of variables in rows, observed in columns."""
    m, = promote_inexact("cov", m)
    x = atleast_2d(m if rowvar or m.ndim == 1 else m.T)
    if y is not None:
        y = atleast_2d(arraylike("cov", y))
        x = concatenate([x, y if rowvar or y.shape[0] == 1 else y.T])
    ddof = int(not bias) if ddof is None else ddof
    x = x - averages.mean(x, 1, None, None, True)
    return squeeze(dot(x, conjugate(x.T)) / (x.shape[1] - ddof))


def corrcoef(x, y=None, rowvar=True):
    """The correlations of variables in rows, between -1 and 1."""
    c = cov(x, y, rowvar)
    if not c.ndim:
        return c / c
    deviation = lax.sqrt(real(diagonal(c)))
    c = c / deviation[:, None] / deviation[None, :]
    if c.dtype.kind == "c":
        return lax.complex(clip(lax.real(c), -1, 1), clip(lax.imag(c), -1, 1))
    return clip(c, -1, 1)
# [/cov]
