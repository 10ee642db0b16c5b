"""Wrong answers to the exercises of chapter 16, and what is said of them."""
import minijax as mj
from minijax import lax
from minijax import numpy as jnp


# [16.1]
def with_slope(value, slope):
    @mj.custom_jvp
    def spike(x):
        return value(x)
    spike.defjvps(lambda t, ans, x: slope(x) * t)
    return spike


def stair(x):
    return jnp.where(x > 0, 1.0, 0.0)


def bump(x):
    s = lax.logistic(4 * x)
    return s * (1 - s)


# [16.2]
def inexact(x, s):
    return s * x + lax.stop_gradient(x - s * x)


def all_of_it(x, s):
    return x + (s * x - lax.stop_gradient(s * x))


# [16.3]
def clipping(shorten, collect=jnp.mean, before=False):
    def clipped_mean(loss, params, xs, limit):
        each = mj.vmap(mj.grad(loss), (None, 0))(params, xs)
        if before:
            return shorten(mj.tree.map(lambda g: jnp.mean(g, 0), each), limit)
        each = mj.vmap(lambda g: shorten(g, limit))(each)
        return mj.tree.map(lambda g: collect(g, axis=0), each)
    return clipped_mean


def length(g):
    return jnp.sqrt(sum(jnp.sum(x**2) for x in mj.tree.leaves(g)))


def whole(g, limit):
    n = length(g)
    factor = jnp.where(n > limit, limit / jnp.maximum(n, 1e-9), 1.0)
    return mj.tree.map(lambda x: factor * x, g)


def leafwise(g, limit):
    return mj.tree.map(lambda x: whole(x, limit), g)


def always(g, limit):
    return mj.tree.map(lambda x: x * limit / jnp.maximum(length(g), 1e-9), g)


def squared(g, limit):
    factor = jnp.minimum(1.0, limit / length(g)**2)
    return mj.tree.map(lambda x: factor * x, g)


def careless(g, limit):
    return mj.tree.map(lambda x: x / length(g) * jnp.minimum(
        length(g), limit), g)


# [16.4]
def mirror(value, rule):
    @mj.custom_jvp
    def reverse(x):
        return value(x)
    reverse.defjvps(rule)
    return reverse


@mj.custom_vjp
def backwards_only(x):
    return x


backwards_only.defvjp(lambda x: (x, None), lambda _, ct: (-ct,))


# [16.5]
def descended(w, rate, k, loss, gradient=lambda g: g, from_step=0):
    for i in range(k):
        r = rate if i >= from_step else lax.stop_gradient(rate)
        w = w - r * gradient(mj.grad(loss)(w))
    return loss(w)


def made(f):
    return lambda: f


MISTAKES = [
    ("16.1", made(stair), "zero everywhere"),
    ("16.1", made(lambda x: lax.logistic(4 * x)), "the smooth curve"),
    ("16.1", made(lambda x: jnp.sign(x)), "this is the sign"),
    ("16.1", made(with_slope(stair, jnp.ones_like)), "straight-through"),
    ("16.1", made(with_slope(stair, bump)), "without the factor 4"),
    ("16.1", made(with_slope(stair, lambda x: 4 * bump(stair(x)))),
     "the place x that counts"),
    ("16.1", made(with_slope(stair, lambda x: 4 * bump(x / 4))),
     "take it at 4x"),
    ("16.1", made(with_slope(lambda x: jnp.where(x >= 0, 1.0, 0.0),
                             lambda x: 4 * bump(x))), "at exactly 0"),
    ("16.2", lambda x, s: s * x, "the value is s x"),
    ("16.2", lambda x, s: x, "goes through as it is"),
    ("16.2", inexact, "but for rounding"),
    ("16.2", all_of_it, "the slope is 1 + s"),
    ("16.2", lambda x, s: lax.stop_gradient(x) + s * x,
     "the value is (1 + s) x"),
    ("16.3", clipping(lambda g, limit: g), "no gradient was shortened"),
    ("16.3", clipping(whole, before=True), "shorten each example's"),
    ("16.3", clipping(leafwise), "over all leaves"),
    ("16.3", clipping(lambda g, limit: mj.tree.map(
        lambda x: jnp.clip(x, -limit, limit), g)), "keep its direction"),
    ("16.3", clipping(squared), "take the root"),
    ("16.3", clipping(always), "those that are shorter"),
    ("16.3", clipping(careless), "a NaN"),
    ("16.3", clipping(whole, jnp.sum), "the sum over the examples"),
    ("16.3", clipping(whole, lambda g, axis: g), "not one for each example"),
    ("16.4", made(lambda x: -x), "the value is turned round"),
    ("16.4", made(lambda x: x), "the identity's own"),
    ("16.4", made(backwards_only), "forward mode is refused"),
    ("16.4", made(mirror(lambda x: x, lambda t, ans, x: 0 * t)),
     "expected slopes"),
    ("16.5", lambda loss, w, rate, k: descended(w, rate, k, loss),
     "the loss after the steps"),
    ("16.5", lambda loss, w, rate, k: mj.grad(lambda r: descended(
        w, r, k, loss, lax.stop_gradient))(rate), "for a constant"),
    ("16.5", lambda loss, w, rate, k: mj.grad(lambda r: descended(
        w, r, k, loss, from_step=k - 1))(rate), "only the last step"),
    ("16.5", lambda loss, w, rate, k: mj.grad(lambda r: descended(
        w, r, k + 1, loss))(rate), "this is for 4 steps"),
    ("16.5", lambda loss, w, rate, k: mj.grad(lambda r: loss(
        w - k * r * mj.grad(loss)(w)))(rate), "the first gradient"),
    ("16.5", lambda loss, w, rate, k: mj.grad(
        lambda w: descended(w, rate, k, loss))(w), "the slope by w"),
]
