"""A loop is its Python loop: value, derivative, examples, text."""

import gc
import math
import weakref

import numpy as np
import pytest

import minijax
from minijax import (
    grad,
    jacfwd,
    jit,
    jvp,
    lax,
    linearize,
    make_jaxpr,
    vjp,
    vmap,
)
from minijax import numpy as jnp
from minijax.executor import disable_optimizations
from minijax.test_util import check_grads


def newton_sqrt(a):
    def improve(s):
        return 0.5 * (s[0] + a / s[0]), s[0]
    return lax.while_loop(lambda s: abs(s[0] - s[1]) > 1e-6, improve,
                          (a, 0 * a))[0]


def doublings(x):
    """How often x is doubled until it is 100."""
    return lax.while_loop(lambda s: s[1] < 100.0,
                          lambda s: (s[0] + 1, s[1] * 2), (0, x))


@pytest.mark.parametrize("wrap", [lambda f: f, jit])
def test_newton(wrap):
    f = wrap(newton_sqrt)
    xs = np.array([1.0, 2.0, 100.0])
    with minijax.enable_x64():
        assert np.isclose(f(2.0), math.sqrt(2))
        assert np.isclose(jvp(f, (2.0,), (1.0,))[1], 0.5 / math.sqrt(2))
        assert np.isclose(jacfwd(jacfwd(f))(2.0), -0.25 * 2**-1.5)
        assert np.allclose(vmap(f)(xs), np.sqrt(xs))
        assert np.allclose(vmap(jacfwd(f))(xs), 0.5 / np.sqrt(xs))
        assert np.allclose(jvp(vmap(f), (xs,), (xs,))[1], np.sqrt(xs) / 2)
        grid = xs.reshape(3, 1) * [1.0, 4.0]
        assert np.allclose(vmap(vmap(f))(grid), np.sqrt(grid))
        out, push = linearize(f, 2.0)
        assert np.isclose(out, math.sqrt(2))
        assert np.isclose(push(3.0), 1.5 / math.sqrt(2))
        check_grads(f, (2.0,), order=2, modes=["fwd"])


@pytest.mark.parametrize("x, n", [(1.0, 7), (60.0, 1), (200.0, 0)])
def test_integers_and_no_steps_at_all(x, n):
    for f in (doublings, jit(doublings)):
        steps, y = f(x)
        assert (steps, y) == (n, x * 2**n)
        (steps, y), (steps_dot, y_dot) = jvp(f, (x,), (1.0,))
        assert y_dot == 2.0**n
        assert steps_dot.dtype == minijax.float0


def test_vmap_runs_until_all_are_done():
    xs = np.array([1.0, 60.0, 200.0], np.float32)
    for f in (vmap(doublings), jit(vmap(doublings)), vmap(jit(doublings))):
        steps, ys = f(xs)
        assert steps.tolist() == [7, 1, 0]
        assert ys.tolist() == [128.0, 120.0, 200.0]


def test_vmap_where_all_stop_together():
    def f(x, w):
        return lax.while_loop(lambda s: s[0] < 3, lambda s: (
            s[0] + 1, s[1] + s[2], x), (0, 0.0, w))
    n, total, last = vmap(f, (0, None), (None, 0, 0))(jnp.arange(2.0), 5.0)
    assert n == 3  # not batched, for it is the same in all examples
    assert total.tolist() == [5.0, 7.0] and last.tolist() == [0.0, 1.0]


def test_tangents_spread_through_the_carry_to_a_fixed_point():
    def f(x):
        return lax.while_loop(lambda s: s[0] < 5, lambda s: (
            s[0] + 1, s[2], s[3], s[3] * x, s[4]), (0, 0.0, 0.0, 1.0, 7.0))
    with minijax.enable_x64():
        outs, dots = jvp(f, (2.0,), (1.0,))
        assert [float(v) for v in outs] == [5, 8, 16, 32, 7]
        assert [float(t) for t in dots[1:]] == [12, 32, 80, 0]
    eqn, = [e for e in make_jaxpr(lambda x: jvp(f, (x,), (1.0,)))(2.0).eqns
            if e.primitive.name == "while"]
    assert len(eqn.outvars) == 4 + 3  # of 7.0 neither value nor tangent


def test_what_a_step_only_hands_on_is_a_constant_of_the_body():
    def f(x, w):
        return lax.while_loop(lambda s: s[0] < 9, lambda s: (s[0] + s[1][0],
                              s[1]), (x, {0: w}))
    assert f(1.0, 3.0) == (10.0, {0: 3.0})
    eqn, = make_jaxpr(f)(1.0, 3.0).eqns
    assert eqn.params["body_nconsts"] == 1 and len(eqn.outvars) == 1


