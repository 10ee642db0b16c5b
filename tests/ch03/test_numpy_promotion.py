"""One rule for the type of a result, and what is kept or refused."""

import itertools

import numpy as np
import pytest

import minijax.numpy as jnp
from minijax import enable_x64
from minijax.dtypes import float0

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
            "uint64"]
INEXACT = ["float16", "float32", "float64", "complex64", "complex128"]
DTYPES = ["bool", *INTEGERS, *INEXACT]


def add(a, b):
    return jnp.add(jnp.ones(2, a), jnp.ones(2, b))


@pytest.mark.parametrize("a, b", [*itertools.product(DTYPES, DTYPES)])
def test_the_highest_class_wins_with_its_own_width(a, b):
    out = add(a, b)
    classes = [["bool"], INTEGERS, INEXACT]
    rank = [next(i for i, c in enumerate(classes) if d in c) for d in (a, b)]
    if rank[0] != rank[1]:
        assert out.dtype == (a if rank[0] > rank[1] else b)
    elif np.promote_types(a, b) == "float64" and rank[0] == 1:
        assert out.dtype == "float32" and out.weak_type
        return
    else:
        assert out.dtype == np.promote_types(a, b)
    assert not out.weak_type
    assert jnp.result_type(a, b) == jnp.promote_types(b, a) == out.dtype


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("number", [True, 2, 2.5, 2.5j])
def test_python_numbers_only_raise_the_class(dtype, number):
    out = jnp.ones(2, dtype) + number
    kind = np.dtype(dtype).kind
    if isinstance(number, complex):
        expected = (np.promote_types(dtype, "complex64") if kind in "fc"
                    else "complex64")
    elif isinstance(number, float):
        expected = dtype if kind in "fc" else "float32"
    elif isinstance(number, bool):
        expected = dtype
    else:
        expected = dtype if kind != "b" else "int32"
    assert out.dtype == expected
    raised = np.dtype(expected).kind != kind and not (
        kind == "u" and isinstance(number, int)) and kind != "f"
    assert out.weak_type == raised


def test_numbers_alone_are_weak_and_of_default_width():
    assert repr(jnp.add(1, 2.0)) == (
        "Array(3., dtype=float32, weak_type=True)")
    assert repr(jnp.add(1, True)) == "Array(2, dtype=int32, weak_type=True)"
    assert repr(jnp.array(2.0) + jnp.array(1)) == (
        "Array(3., dtype=float32, weak_type=True)")
    with enable_x64():
        assert jnp.add(1, 2.0).dtype == "float64"
        assert jnp.arange(3).dtype == "int64"


def test_lists_and_functions_have_default_widths_that_are_not_weak():
    for x, dtype in [(jnp.array([1, 2]), "int32"), (jnp.zeros(2), "float32"),
                     (jnp.array([1.0]), "float32"), (jnp.eye(2), "float32"),
                     (jnp.array([1, 2j]), "complex64"),
                     (jnp.array([True]), "bool"), (jnp.array([]), "float32")]:
        assert x.dtype == dtype and not x.weak_type


def test_widths_that_are_given_are_kept():
    x = np.ones(2)
    assert jnp.asarray(x).dtype == "float64"
    assert jnp.sin(x).dtype == jnp.sum(x).dtype == jnp.mean(x).dtype == x.dtype
    assert (x * jnp.ones(2, "float64") + 1).dtype == "float64"
    assert jnp.zeros(2, np.float64).dtype == "float64"
    assert jnp.zeros(2, float).dtype == "float32"
    assert jnp.array([x[0], 1]).dtype == "float64"
    assert jnp.linspace(np.float64(0), 1, 3).dtype == "float64"
    assert jnp.float64(2).dtype == "float64"


def test_functions_of_the_reals_turn_integers_into_floats():
    assert jnp.sin(jnp.array(1, "int8")).dtype == "float32"
    assert jnp.sin(np.arange(3)).dtype == "float32"  # int64 is no float width
    assert (jnp.arange(3) / 2).dtype == "float32"
    assert jnp.sqrt(jnp.array([True])).dtype == "float32"
    assert jnp.exp(jnp.ones(2, "float16")).dtype == "float16"
    assert jnp.sin(1).weak_type


