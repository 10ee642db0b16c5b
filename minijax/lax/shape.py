"""The same elements in another arrangement.

broadcast_in_dim : (array, shape, dimensions) -> array   repeat
reshape          : (array, shape) -> array               same order, new axes
transpose        : (array, permutation) -> array         same axes, new order
squeeze          : (array, dimensions) -> array          drop axes of size 1
rev              : (array, dimensions) -> array          run backwards

JAX twin: jax/_src/lax/lax.py.
"""

import operator

import numpy as np

from minijax.array import as_array
from minijax.core import Primitive


def canonical_axis(axis, ndim):
    """An axis of an ndim-dimensional array, counted from the front."""
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        raise ValueError(
            f"axis {axis} is out of bounds for array of dimension {ndim}; "
            f"expected {-ndim} <= axis < {ndim}")
    return axis + ndim if axis < 0 else axis


def canonical_shape(shape):
    """A shape as a tuple of ints; an int n alone means (n,)."""
    try:
        if hasattr(shape, "__index__") and not getattr(shape, "ndim", 0):
            return (operator.index(shape),)
        return tuple(map(operator.index, shape))
    except TypeError as why:
        raise TypeError("Shapes must be 1D sequences of concrete values of "
                        f"integer type, got {shape}. {why}") from None


def nonnegative(name, what, values):
    """Refuse lengths, positions or axes below 0."""
    if any(n < 0 for n in values):
        raise TypeError(f"{name} {what} must have every element be "
                        f"nonnegative, got {values}.")


# [broadcast_in_dim_p]
broadcast_in_dim_p = Primitive("broadcast_in_dim")


@broadcast_in_dim_p.def_impl
def broadcast_numbers(x, *, shape, broadcast_dimensions):
    sizes = [1] * len(shape)
    for d, n in zip(broadcast_dimensions, x.shape):
        sizes[d] = n
    order = sorted(range(x.ndim), key=broadcast_dimensions.__getitem__)
    x = x.transpose(order).reshape(sizes)
    return x if x.shape == shape else np.broadcast_to(x, shape)
# [/broadcast_in_dim_p]


@broadcast_in_dim_p.def_abstract_eval
def broadcasted(x, *, shape, broadcast_dimensions):
    nonnegative("broadcast_in_dim", "shape", shape)
    dims = f"broadcast_in_dim broadcast_dimensions {broadcast_dimensions}"
    if x.ndim != len(broadcast_dimensions):
        raise TypeError(f"{dims} must have length equal to operand ndim "
                        f"{x.ndim}: say for each axis where it goes.")
    if not set(broadcast_dimensions) <= set(range(len(shape))):
        raise TypeError(f"{dims} must be a subset of output dimensions, "
                        f"those of shape {shape}.")
    if len(set(broadcast_dimensions)) != len(broadcast_dimensions):
        raise TypeError(f"{dims} must not contain duplicates.")
    if any(n not in (1, shape[d])
           for n, d in zip(x.shape, broadcast_dimensions)):
        raise TypeError(
            "broadcast_in_dim operand dimension sizes must either be 1, or "
            "be equal to their corresponding dimensions in the target "
            f"broadcast shape; got operand of shape {x.shape}, target "
            f"broadcast shape {shape}, broadcast_dimensions "
            f"{broadcast_dimensions}.")
    return x.update(shape=shape)


def broadcast_in_dim(operand, shape, broadcast_dimensions):
    """`operand` repeated to fill `shape`.

    Axis i of the operand becomes axis broadcast_dimensions[i]; the operand
    is repeated along the other axes, and along its own that have size 1.
    """
    operand = as_array(operand, "broadcast_in_dim")
    shape = canonical_shape(shape)
    if not shape and not operand.ndim:
        return operand
    return broadcast_in_dim_p.bind(
        operand, shape=shape,
        broadcast_dimensions=canonical_shape(broadcast_dimensions))


def broadcast(operand, sizes):
    """`operand` repeated along new leading axes of these sizes."""
    operand, sizes = as_array(operand, "broadcast"), canonical_shape(sizes)
    ndim = len(sizes) + operand.ndim
    return broadcast_in_dim(operand, sizes + operand.shape,
                            tuple(range(len(sizes), ndim)))


def expand_dims(array, dimensions):
    """New axes of size 1 that will have these numbers in the result."""
    array = as_array(array, "expand_dims")
    ndim = array.ndim + len(dimensions)
    new = {canonical_axis(d, ndim) for d in dimensions}
    if len(new) != len(dimensions):
        raise ValueError(f"repeated axis in lax.expand_dims: {dimensions}")
    old = [d for d in range(ndim) if d not in new]
    shape = [1] * ndim
    for d, n in zip(old, array.shape):
        shape[d] = n
    return broadcast_in_dim(array, shape, old)


