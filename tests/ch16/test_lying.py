"""Derivatives that are wrong on purpose, in every composition."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp

X = jnp.asarray(np.float32([-2.0, -0.3, 0.4, 1.7]))


def straight_through(stair, x):
    return lax.stop_gradient(stair(x)) + (x - lax.stop_gradient(x))


@pytest.mark.parametrize("stair", [jnp.sign, jnp.round, jnp.floor])
def test_straight_through_has_the_stairs_value_and_slope_one(stair):
    def f(x):
        return straight_through(stair, x)
    for g in f, mj.jit(f), mj.vmap(f):
        np.testing.assert_array_equal(g(X), stair(X))
        np.testing.assert_array_equal(
            mj.grad(lambda x, g=g: jnp.sum(g(x) * X))(X), X)
        value, pushed = mj.jvp(g, (X,), (2 * X,))
        np.testing.assert_array_equal(pushed, 2 * X)


def test_the_exact_order_is_exact_for_large_numbers():
    big = jnp.asarray(np.float32([3e7, -1e9, 1e30]))
    np.testing.assert_array_equal(straight_through(jnp.sign, big), [1, -1, 1])
    other = big + lax.stop_gradient(jnp.sign(big) - big)
    assert not np.array_equal(other, [1, -1, 1])


def test_a_lie_is_told_to_every_order():
    """The second derivative of x³, with its second factor held still."""
    def f(x):
        return x * lax.stop_gradient(x) * x
    assert mj.grad(f)(3.0) == 18
    assert mj.grad(mj.grad(f))(3.0) == 6
    assert mj.grad(mj.jit(mj.grad(f)))(3.0) == 6


def test_the_mirror_turns_every_cotangent():
    @mj.custom_vjp
    def mirror(x):
        return x
    mirror.defvjp(lambda x: (x, None), lambda _, ct: (-ct,))
    for m in mirror, mj.jit(mirror), mj.vmap(mirror):
        np.testing.assert_array_equal(
            mj.grad(lambda x, m=m: jnp.sum(m(x) ** 2))(X), -2 * X)
        np.testing.assert_array_equal(
            mj.grad(lambda x, m=m: jnp.sum(m(m(x)) * X))(X), X)


@pytest.mark.parametrize("honest, power", [(True, 2), (False, 1)])
def test_through_a_step(honest, power):
    """The slope of k (w' - c)² / 2 after a step is k (w - c) (1 - a k)^p."""
    k, c, a, w = 4.0, 1.5, 0.08, 0.2
    hold = (lambda x: x) if honest else lax.stop_gradient

    def task(w):
        return k * (w - c) ** 2 / 2

    def after(w):
        return task(w - a * hold(mj.grad(task)(w)))
    want = k * (w - c) * (1 - a * k) ** power
    for f in after, mj.jit(after):
        np.testing.assert_allclose(mj.grad(f)(w), want, rtol=1e-5)


def test_a_held_target_is_half_a_gradient():
    def error(w):
        return (0.9 * lax.stop_gradient(2 * w) - w) ** 2 / 2
    w = 1.0
    for _ in range(20):
        w = w - 0.1 * mj.grad(error)(w)
    np.testing.assert_allclose(w, 1.08**20, rtol=1e-5)


def test_clipping_each_example_is_the_loop():
    rng = np.random.default_rng(0)
    rows, p = rng.normal(size=(5, 3)), jnp.asarray(rng.normal(size=3))

    def loss(p, x):
        return jnp.sin(p @ x) * 3

    def clipped(p, x):
        g = mj.grad(loss)(p, x)
        return g * jnp.minimum(1.0, 0.5 / jnp.sqrt(g @ g))
    got = mj.jit(lambda p: jnp.mean(mj.vmap(clipped, (None, 0))(
        p, rows), axis=0))(p)
    each = [3 * np.cos(np.asarray(p) @ x) * x for x in rows]
    want = np.mean([g * min(1, 0.5 / np.linalg.norm(g)) for g in each], 0)
    np.testing.assert_allclose(got, want, rtol=1e-5)
