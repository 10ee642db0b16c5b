"""Wrong answers to the exercises of chapter 21, and what they are told."""

import math
from collections import Counter

import numpy as np

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.core import Literal


def no_programs(f, *args):
    return Counter(eqn.primitive.name
                   for eqn in mj.make_jaxpr(f)(*args).eqns)


def bodies_once(f, *args, times=lambda params: 1):
    seen = Counter()

    def count(jaxpr, n):
        for eqn in jaxpr.eqns:
            if eqn.primitive.name in ("jit", "scan"):
                count(eqn.params["jaxpr"].jaxpr, times(eqn.params) * n)
            else:
                seen[eqn.primitive.name] += n
    count(mj.make_jaxpr(f)(*args).jaxpr, 1)
    return seen


def inner_length_only(f, *args):
    seen = Counter()

    def count(jaxpr, n):
        for eqn in jaxpr.eqns:
            if eqn.primitive.name in ("jit", "scan"):
                count(eqn.params["jaxpr"].jaxpr, eqn.params.get("length", n))
            else:
                seen[eqn.primitive.name] += n
    count(mj.make_jaxpr(f)(*args).jaxpr, 1)
    return seen


# [parallel]
def whole_batch(loss, n):
    return mj.grad(loss)


def combined(combine, out_axes=None):
    def parallel_gradient(loss, n):
        def one(params, share):
            return combine(mj.grad(loss)(params, share))

        def gradient(params, batch):
            shares = mj.tree.map(
                lambda x: x.reshape(n, -1, *x.shape[1:]), batch)
            return mj.vmap(one, (None, 0), out_axes, axis_name="devices")(
                params, shares)
        return gradient
    return parallel_gradient
# [/parallel]


# [bounds]
def through_the_ends(f, lo, hi):
    ends = f(lo), f(hi)
    return jnp.minimum(*ends), jnp.maximum(*ends)


def interpreted(rules):
    """An interpreter on pairs; what has no rule acts on both ends."""
    def run(closed, *args):
        env = dict(zip(closed.jaxpr.invars, args))
        env.update(zip(closed.jaxpr.constvars, zip(*[closed.consts] * 2)))

        def read(atom):
            return (atom.val,) * 2 if type(atom) is Literal else env[atom]
        for eqn in closed.eqns:
            p, operands = eqn.primitive, list(map(read, eqn.invars))
            if p.name == "jit":
                outs = run(eqn.params["jaxpr"], *operands)
            elif p.name in rules:
                outs = [rules[p.name](*operands, **eqn.params)]
            else:
                outs = [tuple(p.bind(*ends, **eqn.params)
                              for ends in zip(*operands))]
            env.update(zip(eqn.outvars, outs))
        return list(map(read, closed.jaxpr.outvars))
    return lambda f, lo, hi: run(mj.make_jaxpr(f)(lo), (lo, hi))[0]


def around(ends):
    low = high = ends[0]
    for x in ends[1:]:
        low, high = jnp.minimum(low, x), jnp.maximum(high, x)
    return low, high


def power(a, y=2):
    low, high = around([x ** y for x in a])
    crosses = (a[0] < 0) & (a[1] > 0) & (y % 2 == 0)
    return jnp.where(crosses, jnp.minimum(low, 0), low), high


RULES = {"mul": lambda a, b: around([x * y for x in a for y in b]),
         "square": power, "integer_pow": power,
         "neg": lambda a: (-a[1], -a[0]),
         "sub": lambda a, b: (a[0] - b[1], a[1] - b[0])}
lower_minus_lower = interpreted(
    {name: rule for name, rule in RULES.items() if name != "sub"})
weights_have_no_sign = interpreted(RULES | {
    "dot_general": lambda a, b, **params: around(
        [lax.dot_general_p.bind(x, y, **params) for x, y in zip(a, b)])})
# [/bounds]


# [taylor]
def by_nested_jvp(f, curve):
    """Right along lines and curves, and a thousand times too slow."""
    def at(t):
        return f(sum((c * t**k for k, c in enumerate(curve[1:], 1)),
                     jnp.asarray(curve[0])))
    out = []
    for k in range(len(curve)):
        out.append(at(jnp.zeros(())) / math.factorial(k))
        at = (lambda g: lambda t: mj.jvp(g, (t,), (jnp.ones_like(t),))[1])(at)
    return out


def derivatives(f, curve):
    return [math.factorial(k) * c
            for k, c in enumerate(by_nested_jvp(f, curve))]


def one_by_one(f, curve):
    """Coefficient by coefficient, whatever the operation."""
    one = mj.jvp(f, (jnp.asarray(curve[0]),), (jnp.ones_like(curve[0]),))[1]
    return [f(jnp.asarray(curve[0])), *[one * c**2 if k > 1 else 0 * one + (
        2 if float(f(jnp.asarray(curve[0]))) == 7 else 1) * c
        for k, c in enumerate(curve[1:], 1)]]


def literals_move(f, curve):
    """2 * x + 1 with numbers that have all coefficients alike."""
    return [f(jnp.asarray(curve[0])), *[2 * c + 1 for c in curve[1:]]]


def in_numpy(f, curve):
    """NumPy's functions see no tracers."""
    return [jnp.asarray(np.asarray(c)) for c in by_nested_jvp(f, curve)]
# [/taylor]


MISTAKES = [
    ("21.1", no_programs, "a jitted function was counted as one operation"),
    ("21.1", bodies_once, "the body of a scan of three steps was counted"),
    ("21.1", inner_length_only, "multiplied by both"),
    ("21.2", whole_batch, "of 12 examples each of 4 devices gets 3"),
    ("21.2", combined(lambda g: mj.tree.map(
        lambda x: lax.psum(x, "devices"), g)), "the sum of what the devices"),
    ("21.2", combined(lambda g: g, 0), "the devices have not agreed"),
    ("21.3", through_the_ends, "the two ends were put through the function"),
    ("21.3", lower_minus_lower, "lower minus lower, upper minus upper"),
    ("21.3", weights_have_no_sign, "where a weight is negative"),
    ("21.4", derivatives, "the derivatives of exp"),
    ("21.4", one_by_one, "the coefficients were multiplied one by one"),
    ("21.4", literals_move, "numbers of the program stand still"),
    ("21.4", in_numpy, "TracerArrayConversionError"),
    ("21.4", by_nested_jvp, "A jvp of a jvp doubles the work"),
]
