"""Element types, and the type of an array: its shape and its dtype.

default   : kind -> dtype           what a bare Python number becomes
canonical : dtype-like -> dtype     a width that is given is kept
ShapedArray(shape, dtype, weak_type)
"""

import math
import threading
import weakref

import numpy as np

from minijax.config import enable_x64

# [float0]
float0 = np.dtype([("float0", np.void, 0)])  # the tangent of an integer
# [/float0]

# [defaults]
NARROW = {"b": np.dtype("bool"), "i": np.dtype("int32"),
          "f": np.dtype("float32"), "c": np.dtype("complex64")}
WIDE = {"b": np.dtype("bool"), "i": np.dtype("int64"),
        "f": np.dtype("float64"), "c": np.dtype("complex128")}
KIND = {bool: "b", int: "i", float: "f", complex: "c"}


def default(kind):
    """The dtype of Python numbers of a kind: 32 bits, or 64 by enable_x64."""
    return (WIDE if enable_x64.value else NARROW)[kind]
# [/defaults]


def canonical(dtype):
    """The np.dtype that a `dtype=` argument means.

    `float`, `int` and `complex` mean the default width of that kind; a width
    that is spelled out (np.float64, "int8") is kept.
    """
    if isinstance(dtype, type) and dtype in KIND:
        return default(KIND[dtype])
    try:
        dtype = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"{dtype!r} is not a dtype; expected for instance "
                        "float, 'float32' or minijax.numpy.int8.") from None
    return check(dtype)


def check(dtype):
    """`dtype` itself if arrays can have it; TypeError if not."""
    if dtype.kind in "biufc" and dtype.name not in ("longdouble",
                                                    "clongdouble",
                                                    "float128",
                                                    "complex256"):
        return dtype
    if dtype == float0:
        return dtype
    raise TypeError(
        f"dtype {dtype.name} is not a valid JAX array type here. Only arrays "
        "of numeric types are supported: bool, int8 to int64, uint8 to "
        "uint64, float16 to float64, complex64 and complex128.")


def short_name(dtype):
    """`f32`, `i8`, `bool`, … as jaxprs print it."""
    if dtype.kind in "iufc":
        return f"{dtype.kind}{8 * dtype.itemsize}"
    return "float0" if dtype == float0 else dtype.name


class ShapedArray:
    """The type of an array. JAX twin: `jax.core.ShapedArray`.

    Two equal types are one object, so types are compared by `is`.
    """

    __slots__ = ("shape", "dtype", "weak_type", "__weakref__")
    known = weakref.WeakValueDictionary()
    lock = threading.Lock()

    def __new__(cls, shape, dtype, weak_type=False):
        key = tuple(map(int, shape)), np.dtype(dtype), bool(weak_type)
        with cls.lock:
            self = cls.known.get(key)
            if self is None:
                self = object.__new__(cls)
                for name, value in zip(cls.__slots__, key):
                    object.__setattr__(self, name, value)
                cls.known[key] = self
        return self

    # [ShapedArray.methods]
    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: math.prod(self.shape))

    def update(self, **changes):
        """The same type but for some fields: `aval.update(shape=(3,))`."""
        return ShapedArray(**{"shape": self.shape, "dtype": self.dtype,
                              "weak_type": self.weak_type, **changes})

    def tangent(self):
        """The type of a tangent: the same, but float0 for what is discrete."""
        if self.dtype.kind in "fc":
            return self
        return ShapedArray(self.shape, float0)

    def str_short(self):
        return f"{short_name(self.dtype)}[{','.join(map(str, self.shape))}]"

    def __setattr__(self, name, value):
        raise AttributeError("a ShapedArray is immutable; "
                             f"use aval.update({name}=…) to make another")

    def __reduce__(self):
        return ShapedArray, (self.shape, self.dtype, self.weak_type)

    def __str__(self):
        return f"{self.dtype.name}[{','.join(map(str, self.shape))}]"

    def __repr__(self):
        weak = ", weak_type=True" if self.weak_type else ""
        return f"ShapedArray({self}{weak})"
    # [/ShapedArray.methods]
