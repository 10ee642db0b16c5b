"""Points in a ball, by way of numbers whose density is exp(-|x|**p).

generalized_normal : (key, p, shape) -> float[shape]
ball               : (key, d) -> float[d]

Barthe, Guédon, Mendelson and Naor, "A probabilistic approach to the geometry
of the l_p^n ball" (2005). JAX twin: jax/_src/random/core.py.
"""

from minijax import numpy as jnp
from minijax.numpy.promotion import canonical_shape, static_int
from minijax.random.choices import rademacher
from minijax.random.floats import float_dtype
from minijax.random.gammas import gamma
from minijax.random.inversion import exponential
from minijax.random.keys import one_key, split


# [ball]
def generalized_normal(key, p, shape=(), dtype=None):
    """Density like exp(-|x|**p): normal for p = 2, but for its width."""
    size_key, sign_key = split(one_key("generalized_normal", key))
    dtype = float_dtype("generalized_normal", dtype)
    size = gamma(size_key, 1 / p, shape, dtype)
    return rademacher(sign_key, shape, dtype) * size ** (1 / p)


def ball(key, d, p=2, shape=(), dtype=None):
    """Points of the ball sum(|x|**p) <= 1 in d dimensions, evenly.

    d is known while tracing. JAX twin: `jax.random.ball`.
    """
    x_key, e_key = split(one_key("ball", key))
    shape, dtype = canonical_shape(shape, "ball"), float_dtype("ball", dtype)
    d = static_int(d, "The argument d of random.ball.")
    x = generalized_normal(x_key, p, (*shape, d), dtype)
    e = exponential(e_key, shape, dtype)
    return x / ((jnp.sum(jnp.abs(x) ** p, -1) + e) ** (1 / p))[..., None]
# [/ball]
