"""Choices that are part of a program.

cond   : (bool, a -> b, a -> b, a) -> b
switch : (int, [a -> b], a) -> b
cond_p : (index, *operand, branches) -> [result]

Every branch is traced, and one is run. The rules of cond_p are in
`conditional_rules`. JAX twin: jax/_src/lax/control_flow/conditionals.py.
"""

import numpy as np

from minijax import lax
from minijax.array import as_array
from minijax.bodies import trace_body
from minijax.branches import check_branches, common_operands, joined
from minijax.compilation import disable_jit
from minijax.core import Tracer
from minijax.executor import calls, numpy_program, row
from minijax.jaxpr import typematch, types
from minijax.jaxpr_transforms import ProgramPrimitive
from minijax.rewiring import forwarded, outputs_at
from minijax.tree_util import tree_flatten

cond_p = ProgramPrimitive("cond")


# [cond_types]
@cond_p.def_abstract_eval
def cond_types(index, *operands, branches):
    """The types of one branch, if those of all are the same."""
    gives = branches[0].out_avals
    if index.shape or index.dtype != np.int32:
        raise TypeError(f"cond called with index of type {index} instead of "
                        "int32[]")
    for i, branch in enumerate(branches):
        if not typematch(branch.in_avals, operands):
            raise TypeError(f"cond branch {i} takes {types(branch.in_avals)}, "
                            f"called with {types(operands)}")
        if not typematch(branch.out_avals, gives):
            raise TypeError(f"cond branches 0 and {i} have mismatching output "
                            f"types: {types(gives)} vs "
                            f"{types(branch.out_avals)}")
    return joined(*(branch.out_avals for branch in branches))
# [/cond_types]


# [run]
@cond_p.def_impl
def run_branch(index, *operands, branches):
    i = int(index)
    return numpy_program(branches[i], f"branch_{i}")(*operands)


def call_branch(writer, eqn, operands):
    """`(branch_0, branch_1)[i](a, b)`"""
    names = [writer.part(branch, f"branch_{i}")
             for i, branch in enumerate(eqn.params["branches"])]
    index = writer.name(eqn.invars[0])
    return f"({row(names)})[{index}]({', '.join(operands[1:])})"


calls[cond_p] = call_branch
# [/run]

absent = object()  # where no `operand` is given; None is an operand


# [cond]
def cond(pred, true_fun, false_fun, *operands, operand=absent):
    """true_fun(*operands) if pred, else false_fun(*operands).

    pred: a scalar, bool or number. The functions take containers of arrays
    and return one tree of the same types. Both are traced, one is run; under
    vmap with a pred that differs between examples both are run. The old form
    cond(pred, x, true_fun, y, false_fun) is taken too. TypeError: pred is no
    scalar, or the outputs differ. JAX twin: `lax.cond`.
    """
    if not (callable(true_fun) and callable(false_fun)):
        x, f, y, g = check_old_form(true_fun, false_fun, operands)
        return cond(pred, lambda x, y: f(x), lambda x, y: g(y), x, y)
    operands = the_operands(operands, operand)
    pred = check_pred(pred)
    if disable_jit.value and is_known(pred):
        return (true_fun if pred else false_fun)(*operands)
    return choose("cond", lax.convert_element_type(pred, np.int32),
                  (true_fun, false_fun), ("true_fun", "false_fun"), operands)
# [/cond]


# [switch]
def switch(index, branches, *operands, operand=absent):
    """branches[index](*operands), with index moved into range.

    index: an integer scalar. All branches are traced, one is run, and all
    return one tree of the same types. A single branch is called as it is.
    TypeError, ValueError: index is no integer scalar, there is no branch, or
    the outputs differ. JAX twin: `lax.switch`.
    """
    branches = tuple(branches)
    if not all(map(callable, branches)):
        raise TypeError("lax.switch: branches argument should be a sequence "
                        f"of callables, got {branches!r:.60}")
    operands = the_operands(operands, operand)
    index = check_index(index)
    if not branches:
        raise ValueError("Empty branch sequence: switch needs at least one "
                         "function")
    if len(branches) == 1:
        return branches[0](*operands)
    index = lax.clamp(np.int32(0), lax.convert_element_type(index, np.int32),
                      np.int32(len(branches) - 1))
    if disable_jit.value and is_known(index):
        return branches[int(index)](*operands)
    return choose("switch", index, branches, [
        f"branch {i}" for i in range(len(branches))], operands)
