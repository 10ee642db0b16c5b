"""What can be left out of a program, pass by pass.

inline, fold, simplify, merge_equal, drop_dead : ClosedJaxpr -> ClosedJaxpr

None of them changes a value, a NaN, or the sign of a zero.
"""

import math

import numpy as np

from minijax import lax
from minijax.array import ArrayImpl, quiet
from minijax.caller import CallingPrimitive
from minijax.forward import add_any_p
from minijax.jaxpr import (
    ClosedJaxpr,
    JaxprEqn,
    Literal,
    Var,
    dce_jaxpr,
    has_effects,
)
from minijax.jaxpr_transforms import kept_with_program
from minijax.jit_rules import jit_p
from minijax.optimizer import optimization, rewrite

SMALL = 64  # equations that are worth a copy; elements that are worth keeping


# [inline]
@optimization
@kept_with_program
def inline(closed):
    """Small programs, and those that are called once, in place of calls.

    A large one that is called twice stays one: else forty calls, each twice
    of the one before, would be a program of 2⁴⁰ equations.
    """
    calls = [id(eqn.params["jaxpr"]) for eqn in closed.jaxpr.eqns
             if eqn.primitive is jit_p]
    consts = dict(zip(closed.jaxpr.constvars, closed.consts))

    def rule(eqn):
        if eqn.primitive is not jit_p:
            return None
        inner = inline(eqn.params["jaxpr"])
        if len(inner.eqns) > SMALL and calls.count(
                id(eqn.params["jaxpr"])) > 1:
            return None
        return copied(inner, eqn.invars, consts)
    new = rewrite(closed, rule).jaxpr
    return ClosedJaxpr(new.replace(constvars=list(consts)), consts.values())


def copied(closed, operands, consts):
    """The equations of a program with new variables, and its results."""
    jaxpr = closed.jaxpr
    names = dict(zip(jaxpr.invars, operands, strict=True))
    for v, x in zip(jaxpr.constvars, closed.consts):
        names[v] = Var(v.aval)
        consts[names[v]] = x

    def new(atom):
        if type(atom) is Var and atom not in names:
            names[atom] = Var(atom.aval)
        return names.get(atom, atom)
    eqns = [eqn.replace(invars=[new(v) for v in eqn.invars],
                        outvars=[new(v) for v in eqn.outvars])
            for eqn in jaxpr.eqns]
    return eqns, [new(v) for v in jaxpr.outvars]
# [/inline]


# [stretch]
stretching = {lax.add_p, lax.sub_p, lax.mul_p, lax.div_p, lax.max_p,
              lax.min_p, lax.pow_p, lax.atan2_p, lax.eq_p, lax.ne_p, lax.lt_p,
              lax.le_p, lax.gt_p, lax.ge_p, lax.neg_p, lax.abs_p, lax.sqrt_p,
              lax.integer_pow_p, lax.convert_element_type_p}


@optimization
def stretch(closed):
    """Repeat nothing that NumPy repeats by itself: scalars, axes of size 1.

    What is made of repeated scalars alone is made of one, and then repeated.
    """
    repeats = {}  # variable -> the equation that made it by repeating

    def rule(eqn):
        if eqn.primitive is add_any_p:
            eqn = eqn.replace(primitive=lax.add_p)
        if eqn.primitive in stretching:
            eqns = narrowed(eqn, repeats)
        else:
            eqns = [eqn]
        if eqns[-1].primitive is lax.broadcast_in_dim_p:
            repeats[eqn.outvars[0]] = eqns[-1]
        return eqns, eqn.outvars
    return rewrite(closed, rule)


def narrowed(eqn, repeats):
    """The equations of an operation on operands as small as can be."""
    out, = eqn.outvars
    shape, new = out.aval.shape, []
    small = [scalar(v, repeats) for v in eqn.invars]
    if shape and all(small):
        var = Var(out.aval.update(shape=()))
        return [eqn.replace(invars=small, outvars=[var]),
                repeat(var, out, shape, ())]
    atoms = list(eqn.invars)
    for i, v in enumerate(atoms):
        others = [x.aval.shape for x in atoms[:i] + atoms[i + 1:]]
        if v in repeats and shape in others:
            extra, atoms[i] = unrepeated(repeats[v])
            new += extra
    return [*new, eqn.replace(invars=atoms)]
# [/stretch]


# [repeat]
def scalar(atom, repeats):
    """The scalar that an atom is, or is a repetition of; or None."""
    if atom in repeats:
        atom = repeats[atom].invars[0]
    return None if atom.aval.shape else atom


def repeat(x, out, shape, dims):
    return JaxprEqn([x], [out], lax.broadcast_in_dim_p, {
        "shape": shape, "broadcast_dimensions": dims})


