"""Slices, static and dynamic: against Python's brackets."""
import itertools

import numpy as np
import pytest

from minijax import lax
from minijax.lax import full

X = np.arange(12).reshape(3, 4)
LAYOUTS = [X, X.T, X[::-1, ::-2], X[:, :0], np.broadcast_to(X[0], (2, 4))]


@pytest.mark.parametrize("x", LAYOUTS)
@pytest.mark.parametrize("stride", [None, 1, 2, 5])
def test_slice(x, stride):
    for i, j in itertools.product(range(x.shape[0] + 1), repeat=2):
        if i <= j:
            strides = stride and (stride, 1)
            out = lax.slice(x, (i, 0), (j, x.shape[1]), strides)
            np.testing.assert_array_equal(out, x[i:j:stride])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_slice_in_dim(axis):
    x = np.moveaxis(X, axis, 0)
    for start, limit in ((None, None), (1, None), (None, -1), (-2, -1)):
        out = lax.slice_in_dim(X, start, limit, 1, axis)
        np.testing.assert_array_equal(np.moveaxis(np.asarray(out), axis, 0),
                                      x[start:limit])
    out = lax.slice_in_dim(X, 0, None, stride=2, axis=axis)
    np.testing.assert_array_equal(np.moveaxis(np.asarray(out), axis, 0),
                                  x[::2])


def test_index_in_dim():
    for i in range(-3, 3):
        assert lax.index_in_dim(X, i, keepdims=False).tolist() == list(X[i])
        assert lax.index_in_dim(X, i).shape == (1, 4)
    assert lax.index_in_dim(X, -1, 1, False).tolist() == [3, 7, 11]


def clamped(start, size, length):
    """Where a slice starts once it is moved inside."""
    start = start + length if start < 0 else start
    return max(0, min(start, length - size))


@pytest.mark.parametrize("make", [
    int, np.int8, np.array, lambda n: full((), n, np.int32),
    lambda n: full((), n, np.int64)])
@pytest.mark.parametrize("x", LAYOUTS)
def test_dynamic_slice_and_update(make, x):
    sizes = (2, min(x.shape[1], 1))
    for starts in itertools.product(range(-5, 6), repeat=2):
        i, j = map(clamped, starts, sizes, x.shape)
        window = (slice(i, i + sizes[0]), slice(j, j + sizes[1]))
        given = [make(s) for s in starts]
        out = lax.dynamic_slice(x, given, sizes)
        np.testing.assert_array_equal(out, x[window])
        update = -1 - np.arange(sizes[0] * sizes[1]).reshape(sizes)
        expected = x.copy()
        expected[window] = update
        before = x.copy()
        out = lax.dynamic_update_slice(x, update, given)
        np.testing.assert_array_equal(out, expected)
        np.testing.assert_array_equal(x, before)


def test_indices_may_be_one_array_and_unsigned():
    assert lax.dynamic_slice(X, np.array([1, 1]), (1, 2)).tolist() == [[5, 6]]
    big = np.array([255, 255], np.uint8)
    assert lax.dynamic_slice(X, big, (1, 2)).tolist() == [[10, 11]]
    huge = np.array([2**64 - 1] * 2, np.uint64)
    assert lax.dynamic_slice(X, huge, (1, 2)).tolist() == [[10, 11]]


def test_negative_indices_can_be_forbidden():
    start = full((), -1, np.int32)
    out = lax.dynamic_slice(X[0], [start], (2,), allow_negative_indices=False)
    assert out.tolist() == [0, 1]
    with pytest.raises(ValueError, match="allow_negative_indices=False"):
        lax.dynamic_slice(X[0], [-1], (2,), allow_negative_indices=False)


def test_along_one_axis():
    assert lax.dynamic_slice_in_dim(X, -3, 2, 1).tolist() == [
        [1, 2], [5, 6], [9, 10]]
    assert lax.dynamic_index_in_dim(X, np.int16(1), keepdims=False
                                    ).tolist() == [4, 5, 6, 7]
    assert lax.dynamic_index_in_dim(X, 9, 1).tolist() == [[3], [7], [11]]
    out = lax.dynamic_update_slice_in_dim(X[0], X[0, :2] - 9, 3, 0)
    assert out.tolist() == [0, 1, -9, -8]
    out = lax.dynamic_update_index_in_dim(X, X[0], -1, 0)
    assert out.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [0, 1, 2, 3]]
    out = lax.dynamic_update_index_in_dim(X, X[:, 3], 0, -1)
    assert np.asarray(out)[:, 0].tolist() == [3, 7, 11]


def test_scalars_and_weak_types():
    assert lax.slice(5, (), ()).item() == 5
    assert lax.dynamic_slice(full((), 5), (), ()).item() == 5
    weak = full((3,), 1.0)
    assert lax.slice(weak, (0,), (1,)).weak_type
    assert lax.dynamic_slice(weak, (np.int32(0),), (1,)).weak_type
    assert not lax.dynamic_update_slice(weak, weak, (0,)).weak_type


@pytest.mark.parametrize("call, error, words", [
    (lambda: lax.slice(X, (0,), (1, 1)), TypeError, "start_indices must have"),
    (lambda: lax.slice(X, (0, 0), (1,)), TypeError, "limit_indices must have"),
    (lambda: lax.slice(X, (0, 0), (1, 1), (1,)), TypeError, "strides must"),
    (lambda: lax.slice(X, (0, 0), (4, 4)), TypeError,
     "less than or equal to operand shape"),
    (lambda: lax.slice(X, (-1, 0), (2, 2)), TypeError, "nonnegative"),
    (lambda: lax.slice(X, (2, 0), (1, 2)), TypeError,
     "greater than or equal to start_indices"),
    (lambda: lax.slice(X, (0, 0), (1, 2), (0, 1)), TypeError, "be positive"),
    (lambda: lax.slice(X, (0.5, 0), (1, 2)), TypeError, "integer"),
    (lambda: lax.index_in_dim(X, 3), IndexError, "index 3 is out of bounds"),
    (lambda: lax.index_in_dim(X, -4), IndexError, "axis 0 with size 3"),
    (lambda: lax.dynamic_slice(X, (0,), (1, 1)), ValueError, "must match"),
    (lambda: lax.dynamic_slice(X, (0, 0), (4, 1)), TypeError,
     "slice_sizes must be less than or equal to"),
    (lambda: lax.dynamic_slice(X, (0, 0), (1,)), TypeError, "slice_sizes"),
    (lambda: lax.dynamic_slice(X, (0, 0), (-1, 1)), TypeError, "nonnegative"),
    (lambda: lax.dynamic_slice(X, (0.0, 0.0), (1, 1)), TypeError,
     "must be integers of the same type, got: float32, float32"),
    (lambda: lax.dynamic_slice(X, (np.int8(0), 0), (1, 1)), TypeError,
     "same type, got: int8, int32"),
    (lambda: lax.dynamic_slice(X, X[:2], (1, 1)), TypeError, "be scalars"),
    (lambda: lax.dynamic_update_slice(X, X[0], (0, 0)), TypeError,
     "the same rank"),
    (lambda: lax.dynamic_update_slice(X[:2], X, (0, 0)), TypeError,
     "smaller than operand"),
    (lambda: lax.dynamic_update_slice(X, X / 2, (0, 0)), TypeError,
     "same dtypes, got int64, float64"),
])
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()
