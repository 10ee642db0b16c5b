"""Parts of an array at places that are themselves computed.

dynamic_slice        : (array, [index], sizes) -> array
dynamic_update_slice : (array, part, [index]) -> array

A part that would stick out is moved until it lies inside. The sizes are
known beforehand: a traced program must know every shape.
JAX twin: jax/_src/lax/slicing.py.
"""

import operator

import numpy as np

from minijax.array import ArrayImpl, as_array
from minijax.core import Primitive
from minijax.dtypes import default
from minijax.lax.binary import add, lt
from minijax.lax.choice import select_n
from minijax.lax.convert import convert
from minijax.lax.shape import (
    canonical_shape,
    expand_dims,
    nonnegative,
    squeeze,
)
from minijax.lax.standard import all_weak, same_dtype


def window(shape, starts, sizes):
    """The part of an array, moved inside, as NumPy's slices."""
    starts = [min(max(int(start), 0), n - size)
              for n, start, size in zip(shape, starts, sizes)]
    return tuple([slice(start, start + size)
                  for start, size in zip(starts, sizes)])


def check_indices(name, x, starts):
    """One scalar of a common integer dtype for each axis of x."""
    if len(starts) != x.ndim:
        raise TypeError(f"{name} start_indices must have length equal to the "
                        f"rank of operand, got {len(starts)} indices for "
                        f"operand shape {x.shape}.")
    if any(i.ndim for i in starts):
        raise TypeError(f"start_indices arguments to {name} must be scalars, "
                        f"got indices {starts}")
    if len({i.dtype for i in starts}) > 1 or any(i.dtype.kind not in "iu"
                                                 for i in starts):
        raise TypeError(f"index arguments to {name} must be integers of the "
                        "same type, got: "
                        f"{', '.join(i.dtype.name for i in starts)}. Convert "
                        "them by lax.convert_element_type.")


# [dynamic_slice_p]
dynamic_slice_p = Primitive("dynamic_slice")


@dynamic_slice_p.def_impl
def dynamic_slice_numbers(x, *starts, slice_sizes):
    return x[window(x.shape, starts, slice_sizes)]


@dynamic_slice_p.def_abstract_eval
def dynamic_sliced(x, *starts, slice_sizes):
    if (len(slice_sizes) != x.ndim
            or any(size > n for size, n in zip(slice_sizes, x.shape))):
        raise TypeError(
            "slice slice_sizes must be less than or equal to operand shape, "
            f"got slice_sizes {slice_sizes} for operand shape {x.shape}.")
    nonnegative("dynamic_slice", "slice_sizes", slice_sizes)
    check_indices("dynamic_slice", x, starts)
    return x.update(shape=slice_sizes)
# [/dynamic_slice_p]


# [dynamic_update_slice_p]
dynamic_update_slice_p = Primitive("dynamic_update_slice")


@dynamic_update_slice_p.def_impl
def dynamic_update_numbers(x, update, *starts):
    out = x.copy()
    out[window(x.shape, starts, update.shape)] = update
    return out


@dynamic_update_slice_p.def_abstract_eval
def dynamic_updated(x, update, *starts):
    if update.ndim != x.ndim:
        raise TypeError(
            "dynamic_update_slice update must have the same rank as operand, "
            f"got update shape {update.shape} for operand shape {x.shape}.")
    if any(size > n for size, n in zip(update.shape, x.shape)):
        raise TypeError(
            "dynamic_update_slice update shape must be smaller than operand "
            f"shape, got update shape {update.shape} for operand shape "
            f"{x.shape}.")
    check_indices("dynamic_update_slice", x, starts)
    same_dtype("dynamic_update_slice", x, update)
    return x.update(weak_type=all_weak(x, update, *starts))
# [/dynamic_update_slice_p]