def test_sums_have_room():
    assert jnp.sum(jnp.ones(300, bool)).dtype == "int32"
    assert jnp.sum(jnp.full(300, 100, "int8")) == 30000
    assert jnp.sum(jnp.ones(3, "uint8")).dtype == "uint32"
    assert jnp.sum(jnp.ones(3, "int64")).dtype == "int64"
    assert jnp.cumsum(jnp.ones(3, "int8")).dtype == "int8"
    half = jnp.sum(jnp.ones(5000, "float16"))
    assert half == 5000 and half.dtype == "float16"
    assert jnp.mean(jnp.arange(3)).dtype == "float32"


@pytest.mark.parametrize("call", [
    lambda: jnp.ones(2, "uint8") + 300, lambda: jnp.ones(2, "uint8") - -1,
    lambda: jnp.arange(3) + 2**40, lambda: jnp.array(2**40),
    lambda: jnp.array([2**40]), lambda: jnp.full(2, 2**40),
    lambda: jnp.array(300, "int8")])
def test_integers_that_do_not_fit_are_refused(call):
    with pytest.raises(OverflowError, match="too large|out of bounds"):
        call()


def test_integers_that_fit_a_wider_type_are_taken():
    assert jnp.array(2**40, "int64") == 2**40
    assert jnp.ones(1) + 2**100 == np.float32(2**100)
    with enable_x64():
        assert jnp.array([2**40])[0] == 2**40


@pytest.mark.parametrize("name", ["sin", "sum", "reshape", "negative", "abs"])
@pytest.mark.parametrize("x", [[1.0, 2.0], (1.0,), "a", None, {}])
def test_only_arrays_and_numbers(name, x):
    args = (x, 1) if name == "reshape" else (x,)
    with pytest.raises(TypeError, match=rf"^(negative|absolute|{name}) "
                       "requires ndarray or scalar arguments, got <class .*> "
                       "at position 0. .*asarray"):
        getattr(jnp, name)(*args)


def test_the_position_is_told():
    with pytest.raises(TypeError, match="add requires .* at position 1"):
        jnp.add(1, [2])
    with pytest.raises(TypeError, match="where requires .* at position 2"):
        jnp.where(True, 1, "b")


def test_float0_is_no_number():
    zeros = np.zeros(3, float0)
    for call in (lambda: jnp.add(zeros, 1), lambda: jnp.sin(zeros),
                 lambda: jnp.add(zeros, zeros)):
        with pytest.raises(TypeError, match="float0"):
            call()


def test_objects_that_know_how_to_be_arrays():
    class Two:
        def __jax_array__(self):
            return jnp.full(3, 2.0)

    assert jnp.sin(Two()).shape == (3,)
    assert (jnp.ones(3) + Two()).tolist() == (Two() + jnp.ones(3)).tolist()
    assert jnp.asarray(Two()).sum() == jnp.sum(Two()) == 6


def test_names_of_dtypes():
    assert jnp.float32(1).dtype == jnp.zeros(2, jnp.float32).dtype
    assert jnp.float32 == np.float32 == jnp.float32
    assert np.dtype(jnp.int8) == "int8" and jnp.dtype("f4") == jnp.float32
    assert jnp.issubdtype(jnp.float32, jnp.floating)
    assert not jnp.issubdtype(jnp.int8, jnp.inexact)
    assert isinstance(np.float32(1), jnp.float32)
    assert {jnp.int8: 1}[jnp.int8] == 1
    assert isinstance(jnp.ones(1), jnp.ndarray)


def test_bfloat16_is_refused_by_name():
    with pytest.raises(AttributeError, match="no bfloat16.*float32 for its"):
        jnp.bfloat16(1)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        jnp.nothing  # noqa: B018
    with pytest.raises(TypeError, match="not a dtype"):
        jnp.zeros(2, "bfloat17")
