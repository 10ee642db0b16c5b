"""What a function keeps for its backward pass, and from where.

saved_residuals : (a -> b, a) -> [(type, source)]

JAX twin: `jax.ad_checkpoint`.
"""

from minijax import checkpoint_policies
from minijax.checkpoint_policies import checkpoint_name, name_p
from minijax.jaxpr import Literal
from minijax.jit_rules import jit_p
from minijax.mapping import argument
from minijax.reverse import vjp
from minijax.staging import make_jaxpr
from minijax.tree_util import tree_leaves_with_path

__all__ = ["checkpoint_name", "checkpoint_policies", "print_saved_residuals",
           "saved_residuals"]


def saved_residuals(fun, *args, **kwargs):
    """The residuals of vjp(fun, *args, **kwargs): pairs (type, source).

    The source is an argument, by its name, or the operation whose result is
    kept. The arguments, with keywords or without, are arrays or their types.
    JAX twin: the function of this name in jax/_src/ad_checkpoint.py.
    """
    def pullback(args, kwargs):
        return vjp(lambda a, k: fun(*a, **k), args, kwargs)[1]
    jaxpr = make_jaxpr(pullback)(args, kwargs).jaxpr
    paths = [path for path, _ in tree_leaves_with_path((args, kwargs))]
    sources = [(v, "from a literal") for v in jaxpr.outvars
               if type(v) is Literal]
    sources += [(v, "from a constant") for v in jaxpr.constvars]
    sources += [(v, f"from the argument {argument(fun, path)}")
                for v, path in zip(jaxpr.invars, paths)]
    sources += [(v, origin(eqn)) for eqn in jaxpr.eqns for v in eqn.outvars]
    kept = set(jaxpr.outvars)
    return [(v.aval, text) for v, text in sources if v in kept]


def origin(eqn):
    """The words for the result of an equation."""
    if eqn.primitive is name_p:
        return f"named '{eqn.params['name']}'"
    if eqn.primitive is jit_p:
        return f"output of jitted function '{eqn.params['name']}'"
    return f"output of {eqn.primitive}"


def print_saved_residuals(fun, *args, **kwargs):
    """Print `saved_residuals`, one a line."""
    for aval, source in saved_residuals(fun, *args, **kwargs):
        print(aval.str_short(), source)
