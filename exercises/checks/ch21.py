"""The checks of chapter 21."""
import math
from collections import Counter

import numpy as np

import minijax as mj
from checks import exercise
from minijax import numpy as jnp

ROW = np.array([0.3, -0.2, 0.5])


@exercise("21.1")
def _(census):
    seen = census(lambda x: jnp.sin(x) * jnp.sin(x) + x, 2.0)
    assert isinstance(seen, dict), (
        f"expected a Counter, got a {type(seen).__name__}")
    assert seen == Counter(sin=2, mul=1, add=1), (
        "sin(x) * sin(x) + x has two sines, a product and a sum; got "
        f"{dict(seen)}")
    f = mj.jit(lambda x: jnp.exp(x) + 1)
    seen = census(lambda x: f(f(x)), 2.0)
    assert "jit" not in seen, (
        "a jitted function was counted as one operation; its program is in "
        "eqn.params['jaxpr']")
    assert seen == Counter(exp=2, add=2), (
        "a jitted exp(x) + 1, called twice, runs two of both, got "
        f"{dict(seen)}")

    def loop(x):
        return mj.lax.scan(lambda c, t: (jnp.cos(c) * t, None), x, ROW)[0]
    seen = census(loop, 2.0)
    assert seen.get("cos") != 1, (
        "the body of a scan of three steps was counted once: it runs for "
        "each of eqn.params['length'] rows")
    assert seen.get("cos") == 3 and "scan" not in seen, (
        f"a scan of 3 steps with one cosine each gave {dict(seen)}")
    seen = census(lambda x: mj.lax.fori_loop(0, 5, lambda _, y: loop(y), x),
                  2.0)
    assert seen["cos"] == 15, (
        "a loop of 5 steps around a loop of 3 runs its cosine 15 times, got "
        f"{seen['cos']}: what is inside of both is multiplied by both")


def mean_loss(seen):
    def loss(params, batch):
        x, y = batch["x"], batch["y"]
        seen.append(tuple(x.shape))
        guess = jnp.tanh(x @ params["w"]) + params["b"]
        return jnp.mean((guess - y) ** 2)
    return loss


