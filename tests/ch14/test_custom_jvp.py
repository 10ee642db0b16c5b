"""custom_jvp: the rule is used, and used everywhere, in the right order."""

import functools
import itertools
import threading
from collections import namedtuple

import numpy as np
import pytest

import minijax as mj
from minijax import forward, lax
from minijax import numpy as jnp
from minijax.test_util import check_grads

XS = np.array([0.5, -1.0, 2.0], np.float32)


@mj.custom_jvp
def f(x):
    return jnp.sin(x)


@f.defjvp
def f_jvp(primals, tangents):
    """Twice the slope, to be told from what the body gives."""
    (x,), (t,) = primals, tangents
    return f(x), 2 * jnp.cos(x) * t


def slope(x):
    return 2 * np.cos(x)


def close(got, want):
    np.testing.assert_allclose(got, want, 1e-5, 1e-6)


WAYS = {
    "jvp": lambda x: mj.jvp(f, (x,), (1.0,))[1],
    "grad": mj.grad(f),
    "linearize": lambda x: mj.linearize(f, x)[1](1.0),
    "vjp": lambda x: mj.vjp(f, x)[1](jnp.asarray(1.0))[0],
    "jacfwd": mj.jacfwd(f),
    "jacrev": mj.jacrev(f),
    "jit(grad)": mj.jit(mj.grad(f)),
    "grad(jit)": mj.grad(mj.jit(f)),
    "grad(jit(jit))": mj.grad(mj.jit(mj.jit(f))),
    "scan": mj.grad(lambda x: lax.scan(
        lambda c, _: (c, f(c)), x, None, length=1)[1][0]),
    "cond": mj.grad(lambda x: lax.cond(x > -9, f, lambda x: x, x)),
    "jvp of while": lambda x: mj.jvp(lambda x: lax.while_loop(
        lambda c: c[0] < 1, lambda c: (c[0] + 1, f(c[1])), (0, x))[1],
        (x,), (1.0,))[1],
}


@pytest.mark.parametrize("way", WAYS)
def test_the_rule_is_used(way):
    close(WAYS[way](0.7), slope(0.7))


@pytest.mark.parametrize("way", WAYS)
def test_the_rule_is_used_under_vmap(way):
    close(mj.vmap(WAYS[way])(XS), slope(XS))
    close(mj.jit(mj.vmap(WAYS[way]))(XS), slope(XS))


def test_outside_vmap():
    for vf in (mj.vmap(f), mj.jit(mj.vmap(f)), mj.vmap(mj.jit(f))):
        close(vf(XS), np.sin(XS))
        close(mj.jvp(vf, (XS,), (np.ones_like(XS),))[1], slope(XS))
        close(mj.grad(lambda x, vf=vf: vf(x).sum())(XS), slope(XS))
    close(mj.jvp(mj.vmap(lambda x: f(2.0 * x)), (XS,), (XS,))[1],
          2 * XS * slope(2 * XS))


def test_higher_orders():
    """The rule calls f, so that each order uses it again."""
    close(mj.grad(mj.grad(f))(0.7), -2 * np.sin(0.7))
    close(mj.hessian(f)(0.7), -2 * np.sin(0.7))
    close(mj.jacfwd(mj.jacrev(f))(0.7), -2 * np.sin(0.7))
    close(mj.grad(mj.jit(mj.grad(mj.jit(f))))(0.7), -2 * np.sin(0.7))
    close(mj.vmap(mj.grad(mj.grad(f)))(XS), -2 * np.sin(XS))


def test_a_tangent_that_differs_while_the_point_does_not():
    push = mj.vmap(lambda t: mj.jvp(f, (0.7,), (t,)), out_axes=(None, 0))
    out, dots = push(XS)
    close(out, np.sin(0.7))
    close(dots, slope(0.7) * XS)


def test_linear_functions_are_transposed():
    @mj.custom_jvp
    def double(x):
        return 2 * x
    double.defjvps(lambda t, ans, x: double(t))
    for g in double, mj.jit(double):
        close(mj.linear_transpose(g, 1.0)(jnp.asarray(3.0))[0], 6.0)
        close(mj.grad(g)(1.0), 2.0)
        close(mj.grad(mj.grad(lambda x, g=g: g(x) ** 2))(1.0), 8.0)


