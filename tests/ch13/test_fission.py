"""Loops in parts: the same values, and in the loop what needs one."""

import random

import numpy as np
import pytest

import minijax as mj
from minijax import lax, optimizer
from minijax import numpy as jnp
from minijax.fission import fission
from minijax.jaxpr_check import check_jaxpr
from minijax.scan_program import scan_p

rng = np.random.default_rng(13)
W, V = rng.normal(size=(2, 4, 4)) / 3
XS = rng.normal(size=(6, 4))
H = rng.normal(size=4)


@pytest.fixture(autouse=True)
def wide():
    before = mj.config.jax_enable_x64
    mj.config.update("jax_enable_x64", True)
    yield
    mj.config.update("jax_enable_x64", before)


def both(f, *args):
    """The results with the pass and without it, and the scans after it."""
    with optimizer.switched_off(("fission",)):
        plain = mj.jit(lambda *args: f(*args))(*args)
    closed = optimizer.passes["inline"](mj.make_jaxpr(f)(*args))
    parts = fission(closed)
    check_jaxpr(parts.jaxpr)
    got = mj.jit(lambda *args: f(*args))(*args)
    for g, p in zip(mj.tree.leaves(got), mj.tree.leaves(plain), strict=True):
        assert (g.shape, g.dtype, g.weak_type) == (
            p.shape, p.dtype, p.weak_type)
        np.testing.assert_allclose(g, p, rtol=1e-12, atol=1e-13)
    return [eqn for eqn in parts.eqns if eqn.primitive is scan_p]


def inside(scan):
    """The names of the operations that are left in a loop."""
    return [eqn.primitive.name for eqn in scan.params["jaxpr"].eqns]


def net(w, v, xs):
    def step(h, x):
        h = jnp.tanh(h @ w + x @ v)
        return h, jnp.sum(h)
    return lax.scan(step, jnp.asarray(H), xs)


def test_what_depends_on_no_carry_is_early_and_what_feeds_none_is_late():
    scan, = both(net, W, V, XS)
    assert inside(scan) == ["dot_general", "add", "tanh"]


def test_the_gradient_of_the_weights_is_a_product_of_matrices():
    def loss(w, v):
        h, s = net(w, v, XS)
        return jnp.sum(h) + jnp.sum(s ** 2)
    forward, backward = both(mj.grad(loss, (0, 1)), W, V)
    assert inside(backward).count("dot_general") == 1
    assert backward.params["num_carry"] == 1
    assert [v.aval.shape for v in backward.outvars] == [(4,), (6, 4)]


def test_sums():
    def f(xs):
        def step(c, x):
            total, last, outer = c
            outer = outer + jnp.tensordot(x, last, 0)
            return (total + x, last * x, outer), total
        return lax.scan(step, (jnp.zeros(4), jnp.ones(4), jnp.ones((4, 4))),
                        xs)
    scan, = both(f, XS)
    assert scan.params["num_carry"] == 2  # `total` is read in each step


def test_a_sum_of_terms_only():
    scans = both(lambda xs: lax.scan(
        lambda c, x: (c + x * x, ()), jnp.ones(4), xs)[0], XS)
    assert inside(scans[0]) == []


@pytest.mark.parametrize("body", [
    lambda c, x: (c, c), lambda c, x: (x, c), lambda c, x: (c + c, x),
    lambda c, x: (c + 1.0, 2.0), lambda c, x: (x + c, c * x),
    lambda c, x: (jnp.where(x > 0, c, x), x > 0),
    lambda c, x: (c * 0.5, jnp.outer(c, x)),
    lambda c, x: (c + x, jnp.cumsum(c)[::-1]),
    lambda c, x: (lax.cond(jnp.sum(c) > 1, jnp.sin, jnp.cos, c), x),
    lambda c, x: (lax.fori_loop(0, 3, lambda i, c: c * x, c), c.sum() + x),
    lambda c, x: (c, lax.scan(lambda d, y: (d + y, d * y), x.sum(), x)[1]),
    lambda c, x: (jnp.sort(c * x), jnp.argmax(x)),
])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("length", [0, 1, 6])
def test_bodies(body, reverse, length):
    def f(h, xs):
        return lax.scan(body, h, xs, reverse=reverse)
    both(f, H, XS[:length])
    both(mj.vmap(f, (None, 1)), H, np.stack([XS[:length]] * 3, 1))
    if length > 1:
        both(mj.grad(lambda h, xs: sum(map(jnp.sum, f(h, xs))), (0, 1)),
             H, XS)


@pytest.mark.parametrize("seed", range(40))
def test_random_bodies(seed):
    draw = random.Random(seed)
    plan = [(draw.choice("+*@st."), draw.random(), draw.random())
            for _ in range(7)]
    picks = [draw.random() for _ in range(4)]

    ops = {"+": jnp.add, "*": jnp.multiply, "@": lambda y, z: y @ W,
           "s": lambda y, z: jnp.sin(z), ".": lambda y, z: y * jnp.dot(y, z),
           "t": lambda y, z: jnp.tensordot(y, z, 0) @ H}

    def step(c, x):
        values = [*c, x, jnp.asarray(H)]
        for op, a, b in plan:
            y, z = (values[int(r * len(values))] for r in (a, b))
            values.append(ops[op](y, z) / 2)
        chosen = [values[int(r * len(values))] for r in picks]
        return (chosen[0], c[1] + chosen[1]), (chosen[2], chosen[3])

    def f(h, xs):
        c, ys = lax.scan(step, (h, jnp.zeros(4)), xs)
        return *c, *ys
    both(f, H, XS)
    both(mj.grad(lambda *args: sum(map(jnp.sum, f(*args))), (0, 1)), H, XS)


def test_effects_stay_in_the_loop_and_in_order(capsys):
    def step(c, x):
        mj.debug.print("at {}", x)
        return c + x, x * 2
    both(lambda xs: lax.scan(step, 0.0, xs), np.arange(3.0))
    assert capsys.readouterr().out == "at 0.0\nat 1.0\nat 2.0\n" * 2


def test_what_would_take_too_much_memory_stays():
    def step(c, x):
        big = jnp.broadcast_to(c, (1000, 4)) * x
        return c * 0.5, jnp.sum(jnp.sin(big))
    scan, = both(lambda h, xs: lax.scan(step, h, xs), H,
                 np.ones((1000, 4)))
    assert "sin" in inside(scan)


def test_what_a_carry_begins_with_is_not_written_over():
    def f(a):
        b = a * 2
        c, _ = lax.scan(lambda c, _: (c, c.sum()), b, None, length=3)
        return b + 1, c  # the carry is b itself
    b, c = mj.jit(f)(XS)
    np.testing.assert_array_equal(np.asarray(c), 2 * XS)
    np.testing.assert_array_equal(np.asarray(b), 2 * XS + 1)
