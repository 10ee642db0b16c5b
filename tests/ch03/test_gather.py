"""Gather: against a loop over the elements of the result."""
import itertools
import math

import numpy as np
import pytest

from minijax import lax
from minijax.lax import GatherDimensionNumbers as Numbers
from minijax.lax import GatherScatterMode as Mode

X = np.arange(60).reshape(3, 4, 5)


def slow_gather(x, indices, dims, sizes, mode, fill):
    """What the definition says, one element at a time."""
    dropped = dims.collapsed_slice_dims + dims.operand_batching_dims
    kept = [d for d in range(x.ndim) if d not in dropped]
    rank = indices.ndim - 1 + len(dims.offset_dims)
    batch_axes = [d for d in range(rank) if d not in dims.offset_dims]
    shape = [0] * rank
    for d, n in zip(batch_axes, indices.shape):
        shape[d] = n
    for d, axis in zip(dims.offset_dims, kept):
        shape[d] = sizes[axis]
    out = np.zeros(shape, x.dtype)
    for place in itertools.product(*map(range, shape)):
        batch = tuple(place[d] for d in batch_axes)
        at = corner(x, indices[batch], batch, dims, sizes, mode)
        if at is not None:
            for d, axis in zip(dims.offset_dims, kept):
                at[axis] += place[d]
        out[place] = fill if at is None else x[tuple(at)]
    return out


def corner(x, index, batch, dims, sizes, mode):
    """The first corner of a window; None if it is to be filled."""
    at = [0] * x.ndim
    for d, i in zip(dims.start_index_map, index):
        at[d] = max(0, min(int(i), x.shape[d] - sizes[d]))
        if at[d] != i and mode == "fill":
            return None
    for d, b in zip(dims.operand_batching_dims,
                    dims.start_indices_batching_dims):
        at[d] = batch[b]
    return at


def column(*numbers):
    return np.array(numbers)[:, None]