def test_a_rule_may_differentiate():
    @mj.custom_jvp
    def g(x):
        return x**3

    @g.defjvp
    def g_jvp(primals, tangents):
        out, dot = mj.jvp(lambda x: x**3, primals, tangents)
        mapped = mj.vmap(lambda t: 2 * t)(jnp.stack([dot, dot]))
        return out, mapped[0]
    close(mj.grad(g)(2.0), 24.0)
    close(mj.vmap(mj.grad(g))(XS), 6 * XS**2)
    close(mj.grad(mj.grad(g))(2.0), 24.0)


def test_control_flow_of_python():
    @mj.custom_jvp
    def g(x):
        return x if x > 0 else 2 * x

    @g.defjvp
    def g_jvp(primals, tangents):
        (x,), (t,) = primals, tangents
        return g(x), (10 * t if x > 0 else 20 * t)
    assert (mj.grad(g)(1.0), mj.grad(g)(-1.0)) == (10.0, 20.0)
    with pytest.raises(mj.errors.TracerBoolConversionError):
        mj.grad(mj.jit(g))(1.0)


def test_pytrees():
    Point = namedtuple("Point", "x y")

    @mj.custom_jvp
    def g(p, scale):
        return {"a": p.x**2 * scale, "b": (jnp.sin(p.x), jnp.cos(p.y))}

    @g.defjvp
    def g_jvp(primals, tangents):
        (p, scale), (dot, _) = primals, tangents
        assert type(dot) is Point
        return g(p, scale), {"a": 3 * dot.x, "b": (5 * dot.x, 7 * dot.y)}

    def total(p):
        out = g(p, 1.0)
        return out["a"] + out["b"][0]
    assert mj.grad(total)(Point(1.0, 2.0)) == Point(8.0, 0.0)
    assert mj.grad(mj.jit(total))(Point(1.0, 2.0)) == Point(8.0, 0.0)
    got = mj.vmap(mj.grad(total))(Point(XS, XS))
    close(got.x, [8.0, 8.0, 8.0])


def test_defjvps():
    @mj.custom_jvp
    def g(x, y):
        return x**2 * y
    g.defjvps(lambda t, ans, x, y: 2 * ans * t, lambda t, ans, x, y: 10 * t)
    assert mj.grad(g, (0, 1))(2.0, 3.0) == (24.0, 10.0)
    g.defjvps(lambda t, ans, x, y: 2 * x * y * t, None)
    assert mj.grad(g, (0, 1))(2.0, 3.0) == (12.0, 0.0)
    g.defjvps(None, None)
    assert mj.grad(g, (0, 1))(2.0, 3.0) == (0.0, 0.0)
    assert mj.jvp(g, (2.0, 3.0), (1.0, 1.0))[1] == 0.0


def test_defjvps_of_trees():
    @mj.custom_jvp
    def g(x, y):
        return [x, (y, x + y)]
    g.defjvps(lambda t, ans, x, y: [t, (0 * t, t)],
              lambda t, ans, x, y: [0 * t, (t, t)])
    assert mj.jvp(g, (1.0, 2.0), (3.0, 4.0))[1] == [3.0, (4.0, 7.0)]


def test_integers_have_float0_tangents():
    seen = []

    @mj.custom_jvp
    def g(x, n):
        return x**n, n + 1

    @g.defjvp
    def g_jvp(primals, tangents):
        (x, n), (t, n_dot) = primals, tangents
        seen.append((n_dot.dtype, n_dot.shape))
        return g(x, n), (n * x ** (n - 1) * t, n_dot)
    n = np.int32(3)
    assert mj.grad(lambda x: g(x, n)[0])(2.0) == 12.0
    assert mj.grad(lambda x: mj.jit(g)(x, n)[0])(2.0) == 12.0
    out, dots = mj.jvp(g, (2.0, n), (1.0, np.zeros((), mj.float0)))
    assert dots[0] == 12.0 and dots[1].dtype == mj.float0
    assert set(seen) == {(mj.float0, ())}
    close(mj.vmap(mj.grad(lambda x, n: g(x, n)[0]))(XS, np.arange(3)),
          [0.0, 1.0, 4.0])


