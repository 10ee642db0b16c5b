"""What operations on matrices share.

A matrix lies in the last two axes of its operand; the axes before these count
examples, and LAPACK, behind NumPy, takes them one after another.

matrix_primitive : (name, impl, type rule, jvp rule) -> Primitive
JAX twin: `linalg_primitive` in jax/_src/lax/linalg.py.
"""

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.batching_rules import deffront, shift_axes
from minijax.core import Primitive
from minijax.forward import jvp_rules
from minijax.lax.standard import accept
from minijax.transpose_rules import refuse_the_rest

# [matrix_primitive]
LAPACK = (np.float32, np.float64, np.complex64, np.complex128)


def matrix_primitive(name, impl, out_types, jvp_rule, several=True):
    """A primitive of one operand, a stack of matrices, with its whole row.

    out_types(aval, **params) gives the type, or types, of the result.
    """
    p = Primitive(name)
    p.multiple_results = several
    p.def_impl(impl)
    p.def_abstract_eval(lambda a, **params: out_types(
        stack_of_matrices(name, a), **params))
    jvp_rules[p] = jvp_rule
    refuse_the_rest([p])
    deffront(p, shift_axes())
    return p
# [/matrix_primitive]


# [checks]
def stack_of_matrices(name, a):
    """The type of an operand, if it is one of matrices."""
    accept(name, a, LAPACK)
    if a.ndim < 2:
        raise TypeError(f"{name} takes matrices, in the last two axes; got "
                        f"an argument of shape {a.shape}.")
    return a.update(weak_type=False)


def square_matrices(name, a):
    """The same, if the matrices are square."""
    if a.shape[-1] != a.shape[-2]:
        raise ValueError(f"The input to {name} must be a square matrix. Got "
                         f"shape {a.shape}.")
    return a
# [/checks]


# [nan_if_refused]
def nan_if_refused(f):
    """`f` of stacks of matrices, with nan for each one that LAPACK refuses.

    NumPy raises if a single one is refused; then they are taken one by one.
    """
    def careful(*stacks, **options):
        try:
            return f(*stacks, **options)
        except np.linalg.LinAlgError:
            if stacks[0].ndim > 2:
                outs = [careful(*one, **options) for one in zip(*stacks)]
                return collected(outs, np.stack)
            units = [np.eye(*x.shape, dtype=x.dtype) for x in stacks]
            return collected([f(*units, **options)],
                             lambda xs: np.full_like(xs[0], np.nan))
    return careful


def collected(outs, join):
    """One result of several calls; of calls with several results, each."""
    if isinstance(outs[0], tuple):
        return tuple(map(join, zip(*outs)))
    return join(outs)
# [/nan_if_refused]


# [shapes]
def transposed(a):
    """Each matrix reflected at its diagonal."""
    return lax.transpose(a, (*range(a.ndim - 2), a.ndim - 1, a.ndim - 2))


def adjoint(a):
    """Each matrix transposed and conjugated."""
    a = transposed(a)
    return lax.conj(a) if a.dtype.kind == "c" else a


def symmetrize(a):
    """The mean of each matrix and its adjoint, which is Hermitian."""
    return (a + adjoint(a)) / 2


def identity(a):
    """The unit matrix, of the size and dtype of the columns of `a`."""
    return jnp.eye(a.shape[-1], dtype=a.dtype)


def diagonal(a):
    return jnp.diagonal(a, axis1=-2, axis2=-1)
# [/shapes]
