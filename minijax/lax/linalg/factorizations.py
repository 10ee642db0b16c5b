"""A matrix as a product of simpler ones, in exact arithmetic's finite steps.

cholesky : a -> L             a = L Lᴴ, L lower triangular
lu       : a -> (lu, pivots, permutation)        a[permutation] = L U
qr       : a -> (q, r)        a = q r, qᴴ q = 1, r upper triangular

Each derivative comes out of the equation that defines the factors.
JAX twin: jax/_src/lax/linalg.py.
"""

import numpy as np

from minijax import numpy as jnp
from minijax.array import as_array
from minijax.forward import zero_like
from minijax.lax.linalg.matrices import (
    adjoint,
    identity,
    matrix_primitive,
    nan_if_refused,
    square_matrices,
    symmetrize,
)
from minijax.lax.linalg.triangular import triangular_solve


# [cholesky]
def cholesky_jvp(primals, tangents):
    """L̇ = L Φ(L⁻¹ ȧ L⁻ᴴ), where Φ takes the lower half of a matrix."""
    (a,), (a_dot,) = primals, tangents
    L = jnp.tril(cholesky_p.bind(a))
    m = triangular_solve(L, a_dot, left_side=True, lower=True)
    m = triangular_solve(L, m, lower=True, transpose_a=True,
                         conjugate_a=True)
    return L, L @ lower_half(m)


def lower_half(m):
    """Φ(m): the lower triangle with Φ(m) + Φ(m)ᴴ = m, if m is Hermitian."""
    return jnp.tril(m) / (1 + identity(m))


cholesky_p = matrix_primitive(
    "cholesky", nan_if_refused(np.linalg.cholesky),
    lambda a: square_matrices("cholesky", a), cholesky_jvp, several=False)
# [/cholesky]


def cholesky(x, *, symmetrize_input=True):
    """The lower triangular L with L @ adjoint(L) = x, for each matrix.

    x: square, Hermitian and positive definite; for one that is not positive
    definite L is nan. symmetrize_input: take the mean of x and its adjoint
    first. JAX twin: `lax.linalg.cholesky`.
    """
    x = as_array(x, "cholesky")
    square_matrices("cholesky", x)
    return jnp.tril(cholesky_p.bind(symmetrize(x) if symmetrize_input else x))


# [lu_numbers]
def lu_numbers(a):
    """Gaussian elimination, with the largest pivot of each column.

    Column by column and for all the matrices of the stack at once.
    """
    lu = a.copy()
    m, n = lu.shape[-2:]
    pivots = np.zeros((*lu.shape[:-2], min(m, n)), np.int32)
    order = np.broadcast_to(np.arange(m, dtype=np.int32), lu.shape[:-1]).copy()
    for k in range(min(m, n)):
        row = k + np.argmax(taxicab(lu[..., k:, k]), -1)
        pivots[..., k] = row
        swap(lu, k, row[..., None, None], -2)
        swap(order, k, row[..., None], -1)
        pivot = lu[..., k, None, k]
        lu[..., k + 1:, k] /= np.where(pivot == 0, 1, pivot)
        lu[..., k + 1:, k + 1:] -= (lu[..., k + 1:, k, None]
                                    * lu[..., None, k, k + 1:])
    return lu, pivots, order


def taxicab(x):
    """|re| + |im|: what LAPACK goes by to find the largest."""
    return np.abs(x.real) + np.abs(x.imag)


def swap(x, k, i, axis):
    """Exchange entry k along an axis, in place, with entry i of each."""
    first = np.take_along_axis(x, np.full_like(i, k), axis)
    np.put_along_axis(x, np.full_like(i, k),
                      np.take_along_axis(x, i, axis), axis)
    np.put_along_axis(x, i, first, axis)
# [/lu_numbers]


# [lu_types]
def lu_types(a):
    *batch, m, n = a.shape
    return [a, a.update(shape=(*batch, min(m, n)), dtype=np.int32),
            a.update(shape=(*batch, m), dtype=np.int32)]
# [/lu_types]