class TestSymbolicZeros:
    def function(self):
        seen = []

        @mj.custom_jvp
        def g(x, y):
            return x * y

        def g_jvp(primals, tangents):
            (x, y), (s, t) = primals, tangents
            seen.append([type(t) is forward.Zero for t in tangents])
            out = g(x, y)
            if type(t) is forward.Zero:
                return out, 5 * y * s
            if type(s) is forward.Zero:
                return out, t if type(t) is forward.Zero else 7 * x * t
            return out, 5 * y * s + 7 * x * t
        g.defjvp(g_jvp, symbolic_zeros=True)
        return g, seen

    @pytest.mark.parametrize("wrap", [lambda g: g, mj.jit, lambda g: lambda *a:
                                      lax.cond(True, g, jnp.add, *a)],
                             ids=["eager", "jit", "cond"])
    def test_what_is_zero_is_said(self, wrap):
        g, seen = self.function()
        g = wrap(g)
        assert mj.grad(g, 0)(2.0, 3.0) == 15.0
        assert mj.grad(g, 1)(2.0, 3.0) == 14.0
        assert mj.grad(g, (0, 1))(2.0, 3.0) == (15.0, 14.0)
        asked = [zeros for zeros, _ in itertools.groupby(seen)]
        assert asked == [[False, True], [True, False], [False, False]]

    def test_under_vmap(self):
        g, seen = self.function()
        close(mj.vmap(mj.grad(g, 1), (0, None))(XS, 3.0), 7 * XS)
        close(mj.grad(lambda x: mj.vmap(g, (0, None))(x, 3.0).sum())(XS),
              np.full(3, 15.0))
        assert seen == [[True, False], [False, True]]

    def test_a_zero_has_a_type(self):
        @mj.custom_jvp
        def g(x, y):
            return x + y

        def g_jvp(primals, tangents):
            assert (tangents[1].shape, tangents[1].dtype) == ((2,), "float32")
            return g(*primals), tangents[0] + 90  # forwards, anything goes
        g.defjvp(g_jvp, symbolic_zeros=True)
        for h in g, mj.jit(g):
            dots = mj.jvp(lambda x, h=h: h(x, jnp.ones(2)),
                          (jnp.ones(2),), (jnp.ones(2),))[1]
            close(dots, [91.0, 91.0])

    def test_a_zero_may_be_returned(self):
        @mj.custom_jvp
        def g(x, y):
            return x, y

        def g_jvp(primals, tangents):
            return g(*primals), tangents
        g.defjvp(g_jvp, symbolic_zeros=True)
        out, dots = mj.jvp(lambda x: g(x, 2.0), (1.0,), (3.0,))
        assert (out, dots) == ((1.0, 2.0), (3.0, 0.0))
        jaxpr = mj.make_jaxpr(lambda x: mj.jvp(
            lambda x: g(x, x + 2.0)[1], (x,), (3.0,)))(1.0)
        assert jaxpr.jaxpr.outvars[1].val == 3.0
        close(mj.jacfwd(mj.vmap(lambda x: g(x, 2.0)[1]))(XS), np.zeros((3, 3)))


