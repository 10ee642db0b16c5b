"""while_loop and fori_loop are JAX's: values, derivatives, text, refusals."""

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as mnp

jax = pytest.importorskip("jax")

rng = np.random.default_rng(31)
XS = rng.uniform(0.5, 3, size=4)

# each takes (module, its numpy, x, y), numbers
PROGRAMS = {
    "newton": lambda m, n, x, y: m.lax.while_loop(
        lambda s: abs(s[0] - s[1]) > 1e-9,
        lambda s: (0.5 * (s[0] + x / s[0]), s[0]), (x, 0 * x))[0] * y,
    "fixed number": lambda m, n, x, y: m.lax.while_loop(
        lambda s: s[0] < 4, lambda s: (s[0] + 1, s[1] * n.sin(x) + y),
        (0, x)),
    "no step": lambda m, n, x, y: m.lax.while_loop(
        lambda s: s > 99.0, lambda s: s * x, y),
    "spreads": lambda m, n, x, y: m.lax.while_loop(
        lambda s: s[0] < 5,
        lambda s: (s[0] + 1, s[2], s[3], s[3] * x, s[4]),
        (0, 0.0, 0.0, 1.0, y)),
    "vector": lambda m, n, x, y: m.lax.while_loop(
        lambda s: n.sum(s) < 40, lambda s: s * (1 + x), n.ones(3) * y),
    "stop by closure": lambda m, n, x, y: m.lax.while_loop(
        lambda s: s < 20 * y, lambda s: s * 2 + x, x),
    "weak start": lambda m, n, x, y: m.lax.while_loop(
        lambda s: s < 9, lambda s: s + x, 0),
    "fori": lambda m, n, x, y: m.lax.fori_loop(
        1, 5, lambda i, s: {"a": s["a"] * x + i, "b": s["a"]},
        {"a": x, "b": y}),
    "dynamic fori": lambda m, n, x, y: m.lax.fori_loop(
        0, n.floor(y * 2).astype(np.int32), lambda i, s: s * x + i, x),
    "nested": lambda m, n, x, y: m.lax.fori_loop(
        0, 3, lambda i, s: m.lax.while_loop(
            lambda t: t < 10, lambda t: t * (1 + y), s) / 5, x),
    "cond inside": lambda m, n, x, y: m.lax.while_loop(
        lambda s: s[0] < 6, lambda s: (s[0] + 1, m.lax.cond(
            s[1] > 5, lambda t: t / x, lambda t: t * y + 1, s[1])), (0, x)),
}


def both(name):
    f = PROGRAMS[name]
    return [lambda x, y, m=m, n=n: f(m, n, x, y)
            for m, n in ((mj, mnp), (jax, jax.numpy))]


def same(got, want):
    for a, b in zip(mj.tree.leaves(got), jax.tree.leaves(want), strict=True):
        b = jax.numpy.asarray(b)
        assert a.dtype == b.dtype and a.shape == b.shape
        if a.dtype != mj.float0:
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-9)


@pytest.fixture(autouse=True)
def wide():
    with jax.enable_x64(True), mj.enable_x64():
        yield


@pytest.mark.parametrize("name", PROGRAMS)
def test_values_and_tangents(name):
    f, g = both(name)
    x, y = XS[:2]
    same(f(x, y), g(x, y))
    same(mj.jit(f)(x, y), g(x, y))
    for moving in ((1.0, 0.5), (0.0, 1.0)):
        same(mj.jvp(f, (x, y), moving), jax.jvp(g, (x, y), moving))
        same(mj.jit(lambda t: mj.linearize(f, x, y)[1](*t))(moving),
             jax.linearize(g, x, y)[1](*moving))
    same(mj.jvp(lambda x: mj.jvp(lambda x: f(x, y), (x,), (1.0,))[1], (x,),
                (1.0,)),
         jax.jvp(lambda x: jax.jvp(lambda x: g(x, y), (x,), (1.0,))[1], (x,),
                 (1.0,)))


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("axes", [(0, 0), (0, None), (None, 0)])
def test_vmap(name, axes):
    f, g = both(name)
    args = [XS if axis == 0 else XS[1] for axis in axes]
    same(mj.vmap(f, axes)(*args), jax.vmap(g, axes)(*args))
    ones = [np.ones_like(a) for a in args]
    same(mj.jvp(mj.vmap(f, axes), args, ones),
         jax.jvp(jax.vmap(g, axes), args, ones))


PRINTED = ["fixed number", "no step", "spreads", "dynamic fori",
           "stop by closure"]


@pytest.mark.parametrize("name", PRINTED)
def test_text(name):
    f, g = both(name)
    with jax.enable_x64(False), mj.enable_x64(False):
        x, y = np.float32(1.5), np.float32(2)
        assert str(mj.make_jaxpr(f)(x, y)) == str(jax.make_jaxpr(g)(x, y))


BAD = {
    "types": lambda m, n: m.lax.while_loop(
        lambda s: s["a"] < 3, lambda s: {"a": s["a"], "b": s["b"] * 0.5},
        {"a": n.float32(1), "b": n.int32(2)}),
    "structure": lambda m, n: m.lax.while_loop(
        lambda s: True, lambda s: (s, s), n.float32(1)),
    "no bool": lambda m, n: m.lax.while_loop(lambda s: s, lambda s: s, 1.0),
    "a tree": lambda m, n: m.lax.while_loop(
        lambda s: (s < 1,), lambda s: s, 1.0),
    "callable": lambda m, n: m.lax.while_loop(1, lambda s: s, 1.0),
    "bounds": lambda m, n: m.lax.fori_loop(0, 1.0, lambda i, x: x, 1.0),
    "unroll": lambda m, n: m.jit(lambda k: m.lax.fori_loop(
        0, k, lambda i, x: x, 1.0, unroll=2))(3),
    "reverse": lambda m, n: m.grad(lambda x: m.lax.while_loop(
        lambda s: s < 3, lambda s: s * x, x))(2.0),
}


@pytest.mark.parametrize("name", BAD)
def test_refusals_have_the_type_and_the_first_words(name):
    with pytest.raises(Exception) as theirs:  # noqa: B017, PT011
        BAD[name](jax, jax.numpy)
    with pytest.raises(type(theirs.value)) as ours:
        BAD[name](mj, mnp)
    n = 21 if name == "reverse" else 5
    assert str(ours.value).split()[:n] == str(theirs.value).split()[:n]
