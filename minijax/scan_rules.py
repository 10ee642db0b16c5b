"""The rules of scan: each transforms the body, and scans that.

A rule must first know which carries move (have tangents, differ between
examples, must wait, …). One that moves may make others move in the next step,
so the body is transformed again until its carries leave as they came.
JAX twin: jax/_src/lax/control_flow/loops.py.
"""

from functools import partial
from typing import NamedTuple

from minijax.batching import batching_rules, front, move_axis
from minijax.core import set_current_trace
from minijax.forward import (
    Zero,
    add_any_p,
    instantiate,
    jvp_rules,
    zero_like,
)
from minijax.jaxpr import ClosedJaxpr, dce_rules
from minijax.jaxpr_transforms import (
    batch_jaxpr,
    dce_closed,
    jvp_jaxpr,
    kept_with_program,
    merge,
    partial_eval_jaxpr,
    run_closed,
    select,
    traced,
    transpose_jaxpr,
)
from minijax.linearization import partial_rules
from minijax.rewiring import in_pairs, rearranged, settled, split
from minijax.scan_program import copied, fill, scan_p
from minijax.transpose import is_undefined_primal, transposes


def settle(transform, mask, num_consts, num_carry):
    """Transform a body so that its carries leave as they came.

    transform : (mask of the inputs, wanted) -> (…, mask of the outputs)
    Returns what it gave at last, and the mask of the inputs then.
    """
    consts, carry, xs = map(tuple, split(mask, num_consts, num_carry))

    def step(mask, wanted):
        *found, outs = transform((*mask, *xs), wanted)
        return *found, outs, outs[:num_carry]
    *found, carry = settled(step, consts, carry)
    return *found, (*consts, *carry, *xs)


# [jvp]
@kept_with_program
def jvp_body(jaxpr, num_consts, num_carry, moves):
    """The body on primals and tangents, and which of them move."""
    program, out_moves, moves = settle(
        partial(jvp_jaxpr, jaxpr), moves, num_consts, num_carry)
    ins, outs = program.jaxpr.invars, program.jaxpr.outvars
    return rearranged(program, in_pairs(ins, moves, num_consts, num_carry),
                      in_pairs(outs, out_moves, num_carry)), out_moves, moves


def scan_jvp(primals, tangents, *, jaxpr, num_consts, num_carry, **how):
    moves = tuple(type(t) is not Zero for t in tangents)
    program, out_moves, moves = jvp_body(jaxpr, num_consts, num_carry, moves)
    dots = map(instantiate, select(tangents, moves)[0])
    operands = in_pairs([*primals, *dots], moves, num_consts, num_carry)
    c, k, _ = map(sum, split(moves, num_consts, num_carry))
    outs = scan_p.bind(*operands, jaxpr=program, num_consts=num_consts + c,
                       num_carry=num_carry + k, **how)
    carry, carry_dots, rest = split(outs, num_carry, k)
    n = len(out_moves) - num_carry
    outs, dots = [*carry, *rest[:n]], [*carry_dots, *rest[n:]]
    still = map(zero_like, select(outs, out_moves)[1])
    return outs, merge(out_moves, dots, still)


jvp_rules[scan_p] = scan_jvp
# [/jvp]


# [halves]
class Halves(NamedTuple):
    """A body in three: before the loop, in the loop now, and later."""

    before: ClosedJaxpr  # consts -> residuals of all steps, consts of `now`
    now: ClosedJaxpr  # consts, what is known -> results, residuals of a step
    later: ClosedJaxpr  # residuals, what waits, residuals -> what waits
    unknown: tuple  # which inputs must wait
    waits: tuple  # which outputs must
    taken: int  # how many operands `before` takes
    kept: int  # how many residuals are the same in all steps
    rows: list  # for each residual of a step, which known xs it is, or None


@kept_with_program
def halves(jaxpr, num_consts, num_carry, unknown):
    """What of a body is known now, what must wait, and what joins the two.

    A residual that changes with the step is stacked: it is one of the ys of
    the known loop and of the xs of the other. The others are consts.
    """
    now, later, waits, unknown = settle(
        partial(partial_eval_jaxpr, jaxpr), unknown, num_consts, num_carry)
    consts, _, xs = split(unknown, num_consts, num_carry)
    n = waits.count(False)
    before, now, taken, changes = hoisted(now, consts.count(False), n)
    now, rows = unwritten(now, n, xs.count(False))
    ins, m = later.jaxpr.invars, len(changes)
    stack, keep = select(ins[:m], changes)
    later = rearranged(later, keep + ins[m:] + stack, later.jaxpr.outvars)
    return Halves(before, now, later, unknown, waits, taken, len(keep), rows)
# [/halves]


# [hoisted]
def hoisted(now, num_consts, num_known):
    """Take out of the loop what depends on its consts alone.

    All but an effect, which belongs to every step.
    """
    taken = 0 if now.jaxpr.effectful else num_consts
    inside = (False,) * taken + (True,) * (len(now.in_avals) - taken)
    before, now, stays = partial_eval_jaxpr(
        now, inside, tuple(range(num_known)))
    return before, now, taken, stays[num_known:]


def unwritten(now, num_known, num_xs):
    """The known body without the residuals that are rows of its xs."""
    ins, outs = now.jaxpr.invars, now.jaxpr.outvars
    rows = copied(outs[num_known:], ins[len(ins) - num_xs:])
    computed = [v for v, i in zip(outs[num_known:], rows) if i is None]
    return rearranged(now, ins, outs[:num_known] + computed), rows
# [/hoisted]


