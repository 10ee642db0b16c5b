"""Poisson numbers: how many come in a time, if lam come on average.

poisson : (key, lam) -> int[shape of lam]

By Knuth for lam < 10, and by Hörmann's "transformed rejection" (1993) above.
JAX twin: jax/_src/random/core.py.
"""

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.loops import while_loop
from minijax.random.floats import int_dtype, sample_shape, uniform
from minijax.random.keys import one_key, split


# [poisson]
def poisson(key, lam, shape=None, dtype=None):
    """Integers of probability exp(-lam) lam**k / k!.

    TypeError: no integer dtype. JAX twin: `jax.random.poisson`.
    """
    key, dtype = one_key("poisson", key), int_dtype("poisson", dtype)
    shape = sample_shape("poisson", shape, lam)
    lam = jnp.broadcast_to(jnp.asarray(lam, np.float32), shape)
    few = (lam < 10) | jnp.isnan(lam)
    k = jnp.where(few, by_products(key, jnp.where(few, lam, 0.0), dtype),
                  by_rejection(key, jnp.where(few, 1e5, lam), dtype))
    return jnp.where(lam == 0, 0, k).astype(dtype)
# [/poisson]


# [by_products]
def by_products(key, lam, dtype):
    """How many waiting times of mean 1 / lam end within the time 1."""
    def goes_on(state):
        return jnp.any(state[1] > -lam)

    def wait(state):
        key, log_left, k = state
        key, subkey = split(key)
        k = jnp.where(log_left > -lam, k + 1, k)
        u = uniform(subkey, lam.shape, np.float32)
        return key, log_left + jnp.log(u), k

    start = key, jnp.zeros_like(lam), jnp.zeros(lam.shape, dtype)
    return while_loop(goes_on, wait, start)[2] - 1
# [/by_products]


# [by_rejection]
def by_rejection(key, lam, dtype):
    """Points under a curve that is a little above the probabilities."""
    b = 0.931 + 2.53 * jnp.sqrt(lam)
    a = -0.059 + 0.02483 * b
    inverse, v_r = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2)

    def attempt(state):
        key, k_out, done = state
        key, *keys = split(key, 3)
        u, v = (uniform(k, lam.shape, lam.dtype) for k in keys)
        u, edge = u - 0.5, 0.5 - jnp.abs(u - 0.5)
        k = jnp.floor((2 * a / edge + b) * u + lam + 0.43)
        s = jnp.log(v * inverse / (a / (edge * edge) + b))
        t = -lam + k * jnp.log(lam) - lax.lgamma(k + 1)
        out = (k < 0) | ((edge < 0.013) & (v > edge))
        taken = ((edge >= 0.07) & (v <= v_r)) | (~out & (s <= t))
        return key, jnp.where(taken, k, k_out), done | taken

    start = key, jnp.full_like(lam, -1), jnp.zeros(lam.shape, bool)
    k = while_loop(lambda state: ~jnp.all(state[2]), attempt, start)[1]
    return k.astype(dtype)
# [/by_rejection]
