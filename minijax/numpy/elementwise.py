"""Functions that act on each element, straight from lax.

sin  : Array -> Array                  promote, then the lax function
add  : (Array, Array) -> Array         promote and broadcast, then lax

JAX twin: jax/_src/numpy/ufuncs.py.
"""

import numpy as np

from minijax import lax
from minijax.array import Array
from minijax.numpy.promotion import (
    STAY,
    arraylike,
    cast,
    const,
    promote_args,
    promote_inexact,
    promote_numeric,
)


# [makers]
def unary(name, op, doc, promote=promote_inexact):
    """The function `name`: promote its argument, then apply `op`."""
    stay = STAY[promote]

    def function(x, /):
        if isinstance(x, Array) and x.aval.dtype.kind in stay:
            return op(x)
        return op(*promote(name, x))
    return named(function, name, doc)


def binary(name, op, doc, promote=promote_args, logical=None):
    """The same of two arguments; `logical` is for booleans, if given."""
    ready = STAY[promote].replace("b", "") if logical else STAY[promote]

    def function(x, y, /):
        if (isinstance(x, Array) and isinstance(y, Array)
                and x.aval is y.aval and x.aval.dtype.kind in ready):
            return op(x, y)
        x, y = promote(name, x, y)
        return (logical if logical and x.dtype.kind == "b" else op)(x, y)
    return named(function, name, doc)


def named(function, name, doc):
    """The function under the name by which users know it."""
    function.__name__ = function.__qualname__ = name
    function.__module__, function.__doc__ = "minijax.numpy", doc
    return function
# [/makers]


# [inexact]
exp     = unary("exp",     lax.exp,   "e to the power x.")
expm1   = unary("expm1",   lax.expm1, "exp(x) - 1, exact near 0.")
log     = unary("log",     lax.log,   "Natural logarithm.")
log1p   = unary("log1p",   lax.log1p, "log(1 + x), exact near 0.")
sqrt    = unary("sqrt",    lax.sqrt,  "Square root.")
cbrt    = unary("cbrt",    lax.cbrt,  "Cube root, of negative x too.")
exp2    = unary("exp2",    lax.exp2,  "2 to the power x.")
sin     = unary("sin",     lax.sin,   "Sine.")
cos     = unary("cos",     lax.cos,   "Cosine.")
tan     = unary("tan",     lax.tan,   "Tangent.")
arcsin  = unary("arcsin",  lax.asin,  "Inverse sine, in [-pi/2, pi/2].")
arccos  = unary("arccos",  lax.acos,  "Inverse cosine, in [0, pi].")
arctan  = unary("arctan",  lax.atan,  "Inverse tangent, in [-pi/2, pi/2].")
sinh    = unary("sinh",    lax.sinh,  "Hyperbolic sine.")
cosh    = unary("cosh",    lax.cosh,  "Hyperbolic cosine.")
tanh    = unary("tanh",    lax.tanh,  "Hyperbolic tangent.")
arcsinh = unary("arcsinh", lax.asinh, "Inverse hyperbolic sine.")
arccosh = unary("arccosh", lax.acosh, "Inverse hyperbolic cosine.")
arctanh = unary("arctanh", lax.atanh, "Inverse hyperbolic tangent.")
asin    = unary("asin",    lax.asin,  "The same as arcsin.")
acos    = unary("acos",    lax.acos,  "The same as arccos.")
atan    = unary("atan",    lax.atan,  "The same as arctan.")
asinh   = unary("asinh",   lax.asinh, "The same as arcsinh.")
acosh   = unary("acosh",   lax.acosh, "The same as arccosh.")
atanh   = unary("atanh",   lax.atanh, "The same as arctanh.")
# [/inexact]

# [any]
negative       = unary("negative", lax.neg, "-x", promote_args)
sign           = unary("sign", lax.sign, "-1, 0 or 1.", promote_args)
invert         = unary("invert", lax.bitwise_not, "~x", promote_args)
bitwise_not    = unary("bitwise_not", lax.bitwise_not, "~x", promote_args)
bitwise_invert = unary("bitwise_invert", lax.bitwise_not, "~x", promote_args)
square         = unary("square", lax.square, "x * x", promote_numeric)
positive       = unary("positive", lambda x: x, "+x", promote_args)
# [/any]

# [binary]
add         = binary("add",      lax.add, "x + y; for booleans, x | y.",
                     logical=lax.bitwise_or)
multiply    = binary("multiply", lax.mul, "x * y; for booleans, x & y.",
                     logical=lax.bitwise_and)
