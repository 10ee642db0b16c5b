"""Arrays: the door in, what stays as it was, and the way out."""

import copy
import enum
import pickle

import numpy as np
import pytest

from minijax import enable_x64
from minijax.array import Array, ArrayImpl, as_array, def_methods
from minijax.dtypes import ShapedArray, float0


def test_python_numbers_are_weak_and_of_default_width():
    for x, dtype, weak in [(True, "bool", False), (3, "int32", True),
                           (1.5, "float32", True), (1j, "complex64", True)]:
        a = as_array(x)
        assert a.aval is ShapedArray((), dtype, weak)
        assert a.item() == x
    with enable_x64():
        assert as_array(1.5).aval is ShapedArray((), "float64", True)


@pytest.mark.parametrize("dtype", [
    "bool", "int8", "int64", "uint16", "uint64", "float16", "float64",
    "complex128", float0])
def test_a_width_that_is_given_is_kept(dtype):
    for value in np.zeros((2, 3), dtype), np.zeros((0, 3), dtype):
        a = as_array(value)
        assert a.aval is ShapedArray(value.shape, dtype)
        assert np.asarray(a).dtype == dtype
    if dtype != float0:
        assert as_array(np.dtype(dtype).type(1)).aval is ShapedArray((), dtype)


def test_subclasses_of_python_numbers():
    class Colour(enum.IntEnum):
        RED = 3

    class Length(float):
        pass
    assert as_array(Colour.RED).aval is ShapedArray((), "int32", True)
    assert as_array(Length(2)).aval is ShapedArray((), "float32", True)
    assert as_array(np.float64(2)).aval is ShapedArray((), "float64")


def test_an_array_passes_unchanged():
    a = as_array(1.0)
    assert as_array(a) is a


def test_foreign_byte_order_and_memory_layout():
    swapped = as_array(np.array([1.0, 2.0], ">f8"))
    assert swapped.aval is ShapedArray((2,), "float64")
    assert swapped.tolist() == [1.0, 2.0]
    grid = np.arange(6.0).reshape(2, 3)
    assert as_array(grid.T[::-1]).tolist() == grid.T[::-1].tolist()


def test_a_subclass_of_ndarray_is_left_behind():
    class Tagged(np.ndarray):
        pass
    x = as_array(np.ones(2).view(Tagged))
    assert type(np.asarray(x)) is np.ndarray


def test_jax_array_protocol():
    class Parameter:
        def __jax_array__(self):
            return np.float64(2.5)
    assert as_array(Parameter()).aval is ShapedArray((), "float64")


def test_a_masked_array_is_refused():
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    for x in masked, np.ma.array([1.0]), np.ma.masked:
        with pytest.raises(ValueError, match="masked arrays are not support"
                           r".* x.filled\(value\)"):
            as_array(x)


def test_a_number_too_large():
    with pytest.raises(OverflowError) as error:
        as_array(2**40)
    for words in "Python int 1099511627776 is too large", "int32", \
            "numpy.int64", "enable_x64":
        assert words in str(error.value)
    with enable_x64():
        assert as_array(2**40).item() == 2**40
    assert as_array(np.int64(2**40)).item() == 2**40


def test_a_float_too_large_is_infinite_without_a_warning():
    assert as_array(1e300).item() == float("inf")
    assert as_array(complex(-1e300, 1)).item() == complex(-float("inf"), 1)


@pytest.mark.parametrize("x", ["1", [1.0], (1, 2), None, {}, object(), b"1"])
def test_what_is_no_array(x):
    with pytest.raises(TypeError) as error:
        as_array(x, "sin", 1)
    for words in "argument to sin", str(type(x)), "at position 1", \
            "minijax.numpy.asarray":
        assert words in str(error.value)


def test_strings_and_objects_in_an_ndarray():
    for x in np.array(["a"]), np.array([None]), np.datetime64("2020-01-01"):
        with pytest.raises(TypeError, match="Only arrays of numeric types"):
            as_array(x)


def test_the_input_is_copied():
    a = np.array([1.0, 2.0])
    x = as_array(a)
    view = as_array(a[:1])
    a[:] = 9
    assert x.tolist() == [1.0, 2.0]
    assert view.tolist() == [1.0]


