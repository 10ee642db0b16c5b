"""The numerical judge for functions of containers, under JAX's names.

check_jvp   : (f, f_jvp, args) -> None, or AssertionError
check_vjp   : (f, f_vjp, args) -> None, or AssertionError
check_grads : (f, args, order) -> None, or AssertionError

The comparing is done by `testing`, on flat tuples of arrays.
JAX twin: jax/_src/public_test_util.py.
"""

from functools import partial, wraps

import numpy as np

from minijax import testing, tree_util
from minijax.dtypes import float0
from minijax.forward import jvp


# [flat]
def flat(out):
    """The leaves as ndarrays; float0 as integers, which cannot move either."""
    leaves = map(np.asarray, tree_util.tree_leaves(out))
    return tuple(np.zeros(x.shape, int) if x.dtype == float0 else x
                 for x in leaves)


def directions(tree, moves, like):
    """A tree of tangents from `testing`'s flat ones, where None is float0."""
    return tree_util.tree_unflatten(tree, [
        np.zeros(np.shape(x), float0) if t is None else t
        for t, x in zip(moves, like)])


def flatten_function(f, args):
    """`f` on the leaves of its arguments, those leaves, and their tree."""
    leaves, tree = tree_util.tree_flatten(tuple(args))

    @wraps(f, assigned=("__name__",), updated=())
    def flat_f(*leaves):
        return flat(f(*tree_util.tree_unflatten(tree, leaves)))
    return flat_f, tuple(leaves), tree
# [/flat]


def check_jvp(f, f_jvp, args, **limits):
    """f_jvp(args, tangents) against central differences of f.

    args: a tuple of containers. limits: atol, rtol, eps, as in
    `testing.check_jvp`. Raises AssertionError that names the first wrong
    entry. JAX twin: `jax.test_util.check_jvp`.
    """
    flat_f, leaves, tree = flatten_function(f, args)

    def flat_jvp(primals, tangents):
        out, out_dot = f_jvp(tree_util.tree_unflatten(tree, primals),
                             directions(tree, tangents, primals))
        return flat(out), flat(out_dot)
    testing.check_jvp(flat_f, flat_jvp, leaves, **limits)


def check_vjp(f, f_vjp, args, **limits):
    """The dot-product test of the vjp that f_vjp(*args) returns.

    Arguments and errors as for `check_jvp`; f_vjp(*args) gives f(*args) and a
    function from cotangents of the result to a tuple of the arguments'.
    JAX twin: `jax.test_util.check_vjp`.
    """
    flat_f, leaves, tree = flatten_function(f, args)

    def flat_vjp(*leaves):
        out, vjp = f_vjp(*tree_util.tree_unflatten(tree, leaves))
        outs, out_tree = tree_util.tree_flatten(out)

        def pull(weights):
            return flat(vjp(directions(out_tree, weights, outs)))
        return flat(out), pull
    testing.check_vjp(flat_f, flat_vjp, leaves, **limits)


# [check_grads]
MODES = {}  # mode -> how to check f, and the derivative to check next


def check_grads(f, args, order, modes=None, **limits):
    """Check derivatives of f at args, up to `order`, by finite differences.

    modes: "fwd" and "rev", as far as they exist; by default all. limits:
    atol, rtol, eps. Raises AssertionError that names the first wrong entry.
    JAX twin: `jax.test_util.check_grads`.
    """
    for mode in MODES if modes is None else modes:
        if mode not in MODES:
            raise ValueError(f"modes must be among {sorted(MODES)}, "
                             f"got {mode!r}")
        check, derivative = MODES[mode]
        check(f, args, **limits)
        if order > 1:
            check_grads(*derivative(f, tuple(args)), order - 1, modes,
                        **limits)
# [/check_grads]


# [forward]
def check_forward(f, args, **limits):
    check_jvp(f, partial(jvp, f), args, **limits)


def forward_derivative(f, args):
    """The jvp as a function of primals and tangents, and where to check."""
    leaves, tree = tree_util.tree_flatten(args)
    moves = [x if np.asarray(x).dtype.kind in "fc" else None for x in leaves]
    return partial(jvp, f), (args, directions(tree, moves, leaves))


MODES["fwd"] = check_forward, forward_derivative
# [/forward]
