"""Sums of products, all by lax.dot_general.

dot, matmul, tensordot : (Array, Array) -> Array
JAX twin: jax/_src/numpy/tensor_contractions.py.
"""

from minijax import lax
from minijax.numpy.creation import array, optional_dtype
from minijax.numpy.elementwise import conjugate, multiply
from minijax.numpy.manipulation import (
    expand_dims,
    moveaxis,
    ravel,
    reshape,
)
from minijax.numpy.promotion import (
    arraylike,
    broadcast_shapes,
    broadcast_to,
    cast,
    lattice,
    promote_dtypes,
    type_of,
)
from minijax.numpy.reductions import canonical_axes


def contract(a, b, contracting, batch=((), ()), precision=None,
             preferred_element_type=None):
    """lax.dot_general, with the result in the dtype that a and b meet in."""
    dtype, weak = optional_dtype(preferred_element_type), False
    if dtype is None:
        dtype, weak = lattice([type_of(a), type_of(b)])
    out = lax.dot_general(a, b, (contracting, batch), precision, dtype)
    return cast(out, dtype, weak)


def dot(a, b, *, precision=None, preferred_element_type=None):
    """The sum of products over the last axis of a and the last but one of b.

    Vectors: their scalar product. Scalars multiply. TypeError if the axes
    have different sizes.
    """
    a, b = arraylike("dot", a, b)
    axes = ((), ())
    if a.ndim and b.ndim:
        axes = (a.ndim - 1,), (max(b.ndim - 2, 0),)
    return contract(a, b, axes, precision=precision,
                    preferred_element_type=preferred_element_type)


# [matmul]
def matmul(a, b, *, precision=None, preferred_element_type=None):
    """Products of matrices, which lie in the last two axes.

    The axes before are broadcast. A vector is a row on the left and a column
    on the right, and that axis is missing from the result.
    """
    a, b = arraylike("matmul", a, b)
    for i, x in enumerate((a, b)):
        if not x.ndim:
            raise ValueError(f"matmul input operand {i} must have ndim at "
                             "least 1, but it has ndim 0; to scale, use *")
    if a.ndim < 2 or b.ndim <= 2:
        axis = max(b.ndim - 2, 0)
        return contract(a, b, ((a.ndim - 1,), (axis,)), ((), ()), precision,
                        preferred_element_type)
    batch = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (fill_batch(x, batch) for x in (a, b))
    n = len(batch)
    both = tuple(range(n))
    return contract(a, b, ((n + 1,), (n,)), (both, both), precision,
                    preferred_element_type)


def fill_batch(x, batch):
    """`x` with its axes before the last two broadcast to `batch`."""
    return broadcast_to(x, batch + x.shape[-2:])
# [/matmul]


def vdot(a, b, *, precision=None, preferred_element_type=None):
    """The scalar product of all elements, the first conjugated."""
    a, b = arraylike("vdot", a, b)
    return dot(ravel(conjugate(a)), ravel(b), precision=precision,
               preferred_element_type=preferred_element_type)


# [batched]
def vecdot(x1, x2, /, *, axis=-1, precision=None,
           preferred_element_type=None):
    """Scalar products along an axis, the first argument conjugated."""
    x1, x2 = (moveaxis(x, axis, -1) for x in arraylike("vecdot", x1, x2))
    if x1.shape[-1] != x2.shape[-1]:
        raise ValueError(f"axes must match; got sizes {x1.shape[-1]} and "
                         f"{x2.shape[-1]} along axis={axis}")
    out = matmul(conjugate(x1)[..., None, :], x2[..., :, None],
                 precision=precision,
                 preferred_element_type=preferred_element_type)
    return out[..., 0, 0]


def matvec(x1, x2, /):
    """Matrices in the last two axes of x1 times vectors in the last of x2."""
    x1, x2 = arraylike("matvec", x1, x2)
    return matmul(x1, x2[..., None])[..., 0]


def vecmat(x1, x2, /):
    """Conjugated vectors times matrices."""
    x1, x2 = arraylike("vecmat", x1, x2)
    return matmul(conjugate(x1)[..., None, :], x2)[..., 0, :]
# [/batched]


def tensordot(a, b, axes=2, *, precision=None, preferred_element_type=None):
    """The sum of products over axes: a number of them, or a list for each."""
    a, b = arraylike("tensordot", a, b)
    if isinstance(axes, int):
        if axes > min(a.ndim, b.ndim):
            raise TypeError(f"Number of tensordot axes (axes {axes}) exceeds "
                            f"input ranks ({a.shape} and {b.shape})")
        axes = tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes))
    elif not (isinstance(axes, tuple | list) and len(axes) == 2):
        raise TypeError("tensordot axes argument must be an int, a pair of "
                        "ints, or a pair of lists/tuples of ints.")
    first = canonical_axes(axes[0], a.ndim)
    second = canonical_axes(axes[1], b.ndim)
    if len(first) != len(second):
        raise TypeError("tensordot requires axes lists to have equal length, "
                        f"got {axes[0]} and {axes[1]}.")
    return contract(a, b, (first, second), ((), ()), precision,
                    preferred_element_type)


def inner(a, b, *, precision=None, preferred_element_type=None):
    """The sum of products over the last axes of both."""
    a, b = arraylike("inner", a, b)
    if not a.ndim or not b.ndim:
        return multiply(a, b)
    return tensordot(a, b, (-1, -1), precision=precision,
                     preferred_element_type=preferred_element_type)


def outer(a, b, out=None):
    """The product of each element of a with each of b, as a matrix."""
    a, b = promote_dtypes(*arraylike("outer", a, b))
    return multiply(ravel(a)[:, None], ravel(b)[None, :])


def kron(a, b):
    """The Kronecker product: each element of a times the whole of b."""
    a, b = promote_dtypes(*arraylike("kron", a, b))
    rank = max(a.ndim, b.ndim)
    a, b = (reshape(x, (1,) * (rank - x.ndim) + x.shape) for x in (a, b))
    shape = tuple(m * n for m, n in zip(a.shape, b.shape))
    return reshape(lax.mul(expand_dims(a, tuple(range(1, 2 * rank, 2))),
                           expand_dims(b, tuple(range(0, 2 * rank, 2)))),
                   shape)


def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The vector product, of vectors with 2 or 3 components along an axis."""
    a, b = arraylike("cross", a, b)
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)
    if not {a.shape[-1], b.shape[-1]} <= {2, 3}:
        raise ValueError("Dimension must be either 2 or 3 for cross product; "
                         f"got {a.shape[-1]} and {b.shape[-1]}")
    x, y = ([v[..., i] for i in range(v.shape[-1])] for v in (a, b))
    z = multiply(x[0], y[1]) - multiply(x[1], y[0])
    if len(x) == len(y) == 2:
        return z
    x, y = (v + [v[0] * 0] * (3 - len(v)) for v in (x, y))
    c = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], z]
    return moveaxis(array(c), 0, axisc)