def from_front(index, size, allow_negative):
    """An index counted from the front of an axis of this size."""
    if isinstance(index, int | np.integer):
        if index < 0 and not allow_negative:
            raise ValueError(f"Index {index} is out of bounds for dimension "
                             f"{size} if allow_negative_indices=False")
        index = np.asarray(index, default("i") if type(index) is int else None)
    index = as_array(index, "dynamic_slice")
    if not allow_negative or index.ndim or index.dtype.kind != "i":
        return index
    if isinstance(index, ArrayImpl):  # is known now
        behind = int(index) < 0
        return convert(int(index) + size, index.dtype) if behind else index
    behind = lt(index, convert(0, index.dtype))
    return select_n(behind, index, add(index, convert(size, index.dtype)))


def from_fronts(operand, start_indices, allow_negative):
    """All indices counted from the front, for each axis of the operand."""
    if len(start_indices) != operand.ndim:
        raise ValueError(
            "Length of slice indices must match number of operand dimensions "
            f"({len(start_indices)} vs {operand.ndim})")
    if isinstance(allow_negative, bool):
        allow_negative = [allow_negative] * operand.ndim
    return list(map(from_front, start_indices, operand.shape, allow_negative))


def dynamic_slice(operand, start_indices, slice_sizes, *,
                  allow_negative_indices=True):
    """The part of the operand that starts there and has these sizes.

    Negative indices count from the end, unless not allowed.
    """
    operand = as_array(operand, "dynamic_slice")
    starts = from_fronts(operand, start_indices, allow_negative_indices)
    return dynamic_slice_p.bind(operand, *starts,
                                slice_sizes=canonical_shape(slice_sizes))


def dynamic_update_slice(operand, update, start_indices, *,
                         allow_negative_indices=True):
    """The operand with `update` written over the part that starts there."""
    operand = as_array(operand, "dynamic_update_slice")
    starts = from_fronts(operand, start_indices, allow_negative_indices)
    return dynamic_update_slice_p.bind(operand, update, *starts)


def on_axis(operand, index, axis, allow_negative):
    """Indices 0 but on one axis, and which of them may be negative."""
    zero = convert(0, as_array(index).dtype)
    starts = [zero] * operand.ndim
    allowed = [False] * operand.ndim
    starts[axis], allowed[axis] = index, allow_negative
    return starts, allowed


def dynamic_slice_in_dim(operand, start_index, slice_size, axis=0, *,
                         allow_negative_indices=True):
    """operand[start_index:start_index + slice_size] along one axis."""
    operand, axis = as_array(operand, "dynamic_slice_in_dim"), int(axis)
    starts, allowed = on_axis(operand, start_index, axis,
                              allow_negative_indices)
    sizes = list(operand.shape)
    sizes[axis] = operator.index(slice_size)
    return dynamic_slice(operand, starts, sizes,
                         allow_negative_indices=allowed)


def dynamic_index_in_dim(operand, index, axis=0, keepdims=True, *,
                         allow_negative_indices=True):
    """operand[index] along one axis, which stays unless keepdims=False."""
    part = dynamic_slice_in_dim(
        operand, index, 1, axis,
        allow_negative_indices=allow_negative_indices)
    return part if keepdims else squeeze(part, (axis,))


def dynamic_update_slice_in_dim(operand, update, start_index, axis, *,
                                allow_negative_indices=True):
    """The operand with `update` written over it from an index on, on an axis.
    """
    operand, axis = as_array(operand, "dynamic_update_slice_in_dim"), int(axis)
    starts, allowed = on_axis(operand, start_index, axis,
                              allow_negative_indices)
    return dynamic_update_slice(operand, update, starts,
                                allow_negative_indices=allowed)


def dynamic_update_index_in_dim(operand, update, index, axis, *,
                                allow_negative_indices=True):
    """The operand with one slice of an axis replaced; update may lack it."""
    operand = as_array(operand, "dynamic_update_index_in_dim")
    update = as_array(update, "dynamic_update_index_in_dim", 1)
    if update.ndim != operand.ndim:
        update = expand_dims(update, (int(axis),))
    return dynamic_update_slice_in_dim(
        operand, update, index, axis,
        allow_negative_indices=allow_negative_indices)