# [lu_jvp]
def lu_jvp(primals, tangents):
    """From L̇ U + L U̇ = ȧ: L⁻¹ ȧ U⁻¹ is L⁻¹ L̇ below, U̇ U⁻¹ above."""
    lu, pivots, order = lu_p.bind(*primals)
    L, U = square_factors(lu)
    x = jnp.take_along_axis(tangents[0], order[..., None], -2)
    x = triangular_solve(L, x, left_side=True, lower=True,
                         unit_diagonal=True)
    x = triangular_solve(U, x)
    return [lu, pivots, order], [
        L @ jnp.tril(x, -1) + jnp.triu(x) @ U,
        zero_like(pivots), zero_like(order)]


def square_factors(lu):
    """L and U, made square by columns or rows of the unit matrix."""
    m, n = lu.shape[-2:]
    k = min(m, n)
    one, batch = identity(lu), [(0, 0)] * (lu.ndim - 2)
    L = jnp.pad(jnp.tril(lu[..., :k], -1), [*batch, (0, 0), (0, m - k)])
    U = jnp.pad(jnp.triu(lu[..., :k, :]), [*batch, (0, n - k), (0, 0)])
    return L + jnp.eye(m, dtype=lu.dtype), U + one * (np.arange(n) >= k)


lu_p = matrix_primitive("lu", lu_numbers, lu_types, lu_jvp)
# [/lu_jvp]


def lu(x):
    """Gaussian elimination: (lu, pivots, permutation).

    lu holds U in its upper triangle and L, whose diagonal is ones, below;
    x[permutation] = L @ U. Row i was exchanged with row pivots[i]. int32.
    JAX twin: `lax.linalg.lu`.
    """
    return tuple(lu_p.bind(as_array(x, "lu")))


# [qr_types]
def qr_numbers(a, *, full_matrices):
    return np.linalg.qr(a, "complete" if full_matrices else "reduced")


def qr_types(a, *, full_matrices):
    *batch, m, n = a.shape
    k = m if full_matrices else min(m, n)
    return [a.update(shape=(*batch, m, k)), a.update(shape=(*batch, k, n))]
# [/qr_types]


# [qr_jvp]
def qr_jvp(primals, tangents, *, full_matrices):
    """The square part by `thin_qr_jvp`; further columns are qᴴ times a."""
    (a,), (a_dot,) = primals, tangents
    m, n = a.shape[-2:]
    if full_matrices and m > n:
        raise NotImplementedError(
            "Differentiation rule for 'qr' with mode='complete' of a matrix "
            "with more rows than columns not implemented: nothing determines "
            "how the further columns of q turn. Use mode='reduced'.")
    q, r = qr_p.bind(a, full_matrices=False)
    q_dot, r_dot = thin_qr_jvp(q, r[..., :m], a_dot[..., :m])
    if m < n:
        rest = adjoint(q_dot) @ a[..., m:] + adjoint(q) @ a_dot[..., m:]
        r_dot = jnp.concatenate([r_dot, rest], -1)
    return [q, r], [q_dot, r_dot]


def thin_qr_jvp(q, r, a_dot):
    """From q̇ r + q ṙ = ȧ, with qᴴ q̇ skew and ṙ r⁻¹ upper triangular."""
    x = triangular_solve(r, a_dot)
    c = adjoint(q) @ x
    low = jnp.tril(c, -1)
    skew = low - adjoint(low)
    if c.dtype.kind == "c":  # on the diagonal: what is imaginary
        skew = skew + identity(c) * (c - adjoint(c)) / 2
    return q @ (skew - c) + x, (c - skew) @ r


qr_p = matrix_primitive("qr", qr_numbers, qr_types, qr_jvp)
# [/qr_jvp]


def qr(x, *, full_matrices=True):
    """(q, r) with q @ r = x, the columns of q orthonormal, r triangular.

    full_matrices: q is square; else it has min(m, n) columns. A matrix with
    dependent columns has no derivative (nan). JAX twin: `lax.linalg.qr`.
    """
    return tuple(qr_p.bind(as_array(x, "qr"),
                           full_matrices=bool(full_matrices)))
