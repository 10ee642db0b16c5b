"""The checks of chapter 15. Wrong answers that are often given have names."""
import math

import numpy as np

import minijax as mj
from checks import exercise
from minijax import numpy as jnp
from minijax.errors import UnexpectedTracerError

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
    try:
        ds, dx = mj.grad(use, (0, 1))(2.0, x)
    except UnexpectedTracerError as e:
        if "nondiff" in str(e):
            raise
        raise AssertionError(
            "the backward rule takes strength from its surroundings, where "
            "it is a tracer; make it an argument of the function, let fwd "
            "keep it, and bwd take it from the residuals") from None
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
    assert diary, (
        "the diary is empty: as an ordinary argument a list is flattened, "
        "and the rules get a new one; hold it back with nondiff_argnums")
    assert len(diary) == 2, (
        f"two calls were passed on the way back, the diary has {len(diary)} "
        "entries")
    assert not close(sorted(diary), [10, 50]), (
        "these are the lengths of the values; what is wanted is the length "
        "of the cotangent, which only bwd gets")
    assert not close(diary, want[::-1]), (
        "the entries are in the order of the calls; on the way back the last "
        "call comes first")
    assert not close(diary, [2, 50]), (
        "this is the sum of the squares; its root is missing")
    assert not close(diary, [2, 10]), (
        "this is the sum of the entries, not the length of the vector")
    assert not close(diary, [1, 5]), (
        "this is one entry's size, or the mean of all; the length is the "
        "root of the sum of the squares")
    assert close(diary, want), f"expected {want}, got {diary}"
    assert all(type(n) is float for n in diary), (
        "the entries must be Python floats, so that the diary keeps no "
        "arrays alive")


@exercise("15.3")
def _(with_rule):
    def value(x, c):
        large = jnp.maximum(abs(x), abs(c))
        small = jnp.minimum(abs(x), abs(c))
        ratio = small / jnp.where(large == 0, 1.0, large)
        return large * jnp.sqrt(1 + ratio * ratio)
    hypot = with_rule(value)
    assert callable(hypot), (
        "with_rule must return the function that has the rule")
    assert close(hypot(3.0, 4.0), 5), "the value must be that of safe_hypot"
    slope = mj.grad(hypot, (0, 1))
    got = slope(3.0, 4.0)
    assert not close(got, [0.8, 0.6]), "the two cotangents are exchanged"
    assert close(got, [0.6, 0.8]), f"at (3, 4) expected 0.6, 0.8, got {got}"
    assert close(slope(-3.0, 4.0), [-0.6, 0.8]), (
        "at (-3, 4) the slope by x is negative; divide x itself, and not "
        "its absolute value")
    three = mj.grad(lambda x, c: 3 * hypot(x, c))(3.0, 4.0)
    assert close(three, 1.8), (
        "the slope of 3 hypot is three times that of hypot: the cotangent "
        "ct must be a factor")
    zero = slope(0.0, 0.0)
    assert not np.isnan(np.asarray(zero)).any(), (
        "at (0, 0) this is NaN: divide by jnp.where(y == 0, 1, y)")
    assert not close(zero, [0.5, 0.5]), (
        "at (0, 0) this is what the chain rule finds: the function that is "
        "returned has no rule")
    assert close(zero, [0, 0]), f"at (0, 0) expected (0, 0), got {zero}"
    big = slope(3e20, 4e20)
    assert close(big, [0.6, 0.8]), (
        f"at (3e20, 4e20) expected 0.6, 0.8, got {big}: nothing may be "
        "squared; divide x by the answer, and multiply then")
    little = slope(3e-8, 4e-8)
    assert close(little, [0.6, 0.8]), (
        f"at (3e-8, 4e-8) expected 0.6, 0.8, got {little}: what is added to "
        "the denominator is felt there; replace it where it is zero")
    try:
        with mj.debug_nans(True):
            slope(0.0, 0.0)
    except FloatingPointError:
        raise AssertionError(
            "the gradient at (0, 0) is right, but on its way 0 / 0 makes a "
            "NaN, and debug_nans would stop there: choose the denominator, "
            "not the quotient") from None
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
    x = jnp.array([[0.3, 0.5, -0.2], [0.2, 0.1, 0.4]])  # three pendulums

    def plain(params, x):
        for _ in range(6):
            x = kick(params, x)
        return x
    run = reversible(kick, unkick, 6)
    assert close(run(params, x), plain(params, x)), "the value is wrong"
    weights = jnp.array([[1.0, 2.0, 0.5], [-2.0, 1.0, 3.0]])
    (p, dx), (q, want) = [mj.grad(lambda params, x, f=f: jnp.sum(
        f(params, x) * weights), (0, 1))(params, x) for f in (run, plain)]
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
    undone = []

    def watched(params, x):
        undone.append(1)
        return unkick(params, x)
    mj.vjp(reversible(kick, watched, 6), params, x)[1](weights)
    assert undone, (
        "no step has been undone: the gradient is right, but to make it all "
        "the states were computed, and kept, once more")


@exercise("15.5")
def _(only_back):
    def fwd(x):
        return jnp.sin(x), jnp.cos(x)

    def bwd(cos_x, ct):
        return 2 * cos_x * ct
    g = only_back(jnp.sin, fwd, bwd)
    assert not isinstance(g, mj.custom_vjp), (
        "this is the package's own custom_vjp; the exercise is to build it "
        "from two operations")
    assert close(g(0.7), np.sin(0.7)), "the value must be f(x)"
    slope = mj.grad(g)(0.7)
    assert not close(slope, np.cos(0.7)), (
        "this is the derivative of f, and bwd has not been asked: the jvp "
        "rule of the call must bind the other operation")
    assert not close(slope, 0), (
        "the gradient is zero: the transpose rule gives one cotangent for "
        "each operand, in their order, and None for the residual")
    assert close(slope, 2 * np.cos(0.7)), (
        f"expected what bwd says, {2 * np.cos(0.7):.4f}, got {slope}")
    inside = mj.grad(lambda x: 3 * g(x * x))(0.7)
    assert close(inside, 3 * 2 * np.cos(0.49) * 1.4), (
        "inside a longer function the gradient is wrong: bwd gets the "
        "cotangent that arrives, and its answer goes on")
    again = mj.grad(mj.grad(g))(0.7)
    assert close(again, -2 * np.sin(0.7)), (
        f"grad(grad) should push through fwd and give -2 sin x, got {again}")
    two = only_back(jnp.sin, lambda x: (jnp.sin(x), x),
                    lambda x, ct: 5 * jnp.cos(x) * ct)
    assert close(mj.grad(two)(0.7), 5 * np.cos(0.7)), (
        "with another pair of rules the gradient is wrong; is bwd called as "
        "bwd(residual, ct), in this order?")
    assert close(mj.grad(lambda x: two(x) + g(x))(0.7), 7 * np.cos(0.7)), (
        "two such functions in one program are mixed up; each needs its own "
        "operations, or its functions as parameters")
    try:
        mj.jvp(g, (0.7,), (1.0,))
    except TypeError:
        return
    raise AssertionError("jvp should raise a TypeError: nobody knows how a "
                         "tangent is pushed through")
