"""New arrays: from numbers and lists, and of one value.

array : nested lists of numbers and arrays -> Array
zeros : shape -> Array
JAX twins: jax/_src/numpy/array_constructors.py, array_creation.py.
"""

import numpy as np

from minijax import dtypes, lax
from minijax.array import Array, ArrayImpl
from minijax.core import Tracer
from minijax.dtypes import ShapedArray
from minijax.numpy.promotion import (
    arraylike,
    broadcast_to,
    canonical_shape,
    cast,
    check_arraylike,
    lattice,
    static_int,
    type_of,
)


def optional_dtype(dtype):
    """The np.dtype that an argument `dtype=` means; None stays None."""
    return None if dtype is None else dtypes.canonical(dtype)


def array(object, dtype=None, *, copy=True, order="K", ndmin=0):
    """An Array of a number, an array, or nested lists of those.

    Python numbers get default widths; a dtype that is given is kept, as are
    those of NumPy arrays. JAX twin: `jax.numpy.array`.
    """
    if order not in (None, "K"):
        raise NotImplementedError("Only implemented for order='K'")
    dtype = optional_dtype(dtype)
    if hasattr(object, "__jax_array__"):
        object = object.__jax_array__()
    if isinstance(object, Array) or type(object) in dtypes.KIND:
        x = (as_number(object) if dtype is None
             else cast(object, dtype, False))
    else:
        x = from_nested(object, dtype)
    if x.ndim < ndmin:
        x = lax.expand_dims(x, tuple(range(ndmin - x.ndim)))
    return x


def as_number(x):
    """The weak Array of a Python number; OverflowError if it is too big."""
    return x if isinstance(x, Array) else cast(x, *type_of(x))


def from_nested(object, dtype):
    """The Array of an ndarray or of nested lists."""
    leaves = list(flatten(object))
    if dtype is None:
        dtype = (lattice([type_of_leaf(x) for x in leaves])[0] if leaves
                 else dtypes.default("f"))
    if any(isinstance(x, Tracer) for x in leaves):
        return stack_nested(object, dtype)
    try:
        with np.errstate(all="ignore"):
            value = np.array(to_numpy(object), dtype)
    except OverflowError as error:
        raise OverflowError(
            f"{error}. Give a wider dtype, such as dtype='int64' (the "
            "default under minijax.enable_x64).") from None
    return ArrayImpl(value, ShapedArray(value.shape, dtypes.check(dtype)))


def flatten(object):
    """The numbers and arrays in nested lists and tuples."""
    if isinstance(object, list | tuple | range):
        for x in object:
            yield from flatten(x)
    else:
        yield object


def type_of_leaf(x):
    """(dtype, weak) of what stands in a list; errors say what cannot."""
    if x is None:
        raise ValueError("None is not a valid value for jnp.array; for a "
                         "missing number, use minijax.numpy.nan")
    if isinstance(x, Array | np.generic | np.ndarray) or (
            type(x) in dtypes.KIND):
        return type_of(x)
    dtype = np.asarray(x).dtype
    if dtype.kind not in "biufc":
        raise TypeError(
            f"Value {x!r} with dtype {dtype} is not a valid JAX array type. "
            "Only arrays of numeric types are supported: numbers, arrays, "
            "and nested lists of them.")
    return dtype, False


def to_numpy(object):
    """The nested lists with ndarrays in place of Arrays."""
    if isinstance(object, list | tuple | range):
        return [to_numpy(x) for x in object]
    return object._value if isinstance(object, ArrayImpl) else object


def stack_nested(object, dtype):
    """The Array of nested lists that hold traced values."""
    if not isinstance(object, list | tuple):
        return array(object, dtype)
    rows = [lax.expand_dims(stack_nested(x, dtype), (0,)) for x in object]
    return lax.concatenate(rows, 0)


def asarray(a, dtype=None, order=None, *, copy=None):
    """`array(a, dtype)`: arrays are immutable, so that no copy is needed."""
    return array(a, dtype, order=order)


def copy(a, order=None):
    """An Array with the same elements."""
    return array(arraylike("copy", a), order=order)