# [partial]
def scan_partial(trace, args, params):
    """Scan the known half now; write the scan of the other down."""
    c, k = params["num_consts"], params["num_carry"]
    h = halves(params["jaxpr"], c, k, tuple(map(trace.owns, args)))
    waiting, known = select(args, h.unknown)
    with set_current_trace(trace.parent):
        keep, outs, stacks = scan_known(h, known, params)
    late = trace.record(scan_p, [*keep, *waiting, *stacks], {
        **params, "jaxpr": h.later, "num_carry": sum(h.waits[:k]),
        "num_consts": len(keep) + sum(h.unknown[:c])})
    return merge(h.waits, late, outs)


def scan_known(h, known, params):
    """Residuals of all steps, known results, residuals of each step."""
    k, n = params["num_carry"], h.waits.count(False)
    first = run_closed(h.before, known[:h.taken])
    ins, outs = [*first[h.kept:], *known[h.taken:]], []
    _, carry, xs = split(h.unknown, params["num_consts"], k)
    end, k = len(ins) - xs.count(False), carry.count(False)
    if h.now.out_avals or h.now.jaxpr.effectful:
        outs = scan_p.bind(*ins, **{
            **params, "jaxpr": h.now, "num_consts": end - k, "num_carry": k})
    return first[:h.kept], outs[:n], fill(h.rows, outs[n:], ins[end:])


partial_rules[scan_p] = scan_partial
# [/partial]


# [transpose_body]
@kept_with_program
def transpose_body(jaxpr, num_consts, num_carry, linear, there):
    """The body backwards: (res, (sums, CT carry), (CT y, res)) -> …

    Every step adds to the cotangents of the consts, so these are carried, as
    sums. Returns it, and which linear inputs have a cotangent.
    """
    n = sum(linear[:num_consts])
    program, back = transpose_jaxpr(
        jaxpr, linear, there, tuple(range(n, n + num_carry)), "scan's body")
    res = linear[:num_consts].count(False)
    end = linear.count(False)
    n = sum(back[:n])

    def step(*args):
        consts, sums, cts = split(args, res, n)
        cut = len(cts) - (end - res)
        new = run_closed(program, [*consts, *cts[cut:], *cts[:cut]])
        return [*map(add_any_p.bind, sums, new[:n]), *new[n:]], None
    ins, outs = program.in_avals, program.out_avals
    avals = [*ins[:res], *outs[:n], *ins[end:], *ins[res:end]]
    return traced(step, avals)[0], back
# [/transpose_body]


# [transpose]
def scan_transpose(cts, *operands, jaxpr, num_consts, num_carry, reverse,
                   **how):
    consts, carry, xs = split(operands, num_consts, num_carry)
    linear = (*map(is_undefined_primal, consts), *[True] * num_carry,
              *map(is_undefined_primal, xs))
    there = (*[True] * num_carry,
             *[type(ct) is not Zero for ct in cts[num_carry:]])
    program, back = transpose_body(jaxpr, num_consts, num_carry, linear, there)
    moving, res = select(consts, linear[:num_consts])
    sums = [instantiate(zero_like(x)) for x, b in zip(moving, back) if b]
    outs = scan_p.bind(
        *res, *sums, *map(instantiate, select(cts, there)[0]),
        *select(xs, linear[num_consts + num_carry:])[1], jaxpr=program,
        num_consts=len(res), num_carry=len(sums) + num_carry,
        reverse=not reverse, **how)
    outs = merge(back, outs, [None] * back.count(False))
    outs = merge(linear, outs, [None] * linear.count(False))
    return [ct if is_undefined_primal(x) else None
            for ct, x in zip(outs, operands)]


transposes[scan_p] = scan_transpose
# [/transpose]


# [batch]
def scan_batch(trace, values, axes, *, jaxpr, num_consts, num_carry, **how):
    """Examples lie on axis 0 of consts and carries, on axis 1 of xs and ys."""
    mapped = tuple(axis is not None for axis in axes)
    program, out_mapped, mapped = settle(
        partial(batch_jaxpr, jaxpr, trace.size, trace.axis_name), mapped,
        num_consts, num_carry)
    n = num_consts + num_carry
    first = [front(x, axis, trace.size) if m else x
             for x, axis, m in zip(values[:n], axes, mapped)]
    xs = [x if axis is None else move_axis(x, axis, 1)
          for x, axis in zip(values[n:], axes[n:])]
    outs = scan_p.bind(*first, *xs, jaxpr=program, num_consts=num_consts,
                       num_carry=num_carry, **how)
    return outs, [(0 if i < num_carry else 1) if m else None
                  for i, m in enumerate(out_mapped)]


batching_rules[scan_p] = scan_batch
# [/batch]


# [dce]
@kept_with_program
def dce_body(jaxpr, num_consts, num_carry, used):
    """The body of the used outputs; which inputs and outputs it has."""
    carry, ys = used[:num_carry], used[num_carry:]
    while True:
        program, kept = dce_closed(jaxpr, (*carry, *ys))
        consts, read, xs = split(kept, num_consts, num_carry)
        grown = tuple(map(max, carry, read))
        if grown == carry:
            break
        carry = grown
    kept = (*consts, *carry, *xs)  # a carry that no step reads is handed on
    ins = select(jaxpr.jaxpr.invars, kept)[0]
    return rearranged(program, ins, program.jaxpr.outvars), kept, carry + ys


def scan_dce(used, eqn):
    c, k = eqn.params["num_consts"], eqn.params["num_carry"]
    program, kept, used = dce_body(eqn.params["jaxpr"], c, k, tuple(used))
    return eqn.replace(
        invars=select(eqn.invars, kept)[0],
        outvars=select(eqn.outvars, used)[0],
        params={**eqn.params, "jaxpr": program, "num_consts": sum(kept[:c]),
                "num_carry": sum(used[:k])})


dce_rules[scan_p] = scan_dce
# [/dce]
