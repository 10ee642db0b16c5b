"""A sign is carried along until something can take it in.

signs : ClosedJaxpr -> ClosedJaxpr

For floats a + (-b) is a - b, and (-a) b is -(a b), to the bit; derivatives
are full of such signs. XLA: algebraic_simplifier.
"""

from collections import Counter

from minijax import lax
from minijax.jaxpr import JaxprEqn, Var
from minijax.optimizer import optimization, rewrite


@optimization
def signs(closed):
    """Take signs out of products, and into sums and differences."""
    jaxpr, negated = closed.jaxpr, {}  # -a -> a, where nobody else reads -a
    uses = Counter(v for eqn in jaxpr.eqns for v in eqn.invars
                   if type(v) is Var)
    uses.update(v for v in jaxpr.outvars if type(v) is Var)

    def rule(eqn):
        take = taking.get(eqn.primitive)
        if take is None or eqn.outvars[0].aval.dtype.kind != "f":
            eqns = [eqn]
        else:
            eqns = take(eqn, *map(negated.get, eqn.invars)) or [eqn]
        last = eqns[-1]
        if last.primitive is lax.neg_p and uses[eqn.outvars[0]] == 1:
            negated[eqn.outvars[0]] = last.invars[0]
        return eqns, eqn.outvars
    return rewrite(closed, rule)


# [taking]
def sum_of(eqn, a, b):
    """x + (-b) = x - b"""
    x, y = eqn.invars
    x, b = (y, a) if b is None else (x, b)
    if b is None:
        return None
    return [eqn.replace(primitive=lax.sub_p, invars=[x, b])]


def difference_of(eqn, a, b):
    """x - (-b) = x + b"""
    if b is None:
        return None
    return [eqn.replace(primitive=lax.add_p, invars=[eqn.invars[0], b])]


def product_of(eqn, a, b):
    """(-a) y = -(a y), and (-a) (-b) = a b; quotients alike"""
    if a is None and b is None:
        return None
    x, y = (v if v is not None else w for v, w in zip((a, b), eqn.invars))
    if a is not None and b is not None:
        return [eqn.replace(invars=[x, y])]
    out = Var(eqn.outvars[0].aval)
    return [eqn.replace(invars=[x, y], outvars=[out]),
            JaxprEqn([out], eqn.outvars, lax.neg_p, {})]


taking = {lax.add_p: sum_of, lax.sub_p: difference_of, lax.mul_p: product_of,
          lax.div_p: product_of}
# [/taking]
