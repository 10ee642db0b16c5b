"""Complex derivatives: what jvp, vjp, grad and the Jacobians mean."""

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp
from minijax.numpy import linalg

Z, T = np.complex128(0.6 - 1.1j), np.complex128(-0.4 + 0.3j)


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64():
        yield


def jacobian(f, z):
    """2 by 2, real: of (Re, Im) by (Re, Im)."""
    columns = [mj.jvp(f, (z,), (t,))[1] for t in (1 + 0j, 1j)]
    return np.array([[c.real for c in columns], [c.imag for c in columns]])


def measured(f, z, h=1e-6):
    columns = [(complex(f(z + h * t)) - complex(f(z - h * t))) / (2 * h)
               for t in (1, 1j)]
    return np.array([[c.real for c in columns], [c.imag for c in columns]])


ENTIRE = [lambda z: z * z, jnp.exp, jnp.sin, lambda z: 1 / z,
          lambda z: jnp.log(z) * jnp.sqrt(z), lambda z: z ** 3 - 2j * z,
          jnp.tanh, lambda z: z ** (1 + 1j)]
OTHERS = [jnp.conj, lambda z: z * jnp.conj(z), lambda z: jnp.abs(z) + 0j,
          lambda z: jnp.real(z) * 1j + z, lambda z: jnp.conj(z) ** 2 * z]


@pytest.mark.parametrize("f", ENTIRE + OTHERS)
def test_jvp_is_the_real_jacobian(f):
    J = jacobian(f, Z)
    np.testing.assert_allclose(J, measured(f, Z), atol=1e-8)
    t = np.array([T.real, T.imag])
    out = mj.jvp(f, (Z,), (T,))[1]
    np.testing.assert_allclose([out.real, out.imag], J @ t)


@pytest.mark.parametrize("f", ENTIRE + OTHERS)
def test_vjp_pairs_without_a_conjugate(f):
    out, pull = mj.vjp(f, Z)
    w = np.complex128(0.7 + 0.2j)
    ct, = pull(w)
    push = mj.jvp(f, (Z,), (T,))[1]
    np.testing.assert_allclose((w * complex(push)).real,
                               (complex(ct) * T).real)
    # that is (Re, -Im): the transposed Jacobian between conjugates
    J = jacobian(f, Z)
    row = np.array([w.real, -w.imag]) @ J
    np.testing.assert_allclose([ct.real, -ct.imag], row)


@pytest.mark.parametrize("f", ENTIRE)
def test_of_a_holomorphic_function_there_is_one_number(f):
    J = jacobian(f, Z)
    np.testing.assert_allclose([J[0, 0], J[0, 1]], [J[1, 1], -J[1, 0]])
    slope = complex(mj.grad(f, holomorphic=True)(Z))
    np.testing.assert_allclose([slope.real, slope.imag], J[:, 0])
    for jac in mj.jacfwd, mj.jacrev:
        np.testing.assert_allclose(jac(f, holomorphic=True)(Z), slope)
    second = mj.grad(mj.grad(f, holomorphic=True), holomorphic=True)(Z)
    np.testing.assert_allclose(mj.hessian(f, holomorphic=True)(Z), second)


def test_grad_is_the_conjugate_of_steepest_ascent():
    for f in (lambda z: jnp.real(z), jnp.imag, jnp.abs,
              lambda z: jnp.abs(z * z - 1) ** 2):
        g = complex(mj.grad(f)(Z))
        up = np.conj(g)
        rise = [mj.jvp(f, (Z,), (np.complex128(np.exp(1j * a)),))[1]
                for a in np.linspace(0, 2 * np.pi, 721)]
        best = np.exp(1j * np.linspace(0, 2 * np.pi, 721)[np.argmax(rise)])
        np.testing.assert_allclose(best, up / abs(up), atol=0.01)
        np.testing.assert_allclose(max(rise), abs(g), rtol=1e-4)


def test_jacobians_of_real_arguments_may_be_complex():
    x = np.array([0.3, 0.8])
    J = mj.jacfwd(lambda x: jnp.exp(1j * x))(x)
    np.testing.assert_allclose(J, np.diag(1j * np.exp(1j * x)))
    with pytest.raises(TypeError, match="real-valued outputs"):
        mj.jacrev(lambda x: jnp.exp(1j * x))(x)


@pytest.mark.parametrize("call, words", [
    (lambda: mj.grad(lambda z: z * z)(Z), "holomorphic=True"),
    (lambda: mj.grad(lambda x: x * x, holomorphic=True)(1.0), "complex"),
    (lambda: mj.grad(jnp.abs, holomorphic=True)(Z), "complex"),
    (lambda: mj.jacfwd(lambda z: z * z)(Z), "holomorphic=True"),
    (lambda: mj.jacrev(lambda z: z * z)(Z), "holomorphic=True"),
    (lambda: mj.hessian(lambda z: z * z)(Z), "holomorphic=True"),
])
def test_refusals(call, words):
    with pytest.raises(TypeError, match=words):
        call()


def test_a_complex_factorization():
    """sum(L) of a cholesky, holomorphic in a real parameter made complex."""
    A = np.array([[4, 1 + 2j, 0.5j], [1 - 2j, 6, 1 + 1j], [-0.5j, 1 - 1j, 5]])
    B = np.array([[1, 1j, 0], [-1j, 2, 0.3], [0, 0.3, 1]])

    def f(t):
        return jnp.sum(linalg.cholesky(A + t * B))
    h = 1e-6
    slope = (complex(f(h)) - complex(f(-h))) / (2 * h)
    t = np.complex128(0)
    np.testing.assert_allclose(mj.jvp(f, (t,), (t + 1,))[1], slope,
                               rtol=1e-8)

    def loss(X):
        return jnp.sum(jnp.abs(linalg.cholesky(X)) ** 4)
    X, dX = A, B
    g = np.asarray(mj.grad(loss)(X))
    slope = (float(loss(X + h * dX)) - float(loss(X - h * dX))) / (2 * h)
    np.testing.assert_allclose(np.sum(g * dX).real, slope, rtol=1e-7)
