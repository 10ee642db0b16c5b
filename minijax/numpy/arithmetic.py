"""Arithmetic that takes more than one lax operation.

floor_divide, remainder : (Array, Array) -> Array     signs as in Python
power                   : (Array, Array) -> Array
round                   : (Array, int) -> Array

Where a formula has a pole inside, the argument is replaced there before the
formula sees it, so that derivatives are finite too.
JAX twin: jax/_src/numpy/ufuncs.py.
"""

import numpy as np

from minijax import dtypes, lax
from minijax.array import ArrayImpl
from minijax.numpy.elementwise import divide, maximum, minimum, unary
from minijax.numpy.promotion import (
    arraylike,
    cast,
    check_arraylike,
    const,
    promote_dtypes,
    promote_inexact,
    promote_numeric,
    promote_ranks,
    static_int,
    to_numeric,
    type_of,
)
from minijax.numpy.reductions import refuse_out
from minijax.numpy.selection import pick


def floor_divide(x, y, /):
    """The largest integer not above x / y; integers stay integers."""
    x, y = promote_numeric("floor_divide", x, y)
    kind = x.dtype.kind
    if kind == "c":
        raise TypeError("floor_divide does not support complex-valued inputs: "
                        "complex numbers have no order")
    if kind == "f":
        return float_divmod(x, y)[0]
    if kind == "u":
        return lax.div(x, y)
    differ = lax.ne(lax.sign(x), lax.sign(y))
    inexact = lax.ne(lax.rem(x, y), const(x, 0))
    quotient = lax.div(x, y)
    return pick(lax.bitwise_and(differ, inexact), quotient - 1, quotient)


def float_divmod(x, y):
    """Floored quotient and remainder of floats."""
    zero = const(x, 0)
    mod = lax.rem(x, y)
    div = lax.div(pick(lax.eq(y, zero), x, lax.sub(x, mod)), y)
    below = lax.bitwise_and(lax.ne(mod, zero),
                            lax.ne(lax.sign(y), lax.sign(mod)))
    mod = pick(below, lax.add(mod, y), mod)
    div = pick(below, lax.sub(div, const(x, 1)), div)
    return lax.round(div), mod


def remainder(x, y, /):
    """x - y * floor(x / y): it has the sign of y, as in Python."""
    x, y = promote_numeric("remainder", x, y)
    zero = const(x, 0)
    if x.dtype.kind in "iu":
        y = pick(lax.eq(y, zero), const(y, 1), y)
    mod = lax.rem(x, y)
    differ = lax.ne(lax.lt(mod, zero), lax.lt(y, zero))
    return pick(lax.bitwise_and(differ, lax.ne(mod, zero)),
                 lax.add(mod, y), mod)


mod = remainder


def divmod(x, y, /):
    """(x // y, x % y)."""
    x, y = promote_numeric("divmod", x, y)
    if x.dtype.kind in "iu":
        return floor_divide(x, y), remainder(x, y)
    return float_divmod(x, y)


def fmod(x, y, /):
    """The remainder of C: it has the sign of x."""
    x, y = promote_numeric("fmod", x, y)
    if x.dtype.kind in "iu":
        y = pick(y == 0, const(y, 1), y)
    return lax.rem(x, y)


def power(x, y, /):
    """x ** y; an int y becomes repeated multiplication.

    TypeError for integers to a negative int: their powers are no integers.
    """
    check_arraylike("power", x, y)
    if isinstance(y, int | np.integer) and type(y) is not bool:
        x, = promote_dtypes(x, to=to_numeric)
        return lax.integer_pow(x, int(y))
    a, b = promote_numeric("power", x, y)
    if a.dtype.kind in "iu":
        return integer_power(a, b)
    if type_of(y)[0].kind in "iu":
        _, b = promote_ranks(a, arraylike("power", y))
    return lax.pow(a, b)


pow = power


def integer_power(x, y):
    """x ** y of integers by repeated squaring, 6 bits of y."""
    if isinstance(y, ArrayImpl) and y.dtype.kind == "i" and np.any(
            y._value < 0):
        raise ValueError("Integers to negative integer powers are not "
                         "integers; make one of them a float")
    one = const(y, 1)
    out = lax.full_like(x, 1, shape=np.broadcast_shapes(x.shape, y.shape))
    for _ in range(6):
        odd = lax.ne(lax.bitwise_and(y, one), const(y, 0))
        out = pick(odd, lax.mul(out, x), out)
        x = lax.mul(x, x)
        y = lax.shift_right_logical(y, one)
    return out


