"""The length of a vector, and of a matrix.

norm : (Array, ord, axis) -> Array[...]
JAX twin: `norm` in jax/_src/numpy/linalg.py.
"""

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.numpy.promotion import canonical_axis, const, promote_inexact


# [norm]
def norm(x, ord=None, axis=None, keepdims=False):
    """The norm of vectors along an axis, or of matrices along two.

    ord: for vectors any number, inf or -inf; for matrices "fro", "nuc", 1, 2,
    inf and their negatives. By default the root of the sum of squares, of
    all elements where no axis is given.
    """
    x, = promote_inexact("linalg.norm", x)
    if axis is None and ord is None:
        return euclidean(x, None, keepdims)
    if axis is None:
        axis = range(x.ndim)
    elif not isinstance(axis, tuple | list):
        axis = (axis,)
    axis = tuple(canonical_axis(d, x.ndim) for d in axis)
    if len(axis) == 1:
        return vector_norm(x, axis=axis[0], keepdims=keepdims,
                           ord=2 if ord is None else ord)
    if len(axis) == 2:
        return norm_of_matrices(x, ord, axis, keepdims)
    raise ValueError(f"Improper number of axes for norm: {axis=}. Pass one "
                     "axis to compute a vector-norm, or two axes to compute "
                     "a matrix-norm.")
# [/norm]


# [vector_norm]
def euclidean(x, axis, keepdims):
    squares = lax.real(x * lax.conj(x)) if x.dtype.kind == "c" else x * x
    return jnp.sqrt(jnp.sum(squares, axis, keepdims=keepdims))


def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    """The norm of vectors along `axis`: (sum of |x|**ord) ** (1 / ord)."""
    x, = promote_inexact("linalg.vector_norm", x)
    if ord is None or ord == 2:
        return euclidean(x, axis, keepdims)
    if isinstance(ord, str):
        raise ValueError(f"Invalid order '{ord}' for vector norm: give a "
                         "number, minijax.numpy.inf for the greatest element")
    size = jnp.abs(x)
    if ord == np.inf:
        return jnp.max(size, axis, keepdims=keepdims, initial=0)
    if ord == -np.inf:
        return jnp.min(size, axis, keepdims=keepdims)
    if ord == 0:
        return jnp.sum(x != 0, axis, size.dtype, keepdims=keepdims)
    if ord == 1:
        return jnp.sum(size, axis, keepdims=keepdims)
    ord = const(size, ord)
    return jnp.sum(size ** ord, axis, keepdims=keepdims) ** (1 / ord)
# [/vector_norm]


# [matrix_norm]
def norm_of_matrices(x, ord, axis, keepdims):
    """Of the matrices in two axes; all others count examples."""
    x = jnp.moveaxis(x, axis, (-2, -1))
    if ord in (None, "f", "fro"):
        out = euclidean(x, (-2, -1), False)
    elif ord in (1, -1, np.inf, -np.inf):
        sums = jnp.sum(jnp.abs(x), -2 if abs(ord) == 1 else -1)
        out = jnp.max(sums, -1, initial=0) if ord > 0 else jnp.min(sums, -1)
    elif ord in (2, -2, "nuc"):
        s = lax.linalg.svd(x, compute_uv=False)
        out = (jnp.sum(s, -1) if ord == "nuc" else jnp.min(s, -1) if ord < 0
               else jnp.max(s, -1, initial=0))
    else:
        raise ValueError(f"Invalid order '{ord}' for matrix norm: choose "
                         "'fro', 'nuc', 1, 2, inf or their negatives")
    return jnp.expand_dims(out, axis) if keepdims else out


def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    """The norm of the matrices in the last two axes."""
    return norm(x, ord, (-2, -1), keepdims)
# [/matrix_norm]
