"""Eigenvalues and singular values, with their vectors.

eigh : a -> (v, w)        a v = v diag(w), a Hermitian, vᴴ v = 1
eig  : a -> (w[, v])      a v = v diag(w), all complex
svd  : a -> (s[, u, vh])  a = u diag(s) vh

The derivatives are perturbation theory's, for values that are distinct;
where two are equal their vectors are not determined, and move at infinite
speed (inf or nan). M. Giles, "Collected matrix derivative results" (2008).
JAX twin: jax/_src/lax/linalg.py.
"""

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.array import as_array
from minijax.lax.linalg.matrices import (
    adjoint,
    diagonal,
    identity,
    matrix_primitive,
    nan_if_refused,
    square_matrices,
    symmetrize,
    transposed,
)
from minijax.lax.linalg.solving import solve_p


# [gaps]
def over_gaps(w):
    """1 / (w_j - w_i) at place i, j; 0 on the diagonal."""
    one = identity(w)
    return 1 / (w[..., None, :] - w[..., :, None] + one) - one
# [/gaps]


# [eigh_types]
@nan_if_refused
def eigh_numbers(a, *, lower):
    w, v = np.linalg.eigh(a, "L" if lower else "U")
    return v, w


def eigh_types(a, *, lower):
    square_matrices("eigh", a)
    return [a, a.update(shape=a.shape[:-1], dtype=np.finfo(a.dtype).dtype)]
# [/eigh_types]


# [eigh_jvp]
def eigh_jvp(primals, tangents, *, lower):
    """ẇ is the diagonal of vᴴ ȧ v; the rest of it, over the gaps, mixes v."""
    v, w = eigh_p.bind(*primals, lower=lower)
    push = adjoint(v) @ tangents[0] @ v
    w_dot = lax.real(diagonal(push)) if w.dtype != v.dtype else diagonal(push)
    return [v, w], [v @ (over_gaps(w).astype(v.dtype) * push), w_dot]


eigh_p = matrix_primitive("eigh", eigh_numbers, eigh_types, eigh_jvp)
# [/eigh_jvp]


def eigh(x, *, lower=True, symmetrize_input=True):
    """(v, w): eigenvectors, in columns, and ascending real eigenvalues.

    x: square and Hermitian; symmetrize_input takes the mean of x and its
    adjoint first, else one triangle is read. JAX twin: `lax.linalg.eigh`.
    """
    x = as_array(x, "eigh")
    square_matrices("eigh", x)
    return tuple(eigh_p.bind(symmetrize(x) if symmetrize_input else x,
                             lower=bool(lower)))


# [eig_types]
@nan_if_refused
def eig_numbers(a, *, compute_right_eigenvectors):
    wide = np.result_type(a.dtype, np.complex64)
    if compute_right_eigenvectors:
        return tuple(x.astype(wide) for x in np.linalg.eig(a))
    return (np.linalg.eigvals(a).astype(wide),)


def eig_types(a, *, compute_right_eigenvectors):
    square_matrices("eig", a)
    v = a.update(dtype=np.result_type(a.dtype, np.complex64))
    w = v.update(shape=a.shape[:-1])
    return [w, v] if compute_right_eigenvectors else [w]
# [/eig_types]


# [eig_jvp]
def eig_jvp(primals, tangents, *, compute_right_eigenvectors):
    """ẇ is the diagonal of v⁻¹ ȧ v."""
    if compute_right_eigenvectors:
        raise NotImplementedError(
            "Differentiation rule for 'eig' with eigenvectors not "
            "implemented: a x = w x leaves the length and the phase of x "
            "free, so nothing determines its derivative. For eigenvalues "
            "alone use linalg.eigvals, which can be differentiated once; for "
            "Hermitian matrices, linalg.eigh.")
    (a,), (a_dot,) = primals, tangents
    w, v = eig_p.bind(a, compute_right_eigenvectors=True)
    quotient = solve_p.bind(v, a_dot.astype(v.dtype))
    return [w], [jnp.sum(quotient * transposed(v), -1)]


