"""Choosing between values, element by element.

pick : (condition, x, y) -> Array           where, with three arguments
clip : (Array, lower, upper) -> Array

JAX twins: `_where` in jax/_src/numpy/util.py; lax_numpy.py.
"""

import numpy as np

from minijax import lax
from minijax.numpy.creation import asarray
from minijax.numpy.elementwise import (
    greater,
    less,
    maximum,
    minimum,
    truth,
)
from minijax.numpy.promotion import (
    arraylike,
    broadcast_arrays,
    cast,
    check_arraylike,
    promote_dtypes,
    promote_inexact,
)


def pick(condition, x, y):
    """x where the condition is true, else y: all broadcast, x, y promoted."""
    check_arraylike("where", condition, x, y)
    condition = truth(arraylike("where", condition))
    x, y = promote_dtypes(x, y)
    if condition.ndim:
        condition, x, y = broadcast_arrays(condition, x, y)
    else:
        x, y = broadcast_arrays(x, y)
    return lax.select(condition, x, y) if x.size else x


def select(condlist, choicelist, default=0):
    """From each position's first true condition, the choice that goes with it.
    """
    if not 0 < len(condlist) == len(choicelist):
        raise ValueError("condlist must be non-empty and have length equal to "
                         f"choicelist ({len(condlist)} vs {len(choicelist)})")
    default, *choices = promote_dtypes(default, *choicelist)
    for condition, choice in reversed(list(zip(condlist, choices))):
        default = pick(condition, choice, default)
    return default


def clip(arr, /, min=None, max=None):
    """The elements, but `min` where below it and `max` where above."""
    check_arraylike("clip", *[x for x in (arr, min, max) if x is not None])
    if any(np.iscomplexobj(x) for x in (arr, min, max)):
        raise ValueError(
            "Clip received a complex value either through the input or the "
            "min/max keywords. Complex values have no ordering and cannot be "
            "clipped. Please take the real or imaginary part first.")
    if min is not None:
        arr = maximum(min, arr)
    if max is not None:
        arr = minimum(max, arr)
    return asarray(arr)


def fmax(x, y):
    """The larger; where one is nan, the other."""
    return pick(greater(x, y) | isnan(y), x, y)


def fmin(x, y):
    """The smaller; where one is nan, the other."""
    return pick(less(x, y) | isnan(y), x, y)


# [tests]
def isfinite(x, /):
    """Whether each element is neither infinite nor nan."""
    x = arraylike("isfinite", x)
    if x.dtype.kind == "c":
        return lax.is_finite(lax.real(x)) & lax.is_finite(lax.imag(x))
    if x.dtype.kind != "f":
        return lax.full_like(x, True, np.dtype("bool"))
    return lax.is_finite(x)


def isnan(x, /):
    """Whether each element is nan, the one number that is not itself."""
    x = arraylike("isnan", x)
    return lax.ne(x, x)


def isinf(x, /):
    """Whether each element is inf or -inf."""
    x = arraylike("isinf", x)
    if x.dtype.kind == "c":
        return isinf(lax.real(x)) | isinf(lax.imag(x))
    if x.dtype.kind != "f":
        return lax.full_like(x, False, np.dtype("bool"))
    return lax.eq(lax.abs(x), cast(np.inf, x.dtype))


def isposinf(x, /):
    """Whether each element is inf."""
    return is_infinity("isposinf", np.inf, x)


def isneginf(x, /):
    """Whether each element is -inf."""
    return is_infinity("isneginf", -np.inf, x)


def is_infinity(name, infinity, x):
    """Whether each element is the given infinity."""
    x = arraylike(name, x)
    if x.dtype.kind == "c":
        raise ValueError(f"{name} is not well defined for complex types; ask "
                         "of the real or imaginary part")
    if x.dtype.kind != "f":
        return lax.full_like(x, False, np.dtype("bool"))
    return lax.eq(x, cast(infinity, x.dtype))
# [/tests]


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether |a - b| <= atol + rtol |b|, element by element."""
    a, b = promote_inexact("isclose", a, b)
    real = np.finfo(a.dtype).dtype
    within = lax.le(lax.abs(lax.sub(a, b)),
                    lax.add(cast(atol, real),
                            lax.mul(cast(rtol, real), lax.abs(b))))
    close = lax.eq(a, b) | (isfinite(b) & within)
    return close | (isnan(a) & isnan(b)) if equal_nan else close


def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    """`nan` for nan, and large finite numbers for infinities."""
    x = arraylike("nan_to_num", x)
    if x.dtype.kind == "c":
        return lax.complex(nan_to_num(lax.real(x), copy, nan, posinf, neginf),
                           nan_to_num(lax.imag(x), copy, nan, posinf, neginf))
    if x.dtype.kind != "f":
        return x
    info = np.finfo(x.dtype)
    posinf = info.max if posinf is None else posinf
    neginf = info.min if neginf is None else neginf
    x = pick(isnan(x), asarray(nan, x.dtype), x)
    x = pick(isposinf(x), asarray(posinf, x.dtype), x)
    return pick(isneginf(x), asarray(neginf, x.dtype), x)