def reciprocal(x, /):
    """1 / x."""
    x, = promote_inexact("reciprocal", x)
    return lax.integer_pow(x, -1)


# [rounding]
def rounding(name, op, doc):
    """A rounding function: integers are left as they are."""
    def function(x, /):
        x = arraylike(name, x)
        return x if x.dtype.kind in "biu" else op(x)
    function.__name__, function.__doc__ = name, doc
    function.__module__ = "minijax.numpy"
    return function


floor = rounding("floor", lax.floor, "The largest integer not above x.")
ceil  = rounding("ceil",  lax.ceil,  "The smallest integer not below x.")
trunc = rounding("trunc", lambda x: pick(x < 0, lax.ceil(x), lax.floor(x)),
                 "x without its fraction.")
fix   = rounding("fix", trunc, "The same as trunc.")
# [/rounding]


def rint(x, /):
    """The nearest integer, to even at ties, as a float."""
    x = arraylike("rint", x)
    if x.dtype.kind == "c":
        return lax.complex(rint(lax.real(x)), rint(lax.imag(x)))
    if x.dtype.kind in "biu":
        return cast(x, dtypes.default("f"))
    return to_nearest(x)


def to_nearest(x):
    """The nearest integer, to even at ties, of a float."""
    return lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN)


def round(a, decimals=0, out=None):
    """The nearest number with so many decimals, to even at ties."""
    refuse_out("round", out)
    x = arraylike("round", a)
    decimals = static_int(decimals, "'decimals' argument of jnp.round.")
    if x.dtype.kind in "biu":
        if decimals < 0:
            raise NotImplementedError("integer round is not implemented for "
                                      "decimals < 0; round a float")
        return x
    if x.dtype.kind == "c":
        return lax.complex(round(lax.real(x), decimals),
                           round(lax.imag(x), decimals))
    if decimals == 0:
        return to_nearest(x)
    factor = cast(10.0 ** decimals, np.promote_types(x.dtype, "f4"))
    wide = cast(x, factor.dtype, x.weak_type)
    return cast(lax.div(to_nearest(lax.mul(wide, factor)), factor),
                x.dtype, x.weak_type)


around = round


def modf(x, /):
    """(fraction, whole part), both with the sign of x."""
    x, = promote_inexact("modf", x)
    whole = pick(x >= 0, lax.floor(x), lax.ceil(x))
    return x - whole, whole


def hypot(x, y, /):
    """sqrt(x**2 + y**2) without overflow, and 0 with derivative at 0."""
    x, y = promote_inexact("hypot", x, y)
    if x.dtype.kind == "c":
        raise ValueError("jnp.hypot is not well defined for complex-valued "
                         "inputs; take abs(x) first")
    x, y = lax.abs(x), lax.abs(y)
    inf = const(x, np.inf)
    infinite = lax.bitwise_or(lax.eq(x, inf), lax.eq(y, inf))
    x, y = maximum(x, y), minimum(x, y)
    ratio = lax.div(y, pick(x == 0, const(x, 1), x))
    out = pick(x == 0, x, x * lax.sqrt(1 + lax.square(ratio)))
    return pick(infinite, inf, out)


# [scaled]
def log2(x, /):
    """Logarithm to base 2."""
    x, = promote_inexact("log2", x)
    two = cast(2, np.finfo(x.dtype).dtype)
    return divide(lax.log(x), lax.log(two))


def log10(x, /):
    """Logarithm to base 10."""
    x, = promote_inexact("log10", x)
    return lax.mul(lax.log(x), cast(1 / np.log(10), x.dtype))


deg2rad = unary("deg2rad", lambda x: lax.mul(x, const(x, np.pi / 180)),
                "Radians of degrees.")
rad2deg = unary("rad2deg", lambda x: lax.mul(x, const(x, 180 / np.pi)),
                "Degrees of radians.")
radians = unary("radians", deg2rad, "The same as deg2rad.")
degrees = unary("degrees", rad2deg, "The same as rad2deg.")
# [/scaled]
