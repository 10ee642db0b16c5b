"""Element types, and the type of an array: its shape and its dtype.

default   : kind -> dtype           what a bare Python number becomes
canonical : dtype-like -> dtype     a width that is given is kept
ShapedArray(shape, dtype, weak_type)
"""

import functools
import math
import operator
import os
import threading
import weakref

import numpy as np

from minijax.config import enable_x64

# [valid]
float0 = np.dtype([("float0", np.void, 0)])  # the tangent of an integer
VALID = {dtype: dtype for dtype in map(np.dtype, (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
    "uint64", "float16", "float32", "float64", "complex64", "complex128",
    float0))}


def check(dtype):
    """`dtype`, in the machine's byte order, if arrays can have it."""
    found = VALID.get(dtype) or VALID.get(dtype.newbyteorder("="))
    if found is None:
        raise TypeError(
            f"dtype {dtype.name} is not a valid JAX array type here. Only "
            "arrays of numeric types are supported: bool, int8 to int64, "
            "uint8 to uint64, float16 to float64, complex64 and complex128. "
            "Convert first: x.astype(numpy.float32).")
    return found
# [/valid]

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
        known = None if dtype is None else np.dtype(dtype)
    except TypeError:
        known = None
    if known is None:
        raise TypeError(f"{dtype!r} is not a dtype; expected for instance "
                        "float, 'float32' or minijax.numpy.int8.")
    return check(known)


def short_name(dtype):
    """`f32`, `i8`, `bool`, … as jaxprs print it."""
    if dtype.kind in "iufc":
        return f"{dtype.kind}{8 * dtype.itemsize}"
    return "float0" if dtype == float0 else dtype.name


# [ShapedArray]
class ShapedArray:
    """The type of an array. JAX twin: `jax.core.ShapedArray`.

    Two equal types are one object, so types are compared by `is`.
    """

    __slots__ = ("shape", "dtype", "weak_type", "__weakref__")
    known = weakref.WeakValueDictionary()
    lock = threading.RLock()

    def __new__(cls, shape, dtype, weak_type=False):
        key = (tuple(map(operator.index, shape)), canonical(dtype),
               bool(weak_type))
        return cls.known.get(key) or cls.intern(key)
    # [/ShapedArray]

    # [ShapedArray.intern]
    @classmethod
    def intern(cls, key):
        """The one ShapedArray of a key; two threads may ask at once."""
        self = object.__new__(cls)
        for name, value in zip(cls.__slots__, key, strict=False):
            object.__setattr__(self, name, value)
        with cls.lock:
            return cls.known.setdefault(key, self)

    @classmethod
    def forked(cls):
        """A child process has one thread, and nobody to free the lock."""
        cls.lock = threading.RLock()
    # [/ShapedArray.intern]

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

    def __str__(self):
        return f"{self.dtype.name}[{','.join(map(str, self.shape))}]"

    def __repr__(self):
        weak = ", weak_type=True" if self.weak_type else ""
        return f"ShapedArray({self}{weak})"
    # [/ShapedArray.methods]

    # [ShapedArray.fixed]
    def __setattr__(self, name, value):
        raise AttributeError("a ShapedArray is immutable; "
                             f"use aval.update({name}=…) to make another")

    def __reduce__(self):
        return ShapedArray, (self.shape, self.dtype, self.weak_type)
    # [/ShapedArray.fixed]


@functools.cache
def number_type(dtype, weak_type):
    """The type of one number. There are few of them, and all are kept."""
    return ShapedArray((), dtype, weak_type)


# [fork]
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=ShapedArray.forked)
# [/fork]
