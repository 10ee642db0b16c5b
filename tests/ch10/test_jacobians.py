"""Jacobians and Hessians: closed forms, containers, modes, errors."""

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp

rng = np.random.default_rng(0)
A = rng.normal(size=(4, 3))
X = rng.normal(size=3)
BOTH = [mj.jacfwd, mj.jacrev]


@pytest.mark.parametrize("jac", BOTH)
def test_a_linear_map_is_its_own_jacobian(jac):
    np.testing.assert_allclose(jac(lambda x: A @ x)(X), A, rtol=1e-14)


@pytest.mark.parametrize("jac", BOTH)
def test_closed_form(jac):
    got = jac(lambda x: jnp.sin(A @ x))(X)
    np.testing.assert_allclose(got, np.cos(A @ X)[:, None] * A, rtol=1e-13)


@pytest.mark.parametrize("jac", BOTH)
@pytest.mark.parametrize("shape_in", [(), (2,), (2, 3), (0,)])
@pytest.mark.parametrize("shape_out", [(), (4,), (3, 2)])
def test_shapes(jac, shape_in, shape_out):
    w = rng.normal(size=(*shape_out, *shape_in))
    x = rng.normal(size=shape_in)
    got = jac(lambda x: jnp.tensordot(w, x, len(shape_in)))(x)
    assert got.shape == w.shape
    np.testing.assert_allclose(got, w, rtol=1e-13)


@pytest.mark.parametrize("jac", BOTH)
def test_containers_in_and_out(jac):
    def f(p, x):
        y = p["w"] @ x + p["b"]
        return {"y": y, "pair": (y.sum(), x[0])}
    p = {"w": rng.normal(size=(2, 3)), "b": rng.normal(size=2)}
    j = jac(f)(p, X)
    assert mj.tree.map(jnp.shape, j) == {
        "y": {"w": (2, 2, 3), "b": (2, 2)},
        "pair": ({"w": (2, 3), "b": (2,)}, {"w": (2, 3), "b": (2,)})}
    np.testing.assert_allclose(j["y"]["b"], np.eye(2))
    np.testing.assert_allclose(j["y"]["w"][1, 1], X)
    np.testing.assert_allclose(j["pair"][0]["w"], np.stack([X, X]))
    both = jac(f, (0, 1))(p, X)
    np.testing.assert_allclose(both["y"][1], p["w"])
    np.testing.assert_allclose(both["pair"][1][1], [1, 0, 0])
    np.testing.assert_allclose(jac(f, argnums=-1)(p, X)["y"], p["w"])


@pytest.mark.parametrize("jac", BOTH)
def test_has_aux_and_keywords(jac):
    j, aux = jac(lambda x, k=1.0: (x * k, {"twice": 2 * x}), has_aux=True)(
        X, k=3.0)
    np.testing.assert_allclose(j, 3 * np.eye(3))
    np.testing.assert_allclose(aux["twice"], 2 * X)


@pytest.mark.parametrize("jac", BOTH)
def test_holomorphic(jac):
    z = X + 1j * X[::-1]
    got = jac(lambda z: jnp.exp(1j * z), holomorphic=True)(z)
    np.testing.assert_allclose(got, np.diag(1j * np.exp(1j * z)), rtol=1e-13)


@pytest.mark.parametrize("x, words", [
    (1, "Write 2.0, not 2 .*leave the argument out of argnums"),
    (1j, "holomorphic=True; otherwise use jvp, along 1 and along 1j"),
])
def test_the_remedy_is_for_what_was_given(x, words):
    with pytest.raises(TypeError, match=words):
        mj.jacfwd(lambda x: x)(x)


def test_integers_where_they_are_allowed():
    j = mj.jacrev(lambda n, x: n * x, (0, 1), allow_int=True)(
        np.arange(3), X)
    assert (j[0].dtype, j[0].shape) == (mj.float0, (3, 3))
    np.testing.assert_allclose(j[1], np.diag([0.0, 1.0, 2.0]))


def test_no_number_in_means_no_column():
    assert mj.jacfwd(lambda x: x * 2)(np.zeros((0, 2))).shape == (0, 2, 0, 2)


def test_complex_input_of_a_real_function():
    z = X + 1j * X[::-1]
    got = mj.jacrev(lambda z: jnp.abs(z) ** 2)(z)
    np.testing.assert_allclose(got, np.diag(2 * np.conj(z)), rtol=1e-13)


def test_forward_mode_of_complex_outputs():
    got = mj.jacfwd(lambda x: jnp.exp(1j * x))(X)
    np.testing.assert_allclose(got, np.diag(1j * np.exp(1j * X)), rtol=1e-13)