def test_closed_over_tracers_of_every_transformation():
    def f(x, w):
        return jvp(lambda y: lax.while_loop(
            lambda s: s < 10 * w, lambda s: s * x * y, y), (1.0,), (1.0,))[1]
    # y, x y², x² y³, … until it is 10: with x = 3, 27 y⁴
    for w in (1.0, jnp.float32(1)):
        assert f(3.0, w) == 4 * 27
        assert jit(f)(3.0, w) == 4 * 27
        assert jvp(f, (3.0, w), (1.0, w))[1] == 4 * 27
    assert vmap(f)(jnp.array([3.0, 20.0]), jnp.ones(2)).tolist() == [108, 40]


def test_perturbations_do_not_mix():
    def f(x):
        return x * jvp(lambda y: lax.while_loop(
            lambda s: s < 3.0, lambda s: s + x + 0 * y, x), (1.0,), (1.0,))[1]
    assert jvp(f, (2.0,), (1.0,))[1] == 0.0


def test_weak_numbers_start_a_loop_of_floats():
    out = lax.while_loop(lambda s: s < 3, lambda s: s + jnp.float32(1), 0)
    assert out.dtype == np.float32 and out == 3.0 and not out.weak_type
    assert lax.while_loop(lambda s: s < 3, lambda s: s + 1, 0).weak_type
    assert not lax.while_loop(lambda s: s < 3, lambda s: 5.0,
                              jnp.float32(0)).weak_type


def test_traced_once_for_each_pair_of_functions():
    count = []

    def body(x):
        count.append(1)
        return x + 1

    def cond(x):
        count.append(1)
        return x < 10
    for _ in range(3):
        assert lax.while_loop(cond, body, 0) == 10
    assert len(count) == 2
    alive = weakref.ref(body)
    del body
    gc.collect()
    assert alive() is None


def test_fori_loop_traces_once_and_lets_go():
    count = []

    def body(i, x):
        count.append(1)
        return x + i
    for n in (jnp.int32(4), 4):
        for _ in range(3):
            assert lax.fori_loop(0, n, body, 0) == 6
    assert jit(lambda n, f=body: lax.fori_loop(0, n, f, 0))(4) == 6
    assert len(count) == 2
    alive = weakref.ref(body)
    del body
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("static", [True, False])
@pytest.mark.parametrize("lower, upper", [(0, 5), (2, 5), (5, 2), (-2, 1)])
def test_fori_loop_is_range(lower, upper, static):
    def f(x, upper=upper):
        return lax.fori_loop(lower, upper, lambda i, s: s * x + i, 1.0)
    g = f if static else lambda x: jit(f)(x, upper)
    want, slope = 1.0, 0.0
    for i in range(lower, upper):
        want, slope = want * 1.5 + i, want + slope * 1.5
    assert np.isclose(g(1.5), want)
    assert np.isclose(jvp(g, (1.5,), (1.0,))[1], slope)
    assert np.isclose(vmap(g)(jnp.array([1.5]))[0], want)
    if static:
        assert np.isclose(grad(f)(1.5), slope)
        assert np.isclose(grad(jit(f, static_argnums=1))(1.5, upper), slope)


def test_fori_loop_with_bounds_that_differ_between_examples():
    f = vmap(lambda n: lax.fori_loop(0, n, lambda i, s: s + i, 0))
    assert f(jnp.arange(5)).tolist() == [0, 0, 1, 3, 6]


def test_effects_stay(capsys):
    def f(n):
        def body(i, x):
            minijax.debug.print("step {}", i)
            return x
        lax.fori_loop(0, n, body, 1.0)
        return n
    jit(f)(2)
    assert capsys.readouterr().out == "step 0\nstep 1\n"


def test_the_text_of_a_program():
    f = jit(lambda x, y: lax.while_loop(lambda s: s < y, lambda s: s * y, x))
    assert str(make_jaxpr(f)(1.0, 2.0)) == """\
{ lambda ; a:f32[] b:f32[]. let
    c:f32[] = jit[
      name=<lambda>
      jaxpr={ lambda ; a:f32[] b:f32[]. let
          c:f32[] = while[
            body_jaxpr={ lambda ; d:f32[] e:f32[]. let
                f:f32[] = mul e d
              in (f,) }
            body_nconsts=1
            cond_jaxpr={ lambda ; g:f32[] h:f32[]. let
                i:bool[] = lt h g
              in (i,) }
            cond_nconsts=1
          ] b b a
        in (c,) }
    ] a b
  in (c,) }"""
    with disable_optimizations(True):
        text = f.lower(1.0, 2.0).as_text()
    assert "loop(condition, body, (b,), (b,), (a,))" in text


