"""A type checker for jaxprs.

check_jaxpr : Jaxpr -> None, or JaxprTypeError
"""

from minijax.jaxpr import Literal


class JaxprTypeError(TypeError):
    """A jaxpr is not well formed: the text of the error shows where."""


def check_jaxpr(jaxpr):
    """Every variable is bound once, before it is read, and typed as it is.

    The types of an equation's results are those that its primitive gives for
    its operands. Programs among the parameters are checked too.
    """
    bound = set()
    bind(bound, jaxpr.constvars + jaxpr.invars, jaxpr)
    for eqn in jaxpr.eqns:
        read(bound, eqn.invars, jaxpr, eqn)
        check_eqn(eqn, jaxpr)
        bind(bound, eqn.outvars, jaxpr, eqn)
    read(bound, jaxpr.outvars, jaxpr)


def bind(bound, variables, jaxpr, eqn=None):
    for v in variables:
        if v in bound:
            refuse(f"variable {v!r} is bound twice", jaxpr, eqn)
        bound.add(v)


def read(bound, atoms, jaxpr, eqn=None):
    for v in atoms:
        if type(v) is not Literal and v not in bound:
            refuse(f"variable {v!r} is read before it is bound", jaxpr, eqn)


def check_eqn(eqn, jaxpr):
    """The primitive's own type rule says what comes out."""
    for value in eqn.params.values():
        for inner in value if isinstance(value, tuple) else (value,):
            inner = getattr(inner, "jaxpr", inner)
            if hasattr(inner, "eqns"):
                check_jaxpr(inner)
    try:
        want = eqn.primitive.out_type(tuple(v.aval for v in eqn.invars),
                                      eqn.params)
    except TypeError as e:
        refuse(f"{eqn.primitive} refuses its operands: {e}", jaxpr, eqn)
    want = want if eqn.primitive.multiple_results else [want]
    given = [v.aval for v in eqn.outvars]
    if list(map(str, want)) != list(map(str, given)):
        refuse(f"{eqn.primitive} gives {', '.join(map(str, want))}, but the "
               f"equation says {', '.join(map(str, given))}", jaxpr, eqn)


def refuse(why, jaxpr, eqn):
    where = "" if eqn is None else (
        f" in equation {[e is eqn for e in jaxpr.eqns].index(True)}, of "
        f"primitive {eqn.primitive}")
    raise JaxprTypeError(f"{why}{where}, while checking jaxpr:\n\n{jaxpr}")
