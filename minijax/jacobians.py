"""Whole derivative matrices: jvp or vjp, mapped over a basis.

jacfwd  : (a -> b) -> (a -> b by a)     a column for each input
jacrev  : (a -> b) -> (a -> b by a)     a row for each output
hessian : (a -> b) -> (a -> b by a by a)

JAX twin: jax/_src/api.py.
"""

from functools import partial, wraps
from itertools import accumulate

from minijax import numpy as jnp
from minijax import tree_util
from minijax.array import as_array
from minijax.diagonals import over_basis
from minijax.forward import jvp
from minijax.reverse import check_argnums, only, require_callable, vjp


def unravel(tree, x, axis):
    """The blocks of a derivative along one axis, shaped like a tree's leaves.

    x has all the numbers of `tree` along `axis`.
    """
    leaves, treedef = tree_util.tree_flatten(tree)
    stops = [*accumulate(leaf.size for leaf in leaves[:-1])]
    parts = jnp.split(x, stops, axis) if stops else [x]
    axis %= x.ndim
    return tree_util.tree_unflatten(treedef, [
        part.reshape(*x.shape[:axis], *leaf.shape, *x.shape[axis + 1:])
        for part, leaf in zip(parts, leaves)])


def jacfwd(fun, argnums=0, has_aux=False, holomorphic=False):
    """The Jacobian of `fun`, by forward mode: good for few inputs.

    The result has the tree of the output, with the tree of the argument in
    each leaf, of shape output shape + argument shape. argnums, has_aux,
    holomorphic: as for grad. JAX twin: `jax.jacfwd`.
    """
    require_callable(fun, "jacfwd")
    nums = check_argnums(argnums)

    @wraps(fun)
    def jacobian_of(*args, **kwargs):
        f, dyn = only(fun, nums, args, kwargs)
        dyn = tree_util.tree_map(as_array, dyn)
        check_inputs("jacfwd", dyn, nums, "fc" if holomorphic else "f",
                     holomorphic)
        push = partial(pushed, f, dyn, has_aux)
        columns, *aux = over_basis(push, dyn, (-1, None)[:1 + has_aux])
        check_outputs("jacfwd", columns, holomorphic)
        result = tree_util.tree_map(lambda j: one(
            unravel(dyn, j, -1), argnums), columns)
        return (result, *aux) if has_aux else result
    return jacobian_of


# [pushed]
def pushed(f, primals, has_aux, tangents):
    """The tangent out, and aux."""
    _, *rest = jvp(f, primals, tangents, has_aux=has_aux)
    return tuple(rest)


def one(per_argument, argnums):
    """What belongs to the argument itself where argnums is one int."""
    return per_argument[0] if isinstance(argnums, int) else per_argument
# [/pushed]


# [jacrev]
def jacrev(fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False):
    """The Jacobian of `fun`, by reverse mode: good for few outputs.

    Arguments and result as for `jacfwd`; with allow_int, also by integers:
    float0 zeros. JAX twin: `jax.jacrev`.
    """
    require_callable(fun, "jacrev")
    nums = check_argnums(argnums)

    @wraps(fun)
    def jacobian_of(*args, **kwargs):
        f, dyn = only(fun, nums, args, kwargs)
        dyn = tree_util.tree_map(as_array, dyn)
        check_inputs("jacrev", dyn, nums, "fciub" if allow_int else "fc",
                     holomorphic)
        out, f_vjp, *aux = vjp(f, *dyn, has_aux=has_aux)
        check_outputs("jacrev", out, holomorphic)
        rows = one(over_basis(f_vjp, out, 0), argnums)
        result = tree_util.tree_transpose(
            tree_util.tree_structure(rows), tree_util.tree_structure(out),
            tree_util.tree_map(lambda j: unravel(out, j, 0), rows))
        return (result, *aux) if has_aux else result
    return jacobian_of


jacobian = jacrev
# [/jacrev]


def hessian(fun, argnums=0, has_aux=False, holomorphic=False):
    """The matrix of second derivatives: forward over reverse.

    The tree of the argument twice over in each leaf of the output. Arguments
    as for `jacfwd`. JAX twin: `jax.hessian`.
    """
    return jacfwd(jacrev(fun, argnums, has_aux, holomorphic),
                  argnums, has_aux, holomorphic)


def check_inputs(name, args, nums, kinds, holomorphic):
    """Leaves that can be differentiated by, or an error that names one."""
    for path, x in tree_util.tree_leaves_with_path(args):
        where = f"argument {nums[path[0].idx]}{tree_util.keystr(path[1:])}"
        if holomorphic and x.dtype.kind != "c":
            raise TypeError(
                f"{name} with holomorphic=True requires inputs with complex "
                f"dtype, but got {x.dtype.name} for {where}.")
        if x.dtype.kind not in kinds:
            wanted = "real" if kinds == "f" else "real- or complex"
            raise TypeError(
                f"{name} requires {wanted}-valued inputs (input dtype that is "
                "a sub-dtype of np.floating or np.inexact), but got "
                f"{x.dtype.name} for {where}. {remedy(x)}")


def remedy(x):
    """What to do about a leaf that is complex, or does not move at all."""
    if x.dtype.kind == "c":
        return ("For holomorphic differentiation, pass holomorphic=True; "
                "otherwise use jvp, along 1 and along 1j.")
    return ("Write 2.0, not 2 (or x.astype(float)), or leave the argument "
            "out of argnums.")


def check_outputs(name, out, holomorphic):
    """Complex if holomorphic; else real, for reverse mode."""
    for x in tree_util.tree_leaves(out):
        if holomorphic and x.dtype.kind != "c":
            raise TypeError(
                f"{name} with holomorphic=True requires outputs with complex "
                f"dtype, but got {x.dtype.name}.")
        if name == "jacrev" and not holomorphic and x.dtype.kind != "f":
            raise TypeError(
                "jacrev requires real-valued outputs (output dtype that is a "
                f"sub-dtype of np.floating), but got {x.dtype.name}. For "
                "holomorphic differentiation, pass holomorphic=True; "
                "otherwise use vjp directly.")