def unrepeated(eqn):
    """A repetition's operand with axes of size 1 in place of new ones."""
    x, = eqn.invars
    if not x.aval.shape:
        return [], x
    dims = eqn.params["broadcast_dimensions"]
    sizes = [1] * len(eqn.params["shape"])
    for d, n in zip(dims, x.aval.shape):
        sizes[d] = n
    out = Var(x.aval.update(shape=sizes))
    return [repeat(x, out, tuple(sizes), dims)], out
# [/repeat]


# [fold]
@optimization
def fold(closed):
    """What depends on no input, and is small, is computed now."""
    known = dict(zip(closed.jaxpr.constvars, closed.consts))

    def value(atom):
        return atom.val if type(atom) is Literal else known.get(atom)

    def rule(eqn):
        values = [value(v) for v in eqn.invars]
        if (any(x is None for x in values) or has_effects(eqn)
                or isinstance(eqn.primitive, CallingPrimitive)
                or sum(v.aval.size for v in eqn.outvars) > SMALL):
            return None
        outs = quiet.copy().run(eqn.primitive.impl,
                                *[x._value for x in values], **eqn.params)
        outs = outs if eqn.primitive.multiple_results else [outs]
        return [], [constant(np.asarray(x), v.aval, known)
                    for x, v in zip(outs, eqn.outvars)]
    new = rewrite(closed, rule).jaxpr
    return ClosedJaxpr(new.replace(constvars=list(known)), known.values())


def constant(value, aval, known):
    """A number as a literal, an array as a constant of the program."""
    x = ArrayImpl(value, aval)
    if not aval.shape:
        return Literal(x)
    known[var := Var(aval)] = x
    return var
# [/fold]


# [simplify]
@optimization
def simplify(closed):
    """x · 1, x / 1, x + (-0), a cast to the type it has, and their like."""
    def rule(eqn):
        find = simpler.get(eqn.primitive)
        x = find(*eqn.invars, **eqn.params) if find else None
        if x is not None and same_type(x, eqn.outvars[0]):
            return [], [x]
    return rewrite(closed, rule)


def same_type(x, y):
    return (x.aval.shape, x.aval.dtype) == (y.aval.shape, y.aval.dtype)


def is_number(atom, number):
    """Is the atom this number, to the sign of a zero?"""
    if type(atom) is not Literal or atom.aval.dtype.kind not in "fiu":
        return False
    x = atom.val.item()
    return x == number and math.copysign(1, x) == math.copysign(1, number)


def without(number, *sides):
    """Of two operands, the one beside a number that changes nothing."""
    def find(x, y):
        for side in sides:
            if is_number((x, y)[side], number):
                return (y, x)[side]
    return find


def nothing_to_add(x, y):
    """0 for integers; for floats it is -0, since -0 + 0 is 0."""
    zero = -0.0 if x.aval.dtype.kind == "f" else 0
    return without(zero, 0, 1)(x, y)


simpler = {
    lax.mul_p: without(1, 0, 1),
    lax.div_p: without(1, 1),
    lax.add_p: nothing_to_add,
    add_any_p: nothing_to_add,
    lax.sub_p: without(0, 1),
    lax.convert_element_type_p: lambda x, **params: x,
    lax.reshape_p: lambda x, *, new_sizes, dimensions:
        x if dimensions is None else None,
    lax.broadcast_in_dim_p: lambda x, *, shape, broadcast_dimensions:
        x if broadcast_dimensions == tuple(range(len(shape))) else None,
    lax.integer_pow_p: lambda x, *, y: x if y == 1 else None,
    lax.split_p: lambda x, *, sizes, axis: x if len(sizes) == 1 else None,
}
# [/simplify]


# [merge_equal]
@optimization
def merge_equal(closed):
    """What is computed twice is computed once; loops are run as asked."""
    seen = {}

    def rule(eqn):
        loop = eqn.primitive.holds_programs and eqn.primitive is not jit_p
        if loop or has_effects(eqn):
            return None
        operands = [identity(v) for v in eqn.invars]
        key = (eqn.primitive, *eqn.params.items(),
               frozenset(operands) if commutes(eqn) else tuple(operands))
        first = seen.setdefault(key, eqn.outvars)
        return None if first is eqn.outvars else ([], first)
    return rewrite(closed, rule)


def commutes(eqn):
    """Is a + b what b + a is, to the last bit? max(0, -0) is not."""
    return (eqn.primitive in (lax.add_p, lax.mul_p, add_any_p)
            and eqn.outvars[0].aval.dtype.kind != "c")


def identity(atom):
    """What two atoms have in common that are the same value."""
    if type(atom) is Literal:
        return atom.aval, atom.val._value.tobytes()
    return atom
# [/merge_equal]


@optimization
def drop_dead(closed):
    """What no output needs; the inputs stay as they are."""
    jaxpr, _ = dce_jaxpr(closed.jaxpr, [True] * len(closed.jaxpr.outvars),
                         instantiate=True)
    values = dict(zip(closed.jaxpr.constvars, closed.consts))
    return ClosedJaxpr(jaxpr, [values[v] for v in jaxpr.constvars])
