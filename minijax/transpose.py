"""Transposition: a linear program run backwards.

backward_pass : (Jaxpr of a -o b, [const], CT b) -> CT a
linear_transpose : (a -o b) -> a -> (CT b -o CT a)

The rules are in `transpose_rules`. JAX twin: jax/_src/interpreters/ad.py.
"""

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.core import fun_line
from minijax.forward import Zero, add_tangents, instantiate
from minijax.jaxpr import Literal
from minijax.linearization import PartialTrace
from minijax.rules import Rules
from minijax.staging import abstract

transposes = Rules("Transpose (for reverse-mode differentiation)")



class NotLinear(NotImplementedError):
    """An operation met in a transposition is not linear."""


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


# [backward_pass]
def backward_pass(jaxpr, consts, cotangents, fun=None):
    """The cotangents of a linear jaxpr's inputs, from those of its outputs.

    One walk from the last equation to the first: every reader of a variable
    comes after it, so when an equation's turn comes its cotangent is whole.
    """
    values = dict(zip(jaxpr.constvars, consts))
    sums = {}

    def add(atom, ct):
        if type(atom) is not Literal and atom not in values:
            sums[atom] = add_tangents(sums.get(atom, Zero(atom.aval)), ct)

    def operand(atom):
        if type(atom) is Literal:
            return atom.val
        return values[atom] if atom in values else UndefinedPrimal(atom.aval)
    for atom, ct in zip(jaxpr.outvars, cotangents):
        add(atom, ct)
    for eqn in reversed(jaxpr.eqns):
        cts = [sums.pop(v, Zero(v.aval)) for v in eqn.outvars]
        if any(type(ct) is not Zero for ct in cts):
            for atom, ct in zip(eqn.invars, transpose(eqn, cts, operand, fun)):
                if ct is not None:
                    add(atom, ct)
    return [sums.pop(v, Zero(v.aval)) for v in jaxpr.invars]


def transpose(eqn, cts, operand, fun):
    """The cotangents that an equation hands to its operands."""
    args = [operand(atom) for atom in eqn.invars]
    ct = cts if eqn.primitive.multiple_results else cts[0]
    try:
        return transposes[eqn.primitive](ct, *args, **eqn.params)
    except NotLinear as e:
        raise NotImplementedError(
            f"{e} It was met while transposing {fun_line(fun)}; only what is "
            "linear in its arguments can be transposed.") from None
# [/backward_pass]


# [linear_transpose]
def linear_transpose(fun, *primals):
    """The transpose of a function that is linear.

    primals give types only (arrays or ShapeDtypeStructs). Returns a function
    from a cotangent of the output to a tuple of the arguments'.
    NotImplementedError: `fun` is not linear in its arguments, said with the
    operation that is not. JAX twin: `jax.linear_transpose`.
    """
    leaves, in_tree = tree_util.tree_flatten(tuple(primals))
    avals = [abstract(x) for x in leaves]
    flat = FlatFun(fun, in_tree, name="linear_transpose")
    jaxpr, consts = linear_jaxpr(flat, avals, fun)

    def transposed(cotangent):
        cts, tree = tree_util.tree_flatten(cotangent)
        wanted = [v.aval for v in jaxpr.outvars]
        cts = [as_array(ct, "linear_transpose") for ct in cts]
        if tree != flat.out_tree or [*map(kind, cts)] != [*map(kind, wanted)]:
            raise TypeError(
                "cotangent type does not match function output, expected "
                f"{tree_util.tree_unflatten(flat.out_tree, wanted)} but got "
                f"{cotangent!r:.200}")
        outs = backward_pass(jaxpr, consts, cts, fun)
        return tree_util.tree_unflatten(in_tree, map(instantiate, outs))
    return transposed


def linear_jaxpr(flat, avals, fun):
    """What `fun` does to its unknown inputs; all else is computed now."""
    with PartialTrace(fun) as trace:
        trace.name = "linear_transpose"
        return recorded(trace, flat, avals)


def recorded(trace, flat, avals):
    inputs = [trace.new_input(aval) for aval in avals]
    return trace.jaxpr(inputs, flat(*inputs))


def kind(x):
    """Shape and dtype: what must agree, weak or not."""
    return x.shape, x.dtype
# [/linear_transpose]
