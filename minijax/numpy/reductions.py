"""Reductions: many elements to one, along axes.

sum, prod, max, min, any, all, mean, var, std : Array -> Array
argmax, argmin : Array -> Array of int32

`axis` is an int, a tuple, or None for all axes; `where` masks elements out.
JAX twin: jax/_src/numpy/reductions.py.
"""

import math

import numpy as np

from minijax import dtypes, lax
from minijax.numpy.creation import optional_dtype
from minijax.numpy.elementwise import real
from minijax.numpy.promotion import (
    arraylike,
    broadcast_to,
    canonical_axis,
    cast,
    concrete,
    to_inexact,
    to_numeric,
)
from minijax.numpy.selection import pick

# [OPERATIONS]
OPERATIONS = {  # along axes,      of two,          of none
    "sum":  (lax.reduce_sum,  lax.add,         0),
    "prod": (lax.reduce_prod, lax.mul,         1),
    "max":  (lax.reduce_max,  lax.max,         None),
    "min":  (lax.reduce_min,  lax.min,         None),
    "any":  (lax.reduce_or,   lax.bitwise_or,  False),
    "all":  (lax.reduce_and,  lax.bitwise_and, True),
}
# [/OPERATIONS]


def canonical_axes(axis, ndim):
    """`axis` as a tuple of axes counted from the front."""
    if axis is None:
        return tuple(range(ndim))
    axis = concrete(axis, "The axis argument must be known statically.")
    axes = axis if isinstance(axis, tuple | list | np.ndarray) else (axis,)
    axes = tuple([canonical_axis(i, ndim) for i in axes])
    if len(set(axes)) < len(axes):
        raise ValueError(f"duplicate value in 'axis': {axis}")
    return axes


def refuse_out(name, out):
    """Arrays are immutable: nothing can be written `out` into one."""
    if out is not None:
        raise NotImplementedError(
            f"The 'out' argument to jnp.{name} is not supported: arrays are "
            "immutable. Assign the result instead.")


def boolean_mask(name, where):
    """`where` as an array of booleans; None stays None."""
    if where is None:
        return None
    where = arraylike(name, where)
    if where.dtype.kind != "b":
        raise ValueError(f"jnp.{name}: where must be None or a boolean array; "
                         f"got where.dtype={where.dtype}. Compare: x != 0.")
    return where


def neutral(name, dtype):
    """The number that changes no sum, product, maximum or minimum."""
    unit = OPERATIONS[name][2]
    if unit is not None:
        return unit
    if dtype.kind == "b":
        return name == "min"
    if dtype.kind == "f":
        return -np.inf if name == "max" else np.inf
    info = np.iinfo(dtype)
    return int(info.min if name == "max" else info.max)


# [reduce]
def reduce(name, a, axis, keepdims, initial, where, dtype=None):
    """The reduction `name` of `a` along `axis`, computed in `dtype`."""
    op, combine, unit = OPERATIONS[name]
    axes, where = canonical_axes(axis, a.ndim), boolean_mask(name, where)
    if unit is None and initial is None:
        if where is not None:
            raise ValueError(
                f"reduction operation {name} does not have an identity, so "
                "to use a where mask one has to specify 'initial'")
        if 0 in [a.shape[i] for i in axes]:
            raise ValueError(f"zero-size array to reduction operation {name} "
                             "which has no identity; give it with initial=")
    a = cast(a, dtype or a.dtype)
    if where is not None:
        a = pick(where, a, cast(neutral(name, a.dtype), a.dtype))
    out = op(a, axes)
    if initial is not None:
        initial = cast(arraylike(name, initial), out.dtype)
        if initial.ndim:
            raise ValueError("initial value must be a scalar. Got array of "
                             f"shape {initial.shape}")
        out = combine(initial, out)
    return lax.expand_dims(out, axes) if keepdims else out
# [/reduce]


def sum_dtype(dtype, promote_integers=True):
    """The dtype of a sum: of bools and small integers, the default int."""
    dtype = to_numeric(dtype)
    if dtype.kind not in "iu" or not promote_integers:
        return dtype
    least = np.dtype(f"{dtype.kind}{dtypes.default('i').itemsize}")
    return least if dtype.itemsize < least.itemsize else dtype


def wide(dtype):
    """float32 for float16, which is too narrow to add many numbers in."""
    return np.dtype("float32") if dtype.name == "float16" else dtype


def accumulate(name, a, dtype, promote_integers, *args):
    """`sum` or `prod`, in a dtype that has room for the result."""
    a = arraylike(name, a)
    if dtype is not None:
        dtype = dtypes.canonical(dtype)
        bools = {"sum": "any", "prod": "all"}
        return reduce(bools[name] if dtype.kind == "b" else name, a, *args,
                      dtype=dtype)
    dtype = sum_dtype(a.dtype, promote_integers)
    return cast(reduce(name, a, *args, dtype=wide(dtype)), dtype)


def sum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None,
        where=None, promote_integers=True):
    """The sum of the elements along `axis`."""
    refuse_out("sum", out)
    return accumulate("sum", a, dtype, promote_integers, axis, keepdims,
                      initial, where)


def prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None,
         where=None, promote_integers=True):
    """The product of the elements along `axis`."""
    refuse_out("prod", out)
    return accumulate("prod", a, dtype, promote_integers, axis, keepdims,
                      initial, where)


def max(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    """The largest element along `axis`; nan if one is nan."""
    refuse_out("max", out)
    return reduce("max", arraylike("max", a), axis, keepdims, initial, where)


def min(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    """The smallest element along `axis`; nan if one is nan."""
    refuse_out("min", out)
    return reduce("min", arraylike("min", a), axis, keepdims, initial, where)


amax, amin = max, min


def truth_of(name, a):
    """`a` as booleans, for any and all."""
    return cast(real(arraylike(name, a)), np.dtype("bool"))


def all(a, axis=None, out=None, keepdims=False, *, where=None):
    """Whether all elements along `axis` are true."""
    refuse_out("all", out)
    return reduce("all", truth_of("all", a), axis, keepdims, None, where)


def any(a, axis=None, out=None, keepdims=False, *, where=None):
    """Whether some element along `axis` is true."""
    refuse_out("any", out)
    return reduce("any", truth_of("any", a), axis, keepdims, None, where)


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


def ptp(a, axis=None, out=None, keepdims=False):
    """The largest element minus the smallest, along `axis`."""
    refuse_out("ptp", out)
    return lax.sub(max(a, axis, None, keepdims), min(a, axis, None, keepdims))


def count_nonzero(a, axis=None, keepdims=False):
    """How many elements along `axis` are not zero."""
    nonzero = arraylike("count_nonzero", a) != 0
    return sum(nonzero, axis, dtypes.default("i"), None, keepdims)


# [argmax]
def position(name, op, a, axis, out, keepdims):
    """argmax or argmin."""
    refuse_out(name, out)
    a = arraylike(name, a)
    axes = canonical_axes(axis, a.ndim)
    flat = lax.reshape(a, (a.size,)) if axis is None else a
    axis = 0 if axis is None else axes[0]
    if flat.shape[axis] == 0:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    i = op(flat, axis, dtypes.default("i"))
    return lax.expand_dims(i, axes) if keepdims else i


def argmax(a, axis=None, out=None, keepdims=None):
    """The position of the largest element; of the first, at ties."""
    return position("argmax", lax.argmax, a, axis, out, keepdims)


def argmin(a, axis=None, out=None, keepdims=None):
    """The position of the smallest element; of the first, at ties."""
    return position("argmin", lax.argmin, a, axis, out, keepdims)
# [/argmax]


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
