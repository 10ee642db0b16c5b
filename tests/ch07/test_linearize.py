"""linearize: the value now, the derivative as a program for later."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import numpy as np
import pytest

import minijax as mj
from minijax import core, forward, lax
from minijax import numpy as jnp
from minijax.jaxpr_check import check_jaxpr

rng = np.random.default_rng(0)


def mlp(params, x):
    for w, b in params:
        x = jnp.tanh(x @ w + b)
    return x


PARAMS = [(rng.normal(size=(3, 4)), rng.normal(size=4)),
          (rng.normal(size=(4, 2)), rng.normal(size=2))]
X = rng.normal(size=(5, 3))


def test_the_value_and_the_derivative():
    out, f_jvp = mj.linearize(lambda x: jnp.sin(x) * x, 2.0)
    assert float(out) == pytest.approx(2 * np.sin(2), rel=1e-6)
    for t in (1.0, -3.0):
        assert float(f_jvp(t)) == pytest.approx(
            t * (np.sin(2) + 2 * np.cos(2)), rel=1e-6)


def test_it_is_jvp_at_every_tangent():
    out, f_jvp = mj.linearize(mlp, PARAMS, X)
    check_jaxpr(f_jvp.jaxpr)
    for seed in range(3):
        r = np.random.default_rng(seed)
        t = mj.tree.map(lambda v, r=r: r.normal(size=v.shape), (PARAMS, X))
        want, dot = mj.jvp(mlp, (PARAMS, X), t)
        np.testing.assert_array_equal(out, want)
        np.testing.assert_allclose(f_jvp(*t), dot, rtol=1e-13)


def test_it_is_linear():
    _, f = mj.linearize(mlp, PARAMS, X)
    def unit(s):
        r = np.random.default_rng(s)
        return mj.tree.map(lambda v: r.normal(size=v.shape), (PARAMS, X))
    t, u = unit(1), unit(2)
    both = mj.tree.map(lambda a, b: 2 * a - 3 * b, t, u)
    np.testing.assert_allclose(
        f(*both), 2 * np.asarray(f(*t)) - 3 * np.asarray(f(*u)), atol=1e-12)


def test_what_does_not_wait_is_done():
    """Running the linear program evaluates no cosine."""
    calls = []
    cos = lax.cos_p.impl
    lax.cos_p.impl = lambda x: calls.append(1) or cos(x)
    try:
        _, f_jvp = mj.linearize(jnp.sin, 2.0)
        assert calls == [1]
        f_jvp(1.0)
        assert calls == [1]
    finally:
        lax.cos_p.impl = cos
    assert [e.primitive.name for e in f_jvp.jaxpr.eqns] == ["mul"]


def test_residuals_are_what_the_tangents_need():
    x = np.arange(4.0)
    _, f_jvp = mj.linearize(lambda x: jnp.exp(jnp.sin(x)) + 3 * x, x)
    np.testing.assert_allclose(
        sorted(float(c[1]) for c in f_jvp.consts),
        sorted([np.cos(1), np.exp(np.sin(1))]))

    def wasteful(x):
        jnp.sin(x) ** 3  # no output needs it
        return x * 2.0
    _, f_jvp = mj.linearize(wasteful, x)
    assert f_jvp.consts == [] and len(f_jvp.jaxpr.eqns) == 1


def test_integers_constants_and_containers():
    def f(n, p):
        return {"n": n + 1, "c": 5.0, "y": p["x"] * n}
    out, f_jvp = mj.linearize(f, 3, {"x": 2.0})
    dot = f_jvp(np.zeros((), mj.float0), {"x": 10.0})
    assert (int(out["n"]), float(out["y"])) == (4, 6.0)
    assert dot["n"].dtype == mj.float0
    assert (float(dot["c"]), float(dot["y"])) == (0.0, 30.0)


def test_has_aux():
    out, f_jvp, aux = mj.linearize(lambda x: (x * x, {"k": x + 1}), 3.0,
                                   has_aux=True)
    assert (float(out), float(f_jvp(1.0)), float(aux["k"])) == (9.0, 6.0, 4.0)
    assert not isinstance(aux["k"], core.Tracer)


def test_under_and_over_other_transformations():
    def slope(x):
        return mj.linearize(lambda y: y**3 * x, x)[1](1.0)  # 3 x^3
    _, dot = mj.jvp(slope, (2.0,), (1.0,))
    assert float(dot) == pytest.approx(36.0)
    _, f_jvp = mj.linearize(slope, 2.0)
    assert float(f_jvp(1.0)) == pytest.approx(36.0)
    closed = mj.make_jaxpr(slope)(2.0)
    (out,) = core.jaxpr_as_fun(closed)(2.0)
    assert float(out) == pytest.approx(24.0)


def test_the_derivative_is_a_pytree_of_its_residuals():
    _, f_jvp = mj.linearize(lambda x: x * x, np.arange(3.0))
    double = mj.tree.map(lambda r: 2 * r, f_jvp)
    t = np.ones(3)
    np.testing.assert_array_equal(double(t), 2 * np.asarray(f_jvp(t)))


@pytest.mark.parametrize("call, error, words", [
    (lambda f: f(1), ValueError, r"got tangent aval int32\[\] but expected "
     r"float32\[\] at tangents\[0\]. Cast it"),
    (lambda f: f(np.ones(2, np.float32)), ValueError,
     r"float32\[2\].*the shape of its primal"),
    (lambda f: f(1.0, 2.0), TypeError, r"expected .*\(\*,\).* got"),
    (lambda f: f([1.0]), TypeError, r"differ at \[0\]"),
    (lambda f: f("a"), TypeError, "class 'str'"),
])
def test_tangents_that_do_not_fit(call, error, words):
    _, f_jvp = mj.linearize(lambda x: x * x, 2.0)
    with pytest.raises(error, match=words):
        call(f_jvp)


def test_the_tangent_that_does_not_fit_is_named():
    _, f_jvp = mj.linearize(lambda p, n: p["b"][1] * n, {"b": [1.0, 2.0]}, 3)
    with pytest.raises(ValueError, match=r"tangents\[0\]\['b'\]\[1\]"):
        f_jvp({"b": [1.0, 2]}, np.zeros((), mj.float0))
    with pytest.raises(ValueError, match=r"expected float0\[\] at "
                       r"tangents\[1\]. .*zeros\(\(\), minijax.float0\)"):
        f_jvp({"b": [1.0, 2.0]}, 0)


def test_misuse():
    with pytest.raises(TypeError, match="Expected a callable"):
        mj.linearize(3, 1.0)
    with pytest.raises(TypeError, match="class 'str'"):
        mj.linearize(lambda x: x, "a")
    with pytest.raises(TypeError, match="not a valid JAX type"):
        mj.linearize(lambda x: "a", 1.0)
    with pytest.raises(RuntimeError):
        mj.linearize(lambda x: (_ for _ in ()).throw(RuntimeError()), 1.0)
    assert core.current.trace is core.eval_trace


def sin_with(rule):
    """The table of rules with another one for sin."""
    table = mock.patch.dict(forward.jvp_rules)
    table.start()
    if rule.__code__.co_argcount == 3:
        forward.defjvp(lax.sin_p, rule)
    else:
        forward.jvp_rules[lax.sin_p] = rule
    return table


@pytest.mark.parametrize("rule, words", [
    (lambda t, ans, x: lax.cos(x), "multiply it by t"),
    (lambda primals, tangents: (lax.sin(*primals) + tangents[0], tangents[0]),
     "computes its first result from its tangents"),
])
@pytest.mark.parametrize("has_aux", [False, True])
def test_rules_that_are_wrong(rule, words, has_aux):
    def f(x):
        y = jnp.sin(x)
        return (y * 2, y) if has_aux else y * 2
    table = sin_with(rule)
    try:
        with pytest.raises(ValueError, match=words) as caught:
            mj.linearize(f, 2.0, has_aux=has_aux)
        assert "f at " in str(caught.value)
    finally:
        table.stop()
    assert core.current.trace is core.eval_trace


def test_a_value_in_aux_may_not_wait_for_a_tangent():
    table = sin_with(lambda p, t: (lax.sin(*p) + t[0], t[0]))
    try:
        with pytest.raises(ValueError, match="computes its first result"):
            mj.linearize(lambda x: (x, {"a": jnp.sin(x)}), 2.0, has_aux=True)
    finally:
        table.stop()


def test_a_known_tangent_is_zero_and_no_residual():
    _, f_jvp = mj.linearize(lambda x: (x ** 0, x * 2), np.ones(3))
    assert f_jvp.consts == [] and len(f_jvp.jaxpr.outvars) == 1
    dots = f_jvp(np.ones(3))
    np.testing.assert_array_equal(dots[0], np.zeros(3))
    np.testing.assert_array_equal(dots[1], np.full(3, 2.0))


def test_an_if_on_the_value_is_decided():
    def f(x):
        return x * x if x > 0 else -x
    assert [float(mj.linearize(f, x)[1](1.0)) for x in (3.0, -3.0)] == [6, -1]


def test_eight_threads():
    def work(n):
        _, f_jvp = mj.linearize(lambda x: jnp.sin(x) * n, np.float64(n))
        return float(f_jvp(np.float64(1.0)))
    with ThreadPoolExecutor(8) as pool:
        np.testing.assert_allclose(
            list(pool.map(work, range(50))),
            [n * np.cos(n) for n in range(50)], rtol=1e-14)


def test_leaks_are_named():
    kept = []
    mj.linearize(lambda x: kept.append(x) or x * x, 1.0)
    with pytest.raises(mj.errors.UnexpectedTracerError, match="linearize"):
        kept[0] * 1.0
    with mj.checking_leaks():
        mj.linearize(mlp, PARAMS, X)


def test_residuals_die_with_the_derivative():
    out, f_jvp = mj.linearize(lambda x: jnp.sin(x), np.arange(5.0))
    ref = weakref.ref(f_jvp.consts[0])
    gc.disable()
    try:
        del f_jvp
        assert ref() is None
    finally:
        gc.enable()


def test_editing_the_input_changes_nothing():
    x = np.arange(3.0)
    _, f_jvp = mj.linearize(lambda v: v * v, x)
    x[:] = 99
    np.testing.assert_array_equal(f_jvp(np.ones(3)), [0, 2, 4])


def test_a_long_chain():
    def f(x):
        for _ in range(100_000):
            x = x * 1.00001
        return x
    out, f_jvp = mj.linearize(f, np.float64(1.0))
    assert float(f_jvp(np.float64(1.0))) == pytest.approx(
        1.00001 ** 100_000, rel=1e-9)
    del f_jvp
