"""Wrong answers to the exercises of chapter 20, and how each is recognized."""
import numpy as np

import minijax as mj
from minijax import numpy as jnp
from minijax import random
from minijax.random.threefry import threefry2x32

ZERO = np.uint32(0)


def turn_left(x, r):
    return (x << r) | (x >> (32 - r))


def undo(x, y, r):
    y = turn_left(y ^ x, 32 - r)
    return x - y, y


def undo_with_new_y(x, y, r):
    return x - y, turn_left(y ^ x, 32 - r)


def undo_in_place(x, y, r):
    y ^= x
    y[...] = turn_left(y, 32 - r)
    x -= y
    return x, y


def split(words, n, place=None):
    places = jnp.arange(n, dtype="uint32")
    x, y = place(places) if place else (ZERO, places)
    return jnp.stack(threefry2x32(words[0], words[1], x, y), axis=1)


def split_by_xor(words, n):
    a, b = split(words, n).T
    return jnp.stack([a ^ b, a ^ b], axis=1)


def old_split(words, n):
    places = jnp.arange(2 * n, dtype="uint32").reshape(2, n)
    return jnp.concatenate(threefry2x32(words[0], words[1], *places)).reshape(
        n, 2)


def fold_in(words, i):
    return jnp.stack(threefry2x32(words[0], words[1], ZERO,
                                  jnp.asarray(i, "uint32")))


def fold_into_key(words, i):
    words = jnp.asarray(words) + jnp.asarray(i, "uint32")
    return jnp.stack(threefry2x32(words[0], words[1], ZERO, ZERO))


def weibull(of_u):
    return lambda key, s, k, shape=(): of_u(random.uniform(key, shape), s, k)


def weibull_frozen(key, s, k, shape=()):
    return s * (-jnp.log1p(-random.uniform(key, shape))) ** (
        1 / mj.lax.stop_gradient(k))


def stratified(number, end=jnp.mean, point=lambda i, u, n: (i + u) / n):
    def answer(f, key, n):
        return end(mj.vmap(lambda i: f(point(i, number(key, i, n), n)))(
            jnp.arange(n)))
    return answer


def folded(key, i, n):
    return random.uniform(random.fold_in(key, i))


def by_loop(f, key, n):
    return jnp.mean(jnp.stack([f((i + folded(key, i, n)) / n)
                               for i in range(n)]))


def walk(key, steps, start=True, within=True, constant=False, p=0.1):
    start_key, walk_key = random.split(key) if start else (key, key)
    if constant:
        walk_key = random.key(0)

    def step(key):
        length_key, lost_key = random.split(key) if within else (key, key)
        return jnp.where(random.bernoulli(lost_key, p), 0.0,
                         random.normal(length_key))
    return random.normal(start_key) + jnp.cumsum(
        mj.vmap(step)(random.split(walk_key, steps)))


def walk_but(**changes):
    return lambda key, steps: walk(key, steps, **changes)


def by_counting(r, key):
    x, y = random.uniform(key, (2, 20_000), minval=-2.0, maxval=2.0)
    return 16 * jnp.mean(x**2 + y**2 < r**2)


def square_stays(r, key):
    u, v = random.uniform(key, (2, 20_000), minval=-1.0, maxval=1.0)
    return 4 * jnp.mean(u**2 + v**2 < 1)


def chord_or_none(r, key):
    x = random.uniform(key, (20_000,), minval=-2.0, maxval=2.0)
    return 8 * jnp.mean(jnp.sqrt(jnp.maximum(r**2 - x**2, 0)))


def side_by_stop(r, key):
    u, v = random.uniform(key, (2, 20_000), minval=-1.0, maxval=1.0)
    return 4 * r * mj.lax.stop_gradient(r) * jnp.mean(u**2 + v**2 < 1)


MISTAKES = [
    ("20.1", (lambda x, r: x << r, undo), "fall out at the left are lost"),
    ("20.1", (lambda x, r: (x >> r) | (x << (32 - r)), undo),
     "turns to the right"),
    ("20.1", (turn_left, undo_with_new_y), "find the old y first"),
    ("20.1", (turn_left, lambda x, y, r: (x, turn_left(y ^ x, r))),
     "turned on to the left once more"),
    ("20.1", (turn_left, undo_in_place), "written into its arguments"),
    ("20.2", (lambda w, n: split(w, n).T, fold_in), "shape (4, 2)"),
    ("20.2", (lambda w, n: split(w, n)[:, ::-1], fold_in), "wrong order"),
    ("20.2", (split_by_xor, fold_in), "a key is both words"),
    ("20.2", (lambda w, n: split(w, n, lambda i: (i, ZERO)), fold_in),
     "counts in the lower one"),
    ("20.2", (old_split, fold_in), "before 2025"),
    ("20.2", (split, fold_into_key), "hash the place i"),
    ("20.3", weibull(lambda u, s, k: s * (-jnp.log(u)) ** (1 / k)),
     "infinite where u = 0"),
    ("20.3", weibull(lambda u, s, k: (-jnp.log1p(-u)) ** (1 / k) / s),
     "x is s times something"),
    ("20.3", weibull(lambda u, s, k: s * (-jnp.log1p(-u)) ** k),
     "the power 1 / k"),
    ("20.3", weibull(lambda u, s, k: (s * -jnp.log1p(-u)) ** (1 / k)),
     "come under the power"),
    ("20.3", weibull(lambda u, s, k: s * jnp.log1p(-u) ** (1 / k)),
     "turn its sign first"),
    ("20.3", weibull(lambda u, s, k: 1 - jnp.exp(-(u / s) ** k)),
     "wanted is the x"),
    ("20.3", weibull_frozen, "derivative with respect to k"),
    ("20.4", stratified(lambda key, i, n: random.uniform(key)),
     "fold i into the key"),
    ("20.4", stratified(folded, jnp.sum), "not the mean"),
    ("20.4", lambda f, key, n: jnp.mean(f(random.uniform(key, (n,)))),
     "can crowd together"),
    ("20.4", stratified(folded, point=lambda i, u, n: u), "(i + u) / n"),
    ("20.4", stratified(lambda key, i, n: random.uniform(key, (n,))[i]),
     "so that it can be drawn alone"),
    ("20.4", by_loop, "the jaxpr grows with n"),
    ("20.5", walk_but(start=False, within=False), "both errors"),
    ("20.5", walk_but(within=False), "length and loss"),
    ("20.5", walk_but(start=False), "key of the start"),
    ("20.5", walk_but(constant=True), "made of a constant"),
    ("20.5", walk_but(p=0.5), "one step in ten"),
    ("20.6", by_counting, "the derivative is zero"),
    ("20.6", square_stays, "the area should be about"),
    ("20.6", chord_or_none, "the derivative is nan"),
    ("20.6", side_by_stop, "the derivative should be about"),
]
