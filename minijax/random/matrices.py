"""Samplers that need a factorization of a matrix.

multivariate_normal : (key, mean[n], cov[n, n]) -> float[n]
orthogonal          : (key, n) -> float[n, n]

JAX twin: jax/_src/random/core.py.
"""

from minijax import numpy as jnp
from minijax.dtypes import canonical
from minijax.numpy import linalg
from minijax.numpy.promotion import (
    canonical_shape,
    promote_dtypes,
    static_int,
    to_inexact,
)
from minijax.random.floats import float_dtype, normal, sample_shape
from minijax.random.keys import one_key

# [factors]
FACTORS = {  # cov -> a matrix A with A Aᵀ = cov
    "cholesky": linalg.cholesky,
    "eigh": lambda cov: by_axes(*linalg.eigh(cov)[::-1]),
    "svd": lambda cov: by_axes(*linalg.svd(cov)[:2]),
}


def by_axes(axes, variances):
    """Each axis, as long as its standard deviation."""
    return axes * jnp.sqrt(variances[..., None, :])
# [/factors]


# [multivariate_normal]
def multivariate_normal(key, mean, cov, shape=None, dtype=None,
                        method="cholesky"):
    """Normal vectors of a mean and a covariance, which have derivatives.

    shape: of the result without its last axis. method: "cholesky", or "eigh"
    and "svd", also for a singular cov. ValueError: shapes do not go together.
    JAX twin: `jax.random.multivariate_normal`.
    """
    key = one_key("multivariate_normal", key)
    mean, cov = promote_dtypes(mean, cov, to=to_inexact)
    if method not in FACTORS:
        raise ValueError("method must be one of {'svd', 'eigh', 'cholesky'}, "
                         f"got {method!r}")
    dtype = float_dtype("multivariate_normal",
                        mean.dtype if dtype is None else dtype)
    check_matrix(mean, cov)
    shape = sample_shape("multivariate_normal", shape, mean[..., 0],
                         cov[..., 0, 0])
    x = normal(key, shape + mean.shape[-1:], dtype)
    return mean + jnp.einsum("...ij,...j->...i", FACTORS[method](cov), x)


def check_matrix(mean, cov):
    n = "multivariate_normal requires "
    if mean.ndim < 1:
        raise ValueError(n + "mean.ndim >= 1, got mean.ndim == 0: a vector")
    if cov.ndim < 2:
        raise ValueError(n + "cov.ndim >= 2, got cov.ndim == "
                         f"{cov.ndim}: a matrix")
    if cov.shape[-2:] != mean.shape[-1:] * 2:
        raise ValueError(
            f"{n}cov.shape == (..., n, n) for n={mean.shape[-1]}, but got "
            f"cov.shape == {cov.shape}.")
# [/multivariate_normal]


# [orthogonal]
def orthogonal(key, n, shape=(), dtype=None, m=None):
    """Rotations and reflections of n dimensions, evenly; unitary if complex.

    m: the number of columns, n without it; the rows are orthonormal then, or
    the columns, whichever are fewer. JAX twin: `jax.random.orthogonal`.
    """
    key, shape = one_key("orthogonal", key), canonical_shape(shape)
    n = static_int(n, "The argument n of random.orthogonal.")
    m = n if m is None else static_int(m, "The argument m.")
    dtype = canonical(float if dtype is None else dtype)
    x = normal(key, (*shape, max(n, m), min(n, m)), dtype)
    q, r = linalg.qr(x)
    q = q * jnp.sign(linalg.diagonal(r))[..., None, :]
    return q.mT if n < m else q
# [/orthogonal]