# [reshape_p]
reshape_p = Primitive("reshape")


@reshape_p.def_impl
def reshape_numbers(x, *, new_sizes, dimensions):
    if dimensions is not None:
        x = x.transpose(dimensions)
    return x.reshape(new_sizes)


@reshape_p.def_abstract_eval
def reshaped(x, *, new_sizes, dimensions):
    if any(n < 0 for n in new_sizes):
        raise TypeError("reshape new_sizes must all be positive, got "
                        f"{new_sizes}. For -1, use minijax.numpy.reshape.")
    if dimensions is not None and sorted(dimensions) != [*range(x.ndim)]:
        raise TypeError(
            "reshape dimensions must be a permutation of operand dimensions, "
            f"got dimensions {dimensions} for shape {x.shape}.")
    out = x.update(shape=new_sizes)
    if out.size != x.size:
        raise TypeError(
            f"reshape total size must be unchanged, got new_sizes {new_sizes} "
            f"(size {out.size}) for shape {x.shape} (size {x.size})")
    return out
# [/reshape_p]


def reshape(operand, new_sizes, dimensions=None):
    """The elements in row-major order, in another shape.

    With `dimensions`, of the operand transposed by that permutation.
    """
    operand = as_array(operand, "reshape")
    new_sizes = canonical_shape(new_sizes)
    if dimensions is not None:
        dimensions = canonical_shape(dimensions)
        if dimensions == tuple(range(operand.ndim)):
            dimensions = None
    if operand.shape == new_sizes and new_sizes and dimensions is None:
        return operand
    return reshape_p.bind(operand, new_sizes=new_sizes, dimensions=dimensions)


# [transpose_p]
transpose_p = Primitive("transpose")


@transpose_p.def_impl
def transpose_numbers(x, *, permutation):
    return x.transpose(permutation)


@transpose_p.def_abstract_eval
def transposed(x, *, permutation):
    if sorted(permutation) != [*range(x.ndim)]:
        raise TypeError(
            "transpose permutation isn't a permutation of operand "
            f"dimensions, got permutation {permutation} for operand shape "
            f"{x.shape}; expected each of 0 to {x.ndim - 1} once.")
    return x.update(shape=[x.shape[d] for d in permutation])
# [/transpose_p]


def transpose(operand, permutation):
    """Axis i of the result is axis permutation[i] of the operand."""
    operand = as_array(operand, "transpose")
    permutation = canonical_shape(permutation)
    if permutation == tuple(range(operand.ndim)):
        return operand
    return transpose_p.bind(operand, permutation=permutation)


# [squeeze_p]
squeeze_p = Primitive("squeeze")


@squeeze_p.def_impl
def squeeze_numbers(x, *, dimensions):
    return x.squeeze(dimensions)


@squeeze_p.def_abstract_eval
def squeezed(x, *, dimensions):
    if len(set(dimensions)) != len(dimensions):
        raise ValueError(f"dimensions are not unique: {dimensions}")
    if any(x.shape[d] != 1 for d in dimensions):
        raise ValueError(
            "cannot select an axis to squeeze out which has size not equal "
            f"to one, got shape={x.shape} and {dimensions=}")
    return x.update(shape=[n for d, n in enumerate(x.shape)
                           if d not in dimensions])
# [/squeeze_p]


def squeeze(array, dimensions):
    """Without these axes, which must have size 1."""
    array = as_array(array, "squeeze")
    dimensions = tuple(sorted(canonical_axis(d, array.ndim)
                              for d in dimensions))
    if not dimensions:
        return array
    return squeeze_p.bind(array, dimensions=dimensions)


# [rev_p]
rev_p = Primitive("rev")


@rev_p.def_impl
def rev_numbers(x, *, dimensions):
    return x[tuple([slice(None, None, -1 if d in dimensions else 1)
                    for d in range(x.ndim)])]


@rev_p.def_abstract_eval
def reversed_(x, *, dimensions):
    nonnegative("rev", "dimensions", dimensions)
    if len(set(dimensions)) != len(dimensions):
        raise TypeError(f"rev dimensions must be unique, got {dimensions}.")
    if any(d >= x.ndim for d in dimensions):
        raise TypeError(
            "rev dimensions must all be less than operand ndim, got "
            f"dimensions {dimensions} for operand ndim {x.ndim}.")
    return x
# [/rev_p]


def rev(operand, dimensions):
    """The elements in the opposite order along these axes."""
    return rev_p.bind(operand, dimensions=canonical_shape(dimensions))