@exercise("21.2")
def _(parallel_gradient):
    rng = np.random.default_rng(2)
    params = {"w": rng.normal(size=3), "b": np.float64(0.1)}
    batch = {"x": rng.normal(size=(12, 3)), "y": rng.normal(size=12)}
    with mj.enable_x64():
        want = mj.grad(mean_loss([]))(params, batch)
        for n in (4, 3, 1):
            seen = []
            got = parallel_gradient(mean_loss(seen), n)(params, batch)
            assert set(seen) == {(12 // n, 3)}, (
                f"of 12 examples each of {n} devices gets {12 // n}, but the "
                f"loss saw {sorted(set(seen))}")
            assert mj.tree.structure(got) == mj.tree.structure(want), (
                f"expected the structure of params, got {got}")
            assert got["w"].shape == (3,), (
                f"the gradient by w, of shape (3,), came in the shape "
                f"{got['w'].shape}: the devices have not agreed on one")
            assert not (n > 1 and np.allclose(got["w"], n * want["w"])), (
                "this is the sum of what the devices found, and the loss is "
                f"a mean: it is {n} times too large")
            for name in want:
                assert np.allclose(got[name], want[name]), (
                    f"by {name}: expected {want[name]}, got {got[name]}")


def inside(bounds, name, f, lo, hi, best=None):
    """The bounds of f, if they hold; and, where said, if they are tight."""
    lo, hi = np.asarray(lo, float), np.asarray(hi, float)
    rng = np.random.default_rng(3)
    pair = bounds(f, lo, hi)
    assert isinstance(pair, tuple | list) and len(pair) == 2, (
        f"expected two arrays, got {pair!r:.80}")
    low, high = map(np.asarray, pair)
    t = np.concatenate([rng.uniform(size=(500, *lo.shape)),
                        np.zeros((1, *lo.shape)), np.ones((1, *lo.shape))])
    values = np.stack([np.asarray(f(x)) for x in lo + t * (hi - lo)])
    assert np.all(low <= high + 1e-12), (
        f"{name} between {lo} and {hi}: the lower bound {low} is above the "
        f"upper {high}")
    for value in values:
        assert np.all((low - 1e-9 <= value) & (value <= high + 1e-9)), (
            f"{name} between {lo} and {hi} takes the value {value}, which is "
            f"not between {low} and {high}")
    if best is not None:
        assert np.allclose(low, best[0]) and np.allclose(high, best[1]), (
            f"{name} between {lo} and {hi} lies between {best[0]} and "
            f"{best[1]}, got {low} and {high}")
    return low, high


@exercise("21.3")
def _(bounds):
    with mj.enable_x64():
        inside(bounds, "x + exp(x)", lambda x: x + jnp.exp(x), 0.0, 1.0,
               (1.0, 1 + math.e))
        low, high = bounds(lambda x: x * x + x**2, np.float64(-1),
                           np.float64(2))
        assert not np.isclose(low, 2), (
            "x * x + x**2 between -1 and 2 is 0 at 0, but your lower bound "
            "is 2: the two ends were put through the function, and what "
            "happens between them was lost")
        inside(bounds, "x**2", lambda x: x**2, -1.0, 2.0, (0.0, 4.0))
        inside(bounds, "x**4", lambda x: x**4, -2.0, 1.0, (0.0, 16.0))
        inside(bounds, "x**3", lambda x: x**3, -2.0, 1.0, (-8.0, 1.0))
        low, high = bounds(lambda x: jnp.exp(x) - x, np.float64(0),
                           np.float64(1))
        assert not (np.isclose(low, 1) and np.isclose(high, math.e - 1)), (
            "exp(x) - x: the difference of intervals was taken lower minus "
            "lower, upper minus upper. The least difference is the lower "
            "end minus the upper")
        inside(bounds, "exp(x) - x", lambda x: jnp.exp(x) - x, 0.0, 1.0,
               (0.0, math.e))
        inside(bounds, "-x * (3 - x)", lambda x: -x * (3 - x), -1.0, 2.0)
        inside(bounds, "tanh(x) * x", lambda x: jnp.tanh(x) * x, -1.0, 0.5)
        a_network(bounds)


def a_network(bounds):
    w = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 1.0]])
    lo, hi = ROW - 0.1, ROW + 0.2
    low, high = bounds(lambda x: x @ w, lo, hi)
    ends = np.stack([lo @ w, hi @ w])
    assert not np.allclose(np.stack([low, high]), np.sort(ends, 0)), (
        "the ends were multiplied by the weights as they are; where a weight "
        "is negative, the lower end gives the upper bound")
    inside(bounds, "x @ w", lambda x: x @ w, lo, hi, (
        lo @ np.maximum(w, 0) + hi @ np.minimum(w, 0),
        hi @ np.maximum(w, 0) + lo @ np.minimum(w, 0)))
    inside(bounds, "w.T @ x", lambda x: w.T @ x, lo, hi)
    layer = mj.jit(lambda x: jnp.maximum(jnp.tanh(x @ w) + 0.1, 0.0))
    low, high = inside(bounds, "a layer", layer, lo, hi)
    inside(bounds, "a network", lambda x: jnp.sum(layer(x) ** 2) - 1.0,
           lo, hi)
    both = mj.jit(lambda lo, hi: bounds(layer, lo, hi))(lo, hi)
    assert np.allclose(both[0], low) and np.allclose(both[1], high), (
        "under jit the bounds are others")


# [taylor]
def series(taylor, f, curve):
    """The coefficients that an answer gives, as an array."""
    curve = [jnp.asarray(x, float) for x in curve]
    got = taylor(f, curve)
    assert isinstance(got, list | tuple) and len(got) == len(curve), (
        f"expected a list of {len(curve)} coefficients, got {got!r:.80}")
    return np.stack([np.asarray(c) for c in got])


def same(taylor, name, f, curve, want):
    got = series(taylor, f, curve)
    assert got.shape == np.shape(want) and np.allclose(
        got, want, rtol=1e-8, atol=1e-10), (
        f"{name} along {[np.asarray(x).tolist() for x in curve]}: expected "
        f"the coefficients {np.asarray(want)}, got {got}")


def line(x, n):
    """x + t, to order n."""
    return [x, 1.0, *[0.0] * (n - 1)]


@exercise("21.4")
def _(taylor):
    with mj.enable_x64():
        known_series(taylor)
        laws(taylor)
        under_the_others(taylor)
        cost(taylor)


