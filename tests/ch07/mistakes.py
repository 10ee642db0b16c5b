"""Wrong answers to the exercises of chapter 7, and how each is recognized."""
from functools import partial

import numpy as np

import minijax as mj
from minijax import core
from minijax import numpy as jnp


def quotients(nodes, at, i):
    return [(at - nodes[j]) / (nodes[i] - nodes[j])
            for j in range(len(nodes)) if j != i]


def lagrange(nodes, at, values):
    total = 0.0
    for i in range(len(nodes)):
        term = values[i]
        for q in quotients(nodes, at, i):
            term = term * q
        total = total + term
    return total


def not_split(nodes, at):
    return partial(lagrange, nodes, at)


def one_by_one(nodes, at):
    early = [quotients(nodes, at, i) for i in range(len(nodes))]

    def late(values):
        total = 0.0
        for i, qs in enumerate(early):
            term = values[i]
            for q in qs:
                term = term * q
            total = total + term
        return total
    return late


def forgot_values(nodes, at):
    weights = [np.prod([float(q) for q in quotients(nodes, at, i)])
               for i in range(len(nodes))]
    return lambda values: sum(weights)


def bell(x, y):
    return jnp.exp(-((jnp.sqrt(x * x + y * y) / 2) ** 2))


def jacobian(column, axis=1):
    return lambda f, x: jnp.stack(
        [column(f, x, e) for e in jnp.eye(len(x), dtype=x.dtype)], axis=axis)


def transposed(f, x):
    f_jvp = mj.linearize(f, x)[1]
    return jnp.stack([f_jvp(e) for e in jnp.eye(len(x), dtype=x.dtype)])


def runs_f_too(f, x):
    f_jvp = mj.linearize(f, x)[1]
    columns = [(f(x), f_jvp(e))[1] for e in jnp.eye(3, dtype=x.dtype)]
    return jnp.stack(columns, axis=1)


def length(t):
    return jnp.sqrt(jnp.vdot(t, t))


def no_length(f, x, t, rounds):
    f_jvp = mj.linearize(f, x)[1]
    for _ in range(rounds):
        before, t = t, f_jvp(t)
    return length(t) / length(before)


def shrinks(f, x, t, rounds):
    f_jvp = mj.linearize(f, x)[1]
    for _ in range(rounds):
        t = f_jvp(t)
    return length(t)


def each_round(f, x, t, rounds):
    for _ in range(rounds):
        t = mj.jvp(f, (x,), (t / length(t),))[1]
    return length(t)


def brought_back(f, x, t, rounds):
    f_jvp = mj.linearize(f, x)[1]
    for _ in range(rounds):
        t = f_jvp(t)
        t = t / length(t)
    return length(t)


def on_average(f, x, t, rounds):
    f_jvp, factors = mj.linearize(f, x)[1], []
    for _ in range(rounds):
        t = f_jvp(t / length(t))
        factors.append(length(t))
    return sum(factors) / rounds


def signed(f, x, t, rounds):
    f_jvp = mj.linearize(f, x)[1]
    for _ in range(rounds):
        t = t / length(t)
        before, t = t, f_jvp(t)
    return jnp.vdot(before, t)


def doubling(g, t, u):
    return np.allclose(g(2 * t), 2 * np.asarray(g(t)), rtol=1e-9)


def zero_at_zero(g, t, u):
    return np.allclose(g(0 * t), 0)


def exactly(g, t, u):
    return np.array_equal(g(2 * t - 3 * u),
                          2 * np.asarray(g(t)) - 3 * np.asarray(g(u)))


def absolutely(g, t, u):
    gap = g(2 * t - 3 * u) - (2 * g(t) - 3 * g(u))
    return bool(np.max(np.abs(gap)) < 1e-9)


def sums(jaxpr, known, every=False, outputs=True, once=True, in_time=False,
         kinds=core.Var, constants=False, swapped=False):
    """Exercise 7.6, with something missing."""
    unknown = [v for v, k in zip(jaxpr.invars, known) if not k]
    waiting, early, late = set(unknown), [], []
    for eqn in jaxpr.eqns:
        if any(v in waiting for v in eqn.invars) or (in_time and late):
            waiting.update(eqn.outvars)
            late.append(eqn)
        else:
            early.append(eqn)
    reads = [v for e in late for v in e.invars]
    reads += jaxpr.outvars if outputs else []
    if every:
        reads = jaxpr.invars + [v for e in early for v in e.outvars]
    residuals = [v for v in (dict.fromkeys(reads) if once else reads)
                 if isinstance(v, kinds) and v not in waiting]
    ready = [v for v, k in zip(jaxpr.invars, known) if k]
    consts = residuals if constants else []
    inputs = unknown if constants else residuals + unknown
    return (core.Jaxpr([], ready, residuals, early),
            core.Jaxpr(consts, inputs[::-1] if swapped else inputs,
                       jaxpr.outvars, late))


MISTAKES = [
    ("7.1", not_split, "the quotients depend on the nodes only"),
    ("7.1", one_by_one, "four products are enough"),
    ("7.1", forgot_values, "goes a polynomial"),
    ("7.1", lambda nodes, at: 3.0, "returns a function of the values"),
    ("7.2", bell, "keeps 5 arrays"),
    ("7.2", lambda x, y: jnp.exp(-x * x / 4) * jnp.exp(-y * y / 4),
     "take one exponential"),
    ("7.2", lambda x, y: jnp.exp(-(x * x + y * y) / 2), "r²/4"),
    ("7.2", lambda x, y: jnp.exp(-(x * x + y * y) * (x * x + y * y) ** 0 / 4),
     "Three are enough"),
    ("7.3", jacobian(lambda f, x, e: mj.jvp(f, (x,), (e,))[1]),
     "linearize once, before the loop"),
    ("7.3", jacobian(lambda f, x, e: mj.linearize(f, x)[1](e)),
     "linearize once, before the loop"),
    ("7.3", transposed, "rows and columns exchanged"),
    ("7.3", runs_f_too, "run four times"),
    ("7.3", lambda f, x: jnp.stack(
        [mj.linearize(f, x)[1](e) for e in jnp.eye(2, dtype=x.dtype)], 1),
     "A tangent has the shape of its primal"),
    ("7.4", no_length, "length 1 in every round"),
    ("7.4", shrinks, "shrunk to nothing"),
    ("7.4", each_round, "linearize it once"),
    ("7.4", brought_back, "the length after it was brought back"),
    ("7.4", on_average, "what the last round made of length 1"),
    ("7.4", signed, "is positive"),
    ("7.5", doubling, "-t gives the answer of t"),
    ("7.5", zero_at_zero, "four times the answer"),
    ("7.5", exactly, "up to rounding"),
    ("7.5", absolutely, "in proportion"),
    ("7.5", lambda g, t, u: True, "passed as linear"),
    ("7.6", partial(sums, every=True), "keep only those"),
    ("7.6", partial(sums, outputs=False), "is a residual too"),
    ("7.6", partial(sums, once=False), "handed over twice"),
    ("7.6", partial(sums, in_time=True), "Ask of each equation"),
    ("7.6", partial(sums, kinds=object), "a literal is no residual"),
    ("7.6", partial(sums, constants=True), "residuals as inputs"),
    ("7.6", partial(sums, swapped=True), "the residuals first"),
]
