"""Wrong answers to the exercises of chapter 9, and how each is recognized."""
from functools import partial

import numpy as np

import minijax as mj
from minijax import batching, core, lax
from minijax import numpy as jnp


def one_hot(labels, k):
    return jnp.where(labels[:, None] == jnp.arange(k), 1.0, 0.0)


def windows(x, k):
    return x[jnp.arange(len(x) - k + 1)[:, None] + jnp.arange(k)]


def one_too_few(x, k):
    return x[jnp.arange(len(x) - k)[:, None] + jnp.arange(k)]


def apart(x, y):
    return jnp.abs(x[:, None] - y)


def windows_by_loop(x, k):
    return jnp.stack([x[i:i + k] for i in range(len(x) - k + 1)])


def axes(layers=(None, 0), noise=1, scores=1, hidden=None):
    return (({"layers": list(layers), "temperature": 0},
             {"inputs": None, "noise": noise}),
            {"scores": scores, "hidden": hidden})


splice_p = core.Primitive("splice")
splice_p.def_abstract_eval(lambda x, y, *, at, axis: x)


@splice_p.def_impl
def splice_numbers(x, y, *, at, axis):
    first = (np.arange(x.shape[axis]) < at).reshape(
        (-1,) + (1,) * (x.ndim - axis - 1))
    return np.where(first, x, y)


def splice_rule(values, axes, *, at, axis, shift=1, out=0, none=True):
    size = batching.size_of(values, axes)
    x, y = (batching.front(v, a, size) if none else
            batching.move_axis(v, a, 0) for v, a in zip(values, axes))
    return splice_p.bind(x, y, at=at, axis=axis + shift), out


def splice_loop(values, axes, *, at, axis):
    size = batching.size_of(values, axes)
    x, y = (batching.front(v, a, size) for v, a in zip(values, axes))
    return lax.stack([splice_p.bind(x[k], y[k], at=at, axis=axis)
                      for k in range(size)], 0), 0


