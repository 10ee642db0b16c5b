"""What each primitive is in JAX: a table, and nothing else.

jax          : the module, imported when it is first asked for something
jax_rules    : Primitive -> (*operand, **param) -> result, of JAX arrays
twin, reduced: name -> rule, the function of `jax.lax` of that name

Operations that hold programs are in `jax_programs`.
"""

import importlib

import numpy as np

from minijax import collectives, lax
from minijax.callbacks import debug_callback_p, pure_callback_p
from minijax.checkpoint_policies import name_p
from minijax.forward import add_any_p
from minijax.lax.fourier import fft_p
from minijax.lax.linalg import (
    cholesky_p,
    eig_p,
    eigh_p,
    lu_p,
    qr_p,
    svd_p,
    triangular_solve_p,
)
from minijax.lax.linalg.solving import cofactor_p, det_p, slogdet_p, solve_p
from minijax.numpy.linalg import pinv_p
from minijax.random.gammas import random_gamma_grad_p
from minijax.random.threefry import threefry2x32_p
from minijax.rules import Rules
from minijax.stopping import stop_gradient_p
from minijax.tree_util import tree_leaves


# [jax]
class Elsewhere:
    """JAX, which minijax does without until it is asked for something."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            module = importlib.import_module("jax")
        except ModuleNotFoundError as error:
            raise ImportError(
                "to_jax hands programs to JAX, which is not installed here: "
                'pip install "minijax[jax]"') from error
        if hasattr(module, name):
            return getattr(module, name)
        return importlib.import_module(f"jax.{name}")


jax = Elsewhere()
# [/jax]


# [twin]
jax_rules = Rules("The JAX twin")


def twin(name):
    """The function of jax.lax of this name: same operands, same params."""
    return lambda *xs, **params: getattr(jax.lax, name)(*xs, **params)


jax_rules.update({getattr(lax, f"{name}_p"): twin(name) for name in (
    "abs acos acosh add asin asinh atan atan2 atanh bitcast_convert_type "
    "broadcast_in_dim cbrt ceil clz complex cos cosh cumlogsumexp "
    "cummax cummin cumprod cumsum digamma div dot_general eq erf erf_inv "
    "erfc exp exp2 expm1 floor ge gt imag integer_pow is_finite le lgamma "
    "log log1p logistic lt max min mul ne neg nextafter pad "
    "population_count pow real rem reshape rev rsqrt select_n shift_left "
    "shift_right_arithmetic shift_right_logical sign sin sinh slice split "
    "sqrt square squeeze sub tan tanh tile top_k transpose").split()})
# [/twin]

# [renamed]
jax_rules.update({getattr(lax, f"{name}_p"): twin(f"bitwise_{name}")
                  for name in ("and", "or", "xor", "not")})
jax_rules.update({add_any_p: twin("add"),
                  stop_gradient_p: twin("stop_gradient"),
                  random_gamma_grad_p: twin("random_gamma_grad")})
# [/renamed]


# [reduced]
def reduced(name):
    """The reductions; where there is one axis, JAX takes it as a number."""
    if name.startswith("arg"):
        return lambda x, *, axes, index_dtype: getattr(
            jax.lax, name)(x, *axes, index_dtype)
    return lambda x, *, axes: getattr(jax.lax, name)(x, axes)


jax_rules.update({getattr(lax, f"{name}_p"): reduced(name) for name in (
    "argmax argmin reduce_and reduce_max reduce_min reduce_or reduce_prod "
    "reduce_sum reduce_xor").split()})
# [/reduced]


# [windows]
def windows(name, numbers):
    """gather and the scatters, where numbers and mode are types of JAX's."""
    def rule(*operands, dimension_numbers, mode, **params):
        return getattr(jax.lax, name)(
            *operands, mode=jax.lax.GatherScatterMode[mode.name],
            dimension_numbers=getattr(jax.lax, numbers)(*dimension_numbers),
            **params)
    return rule


jax_rules[lax.gather_p] = windows("gather", "GatherDimensionNumbers")
jax_rules.update({getattr(lax, f"{name}_p"): windows(
    name, "ScatterDimensionNumbers") for name in (
    "scatter scatter_add scatter_sub scatter_mul scatter_min scatter_max"
    .split())})
# [/windows]

