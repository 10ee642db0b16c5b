"""Gradients, pullbacks and transposes are JAX's."""

import re

import numpy as np
import pytest

import minijax as mj

jax = pytest.importorskip("jax")

rng = np.random.default_rng(0)
V, W = rng.normal(size=(2, 5))
A, B = rng.normal(size=(2, 4, 5))
P = rng.uniform(0.5, 2, size=5)
TIES = np.array([1.0, 3.0, 3.0, 0.0, 0.0])
ZERO = np.zeros(3)

PROGRAMS = {
    "network": (lambda n, w, x: n.mean(n.tanh(x @ w) ** 2), A.T, A),
    "logsumexp": (lambda n, x: n.log(n.sum(n.exp(x))), V),
    "norm": (lambda n, x: n.sqrt(n.sum(x * x)), V),
    "maxima": (lambda n, x: n.max(x) + n.sum(n.maximum(x, 0.0)), TIES),
    "minima": (lambda n, x: n.min(x) * n.sum(n.minimum(x, 1.0)), TIES),
    "abs at 0": (lambda n, x: n.sum(n.abs(x)), ZERO),
    "square at 0": (lambda n, x: n.sum(x**2 + x**3), ZERO),
    "power": (lambda n, x, y: n.sum(x**y), P, V),
    "power of 0": (lambda n, x: n.sum(x**2.0), ZERO),
    "prod": (lambda n, x: n.prod(x), TIES),
    "cumprod": (lambda n, x: n.sum(n.cumprod(x) * W), TIES),
    "cumsum": (lambda n, x: n.sum(n.cumsum(x) * W), V),
    "sort": (lambda n, x: n.sum(n.sort(x) * W), V),
    "var": (lambda n, x: n.var(x) + n.std(x), V),
    "where": (lambda n, x: n.sum(n.where(x > 0, x * x, -x)), V),
    "clip": (lambda n, x: n.sum(n.clip(x, -0.5, 0.5) * W), V),
    "index": (lambda n, x: x[1] * x[-1] + n.sum(x[::2]), V),
    "gather": (lambda n, x: n.sum(x[np.array([0, 2, 2, 4])] ** 2), V),
    "scatter": (lambda n, x, y: n.sum(
        x.at[np.array([0, 2, 2])].add(y[:3]) ** 2), V, W),
    "set": (lambda n, x, y: n.sum(x.at[1:3].set(y[:2]) ** 2), V, W),
    "concatenate": (lambda n, x, y: n.sum(
        n.concatenate([x, y, x]) ** 2), V, W),
    "stack": (lambda n, x, y: n.sum(n.stack([x, y], 1)[1:] ** 3), V, W),
    "pad": (lambda n, x: n.sum(n.pad(x, 2) ** 2), V),
    "einsum": (lambda n, x, y: n.sum(n.einsum("ij,kj->ik", x, y) ** 2), A, B),
    "tensordot": (lambda n, x, y: n.tensordot(x, y, 2) ** 2, A, B),
    "outer": (lambda n, x, y: n.sum(n.outer(x, y) ** 2), V, W),
    "take_along": (lambda n, x: n.sum(n.take_along_axis(
        x, np.array([[0], [2], [1], [4]]), 1) ** 2), A),
    "trig": (lambda n, x: n.sum(n.arctan2(n.sin(x), n.cos(x) + 2)), V),
    "hyperbolic": (lambda n, x: n.sum(n.arcsinh(n.sinh(x)) * n.tanh(x)), V),
    "logaddexp": (lambda n, x, y: n.sum(n.logaddexp(x, y)), V, W),
    "sinc at 0": (lambda n, x: n.sum(n.sinc(x)), ZERO),
    "float32": (lambda n, x: n.sum(n.exp(x) / x), P.astype(np.float32)),
    "complex": (lambda n, z: n.real(n.sum(z * n.conj(z) + n.exp(z))),
                V + 1j * W),
}


def both(name, make):
    """make(library) for both, on the program of that name."""
    f, *args = PROGRAMS[name]
    return [make(j, lambda *a, j=j: f(j.numpy, *a), args) for j in (mj, jax)]


def agree(ours, theirs):
    for a, b in zip(mj.tree.leaves(ours), jax.tree.leaves(theirs),
                    strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        tol = 2e-6 if a.dtype.itemsize < 8 else 1e-12
        np.testing.assert_allclose(a, b, rtol=tol, atol=tol)


@pytest.fixture(autouse=True)
def wide():
    with jax.enable_x64(True), mj.enable_x64(True):
        yield


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients(name):
    agree(*both(name, lambda j, f, args: j.value_and_grad(
        f, tuple(range(len(args))))(*args)))


@pytest.mark.parametrize("name", PROGRAMS)
def test_hessian_vector_products(name):
    def hvp(j, f, args):
        g = j.grad(f)
        x = args[0]
        return j.jvp(lambda x: g(x, *args[1:]), (x,), (np.ones_like(x),))
    agree(*both(name, hvp))


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_of_gradients(name):
    def twice(j, f, args):
        def length(*a):
            return j.numpy.sum(j.numpy.real(j.grad(f)(*a)) ** 2)
        return j.grad(length)(*args)
    agree(*both(name, twice))


TEXTS = {
    "exp": lambda j, x: j.lax.exp(x),
    "product": lambda j, x: j.lax.mul(j.lax.sin(x), x),
    "tanh": lambda j, x: j.lax.tanh(j.lax.neg(x)),
    "power": lambda j, x: j.lax.integer_pow(x, 3),
    "cumsum": lambda j, x: j.lax.cumsum(x, 0, reverse=True),
    "rev": lambda j, x: j.lax.rev(x, (0,)),
    "slice": lambda j, x: j.lax.slice(x, (1,), (5,), (2,)),
    "reshape": lambda j, x: j.lax.reshape(x, (5, 1)),
    "broadcast": lambda j, x: j.lax.broadcast_in_dim(x, (3, 5), (1,)),
    "concatenate": lambda j, x: j.lax.concatenate([x, j.lax.sin(x)], 0),
    "pad": lambda j, x: j.lax.pad(x, 0.0, [(1, 2, 1)]),
    "matmul": lambda j, x: j.lax.dot_general(A, x, (((1,), (0,)), ((), ()))),
    "two readers": lambda j, x: j.lax.mul(j.lax.add(x, x), j.lax.cos(x)),
    "sum": lambda j, x: j.lax.mul(x, j.numpy.sum(j.lax.cos(x))),
    "squeeze": lambda j, x: j.lax.squeeze(j.lax.slice(x, (1,), (2,)), (0,)),
}


@pytest.mark.parametrize("name", TEXTS)
def test_gradients_print_alike(name):
    """But for line breaks, sharding, and integers of NumPy in JAX's."""
    def text(j):
        return " ".join(str(j.make_jaxpr(j.grad(
            lambda x: j.numpy.sum(TEXTS[name](j, x))))(V)).split())
    theirs = re.sub(r" ?(out_)?sharding=None", "", text(jax))
    theirs = re.sub(r"np\.int64\((-?\d+)\)", r"\1", theirs)
    assert text(mj) == theirs.replace("[ ", "[").replace(" ]", "]")
