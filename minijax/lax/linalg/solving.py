"""Linear equations, and the determinant.

solve    : (a, b) -> x with a @ x = b
det      : a -> its determinant
slogdet  : a -> (sign, logarithm of the absolute value)
cofactor : a -> the gradient of det at a

JAX makes these of `lu`, under custom rules. NumPy has them whole.
"""

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.core import Primitive
from minijax.forward import Zero, add_tangents, jvp_rules, zero_like
from minijax.lax.linalg.matrices import (
    diagonal,
    matrix_primitive,
    nan_if_refused,
    square_matrices,
    stack_of_matrices,
    transposed,
)
from minijax.lax.linalg.triangular import def_solver_batching
from minijax.transpose_rules import deftranspose

# [solve]
solve_p = Primitive("solve")
solve_p.def_impl(nan_if_refused(np.linalg.solve))


@solve_p.def_abstract_eval
def solve_type(a, b):
    square_matrices("solve", stack_of_matrices("solve", a))
    if a.shape[:-1] != b.shape[:-1]:
        raise ValueError(f"solve got incompatible shapes {a.shape} and "
                         f"{b.shape}: b has as many matrices, and these as "
                         "many rows, as a.")
    return b.update(weak_type=False)
# [/solve]


# [solve_rules]
def solve_jvp(primals, tangents):
    """From a x = b: a ẋ = ḃ - ȧ x."""
    (a, b), (a_dot, b_dot) = primals, tangents
    x = solve_p.bind(a, b)
    rhs = b_dot
    if type(a_dot) is not Zero:
        rhs = add_tangents(b_dot, -(a_dot @ x))
    return x, solve_p.bind(a, rhs)


jvp_rules[solve_p] = solve_jvp
deftranspose(solve_p, None,
             lambda ct, a, b: solve_p.bind(transposed(a), ct))
def_solver_batching(solve_p)
# [/solve_rules]


def trace_of_quotient(a, a_dot):
    """tr(a⁻¹ ȧ): the derivative of log det a."""
    return jnp.sum(diagonal(solve_p.bind(a, a_dot)), -1)


# [cofactor]
@nan_if_refused
def cofactor_numbers(a):
    """det(a) a⁻ᵀ, also where there is no inverse: by singular values."""
    u, s, vh = np.linalg.svd(a)
    n = s.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1, s[..., None, :]).prod(-1)
    phase = np.linalg.det(u) * np.linalg.det(vh)
    out = u.conj() * (phase[..., None] * others)[..., None, :] @ vh.conj()
    return out.astype(a.dtype, copy=False)
# [/cofactor]


# [cofactor_jvp]
def cofactor_jvp(primals, tangents):
    """Of c = det(a) a⁻ᵀ: ċ = tr(a⁻¹ ȧ) c - a⁻ᵀ ȧᵀ c."""
    (a,), (a_dot,) = primals, tangents
    c = cofactor_p.bind(a)
    growth = trace_of_quotient(a, a_dot)[..., None, None]
    return c, growth * c - solve_p.bind(transposed(a), transposed(a_dot) @ c)


cofactor_p = matrix_primitive(
    "cofactor", cofactor_numbers,
    lambda a: square_matrices("det", a), cofactor_jvp, several=False)
# [/cofactor_jvp]


# [det]
def det_type(a):
    return square_matrices("det", a).update(shape=a.shape[:-2])


def det_jvp(primals, tangents):
    """The sum of ȧ's entries, each times its cofactor."""
    (a,), (a_dot,) = primals, tangents
    return det_p.bind(a), jnp.sum(cofactor_p.bind(a) * a_dot, (-2, -1))


det_p = matrix_primitive("det", np.linalg.det, det_type, det_jvp,
                         several=False)
# [/det]


# [slogdet]
def slogdet_types(a):
    out = det_type(a)
    return [out, out.update(dtype=np.finfo(a.dtype).dtype)]


def slogdet_jvp(primals, tangents):
    """The real part of tr(a⁻¹ ȧ) grows the size, the rest turns the sign."""
    sign, log = slogdet_p.bind(*primals)
    growth = trace_of_quotient(*primals, *tangents)
    if growth.dtype.kind != "c":
        return [sign, log], [zero_like(sign), growth]
    turn = lax.complex(lax.full_like(log, 0), lax.imag(growth))
    return [sign, log], [turn * sign, lax.real(growth)]


slogdet_p = matrix_primitive("slogdet", np.linalg.slogdet, slogdet_types,
                             slogdet_jvp)
# [/slogdet]