def f_of(x):
    return jnp.sum(jnp.tanh(A @ x) ** 2)


@pytest.mark.parametrize("inner", [mj.jacfwd, mj.jacrev, mj.grad])
@pytest.mark.parametrize("outer", BOTH)
def test_hessians_four_ways(outer, inner):
    t = np.tanh(A @ X)
    s = 1 - t**2
    want = A.T @ np.diag(2 * s**2 - 4 * t**2 * s) @ A
    np.testing.assert_allclose(outer(inner(f_of))(X), want, rtol=1e-11)
    np.testing.assert_allclose(mj.hessian(f_of)(X), want, rtol=1e-11)


def test_the_hessian_of_containers():
    def f(p):
        return p["a"] ** 2 * p["b"].sum() + jnp.sum(p["b"] ** 3)
    b = np.array([1.0, 2.0])
    h = mj.hessian(f)({"a": np.float64(3.0), "b": b})
    assert float(h["a"]["a"]) == 6.0
    np.testing.assert_allclose(h["a"]["b"], [6.0, 6.0])
    np.testing.assert_allclose(h["b"]["a"], [6.0, 6.0])
    np.testing.assert_allclose(h["b"]["b"], np.diag(6 * b))


def test_the_hessian_of_a_vector_valued_function():
    h = mj.hessian(lambda x: x**3)(X)
    want = np.zeros((3, 3, 3))
    want[range(3), range(3), range(3)] = 6 * X
    np.testing.assert_allclose(h, want, rtol=1e-13)
    h, aux = mj.hessian(lambda x: (x @ x, x.sum()), has_aux=True)(X)
    np.testing.assert_allclose(h, 2 * np.eye(3))


def test_products_without_the_matrix():
    u, v = rng.normal(size=4), rng.normal(size=3)
    f = lambda x: jnp.sin(A @ x)  # noqa: E731
    j = np.asarray(mj.jacfwd(f)(X))
    np.testing.assert_allclose(mj.jvp(f, (X,), (v,))[1], j @ v)
    np.testing.assert_allclose(mj.vjp(f, X)[1](u)[0], u @ j)
    many = rng.normal(size=(7, 4))
    np.testing.assert_allclose(
        mj.vmap(mj.vjp(f, X)[1])(many)[0], many @ j, rtol=1e-12)


def test_jacobians_of_jacobians_and_under_vmap():
    xs = rng.normal(size=(5, 3))
    got = mj.vmap(mj.jacrev(lambda x: jnp.sin(A @ x)))(xs)
    want = np.cos(xs @ A.T)[:, :, None] * A
    np.testing.assert_allclose(got, want, rtol=1e-12)
    third = mj.jacfwd(mj.hessian(lambda x: jnp.sum(x**3)))(X)
    diagonal = np.asarray(third)[range(3), range(3), range(3)]
    np.testing.assert_allclose(diagonal, [6.0] * 3)
    mj.test_util.check_grads(mj.jacfwd(f_of), (X,), 1, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("call, words", [
    (lambda: mj.jacfwd(3), "Expected a callable value, got 3"),
    (lambda: mj.jacfwd(lambda x: x)(1), "jacfwd requires real-valued inputs"
     ".*int32 for argument 0. Write 2.0"),
    (lambda: mj.jacrev(lambda x: x)(1), "jacrev requires real- or complex"),
    (lambda: mj.hessian(lambda x: x)(1), "int32"),
    (lambda: mj.jacfwd(lambda d: d["a"])({"a": 1.0, "b": [2]}),
     r"argument 0\['b'\]\[0\]"),
    (lambda: mj.jacfwd(lambda x: x)(1j), "holomorphic=True"),
    (lambda: mj.jacrev(lambda x: x * 1j)(1.0), "real-valued outputs"),
    (lambda: mj.jacfwd(lambda x: x, holomorphic=True)(1.0),
     "inputs with complex dtype"),
    (lambda: mj.jacrev(lambda x: x.real, holomorphic=True)(1j),
     "outputs with complex dtype"),
    (lambda: mj.jacfwd(lambda x: x, 1)(1.0), "at least 2 positional"),
    (lambda: mj.jacrev(lambda x: x, "x")(1.0), "argnums must be an int"),
    (lambda: mj.jacfwd(lambda x: "a")(1.0), "not a valid JAX type"),
])
def test_misuse_has_a_remedy(call, words):
    with pytest.raises(TypeError, match=f"(?s){words}"):
        call()
    assert mj.core.current.trace is mj.core.eval_trace
