"""Atoms of two operands of one dtype: arithmetic, powers, order, bits.

add : (a[...], a[...]) -> a[...]
lt  : (a[...], a[...]) -> bool[...]

Integers obey XLA: they wrap around, division cuts toward zero, x / 0 is -1
and x rem 0 is x. JAX twin: jax/_src/lax/lax.py.
"""

import operator

import numpy as np

from minijax.lax.elementwise import unsigned
from minijax.lax.standard import (
    ANY,
    BITS,
    FLOAT,
    INEXACT,
    INT,
    NUMBER,
    ORDERED,
    accept_all,
    binop,
    common_shape,
    elementwise,
    fixed_dtype,
    standard_primitive,
)


# [division]
def divide(x, y):
    if x.dtype.kind in "fc":
        return np.true_divide(x, y)
    return np.where(y == 0, ~y, (x - np.fmod(x, y)) // y)  # ~0 is -1


def remainder(x, y):
    """What is left of x, with the sign of x."""
    if x.dtype.kind == "f":
        return np.fmod(x, y)
    return np.where(y == 0, x, np.fmod(x, y))
# [/division]


def angle(y, x):
    """The angle of the point (x, y); on complex numbers, its continuation."""
    if x.dtype.kind == "f":
        return np.arctan2(y, x)
    return -1j * np.log((x + 1j * y) / np.sqrt(x * x + y * y))


# [binary]
add, add_p = binop("add", np.add, NUMBER)
sub, sub_p = binop("sub", np.subtract, NUMBER)
mul, mul_p = binop("mul", np.multiply, NUMBER)
div, div_p = binop("div", divide, NUMBER)
rem, rem_p = binop("rem", remainder, INT + FLOAT)
max, max_p = binop("max", np.maximum, ANY)
min, min_p = binop("min", np.minimum, ANY)
atan2, atan2_p = binop("atan2", angle, INEXACT)
nextafter, nextafter_p = binop("nextafter", np.nextafter, FLOAT)
# [/binary]

# [comparisons]
eq, eq_p = binop("eq", np.equal, ANY, fixed_dtype(bool))
ne, ne_p = binop("ne", np.not_equal, ANY, fixed_dtype(bool))
lt, lt_p = binop("lt", np.less, ORDERED, fixed_dtype(bool))
le, le_p = binop("le", np.less_equal, ORDERED, fixed_dtype(bool))
gt, gt_p = binop("gt", np.greater, ORDERED, fixed_dtype(bool))
ge, ge_p = binop("ge", np.greater_equal, ORDERED, fixed_dtype(bool))
# [/comparisons]


# [shifts]
def shift_in_zeros(x, y):
    return (unsigned(x) >> unsigned(y)).view(x.dtype)


def shift_in_signs(x, y):
    signed = np.dtype(f"i{x.dtype.itemsize}")
    return (x.view(signed) >> y.view(signed)).view(x.dtype)


bitwise_and, and_p = binop("and", np.bitwise_and, BITS, called="bitwise_and")
bitwise_or, or_p = binop("or", np.bitwise_or, BITS, called="bitwise_or")
bitwise_xor, xor_p = binop("xor", np.bitwise_xor, BITS, called="bitwise_xor")
shift_left, shift_left_p = binop("shift_left", np.left_shift, INT)
shift_right_logical, shift_right_logical_p = binop(
    "shift_right_logical", shift_in_zeros, INT)
shift_right_arithmetic, shift_right_arithmetic_p = binop(
    "shift_right_arithmetic", shift_in_signs, INT)
# [/shifts]


# [integer_pow]
def multiplied(x, *, y):
    """x to the y-th by squaring: x^13 is x^8 x^4 x."""
    if y < 0:
        return 1 / multiplied(x, y=-y)
    power = None
    while y:
        if y & 1:
            power = x if power is None else power * x
        y >>= 1
        x = x * x if y else x
    return np.ones_like(x) if power is None else power


def integer_pow_dtype(x, *, y):
    if y < 0 and x.dtype.kind in "iu":
        raise TypeError("Integers cannot be raised to negative powers, got "
                        f"integer_pow({x}, {y}). Convert x to float first.")
    return x.dtype


integer_pow_p = elementwise("integer_pow", multiplied, NUMBER,
                            dtype_rule=integer_pow_dtype)


def integer_pow(x, y):
    """x to the power of a Python integer y. JAX twin: jax.lax.integer_pow."""
    return integer_pow_p.bind(x, y=operator.index(y))


def reciprocal(x):
    """1 / x. JAX twin: jax.lax.reciprocal."""
    return integer_pow(x, -1)
# [/integer_pow]


# [pow]
def power(x, y):
    return np.power(x, y.astype(x.dtype))


def pow_shape(*avals):
    return common_shape("pow", *avals)


def pow_dtype(x, y):
    accept_all("pow", (x, y), (INEXACT, NUMBER))
    if y.dtype.kind in "iu" or x.dtype == y.dtype:
        return x.dtype
    raise TypeError(
        "the first argument to pow must have an inexact dtype (float or "
        "complex), and the second argument must have an inexact or integer "
        "dtype, and two inexact dtypes must match, but got "
        f"{x.dtype} and {y.dtype} respectively. Convert one of them first, "
        "or use minijax.numpy.power.")


pow_p = standard_primitive("pow", power, pow_shape, pow_dtype)


def pow(x, y):
    """x to the power y, an array of integers or of x's dtype."""
    return pow_p.bind(x, y)
# [/pow]
