"""The exponential of a matrix.

expm : a[..., n, n] -> a[..., n, n]

JAX twin: jax/_src/scipy/linalg.py.
"""

import math

from minijax import lax
from minijax import numpy as jnp

# [expm]
ORDER = 13
PADE = [math.factorial(2 * ORDER - k) * math.factorial(ORDER) // (
    math.factorial(k) * math.factorial(ORDER - k) * math.factorial(ORDER))
    for k in range(ORDER + 1)]  # the numerator's coefficients, times 26!/13!
THETA = 5.37  # a norm up to which order 13 has all digits of a float64


def expm(A, *, max_squarings=16):
    """exp(A) = I + A + A²/2 + …, by a Padé approximant and squarings.

    A is halved until it is small, e^A ≈ q(-A)⁻¹ q(A) is squared as often. A
    matrix that would need more than max_squarings gives nan. Higham (2005);
    JAX twin: `jax.scipy.linalg.expm`.
    """
    A = jnp.asarray(A) * 1.0  # integers become floats
    if A.ndim < 2 or A.shape[-1] != A.shape[-2]:
        raise ValueError("expected A to be a (batched) square matrix, got "
                         f"A.shape={A.shape}.")
    size = jnp.max(jnp.sum(jnp.abs(lax.stop_gradient(A)), -2), -1)
    halvings = jnp.maximum(0, jnp.ceil(jnp.log2(size / THETA)))
    halvings = jnp.expand_dims(halvings, (-2, -1))
    X = pade(A / (2**halvings).astype(A.dtype))
    for k in range(max_squarings):
        X = jnp.where(k < halvings, X @ X, X)
    return jnp.where(halvings > max_squarings, jnp.nan, X)
# [/expm]


def pade(A):
    """q(A) has even and odd powers; in q(-A) the odd ones change sign."""
    square = A @ A
    power = jnp.broadcast_to(jnp.eye(A.shape[-1], dtype=A.dtype), A.shape)
    even = odd = jnp.zeros_like(A)
    for k in range(0, ORDER + 1, 2):
        even = even + PADE[k] / PADE[-1] * power
        odd = odd + PADE[k + 1] / PADE[-1] * power
        power = power @ square
    odd = A @ odd
    return jnp.linalg.solve(even - odd, even + odd)
