"""The checks of chapter 20. Wrong answers that are often given have names."""
import numpy as np

import minijax as mj
from checks import exercise
from minijax import core, random
from minijax import numpy as jnp
from minijax.random.threefry import mix, threefry2x32_p

WORDS = np.random.default_rng(0).integers(0, 2**32, (2, 50), np.uint32)
RAW = np.array([7, 11], np.uint32)
KEY = random.key(20)


def same(a, b):
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and bool((a == b).all())


def close(a, b, tolerance=1e-4):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and np.allclose(a, b, tolerance, tolerance)


@exercise("20.1")
def _(answer):
    turn_left, undo = answer
    x, y = WORDS
    for r in (1, 13, 31):
        out = turn_left(x, r)
        assert not same(out, x << r), (
            "the bits that fall out at the left are lost: let them come in "
            "again at the right, with x >> (32 - r)")
        right = (x >> r) | (x << (32 - r))
        assert not same(out, right), "that turns to the right"
        assert same(out, (x << r) | (x >> (32 - r))), (
            f"turned by {r}, {x[0]:032b} should be "
            f"{(x[0] << r) | (x[0] >> (32 - r)):032b}, got "
            f"{int(np.asarray(out)[0]):032b}")
        assert np.asarray(out).dtype == np.uint32, "the result is uint32"
    for r in (6, 17):
        a, b = x.copy(), y.copy()
        mix(a, b, r)
        before = a.copy(), b.copy()
        out = undo(a, b, r)
        assert same(a, before[0]) and same(b, before[1]), (
            "undo has written into its arguments: make new arrays")
        check_undone(out, a, b, x, y, r)


def check_undone(out, a, b, x, y, r):
    first, second = map(np.asarray, out)
    on = ((b ^ a) << r) | ((b ^ a) >> (32 - r))
    assert not same(second, on), (
        "y was turned on to the left once more; back is the other way, or on "
        "by 32 - r")
    assert same(second, y), (
        "the second word is not what it was: first take the exclusive or "
        "with x away, then turn back")
    assert not same(first, a - b), (
        "x had the old y added to it, not the one that the round has made: "
        "find the old y first")
    assert same(first, x), "the first word is not what it was"


@exercise("20.2")
def _(answer):
    split, fold_in = answer
    out, expected = np.asarray(split(RAW, 4)), np.asarray(
        random.split(RAW, 4))
    assert out.shape == (4, 2), (
        f"four keys are an array of shape (4, 2), got {out.shape}")
    assert not same(out, expected[:, ::-1]), (
        "the two words are in the wrong order")
    mixed = np.asarray(random.bits(RAW, (4,)))
    assert not same(out[:, 0], mixed), (
        "the exclusive or of the two words is a random number; a key is both "
        "words, one beside the other")
    upper = threefry2x32_p.bind(RAW[0], RAW[1], np.arange(
        4, dtype=np.uint32), np.uint32(0))
    assert not same(out, np.stack([np.asarray(w) for w in upper], 1)), (
        "the place is in its upper word; JAX counts in the lower one")
    pairs = threefry2x32_p.bind(RAW[0], RAW[1], *np.arange(
        8, dtype=np.uint32).reshape(2, 4))
    assert not same(out, np.concatenate(
        [np.asarray(w) for w in pairs]).reshape(4, 2)), (
        "that is the layout JAX had before 2025: the first keys change when "
        "more are asked for")
    assert out.dtype == np.uint32 and same(out, expected), (
        f"split should begin with {expected[0]}, got {out[0]}")
    for i in (0, 3, 2**32 - 1):
        got, expected = fold_in(RAW, i), random.fold_in(RAW, i)
        added = random.split(RAW + np.uint32(i), 1)[0]
        assert i == 0 or not same(got, added), (
            "that hashes a key that is i larger; hash the place i, under the "
            "same key")
        assert same(got, expected), (
            f"fold_in(words, {i}) should be {expected}, got {got}")


