"""Loops written out are the loops that are called."""

import tracemalloc

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.executor import disable_optimizations

X = jnp.asarray(np.float32([[0.3, -1.0], [0.5, 2.0], [1.5, 0.1]]))


def root(a):
    return lax.while_loop(
        lambda s: abs(s[0] - s[1]) > 1e-6,
        lambda s: ((s[0] + a / s[0]) / 2, s[0]), (a, 0 * a))[0]


def nested(xs):
    def outer(c, row):
        inner, ys = lax.scan(lambda d, x: (d * x + c, d), c, row)
        return inner, (ys, lax.fori_loop(0, 3, lambda i, z: z + i * c, inner))
    return lax.scan(outer, 0.5, xs, reverse=True)


def with_branches(xs):
    return lax.scan(lambda c, x: lax.cond(
        x.sum() > 0, lambda c: (c + 1, c), lambda c: (c * 2, -c), c), 1.0, xs)


def swapped(xs):
    return lax.scan(lambda c, x: ((c[1], c[0] + x.sum()), None),
                    (0.0, 1.0), xs)[0]


CASES = [(root, jnp.float32(2)), (mj.vmap(root), jnp.asarray([1.0, 4.0, 9.0])),
         (nested, X), (with_branches, X), (swapped, X), (swapped, X[:0]),
         (mj.grad(lambda xs: nested(xs)[0]), X),
         (mj.grad(lambda xs: with_branches(xs)[0]), X)]


@pytest.mark.parametrize("f, x", CASES)
def test_the_same_values(f, x):
    fast = mj.jit(lambda x: f(x))(x)
    with disable_optimizations(True):
        plain = mj.jit(lambda x: f(x))(x)
    for a, b in zip(mj.tree.leaves(fast), mj.tree.leaves(plain), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_array_equal(a, b)


def test_no_call_is_left():
    assert "while True:" in mj.jit(root).lower(2.0).as_text()
    text = mj.jit(nested).lower(X).as_text()
    assert "for step1 in" in text and "for step2 in" in text
    assert "def " in text and text.count("def ") == 1


def test_effects_come_in_order(capsys):
    def body(c, x):
        mj.debug.print("{}", c)
        return c + x, None
    mj.jit(lambda xs: lax.scan(body, 0, xs)[0])(jnp.arange(3))
    assert capsys.readouterr().out == "0\n0\n1\n"


def test_no_array_outlives_its_loop():
    """Twenty loops, one after another, hold no more than a few arrays."""
    x = jnp.ones(20_000)

    @mj.jit
    def f(x):
        for _ in range(20):
            x = lax.fori_loop(0, 3, lambda i, x: jnp.sin(x) + x, x)
        return x
    f(x)
    tracemalloc.start()
    f(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * x.nbytes
