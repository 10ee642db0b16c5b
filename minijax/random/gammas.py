"""The gamma distribution, whose sampler must sometimes try again.

gamma, loggamma : (key, a) -> float[shape of a]

Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
Each number has a key of its own, so that none depends on how often another
was refused. JAX twin: `random_gamma_p` in jax/_src/random/core.py.
"""

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.array import as_array
from minijax.batching_rules import defnary
from minijax.core import Primitive, eval_trace, set_current_trace
from minijax.forward import defjvp, jvp_rules
from minijax.lax.special import digamma_of
from minijax.lax.standard import FLOAT, common_shape, elementwise
from minijax.mapping import vmap
from minijax.random.floats import float_dtype, normal, sample_shape, uniform
from minijax.random.inversion import exponential
from minijax.random.keys import KeyArray, one_key, split
from minijax.transpose import transposes

# [random_gamma_p]
random_gamma_p = Primitive("random_gamma")


@random_gamma_p.def_abstract_eval
def gamma_type(k1, k2, a, *, log_space):
    return a.update(shape=common_shape("random_gamma", k1, k2, a))


@random_gamma_p.def_impl
def gamma_numbers(*operands, log_space):
    k1, k2, a = map(as_array, np.broadcast_arrays(*operands))
    with set_current_trace(eval_trace):
        keys = KeyArray(k1.ravel(), k2.ravel())
        sample = log_gammas if log_space else gammas
        return np.asarray(sample(keys, a.ravel()).reshape(a.shape))
# [/random_gamma_p]


# [gammas]
def gammas(keys, a):
    """For a < 1: a number for a + 1, times u ** (1 / a)."""
    keys, more = halves(keys)
    d = jnp.where(a < 1, a + 1, a) - 1 / 3
    u = 1 - one_each(uniform, more, a.dtype)
    return d * accepted(keys, d) * jnp.where(a < 1, u ** (1 / a), 1)


def log_gammas(keys, a):
    """Their logarithms, also where the numbers are too small for floats."""
    keys, more = halves(keys)
    d = jnp.where(a < 1, a + 1, a) - 1 / 3
    log_u = -one_each(exponential, more, a.dtype)
    boost = jnp.where((a < 1) & (log_u != 0), log_u / a, 0)
    return jnp.log(d) + jnp.log(accepted(keys, d)) + boost


def halves(keys, num=2):
    """Each key split, and the first of each, the second of each, …"""
    return vmap(lambda key: split(key, num), out_axes=1)(keys)


def one_each(sampler, keys, dtype):
    """One number from each key."""
    return vmap(lambda key: sampler(key, (), dtype))(keys)
# [/gammas]


# [accepted]
def accepted(keys, d):
    """Of each key the first number that passes the test."""
    out, c, waiting = np.array(d), 1 / 3 / jnp.sqrt(d), np.arange(d.size)
    while waiting.size:
        keys, x_keys, u_keys = halves(keys, 3)
        x = above(x_keys, c)
        square, cube = x * x, (1 + c * x) ** 3
        u = one_each(uniform, u_keys, d.dtype)
        out[waiting] = cube
        again = np.flatnonzero(
            (u >= 1 - 0.0331 * (square * square))
            & (jnp.log(u) >= square / 2 + d * (1 - cube + jnp.log(cube))))
        keys, c, d, waiting = keys[again], c[again], d[again], waiting[again]
    return jnp.asarray(out)


def above(keys, c):
    """Of each key the first normal number x with 1 + c x > 0."""
    out, waiting = np.array(c), np.arange(c.size)
    while waiting.size:
        keys, now = halves(keys)
        x = one_each(normal, now, c.dtype)
        out[waiting] = x
        again = np.flatnonzero(1 + c * x <= 0)
        keys, c, waiting = keys[again], c[again], waiting[again]
    return jnp.asarray(out)
# [/accepted]


