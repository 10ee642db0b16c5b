"""Linear algebra under NumPy's names.

cholesky, inv, det, solve, eigh, svd, qr, lstsq, … : stacks of matrices, in
the last two axes, of floats or complex numbers (integers become floats).

The derivatives are in `minijax.lax.linalg`.
JAX twin: jax/_src/numpy/linalg.py.
"""

import operator
from typing import NamedTuple

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.array import Array
from minijax.lax import linalg
from minijax.lax.linalg.matrices import (
    adjoint,
    matrix_primitive,
    nan_if_refused,
)
from minijax.lax.linalg.solving import det_p, slogdet_p, solve_p
from minijax.numpy import (
    cross,
    matmul,
    matrix_transpose,
    outer,
    tensordot,
    vecdot,
)
from minijax.numpy.norms import matrix_norm, norm, vector_norm
from minijax.numpy.promotion import (
    broadcast_shapes,
    promote_dtypes,
    promote_inexact,
)

__all__ = [  # what else stands here is imported to be handed on
    "cross", "matmul", "matrix_norm", "matrix_transpose", "norm", "outer",
    "tensordot", "vecdot", "vector_norm"]


# [matrices]
def matrices(name, a, square=True):
    """The argument as an inexact array; ValueError unless it fits."""
    a, = promote_inexact(f"linalg.{name}", a)
    if a.ndim < 2 or square and a.shape[-1] != a.shape[-2]:
        shape = "[..., n, n]" if square else "[..., m, n]"
        raise ValueError(f"Argument to {name}() must have shape {shape}, got "
                         f"{a.shape}")
    return a
# [/matrices]


def cholesky(a, *, upper=False, symmetrize_input=True):
    """The lower triangular L with L @ adjoint(L) = a; upper: its adjoint.

    Where `a` is not positive definite the result is nan; no error.
    """
    L = linalg.cholesky(matrices("cholesky", a),
                        symmetrize_input=symmetrize_input)
    return adjoint(L) if upper else L


# [solve]
def solve(a, b):
    """x with a @ x = b. b: a vector, or matrices; nan where a is singular."""
    a, b = matrices("solve", a), promote_inexact("linalg.solve", b)[0]
    if not b.ndim:
        raise ValueError("solve() needs an array on the right-hand side; for "
                         "a number, divide")
    a, b = promote_dtypes(a, b)
    columns = b[:, None] if b.ndim == 1 else b
    if a.shape[-1] != columns.shape[-2]:
        raise ValueError(
            f"Invalid shapes for solve: {a.shape}, {b.shape}. b is a vector "
            "or a stack of matrices; for a stack of vectors write "
            "solve(a, b[..., None])[..., 0].")
    batch = broadcast_shapes(a.shape[:-2], columns.shape[:-2])
    x = solve_p.bind(jnp.broadcast_to(a, batch + a.shape[-2:]),
                     jnp.broadcast_to(columns, batch + columns.shape[-2:]))
    return x[..., 0] if b.ndim == 1 else x
# [/solve]


def inv(a):
    """The inverse of each matrix; nan where there is none."""
    a = matrices("inv", a)
    return solve_p.bind(a, jnp.broadcast_to(
        jnp.eye(a.shape[-1], dtype=a.dtype), a.shape))


# [det]
def det(a):
    """The determinant. Up to three columns it is written out."""
    a = matrices("det", a)
    if a.shape[-1] not in (2, 3):
        return det_p.bind(a)
    (x, y, *z), n = jnp.moveaxis(a, -1, 0), a.shape[-1]
    if n == 2:
        return x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0]
    return jnp.sum(cross(x, y) * z[0], -1)


class SlogdetResult(NamedTuple):
    """What `slogdet` gives."""

    sign: Array
    logabsdet: Array


def slogdet(a):
    """(sign, log of the absolute value) of det(a): nothing overflows."""
    return SlogdetResult(*slogdet_p.bind(matrices("slogdet", a)))
