"""Where the windows of a gather or a scatter lie.

A window is a box of elements of the operand, of a size known beforehand, at
a corner that is computed. The dimension numbers of gather and scatter are
told apart by their names only: field by field they mean the same.
JAX twin: jax/_src/lax/slicing.py.
"""

import enum
import functools
import math

import numpy as np


# [GatherScatterMode]
class GatherScatterMode(enum.Enum):
    """What becomes of a window that sticks out of the operand.

    CLIP: it is moved inside. FILL_OR_DROP: gathered, it is filled with one
    number; scattered, dropped. PROMISE_IN_BOUNDS: the caller says that there
    is none; if there is, gather clips and scatter drops.
    """

    CLIP = 0
    FILL_OR_DROP = 1
    PROMISE_IN_BOUNDS = 2

    @staticmethod
    def from_any(mode):
        if isinstance(mode, GatherScatterMode):
            return mode
        if mode in MODES:
            return MODES[mode]
        raise ValueError(f'Unknown gather mode "{mode}"; expected one of '
                         f"{[*MODES]}")


MODES = {"clip": GatherScatterMode.CLIP,
         "fill": GatherScatterMode.FILL_OR_DROP,
         "drop": GatherScatterMode.FILL_OR_DROP,
         "promise_in_bounds": GatherScatterMode.PROMISE_IN_BOUNDS,
         None: GatherScatterMode.FILL_OR_DROP}
# [/GatherScatterMode]


@functools.lru_cache(maxsize=4096)
class Windows:
    """Windows of some sizes, as NumPy's indices.

    The operand's axes are `moving`, along which corners differ, or `still`.
    NumPy lays windows out by the axes of the indices, then the moving axes
    (`inner`), then the still ones (`outer`), without those of size 1 that
    the dimension numbers drop. `arrangement` is where JAX has each.
    """

    def __init__(self, dims, sizes, indices_ndim):
        places, dropped, self.index_map, x_batching, self.batching = dims
        self.sizes, dropped = sizes, dropped + x_batching
        self.moving = self.index_map + x_batching
        self.still = tuple([d for d in range(len(sizes))
                            if d not in self.moving])
        self.inner = [d for d in self.moving if d not in dropped]
        self.outer = [d for d in self.still if d not in dropped]
        kept = self.inner + self.outer
        batch = [d for d in range(indices_ndim - 1 + len(kept))
                 if d not in places]
        place = dict(zip(sorted(kept), places))
        self.arrangement = batch + [place[d] for d in kept]

    def corners(self, shape, indices):
        """Where each window starts, moved inside; and which were inside.

        For each moving axis an array, and an array of bools, all of them
        with the shape of indices[..., 0].
        """
        if indices.dtype == np.uint64:  # beyond intp is outside anyhow
            indices = np.minimum(indices, np.uint64(2**63 - 1))
        indices = indices.astype(np.intp)
        batch = indices.shape[:-1]
        corners, inside = [], np.ones(batch, bool)
        for k, d in enumerate(self.index_map):
            i, last = indices[..., k], shape[d] - self.sizes[d]
            if not 0 <= i.min() <= i.max() <= last:
                inside &= (0 <= i) & (i <= last)
                i = i.clip(0, last)
            corners.append(i)
        for b in self.batching:
            after = (1,) * (len(batch) - 1 - b)
            steps = np.arange(batch[b]).reshape(-1, *after)
            corners.append(np.broadcast_to(steps, batch))
        return corners, inside

    def positions(self, corners):
        """The index arrays of all elements, one for each moving axis."""
        ndim = len(self.inner)
        positions = []
        for d, corner in zip(self.moving, corners):
            corner = corner.reshape(corner.shape + (1,) * ndim)
            if d in self.inner:
                after = (1,) * (ndim - 1 - self.inner.index(d))
                corner = corner + np.arange(self.sizes[d]).reshape(-1, *after)
            positions.append(corner)
        return tuple(positions)

    def places(self, corners, batch, shape):
        """The number of each element of each window, in row-major order."""
        strides = [math.prod(shape[d + 1:]) for d in range(len(shape))]
        sizes = tuple([self.sizes[d] for d in self.inner])
        places = np.zeros(batch + sizes, np.intp)
        for d, positions in zip(self.moving, self.positions(corners)):
            places += positions * strides[d]
        for d in self.outer:
            places = places[..., None] + np.arange(self.sizes[d]) * strides[d]
        return places


def check_windows(op, x, indices, dims, rank):
    """Axes that are there, once, in order, and that tell a whole window.

    rank: of gather's result or scatter's updates.
    """
    check_indices(op, indices)
    _, hidden, index_map, x_batch, indices_batch = dims
    ranks = [rank, x.ndim, x.ndim, x.ndim, indices.ndim - 1]
    ordered = [True, True, False, True, False]
    for name, axes, ndim, order in zip(dims._fields, dims, ranks, ordered):
        check_axes(f"{name} in {op} op", axes, ndim, order)
    for name, axes in zip(dims._fields[1:], (hidden, index_map)):
        if set(axes) & set(x_batch):
            raise TypeError(f"{name} and operand_batching_dims in {op} op "
                            f"must be disjoint; got: {axes} and {x_batch}.")
    check_batching(op, x, indices, x_batch, indices_batch)
    if len(index_map) != indices.shape[-1]:
        raise TypeError(
            f"{op} op has {len(index_map)} elements in {dims._fields[2]} and "
            f"the bound of the last dimension of indices is "
            f"{indices.shape[-1]}. These two numbers must be equal.")
    if len(dims[0] + hidden + x_batch) != x.ndim:
        raise TypeError(
            f"{op} op: each of the {x.ndim} axes of the operand must be in a "
            f"window, or dropped, or for batching; got {dims}.")


def check_indices(op, indices):
    """Integers, with a last axis for the numbers of one corner."""
    if indices.dtype.kind not in "iu":
        raise ValueError("indices must have an integer type, got "
                         f"{indices.dtype}")
    if not indices.ndim:
        raise TypeError(f"{op} indices need a last axis, along which the "
                        "numbers of one corner lie: use indices[..., None].")


def check_axes(what, axes, ndim, ordered):
    """Axes of an ndim-dimensional array, each once, and if need be sorted."""
    if ordered and [*axes] != sorted(axes):
        raise TypeError(f"{what} must be sorted; got {axes}")
    if len(set(axes)) != len(axes):
        raise TypeError(f"{what} must not repeat; got: {axes}.")
    for d in axes:
        if not 0 <= d < ndim:
            raise TypeError(f"Invalid {what}; valid range is [0, {ndim}); "
                            f"got: {d}.")


def check_batching(op, x, indices, x_batch, indices_batch):
    """As many axes of indices as of the operand, and of the same sizes."""
    if len(x_batch) != len(indices_batch):
        raise TypeError(
            f"{op} op requires equal numbers of operand_batching_dims and of "
            f"indices' batching dims, got {x_batch} and {indices_batch}.")
    x_sizes = tuple(x.shape[d] for d in x_batch)
    sizes = tuple(indices.shape[d] for d in indices_batch)
    if x_sizes != sizes:
        raise TypeError(
            f"{op} op requires operand batching dimensions and indices "
            "batching dimensions to have the same shape, got "
            f"{x_sizes} and {sizes}.")
