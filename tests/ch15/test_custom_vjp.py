"""custom_vjp: the rules are used, and used everywhere, in the right order."""

import functools
import gc
import threading
import weakref
from collections import namedtuple

import numpy as np
import pytest

import minijax as mj
from minijax import core, lax
from minijax import numpy as jnp

XS = np.array([0.5, -1.0, 2.0], np.float32)
Point = namedtuple("Point", ["x", "y"])


@mj.custom_vjp
def f(x):
    return jnp.sin(x)


def f_fwd(x):
    return f(x), jnp.cos(x)


def f_bwd(cos_x, ct):
    """Twice the slope, to be told from what the body gives."""
    return (2 * cos_x * ct,)


f.defvjp(f_fwd, f_bwd)


def slope(x):
    return 2 * np.cos(x)


def close(got, want):
    np.testing.assert_allclose(got, want, 1e-5, 1e-6)


def with_rules(fun, fwd, bwd, **options):
    fun = mj.custom_vjp(fun)
    fun.defvjp(fwd, bwd, **options)
    return fun


WAYS = {
    "grad": mj.grad(f),
    "value_and_grad": lambda x: mj.value_and_grad(f)(x)[1],
    "vjp": lambda x: mj.vjp(f, x)[1](jnp.asarray(1.0))[0],
    "jacrev": mj.jacrev(f),
    "transpose": lambda x: mj.linear_transpose(
        mj.linearize(f, x)[1], x)(jnp.asarray(1.0))[0],
    "jit(grad)": mj.jit(mj.grad(f)),
    "grad(jit)": mj.grad(mj.jit(f)),
    "grad(jit(jit))": mj.grad(mj.jit(mj.jit(f))),
    "scan": mj.grad(lambda x: lax.scan(
        lambda c, _: (c, f(c)), x, None, length=1)[1][0]),
    "scan of rows": mj.grad(lambda x: lax.scan(
        lambda c, r: (c + f(r), None), 0.0, jnp.stack([x, x * 0]))[0]),
    "cond": mj.grad(lambda x: lax.cond(x > -9, f, lambda x: x, x)),
    "fori": mj.grad(lambda x: lax.fori_loop(0, 1, lambda _, x: f(x), x)),
    "vmap": mj.grad(lambda x: mj.vmap(f)(x[None])[0]),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_rule_is_used(way):
    close(WAYS[way](0.7), slope(0.7))


@pytest.mark.parametrize("way", WAYS)
def test_the_rule_is_used_under_vmap(way):
    close(mj.vmap(WAYS[way])(XS), slope(XS))
    close(mj.jit(mj.vmap(WAYS[way]))(XS), slope(XS))
    close(mj.vmap(mj.jit(WAYS[way]))(XS), slope(XS))


def test_without_differentiation_it_is_the_function():
    close(f(XS), np.sin(XS))
    for vf in (mj.vmap(f), mj.jit(mj.vmap(f)), mj.vmap(mj.jit(f))):
        close(vf(XS), np.sin(XS))
        close(mj.grad(lambda x, vf=vf: vf(x).sum())(XS), slope(XS))
    close(lax.scan(lambda c, x: (c, f(x)), 0.0, XS)[1], np.sin(XS))
    close(lax.while_loop(lambda c: c > 0.7, f, 0.8), np.sin(np.sin(0.8)))


def test_higher_orders():
    """fwd calls f, so that each order uses the rule again."""
    for wrap in (lambda g: g, mj.jit):
        g = wrap(mj.grad(wrap(f)))
        close(mj.grad(g)(0.7), -2 * np.sin(0.7))
        close(mj.vmap(mj.grad(g))(XS), -2 * np.sin(XS))
        close(mj.jacrev(mj.jacrev(f))(0.7), -2 * np.sin(0.7))


def test_hessian_where_fwd_does_not_call_the_function():
    """Forward over reverse: what is pushed is fwd and bwd, not the rule."""
    g = with_rules(lambda x: x**3, lambda x: (x**3, x),
                   lambda x, ct: (ct * 3 * x**2,))
    close(mj.hessian(g)(2.0), 12.0)
    close(mj.jit(mj.hessian(g))(2.0), 12.0)
    close(mj.jvp(mj.grad(g), (2.0,), (1.0,))[1], 12.0)
    with pytest.raises(TypeError, match="forward-mode"):
        mj.hessian(f)(2.0)


# --- forward mode


@pytest.mark.parametrize("way", [
    lambda x: mj.jvp(f, (x,), (1.0,)),
    mj.jit(lambda x: mj.jvp(f, (x,), (1.0,))),
    lambda x: mj.jvp(mj.jit(f), (x,), (1.0,)),
    lambda x: mj.vmap(lambda x: mj.jvp(f, (x,), (1.0,)))(x[None]),
    lambda x: mj.jvp(mj.vmap(f), (x[None],), (x[None],)),
    lambda x: mj.linearize(f, x)[1](1.0),
    lambda x: mj.vmap(mj.linearize(f, x)[1])(XS),
    lambda x: mj.jvp(lambda t: mj.linearize(f, x)[1](t), (x,), (x,)),
    mj.jacfwd(f),
    lambda x: mj.jvp(lambda x: lax.scan(
        lambda c, _: (f(c), None), x, None, length=2), (x,), (1.0,)),
    lambda x: mj.jvp(lambda x: lax.cond(x > 0, f, f, x), (x,), (1.0,)),
    lambda x: mj.jvp(lambda x: lax.while_loop(
        lambda c: c < 0.5, f, x), (x,), (1.0,)),
])
def test_forward_mode_is_refused(way):
    with pytest.raises(TypeError, match=(
            r"can't apply forward-mode autodiff \(jvp\) to a custom_vjp "
            r"function\. Its rules .* give it a custom_jvp")):
        way(jnp.asarray(0.3))


def test_a_tangent_of_something_else_passes_by():
    out, dot = mj.jvp(lambda y: f(0.7) * y, (2.0,), (1.0,))
    close((out, dot), (2 * np.sin(0.7), np.sin(0.7)))


# --- the order of side effects


def noisy():
    said = []

    @mj.custom_vjp
    def g(x):
        said.append("f")
        return jnp.sin(x)

    def fwd(x):
        said.append("fwd")
        return g(x), jnp.cos(x)

    def bwd(cos_x, ct):
        said.append("bwd")
        return (cos_x * ct,)
    g.defvjp(fwd, bwd)
    return g, said


@pytest.mark.parametrize("use, order", [
    (lambda g: g(3.0), "f"),
    (lambda g: mj.jit(g)(3.0), "f"),
    (lambda g: mj.vmap(g)(XS), "f"),
    (lambda g: mj.make_jaxpr(g)(3.0), "f"),
    (lambda g: mj.grad(g)(3.0), "fwd f bwd"),
    (lambda g: mj.vjp(g, 3.0), "fwd f"),
    (lambda g: mj.linearize(g, 3.0), "fwd f"),
    (lambda g: mj.jit(mj.grad(g))(3.0), "fwd f bwd"),
    (lambda g: mj.grad(mj.jit(g))(3.0), "f fwd f bwd"),
    (lambda g: mj.vmap(mj.grad(g))(XS), "fwd f bwd"),
    (lambda g: mj.grad(lambda x: mj.vmap(g)(x).sum())(XS), "fwd f bwd"),
    (lambda g: mj.jacrev(g)(XS), "fwd f bwd"),
    (lambda g: mj.grad(mj.grad(g))(3.0), "fwd fwd f bwd"),
    (lambda g: mj.jvp(g, (3.0,), (1.0,)), "fwd f"),
])
def test_order_of_side_effects(use, order):
    g, said = noisy()
    try:
        use(g)
    except TypeError as e:
        assert "forward-mode" in str(e)
    assert " ".join(said) == order


def test_the_backward_rule_runs_once_for_each_pull():
    g, said = noisy()
    _, pull = mj.vjp(g, 3.0)
    assert said == ["fwd", "f"]
    close([pull(jnp.float32(1))[0], pull(jnp.float32(2))[0]],
          [np.cos(3), 2 * np.cos(3)])
    assert said == ["fwd", "f", "bwd", "bwd"]


def test_a_jitted_gradient_runs_no_rule_again():
    g, said = noisy()
    h = mj.jit(mj.grad(g))
    close(h(1.0), np.cos(1))
    close(h(2.0), np.cos(2))
    assert said == ["fwd", "f", "bwd"]


# --- arguments


def test_keywords_and_defaults_come_by_position():
    @mj.custom_vjp
    def g(x, y=2.0, *, z=3.0):
        return x * y * z

    @mj.custom_vjp
    def h(x, y=2.0):
        return x * y
    seen = []
    h.defvjp(lambda *args: seen.append(args) or (h(*args), None),
             lambda _, ct: (10 * ct, 20 * ct))
    close(mj.grad(lambda x, y: h(y=y, x=x), (0, 1))(2.0, 3.0), (10.0, 20.0))
    close(mj.grad(h)(5.0), 10.0)
    assert [len(args) for args in seen] == [2, 2]
    assert h(x=2.0) == 4.0
    g.defvjp(lambda x, y: (x * y, None), lambda _, ct: (ct, ct))
    with pytest.raises(TypeError, match="could not be resolved to positional"):
        g(2.0, z=1.0)
    for args, kwargs, words in [((), {}, "missing a required"),
                                ((1.0,), {"w": 1}, "unexpected keyword"),
                                ((1.0, 2.0, 3.0), {}, "too many")]:
        with pytest.raises(TypeError, match=words):
            h(*args, **kwargs)


def test_nondiff_argnums_come_first_in_bwd():
    @functools.partial(mj.custom_vjp, nondiff_argnums=(0, 2))
    def app(first, x, second):
        return first(second(x))

    def fwd(first, x, second):
        return app(first, x, second), x

    def bwd(first, second, x, ct):
        return (ct * (first(1.0) + 10 * second(1.0)) * x,)
    app.defvjp(fwd, bwd)

    def use(x):
        return app(lambda x: x + 1, x, lambda x: x + 3)
    assert use(1.0) == 5.0
    want = (2 + 40) * XS
    close(mj.vmap(mj.grad(use))(XS), want)
    close(mj.jit(mj.vmap(mj.grad(use)))(XS), want)
    close(mj.grad(mj.jit(use))(2.0), 84.0)


def test_nondiff_argnames():
    @functools.partial(mj.custom_vjp, nondiff_argnames=("how",))
    def g(x, how):
        return getattr(jnp, how)(x)
    g.defvjp(lambda x, how: (g(x, how), None),
             lambda how, _, ct: (ct * len(how),))
    close(mj.grad(g)(0.3, "cos"), 3.0)
    close(mj.grad(lambda x: g(how="tanh", x=x))(0.3), 4.0)


def test_a_tracer_among_nondiff_arguments_is_refused():
    @functools.partial(mj.custom_vjp, nondiff_argnums=(0,))
    def scale(n, x):
        return n * x
    scale.defvjp(lambda n, x: (n * x, None), lambda n, _, ct: (n * ct,))
    close(mj.grad(scale, 1)(3.0, 2.0), 3.0)
    for way in (mj.jit(scale), mj.grad(lambda n, x: scale(n, x).sum()),
                mj.vmap(scale, (0, None))):
        with pytest.raises(mj.errors.UnexpectedTracerError, match=(
                "nondiff_argnums.* pass it as an ordinary argument")):
            way(XS, 2.0)


def test_trees_in_and_out():
    @mj.custom_vjp
    def g(p):
        return {"a": p.x**2, "b": (jnp.sin(p.x), jnp.cos(p.y))}

    def bwd(p, ct):
        return (Point(2 * p.x * ct["a"] + jnp.cos(p.x) * ct["b"][0],
                      -jnp.sin(p.y) * ct["b"][1]),)
    g.defvjp(lambda p: (g(p), p), bwd)

    def loss(p):
        out = g(p)
        return out["a"] + out["b"][0]
    for wrap in (lambda g: g, mj.jit):
        got = wrap(mj.grad(wrap(loss)))(Point(1.0, 2.0))
        assert type(got) is Point
        close(got, (2 + np.cos(1), 0))
    stacked = mj.vmap(mj.grad(loss))(Point(XS, XS))
    close(stacked.x, 2 * XS + np.cos(XS))


def test_residuals_of_any_tree():
    g = with_rules(
        lambda x: 2 * x,
        lambda x: (2 * x, {"n": 3, "none": None, "k": [x, (x, 1.5)]}),
        lambda res, ct: (ct * res["n"] * res["k"][1][1] + 0 * res["k"][0],))
    for way in (mj.grad(g), mj.jit(mj.grad(g)), mj.grad(mj.jit(g))):
        close(way(2.0), 4.5)
        close(mj.vmap(way)(XS), 4.5 * np.ones(3))
    close(mj.grad(lambda x: mj.vmap(g)(x).sum())(XS), 4.5 * np.ones(3))


def test_none_is_a_zero():
    g = with_rules(lambda a, p: a * p.x, lambda a, p: (a * p.x, a),
                   lambda a, ct: (None, Point(a * ct, None)))
    for way in (mj.grad(g, (0, 1)), mj.jit(mj.grad(g, (0, 1)))):
        da, dp = way(3.0, Point(1.0, np.ones(2, np.float32)))
        close((da, dp.x), (0, 3))
        close(dp.y, np.zeros(2))
    whole = with_rules(lambda p: p.x, lambda p: (p.x, None),
                       lambda _, ct: (None,))
    close(mj.grad(whole)(Point(1.0, 2.0)), (0, 0))


def test_integers_in_and_out():
    seen = []
    g = with_rules(
        lambda n, x: (n * x, n + 1), lambda n, x: (g(n, x), n),
        lambda n, ct: seen.append(ct[1].dtype) or (None, n * ct[0]))
    want = 3 * np.ones(3)
    close(mj.vmap(mj.grad(lambda x: g(3, x)[0]))(XS), want)
    close(mj.jit(mj.grad(lambda x: mj.vmap(
        g, (None, 0))(3, x)[0].sum()))(XS), want)
    dn, dx = mj.grad(lambda n, x: g(n, x)[0], (0, 1), allow_int=True)(3, 2.0)
    assert dn.dtype == mj.float0 and dx == 3.0
    assert set(seen) == {mj.float0}
    g.defvjp(lambda n, x: (g(n, x), n), lambda n, ct: (
        np.zeros((), mj.float0), n * ct[0]))
    close(mj.grad(lambda x: g(3, x)[0])(1.0), 3.0)


def test_no_arguments_and_no_results():
    one = with_rules(lambda: 1.0, lambda: (1.0, None), lambda _, ct: ())
    assert one() == 1.0
    none = with_rules(lambda x: (None, x), lambda x: ((None, x), None),
                      lambda _, ct: (7 * ct[1],))
    close(mj.grad(lambda x: none(x)[1])(1.0), 7.0)


# --- symbolic zeros


def test_symbolic_zeros():
    from minijax.custom_derivatives import CustomVJPPrimal, SymbolicZero
    seen = []

    def fwd(x, y):
        assert type(x) is type(y) is CustomVJPPrimal
        seen.append((x.perturbed, y.perturbed))
        return g(x.value, y.value), (x.value, y.value)

    def bwd(res, cts):
        (x, y), (ct, other) = res, cts
        seen.append(type(other) is SymbolicZero)
        return ct * y, ct * x
    g = with_rules(lambda x, y: (x * y, x + y), fwd, bwd, symbolic_zeros=True)
    for wrap in (lambda g: g, mj.jit):
        close(wrap(mj.grad(lambda x: g(x, 3.0)[0]))(2.0), 3.0)
        close(mj.vmap(wrap(mj.grad(lambda x: g(x, 3.0)[0])))(XS), 3 * XS**0)
    assert seen == [(True, False), True] * 4
    seen.clear()
    close(mj.grad(lambda x, y: g(x, y)[0], (0, 1))(2.0, 3.0), (3.0, 2.0))
    assert seen == [(True, True), True]


def test_each_pull_keeps_the_rule_of_its_own_forward_pass():
    """fwd may answer with other residuals when other arguments move."""
    def fwd(x, y):
        kept = {"y": y.value} if x.perturbed else {"x": x.value, "n": 5.0}
        return x.value * y.value, kept

    def bwd(kept, ct):
        return ct * kept.get("y", 0.0), ct * kept.get("x", 0.0)
    g = mj.jit(with_rules(lambda x, y: x * y, fwd, bwd, symbolic_zeros=True))
    x, y = jnp.float32(2), jnp.float32(3)
    for h in (g, lambda x, y: mj.vmap(g)(x[None], y[None])[0]):
        _, by_x = mj.vjp(lambda x, h=h: h(x, y), x)
        _, by_y = mj.vjp(lambda y, h=h: h(x, y), y)
        close((by_x(x)[0], by_y(x)[0]), (6.0, 4.0))


def test_options_of_defvjp():
    g = with_rules(lambda x: x, lambda x: (x, None), lambda _, ct: (3 * ct,),
                   optimize_remat=True)
    close(mj.grad(g)(1.0), 3.0)
    assert g.__name__ == "<lambda>"
    assert mj.custom_vjp(f_fwd).__wrapped__ is f_fwd
    half = with_rules(functools.partial(jnp.multiply, 2.0),
                      lambda x: (x, None), lambda _, ct: (5 * ct,))
    assert half.__name__ == "multiply"
    close(mj.grad(half)(1.0), 5.0)


# --- vmap: what the examples share


def weighted():
    return with_rules(
        lambda w, x: w @ x, lambda w, x: (w @ x, (w, x)),
        lambda res, ct: (2 * jnp.outer(ct, res[1]), 2 * res[0].T @ ct))


@pytest.mark.parametrize("wrap", [lambda g: g, mj.jit])
def test_cotangents_of_what_is_shared_are_summed(wrap):
    rng = np.random.default_rng(0)
    W, V, X = (rng.normal(size=s).astype(np.float32)
               for s in [(2, 3), (5, 2, 3), (4, 3)])
    ones = np.ones((4, 2))
    g = weighted()
    got = wrap(mj.grad(lambda w: mj.vmap(g, (None, 0))(w, X).sum()))(W)
    close(got, 2 * ones.T @ X)
    got = wrap(mj.grad(lambda x: mj.vmap(g, (0, None))(V, x).sum()))(X[0])
    close(got, 2 * V.sum((0, 1)))
    got = wrap(mj.grad(lambda w: mj.vmap(
        mj.vmap(g, (None, 0)), (None, 0))(w, X.reshape(2, 2, 3)).sum()))(W)
    close(got, 2 * ones.T @ X)
    got = wrap(mj.grad(lambda v: mj.vmap(
        lambda v: mj.vmap(g, (None, 0), 1)(v, X))(v).sum()))(V)
    close(got, np.broadcast_to(2 * ones.T @ X, (5, 2, 3)))


def test_a_shared_argument_that_gets_none():
    g = with_rules(lambda lo, x: x, lambda lo, x: (x, lo),
                   lambda lo, ct: (None, jnp.maximum(ct, lo)))
    dlo, dx = mj.grad(lambda lo, x: (mj.vmap(g, (None, 0))(lo, x)
                                     * XS).sum(), (0, 1))(0.6, XS)
    close(dlo, 0)
    close(dx, np.maximum(XS, 0.6))


# --- closed-over values


def closing(y, use):
    g = with_rules(lambda x: x * y, lambda x: (x * y, None),
                   lambda _, ct: (3 * ct,))
    return use(g)(2.0)


def test_closed_over_values_may_be_traced_but_not_move():
    for use, want in ((lambda g: g, 2 * XS), (mj.grad, 3 + 0 * XS),
                      (mj.jit, 2 * XS),
                      (lambda g: mj.jit(mj.grad(g)), 3 + 0 * XS)):
        close(mj.vmap(lambda y, use=use: closing(y, use))(XS), want)
        close(mj.jit(lambda y, use=use: closing(y, use))(XS[0]), want[0])


@pytest.mark.parametrize("use", [
    lambda g: g, mj.jit, lambda g: mj.jit(mj.jit(g)),
    lambda g: lambda x: lax.scan(lambda c, _: (g(c), None), x, length=2)[0],
    lambda g: lambda x: lax.cond(x > 0, g, g, x),
    lambda g: lambda x: mj.vmap(g)(jnp.full(1, x))[0]])
def test_a_moving_closed_over_value_is_refused(use):
    with pytest.raises(mj.errors.UnexpectedTracerError, match=(
            "with respect to a closed-over value(.|\n)*as an argument")):
        mj.grad(lambda y: closing(y, use))(3.0)
    assert core.current.trace is core.eval_trace


# --- at rest afterwards


def test_no_tracer_is_left_after_an_exception():
    held = []

    def bwd(_, ct):
        held.append(weakref.ref(ct))
        raise KeyError("from the backward rule")
    g = with_rules(lambda x: jnp.sin(x), lambda x: (jnp.sin(x), x), bwd)
    total = mj.grad(lambda x: g(x).sum())
    for way in (total, mj.jit(total), mj.vmap(mj.grad(g)),
                mj.jacrev(total)):
        with pytest.raises(KeyError):
            way(XS)
        assert core.current.trace is core.eval_trace
    gc.collect()
    assert all(ref() is None for ref in held)
    close(mj.grad(f)(0.7), slope(0.7))


def test_residuals_die_with_the_pullback():
    kept = []

    def fwd(x):
        big = jnp.ones(1000) * x
        kept.append(weakref.ref(big))
        return x * 1.0, big
    g = with_rules(lambda x: x * 1.0, fwd, lambda big, ct: (big[0] * ct,))
    gc.collect()
    gc.disable()
    try:
        _, pull = mj.vjp(g, jnp.float32(2))
        assert pull(jnp.float32(1))[0] == 2.0
        assert kept[0]() is not None
        del pull
        assert kept[0]() is None
    finally:
        gc.enable()


# --- a true rule changes nothing


@pytest.mark.parametrize("way", [
    lambda f: mj.grad(f, (0, 1)), lambda f: mj.jit(mj.grad(f, (0, 1))),
    lambda f: mj.grad(mj.jit(f), (0, 1)),
    lambda f: lambda w, xs: mj.vmap(mj.grad(f, (0, 1)), (0, None))(
        jnp.stack([w, 2 * w]), xs),
    lambda f: mj.jit(mj.vmap(mj.grad(f, (0, 1)), (None, 1))),
    lambda f: mj.jacrev(mj.grad(f))])
def test_a_loop_of_maps_has_the_gradient_of_the_plain_program(way):
    def plain(w, x):
        return jnp.sin(w * x)
    ruled = with_rules(
        plain, lambda w, x: (ruled(w, x), (w, x, jnp.cos(w * x))),
        lambda kept, ct: (jnp.sum(ct * kept[2] * kept[1]),
                          ct * kept[2] * kept[0]))
    w, xs = np.float32(0.7), np.linspace(0, 1, 24, dtype=np.float32)
    xs = xs.reshape(4, 3, 2)

    def program(f):
        def run(w, xs):
            return lax.scan(lambda c, x: (
                c + mj.vmap(f, (None, 0))(w, x * c).sum(), c), 1.0, xs)[0]
        return run
    got, want = (mj.tree.leaves(way(program(f))(w, xs))
                 for f in (ruled, plain))
    for x, y in zip(got, want, strict=True):
        np.testing.assert_allclose(x, y, 1e-4, 1e-5)


def test_threads_share_a_mapped_rule():
    total = mj.jit(lambda x: mj.vmap(f)(x).sum())
    mj.jit(total)(XS)
    seen = []

    def work():
        seen.append(np.asarray(mj.grad(total)(XS)))
    threads = [threading.Thread(target=work) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(seen) == 8
    for got in seen:
        close(got, slope(XS))