class TestArguments:
    def test_held_functions_come_first(self):
        @functools.partial(mj.custom_jvp, nondiff_argnums=(0, 2))
        def app(outer, x, inner):
            return outer(inner(x))

        @app.defjvp
        def app_jvp(outer, inner, primals, tangents):
            (x,), (t,) = primals, tangents
            return app(outer, x, inner), 3 * t
        args = (lambda x: x**3, 3.0, lambda x: 5 * x)
        assert app(*args) == 3375.0
        assert mj.grad(app, 1)(*args) == 3.0
        assert mj.grad(lambda x: mj.jit(
            lambda x: app(jnp.sin, x, jnp.cos))(x))(3.0) == 3.0
        close(mj.vmap(lambda x: mj.grad(app, 1)(jnp.sin, x, jnp.cos))(XS),
              np.full(3, 3.0))

    def test_by_name_and_from_the_end(self):
        for which in ({"nondiff_argnames": "n"}, {"nondiff_argnums": -1},
                      {"nondiff_argnames": ("n",), "nondiff_argnums": (1,)}):
            @functools.partial(mj.custom_jvp, **which)
            def power(x, n=2):
                return x**n

            @power.defjvp
            def power_jvp(n, primals, tangents, power=power):
                assert type(n) is int  # held, and otherwise left alone
                (x,), (t,) = primals, tangents
                return power(x, n), 10 * n * t
            assert power(3.0) == 9.0 and power(3.0, n=3) == 27.0
            assert mj.grad(power)(3.0) == 20.0
            assert mj.grad(lambda x, p=power: p(n=3, x=x))(3.0) == 30.0

    def test_there_must_be_such_an_argument(self):
        for which in {"nondiff_argnums": 2}, {"nondiff_argnames": "z"}:
            with pytest.raises(ValueError, match="^Function with a rule has"):
                mj.custom_jvp(lambda x, y: x, **which)

    @pytest.mark.parametrize("way", [
        lambda q: q, mj.jit, lambda q: lambda x, y: mj.jit(lambda y: q(
            x, y))(y), lambda q: lambda x, y: lax.scan(
                lambda c, _: (c, q(x, y)), 0.0, None, length=1)[1][0]],
        ids=["eager", "jit", "closure", "scan"])
    def test_a_held_tracer_is_held_still(self, way):
        @functools.partial(mj.custom_jvp, nondiff_argnums=(1,))
        def q(x, y):
            return x * y

        @q.defjvp
        def q_jvp(y, primals, tangents):
            return q(primals[0], y), 5 * y * tangents[0]
        g = way(q)
        assert mj.grad(g, (0, 1))(2.0, 3.0) == (15.0, 0.0)
        assert mj.jit(mj.grad(g, (0, 1)))(2.0, 3.0) == (15.0, 0.0)
        close(mj.vmap(mj.grad(g))(XS, XS), 5 * XS)
        close(mj.vmap(mj.grad(g), (None, 0))(2.0, XS), 5 * XS)

    def test_keywords_and_defaults(self):
        @mj.custom_jvp
        def g(x, y=2.0, /, z=3.0):
            return x * y * z
        g.defjvps(lambda t, ans, x, y, z: 5 * t, None, None)
        assert g(1.0) == 6.0 and g(1.0, z=4.0) == 8.0
        assert mj.grad(g)(1.0) == 5.0
        assert mj.grad(lambda x: g(x, z=4.0))(1.0) == 5.0
        for call in (lambda: g(), lambda: g(1.0, q=2.0), lambda: g(1, y=2.0)):
            with pytest.raises(TypeError, match="could not be resolved to "
                               "positional-only arguments"):
                call()

        @mj.custom_jvp
        def only(x, *, y):
            return x
        only.defjvp(lambda primals, tangents: (primals[0], tangents[0]))
        with pytest.raises(TypeError, match="resolved to positions: y"):
            only(1.0, y=2.0)

    def test_partials_methods_and_callables(self):
        class Scale:
            def __init__(self, by):
                self.by = by

            def __call__(self, x):
                return self.by * x

            def method(self, x):
                return self.by * x
        scale = Scale(3.0)
        for fun, name in [(functools.partial(lambda a, x: a * x, 3.0),
                           "<lambda>"), (scale, "Scale"),
                          (scale.method, "method")]:
            g = mj.custom_jvp(fun)
            g.defjvp(functools.partial(
                lambda k, g, p, t: (g(*p), k * t[0]), 7, g))
            assert g(2.0) == 6.0 and mj.grad(g)(2.0) == 7.0
            assert f"name={name}\n" in str(mj.make_jaxpr(g)(2.0))
            assert g.__name__ == name


