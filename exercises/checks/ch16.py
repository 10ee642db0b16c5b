"""The checks of chapter 16. Wrong answers that are often given have names."""
import numpy as np

import minijax as mj
from checks import exercise
from minijax import numpy as jnp

rng = np.random.default_rng(16)


def near(a, b, tolerance=1e-5):
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and np.allclose(a, b, tolerance, tolerance)


def slopes(f, x):
    return mj.grad(lambda x: jnp.sum(f(x)))(x)


def made(make):
    f = make()
    assert callable(f), f"expected a function that was returned, got {f!r:.60}"
    return f


@exercise("16.1")
def _(make_spike):
    spike = made(make_spike)
    x = jnp.asarray([-2.0, -0.3, 0.1, 0.5, 3.0])
    s = 1 / (1 + np.exp(-4 * np.asarray(x)))
    value, surrogate = spike(x), 4 * s * (1 - s)
    assert not near(value, s), (
        "this is the smooth curve; the value is the stair, 0 or 1, and only "
        "the derivative is that of the curve")
    assert not near(value, np.sign(x)), (
        "this is the sign, -1 or 1; a silent neuron has the value 0")
    assert near(value, [0, 0, 1, 1, 1]), (
        f"at {x} expected 0, 0, 1, 1, 1, got {value}")
    assert near(spike(jnp.zeros(1)), [0]), (
        "at exactly 0 the neuron is silent: it fires above 0")
    got = slopes(spike, x)
    assert not near(got, np.zeros(5)), (
        "the derivative is zero everywhere: it is the stair's own. Give the "
        "function a rule, by custom_jvp")
    assert not near(got, np.ones(5)), (
        "this is the straight-through slope, 1 everywhere; the slope wanted "
        "is that of σ(4x), which is small far from the stair")
    assert not near(got, surrogate / 4), (
        "this is σ(1 - σ) without the factor 4: the derivative of σ(4x) by x "
        "has it, by the chain rule")
    fired = 1 / (1 + np.exp(-4 * np.asarray(value)))
    assert not near(got, 4 * fired * (1 - fired)), (
        "the slope is taken at the value, 0 or 1; a rule gets the tangent, "
        "the value and the place, and it is the place x that counts")
    wide = 1 / (1 + np.exp(-np.asarray(x)))
    assert not (near(got, wide * (1 - wide))
                or near(got, 4 * wide * (1 - wide))), (
        "the logistic function is taken at x; take it at 4x")
    assert near(got, surrogate), f"expected slopes {surrogate}, got {got}"
    pushed = mj.jvp(spike, (x,), (2 * x,))[1]
    assert near(pushed, surrogate * 2 * np.asarray(x)), (
        f"a push along 2x should give {surrogate * 2 * np.asarray(x)}, "
        f"got {pushed}")


@exercise("16.2")
def _(scaled):
    x = jnp.asarray(np.float32([0.1, -3.0, 7e7, 1e-8]))
    for s in 0.3, 0.0, -2.0:
        value = scaled(x, s)
        assert not near(value, s * np.asarray(x)) or near(x, s * x), (
            f"with s = {s} the value is s x; the value should be x, and only "
            "the gradient scaled")
        assert not near(value, (1 + s) * np.asarray(x)) or s == 0, (
            f"with s = {s} the value is (1 + s) x: what is added for the "
            "slope should itself be 0, so take its copy held still from it")
        assert near(value, x), f"with s = {s} the value is {value}, not {x}"
        assert bool(jnp.all(value == x)), (
            f"with s = {s} the value is x but for rounding: {value}. Add a "
            "number and its own copy held still, which is exactly 0")
        got = slopes(lambda x, s=s: scaled(x, s), x)
        assert not near(got, np.ones(4)) or s == 1, (
            "the gradient goes through as it is; it should be multiplied by s")
        assert not near(got, np.full(4, 1 + s)), (
            "the slope is 1 + s: x itself should be held still, where it is "
            "added for the value")
        assert near(got, np.full(4, s)), (
            f"with s = {s} expected slope {s}, got {got}")


