"""x[index] and x.at[index] against NumPy, for hundreds of random indices."""

import numpy as np
import pytest

import minijax.numpy as jnp
from minijax.core import Trace, Tracer
from minijax.dtypes import ShapedArray
from minijax.errors import NonConcreteBooleanIndexError

SHAPE = 3, 4, 1, 5
X = np.arange(60.0).reshape(SHAPE)


def random_item(rng, size):
    """An item for one axis of the given size."""
    kind = rng.integers(7)
    if kind == 0:
        return int(rng.integers(-size, size))
    if kind == 1:
        start, stop = (int(n) for n in rng.integers(-size - 1, size + 2, 2))
        return slice(start, stop, int(rng.choice([-2, -1, 1, 2, 3])))
    if kind == 2:
        return slice(None, None, int(rng.choice([-1, 1, 2])))
    if kind == 3:
        return rng.integers(-size, size, rng.choice([1, 2]))
    if kind == 4:
        return rng.integers(-size, size, (2, rng.choice([1, 2])))
    if kind == 5:
        return rng.integers(0, 2, size).astype(bool)
    return np.array(rng.integers(-size, size))


def random_index(seed):
    """An index with items for some axes, None and perhaps an Ellipsis."""
    rng = np.random.default_rng(seed)
    n = rng.integers(0, len(SHAPE) + 1)
    items = [random_item(rng, size) for size in SHAPE[:n]]
    if rng.random() < 0.3:
        k = rng.integers(0, n + 1)
        tail = [random_item(rng, size) for size in SHAPE[len(SHAPE) - n + k:]]
        items = items[:k] + [Ellipsis] + tail
    for _ in range(rng.integers(0, 2)):
        items.insert(rng.integers(0, len(items) + 1), None)
    return tuple(items)


def numpy_takes(index):
    try:
        return X[index]
    except IndexError:
        return None


INDICES = [i for i in map(random_index, range(600))
           if numpy_takes(i) is not None]


def traced_like(item):
    """The item with ndarrays of ints as Arrays: gathered, not sliced."""
    if isinstance(item, np.ndarray) and item.dtype != bool:
        return jnp.asarray(item)
    return item


def test_there_are_hundreds_of_indices():
    assert len(INDICES) > 400


@pytest.mark.parametrize("batch", range(20))
def test_getitem(batch):
    for index in INDICES[batch::20]:
        expected = X[index]
        for i in index, tuple(map(traced_like, index)):
            got = jnp.asarray(X)[i]
            assert got.shape == expected.shape, index
            np.testing.assert_array_equal(got, expected, str(index))


@pytest.mark.parametrize("batch", range(20))
def test_add_and_set_at(batch):
    rng = np.random.default_rng(batch)
    x = jnp.asarray(X)
    for index in INDICES[batch::20]:
        values = rng.normal(size=X[index].shape)
        expected = X.copy()
        np.add.at(expected, index, values)
        np.testing.assert_allclose(x.at[index].add(values), expected,
                                   err_msg=str(index))
        expected[index] = -1
        np.testing.assert_array_equal(x.at[index].add(values).at[index].set(-1),
                                      expected, str(index))


@pytest.mark.parametrize("name, update", [
    ("multiply", lambda x: x * 3), ("mul", lambda x: x * 3),
    ("divide", lambda x: x / 3), ("power", lambda x: x ** 3),
    ("subtract", lambda x: x - 3), ("add", lambda x: x + 3),
    ("min", lambda x: np.minimum(x, 3)), ("max", lambda x: np.maximum(x, 3)),
    ("set", lambda x: 3 + 0 * x)])
def test_other_updates(name, update):
    x = np.arange(6.0)
    expected = x.copy()
    expected[1:5:2] = update(x[1:5:2])
    got = getattr(jnp.asarray(x).at[1:5:2], name)(3)
    np.testing.assert_allclose(got, expected)


def test_apply_and_get():
    x = jnp.asarray([1.0, 4.0, 9.0])
    assert x.at[1:].apply(jnp.sqrt).tolist() == [1, 2, 3]
    assert x.at[1].get() == 4
    assert x.at[jnp.asarray([7])].get(mode="fill", fill_value=5) == 5
    assert x.at[7].get(mode="clip") == 9
    assert x.at[7].set(1, mode="drop").tolist() == [1, 4, 9]


