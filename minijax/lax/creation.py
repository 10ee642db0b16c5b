"""Arrays out of nothing, or of one number.

iota      : (dtype, n) -> [0, 1, …, n - 1]
full      : (shape, number) -> array
full_like : (array, number) -> array

JAX twin: jax/_src/lax/lax.py.
"""

import numpy as np

from minijax.array import as_array
from minijax.core import Primitive
from minijax.dtypes import ShapedArray, canonical, float0
from minijax.lax.convert import convert
from minijax.lax.shape import broadcast, canonical_shape, nonnegative

# [iota_p]
iota_p = Primitive("iota")


@iota_p.def_impl
def count(*, dtype, shape, dimension):
    numbers = np.arange(shape[dimension], dtype=np.int32)
    numbers = numbers.astype(dtype, copy=False)
    after = (1,) * (len(shape) - 1 - dimension)
    return np.broadcast_to(numbers.reshape(-1, *after), shape)


@iota_p.def_abstract_eval
def counted(*, dtype, shape, dimension):
    nonnegative("iota", "shape", shape)
    if dtype.kind not in "iufc":
        raise TypeError(
            f"iota does not accept dtype {dtype}. Accepted dtypes are "
            "subtypes of integer, floating, complexfloating.")
    if not 0 <= dimension < len(shape):
        raise ValueError("iota dimension must be between 0 and len(shape), "
                         f"got {dimension=} for {shape=}")
    return ShapedArray(shape, dtype)
# [/iota_p]


def iota(dtype, size):
    """[0, 1, …, size - 1]"""
    return broadcasted_iota(dtype, (size,), 0)


def broadcasted_iota(dtype, shape, dimension):
    """Of each element, its index along one dimension."""
    return iota_p.bind(dtype=canonical(dtype), shape=canonical_shape(shape),
                       dimension=int(dimension))


def full(shape, fill_value, dtype=None):
    """`shape` filled with one number; weak if it is and no dtype is given."""
    shape, value = canonical_shape(shape), fill_value
    if np.shape(value):
        raise TypeError("full must be called with scalar fill_value, got "
                        f"fill_value.shape {np.shape(value)}. To repeat an "
                        "array, use broadcast or broadcast_in_dim.")
    if dtype is not None:
        value = convert(value, canonical(dtype))
    return broadcast(value, shape)


def full_like(x, fill_value, dtype=None, shape=None):
    """Shape, dtype and weak type of `x`, where not given otherwise."""
    x = x if hasattr(x, "dtype") else as_array(x, "full_like")
    weak_type = dtype is None and getattr(x, "weak_type", False)
    dtype = canonical(x.dtype if dtype is None else dtype)
    return full(x.shape if shape is None else shape,
                convert(fill_value, dtype, weak_type))


def zeros_like_shaped_array(aval):
    """Zeros of a given type; the one float0 where it is a tangent's type."""
    if aval.dtype == float0:
        return broadcast(np.zeros((), float0), aval.shape)
    return broadcast(convert(0, aval.dtype, aval.weak_type), aval.shape)
