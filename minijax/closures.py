"""Closures, and pairs of value and pullback, as functions with rules.

closure_convert : (a -> b) -> a -> ((a, res) -> b, res)
custom_gradient : (a -> (b, CT b -> CT a)) -> (a -> b)

JAX twin: jax/_src/custom_derivatives.py.
"""

from functools import wraps

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.custom_reverse import custom_vjp
from minijax.custom_rules import rule_name
from minijax.jaxpr_transforms import run_closed, trace_closed
from minijax.linearization import flatten_call


def closure_convert(fun, *example_args):
    """`fun` with the traced values that it closes over as arguments.

    Returns (converted, consts), a function and a list: converted(*args,
    *consts) is fun(*args), for arguments of the types of example_args.
    TypeError: they have another tree. JAX twin: `jax.closure_convert`.
    """
    flat, leaves = flatten_call(fun, example_args, False, "closure_convert")
    closed, consts = trace_closed(flat, [x.aval for x in leaves], fun,
                                  "closure_convert")
    n, in_tree, out_tree = len(example_args), flat.in_tree, flat.out_tree

    def converted(*args):
        leaves, tree = tree_util.tree_flatten(args[:n])
        if tree != in_tree:
            raise TypeError(
                "The inputs to the closure produced by closure_convert must "
                f"have the tree {in_tree}, as its example arguments, but "
                f"got {tree}.\n"
                + tree_util.explain_difference(in_tree, tree))
        outs = run_closed(closed, [*args[n:], *leaves])
        return tree_util.tree_unflatten(out_tree, outs)
    return converted, list(consts)


def custom_gradient(fun):
    """A function from one that returns its value and its pullback.

    The pullback takes the cotangent of the value, and returns a tuple of
    cotangents of the arguments, or for one argument that cotangent. What it
    closes over is kept between the passes. JAX twin: `jax.custom_gradient`.
    """
    @custom_vjp
    @wraps(fun)
    def value_of(*args):
        return value_and_pull(fun, args)[0]

    def fwd(*args):
        value, pull = value_and_pull(fun, args)
        return value, Pull(pull, value)

    def bwd(pull, ct):
        back = pull(ct)
        return back if isinstance(back, tuple | list) else (back,)
    value_of.defvjp(fwd, bwd)
    return value_of


def value_and_pull(fun, args):
    pair = fun(*args)
    if not (isinstance(pair, tuple | list) and len(pair) == 2
            and callable(pair[1])):
        raise TypeError(
            f"The custom_gradient function {rule_name(fun)} must return a "
            "pair, its value and a function from the value's cotangent to "
            f"the arguments' cotangents, but got {pair!r:.80}.")
    return pair


# [Pull]
@tree_util.register_pytree_node_class
class Pull:
    """A pullback as a program, so that what it closes over is its leaves."""

    def __init__(self, pull, value):
        leaves, tree = tree_util.tree_flatten((value,))
        flat = FlatFun(pull, tree, name="custom_gradient")
        closed, tracers = trace_closed(
            flat, [as_array(x).aval.tangent() for x in leaves], pull,
            "custom_gradient")
        self.consts, self.static = tracers, (closed, flat)
    # [/Pull]

    # [Pull.call]
    def __call__(self, ct):
        closed, flat = self.static
        outs = run_closed(closed, [*self.consts, *tree_util.tree_leaves(ct)])
        return tree_util.tree_unflatten(flat.out_tree, outs)

    def tree_flatten(self):
        return self.consts, self.static

    @classmethod
    def tree_unflatten(cls, static, consts):
        self = object.__new__(cls)
        self.consts, self.static = consts, static
        return self
    # [/Pull.call]