subtract    = binary("subtract", lax.sub, "x - y")
maximum     = binary("maximum", lax.max, "The larger; nan if either is.")
minimum     = binary("minimum", lax.min, "The smaller; nan if either is.")
equal       = binary("equal", lax.eq, "x == y")
not_equal   = binary("not_equal", lax.ne, "x != y")
bitwise_and = binary("bitwise_and", lax.bitwise_and, "x & y")
bitwise_or  = binary("bitwise_or", lax.bitwise_or, "x | y")
bitwise_xor = binary("bitwise_xor", lax.bitwise_xor, "x ^ y")
left_shift  = binary("left_shift", lax.shift_left, "x << y", promote_numeric)
true_divide = binary("true_divide", lax.div, "x / y", promote_inexact)
divide      = binary("divide", lax.div, "x / y", promote_inexact)
float_power = binary("float_power", lax.pow, "x ** y, inexact",
                     promote_inexact)
nextafter   = binary("nextafter", lax.nextafter, "The float next to x, "
                     "towards y.", promote_inexact)
arctan2     = binary("arctan2", lax.atan2, "Angle of the point (y, x).",
                     promote_inexact)
atan2       = binary("atan2", lax.atan2, "The same as arctan2.",
                     promote_inexact)
bitwise_left_shift = left_shift
# [/binary]


def right_shift(x, y, /):
    """x >> y; the sign of a signed x is kept."""
    x, y = promote_numeric("right_shift", x, y)
    return (lax.shift_right_logical if x.dtype.kind == "u"
            else lax.shift_right_arithmetic)(x, y)


bitwise_right_shift = right_shift


# [order]
def order(name, op, doc):
    """A comparison; complex numbers compare by real, then imaginary part."""
    def compare(x, y):
        if x.dtype.kind != "c":
            return op(x, y)
        re, im = (lax.real(x), lax.real(y)), (lax.imag(x), lax.imag(y))
        return lax.select(lax.eq(*re), op(*im), op(*re))
    return binary(name, compare, doc)


less          = order("less",          lax.lt, "x < y")
less_equal    = order("less_equal",    lax.le, "x <= y")
greater       = order("greater",       lax.gt, "x > y")
greater_equal = order("greater_equal", lax.ge, "x >= y")
# [/order]


# [logical]
def truth(x):
    """Whether each element is true: nonzero."""
    return x if x.dtype.kind == "b" else lax.ne(x, const(x, 0))


def logical(name, op, doc):
    """The function `name` of the truth values of its two arguments."""
    return binary(name, lambda x, y: op(truth(x), truth(y)), doc)


logical_and = logical("logical_and", lax.bitwise_and, "x and y")
logical_or  = logical("logical_or",  lax.bitwise_or,  "x or y")
logical_xor = logical("logical_xor", lax.bitwise_xor, "x or y, not both")
logical_not = unary("logical_not", lambda x: lax.bitwise_not(truth(x)),
                    "not x", promote_args)
# [/logical]


def absolute(x, /):
    """|x|, real also for complex x."""
    x = arraylike("absolute", x)
    return x if x.dtype.kind in "bu" else lax.abs(x)


def abs(x, /):
    """The same as absolute."""
    return absolute(x)


def fabs(x, /):
    """|x| as a float."""
    x, = promote_inexact("fabs", x)
    if x.dtype.kind == "c":
        raise TypeError("ufunc 'fabs' does not support complex dtypes; use "
                        "abs")
    return lax.abs(x)


# [complex]
def real(x, /):
    """The real part."""
    x = arraylike("real", x)
    return lax.real(x) if x.dtype.kind == "c" else x


def imag(x, /):
    """The imaginary part; zeros for real x."""
    x = arraylike("imag", x)
    return lax.imag(x) if x.dtype.kind == "c" else lax.full_like(x, 0)


def conjugate(x, /):
    """The complex conjugate; x itself if it is real."""
    x = arraylike("conjugate", x)
    return lax.conj(x) if x.dtype.kind == "c" else x


conj = conjugate


def angle(z, deg=False):
    """The angle of complex numbers with the positive real axis."""
    z, = promote_inexact("angle", z)
    z = cast(z, z.dtype)
    result = lax.atan2(imag(z), real(z))
    return result * (180 / np.pi) if deg else result


def iscomplex(x):
    """Whether each element has a nonzero imaginary part."""
    return not_equal(imag(x), 0)


def isreal(x):
    """Whether each element has no imaginary part."""
    return equal(imag(x), 0)
# [/complex]