CALLS = {
    "f": (lambda f: f(3.0), "f"),
    "vmap": (lambda f: mj.vmap(f)(XS), "f"),
    "jit": (lambda f: mj.jit(f)(3.0), "f"),
    "jvp": (lambda f: mj.jvp(f, (3.0,), (1.0,)), "rule f"),
    "linearize": (lambda f: mj.linearize(f, 3.0)[1](1.0), "rule f"),
    "grad": (lambda f: mj.grad(f)(3.0), "rule f"),
    "grad grad": (lambda f: mj.grad(mj.grad(f))(3.0), "rule rule f"),
    "hessian": (lambda f: mj.hessian(f)(3.0), "rule rule f"),
    "jit(grad)": (lambda f: mj.jit(mj.grad(f))(3.0), "rule f"),
    "grad(jit)": (lambda f: mj.grad(mj.jit(f))(3.0), "f rule f"),
    "grad(grad(jit))": (lambda f: mj.grad(mj.grad(mj.jit(f)))(3.0),
                        "f rule f rule f"),
    "vmap(grad)": (lambda f: mj.vmap(mj.grad(f))(XS), "rule f"),
    "grad(vmap)": (lambda f: mj.grad(lambda x: mj.vmap(f)(x).sum())(XS),
                   "rule f"),
    "jit(vmap(grad))": (lambda f: mj.jit(mj.vmap(mj.grad(f)))(XS), "rule f"),
    "grad(scan)": (lambda f: mj.grad(lambda x: lax.scan(
        lambda c, _: (f(c), None), x, None, length=4)[0])(3.0), "f rule f"),
}


@pytest.mark.parametrize("way", CALLS)
def test_who_is_called_and_in_which_order(way):
    calls = []

    @mj.custom_jvp
    def f(x):
        calls.append("f")
        return jnp.sin(x)

    @f.defjvp
    def f_jvp(primals, tangents):
        calls.append("rule")
        return f(*primals), jnp.cos(primals[0]) * tangents[0]
    call, want = CALLS[way]
    call(f)
    assert " ".join(calls) == want


def test_a_jitted_function_asks_its_rule_once():
    calls = []

    @mj.custom_jvp
    def f(x):
        return jnp.sin(x)

    @f.defjvp
    def f_jvp(primals, tangents):
        calls.append("rule")
        return f(*primals), jnp.cos(primals[0]) * tangents[0]
    fast = mj.jit(f)
    for x in range(3):
        mj.grad(fast)(float(x))
    assert calls == ["rule"]


class TestClosures:
    def test_a_held_function_is_one(self):
        def outer(x):
            @functools.partial(mj.custom_jvp, nondiff_argnums=0)
            def app(fun, y):
                return fun(y)

            @app.defjvp
            def app_jvp(fun, primals, tangents):
                return app(fun, primals[0]), 2 * tangents[0]
            return app(lambda y: x + y, x)
        for way in mj.grad(outer), mj.jit(mj.grad(outer)), mj.grad(
                mj.jit(outer)):
            with pytest.raises(mj.errors.UnexpectedTracerError,
                               match="closed-over value: app at"):
                way(3.0)

    def test_what_moves_must_be_an_argument(self):
        def outer(x, wrap):
            @mj.custom_jvp
            def g(y):
                return x * y
            g.defjvp(lambda primals, tangents: (g(*primals), tangents[0]))
            return wrap(g)(2.0)
        for wrap in (lambda g: g, mj.jit, lambda g: lambda y: lax.cond(
                True, g, g, y), lambda g: mj.jit(mj.jit(g))):
            assert outer(3.0, wrap) == 6.0
            for way in (mj.grad, lambda f: lambda v: mj.jvp(f, (v,), (v,)),
                        lambda f: mj.jit(mj.grad(f)),
                        lambda f: mj.grad(mj.jit(f)),
                        lambda f: mj.vmap(mj.grad(f))):
                with pytest.raises(mj.errors.UnexpectedTracerError, match=(
                        "Detected differentiation of a custom_jvp function "
                        "with respect to a closed-over value: g at")):
                    x = XS if "vmap" in way.__code__.co_names else 3.0
                    way(lambda x, wrap=wrap: outer(x, wrap))(x)

    def test_what_is_still_may_be_closed_over(self):
        def outer(scale, x):
            @mj.custom_jvp
            def g(y):
                return scale * y

            @g.defjvp
            def g_jvp(primals, tangents):
                return g(*primals), 5 * scale * tangents[0]
            return g(x)
        assert mj.grad(outer, 1)(2.0, 3.0) == 10.0
        assert mj.jit(mj.grad(outer, 1))(2.0, 3.0) == 10.0
        close(mj.vmap(mj.grad(outer, 1), (0, None))(XS, 3.0), 5 * XS)
        close(mj.vmap(outer, (0, None))(XS, 3.0), 3 * XS)
        close(mj.grad(lambda x: mj.vmap(outer, (0, None))(XS, x).sum())(3.0),
              np.sum(5 * XS))


