"""The checks of chapter 7. Wrong answers that are often given have names."""
import collections
from unittest import mock

import numpy as np

import minijax as mj
from checks import exercise
from minijax import core, forward, lax
from minijax import numpy as jnp
from minijax.core import eval_jaxpr


def close(a, b, digits=9):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and np.allclose(a, b, 10.0**-digits,
                                              10.0**-digits)


class Counting(core.EvalTrace):
    def process_primitive(self, primitive, args, params):
        self.seen[primitive.name] += 1
        return super().process_primitive(primitive, args, params)


def counted(f, *args):
    """f(*args), and how often each atom was computed."""
    counting = Counting()
    counting.seen = collections.Counter()
    with core.set_current_trace(counting):
        out = f(*args)
    return out, counting.seen


@exercise("7.1")
def _(interpolation):
    nodes, at = jnp.asarray(np.array([0.0, 1.0, 2.0, 4.0])), np.float64(3.0)
    late = interpolation(nodes, at)
    assert callable(late), (
        "interpolation(nodes, at) returns a function of the values, yours "
        f"returns {late!r:.60}")
    x = np.asarray(nodes)
    for f in (lambda x: x**3 - 2 * x, lambda x: 5 - x * x):
        got, seen = counted(late, jnp.asarray(f(x)))
        assert close(got, f(3.0)), (
            f"through the values {f(x)} at 0, 1, 2, 4 goes a polynomial "
            f"that is {f(3.0)} at 3; got {got}")
        assert not seen["div"] + seen["sub"], (
            f"the late half divides {seen['div']} times and subtracts "
            f"{seen['sub']} times; the quotients depend on the nodes only, "
            "so they belong before the inner def")
        assert seen["mul"] <= 4, (
            f"the late half multiplies {seen['mul']} times; four products "
            "are enough for four values: multiply the quotients with one "
            "another early, and the value by the result")


@exercise("7.2")
def _(lean_bell):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 100))
    got, f_jvp = mj.linearize(lean_bell, x, y)
    assert not close(got, np.exp(-(x * x + y * y) / 2)), (
        "this is exp(-r²/2); (r/2)² is r²/4")
    assert close(got, np.exp(-(x * x + y * y) / 4)), (
        f"at x = {x[0]:.3f}, y = {y[0]:.3f} the value is "
        f"{np.exp(-(x[0]**2 + y[0]**2) / 4):.6f}, got {float(got[0]):.6f}")
    arrays = sum(r.nbytes for r in f_jvp.consts) / x.nbytes
    seen = counted(lean_bell, jnp.asarray(x), jnp.asarray(y))[1]
    assert not seen["sqrt"], (
        f"it keeps {arrays:g} arrays. There is a square root whose result "
        "is squared again; it keeps its slope, and the square keeps the "
        "root. Do without both")
    assert seen["exp"] == 1, (
        f"it keeps {arrays:g} arrays: each of the {seen['exp']} "
        "exponentials keeps its result, and their product needs both. Add "
        "the squares first, and take one exponential")
    assert arrays <= 3, (
        f"it keeps {arrays:g} arrays: {len(f_jvp.consts)} residuals. Three "
        "are enough: x, y and the exponential")
    dots = mj.jvp(lean_bell, (0.0, 0.0), (1.0, 0.0))[1]
    assert float(dots) == 0, f"the slope at the origin is 0, got {dots}"


@exercise("7.3")
def _(jacobian):
    def f(x):
        return jnp.stack([x[0] * x[1] + x[2], jnp.sin(x[0])])

    x = jnp.asarray(np.array([0.5, 2.0, -1.0]))
    right = np.array([[2.0, 0.5, 1.0], [np.cos(0.5), 0, 0]])
    J, seen = counted(jacobian, f, x)
    assert not close(J, right.T), (
        "this is the Jacobian with rows and columns exchanged: what one push "
        "gives is a column; stack the pushes along axis 1")
    assert close(J, right), f"expected\n{right}\ngot\n{J}"
    assert seen["sin"] != 4, (
        "f was run four times: once for the value of linearize, and three "
        "more. linearize gives the derivative as its second result; call that")
    assert seen["sin"] == 1, (
        f"the sine in f was computed {seen['sin']} times, so f was run "
        f"{seen['sin']} times; linearize once, before the loop")


@exercise("7.4")
def _(stretch):
    M = np.array([[0.5, 1.0, 0.0], [0.0, -0.9, 0.3], [0.0, 0.0, 0.2]])
    t = np.array([0.3, -0.7, 2.0])
    zero = np.zeros(3)

    def f(x, scale=1.0):
        return jnp.sin(scale * (M @ x)) + 0.2 * x * x

    got, seen = counted(stretch, f, zero, t, 300)
    assert not close(got, 0.0), (
        "0 came out: the tangent has shrunk to nothing. Bring it back to "
        "length 1 in every round")
    assert not close(got, -0.9, 6), "a factor of length is positive"
    assert not close(got, 1.0), (
        "1 came out: that is the length after it was brought back to 1. "
        "Measure first: the answer is the length that a round has made of 1")
    assert close(got, 0.9, 6), (
        "expected 0.9, the largest in size of the eigenvalues 0.5, -0.9 and "
        f"0.2; got {got}. The answer is what the last round made of length 1")
    assert seen["sin"] == 1, (
        f"f was run {seen['sin']} times; linearize it once, at x, and use "
        "what comes back in every round")
    got = stretch(lambda x: f(x, 30.0), zero, t, 300)
    assert np.isfinite(float(got)), (
        f"for a factor of 27 it gives {got}: after 300 rounds the tangent is "
        "too long for a float. Bring it back to length 1 in every round")
    assert close(got, 27.0, 6), f"for a factor of 27 got {got}"
    here = np.array([0.1, 0.2, -0.1])
    J = np.cos(M @ here)[:, None] * M + np.diag(0.4 * here)
    right = max(abs(np.linalg.eigvals(J)))
    got = stretch(f, here, t, 300)
    assert close(got, right, 6), (
        f"away from the origin expected {right:.6f}, got {float(got):.6f}; "
        "the derivative is that at x, in every round")


