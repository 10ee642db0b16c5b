"""The checks of chapter 8. Wrong answers that are often given have names."""
import weakref
from unittest import mock

import numpy as np

import minijax as mj
from checks import exercise
from minijax import core, forward, lax, transpose
from minijax import numpy as jnp
from minijax.test_util import check_grads
from minijax.transpose_rules import defbilinear


def close(a, b, digits=9):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and np.allclose(a, b, 10.0**-digits,
                                              10.0**-digits)


@exercise("8.1")
def _(jacobian):
    runs = 0

    def f(x):
        nonlocal runs
        runs += 1
        return jnp.stack([x[0] * x[1], x[1] ** 2 + x[2]])

    x = np.array([0.5, 2.0, -1.0])
    right = np.array([[2.0, 0.5, 0], [0, 4.0, 1.0]])
    J = np.asarray(jacobian(f, x))
    assert J.shape != (2, 1, 3), (
        "a pullback returns a tuple, with one cotangent for each argument; "
        "take the first, [0]")
    assert not close(J, right.T), (
        "rows and columns are exchanged: one pull gives a row; stack the "
        "pulls along axis 0")
    assert not close(J, right.sum(0)), (
        "this is one pull of (1, 1), the sum of the rows; pull each unit "
        "vector by itself")
    assert J.shape == (2, 3), (
        f"two outputs and three inputs need shape (2, 3), got {J.shape}")
    assert close(J, right), f"expected\n{right}\ngot\n{J}"
    assert runs == 1, (
        f"the Jacobian is right, but f was run {runs} times for two rows; one "
        "vjp gives a pullback that can be called again and again")


SUSPECTS = [  # f, g, shapes, whether g is f's transpose, what to say
    (jnp.cumsum, lambda w: lax.cumsum(w, reverse=True), 4, 4, True,
     "cumsum from the other end is the transpose of cumsum; this says no"),
    (jnp.cumsum, jnp.cumsum, 4, 4, False,
     "cumsum is not its own transpose, and this says yes. With vectors of "
     "ones one cannot see it; use random ones"),
    (lambda x: jnp.roll(x, 1), lambda w: jnp.roll(w, 1), 4, 4, False,
     "rolling forward is not the transpose of rolling forward; this says yes"),
    (lambda x: 2 * x, lambda w: w / 2, 3, 3, False,
     "halving is the inverse of doubling, not its transpose; this says yes. "
     "Do not compare g(f(v)) with v"),
    (lambda x: 2 * x, lambda w: 2 * w, 3, 3, True,
     "doubling is its own transpose; this says no"),
    (lambda x: x.sum(), lambda w: w * jnp.ones(5), 5, (), True,
     "the transpose of a sum is a broadcast; this says no"),
    (lambda x: x.T, lambda w: w.T, (2, 3), (3, 2), True,
     "for matrices the pairing is the sum over all entries; this says no"),
    (lambda x: x[1:], lambda w: jnp.pad(w, (0, 1)), 4, 3, False,
     "the zero was put at the wrong end, and this did not notice"),
]


@exercise("8.2")
def _(is_transpose):
    for f, g, x, y, right, why in SUSPECTS:
        found = is_transpose(f, g, np.zeros(x), np.zeros(y))
        assert np.asarray(found).dtype == bool and np.ndim(found) == 0, (
            f"answer True or False, not {found!r:.60}")
        assert bool(found) is right, why + right * (
            ". (If you compare two floats for equality, allow for rounding.)")


def reference(f, *args):
    return [float(g) for g in mj.grad(f, tuple(range(len(args))))(*args)]