# [one by one]
jax_rules.update({
    lax.clamp_p: lambda *xs: jax.lax.clamp(*jax.numpy.broadcast_arrays(*xs)),
    lax.concatenate_p: lambda *xs, dimension: jax.lax.concatenate(
        xs, dimension),
    lax.conj_p: lambda x, *, input_dtype: jax.lax.conj(x),
    lax.convert_element_type_p: lambda x, *, new_dtype, weak_type:
        jax.lax.convert_element_type(x, new_dtype),
    lax.dynamic_slice_p: lambda x, *starts, slice_sizes:
        jax.lax.dynamic_slice(x, starts, slice_sizes,
                              allow_negative_indices=False),
    lax.dynamic_update_slice_p: lambda x, update, *starts:
        jax.lax.dynamic_update_slice(x, update, starts,
                                     allow_negative_indices=False),
    lax.iota_p: lambda *, dtype, shape, dimension: jax.lax.broadcasted_iota(
        dtype, shape, dimension),
    lax.round_p: lambda x, *, rounding_method: jax.lax.round(
        x, jax.lax.RoundingMethod[rounding_method.name]),
    lax.sort_p: lambda *xs, **how: jax.lax.sort(xs, **how),
    lax.stack_p: lambda *xs, axis: jax.numpy.stack(xs, axis),
    lax.unstack_p: lambda x, *, axis: jax.numpy.unstack(x, axis=axis),
    fft_p: lambda x, *, fft_type, fft_lengths: jax.lax.fft(
        x, fft_type.name, fft_lengths),
    name_p: lambda x, *, name: jax.ad_checkpoint.checkpoint_name(x, name),
    threefry2x32_p: lambda *words: jax.extend.random.threefry2x32_p.bind(
        *jax.numpy.broadcast_arrays(*words)),
})
# [/one by one]


# [matrices]
def cofactor(a):
    """The gradient of the determinant; JAX has the determinant."""
    return jax.grad(lambda a: jax.numpy.linalg.det(a).sum(),
                    holomorphic=a.dtype.kind == "c")(a)


def svd(a, *, full_matrices, compute_uv):
    """The singular values first, and in a list also if they are alone."""
    out = jax.lax.linalg.svd(a, full_matrices=full_matrices,
                             compute_uv=compute_uv)
    return [out[1], out[0], out[2]] if compute_uv else [out]


jax_rules.update({
    triangular_solve_p: lambda a, b, **how:
        jax.lax.linalg.triangular_solve(a, b, **how),
    cholesky_p: lambda a: jax.lax.linalg.cholesky(a, symmetrize_input=False),
    eig_p: lambda a, *, compute_right_eigenvectors: jax.lax.linalg.eig(
        a, compute_left_eigenvectors=False,
        compute_right_eigenvectors=compute_right_eigenvectors),
    eigh_p: lambda a, *, lower: jax.lax.linalg.eigh(
        a, lower=lower, symmetrize_input=False),
    lu_p: lambda a: jax.lax.linalg.lu(a),
    qr_p: lambda a, *, full_matrices: jax.lax.linalg.qr(
        a, full_matrices=full_matrices),
    svd_p: svd,
    cofactor_p: cofactor,
    det_p: lambda a: jax.numpy.linalg.det(a),
    slogdet_p: lambda a: jax.numpy.linalg.slogdet(a),
    solve_p: lambda a, b: jax.numpy.linalg.solve(a, b),
    pinv_p: lambda a, *, rtol: jax.numpy.linalg.pinv(a, rtol=rtol),
})
# [/matrices]


# [callbacks]
def arrays(callback):
    """A callback of minijax's, which XLA will hand arrays of its own."""
    return lambda *xs: tree_leaves(callback(*map(np.asarray, xs)))


def pure_callback(*xs, callback, result_avals, vmap_method):
    fun = arrays(callback)
    return jax.pure_callback(
        lambda *xs: [np.asarray(y, a.dtype)
                     for y, a in zip(fun(*xs), result_avals, strict=True)],
        [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in result_avals],
        *xs, vmap_method=vmap_method)


def debug_callback(*xs, callback):
    jax.debug.callback(arrays(callback), *xs)
    return []


jax_rules.update({pure_callback_p: pure_callback,
                  debug_callback_p: debug_callback})
# [/callbacks]

# [refused]
for p in (collectives.psum_p, collectives.pmax_p, collectives.pmin_p,
          collectives.all_gather_p, collectives.axis_index_p):
    jax_rules.refuse(p, "its axis is one of minijax.vmap, and JAX has none "
                     "of that name. Call to_jax on a function that has the "
                     "vmap in it; what lies on several devices is combined "
                     f"outside, by jax.lax.{p.name}.")
# [/refused]
