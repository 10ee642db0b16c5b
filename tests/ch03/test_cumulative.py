"""Cumulative reductions: element i combines what stands up to i."""
import itertools
import math
import operator

import numpy as np
import pytest

from minijax import lax

X = np.array([[3, -1, 4, 1], [1, -5, 9, 2]])
FOLDS = {"cumsum": operator.add, "cumprod": operator.mul, "cummax": max,
         "cummin": min}


def lanes(x, axis):
    x = np.moveaxis(np.asarray(x), axis, -1)
    return x.reshape(-1, x.shape[-1]).tolist() if x.size else []


@pytest.mark.parametrize("name", FOLDS)
@pytest.mark.parametrize("x", [X, X.T, X[::-1, ::2], X[:, :0], X[0]])
@pytest.mark.parametrize("dtype", ["int32", "int64", "float64"])
def test_values(name, x, dtype):
    x = x.astype(dtype)
    for axis, reverse in itertools.product(range(x.ndim), (False, True)):
        out = getattr(lax, name)(x, axis, reverse)
        assert out.dtype == x.dtype and out.shape == x.shape
        step = -1 if reverse else 1
        for lane, row in zip(lanes(x, axis), lanes(out, axis), strict=True):
            assert row[::step] == [*itertools.accumulate(lane[::step],
                                                         FOLDS[name])]


@pytest.mark.parametrize("reverse", [False, True])
def test_cumlogsumexp(reverse):
    x = np.array([0.0, 1000.0, -1000.0, 1000.0, -math.inf])
    ends = [[*range(i, 5)] if reverse else [*range(i + 1)] for i in range(5)]
    expected = [max(x[e]) + math.log(sum(math.exp(v - max(x[e]))
                                         for v in x[e]))
                if max(x[e]) > -math.inf else -math.inf for e in ends]
    np.testing.assert_allclose(lax.cumlogsumexp(x, 0, reverse), expected)


def test_the_last_sum_is_the_sum():
    x = np.random.default_rng(0).normal(size=(5, 7))
    np.testing.assert_allclose(
        np.asarray(lax.cumsum(x, 1))[:, -1], lax.reduce_sum(x, (1,)))


def test_int8_wraps():
    assert lax.cumsum(np.full(3, 100, np.int8)).tolist() == [100, -56, 44]


def test_nan_stays():
    out = lax.cummax(np.array([1.0, math.nan, 3.0])).tolist()
    assert out[0] == 1.0 and math.isnan(out[1]) and math.isnan(out[2])


def test_weak_types():
    assert lax.cumsum(lax.full((3,), 1.0)).weak_type


@pytest.mark.parametrize("call, error, words", [
    (lambda: lax.cumsum(X, -1), ValueError, "do not allow negative axes"),
    (lambda: lax.cumprod(X, 2), ValueError, "axis 2 is out of bounds"),
    (lambda: lax.cumsum(X > 0), TypeError,
     "cumsum does not accept dtype bool. Accepted dtypes are subtypes of num"),
    (lambda: lax.cumlogsumexp(X), TypeError, "cumlogsumexp does not accept"),
    (lambda: lax.cumsum(1.0), ValueError, "axis 0 is out of bounds"),
])
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()
