"""checkpoint: compute again in the backward pass what was not kept.

checkpoint : (a -> b) -> (a -> b)
policy     : (Primitive, *types, **params) -> is its result worth keeping?
twice      : (a, a' -> b, b') -> (a -> b, res), (res, a, a' -> b')

The second half of a program begins from the start: this is partial
evaluation whose residuals are arguments. JAX twin: jax/_src/ad_checkpoint.py.
"""

# [imports]
from functools import partial, wraps

from minijax import tree_util
from minijax.array import as_array
from minijax.bodies import trace_body
from minijax.checkpoint_policies import nothing_saveable
from minijax.core import set_current_trace
from minijax.errors import ConcretizationTypeError
from minijax.executor import calls, numpy_program
from minijax.jaxpr import ClosedJaxpr
from minijax.jaxpr_transforms import (
    ProgramPrimitive,
    dce_closed,
    kept_with_program,
    merge,
    partial_eval_jaxpr,
    run_closed,
    select,
    traced,
)
from minijax.jit_rules import def_call, jit_p
from minijax.linearization import needed, partial_rules
from minijax.optimizer import rewrite
from minijax.optimizer_passes import copied
from minijax.staging import check_callable
from minijax.static_arguments import Chosen, joined


def checkpoint(fun=None, *, prevent_cse=True, policy=None, static_argnums=(),
               concrete=False):
    """`fun`, whose residuals are its arguments: the rest is computed again.

    policy: which results are kept all the same, see `checkpoint_policies`.
    static_argnums: arguments that are passed as they are. prevent_cse changes
    nothing: the second computation is never merged with the first. Without
    `fun`, a decorator. JAX twin: `jax.checkpoint`, `jax.remat`.
    """
    if concrete:
        raise NotImplementedError(NO_CONCRETE)
    options = dict(prevent_cse=prevent_cse, policy=policy)
    if fun is None:
        return partial(checkpoint, static_argnums=static_argnums, **options)
    check_callable(fun, "checkpoint")
    static = Chosen(fun, static_argnums, (), "static")

    @wraps(fun)
    def checkpointed(*args, **kwargs):
        body, leaves = trace_call(fun, static, args, kwargs)
        outs = remat_p.bind(*body.consts, *leaves, jaxpr=body.jaxpr,
                            differentiated=False, **options)
        return tree_util.tree_unflatten(body.out_tree, outs)
    return checkpointed


# [trace_call]
def trace_call(fun, static, args, kwargs):
    """The program of a call, and its operands.

    A function of arrays alone is traced once for their types.
    """
    fixed, given = static.split(args, kwargs)

    def whole(args, kwargs):
        args, kwargs = joined(fixed, args, kwargs)
        return fun(*args, **kwargs)
    if not fixed and not kwargs:
        whole, given = fun, args
    leaves, tree = tree_util.tree_flatten(given)
    leaves = [as_array(x, "checkpoint", i) for i, x in enumerate(leaves)]
    avals = [x.aval for x in leaves]
    try:
        return trace_body(whole, tree, avals, "checkpoint"), leaves
    except ConcretizationTypeError as error:
        if "static_argnums" not in str(error):
            error.args = (f"{error}\n{CONCRETE}",)
        raise


CONCRETE = ("If the value is an argument that Python can know before the "
            "call, pass it as it is: checkpoint(f, static_argnums=…).")
NO_CONCRETE = (
    "The `concrete` option to checkpoint was removed from JAX, and never was "
    "here: a checkpointed function is traced. In its place use "
    "static_argnums, for the arguments that Python's `if` and `range` need.")
# [/trace_call]


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
    forget_many(params["jaxpr"])
    now, later, waits, takes = twice(params["jaxpr"], unknown,
                                     params["policy"] or nothing_saveable)
    if all(waits):  # nothing is wanted now
        return trace.record(remat_p, args, params)
    with set_current_trace(trace.parent):
        outs = run_closed(now, select(args, unknown)[1])
    n = waits.count(False)
    late = trace.record(remat_p, [*outs[n:], *select(args, takes)[0]], {
        **params, "jaxpr": later, "differentiated": True})
    return merge(waits, late, outs[:n])


partial_rules[remat_p] = remat_partial
# [/partial]


def forget_many(closed, many=64):
    """So that policies made anew for each call do not pile up their halves."""
    results = vars(closed).get("results", {})
    if len(results) > many:
        results.clear()


# [twice]
@kept_with_program
def twice(closed, unknown, policy):
    """A program in two, where the second half begins from the start.

    Returns (now, later, waits, takes): `now` gives the known outputs and
    what the policy saves; `later` takes that and those of all inputs that it
    needs, and gives the outputs that wait.
    """
    first, second, waits = partial_eval_jaxpr(closed, unknown)
    known = waits.count(False)
    first, again, saved = saving(first, known, policy)
    m = len(saved)

    def from_the_start(*args):
        waiting, others = select(args[m:], unknown)
        residuals = run_closed(again, [*args[:m], *others])
        return run_closed(second, [*residuals, *waiting]), None
    avals = [v.aval for v in saved] + closed.in_avals
    whole, _ = traced(from_the_start, avals)
    later, takes = dce_closed(whole, (True,) * len(whole.out_avals))
    outs = first.jaxpr.outvars[:known] + select(saved, takes[:m])[0]
    now = ClosedJaxpr(*needed(first.jaxpr.replace(outvars=outs), first.consts))
    return now, later, waits, takes[m:]
# [/twice]


# [saving]
def saving(now, known, policy):
    """How the residuals are computed again, from what a policy saves.

    Returns (now, again, saved): the program seen by the policy, one of the
    saved values and its inputs that gives its residuals, and those values.
    """
    if policy is not nothing_saveable:
        now = opened(now)
    jaxpr = now.jaxpr
    kept, rest = select(jaxpr.eqns, [worth(policy, e) for e in jaxpr.eqns])
    saved = [v for eqn in kept for v in eqn.outvars]
    again = jaxpr.replace(invars=saved + jaxpr.invars, eqns=rest,
                          outvars=jaxpr.outvars[known:])
    return now, ClosedJaxpr(again, now.consts), saved


def worth(policy, eqn):
    """What a policy says of an equation."""
    verdict = policy(eqn.primitive, *[x.aval for x in eqn.invars],
                     **eqn.params)
    if type(verdict) is bool:
        return verdict
    raise TypeError(
        "The value returned by a remat policy should be a bool, but "
        f"{getattr(policy, '__name__', policy)} returned a value of type "
        f"{type(verdict).__name__} for {eqn.primitive}. Some functions in "
        "checkpoint_policies make a policy, and are called first: "
        "policy=save_only_these_names('h').")


def opened(closed):
    """The program with the bodies of jitted functions in place of calls."""
    consts = dict(zip(closed.jaxpr.constvars, closed.consts))

    def rule(eqn):
        if eqn.primitive is jit_p:
            return copied(opened(eqn.params["jaxpr"]), eqn.invars, consts)
    jaxpr = rewrite(closed, rule).jaxpr
    return ClosedJaxpr(jaxpr.replace(constvars=list(consts)), consts.values())
# [/saving]
