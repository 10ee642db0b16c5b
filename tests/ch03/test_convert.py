"""Conversion of numbers and of bits."""
import math
import struct
import warnings

import numpy as np
import pytest

from minijax import lax
from minijax.config import enable_x64
from minijax.lax.convert import convert

INTS = ["int8", "int16", "int32", "int64",
        "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float16", "float32", "float64"]
ALL = ["bool", *INTS, *FLOATS, "complex64", "complex128"]


@pytest.mark.parametrize("old", ALL)
@pytest.mark.parametrize("new", ALL)
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_small_numbers_survive(old, new):
    x = np.array([[0, 1], [2, 100]]).astype(old)
    for layout in (x, x.T, x[::-1, ::-1], x[:0], x[0, 0]):
        out = lax.convert_element_type(layout, new)
        assert out.dtype == new and out.shape == layout.shape
        assert not out.weak_type
        expected = [bool(v) if new == "bool" else v.real
                    for v in layout.ravel().tolist()]
        assert np.asarray(out).ravel().tolist() == expected


@pytest.mark.parametrize("old", FLOATS)
@pytest.mark.parametrize("new", INTS)
def test_floats_are_cut_to_integers(old, new):
    least, most = np.iinfo(new).min, np.iinfo(new).max
    for v, expected in ((2.9, 2), (-2.9, -2), (0.5, 0), (-0.9, 0),
                        (math.nan, 0), (math.inf, most), (-math.inf, least),
                        (6e4, 60000), (-6e4, -60000)):
        x = np.array([v, 1.0], old)
        if abs(v) == 6e4:
            expected = int(x[0])
        out = lax.convert_element_type(x, new)
        assert out.tolist() == [max(least, min(expected, most)), 1]


@pytest.mark.parametrize("new", INTS)
def test_the_ends_of_a_range(new):
    least, most = np.iinfo(new).min, np.iinfo(new).max
    for f in (float(most), math.nextafter(float(most), math.inf), 1e300):
        assert lax.convert_element_type(np.array([f]), new).tolist() == [most]
    for f in (float(least), math.nextafter(float(least), -math.inf), -1e300):
        assert lax.convert_element_type(np.array([f]), new).tolist() == [least]


def test_integers_wrap_and_narrow_floats_overflow_in_silence():
    out = lax.convert_element_type(np.array([300, -1, 2**40 + 3]), np.uint8)
    assert out.tolist() == [44, 255, 3]
    out = lax.convert_element_type(np.array([1e300, -1e300]), np.float32)
    assert out.tolist() == [math.inf, -math.inf]


def test_a_complex_number_loses_its_imaginary_part_with_a_warning():
    x = np.array([3.5 + 4j])
    with pytest.warns(np.exceptions.ComplexWarning,
                      match="discards the imaginary part.*real"):
        out = lax.convert_element_type(x, int)
    assert out.tolist() == [3]
    assert convert(x, np.dtype("float32")).tolist() == [3.5]


def test_python_numbers_are_converted_from_full_width():
    assert lax.convert_element_type(0.1, np.float64).item() == 0.1
    assert lax.convert_element_type(2**40, np.int64).item() == 2**40
    assert lax.convert_element_type(2**40 + 3, np.int8).item() == 3
    assert lax.convert_element_type(2**100, np.float32).item() == 2.0**100
    assert lax.convert_element_type(math.inf, np.int8).item() == 127
    assert lax.convert_element_type(True, float).dtype == np.float32
    assert lax.convert_element_type(np.float64(0.1), np.float32).item(
        ) == np.float32(0.1)


def test_default_widths():
    assert lax.convert_element_type(1, float).dtype == np.float32
    with enable_x64():
        assert lax.convert_element_type(1, float).dtype == np.float64


def test_an_array_of_that_type_is_returned_as_it_is():
    x = lax.convert_element_type(np.ones(3), np.float32)
    assert lax.convert_element_type(x, np.float32) is x
    weak = convert(x, weak_type=True)
    assert weak.weak_type and weak.dtype == x.dtype
    assert convert(weak, weak_type=True) is weak
    assert not lax.convert_element_type(weak, np.float32).weak_type


def test_no_warning_of_numpy_escapes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for v in (math.nan, 1e300):
            lax.convert_element_type(v, np.int8)
            lax.convert_element_type(v, np.float16)
            lax.convert_element_type(np.array([v]), np.int8)


FORMATS = {"int8": "b", "uint16": "H", "float16": "e", "int32": "i",
           "float32": "f", "int64": "q", "float64": "d"}


@pytest.mark.parametrize("old", FORMATS)
@pytest.mark.parametrize("new", FORMATS)
def test_bits(old, new):
    """As struct reads them: the bytes of 2 x 8 numbers."""
    x = np.arange(1, 17).reshape(2, 8).astype(old)
    a, b = x.itemsize, np.dtype(new).itemsize
    if b > a:
        x = np.ascontiguousarray(x[:, :b // a])
    data = struct.pack(f"={x.size}{FORMATS[old]}", *x.ravel().tolist())
    numbers = struct.unpack(f"={len(data) // b}{FORMATS[new]}", data)
    shape = {a == b: (2, 8), a > b: (2, 8, a // b), a < b: (2,)}[True]
    for layout in (x, np.asfortranarray(x)):
        out = lax.bitcast_convert_type(layout, new)
        assert out.shape == shape and out.dtype == new
        np.testing.assert_array_equal(np.asarray(out).ravel(), numbers)
    back = lax.bitcast_convert_type(out, old)
    np.testing.assert_array_equal(back, x)


def test_bits_of_a_scalar():
    assert lax.bitcast_convert_type(np.float32(1), np.int32).item(
        ) == 0x3f800000
    assert lax.bitcast_convert_type(np.int16(258), np.uint8).tolist() == [2, 1]
    assert not lax.bitcast_convert_type(1.0, np.int32).weak_type


@pytest.mark.parametrize("call, error, words", [
    (lambda: lax.convert_element_type(1, "str"), TypeError, "dtype"),
    (lambda: lax.convert_element_type([1], float), TypeError,
     "Error interpreting argument to convert_element_type"),
    (lambda: lax.bitcast_convert_type(np.ones(3), bool), TypeError,
     "does not support bool or complex"),
    (lambda: lax.bitcast_convert_type(np.ones(3, np.int8), "int32"),
     ValueError, "the last axis must hold the 4 int8 that make one int32"),
])
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()
