"""Transformations of programs: a jaxpr in, a jaxpr out.

jvp_jaxpr          : (a -> b) -> (a, T a -> b, T b)
partial_eval_jaxpr : (a, a' -> b, b') -> (a -> b, res), (res, a' -> b')
transpose_jaxpr    : (res, a -o b) -> (res, CT b -o CT a)
batch_jaxpr        : (a -> b) -> (n a -> n b)

An operation that holds a program is transformed by transforming the program.
Each function traces the new program once, and keeps it with the old one.
JAX twins: jax/_src/interpreters/{ad,partial_eval,batching}.py.
"""

from functools import wraps
from types import SimpleNamespace

from minijax.batching import BatchTrace, front
from minijax.caller import CallingPrimitive
from minijax.core import Tracer
from minijax.forward import JVPTrace, Zero, instantiate, unzip
from minijax.jaxpr import ClosedJaxpr, dce_jaxpr, eval_jaxpr
from minijax.linearization import PartialTrace, needed
from minijax.staging import trace_to_jaxpr
from minijax.transpose import backward_pass, linear_jaxpr


# [ProgramPrimitive]
class ProgramPrimitive(CallingPrimitive):
    """An operation with programs among its parameters."""

    holds_programs = True
# [/ProgramPrimitive]


# [hoist]
def trace_closed(flat, avals, fun, name):
    """The program of a flat function, and the tracers that it closes over."""
    closed = trace_to_jaxpr(flat, avals, fun, name)
    return hoist(closed.jaxpr, closed.consts)


def hoist(jaxpr, consts):
    """A closed program without tracers in it: they are its first inputs."""
    mask = [isinstance(c, Tracer) for c in consts]
    tracers, arrays = select(consts, mask)
    first, constvars = select(jaxpr.constvars, mask)
    jaxpr = jaxpr.replace(constvars=constvars, invars=first + jaxpr.invars)
    return ClosedJaxpr(jaxpr, arrays), tracers
# [/hoist]


# [masks]
def select(values, mask):
    """The values that a mask chooses, and the others."""
    pairs = list(zip(values, mask, strict=True))
    return [v for v, m in pairs if m], [v for v, m in pairs if not m]


def merge(mask, chosen, others):
    """The inverse of select."""
    chosen, others = iter(chosen), iter(others)
    return [next(chosen if m else others) for m in mask]
# [/masks]


# [kept_with_program]
def kept_with_program(transform):
    """Remember what `transform` makes of a program while that lives."""
    @wraps(transform)
    def remembered(closed, *key):
        results = vars(closed).setdefault("results", {})
        if (transform, key) not in results:
            results[transform, key] = transform(closed, *key)
        return results[transform, key]
    return remembered


def run_closed(closed, args):
    return eval_jaxpr(closed.jaxpr, closed.consts, *args)


def traced(fun, avals):
    """The program of a function that returns (outputs, what else it found)."""
    found = None

    def outputs(*args):
        nonlocal found
        outs, found = fun(*args)
        return outs
    return trace_to_jaxpr(outputs, avals, None), found
# [/kept_with_program]


# [jvp_jaxpr]
@kept_with_program
def jvp_jaxpr(closed, moving, wanted=()):
    """The program on pairs: all the primals, then the tangents that move.

    moving: has this input a tangent? Those of the others are zero. wanted:
    the positions of outputs whose tangents shall be there even if zero.
    Returns the program, and for each output whether its tangent is there.
    """
    n = len(moving)

    def pairs(*args):
        dots = merge(moving, args[n:], map(zero, select(args[:n], moving)[1]))
        with JVPTrace() as trace:
            outs, dots = run_pairs(trace, closed, args[:n], dots)
        there = tuple(type(t) is not Zero or i in wanted
                      for i, t in enumerate(dots))
        return [*outs, *map(instantiate, select(dots, there)[0])], there
    return traced(pairs, closed.in_avals + select(closed.in_avals, moving)[0])


def run_pairs(trace, closed, primals, dots):
    outs = run_closed(closed, map(trace.join, primals, dots))
    return unzip(map(trace.split, outs))


def zero(x):
    return Zero(x.aval.tangent())
# [/jvp_jaxpr]


