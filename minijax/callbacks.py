"""Callbacks: Python functions that a program calls each time it runs.

pure_callback  : (a -> b, type of b, a) -> b
debug_callback : (a -> (), a) -> ()
debug_print    : (format, a) -> ()

JAX twins: jax/_src/callback.py and jax/_src/debugging.py.
"""

import string
from typing import Any, NamedTuple

import numpy as np

from minijax import lax, tree_util
from minijax import numpy as jnp
from minijax.array import as_array
from minijax.batching import batching_rules, move_axis, size_of
from minijax.caller import CallingPrimitive, in_callers_context
from minijax.config import enable_x64
from minijax.core import fun_line
from minijax.dtypes import default
from minijax.forward import jvp_rules
from minijax.linearization import type_of
from minijax.staging import abstract
from minijax.transpose import transposes


# [Callback]
class Callback(NamedTuple):
    """A user's function of containers, as one of ndarrays."""

    fun: Any
    tree: tree_util.PyTreeDef
    fixed: tuple = ()  # (position, leaf) of leaves that are no arrays
    out_tree: Any = None  # what it promises to return

    def __repr__(self):
        return fun_name(self.fun)

    def __call__(self, *values):
        leaves = [as_array(x) for x in values]  # copies, the user's to keep
        for i, x in self.fixed:
            leaves.insert(i, x)
        args, kwargs = tree_util.tree_unflatten(self.tree, leaves)
        return in_callers_context(lambda: self.fun(*args, **kwargs))


def fun_name(fun):
    return getattr(fun, "__name__", type(fun).__name__)


def check_callback(fun, called):
    if not callable(fun):
        raise TypeError(f"first argument to {called} must be callable, but "
                        f"got an object of type {type(fun)}")
# [/Callback]


# [debug_callback_p]
debug_callback_p = CallingPrimitive("debug_callback")
debug_callback_p.effectful = True
debug_callback_p.def_abstract_eval(lambda *avals, callback: [])


@debug_callback_p.def_impl
def call_it(*values, callback):
    callback(*values)
    return ()
# [/debug_callback_p]


# [debug_callback_rules]
def debug_jvp(primals, tangents, *, callback):
    """It sees the primals; a tangent would be another's business."""
    return debug_callback_p.bind(*primals, callback=callback), []


def debug_batch(values, axes, *, callback):
    """Called for one example after another."""
    for i in range(size_of(values, axes)):
        debug_callback_p.bind(*example(values, axes, i), callback=callback)
    return [], []


def example(values, axes, i):
    return [x if axis is None else lax.index_in_dim(x, i, axis, False)
            for x, axis in zip(values, axes)]


jvp_rules[debug_callback_p] = debug_jvp
batching_rules[debug_callback_p] = debug_batch
transposes[debug_callback_p] = lambda cts, *operands, callback: [
    None for _ in operands]
# [/debug_callback_rules]


def debug_callback(callback, *args, ordered=False, **kwargs):
    """Call `callback(*args, **kwargs)` each time the program gets here.

    It is given arrays, also where args are traced; leaves that are no arrays,
    such as strings, as they are. What it returns is dropped. jvp calls it
    with the primals, vmap once for each example. ordered: NumPy keeps the
    order of the program in any case. JAX twin: `jax.debug.callback`.
    """
    check_callback(callback, "debug.callback")
    leaves, tree = tree_util.tree_flatten((args, kwargs))
    operands, fixed = [], []
    for i, x in enumerate(leaves):
        try:
            operands.append(as_array(x))
        except TypeError:
            fixed.append((i, x))
    debug_callback_p.bind(*operands, callback=Callback(
        callback, tree, tuple(fixed)))


# [debug_print]
def debug_print(fmt, *args, ordered=False, **kwargs):
    """Print `fmt.format(*args, **kwargs)` each time the program gets here.

    The placeholders are checked when it is traced: IndexError, KeyError for
    one without an argument, ValueError for an argument without one. JAX
    twin: `jax.debug.print`.
    """
    try:
        Checker().format(fmt, *args, **kwargs)
    except (IndexError, KeyError) as e:
        raise type(e)(
            f"debug.print of {fmt!r}: {e.args[0]}: a placeholder has no "
            f"argument; got {len(args)} by position, and by name "
            f"{', '.join(kwargs) or 'none'}. For a brace write two, as in "
            "'{{'.") from None

    def print_it(*args, **kwargs):
        print(fmt.format(*args, **kwargs))
    print_it.__name__ = f"print {fmt!r}"
    debug_callback(print_it, *args, ordered=ordered, **kwargs)
# [/debug_print]


# [Checker]
class Checker(string.Formatter):
    """Finds placeholders and arguments that have no partner."""

    def format_field(self, value, spec):
        return ""  # a tracer has no numbers to format

    def check_unused_args(self, used, args, kwargs):
        unused = [i for i in range(len(args)) if i not in used]
        if unused:
            raise ValueError("Unused positional arguments to `debug.print`: "
                             f"{unused}. Give each a placeholder, {{}}.")
        unused = [k for k in kwargs if k not in used]
        if unused:
            raise ValueError(
                f"Unused keyword arguments to `debug.print`: {unused}. You "
                'may be passing an f-string (f"{x}"), which Python fills in '
                "before the program runs; pass a regular string.")
# [/Checker]


# [pure_callback_p]
pure_callback_p = CallingPrimitive("pure_callback")


