"""Matrices: values against NumPy, derivatives against closed forms and
finite differences, vmap against a stack, jit against eager, refusals."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.lax.linalg.solving import cofactor_p
from minijax.numpy import linalg
from minijax.test_util import check_grads

rng = np.random.default_rng(18)


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64():
        yield


def draw(kind, *shape):
    x = rng.normal(size=shape)
    return x + 1j * rng.normal(size=shape) if kind == "c" else x


def adjoint(a):
    return np.conj(np.swapaxes(a, -1, -2))


def stacks(kind, batch=()):
    a = draw(kind, *batch, 4, 4)
    return {"square": a, "definite": a @ adjoint(a) + np.eye(4),
            "tall": a[..., :3], "wide": a[..., :3, :],
            "columns": draw(kind, *batch, 4, 2)}


def close(a, b, tol=1e-9):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), tol, tol)


def projectors(v):
    """What does not depend on the phases of the columns of v."""
    return v[..., :, None, :] * v[..., None, :, :].conj()


def by_svd(a):
    u, s, vh = linalg.svd(a, full_matrices=False)
    return u[..., :, :1] * s[..., :1, None] @ vh[..., :1, :]


CASES = {
    "cholesky": (linalg.cholesky, "definite"),
    "cholesky, upper": (lambda a: linalg.cholesky(a, upper=True),
                        "definite"),
    "solve": (linalg.solve, "square", "columns"),
    "inv": (linalg.inv, "square"),
    "det": (linalg.det, "square"),
    "cofactor": (cofactor_p.bind, "square"),
    "slogdet": (linalg.slogdet, "square"),
    "eigvalsh": (linalg.eigvalsh, "definite"),
    "eigh": (lambda a: projectors(linalg.eigh(a).eigenvectors), "definite"),
    "svdvals": (linalg.svdvals, "tall"),
    "svd, tall": (by_svd, "tall"),
    "svd, wide": (by_svd, "wide"),
    "qr, tall": (linalg.qr, "tall"),
    "qr, wide": (linalg.qr, "wide"),
    "lu": (lambda a: lax.linalg.lu(a)[0], "square"),
    "lu, tall": (lambda a: lax.linalg.lu(a)[0], "tall"),
    "lu, wide": (lambda a: lax.linalg.lu(a)[0], "wide"),
    "pinv": (linalg.pinv, "tall"),
    "norm": (lambda a: linalg.norm(a, axis=(-2, -1)), "tall"),
    "norm, nuclear": (lambda a: linalg.norm(a, "nuc", (-2, -1)), "tall"),
    "matrix_power": (lambda a: linalg.matrix_power(a, -3), "square"),
}
FLAGS = list(np.ndindex(2, 2, 2, 2, 2))


def triangular(flags):
    names = ("left_side", "lower", "transpose_a", "conjugate_a",
             "unit_diagonal")
    options = dict(zip(names, map(bool, flags)))

    def solve(a, b):
        return lax.linalg.triangular_solve(
            a, b if flags[0] else b.swapaxes(-1, -2), **options)
    return solve


@pytest.mark.parametrize("kind", ["f", "c"])
@pytest.mark.parametrize("name", CASES)
def test_derivatives(name, kind):
    f, *which = CASES[name]
    for batch in (), (2,):
        given = stacks(kind, batch)
        check_grads(f, tuple(given[w] for w in which), 2, atol=1e-3,
                    rtol=1e-3)


@pytest.mark.parametrize("kind", ["f", "c"])
@pytest.mark.parametrize("name", CASES)
def test_vmap_is_a_stack_and_jit_is_eager(name, kind):
    f, *which = CASES[name]
    given = stacks(kind, (3,))
    args = [given[w] for w in which]
    one_by_one = [f(*one) for one in zip(*args)]
    stacked = mj.tree.map(lambda *xs: jnp.stack(xs), *one_by_one)
    mj.tree.map(close, mj.vmap(f)(*args), stacked)
    mj.tree.map(close, mj.jit(f)(*args), stacked)
    mj.tree.map(close, mj.vmap(f, -1)(*[np.moveaxis(x, 0, -1)
                                        for x in args]), stacked)


@pytest.mark.parametrize("kind", ["f", "c"])
@pytest.mark.parametrize("flags", FLAGS, ids=str)
def test_triangular_solve(flags, kind):
    f, given = triangular(flags), stacks(kind)
    a, b = given["square"] + 3 * np.eye(4), given["columns"]
    left, low, flip, conj, unit = flags
    t = np.tril(a) if low else np.triu(a)
    if unit:
        t = t - np.diag(np.diag(t)) + np.eye(4)
    t = np.conj(t) if conj else t
    t = t.T if flip else t
    close(t @ f(a, b) if left else f(a, b) @ t, b if left else b.T)
    check_grads(f, (a, b), 2, atol=1e-3, rtol=1e-3)


def test_triangular_solve_under_vmap():
    a, b = draw("f", 4, 4) + 4 * np.eye(4), draw("f", 3, 4, 2)
    for flags in (1, 1, 0, 0, 0), (0, 1, 0, 0, 0):
        f = triangular(flags)
        rows = jnp.stack([f(a, x) for x in b])
        close(mj.vmap(f, (None, 0))(a, b), rows)
        close(mj.vmap(f, (None, 0), 1)(a, b), jnp.moveaxis(rows, 0, 1))
        both = mj.vmap(f)(np.stack([a] * 3), b)
        close(both, rows)
        shared = mj.vmap(f, (0, None))(np.stack([a, 2 * a]), b[0])
        close(shared, jnp.stack([rows[0], rows[0] / 2]))
        program = mj.make_jaxpr(mj.vmap(f, (None, 0)))(a, b)
        solves = [e for e in program.eqns
                  if e.primitive.name == "triangular_solve"]
        assert solves[0].invars[0].aval.shape == (4, 4)
    v = draw("f", 4)
    close(np.tril(a) @ lax.linalg.triangular_solve(
        a, v, left_side=True, lower=True), v)
    close(lax.linalg.triangular_solve(a, v, lower=True) @ np.tril(a), v)


@pytest.mark.parametrize("kind", ["f", "c"])
def test_factors_multiply_to_the_matrix(kind):
    given = stacks(kind, (2,))
    a, s = given["square"], given["definite"]
    L = linalg.cholesky(s)
    close(L @ adjoint(np.asarray(L)), s)
    assert not np.triu(np.asarray(L), 1).any()
    w, v = linalg.eigh(s)
    close(v * w[..., None, :] @ adjoint(np.asarray(v)), s)
    w, v = linalg.eig(a)
    close(a @ v, v * w[..., None, :])
    for full in True, False:
        for x in given["tall"], given["wide"]:
            u, sv, vh = linalg.svd(x, full_matrices=full)
            close(u[..., :3] * sv[..., None, :] @ vh[..., :3, :], x)
            close(sv, linalg.svdvals(x))
    for mode in "reduced", "complete":
        for x in given["tall"], given["wide"]:
            q, r = linalg.qr(x, mode)
            close(q @ r, x)
        close(linalg.qr(x, "r"), linalg.qr(x).R)
    for x in a, given["tall"], given["wide"]:
        lu, pivots, order = lax.linalg.lu(x)
        k = min(x.shape[-2:])
        low = np.tril(lu[..., :k], -1) + np.eye(x.shape[-2])[:, :k]
        close(low @ np.triu(lu[..., :k, :]),
              np.take_along_axis(x, np.asarray(order)[..., None], -2))
        assert pivots.dtype == order.dtype == np.int32


@pytest.mark.parametrize("kind", ["f", "c"])
def test_values_are_numpys(kind):
    given = stacks(kind, (2,))
    a, tall = given["square"], given["tall"]
    for name in "inv", "det", "slogdet", "cond", "matrix_rank":
        ours, theirs = getattr(linalg, name)(a), getattr(np.linalg, name)(a)
        assert len(ours) == len(theirs)
        for x, y in zip(ours, theirs):
            close(x, y)
    close(linalg.pinv(tall), np.linalg.pinv(tall))
    close(np.sort_complex(linalg.eigvals(a)),
          np.sort_complex(np.linalg.eigvals(a)))
    for n in -2, 0, 1, 2, 3, 7:
        close(linalg.matrix_power(a, n), np.linalg.matrix_power(a, n), 1e-7)
    for p in None, 1, -2, np.inf, "fro":
        close(linalg.cond(a, p), np.linalg.cond(a, p))
    for ord in None, "nuc", 1, -1, 2, -2, np.inf, -np.inf:
        for keep in True, False:
            close(linalg.norm(tall, ord, (0, 2), keep),
                  np.linalg.norm(tall, ord, (0, 2), keep))
    for ord in None, 0, 1, 2, 3, np.inf, -np.inf:
        close(linalg.norm(tall, ord, 1), np.linalg.norm(tall, ord, 1))
    close(linalg.norm(tall), np.linalg.norm(tall))
    x, squares, rank, s = linalg.lstsq(tall[0], a[0])
    for ours, theirs in zip((x, squares, rank, s),
                            np.linalg.lstsq(tall[0], a[0])):
        close(ours, theirs)


def test_shapes_and_types():
    a = np.array([[1, 2], [3, 4]])
    assert linalg.inv(a).dtype == linalg.det(a).dtype == np.float64
    assert linalg.inv(a.astype(np.float32)).dtype == np.float32
    close(linalg.solve(a, np.array([1, 2])), [0, 0.5])
    close(linalg.solve(a, np.ones((5, 2, 3))),
          np.linalg.solve(a, np.ones((5, 2, 3))))
    assert linalg.solve(a, np.ones(2) + 0j).dtype == np.complex128
    empty = np.zeros((3, 0, 0))
    close(linalg.det(empty), np.ones(3))
    for f in linalg.cholesky, linalg.inv, linalg.eigvalsh:
        assert f(empty).size == 0
    assert linalg.matrix_rank(np.ones(3)) == linalg.matrix_rank(1.0) == 1
    assert linalg.trace(np.ones((2, 3, 3))).shape == (2,)
    assert linalg.diagonal(np.ones((2, 3, 3)), offset=1).shape == (2, 2)


def test_multi_dot_multiplies_in_the_cheapest_order():
    sizes = (30, 2, 40, 3, 50)
    arrays = [draw("f", *pair) for pair in zip(sizes, sizes[1:])]
    close(linalg.multi_dot(arrays), np.linalg.multi_dot(arrays))
    v, w = draw("f", 30), draw("f", 50)
    close(linalg.multi_dot([v, *arrays, w]),
          np.linalg.multi_dot([v, *arrays, w]))
    program = mj.make_jaxpr(lambda *a: linalg.multi_dot(a))(*arrays)
    largest = max(v.aval.size for e in program.eqns[:-1] for v in e.outvars)
    assert largest == 2 * 50  # and not 30 * 40


# Closed forms.

def test_the_derivative_of_det_is_its_cofactors():
    for kind in "fc":
        for n in (1, 2, 3, 4, 5):
            a, t = draw(kind, n, n), draw(kind, n, n)
            slope = mj.jvp(linalg.det, (a,), (t,))[1]
            close(slope, np.linalg.det(a) * np.trace(np.linalg.solve(a, t)))
            log = mj.jvp(linalg.slogdet, (a,), (t,))[1].logabsdet
            close(log, np.trace(np.linalg.solve(a, t)).real)


def test_det_of_singular_matrices_is_a_polynomial():
    for n in (2, 3, 4, 5):
        for zero in range(n):
            d = np.arange(1.0, n + 1)
            d[zero] = 0
            want = np.zeros((n, n))
            want[zero, zero] = np.prod(d[d > 0])
            close(mj.grad(linalg.det)(np.diag(d)), want)
        close(mj.grad(linalg.det)(np.ones((n, n))),
              [[1, -1], [-1, 1]] if n == 2 else np.zeros((n, n)))
    for n in (2, 3):
        t = draw("f", n, n)
        h = mj.jvp(mj.grad(linalg.det), (np.zeros((n, n)),), (t,))[1]
        close(h, np.trace(t) * np.eye(2) - t.T if n == 2 else 0 * t)


def test_the_derivative_of_inv():
    a, t = draw("c", 3, 3), draw("c", 3, 3)
    b = np.linalg.inv(a)
    close(mj.jvp(linalg.inv, (a,), (t,))[1], -b @ t @ b)


def test_eigenvalues_move_by_their_vectors():
    a = stacks("c")["definite"]
    t = draw("c", 4, 4)
    t = t + adjoint(t)
    w, v = np.linalg.eigh(a)
    close(mj.jvp(linalg.eigvalsh, (a,), (t,))[1],
          np.diag(adjoint(v) @ t @ v).real)
    second = mj.jvp(lambda a: mj.jvp(linalg.eigvalsh, (a,), (t,))[1],
                    (a,), (t,))[1]
    push = np.abs(adjoint(v) @ t @ v) ** 2
    close(second, [2 * sum(push[i, j] / (w[i] - w[j])
                           for j in range(4) if j != i) for i in range(4)])


def test_eigenvalues_of_any_matrix():
    for kind in "fc":
        a, t = draw(kind, 4, 4), draw(kind, 4, 4)
        powers = [lambda a, k=k: jnp.sum(linalg.eigvals(a) ** k)
                  for k in (1, 2, 3)]
        for k, f in enumerate(powers, 1):
            want = k * np.trace(np.linalg.matrix_power(a, k - 1) @ t)
            close(mj.jvp(f, (a,), (t,))[1], want, 1e-8)
        check_grads(powers[2], (a,), 1)


def test_gradients_of_many_and_of_compiled():
    stack = stacks("f", (5,))["definite"]

    def by_factor(K):
        return 2 * jnp.sum(jnp.log(linalg.diagonal(linalg.cholesky(K))))

    def by_slogdet(K):
        return linalg.slogdet(K).logabsdet
    for f in by_factor, by_slogdet:
        g = mj.vmap(mj.grad(f))(stack)
        close(g, np.linalg.inv(stack))
        close(mj.jit(mj.vmap(mj.grad(f)))(stack), g)
        close(mj.hessian(f)(stack[0]), mj.jit(mj.hessian(f))(stack[0]))
    _, push = mj.linearize(linalg.inv, stack[0])
    assert {e.primitive.name for e in push.jaxpr.eqns} >= {"solve"}
    for dtype in np.float32, np.complex64:
        K = stack[0].astype(dtype)
        g = mj.grad(lambda K: jnp.real(by_factor(K)))(K)
        assert g.dtype == dtype
        close(g, np.linalg.inv(stack[0]), 1e-3)


# Where there is no answer.

def test_one_bad_matrix_does_not_spoil_the_others():
    good = np.array([[4.0, 2], [2, 3]])
    pair = np.stack([good, -good, good])
    L = np.asarray(linalg.cholesky(pair))
    assert np.isnan(L[1][np.tril_indices(2)]).all() and L[1, 0, 1] == 0
    close(L[0], np.linalg.cholesky(good))
    close(L[2], L[0])
    x = np.asarray(linalg.inv(np.stack([good, np.ones((2, 2))])))
    assert np.isnan(x[1]).all() and np.isfinite(x[0]).all()
    close(np.asarray(mj.vmap(linalg.inv)(pair)), np.linalg.inv(pair))
    spoilt = np.stack([good, np.full((2, 2), np.nan)])
    for name in "eigvalsh", "svdvals", "eigvals", "det", "pinv":
        out = np.asarray(getattr(linalg, name)(spoilt))
        assert np.isfinite(out[0]).all() and np.isnan(out[1]).all(), name
    assert np.isnan(linalg.solve(np.zeros((2, 2)), np.ones(2))).all()
    with np.errstate(all="raise"):
        linalg.cholesky(pair)


def test_equal_eigenvalues():
    one, t = np.eye(3), draw("f", 3, 3)
    t = t + t.T
    w_dot, v_dot = mj.jvp(linalg.eigh, (one,), (t,))[1]
    assert np.isfinite(w_dot).all() and not np.isfinite(v_dot).all()
    grads = mj.grad(lambda a: jnp.sum(linalg.eigvalsh(a) ** 2))(one)
    close(grads, 2 * one)
    close(mj.grad(lambda a: jnp.sum(linalg.svdvals(a)))(one), one)
    assert not np.isfinite(mj.jvp(linalg.svd, (one,), (t,))[1].U).all()


@pytest.mark.parametrize("call, words", [
    (lambda: linalg.cholesky(np.ones((2, 3))), "must have shape"),
    (lambda: linalg.inv(np.ones(3)), r"\[..., n, n\], got \(3,\)"),
    (lambda: lax.linalg.cholesky(np.ones((2, 3))), "square matrix"),
    (lambda: lax.linalg.triangular_solve(np.eye(2), np.ones((3, 3))),
     "Incompatible shapes"),
    (lambda: linalg.solve(np.eye(2), np.ones(3)), "Invalid shapes"),
    (lambda: linalg.solve(np.eye(2), 1.0), "divide"),
    (lambda: linalg.eigh(np.eye(2), "X"), "UPLO"),
    (lambda: linalg.qr(np.eye(2), "odd"), "Unsupported QR"),
    (lambda: linalg.norm(np.ones((2, 2, 2)), 1), "number of axes"),
    (lambda: linalg.norm(np.eye(2), "odd"), "Invalid order"),
    (lambda: linalg.norm(np.ones(2), "odd"), "Invalid order"),
    (lambda: linalg.multi_dot([np.eye(2)]), "at least two"),
    (lambda: linalg.lstsq(np.eye(2), np.ones(3)), "as many rows"),
])
def test_refused_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("f, words", [
    (linalg.eig, "use linalg.eigvals"),
    (lambda a: linalg.svd(a[:2]), "full_matrices=False"),
    (lambda a: linalg.qr(a[:, :2], "complete"), "mode='reduced'"),
])
def test_refused_derivatives(f, words):
    a = draw("f", 3, 3)
    with pytest.raises(NotImplementedError, match=words):
        mj.jvp(f, (a,), (a,))


def test_refused_types():
    with pytest.raises(TypeError, match="float32, float64"):
        lax.linalg.cholesky(np.eye(2, dtype=np.float16))
    with pytest.raises(TypeError, match="same dtypes"):
        lax.linalg.triangular_solve(np.eye(2), np.eye(2) + 0j)
    with pytest.raises(NotImplementedError, match="cholesky is not linear"):
        mj.linear_transpose(lax.linalg.cholesky, np.eye(2))(np.eye(2))
    with pytest.raises(NotImplementedError, match="not linear in operand 0"):
        mj.linear_transpose(
            lambda a: lax.linalg.triangular_solve(a, np.eye(2)), np.eye(2))(
                np.eye(2))