@exercise("20.3")
def _(answer):
    u = np.asarray(random.uniform(KEY, (200,)), float)
    out = np.asarray(answer(KEY, 2.0, 1.5, (200,)), float)
    assert out.shape == (200,), f"the shape should be (200,), got {out.shape}"
    expected = 2.0 * (-np.log1p(-u)) ** (1 / 1.5)
    assert not close(out, 2.0 * (-np.log(u)) ** (1 / 1.5)), (
        "the distribution is right, but log(u) is infinite where u = 0, and "
        "a uniform number can be 0; 1 - u cannot")
    assert not close(out, (-np.log1p(-u)) ** (1 / 1.5) / 2.0), (
        "x / s is in the exponent, so x is s times something")
    assert not close(out, 2.0 * (-np.log1p(-u)) ** 1.5), (
        "the inverse of a power k is the power 1 / k")
    assert not close(out, (2.0 * -np.log1p(-u)) ** (1 / 1.5)), (
        "the scale has come under the power: undo the power first, then "
        "multiply by s")
    assert not np.isnan(out).any(), (
        "nan: log1p(-u) is negative, and a negative number has no such "
        "power; turn its sign first")
    assert not close(out, 1 - np.exp(-(u / 2.0) ** 1.5)), (
        "that is F(u); wanted is the x with F(x) = u")
    assert close(out, expected), (
        f"for u = {u[0]:.4f} expected {expected[0]:.4f}, got {out[0]:.4f}")
    check_lamps(answer, -np.log1p(-u))


def check_lamps(answer, waits):
    scales = jnp.array([1.0, 3.0])
    mapped = mj.jit(mj.vmap(lambda s: answer(KEY, s, 1.5, (200,))))(scales)
    assert close(mapped[1], 3 * np.asarray(mapped[0]), 1e-3), (
        "under vmap over the scale it is something else")
    slope = mj.jacfwd(lambda s: answer(KEY, s, 1.5, (200,)))(2.0)
    assert close(slope, waits ** (1 / 1.5), 1e-3), (
        "the derivative with respect to the scale is wrong")
    slope = mj.jacfwd(lambda k: answer(KEY, 2.0, k, (200,)))(1.5)
    by_hand = -2 * waits ** (1 / 1.5) * np.log(waits) / 1.5**2
    assert close(slope, by_hand, 1e-2), (
        "the derivative with respect to k is wrong: is there a float() or a "
        "NumPy function in the way?")


class misses:
    """Root mean squares of fifty errors: plain, and by the answer."""

    def __init__(self, stratified):
        self.stratified = stratified

    def __repr__(self):
        keys = random.split(random.key(0), 50)
        exact = np.e - 1

        def plain(key):
            return jnp.mean(jnp.exp(random.uniform(key, (64,))))
        try:
            ours = mj.vmap(lambda key: self.stratified(jnp.exp, key, 64))(keys)
        except NotImplementedError:
            return "not yet written"
        errors = [float(jnp.sqrt(jnp.mean((x - exact) ** 2)))
                  for x in (mj.vmap(plain)(keys), ours)]
        return "plain {:.4f}, one from each part {:.4f}".format(*errors)