def known_series(taylor):
    factorials = [math.factorial(k) for k in range(9)]
    got = series(taylor, lambda x: 2 * x + 1, [3.0, 1.0, 0.0])
    assert not np.allclose(got[1:], [3, 1]), (
        "2 * x + 1 along 3 + t gave 7 + 3t + t²: numbers of the program "
        "stand still, their further coefficients are zero")
    assert np.allclose(got, [7, 2, 0]), f"2 (3 + t) + 1 = 7 + 2t, got {got}"
    got = series(taylor, jnp.exp, line(0.0, 4))
    assert not np.allclose(got, 1), (
        "these are the derivatives of exp: the coefficients of its series "
        "are 1/k!")
    got = series(taylor, lambda x: x * x, [3.0, 1.0, 0.0])
    assert not np.allclose(got, [9, 1, 0]), (
        "(3 + t)² gave 9 + t: the coefficients were multiplied one by one, "
        "and every term of one factor meets every term of the other")
    same(taylor, "x * x", lambda x: x * x, [3.0, 1.0, 0.0], [9, 6, 1])
    same(taylor, "exp", jnp.exp, line(0.0, 8), 1 / np.array(factorials))
    sines = np.array([0, 1, 0, -1, 0, 1, 0, -1, 0])
    same(taylor, "sin", jnp.sin, line(0.0, 8), sines / factorials)
    same(taylor, "cos", jnp.cos, line(0.0, 7), sines[1:] / factorials[:8])
    same(taylor, "log", jnp.log, line(1.0, 5),
         [0, 1, -1 / 2, 1 / 3, -1 / 4, 1 / 5])
    same(taylor, "tanh", jnp.tanh, line(0.0, 7),
         [0, 1, 0, -1 / 3, 0, 2 / 15, 0, -17 / 315])
    same(taylor, "1 / (1 - x)", lambda x: 1 / (1 - x), line(0.0, 6), 7 * [1])
    same(taylor, "x**3", lambda x: x**3, [2.0, 1.0, 0.0, 0.0], [8, 12, 6, 1])
    same(taylor, "exp(x) of a curve", jnp.exp, [0.0, 0.0, 1.0, 0.0, 0.0],
         [1, 0, 1, 0, 1 / 2])


def mixture(x):
    return jnp.tanh(jnp.sin(x) * x) / (2 + jnp.cos(x)) + jnp.log(2 + x * x)


def laws(taylor):
    """Composition; agreement with nested jvp; arrays; programs inside."""
    curve = [0.4, -1.0, 0.5, 2.0, 0.3]
    one = series(taylor, mixture, curve)
    both = series(taylor, lambda x: jnp.exp(mixture(x)), curve)
    assert np.allclose(series(taylor, jnp.exp, list(one)), both), (
        "the series of exp(f(x)) should be that of exp along the series of f")
    want, g = [], mixture
    for k in range(5):
        want.append(float(g(0.4)) / math.factorial(k))
        g = derivative(g)
    same(taylor, "a mixture", mixture, line(0.4, 4), want)
    w = np.array([[1.0, -2.0, 0.0], [0.5, 3.0, 1.0], [-1.0, 1.0, 2.0]])
    layer = mj.jit(lambda x: jnp.sum(jnp.tanh(x @ w) * x[::-1]))
    v = np.array([1.0, 0.5, -1.0])
    same(taylor, "a layer", layer, [ROW, v, 0 * v],
         [layer(ROW), mj.jvp(layer, (ROW,), (v,))[1],
          mj.hessian(layer)(ROW) @ v @ v / 2])


def derivative(f):
    return lambda x: mj.jvp(f, (x,), (jnp.ones_like(x),))[1]


def under_the_others(taylor):
    def third(x):
        one, zero = jnp.ones_like(x), jnp.zeros_like(x)
        return taylor(mixture, [x, one, zero, zero, zero])[3]
    x = jnp.asarray(0.4)
    fourth = 4 * series(taylor, mixture, line(0.4, 4))[4]
    assert np.allclose(mj.grad(third)(x), fourth), (
        "the derivative of the third coefficient is four times the fourth, "
        f"{fourth:.6f}, but mj.grad gives {mj.grad(third)(x)}")
    assert np.allclose(mj.jit(third)(x), third(x)), "jit gives another value"
    assert np.allclose(mj.vmap(third)(jnp.asarray(ROW)),
                       [third(x) for x in jnp.asarray(ROW)]), (
        "vmap gives other values")


def cost(taylor):
    few, many = (len(mj.make_jaxpr(lambda x, n=n: taylor(
        mixture, [x, *[jnp.ones_like(x)] * n]))(0.4).eqns) for n in (4, 8))
    assert many < 6 * few, (
        f"to order 4 there are {few} operations, and to order 8 {many}: it "
        "should grow like the square of the order. A jvp of a jvp doubles "
        "the work each time; push all the coefficients at once")
# [/taylor]
