"""scan as an operation: a program that runs once for each row of its xs.

scan_p : (*consts, *carry, *xs, jaxpr, …) -> (*carry, *ys)
jaxpr  : (*consts, *carry, *x) -> (*carry, *y)

Every step sees the same consts, and hands its carries on to the next; xs are
read and ys written row by row. JAX twin: scan_p in
jax/_src/lax/control_flow/loops.py.
"""

import numpy as np

from minijax.executor import calls, numpy_program
from minijax.jaxpr import typematch, types
from minijax.jaxpr_transforms import (
    ProgramPrimitive,
    kept_with_program,
    merge,
    select,
)
from minijax.rewiring import rearranged, split

scan_p = ProgramPrimitive("scan")


def stacked(avals, length):
    """The types of all the rows, from those of one."""
    return [a.update(shape=(length, *a.shape)) for a in avals]


@scan_p.def_abstract_eval
def scan_types(*avals, jaxpr, num_consts, num_carry, length, **how):
    consts, init, x = split(jaxpr.in_avals, num_consts, num_carry)
    carry, y = jaxpr.out_avals[:num_carry], jaxpr.out_avals[num_carry:]
    want = [*consts, *init, *stacked(x, length)]
    if not typematch(avals, want):
        raise TypeError(f"scan's body asks for {types(want)}; the operands "
                        f"are {types(avals)}")
    if not typematch(init, carry):
        raise TypeError(f"scan's body takes the carry {types(init)}, and "
                        f"hands on {types(carry)}")
    return [*carry, *stacked(y, length)]


# [impl]
@scan_p.def_impl
def run_scan(*values, jaxpr, num_consts, num_carry, length, reverse, unroll):
    """The loop in Python, the body as a NumPy program."""
    stacks = [np.empty(a.shape, a.dtype)
              for a in stacked(jaxpr.out_avals[num_carry:], length)]
    return scan_loop(numpy_program(jaxpr, "body").run,
                     *split(values, num_consts, num_carry), stacks,
                     steps(length, reverse))


def steps(length, reverse):
    """The rows in the order in which they are read."""
    return range(length - 1, -1, -1) if reverse else range(length)


def scan_loop(body, consts, carry, xs, stacks, steps):
    """Run the body for each row; `x[i, ...]` is an array even of one number.

    Only one step's temporaries are alive at a time, and the stacks.
    """
    n = len(carry)
    for i in steps:
        outs = body(*consts, *carry, *[x[i, ...] for x in xs])
        carry = outs[:n]
        for stack, y in zip(stacks, outs[n:]):
            stack[i] = y
    return *carry, *stacks
# [/impl]


# [call_scan]
def call_scan(writer, eqn, operands):
    """`scan_loop(body, [a], [b], [c], [np.empty(…)], range(0, 10))`"""
    p = eqn.params
    stacks = [f"np.empty({v.aval.shape}, '{v.aval.dtype}')"
              for v in eqn.outvars[p["num_carry"]:]]
    lists = *split(operands, p["num_consts"], p["num_carry"]), stacks
    loop, body = writer.put("scan_loop", scan_loop), writer.part(
        p["jaxpr"], "body")
    lists = ", ".join(f"[{', '.join(names)}]" for names in lists)
    return f"{loop}({body}, {lists}, {steps(p['length'], p['reverse'])})"


calls[scan_p] = call_scan
# [/call_scan]


# [copied]
def copied(outvars, xs):
    """For each output, which of the variables xs it is, or None."""
    places = {v: i for i, v in enumerate(xs)}
    return [places.get(v) for v in outvars]


def fill(places, computed, xs):
    """Outputs from those that were computed and the xs they are copies of."""
    computed = iter(computed)
    return [next(computed) if i is None else xs[i] for i in places]
# [/copied]


# [simplified]
@kept_with_program
def simplified(jaxpr, num_consts, num_carry):
    """The body without what it only hands on.

    A carry that every step gives back as it came is a constant of the loop,
    and a y that is a row of the xs need not be written again. Returns the
    program, which carries stay, and for each y which of the xs it is.
    """
    consts, carry, xs = split(jaxpr.jaxpr.invars, num_consts, num_carry)
    out, ys = (jaxpr.jaxpr.outvars[:num_carry],
               jaxpr.jaxpr.outvars[num_carry:])
    stays = [v is w for v, w in zip(carry, out)]
    fixed, moving = select(carry, stays)
    places = copied(ys, xs)
    program = rearranged(
        jaxpr, [*fixed, *consts, *moving, *xs],
        select(out, stays)[1] + [v for v, i in zip(ys, places) if i is None])
    return program, stays, places


def bind_scan(jaxpr, consts, carry, xs, **how):
    """The final carries, and the stacked ys, of a scan of this body."""
    program, stays, places = simplified(jaxpr, len(consts), len(carry))
    fixed, moving = select(carry, stays)
    consts = [*fixed, *consts]
    outs = scan_p.bind(*consts, *moving, *xs, jaxpr=program, **how,
                       num_consts=len(consts), num_carry=len(moving))
    n = len(moving)
    return merge(stays, fixed, outs[:n]), fill(places, outs[n:], xs)
# [/simplified]
