"""Atoms of one operand: the same function at every entry.

sin : a[...] -> a[...]        one line per atom: its function, its primitive

JAX twin: jax/_src/lax/lax.py.
"""

import enum
import math

import numpy as np

from minijax.lax.standard import (
    BITS,
    FLOAT,
    INEXACT,
    INT,
    NUMBER,
    SIGNED,
    elementwise,
    fixed_dtype,
    real_dtype,
    unop,
)


def sign_of(x):
    """NumPy's sign, but the sign of -0.0 is -0.0."""
    sign = np.sign(x)
    return np.copysign(sign, x) if x.dtype.kind == "f" else sign


def logistic_of(x):
    """1 / (1 + exp(-x)), without ever taking exp of a large number."""
    negative = x.real < 0
    e = np.exp(np.where(negative, x, -x))
    return np.where(negative, e, 1) / (1 + e)


def exp2_of(x):
    return np.exp2(x) if x.dtype.kind == "f" else np.exp(x * math.log(2))


def reciprocal_sqrt(x):
    return 1 / np.sqrt(x)


# [arithmetic]
neg, neg_p = unop("neg", np.negative, NUMBER)
sign, sign_p = unop("sign", sign_of, NUMBER)
abs, abs_p = unop("abs", np.abs, SIGNED + INEXACT, real_dtype)
square, square_p = unop("square", np.square, NUMBER)
sqrt, sqrt_p = unop("sqrt", np.sqrt, INEXACT)
rsqrt, rsqrt_p = unop("rsqrt", reciprocal_sqrt, INEXACT)
cbrt, cbrt_p = unop("cbrt", np.cbrt, FLOAT)
floor, floor_p = unop("floor", np.floor, FLOAT)
ceil, ceil_p = unop("ceil", np.ceil, FLOAT)
is_finite, is_finite_p = unop("is_finite", np.isfinite, FLOAT,
                              fixed_dtype(bool))
# [/arithmetic]

# [exponentials]
exp, exp_p = unop("exp", np.exp, INEXACT)
exp2, exp2_p = unop("exp2", exp2_of, INEXACT)
log, log_p = unop("log", np.log, INEXACT)
expm1, expm1_p = unop("expm1", np.expm1, INEXACT)
log1p, log1p_p = unop("log1p", np.log1p, INEXACT)
logistic, logistic_p = unop("logistic", logistic_of, INEXACT)
# [/exponentials]

# [trigonometry]
sin, sin_p = unop("sin", np.sin, INEXACT)
cos, cos_p = unop("cos", np.cos, INEXACT)
tan, tan_p = unop("tan", np.tan, INEXACT)
asin, asin_p = unop("asin", np.arcsin, INEXACT)
acos, acos_p = unop("acos", np.arccos, INEXACT)
atan, atan_p = unop("atan", np.arctan, INEXACT)
sinh, sinh_p = unop("sinh", np.sinh, INEXACT)
cosh, cosh_p = unop("cosh", np.cosh, INEXACT)
tanh, tanh_p = unop("tanh", np.tanh, INEXACT)
asinh, asinh_p = unop("asinh", np.arcsinh, INEXACT)
acosh, acosh_p = unop("acosh", np.arccosh, INEXACT)
atanh, atanh_p = unop("atanh", np.arctanh, INEXACT)
# [/trigonometry]


# [bits]
def unsigned(x):
    """The same bits, as an unsigned integer."""
    return x.view(np.dtype(f"u{x.dtype.itemsize}"))


def count_ones(x):
    return np.bitwise_count(unsigned(x)).astype(x.dtype)


def count_leading_zeros(x):
    """Smear the leading one over all bits below it, and count the rest."""
    x, out, width = unsigned(x), x.dtype, 8 * x.dtype.itemsize
    for shift in (1, 2, 4, 8, 16, 32):
        if shift < width:
            x = x | (x >> shift)
    return (width - np.bitwise_count(x)).astype(out)


bitwise_not, not_p = unop("not", np.invert, BITS, called="bitwise_not")
population_count, population_count_p = unop("population_count", count_ones,
                                            INT)
clz, clz_p = unop("clz", count_leading_zeros, INT)
# [/bits]


# [round]
class RoundingMethod(enum.IntEnum):
    """Where `round` sends 0.5, 1.5, …: outward, or to the even neighbour."""
    AWAY_FROM_ZERO = 0
    TO_NEAREST_EVEN = 1


def round_numbers(x, *, rounding_method):
    if rounding_method is RoundingMethod.TO_NEAREST_EVEN:
        return np.rint(x)
    whole = np.trunc(x)
    return np.where(np.abs(x - whole) < 0.5, whole, whole + np.sign(x))


round_p = elementwise("round", round_numbers, FLOAT)


def round(x, rounding_method=RoundingMethod.AWAY_FROM_ZERO):
    """The nearest whole number, as a float. JAX twin: jax.lax.round."""
    return round_p.bind(x, rounding_method=RoundingMethod(rounding_method))
# [/round]