# [/switch]


# [choose]
def choose(what, index, funs, names, operands):
    """Trace the branches, make them alike, and bind cond_p."""
    leaves, tree = tree_flatten(operands)
    leaves = [as_array(x, what, i) for i, x in enumerate(leaves)]
    avals = [x.aval for x in leaves]
    bodies = [trace_body(f, tree, avals, what) for f in funs]
    check_branches(what, *zip(names, funs, bodies, strict=True))
    consts, programs = common_operands(bodies)
    if what == "cond":
        programs.reverse()  # false_fun is branch 0
    operands = [*consts, *leaves]
    passed = [places[0] if len({*places}) == 1 else None
              for places in zip(*map(forwarded, programs), strict=True)]
    mask = tuple(i is None for i in passed)
    outs = iter(cond_p.bind(index, *operands, branches=tuple(
        outputs_at(program, mask) for program in programs)))
    return bodies[0].out_tree.unflatten([
        next(outs) if i is None else operands[i] for i in passed])
# [/choose]


# [check_pred]
def check_pred(pred):
    """The predicate as a scalar bool; a number means that it is not zero."""
    if pred is None:
        raise TypeError("cond predicate is None; cond(pred, true_fun, "
                        "false_fun, *operands) takes a bool first")
    try:
        x = as_array(pred)
    except TypeError:
        raise TypeError(
            "Pred must be a scalar, of type either boolean or number, got "
            f"{pred!r:.60} of type {type(pred)}.") from None
    if x.shape:
        raise TypeError(
            f"Pred must be a scalar, got an array of shape {x.shape}. Reduce "
            "it by minijax.numpy.all or any; or choose entry by entry, by "
            "minijax.numpy.where; or map cond over it, by vmap.")
    if x.dtype.kind == "c":
        raise TypeError("Pred type must be either boolean or number, got "
                        f"{x.dtype}. Compare first: pred != 0.")
    return x if x.dtype.kind == "b" else x != 0


def check_index(index):
    """The index of switch as an array."""
    try:
        x = as_array(index)
    except TypeError:
        raise TypeError("Index type must be an integer, got "
                        f"{index!r:.60}.") from None
    if x.shape:
        raise TypeError("Branch index must be scalar, got an array of shape "
                        f"{x.shape}. Map switch over it, by vmap.")
    if x.dtype.kind not in "iu":
        raise TypeError(f"Index type must be an integer, got {x.dtype}. "
                        "Convert it, by x.astype(int), or use cond.")
    return x
# [/check_pred]


# [old form]
def check_old_form(x, f, others):
    """The arguments after pred, if they are operand, function, twice."""
    if callable(f) and len(others) == 2 and callable(others[1]):
        return x, f, *others
    raise TypeError("lax.cond: true_fun and false_fun arguments should be "
                    f"callable, got {x!r:.60} and {f!r:.60}. Write cond(pred, "
                    "lambda x: …, lambda x: …, x)")


def the_operands(operands, operand):
    """What is given as `*operands`, or as `operand=`."""
    if operand is absent:
        return operands
    if operands:
        raise TypeError("if 'operand' keyword is passed then no positional "
                        f"operands can be passed, got {operand=} and "
                        f"positional operands {operands}")
    return (operand,)


def is_known(x):
    """Can Python decide by x, because there is a number behind it?"""
    return not isinstance(x, Tracer) or x.to_concrete_value() is not None
# [/old form]
