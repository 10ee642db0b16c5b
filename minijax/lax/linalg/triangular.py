"""Equations with a triangular matrix.

triangular_solve : (a, b) -> x with a @ x = b, or x @ a = b

It is linear in b: its transpose is triangular_solve with the transpose of a.
JAX twin: triangular_solve in jax/_src/lax/linalg.py.
"""

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.array import as_array
from minijax.batching import batching_rules, move_axis
from minijax.batching_rules import fronts
from minijax.core import Primitive
from minijax.forward import Zero, add_tangents, jvp_rules
from minijax.lax.linalg.matrices import (
    nan_if_refused,
    square_matrices,
    stack_of_matrices,
    transposed,
)
from minijax.lax.standard import same_dtype
from minijax.transpose_rules import deftranspose

triangular_solve_p = Primitive("triangular_solve")
solve_numbers = nan_if_refused(np.linalg.solve)


# [impl]
@triangular_solve_p.def_impl
def triangular_numbers(a, b, *, left_side, lower, transpose_a, conjugate_a,
                       unit_diagonal):
    """NumPy solves with any matrix; elimination is then the whole cost.

    An upper triangle has nothing to eliminate, so its solution is exactly
    that of back substitution. A lower one is turned upside down.
    """
    k = int(unit_diagonal)
    a = np.tril(a, -k) if lower else np.triu(a, k)
    a = a + np.eye(a.shape[-1], dtype=a.dtype) if unit_diagonal else a
    a = np.conj(a) if conjugate_a else a
    if transpose_a == left_side:  # x a = b is aᵀ xᵀ = bᵀ
        a, lower = a.mT, not lower
    b = b if left_side else b.mT
    if lower:
        x = solve_numbers(a[..., ::-1, ::-1], b[..., ::-1, :])[..., ::-1, :]
    else:
        x = solve_numbers(a, b)
    return x if left_side else x.mT
# [/impl]


# [type]
@triangular_solve_p.def_abstract_eval
def triangular_type(a, b, *, left_side, **params):
    same_dtype("linalg.triangular_solve", a, b)
    square_matrices("triangular_solve", stack_of_matrices(
        "triangular_solve", a))
    if a.shape[:-2] != b.shape[:-2] or (
            a.shape[-1] != b.shape[-2 if left_side else -1]):
        raise ValueError(
            "Incompatible shapes for arguments to triangular_solve: "
            f"{a.shape} and {b.shape}. There are as many matrices in both, "
            f"and b has as many {'rows' if left_side else 'columns'} as a.")
    return b.update(weak_type=False)
# [/type]


def triangular_solve(a, b, *, left_side=False, lower=False,
                     transpose_a=False, conjugate_a=False,
                     unit_diagonal=False):
    """x with op(a) @ x = b if left_side, else with x @ op(a) = b.

    Only one triangle of `a` is read; unit_diagonal: its diagonal is ones,
    and is not read. op transposes and conjugates as the flags say. b may
    have an axis less, for one vector. A zero on the diagonal gives nan.
    """
    a, b = as_array(a, "triangular_solve"), as_array(b, "triangular_solve", 1)
    vector = b.ndim == a.ndim - 1
    if vector:
        b = lax.expand_dims(b, (b.ndim if left_side else b.ndim - 1,))
    conjugate_a = bool(conjugate_a) and a.dtype.kind == "c"
    out = triangular_solve_p.bind(
        a, b, left_side=bool(left_side), lower=bool(lower),
        transpose_a=bool(transpose_a), conjugate_a=conjugate_a,
        unit_diagonal=bool(unit_diagonal))
    if vector:
        return lax.squeeze(out, (out.ndim - (1 if left_side else 2),))
    return out


# [jvp]
def triangular_jvp(primals, tangents, **params):
    """From op(a) x = b: op(a) ẋ = ḃ - op(ȧ) x."""
    (a, b), (a_dot, b_dot) = primals, tangents
    x = triangular_solve_p.bind(a, b, **params)
    rhs = b_dot
    if type(a_dot) is not Zero:
        rhs = add_tangents(b_dot, -product(a_dot, x, **params))
    return x, triangular_solve_p.bind(a, rhs, **params)


def product(a, x, *, left_side, lower, transpose_a, conjugate_a,
            unit_diagonal):
    """op(a) @ x, or x @ op(a), with the triangle that is read."""
    k = int(unit_diagonal)
    a = jnp.tril(a, -k) if lower else jnp.triu(a, k)
    a = lax.conj(a) if conjugate_a else a
    a = transposed(a) if transpose_a else a
    return a @ x if left_side else x @ a


jvp_rules[triangular_solve_p] = triangular_jvp
# [/jvp]


# [transpose]
def triangular_transpose(ct, a, b, *, transpose_a, **params):
    return triangular_solve_p.bind(a, ct, transpose_a=not transpose_a,
                                   **params)


deftranspose(triangular_solve_p, None, triangular_transpose)
# [/transpose]


# [batch]
def def_solver_batching(primitive):
    """Many right-hand sides of one matrix are columns, or rows, of one."""
    def rule(values, axes, **params):
        if axes[0] is not None:
            return primitive.bind(*fronts(values, axes), **params), 0
        a, b = values
        place = b.ndim - (1 if params.get("left_side", True) else 2)
        b = move_axis(b, axes[1], place)
        shape = list(b.shape)
        shape[place - 1:place + 1] = [shape[place - 1] * shape[place]]
        out = primitive.bind(a, lax.reshape(b, shape), **params)
        return lax.reshape(out, b.shape), place
    batching_rules[primitive] = rule


def_solver_batching(triangular_solve_p)
# [/batch]
