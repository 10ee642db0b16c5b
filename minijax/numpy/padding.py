"""Room around an array, filled in one of several ways.

pad : (Array, widths, mode) -> Array
JAX twin: `pad` in jax/_src/numpy/lax_numpy.py.
"""

import numpy as np

from minijax import lax
from minijax.numpy import reductions
from minijax.numpy.arithmetic import round
from minijax.numpy.averages import mean
from minijax.numpy.creation import asarray
from minijax.numpy.manipulation import flip
from minijax.numpy.promotion import arraylike, cast, concrete
from minijax.numpy.statistics import median


def pad(array, pad_width, mode="constant", **kwargs):
    """The array with `pad_width` = (before, after) elements on each axis.

    mode: constant (constant_values), edge, wrap, reflect and symmetric
    (reflect_type), linear_ramp (end_values), maximum, minimum, mean, median.
    """
    x, (side, option) = arraylike("pad", array), mode_of(mode, kwargs)
    widths = widths_of(pad_width, x.ndim)
    ends = kwargs.get(option, 0)
    if mode == "constant" and np.ndim(ends) == 0:
        return lax.pad(x, cast(asarray(ends), x.dtype, x.weak_type),
                       tuple((a, b, 0) for a, b in widths))
    for axis, (before, after) in enumerate(widths):
        value = pairs(ends, x.ndim)[axis] if option in VALUES else (ends, ends)
        if (before or after) and not x.shape[axis] and mode != "constant":
            raise ValueError(f"Cannot apply '{mode}' padding to empty axis")
        x = lax.concatenate(
            [side(x, axis, before, value[0], mode), x,
             flip(side(flip(x, axis), axis, after, value[1], mode), axis)],
            axis)
    return x


def mode_of(mode, kwargs):
    """(function that makes a side, its one option) of a mode."""
    if mode not in MODES:
        raise NotImplementedError(f"Unimplemented padding mode {mode!r} for "
                                  f"np.pad; expected one of {list(MODES)}")
    if set(kwargs) - {MODES[mode][1]}:
        raise ValueError(f"unsupported keyword arguments for mode {mode!r}: "
                         f"{set(kwargs) - {MODES[mode][1]}}")
    return MODES[mode]


def pairs(values, ndim):
    """A (before, after) for each axis."""
    values = np.asarray(values)
    if values.ndim == 1 and values.size == 1:
        values = values[0]
    return np.broadcast_to(values, (ndim, 2)).tolist()


def widths_of(pad_width, ndim):
    """The widths as pairs of Python ints."""
    if isinstance(pad_width, dict):
        given, pad_width = pad_width, [(0, 0)] * ndim
        for axis, width in given.items():
            pad_width[axis] = width if np.ndim(width) else (width, width)
    widths = concrete(pad_width, "pad_width argument of jnp.pad.", np.asarray)
    if widths.dtype.kind not in "iu":
        raise TypeError("`pad_width` must be of integral type.")
    if (widths < 0).any():
        raise ValueError("index can't contain negative values")
    return pairs(widths, ndim)


# [sides]
def part(x, axis, start, stop):
    return lax.slice_in_dim(x, start, stop, axis=axis)


def full_of(edge, axis, n):
    """The slice `edge` n times along an axis."""
    shape = edge.shape[:axis] + (n,) + edge.shape[axis + 1:]
    return lax.broadcast_in_dim(edge, shape, tuple(range(edge.ndim)))


def constant(x, axis, n, value, mode):
    """n slices of one value."""
    shape = x.shape[:axis] + (n,) + x.shape[axis + 1:]
    return lax.full(shape, value, x.dtype)


def edge(x, axis, n, value, mode):
    """The first slice n times."""
    return full_of(part(x, axis, 0, 1), axis, n)


def wrap(x, axis, n, value, mode):
    """The last n slices, as if the array went on and on."""
    size = x.shape[axis]
    whole, rest = divmod(n, size)
    return lax.concatenate([part(x, axis, size - rest, size)] + [x] * whole,
                           axis)


def mirror(x, axis, n, kind, mode):
    """The slices at the front in reverse; twice the edge minus them if odd.

    "reflect" leaves the edge itself out, "symmetric" repeats it.
    """
    out, size = [], x.shape[axis]
    skip = int(mode == "reflect" and size > 1)
    while n > 0:
        step = min(n, size - skip)
        new = flip(part(x, axis, skip, skip + step), axis)
        if kind == "odd":
            new = 2 * part(x, axis, 0, 1) - new
        out.insert(0, new)
        n -= step
        x = lax.concatenate([new, x], axis)
    return lax.concatenate(out, axis) if out else part(x, axis, 0, 0)


def ramp(x, axis, n, value, mode):
    """Evenly from `value` towards the first slice."""
    if not n:
        return part(x, axis, 0, 0)
    shape = [1] * x.ndim
    shape[axis] = n
    wide = np.promote_types(x.dtype, "f4")
    first = cast(part(x, axis, 0, 1), wide)
    step = lax.reshape(lax.iota(wide, n), tuple(shape)) / n
    out = cast(value, wide) * (1 - step) + first * step
    return cast(lax.floor(out) if x.dtype.kind in "iu" else out, x.dtype)


def statistic(x, axis, n, length, mode):
    """A maximum, minimum, mean or median of the first slices."""
    reduce = {"maximum": reductions.max, "minimum": reductions.min,
              "mean": mean, "median": median}[mode]
    x = x if not length else part(x, axis, 0, min(length, x.shape[axis]))
    out = reduce(x, axis=axis, keepdims=True)
    out = round(out) if x.dtype.kind in "iu" else out
    return full_of(cast(out, x.dtype), axis, n)
# [/sides]


# [MODES]
MODES = {"constant": (constant, "constant_values"), "edge": (edge, None),
         "wrap": (wrap, None), "empty": (constant, None),
         "reflect": (mirror, "reflect_type"),
         "symmetric": (mirror, "reflect_type"),
         "linear_ramp": (ramp, "end_values"),
         "maximum": (statistic, "stat_length"),
         "minimum": (statistic, "stat_length"),
         "mean": (statistic, "stat_length"),
         "median": (statistic, "stat_length")}
VALUES = {"constant_values", "end_values", "stat_length"}
# [/MODES]