@exercise("8.3")
def _(walk):
    def gone_through(f, *args):
        out, push = mj.linearize(f, *map(np.float64, args))
        found = walk(push.jaxpr, push.consts, jnp.ones_like(out))
        assert isinstance(found, list | tuple), (
            "return a list with a cotangent for each input, not "
            f"{found!r:.60}")
        return [np.asarray(ct).tolist() for ct in found]

    got = gone_through(lambda x: jnp.sin(x) * 3.0, 0.5)
    assert close(got, [3 * np.cos(0.5)]), (
        f"for 3 sin(x) at 0.5 expected {3 * np.cos(0.5):.4f}, got {got}; do "
        "you start from the last equation?")
    got = gone_through(lambda x: x * jnp.sin(x), 0.5)
    parts = np.sin(0.5), 0.5 * np.cos(0.5)
    assert not any(close(got, [part]) for part in parts), (
        f"for x sin(x) this gives {got[0]:.4f}, one of two parts: x is read "
        "twice, and the second cotangent must be added to the first")
    assert close(got, [sum(parts)]), (
        f"for x sin(x) at 0.5 expected {sum(parts):.4f}, got {got}")
    got = gone_through(lambda x: x + x, 2.0)
    assert not close(got, [1.0]), (
        "x + x has slope 2, this gives 1: add_any may read one variable twice")
    assert close(got, [2.0]), f"x + x has slope 2, got {got}"
    for text, f, *args in [
            ("sin(x y) (-x)", lambda x, y: jnp.sin(x * y) * -x, 2.0, 3.0),
            ("(x + y) (-x + y y) x",
             lambda x, y: (x + y) * (-x + y * y) * x, 0.3, 0.7),
            ("2 sin(x), in which y does not matter,",
             lambda x, y: jnp.sin(x) * 2.0, 0.3, 0.7)]:
        want = reference(f, *map(np.float64, args))
        got = gone_through(f, *args)
        assert close(got, want), (
            f"for {text} at {tuple(args)} expected {want}, got {got}")
    x = np.array([0.3, 0.7])
    want, got = [np.sin(x) + x * np.cos(x)], gone_through(
        lambda x: x * jnp.sin(x), x)
    assert close(got, want), (
        f"it is right for numbers; for x sin(x) at the array {x} expected "
        f"{want[0]}, got {got}. Arrays stand among jaxpr.constvars, with "
        "their values in consts")


@exercise("8.4")
def _(circ_rules):
    circ_p = core.Primitive("circ")
    circ_p.def_abstract_eval(lambda x, k: x)

    @circ_p.def_impl
    def circ_numbers(x, k):
        i = np.arange(len(x))
        return k[(i[:, None] - i) % len(x)] @ x

    circ = circ_p.bind
    rng = np.random.default_rng(0)
    x, k, w = rng.normal(size=(3, 5))
    with (mock.patch.dict(forward.jvp_rules),
          mock.patch.dict(transpose.transposes)):
        forward.defjvp(circ_p, lambda t, ans, x, k: circ(t, k),
                       lambda t, ans, x, k: circ(x, t))
        rules = circ_rules(circ)
        assert isinstance(rules, list | tuple) and len(rules) == 2, (
            "return a pair, the rule for x and the rule for k, not "
            f"{rules!r:.60}")
        defbilinear(circ_p, *rules)
        _, pull = mj.vjp(circ, x, k)
        try:
            by_x, by_k = map(np.asarray, pull(w))
        except (TypeError, AttributeError) as error:
            assert "UndefinedPrimal" not in str(error), (
                "a rule reads the operand that it is asked about, which has "
                "no value there: the rule for x has ct and k to work with, "
                "the rule for k has ct and x")
            raise
        i = np.arange(5)
        want_x, want_k = w @ k[(i[:, None] - i) % 5], w @ x[
            (i[:, None] - i) % 5]
        flipped = w @ k[::-1][(i - i[:, None]) % 5]
        assert not close(by_x, np.asarray(circ(w, k))), (
            "this convolves the cotangent with k itself; the sum over i has "
            "k[i - j], where the convolution has k[j - i], so k must be "
            "mirrored")
        assert not (close(by_x, np.asarray(circ(w, k[::-1])))
                    or close(by_x, flipped)), (
            "k[::-1] has k[0] at the last place; mirrored on the circle, "
            "k[0] stays where it is: k[0], k[4], k[3], k[2], k[1]")
        assert close(by_x, want_x), f"by x expected {want_x}, got {by_x}"
        assert not close(by_k, np.asarray(circ(x, w))), (
            "the first rule is right; the second convolves with x itself. "
            "The two factors have equal rights, so x must be mirrored too")
        assert close(by_k, want_k), f"by k expected {want_k}, got {by_k}"
        check_grads(circ, (x, k), order=2)


