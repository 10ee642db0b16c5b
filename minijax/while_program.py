"""while as an operation, and what each transformation makes of it.

while_p : (*cond_consts, *body_consts, *carry, cond_jaxpr, …) -> [carry]

cond_jaxpr : (*cond_consts, *carry) -> (bool,)
body_jaxpr : (*body_consts, *carry) -> (*carry)

JAX twin: while_p in jax/_src/lax/control_flow/loops.py.
"""

from minijax import lax
from minijax.batching import batching_rules, front, move_axis
from minijax.branches import joined
from minijax.core import set_current_trace
from minijax.executor import calls, numpy_program, row
from minijax.forward import Zero, instantiate, jvp_rules
from minijax.jaxpr import typematch, types
from minijax.jaxpr_transforms import (
    ProgramPrimitive,
    batch_jaxpr,
    dce_closed,
    jvp_jaxpr,
    kept_with_program,
    merge,
    partial_eval_jaxpr,
    run_closed,
    select,
    traced,
)
from minijax.linearization import partial_rules
from minijax.rewiring import (
    in_pairs,
    positions,
    rearranged,
    rewired,
    settled,
    split,
)
from minijax.transpose import transposes

while_p = ProgramPrimitive("while")


# [while_types]
@while_p.def_abstract_eval
def while_types(*avals, cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts):
    """A step gives the types that it takes, and so does the loop."""
    c, b, carry = split(avals, cond_nconsts, body_nconsts)
    for name, given, program in (("cond", c, cond_jaxpr),
                                 ("body", b, body_jaxpr)):
        if not typematch([*given, *carry], program.in_avals):
            raise TypeError(
                f"while's {name} takes {types(program.in_avals)}, the "
                f"operands are {types([*given, *carry])}")
    if not typematch(body_jaxpr.out_avals, carry):
        raise TypeError(f"while's body takes the carry {types(carry)}, and "
                        f"hands on {types(body_jaxpr.out_avals)}")
    if types(cond_jaxpr.out_avals) != "bool[]":
        raise TypeError("while's cond gives one bool[], not "
                        f"{types(cond_jaxpr.out_avals)}")
    return joined(carry, body_jaxpr.out_avals)
# [/while_types]


# [impl]
@while_p.def_impl
def run_while(*values, cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts):
    """The loop in Python; its two halves as NumPy programs."""
    return loop(numpy_program(cond_jaxpr, "condition").run,
                numpy_program(body_jaxpr, "body").run,
                *split(values, cond_nconsts, body_nconsts))


def loop(condition, body, cond_consts, body_consts, carry):
    while condition(*cond_consts, *carry)[0]:
        carry = body(*body_consts, *carry)
    return carry


def call_loop(writer, eqn, operands):
    """`loop(condition, body, (a,), (), (b, c))`"""
    p = eqn.params
    condition = writer.part(p["cond_jaxpr"], "condition")
    body = writer.part(p["body_jaxpr"], "body")
    rows = ", ".join(f"({row(names)})" for names in pieces(operands, p))
    return f"{writer.put('loop', loop)}({condition}, {body}, {rows})"


calls[while_p] = call_loop
# [/impl]


# [While]
def pieces(values, p):
    """Operands or masks of a loop: the cond's, the body's, the carry."""
    return map(tuple, split(values, p["cond_nconsts"], p["body_nconsts"]))


def bind_while(cond, cond_consts, body, body_consts, carry):
    return while_p.bind(
        *cond_consts, *body_consts, *carry, cond_jaxpr=cond, body_jaxpr=body,
        cond_nconsts=len(cond_consts), body_nconsts=len(body_consts))
# [/While]


# [while_jvp]
def while_jvp(primals, tangents, **p):
    """A loop on pairs: the tangents that move are carried along."""
    _, fixed, carry = pieces([type(t) is not Zero for t in tangents], p)
    body, carry = settled(
        lambda mask, wanted: jvp_jaxpr(p["body_jaxpr"], mask, wanted),
        fixed, carry)
    cond_consts, consts, init = pieces(primals, p)
    _, consts_dot, init_dot = pieces(tangents, p)
    consts_dot = select(consts_dot, fixed)[0]
    init_dot = [*map(instantiate, select(init_dot, carry)[0])]
    cond, body = on_pairs(p["cond_jaxpr"], body, fixed, carry)
    outs = bind_while(cond, cond_consts, body, [*consts, *consts_dot],
                      [*init, *init_dot])
    outs, dots = outs[:len(init)], outs[len(init):]
    still = [Zero(x.aval.tangent()) for x in select(outs, carry)[1]]
    return outs, merge(carry, dots, still)
# [/while_jvp]


# [on_pairs]
def on_pairs(cond, body, fixed, carry):
    """The condition reads no tangent; the body has its consts in front."""
    n, ins = len(cond.in_avals), body.jaxpr.invars
    ins = in_pairs(ins, (*fixed, *carry), len(fixed))
    dots = [v.aval for v in ins[len(ins) - sum(carry):]]
    return (rewired(cond, (*cond.in_avals, *dots), tuple(range(n))),
            rearranged(body, ins, body.jaxpr.outvars))


jvp_rules[while_p] = while_jvp
# [/on_pairs]


