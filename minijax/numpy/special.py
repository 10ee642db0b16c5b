"""Elementwise functions with more to them than one formula.

logaddexp : (Array, Array) -> Array
sinc      : Array -> Array
interp    : (Array, Array[n], Array[n]) -> Array

JAX twins: jax/_src/numpy/ufuncs.py, lax_numpy.py.
"""

import numpy as np

from minijax import lax
from minijax.numpy.arithmetic import remainder
from minijax.numpy.elementwise import absolute, maximum, minimum
from minijax.numpy.promotion import (
    arraylike,
    broadcast_arrays,
    cast,
    check_arraylike,
    const,
    promote_args,
    promote_dtypes,
    promote_inexact,
    to_inexact,
)
from minijax.numpy.selection import isinf, isnan, pick


def logaddexp(x, y, /):
    """log(exp(x) + exp(y)) without overflow."""
    x, y = promote_inexact("logaddexp", x, y)
    return log_add(x, y, lax.exp, lax.log1p)


def logaddexp2(x, y, /):
    """log2(2**x + 2**y) without overflow."""
    x, y = promote_inexact("logaddexp2", x, y)
    scale = const(x, 1 / np.log(2))
    return log_add(x, y, lax.exp2, lambda t: lax.mul(scale, lax.log1p(t)))


def log_add(x, y, exp, log1p):
    """The larger plus log1p(exp(-difference)).

    With equal infinities the difference is nan and the sum is right; inside
    the formula it is replaced, lest its derivative be nan too.
    """
    larger = lax.real(x) > lax.real(y) if x.dtype.kind == "c" else x > y
    big, small = pick(larger, x, y), pick(larger, y, x)
    delta = lax.sub(small, big)
    same = isnan(delta)
    safe = pick(same, const(x, 0), delta)
    return pick(same, lax.add(x, y), lax.add(big, log1p(exp(safe))))


def sinc(x, /):
    """sin(pi x) / (pi x), and 1 at 0; smooth there in all derivatives."""
    x, = promote_inexact("sinc", x)
    x = lax.mul(const(x, np.pi), x)
    small = lax.lt(lax.abs(x), cast(1.0, np.finfo(x.dtype).dtype))
    safe = pick(small, const(x, 1), x)
    return pick(small, sinc_series(pick(small, x, const(x, 0))),
                lax.div(lax.sin(safe), safe))


def sinc_series(x):
    """sin(x) / x for |x| < 1: 1 - x²/6 + x⁴/120 - …"""
    t, out = lax.square(x), const(x, 0)
    for k in range(8, 0, -1):
        out = lax.mul(lax.neg(t), (1 + out) / (2 * k * (2 * k + 1)))
    return 1 + out


def heaviside(x, y, /):
    """0 for negative x, 1 for positive x, y at 0."""
    x, y = promote_inexact("heaviside", x, y)
    x, y = broadcast_arrays(x, y)
    zero, one = const(x, 0), const(x, 1)
    return pick(x < zero, zero, pick(x > zero, one, pick(isnan(x), x, y)))


def signbit(x, /):
    """Whether the sign is negative: true of -0.0 too."""
    x = arraylike("signbit", x)
    if x.dtype.kind in "bu":
        return lax.full_like(x, False, np.dtype("bool"))
    if x.dtype.kind == "c":
        raise ValueError("signbit is not well defined for complex types")
    if x.dtype.kind == "f":
        x = lax.bitcast_convert_type(x, np.dtype(f"i{x.dtype.itemsize}"))
    return lax.lt(x, const(x, 0))


def copysign(x, y, /):
    """|x| with the sign of y."""
    x, y = promote_inexact("copysign", x, y)
    if x.dtype.kind == "c":
        raise TypeError("copysign does not support complex-valued inputs")
    return pick(signbit(y), lax.neg(lax.abs(x)), lax.abs(x))


# [binary exponents]
def frexp(x, /):
    """(m, e) with x = m * 2**e and 0.5 <= |m| < 1."""
    x, = promote_inexact("frexp", x)
    plain = isnan(x) | isinf(x) | (x == 0)
    e = exponent(pick(plain, const(x, 1), x))
    m = scale(x, -e)
    return pick(plain, x, m), pick(plain, const(e, 0), e)


