"""Transposition: a linear program run backwards.

backward_pass    : (Jaxpr of a -o b, [const], CT b) -> CT a
linear_transpose : (a -o b) -> a -> (CT b -o CT a)

The rules are in `transpose_rules`. JAX twin: jax/_src/interpreters/ad.py.
"""

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.core import fun_line
from minijax.forward import Zero, add_any_p, instantiate
from minijax.jaxpr import Literal
from minijax.linearization import PartialTrace, type_of
from minijax.rules import Rules
from minijax.staging import abstract, check_callable


class NotLinear(NotImplementedError):
    """An operation met in a transposition is not linear."""


transposes = Rules("Transpose rule (for reverse-mode differentiation)",
                   NotLinear)


# [UndefinedPrimal]
class UndefinedPrimal:
    """In place of a linear operand: it has a type, and no value here."""

    __slots__ = ("aval",)

    def __init__(self, aval):
        self.aval = aval

    def __repr__(self):
        return f"UndefinedPrimal({self.aval.str_short()})"


def is_undefined_primal(x):
    return type(x) is UndefinedPrimal
# [/UndefinedPrimal]


def backward_pass(jaxpr, consts, cotangents, fun=None):
    """The cotangents of a linear jaxpr's inputs, from those of its outputs.

    One walk from the last equation to the first: every reader of a variable
    comes after it, so when an equation's turn comes its cotangent is whole.
    """
    values = dict(zip(jaxpr.constvars, consts))
    sums = {}  # variable -> what its readers have handed back so far
    add_up(sums, jaxpr.outvars, cotangents)
    for eqn in reversed(jaxpr.eqns):
        ct = take(sums, eqn)
        if ct is not None:
            add_up(sums, eqn.invars, transpose(eqn, ct, values, fun))
    return [sums.get(v, Zero(v.aval)) for v in jaxpr.invars]


# [sums]
def add_up(sums, atoms, cts):
    """Add each cotangent to the sum of its variable; None adds nothing."""
    for v, ct in zip(atoms, cts):
        if ct is not None and type(ct) is not Zero:
            sums[v] = add_any_p.bind(sums[v], ct) if v in sums else ct


def take(sums, eqn):
    """The whole cotangent of an equation's results, or None; then it goes."""
    if not eqn.primitive.multiple_results:
        return sums.pop(eqn.outvars[0], None)
    cts = [sums.pop(v, None) for v in eqn.outvars]
    if all(ct is None for ct in cts):
        return None
    return [Zero(v.aval) if ct is None else ct
            for v, ct in zip(eqn.outvars, cts)]
# [/sums]


def transpose(eqn, ct, values, fun):
    """The cotangents that an equation hands back to its operands."""
    operands = [v.val if type(v) is Literal else
                values[v] if v in values else UndefinedPrimal(v.aval)
                for v in eqn.invars]
    try:
        cts = transposes[eqn.primitive](ct, *operands, **eqn.params)
    except NotLinear as e:
        raise NotImplementedError(
            f"{e} It was met while transposing {fun_line(fun)}; only what is "
            "linear in its arguments can be transposed.") from None
    if not isinstance(cts, tuple | list):
        raise TypeError(
            f"the transpose rule of {eqn.primitive} must give a list, of one "
            f"cotangent for each operand, but gave {cts!r:.80}; for a single "
            "operand write `return [ct]`.")
    if len(cts) != len(operands):
        raise TypeError(
            f"the transpose rule of {eqn.primitive} gave {len(cts)} "
            f"cotangents for {len(operands)} operands; give one for each, "
            "or None for an operand that has a value.")
    for v, ct in zip(eqn.invars, cts):
        if ct is not None and ct.aval is not v.aval:
            check_rule(eqn, v, ct)
    return cts


def check_rule(eqn, v, ct):
    """A cotangent has the shape and dtype of its operand, weak or not."""
    if type(ct) is not Zero and kind(ct.aval) != kind(v.aval):
        raise TypeError(
            f"the transpose rule of {eqn.primitive} gave a cotangent of type "
            f"{type_of(ct.aval)} for an operand of type {type_of(v.aval)}; a "
            "cotangent has the type of what it belongs to.")


def kind(x):
    """Shape and dtype: what must agree, weak or not."""
    return x.shape, x.dtype


def linear_transpose(fun, *primals):
    """The transpose of a function that is linear.

    primals give types only (arrays or ShapeDtypeStructs). Returns a function
    from a cotangent of the output to a tuple of the arguments'.
    NotImplementedError: `fun` is not linear in its arguments, said with the
    operation that is not. JAX twin: `jax.linear_transpose`.
    """
    check_callable(fun, "linear_transpose")
    leaves, in_tree = tree_util.tree_flatten(tuple(primals))
    avals = [abstract(x, "linear_transpose", i) for i, x in enumerate(leaves)]
    flat = FlatFun(fun, in_tree, name="linear_transpose")
    jaxpr, consts = linear_jaxpr(flat, avals, fun)
    types = tree_util.tree_unflatten(
        flat.out_tree, [v.aval for v in jaxpr.outvars])

    def transposed(cotangent):
        cts = check_against(types, cotangent)
        outs = backward_pass(jaxpr, consts, cts, fun)
        return tree_util.tree_unflatten(in_tree, map(instantiate, outs))
    return transposed


# [linear_jaxpr]
def linear_jaxpr(flat, avals, fun):
    """What `fun` does to its unknown inputs; all else is computed now."""
    with PartialTrace(fun) as trace:
        trace.name = "linear_transpose"
        return recorded(trace, flat, avals)


def recorded(trace, flat, avals):
    inputs = [trace.new_input(aval) for aval in avals]
    return trace.jaxpr(inputs, flat(*inputs))


def check_against(types, cotangent):
    """The leaves of a cotangent that has the output's tree and types."""
    cts, tree = tree_util.tree_flatten(cotangent)
    wanted, want_tree = tree_util.tree_flatten(types)
    cts = [as_array(ct, "linear_transpose") for ct in cts]
    if tree == want_tree and [*map(kind, cts)] == [*map(kind, wanted)]:
        return cts
    raise TypeError("cotangent type does not match function output, expected "
                    f"{types} but got {cotangent!r:.200}")
# [/linear_jaxpr]
