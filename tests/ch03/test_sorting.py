"""Sorting: against Python's sorted, which is stable too."""
import math

import numpy as np
import pytest

from minijax import lax

RNG = np.random.default_rng(0)
X = RNG.integers(0, 4, (3, 5))
LAYOUTS = [X, X.T, X[::-1, ::-2], X[:0], X[:, :0], X.astype("float32"),
           X > 1, X.astype("uint8"), X.astype("float16"), X * (1 + 1j)]


def lanes(x, axis):
    x = np.moveaxis(np.asarray(x), axis, -1)
    return x.reshape(-1, x.shape[-1]).tolist() if x.size else []


def order(z):
    return (z.real, z.imag)


@pytest.mark.parametrize("x", LAYOUTS)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sort(x, axis):
    before = x.copy()
    out = lax.sort(x, axis)
    assert out.shape == x.shape and out.dtype == x.dtype
    assert lanes(out, axis) == [sorted(lane, key=order)
                                for lane in lanes(x, axis)]
    np.testing.assert_array_equal(x, before)


def test_nan_comes_last_and_zeros_keep_their_order():
    x = np.array([math.nan, 0.0, math.inf, -0.0, -1.0, 0.0, -math.inf])
    out = np.asarray(lax.sort(x))
    assert out.tolist()[:-1] == [-math.inf, -1, 0, 0, 0, math.inf]
    assert math.isnan(out[-1])
    assert np.signbit(out[2:5]).tolist() == [False, True, False]


@pytest.mark.parametrize("num_keys", [1, 2, 3])
def test_several_operands(num_keys):
    a, b = RNG.integers(0, 3, (2, 4, 20))
    c = RNG.normal(size=(4, 20)).astype("float32")
    out = lax.sort((a, b, c), dimension=1, num_keys=num_keys)
    assert isinstance(out, tuple)
    assert [o.dtype for o in out] == [a.dtype, b.dtype, c.dtype]
    for row in range(4):
        triples = [*zip(a[row].tolist(), b[row].tolist(), c[row].tolist())]
        expected = sorted(triples, key=lambda t: t[:num_keys])
        assert [*zip(*(np.asarray(o)[row].tolist() for o in out))] == expected


def test_sort_key_val():
    keys, values = lax.sort_key_val(np.array([2, 0, 1]),
                                    np.array([1.0, 2.0, 3.0]))
    assert keys.tolist() == [0, 1, 2] and values.tolist() == [2.0, 3.0, 1.0]


@pytest.mark.parametrize("x", LAYOUTS[:-1])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_top_k(x, axis):
    for k in range(min(x.shape[axis], 3) + 1):
        values, places = lax.top_k(x, k, axis=axis)
        assert values.dtype == x.dtype and places.dtype == np.int32
        for lane, top, where in zip(lanes(x, axis), lanes(values, axis),
                                    lanes(places, axis)):
            expected = sorted(range(len(lane)), key=lambda i: -lane[i])[:k]
            assert where == expected
            assert top == [lane[i] for i in expected]


def test_top_k_of_nan():
    values, places = lax.top_k(np.array([1.0, math.nan, 2.0]), 2)
    assert math.isnan(values[0].item()) and places.tolist() == [1, 2]


def test_weak_types():
    weak, strong = lax.full((3,), 1.0), np.ones(3, np.float32)
    assert lax.sort(weak).weak_type
    assert [x.weak_type for x in lax.sort((strong, weak))] == [False, True]


@pytest.mark.parametrize("call, error, words", [
    (lambda: lax.sort(1.0), ValueError, "axis -1 is out of bounds"),
    (lambda: lax.sort(()), TypeError, "at least one operand"),
    (lambda: lax.sort((X, X.T)), TypeError, "must have equal shapes"),
    (lambda: lax.sort((X, X), num_keys=3), ValueError, "between 1 and"),
    (lambda: lax.sort(X, num_keys=2), ValueError, "must equal 1"),
    (lambda: lax.top_k(X, 6), ValueError, "no larger than size along axis"),
    (lambda: lax.top_k(X, -1), ValueError, "nonnegative"),
    (lambda: lax.top_k(X, 1.5), TypeError, "integer"),
    (lambda: lax.top_k(X * 1j, 1), ValueError, "complex"),
    (lambda: lax.top_k(1.0, 1), ValueError, "out of bounds"),
])
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()