def collatz_loop(n, limit):
    steps = 0
    while n != 1 and steps < limit:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def collatz(n, limit, freeze=True, count=True, rounds=None):
    steps = 0
    for _ in range(rounds or limit):
        going = n != 1
        after = jnp.where(n % 2 == 0, n // 2, 3 * n + 1)
        n = jnp.where(going, after, n) if freeze else after
        steps = steps + (jnp.where(going, 1, 0) if count else 1)
    return steps


def counted_late(n, limit):
    steps = 0
    for _ in range(limit):
        n = jnp.where(n != 1, jnp.where(n % 2 == 0, n // 2, 3 * n + 1), n)
        steps = steps + jnp.where(n != 1, 1, 0)
    return steps


def last_visit(n, limit):
    steps = 0
    for k in range(limit):
        n = jnp.where(n % 2 == 0, n // 2, 3 * n + 1)
        steps = jnp.where(n == 1, k + 1, steps)
    return steps


def clipped(loss, params, xs, ys, limit, factor=None, mean=jnp.mean,
            by_leaf=False):
    factor = factor or (lambda n: limit / jnp.maximum(n, limit))

    def length(leaves):
        return jnp.sqrt(sum(jnp.sum(s * s) for s in leaves))

    def one(x, y):
        slopes = mj.grad(loss)(params, x, y)
        whole = length(mj.tree.leaves(slopes))
        return mj.tree.map(
            lambda s: s * factor(length([s]) if by_leaf else whole), slopes)
    return mj.tree.map(lambda s: mean(s, axis=0), mj.vmap(one)(xs, ys))


def entry_by_entry(loss, params, xs, ys, limit):
    each = mj.vmap(mj.grad(loss), (None, 0, 0))(params, xs, ys)
    return mj.tree.map(
        lambda s: jnp.mean(jnp.clip(s, -limit, limit), axis=0), each)


def unclipped(loss, params, xs, ys, limit):
    return mj.grad(lambda p: jnp.mean(
        mj.vmap(loss, (None, 0, 0))(p, xs, ys)))(params)


def one_length(loss, params, xs, ys, limit):
    each = mj.vmap(mj.grad(loss), (None, 0, 0))(params, xs, ys)
    n = jnp.sqrt(sum(jnp.sum(s * s) for s in mj.tree.leaves(each)))
    return mj.tree.map(
        lambda s: jnp.mean(s * limit / jnp.maximum(n, limit), axis=0), each)


def mean_clipped(loss, params, xs, ys, limit):
    slopes = mj.tree.map(lambda s: jnp.mean(s, axis=0), mj.vmap(
        mj.grad(loss), (None, 0, 0))(params, xs, ys))
    n = jnp.sqrt(sum(jnp.sum(s * s) for s in mj.tree.leaves(slopes)))
    return mj.tree.map(lambda s: s * limit / jnp.maximum(n, limit), slopes)


def one_pass(x, y, name):
    mx, my = lax.pmean(x, name), lax.pmean(y, name)
    xy, xx, yy = lax.pmean((x * y, x * x, y * y), name)
    return (xy - mx * my) / jnp.sqrt((xx - mx * mx) * (yy - my * my))


def own_mean(x, y, name):
    x, y = x - jnp.mean(x), y - jnp.mean(y)
    return lax.psum(x * y, name) / jnp.sqrt(
        lax.psum(x * x, name) * lax.psum(y * y, name))


def mixed(x, y, name):
    x, y = x - lax.pmean(x, name), y - lax.pmean(y, name)
    return lax.psum(x * y, name) / jnp.sqrt(
        lax.pmean(x * x, name) * lax.pmean(y * y, name))


def own_product(x, y, name):
    x, y = x - lax.pmean(x, name), y - lax.pmean(y, name)
    return x * y / jnp.sqrt(lax.psum(x * x, name) * lax.psum(y * y, name))


def with_the_mean(x, y, name):
    xy, xx, yy = lax.psum((x * y, x * x, y * y), name)
    return xy / jnp.sqrt(xx * yy)


def squared(x, y, name):
    x, y = x - lax.pmean(x, name), y - lax.pmean(y, name)
    xy, xx, yy = lax.psum((x * y, x * x, y * y), name)
    return xy * xy / (xx * yy)


MISTAKES = [
    ("9.1", (lambda v, k: one_hot(v, k).T, windows, apart),
     "row i belongs to label i"),
    ("9.1", (one_hot, one_too_few, apart), "the last window ends"),
    ("9.1", (one_hot, lambda x, k: windows(x, k).T, apart), "are exchanged"),
    ("9.1", (one_hot, windows, lambda x, y: x[:, None] - y), "has signs"),
    ("9.1", (one_hot, windows, lambda x, y: apart(y, x)),
     "has y along axis 0"),
    ("9.1", (one_hot, windows_by_loop, apart), "has a loop in it"),
    ("9.2", partial(axes, noise=0), "a column: axis 1"),
    ("9.2", partial(axes, scores=0), "axis 1 was asked for"),
    ("9.2", partial(axes, scores=None), "the scores differ"),
    ("9.2", partial(axes, hidden=0), "the same for all: None"),
    ("9.2", lambda: 0, "returns the pair"),
    ("9.2", partial(axes, layers=(0, 0)), "that is mapped has size 4"),
    ("9.2", lambda: (({"layers": (None, 0), "temperature": 0},
                      {"inputs": None, "noise": 1}), 1), "a list for a list"),
    ("9.2", lambda: (({"layers": [None, 0], "temperature": None},
                      {"inputs": None, "noise": 1}), 1),
     "does not get the shapes"),
    ("9.3", (splice_p, partial(splice_rule, shift=0)), "axis + 1"),
    ("9.3", (splice_p, partial(splice_rule, out=1)),
     "the axis on which its examples lie"),
    ("9.3", (splice_p, partial(splice_rule, none=False)),
     "One operand has no examples"),
    ("9.3", (splice_p, lambda *a, **k: splice_rule(*a, **k)[0]),
     "returns a pair"),
    ("9.3", (splice_p, splice_loop), "a loop over the examples"),
    ("9.4", collatz_loop, "Do limit rounds for everybody"),
    ("9.4", partial(collatz, count=False), "the rounds are counted"),
    ("9.4", partial(collatz, rounds=120), "nobody counts further"),
    ("9.4", counted_late, "asked after the step"),
    ("9.4", last_visit, "must not go on"),
    ("9.5", partial(clipped, by_leaf=True), "clipped by itself"),
    ("9.5", partial(clipped, factor=lambda n: jnp.minimum(n, 2.0) / n),
     "cannot be 0 / 0"),
    ("9.5", partial(clipped, factor=lambda n: 2.0 / jnp.maximum(n, 1e-9)),
     "have been made longer"),
    ("9.5", partial(clipped, mean=jnp.sum), "this is the sum"),
    ("9.5", partial(clipped, mean=lambda s, axis: s), "a gradient for every"),
    ("9.5", entry_by_entry, "each entry was clipped"),
    ("9.5", unclipped, "nothing was clipped"),
    ("9.5", one_length, "all the examples together"),
    ("9.5", mean_clipped, "this is the mean, clipped"),
    ("9.6", one_pass, "two huge numbers are subtracted"),
    ("9.6", own_mean, "lax.pmean"),
    ("9.6", mixed, "nine times too much"),
    ("9.6", own_product, "see different numbers"),
    ("9.6", with_the_mean, "have not been subtracted"),
    ("9.6", squared, "the square of it"),
]