# [/det]


# [eigh]
class EighResult(NamedTuple):
    """What `eigh` gives."""

    eigenvalues: Array
    eigenvectors: Array


def eigh(a, UPLO=None, symmetrize_input=True):
    """The eigenvalues of Hermitian matrices, ascending, and eigenvectors."""
    if UPLO not in (None, "L", "U"):
        raise ValueError(f"UPLO must be one of None, 'L', or 'U', got {UPLO}")
    v, w = linalg.eigh(matrices("eigh", a), lower=UPLO != "U",
                       symmetrize_input=symmetrize_input)
    return EighResult(w, v)


def eigvalsh(a, UPLO="L", *, symmetrize_input=True):
    """The eigenvalues of Hermitian matrices, ascending."""
    return eigh(a, UPLO, symmetrize_input).eigenvalues
# [/eigh]


# [eig]
class EigResult(NamedTuple):
    """What `eig` gives."""

    eigenvalues: Array
    eigenvectors: Array


def eig(a):
    """Complex eigenvalues and eigenvectors of any square matrices."""
    return EigResult(*linalg.eig(matrices("eig", a)))


def eigvals(a):
    """The complex eigenvalues of any square matrices, in LAPACK's order."""
    return linalg.eig(matrices("eig", a), compute_right_eigenvectors=False)[0]
# [/eig]


# [svd]
class SVDResult(NamedTuple):
    """What `svd` gives."""

    U: Array
    S: Array
    Vh: Array


def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    """a = U @ diag(S) @ Vh; without compute_uv, S alone."""
    if hermitian:
        raise NotImplementedError("svd(hermitian=True) is not there; take "
                                  "eigh(a), and the absolute eigenvalues")
    out = linalg.svd(matrices("svd", a, square=False),
                     full_matrices=full_matrices, compute_uv=compute_uv)
    return SVDResult(*out) if compute_uv else out


def svdvals(x, /):
    """The singular values, the greatest first."""
    return svd(x, compute_uv=False)
# [/svd]


# [qr]
class QRResult(NamedTuple):
    """What `qr` gives."""

    Q: Array
    R: Array


def qr(a, mode="reduced"):
    """a = Q @ R; mode "complete": Q is square; mode "r": R alone."""
    if mode not in ("reduced", "full", "complete", "r"):
        raise ValueError(f"Unsupported QR decomposition mode '{mode}': "
                         "choose 'reduced', 'complete' or 'r'")
    q, r = linalg.qr(matrices("qr", a, square=False),
                     full_matrices=mode == "complete")
    return r if mode == "r" else QRResult(q, r)
# [/qr]


# [pinv_p]
@nan_if_refused
def pinv_numbers(a, *, rtol):
    return np.linalg.pinv(a, rcond=rtol)


def pinv_jvp(primals, tangents, *, rtol):
    """Golub and Pereyra (1973), for matrices whose rank does not change."""
    (a,), (t,) = primals, tangents
    p = pinv_p.bind(a, rtol=rtol)
    th, ph = adjoint(t), adjoint(p)
    outside = p @ (ph @ (th - (th @ a) @ p))
    return p, outside + (th - p @ (a @ th)) @ (ph @ p) - p @ (t @ p)


pinv_p = matrix_primitive(
    "pinv", pinv_numbers, lambda a, *, rtol: a.update(
        shape=(*a.shape[:-2], a.shape[-1], a.shape[-2])), pinv_jvp,
    several=False)
# [/pinv_p]


# [pinv]
def pinv(a, rtol=None):
    """The Moore-Penrose inverse; singular values up to rtol * S[0] are 0."""
    a = matrices("pinv", a, square=False)
    if rtol is None:
        rtol = 10 * max(a.shape[-2:]) * float(jnp.finfo(a.dtype).eps)
    return pinv_p.bind(a, rtol=float(rtol))
# [/pinv]


