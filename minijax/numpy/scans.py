"""Running sums and products, and differences.

cumsum : Array[n] -> Array[n]
diff   : Array[n] -> Array[n - 1]
JAX twins: jax/_src/numpy/reductions.py, lax_numpy.py.
"""

from minijax import dtypes, lax
from minijax.numpy.creation import optional_dtype
from minijax.numpy.elementwise import not_equal, subtract
from minijax.numpy.joining import concatenate
from minijax.numpy.manipulation import moveaxis, ravel
from minijax.numpy.promotion import (
    arraylike,
    broadcast_to,
    canonical_axis,
    cast,
    const,
    promote_dtypes,
    static_int,
    to_inexact,
)
from minijax.numpy.reductions import refuse_out, sum_dtype
from minijax.numpy.selection import isnan, pick


def scan(name, op, a, axis, dtype, out=None, nan=None, wide=False):
    """The running reduction `op` along an axis, or of all elements.

    `nan`: what nan counts as. wide: sum small integers in the default width.
    """
    refuse_out(name, out)
    a = arraylike(name, a)
    if axis is None or not a.ndim:
        a, axis = ravel(a), 0
    if nan is not None:
        a = pick(isnan(a), cast(nan, a.dtype), a)
    dtype = optional_dtype(dtype)
    if dtype is None:
        dtype = sum_dtype(a.dtype, wide or a.dtype.kind == "b")
    if dtype.kind == "b":
        a = cast(a != 0, dtypes.default("i"))
    else:
        a = cast(a, dtype)
    return cast(op(a, canonical_axis(axis, a.ndim)), dtype)


def cumsum(a, axis=None, dtype=None, out=None):
    """The sums of the first 1, 2, … elements along an axis."""
    return scan("cumsum", lax.cumsum, a, axis, dtype, out)


def cumprod(a, axis=None, dtype=None, out=None):
    """The products of the first 1, 2, … elements along an axis."""
    return scan("cumprod", lax.cumprod, a, axis, dtype, out)


def nancumsum(a, axis=None, dtype=None, out=None):
    """As cumsum, with 0 for nan."""
    return scan("nancumsum", lax.cumsum, a, axis, dtype, out, nan=0)


def nancumprod(a, axis=None, dtype=None, out=None):
    """As cumprod, with 1 for nan."""
    return scan("nancumprod", lax.cumprod, a, axis, dtype, out, nan=1)


# [cumulative]
def cumulative_sum(x, /, *, axis=None, dtype=None, include_initial=False):
    """As cumsum, small integers widened; optionally led by a 0."""
    return cumulative("cumulative_sum", lax.cumsum, x, axis, dtype,
                      include_initial, 0)


def cumulative_prod(x, /, *, axis=None, dtype=None, include_initial=False):
    """As cumprod; optionally led by a 1."""
    return cumulative("cumulative_prod", lax.cumprod, x, axis, dtype,
                      include_initial, 1)


def cumulative(name, op, x, axis, dtype, include_initial, first):
    """cumulative_sum and cumulative_prod."""
    x = arraylike(name, x)
    if not x.ndim or axis is None and x.ndim > 1:
        raise ValueError(f"{name}: the input must be non-scalar, and axis is "
                         "only optional for one-dimensional arrays; got "
                         f"shape {x.shape} and axis={axis}")
    axis = canonical_axis(axis or 0, x.ndim)
    out = scan(name, op, x, axis, dtype, wide=name == "cumulative_sum")
    if include_initial:
        shape = out.shape[:axis] + (1,) + out.shape[axis + 1:]
        out = lax.concatenate([lax.full(shape, first, out.dtype), out], axis)
    return out
# [/cumulative]


# [diff]
def diff(a, n=1, axis=-1, prepend=None, append=None):
    """The differences of neighbours along an axis, taken n times."""
    a = arraylike("diff", a)
    n = static_int(n, "'n' argument of jnp.diff.")
    if n < 0 or not a.ndim:
        raise ValueError("diff requires an array with an axis and an order "
                         f"n >= 0; got shape {a.shape} and n={n}")
    axis = canonical_axis(axis, a.ndim)
    ends = [x if x is None else end(x, a.shape, axis)
            for x in (prepend, append)]
    if any(x is not None for x in ends):
        a = concatenate([x for x in (ends[0], a, ends[1]) if x is not None],
                        axis)
    minus = not_equal if a.dtype.kind == "b" else subtract
    for _ in range(n):
        a = minus(lax.slice_in_dim(a, min(1, a.shape[axis]), None, axis=axis),
                  lax.slice_in_dim(a, 0, max(0, a.shape[axis] - 1),
                                   axis=axis))
    return a


def end(x, shape, axis):
    """What diff was given to prepend or append, with the axes of its array."""
    x = arraylike("diff", x)
    return x if x.ndim else broadcast_to(
        x, shape[:axis] + (1,) + shape[axis + 1:])


def ediff1d(ary, to_end=None, to_begin=None):
    """The differences of neighbours of all elements, between other numbers."""
    out = diff(ravel(arraylike("ediff1d", ary)))
    ends = [() if x is None else (cast(ravel(x), out.dtype),)
            for x in (to_begin, to_end)]
    return concatenate([*ends[0], out, *ends[1]])
# [/diff]


# [calculus]
def trapezoid(y, x=None, dx=1.0, axis=-1):
    """The integral by the trapezoidal rule, at points x or dx apart."""
    y, = promote_dtypes(arraylike("trapezoid", y), to=to_inexact)
    if x is None:
        dx = arraylike("trapezoid", dx)
    else:
        x = arraylike("trapezoid", x)
        dx = diff(x) if x.ndim == 1 else moveaxis(diff(x, axis=axis), axis, -1)
    y = moveaxis(y, axis, -1)
    return (dx * (y[..., 1:] + y[..., :-1])).sum(-1) * 0.5


def gradient(f, *varargs, axis=None):
    """The derivative along each axis by central differences.

    varargs: the distance of the points, or their places; one or for each.
    """
    f, *spacing = promote_dtypes(arraylike("gradient", f), *varargs,
                                 to=to_inexact)
    axes = range(f.ndim) if axis is None else (
        axis if isinstance(axis, tuple | list) else (axis,))
    axes = [canonical_axis(i, f.ndim) for i in axes]
    if len(spacing) == 1:
        spacing *= len(axes)
    spacing = spacing or [const(f, 1)] * len(axes)
    if len(spacing) != len(axes):
        raise TypeError(f"Invalid number of spacing arguments {len(spacing)} "
                        f"for axis={axis}")
    out = [slopes(moveaxis(f, i, -1), h, i) for i, h in zip(axes, spacing)]
    return out[0] if len(out) == 1 else out


def slopes(f, h, axis):
    """The derivative along the last axis, which then moves to `axis`."""
    if f.shape[-1] < 2:
        raise ValueError("Shape of array too small to calculate a numerical "
                         "gradient, at least 2 elements are required.")
    h = diff(h) if h.ndim else broadcast_to(h, (f.shape[-1] - 1,))
    if h.shape[0] != f.shape[-1] - 1:
        raise ValueError("Spacing arrays must have the same length as the "
                         "dimension along which the gradient is calculated.")
    slope = diff(f) / h
    left, right = h[:-1], h[1:]
    inner = (slope[..., :-1] * right + slope[..., 1:] * left) / (left + right)
    return moveaxis(concatenate([slope[..., :1], inner, slope[..., -1:]], -1),
                    -1, axis)
# [/calculus]
