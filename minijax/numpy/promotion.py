"""What type the result has: one short rule, and the casts that follow.

lattice      : [(dtype, weak)] -> (dtype, weak)          the rule
promote_args : (name, *operand) -> [Array]               one dtype, one rank
concrete     : (value, context) -> value                 never a tracer

JAX twins: jax/_src/dtypes.py, jax/_src/numpy/util.py.
"""

import functools
import operator

import numpy as np

from minijax import dtypes, lax
from minijax.array import Array, ArrayImpl, as_array
from minijax.core import Tracer
from minijax.errors import ConcretizationTypeError
from minijax.lax.convert import convert

# [CLASS]
CLASS = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 2}  # bool < integer < inexact
# [/CLASS]


def lattice(types):
    """The (dtype, weak) that operands of the given (dtype, weak)s meet in.

    The highest class wins, with its own width. Weak operands have no width:
    they only raise the class, and real to complex.
    """
    top = max(CLASS[d.kind] for d, _ in types)
    strong = [d for d, weak in types if not weak and CLASS[d.kind] == top]
    if not strong:
        kind = max((d.kind for d, _ in types), key="biufc".index)
        return dtypes.default(kind), kind != "b"
    dtype = functools.reduce(np.promote_types, strong)
    if top == 1 and dtype.kind == "f":  # uint64 with a signed integer
        return dtypes.default("f"), True
    if dtype.kind == "f" and any(d.kind == "c" for d, _ in types):
        dtype = np.promote_types(dtype, np.complex64)
    return dtype, False


def type_of(x):
    """(dtype, weak) of an array, a number, or a dtype."""
    if isinstance(x, Array):
        return x.aval.dtype, x.aval.weak_type
    kind = dtypes.KIND.get(x if isinstance(x, type) else type(x))
    if kind:
        return dtypes.default(kind), kind != "b"
    if isinstance(x, np.ndarray | np.generic):
        return dtypes.check(x.dtype), False
    return dtypes.canonical(x), False


def result_type(*args):
    """The dtype that arrays, numbers and dtypes promote to."""
    if not args:
        raise ValueError("at least one array or dtype is required; got none")
    return lattice([type_of(float if x is None else x) for x in args])[0]


def promote_types(a, b):
    """The dtype that two dtypes promote to; `int` and `float` are weak."""
    return lattice([type_of(a), type_of(b)])[0]


def to_inexact(dtype):
    """The floating type for an integer type; an inexact type is kept."""
    if CLASS[dtype.kind] == 2:
        return dtype
    return dtypes.default("f") if dtype.itemsize == 8 else np.dtype("float32")


def to_numeric(dtype):
    """int32 for bool; other types are kept."""
    return np.dtype("int32") if dtype.kind == "b" else dtype


# [cast]
def cast(x, dtype, weak=False):
    """`x` with a dtype and weakness; numbers are converted at once."""
    if type(x) not in dtypes.KIND:
        return convert(x, dtype, weak)
    try:
        value = np.array(x if dtype.kind == "c" or type(x) is not complex
                         else x.real, dtype)
    except OverflowError:
        raise OverflowError(
            f"Python integer {x} is out of bounds for {dtype.name}; use a "
            "number that fits, or a wider dtype such as 'int64' (the default "
            "under minijax.enable_x64)") from None
    return ArrayImpl(value, dtypes.number_type(dtype, weak))
# [/cast]


def const(x, number):
    """A number as an Array with the dtype and the weakness of `x`."""
    return cast(number, x.aval.dtype, x.aval.weak_type)


def check_arraylike(name, *args):
    """Raise TypeError unless every argument is an array or a number."""
    for i, x in enumerate(args):
        if not (isinstance(x, Array | np.ndarray | np.generic)
                or type(x) in dtypes.KIND or hasattr(x, "__jax_array__")):
            raise TypeError(
                f"{name} requires ndarray or scalar arguments, got {type(x)} "
                f"at position {i}. Make an array of it first: "
                "minijax.numpy.asarray(x).")


def arraylike(name, *args):
    """The arguments as Arrays; one alone if there is one."""
    if len(args) == 1 and isinstance(args[0], Array):
        return args[0]
    check_arraylike(name, *args)
    arrays = [as_array(x, name, i) for i, x in enumerate(args)]
    return arrays[0] if len(arrays) == 1 else arrays


def promote_dtypes(*args, to=None):
    """The arguments in the dtype they meet in (passed through `to`)."""
    dtype, weak = lattice([type_of(x) for x in args])
    if to:
        dtype = to(dtype)
    return [cast(x, dtype, weak and dtype.kind != "b") for x in args]


def promote_ranks(*args):
    """The arrays, those of lower rank (but not 0) led by axes of size 1."""
    ranks = {x.ndim for x in args if x.ndim}
    if len(ranks) < 2:
        return args
    shape = broadcast_shapes(*[x.shape for x in args])
    return [lead(x, len(shape)) for x in args]


