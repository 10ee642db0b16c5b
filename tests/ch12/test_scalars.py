"""Single numbers by Python's operators: to the bit what the ufuncs give."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp

FLOATS = [0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan, 3.4e38, 1e-310,
          1.8e308]
INTS = [0, 1, -1, 7, 127, -128]


def to_the_bit(f, *xs):
    got, want = mj.jit(lambda *xs: f(*xs))(*xs), f(*xs)
    for g, w in zip(mj.tree.leaves(got), mj.tree.leaves(want), strict=True):
        assert type(g) is type(w)
        assert type(g._value) is np.ndarray  # an array for the caller
        assert (g.shape, g.dtype, g.weak_type) == (
            w.shape, w.dtype, w.weak_type)
        g, w = np.asarray(g), np.asarray(w)
        assert g.dtype == w.dtype
        np.testing.assert_array_equal(g, w)
        if g.dtype.kind == "f" and not np.isnan(w):
            assert np.signbit(g) == np.signbit(w)


def numbers(values, dtype):
    with np.errstate(all="ignore"):
        return [jnp.asarray(np.asarray(v).astype(dtype)) for v in values]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_floats(dtype):
    def f(x, y):
        which = x < y
        return [x + y, x - y, x * y, x / y, -x, abs(x), x == y, x != y,
                x <= y, x > y, x >= y, lax.select(which, x, y), ~which,
                which & (x > 0), which | (y > 0), which ^ (y > 0),
                jnp.sin(x) * y, lax.max(x, y) + x, lax.integer_pow(x, 2),
                which.astype(dtype) + x, x.astype("float32") * 3]
    for x in numbers(FLOATS, dtype):
        for y in numbers(FLOATS, dtype):
            to_the_bit(f, x, y)


@pytest.mark.parametrize("dtype", ["int8", "int32", "uint8", "uint32"])
def test_integers_wrap_around(dtype):
    def f(x, y):
        return [x + y, x - y, x * y, -x, abs(x), x < y, x & y, x | y, x ^ y,
                ~x, lax.div(x, y), lax.select(x == y, x, y + y),
                x.astype("float32") * 0.5, lax.square(x)]
    for x in numbers(INTS, dtype):
        for y in numbers(INTS, dtype):
            if y != 0:
                to_the_bit(f, x, y)


def test_numbers_and_arrays_meet():
    row = jnp.arange(3.0)

    def f(x, n):
        total = jnp.sum(row) * x
        return (row * total, total.reshape(1) + row, jnp.stack([total, x]),
                lax.dynamic_slice(row, (n - 1,), (2,)), total[None] * 2,
                jnp.full(2, total), row[n] + total, lax.complex(total, x) * 2,
                lax.top_k(row * total, 1), jnp.where(total > 1, row, total))
    to_the_bit(lambda x: x * (x + 1.0), jnp.asarray(2.0))
    got, want = mj.jit(f)(2.5, 2), f(2.5, 2)
    for g, w in zip(mj.tree.leaves(got), mj.tree.leaves(want), strict=True):
        assert (g.shape, g.dtype) == (w.shape, w.dtype)
        np.testing.assert_array_equal(np.asarray(g), np.asarray(w))


def test_the_text():
    text = mj.jit(lambda a, x: 0.5 * (x + a / x)).lower(2.0, 1.0).as_text()
    assert text == """\
k0 = np.float32(0.5)
def jit_lambda(a, b):
    c = a[()] / b[()]; del a
    d = b[()] + c; del b, c
    e = k0 * d; del d
    return np.asarray(e),
"""


def test_no_warning_comes_of_it():
    x = jnp.asarray(0.0)  # warnings are errors here
    assert np.isposinf(mj.jit(lambda x: 1 / x)(x))
    assert np.isnan(mj.jit(lambda x: x / x)(x))
    big = jnp.asarray(2 ** 31 - 1)
    assert int(mj.jit(lambda n: n + 1)(big)) == -2 ** 31