CASES = {
    "elements": (X[0, 0], column(0, 4, 2, -1, 5), Numbers((), (0,), (0,)),
                 (1,)),
    "rows": (X[0], column(2, 0, 9), Numbers((1,), (0,), (0,)), (1, 5)),
    "columns": (X[0], column(2, 0, 9), Numbers((0,), (1,), (1,)), (4, 1)),
    "middle": (X, column(1, 3), Numbers((0, 2), (1,), (1,)), (3, 1, 5)),
    "pairs": (X[0], np.array([[0, 1], [3, 4], [4, 0]]),
              Numbers((), (0, 1), (0, 1)), (1, 1)),
    "pairs swapped": (X[0], np.array([[1, 0], [4, 3], [0, 4]]),
                      Numbers((), (0, 1), (1, 0)), (1, 1)),
    "windows": (X[0], np.array([[0, 1], [2, 3], [3, 3]]),
                Numbers((1, 2), (), (0, 1)), (2, 2)),
    "windows in the middle": (X, np.array([[[0, 1], [2, 3]]]),
                              Numbers((0, 3), (1,), (1, 2)), (2, 1, 2)),
    "part of a still axis": (X, column(1, 2), Numbers((0, 2), (1,), (1,)),
                             (2, 1, 3)),
    "still axis dropped": (X, column(1, 2), Numbers((1,), (0, 1), (1,)),
                           (1, 1, 5)),
    "batched": (X[0], np.array([[[4], [0]], [[1], [1]], [[2], [9]],
                                [[3], [0]]]),
                Numbers((), (1,), (1,), (0,), (0,)), (1, 1)),
    "batched twice": (X, np.random.default_rng(0).integers(0, 5, (4, 2, 3, 1)),
                      Numbers((), (2,), (2,), (0, 1), (2, 0)), (1, 1, 1)),
    "batched windows": (X, np.array([[0], [3], [1]]),
                        Numbers((1,), (1,), (2,), (0,), (0,)), (1, 1, 2)),
    "only batched": (X[0], np.zeros((4, 0), int),
                     Numbers((1,), (), (), (0,), (0,)), (1, 5)),
    "nothing moves": (X[0], np.zeros((2, 0), int), Numbers((1,), (0,), ()),
                      (1, 3)),
    "a scalar operand": (np.array(7), np.zeros((2, 3, 0), int),
                         Numbers((), (), ()), ()),
    "one index": (X[0], np.array([2]), Numbers((0,), (0,), (0,)), (1, 5)),
    "no indices": (X[0], np.zeros((0, 1), int), Numbers((1,), (0,), (0,)),
                   (1, 5)),
    "empty windows": (X[0], column(0, 1), Numbers((1,), (0,), (0,)), (1, 0)),
    "strided": (X[::2, ::-1, ::3], column(1, 0), Numbers((0, 2), (1,), (1,)),
                (2, 1, 2)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("mode", ["clip", "fill", "promise_in_bounds", None])
@pytest.mark.parametrize("dtype", ["int64", "uint16"])
def test_values(case, mode, dtype):
    x, indices, dims, sizes = CASES[case]
    if dtype == "uint16":
        indices = indices % 10
    out = lax.gather(x, indices.astype(dtype), dims, sizes, mode=mode,
                     fill_value=-5)
    expected = slow_gather(x, indices, dims, sizes, mode, -5)
    assert out.shape == expected.shape
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("dtype, fill", [
    ("float32", math.nan), ("complex64", complex(math.nan, 0)),
    ("int8", -128), ("uint8", 255), ("bool", True)])
def test_default_fill(dtype, fill):
    x = np.zeros(2, dtype)
    out = lax.gather(x, column(0, 2), Numbers((), (0,), (0,)), (1,),
                     mode="fill")
    assert out.dtype == dtype and out.tolist()[0] == 0
    np.testing.assert_equal(out.tolist()[1], fill)


def test_huge_unsigned_indices_are_beyond_the_end():
    x = np.array([1.0, 2.0, 3.0])
    huge = np.array([[2**64 - 1], [0]], np.uint64)
    numbers = Numbers((), (0,), (0,))
    assert lax.gather(x, huge, numbers, (1,)).tolist() == [3.0, 1.0]
    out = lax.gather(x, huge, numbers, (1,), mode="fill", fill_value=0)
    assert out.tolist() == [0.0, 1.0]


def test_lists_in_dimension_numbers_will_do():
    out = lax.gather(X[0], column(1), Numbers([1], [0], [0]), [1, 5])
    assert out.tolist() == [[5, 6, 7, 8, 9]]


def test_the_operand_is_not_changed_and_its_weak_type_stays():
    x = np.zeros(2)
    lax.gather(x, column(9), Numbers((), (0,), (0,)), (1,), mode="fill")
    assert x.tolist() == [0, 0]
    weak = lax.full((2,), 1.0)
    assert lax.gather(weak, column(0), Numbers((), (0,), (0,)), (1,)).weak_type


def test_modes_have_names():
    assert Mode.from_any("clip") is Mode.CLIP
    assert Mode.from_any(None) is Mode.FILL_OR_DROP is Mode.from_any("drop")
    assert Mode.from_any(Mode.PROMISE_IN_BOUNDS) is Mode.PROMISE_IN_BOUNDS
    assert str(Mode.FILL_OR_DROP) == "GatherScatterMode.FILL_OR_DROP"
    with pytest.raises(ValueError, match='Unknown gather mode "wrap"'):
        Mode.from_any("wrap")


@pytest.mark.parametrize("indices, dims, sizes, error, words", [
    (column(0.5), ((1,), (0,), (0,)), (1, 5), ValueError, "an integer type"),
    (np.array(1), ((1,), (0,), (0,)), (1, 5), TypeError, "need a last axis"),
    (column(0), ((2,), (0,), (0,)), (1, 5), TypeError, r"valid range is \[0"),
    (column(0), ((1, 1), (0,), (0,)), (1, 5), TypeError, "must not repeat"),
    (column(0), ((1,), (2,), (0,)), (1, 5), TypeError, "collapsed_slice_dims"),
    (column(0), ((1, 0), (0,), (0,)), (1, 5), TypeError, "must be sorted"),
    (column(0), ((1,), (0,), (0, 1)), (1, 5), TypeError, "2 elements in star"),
    (column(0), ((1,), (), (0,)), (1, 5), TypeError, "each of the 2 axes"),
    (column(0), ((1,), (), (0,), (0,), (0,)), (1, 5), TypeError, "disjoint"),
    (column(0), ((), (1,), (1,), (0,), ()), (1, 1), TypeError, "equal numb"),
    (column(0), ((), (1,), (1,), (0,), (0,)), (1, 1), TypeError,
     "to have the same shape"),
    (column(0), ((), (1,), (1,), (0,), (1,)), (1, 1), TypeError,
     "start_indices_batching_dims"),
    (column(0), ((1,), (0,), (0,)), (1,), TypeError, "one slice size for"),
    (column(0), ((1,), (0,), (0,)), (1, 6), TypeError, "out of range"),
    (column(0), ((1,), (0,), (0,)), (2, 5), TypeError, "with bound 1"),
    (np.zeros((4, 0), int), ((0,), (), (), (0,), (0,)), (2, 5), TypeError,
     "batching dims with bound 0/1"),
])
def test_refusals(indices, dims, sizes, error, words):
    with pytest.raises(error, match=words):
        lax.gather(X[0], indices, Numbers(*dims), sizes)
