"""jit as an operation: a program with a name, and its row in every table.

jit_p : (*operand, jaxpr, name) -> [result]

JAX twin: jit_p in jax/_src/pjit.py.
"""

from functools import partial

from minijax.batching import batching_rules, move_axis
from minijax.executor import calls, numpy_program
from minijax.forward import Zero, jvp_rules
from minijax.jaxpr import Literal, dce_rules
from minijax.jaxpr_text import param_rules
from minijax.jaxpr_transforms import (
    ProgramPrimitive,
    batch_jaxpr,
    dce_closed,
    jvp_jaxpr,
    merge,
    partial_eval_jaxpr,
    select,
    transpose_jaxpr,
)
from minijax.linearization import partial_rules
from minijax.transpose import is_undefined_primal, transposes

jit_p = ProgramPrimitive("jit")


# [calls]
@jit_p.def_abstract_eval
def jit_types(*avals, jaxpr, name):
    return jaxpr.out_avals


@jit_p.def_impl
def run_program(*values, jaxpr, name):
    return numpy_program(jaxpr, program_name(name))(*values)


def call_program(writer, eqn, operands):
    """A NumPy program calls another by its name."""
    part = writer.part(eqn.params["jaxpr"], program_name(eqn.params["name"]))
    return f"{part}({', '.join(operands)})"


def program_name(name):
    """What the NumPy program of a function is called; a lambda has no name."""
    return f"jit_{name if name.isidentifier() else 'lambda'}"


calls[jit_p] = call_program
# [/calls]


# [jvp]
def call_jvp(primitive, primals, tangents, *, jaxpr, **params):
    moving = tuple(type(t) is not Zero for t in tangents)
    program, there = jvp_jaxpr(jaxpr, moving)
    dots = select(tangents, moving)[0]
    results = primitive.bind(*primals, *dots, jaxpr=program, **params)
    n = len(there)
    still = [Zero(a.tangent()) for a in select(jaxpr.out_avals, there)[1]]
    return results[:n], merge(there, results[n:], still)
# [/jvp]


# [partial]
def jit_partial(trace, args, params):
    """Run the known half now, if there is one; write the other down."""
    unknown = tuple(map(trace.owns, args))
    now, later, waits = partial_eval_jaxpr(params["jaxpr"], unknown)
    if not now.eqns and all(waits):
        return trace.record(jit_p, args, params)
    waiting, known = select(args, unknown)
    results = trace.parent.process_primitive(
        jit_p, known, {**params, "jaxpr": now})
    n = waits.count(False)
    late = trace.record(jit_p, [*results[n:], *waiting],
                        {**params, "jaxpr": later})
    return merge(waits, late, results[:n])


partial_rules[jit_p] = jit_partial
# [/partial]


# [transpose]
def call_transpose(primitive, cts, *operands, jaxpr, **params):
    linear = tuple(map(is_undefined_primal, operands))
    there = tuple(type(ct) is not Zero for ct in cts)
    name = params.get("name", primitive.name)
    program, back = transpose_jaxpr(jaxpr, linear, there, (), name)
    known = select(operands, linear)[1]
    results = primitive.bind(*known, *select(cts, there)[0], jaxpr=program,
                             **params)
    cts = merge(back, results, [None] * back.count(False))
    return merge(linear, cts, [None] * len(known))
# [/transpose]


# [batch]
def call_batch(primitive, trace, values, axes, *, jaxpr, **params):
    mapped = tuple(axis is not None for axis in axes)
    program, there = batch_jaxpr(jaxpr, trace.size, trace.axis_name, mapped)
    values = [x if a is None else move_axis(x, a, 0)
              for x, a in zip(values, axes)]
    return primitive.bind(*values, jaxpr=program, **params), [
        0 if m else None for m in there]
# [/batch]


# [dce]
def call_dce(used, eqn):
    program, kept = dce_closed(eqn.params["jaxpr"], tuple(used))
    if program is eqn.params["jaxpr"]:
        return eqn
    return eqn.replace(
        invars=select(eqn.invars, kept)[0],
        outvars=select(eqn.outvars, used)[0],
        params={**eqn.params, "jaxpr": program})
# [/dce]


# [def_call]
def def_call(primitive):
    """The rules of an operation that runs its one program, `jaxpr`."""
    jvp_rules[primitive] = partial(call_jvp, primitive)
    transposes[primitive] = partial(call_transpose, primitive)
    batching_rules[primitive] = partial(call_batch, primitive)
    dce_rules[primitive] = call_dce


def_call(jit_p)
# [/def_call]


# [text]
def jit_text(eqn, names):
    """The name first; a program's inputs and outputs are called as around."""
    inner = eqn.params["jaxpr"].jaxpr
    if inner not in names.programs:
        call_alike(names, inner.invars, eqn.invars)
        call_alike(names, inner.outvars, eqn.outvars)
    return {"name": eqn.params["name"], "jaxpr": eqn.params["jaxpr"]}


def call_alike(names, variables, others):
    """Each as its partner is called, the first of several that have one."""
    used = set()
    for v, other in zip(variables, others):
        if not (Literal in (type(v), type(other)) or v in names
                or other in used):
            used.add(other)
            names[v] = names[other]


param_rules["jit"] = jit_text
# [/text]
