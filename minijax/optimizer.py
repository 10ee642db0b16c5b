"""Passes over a program: each gives a program of the same values.

optimize : (ClosedJaxpr, names of passes) -> ClosedJaxpr
rewrite  : (ClosedJaxpr, rule) -> ClosedJaxpr
rule     : equation -> None, or (new equations, what stands for its results)

XLA has passes of the same names.
"""

from minijax.jaxpr import ClosedJaxpr, Var

passes = {}  # name -> (ClosedJaxpr -> ClosedJaxpr), in the order of running


def optimization(f):
    """Enter a pass under its own name."""
    passes[f.__name__] = f
    return f


def optimize(closed, names):
    """The program after the passes of these names."""
    for name, f in passes.items():
        if name in names:
            closed = f(closed)
    return closed


def rewrite(closed, rule):
    """Ask `rule` about each equation, its operands replaced already.

    None keeps the equation. A pair of equations and atoms puts the first in
    its place, and the second in the place of its results from there on.
    """
    jaxpr, stands_for, eqns = closed.jaxpr, {}, []

    def now(atom):
        return stands_for.get(atom, atom) if type(atom) is Var else atom
    for eqn in jaxpr.eqns:
        eqn = eqn.replace(invars=[now(v) for v in eqn.invars])
        new, atoms = rule(eqn) or ([eqn], eqn.outvars)
        eqns += new
        stands_for.update(zip(eqn.outvars, atoms, strict=True))
    return ClosedJaxpr(jaxpr.replace(
        eqns=eqns, outvars=[now(v) for v in jaxpr.outvars]), closed.consts)
