"""checkpoint: compute again in the backward pass what was not kept.

checkpoint : (a -> b) -> (a -> b)
policy     : (Primitive, *types, **params) -> is its result worth keeping?

JAX twin: jax/_src/ad_checkpoint.py.
"""

from functools import partial, wraps

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.checkpoint_policies import nothing_saveable
from minijax.core import set_current_trace
from minijax.executor import calls, numpy_program
from minijax.jaxpr import ClosedJaxpr, Jaxpr, dce_jaxpr
from minijax.jaxpr_transforms import (
    ProgramPrimitive,
    kept_with_program,
    merge,
    run_closed,
    select,
    trace_closed,
)
from minijax.jit_rules import def_call
from minijax.linearization import partial_rules
from minijax.staging import check_callable
from minijax.static_arguments import Chosen, joined


def checkpoint(fun=None, *, prevent_cse=True, policy=None, static_argnums=(),
               concrete=False):
    """`fun`, whose residuals are its arguments: the rest is computed again.

    policy: which results are kept all the same, see `checkpoint_policies`.
    static_argnums: arguments passed as they are. prevent_cse is accepted and
    changes nothing: the second computation is never merged with the first.
    Without `fun`, a decorator. JAX twin: `jax.checkpoint`, `jax.remat`.
    """
    if concrete:
        raise NotImplementedError(
            "The `concrete` option to checkpoint was removed from JAX: a "
            "checkpointed function is traced. Use static_argnums for what "
            "Python must know.")
    if fun is None:
        return partial(checkpoint, prevent_cse=prevent_cse, policy=policy,
                       static_argnums=static_argnums)
    check_callable(fun, "checkpoint")
    static = Chosen(fun, static_argnums, (), "static")

    @wraps(fun)
    def checkpointed(*args, **kwargs):
        fixed, given = static.split(args, kwargs)
        leaves, tree = tree_util.tree_flatten(given)
        leaves = [as_array(x, "checkpoint", i) for i, x in enumerate(leaves)]

        def call(args, kwargs):
            args, kwargs = joined(fixed, args, kwargs)
            return fun(*args, **kwargs)
        flat = FlatFun(call, tree, name="checkpoint")
        jaxpr, tracers = trace_closed(flat, [x.aval for x in leaves], fun,
                                      "checkpoint")
        outs = remat_p.bind(*tracers, *leaves, jaxpr=jaxpr, policy=policy,
                            prevent_cse=prevent_cse, differentiated=False)
        return tree_util.tree_unflatten(flat.out_tree, outs)
    return checkpointed


# [remat_p]
remat_p = ProgramPrimitive("remat2")  # as JAX prints it today
remat_p.def_abstract_eval(lambda *avals, jaxpr, **params: jaxpr.out_avals)
remat_p.def_impl(lambda *values, jaxpr, **params:
                 numpy_program(jaxpr, "checkpointed")(*values))
def_call(remat_p)


def call_checkpointed(writer, eqn, operands):
    part = writer.part(eqn.params["jaxpr"], "checkpointed")
    return f"{part}({', '.join(operands)})"


calls[remat_p] = call_checkpointed
# [/remat_p]


# [partial]
def remat_partial(trace, args, params):
    """Now the values alone; later all of it again, from the arguments."""
    unknown = tuple(map(trace.owns, args))
    policy = params["policy"] or nothing_saveable
    now, later, waits, kept = twice(params["jaxpr"], unknown, policy)
    with set_current_trace(trace.parent):
        outs = run_closed(now, select(args, unknown)[1])
    n = waits.count(False)
    operands = select([*outs[n:], *args], kept)[0]
    late = trace.record(remat_p, operands, {
        **params, "jaxpr": later, "differentiated": True})
    return merge(waits, late, outs[:n])


partial_rules[remat_p] = remat_partial
# [/partial]


# [twice]
@kept_with_program
def twice(closed, unknown, policy):
    """A program in two, where the second half begins from the start.

    Returns (now, later, waits, kept): `now` gives the known outputs and what
    the policy saves; `later` takes, of the saved values and all the inputs,
    those that are kept, and gives the outputs that wait.
    """
    jaxpr = closed.jaxpr
    late = set(select(jaxpr.invars, unknown)[0])
    early, saved = [], []
    for eqn in jaxpr.eqns:
        if not late.isdisjoint(eqn.invars):
            late.update(eqn.outvars)
            continue
        early.append(eqn)
        if policy(eqn.primitive, *[v.aval for v in eqn.invars], **eqn.params):
            saved += eqn.outvars
    waits = tuple(v in late for v in jaxpr.outvars)
    last, first = select(jaxpr.outvars, waits)
    now = trimmed(closed, select(jaxpr.invars, unknown)[1], early,
                  first + saved, True)[0]
    rest = [e for e in jaxpr.eqns if set(saved).isdisjoint(e.outvars)]
    later, kept = trimmed(closed, saved + jaxpr.invars, rest, last, False)
    return now, later, waits, kept


def trimmed(closed, invars, eqns, outvars, instantiate):
    """The program of these equations, without what it does not need."""
    jaxpr, kept = dce_jaxpr(
        Jaxpr(closed.jaxpr.constvars, invars, outvars, eqns),
        [True] * len(outvars), instantiate)
    values = dict(zip(closed.jaxpr.constvars, closed.consts))
    return ClosedJaxpr(jaxpr, [values[v] for v in jaxpr.constvars]), kept
# [/twice]
