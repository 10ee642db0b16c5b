"""The exponential of a matrix, and its derivative."""

import math

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp
from minijax.scipy.linalg import expm
from minijax.test_util import check_grads

R = np.random.default_rng(0)
A, E = R.normal(size=(2, 4, 4))


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64():
        yield


def series(a, terms=80):
    """The definition, for matrices that are not large."""
    return sum(np.linalg.matrix_power(a, k) / math.factorial(k)
               for k in range(terms))


@pytest.mark.parametrize("a", [A, 3 * A, 1j * A, A + 1j * E, 0 * A])
def test_it_is_the_series(a):
    for f in expm, mj.jit(expm):
        np.testing.assert_allclose(f(a), series(a), rtol=1e-9, atol=1e-9)


def test_diagonals_rotations_and_large_matrices():
    d = np.array([-3.0, 0.5, 40.0])
    np.testing.assert_allclose(expm(np.diag(d)), np.diag(np.exp(d)),
                               rtol=1e-12, atol=1e-300)
    turn = expm(np.array([[0.0, -100.0], [100.0, 0.0]]))
    np.testing.assert_allclose(turn, [[np.cos(100), -np.sin(100)],
                                      [np.sin(100), np.cos(100)]], atol=1e-11)
    assert np.all(np.isnan(expm(1e9 * np.eye(2))))


def test_the_inverse_and_the_determinant():
    np.testing.assert_allclose(expm(A) @ expm(-A), np.eye(4), atol=1e-12)
    np.testing.assert_allclose(jnp.linalg.det(expm(A)), np.exp(np.trace(A)))


def test_batches_are_stacks():
    stack = np.stack([A, 5 * E, 0 * A])
    each = np.stack([expm(a) for a in stack])
    np.testing.assert_allclose(expm(stack), each, rtol=1e-12)
    np.testing.assert_allclose(mj.vmap(expm)(stack), each, rtol=1e-12)


def test_derivatives():
    check_grads(expm, (A,), 2)
    check_grads(expm, (A + 1j * E,), 1)
    corner = series(np.block([[A, E], [0 * A, A]]))[:4, 4:]
    np.testing.assert_allclose(mj.jvp(expm, (A,), (E,))[1], corner, atol=1e-9)
    np.testing.assert_allclose(mj.jvp(expm, (0 * A,), (E,))[1], E, atol=1e-12)


def test_integers_and_widths():
    assert expm(np.float32(A)).dtype == np.float32
    assert expm(np.eye(2, dtype=int)).dtype == np.float64


def test_what_is_not_square_is_refused():
    with pytest.raises(ValueError, match="square matrix, got A.shape=.2, 3."):
        expm(np.ones((2, 3)))
