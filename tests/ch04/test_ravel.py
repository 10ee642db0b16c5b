"""A tree as a vector, and back."""

import numpy as np
import pytest

from minijax import tree
from minijax.flatten_util import ravel_pytree


def same(a, b):
    def agree(x, y):
        x, y = np.asarray(x), np.asarray(y)
        return x.dtype == y.dtype and np.array_equal(x, y)
    return tree.structure(a) == tree.structure(b) and tree.all(
        tree.map(agree, a, b))


F, N, C, B = np.float32, np.int32, np.complex64, np.bool_


@pytest.mark.parametrize("dtypes, expected", [
    ((F, F), F), ((N, N), N), ((N, F), F), ((B, N), N), ((F, C), C),
    ((np.float64, F), np.float64)])
def test_round_trip(dtypes, expected):
    first, second = dtypes
    t = {"b": [np.array([1], first), None],
         "a": np.array([[1, 0], [0, 1]], second), "c": np.zeros((0, 2), first)}
    vector, unravel = ravel_pytree(t)
    assert vector.dtype == expected and vector.shape == (5,)
    assert np.array_equal(np.asarray(vector), [1, 0, 0, 1, 1])
    assert same(unravel(vector), t)


def test_numbers_and_an_empty_tree():
    vector, unravel = ravel_pytree((1.0, [2.0]))
    assert vector.dtype == np.float32
    assert unravel(10 * np.asarray(vector))[1][0] == 20.0
    vector, unravel = ravel_pytree([None, ()])
    assert vector.shape == (0,) and vector.dtype == np.float32
    assert unravel(vector) == [None, ()]


def test_leaves_of_one_dtype_take_any_vector():
    vector, unravel = ravel_pytree(np.arange(4, dtype=F))
    assert unravel(np.asarray(vector) < 2).dtype == bool


def test_the_wrong_vector():
    vector, unravel = ravel_pytree([np.ones(2, F), np.ones(3, N)])
    with pytest.raises(TypeError, match="array of dtype bool, but expected "
                       "dtype float32"):
        unravel(np.asarray(vector) < 2)
    with pytest.raises(ValueError, match=r"shape \(4,\), but expected shape "
                       r"\(5,\)"):
        unravel(np.ones(4, F))


def test_the_way_back_can_be_a_key():
    one, two = (ravel_pytree({"w": np.full(2, x)})[1] for x in (1.0, 2.0))
    other = ravel_pytree({"w": np.ones(3)})[1]
    assert one == two and hash(one) == hash(two) and one != other
