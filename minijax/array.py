"""Values: `Array`, what every array can do, and `ArrayImpl`, one NumPy array.

as_array    : array-like -> ArrayImpl
def_methods : {name: function} -> None     operators, for arrays of all kinds
"""

import contextvars
import operator

import numpy as np

from minijax import dtypes
from minijax.dtypes import ShapedArray

# [quiet]
quiet = contextvars.Context()  # where inf and nan come without a warning
quiet.run(np.seterr, all="ignore")
# [/quiet]


# [Array]
class Array:
    """An array, with numbers in it (ArrayImpl) or traced (Tracer).

    Arrays are immutable. Their operators come from `def_methods`.
    """

    __slots__ = ()
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

    # [Array.sequence]
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

    def __delitem__(self, index):
        raise TypeError("JAX arrays are immutable: no element of one can be "
                        "deleted. Use x = minijax.numpy.delete(x, index).")

    def __hash__(self):
        raise TypeError(
            f"unhashable type: {type(self).__name__!r}. A dict and a set look "
            "their members up by value: use a number, x.item(), or a tuple "
            "of numbers. What is traced has no value yet: key by something "
            "that is static, such as x.shape.")
    # [/Array.sequence]


def def_methods(table):
    """Give every Array, concrete or traced, the methods of `table`."""
    for name, function in table.items():
        setattr(Array, name, function)


# [ArrayImpl]
class ArrayImpl(Array):
    """Numbers: an np.ndarray that nobody writes to, and its type."""

    __slots__ = ("_value", "aval", "__weakref__")

    def __init__(self, value, aval):
        self._value, self.aval = value, aval

    def __array__(self, dtype=None, copy=None):
        view = self._value.view()
        view.flags.writeable = False
        return np.array(view, dtype=dtype, copy=copy)
    # [/ArrayImpl]

    # [ArrayImpl.numbers]
    def __bool__(self):
        if self.size == 0:
            raise ValueError("The truth value of an empty array is ambiguous."
                             " Use x.size > 0 to ask whether it has elements.")
        return bool(self._value)

    def __index__(self):
        return operator.index(self._value)

    def __int__(self):
        return int(self.scalar())

    def __float__(self):
        return float(self.scalar())

    def __complex__(self):
        return complex(self.scalar())
    # [/ArrayImpl.numbers]

    # [ArrayImpl.lists]
    def scalar(self):
        """The element of a 0-d array, as a Python number."""
        if self.shape:
            raise TypeError("Only scalar arrays can be converted to Python "
                            f"scalars; got an array of shape {self.shape}. "
                            "Use x.item() for the element of an array that "
                            "has one, x.tolist() for a list.")
        return self._value.item()

    def item(self):
        """The one element, as a Python number."""
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python "
                             f"scalar; got an array of shape {self.shape}. "
                             "Use x.tolist() for a list of numbers.")
        return self._value.item()

    def tolist(self):
        """The elements, as (nested lists of) Python numbers."""
        return self._value.tolist()
    # [/ArrayImpl.lists]

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
        return format(self._value[()], spec)

    def __reduce__(self):
        return _rebuild, (self._value, self.shape, self.dtype, self.weak_type)

    def block_until_ready(self):
        """The array itself: NumPy has already finished."""
        return self
    # [/ArrayImpl.print]


def _rebuild(value, *aval):
    """The array that was pickled or copied."""
    return ArrayImpl(value, ShapedArray(*aval))


# [as_array]
def as_array(x, called="minijax", position=0):
    """The ArrayImpl of a number or an ndarray; TypeError for anything else.

    A Python number gets the default width and is weak. An ndarray keeps its
    dtype and is copied, so that writing to it later changes nothing here.
    """
    if isinstance(x, Array):
        return x
    if isinstance(x, np.ndarray | np.generic):
        return _from_numpy(x)
    for python_type in type(x).__mro__:  # an IntEnum is an int, too
        if python_type in dtypes.KIND:
            return _from_number(x, dtypes.KIND[python_type])
    if hasattr(x, "__jax_array__"):
        return as_array(x.__jax_array__(), called, position)
    raise TypeError(
        f"Error interpreting argument to {called} as a JAX value. The "
        f"problematic value is of type {type(x)} and was passed to {called} "
        f"at position {position}. Expected an array or a number; "
        "minijax.numpy.asarray makes an array of nested lists.")
# [/as_array]


# [as_array.cases]
def _from_numpy(x):
    if isinstance(getattr(x, "mask", None), np.ndarray | np.bool):
        raise ValueError("numpy masked arrays are not supported. Use "
                         "x.filled(value) to make an ordinary array.")
    value = np.array(x, dtypes.check(x.dtype))
    return ArrayImpl(value, ShapedArray(value.shape, value.dtype))


def _from_number(x, kind):
    dtype = dtypes.default(kind)
    try:
        value = quiet.copy().run(np.array, x, dtype)
    except OverflowError:
        raise OverflowError(
            f"Python int {x} is too large to convert to {dtype}, the default. "
            "Give it a width, as numpy.int64(…) does, or make the defaults "
            "wide, with minijax.enable_x64().") from None
    return ArrayImpl(value, dtypes.number_type(dtype, kind != "b"))
# [/as_array.cases]
