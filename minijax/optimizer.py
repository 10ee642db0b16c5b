"""Passes over a program: each gives a program of the same values.

optimize : ClosedJaxpr -> ClosedJaxpr
stages   : ClosedJaxpr -> (name of a pass, ClosedJaxpr)…
rewrite  : (ClosedJaxpr, rule) -> ClosedJaxpr
rule     : equation -> None, or (new equations, what stands for its results)

XLA has passes of the same names.
"""

from minijax.config import config
from minijax.jaxpr import ClosedJaxpr, Var

switched_off = config.define("minijax_passes_off", ())
ORDER = ("inline", "fission", "stretch", "fold", "simplify", "merge_equal",
         "layout", "signs", "drop_dead")
passes = {}  # name -> (ClosedJaxpr -> ClosedJaxpr), in the order of running


def optimization(f):
    """Enter a pass under its own name, where ORDER has it."""
    passes[f.__name__] = f
    for name in ORDER:
        if name in passes:
            passes[name] = passes.pop(name)
    return f


def optimize(closed):
    """The program after all the passes that are switched on."""
    return list(stages(closed))[-1][1]


def stages(closed):
    """The program as it was, and as each pass leaves it: (name, program)."""
    yield "traced", closed
    for name, f in passes.items():
        if name not in switched_off.value:
            closed = f(closed)
            yield name, closed


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
