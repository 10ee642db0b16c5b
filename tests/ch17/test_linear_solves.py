"""custom_linear_solve: derivatives of x in A x = b, however it is solved."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.test_util import check_grads

RNG = np.random.default_rng(17)
A = RNG.normal(size=(3, 3)) + 4 * np.eye(3)
S = A @ A.T
B = RNG.normal(size=3)


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64():
        yield


def richardson(matvec, b):
    """x <- x + (b - A x) / 8, for a matrix near 4."""
    return lax.fori_loop(0, 200, lambda _, x: mj.tree.map(
        lambda x, b, ax: x + (b - ax) / 8, x, b, matvec(x)),
        mj.tree.map(jnp.zeros_like, b))


def conjugate_gradients(matvec, b):
    def going(state):
        return jnp.vdot(state[1], state[1]) > 1e-26

    def body(state):
        x, r, p = state
        ap, rr = matvec(p), jnp.vdot(r, r)
        step = rr / jnp.vdot(p, ap)
        x, r = x + step * p, r - step * ap
        return x, r, r + jnp.vdot(r, r) / rr * p
    return lax.while_loop(going, body, (jnp.zeros_like(b), b, b))[0]


def solve(a, b):
    return lax.custom_linear_solve(lambda x: a @ x, b, richardson, richardson)


def solve_symmetric(a, b):
    a = (a + a.T) / 2
    return lax.custom_linear_solve(lambda x: a @ x, b, conjugate_gradients,
                                   symmetric=True)


PAIRS = [(solve, A), (solve_symmetric, S)]


@pytest.mark.parametrize("solve, a", PAIRS)
def test_solution_and_derivatives(solve, a):
    assert np.allclose(solve(a, B), np.linalg.solve(a, B))
    inverse = np.linalg.inv(a)
    for jacobian in mj.jacfwd, mj.jacrev:
        assert np.allclose(jacobian(solve, 1)(a, B), inverse)
    x = inverse @ B
    want = -np.einsum("ij,k->ijk", inverse, x)  # dx_i by da_jk
    if solve is solve_symmetric:
        want = (want + np.swapaxes(want, 1, 2)) / 2
    for jacobian in mj.jacfwd, mj.jacrev:
        assert np.allclose(jacobian(solve)(a, B), want)


@pytest.mark.parametrize("solve, a", PAIRS)
def test_second_order_in_all_mixtures(solve, a):
    check_grads(solve, (a, B), order=2, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("solve, a", PAIRS)
def test_jit(solve, a):
    assert np.allclose(mj.jit(solve)(a, B), np.linalg.solve(a, B))

    def f(a, b):
        return jnp.sum(jnp.sin(solve(a, b)))
    want = mj.grad(f, (0, 1))(a, B)
    for g in mj.jit(mj.grad(f, (0, 1))), mj.grad(mj.jit(f), (0, 1)):
        for got, expected in zip(g(a, B), want, strict=True):
            assert np.allclose(got, expected)


@pytest.mark.parametrize("axes", [(0, None), (None, 0), (0, 0), (2, 1)])
@pytest.mark.parametrize("solve, a", PAIRS)
def test_vmap_of_each_operand(solve, a, axes):
    many = np.stack([a, 1.1 * a]), np.stack([B, 2 * B])
    args = [x[0] if axis is None else np.moveaxis(x, 0, axis)
            for x, axis in zip(many, axes, strict=True)]
    got = mj.vmap(solve, axes)(*args)
    picks = [[x[0 if axis is None else i] for x, axis in zip(
        many, axes, strict=True)] for i in range(2)]
    assert np.allclose(got, [np.linalg.solve(*pick) for pick in picks])
    slopes = mj.vmap(mj.grad(lambda a, b: solve(a, b)[0], (0, 1)), axes)
    each = [mj.grad(lambda a, b: solve(a, b)[0], (0, 1))(*pick)
            for pick in picks]
    for got, want in zip(slopes(*args), zip(*each, strict=True), strict=True):
        assert np.allclose(got, np.stack(want))


def test_grad_of_vmap_adds_up():
    bs = np.stack([B, 2 * B, -B])

    def f(a):
        return jnp.sum(mj.vmap(solve, (None, 0))(a, bs) ** 2)
    check_grads(f, (A,), order=2, atol=1e-4, rtol=1e-4)


def test_without_transpose_solve():
    def f(b):
        return lax.custom_linear_solve(lambda x: A @ x, b, richardson)
    assert np.allclose(mj.jvp(f, (B,), (B,))[1], np.linalg.solve(A, B))
    with pytest.raises(TypeError, match="transpose_solve required") as e:
        mj.grad(lambda b: f(b)[0])(B)
    assert "symmetric=True" in str(e.value)


def test_a_declared_symmetry_is_believed():
    """The matrix is not symmetric: the tangent is right, the pull is not."""
    def f(b):
        return lax.custom_linear_solve(lambda x: A @ x, b, richardson,
                                       symmetric=True)
    assert np.allclose(mj.jacfwd(f)(B), np.linalg.inv(A))
    assert np.allclose(mj.jacrev(f)(B), np.linalg.inv(A).T)


def test_linear_transpose_of_a_solve():
    pull = mj.linear_transpose(lambda b: solve(A, b), B)
    assert np.allclose(pull(B)[0], np.linalg.solve(A.T, B))


def test_tree():
    b = {"p": jnp.asarray(1.0), "q": jnp.asarray([2.0, -1.0])}

    def f(c, b):
        def matvec(x):
            return {"p": 8 * x["p"] + c * x["q"][0],
                    "q": 7 * x["q"] - x["p"]}
        return lax.custom_linear_solve(matvec, b, richardson, richardson)
    x = f(0.5, b)
    assert np.isclose(8 * x["p"] + 0.5 * x["q"][0], 1)
    check_grads(f, (0.5, b), order=2, atol=1e-4, rtol=1e-4)


def test_aux():
    def with_aux(matvec, b):
        return richardson(matvec, b), {"asked": jnp.sum(b)}

    def f(a, b):
        return lax.custom_linear_solve(lambda x: a @ x, b, with_aux, with_aux,
                                       has_aux=True)
    x, aux = f(A, B)
    assert np.allclose(x, np.linalg.solve(A, B))
    assert np.isclose(aux["asked"], B.sum())
    (_, dots), want = mj.jvp(f, (A, B), (A, B)), mj.jvp(solve, (A, B), (A, B))
    assert np.allclose(dots[0], want[1]) and dots[1]["asked"] == 0
    got = mj.grad(lambda *args: f(*args)[0][0], (0, 1))(A, B)
    for g, w in zip(got, mj.grad(lambda *args: solve(*args)[0], (0, 1))(A, B),
                    strict=True):
        assert np.allclose(g, w)
    many = mj.vmap(f, (None, 0))(A, np.stack([B, 2 * B]))
    assert np.allclose(many[1]["asked"], [B.sum(), 2 * B.sum()])


def test_what_it_looks_like():
    text = str(mj.make_jaxpr(solve)(A, B))
    assert "custom_linear_solve" in text


def test_the_backward_pass_keeps_no_rounds():
    """Residuals: the matrix and the solution, not 200 iterates."""
    _, pull = mj.vjp(solve, A, B)
    kept = sum(x.size for x in mj.tree.leaves(pull))
    assert kept <= 3 * A.size + 3 * B.size


ERRORS = {
    "matvec() output shapes must match b": lambda: lax.custom_linear_solve(
        lambda x: x[:2], B, richardson),
    "solve() output shapes must match b": lambda: lax.custom_linear_solve(
        lambda x: x, B, lambda f, b: b[:2]),
    "transpose_solve() output shapes must match b":
        lambda: lax.custom_linear_solve(lambda x: x, B, lambda f, b: b,
                                        lambda f, b: b[:2]),
    "matvec() output pytree structure must match b":
        lambda: lax.custom_linear_solve(lambda x: [x], B, richardson),
    "With has_aux it returns a pair": lambda: lax.custom_linear_solve(
        lambda x: x, B, lambda f, b: b, has_aux=True),
}


@pytest.mark.parametrize("words", ERRORS)
def test_errors(words):
    with pytest.raises((TypeError, ValueError)) as e:
        ERRORS[words]()
    assert words in str(e.value)


def test_matvec_must_be_linear_to_be_transposed():
    with pytest.raises(NotImplementedError, match="sin is not linear"):
        lax.custom_linear_solve(jnp.sin, B, lambda f, b: b, lambda f, b: b)
