"""Atoms that choose, and the two halves of a complex number.

select_n : (which[...], a[...], a[...], …) -> a[...]
clamp    : (low a, a[...], high a) -> a[...]
complex  : (f[...], f[...]) -> c[...]

JAX twin: jax/_src/lax/lax.py.
"""

import numpy as np

from minijax.array import as_array
from minijax.lax.standard import (
    ANY,
    COMPLEX,
    accept_all,
    binop,
    complex_dtype,
    elementwise,
    real_dtype,
    same_dtype,
    standard_primitive,
    unop,
)


# [select_n]
def choose(which, *cases):
    if which.dtype == bool and len(cases) == 2:
        return np.where(which, cases[1], cases[0])
    out = np.broadcast_to(cases[0], cases[0].shape)
    for i, case in enumerate(cases[1:], 1):
        out = np.where(which >= i, case, out)
    return out


def select_weak(which, *cases):
    return all(case.weak_type for case in cases)
# [/select_n]


def select_shape(which, *cases):
    """The cases' one shape; `which` has it too, or is a scalar."""
    if len({case.shape for case in cases}) > 1:
        raise TypeError(
            "select cases must have the same shapes, got "
            f"[{', '.join(str(case.shape) for case in cases)}]. "
            "minijax.numpy.where broadcasts them by itself.")
    if which.shape not in ((), cases[0].shape):
        raise TypeError(
            "select `which` must be scalar or have the same shape as cases, "
            f"got `which` shape {which.shape} but case shape "
            f"{cases[0].shape}. minijax.numpy.where broadcasts by itself.")
    return cases[0].shape


def select_dtype(which, *cases):
    """The cases' one dtype; `which` is a bool or an integer."""
    same_dtype("select", *cases)
    if which.dtype.kind not in "biu":
        raise TypeError("select `which` must be boolean or integer type, got "
                        f"{which.dtype}. Compare first: select_n(x > 0, …).")
    if which.dtype == bool and len(cases) > 2:
        raise TypeError("select with boolean `which` cannot have > 2 cases. "
                        "Convert `which` to int32 to number them.")
    return cases[0].dtype


# [select]
select_n_p = standard_primitive("select_n", choose, select_shape,
                                select_dtype, select_weak)


def select_n(which, *cases):
    """cases[which], entry by entry; out of range means the nearest case.

    which: bool for two cases (False takes the first), or an integer.
    """
    if not cases:
        raise ValueError("select_n() must have at least one case: "
                         "select_n(which, if_false, if_true)")
    return select_n_p.bind(which, *cases)


def select(pred, on_true, on_false):
    """`select_n` with two cases, the other way round."""
    return select_n(pred, on_false, on_true)
# [/select]


# [clamp]
def clamp_numbers(low, x, high):
    return np.minimum(np.maximum(x, low), high)


def clamp_shape(low, x, high):
    for name, bound in [("min", low), ("max", high)]:
        if bound.shape not in ((), x.shape):
            raise TypeError(
                f"clamp requires {name}.shape == operand.shape or {name}.shape"
                f" == (), got {name}.shape={bound.shape}, operand.shape="
                f"{x.shape}. minijax.numpy.clip broadcasts by itself.")
    return x.shape


def clamp_dtype(*avals):
    accept_all("clamp", avals, (ANY, ANY, ANY))
    return same_dtype("clamp", *avals)


clamp_p = standard_primitive("clamp", clamp_numbers, clamp_shape, clamp_dtype)


def clamp(min, x, max):
    """x, moved to the nearer bound where it is outside. NaN stays NaN."""
    return clamp_p.bind(min, x, max)
# [/clamp]


# [complex]
PART = (np.float32, np.float64)


def join_parts(x, y):
    out = np.empty(np.broadcast_shapes(x.shape, y.shape),
                   np.result_type(x.dtype, np.complex64))
    out.real, out.imag = x, y
    return out


def conjugate(x, *, input_dtype):
    if x.dtype.kind == "c":
        return np.conjugate(x)
    return join_parts(x, np.zeros_like(x))


real, real_p = unop("real", np.real, COMPLEX, real_dtype)
imag, imag_p = unop("imag", np.imag, COMPLEX, real_dtype)
complex, complex_p = binop("complex", join_parts, PART, complex_dtype)
conj_p = elementwise("conj", conjugate, PART + COMPLEX,
                     dtype_rule=complex_dtype)


def conj(x):
    """The complex conjugate; of a real x, x + 0i."""
    x = as_array(x, "conj")
    return conj_p.bind(x, input_dtype=x.dtype)
# [/complex]