def astype(x, dtype, /, *, copy=False):
    """`x` with another dtype (None: the default float). Never weak."""
    x = arraylike("astype", x)
    dtype = dtypes.canonical(float if dtype is None else dtype)
    if x.dtype.kind == "c" and dtype.kind == "b":
        return x != 0
    return lax.convert_element_type(x, dtype)


def zeros(shape, dtype=None):
    """An array of zeros, of the default float type unless `dtype` says."""
    return filled("zeros", shape, 0, dtype)


def ones(shape, dtype=None):
    """An array of ones, of the default float type unless `dtype` says."""
    return filled("ones", shape, 1, dtype)


def empty(shape, dtype=None):
    """The same as zeros: nothing here is ever uninitialized."""
    return filled("empty", shape, 0, dtype)


def filled(name, shape, value, dtype):
    """The array for `zeros`, `ones` and `empty`."""
    if isinstance(dtype, int) and isinstance(shape, int):
        raise TypeError(
            f"Cannot interpret '{dtype}' as a data type.\n\nDid you "
            f"accidentally write `jax.numpy.{name}({shape}, {dtype})` when "
            f"you meant `jax.numpy.{name}(({shape}, {dtype}))`, i.e. with a "
            "single tuple argument for the shape?")
    dtype = dtypes.canonical(float if dtype is None else dtype)
    return lax.full(canonical_shape(shape, name), value, dtype)


def full(shape, fill_value, dtype=None):
    """An array of one value, or of the broadcast array `fill_value`."""
    check_arraylike("full", fill_value)
    dtype, shape = optional_dtype(dtype), canonical_shape(shape, "full")
    if np.ndim(fill_value) == 0:
        return lax.full(shape, fill_value, dtype)
    return broadcast_to(asarray(fill_value, dtype), shape)


def zeros_like(a, dtype=None, shape=None):
    """Zeros with the shape and dtype of `a`."""
    return full_like(a, 0, dtype, shape)


def ones_like(a, dtype=None, shape=None):
    """Ones with the shape and dtype of `a`."""
    return full_like(a, 1, dtype, shape)


def empty_like(prototype, dtype=None, shape=None):
    """The same as zeros_like."""
    return full_like(prototype, 0, dtype, shape)


def full_like(a, fill_value, dtype=None, shape=None):
    """An array of one value with the shape and dtype of `a`."""
    if not (hasattr(a, "dtype") and hasattr(a, "shape")):
        a = arraylike("full_like", a)
    check_arraylike("full_like", 0, fill_value)
    dtype = optional_dtype(dtype)
    if shape is not None:
        shape = canonical_shape(shape, "full_like")
    if np.ndim(fill_value) == 0:
        return lax.full_like(a, fill_value, dtype, shape)
    return broadcast_to(asarray(fill_value, dtype or a.dtype),
                        a.shape if shape is None else shape)


def eye(N, M=None, k=0, dtype=None):
    """Ones on the k-th diagonal of an N × M array of zeros."""
    dtype = dtypes.canonical(float if dtype is None else dtype)
    shape = canonical_shape((N, N if M is None else M), "eye")
    i = lax.broadcasted_iota(np.int32, shape, 0)
    j = lax.broadcasted_iota(np.int32, shape, 1)
    k = cast(static_int(k, "The argument k of eye."), np.dtype("int32"))
    return lax.convert_element_type(lax.eq(lax.add(i, k), j), dtype)


def identity(n, dtype=None):
    """The n × n identity matrix."""
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):
    """Ones at and below the k-th diagonal of an N × M array of zeros."""
    dtype = dtypes.canonical(np.float32 if dtype is None else dtype)
    shape = canonical_shape((N, N if M is None else M), "tri")
    k = cast(static_int(k, "The argument k of tri."), np.dtype("int32"))
    i = lax.add(lax.broadcasted_iota(np.int32, shape, 0), k)
    j = lax.broadcasted_iota(np.int32, shape, 1)
    return lax.convert_element_type(lax.ge(i, j), dtype)
