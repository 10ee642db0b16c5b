"""An index, taken apart: one part for each axis.

parse : (index, shape) -> (parts, together, new)

A part is an int, a slice, an array of ints, or None for a new axis.
JAX twin: the first half of jax/_src/numpy/indexing.py.
"""

import operator

import numpy as np

from minijax.array import Array
from minijax.core import Tracer
from minijax.errors import NonConcreteBooleanIndexError
from minijax.numpy.creation import asarray


def parse(index, shape):
    """(parts, together, new) of x[index], for an x of some shape.

    together: whether ints and arrays stand side by side, so that their axes
    of the result stand there too; if not, they come first.
    new: where x must be given axes of size 1 before, for x[True].
    """
    index = as_tuple(index)
    items = [canonical_item(item, k) for k, item in enumerate(index)]
    used = sum(axes_of(item) for item in items)
    if used > len(shape):
        raise IndexError(f"Too many indices: array is {len(shape)}-"
                         f"dimensional, but {used} were indexed")
    dots = [k for k, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    places = [k for k, item in enumerate(items)
              if isinstance(item, int | np.ndarray | Array)]
    together = not places or places[-1] - places[0] < len(places)
    k = dots[0] if dots else len(items)
    items[k:k + 1] = [slice(None)] * (len(shape) - used)
    parts, new = expand_masks(items, shape)
    return parts, together, new


def as_tuple(index):
    """x[i] means x[i,]; what x[[0, 1]] means, nobody remembers."""
    if isinstance(index, list):
        raise TypeError(
            "Using a non-tuple sequence for multidimensional indexing is not "
            "allowed; use `arr[array(seq)]` instead of `arr[seq]`, or "
            "`arr[tuple(seq)]` if each entry is for an axis of its own.")
    return index if isinstance(index, tuple) else (index,)


def canonical_item(item, position):
    """An item as None, ..., a slice, an int, or an array of ints or bools."""
    if item is None or item is Ellipsis:
        return item
    if isinstance(item, slice):
        return static_slice(item, position)
    if isinstance(item, int | np.integer) and not isinstance(item, bool):
        return operator.index(item)
    if isinstance(item, str):
        raise TypeError("JAX does not support string indexing; got "
                        f"idx={item!r}. An index is an integer, a slice, an "
                        "array of integers or bools, or a tuple of these.")
    if isinstance(item, tuple | list):
        item = asarray(item, None if len(item) else int)
        item = item if isinstance(item, Tracer) else np.asarray(item)
    if isinstance(item, bool | float | complex | np.generic):
        item = np.asarray(item)
    if not isinstance(item, np.ndarray | Array):
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), newaxis (`None`) "
            f"and integer or boolean arrays are valid indices. Got {item!r}")
    if item.dtype.kind not in "biu":
        raise TypeError("Indexer must have integer or boolean type, got "
                        f"indexer with type {item.dtype}; convert it with "
                        ".astype(int)")
    return known_mask(item) if item.dtype.kind == "b" else item


def static_slice(item, position):
    """A slice of numbers; IndexError if one of them is traced."""
    for bound in (item.start, item.stop, item.step):
        if isinstance(bound, Tracer) and bound.to_concrete_value() is None:
            raise IndexError(
                f"Slice entries must be static integers. Got {item} at "
                f"position {position}: the size of the result would not be "
                "known. For a slice of fixed size at a traced place, use "
                "lax.dynamic_slice_in_dim(x, start, size).")
    return item


def known_mask(mask):
    """A boolean mask as an ndarray: it decides the shape of the result."""
    if isinstance(mask, Tracer):
        known = mask.to_concrete_value()
        if known is None:
            raise NonConcreteBooleanIndexError(mask)
        mask = known
    return np.asarray(mask)


def axes_of(item):
    """How many axes an item takes."""
    if item is None or item is Ellipsis:
        return 0
    return item.ndim if isinstance(item, np.ndarray) and (
        item.dtype.kind == "b") else 1


def expand_masks(items, shape):
    """The parts: masks become arrays of positions, one for each axis.

    A mask without axes becomes one position, or none, on a new axis.
    """
    parts, new, axis = [], [], 0
    for k, item in enumerate(items):
        n = axes_of(item)
        if isinstance(item, np.ndarray) and item.dtype.kind == "b":
            if item.shape != shape[axis:axis + n]:
                raise IndexError(
                    "boolean index did not match shape of indexed array in "
                    f"index {k}: got {item.shape}, expected "
                    f"{list(shape[axis:axis + n])}")
            if n == 0:
                new.append(axis + len(new))
            parts += np.nonzero(item) if n else [np.arange(int(item))]
        else:
            parts.append(item)
        axis += n
    return parts, tuple(new)


def check_static(parts, shape):
    """IndexError if a position that is known now is out of range."""
    sized = zip([p for p in parts if p is not None], shape)
    for axis, (part, size) in enumerate(sized):
        if isinstance(part, int | np.ndarray):
            low, high = ((part, part) if isinstance(part, int) else
                         (part.min(initial=0), part.max(initial=-1)))
            bad = low if low < -size else high
            if low < -size or high >= size:
                raise IndexError(
                    f"index {bad} is out of bounds for axis {axis} with size "
                    f"{size}. Where that may be, say what is meant: "
                    "x.at[i].get(mode='clip' or 'fill'), or for updates "
                    "mode='drop'.")
        elif isinstance(part, Array) and size == 0 and part.size:
            raise IndexError(f"index is out of bounds for axis {axis} with "
                             "size 0")
