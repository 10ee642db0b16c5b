"""Reverse mode: linearize, then transpose.

vjp            : (a -> b) -> a -> (b, CT b -> CT a)
grad           : (a -> R) -> (a -> CT a)
value_and_grad : (a -> R) -> (a -> (R, CT a))

JAX twin: jax/_src/api.py.
"""

from functools import partial, wraps

import numpy as np

from minijax import lax, tree_util
from minijax.array import as_array
from minijax.core import fun_line
from minijax.dtypes import float0
from minijax.forward import Zero, instantiate
from minijax.linearization import (
    Pushforward,
    flatten_call,
    linearize_flat,
    type_of,
)
from minijax.test_util import MODES, check_vjp
from minijax.transpose import backward_pass


def vjp(fun, *primals, has_aux=False):
    """fun(*primals), and the function from its cotangents to theirs.

    The cotangent has the tree, shapes and dtypes of the output; the result is
    a tuple with a cotangent for each argument, float0 zeros for integers.
    With has_aux, aux comes third. JAX twin: `jax.vjp`.
    """
    out, f_vjp, aux = forward_half(fun, primals, has_aux, "vjp")
    return (out, f_vjp, aux) if has_aux else (out, f_vjp)


def forward_half(fun, primals, has_aux, name):
    """Run `fun`, keep its linear program; who runs it backwards comes out."""
    flat, leaves = flatten_call(fun, primals, has_aux, name)
    outs, linear = linearize_flat(flat, leaves)
    out = tree_util.tree_unflatten(flat.out_tree, outs)
    return out, Pullback(linear), flat.aux


def pull_back(linear, cotangents):
    """A flat list of cotangents, through a linear program, backwards."""
    i = linear.interface
    moving = [ct for ct, moves in zip(cotangents, i.moves) if moves]
    ins = iter(backward_pass(linear.jaxpr, linear.consts, moving, i.fun))
    return [instantiate(Zero(a) if a.dtype == float0 else next(ins))
            for a in i.in_avals]


# [Pullback]
@tree_util.register_pytree_node_class
class Pullback(Pushforward):
    """The transpose of the derivative at a point; residuals are leaves."""

    def __call__(self, *cotangents):
        i = self.linear.interface
        if len(cotangents) != 1:
            raise TypeError(one_argument(i.fun, len(cotangents)))
        leaves, tree = tree_util.tree_flatten(cotangents[0])
        if tree != i.out_tree:
            raise ValueError(
                "unexpected tree structure: the argument of the function "
                "that vjp returned must match the output of "
                f"{fun_line(i.fun)}.\n"
                + tree_util.explain_difference(i.out_tree, tree))
        cts = [check_cotangent(ct, aval, cotangents[0], n)
               for n, (ct, aval) in enumerate(zip(leaves, i.out_avals))]
        return tree_util.tree_unflatten(i.in_tree, pull_back(self.linear, cts))
# [/Pullback]


# [checks]
def one_argument(fun, n):
    return (f"The function returned by vjp of {fun_line(fun)} was called with "
            f"{n} arguments, but functions returned by vjp must be called "
            "with a single argument, a cotangent for the one value that the "
            "function returned: if that is a tuple, write f_vjp((ct0, ct1)), "
            "not f_vjp(ct0, ct1).")


def check_cotangent(ct, aval, cotangent, n):
    """Leaf n, of the type of its output, or an error that names both."""
    if getattr(ct, "dtype", None) != float0:
        ct = as_array(ct, "vjp")
    if (ct.shape, ct.dtype) == (aval.shape, aval.dtype):
        return ct
    path, _ = tree_util.tree_leaves_with_path(cotangent)[n]
    remedy = (f"numpy.zeros({aval.shape}, minijax.float0), since an integer "
              "cannot move" if aval.dtype == float0 else
              "minijax.numpy.ones_like(output)")
    raise ValueError(
        "unexpected JAX type (e.g. shape/dtype) for argument to VJP function: "
        f"got {type_of(ct)}, but expected {type_of(aval)} because the "
        "corresponding output of the differentiated function had that type, "
        f"at cotangent{tree_util.keystr(path)}. Make one with {remedy}.")
# [/checks]


def value_and_grad(fun, argnums=0, has_aux=False, holomorphic=False,
                   allow_int=False):
    """A function that returns fun's value and its gradient.

    fun returns a real scalar (a pair of it and aux, with has_aux). argnums:
    the arguments to differentiate by, an int or a sequence; the gradient has
    their tree and shapes. holomorphic: complex in, complex out. allow_int:
    integers get float0 gradients. JAX twin: `jax.value_and_grad`.
    """
    require_callable(fun, "value_and_grad")
    nums = check_argnums(argnums)

    @wraps(fun)
    def value_and_grad_of(*args, **kwargs):
        chosen, dyn = only(fun, nums, args, kwargs)
        for path, x in tree_util.tree_leaves_with_path(dyn):
            check_input(x, holomorphic, allow_int, nums, path)
        out, f_vjp, aux = forward_half(chosen, dyn, has_aux, "grad")
        grads = f_vjp(seed(out, holomorphic))
        return ((out, aux) if has_aux else out,
                grads[0] if isinstance(argnums, int) else grads)
    return value_and_grad_of


