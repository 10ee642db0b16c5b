"""The derivatives of the elementwise atoms: one page, one line each.

defjvp(primitive, rule for operand 0, rule for operand 1, …)
rule : (t, ans, *primals) -> what the operand's tangent t adds to ans's

The rules are written with the package's operators, so they can be traced,
and differentiated, like any other program. JAX twin: jax/_src/lax/lax.py.
"""

import math

from minijax import lax
from minijax.forward import (
    Zero,
    defjvp,
    deflinear,
    defzero,
    fit,
    jvp_rules,
    zero_like,
)
from minijax.lax import cos, cosh, exp, log, neg, rsqrt, sin, sinh, square

PI = math.pi

# [linear]
deflinear(lax.neg_p)
deflinear(lax.conj_p)
deflinear(lax.real_p)
deflinear(lax.imag_p)
deflinear(lax.complex_p)
# [/linear]

# [powers]
defjvp(lax.exp_p, lambda t, ans, x: t * ans)
defjvp(lax.exp2_p, lambda t, ans, x: math.log(2) * (t * ans))
defjvp(lax.expm1_p, lambda t, ans, x: t * (ans + 1))
defjvp(lax.log_p, lambda t, ans, x: t / x)
defjvp(lax.log1p_p, lambda t, ans, x: t / (x + 1))
defjvp(lax.sqrt_p, lambda t, ans, x: t * (0.5 / ans))
defjvp(lax.rsqrt_p, lambda t, ans, x: t * (-0.5 * (ans / x)))
defjvp(lax.cbrt_p, lambda t, ans, x: t * (1 / 3 * ans**-2))
defjvp(lax.square_p, lambda t, ans, x: t * (2 * x))
# [/powers]

# [trigonometric]
defjvp(lax.sin_p, lambda t, ans, x: t * cos(x))
defjvp(lax.cos_p, lambda t, ans, x: -(t * sin(x)))
defjvp(lax.tan_p, lambda t, ans, x: t * (1 + square(ans)))
defjvp(lax.asin_p, lambda t, ans, x: t * rsqrt(1 - square(x)))
defjvp(lax.acos_p, lambda t, ans, x: t * -rsqrt(1 - square(x)))
defjvp(lax.atan_p, lambda t, ans, x: t / (1 + square(x)))
defjvp(lax.sinh_p, lambda t, ans, x: t * cosh(x))
defjvp(lax.cosh_p, lambda t, ans, x: t * sinh(x))
defjvp(lax.tanh_p, lambda t, ans, x: (t + t * ans) * (1 - ans))
defjvp(lax.asinh_p, lambda t, ans, x: t * rsqrt(square(x) + 1))
defjvp(lax.acosh_p, lambda t, ans, x: t * (rsqrt(x - 1) * rsqrt(x + 1)))
defjvp(lax.atanh_p, lambda t, ans, x: 1 / (1 + x) * (t / (1 - x)))
defjvp(lax.atan2_p,
       lambda t, ans, x, y: t * (y / (square(x) + square(y))),
       lambda t, ans, x, y: t * (-x / (square(x) + square(y))))
# [/trigonometric]


def trigamma(x):
    """The derivative of digamma: reflected, moved beyond 10, then a series.

    Abramowitz and Stegun 6.4.7, 6.4.6 and 6.4.12.
    """
    left = x < 0.5
    y = lax.select(left, 1 - x, x)
    passed = 0 * y
    for _ in range(10):
        near = y < 10
        passed = passed + lax.select(near, 1 / square(y), 0 * y)
        y = lax.select(near, y + 1, y)
    w = 1 / square(y)
    series = 1 / y + w / 2 + w / y * (1/6 - w * (1/30 - w * (1/42 - w * (
        1/30 - w * (5/66 - w * (691/2730 - w * 7/6))))))
    mirror = square(PI / sin(PI * lax.select(left, x, 0 * x + 0.5)))
    return lax.select(left, mirror - passed - series, passed + series)


# [special]
defjvp(lax.logistic_p, lambda t, ans, x: t * (ans * (1 - ans)))
defjvp(lax.erf_p, lambda t, ans, x: 2 / PI**.5 * (t * exp(neg(square(x)))))
defjvp(lax.erfc_p, lambda t, ans, x: -2 / PI**.5 * (t * exp(neg(square(x)))))
defjvp(lax.erf_inv_p, lambda t, ans, x: PI**.5 / 2 * (t * exp(square(ans))))
defjvp(lax.lgamma_p, lambda t, ans, x: t * lax.digamma(x))
defjvp(lax.digamma_p, lambda t, ans, x: t * trigamma(x))
# [/special]

# [arithmetic]
defjvp(lax.add_p, lambda t, ans, x, y: t, lambda t, ans, x, y: t)
defjvp(lax.mul_p, lambda t, ans, x, y: t * y, lambda t, ans, x, y: x * t)
defjvp(lax.div_p,
       lambda t, ans, x, y: t / y,
       lambda t, ans, x, y: -(t * (ans / y)))
