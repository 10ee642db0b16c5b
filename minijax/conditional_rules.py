"""The row of cond_p: what each transformation makes of a choice.

jvp       the branches on pairs
partial   the branches in two; one gives its residuals, and zeros for others'
transpose the branches backwards
vmap      the branches on all examples, and select where the index differs

JAX twin: jax/_src/lax/control_flow/conditionals.py.
"""

import numpy as np

from minijax import lax
from minijax.batching import batching_rules, front, move_axis
from minijax.conditionals import cond_p
from minijax.forward import Zero, jvp_rules
from minijax.jaxpr import dce_rules
from minijax.jaxpr_transforms import (
    batch_jaxpr,
    dce_closed,
    jvp_jaxpr,
    merge,
    partial_eval_jaxpr,
    run_closed,
    select,
    transpose_jaxpr,
)
from minijax.linearization import partial_rules
from minijax.rewiring import (
    alike,
    outputs_placed,
    positions,
    rewired,
    shared_places,
)
from minijax.stopping import stop_gradient
from minijax.transpose import NotLinear, is_undefined_primal, transposes


# [cond_jvp]
def cond_jvp(primals, tangents, *, branches):
    """The index does not move; the branches run on pairs."""
    moving = tuple(type(t) is not Zero for t in tangents[1:])
    programs, masks = zip(*alike(jvp_jaxpr, branches, moving))
    dots = select(tangents[1:], moving)[0]
    results = cond_p.bind(*primals, *dots, branches=programs)
    n = len(masks[0])
    outs, dots = results[:n], results[n:]
    still = [Zero(x.aval.tangent()) for x in select(outs, masks[0])[1]]
    return outs, merge(masks[0], dots, still)


jvp_rules[cond_p] = cond_jvp
# [/cond_jvp]


# [cond_partial]
def cond_partial(trace, args, params):
    """Run the known halves now, and write the others down.

    If the index must wait, everything does.
    """
    if trace.owns(args[0]):
        return trace.record(cond_p, args, params)
    index, *operands = args
    unknown = tuple(map(trace.owns, operands))
    now, later, waits = halves(params["branches"], unknown)
    waiting, known = select(operands, unknown)
    results = trace.parent.process_primitive(
        cond_p, [index, *known], {"branches": now})
    n = waits.count(False)
    late = trace.record(cond_p, [index, *results[n:], *waiting],
                        {"branches": later})
    return merge(waits, late, results[:n])


partial_rules[cond_p] = cond_partial
# [/cond_partial]


# [halves]
def halves(branches, unknown):
    """The branches in two, and which outputs wait.

    Each leaves residuals of its own; both halves have places for all.
    """
    found = alike(partial_eval_jaxpr, branches, unknown)
    waits = found[0][-1]
    n, m = waits.count(False), unknown.count(True)
    common, rows = shared_places([now.out_avals[n:] for now, _, _ in found])
    size = len(common)
    early, late = [], []
    for (now, later, _), places in zip(found, rows, strict=True):
        early.append(outputs_placed(now, n, common, places))
        rest = tuple(later.in_avals[len(places):])
        late.append(rewired(later, (*common, *rest),
                            (*places, *range(size, size + m))))
    return tuple(early), tuple(late), waits
# [/halves]


# [cond_transpose]
def cond_transpose(cts, index, *operands, branches):
    """Which branch ran is known; that one runs backwards."""
    if is_undefined_primal(index):
        raise NotLinear("The predicate of a cond depends on the input, so "
                        "the cond is not linear in it.")
    linear = tuple(map(is_undefined_primal, operands))
    there = tuple(type(ct) is not Zero for ct in cts)
    programs, masks = zip(*alike(transpose_jaxpr, branches, linear, there))
    known = select(operands, linear)[1]
    results = cond_p.bind(index, *known, *select(cts, there)[0],
                          branches=programs)
    cts = merge(masks[0], results, [None] * masks[0].count(False))
    return [None, *merge(linear, cts, [None] * len(known))]


transposes[cond_p] = cond_transpose
# [/cond_transpose]


# [cond_batch]
def cond_batch(trace, values, axes, *, branches):
    """One index for all examples: one branch. Many: all, and a choice."""
    if axes[0] is not None:
        index, *operands = [front(x, axis, trace.size)
                            for x, axis in zip(values, axes)]
        return select_branches(trace, index, operands, branches)
    mapped = tuple(axis is not None for axis in axes[1:])
    programs, masks = zip(*alike(batch_jaxpr, branches, trace.size,
                                 trace.axis_name, mapped))
    values = [x if a is None else move_axis(x, a, 0)
              for x, a in zip(values, axes)]
    return cond_p.bind(*values, branches=programs), [
        0 if m else None for m in masks[0]]


batching_rules[cond_p] = cond_batch
# [/cond_batch]


# [select_branches]
def select_branches(trace, index, operands, branches):
    """Run every branch on every example; each takes the one it asked for."""
    mapped = (True,) * len(operands)
    every = tuple(range(len(branches[0].out_avals)))
    cases = []
    for i, branch in enumerate(branches):
        program, _ = batch_jaxpr(branch, trace.size, trace.axis_name, mapped,
                                 every)
        mine = lax.eq(index, np.int32(i))
        cases.append(run_closed(program, [guard(mine, x) for x in operands]))
    return [select_examples(index, *case)
            for case in zip(*cases, strict=True)], [0] * len(every)


def guard(mine, x):
    """x, whose derivative is zero in examples that are not `mine`.

    The slope of a branch may be infinite where another one is chosen, and
    0 times infinity is nan.
    """
    if x.dtype.kind not in "fc":
        return x
    return select_examples(mine, stop_gradient(x), x)


def select_examples(which, *cases):
    """select_n, with a `which` that has only the axis of examples."""
    which = lax.broadcast_in_dim(which, cases[0].shape, (0,))
    return lax.select_n(which, *cases)
# [/select_branches]


# [cond_dce]
def cond_dce(used, eqn):
    """Without the outputs that nobody reads, and what only they need."""
    small, masks = zip(*[dce_closed(b, tuple(used))
                         for b in eqn.params["branches"]])
    kept = [any(row) for row in zip(*masks, strict=True)]
    avals = tuple(v.aval for v in select(eqn.invars[1:], kept)[0])
    programs = [rewired(program, avals, positions(select(mask, kept)[0]))
                for program, mask in zip(small, masks, strict=True)]
    return eqn.replace(
        invars=[eqn.invars[0], *select(eqn.invars[1:], kept)[0]],
        outvars=select(eqn.outvars, used)[0],
        params={"branches": tuple(programs)})


dce_rules[cond_p] = cond_dce
# [/cond_dce]
