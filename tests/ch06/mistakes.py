"""Wrong answers to the exercises of chapter 6, and what they are told."""

import math

import numpy as np

from minijax.core import Literal, Var, eval_jaxpr

MOVES = {"broadcast_in_dim", "reshape", "transpose", "squeeze", "slice",
         "concatenate", "convert_element_type", "iota", "copy"}


def flops_with(dot, reduce=lambda eqn: eqn.invars[0].aval.size, moves=MOVES):
    def flops(jaxpr):
        total = 0
        for eqn in jaxpr.eqns:
            name, size = eqn.primitive.name, eqn.outvars[0].aval.size
            if name == "dot_general":
                total += dot(eqn, size)
            elif name.startswith("reduce_"):
                total += reduce(eqn)
            elif name not in moves:
                total += size
        return total
    return flops


def summed(eqn, operand=0):
    axes = eqn.params["dimension_numbers"][0][0]
    return math.prod(eqn.invars[operand].aval.shape[i] for i in axes)


def always_the_last_axis(eqn, size):
    return 2 * eqn.invars[0].aval.shape[-1] * size


def right_dot(eqn, size):
    return 2 * summed(eqn) * size


def largest_by(measure):
    def run_and_watch(closed, *args):
        outs = eval_jaxpr(closed.jaxpr, closed.consts, *args)
        return outs, max(closed.eqns, key=measure)
    return run_and_watch


def entries(eqn):
    return sum(v.aval.size for v in eqn.outvars)


def nbytes(eqn):
    return sum(v.aval.size * v.aval.dtype.itemsize for v in eqn.outvars)


def first_result_only(eqn):
    return eqn.outvars[0].aval.size * eqn.outvars[0].aval.dtype.itemsize


def with_operands(eqn):
    return nbytes(eqn) + sum(
        v.aval.size * v.aval.dtype.itemsize for v in eqn.invars)


def last_equation(closed, *args):
    outs = eval_jaxpr(closed.jaxpr, closed.consts, *args)
    return outs, closed.eqns[-1]


def last_of_the_largest(closed, *args):
    outs = eval_jaxpr(closed.jaxpr, closed.consts, *args)
    return outs, max(reversed(closed.eqns), key=nbytes)


def only_the_largest(closed, *args):
    return max(closed.eqns, key=nbytes)


def well_formed_with(outputs=True, once=True, inputs=True, before=True,
                     types=True, weak=False):
    """A checker that may forget something."""
    def typed(eqn):
        if not types:
            return True
        try:
            out = eqn.primitive.out_type(
                tuple(v.aval for v in eqn.invars), eqn.params)
        except TypeError:
            return False
        outs = out if eqn.primitive.multiple_results else [out]
        given = [v.aval for v in eqn.outvars]
        if weak:
            return outs == given
        return list(map(str, outs)) == list(map(str, given))

    def well_formed(jaxpr):
        heads = jaxpr.constvars + jaxpr.invars
        bound = set(heads)
        if inputs and len(bound) < len(heads):
            return False
        for eqn in jaxpr.eqns:
            if once and bound & set(eqn.outvars):
                return False
            if not before:
                bound.update(eqn.outvars)
            if not all(isinstance(v, Literal) or v in bound
                       for v in eqn.invars):
                return False
            if not typed(eqn):
                return False
            bound.update(eqn.outvars)
        return not outputs or all(
            isinstance(v, Literal) or v in bound for v in jaxpr.outvars)
    return well_formed


def fold_with(chain=True, arrays=False, outputs=True, effects=False):
    def fold(jaxpr):
        known, eqns = {}, []

        def now(atoms):
            return [known.get(v, v) if isinstance(v, Var) else v
                    for v in atoms]
        for eqn in jaxpr.eqns:
            after = eqn.replace(invars=now(eqn.invars))
            if (all(isinstance(v, Literal)
                    for v in (after if chain else eqn).invars)
                    and not eqn.primitive.multiple_results
                    and (arrays or eqn.outvars[0].aval.shape == ())
                    and (effects or not eqn.primitive.effectful)):
                known[eqn.outvars[0]] = Literal(eqn.primitive.bind(
                    *[v.val for v in after.invars], **eqn.params))
            else:
                eqns.append(after)
        outs = now(jaxpr.outvars) if outputs else jaxpr.outvars
        return jaxpr.replace(eqns=eqns, outvars=outs)
    return fold


