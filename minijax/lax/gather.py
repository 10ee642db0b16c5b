"""Windows of an array, read at computed places.

gather : (array, indices, dimension numbers, sizes) -> array

Each vector along the last axis of the indices is the corner of a window of
the operand. JAX twin: jax/_src/lax/slicing.py.
"""

from typing import NamedTuple

import numpy as np

from minijax.array import as_array
from minijax.core import Primitive
from minijax.lax.reduction import least, most
from minijax.lax.shape import canonical_shape
from minijax.lax.windows import GatherScatterMode, Windows, check_windows


# [GatherDimensionNumbers]
class GatherDimensionNumbers(NamedTuple):
    """Which axis of operand, indices and result is which.

    offset_dims: axes of the result that run within a window
    collapsed_slice_dims: axes of the operand that the result does not
        have, for the windows have size 1 there
    start_index_map: axis of the operand for each number of a corner
    operand_batching_dims, start_indices_batching_dims: axes of operand and
        indices along which both go on together, each window from its own
        part of the operand
    """

    offset_dims: tuple
    collapsed_slice_dims: tuple
    start_index_map: tuple
    operand_batching_dims: tuple = ()
    start_indices_batching_dims: tuple = ()
# [/GatherDimensionNumbers]


# [gather_p]
gather_p = Primitive("gather")


@gather_p.def_impl
def gather_numbers(x, indices, *, dimension_numbers, slice_sizes,
                   unique_indices, indices_are_sorted, mode, fill_value):
    if 0 in slice_sizes or 0 in indices.shape[:-1]:
        return np.zeros(gather_shape(indices, dimension_numbers, slice_sizes),
                        x.dtype)
    windows = Windows(dimension_numbers, slice_sizes, indices.ndim)
    corners, inside = windows.corners(x.shape, indices)
    out = read(x, windows, corners, inside.shape)
    if mode is GatherScatterMode.FILL_OR_DROP and not inside.all():
        out[~inside] = np.asarray(fill_value).astype(x.dtype)
    return out.transpose(np.argsort(windows.arrangement))
# [/gather_p]


def read(x, windows, corners, batch):
    """A copy of each window, in NumPy's layout."""
    x = x.transpose(windows.moving + windows.still)
    x = x[(...,) + tuple([slice(windows.sizes[d]) if d in windows.outer else 0
                          for d in windows.still])]
    if not corners:  # no axis moves: all windows are the same
        return np.broadcast_to(x, batch + x.shape).copy()
    return np.asarray(x[windows.positions(corners)])


def gather_shape(indices, dims, sizes):
    """The windows' sizes at offset_dims, around them those of the indices."""
    hidden = dims.collapsed_slice_dims + dims.operand_batching_dims
    window = iter([n for d, n in enumerate(sizes) if d not in hidden])
    batch = iter(indices.shape[:-1])
    rank = indices.ndim - 1 + len(dims.offset_dims)
    return tuple([next(window if d in dims.offset_dims else batch)
                  for d in range(rank)])


@gather_p.def_abstract_eval
def gathered(x, indices, *, dimension_numbers, slice_sizes, unique_indices,
             indices_are_sorted, mode, fill_value):
    dims = dimension_numbers
    rank = indices.ndim - 1 + len(dims.offset_dims)
    check_windows("Gather", x, indices, dims, rank)
    check_sizes(x, indices, dims, slice_sizes)
    return x.update(shape=gather_shape(indices, dims, slice_sizes))


def check_sizes(x, indices, dims, sizes):
    """Windows that fit into the operand, of size 1 where they are dropped."""
    if len(sizes) != x.ndim:
        raise TypeError(
            "Gather op must have one slice size for every input dimension; "
            f"got: len(slice_sizes)={len(sizes)}, "
            f"input_shape.rank={x.ndim}")
    for d, (size, n) in enumerate(zip(sizes, x.shape)):
        if indices.size and not 0 <= size <= n:
            raise TypeError(f"Slice size at index {d} in gather op is out of "
                            f"range, must be within [0, {n} + 1), got {size}.")
    for d in dims.collapsed_slice_dims:
        if sizes[d] != 1:
            raise TypeError("Gather op can only collapse slice dims with "
                            f"bound 1, but bound is {sizes[d]} for "
                            f"index {d}.")
    for d in dims.operand_batching_dims:
        if sizes[d] > 1:
            raise TypeError("Gather op can only have operand batching dims "
                            f"with bound 0/1, but bound is {sizes[d]} "
                            f"for index {d}.")


def default_fill(dtype):
    """What a window outside is filled with: NaN, or an unlikely number."""
    if dtype.kind in "fc":
        return np.nan
    return least(dtype) if dtype.kind == "i" else most(dtype)


def gather(operand, start_indices, dimension_numbers, slice_sizes, *,
           unique_indices=False, indices_are_sorted=False, mode=None,
           fill_value=None):
    """The windows of `operand` at `start_indices`.

    Its shape is that of the indices without their last axis, and at
    offset_dims the sizes of a window. Of a window outside, `mode` decides.
    """
    operand = as_array(operand, "gather")
    mode = GatherScatterMode.from_any(mode or "promise_in_bounds")
    if mode is not GatherScatterMode.FILL_OR_DROP:
        fill_value = None
    elif fill_value is None:
        fill_value = default_fill(operand.dtype)
    else:
        fill_value = np.asarray(fill_value).item()
    return gather_p.bind(
        operand, start_indices, dimension_numbers=GatherDimensionNumbers(
            *map(canonical_shape, dimension_numbers)),
        slice_sizes=canonical_shape(slice_sizes),
        unique_indices=bool(unique_indices),
        indices_are_sorted=bool(indices_are_sorted), mode=mode,
        fill_value=fill_value)