defjvp(lax.rem_p,
       lambda t, ans, x, y: t,
       lambda t, ans, x, y: -t * lax.round(
           (x - ans) / y, lax.RoundingMethod.TO_NEAREST_EVEN))
# [/arithmetic]


# [sub]
def sub_jvp(primals, tangents):
    """t - u: one operation where `t + -u` would be two."""
    ans, (t, u) = lax.sub(*primals), tangents
    if Zero not in (type(t), type(u)):
        return ans, lax.sub(t, u)
    return ans, fit(neg(u) if type(t) is Zero else t, ans)


jvp_rules[lax.sub_p] = sub_jvp
# [/sub]


# [choices]
def share(x, ans, y):
    """1 where x alone is the answer, 1/2 where y ties with it, else 0."""
    zero, one, two = (lax.full_like(ans, n) for n in (0, 1, 2))
    return lax.select(x == ans, one, zero) / lax.select(y == ans, two, one)


defjvp(lax.max_p,
       lambda t, ans, x, y: t * share(x, ans, y),
       lambda t, ans, x, y: t * share(y, ans, x))
defjvp(lax.min_p,
       lambda t, ans, x, y: t * share(x, ans, y),
       lambda t, ans, x, y: t * share(y, ans, x))
# [/choices]


# [abs]
def abs_jvp(t, ans, x):
    """Real: t by the side of 0. Complex: t along the direction of x."""
    if x.dtype.kind == "c":
        safe = lax.select(ans == 0, lax.full_like(ans, 1), ans)
        return lax.real(t * (lax.conj(x) / safe.astype(x.dtype)))
    return lax.select(x >= 0, t, -t)


defjvp(lax.abs_p, abs_jvp)
# [/abs]


# [pow]
def integer_pow_jvp(t, ans, x, *, y):
    if y == 0:
        return lax.full_like(ans, 0)
    if y in (1, 2):
        return t if y == 1 else t * (2 * x)
    return t * (y * lax.integer_pow(x, y - 1))


def pow_jvp_base(t, ans, x, y):
    """y x^(y-1); for an integer y = 0 that is 0, also at x = 0."""
    if y.dtype.kind in "fc":
        return t * (y * lax.pow(x, y - 1))
    y = y.astype(x.dtype)
    safe = lax.select(y == 0, lax.full_like(y, 1), y)
    return t * (y * lax.pow(x, safe - 1))


def pow_jvp_exponent(t, ans, x, y):
    """log(x) x^y, with the limit 0 for x = 0."""
    safe = lax.select(x == 0, lax.full_like(x, 1), x)
    return t * (log(safe) * ans)


defjvp(lax.integer_pow_p, integer_pow_jvp)
defjvp(lax.pow_p, pow_jvp_base, pow_jvp_exponent)
# [/pow]


# [clamp]
def inside(t, condition):
    """The tangent where the condition holds, zero elsewhere."""
    t = fit(t, condition)
    return lax.select(condition, t, lax.full_like(t, 0))


defjvp(lax.clamp_p,
       lambda t, ans, lo, x, hi: inside(t, (lo > x) & (lo < hi)),
       lambda t, ans, lo, x, hi: inside(t, (x > lo) & (x < hi)),
       lambda t, ans, lo, x, hi: inside(t, x > hi))
# [/clamp]


# [select_n]
def select_n_jvp(primals, tangents):
    """The choice is made once; the tangent goes with its case."""
    which, *cases = primals
    ans = lax.select_n(which, *cases)
    dots = [lax.full_like(ans, 0) if type(t) is Zero else t
            for t in tangents[1:]]
    return ans, lax.select_n(which, *dots)


jvp_rules[lax.select_n_p] = select_n_jvp
# [/select_n]


# [convert]
def convert_element_type_jvp(primals, tangents, *, new_dtype, **params):
    """Cast the tangent too; a cast to integers has no tangent to cast."""
    ans = lax.convert_element_type_p.bind(
        *primals, new_dtype=new_dtype, **params)
    if ans.aval.tangent() is not ans.aval:
        return ans, zero_like(ans)
    return ans, lax.convert_element_type_p.bind(
        *tangents, new_dtype=new_dtype, **params)


jvp_rules[lax.convert_element_type_p] = convert_element_type_jvp
# [/convert]

# [zero]
for piecewise_constant in (
        lax.sign_p, lax.floor_p, lax.ceil_p, lax.round_p, lax.is_finite_p,
        lax.eq_p, lax.ne_p, lax.lt_p, lax.le_p, lax.gt_p, lax.ge_p,
        lax.and_p, lax.or_p, lax.xor_p, lax.not_p, lax.shift_left_p,
        lax.shift_right_arithmetic_p, lax.shift_right_logical_p,
        lax.population_count_p, lax.clz_p, lax.bitcast_convert_type_p):
    defzero(piecewise_constant)
# [/zero]

# [refused]

jvp_rules.refuse(lax.nextafter_p, "its result is the neighbour of x among "
                 "the floating-point numbers, a step that no tangent follows")
# [/refused]
