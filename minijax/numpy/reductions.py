"""Reductions: many elements to one, along axes.

sum, prod, max, min, any, all : Array -> Array
argmax, argmin : Array -> Array of int32

`axis` is an int, a tuple, or None for all axes; `where` masks elements out.
JAX twin: jax/_src/numpy/reductions.py.
"""


import numpy as np

from minijax import dtypes, lax
from minijax.numpy.elementwise import real
from minijax.numpy.promotion import (
    arraylike,
    canonical_axis,
    cast,
    concrete,
    to_numeric,
)
from minijax.numpy.selection import pick

# [OPERATIONS]
OPERATIONS = {  # along axes,      of two,          of none
    "sum":  (lax.reduce_sum,  lax.add,         0),
    "prod": (lax.reduce_prod, lax.mul,         1),
    "max":  (lax.reduce_max,  lax.max,         None),
    "min":  (lax.reduce_min,  lax.min,         None),
    "any":  (lax.reduce_or,   lax.bitwise_or,  False),
    "all":  (lax.reduce_and,  lax.bitwise_and, True),
}
# [/OPERATIONS]


def canonical_axes(axis, ndim):
    """`axis` as a tuple of axes counted from the front."""
    if axis is None:
        return tuple(range(ndim))
    axis = concrete(axis, "The axis argument must be known statically.")
    axes = axis if isinstance(axis, tuple | list | np.ndarray) else (axis,)
    axes = tuple([canonical_axis(i, ndim) for i in axes])
    if len(set(axes)) < len(axes):
        raise ValueError(f"duplicate value in 'axis': {axis}")
    return axes


def refuse_out(name, out):
    """Arrays are immutable: nothing can be written `out` into one."""
    if out is not None:
        raise NotImplementedError(
            f"The 'out' argument to jnp.{name} is not supported: arrays are "
            "immutable. Assign the result instead.")


def boolean_mask(name, where):
    """`where` as an array of booleans; None stays None."""
    if where is None:
        return None
    where = arraylike(name, where)
    if where.dtype.kind != "b":
        raise ValueError(f"jnp.{name}: where must be None or a boolean array; "
                         f"got where.dtype={where.dtype}. Compare: x != 0.")
    return where


def neutral(name, dtype):
    """The number that changes no sum, product, maximum or minimum."""
    unit = OPERATIONS[name][2]
    if unit is not None:
        return unit
    if dtype.kind == "b":
        return name == "min"
    if dtype.kind == "f":
        return -np.inf if name == "max" else np.inf
    info = np.iinfo(dtype)
    return int(info.min if name == "max" else info.max)


# [reduce]
def reduce(name, a, axis, keepdims, initial, where, dtype=None):
    """The reduction `name` of `a` along `axis`, computed in `dtype`."""
    op, combine, unit = OPERATIONS[name]
    axes, where = canonical_axes(axis, a.ndim), boolean_mask(name, where)
    if unit is None and initial is None:
        if where is not None:
            raise ValueError(
                f"reduction operation {name} does not have an identity, so "
                "to use a where mask one has to specify 'initial'")
        if 0 in [a.shape[i] for i in axes]:
            raise ValueError(f"zero-size array to reduction operation {name} "
                             "which has no identity; give it with initial=")
    a = cast(a, dtype or a.dtype)
    if where is not None:
        a = pick(where, a, cast(neutral(name, a.dtype), a.dtype))
    out = op(a, axes)
    if initial is not None:
        initial = cast(arraylike(name, initial), out.dtype)
        if initial.ndim:
            raise ValueError("initial value must be a scalar. Got array of "
                             f"shape {initial.shape}")
        out = combine(initial, out)
    return lax.expand_dims(out, axes) if keepdims else out
# [/reduce]


def sum_dtype(dtype, promote_integers=True):
    """The dtype of a sum: of bools and small integers, the default int."""
    dtype = to_numeric(dtype)
    if dtype.kind not in "iu" or not promote_integers:
        return dtype
    least = np.dtype(f"{dtype.kind}{dtypes.default('i').itemsize}")
    return least if dtype.itemsize < least.itemsize else dtype


def wide(dtype):
    """float32 for float16, which is too narrow to add many numbers in."""
    return np.dtype("float32") if dtype.name == "float16" else dtype


def accumulate(name, a, dtype, promote_integers, *args):
    """`sum` or `prod`, in a dtype that has room for the result."""
    a = arraylike(name, a)
    if dtype is not None:
        dtype = dtypes.canonical(dtype)
        bools = {"sum": "any", "prod": "all"}
        return reduce(bools[name] if dtype.kind == "b" else name, a, *args,
                      dtype=dtype)
    dtype = sum_dtype(a.dtype, promote_integers)
    return cast(reduce(name, a, *args, dtype=wide(dtype)), dtype)


def sum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None,
        where=None, promote_integers=True):
    """The sum of the elements along `axis`."""
    refuse_out("sum", out)
    return accumulate("sum", a, dtype, promote_integers, axis, keepdims,
                      initial, where)


def prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None,
         where=None, promote_integers=True):
    """The product of the elements along `axis`."""
    refuse_out("prod", out)
    return accumulate("prod", a, dtype, promote_integers, axis, keepdims,
                      initial, where)


def max(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    """The largest element along `axis`; nan if one is nan."""
    refuse_out("max", out)
    return reduce("max", arraylike("max", a), axis, keepdims, initial, where)


def min(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    """The smallest element along `axis`; nan if one is nan."""
    refuse_out("min", out)
    return reduce("min", arraylike("min", a), axis, keepdims, initial, where)


amax, amin = max, min


def truth_of(name, a):
    """`a` as booleans, for any and all."""
    return cast(real(arraylike(name, a)), np.dtype("bool"))


def all(a, axis=None, out=None, keepdims=False, *, where=None):
    """Whether all elements along `axis` are true."""
    refuse_out("all", out)
    return reduce("all", truth_of("all", a), axis, keepdims, None, where)


def any(a, axis=None, out=None, keepdims=False, *, where=None):
    """Whether some element along `axis` is true."""
    refuse_out("any", out)
    return reduce("any", truth_of("any", a), axis, keepdims, None, where)


def ptp(a, axis=None, out=None, keepdims=False):
    """The largest element minus the smallest, along `axis`."""
    refuse_out("ptp", out)
    return lax.sub(max(a, axis, None, keepdims), min(a, axis, None, keepdims))


def count_nonzero(a, axis=None, keepdims=False):
    """How many elements along `axis` are not zero."""
    nonzero = arraylike("count_nonzero", a) != 0
    return sum(nonzero, axis, dtypes.default("i"), None, keepdims)


# [argmax]
def position(name, op, a, axis, out, keepdims):
    """argmax or argmin."""
    refuse_out(name, out)
    a = arraylike(name, a)
    axes = canonical_axes(axis, a.ndim)
    flat = lax.reshape(a, (a.size,)) if axis is None else a
    axis = 0 if axis is None else axes[0]
    if flat.shape[axis] == 0:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    i = op(flat, axis, dtypes.default("i"))
    return lax.expand_dims(i, axes) if keepdims else i


def argmax(a, axis=None, out=None, keepdims=None):
    """The position of the largest element; of the first, at ties."""
    return position("argmax", lax.argmax, a, axis, out, keepdims)


def argmin(a, axis=None, out=None, keepdims=None):
    """The position of the smallest element; of the first, at ties."""
    return position("argmin", lax.argmin, a, axis, out, keepdims)
# [/argmax]