def test_disable_jit_runs_in_python():
    seen = []

    def body(x):
        seen.append(float(x))
        return x + 1
    with minijax.disable_jit():
        assert lax.while_loop(lambda x: x < 3, body, 1) == 3
        assert lax.fori_loop(0, 0, body, "anything") == "anything"
        assert vmap(doublings)(jnp.array([60.0]))[0].tolist() == [1]
    assert seen == [1.0, 2.0]


def test_a_nested_loop_under_cond():
    def f(p, x):
        return lax.cond(p, newton_sqrt, lambda x: lax.fori_loop(
            0, 3, lambda i, s: s * x, 1.0), x)
    for p, want, slope in ((True, 2.0, 0.25), (False, 64.0, 48.0)):
        for g in (f, jit(f)):
            assert np.isclose(g(p, 4.0), want)
            assert np.isclose(jacfwd(g, 1)(p, 4.0), slope)
    both = vmap(f)(np.array([True, False]), np.array([4.0, 4.0]))
    assert np.allclose(both, [2.0, 64.0])


ERRORS = {
    "Reverse-mode differentiation does not work for lax.while_loop or "
    "lax.fori_loop with dynamic start/stop values. Try using lax.scan, or "
    r"using fori_loop with static start/stop.*lax.scan\(step, init": (
        ValueError, lambda: grad(newton_sqrt)(2.0)),
    r"component s\['b'\] has type int32\[\] but the corresponding output "
    r"carry component has type f(loat)?32\[\], so the dtypes": (
        TypeError, lambda: lax.while_loop(
            lambda s: s["a"] < 3, lambda s: {"a": s["a"], "b": s["b"] * 0.5},
            {"a": 1.0, "b": jnp.int32(2)})),
    "same pytree structure.*dict.*leaf": (TypeError, lambda: lax.while_loop(
        lambda s: s["a"] < 3, lambda s: s["a"], {"a": 1.0})),
    r"boolean scalar, but got output type\(s\) float32\[\]": (
        TypeError, lambda: lax.while_loop(lambda s: s, lambda s: s, 1.0)),
    r"boolean scalar, but got output type\(s\) bool\[2\].*any": (
        TypeError, lambda: lax.while_loop(lambda s: s < 1, lambda s: s,
                                          jnp.ones(2))),
    "boolean scalar, but got pytree": (TypeError, lambda: lax.while_loop(
        lambda s: (s < 1,), lambda s: s, 1.0)),
    "arguments should be callable": (TypeError, lambda: lax.while_loop(
        1.0, lambda s: s, 1.0)),
    "body_fun argument should be callable": (TypeError, lambda: lax.fori_loop(
        0, 3, 1.0, 1.0)),
    "must have equal types, got int32 and int64": (
        TypeError, lambda: lax.fori_loop(
            jnp.int32(0), np.int64(3), lambda i, x: x, 1.0)),
    "must be integers, got int32 and float32": (
        TypeError, lambda: lax.fori_loop(0, 3.0, lambda i, x: x, 1.0)),
    "only use `unroll` in `fori_loop` if the loop bounds are statically": (
        ValueError, lambda: jit(lambda n: lax.fori_loop(
            0, n, lambda i, x: x, 1.0, unroll=3))(3)),
    "at position 0": (TypeError, lambda: lax.while_loop(
        lambda s: False, lambda s: s, "a")),
}


@pytest.mark.parametrize("words", ERRORS)
def test_errors(words):
    kind, f = ERRORS[words]
    with pytest.raises(kind, match=f"(?s){words}"):
        f()


def test_errors_name_the_function_that_was_given():
    def choosy(i, x):
        return x if i > 0 else -x
    with pytest.raises(TypeError, match="choosy at .*test_loops"):
        lax.fori_loop(0, 3, choosy, 1.0)
    with pytest.raises(TypeError, match=r"component carry\[1\]\['w'\] has"):
        lax.fori_loop(0, 3, lambda i, x: {"w": 1}, {"w": jnp.ones(())})


def test_reverse_is_refused_where_it_is_asked_for():
    out, pull = vjp(newton_sqrt, 4.0)
    assert np.isclose(out, 2.0)
    with pytest.raises(ValueError, match="Reverse-mode"):
        pull(1.0)