# [gamma_grad]
def gamma_slope(a, x):
    """dx / da, where x is a gamma(a) number and its quantile stays.

    With F(a, x) the distribution function and f its density, dx / da =
    -(dF / da) / f. In the series F = f * sum of x**(n+1) / (a (a+1)…(a+n))
    each term is multiplied by digamma(a + n + 1) - log(x).
    """
    dtype, (a, x) = a.dtype, np.broadcast_arrays(
        a.astype(float), np.maximum(x.astype(float), np.finfo(float).tiny))
    n, term, psi = a, x / a, digamma_of(a + 1) - np.log(x)
    total = term * psi
    while np.any(np.abs(term * psi) > 1e-17 * np.abs(total)):
        n = n + 1
        term, psi = term * x / n, psi + 1 / n
        total = total + term * psi
    return total.astype(dtype)


random_gamma_grad_p = elementwise("random_gamma_grad", gamma_slope, FLOAT,
                                  FLOAT)
# [/gamma_grad]


# [rules]
def gamma_jvp(t, ans, k1, k2, a, *, log_space):
    """The sample moves with a, such that its quantile stays."""
    x = jnp.exp(ans) if log_space else ans
    slope = random_gamma_grad_p.bind(jnp.broadcast_to(a, x.shape), x)
    return t * (slope / jnp.maximum(x, np.finfo(x.dtype).tiny)
                if log_space else slope)


defjvp(random_gamma_p, None, None, gamma_jvp)
jvp_rules.refuse(random_gamma_grad_p, "the first derivative of a gamma "
                 "sample has none of its own; hold it by lax.stop_gradient")
for p in (random_gamma_p, random_gamma_grad_p):
    defnary(p)
    transposes.refuse(p, f"{p} is not linear.")
# [/rules]


# [gamma]
def gamma(key, a, shape=None, dtype=None):
    """Positive numbers of density x**(a-1) exp(-x) / Gamma(a).

    `a`, positive, has a derivative. JAX twin: `jax.random.gamma`.
    """
    return sampled("gamma", key, a, shape, dtype, False)


def loggamma(key, a, shape=None, dtype=None):
    """The logarithms of the same numbers, for tiny `a`."""
    return sampled("loggamma", key, a, shape, dtype, True)


def sampled(name, key, a, shape, dtype, log_space):
    key, dtype = one_key(name, key), float_dtype(name, dtype)
    a = jnp.asarray(a, dtype)
    shape = sample_shape("gamma", shape, a)
    keys = split(key, shape)
    return random_gamma_p.bind(keys.k1, keys.k2, jnp.broadcast_to(a, shape),
                               log_space=log_space)
# [/gamma]


# [of gammas]
def beta(key, a, b, shape=None, dtype=None):
    """Numbers in [0, 1] of density like x**(a-1) (1-x)**(b-1)."""
    dtype = float_dtype("beta", dtype)
    shape = sample_shape("beta", shape, a, b)
    x, y = (loggamma(k, p, shape, dtype)
            for k, p in zip(split(one_key("beta", key)), (a, b)))
    most = lax.max(x, y)
    x, y = jnp.exp(x - most), jnp.exp(y - most)
    return x / (x + y)


def dirichlet(key, alpha, shape=None, dtype=None):
    """Shares that add up to 1, along the last axis of alpha."""
    dtype, alpha = float_dtype("dirichlet", dtype), as_array(alpha)
    if not alpha.ndim:
        raise ValueError("dirichlet requires alpha.ndim >= 1, got alpha.ndim "
                         "== 0: one entry for each share")
    batch, n = alpha.shape[:-1], alpha.shape[-1]
    shape = sample_shape("dirichlet", batch if shape is None else shape,
                         np.empty(batch, bool))
    logs = loggamma(key, alpha, (*shape, n), dtype)
    parts = jnp.exp(logs - jnp.max(logs, -1, keepdims=True))
    return parts / jnp.sum(parts, -1, keepdims=True)
# [/of gammas]
