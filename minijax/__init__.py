# [chapter 1]
"""minijax: the transformations of JAX, on NumPy alone.

The book in `book/` builds this package and shows every line of it. What a
chapter adds to the public names stands here, between that chapter's markers.
"""
from minijax import testing as testing
# [/chapter 1]

# [chapter 2]
from minijax import core as core
from minijax import dtypes as dtypes
from minijax import errors as errors
from minijax.array import Array as Array
from minijax.config import checking_leaks as checking_leaks
from minijax.config import config as config
from minijax.config import enable_x64 as enable_x64
from minijax.dtypes import float0 as float0
# [/chapter 2]

# [chapter 3]
from minijax import lax as lax
from minijax import numpy as numpy
# [/chapter 3]

# [chapter 4]
from minijax import flatten_util as flatten_util
from minijax import tree as tree
from minijax import tree_util as tree_util
# [/chapter 4]

# [chapter 5]
from minijax import jvp_elementwise as jvp_elementwise
from minijax import jvp_structural as jvp_structural
from minijax import test_util as test_util
from minijax.forward import jvp as jvp
# [/chapter 5]

# [chapter 6]
from minijax import jaxpr as _jaxpr
from minijax.jaxpr_check import check_jaxpr as check_jaxpr
from minijax.staging import ShapeDtypeStruct as ShapeDtypeStruct
from minijax.staging import eval_shape as eval_shape
from minijax.staging import make_jaxpr as make_jaxpr

vars(core).update({name: getattr(_jaxpr, name) for name in (  # as jax.core
    "Var", "Literal", "JaxprEqn", "Jaxpr", "ClosedJaxpr", "eval_jaxpr",
    "jaxpr_as_fun")}, ShapedArray=dtypes.ShapedArray, check_jaxpr=check_jaxpr)
# [/chapter 6]

# [chapter 7]
from minijax.linearization import linearize as linearize
# [/chapter 7]

# [chapter 8]
from minijax import transpose_rules as transpose_rules
from minijax.reverse import grad as grad
from minijax.reverse import value_and_grad as value_and_grad
from minijax.reverse import vjp as vjp
from minijax.transpose import linear_transpose as linear_transpose
# [/chapter 8]

# [chapter 9]
from minijax import batching_rules as batching_rules
from minijax import collectives as _collectives
from minijax import vectorize as _vectorize
from minijax.mapping import vmap as vmap

vars(lax).update({name: getattr(_collectives, name) for name in (
    "psum", "pmean", "pmax", "pmin", "axis_index", "axis_size",
    "all_gather")})  # as in jax.lax
numpy.vectorize = _vectorize.vectorize
# [/chapter 9]

# [chapter 10]
from minijax import stopping as _stopping
from minijax.jacobians import hessian as hessian
from minijax.jacobians import jacfwd as jacfwd
from minijax.jacobians import jacobian as jacobian
from minijax.jacobians import jacrev as jacrev

lax.stop_gradient = _stopping.stop_gradient  # as in jax.lax
# [/chapter 10]

# [chapter 11]
from minijax import debug as debug
from minijax.callbacks import pure_callback as pure_callback
from minijax.compilation import disable_jit as disable_jit
from minijax.compilation import jit as jit
# [/chapter 11]

# [chapter 12]
from minijax import compiler as compiler
from minijax import dispatch as dispatch
from minijax import layout as layout
from minijax import optimizer_passes as optimizer_passes
from minijax import signs as signs
# [/chapter 12]

# [chapter 13]
from minijax import conditional_rules as conditional_rules
from minijax import conditionals as _conditionals
from minijax import fission as fission
from minijax import loops as _loops
from minijax import loop_lines as loop_lines
from minijax import parallel_scans as _parallel_scans
from minijax import scanning as _scanning

vars(lax).update(
    cond=_conditionals.cond, switch=_conditionals.switch,
    while_loop=_loops.while_loop, fori_loop=_loops.fori_loop,
    scan=_scanning.scan, map=_parallel_scans.map,
    associative_scan=_parallel_scans.associative_scan)  # as in jax.lax
# [/chapter 13]

# [chapter 14]
from minijax.custom_forward import custom_jvp as custom_jvp
# [/chapter 14]

# [chapter 15]
from minijax import custom_derivatives as custom_derivatives
from minijax.closures import closure_convert as closure_convert
from minijax.closures import custom_gradient as custom_gradient
from minijax.custom_reverse import custom_vjp as custom_vjp
from minijax.nan_hunt import debug_infs as debug_infs
from minijax.nan_hunt import debug_nans as debug_nans
# [/chapter 15]

# [chapter 17]
from minijax import experimental as experimental
from minijax.linear_solves import custom_linear_solve as _custom_linear_solve
from minijax.roots import custom_root as _custom_root

vars(lax).update(custom_linear_solve=_custom_linear_solve,
                 custom_root=_custom_root)  # as in jax.lax
# [/chapter 17]

# [chapter 18]
from minijax import scipy as scipy
from minijax.lax import fourier as _fourier
from minijax.lax import linalg as _lax_linalg
from minijax.numpy import fft as _fft
from minijax.numpy import linalg as _linalg

vars(lax).update(linalg=_lax_linalg, fft=_fourier.fft,
                 FftType=_fourier.FftType)  # as in jax.lax
vars(numpy).update(linalg=_linalg, fft=_fft)  # as in jax.numpy
# [/chapter 18]

# [chapter 19]
from minijax import ad_checkpoint as ad_checkpoint
from minijax import checkpoint_policies as checkpoint_policies
from minijax import revolve as revolve
from minijax.checkpointing import checkpoint as checkpoint
from minijax.checkpointing import checkpoint as remat
# [/chapter 19]

# [chapter 20]
from minijax import random as random
# [/chapter 20]

# [chapter 21]
from minijax.jax_bridge import to_jax as to_jax
# [/chapter 21]
