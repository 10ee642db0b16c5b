"""stop_gradient is JAX's: values, dtypes, derivatives, programs."""

from functools import partial

import numpy as np
import pytest

import minijax as mj
from minijax import lax as mlax
from minijax import numpy as mnp

jax = pytest.importorskip("jax")

X = np.array([0.5, -1.0, 2.0], np.float32)
OURS, THEIRS = (mj, mlax, mnp), (jax, jax.lax, jax.numpy)

FUNCTIONS = {
    "a factor": lambda lax, n, x: lax.stop_gradient(x) ** 2 * x**3,
    "alone": lambda lax, n, x: lax.stop_gradient(x),
    "a target": lambda lax, n, x: (x - lax.stop_gradient(n.sin(x[::-1])))**2,
    "the largest": lambda lax, n, x: n.exp(x - n.max(lax.stop_gradient(x))),
    "of a container": lambda lax, n, x: x * lax.stop_gradient(
        {"twice": 2 * x, "n": 3})["twice"],
    "at both ends": lambda lax, n, x: lax.stop_gradient(
        lax.stop_gradient(x) * x) + x,
}
WAYS = {
    "value": lambda m, f: f,
    "jvp": lambda m, f: lambda x: m.jvp(f, (x,), (x * 0 + 2,)),
    "linearize": lambda m, f: lambda x: m.linearize(f, x)[1](x),
    "vjp": lambda m, f: lambda x: m.vjp(f, x)[1](x),
    "jacfwd": lambda m, f: m.jacfwd(f),
    "jacrev": lambda m, f: m.jacrev(f),
    "hessian": lambda m, f: m.hessian(f),
    "reverse twice": lambda m, f: m.jacrev(m.jacrev(f)),
    "vmap": lambda m, f: lambda x: m.vmap(f, 1)(x[:, None] * x),
    "vmap of jacfwd": lambda m, f: lambda x: m.vmap(m.jacfwd(f))(
        x[:, None] * x),
}


def assert_same(ours, theirs):
    ours, theirs = mj.tree.leaves(ours), jax.tree.leaves(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, 1e-5, 1e-5)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_every_way(f, way):
    ours, theirs = (
        WAYS[way](m, partial(FUNCTIONS[f], lax, n))(n.asarray(X))
        for m, lax, n in (OURS, THEIRS))
    assert_same(ours, theirs)


@pytest.mark.parametrize("leaf", [1, 2.5, True, 1j, X, np.arange(3), (1.5, 2),
                                  {"a": X, "none": None}])
def test_leaves(leaf):
    ours, theirs = mlax.stop_gradient(leaf), jax.lax.stop_gradient(leaf)
    assert str(mj.tree.structure(ours)) == str(jax.tree.structure(theirs))
    for a, b in zip(mj.tree.leaves(ours), jax.tree.leaves(theirs),
                    strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("program", [
    lambda m, lax, n: lambda x: lax.stop_gradient({"x": x, "n": 3}),
    lambda m, lax, n: m.grad(lambda x: lax.stop_gradient(x) * x),
    lambda m, lax, n: m.grad(m.grad(lambda x: lax.stop_gradient(x) * x * x)),
    lambda m, lax, n: lambda x: m.jvp(
        lambda x: lax.stop_gradient(x) * x, (x,), (x,)),
])
def test_programs(program):
    ours, theirs = (str(m.make_jaxpr(program(m, lax, n))(n.float32(2)))
                    for m, lax, n in (OURS, THEIRS))
    assert ours == theirs


def test_both_refuse_to_transpose_it():
    for m, lax, _ in OURS, THEIRS:
        with pytest.raises(NotImplementedError, match="stop_gradient"):
            m.linear_transpose(lax.stop_gradient, X)(X)
