"""The checks of chapter 18. Wrong answers that are often given have names."""
from unittest import mock

import numpy as np

import minijax as mj
from checks import exercise
from minijax import core
from minijax import numpy as jnp
from minijax.test_util import check_grads

rng = np.random.default_rng(18)


def close(a, b, digits=9):
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and np.allclose(a, b, 10.0**-digits,
                                              10.0**-digits)


class Listening(core.EvalTrace):
    def process_primitive(self, primitive, args, params):
        self.seen.append(primitive.name)
        return super().process_primitive(primitive, args, params)


def heard(f, *args):
    """f(*args), and the names of the atoms that it asked for."""
    listening = Listening()
    listening.seen = []
    with core.set_current_trace(listening):
        return f(*args), listening.seen


def wide(check):
    """The check, with Python's numbers in 64 bits."""
    def checked(answer):
        with mj.enable_x64():
            check(answer)
    return checked


@exercise("18.1")
@wide
def _(dbar):
    def f(z):
        return (2 + 1j) * z + (0.5 - 3j) * jnp.conj(z)

    z = np.complex128(1 + 2j)
    got = dbar(f, z)
    assert np.shape(got) == (), f"one number was asked for, got {got}"
    assert not close(got, 2 + 1j), (
        "this is a, which goes with t; b goes with the conjugate of t. "
        "Change the sign of the push along i")
    assert not close(got, 1 - 6j), "twice too much: divide by 2"
    assert not close(got, 2.5 - 2j), (
        "this is a + b, the push along 1 alone; the push along i gives "
        "i (a - b)")
    assert close(got, 0.5 - 3j), (
        f"for (2 + 1j) z + (0.5 - 3j) conj(z) expected 0.5 - 3j, got {got}")
    z = np.array([1 + 2j, 0.5j, -1])
    assert close(dbar(lambda z: z * z * jnp.conj(z), z), z * z), (
        "right for a number, wrong for an array: the tangents have the shape "
        "of z, and every entry moves")


@exercise("18.2")
@wide
def _(descend):
    want = np.array([1 + 2j, -1j, 0.5])

    def loss(x):
        return jnp.sum(jnp.abs(x["z"] - want) ** 2) + jnp.sum(x["r"] ** 2)

    start = {"z": jnp.zeros(3, complex), "r": jnp.ones(2)}
    once = descend(loss, start, 0.1, 1)
    assert np.asarray(once["r"]).dtype == np.float64, (
        "a real leaf has become complex")
    got = descend(loss, start, 0.1, 3)
    far = 0.8 ** 3
    z = np.asarray(got["z"])
    assert not close(z, want.real * (1 - far) + 1j * want.imag * (
        1 - 1.2 ** 3)), (
        "the real parts go down and the imaginary parts go up: minus the "
        "gradient is not downhill, minus its conjugate is")
    assert not close(z.real, want.real * (1 - 1.2 ** 3)), (
        "this climbs; subtract")
    assert not close(z.imag, 0 * z.imag), (
        "the imaginary parts do not move: a real part was taken somewhere")
    assert close(z, want * (1 - far)), (
        f"after three steps of 0.1 expected {want * (1 - far)}, got {z}")
    assert close(got["r"], np.ones(2) * far), "the real leaf is wrong"


@exercise("18.3")
@wide
def _(log_likelihood):
    a = rng.normal(size=(5, 5))
    K, y = a @ a.T + np.eye(5), rng.normal(size=5)
    square = y @ np.linalg.solve(K, y)
    logdet = np.linalg.slogdet(K)[1]
    want = -square / 2 - logdet / 2 - 2.5 * np.log(2 * np.pi)
    got, atoms = heard(log_likelihood, K, y)
    assert np.shape(got) == (), f"one number was asked for, got {got}"
    assert not close(got, want - logdet / 2), (
        "the determinant counts twice: log det K is twice the sum of the "
        "logarithms of L's diagonal, and half of it is wanted")
    assert not close(got, want + logdet / 4), (
        "the determinant counts by half: log det K is twice the sum of the "
        "logarithms of L's diagonal")
    assert not close(got, want + logdet), (
        "the determinant has the wrong sign: a wide Gaussian is a low one")
    assert not close(got, want + 2.5 * np.log(2 * np.pi)), (
        "the constant is missing, n/2 log(2 pi)")
    assert not close(got, want - square / 2), (
        "the square counts twice: the half before it is missing")
    L = np.linalg.cholesky(K)
    upper, right = (np.sum(np.linalg.solve(m, y) ** 2) for m in (
        np.diag(np.diagonal(L)), L.T))
    assert not close(got, want + (square - upper) / 2), (
        "triangular_solve has read the upper triangle, where L has zeros: "
        "tell it lower=True")
    assert not close(got, want + (square - right) / 2), (
        "this solves with the transposed L: x L = y, or L' x = y. Wanted is "
        "L x = y, left_side=True and no transpose_a")
    assert close(got, want), f"expected {want:.6f}, got {float(got):.6f}"
    assert not {"det", "slogdet", "solve"} & set(atoms), (
        "the number is right, and a second factorization was made for it: "
        f"use L for both parts (atoms: {', '.join(sorted(set(atoms)))})")
    assert atoms.count("cholesky") == 1, "factor once"
    tiny = np.eye(400) * 1e-3
    assert np.isfinite(log_likelihood(tiny, np.zeros(400))), (
        "the determinant of a large matrix underflows: add logarithms, "
        "instead of taking the logarithm of a product")
    slope = mj.grad(log_likelihood)(K, y)
    inverse = np.linalg.inv(K)
    assert close(slope, (np.outer(inverse @ y, inverse @ y) - inverse) / 2), (
        "the value is right, and its gradient by K is not")


