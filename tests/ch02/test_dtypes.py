"""Default widths, what arrays may hold, and types that are one object."""

import gc
import os
import pickle
import threading

import numpy as np
import pytest

from minijax import dtypes, enable_x64
from minijax.dtypes import ShapedArray, canonical, check, float0


@pytest.mark.parametrize("kind, narrow, wide", [
    ("b", "bool", "bool"), ("i", "int32", "int64"),
    ("f", "float32", "float64"), ("c", "complex64", "complex128")])
def test_defaults(kind, narrow, wide):
    assert dtypes.default(kind) == np.dtype(narrow)
    with enable_x64():
        assert dtypes.default(kind) == np.dtype(wide)


@pytest.mark.parametrize("given, meant", [
    (float, "float32"), (int, "int32"), (complex, "complex64"),
    (bool, "bool"), (np.float64, "float64"), ("int8", "int8"),
    (np.dtype("uint16"), "uint16"), ("f2", "float16"), (">f8", "float64"),
    (np.longlong, "int64"), (float0, float0)])
def test_canonical(given, meant):
    found = canonical(given)
    assert found is check(np.dtype(meant))
    assert found == np.dtype(meant)


@pytest.mark.parametrize("given", ["bfloat16", "flaot", None, 3.5, ()])
def test_what_is_not_a_dtype(given):
    with pytest.raises(TypeError) as error:
        canonical(given)
    assert repr(given) in str(error.value)
    assert "is not a dtype; expected for instance float, 'float32'" in str(
        error.value)


@pytest.mark.parametrize("given", [
    object, "U3", "S3", "datetime64[s]", "timedelta64[s]", np.void,
    [("a", int)], *(["g", "G"] if np.dtype("g").itemsize > 8 else [])])
def test_what_arrays_cannot_hold(given):
    dtype = np.dtype(given)
    with pytest.raises(TypeError) as error:
        check(dtype)
    assert dtype.name in str(error.value)
    assert "Only arrays of numeric types are supported" in str(error.value)
    assert "x.astype(" in str(error.value)


@pytest.mark.parametrize("dtype, short", [
    ("float32", "f32"), ("int8", "i8"), ("uint16", "u16"),
    ("complex64", "c64"), ("bool", "bool"), (float0, "float0")])
def test_short_name(dtype, short):
    assert dtypes.short_name(np.dtype(dtype)) == short


def test_equal_types_are_one_object():
    a = ShapedArray((2, 3), "float32")
    assert a is ShapedArray([2, 3], np.float32, False)
    assert a is ShapedArray(np.array([2, 3]), float)
    assert a is ShapedArray((2, 3), ">f4")
    assert a is not ShapedArray((2, 3), "float64")
    assert a is not ShapedArray((2, 3), "float32", True)
    assert a is not ShapedArray((3, 2), "float32")
    assert (a.shape, a.dtype, a.weak_type) == ((2, 3), np.float32, False)
    assert (a.ndim, a.size) == (2, 6)
    assert (ShapedArray((), int).size, ShapedArray((4, 0), int).size) == (1, 0)


def test_a_shape_is_made_of_integers():
    for shape in [(2.0,), ("2",), (None,)]:
        with pytest.raises(TypeError):
            ShapedArray(shape, float)


def test_a_type_is_checked():
    with pytest.raises(TypeError, match="Only arrays of numeric types"):
        ShapedArray((), object)


def test_update():
    a = ShapedArray((2,), "float32", True)
    assert a.update(shape=(3,)) is ShapedArray((3,), "float32", True)
    assert a.update(dtype=bool, weak_type=False) is ShapedArray((2,), bool)
    assert a.update() is a


def test_tangent():
    for dtype in "float16", "float64", "complex64":
        a = ShapedArray((2,), dtype)
        assert a.tangent() is a
    for dtype in "int32", "bool", "uint8":
        a = ShapedArray((2,), dtype)
        assert a.tangent() is ShapedArray((2,), float0)


def test_printing():
    a = ShapedArray((2, 3), "float32", True)
    assert str(a) == "float32[2,3]"
    assert repr(a) == "ShapedArray(float32[2,3], weak_type=True)"
    assert a.str_short() == "f32[2,3]"
    assert repr(ShapedArray((), int)) == "ShapedArray(int32[])"


def test_immutable():
    with pytest.raises(AttributeError, match=r"aval.update\(shape=…\)"):
        ShapedArray((2,), float).shape = (3,)


def test_pickle_gives_the_same_object():
    for a in ShapedArray((2,), float, True), ShapedArray((0,), float0):
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(a, protocol)) is a


def test_types_that_nobody_uses_disappear():
    gc.collect()
    before = len(ShapedArray.known)
    kept = [ShapedArray((n, 77), float) for n in range(100)]
    assert len(ShapedArray.known) == before + 100
    del kept
    gc.collect()
    assert len(ShapedArray.known) == before


def test_threads_get_one_object():
    start = threading.Barrier(8)
    found = [[] for _ in range(8)]

    def work(mine):
        start.wait()
        mine += [ShapedArray((n, 99), float) for n in range(300)]
    threads = [threading.Thread(target=work, args=(f,)) for f in found]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for same in zip(*found, strict=True):
        assert len(set(map(id, same))) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_forked_while_the_lock_is_held_can_make_types():
    held, go = threading.Event(), threading.Event()

    def hold():
        with ShapedArray.lock:
            held.set()
            go.wait()
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if child == 0:
        ShapedArray((31, 41), float)
        os._exit(7)
    _, status = os.waitpid(child, 0)
    go.set()
    thread.join()
    assert os.waitstatus_to_exitcode(status) == 7
