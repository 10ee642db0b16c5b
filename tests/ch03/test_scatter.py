"""Scatter: against a loop over the updates, in their order."""
import itertools
import operator

import numpy as np
import pytest

from minijax import lax
from minijax.lax import ScatterDimensionNumbers as Numbers

RNG = np.random.default_rng(0)
X = RNG.integers(1, 9, (3, 4, 5))
COMBINE = {"scatter": lambda old, new: new, "scatter_add": operator.add,
           "scatter_sub": operator.sub, "scatter_mul": operator.mul,
           "scatter_min": min, "scatter_max": max}


def slow_scatter(x, indices, updates, dims, mode, combine):
    """What the definition says, one element at a time."""
    out = x.copy()
    dropped = dims.inserted_window_dims + dims.operand_batching_dims
    kept = [d for d in range(x.ndim) if d not in dropped]
    sizes = [1] * x.ndim
    for d, axis in zip(dims.update_window_dims, kept):
        sizes[axis] = updates.shape[d]
    batch_axes = [d for d in range(updates.ndim)
                  if d not in dims.update_window_dims]
    for place in sorted(itertools.product(*map(range, updates.shape)),
                        key=lambda i: [i[d] for d in batch_axes]):
        batch = tuple(place[d] for d in batch_axes)
        at, inside = [0] * x.ndim, True
        for d, i in zip(dims.scatter_dims_to_operand_dims, indices[batch]):
            at[d] = max(0, min(int(i), x.shape[d] - sizes[d]))
            inside &= at[d] == i
        for d, b in zip(dims.operand_batching_dims,
                        dims.scatter_indices_batching_dims):
            at[d] = batch[b]
        for d, axis in zip(dims.update_window_dims, kept):
            at[axis] += place[d]
        if inside or mode == "clip":
            out[tuple(at)] = combine(out[tuple(at)], updates[place])
    return out


def column(*numbers):
    return np.array(numbers)[:, None]