@pure_callback_p.def_abstract_eval
def pure_callback_types(*avals, callback, result_avals, vmap_method):
    return list(result_avals)


@pure_callback_p.def_impl
def call_and_check(*values, callback, result_avals, vmap_method):
    """What the callback returned, if it is what it was said to return."""
    leaves, tree = tree_util.tree_flatten(callback(*values))
    who, out_tree = fun_line(callback.fun), callback.out_tree
    if tree != out_tree:
        raise TypeError(
            f"pure_callback: {who} returned {tree}, but its "
            f"result_shape_dtypes promise {out_tree}.\n"
            + tree_util.explain_difference(out_tree, tree))
    return [fitting(x, aval, who, i)
            for i, (x, aval) in enumerate(zip(leaves, result_avals))]
# [/pure_callback_p]


# [fitting]
def fitting(x, aval, who, i):
    """A result as an ndarray of its type; numbers, being weak, are cast."""
    x = as_array(x, f"the result of {who}", i)
    if x.shape == aval.shape and (x.dtype == aval.dtype or x.weak_type
                                  or narrowed(x.dtype) == aval.dtype):
        return np.asarray(x).astype(aval.dtype)
    raise TypeError(
        f"pure_callback: {who} returned {type_of(x)} as leaf {i}, but its "
        f"result_shape_dtypes promise {type_of(aval)}. Correct the promise, "
        "or return numpy.asarray(y, dtype) in that shape.")


def narrowed(dtype):
    """What JAX makes of a 64-bit dtype while enable_x64 is off."""
    wide = dtype.kind in "ifc" and not enable_x64.value
    return default(dtype.kind) if wide else dtype
# [/fitting]


# [pure_callback_rules]
def no_derivative(what, custom):
    def refuse(*args, **params):
        raise ValueError(
            f"Pure callbacks do not support {what}. Please use `{custom}` to "
            "use callbacks while taking gradients: only you know what the "
            "callback computes; or give it lax.stop_gradient(x).")
    return refuse


jvp_rules[pure_callback_p] = no_derivative("JVP", "custom_jvp")
transposes[pure_callback_p] = no_derivative("transpose", "custom_vjp")


def pure_callback_batch(values, axes, *, vmap_method, **params):
    """One call for each example, or one for all, as vmap_method says."""
    if vmap_method is None:
        raise NotImplementedError(
            "vmap is only supported for the pure_callback primitive when "
            "vmap_method is one of 'sequential' (a call for each example), "
            "'expand_dims' or 'broadcast_all' (one call with all examples "
            "along axis 0). Got vmap_method=None.")
    size = size_of(values, axes)
    params["vmap_method"] = vmap_method
    if vmap_method.startswith("sequential"):
        return one_by_one(values, axes, size, params)
    return all_at_once(values, axes, size, params)


batching_rules[pure_callback_p] = pure_callback_batch
# [/pure_callback_rules]


# [pure_callback_ways]
METHODS = ("sequential", "sequential_unrolled", "expand_dims",
           "broadcast_all", None)


def one_by_one(values, axes, size, params):
    rows = [pure_callback_p.bind(*example(values, axes, i), **params)
            for i in range(size)]
    outs = [jnp.stack(column) for column in zip(*rows)] if rows else [
        lax.full((0, *a.shape), 0, a.dtype) for a in params["result_avals"]]
    return outs, [0] * len(outs)


def all_at_once(values, axes, size, params):
    """What has no axis gets one: of 1, or with broadcast_all repeated."""
    n = size if params["vmap_method"] == "broadcast_all" else 1
    values = [lax.broadcast(x, (n,)) if axis is None else move_axis(x, axis, 0)
              for x, axis in zip(values, axes)]
    avals = params["result_avals"]
    params["result_avals"] = tuple(
        a.update(shape=(size, *a.shape)) for a in avals)
    return pure_callback_p.bind(*values, **params), [0] * len(avals)
# [/pure_callback_ways]


def pure_callback(callback, result_shape_dtypes, *args, vmap_method=None,
                  **kwargs):
    """`callback(*args, **kwargs)`, called by Python when the program runs.

    The callback gets arrays and returns what result_shape_dtypes promise, a
    container of ShapeDtypeStructs or arrays; it has no effects, so a call
    may be dropped. vmap_method: 'sequential' calls it for each example;
    'expand_dims' and 'broadcast_all' once, with the examples along axis 0,
    and what is the same for all with an axis of 1 or repeated. TypeError:
    it returned another tree, shape or dtype. JAX twin: `jax.pure_callback`.
    """
    check_callback(callback, "pure_callback")
    if vmap_method not in METHODS:
        raise ValueError("vmap_method must be one of the allowed methods "
                         f"{list(METHODS)}, but got: {vmap_method!r}")
    leaves, tree = tree_util.tree_flatten((args, kwargs))
    promised, out_tree = tree_util.tree_flatten(result_shape_dtypes)
    outs = pure_callback_p.bind(
        *[as_array(x, "pure_callback", i) for i, x in enumerate(leaves)],
        callback=Callback(callback, tree, out_tree=out_tree),
        result_avals=tuple(abstract(x, "pure_callback", i).update(
            weak_type=False) for i, x in enumerate(promised)),
        vmap_method=vmap_method)
    return tree_util.tree_unflatten(out_tree, outs)
