"""Arrays of evenly spaced numbers, and grids of them.

arange   : (start, stop, step) -> Array[n]
meshgrid : Array[a], Array[b], … -> [Array[b, a, …], …]
JAX twins: jax/_src/numpy/array_creation.py, lax_numpy.py.
"""

import math

import numpy as np

from minijax import dtypes, lax
from minijax.array import as_array
from minijax.numpy.creation import array, asarray, empty, optional_dtype
from minijax.numpy.promotion import (
    arraylike,
    broadcast_arrays,
    canonical_axis,
    canonical_shape,
    cast,
    check_arraylike,
    concrete,
    result_type,
    static_int,
    to_inexact,
)


def arange(start, stop=None, step=None, dtype=None):
    """start, start + step, … up to but without stop.

    The dtype is that in which the arguments meet; they must be concrete.
    """
    only = stop is None and step is None
    start = arange_argument("stop" if only else "start", start)
    stop = stop if stop is None else arange_argument("stop", stop)
    step = step if step is None else arange_argument("step", step)
    given = [x for x in (start, stop, step) if x is not None]
    dtype = optional_dtype(dtype) or result_type(*given)
    if stop is None:
        start, stop = 0, start
    size = max(0, math.ceil((stop - start) / (1 if step is None else step)))
    if step is not None:
        wide = np.promote_types(dtype, "f4") if dtype.kind == "f" else dtype
        x = lax.mul(cast(step, wide), lax.iota(wide, size))
        return cast(lax.add(cast(start, wide), x), dtype)
    if start == 0:
        return lax.iota(dtype, size)
    return lax.add(cast(start, dtype), lax.iota(dtype, size))


def arange_argument(name, x):
    """One argument of arange as a concrete number; errors name it."""
    check_arraylike(f"arange ({name})", x)
    if np.ndim(x):
        raise ValueError("jax.numpy.arange: arguments must be scalars; got "
                         f"{name}={x}")
    x = concrete(x, f"It arose in the jnp.arange argument '{name}'.")
    x = x if type(x) in dtypes.KIND else as_array(x)._value[()]
    if np.iscomplexobj(x):
        raise ValueError("arange: arguments must be real; got "
                         f"{name}={x!r}. Use linspace for complex ends.")
    if name == "step" and x == 0:
        raise ValueError("arange: step must not be 0")
    return x


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None,
             axis=0):
    """`num` evenly spaced numbers from start to stop (with `endpoint`).

    start and stop may be arrays: the numbers then lie along a new `axis`.
    """
    num = static_int(num, "'num' argument of jnp.linspace.")
    if num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    check_arraylike("linspace", start, stop)
    dtype = optional_dtype(dtype) or to_inexact(result_type(start, stop))
    wide = to_inexact(dtype)
    start, stop = cast(start, wide), cast(stop, wide)
    ends = broadcast_arrays(start, stop)
    axis = canonical_axis(axis, ends[0].ndim + 1)
    out = interpolate(*ends, num, num - 1 if endpoint else num, axis)
    if dtype.kind in "iu":
        out = lax.floor(out)
    out = cast(out, dtype)
    return (out, spacing_of(start, stop, num, endpoint)) if retstep else out


def interpolate(start, stop, num, parts, axis):
    """The `num` numbers of linspace, which cuts its range in `parts`."""
    shape = start.shape[:axis] + (1,) + start.shape[axis:]
    if num < 2:
        return lax.reshape(start, shape) if num else empty(
            shape[:axis] + (0,) + shape[axis + 1:], start.dtype)
    real = np.finfo(start.dtype).dtype
    steps = [1] * len(shape)
    steps[axis] = parts
    i = lax.iota(real, parts)
    i = i if len(shape) == 1 else lax.reshape(i, tuple(steps))
    step = cast(i / cast(parts, real), start.dtype)
    out = lax.reshape(start, shape) * (1 - step) + (
        lax.reshape(stop, shape) * step)
    if parts < num:
        out = lax.concatenate([out, lax.expand_dims(stop, (axis,))], axis)
    return out


def spacing_of(start, stop, num, endpoint):
    """The distance between neighbours in linspace."""
    parts = num - 1 if endpoint else num
    if parts < 1:
        return asarray(np.nan, start.dtype)
    return (stop - start) / cast(parts, start.dtype)


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None,
             axis=0):
    """base ** x for x evenly spaced from start to stop."""
    start, stop = arraylike("logspace", start, stop)
    dtype = optional_dtype(dtype) or to_inexact(result_type(start, stop))
    wide = to_inexact(dtype)
    x = linspace(start, stop, num, endpoint, dtype=wide, axis=axis)
    return cast(asarray(base, wide) ** x, dtype)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """`num` numbers from start to stop with a constant ratio."""
    start, stop = arraylike("geomspace", start, stop)
    dtype = optional_dtype(dtype) or to_inexact(result_type(start, stop))
    wide = to_inexact(dtype)
    start, stop = (lax.convert_element_type(x, wide) for x in (start, stop))
    sign = lax.sign(start)
    logs = linspace(lax.log(start / sign), lax.log(stop / sign), num,
                    endpoint, axis=axis)
    sign = lax.expand_dims(sign, (canonical_axis(axis, logs.ndim),)) if (
        sign.ndim) else sign
    return cast(sign * lax.exp(logs), dtype)


def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    """Grids of coordinates: one array for each 1-d argument."""
    args = [arraylike("meshgrid", x) for x in xi]
    if not copy:
        raise ValueError("jax.numpy.meshgrid only supports copy=True")
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for indexing are 'xy' and 'ij', got "
                         f"{indexing}")
    if any(a.ndim != 1 for a in args):
        raise ValueError("Arguments to jax.numpy.meshgrid must be 1D, got "
                         f"shapes {[a.shape for a in args]}")
    order = list(range(len(args)))
    if indexing == "xy":
        order[:2] = order[:2][::-1]
    full = [args[i].size for i in order]
    out = [0] * len(args)
    for axis, i in enumerate(order):
        shape = [1] * len(args) if sparse else list(full)
        shape[axis] = full[axis]
        out[i] = lax.broadcast_in_dim(args[i], tuple(shape), (axis,))
    return out


def indices(dimensions, dtype=None, sparse=False):
    """The index grids of an array of shape `dimensions`."""
    dtype = dtypes.canonical(int if dtype is None else dtype)
    shape = canonical_shape(dimensions, "indices")
    grids = meshgrid(*[lax.iota(dtype, n) for n in shape], indexing="ij",
                     sparse=sparse)
    if sparse:
        return tuple(grids)
    if not grids:
        return array([], dtype)
    return lax.concatenate([lax.expand_dims(g, (0,)) for g in grids], 0)


def vander(x, N=None, increasing=False):
    """Powers of the elements of `x` as columns, the highest first."""
    x = arraylike("vander", x)
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array")
    N = x.size if N is None else static_int(N, "'N' of jnp.vander.")
    powers = lax.iota(x.dtype, N)
    if not increasing:
        powers = cast(N - 1, x.dtype) - powers
    return x[:, None] ** powers[None, :]


def ix_(*args):
    """1-d index arrays, shaped so that they index the grid they span."""
    arrays = [arraylike("ix_", a) for a in args]
    if any(a.ndim != 1 for a in arrays):
        raise ValueError("Arguments to jax.numpy.ix_ must be 1-dimensional, "
                         f"got shapes {[a.shape for a in arrays]}")
    arrays = [a.nonzero()[0] if a.dtype.kind == "b" else a for a in arrays]
    return tuple(meshgrid(*arrays, indexing="ij", sparse=True))
