"""cond and switch are JAX's: values, derivatives, text, and refusals."""

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as mnp

jax = pytest.importorskip("jax")

rng = np.random.default_rng(13)
V, W = rng.normal(size=(2, 3))
C = np.array([1.0, -2.0, 0.5])

# each takes (module, its numpy, predicate or index, x, y)
PROGRAMS = {
    "cond": lambda m, n, p, x, y: m.lax.cond(
        p, lambda x, y: n.sin(x) * y, lambda x, y: x * x - y, x, y),
    "closures": lambda m, n, p, x, y: m.lax.cond(
        p, lambda: x * n.asarray(C), lambda: y * x * n.asarray(C)),
    "switch": lambda m, n, p, x, y: m.lax.switch(
        p, [lambda x: x, n.sin, lambda x: x * n.exp(x) * y,
            lambda x: n.sum(x) * x], x),
    "tree": lambda m, n, p, x, y: m.lax.cond(
        p, lambda d: {"a": d["a"] * d["b"], "b": d["b"]},
        lambda d: {"a": d["b"], "b": d["b"]}, {"a": x, "b": y}),
    "nested": lambda m, n, p, x, y: m.lax.cond(
        p, lambda x: m.lax.cond(n.sum(y) > 0, n.sin, n.cos, x * y),
        lambda x: x / 2, x),
    "integers": lambda m, n, p, x, y: m.lax.cond(
        p, lambda x: (x, 1), lambda x: (2 * x, 2), x),
    "old": lambda m, n, p, x, y: m.lax.cond(
        p, x, lambda x: 2 * x, y, lambda y: y * y),
}


def both(name):
    f = PROGRAMS[name]
    return [lambda p, x, y, m=m, n=n: f(m, n, p, x, y)
            for m, n in ((mj, mnp), (jax, jax.numpy))]


def same(got, want):
    for a, b in zip(mj.tree.leaves(got), jax.tree.leaves(want), strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        if a.dtype != mj.float0:
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


@pytest.fixture(autouse=True)
def wide():
    with jax.enable_x64(True), mj.enable_x64():
        yield


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("p", [-1, 0, 1, 3])
def test_values_and_derivatives(name, p):
    f, g = both(name)
    same(f(p, V, W), g(p, V, W))
    same(mj.jit(f)(p, V, W), g(p, V, W))
    same(mj.jvp(lambda x: f(p, x, W), (V,), (W,)),
         jax.jvp(lambda x: g(p, x, W), (V,), (W,)))
    same(mj.grad(total(f, mj, mnp, p), (0, 1))(V, W),
         jax.grad(total(g, jax, jax.numpy, p), (0, 1))(V, W))


def total(f, m, n, p):
    """The sum of all squares that f gives."""
    return lambda x, y: sum(n.sum(leaf * leaf) for leaf in
                            m.tree.leaves(f(p, x, y))
                            if leaf.dtype.kind == "f")


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("axes", [(0, 0, 0), (0, None, 0), (None, 0, None),
                                  (0, None, None)])
def test_vmap(name, axes):
    f, g = both(name)
    p, x, y = (np.array([0, 1, 3, -1]), rng.normal(size=(4, 3)),
               rng.normal(size=(4, 3)))
    args = [a if axis == 0 else a[1]
            for a, axis in zip((p, x, y), axes, strict=True)]
    same(mj.vmap(f, axes)(*args), jax.vmap(g, axes)(*args))
    if name != "integers":
        same(mj.vmap(mj.jacrev(f, 1), axes)(*args),
             jax.vmap(jax.jacrev(g, 1), axes)(*args))


PRINTED = {
    "cond": lambda m, n, p, x, y: m.lax.cond(
        p, lambda x, y: (n.sin(x) * y, y), lambda x, y: (x, y), x, y),
    "closures": lambda m, n, p, x, y: m.lax.cond(
        p, lambda x: n.sin(x) * y, lambda x: n.cos(y), x),
    "shared": lambda m, n, p, x, y: m.lax.cond(
        p, lambda: x * y, lambda: n.sin(y)),
    "switch": lambda m, n, p, x, y: m.lax.switch(
        p, [n.sin, lambda x: x, lambda x: x * y], x),
}


@pytest.mark.parametrize("name", PRINTED)
def test_text(name):
    f = PRINTED[name]
    with jax.enable_x64(False), mj.enable_x64(False):
        args = np.int32(1), np.float32(2), np.float32(3)
        ours = mj.make_jaxpr(lambda *a: f(mj, mnp, *a))(*args)
        theirs = jax.make_jaxpr(lambda *a: f(jax, jax.numpy, *a))(*args)
    assert str(ours) == str(theirs)


BAD = {
    "structure": lambda m, n: m.lax.cond(True, lambda: 1, lambda: (1, 1)),
    "types": lambda m, n: m.lax.cond(
        True, lambda: {"a": n.ones(2)}, lambda: {"a": n.ones(3)}),
    "switch": lambda m, n: m.lax.switch(0, [lambda: 1, lambda: 1.0]),
    "shape": lambda m, n: m.lax.cond(n.ones(2), lambda: 1, lambda: 1),
    "complex": lambda m, n: m.lax.cond(1j, lambda: 1, lambda: 1),
    "none": lambda m, n: m.lax.cond(None, lambda: 1, lambda: 1),
    "callable": lambda m, n: m.lax.cond(True, lambda: 1, 1),
    "index": lambda m, n: m.lax.switch(1.0, [lambda: 1, lambda: 1]),
    "empty": lambda m, n: m.lax.switch(1, []),
}


@pytest.mark.parametrize("name", BAD)
def test_refusals_have_the_type_and_the_first_words(name):
    with pytest.raises(Exception) as theirs:  # noqa: B017, PT011
        BAD[name](jax, jax.numpy)
    with pytest.raises(type(theirs.value)) as ours:
        BAD[name](mj, mnp)
    words = str(theirs.value).split()[:2]
    assert str(ours.value).split()[:2] == words
