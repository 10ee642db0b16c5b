"""The way out: a function for minijax as a function for JAX.

to_jax : (a -> b) -> (a -> b), of JAX arrays

The function is traced by minijax and read by JAX.
"""

from functools import wraps

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import Array
from minijax.core import Tracer
from minijax.jax_programs import as_jax, constant, program, type_of
from minijax.jax_rules import jax
from minijax.staging import check_callable


# [to_jax]
def to_jax(fun):
    """`fun`, which is written for minijax, as a function of JAX arrays.

    It can be jitted, sharded, mapped and differentiated by JAX. It is traced
    at each call, for the types of the arguments; jax.jit keeps the program.
    ImportError: JAX is not installed. TypeError: an argument is no array, or
    the program needs 64 bits that JAX has not been allowed.
    """
    check_callable(fun, "to_jax")
    asarray = jax.numpy.asarray  # the ImportError, if it must be, comes now

    @wraps(fun)
    def in_jax(*args, **kwargs):
        leaves, tree = tree_util.tree_flatten((args, kwargs))
        leaves = [argument(x) for x in leaves]
        flat = FlatFun(lambda args, kwargs: fun(*args, **kwargs), tree,
                       name="to_jax")
        closed, _ = program(lambda *xs: (flat(*xs), None),
                            map(type_of, leaves))
        outs = as_jax(closed)(*leaves)
        return tree_util.tree_unflatten(flat.out_tree, [
            asarray(x) for x in outs])
    return in_jax
# [/to_jax]


# [argument]
def argument(x):
    """An argument as JAX takes it; an array of minijax's is a constant."""
    if isinstance(x, Tracer):
        raise TypeError(
            f"to_jax made a function of JAX arrays, and got {x.describe()} "
            "from a transformation of minijax's. Transform first: "
            "to_jax(grad(f)), not grad(to_jax(f)); or use jax.grad.")
    return constant(x) if isinstance(x, Array) else x
# [/argument]
