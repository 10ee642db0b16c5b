"""Arrays side by side, one array in pieces, and room around the elements.

concatenate : ([array], axis) -> array      along an axis that they have
stack       : ([array], axis) -> array      along a new axis
unstack     : (array, axis) -> [array]
split       : (array, sizes, axis) -> [array]
tile        : (array, repetitions) -> array
pad         : (array, number, [(low, high, interior)]) -> array

JAX twin: jax/_src/lax/lax.py.
"""

import numpy as np

from minijax.array import as_array
from minijax.core import Primitive
from minijax.lax.shape import canonical_axis, canonical_shape
from minijax.lax.standard import all_weak, same_dtype


def shapes(avals):
    return ", ".join(str(x.shape) for x in avals)


# [concatenate_p]
concatenate_p = Primitive("concatenate")


@concatenate_p.def_impl
def concatenate_numbers(*xs, dimension):
    return np.concatenate(xs, axis=dimension)


@concatenate_p.def_abstract_eval
def concatenated(*xs, dimension):
    same_dtype("concatenate", *xs)
    if len({x.ndim for x in xs}) > 1:
        raise TypeError("Cannot concatenate arrays with different numbers of "
                        f"dimensions: got {shapes(xs)}.")
    if not 0 <= dimension < xs[0].ndim:
        raise TypeError("concatenate dimension out of bounds: dimension "
                        f"{dimension} for shapes {shapes(xs)}.")
    if len({x.shape[:dimension] + x.shape[dimension + 1:] for x in xs}) > 1:
        raise TypeError(
            "Cannot concatenate arrays with shapes that differ in dimensions "
            "other than the one being concatenated: concatenating along "
            f"dimension {dimension} for shapes {shapes(xs)}.")
    shape = list(xs[0].shape)
    shape[dimension] = sum(x.shape[dimension] for x in xs)
    return xs[0].update(shape=shape, weak_type=all_weak(*xs))
# [/concatenate_p]


def concatenate(operands, dimension):
    """The operands one after another along `dimension`."""
    if len(operands) == 0:
        raise ValueError("concatenate requires a non-empty sequences of "
                         "arrays: of no array the dtype is not known")
    if len(operands) == 1:
        return as_array(operands[0], "concatenate")
    return concatenate_p.bind(*operands, dimension=dimension)


# [stack_p]
stack_p = Primitive("stack")


@stack_p.def_impl
def stack_numbers(*xs, axis):
    return np.stack(xs, axis)


@stack_p.def_abstract_eval
def stacked(*xs, axis):
    same_dtype("stack", *xs)
    if len({x.shape for x in xs}) > 1:
        raise ValueError("All input arrays must have the same shape. Got "
                         f"{shapes(xs)}.")
    shape = list(xs[0].shape)
    shape.insert(axis, len(xs))
    return xs[0].update(shape=shape, weak_type=all_weak(*xs))
# [/stack_p]


def stack(operands, axis=0):
    """The operands, all of one shape, side by side along a new axis."""
    if len(operands) == 0:
        raise ValueError("stack expects at least one operand, got 0.")
    operands = [as_array(x, "stack", i) for i, x in enumerate(operands)]
    axis = canonical_axis(axis, operands[0].ndim + 1)
    return stack_p.bind(*operands, axis=axis)


# [unstack_p]
unstack_p = Primitive("unstack")
unstack_p.multiple_results = True


@unstack_p.def_impl
def unstack_numbers(x, *, axis):
    return list(np.moveaxis(x, axis, 0))


@unstack_p.def_abstract_eval
def unstacked(x, *, axis):
    return [x.update(shape=x.shape[:axis] + x.shape[axis + 1:])
            ] * x.shape[axis]
# [/unstack_p]


def unstack(x, axis=0):
    """The slices of an array along an axis, without that axis."""
    x = as_array(x, "unstack")
    if not x.ndim:
        raise ValueError("unstack requires arrays with rank > 0, however a "
                         f"scalar array of shape {x.shape} was passed.")
    return tuple(unstack_p.bind(x, axis=canonical_axis(axis, x.ndim)))