eig_p = matrix_primitive("eig", eig_numbers, eig_types, eig_jvp)
# [/eig_jvp]


def eig(x, *, compute_right_eigenvectors=True):
    """(w, v): complex eigenvalues, in LAPACK's order, and eigenvectors.

    v has a column of length one for each; without compute_right_eigenvectors
    there is w alone, in a tuple. JAX twin: `lax.linalg.eig`.
    """
    return tuple(eig_p.bind(
        as_array(x, "eig"),
        compute_right_eigenvectors=bool(compute_right_eigenvectors)))


# [svd_types]
@nan_if_refused
def svd_numbers(a, *, full_matrices, compute_uv):
    if not compute_uv:
        return (np.linalg.svd(a, compute_uv=False),)
    u, s, vh = np.linalg.svd(a, full_matrices)
    return s, u, vh


def svd_types(a, *, full_matrices, compute_uv):
    *batch, m, n = a.shape
    k = min(m, n)
    s = a.update(shape=(*batch, k), dtype=np.finfo(a.dtype).dtype)
    rows, columns = (m, n) if full_matrices else (k, k)
    return [s, a.update(shape=(*batch, m, rows)),
            a.update(shape=(*batch, columns, n))] if compute_uv else [s]
# [/svd_types]


# [svd_jvp]
def svd_jvp(primals, tangents, *, full_matrices, compute_uv):
    """ṡ is the real diagonal of uᴴ ȧ v; what is beside it turns u and v."""
    (a,), (a_dot,) = primals, tangents
    m, n = a.shape[-2:]
    if compute_uv and full_matrices and m != n:
        raise NotImplementedError(
            "Differentiation rule for 'svd' with full_matrices=True not "
            f"implemented for {m} by {n} matrices: nothing determines how the "
            "vectors beyond the singular ones turn. Use full_matrices=False.")
    s, u, vh = svd_p.bind(a, full_matrices=False, compute_uv=True)
    v = adjoint(vh)
    push = adjoint(u) @ a_dot @ v
    s_dot = lax.real(diagonal(push)) if s.dtype != a.dtype else diagonal(push)
    if not compute_uv:
        return [s], [s_dot]
    u_dot, v_dot = turns(s.astype(a.dtype), u, v, push)
    if m > n:
        u_dot = u_dot + outside(u, a_dot @ v, s)
    if n > m:
        v_dot = v_dot + outside(v, adjoint(a_dot) @ u, s)
    return [s, u, vh], [s_dot, u_dot, adjoint(v_dot)]
# [/svd_jvp]


# [svd_turns]
def turns(s, u, v, push):
    """How u and v turn within the spaces that they span."""
    row, column = s[..., None, :], s[..., :, None]
    gaps = over_gaps(s * s)
    phase = (push - adjoint(push)) / 2 * identity(push) / row
    right, left = push * row, column * push
    return (u @ (gaps * (right + adjoint(right)) + phase),
            v @ (gaps * (left + adjoint(left))))


def outside(u, x, s):
    """What turns u out of the space that it spans."""
    return (x - u @ (adjoint(u) @ x)) / s[..., None, :].astype(u.dtype)


svd_p = matrix_primitive("svd", svd_numbers, svd_types, svd_jvp)
# [/svd_turns]


def svd(x, *, full_matrices=True, compute_uv=True):
    """(u, s, vh) with x = u @ diag(s) @ vh, s descending; or s alone.

    full_matrices: u and vh are square; else they have min(m, n) columns and
    rows. JAX twin: `lax.linalg.svd`.
    """
    out = svd_p.bind(as_array(x, "svd"), full_matrices=bool(full_matrices),
                     compute_uv=bool(compute_uv))
    return (out[1], out[0], out[2]) if compute_uv else out[0]