def lead(x, rank):
    """`x` with axes of size 1 in front, up to `rank`."""
    new = rank - x.ndim
    if not new:
        return x
    return lax.broadcast_in_dim(x, (1,) * new + x.shape,
                                tuple(range(new, rank)))


# [promote_args]
def promote_args(name, *args, to=None):
    """The arguments of function `name` in one dtype and one rank."""
    ready = at_once(*args, to=to) if len(args) <= 2 else None
    if ready:
        return ready
    check_arraylike(name, *args)
    args = [x if type(x) in dtypes.KIND else as_array(x) for x in args]
    if any(getattr(x, "dtype", None) == dtypes.float0 for x in args):
        raise TypeError(
            f"Called {name} with a float0 array. float0 is the type of the "
            "tangent of an integer, of which there is nothing to compute; "
            "were derivatives taken with respect to integers?")
    return promote_ranks(*promote_dtypes(*args, to=to))


promote_inexact = functools.partial(promote_args, to=to_inexact)
promote_numeric = functools.partial(promote_args, to=to_numeric)
# The kinds of dtype that each leaves as they are:
STAY = {promote_args: "biufc", promote_numeric: "iufc", promote_inexact: "fc"}
# [/promote_args]


# [at_once]
HOLDS = {bool: "b", int: "iufc", float: "fc", complex: "c"}


def at_once(x, *others, to):
    """promote_args of the commonest operands, quickly; None for others.

    They are an array alone, two arrays of one type, and an array with a
    number of its class.
    """
    if not isinstance(x, Array):
        pair = (others and isinstance(others[0], Array)
                and at_once(*others, x, to=to))
        return pair and pair[::-1]
    aval = x.aval
    if aval.dtype.kind == "V" or to and to(aval.dtype) is not aval.dtype:
        return None
    if not others:
        return (x,)
    y, = others
    if isinstance(y, Array):
        return (x, y) if y.aval is aval else None
    if aval.dtype.kind in HOLDS.get(type(y), "") and not aval.weak_type:
        return x, cast(y, aval.dtype)
    return None
# [/at_once]


def broadcast_shapes(*shapes):
    """The shape that arrays of the given shapes broadcast to."""
    shapes = [tuple(s) if np.ndim(s) else (s,) for s in shapes]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            f"Incompatible shapes for broadcasting: shapes={shapes}. Aligned "
            "at the last axis, sizes must be equal or 1; reshape, or add an "
            "axis with x[:, None].") from None


def broadcast_to(array, shape):
    """`array` repeated along new axes and axes of size 1, up to `shape`."""
    x = arraylike("broadcast_to", array)
    shape = canonical_shape(shape, "broadcast_to")
    if x.shape == shape:
        return x
    if broadcast_shapes(x.shape, shape) != shape:
        raise ValueError(
            f"Incompatible types for broadcasting: input type={x.aval} and "
            f"requested type={x.aval.update(shape=shape)}. Aligned at the "
            "last axis, sizes must be equal, or 1 in the input.")
    return lax.broadcast_in_dim(x, shape,
                                tuple(range(len(shape) - x.ndim, len(shape))))


def broadcast_arrays(*args):
    """The arrays, each broadcast to the shape that they all have then."""
    arrays = [arraylike("broadcast_arrays", x) for x in args]
    shape = broadcast_shapes(*[x.shape for x in arrays])
    return [broadcast_to(x, shape) for x in arrays]


# [concrete]
def concrete(x, context, force=lambda x: x):
    """`force(x)` of a value that must be known while tracing."""
    if isinstance(x, Tracer):
        known = x.to_concrete_value()
        if known is None:
            raise ConcretizationTypeError(
                x, f"{context} It must be known while tracing: pass a Python "
                "number (or x.shape[i]), or mark the argument as static.\n")
        x = known
    return force(x)


def static_int(x, context):
    """`x` as a Python int that is known while tracing."""
    return concrete(x, context, operator.index)
# [/concrete]


def canonical_shape(shape, name="a function"):
    """`shape`, an int or a sequence of ints, as a tuple of Python ints."""
    shape = tuple(shape) if np.iterable(shape) else (shape,)
    rule = "Shapes must be 1D sequences of concrete values of integer type"
    try:
        shape = tuple([static_int(n, f"{rule}: here, the shape given to "
                                     f"{name}.") for n in shape])
    except ConcretizationTypeError:
        raise
    except TypeError:
        raise TypeError(f"{rule}, got {shape}.") from None
    if any(n < 0 for n in shape):
        raise TypeError("Shapes must have every element be nonnegative, got "
                        f"{shape}.")
    return shape


def canonical_axis(axis, ndim):
    """`axis` counted from the front; ValueError if there is none such."""
    axis = static_int(axis, "The axis argument must be known statically.")
    if not -ndim <= axis < ndim:
        raise ValueError(f"axis {axis} is out of bounds for array of "
                         f"dimension {ndim}")
    return axis % ndim
