"""The checks of chapter 15. Wrong answers that are often given have names."""
import math

import numpy as np

import minijax as mj
from checks import exercise
from minijax import numpy as jnp

f32 = np.float32


def close(a, b, digits=5):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and np.allclose(a, b, 10.0**-digits,
                                              10.0**-digits)


@exercise("15.1")
def _(opposed):
    x = {"a": jnp.array([1.0, 2.0]), "b": jnp.array(3.0)}
    out = opposed(2.0, x)
    assert mj.tree.structure(out) == mj.tree.structure(x), (
        "opposed must return its second argument, a container like it")
    assert close(out["a"], x["a"]), (
        "the value has changed: forwards it is the identity, only the "
        "gradient changes its sign")

    def use(strength, x):
        out = opposed(strength, x)
        return out["a"] @ jnp.array([1.0, 10.0]) + out["b"] ** 2
    ds, dx = mj.grad(use, (0, 1))(2.0, x)
    assert not close(dx["a"], [1, 10]), (
        "the gradient passes unchanged; the backward rule must multiply it "
        "by -strength")
    assert not close(dx["a"], [2, 20]), (
        "the gradient is multiplied by strength, but the sign is missing")
    assert not close(dx["a"], [-1, -10]), (
        "the sign is right, but strength is not used")
    assert close(dx["a"], [-2, -20]) and close(dx["b"], -12), (
        f"expected -strength times the gradient, got {dx}")
    assert close(ds, 0), f"nothing flows back to strength; here {ds} does"
    assert close(mj.vmap(mj.grad(lambda x: opposed(3.0, x) ** 2))(
        np.ones(2, f32)), [-6, -6]), "under vmap the gradient is wrong"


@exercise("15.2")
def _(noted):
    diary = []
    x = jnp.array([3.0, 4.0])
    assert close(noted(x, diary), x), "noted must return x as it is"
    assert diary == [], (
        f"a plain call has written {diary}: the note belongs into the "
        "backward rule, and there was no gradient")

    def f(x):
        y = noted(2 * x, diary)
        return jnp.sum(noted(5 * y, diary))
    g = mj.grad(f)(x)
    assert close(g, [10, 10]), (
        f"the gradient must pass as it is: expected [10 10], got {g}")
    want = [math.sqrt(2), 5 * math.sqrt(2)]
    assert len(diary) == 2, (
        f"two calls were passed on the way back, the diary has {len(diary)} "
        "entries")
    assert not close(diary, [10, 50 / math.sqrt(2)]) and not close(
        diary, want[::-1]), (
        "the entries are in the order of the calls; on the way back the last "
        "call comes first")
    assert not close(diary, [2, 50]), (
        "this is the sum of the squares; its root is missing")
    assert not close(diary, [2, 10]), (
        "this is the sum of the entries, not the length of the vector")
    assert close(diary, want), f"expected {want}, got {diary}"
    assert all(type(n) is float for n in diary), (
        "the entries must be Python floats, so that the diary keeps no "
        "arrays alive")


@exercise("15.3")
def _(with_rule):
    called = []

    def value(x, c):
        called.append(1)
        large = jnp.maximum(abs(x), abs(c))
        small = jnp.minimum(abs(x), abs(c))
        ratio = small / jnp.where(large == 0, 1.0, large)
        return large * jnp.sqrt(1 + ratio * ratio)
    hypot = with_rule(value)
    assert close(hypot(3.0, 4.0), 5), "the value must be that of safe_hypot"
    slope = mj.grad(hypot, (0, 1))
    got = slope(3.0, 4.0)
    assert not close(got, [0.8, 0.6]), "the two cotangents are exchanged"
    assert close(got, [0.6, 0.8]), f"at (3, 4) expected 0.6, 0.8, got {got}"
    three = mj.grad(lambda x, c: 3 * hypot(x, c))(3.0, 4.0)
    assert close(three, 1.8), (
        "the slope of 3 hypot is three times that of hypot: the cotangent "
        "ct must be a factor")
    zero = slope(0.0, 0.0)
    assert not np.isnan(np.asarray(zero)).any(), (
        "at (0, 0) this is NaN: divide by jnp.where(y == 0, 1, y)")
    assert close(zero, [0, 0]), f"at (0, 0) expected (0, 0), got {zero}"
    big = slope(3e20, 4e20)
    assert close(big, [0.6, 0.8]), (
        f"at (3e20, 4e20) expected 0.6, 0.8, got {big}: nothing may be "
        "squared; divide x by the answer, and multiply then")
    xs = np.array([3.0, 0.0], f32)
    each = mj.vmap(slope)(xs, np.array([4.0, 0.0], f32))
    assert close(each[0], [0.6, 0]), "under vmap the gradient is wrong"
    second = mj.grad(mj.grad(hypot))(3.0, 4.0)
    assert close(second, 16 / 125), (
        f"the second derivative at (3, 4) is 16/125, got {second}: the "
        "answer that fwd keeps must come from the function with the rule")