def fold_in_place(jaxpr):
    jaxpr.eqns = [e for e in jaxpr.eqns
                  if any(isinstance(v, Var) for v in e.invars)]
    return jaxpr


def bits(atom):
    return str(atom.aval), np.asarray(atom.val).tobytes()


def cse_with(literal=bits, params=True, order=tuple, rename=True,
             outputs=True, effects=False):
    def cse(jaxpr):
        seen, instead, eqns = {}, {}, []

        def now(atoms):
            return [instead.get(v, v) if isinstance(v, Var) else v
                    for v in atoms]
        for eqn in jaxpr.eqns:
            after = eqn.replace(invars=now(eqn.invars))
            reads = (after if rename else eqn).invars
            key = (eqn.primitive, order(
                v if isinstance(v, Var) else literal(v) for v in reads),
                tuple(eqn.params.items()) if params else ())
            if key in seen and (effects or not eqn.primitive.effectful):
                instead.update(zip(eqn.outvars, seen[key]))
            else:
                seen[key] = eqn.outvars
                eqns.append(after)
        outs = now(jaxpr.outvars) if outputs else jaxpr.outvars
        return jaxpr.replace(eqns=eqns, outvars=outs)
    return cse


MISTAKES = [
    ("6.1", lambda jaxpr: len(jaxpr.eqns), "number of equations"),
    ("6.1", flops_with(lambda eqn, size: size), "each is a sum of 3"),
    ("6.1", flops_with(lambda eqn, size: summed(eqn) * size), "one half"),
    ("6.1", flops_with(lambda eqn, size: 2 * size * summed(eqn, 1)),
     "2 was taken"),
    ("6.1", flops_with(always_the_last_axis), "3 sums of 2 products"),
    ("6.1", flops_with(right_dot, lambda eqn: 1), "counted by its result"),
    ("6.1", flops_with(right_dot, moves=()), "moving numbers is free"),
    ("6.2", last_equation, "the last equation, not the largest"),
    ("6.2", largest_by(entries), "not the larger"),
    ("6.2", largest_by(first_result_only), "of 24 bytes together"),
    ("6.2", largest_by(with_operands), "not its operands"),
    ("6.2", last_of_the_largest, "the first: not cos"),
    ("6.2", only_the_largest, "return two things"),
    ("6.3", lambda jaxpr: True, "reads what only a later one binds"),
    ("6.3", lambda jaxpr: None, "say True or False"),
    ("6.3", well_formed_with(outputs=False), "an output is a variable"),
    ("6.3", well_formed_with(once=False), "bound by two equations"),
    ("6.3", well_formed_with(before=False), "reads its own result"),
    ("6.3", well_formed_with(inputs=False), "two inputs are one"),
    ("6.3", well_formed_with(types=False), "another shape"),
    ("6.3", well_formed_with(weak=True), "is weak"),
    ("6.4", lambda jaxpr: jaxpr, "the sine of 1.0 is still there"),
    ("6.4", fold_with(chain=False), "its sine can be"),
    ("6.4", fold_with(outputs=False), "the outputs too"),
    ("6.4", fold_with(arrays=True), "an array of 3 zeros was folded"),
    ("6.4", fold_with(effects=True), "an effectful equation must stay"),
    ("6.4", fold_in_place, "has been changed"),
    ("6.5", lambda jaxpr: jaxpr, "['sin', 'sin', 'add']"),
    ("6.5", cse_with(rename=False), "rename operands before"),
    ("6.5", cse_with(outputs=False), "the outputs too"),
    ("6.5", cse_with(order=frozenset), "the order of operands"),
    ("6.5", cse_with(params=False), "compare the parameters"),
    ("6.5", cse_with(literal=id), "two objects but the same number"),
    ("6.5", cse_with(literal=lambda v: float(v.val)), "x / -0.0"),
    ("6.5", cse_with(literal=lambda v: np.asarray(v.val).tobytes()),
     "have different types"),
    ("6.5", cse_with(effects=True), "an effectful equation must stay"),
]