# [partial_eval_jaxpr]
@kept_with_program
def partial_eval_jaxpr(closed, unknown, wanted=()):
    """One program in two: what can be done now, and what must wait.

    unknown: must this input wait? wanted: the positions of outputs that shall
    wait even if they need not. Returns (now, later, waits): `now` takes the
    known inputs and gives the known outputs and the residuals; `later` takes
    the residuals and the unknown inputs and gives the outputs that wait.
    """
    def known_half(*known):
        with PartialTrace() as trace:
            outs, jaxpr, consts, waits = halves(trace, closed, known, unknown,
                                                wanted)
        later, residuals = hoist(*needed(jaxpr, consts))
        return [*outs, *residuals], (later, waits)
    now, found = traced(known_half, select(closed.in_avals, unknown)[1])
    return now, *found


def halves(trace, closed, known, unknown, wanted):
    """What is known of a run, and the record of what is not."""
    waiting = [trace.new_input(a) for a in select(closed.in_avals, unknown)[0]]
    outs = run_closed(closed, merge(unknown, waiting, known))
    waits = tuple(trace.owns(x) or i in wanted for i, x in enumerate(outs))
    late, outs = select(outs, waits)
    return outs, *trace.jaxpr(waiting, late), waits
# [/partial_eval_jaxpr]


# [transpose_jaxpr]
@kept_with_program
def transpose_jaxpr(closed, linear, there, wanted=(), name="a program"):
    """A program that is linear in some inputs, run backwards.

    linear: which inputs; there: which outputs have a cotangent that is not
    zero; wanted: the positions, among the linear inputs, of cotangents that
    shall be there even if zero. The new program takes the other inputs and
    the cotangents that are there. Returns it, and for each linear input
    whether its cotangent is there.
    """
    lin_avals, known_avals = select(closed.in_avals, linear)
    ct_avals, no_ct = select(closed.out_avals, there)
    fun = SimpleNamespace(__name__=name)

    def pull(*args):
        known, cts = args[:len(known_avals)], args[len(known_avals):]
        jaxpr, consts = linear_jaxpr(lambda *lin: run_closed(
            closed, merge(linear, lin, known)), lin_avals, fun)
        outs = backward_pass(jaxpr, consts,
                             merge(there, cts, map(Zero, no_ct)), fun)
        back = tuple(type(ct) is not Zero or i in wanted
                     for i, ct in enumerate(outs))
        return map(instantiate, select(outs, back)[0]), back
    return traced(pull, known_avals + ct_avals)
# [/transpose_jaxpr]


# [batch_jaxpr]
@kept_with_program
def batch_jaxpr(closed, size, axis_name, mapped, wanted=()):
    """The program of `size` examples at once, along axis 0.

    mapped: has this input an axis of examples? wanted: the positions of
    outputs that shall have one even if all their examples are the same.
    Returns the program, and for each output whether it has one.
    """
    def examples(*args):
        with BatchTrace(None, size, axis_name) as trace:
            pairs = run_examples(trace, closed, args, mapped)
        there = tuple(axis is not None or i in wanted
                      for i, (_, axis) in enumerate(pairs))
        return [front(x, axis, size) if m else x
                for (x, axis), m in zip(pairs, there)], there
    return traced(examples, [
        a.update(shape=(size, *a.shape)) if m else a
        for a, m in zip(closed.in_avals, mapped)])


def run_examples(trace, closed, args, mapped):
    outs = run_closed(closed, [trace.join(x, 0 if m else None)
                               for x, m in zip(args, mapped)])
    return [trace.split(x) for x in outs]
# [/batch_jaxpr]


# [dce_closed]
def dce_closed(closed, used):
    """The program without what its used outputs do not need.

    Returns it, and for each input whether it still takes it. A program that
    needs all it has stays itself.
    """
    smaller, kept = unused_left_out(closed, used)
    return smaller or closed, kept


@kept_with_program
def unused_left_out(closed, used):
    """None for itself: kept with itself, a program would not be freed."""
    jaxpr, kept = dce_jaxpr(closed.jaxpr, used)
    if all([*used, *kept]) and jaxpr.eqns == closed.eqns:
        return None, kept
    values = dict(zip(closed.jaxpr.constvars, closed.consts))
    return ClosedJaxpr(jaxpr, [values[v] for v in jaxpr.constvars]), kept
# [/dce_closed]