SPOILED = {  # what the rule of the sine is replaced by
    "t * t * cos(x)": lambda t, ans, x: t * t * lax.cos(x),
    "|t| * cos(x)": lambda t, ans, x: lax.abs(t) * lax.cos(x),
    "t + cos(x)": lambda t, ans, x: t + lax.cos(x),
    "t * t * t": lambda t, ans, x: t * t * t,
    "max(t, 0)": lambda t, ans, x: lax.max(t, lax.full_like(t, 0)),
    "a cut at 1000": lambda t, ans, x: lax.min(t, lax.full_like(t, 1e3)),
}


@exercise("7.5")
def _(is_linear):
    rng = np.random.default_rng(0)
    x, t, u = rng.normal(size=(3, 20))

    def f(x):
        return jnp.sin(x) * jnp.exp(x) + 2 * x

    for scale in (1.0, 1e-6, 1e9):
        g = mj.linearize(lambda x, s=scale: s * f(x), x)[1]
        assert is_linear(g, t, u), (
            f"{scale:g} times a right derivative did not pass. It is linear "
            "up to rounding: allow a small difference, in proportion to "
            "the numbers that are compared")
    for name, rule in SPOILED.items():
        with mock.patch.dict(forward.jvp_rules):
            forward.defjvp(lax.sin_p, rule)
            g = mj.linearize(f, x)[1]
        size = 1e4 if name.startswith("a cut") else 1.0
        assert not is_linear(g, size * t, size * u), (
            f"the rule {name} passed as linear" + {
                "t + cos(x)": ": it does not send zero to zero",
                "t * t * cos(x)": ": it sends zero to zero, yet twice the "
                "tangent gives four times the answer",
                "|t| * cos(x)": ": twice the tangent gives twice the answer, "
                "but -t gives the answer of t",
                "max(t, 0)": ": it is right for tangents of one sign",
            }.get(name, ""))


@exercise("7.6")
def _(split):
    def f(x, t, n):
        a = jnp.sin(x)
        b = a * t
        c = jnp.cos(x) * a
        return b * c, c, jnp.exp(c) * n, 2.0 + b

    args = [np.float64(0.7), np.float64(-1.3), np.float64(5.0)]
    jaxpr = mj.make_jaxpr(f)(*args).jaxpr
    halves = split(jaxpr, [True, False, True])
    assert isinstance(halves, tuple) and len(halves) == 2, (
        "split returns a pair of jaxprs, (early, late)")
    early, late = halves
    names = [e.primitive.name for e in early.eqns]
    waits = [e.primitive.name for e in late.eqns]
    assert not {"cos", "exp"} & set(waits), (
        f"late has {waits}: the cosine and the exponential come after an "
        "equation that waits, but do not need it. Ask of each equation "
        "whether one of its operands waits")
    assert waits == ["mul", "mul", "add"], (
        f"late should have the two products with t and the sum, it has "
        f"{waits}; early has {names}")
    n = len(early.outvars)
    assert not late.constvars, (
        "late has constants; it should take the residuals as inputs, before "
        "the unknown inputs")
    assert all(type(v) is core.Var for v in early.outvars), (
        "early hands over the number 2.0, which stands in the program of "
        "late itself: a literal is no residual")
    assert len(set(early.outvars)) == n, (
        "the same residual is handed over twice")
    read = {v for e in late.eqns for v in e.invars} | set(late.outvars)
    unread = [v for v in early.outvars if v not in read]
    assert not unread, (
        f"early hands over {n} values, of which late reads "
        f"{n - len(unread)}: keep only those")
    bound = {*late.invars, *(v for e in late.eqns for v in e.outvars)}
    missing = [v for v in late.outvars if v not in bound]
    assert not missing, (
        f"{len(missing)} outputs of late are known early, and nobody hands "
        "them over: an output that does not wait is a residual too")
    assert [len(early.invars), len(late.invars)] == [2, n + 1], (
        "early takes the known inputs, late the residuals and then the "
        f"unknown inputs; here 2 and {n} + 1, yours take "
        f"{len(early.invars)} and {len(late.invars)}")
    x, t, k = map(jnp.asarray, args)
    got = eval_jaxpr(late, [], *eval_jaxpr(early, [], x, k), t)
    for a, b in zip(got, f(*args), strict=True):
        assert close(a, b), (
            f"the two halves give {got}, f gives {f(*args)}. Does late take "
            "the residuals first, in early's order, and then the unknown?")
    push = mj.make_jaxpr(lambda x, t: mj.jvp(jnp.sin, (x,), (t,))[1])(x, t)
    early, late = split(push.jaxpr, [True, False])
    assert [e.primitive.name for e in late.eqns] == ["mul"], (
        "the late half of a push through sin should be one product")