def test_what_numpy_gets_is_read_only():
    x = as_array(np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(x)[0] = 9
    with pytest.raises(ValueError):
        np.asarray(x).flat[0] = 9
    mine = np.array(x)
    mine[0] = 9
    assert x.tolist() == [1.0, 2.0]
    assert np.asarray(x).base is not None
    assert np.asarray(x, np.float32).dtype == np.float32


def test_assignment_is_refused_with_a_remedy():
    x = as_array(np.ones(3))
    with pytest.raises(TypeError) as error:
        x[0] = 1
    assert "JAX arrays are immutable" in str(error.value)
    assert "x.at[idx].set(y)" in str(error.value)


def test_numpy_gives_way_to_our_operators(monkeypatch):
    def radd(x, y):
        return "radd", type(y)
    monkeypatch.setattr(Array, "__radd__", radd, raising=False)
    x = as_array(np.ones(2))
    assert np.ones(2) + x == ("radd", np.ndarray)
    assert (np.float64(1) + x)[0] == "radd"
    assert 1.0 + x == ("radd", float)


def test_def_methods(monkeypatch):
    monkeypatch.setattr(Array, "twice", None, raising=False)
    def_methods({"twice": lambda x: 2 * x.size})
    assert as_array(np.ones(3)).twice() == 6


def test_attributes():
    x = as_array(np.ones((2, 3), np.float16))
    assert (x.shape, x.ndim, x.size) == ((2, 3), 2, 6)
    assert (x.dtype, x.itemsize, x.nbytes) == (np.float16, 2, 12)
    assert (x.weak_type, len(x)) == (False, 2)
    assert x.block_until_ready() is x
    assert not hasattr(x, "__dict__")


def test_conversions():
    assert float(as_array(1.5)) == 1.5
    assert int(as_array(3)) == 3
    assert complex(as_array(1j)) == 1j
    assert [*range(as_array(3))] == [0, 1, 2]
    assert [5, 6, 7][as_array(np.uint8(2))] == 7
    assert bool(as_array(0.0)) is False and bool(as_array(np.ones(1)))
    assert as_array(np.ones((1, 1))).item() == 1.0
    assert type(as_array(1.5).item()) is float
    assert as_array(np.arange(4).reshape(2, 2)).tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize("convert", [int, float, complex])
@pytest.mark.parametrize("shape", [(1,), (3,), (0,), (1, 1)])
def test_only_0d_arrays_become_numbers(convert, shape):
    with pytest.raises(TypeError) as error:
        convert(as_array(np.ones(shape)))
    assert "Only scalar arrays can be converted" in str(error.value)
    assert str(shape) in str(error.value)
    assert "x.item()" in str(error.value) and "x.tolist()" in str(error.value)


def test_item_of_many():
    with pytest.raises(ValueError, match=r"size 1 .* shape \(3,\).*tolist"):
        as_array(np.ones(3)).item()


def test_truth():
    with pytest.raises(ValueError, match=r"ambiguous.*a.any\(\)"):
        bool(as_array(np.ones(2)))
    with pytest.raises(ValueError, match=r"empty .*ambiguous.*x.size > 0"):
        bool(as_array(np.ones(0)))


def test_only_integers_are_indices():
    for x in 1.0, True, np.ones(1, int):
        with pytest.raises(TypeError, match="integer"):
            range(as_array(x))


def test_len_and_iteration_end(monkeypatch):
    for use in len, iter:
        with pytest.raises(TypeError, match=r"0-d array.*x\[\(\)\]"):
            use(as_array(1.0))
    monkeypatch.setattr(Array, "__getitem__",
                        lambda x, i: as_array(np.asarray(x)[i]), raising=False)
    rows = list(as_array(np.arange(6).reshape(3, 2)))
    assert [r.tolist() for r in rows] == [[0, 1], [2, 3], [4, 5]]
    assert list(as_array(np.ones((0, 2)))) == []


def test_unhashable():
    with pytest.raises(TypeError, match="unhashable"):
        hash(as_array(1.0))


CASES = [
    (1.5, "Array(1.5, dtype=float32, weak_type=True)"),
    (np.float64(1.5), "Array(1.5, dtype=float64)"),
    (np.array([True, False]), "Array([ True, False], dtype=bool)"),
    (np.arange(3, dtype="i4"), "Array([0, 1, 2], dtype=int32)"),
    (np.ones((2, 2), "f4"), "Array([[1., 1.],\n       [1., 1.]], "
     "dtype=float32)"),
    (np.ones((0, 3), "f4"), "Array([], shape=(0, 3), dtype=float32)"),
    (np.array([1 + 2j], "c8"), "Array([1.+2.j], dtype=complex64)"),
    (np.array([np.nan, np.inf], "f4"), "Array([nan, inf], dtype=float32)"),
    (np.arange(13, dtype="f4"), "Array([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  "
     "7.,  8.,  9., 10., 11., 12.],      dtype=float32)"),
]


@pytest.mark.parametrize("x, text", CASES)
def test_repr(x, text):
    assert repr(as_array(x)) == text


def test_str_and_format():
    x = as_array(np.array([1.0, 2.5]))
    assert str(x) == f"{x}" == "[1.  2.5]"
    assert str(as_array(1.5)) == f"{as_array(1.5)}" == "1.5"
    assert f"{as_array(1.5):.3f}" == "1.500"
    assert f"{as_array(3):04d}" == "0003"
    with pytest.raises(TypeError, match="unsupported format string"):
        f"{x:.2f}"


@pytest.mark.parametrize("x", [1.5, np.ones((2, 0)), np.arange(3, dtype="u1"),
                               np.zeros(2, float0)])
def test_pickle_and_copy(x):
    x = as_array(x)
    for y in (pickle.loads(pickle.dumps(x)), copy.copy(x), copy.deepcopy(x)):
        assert type(y) is ArrayImpl
        assert y.aval is x.aval
        assert np.array_equal(np.asarray(y), np.asarray(x))
