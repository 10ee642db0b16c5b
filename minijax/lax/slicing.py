"""Parts of an array at places that are known beforehand.

slice        : (array, starts, limits, strides) -> array
slice_in_dim : (array, start, limit, stride, axis) -> array
index_in_dim : (array, index, axis) -> array

JAX twin: jax/_src/lax/slicing.py.
"""

import builtins
import operator

from minijax.array import as_array
from minijax.core import Primitive
from minijax.lax.shape import canonical_shape, nonnegative, squeeze

# [slice_p]
slice_p = Primitive("slice")


@slice_p.def_impl
def slice_numbers(x, *, start_indices, limit_indices, strides):
    strides = strides or [None] * x.ndim
    return x[tuple(map(builtins.slice, start_indices, limit_indices,
                       strides))]
# [/slice_p]


@slice_p.def_abstract_eval
def sliced(x, *, start_indices, limit_indices, strides):
    strides = (1,) * x.ndim if strides is None else strides
    check_slice(x.shape, start_indices, limit_indices, strides)
    return x.update(shape=[
        len(range(start, limit, stride)) for start, limit, stride
        in zip(start_indices, limit_indices, strides)])


def check_slice(shape, start_indices, limit_indices, strides):
    """One start, limit and stride for each axis; start <= limit <= size."""
    given = {"start_indices": start_indices, "limit_indices": limit_indices,
             "strides": strides}
    for name, numbers in given.items():
        if len(numbers) != len(shape):
            raise TypeError(
                f"slice {name} must have length equal to the number of "
                f"dimensions of the operand, got {name} {numbers} for "
                f"operand shape {shape}.")
        nonnegative("slice", name, numbers)
    if any(limit > n for limit, n in zip(limit_indices, shape)):
        raise TypeError(
            "slice limit_indices must be less than or equal to operand "
            f"shape, got limit_indices {limit_indices} for operand shape "
            f"{shape}.")
    if any(start > limit for start, limit in zip(start_indices,
                                                 limit_indices)):
        raise TypeError(
            "slice limit_indices must be greater than or equal to "
            f"start_indices, got start_indices {start_indices} and "
            f"limit_indices {limit_indices}.")
    if 0 in strides:
        raise TypeError(f"slice strides must be positive, got {strides}. To "
                        "run backwards, use lax.rev.")


def slice(operand, start_indices, limit_indices, strides=None):
    """The elements from start up to limit, every stride-th, on each axis."""
    return slice_p.bind(
        operand, start_indices=canonical_shape(start_indices),
        limit_indices=canonical_shape(limit_indices),
        strides=None if strides is None else canonical_shape(strides))


def slice_in_dim(operand, start_index, limit_index, stride=1, axis=0):
    """operand[start_index:limit_index:stride] along one axis.

    None means from the start, or to the end; negative numbers count from
    the end.
    """
    operand, axis = as_array(operand, "slice_in_dim"), int(axis)
    size = operand.shape[axis]
    start = 0 if start_index is None else operator.index(start_index)
    limit = size if limit_index is None else operator.index(limit_index)
    starts, limits = [0] * operand.ndim, list(operand.shape)
    strides = [1] * operand.ndim
    starts[axis] = start + size if start < 0 else start
    limits[axis] = limit + size if limit < 0 else limit
    strides[axis] = operator.index(stride)
    return slice(operand, starts, limits, strides)


def index_in_dim(operand, index, axis=0, keepdims=True):
    """operand[index] along one axis, which stays unless keepdims=False."""
    operand, axis = as_array(operand, "index_in_dim"), int(axis)
    index, size = operator.index(index), operand.shape[axis]
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of bounds for axis {axis} "
                         f"with size {size}")
    index %= size
    part = slice_in_dim(operand, index, index + 1, 1, axis)
    return part if keepdims else squeeze(part, (axis,))
