"""The error function and the gamma function, which NumPy does not have.

erf, erfc, erf_inv, lgamma, digamma : f[...] -> f[...]

Python's `math` has erf, erfc and lgamma, each one good to the last digit or
two; called entry by entry they cost 0.1 to 0.5 us an entry, and no table of
coefficients. The other two follow from them in a few lines. All compute in
float64. JAX twin: jax/_src/lax/special.py.
"""

import math

import numpy as np

from minijax.lax.standard import FLOAT, unop


# [math]
def entrywise(function):
    """A function of one Python float, at every entry of an ndarray."""
    at_each = np.frompyfunc(function, 1, 1)
    return lambda x: np.asarray(at_each(x.astype(float))).astype(x.dtype)


def log_abs_gamma(x):
    """`math.lgamma`, but infinite at its poles and where it overflows."""
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):
        return math.inf


erf_of = entrywise(math.erf)
erfc_of = entrywise(math.erfc)
lgamma_of = entrywise(log_abs_gamma)
# [/math]


def erf_inv_of(x):
    """Winitzki's guess (2008), off by 0.2 %, then two or three Halley steps.

    A step cubes the error. Near 1 what is compared is erfc, because erf has
    no digits left there.
    """
    a = np.abs(x).astype(np.float64)
    log_rest = np.log1p(-a * a)
    b = 2 / (math.pi * 0.147) + log_rest / 2
    y = np.asarray(np.sqrt(np.sqrt(b * b - log_rest / 0.147) - b))
    near = a < 0.5
    error = np.empty_like(a)
    for _ in range(2 if x.itemsize < 8 else 3):
        error[near] = erf_of(y[near]) - a[near]
        error[~near] = (1 - a[~near]) - erfc_of(y[~near])
        step = error * math.sqrt(math.pi) / 2 * np.exp(y * y)
        y = y - step / (1 + y * step)
    y = np.where(a == 1, math.inf, y)
    return np.copysign(y, x).astype(x.dtype)


def digamma_of(x):
    """The derivative of lgamma; NaN at its poles 0, -1, -2, ….

    Reflection for x < 1/2, then psi(x) = psi(x + 1) - 1/x until x >= 10,
    then the asymptotic series: Abramowitz and Stegun 6.3.7, 6.3.5, 6.3.18.
    """
    out, x = x.dtype, x.astype(np.float64)
    reflected = x < 0.5
    fraction = math.pi * (x - np.round(x))
    pole = reflected & (fraction == 0)
    mirror = np.where(reflected, math.pi / np.tan(fraction), 0)
    x = np.where(reflected, 1 - x, x)
    passed = 0.0
    for _ in range(10):
        passed = passed + np.where(x < 10, 1 / x, 0)
        x = np.where(x < 10, x + 1, x)
    w = 1 / (x * x)
    series = w * (1/12 - w * (1/120 - w * (1/252 - w * (
        1/240 - w * (1/132 - w * (691/32760 - w / 12))))))
    psi = np.log(x) - 0.5 / x - series - passed - mirror
    return np.where(pole, np.nan, psi).astype(out)


# [special]
erf, erf_p = unop("erf", erf_of, FLOAT)
erfc, erfc_p = unop("erfc", erfc_of, FLOAT)
erf_inv, erf_inv_p = unop("erf_inv", erf_inv_of, FLOAT)
lgamma, lgamma_p = unop("lgamma", lgamma_of, FLOAT)
digamma, digamma_p = unop("digamma", digamma_of, FLOAT)
# [/special]