# [split_p]
split_p = Primitive("split")
split_p.multiple_results = True


@split_p.def_impl
def split_numbers(x, *, sizes, axis):
    return np.split(x, np.cumsum(sizes[:-1], dtype=int), axis)


@split_p.def_abstract_eval
def split_types(x, *, sizes, axis):
    if any(n < 0 for n in sizes):
        raise ValueError("Sizes passed to split must be nonnegative, got "
                         f"{list(sizes)}")
    if sum(sizes) != x.shape[axis]:
        raise ValueError(
            f"Sum of sizes {sum(sizes)} must be equal to dimension {axis} of "
            f"the operand shape {list(x.shape)}")
    return [x.update(shape=(*x.shape[:axis], n, *x.shape[axis + 1:]))
            for n in sizes]
# [/split_p]


def split(operand, sizes, axis=0):
    """Pieces of these sizes, which add up to the size of the axis."""
    operand = as_array(operand, "split")
    return split_p.bind(operand, sizes=canonical_shape(sizes),
                        axis=canonical_axis(axis, operand.ndim))


# [tile_p]
tile_p = Primitive("tile")


@tile_p.def_impl
def tile_numbers(x, *, reps):
    return np.tile(x, reps)


@tile_p.def_abstract_eval
def tiled(x, *, reps):
    if len(reps) != x.ndim:
        raise TypeError("reps length must be equal to the ndim of x, got "
                        f"len(reps)={len(reps)} and x.ndim={x.ndim}.")
    return x.update(shape=[r * n for r, n in zip(reps, x.shape)])
# [/tile_p]


def tile(operand, reps):
    """`operand` repeated as a whole reps[i] times along each axis i."""
    return tile_p.bind(operand, reps=canonical_shape(reps))


# [pad_p]
pad_p = Primitive("pad")


def padded_shape(shape, config):
    """Interior padding goes between elements, so n need n - 1 of it."""
    return tuple([low + n + interior * max(n - 1, 0) + high
                  for n, (low, high, interior) in zip(shape, config)])


@pad_p.def_impl
def pad_numbers(x, value, *, padding_config):
    out = np.full(padded_shape(x.shape, padding_config), value, x.dtype)
    stay, places = [], []
    for n, size, (low, _, interior) in zip(x.shape, out.shape,
                                           padding_config):
        step = interior + 1  # element i goes to low + i step, if that is in
        first = max(0, -(low // step))
        stop = max(first, min(n, -((low - size) // step)))
        stay.append(slice(first, stop))
        places.append(slice(low + first * step, low + stop * step, step))
    out[tuple(places)] = x[tuple(stay)]
    return out
# [/pad_p]


@pad_p.def_abstract_eval
def padded(x, value, *, padding_config):
    if value.dtype != x.dtype:
        raise TypeError("pad operand and padding_value must be same dtype: "
                        f"got {x.dtype} and {value.dtype}.")
    if value.shape:
        raise ValueError("padding_value must be a scalar; got "
                         f"np.shape(padding_value)={value.shape}")
    got = f"padding_config {padding_config} for operand shape {x.shape}"
    if len(padding_config) != x.ndim:
        raise ValueError("length of padding_config must equal the number of "
                         f"axes of operand, got {got}")
    if any(interior < 0 for _, _, interior in padding_config):
        raise ValueError("interior padding in padding_config must be "
                         f"nonnegative, got {got}")
    shape = padded_shape(x.shape, padding_config)
    if any(n < 0 for n in shape):
        raise ValueError("Dimension size after padding is not at least 0, "
                         f"got result shape {shape}, for {got}")
    return x.update(shape=shape, weak_type=all_weak(x, value))


def pad(operand, padding_value, padding_config):
    """`operand` with a number put before, behind and between its elements.

    One (low, high, interior) for each axis; a negative low or high cuts
    elements off.
    """
    return pad_p.bind(
        operand, padding_value,
        padding_config=tuple([canonical_shape(c) for c in padding_config]))