# [while_partial]
def while_partial(trace, args, p):
    """Run what does not wait now; write the whole loop down for the rest.

    How often a loop runs is not known, so there is no room for residuals of
    its steps: what waits does the known half again.
    """
    late = trace.record(while_p, args, p)
    unknown = [*pieces(map(trace.owns, args), p)]
    now, _, waits = settled(
        lambda mask, wanted: partial_eval_jaxpr(p["body_jaxpr"], mask,
                                                wanted), *unknown[1:])
    cond, _, (cond_waits,) = partial_eval_jaxpr(
        p["cond_jaxpr"], (*unknown[0], *waits))
    if cond_waits or all(waits):
        return late
    unknown[2] = waits
    known = [select(values, mask)[1]
             for values, mask in zip(pieces(args, p), unknown)]
    with set_current_trace(trace.parent):
        early = bind_while(cond, known[0], only(now, waits.count(False)),
                           known[1], known[2])
    return merge(waits, select(late, waits)[0], early)
# [/while_partial]


# [only]
def only(closed, n):
    """The program of the first n outputs; it takes all inputs."""
    used = tuple(i < n for i in range(len(closed.out_avals)))
    small, kept = dce_closed(closed, used)
    return rewired(small, tuple(closed.in_avals), positions(kept))


partial_rules[while_p] = while_partial
# [/only]


# [while_transpose]
def while_transpose(cts, *operands, **p):
    raise ValueError(
        "Reverse-mode differentiation does not work for lax.while_loop or "
        "lax.fori_loop with dynamic start/stop values. Try using lax.scan, or "
        "using fori_loop with static start/stop.\n"
        "The steps would run backwards, and how many values there are to keep "
        "is not known before. With a bound on the number of steps, write\n"
        "    step = lambda c, _: (lax.cond(cond_fun(c), body_fun, lambda c: c,"
        " c), None)\n    out, _ = lax.scan(step, init, length=bound)\n"
        "With as many inputs as outputs, or fewer, use jvp or jacfwd.")


transposes[while_p] = while_transpose
# [/while_transpose]


# [batched_parts]
def batched_parts(p, how, mapped):
    """Both programs for all examples; which carries, and do they disagree?"""
    cs, bs, init = pieces(mapped, p)
    body, carry = settled(lambda mask, wanted: batch_jaxpr(
        p["body_jaxpr"], *how, mask, wanted), bs, init)
    cond, (differs,) = batch_jaxpr(p["cond_jaxpr"], *how, (*cs, *carry))
    if differs:
        carry = (True,) * len(init)
        every = tuple(range(len(init)))
        body, _ = batch_jaxpr(p["body_jaxpr"], *how, (*bs, *carry), every)
        cond, _ = batch_jaxpr(p["cond_jaxpr"], *how, (*cs, *carry), (0,))
    return cond, body, carry, differs
# [/batched_parts]


# [while_batch]
def while_batch(trace, values, axes, **p):
    """One loop for all; `masked` if they disagree when to stop."""
    mapped = [axis is not None for axis in axes]
    cond, body, carry, differs = batched_parts(
        p, (trace.size, trace.axis_name), mapped)
    values = [move_axis(x, a, 0) if m else x
              for x, a, m in zip(values, axes, mapped)]
    cond_consts, body_consts, start = pieces(values, p)
    start = [front(x, None, trace.size) if m and not i else x
             for x, m, i in zip(start, carry, mapped[-len(start):])]
    run = masked if differs else bind_while
    return run(cond, cond_consts, body, body_consts, start), [
        0 if m else None for m in carry]
# [/while_batch]


# [masked]
def masked(cond, cond_consts, body, body_consts, carry):
    """A loop that runs until every example is done.

    Which are still running is carried along; the others keep what they have.
    """
    running, = run_closed(cond, [*cond_consts, *carry])
    consts = [*cond_consts, *body_consts]
    step = masked_step(body, cond, len(cond_consts), len(consts))
    outs = bind_while(some_run(body, len(body_consts), running.aval), [],
                      step, consts, [running, *carry])
    return outs[1:]


@kept_with_program
def masked_step(body, cond, n_cond, n_consts):
    """One step of the examples that are running."""
    def step(*args):
        consts, (running, *old) = args[:n_consts], args[n_consts:]
        new = run_closed(body, [*consts[n_cond:], *old])
        new = [choose(running, a, b) for a, b in zip(old, new)]
        running, = run_closed(cond, [*consts[:n_cond], *new])
        return [running, *new], None
    m = n_consts - n_cond
    return traced(step, [
        *cond.in_avals[:n_cond], *body.in_avals[:m], *cond.out_avals,
        *body.in_avals[m:]])[0]
# [/masked]


# [choose]
@kept_with_program
def some_run(body, n_consts, running):
    """The condition: is any example running?"""
    def anyone(running, *carry):
        return [lax.reduce_or(running, (0,))], None
    return traced(anyone, [running, *body.in_avals[n_consts:]])[0]


def choose(running, old, new):
    running = lax.broadcast_in_dim(running, new.shape, (0,))
    return lax.select_n(running, old, new)


batching_rules[while_p] = while_batch
# [/choose]
