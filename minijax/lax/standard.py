"""How an atom is made: a name, NumPy's meaning, and the type of the result.

standard_primitive : (name, impl, shape_rule, dtype_rule) -> Primitive
elementwise        : (name, impl, *accepted types) -> Primitive
unop, binop        : (name, impl, accepted types) -> (function, Primitive)

A rule is a function `(*avals, **params) -> shape, dtype or weak_type`.
JAX twin: jax/_src/lax/utils.py, and `naryop` in jax/_src/lax/lax.py.
"""

import numpy as np

from minijax.core import Primitive
from minijax.dtypes import ShapedArray, float0

# [accepted]
BOOL, INT, SIGNED = (np.bool_,), (np.integer,), (np.signedinteger,)
FLOAT, COMPLEX = (np.floating,), (np.complexfloating,)
INEXACT = FLOAT + COMPLEX
NUMBER = INT + INEXACT
BITS = INT + BOOL
ORDERED = INT + FLOAT + BOOL
ANY = NUMBER + BOOL
# [/accepted]


def all_weak(*avals, **params):
    return all(aval.weak_type for aval in avals)


def standard_primitive(name, impl, shape_rule, dtype_rule,
                       weak_rule=all_weak):
    """A primitive of one result, its type told by three small rules."""
    p = Primitive(name)
    p.def_impl(impl)
    p.def_abstract_eval(lambda *avals, **params: ShapedArray(
        shape_rule(*avals, **params), dtype_rule(*avals, **params),
        weak_rule(*avals, **params)))
    return p


def input_dtype(aval, *avals, **params):
    return aval.dtype


def common_shape(name, *avals):
    """The shape of the result: rank 0 goes with any, and 1 with any size."""
    shapes = [aval.shape for aval in avals if aval.shape]
    if len(set(shapes)) < 2:
        return shapes[0] if shapes else ()
    given = ", ".join(map(str, shapes))
    remedy = ("minijax.numpy broadcasts by itself; with lax, repeat an "
              "operand by lax.broadcast_in_dim first.")
    if len(set(map(len, shapes))) > 1:
        raise TypeError(f"{name}: arrays must have the same number of "
                        f"dimensions, got {given}. {remedy}")
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise TypeError(f"{name} got incompatible shapes for broadcasting: "
                        f"{given}. {remedy}") from None


# [TWINS]
TWINS = {"sub": "subtract", "mul": "multiply", "div": "divide",
         "rem": "fmod", "pow": "power", "max": "maximum", "min": "minimum",
         "atan2": "arctan2", "eq": "equal", "ne": "not_equal", "lt": "less",
         "le": "less_equal", "gt": "greater", "ge": "greater_equal",
         "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
         "shift_left": "left_shift", "shift_right_logical": "right_shift",
         "shift_right_arithmetic": "right_shift", "select": "where",
         "clamp": "clip"}
# [/TWINS]


def same_dtype(name, *avals):
    """The one dtype of the operands, which lax never promotes."""
    if any(aval.dtype != avals[0].dtype for aval in avals):
        given = ", ".join(aval.dtype.name for aval in avals)
        raise TypeError(
            f"lax.{name} requires arguments to have the same dtypes, got "
            f"{given}. (Tip: jnp.{TWINS.get(name, name)} is a similar "
            "function that does automatic type promotion on inputs). Or "
            "convert one of them first: lax.convert_element_type(x, dtype).")
    return avals[0].dtype


def accept(name, aval, types, where=""):
    """TypeError unless the operand's dtype is one of `types`."""
    if aval.dtype == float0:
        raise TypeError(
            f"Called {name} with a float0{where or ' array'}. float0s do not "
            "support any operations by design: they are the tangents of "
            "integers, which cannot move. If you didn't expect to get a "
            "float0 you might have accidentally taken a gradient with "
            "respect to an integer argument: convert it to float first.")
    if not any(np.issubdtype(aval.dtype, t) for t in types):
        names = ", ".join(t.__name__ for t in types)
        raise TypeError(
            f"{name} does not accept dtype {aval.dtype.name}{where}. Accepted "
            f"dtypes{where} are subtypes of {names}. Convert the operand "
            "first, by x.astype(dtype) or lax.convert_element_type(x, dtype).")


def accept_all(name, avals, accepts):
    """`accept` for each operand; messages count where there are several."""
    for i, (aval, types) in enumerate(zip(avals, accepts, strict=True)):
        where = f" at position {i}" if len(avals) > 1 else ""
        accept(name, aval, types, where)


def elementwise(name, impl, *accepts, dtype_rule=input_dtype):
    """An atom that works entry by entry: one tuple of types per operand."""
    def checked_dtype(*avals, **params):
        accept_all(name, avals, accepts)
        same_dtype(name, *avals)
        return dtype_rule(*avals, **params)

    def shape_rule(*avals, **params):
        return common_shape(name, *avals)

    return standard_primitive(name, impl, shape_rule, checked_dtype)


def unop(name, impl, types, dtype_rule=input_dtype, called=None):
    """A function of one operand, and its primitive: one line of a table."""
    p = elementwise(name, impl, types, dtype_rule=dtype_rule)

    def op(x):
        return p.bind(x)

    return named(op, p, called), p


def binop(name, impl, types, dtype_rule=input_dtype, called=None):
    """A function of two operands of one dtype, and its primitive."""
    p = elementwise(name, impl, types, types, dtype_rule=dtype_rule)

    def op(x, y):
        return p.bind(x, y)

    return named(op, p, called), p


def named(op, p, called):
    """`op` under its public name, as help() and tracebacks will show it."""
    op.__name__ = op.__qualname__ = called or p.name
    op.__module__ = "minijax.lax"
    op.__doc__ = (f"Elementwise `{p.name}`; several operands have one dtype "
                  f"and one rank, or rank 0. JAX twin: jax.lax.{op.__name__}.")
    return op


def fixed_dtype(dtype):
    """A dtype rule: the result is `dtype` whatever the operands are."""
    return lambda *avals, **params: np.dtype(dtype)


def real_dtype(aval, **params):
    """A dtype rule: that of the real and imaginary parts."""
    return np.finfo(aval.dtype).dtype if aval.dtype.kind == "c" else aval.dtype


def complex_dtype(aval, *avals, **params):
    """A dtype rule: the complex numbers with parts of this width."""
    return np.result_type(aval.dtype, np.complex64)