def kick(params, x):
    """One step of a pendulum, forwards: it moves, then it is kicked."""
    place = x[0] + x[1] * params["time"]
    return jnp.stack([place, x[1] - params["force"] * jnp.sin(place)])


def unkick(params, x):
    speed = x[1] + params["force"] * jnp.sin(x[0])
    return jnp.stack([x[0] - speed * params["time"], speed])


@exercise("15.4")
def _(reversible):
    params = {"force": jnp.float32(0.1), "time": jnp.float32(0.5)}
    x = jnp.array([0.3, 0.2])

    def plain(params, x):
        for _ in range(6):
            x = kick(params, x)
        return x
    run = reversible(kick, unkick, 6)
    assert close(run(params, x), plain(params, x)), "the value is wrong"
    weights = jnp.array([1.0, -2.0])
    (p, dx), (q, want) = [mj.grad(lambda params, x, f=f: f(
        params, x) @ weights, (0, 1))(params, x) for f in (run, plain)]
    last = mj.vjp(kick, params, plain(params, x))[1](weights)
    assert not close(p["force"], last[0]["force"], 3), (
        "only one step's part of params' cotangent is there; the parts of "
        "all steps are added")
    assert close(dx, want, 3), (
        f"the cotangent of x should be {want}, got {dx}. Undo a step first, "
        "and pull back through the step at the state before it")
    assert close(p["force"], q["force"], 3) and close(
        p["time"], q["time"], 3), (
        "the cotangent of x is right, that of params is not: each step uses "
        f"params, and their parts are added. Expected {q}, got {p}")
    kept = [sum(r.nbytes for r in mj.tree.leaves(mj.vjp(
        reversible(kick, unkick, n), params, x)[1])) for n in (3, 30)]
    assert kept[0] == kept[1], (
        f"for 3 steps {kept[0]} bytes are kept, for 30 steps {kept[1]}; keep "
        "the last state only, and undo the steps")


@exercise("15.5")
def _(only_back):
    def fwd(x):
        return jnp.sin(x), jnp.cos(x)

    def bwd(cos_x, ct):
        return 2 * cos_x * ct
    g = only_back(jnp.sin, fwd, bwd)
    assert close(g(0.7), np.sin(0.7)), "the value must be f(x)"
    slope = mj.grad(g)(0.7)
    assert not close(slope, np.cos(0.7)), (
        "this is the derivative of f, and bwd has not been asked: the jvp "
        "rule of the call must bind the other operation")
    assert close(slope, 2 * np.cos(0.7)), (
        f"expected what bwd says, {2 * np.cos(0.7):.4f}, got {slope}")
    inside = mj.grad(lambda x: 3 * g(x * x))(0.7)
    assert close(inside, 3 * 2 * np.cos(0.49) * 1.4), (
        "inside a longer function the gradient is wrong: bwd gets the "
        "cotangent that arrives, and its answer goes on")
    again = mj.grad(mj.grad(g))(0.7)
    assert close(again, -2 * np.sin(0.7)), (
        f"grad(grad) should push through fwd and give -2 sin x, got {again}")
    calls = []
    two = only_back(jnp.sin, fwd,
                    lambda r, ct: calls.append(1) or 5 * r * ct)
    assert close(mj.grad(lambda x: two(x) + g(x))(0.7), 7 * np.cos(0.7)), (
        "two such functions in one program are mixed up; each needs its own "
        "operations, or its functions as parameters")
    try:
        mj.jvp(g, (0.7,), (1.0,))
    except TypeError:
        return
    raise AssertionError("jvp should raise a TypeError: nobody knows how a "
                         "tangent is pushed through")
