"""Roots, linear solves and differential equations are JAX's."""

import numpy as np
import pytest

import minijax

jax = pytest.importorskip("jax")
pytest.importorskip("jax.experimental.ode")

MODULES = minijax, jax
RNG = np.random.default_rng(17)
A = RNG.normal(size=(3, 3)) + 4 * np.eye(3)
B = RNG.normal(size=3)
T = np.array([0.0, 0.4, 1.0, 2.5])


@pytest.fixture(autouse=True)
def wide():
    jax.config.update("jax_enable_x64", True)
    with minijax.enable_x64():
        yield
    jax.config.update("jax_enable_x64", False)


def same(of, tolerance=1e-7):
    ours, theirs = (m.tree.map(np.asarray, of(m)) for m in MODULES)
    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs),
                    strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(a, b, tolerance, tolerance)


def scalar_solve(m, f, x):
    def body(_, x):
        y, slope = m.jvp(f, (x,), (1.0,))
        return x - y / slope
    return m.lax.fori_loop(0, 30, body, x)


def root(m):
    def f(c):
        return m.lax.custom_root(
            lambda x: x**3 + c * x - 2, 1.0,
            lambda f, x: scalar_solve(m, f, x), lambda g, y: y / g(1.0))
    return f


def tree_root(m):
    np_ = m.numpy

    def solve(f, x):
        def body(_, x):
            return m.tree.map(lambda x, r: x - r / 4, x, f(x))
        x = m.lax.fori_loop(0, 80, body, x)
        return x, {"left": f(x)}

    def tangent(g, y):
        zero = m.tree.map(np_.zeros_like, y)
        return m.lax.fori_loop(0, 80, lambda _, z: m.tree.map(
            lambda z, y, gz: z + (y - gz) / 4, z, y, g(z)), zero)

    def f(b):
        return m.lax.custom_root(
            lambda x: {"u": 4 * x["u"] - x["v"][0] - b,
                       "v": (4 * x["v"][0] + x["u"] ** 2,)},
            {"u": 0.0, "v": (0.0,)}, solve, tangent, has_aux=True)
    return f


def solve(m, symmetric=False):
    def dense(matvec, b):
        return m.numpy.linalg.solve(m.jacobian(matvec)(b), b)

    def f(a, b):
        if symmetric:
            a = a + a.T
            return m.lax.custom_linear_solve(lambda x: a @ x, b, dense,
                                             symmetric=True)
        return m.lax.custom_linear_solve(lambda x: a @ x, b, dense, dense)
    return f


WAYS = {
    "value": lambda m, f, x: f(x),
    "jvp": lambda m, f, x: m.jvp(f, (x,), (x,)),
    "jacrev": lambda m, f, x: m.jacrev(f)(x),
    "hessian": lambda m, f, x: m.hessian(f)(x),
    "jacrev2": lambda m, f, x: m.jacrev(m.jacrev(f))(x),
    "jit": lambda m, f, x: m.jit(m.jacrev(f))(x),
    "vmap": lambda m, f, x: m.vmap(m.jacfwd(f))(m.numpy.stack([x, 1.1 * x])),
    "vmap back": lambda m, f, x: m.jit(m.vmap(m.jacrev(f)))(
        m.numpy.stack([x, 1.1 * x])),
}
FUNCTIONS = {
    "root": (root, 1.5),
    "tree_root": (tree_root, 1.5),
    "solve, by the matrix": (
        lambda m: lambda a: solve(m)(a, m.numpy.asarray(B)), A),
    "solve, by the right-hand side": (
        lambda m: lambda b: solve(m)(m.numpy.asarray(A), b), B),
    "symmetric": (
        lambda m: lambda a: solve(m, True)(a, m.numpy.asarray(B)), A),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_same_values_and_derivatives(name, way):
    make, x = FUNCTIONS[name]
    same(lambda m: WAYS[way](m, make(m), m.numpy.asarray(x)))


def spring(m):
    def f(y, t, p):
        return {"x": y["v"], "v": -p["w"] ** 2 * y["x"] + m.numpy.sin(t)}
    return f


def odeint(m, *args, **limits):
    if m is jax:
        from jax.experimental.ode import odeint
        return odeint(*args, **limits)
    return m.experimental.ode.odeint(*args, **limits)


def trajectory(m):
    def f(x0, t, w):
        y0 = {"x": x0, "v": m.numpy.zeros(2)}
        y = odeint(m, spring(m), y0, t, {"w": w})
        return m.numpy.sum(y["x"] * m.numpy.arange(1.0, 5.0)[:, None])
    return f


ODE = {
    "value": lambda m, f: f,
    "grad": lambda m, f: m.grad(f, (0, 1, 2)),
    "jit": lambda m, f: m.jit(m.grad(f, (0, 1, 2))),
    "vmap": lambda m, f: lambda x, t, w: m.vmap(
        m.grad(f, (0, 1, 2)), (None, None, 0))(
            x, t, m.numpy.stack([w, 2 * w])),
}


@pytest.mark.parametrize("way", ODE)
def test_odeint(way):
    same(lambda m: ODE[way](m, trajectory(m))(
        m.numpy.array([1.0, -0.5]), m.numpy.asarray(T),
        m.numpy.asarray(1.7)), 1e-5)


def test_odeint_of_closures_and_complex_numbers():
    def f(m):
        def turned(w):
            y = odeint(m, lambda y, t: 1j * w * y, m.numpy.asarray(1 + 0j),
                       m.numpy.asarray(T))
            return y[-1].real
        return m.grad(turned)(1.3)
    same(f, 1e-5)


ERRORS = {
    "f": lambda m: m.lax.custom_root(lambda x: (x, x), 0.0, lambda f, x: x,
                                     lambda f, x: x),
    "solve": lambda m: m.lax.custom_root(
        lambda x: x, 0.0, lambda f, x: (x, x), lambda f, x: x),
    "tangent_solve": lambda m: m.lax.custom_root(
        lambda x: x, 0.0, lambda f, x: x, lambda f, x: (x, x)),
    "matvec": lambda m: m.lax.custom_linear_solve(
        lambda x: [x], m.numpy.zeros(2), lambda f, b: b),
    "matvec() output shapes": lambda m: m.lax.custom_linear_solve(
        lambda x: x[:1], m.numpy.zeros(2), lambda f, b: b),
    "transpose_solve() output shapes": lambda m: m.lax.custom_linear_solve(
        lambda x: x, m.numpy.zeros(2), lambda f, b: b, lambda f, b: b[:1]),
    "t must be an array of floats": lambda m: odeint(
        m, lambda y, t: y, 1.0, m.numpy.arange(3)),
    "transpose_solve required for backwards mode": lambda m: m.grad(
        lambda b: m.lax.custom_linear_solve(
            lambda x: x, b, lambda f, b: b))(1.0),
}


@pytest.mark.parametrize("words", ERRORS)
def test_same_kind_of_error(words):
    kinds = []
    for m in MODULES:
        with pytest.raises(Exception) as e:
            ERRORS[words](m)
        assert words in str(e.value)
        kinds.append(e.type)
    assert issubclass(kinds[0], kinds[1])
