"""Samplers by inversion: a uniform number, through an inverse function.

sampler : (key, shape) -> float[shape]

If F is a distribution function and u is uniform, then the x with F(x) = u has
distribution F. JAX twin: jax/_src/random/core.py.
"""

import math

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.random.floats import float_dtype, sample_shape, uniform
from minijax.random.keys import one_key
from minijax.stopping import stop_gradient


def exponential(key, shape=(), dtype=None):
    """Waiting times of mean 1, density exp(-x)."""
    u = uniform(key, shape, float_dtype("exponential", dtype))
    return -jnp.log1p(-u)


def laplace(key, shape=(), dtype=None):
    """Density exp(-|x|) / 2."""
    dtype = float_dtype("laplace", dtype)
    u = uniform(key, shape, dtype, -1 + np.finfo(dtype).epsneg, 1.0)
    return jnp.sign(u) * jnp.log1p(-jnp.abs(u))


def logistic(key, shape=(), dtype=None):
    """Distribution function 1 / (1 + exp(-x))."""
    dtype = float_dtype("logistic", dtype)
    u = uniform(key, shape, dtype, np.finfo(dtype).tiny, 1.0)
    return jnp.log(u) - jnp.log1p(-u)


def cauchy(key, shape=(), dtype=None):
    """Density 1 / (pi (1 + x²)): it has no mean."""
    dtype = float_dtype("cauchy", dtype)
    u = uniform(key, shape, dtype, np.finfo(dtype).eps, 1.0)
    return jnp.tan(math.pi * (u - 0.5))


# [gumbel]
def gumbel(key, shape=(), dtype=None, mode=None):
    """The limit of maxima: distribution function exp(-exp(-x)).

    mode "high": draw twice as many bits, and reach further up than the
    default, "low". JAX twin: `jax.random.gumbel`.
    """
    dtype, key = float_dtype("gumbel", dtype), one_key("gumbel", key)
    if mode not in (None, "low", "high"):
        raise ValueError(f"Must provide valid mode for gumbel got: {mode}. "
                         "Valid are 'low' and 'high'.")
    info = np.finfo(dtype)
    if mode != "high":
        return -jnp.log(-jnp.log(uniform(key, shape, dtype, info.tiny)))
    shape = sample_shape("gumbel", shape)
    first, more = uniform(key, (2, *shape), dtype)
    below = first + 2.0 ** -info.nmant * more + float(info.tiny)
    u = jnp.where(first >= 0.5, first, below)
    return -jnp.log(-jnp.log1p(-u))
# [/gumbel]


# [truncated_normal]
def truncated_normal(key, lower, upper, shape=None, dtype=None):
    """Normal numbers, given that they lie between lower and upper.

    The bounds have derivatives. JAX twin: `jax.random.truncated_normal`.
    """
    dtype = float_dtype("truncated_normal", dtype)
    lower, upper = (jnp.asarray(x, dtype) for x in (lower, upper))
    shape = sample_shape("truncated_normal", shape, lower, upper)
    low, high = (lax.erf(x / math.sqrt(2)) for x in (lower, upper))
    x = math.sqrt(2) * lax.erf_inv(uniform(key, shape, dtype, low, high))
    return jnp.clip(x, jnp.nextafter(stop_gradient(lower), math.inf),
                    jnp.nextafter(stop_gradient(upper), -math.inf))
# [/truncated_normal]