@exercise("18.4")
@wide
def _(unblur):
    k, w, x = rng.normal(size=(3, 7))
    table = np.array([[k[(i - j) % 7] for j in range(7)] for i in range(7)])
    with (mock.patch.object(mj, "vjp", refused),
          mock.patch.object(mj, "linear_transpose", refused)):
        got = np.asarray(unblur(k, w))
    assert got.dtype.kind == "f", "a real signal was asked for: use irfft"
    assert got.shape == (7,), (
        f"seven numbers in, {got.shape[0]} out: irfft must be told that the "
        "length is odd")
    assert not close(got, table @ w), (
        "this is the convolution itself; in its transpose k runs backwards")
    assert not close(got, np.fft.irfft(np.fft.rfft(k)
                                       * np.conj(np.fft.rfft(w)), 7)), (
        "this has w run backwards, and k as it was; it is the other way round")
    assert not close(got, np.fft.irfft(np.conj(np.fft.rfft(k)
                                               * np.fft.rfft(w)), 7)), (
        "this has both of them run backwards; only k does")
    assert not close(got, np.fft.irfft(np.fft.rfft(k[::-1])
                                       * np.fft.rfft(w), 7)), (
        "k[::-1] runs backwards, but begins at the last entry: indices wrap "
        "around, so k[0] stays in the first place")
    assert not close(got, np.linalg.solve(table, w)), (
        "this is the inverse, which undoes the blur; the transpose hands the "
        "weights back")
    assert close(got, table.T @ w), "<w, k * x> is not <unblur(k, w), x>"
    k, w = rng.normal(size=(2, 8))
    table = np.array([[k[(i - j) % 8] for j in range(8)] for i in range(8)])
    assert close(unblur(k, w), table.T @ w), "right for 7 numbers, not for 8"


def refused(*args, **kwargs):
    raise AssertionError("write it with Fourier transforms, not with the "
                         "package's own transposition")


@exercise("18.5")
@wide
def _(root):
    a, t = rng.normal(size=(2, 3, 3))
    a, t = a @ a.T + np.eye(3), t + t.T

    def f(a):
        return root.bind((a + a.mT) / 2)
    X, got = map(np.asarray, mj.jvp(f, (a,), (t,)))
    assert close(X @ X, a), "the first result is not the root any more"
    assert np.isfinite(got).all(), (
        "something was divided by 0: the denominators are sums of "
        "eigenvalues of X, x_i + x_j, and no differences")
    numbers = np.linalg.solve(X, t)
    assert not close(got, numbers / 2) and not close(got, numbers), (
        "this is the rule for numbers, t / 2x. Matrices do not commute: "
        "the tangent stands once on the left and once on the right")
    w, v = np.linalg.eigh(X)
    turned = v.T @ t @ v / (w[:, None] + w)
    assert not close(got, turned), (
        "this is in the basis of the eigenvectors; turn it back")
    assert not close(X @ got + got @ X, v.T @ t @ v), (
        "the tangent was divided before it was turned into the basis of the "
        "eigenvectors")
    sums = w[:, None] + w
    assert not close(got, v.T @ (v @ t @ v.T / sums) @ v), (
        "turned the wrong way: the eigenvectors are the columns of v, so the "
        "tangent in their basis is v.mT @ t @ v")
    assert not close(got, v @ (t / sums) @ v.T), (
        "the tangent was divided as it was, and turned back without having "
        "been turned")
    assert not close(got, v @ (v.T @ t @ v * sums) @ v.T), (
        "the sums of eigenvalues multiply X' in the equation; so divide")
    gaps = w[:, None] ** 2 + w ** 2
    assert not close(got, v @ (v.T @ t @ v / gaps) @ v.T), (
        "the denominators have the eigenvalues of A; those of X are wanted")
    assert close(X @ got + got @ X, t), (
        "the result does not satisfy X' X + X X' = A'")
    check_grads(f, (a,), 2, atol=1e-4, rtol=1e-4)
    same = np.asarray(mj.jvp(f, (4 * np.eye(3),), (t,))[1])
    assert close(same, t / 4), (
        "wrong where eigenvalues are equal: no difference of eigenvalues "
        "belongs in a denominator")
    many = mj.vmap(f)(np.stack([a, 4 * a]))
    assert close(many, np.stack([X, 2 * X])), "wrong under vmap"
