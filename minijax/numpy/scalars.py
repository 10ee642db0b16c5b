"""Names of dtypes, and questions about them.

float32(x) : array-like -> Array            a name is also a constructor
JAX twins: jax/_src/numpy/scalar_types.py, jax/_src/dtypes.py.
"""

import math

import numpy as np

from minijax import dtypes
from minijax.array import Array
from minijax.numpy.creation import asarray
from minijax.numpy.promotion import arraylike, canonical_axis, type_of


class ScalarType(type):
    """The type of `float32` & co.: usable as a dtype, callable on data."""

    def __new__(cls, name):
        return super().__new__(cls, name, (), {"dtype": np.dtype(name)})

    def __init__(cls, name):
        cls.__module__ = "minijax.numpy"
        cls.__doc__ = f"Make an Array of dtype {name}; also names that dtype."

    def __call__(cls, x):
        return asarray(x, dtype=cls.dtype)

    def __eq__(cls, other):
        return cls is other or cls.dtype.type == other

    def __hash__(cls):
        return hash(cls.dtype.type)

    def __instancecheck__(cls, x):
        return isinstance(x, cls.dtype.type)


# [names]
bool_      = ScalarType("bool")
uint8      = ScalarType("uint8")
uint16     = ScalarType("uint16")
uint32     = ScalarType("uint32")
uint64     = ScalarType("uint64")
int8       = ScalarType("int8")
int16      = ScalarType("int16")
int32      = ScalarType("int32")
int64      = ScalarType("int64")
float16    = ScalarType("float16")
float32    = ScalarType("float32")
float64    = ScalarType("float64")
complex64  = ScalarType("complex64")
complex128 = ScalarType("complex128")
# [/names]

# [aliases]
single, double, csingle, cdouble = float32, float64, complex64, complex128
int_, uint, float_, complex_ = int64, uint64, float64, complex128
dtype, ndarray, newaxis = np.dtype, Array, None
generic, number, inexact, character = (
    np.generic, np.number, np.inexact, np.character)
integer, signedinteger, unsignedinteger, flexible = (
    np.integer, np.signedinteger, np.unsignedinteger, np.flexible)
floating, complexfloating, object_ = (
    np.floating, np.complexfloating, np.object_)
pi, e, inf, nan, euler_gamma = (
    np.pi, np.e, np.inf, np.nan, np.euler_gamma)
# [/aliases]

# [KINDS]
KINDS = {"bool": "b", "signed integer": "i", "unsigned integer": "u",
         "integral": "iu", "real floating": "f", "complex floating": "c",
         "numeric": "iufc"}
# [/KINDS]


def canonical_type(x):
    """What np.issubdtype should be asked for: a dtype, or a class of them."""
    if isinstance(x, type) and issubclass(x, np.generic):
        return x
    return x if isinstance(x, str) else dtypes.canonical(x).type


def issubdtype(arg1, arg2):
    """Whether a dtype is another one, or in a class such as `floating`."""
    return np.issubdtype(canonical_type(arg1), canonical_type(arg2))


def isdtype(dtype, kind):
    """Whether a dtype is `kind`: a dtype, "real floating", … or a tuple."""
    dtype = np.dtype(dtype)
    for k in kind if isinstance(kind, tuple) else (kind,):
        if not isinstance(k, str) or k not in KINDS:
            try:
                k = np.dtype(k)
            except TypeError:
                raise ValueError(f"Unrecognized kind={k!r}; expected a dtype "
                                 f"or one of {list(KINDS)}") from None
        if dtype.kind in KINDS[k] if isinstance(k, str) else dtype == k:
            return True
    return False


def finfo(dtype):
    """The limits of a floating type, as np.finfo."""
    return np.finfo(dtypes.canonical(dtype))


def iinfo(dtype):
    """The limits of an integer type, as np.iinfo."""
    return np.iinfo(dtypes.canonical(dtype))


def can_cast(from_, to, casting="safe"):
    """Whether a cast between dtypes is allowed, as np.can_cast."""
    return np.can_cast(np.dtype(from_), np.dtype(to), casting)


# [asked of values]
def shape(a):
    """The shape of an array or a number."""
    return arraylike("shape", a).shape


def ndim(a):
    """The number of axes of an array or a number."""
    return arraylike("ndim", a).ndim


def size(a, axis=None):
    """The number of elements, or the size of an axis."""
    a = arraylike("size", a)
    if axis is None:
        return a.size
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    return math.prod(a.shape[canonical_axis(i, a.ndim)] for i in axes)


def isscalar(element):
    """Whether it is a number, or an array without axes."""
    if isinstance(element, Array | np.ndarray):
        return element.ndim == 0
    return np.isscalar(element)


def iscomplexobj(x):
    """Whether the type of the elements is complex."""
    return type_of(x)[0].kind == "c"


def isrealobj(x):
    """Whether the type of the elements is not complex."""
    return not iscomplexobj(x)
# [/asked of values]


def missing(name):
    """The AttributeError for a name that is not there, `bfloat16` say."""
    absent = ("bfloat16", "float8", "float6", "float4", "int4", "int2",
              "int1", "uint4", "uint2", "uint1")
    if name.startswith(absent):
        raise AttributeError(
            f"minijax.numpy has no {name}: NumPy, on which it computes, has "
            "no such type. Use float16 for its size or float32 for its range.")
    raise AttributeError(f"module 'minijax.numpy' has no attribute {name!r}")
