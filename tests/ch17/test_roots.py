"""custom_root: the derivative is the root's, whatever the solver did."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.test_util import check_grads


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64():
        yield


def newton(f, x):
    """Fifty rounds at most, which no derivative could go back through."""
    def going(state):
        n, x = state
        return (n < 50) & (jnp.abs(f(x)) > 1e-14)

    def body(state):
        n, x = state
        y, slope = mj.jvp(f, (x,), (1.0,))
        return n + 1, x - y / slope
    return lax.while_loop(going, body, (0, x))[1]


def bisection(f, _):
    def body(_, ends):
        low, high = ends
        mid = (low + high) / 2
        below = f(mid) < 0
        return jnp.where(below, mid, low), jnp.where(below, high, mid)
    return lax.fori_loop(0, 60, body, (0.0, 100.0))[0]


def divide(g, y):
    return y / g(1.0)


def root(c, solve=newton):
    return lax.custom_root(lambda x: x**2 - c, 1.0, solve, divide)


@pytest.mark.parametrize("solve", [newton, bisection])
def test_square_root(solve):
    def f(c):
        return root(c, solve)
    assert np.isclose(f(3.0), 3**0.5)
    assert np.isclose(mj.grad(f)(3.0), 0.5 * 3**-0.5)
    assert np.isclose(mj.grad(mj.grad(f))(3.0), -0.25 * 3**-1.5)
    assert np.isclose(mj.grad(mj.grad(mj.grad(f)))(3.0), 0.375 * 3**-2.5)


def test_all_mixtures_of_modes():
    check_grads(root, (3.0,), order=3)


WAYS = {
    "jvp": lambda c: mj.jvp(root, (c,), (1.0,))[1],
    "linearize": lambda c: mj.linearize(root, c)[1](1.0),
    "grad of jit": mj.grad(mj.jit(root)),
    "jit of grad": mj.jit(mj.grad(root)),
    "jacfwd": mj.jacfwd(root),
    "jacrev": mj.jacrev(root),
    "in a scan": mj.grad(lambda c: lax.scan(
        lambda s, _: (s, root(s)), c, length=1)[1][0]),
    "in a cond": mj.grad(lambda c: lax.cond(c > 0, root, lambda c: c, c)),
}


@pytest.mark.parametrize("way", WAYS)
def test_ways(way):
    assert np.isclose(WAYS[way](3.0), 0.5 * 3**-0.5)


def test_vmap():
    cs = np.array([0.5, 2.0, 9.0])
    assert np.allclose(mj.vmap(root)(cs), cs**0.5)
    for f in (mj.vmap(mj.grad(root)), mj.jit(mj.vmap(mj.grad(root))),
              mj.grad(lambda cs: jnp.sum(mj.vmap(root)(cs)))):
        assert np.allclose(f(cs), 0.5 * cs**-0.5)


def test_the_guess_has_no_derivative():
    def f(guess):
        return lax.custom_root(lambda x: x**2 - 3, guess, newton, divide)
    assert mj.grad(f)(2.0) == 0
    assert mj.jvp(f, (2.0,), (1.0,))[1] == 0


def test_the_solver_is_not_differentiated():
    """What only the solver closes over has no say in the derivative."""
    def f(c, hint):
        return lax.custom_root(
            lambda x: x**2 - c, 1.0, lambda f, x: newton(f, x + hint), divide)
    slope_c, slope_hint = mj.grad(f, (0, 1))(3.0, 0.5)
    assert np.isclose(slope_c, 0.5 * 3**-0.5)
    assert slope_hint == 0


def test_closed_over_twice():
    """Two traces at once: the inner root depends on both unknowns."""
    def f(a):
        def inner(b):
            return lax.custom_root(lambda x: x**3 - a * b, 1.0, newton, divide)
        return mj.grad(inner)(2.0) * a
    # b-derivative of (ab)^(1/3), times a: a^(4/3) 2^(-2/3) / 3
    assert np.isclose(mj.grad(f)(3.0), 4 / 9 * 3**(1 / 3) * 2**(-2 / 3))


def jacobi(matrix):
    """Solves g(z) = y for g near a multiple of the identity."""
    def solve(g, y):
        def body(_, z):
            return mj.tree.map(lambda z, y, gz: z + (y - gz) / matrix,
                               z, y, g(z))
        return lax.fori_loop(0, 80, body, mj.tree.map(jnp.zeros_like, y))
    return solve


A = np.array([[4.0, 1.0, 0.0], [-1.0, 4.0, 0.5], [0.3, 0.2, 4.0]])


def vector_root(b):
    def f(x):
        return A @ x + 0.1 * jnp.sin(x) - b
    return lax.custom_root(f, jnp.zeros(3), jacobi_root, jacobi(4.0))


def jacobi_root(f, x):
    return lax.fori_loop(0, 80, lambda _, x: x - f(x) / 4, x)


def test_vector():
    b = np.array([1.0, -2.0, 0.5])
    x = vector_root(b)
    assert np.allclose(A @ x + 0.1 * np.sin(x) - b, 0)
    want = np.linalg.inv(A + 0.1 * np.diag(np.cos(x)))
    assert np.allclose(mj.jacrev(vector_root)(b), want)
    assert np.allclose(mj.jacfwd(vector_root)(b), want)
    check_grads(vector_root, (b,), order=2)


def test_tree():
    def f(b):
        def residual(x):
            return {"u": 4 * x["u"] - x["v"][0] - b,
                    "v": (4 * x["v"][0] + x["u"] ** 2,)}
        return lax.custom_root(
            residual, {"u": 0.0, "v": (0.0,)}, lambda f, x: lax.fori_loop(
                0, 60, lambda _, x: mj.tree.map(
                    lambda x, r: x - r / 4, x, f(x)), x), jacobi(4.0))
    x = f(1.0)
    assert np.isclose(4 * x["u"] - x["v"][0], 1)
    assert np.isclose(x["v"][0], -x["u"] ** 2 / 4)
    check_grads(f, (1.0,), order=2)
    assert np.isclose(mj.grad(lambda b: f(b)["u"])(1.0),
                      1 / (4 + x["u"] / 2))


def test_aux():
    def solve(f, x):
        return newton(f, x), {"rounds": 7, "left": f(x)}

    def f(c):
        return lax.custom_root(lambda x: x**2 - c, 1.0, solve, divide,
                               has_aux=True)
    x, aux = f(4.0)
    assert np.isclose(x, 2) and aux["rounds"] == 7 and aux["left"] == -3
    slope, aux = mj.grad(f, has_aux=True)(4.0)
    assert np.isclose(slope, 0.25) and aux["rounds"] == 7
    assert mj.jvp(f, (4.0,), (1.0,))[1][1]["left"] == 0
    xs, aux = mj.vmap(f)(np.array([4.0, 9.0]))
    assert np.allclose(xs, [2, 3]) and np.allclose(aux["left"], [-3, -8])


ERRORS = {
    "f() output pytree structure must match initial_guess":
        lambda: lax.custom_root(lambda x: (x, x), 0.0, newton, divide),
    "solve() output pytree structure must match initial_guess":
        lambda: lax.custom_root(lambda x: x, 0.0, lambda f, x: (x, x), divide),
    "tangent_solve() output pytree structure must match initial_guess":
        lambda: lax.custom_root(lambda x: x, 0.0, lambda f, x: x,
                                lambda g, y: (y, y)),
    "With has_aux it returns a pair (solution, aux)":
        lambda: lax.custom_root(lambda x: x, 0.0, lambda f, x: x, divide,
                                has_aux=True),
    "f() output shapes must match initial_guess, got [()] and [(2,)]":
        lambda: lax.custom_root(jnp.sum, jnp.zeros(2), lambda f, x: x, divide),
    "custom_root": lambda: lax.custom_root(
        lambda x: x, "guess", lambda f, x: x, divide),
}


@pytest.mark.parametrize("words", ERRORS)
def test_errors(words):
    with pytest.raises((TypeError, ValueError)) as e:
        ERRORS[words]()
    assert words in str(e.value)


def test_errors_of_a_solver_are_its_own():
    with pytest.raises(ZeroDivisionError):
        lax.custom_root(lambda x: x, 0.0, lambda f, x: 1 / 0, divide)
