"""A checkpointed function is the function, and keeps its arguments alone."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import minijax as mj
from minijax import errors, lax, tree_util
from minijax import numpy as jnp
from minijax.ad_checkpoint import saved_residuals
from minijax.checkpointing import remat_p
from minijax.forward import jvp_rules
from minijax.test_util import check_grads
from minijax.transpose import transposes

X = np.array([0.3, -0.7, 1.9])


def chain(x):
    return jnp.sin(jnp.cos(jnp.sin(x)) * x)


def jitted(x):
    return jnp.sin(mj.jit(lambda y: jnp.cos(y) * y)(x)) * x


def scanned(x):
    return lax.scan(lambda c, r: (jnp.sin(c * r), c), x, X)[0] * x


def branched(x):
    return lax.cond(jnp.sum(x) > 0, jnp.sin, jnp.cos, x) * x


def looped(x):
    return lax.fori_loop(0, 3, lambda i, c: jnp.sin(c) + i, x) * x


def nested(x):
    return jnp.sin(mj.checkpoint(lambda y: jnp.cos(y) * y)(jnp.sin(x)))


def ruled(x):
    @mj.custom_jvp
    def f(x):
        return jnp.exp(x)
    f.defjvps(lambda t, out, x: 3 * t * out)

    @mj.custom_vjp
    def g(x):
        return jnp.sin(x)
    g.defvjp(lambda x: (g(x), x), lambda x, ct: (ct * jnp.cos(x),))
    return g(f(x)) * x


def solved(x):
    return jnp.linalg.solve(jnp.eye(3) + jnp.outer(x, x), jnp.sin(x))


PROGRAMS = [chain, jitted, scanned, branched, looped, nested]
IDS = [f.__name__ for f in PROGRAMS]


@pytest.fixture(autouse=True)
def in_doubles():
    with mj.enable_x64(True):
        yield


def total(f):
    return lambda *args: jnp.sum(f(*args))


def same(a, b):
    a, b = tree_util.tree_leaves(a), tree_util.tree_leaves(b)
    return len(a) == len(b) and all(np.allclose(x, y, 1e-12, 1e-12)
                                    for x, y in zip(a, b))


@pytest.mark.parametrize("f", [*PROGRAMS, ruled, solved],
                         ids=[*IDS, "ruled", "solved"])
class TestOneProgram:
    def test_value_and_type(self, f):
        out = mj.checkpoint(f)(X)
        assert same(out, f(X)) and out.dtype == f(X).dtype

    def test_gradient(self, f):
        assert same(mj.grad(total(mj.checkpoint(f)))(X), mj.grad(total(f))(X))

    def test_whole_function_checkpointed(self, f):
        assert same(mj.grad(mj.checkpoint(total(f)))(X), mj.grad(total(f))(X))

    def test_under_jit(self, f):
        g = mj.checkpoint(total(f))
        assert same(mj.jit(mj.value_and_grad(g))(X),
                    mj.value_and_grad(total(f))(X))
        assert same(mj.grad(mj.jit(g))(X), mj.grad(total(f))(X))

    def test_under_vmap(self, f):
        rows = np.stack([X, X[::-1], -X])
        g, h = mj.grad(mj.checkpoint(total(f))), mj.grad(total(f))
        stacked = np.stack([h(x) for x in rows])
        assert same(mj.vmap(g)(rows), stacked)
        assert same(mj.grad(lambda rows: jnp.sum(mj.vmap(
            mj.checkpoint(total(f)))(rows)))(rows), stacked)

    def test_keeps_its_argument_alone(self, f):
        _, pull = mj.vjp(mj.checkpoint(f), X)
        big = [c for c in pull.consts if c.shape]
        assert big and all(same(c, X) for c in big)  # scanned closes over X


@pytest.mark.parametrize("f", PROGRAMS, ids=IDS)
def test_forward_mode_and_linearize(f):
    v = np.array([1.0, -2.0, 0.5])
    pair = mj.jvp(f, (X,), (v,))
    assert same(mj.jvp(mj.checkpoint(f), (X,), (v,)), pair)
    out, push = mj.linearize(mj.checkpoint(f), X)
    assert same((out, push(v)), pair)


@pytest.mark.parametrize("f", PROGRAMS, ids=IDS)
def test_to_order_three(f):
    x = np.float64(0.4)
    g, h = total(mj.checkpoint(lambda x: f(x * X))), total(lambda x: f(x * X))
    for _ in range(3):
        g, h = mj.grad(g), mj.grad(h)
        assert same(g(x), h(x))
        assert same(mj.jit(g)(x), h(x))
    g, h = total(mj.checkpoint(lambda x: f(x * X))), total(lambda x: f(x * X))
    assert same(mj.hessian(g)(x), mj.hessian(h)(x))
    assert same(mj.jacfwd(mj.jacfwd(g))(x), mj.hessian(h)(x))


def test_against_finite_differences():
    check_grads(mj.checkpoint(chain), (X,), order=2)


def test_body_of_a_scan():
    def run(step):
        def f(x, w):
            return jnp.sum(lax.scan(
                lambda c, r: step(c, r, w), x, np.arange(6.0))[0])
        return mj.grad(f, (0, 1))

    def step(c, r, w):
        return jnp.sin(jnp.cos(c * w) + r), None
    assert same(run(mj.checkpoint(step))(X, 0.7), run(step)(X, 0.7))

    def kept(step):
        return [a.shape for a, _ in saved_residuals(
            lambda x: lax.scan(lambda c, r: step(c, r, 0.7), x,
                               np.arange(6.0))[0], X)]
    assert kept(step).count((6, 3)) == 2
    assert kept(mj.checkpoint(step)).count((6, 3)) == 1


def test_nested_checkpoints_forget_what_they_can():
    inner = mj.checkpoint(lambda x: jnp.sin(jnp.sin(x)))
    outer = mj.checkpoint(lambda x: inner(inner(inner(x))))
    _, pull = mj.vjp(outer, X)
    assert [e.primitive for e in pull.jaxpr.eqns] == [remat_p]
    body = pull.jaxpr.eqns[0].params["jaxpr"]
    assert [e.primitive for e in body.eqns].count(remat_p) == 3
    assert same(pull(X)[0], mj.vjp(lambda x: outer.__wrapped__(x), X)[1](X)[0])


def test_closures_over_tracers():
    def f(w):
        return jnp.sum(mj.checkpoint(lambda x: jnp.sin(w * x))(X * w))

    def plain(w):
        return jnp.sum(jnp.sin(w * X * w))
    for t in (mj.grad, lambda f: mj.grad(mj.grad(f)),
              lambda f: mj.jit(mj.grad(f)),
              lambda f: mj.grad(lambda w: mj.jvp(f, (w,), (w,))[1])):
        assert same(t(f)(0.7), t(plain)(0.7))
    w = np.arange(3.0)
    assert same(mj.vmap(mj.grad(f))(w),
                np.stack([mj.grad(plain)(v) for v in w]))


def test_containers_and_keywords():
    @mj.checkpoint
    def f(p, *, scale):
        return {"y": p["w"] * jnp.sin(p["b"]) * scale, "z": (p["w"], None)}

    def loss(f):
        return lambda p, s: jnp.sum(f(p, scale=s)["y"]) + f(
            p, scale=s)["z"][0]
    p = {"w": 2.0, "b": X}
    assert same(mj.grad(loss(f), (0, 1))(p, 3.0),
                mj.grad(loss(f.__wrapped__), (0, 1))(p, 3.0))
    assert f(p, scale=1.0)["z"][1] is None


def test_integers():
    f = mj.checkpoint(lambda x, n: (jnp.sin(x) * n, n + 1))
    (y, n), pull = mj.vjp(f, 2.0, 3)
    x_bar, n_bar = pull((1.0, np.zeros((), mj.float0)))
    assert int(n) == 4 and n_bar.dtype == mj.float0
    assert np.isclose(x_bar, 3 * np.cos(2.0))


def test_static_arguments():
    @mj.checkpoint
    def refused(x, deep):
        return jnp.sin(x) if deep else x
    with pytest.raises(errors.TracerBoolConversionError,
                       match=r"(?s)refused.*checkpoint\(f, static_argnums"):
        refused(1.0, True)

    def f(x, deep, options):
        assert options == {"scale": [2]}  # need not be hashable
        return jnp.sin(x) * options["scale"][0] if deep else x
    g = mj.checkpoint(f, static_argnums=(1, 2))
    options = {"scale": [2]}
    assert np.isclose(mj.grad(g)(1.0, True, options), 2 * np.cos(1.0))
    assert mj.grad(g)(1.0, False, options) == 1.0
    assert np.isclose(mj.grad(mj.checkpoint(
        static_argnums=-1)(lambda x, n: x ** n))(2.0, 3), 12.0)


def test_concrete_is_refused():
    with pytest.raises(NotImplementedError, match="static_argnums"):
        mj.checkpoint(chain, concrete=True)


def test_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match="callable"):
        mj.checkpoint(2.0)
    with pytest.raises(TypeError, match="checkpoint"):
        mj.checkpoint(chain)("one")


def test_names_of_jax():
    assert mj.remat is mj.checkpoint and str(remat_p) == "remat2"
    assert mj.checkpoint(chain).__name__ == "chain"
    assert mj.checkpoint(prevent_cse=False)(chain)(X).shape == (3,)


def test_traced_once():
    runs = []

    def f(x):
        runs.append(x)
        return jnp.sin(x)
    for x in (1.0, 2.0, 3.0):
        mj.checkpoint(f)(x), mj.grad(mj.checkpoint(f))(x)
    assert len(runs) == 1
    mj.checkpoint(f)(X)
    assert len(runs) == 2


def test_transformed_once():
    f = mj.checkpoint(chain, policy=mj.checkpoint_policies
                      .save_only_these_names("a"))
    bodies = []
    for x in (1.0, 2.0):
        g = mj.checkpoint(chain, policy=mj.checkpoint_policies
                          .save_only_these_names("a"))
        bodies.append(mj.vjp(g, x)[1].jaxpr.eqns[-1].params["jaxpr"])
    assert bodies[0] is bodies[1]
    assert f(1.0) == chain(1.0)


def test_closures_die():
    big = np.zeros(3)
    held = weakref.ref(big)

    def run(big):
        return mj.grad(lambda x: jnp.sum(mj.checkpoint(
            lambda x: jnp.sin(x) * big)(x)))(X)
    run(big)
    del big
    gc.collect()
    assert held() is None


def test_prints_again_in_the_backward_pass(capsys):
    def f(x):
        y = jnp.sin(x)
        mj.debug.print("y is {:.3f}", y)
        return jnp.sin(y)
    mj.checkpoint(f)(2.0)
    assert capsys.readouterr().out == "y is 0.909\n"
    mj.grad(f)(2.0)
    assert capsys.readouterr().out == "y is 0.909\n"
    mj.grad(mj.checkpoint(f))(2.0)
    assert capsys.readouterr().out == "y is 0.909\n" * 2
    mj.jit(mj.grad(mj.checkpoint(f)))(2.0)
    assert capsys.readouterr().out == "y is 0.909\n" * 2
    everything = mj.checkpoint_policies.everything_saveable
    mj.grad(mj.checkpoint(f, policy=everything))(2.0)
    assert capsys.readouterr().out == "y is 0.909\n"


def test_unused_outputs_are_not_computed_again():
    f = mj.checkpoint(lambda x: (jnp.sin(x), jnp.exp(x) * x))
    jaxpr = mj.make_jaxpr(mj.grad(lambda x: f(x)[0]))(2.0)
    body = [e for e in jaxpr.eqns if e.primitive is remat_p][0].params["jaxpr"]
    assert "exp" not in str(body)


def test_row_of_rules_is_whole():
    assert remat_p in jvp_rules and remat_p in transposes


def bytes_at_peak(f, *args):
    f(*args)  # what is traced and compiled is kept
    gc.collect()
    tracemalloc.start()
    f(*args)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_grows_like_the_segments():
    size, steps = 50_000, 36

    def run(x, n):
        for _ in range(n):
            x = jnp.sin(x)
        return x

    def plain(x):
        return jnp.sum(run(x, steps))

    def in_segments(x):
        six = mj.checkpoint(run, static_argnums=1)
        for _ in range(6):
            x = six(x, 6)
        return jnp.sum(x)
    x = jnp.linspace(0.0, 1.0, size)
    many = bytes_at_peak(mj.grad(plain), x) / x.nbytes
    few = bytes_at_peak(mj.grad(in_segments), x) / x.nbytes
    assert many > 35
    assert few < 24
    assert same(mj.grad(plain)(x), mj.grad(in_segments)(x))
