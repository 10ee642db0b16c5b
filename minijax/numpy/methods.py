"""The operators and methods of every Array, traced or not.

x + y and x.sum() mean what add(x, y) and sum(x) mean.
JAX twin: jax/_src/numpy/array_methods.py.
"""

import numpy as np

from minijax import dtypes, lax
from minijax.array import Array, def_methods
from minijax.numpy import (
    arithmetic,
    averages,
    creation,
    editing,
    elementwise,
    finding,
    manipulation,
    products,
    reductions,
    scans,
    selection,
    sorting,
    taking,
)
from minijax.numpy.indexing import getitem
from minijax.numpy.updates import At

# [operator]
OPERANDS = (Array, np.ndarray, np.generic, bool, int, float, complex)


def operator(function):
    """The method for x ∘ y; Python turns NotImplemented into a TypeError."""
    def method(self, other):
        if isinstance(other, OPERANDS) or hasattr(other, "__jax_array__"):
            return function(self, other)
        return NotImplemented
    return elementwise.named(method, function.__name__, function.__doc__)


def reflected(function):
    """The method for y ∘ x, where y is no Array."""
    def method(self, other):
        if isinstance(other, OPERANDS) or hasattr(other, "__jax_array__"):
            return function(other, self)
        return NotImplemented
    return elementwise.named(method, function.__name__, function.__doc__)


def equality(function, symbol):
    """x == y and x != y refuse lists, for which False would be a trap."""
    plain = operator(function)

    def method(self, other):
        if type(other) in (dict, list, set, tuple):
            raise TypeError(
                f"unsupported operand type(s) for {symbol}: 'Array' and "
                f"{type(other).__name__!r}; make an array of it first, with "
                "minijax.numpy.asarray")
        return plain(self, other)
    return method
# [/operator]


# [BINARY]
BINARY = {
    "add": elementwise.add,            "sub": elementwise.subtract,
    "mul": elementwise.multiply,       "truediv": elementwise.divide,
    "floordiv": arithmetic.floor_divide, "mod": arithmetic.remainder,
    "divmod": arithmetic.divmod,       "pow": arithmetic.power,
    "matmul": products.matmul,         "and": elementwise.bitwise_and,
    "or": elementwise.bitwise_or,      "xor": elementwise.bitwise_xor,
    "lshift": elementwise.left_shift,  "rshift": elementwise.right_shift,
}
ORDER = {
    "lt": elementwise.less,            "le": elementwise.less_equal,
    "gt": elementwise.greater,         "ge": elementwise.greater_equal,
}
# [/BINARY]

# [operators]
def_methods({f"__{name}__": operator(f) for name, f in BINARY.items()})
def_methods({f"__r{name}__": reflected(f) for name, f in BINARY.items()})
def_methods({f"__{name}__": operator(f) for name, f in ORDER.items()})
def_methods({
    "__eq__": equality(elementwise.equal, "=="),
    "__ne__": equality(elementwise.not_equal, "!="),
    "__neg__": elementwise.negative,
    "__pos__": elementwise.positive,
    "__abs__": elementwise.absolute,
    "__invert__": elementwise.invert,
    "__getitem__": getitem,
})
# [/operators]


# [irregular]
def to_round(self, ndigits=None):
    """round(x): an integer array; round(x, n): n decimals."""
    out = arithmetic.round(self, ndigits or 0)
    return out.astype(int) if ndigits is None else out


def contains(self, x):
    """x in vector."""
    if self.ndim != 1 or np.ndim(x):
        raise ValueError("Array.__contains__: the array must be one-"
                         "dimensional and the query value a scalar; got "
                         f"shapes {self.shape} and {np.shape(x)}")
    return reductions.any(self == x)


def reshape(self, *shape, order="C"):
    """x.reshape(2, 3) or x.reshape((2, 3))."""
    return manipulation.reshape(self, shape[0] if len(shape) == 1 else shape,
                                order)


def transpose(self, *axes):
    """x.transpose(), x.transpose(1, 0) or x.transpose((1, 0))."""
    if len(axes) == 1 and (axes[0] is None or np.iterable(axes[0])):
        axes = axes[0]
    return manipulation.transpose(self, axes or None)


def flatten(self, order="C"):
    """The elements in one axis."""
    return manipulation.ravel(self, order)


def compress(self, condition, axis=None, *, size=None, fill_value=0):
    """The slices along `axis` where the condition is true."""
    return finding.compress(condition, self, axis, size=size,
                            fill_value=fill_value)


def view(self, dtype=None):
    """The same bits as another type; the last axis grows or shrinks."""
    dtype = self.dtype if dtype is None else dtypes.canonical(dtype)
    old, new = self.dtype.itemsize, dtype.itemsize
    if old == new:
        return lax.bitcast_convert_type(self, dtype)
    if not self.ndim or self.shape[-1] * old % new:
        raise ValueError(f"view() as {dtype.name}: the last axis of "
                         f"{self.aval} is no multiple of {new} bytes")
    if old < new:
        self = self.reshape(*self.shape[:-1], -1, new // old)
    out = lax.bitcast_convert_type(self, dtype)
    return out if old < new else out.reshape(*self.shape[:-1], -1)


def_methods({
    "__round__": to_round, "__contains__": contains, "reshape": reshape,
    "transpose": transpose, "flatten": flatten, "compress": compress,
    "view": view,
})
# [/irregular]

# [methods]
def_methods({f.__name__: f for f in (
    reductions.sum, reductions.prod, reductions.max, reductions.min,
    averages.mean, averages.var, averages.std, reductions.any,
    reductions.all, reductions.ptp, reductions.argmax, reductions.argmin,
    scans.cumsum, scans.cumprod, products.dot, creation.astype, creation.copy,
    manipulation.ravel, manipulation.squeeze, manipulation.swapaxes,
    editing.repeat, taking.take, taking.diagonal, taking.trace,
    taking.choose, finding.nonzero, sorting.sort, sorting.argsort,
    sorting.argpartition, sorting.searchsorted, selection.clip,
    arithmetic.round, elementwise.conjugate)})
def_methods({
    "conj": elementwise.conjugate,
    "T": property(manipulation.transpose),
    "mT": property(manipulation.matrix_transpose),
    "real": property(elementwise.real),
    "imag": property(elementwise.imag),
    "at": property(At),
})
# [/methods]
