"""Reductions: values against Python's own folds, identities, refusals."""
import functools
import itertools
import math
import operator

import numpy as np
import pytest

from minijax import lax

X = np.array([[3, -1, 4], [1, -5, 9]])
FOLDS = {"reduce_sum": operator.add, "reduce_prod": operator.mul,
         "reduce_max": max, "reduce_min": min, "reduce_and": operator.and_,
         "reduce_or": operator.or_, "reduce_xor": operator.xor}
LAYOUTS = {"plain": X, "transposed": X.T, "backwards": X[::-1, ::-2],
           "repeated": np.broadcast_to(X[:, None], (2, 2, 3)),
           "scalar": np.array(4)}


def folded(x, axes, fold):
    """One number per index of the other axes, by a Python loop."""
    kept = [d for d in range(x.ndim) if d not in axes]
    out = {}
    for i in itertools.product(*map(range, x.shape)):
        key = tuple(i[d] for d in kept)
        out[key] = fold(out[key], x[i].item()) if key in out else x[i].item()
    return np.array(list(out.values())).astype(x.dtype).reshape(
        [x.shape[d] for d in kept])


@pytest.mark.parametrize("name", FOLDS)
@pytest.mark.parametrize("x", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("dtype", ["int64", "int8", "float32"])
def test_values(name, x, dtype):
    if dtype == "float32" and name in ("reduce_and", "reduce_or",
                                       "reduce_xor"):
        return
    x = x.astype(dtype)
    for n in range(x.ndim + 1):
        for axes in itertools.permutations(range(x.ndim), n):
            out = getattr(lax, name)(x, axes)
            assert out.dtype == x.dtype
            np.testing.assert_array_equal(out, folded(x, axes, FOLDS[name]))


@pytest.mark.parametrize("name, dtype, expected", [
    ("reduce_sum", "float32", 0), ("reduce_prod", "int8", 1),
    ("reduce_max", "float32", -math.inf), ("reduce_min", "float16", math.inf),
    ("reduce_max", "int8", -128), ("reduce_min", "uint8", 255),
    ("reduce_max", "bool", False), ("reduce_min", "bool", True),
    ("reduce_and", "bool", True), ("reduce_or", "bool", False),
    ("reduce_and", "int8", -1), ("reduce_and", "uint8", 255),
    ("reduce_or", "int8", 0), ("reduce_xor", "int8", 0),
])
def test_of_nothing_the_identity(name, dtype, expected):
    out = getattr(lax, name)(np.zeros((0, 2), dtype), (0,))
    assert out.dtype == dtype and out.tolist() == [expected] * 2
    assert getattr(lax, name)(np.zeros((0, 2), dtype), (1,)).shape == (0,)


def test_int8_wraps_and_does_not_widen():
    assert lax.reduce_sum(np.full(3, 100, np.int8), (0,)).item() == 44
    assert lax.reduce_prod(np.full(2, 16, np.uint8), (0,)).item() == 0


def test_nan_wins():
    x = np.array([1.0, math.nan, 3.0])
    assert math.isnan(lax.reduce_max(x, (0,)).item())
    assert math.isnan(lax.reduce_min(x, (0,)).item())
    assert lax.argmax(x, 0, int).item() == 1
    assert lax.argmin(x, 0, int).item() == 1


def test_complex_is_ordered_by_its_real_part_first():
    x = np.array([1 + 2j, 1 + 3j, 0 + 9j])
    assert lax.reduce_max(x, (0,)).item() == 1 + 3j
    assert lax.reduce_min(x, (0,)).item() == 9j
    assert lax.reduce_sum(x, (0,)).item() == 2 + 14j


def test_bools():
    x = np.array([[True, False], [True, True]])
    assert lax.reduce_and(x, (1,)).tolist() == [False, True]
    assert lax.reduce_or(x, (1,)).tolist() == [True, True]
    assert lax.reduce_xor(x, (1,)).tolist() == [True, False]
    assert lax.reduce_max(x, (0,)).tolist() == [True, True]


@pytest.mark.parametrize("name, pick", [("argmax", max), ("argmin", min)])
@pytest.mark.parametrize("dtype", ["int32", "uint8", "int64"])
def test_positions(name, pick, dtype):
    x = np.array([[3, 1, 3], [2, 2, 5]])
    for axis in (0, 1):
        out = getattr(lax, name)(x, axis, dtype)
        rows = np.moveaxis(x, axis, -1).tolist()
        assert out.dtype == dtype
        assert out.tolist() == [row.index(pick(row)) for row in rows]
    assert getattr(lax, name)(x[:0], 1, dtype).shape == (0,)


def test_weak_types():
    weak = lax.full((2,), 1.0)
    for name in ("sum", "prod", "max", "min"):
        assert getattr(lax, f"reduce_{name}")(weak, (0,)).weak_type
    assert not lax.argmax(weak, 0, int).weak_type
    assert not lax.reduce_and(lax.full((2,), 1), (0,)).weak_type


def test_a_long_sum_is_accurate():
    x = np.full(10**6, 0.1, np.float32)
    assert abs(lax.reduce_sum(x, (0,)).item() - 1e5) < 1


@pytest.mark.parametrize("call, error, words", [
    (lambda: lax.reduce_sum(X, (2,)), ValueError,
     r"reduction axes \(2,\) contains out-of-bounds.*0 <= axis < 2"),
    (lambda: lax.reduce_sum(X, (-1,)), ValueError, "out-of-bounds"),
    (lambda: lax.reduce_max(X, (0, 0)), ValueError, "duplicate value in 'axe"),
    (lambda: lax.reduce_sum(X > 0, (0,)), TypeError,
     "reduce_sum does not accept dtype bool. Accepted dtypes are subtypes of "
     "number"),
    (lambda: lax.reduce_or(X / 2, (0,)), TypeError, "dtype bool or int.*!= 0"),
    (lambda: lax.argmax(X, -1, int), ValueError, "Invalid axis -1"),
    (lambda: lax.argmax(X[:0], 0, int), ValueError, "non-empty reduced dim"),
    (lambda: lax.argmin(X, 0, float), TypeError, "must be an integer type"),
    (lambda: lax.argmin(X * 1j, 0, int), TypeError,
     "argmin does not accept dtype complex128"),
])
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_folding_in_any_order_gives_the_same():
    x = np.random.default_rng(0).integers(-9, 9, (2, 3, 4))
    at_once = lax.reduce_sum(x, (0, 1, 2)).item()
    for axes in itertools.permutations(range(3)):
        one_by_one = functools.reduce(
            lambda y, d: lax.reduce_sum(y, (d,)), sorted(axes)[::-1], x)
        assert one_by_one.item() == at_once == x.sum()