@exercise("16.3")
def _(clipped_mean):
    def loss(p, x):
        return jnp.sum(p["w"] * x) * x[0] + p["b"] * x[1]

    p = {"w": jnp.asarray([1.0, -2.0]), "b": jnp.asarray(0.5)}
    xs = np.array([[0.1, 0.2], [3.0, -1.0], [0.0, 0.0], [-2.0, 5.0]])
    each = np.array([[x[0] * x[0], x[1] * x[0], x[1]] for x in xs])
    lengths = np.linalg.norm(each, axis=1)
    limit = 1.0

    def packed(g):
        return np.array([*np.asarray(g["w"]), float(g["b"])])

    def shortened(g, length):
        return g * np.minimum(1, limit / np.where(length, length, 1))

    got = clipped_mean(loss, p, jnp.asarray(xs), limit)
    assert isinstance(got, dict) and set(got) == {"w", "b"}, (
        "the result has the tree of params: map over the gradient's leaves")
    assert got["w"].shape == (2,), (
        f"the leaf 'w' has shape {got['w'].shape}, expected (2,): one mean "
        "gradient is wanted, not one for each example")
    got = packed(got)
    want = np.mean([shortened(g, n) for g, n in zip(each, lengths)], axis=0)
    mean = each.mean(0)
    assert not np.any(np.isnan(got)), (
        "there is a NaN: the third example's gradient is zero, and 0 divided "
        "by its length is no number. Divide only where it is too long")
    assert not near(got, mean), (
        "this is the plain mean: no gradient was shortened")
    assert not near(got, shortened(mean, np.linalg.norm(mean))), (
        "this is the mean, shortened; shorten each example's gradient before "
        "the mean is taken")
    by_leaf = np.mean([np.append(
        shortened(g[:2], np.linalg.norm(g[:2])), shortened(g[2:], abs(g[2])))
        for g in each], axis=0)
    assert not near(got, by_leaf), (
        "each leaf was shortened by its own length; the length is that of the "
        "whole gradient, over all leaves")
    always = np.mean([g * limit / n if n else g
                      for g, n in zip(each, lengths)], axis=0)
    assert not near(got, always), (
        "every gradient was brought to the length of the limit; those that "
        "are shorter stay as they are")
    assert not near(got, np.clip(each, -limit, limit).mean(0)), (
        "each number was clipped by itself, which turns the gradient; it "
        "should be shortened, and keep its direction")
    assert not near(got, np.mean([shortened(g, n * n) for g, n in zip(
        each, lengths)], axis=0)), (
        "the limit was divided by the squared length: take the root")
    total = np.sum([shortened(g, n) for g, n in zip(each, lengths)], axis=0)
    assert not near(got, total), (
        "this is the sum over the examples, not the mean")
    assert near(got, want), f"expected {want}, got {got}"


@exercise("16.4")
def _(make_reverse):
    reverse = made(make_reverse)
    x = jnp.asarray([1.5, -2.0])
    assert not near(reverse(x), -x), (
        "the value is turned round; only the derivative should be")
    assert near(reverse(x), x), f"the value should be x, got {reverse(x)}"
    got = slopes(reverse, x)
    assert not near(got, np.ones(2)), "the derivative is the identity's own"
    assert near(got, -np.ones(2)), f"expected slopes -1, got {got}"
    try:
        pushed = mj.jvp(reverse, (x,), (x,))[1]
    except TypeError as e:
        raise AssertionError(
            "forward mode is refused: custom_vjp says only how cotangents go "
            "back. Give the rule for tangents, by custom_jvp") from e
    assert near(pushed, -x), f"a push along x should give -x, got {pushed}"
    twice = slopes(lambda x: reverse(reverse(x)), x)
    assert near(twice, np.ones(2)), (
        f"through two mirrors the slope is 1 again, got {twice}")
    second = mj.grad(mj.grad(lambda x: reverse(x)**3))(2.0)
    assert near(second, 12.0), (
        "the second derivative of reverse(x)**3 at 2: the first is "
        "-3 reverse(x)², so the second is 6 · 2 = 12; got "
        f"{second}. The rule must let what is in it be differentiated")


@exercise("16.5")
def _(rate_slope):
    def loss(w):
        return jnp.sum(jnp.asarray([1.0, 4.0]) * w**2) / 2

    w, rate, k = np.array([1.0, 1.0]), 0.1, 3
    a = np.array([1.0, 4.0])
    want = np.sum(-a * a * k * (1 - rate * a) ** (2 * k - 1) * w**2)
    last = np.sum(-a * a * (1 - rate * a) ** (2 * k - 1) * w**2)
    got = rate_slope(loss, jnp.asarray(w), rate, k)
    place = w * (1 - rate * a) ** k
    assert not near(got, np.sum(a * place**2) / 2), (
        "this is the loss after the steps, not its derivative")
    held = -np.sum(a * place * sum(a * w * (1 - rate * a) ** j
                                   for j in range(k)))
    assert not near(got, held), (
        "this takes each gradient for a constant; the place at which it is "
        "taken moves with the rate, and the gradient with it")
    assert not near(got, last), (
        "only the last step was differentiated; the rate is in every one")
    for n in k - 1, k + 1:
        one_off = np.sum(-a * a * n * (1 - rate * a) ** (2 * n - 1) * w**2)
        assert not near(got, one_off), f"this is for {n} steps, not for {k}"
    straight = np.sum(-a * a * k * (1 - k * rate * a) * w**2)
    assert not near(got, straight), (
        "the first gradient was used in every step; each step takes its own, "
        "at the place where it is")
    assert np.shape(got) == (), (
        f"the rate is one number, and so is its slope; got shape "
        f"{np.shape(got)}: is this the slope by w?")
    assert near(got, want), f"expected {want:.5f}, got {got}"