def forbidden(name):
    def refuse(*args, **kwargs):
        raise AssertionError(
            f"this library has no {name}, only vjp: differentiate the "
            "pullback")
    return refuse


@exercise("8.5")
def _(push):
    def f(x):
        return jnp.stack([x[0] * x[1], x[1] ** 2 + x[0]])

    x, t = np.array([0.5, 2.0]), np.array([1.0, -3.0])
    with (mock.patch.object(mj, "jvp", forbidden("jvp")),
          mock.patch.object(mj, "linearize", forbidden("linearize"))):
        seen = []
        got = push(lambda x: seen.append(isinstance(x, core.Tracer)) or f(x),
                   x, t)
        assert any(seen), (
            "f has met numbers only: this is a difference; use mj.vjp")
        got = np.asarray(got)
        assert got.any(), (
            "this is the value of the second vjp, a zero pulled back; pull t "
            "back through its pullback")
        assert got.shape != (1, 2), (
            "a pullback returns a tuple, with one cotangent for each "
            "argument; take the first, [0]")
        assert not close(got, [-1.0, -11.5]), (
            "this is t pulled back, the transpose of J times t; pull t back "
            "through the pullback")
        assert close(got, [0.5, -11.0]), (
            f"at (0.5, 2) along (1, -3) expected [0.5, -11], got {got}")
        try:
            tall = np.asarray(push(lambda x: jnp.stack([x[0], x[1], x[0]]),
                                   x, t))
        except ValueError as error:
            raise AssertionError(
                "right for two outputs, but not for three. The second vjp is "
                "taken at a cotangent of f: of the output's shape, and not "
                f"of the input's. {error}") from error
        assert close(tall, [1, -3, 1]), (
            "for a function with two inputs and three outputs expected "
            f"[1, -3, 1], got {tall}")


def swirl(x):
    """A step that mixes the entries, so that the order of steps matters."""
    return x + 0.1 * jnp.sin(jnp.concatenate([x[1:], -x[:1]]))


class Watch:
    """vjp that notes how many residuals are alive, and counts steps."""

    def __init__(self):
        self.alive, self.most, self.steps = weakref.WeakSet(), 0, 0
        self.vjp = mj.vjp

    def step(self, x):
        self.steps += 1
        return swirl(x)

    def watched(self, *args, **kwargs):
        out, pull, *aux = self.vjp(*args, **kwargs)
        self.alive.add(pull.linear)
        held = sum(len(linear.consts) for linear in self.alive)
        self.most = max(self.most, held)
        return (out, pull, *aux)


@exercise("8.6")
def _(long_gradient):
    watch, n = Watch(), 100
    x, ct = np.linspace(0.5, 1.5, 4), np.linspace(1, 2, 4)

    def whole(x):
        for _ in range(n):
            x = swirl(x)
        return x

    _, pull = mj.vjp(whole, x)
    want = np.asarray(pull(ct)[0])
    with mock.patch.object(mj, "vjp", watch.watched):
        got = np.asarray(long_gradient(watch.step, x, n, ct))
    assert not close(got, pull(np.ones(4))[0]), (
        "this is the gradient for a cotangent of ones; start from ct")
    assert close(got, want), (
        f"expected {want}, got {got}; are the pieces pulled through from the "
        "last to the first?")
    each = len(mj.tree.leaves(pull)) / n
    most = watch.most / each
    assert most <= 40, (
        f"the cotangent is right, but the residuals of {most:.0f} steps of "
        f"{n} were alive at once; about ten should be: one vjp for each "
        "piece, and none is kept when the next is made")
    assert watch.steps <= 2 * n + 20, (
        f"the cotangent is right, but {n} steps were run {watch.steps} times "
        "in all; 200 are enough if the value at the start of each piece is "
        "kept")
