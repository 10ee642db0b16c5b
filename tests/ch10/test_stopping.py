"""stop_gradient: the same values, and no derivative of any order."""

import math

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp

X = np.array([0.5, -1.0, 2.0])
HALF, FULL = 3 * X**2, 5 * X**4


def held(x):
    """x⁵ to look at, of which derivatives see x³ only."""
    return lax.stop_gradient(x) ** 2 * x**3


@pytest.fixture(autouse=True)
def x64():
    with mj.enable_x64(True):
        yield


def test_the_value_is_the_same():
    np.testing.assert_array_equal(lax.stop_gradient(X), X)
    np.testing.assert_allclose(held(X), X**5, rtol=1e-15)


def test_first_and_second_derivative_hold_it_still():
    np.testing.assert_allclose(mj.grad(lambda x: held(x).sum())(X),
                               X**2 * HALF, rtol=1e-14)
    for second in (mj.grad(mj.grad(held)), mj.hessian(held),
                   mj.jacfwd(mj.jacfwd(held)), mj.jacrev(mj.jacfwd(held))):
        np.testing.assert_allclose(second(2.0), 4 * 6 * 2.0, rtol=1e-14)


def test_every_way_of_differentiating_agrees():
    t = np.array([1.0, 2.0, -3.0])
    want = X**2 * HALF * t
    value, tangent = mj.jvp(held, (X,), (t,))
    np.testing.assert_allclose(value, X**5, rtol=1e-15)
    np.testing.assert_allclose(tangent, want, rtol=1e-14)
    value, push = mj.linearize(held, X)
    np.testing.assert_allclose(value, X**5, rtol=1e-15)
    np.testing.assert_allclose(push(t), want, rtol=1e-14)
    np.testing.assert_allclose(mj.vjp(held, X)[1](t)[0], want, rtol=1e-14)
    for jac in mj.jacfwd, mj.jacrev:
        np.testing.assert_allclose(jac(held)(X), np.diag(X**2 * HALF),
                                   rtol=1e-14)


def test_alone_it_has_the_slope_zero():
    assert float(mj.grad(lax.stop_gradient)(3.0)) == 0
    assert float(mj.vjp(lax.stop_gradient, 3.0)[1](1.0)[0]) == 0
    assert float(mj.jvp(lax.stop_gradient, (3.0,), (1.0,))[1]) == 0


def test_what_is_held_goes_on_as_a_plain_number():
    def f(x):
        steps = int(lax.stop_gradient(x))  # refused for x itself
        return x**2 * steps
    assert float(mj.grad(f)(3.5)) == 21.0


def test_vmap_of_grad_and_grad_of_vmap():
    each = mj.vmap(mj.grad(held))(X)
    np.testing.assert_allclose(each, X**2 * HALF, rtol=1e-14)
    total = mj.grad(lambda x: mj.vmap(held)(x).sum())(X)
    np.testing.assert_allclose(total, each, rtol=1e-15)


@pytest.mark.parametrize("axis", [0, 1])
def test_the_examples_stay_where_they_are(axis):
    table = np.arange(6.0).reshape(2, 3)
    got = mj.vmap(lax.stop_gradient, axis, axis)(table)
    np.testing.assert_array_equal(got, table)


def test_a_derivative_outside_is_held_too():
    def outer(x):
        return mj.grad(lambda y: lax.stop_gradient(x) * y * x)(2.0)
    assert float(mj.grad(outer)(3.0)) == 3.0  # x·x, of which one x moves


def test_containers_and_what_has_no_slope():
    tree = {"x": X, "n": 3, "i": np.arange(2), "pair": (1.5, None),
            "yes": True, "z": 1j * X}
    got = lax.stop_gradient(tree)
    assert mj.tree.structure(got) == mj.tree.structure(tree)
    for a, b in zip(mj.tree.leaves(got), mj.tree.leaves(tree), strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == jnp.asarray(b).dtype
    slopes = mj.grad(lambda p: jnp.sum(
        lax.stop_gradient(p)["x"] * p["x"] ** p["n"]), allow_int=True)(
            {"x": X, "n": 2})
    np.testing.assert_allclose(slopes["x"], 2 * X**2, rtol=1e-14)
    assert slopes["n"].dtype == mj.float0


def test_complex_numbers_are_held_too():
    z = np.array([1 + 2j, -0.5j])
    got = mj.jacfwd(lambda z: lax.stop_gradient(z) * z, holomorphic=True)(z)
    np.testing.assert_allclose(got, np.diag(z), rtol=1e-15)


def test_the_program_says_it():
    text = str(mj.make_jaxpr(mj.vmap(held))(X))
    assert "b:f64[3] = stop_gradient a" in text


def test_a_change_afterwards_changes_nothing():
    x = X.copy()
    y = lax.stop_gradient(x)
    x[:] = 0
    np.testing.assert_array_equal(y, X)


def test_a_tangent_cannot_be_held():
    with pytest.raises(NotImplementedError,
                       match="'stop_gradient' not implemented.*not a tangent"):
        mj.linear_transpose(lambda t: 2 * lax.stop_gradient(t), X)(X)


def test_what_is_no_array_is_refused():
    with pytest.raises(TypeError, match="stop_gradient .*str"):
        lax.stop_gradient({"a": "word"})


def resting_place(hold, at, to, houses):
    """Where the slopes of all steps between houses add up to zero."""
    def error(w, at, to):
        values = jnp.concatenate([jnp.zeros(1), w, jnp.ones(1)])
        return (hold(values)[to] - values[at]) ** 2 / 2

    def slope(w):
        return mj.vmap(mj.grad(error), (None, 0, 0))(w, at, to).sum(0)

    start = np.asarray(slope(np.zeros(houses)))
    columns = [np.asarray(slope(e)) - start for e in np.eye(houses)]
    return np.linalg.solve(np.stack(columns, 1), -start)


def test_temporal_differences_find_the_chances():
    """A walk between two doors, to the right in two of three steps."""
    at = np.repeat(np.arange(1, 5), 3)
    to = at + np.tile([1, 1, -1], 4)
    chances = (1 - 0.5 ** np.arange(1, 5)) / (1 - 0.5**5)
    np.testing.assert_allclose(
        resting_place(lax.stop_gradient, at, to, 4), chances, rtol=1e-10)
    seen = np.array([1, 3, 3, 3, 2])  # how often each way was walked
    springs = np.cumsum(1 / seen)[:-1] / np.sum(1 / seen)
    np.testing.assert_allclose(
        resting_place(lambda v: v, at, to, 4), springs, rtol=1e-10)


def test_half_a_gradient_is_no_gradient():
    def f(x, y):
        return jnp.sum((x - math.pi * y[::-1] ** 2) ** 2)

    J = np.asarray(mj.jacfwd(lambda x: mj.grad(f)(x, x))(X))
    H = np.asarray(mj.hessian(lambda x: f(x, lax.stop_gradient(x)))(X))
    want = 2 * np.eye(3)
    np.testing.assert_allclose(H, want, atol=1e-14)
    want[range(3), range(2, -1, -1)] -= 4 * math.pi * X[::-1]
    np.testing.assert_allclose(J, want, rtol=1e-13, atol=1e-13)
    assert np.abs(J - J.T).max() > 1
