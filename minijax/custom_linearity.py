"""Is the tangent that a rule returns linear in the tangents it was given?

Watch           : (rule, [a], [T a]) -> the place in the record where it begins
Watch.complaint : T b -> what is not linear about it, or None

Where its tangents are unknown, a rule is written down, and can be read.
"""

import numpy as np

from minijax import lax
from minijax.array import ArrayImpl
from minijax.batching import BatchTracer
from minijax.core import Tracer
from minijax.forward import add_any_p
from minijax.jaxpr import Literal, Var
from minijax.linearization import PartialTrace
from minijax.rules import Refusal
from minijax.staging import JaxprTracer
from minijax.transpose import transposes


# [Watch]
class Watch:
    """A rule that is about to be asked, on tangents that are unknown."""

    def __init__(self, rule, primals, tangents):
        self.rule = rule
        self.inputs = variables(tangents) - variables(primals)
        self.trace = next((t.trace for t in tangents
                           if type(t) is JaxprTracer), None)
        self.start = len(self.trace.eqns) if self.inputs else 0

    def reads(self, staged):
        """Do the tangents wait for linearize, here or around a program?"""
        trace = self.trace if self.inputs else None
        while staged and trace and type(trace) is not PartialTrace:
            trace = trace.parent
        return type(trace) is PartialTrace

    def records(self, x):
        return type(x) is JaxprTracer and x.trace is self.trace
    # [/Watch]

    # [Watch.check]
    def check(self, outs, dots):
        """TypeError: the results are not of the form (f(x), f'(x) t)."""
        if any(self.inputs & path(x, self.start)[1] for x in outs
               if self.records(x)):
            raise TypeError(f"{self.rule} must compute its first result, the "
                            "value of the function, from its primals alone, "
                            "but it depends on a tangent.")
        for wrong in filter(None, map(self.complaint, dots)):
            raise TypeError(f"{self.rule} must produce a tangent that is "
                            f"linear in the tangents it is given, but {wrong}")
    # [/Watch.check]

    # [Watch.complaint]
    def complaint(self, t):
        """What is not linear about a tangent that came back, or None."""
        eqns, begin = path(t, self.start) if self.records(t) else ([], set())
        linear = begin & self.inputs
        if not linear:
            return SLOPE if not_zero(t) else None
        known = dict(zip(t.trace.consts.values(), t.trace.values))
        for eqn in eqns:
            mask = [type(v) is Var and v in linear for v in eqn.invars]
            if any(mask):
                linear.update(eqn.outvars)
                what = not_linear(eqn, mask, known)
                if what:
                    return what
        return None
    # [/Watch.complaint]


# [path]
def variables(xs):
    return {x.var for x in xs if type(x) is JaxprTracer}


def path(x, start=0):
    """The equations that lead to a value, and the variables they begin at."""
    needed, eqns = {x.var}, []
    for eqn in reversed(x.trace.eqns[start:]):
        if needed.intersection(eqn.outvars):
            eqns.append(eqn)
            needed.difference_update(eqn.outvars)
            needed.update(v for v in eqn.invars if type(v) is Var)
    return eqns[::-1], needed
# [/path]


# [not_zero]
SLOPE = ("it depends on none of them, and is not zero. Multiply the slope by "
         "the tangent; where there is no slope, return "
         "minijax.numpy.zeros_like(output).")


def not_zero(x):
    """Is a value that depends on no tangent different from zero?

    One that has been written down may be zero if it depends on no input, or
    if something in it is zero.
    """
    while type(x) is BatchTracer:
        x = x.value
    if type(x) is JaxprTracer:
        eqns, begin = path(x)
        return bool(begin.difference(x.trace.consts.values())
                    and x.var not in zeros(eqns))
    known = x.to_concrete_value() if isinstance(x, Tracer) else x
    return type(known) is ArrayImpl and bool(np.any(np.asarray(known)))
# [/not_zero]


# [zeros]
def zeros(eqns):
    """The results that are zero, or may be since an operand is."""
    found = set()

    def zero(v):
        return v in found if type(v) is Var else not v.val
    for eqn in eqns:
        refused = type(transposes.get(eqn.primitive)) is Refusal
        if not refused or eqn.primitive.holds_programs:
            test = all if eqn.primitive in SUMS else any
            if test(zero(v) for v in eqn.invars if v.aval.dtype.kind in "fc"):
                found.update(eqn.outvars)
    return found
# [/zeros]


# [not_linear]
PRODUCTS = lax.mul_p, lax.dot_general_p
SUMS = lax.add_p, lax.sub_p, add_any_p, lax.select_n_p, lax.concatenate_p


def not_linear(eqn, mask, known):
    """What an equation does to tangents that is not linear in them."""
    p, rule = eqn.primitive, transposes.get(eqn.primitive)
    if type(rule) is Refusal and not p.holds_programs:
        return f"it takes {p} of a tangent."
    if p in PRODUCTS and all(mask):
        return f"it takes {p} of two tangents."
    if p is lax.div_p and mask[1]:
        return "it divides by a tangent."
    added = [v.val if type(v) is Literal else known.get(v)
             for v, m in zip(eqn.invars, mask) if not m]
    if p in SUMS[:2] and any(map(not_zero, added)):
        return "it adds a number to a tangent."
    return None
# [/not_linear]