def lstsq(a, b, rcond=None):
    """x of least |x| among those of least |b - a @ x|, for one matrix.

    Returns (x, squared length of each column of b - a @ x, rank, S).
    """
    a = matrices("lstsq", a, square=False)
    a, b = promote_dtypes(a, promote_inexact("lstsq", b)[0])
    if a.ndim != 2 or b.ndim not in (1, 2) or len(a) != len(b):
        raise ValueError("lstsq needs one matrix and a vector, or matrix, of "
                         f"as many rows; got {a.shape} and {b.shape}")
    if rcond is None:
        rcond = max(a.shape) * float(jnp.finfo(a.dtype).eps)
    x, s = pinv(a, rcond) @ b, svdvals(a)
    left = b - a @ x
    squares = jnp.sum(lax.real(left * lax.conj(left)), 0)
    return x, jnp.atleast_1d(squares), jnp.sum(s > rcond * s[0]), s


# [derived]
def matrix_rank(M, rtol=None):
    """How many singular values are above rtol times the greatest."""
    if jnp.ndim(M) < 2:
        return jnp.any(jnp.asarray(M) != 0).astype(np.int32)
    s = svdvals(matrices("matrix_rank", M, square=False))
    if rtol is None:
        rtol = max(jnp.shape(M)[-2:]) * jnp.finfo(s.dtype).eps
    return jnp.sum(s > rtol * jnp.max(s, -1, keepdims=True), -1)


def matrix_power(a, n):
    """a @ a @ …, n times; by squaring. A negative n inverts first."""
    a, n = matrices("matrix_power", a), operator.index(n)
    if n < 0:
        return matrix_power(inv(a), -n)
    if n == 0:
        one = jnp.eye(a.shape[-1], dtype=a.dtype)
        return jnp.broadcast_to(one, a.shape)
    half = matrix_power(a, n // 2) if n > 1 else None
    even = a if half is None else half @ half
    return even @ a if n > 1 and n % 2 else even


def cond(x, p=None):
    """How far a relative error may grow in solve: |x| |1/x| in norm p."""
    x = matrices("cond", x, square=p not in (None, 2, -2))
    if p not in (None, 2, -2):
        return norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))
    s = svdvals(x)
    return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
# [/derived]


# [multi_dot]
def multi_dot(arrays):
    """The product of matrices, in the order of fewest multiplications.

    The first and the last may be vectors.
    """
    arrays = list(arrays)
    if len(arrays) < 2:
        raise ValueError("multi_dot requires at least two arrays; got "
                         f"{len(arrays)}")
    first, last = jnp.ndim(arrays[0]), jnp.ndim(arrays[-1])
    rows = [jnp.shape(a)[0] for a in arrays]
    if first == 1:
        rows[0] = 1
    sizes = [*rows, jnp.shape(arrays[-1])[1] if last == 2 else 1]
    return product(arrays, cheapest(sizes), 0, len(arrays))


def cheapest(sizes):
    """Where to split each stretch of the product, by its two ends."""
    cost, split = {}, {}
    for length in range(1, len(sizes)):
        for i in range(len(sizes) - length):
            j = i + length
            cost[i, j], split[i, j] = min(
                [(cost[i, k] + cost[k, j] + sizes[i] * sizes[k] * sizes[j], k)
                 for k in range(i + 1, j)], default=(0, i))
    return split


def product(arrays, split, i, j):
    k = split[i, j]
    if j == i + 1:
        return arrays[i]
    return (product(arrays, split, i, k) @ product(arrays, split, k, j))
# [/multi_dot]


# [over]
def diagonal(x, /, *, offset=0):
    """The diagonals of the last two axes."""
    return jnp.diagonal(x, offset, axis1=-2, axis2=-1)


def trace(x, /, *, offset=0, dtype=None):
    """The sum of each diagonal of the last two axes."""
    return jnp.trace(x, offset, axis1=-2, axis2=-1, dtype=dtype)
# [/over]