CASES = {
    "elements": (X[0, 0], column(0, 4, 0, -1, 5, 0), (6,),
                 Numbers((), (0,), (0,))),
    "rows": (X[0], column(2, 0, 2, 9), (4, 5), Numbers((1,), (0,), (0,))),
    "columns": (X[0], column(2, 0, 2), (4, 3), Numbers((0,), (1,), (1,))),
    "part of a row": (X[0], column(2, 0, 2), (3, 2),
                      Numbers((1,), (0,), (0,))),
    "pairs": (X[0], np.array([[0, 1], [3, 4], [4, 0], [0, 1]]), (4,),
              Numbers((), (0, 1), (0, 1))),
    "overlapping windows": (X[0], np.array([[0, 1], [1, 2], [3, 3]]),
                            (3, 2, 2), Numbers((1, 2), (), (0, 1))),
    "windows first": (X[0], np.array([[0, 1], [1, 2], [3, 3]]),
                      (2, 2, 3), Numbers((0, 1), (), (0, 1))),
    "batched": (X[0], np.array([[[4], [4]], [[1], [1]], [[2], [9]],
                                [[3], [0]]]), (4, 2),
                Numbers((), (1,), (1,), (0,), (0,))),
    "batched windows": (X, np.array([[0], [3], [1]]), (3, 2),
                        Numbers((1,), (1,), (2,), (0,), (0,))),
    "nothing moves": (X[0], np.zeros((3, 0), int), (3, 4, 5),
                      Numbers((1, 2), (), ())),
    "a scalar operand": (np.array(7), np.zeros((2, 0), int), (2,),
                         Numbers((), (), ())),
    "no indices": (X[0], np.zeros((0, 1), int), (0, 5),
                   Numbers((1,), (0,), (0,))),
    "strided": (X[::2, ::-1, ::3], column(1, 0, 1), (2, 3, 2),
                Numbers((0, 2), (1,), (1,))),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", COMBINE)
@pytest.mark.parametrize("mode", ["clip", "drop", "promise_in_bounds", None])
def test_values(case, name, mode):
    x, indices, shape, dims = CASES[case]
    updates = RNG.integers(-9, 9, shape)
    before = x.copy()
    out = getattr(lax, name)(x, indices, updates, dims, mode=mode)
    expected = slow_scatter(x, indices, updates, dims, mode, COMBINE[name])
    assert out.shape == x.shape and out.dtype == x.dtype
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("layout", [
    lambda u: u, np.asfortranarray, lambda u: u[::-1, ::-1][::-1, ::-1]])
def test_the_last_update_wins_however_it_lies_in_memory(layout):
    indices = np.zeros((2, 3, 1), int)
    updates = layout(np.arange(6.0).reshape(2, 3))
    out = lax.scatter(np.zeros(2), indices, updates, Numbers((), (0,), (0,)))
    assert out.tolist() == [5.0, 0.0]


def test_a_window_outside_is_dropped_whole():
    out = lax.scatter(np.zeros(4), column(1, 3), np.ones((2, 2)),
                      Numbers((1,), (), (0,)))
    assert out.tolist() == [0.0, 1.0, 1.0, 0.0]


def test_scatter_writes_where_gather_reads():
    rng = np.random.default_rng(1)
    for _ in range(50):
        indices = rng.integers(0, 3, (4, 2))
        x, updates = rng.normal(size=(4, 4)), rng.normal(size=(2, 4, 2))
        dims = ((0, 2), (), (1, 0))
        gathered = lax.gather(x, indices, lax.GatherDimensionNumbers(*dims),
                              (2, 2))
        scattered = lax.scatter_add(np.zeros((4, 4)), indices, updates,
                                    Numbers(*dims))
        np.testing.assert_allclose((np.asarray(gathered) * updates).sum(),
                                   (x * np.asarray(scattered)).sum())


@pytest.mark.parametrize("dtype", ["float16", "float64", "complex64", "uint8",
                                   "bool"])
def test_dtypes(dtype):
    x, updates = np.zeros(3, dtype), np.ones(2, dtype)
    for name in COMBINE:
        if dtype != "bool" or name in ("scatter", "scatter_add"):
            out = getattr(lax, name)(x, column(1, 1), updates,
                                     Numbers((), (0,), (0,)))
            assert out.dtype == dtype


def test_names_and_weak_types():
    assert str(lax.scatter_add_p) == "scatter-add"
    assert lax.scatter_add.__name__ == "scatter_add"
    weak, strong = lax.full((2,), 1.0), np.ones(1, np.float32)
    assert lax.scatter(weak, column(0), strong, Numbers((), (0,), (0,))
                       ).weak_type


@pytest.mark.parametrize("updates, dims, error, words", [
    (np.ones((1, 5)), ((1,), (0,), (0,)), TypeError, "same dtypes, got int64"),
    (X[0, 0], ((1,), (0,), (0,)), TypeError, "Updates tensor must be of rank"),
    (X[0, :2], ((1,), (0,), (0,)), TypeError, "Bounds of the scatter dimen"),
    (X[:1, 0, [0] * 6], ((1,), (0,), (0,)), TypeError, "must not exceed"),
    (X[0, :1], ((1,), (), (0,)), TypeError, "each of the 2 axes"),
    (X[0, :1], ((1,), (0,), (2,)), TypeError, "scatter_dims_to_operand_dims"),
    (X[0, :1], ((2,), (0,), (0,)), TypeError, "update_window_dims"),
])
def test_refusals(updates, dims, error, words):
    with pytest.raises(error, match=words):
        lax.scatter(X[0], column(0), updates, Numbers(*dims))


def test_refused_indices():
    for indices, words in ((column(0.5), "integer type"),):
        with pytest.raises(ValueError, match=words):
            lax.scatter(X[0], indices, X[0, :1], Numbers((1,), (0,), (0,)))