@exercise("20.4")
def _(answer):
    n = 8
    draws = np.array([float(random.uniform(random.fold_in(KEY, i)))
                      for i in range(n)])
    points, out = (np.arange(n) + draws) / n, answer(jnp.square, KEY, n)
    assert np.shape(out) == (), "the result is one number, the mean"
    expected, out = np.mean(points**2), float(out)
    one = (np.arange(n) + float(random.uniform(KEY))) / n
    assert not np.isclose(out, np.mean(one**2)), (
        "the same number is used in every part: fold i into the key")
    assert not np.isclose(out, np.sum(points**2)), "the sum, not the mean"
    crowd = np.asarray(random.uniform(KEY, (n,)))
    assert not np.isclose(out, np.mean(crowd**2)), (
        "these points can crowd together, all in one part: one is to be "
        "drawn in each")
    assert not np.isclose(out, np.mean(draws**2)), (
        "the points are anywhere in [0, 1): that of part i is (i + u) / n")
    plain = (np.arange(n) + np.asarray(random.uniform(KEY, (n,)))) / n
    assert not np.isclose(out, np.mean(plain**2)), (
        "the parts are right, but their numbers come from one call for all; "
        "take fold_in(key, i) for part i, so that it can be drawn alone")
    assert np.isclose(out, expected), (
        f"for f = square and n = 8 expected {expected:.6f}, got {out:.6f}")
    lengths = {len(mj.make_jaxpr(lambda k, n=n: answer(jnp.square, k, n))(
        KEY).eqns) for n in (3, 30)}
    assert len(lengths) == 1, (
        "the jaxpr grows with n: map over jnp.arange(n) instead of a loop")


class Lookups(core.EvalTrace):
    """Notes which entries of which tables are looked at."""

    def process_primitive(self, primitive, args, params):
        if primitive is threefry2x32_p:
            words = np.broadcast_arrays(*[np.asarray(x) for x in args])
            self.seen += zip(*[w.ravel().tolist() for w in words], strict=True)
        return super().process_primitive(primitive, args, params)


class looked_at:
    """How many entries `walk(key, steps)` looks at, and how often."""

    def __init__(self, walk, steps):
        trace = Lookups(walk)
        trace.seen = []
        key = random.key(5)
        with core.set_current_trace(trace):
            self.path = walk(key, steps)
        self.all, self.different = len(trace.seen), len(set(trace.seen))

    def __repr__(self):
        return (f"{self.all} looks at entries, {self.all - self.different} of "
                "them at one that was looked at before")


@exercise("20.5")
def _(answer):
    found = looked_at(answer, 100)
    assert np.shape(found.path) == (100,), (
        f"100 steps give a path of shape (100,), got {np.shape(found.path)}")
    again = found.all - found.different
    assert again != 101, ("both errors are still there: the start and the "
                          "keys of the steps come from one key, and so do "
                          "length and loss")
    assert again < 100, (f"{again} entries are looked at twice: in a step, "
                         "length and loss are drawn from one key")
    assert again == 0, (f"{found}: is the key of the start used for anything "
                        "else, or the key that the steps' keys are split "
                        "from?")
    other = answer(random.key(6), 100)
    assert not close(other - other[0], found.path - found.path[0]), (
        "another key gives the same walk: somewhere a key is made of a "
        "constant")
    steps = np.diff(np.asarray(answer(KEY, 5000), float))
    lost = np.mean(steps == 0)
    assert 0.05 < lost < 0.15, (
        f"one step in ten should be lost, and it is {lost:.2f} of them")
    assert abs(steps.mean()) < 0.06 and 0.8 < steps.std() < 1.1, (
        "the lengths of the steps should be normal numbers")


@exercise("20.6")
def _(answer):
    for r in (0.5, 1.0, 1.9):
        out, slope = mj.value_and_grad(answer)(r, KEY)
        assert out > 0 and abs(out / (np.pi * r**2) - 1) < 0.04, (
            f"for r = {r} the area should be about {np.pi * r**2:.3f}, got "
            f"{float(out):.3f}")
        assert not np.isnan(slope), (
            "the derivative is nan: somewhere a root is taken of zero or of "
            "less, and its slope is no number, even if maximum or where "
            "throws the root away. Draw points where there is a root")
        assert slope != 0, (
            "the derivative is zero: r is still in a comparison, and nowhere "
            "else")
        assert abs(slope / (2 * np.pi * r) - 1) < 0.08, (
            f"for r = {r} the derivative should be about {2 * np.pi * r:.3f},"
            f" got {float(slope):.3f}")
    a, b = (float(answer(1.0, k)) for k in random.split(KEY))
    assert a != b, ("with two keys the same estimate: where are the random "
                    "points?")
