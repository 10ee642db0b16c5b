"""Jacobians and Hessians are JAX's: values, dtypes, trees, refusals."""

from functools import partial

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as mnp

jax = pytest.importorskip("jax")

rng = np.random.default_rng(10)
A = rng.normal(size=(4, 3))
X, Y = rng.normal(size=(2, 3))
P = {"w": A, "b": (rng.normal(size=4), np.float64(0.5))}
MIXED = {"a": X.astype(np.float32), "b": Y}
KINDS = ["jacfwd", "jacrev", "jacobian", "hessian"]

PROGRAMS = {
    "vector": (lambda n, x: n.sin(A @ x), X),
    "scalar": (lambda n, x: n.sum(n.tanh(A @ x) ** 2), X),
    "of a number": (lambda n, x: n.stack([x, x * x, n.exp(x)]), np.float64(2)),
    "matrix to matrix": (lambda n, x: n.tanh(x) @ x.T, A),
    "container": (lambda n, p: {"y": n.exp(p["w"] @ X) + p["b"][0],
                                "z": [p["b"][1] ** 2 * p["w"][0]]}, P),
    "two dtypes": (lambda n, p: (p["a"] ** 2, p["a"] * p["b"]), MIXED),
    "a constant": (lambda n, x: (x * x, n.ones(2)), X),
    "nothing in": (lambda n, x: n.stack([n.sum(x), 1.0]), np.zeros(0)),
    "nothing out": (lambda n, x: x[:0] ** 2, X),
    "an empty container": (lambda n, p: p["x"] ** 3, {"x": X, "no": ()}),
    "maximum": (lambda n, x: n.maximum(x, x[::-1]), X),
    "sorted": (lambda n, x: n.sort(x) ** 2, X),
}


def both(call, *args):
    """What minijax and JAX give, as trees of arrays of NumPy."""
    ours = mj.tree.map(np.asarray, call(mj, mnp)(*args))
    with jax.enable_x64(True):
        args = jax.tree.map(jax.numpy.asarray, args)
        theirs = jax.tree.map(np.asarray, call(jax, jax.numpy)(*args))
    return ours, theirs


def assert_same(ours, theirs):
    left = jax.tree_util.tree_flatten_with_path(ours)[0]
    right = jax.tree_util.tree_flatten_with_path(theirs)[0]
    assert [path for path, _ in left] == [path for path, _ in right]
    for (path, a), (_, b) in zip(left, right, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype), path
        rtol = 1e-5 if a.dtype == np.float32 else 1e-9
        np.testing.assert_allclose(a, b, rtol, rtol, err_msg=str(path))


@pytest.fixture(autouse=True)
def x64():
    with mj.enable_x64(True):
        yield


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_values_dtypes_and_trees(kind, name):
    f, x = PROGRAMS[name]
    assert_same(*both(lambda m, n: getattr(m, kind)(partial(f, n)), x))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("argnums", [0, 1, -1, (0,), (1, 0), [0, 2]])
def test_argnums(kind, argnums):
    def call(m, n):
        return getattr(m, kind)(
            lambda x, p, y: {"o": n.sin(x) * y * p["k"]}, argnums)
    assert_same(*both(call, X, {"k": np.float64(2)}, Y))


@pytest.mark.parametrize("kind", KINDS)
def test_has_aux(kind):
    def call(m, n):
        return getattr(m, kind)(lambda x: (n.sin(x) * x[0], {"twice": 2 * x}),
                                has_aux=True)
    assert_same(*both(call, X))


@pytest.mark.parametrize("kind", KINDS)
def test_holomorphic(kind):
    def call(m, n):
        return getattr(m, kind)(lambda z: n.exp(1j * z) * z[0],
                                holomorphic=True)
    assert_same(*both(call, X + 1j * Y))


@pytest.mark.parametrize("kind", ["jacfwd", "jacrev"])
def test_a_broken_promise_is_broken_alike(kind):
    def call(m, n):
        return getattr(m, kind)(lambda z: n.conj(z) * (1 + 2j),
                                holomorphic=True)
    assert_same(*both(call, X + 1j * Y))


def test_complex_output_and_complex_input():
    assert_same(*both(lambda m, n: m.jacfwd(lambda x: n.exp(1j * x)), X))
    assert_same(*both(lambda m, n: m.jacrev(lambda z: n.abs(z) ** 2),
                      X + 1j * Y))


def test_nested_and_mapped():
    xs = rng.normal(size=(5, 3))
    assert_same(*both(lambda m, n: m.vmap(m.hessian(
        lambda x: n.sum(n.tanh(A @ x)))), xs))
    assert_same(*both(lambda m, n: m.jacfwd(m.jacrev(m.jacfwd(
        lambda x: n.sum(n.sin(x) * x[0])))), X))
    assert_same(*both(lambda m, n: m.grad(lambda x: n.sum(
        m.hessian(lambda y: n.prod(y) ** 2)(x) ** 2)), X))


MISUSE = {
    "no function": lambda m, kind: getattr(m, kind)(3),
    "integer": lambda m, kind: getattr(m, kind)(lambda x: x)(1),
    "bool in a container": lambda m, kind: getattr(m, kind)(
        lambda d: d["a"])({"a": 1.0, "b": True}),
    "real, and holomorphic": lambda m, kind: getattr(m, kind)(
        lambda x: x, holomorphic=True)(1.0),
    "real output, and holomorphic": lambda m, kind: getattr(m, kind)(
        lambda x: x.real, holomorphic=True)(1j),
    "complex output of hessian": lambda m, kind: m.hessian(
        lambda x: x * 1j)(1.0),
    "complex output": lambda m, kind: m.jacrev(lambda x: x * 1j)(1.0),
    "complex input": lambda m, kind: m.jacfwd(lambda x: x)(1j),
    "integer output": lambda m, kind: m.jacrev(lambda x: 3)(1.0),
    "argnums": lambda m, kind: getattr(m, kind)(lambda x: x, "x")(1.0),
    "text": lambda m, kind: getattr(m, kind)(lambda x: x)("one"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MISUSE)
def test_what_jax_refuses_is_refused_with_its_error(kind, name):
    with pytest.raises(Exception) as theirs:
        MISUSE[name](jax, kind)
    with pytest.raises(theirs.type):
        MISUSE[name](mj, kind)
