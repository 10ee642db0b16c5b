"""Values: `Array`, what every array can do, and `ArrayImpl`, one NumPy array.

as_array    : array-like -> ArrayImpl
def_methods : {name: function} -> None     operators, for arrays of all kinds
"""

import operator

import numpy as np

from minijax import dtypes
from minijax.dtypes import ShapedArray


# [Array]
class Array:
    """An array, with numbers in it (ArrayImpl) or traced (Tracer).

    Arrays are immutable. Their operators come from `def_methods`.
    """

    __slots__ = ()
    __hash__ = None
    __array_priority__ = 100  # ndarray + Array asks Array.__radd__
    # [/Array]

    # [Array.type]
    shape = property(lambda self: self.aval.shape)
    dtype = property(lambda self: self.aval.dtype)
    weak_type = property(lambda self: self.aval.weak_type)
    ndim = property(lambda self: len(self.aval.shape))
    size = property(lambda self: self.aval.size)
    itemsize = property(lambda self: self.aval.dtype.itemsize)
    nbytes = property(lambda self: self.size * self.itemsize)
    # [/Array.type]

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of unsized object: a 0-d array has no "
                            "length; its one element is x[()]")
        return self.shape[0]

    def __iter__(self):
        if not self.shape:
            raise TypeError("iteration over a 0-d array; its one element is "
                            "x[()]")
        return (self[i] for i in range(self.shape[0]))

    def __setitem__(self, index, value):
        raise TypeError(
            "JAX arrays are immutable and do not support in-place item "
            "assignment. Instead of x[idx] = y, use x = x.at[idx].set(y) or "
            "another .at[] method.")


def def_methods(table):
    """Give every Array, concrete or traced, the methods of `table`."""
    for name, function in table.items():
        setattr(Array, name, function)


# [ArrayImpl]
class ArrayImpl(Array):
    """Numbers: an np.ndarray that nobody writes to, and its type."""

    __slots__ = ("_value", "aval", "__weakref__")

    def __init__(self, value, aval):
        self._value = value if type(value) is np.ndarray else np.asarray(value)
        self.aval = aval

    def __array__(self, dtype=None, copy=None):
        view = self._value.view()
        view.flags.writeable = False
        return np.array(view, dtype=dtype, copy=copy)
    # [/ArrayImpl]

    # [ArrayImpl.numbers]
    def __bool__(self):
        return bool(self._value)

    def __index__(self):
        return operator.index(self._value)

    def __int__(self):
        return int(self.item())

    def __float__(self):
        return float(self.item())

    def __complex__(self):
        return complex(self.item())

    def item(self):
        """The one element, as a Python number."""
        if self.size != 1:
            raise TypeError("Only scalar arrays can be converted to Python "
                            f"scalars; got an array of shape {self.shape}. "
                            "Use x.tolist() for a list of numbers.")
        return self._value.item()

    def tolist(self):
        """The elements, as (nested lists of) Python numbers."""
        return self._value.tolist()
    # [/ArrayImpl.numbers]

    # [ArrayImpl.print]
    def __repr__(self):
        weak = ", weak_type=True" if self.weak_type else ""
        numbers = (np.array2string(self._value, prefix="Array(", suffix=",",
                                   separator=", ")
                   if self.size else f"[], shape={self.shape}")
        ending = f"dtype={self.dtype.name}{weak})"
        last = len(numbers) - numbers.rfind("\n") + len(ending) + 2
        wraps = last > np.get_printoptions()["linewidth"]
        return f"Array({numbers},{' ' * 6 if wraps else ' '}{ending}"

    def __str__(self):
        return str(self._value)

    def __format__(self, spec):
        return format(self._value[()] if not self.shape else self, spec)

    def __reduce__(self):
        return _rebuild, (self._value, self.shape, self.dtype, self.weak_type)

    def block_until_ready(self):
        """The array itself: NumPy has already finished."""
        return self
    # [/ArrayImpl.print]


def _rebuild(value, *aval):
    """The array that was pickled or copied."""
    return ArrayImpl(value, ShapedArray(*aval))


def as_array(x, called="minijax", position=0):
    """The ArrayImpl of a number or an ndarray; TypeError for anything else.

    A Python number gets the default width and is weak. An ndarray keeps its
    dtype and is copied, so that writing to it later changes nothing here.
    """
    if isinstance(x, Array):
        return x
    kind = dtypes.KIND.get(type(x))
    if kind:
        value = np.array(x, dtypes.default(kind))
        return ArrayImpl(value, ShapedArray((), value.dtype, kind != "b"))
    if isinstance(x, np.ndarray | np.generic):
        value = np.array(x, dtypes.check(x.dtype))
        return ArrayImpl(value, ShapedArray(value.shape, value.dtype))
    if hasattr(x, "__jax_array__"):
        return x.__jax_array__()
    raise TypeError(
        f"Error interpreting argument to {called} as a JAX value. The "
        f"problematic value is of type {type(x)} and was passed to {called} "
        f"at position {position}. Expected an array or a number; "
        "minijax.numpy.asarray makes an array of nested lists.")