def test_updates_with_repeated_positions():
    x = jnp.zeros(3)
    i = np.array([1, 1, 2])
    assert x.at[i].add(1).tolist() == [0, 2, 1]
    assert x.at[i].set(np.array([5.0, 6.0, 7.0])).tolist() == [0, 6, 7]


def test_the_dtype_of_the_array_stays():
    x = jnp.zeros(3, "int8")
    assert x.at[0].add(1).dtype == "int8"
    with pytest.warns(FutureWarning, match=r"float32 to dtype=int8.*astype"):
        assert x.at[0].set(2.9).tolist() == [2, 0, 0]


@pytest.mark.parametrize("index", [True, False, (True, 1), (slice(1), True),
                                   (None, False), (np.array(True), [0, 1])])
def test_scalar_booleans(index):
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(jnp.asarray(x)[index], x[index])


def test_masks_of_several_axes():
    x = np.arange(24.0).reshape(2, 3, 4)
    for index in [x > 5, (x > 5)[:, :, 0], (0, x[0] > 5),
                  (Ellipsis, x[0] > 2), (slice(None), x[0] > 2)]:
        np.testing.assert_array_equal(jnp.asarray(x)[index], x[index])
        expected = x.copy()
        expected[index] = 0
        np.testing.assert_array_equal(jnp.asarray(x).at[index].set(0),
                                      expected)


def test_empty_arrays_and_results():
    e = jnp.zeros((0, 3))
    assert e[:, 1].shape == (0,)
    assert e[:, jnp.asarray([0, 1])].shape == (0, 2)
    assert jnp.ones((3, 2))[np.array([], int)].shape == (0, 2)
    assert jnp.ones(3)[5:].shape == (0,)
    assert jnp.ones(3).at[5:].set(1).shape == (3,)


@pytest.mark.parametrize("index", [3, -4, (0, 2), np.array([0, 3]),
                                   np.array([-4]), (slice(None), -3)])
def test_a_known_position_out_of_range_is_an_index_error(index):
    x = jnp.ones((3, 2))
    with pytest.raises(IndexError, match="out of bounds for axis . with size"):
        x[index]
    with pytest.raises(IndexError, match="out of bounds for axis . with size"):
        x.at[index].set(0)


def test_a_computed_position_out_of_range_is_clipped_or_dropped():
    x = jnp.arange(3.0)
    assert x[jnp.asarray(7)] == 2
    assert x[jnp.asarray([-9, 9])].tolist() == [0, 2]
    assert x.at[jnp.asarray([-9, 9])].set(5).tolist() == [0, 1, 2]


@pytest.mark.parametrize("index, error, words", [
    (1.0, TypeError, "Indexer must have integer or boolean type, got indexer "
                     "with type float64"),
    (np.ones(2), TypeError, "got indexer with type float64"),
    ("a", TypeError, "JAX does not support string indexing"),
    ([0, 1], TypeError, r"use `arr\[array\(seq\)\]`"),
    ((0, 1, 2), IndexError, "Too many indices: array is 2-dimensional, but 3"),
    ((..., ...), IndexError, "single ellipsis"),
    ({}, IndexError, "only integers, slices"),
    (np.array([True, False]), IndexError, r"got \(2,\), expected \[3\]"),
    (slice(0.5), TypeError, "slice indices must be integers"),
])
def test_bad_indices(index, error, words):
    with pytest.raises(error, match=words):
        jnp.ones((3, 2))[index]


class Unknown(Tracer):
    """A tracer without a value: what a traced program sees."""

    __slots__ = ("aval",)

    def __init__(self, shape, dtype):
        self.aval = ShapedArray(shape, np.dtype(dtype))
        self.trace = Trace(test_bad_indices)


def test_indices_that_would_make_shapes_unknown():
    x = jnp.arange(3)
    with pytest.raises(NonConcreteBooleanIndexError, match="where"):
        x[Unknown((3,), bool)]
    with pytest.raises(IndexError, match="Slice entries must be static"):
        x[Unknown((), "int32"):]


def test_immutable():
    x = jnp.ones(3)
    with pytest.raises(TypeError, match=r"x = x.at\[idx\].set\(y\)"):
        x[0] = 5