def exponent(x):
    """The e of frexp, from the bits of nonzero finite floats."""
    info, width = np.finfo(x.dtype), np.dtype(f"i{x.dtype.itemsize}")
    tiny = lax.abs(x) < cast(float(info.tiny), x.dtype)
    lifted = pick(tiny, x * const(x, 2.0 ** info.nmant), x)
    bits = lax.shift_right_logical(lax.bitcast_convert_type(lifted, width),
                                   cast(info.nmant, width))
    bits = lax.bitwise_and(bits, cast((1 << info.nexp) - 1, width))
    e = cast(bits, np.dtype("int32")) - (info.maxexp - 2)
    return pick(tiny, e - info.nmant, e)


def scale(x, e):
    """x * 2**e in two steps, neither of which overflows."""
    half = e // 2
    two = const(x, 2)
    return x * two ** cast(half, x.dtype) * two ** cast(e - half, x.dtype)


def ldexp(x, e, /):
    """x * 2**e for integers e."""
    check_arraylike("ldexp", x, e)
    if arraylike("ldexp", e).dtype.kind not in "biu":
        raise ValueError("ldexp not supported for exponents that are not "
                         "integers; use x * 2 ** e")
    x, = promote_inexact("ldexp", x)
    e = cast(arraylike("ldexp", e), np.dtype("int32"))
    return pick(isinf(x) | (x == 0), x, scale(x, e))
# [/binary exponents]


# [gcd]
def gcd(x, y):
    """The greatest common divisor of integers, by Euclid's steps."""
    x, y = integers("gcd", x, y)
    for _ in range(int(1.45 * 8 * x.dtype.itemsize)):  # Fibonacci: the worst
        zero = lax.eq(y, const(y, 0))
        x, y = (pick(zero, x, y),
                pick(zero, y, lax.rem(x, pick(zero, const(y, 1), y))))
    return x


def lcm(x, y):
    """The least common multiple of integers."""
    x, y = integers("lcm", x, y)
    d = gcd(x, y)
    return pick(d == 0, d, x * (y // pick(d == 0, const(d, 1), d)))


def integers(name, x, y):
    """|x| and |y|, which must be integers."""
    x, y = promote_args(name, x, y)
    if x.dtype.kind not in "iu":
        raise ValueError(f"Arguments to jax.numpy.{name} must be integers.")
    return broadcast_arrays(absolute(x), absolute(y))
# [/gcd]


def interp(x, xp, fp, left=None, right=None, period=None):
    """The piecewise linear function through the points (xp, fp), at x.

    xp increases. Beyond its ends: `left` and `right`, by default the end
    values, or "extrapolate"; with `period`, xp is taken modulo that.
    """
    x, xp = promote_dtypes(x, arraylike("interp", xp), to=to_inexact)
    fp, = promote_dtypes(arraylike("interp", fp), to=to_inexact)
    if xp.shape != fp.shape or xp.ndim != 1:
        raise ValueError("xp and fp must be one-dimensional arrays of equal "
                         f"size; got shapes {xp.shape} and {fp.shape}")
    if period is not None:
        x, xp, fp = one_period(x, xp, fp, absolute(period))
    i = maximum(minimum(xp.searchsorted(x, side="right"), xp.size - 1), 1)
    low, dx, df = xp[i - 1], xp[i] - xp[i - 1], fp[i] - fp[i - 1]
    jump = lax.abs(dx) <= np.spacing(np.finfo(xp.dtype).eps)
    out = fp[i - 1] + pick(jump, 0, (x - low) / pick(jump, 1, dx) * df)
    for end, beyond, given in ((0, x < xp[0], left), (-1, x > xp[-1], right)):
        if period is None and not isinstance(given, str):
            out = pick(beyond, fp[end] if given is None else given, out)
        elif isinstance(given, str) and given != "extrapolate":
            raise ValueError("the only valid string value of `left` and "
                             f"`right` is 'extrapolate', but got: {given!r}")
    return out


def one_period(x, xp, fp, period):
    """The arguments of interp, within a period and one point beyond it."""
    x, xp = remainder(x, period), remainder(xp, period)
    xp, fp = lax.sort_key_val(xp, fp)
    xp = lax.concatenate([xp[-1:] - period, xp, xp[:1] + period], 0)
    return x, xp, lax.concatenate([fp[-1:], fp, fp[:1]], 0)
