"""From the parts of an index to the numbers that gather and scatter want.

Plan : (parts, together, shape) -> dimension numbers, indices, sizes
JAX twin: `_index_to_gather` in jax/_src/numpy/indexing.py.
"""

import numpy as np

from minijax import lax
from minijax.array import Array, ArrayImpl
from minijax.lax import GatherDimensionNumbers
from minijax.numpy.promotion import broadcast_arrays, broadcast_shapes, cast

INT32 = np.dtype("int32")


# [Plan]
class Plan:
    """How to gather x[index], or to scatter to it.

    What is gathered has the axes of `batch`, over which positions vary,
    between those of the windows, which are `offset`. Axes listed in
    `reverse` then run backwards, and `new` ones are put in: `result` is the
    shape of x[index].
    """

    def __init__(self, parts, together, shape):
        self.columns, self.batch, self.result = [], [], []
        self.offset, self.collapsed, self.axes = [], [], []
        self.sizes, self.reverse, self.new = [], [], []
        points = [k for k, p in enumerate(parts) if is_point(p)]
        self.by_arrays = any(np.ndim(parts[k]) for k in points)
        first = (points[0] if together else 0) if points else None
        for k, part in enumerate(parts):
            if k == first:
                self.add_points(parts, shape)
            if part is None:
                self.new.append(len(self.result))
                self.result.append(1)
            elif isinstance(part, slice):
                self.add_slice(part, shape[len(self.sizes)])
            else:
                self.collapsed.append(len(self.sizes))
                self.sizes.append(1)
    # [/Plan]

    def add_points(self, parts, shape):
        """The parts that are ints and arrays: together they make points."""
        sized = [p for p in parts if p is not None]
        axes = [i for i, p in enumerate(sized) if is_point(p)]
        points = [from_front(sized[i], shape[i]) for i in axes]
        block = broadcast_shapes(*[np.shape(p) for p in points])
        if any(isinstance(p, Array) for p in points):
            points = broadcast_arrays(*points)
        elif block:
            points = np.broadcast_arrays(*points)
        self.columns += [(p, len(self.batch)) for p in points]
        self.axes += axes
        self.batch += block
        self.result += block

    def add_slice(self, part, size):
        """A slice: a window if its step is 1, else one point for each step."""
        axis, place = len(self.sizes), len(self.result) - len(self.new)
        steps = range(size)[part]
        self.result.append(len(steps))
        if steps.step == 1:
            self.offset.append(place)
            self.sizes.append(len(steps))
            if len(steps) < size:
                self.columns.append((steps.start, len(self.batch)))
                self.axes.append(axis)
            return
        if steps.step < 0:
            self.reverse.append(place)
            steps = steps[::-1]
        self.columns.append((np.array(steps, INT32), len(self.batch)))
        self.axes.append(axis)
        self.batch.append(len(steps))
        self.collapsed.append(axis)
        self.sizes.append(1)

    def indices(self):
        """The positions, as the last axis of an array of shape `batch`."""
        shape = (*self.batch, 1)
        known = not any(isinstance(x, Array) for x, _ in self.columns)
        if not self.columns or known and self.batch:
            columns = [np.broadcast_to(
                np.reshape(x, np.shape(x) + (1,) * (
                    len(shape) - axis - np.ndim(x))), shape)
                for x, axis in self.columns]
            return np.concatenate([np.zeros((*self.batch, 0), int), *columns],
                                  -1).astype(INT32)
        return lax.concatenate([
            lax.broadcast_in_dim(cast(x, INT32), shape, tuple(
                range(axis, axis + np.ndim(x))))
            for x, axis in self.columns], len(shape) - 1)

    def numbers(self):
        """The dimension numbers for lax.gather."""
        return GatherDimensionNumbers(
            offset_dims=tuple(self.offset),
            collapsed_slice_dims=tuple(self.collapsed),
            start_index_map=tuple(self.axes))

    def promises(self, indices_are_sorted=False, unique_indices=False):
        """What is known of the positions: slices are sorted and unique."""
        return {"indices_are_sorted": indices_are_sorted or not self.by_arrays,
                "unique_indices": unique_indices or not self.by_arrays}


def is_point(part):
    """Whether a part names positions one by one."""
    return isinstance(part, int | np.ndarray | Array)


def from_front(index, size):
    """Negative positions counted from the front."""
    if isinstance(index, int):
        return index + size if index < 0 else index
    if isinstance(index, ArrayImpl):
        index = index._value
    if isinstance(index, np.ndarray):
        return np.where(index < 0, index.astype(int) + size, index).astype(
            INT32)
    if index.dtype.kind == "u":
        return index
    index = index if index.dtype.itemsize > 4 else cast(index, INT32)
    below = lax.lt(index, cast(0, index.dtype))
    return lax.select(below, lax.add(index, cast(size, index.dtype)), index)
