"""A type checker for jaxprs.

check_jaxpr : Jaxpr -> None, or JaxprTypeError

JAX twin: check_jaxpr in jax/_src/core.py.
"""

from minijax.jaxpr import Literal, typematch, types
from minijax.jaxpr_text import Names, jaxprs_in_params, show


class JaxprTypeError(TypeError):
    """A jaxpr is not well formed; the message shows it, and says where."""


def check_jaxpr(jaxpr, checked=()):
    """Every variable is bound once, before it is read, and typed rightly.

    The types of an equation's results are those that its primitive gives
    for its operands. Programs among the parameters are checked too, each
    once, though many equations hold it.
    """
    checked = checked or {jaxpr}
    bound = set()
    bind(bound, jaxpr.constvars + jaxpr.invars, jaxpr)
    for eqn in jaxpr.eqns:
        read(bound, eqn.invars, jaxpr, eqn)
        check_eqn(eqn, jaxpr, checked)
        bind(bound, eqn.outvars, jaxpr, eqn)
    read(bound, jaxpr.outvars, jaxpr)


# [scope]
def bind(bound, variables, jaxpr, eqn=None):
    for v in variables:
        if v in bound:
            refuse("variable {} is bound twice", jaxpr, eqn, v)
        bound.add(v)


def read(bound, atoms, jaxpr, eqn=None):
    for v in atoms:
        if type(v) is not Literal and v not in bound:
            refuse("variable {} is read before it is bound", jaxpr, eqn, v)
# [/scope]


def check_eqn(eqn, jaxpr, checked):
    """The primitive's own type rule says what comes out."""
    for inner in jaxprs_in_params(eqn.params):
        if inner not in checked:
            checked.add(inner)
            check_jaxpr(inner, checked)
    avals = tuple(v.aval for v in eqn.invars)
    try:
        want = eqn.primitive.out_type(avals, eqn.params)
    except (TypeError, ValueError) as e:
        refuse(f"{eqn.primitive} refuses its operands: {e}", jaxpr, eqn)
    want = want if eqn.primitive.multiple_results else [want]
    given = [v.aval for v in eqn.outvars]
    if not typematch(want, given):
        refuse(f"{eqn.primitive} gives {types(want)}, but the equation says "
               f"{types(given)}", jaxpr, eqn)


def refuse(why, jaxpr, eqn, v=None):
    """Name the variable by its letter, and show the program."""
    names = Names(jaxpr)
    text = show(jaxpr, names)
    why = why if v is None else why.format(names[v])
    where = "" if eqn is None else (
        f" in equation {[e is eqn for e in jaxpr.eqns].index(True)}, of "
        f"primitive {eqn.primitive}")
    raise JaxprTypeError(f"{why}{where}, while checking jaxpr:\n\n{text}")