class TestExamples:
    def test_an_output_that_is_the_same_for_all(self):
        """Its tangent may differ, also when it has been written down."""
        @mj.custom_jvp
        def one(x):
            return 1.0
        one.defjvp(lambda primals, tangents: (1.0, 2 * tangents[0]))
        for g in mj.vmap(one), mj.jit(mj.vmap(one)), mj.vmap(mj.jit(one)):
            out, dots = mj.jvp(g, (XS,), (XS,))
            close(out, np.ones(3))
            close(dots, 2 * XS)

    def test_what_is_not_mapped_stays_so(self):
        out = mj.vmap(lambda x: (f(2.0), x), out_axes=(None, 0))(XS)[0]
        close(out, np.sin(2.0))

    def test_names_of_axes(self):
        @mj.custom_jvp
        def centred(x):
            return x - lax.pmean(x, "i")

        @centred.defjvp
        def centred_jvp(primals, tangents):
            (x,), (t,) = primals, tangents
            return centred(x), t - lax.pmean(t, "i")
        mapped = mj.vmap(centred, axis_name="i")
        for g in mapped, mj.jit(mapped):
            close(g(XS), XS - XS.mean())
            close(mj.jacfwd(g)(XS), np.eye(3) - 1 / 3)
            close(mj.jacrev(g)(XS), np.eye(3) - 1 / 3)

    def test_a_sum_over_a_named_axis_is_the_same_for_all(self):
        @mj.custom_jvp
        def everybody(x):
            return lax.psum(x, "i")
        everybody.defjvps(lambda t, ans, x: t)
        for g in everybody, mj.jit(everybody):
            out = mj.vmap(lambda _, x, g=g: g(x), (0, None), None,
                          axis_name="i")(jnp.arange(4.0), 2.0)
            assert out == 8.0

    def test_nested(self):
        grid = np.arange(6.0, dtype=np.float32).reshape(2, 3)
        for g in (mj.vmap(mj.vmap(f)), mj.vmap(mj.jit(mj.vmap(f))),
                  mj.vmap(mj.vmap(f), 1, 1)):
            close(mj.grad(lambda x, g=g: g(x).sum())(grid), slope(grid))
        close(mj.vmap(mj.vmap(mj.grad(f)))(grid), slope(grid))

    def test_many_threads(self):
        fast, results = mj.jit(mj.vmap(f)), []
        push = mj.grad(lambda x: fast(x).sum())
        start = threading.Barrier(8)

        def work():
            start.wait()
            results.append(push(XS))
        threads = [threading.Thread(target=work) for _ in range(8)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert len(results) == 8
        for got in results:
            close(got, slope(XS))


def test_printed_as_in_jax():
    text = str(mj.make_jaxpr(f)(1.0))
    assert all(word in text for word in (
        "custom_jvp_call[", "name=f\n", "jvp=f_jvp\n", "symbolic_zeros=False",
        "call_jaxpr={ lambda ; c:f32[]. let d:f32[] = sin c in (d,) }"))
    text = mj.jit(lambda x: f(x) + 1).lower(1.0).as_text()
    assert "def jit_f(" in text


def test_numerical_checks_pass_for_a_right_rule():
    @mj.custom_jvp
    def g(x, y):
        return jnp.sin(x) * y

    @g.defjvp
    def g_jvp(primals, tangents):
        (x, y), (s, t) = primals, tangents
        return g(x, y), jnp.cos(x) * y * s + jnp.sin(x) * t
    with mj.enable_x64():
        for h in g, mj.jit(g), mj.vmap(g):
            check_grads(h, (XS.astype(float), np.ones(3)), order=2)
        with pytest.raises(AssertionError):
            check_grads(f, (0.7,), order=1)