def grad(fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False):
    """The gradient function of a function of real scalar value.

    Arguments as for `value_and_grad`; returns the gradient alone, or with
    has_aux the pair (gradient, aux). JAX twin: `jax.grad`.
    """
    require_callable(fun, "grad")
    f = value_and_grad(fun, argnums, has_aux, holomorphic, allow_int)

    @wraps(fun)
    def grad_of(*args, **kwargs):
        value, grads = f(*args, **kwargs)
        return (grads, value[1]) if has_aux else grads
    return grad_of


def only(fun, nums, args, kwargs):
    """`fun` of the chosen arguments, the others held; and those arguments."""
    if max(nums, default=0) >= len(args) or min(nums, default=0) < -len(args):
        raise TypeError(
            f"differentiating with respect to argnums={given(nums)} requires "
            f"at least {needed_arguments(nums)} positional arguments to be "
            f"passed by the caller, but got only {len(args)} positional "
            "arguments. Keyword arguments are not differentiated.")
    positions = [n % len(args) for n in nums]
    if len(set(positions)) < len(nums):
        raise ValueError(f"argnums={given(nums)} names an argument twice; "
                         "each may be there once.")

    @wraps(fun)
    def of_the_chosen(*chosen):
        full = list(args)
        for position, x in zip(positions, chosen):
            full[position] = x
        return fun(*full, **kwargs)
    return of_the_chosen, tuple(args[n] for n in positions)


# [argnums]
def check_argnums(argnums):
    """argnums as a tuple of ints."""
    nums = argnums if isinstance(argnums, tuple | list) else (argnums,)
    if not nums or any(type(n) is bool or not hasattr(n, "__index__")
                       for n in nums):
        raise TypeError("argnums must be an int or a non-empty sequence of "
                        f"ints, the positions of arguments; got {argnums!r}.")
    return tuple(int(n) for n in nums)


def given(nums):
    return nums[0] if len(nums) == 1 else nums


def needed_arguments(nums):
    return max(n + 1 if n >= 0 else -n for n in nums)


def require_callable(fun, name):
    if not callable(fun):
        raise TypeError(f"Expected a callable value, got {fun!r:.60}: {name} "
                        "takes the function to differentiate first.")
# [/argnums]


def check_input(x, holomorphic, allow_int, nums, path):
    """A leaf that can be differentiated by, or an error that names it."""
    where = (f"argument {nums[path[0].idx]}"
             f"{tree_util.keystr(path[1:])}")
    dtype = as_array(x, "grad", where).dtype
    if holomorphic and dtype.kind != "c":
        raise TypeError(
            "grad with holomorphic=True requires inputs with complex dtype, "
            f"but got {dtype.name} for {where}.")
    if dtype.kind not in "fc" and not allow_int:
        raise TypeError(
            "grad requires real- or complex-valued inputs (input dtype that "
            f"is a sub-dtype of np.inexact), but got {dtype.name} for "
            f"{where}. Pass a float (2.0, not 2; x.astype(float)), leave the "
            "argument out of argnums, or set allow_int to True.")


def seed(out, holomorphic):
    """The cotangent 1 of a scalar output, or the reason why there is none."""
    leaves, tree = tree_util.tree_flatten(out)
    if not leaves or not tree_util.treedef_is_leaf(tree):
        raise TypeError(
            "Gradient only defined for scalar-output functions. Output was "
            f"a container, {tree}. Return one number, or use has_aux=True "
            "for what comes with it.")
    if out.shape:
        raise TypeError(
            "Gradient only defined for scalar-output functions. Output had "
            f"shape: {out.shape}. Reduce it to one number, for instance by "
            "minijax.numpy.sum; or use vjp with a cotangent of that shape.")
    check_output(out.dtype, holomorphic)
    return lax.full_like(out, 1)


def check_output(dtype, holomorphic):
    if holomorphic and dtype.kind != "c":
        raise TypeError("grad with holomorphic=True requires outputs with "
                        f"complex dtype, but got {dtype.name}.")
    if not holomorphic and dtype.kind != "f":
        raise TypeError(
            "grad requires real-valued outputs (output dtype that is a "
            f"sub-dtype of np.floating), but got {dtype.name}. "
            + ("For holomorphic differentiation, pass holomorphic=True; "
               "otherwise use vjp." if dtype.kind == "c" else
               "An integer does not change smoothly: make the output a "
               "float, or use vjp."))


# [check_reverse]
def check_reverse(f, args, **limits):
    check_vjp(f, partial(vjp, f), args, **limits)


def reverse_derivative(f, args):
    """The vjp at a fixed cotangent, as a function of the arguments."""
    def pulled(*args):
        out, f_vjp = vjp(f, *args)
        return f_vjp(tree_util.tree_map(unit, out))
    return pulled, args


def unit(x):
    """A cotangent of ones, float0 for integers."""
    if x.dtype.kind in "fc":
        return lax.full_like(x, 1)
    return np.zeros(x.shape, float0)


MODES["rev"] = check_reverse, reverse_derivative
# [/check_reverse]
