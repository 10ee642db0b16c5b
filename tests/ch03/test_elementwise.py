"""The elementwise atoms: values, types, shapes and refusals."""
import cmath
import math
import operator

import numpy as np
import pytest

from minijax import lax
from minijax.config import enable_x64
from minijax.core import Primitive
from minijax.dtypes import ShapedArray, float0

INTS = ["int8", "int16", "int32", "int64",
        "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
ALL = ["bool", *INTS, *FLOATS, *COMPLEX]

# Each atom: Python's own function, and points where it is defined.
UNARY = {
    "neg": (operator.neg, [-2.5, 0.0, 3.0]),
    "sign": (lambda x: (x > 0) - (x < 0), [-2.5, 0.0, 3.0]),
    "abs": (abs, [-2.5, 0.0, 3.0]),
    "square": (lambda x: x * x, [-2.5, 0.0, 3.0]),
    "sqrt": (math.sqrt, [0.0, 0.25, 2.0, 9.0]),
    "rsqrt": (lambda x: 1 / math.sqrt(x), [0.25, 2.0, 9.0]),
    "cbrt": (lambda x: math.copysign(abs(x) ** (1 / 3), x), [-8.0, 0.5, 27.]),
    "floor": (math.floor, [-2.5, -2.0, 0.3, 2.7]),
    "ceil": (math.ceil, [-2.5, -2.0, 0.3, 2.7]),
    "round": (lambda x: math.copysign(math.floor(abs(x) + 0.5), x),
              [-2.5, -1.5, -0.4, 0.5, 1.5, 2.5, 2.7]),
    "is_finite": (math.isfinite, [0.0, 1e30, math.inf, -math.inf, math.nan]),
    "exp": (math.exp, [-3.0, 0.0, 2.0]),
    "exp2": (lambda x: 2.0 ** x, [-3.0, 0.5, 4.0]),
    "log": (math.log, [0.1, 1.0, 20.0]),
    "expm1": (math.expm1, [-1.0, 1e-9, 2.0]),
    "log1p": (math.log1p, [-0.5, 1e-9, 2.0]),
    "logistic": (lambda x: 1 / (1 + math.exp(-x)), [-30.0, -1.0, 0.0, 40.0]),
    "sin": (math.sin, [-2.0, 0.0, 1.0]),
    "cos": (math.cos, [-2.0, 0.0, 1.0]),
    "tan": (math.tan, [-2.0, 0.0, 1.0]),
    "asin": (math.asin, [-1.0, 0.2, 1.0]),
    "acos": (math.acos, [-1.0, 0.2, 1.0]),
    "atan": (math.atan, [-10.0, 0.2, 1.0]),
    "sinh": (math.sinh, [-2.0, 0.0, 1.0]),
    "cosh": (math.cosh, [-2.0, 0.0, 1.0]),
    "tanh": (math.tanh, [-2.0, 0.0, 1.0]),
    "asinh": (math.asinh, [-2.0, 0.0, 1.0]),
    "acosh": (math.acosh, [1.0, 1.5, 20.0]),
    "atanh": (math.atanh, [-0.5, 0.0, 0.9]),
    "reciprocal": (lambda x: 1 / x, [-0.5, 0.25, 3.0]),
}
BINARY = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul,
    "div": operator.truediv, "rem": math.fmod, "max": max, "min": min,
    "atan2": math.atan2, "nextafter": math.nextafter, "pow": math.pow,
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt,
    "le": operator.le, "gt": operator.gt, "ge": operator.ge,
    "complex": complex,
}
BITS = {
    "bitwise_and": operator.and_, "bitwise_or": operator.or_,
    "bitwise_xor": operator.xor, "shift_left": operator.lshift,
    "shift_right_arithmetic": operator.rshift,
    "shift_right_logical": operator.rshift,
}
COMPLEX_UNARY = ["sqrt", "exp", "log", "sin", "cos", "tan", "asin", "acos",
                 "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"]
PRIMITIVES = [p for p in vars(lax).values() if isinstance(p, Primitive)]
ONE_OPERAND = {**dict.fromkeys(UNARY), "bitwise_not": 0, "population_count": 0,
               "clz": 0, "real": 0, "imag": 0, "conj": 0}


def sample(dtype):
    return np.array([1, 0, 1, 1] if dtype == "bool" else [1, 2, 5, 3], dtype)


@pytest.mark.parametrize("name", UNARY)
def test_unary_value(name):
    function, points = UNARY[name]
    got = getattr(lax, name)(np.array(points))
    want = [function(x) for x in points]
    np.testing.assert_allclose(got, want, rtol=1e-15, atol=1e-16)


@pytest.mark.parametrize("name", BINARY)
def test_binary_value(name):
    xs, ys = np.array([7.0, 0.5, 2.0, 1.5]), np.array([2.0, 0.5, 4.0, -3.0])
    got = getattr(lax, name)(xs, ys)
    want = [BINARY[name](float(x), float(y))
            for x, y in zip(xs, ys, strict=True)]
    np.testing.assert_allclose(got, want, rtol=1e-15)


@pytest.mark.parametrize("dtype", INTS)
@pytest.mark.parametrize("name", BITS)
def test_bits(name, dtype):
    xs, ys = np.array([7, 5, 100], dtype), np.array([2, 1, 3], dtype)
    want = [BITS[name](int(x), int(y)) for x, y in zip(xs, ys, strict=True)]
    mask = 2 ** (8 * xs.itemsize) - 1
    want = np.array([w & mask for w in want]).astype(dtype)
    np.testing.assert_array_equal(getattr(lax, name)(xs, ys), want)


@pytest.mark.parametrize("name", COMPLEX_UNARY)
def test_complex_value(name):
    points = [0.5 + 0.3j, -1.2 + 2j, -0.1 - 0.7j, 3 - 1j]
    got = getattr(lax, name)(np.array(points))
    want = [getattr(cmath, name)(z) for z in points]
    np.testing.assert_allclose(got, want, rtol=1e-14)


def test_more_complex_values():
    z = np.array([3 + 4j, -1 - 1j, 0j])
    np.testing.assert_allclose(lax.abs(z), [5, math.sqrt(2), 0])
    np.testing.assert_allclose(np.asarray(lax.sign(z))[0], 0.6 + 0.8j)
    np.testing.assert_array_equal(lax.real(z), [3, -1, 0])
    np.testing.assert_array_equal(lax.imag(z), [4, -1, 0])
    np.testing.assert_array_equal(lax.conj(z), [3 - 4j, -1 + 1j, 0j])
    np.testing.assert_allclose(lax.exp2(z), np.exp(z * math.log(2)))
    np.testing.assert_allclose(lax.logistic(z), 1 / (1 + np.exp(-z)))
    np.testing.assert_allclose(lax.expm1(z), np.exp(z) - 1)
    np.testing.assert_allclose(np.exp(np.asarray(lax.log1p(z))), 1 + z)
    np.testing.assert_allclose(lax.rsqrt(z[:2]), 1 / np.sqrt(z[:2]))
    np.testing.assert_allclose(
        lax.atan2(np.array([0.3 + 0j]), np.array([-0.4 + 0j])),
        [math.atan2(0.3, -0.4)])


def test_complex_order_is_lexicographic():
    x, y = np.array([1 + 2j, 1 + 1j, 0 + 5j]), np.array([1 + 1j, 1 + 2j, 1j])
    np.testing.assert_array_equal(lax.max(x, y), [1 + 2j, 1 + 2j, 5j])
    np.testing.assert_array_equal(lax.min(x, y), [1 + 1j, 1 + 1j, 1j])


def test_conj_of_real_numbers_is_complex():
    out = lax.conj(np.float32([1, -0.0]))
    assert out.dtype == np.complex64
    assert not np.signbit(np.asarray(out).imag).any()


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64"])
def test_integer_division_cuts_toward_zero(dtype):
    least = np.iinfo(dtype).min
    x = np.array([7, -7, 7, -7, 6, -6, 5, 0, least, least], dtype)
    y = np.array([2, 2, -2, -2, -3, 3, 0, 0, -1, 0], dtype)
    np.testing.assert_array_equal(
        lax.div(x, y), [3, -3, -3, 3, -2, -2, -1, -1, least, -1])
    np.testing.assert_array_equal(
        lax.rem(x, y), [1, -1, 1, -1, 0, 0, 5, 0, 0, least])


def test_unsigned_division():
    x, y = np.uint8([200, 7, 0]), np.uint8([3, 0, 0])
    np.testing.assert_array_equal(lax.div(x, y), [66, 255, 255])
    np.testing.assert_array_equal(lax.rem(x, y), [2, 7, 0])


def test_integers_wrap():
    assert int(lax.add(np.int8(127), np.int8(1))) == -128
    assert int(lax.neg(np.uint8(1))) == 255
    assert int(lax.abs(np.int8(-128))) == -128
    assert int(lax.mul(np.int32(2 ** 30), np.int32(4))) == 0
    assert int(lax.square(np.uint8(16))) == 0


def test_shifts_past_the_width():
    x, y = np.int8([-8, -8, 8, 1]), np.int8([1, 8, 9, -1])
    np.testing.assert_array_equal(lax.shift_left(x, y), [-16, 0, 0, 0])
    np.testing.assert_array_equal(lax.shift_right_arithmetic(x, y),
                                  [-4, -1, 0, 0])
    np.testing.assert_array_equal(lax.shift_right_logical(x, y),
                                  [124, 0, 0, 0])
    assert int(lax.shift_right_arithmetic(np.uint8(200), np.uint8(1))) == 228


@pytest.mark.parametrize("dtype", INTS)
def test_counting_bits(dtype):
    width = 8 * np.dtype(dtype).itemsize
    numbers = np.array([0, 1, 5, 100, np.iinfo(dtype).max], dtype)
    texts = [bin(int(n))[2:] for n in numbers]
    np.testing.assert_array_equal(lax.population_count(numbers),
                                  [t.count("1") for t in texts])
    np.testing.assert_array_equal(
        lax.clz(numbers), [width - len(t.lstrip("0")) for t in texts])
    all_ones = lax.bitwise_not(np.zeros((), dtype))
    assert int(lax.population_count(all_ones)) == width
    assert int(lax.clz(all_ones)) == 0


def test_not_of_a_bool_is_logical():
    np.testing.assert_array_equal(lax.bitwise_not(np.array([True, False])),
                                  [False, True])


def test_nan_wins():
    x, y = np.array([np.nan, 1.0]), np.array([1.0, np.nan])
    assert np.isnan(np.asarray(lax.max(x, y))).all()
    assert np.isnan(np.asarray(lax.min(x, y))).all()
    assert np.isnan(np.asarray(lax.sign(x))[0])
    assert np.isnan(np.asarray(lax.clamp(0.0, np.float32(np.nan), 1.0)))


def test_zeros_keep_their_sign():
    for op in [lax.sign, lax.sqrt, lax.floor, lax.ceil, lax.round, lax.sin,
               lax.tanh, lax.cbrt, lax.expm1, lax.log1p]:
        assert np.signbit(np.asarray(op(-0.0))), op
    assert float(lax.rsqrt(-0.0)) == -math.inf
    assert np.signbit(np.asarray(lax.round(-0.2)))


def test_edges():
    assert float(lax.logistic(-1000.0)) == 0.0
    assert float(lax.logistic(1000.0)) == 1.0
    assert float(lax.logistic(np.float64(-700.0))) == pytest.approx(
        math.exp(-700), rel=1e-12)
    assert math.isnan(float(lax.logistic(math.nan)))
    assert float(lax.log(0.0)) == -math.inf
    assert math.isnan(float(lax.log(-1.0)))
    assert float(lax.div(1.0, 0.0)) == math.inf
    assert math.isnan(float(lax.rem(5.0, 0.0)))
    assert float(lax.pow(0.0, 0.0)) == 1.0
    assert math.isnan(float(lax.pow(-8.0, 1 / 3)))
    assert float(lax.atan2(-0.0, -0.0)) == pytest.approx(-math.pi)
    assert float(lax.round(np.float32(8388609))) == 8388609
    assert float(lax.round(np.nextafter(0.5, 0))) == 0
    assert float(lax.round(math.inf)) == math.inf
    assert np.isfinite(np.asarray(lax.tan(np.float16(1.57))))


def test_round_to_even():
    x = np.float32([0.5, 1.5, 2.5, -0.5, -1.5])
    even = lax.RoundingMethod.TO_NEAREST_EVEN
    np.testing.assert_array_equal(lax.round(x, even), [0, 2, 2, -0.0, -2])
    np.testing.assert_array_equal(lax.round(x), [1, 2, 3, -1, -2])
    np.testing.assert_array_equal(lax.round(x, 1), lax.round(x, even))
    with pytest.raises(ValueError, match="7 is not a valid RoundingMethod"):
        lax.round(1.0, 7)


@pytest.mark.parametrize("y", range(-6, 14))
def test_integer_pow(y):
    x = np.array([-1.5, 0.5, 2.0])
    np.testing.assert_allclose(lax.integer_pow(x, y), x ** float(y),
                               rtol=1e-14)
    if y >= 0:
        n = np.array([-3, 0, 2, 5], "int64")
        np.testing.assert_array_equal(lax.integer_pow(n, y), n ** y)


def test_integer_pow_refusals():
    with pytest.raises(TypeError, match="negative powers.*float first"):
        lax.integer_pow(3, -1)
    with pytest.raises(TypeError):
        lax.integer_pow(3.0, 0.5)
    assert float(lax.integer_pow(math.nan, 0)) == 1.0
    assert float(lax.integer_pow(-0.0, -1)) == -math.inf


def test_pow_of_an_integer_array():
    out = lax.pow(np.float16([2, 3]), np.int32([3, -1]))
    assert out.dtype == np.float16
    np.testing.assert_allclose(out, [8, 1 / 3], rtol=1e-3)
    with pytest.raises(TypeError, match="first argument to pow must have an "
                       "inexact dtype.*float16 and float32.*power"):
        lax.pow(np.float16(2), np.float32(2))
    with pytest.raises(TypeError, match="pow does not accept dtype int32 at "
                       "position 0"):
        lax.pow(2, 3)


def test_select_n():
    x, y, z = np.float32([1, 2, 3]), np.float32([4, 5, 6]), np.float32([7] * 3)
    which = np.array([True, False, True])
    np.testing.assert_array_equal(lax.select_n(which, x, y), [4, 2, 6])
    np.testing.assert_array_equal(lax.select(which, x, y), [1, 5, 3])
    np.testing.assert_array_equal(lax.select_n(True, x, y), y)
    np.testing.assert_array_equal(lax.select_n(np.int32([-1, 1, 9]), x, y, z),
                                  [1, 5, 7])
    np.testing.assert_array_equal(lax.select_n(np.int32([0, 1, 0]), x), x)
    with pytest.raises(ValueError, match="at least one case"):
        lax.select_n(True)


@pytest.mark.parametrize("args, words", [
    ((True, 1.0, 2.0, 3.0), "boolean `which` cannot have > 2 cases.*int32"),
    ((1.0, 1.0, 2.0), "must be boolean or integer type, got float32.*Compare"),
    ((True, 1.0, 2), "same dtypes, got float32, int32.*jnp.where"),
    ((np.array([True]), np.ones(3), np.ones(3)), "`which` must be scalar or"),
    ((True, np.ones(3), np.ones(4)), "same shapes, got .*where broadcasts"),
])
def test_select_n_refusals(args, words):
    with pytest.raises(TypeError, match=words):
        lax.select_n(*args)


def test_clamp():
    x = np.float32([-1, 0.5, 7])
    np.testing.assert_array_equal(lax.clamp(0.0, x, 1.0), [0, 0.5, 1])
    np.testing.assert_array_equal(lax.clamp(2.0, x, 1.0), [1, 1, 1])
    np.testing.assert_array_equal(lax.clamp(x, x + 1, x), x)
    with pytest.raises(TypeError, match="max.shape == operand.shape.*clip"):
        lax.clamp(0.0, np.ones(3, "float32"), np.ones(2, "float32"))
    with pytest.raises(TypeError, match="clamp requires arguments to have"):
        lax.clamp(0, np.ones(3, "float32"), 1.0)


def elementwise_calls(dtype):
    """Every elementwise function on operands of this dtype."""
    x = sample(dtype)
    for name in ONE_OPERAND:
        yield name, (x,)
    for name in [*BINARY, *BITS]:
        yield name, (x, x)
    yield "integer_pow", (x, 3)
    yield "select_n", (x > 1, x, x)
    yield "clamp", (x, x, x)


@pytest.mark.parametrize("dtype", ALL)
def test_what_comes_out_is_what_the_type_says(dtype):
    accepted = 0
    for name, args in elementwise_calls(dtype):
        try:
            out = getattr(lax, name)(*args)
        except TypeError as refusal:
            assert any(word in str(refusal) for word in
                       ("accept", "must have", "negative powers"))
            continue
        accepted += 1
        assert out._value.dtype == out.dtype, name
        assert out._value.shape == out.shape == (4,), name
    assert accepted > 8


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3)])
def test_no_dimension_and_no_element(shape, dtype):
    for name, args in elementwise_calls(dtype):
        args = [np.ones(shape, a.dtype) if isinstance(a, np.ndarray) else a
                for a in args]
        try:
            out = getattr(lax, name)(*args)
        except TypeError:
            continue
        assert out._value.shape == out.shape == shape, name
        assert out._value.dtype == out.dtype, name


@pytest.mark.parametrize("dtype", ALL)
def test_strided_operands(dtype):
    for name, args in elementwise_calls(dtype):
        strided = [a.repeat(2)[::2] if isinstance(a, np.ndarray) else a
                   for a in args]
        try:
            want = getattr(lax, name)(*args)
        except TypeError:
            continue
        np.testing.assert_array_equal(getattr(lax, name)(*strided), want)


def test_float32_by_default_and_weak():
    for name, (_, points) in UNARY.items():
        out = getattr(lax, name)(points[-1])
        assert out.weak_type, name
        assert out.dtype == ("bool" if name == "is_finite" else "float32")
        assert not getattr(lax, name)(np.float32(points[-1])).weak_type
    assert lax.add(1, 2).dtype == np.int32
    with enable_x64(True):
        assert lax.sin(1.0).dtype == np.float64
        assert lax.complex(1.0, 2.0).dtype == np.complex128


def test_a_width_that_is_given_is_kept():
    for dtype in FLOATS + COMPLEX:
        assert lax.sin(np.ones(2, dtype)).dtype == dtype
        assert lax.mul(np.ones(2, dtype), np.ones(2, dtype)).dtype == dtype
    assert lax.abs(np.ones(2, "complex128")).dtype == np.float64


def test_a_weak_operand_does_not_weaken():
    assert lax.add(1, 2).weak_type
    assert not lax.add(np.int32(1), 2).weak_type
    assert lax.eq(1.0, 2.0).weak_type
    assert not lax.select_n(True, np.float32(1), 2.0).weak_type


@pytest.mark.parametrize("name", [*BINARY])
def test_scalar_with_array(name):
    x = np.array([[1.0, 2.0, 3.0]])
    op = getattr(lax, name)
    np.testing.assert_array_equal(op(x, np.float64(2)), op(x, 0 * x + 2))
    np.testing.assert_array_equal(op(np.float64(2), x), op(0 * x + 2, x))


def test_sizes_of_one_stretch_but_ranks_do_not():
    assert lax.add(np.ones((3, 1)), np.ones((1, 4))).shape == (3, 4)
    with pytest.raises(TypeError, match=r"add got incompatible shapes for "
                       r"broadcasting: \(3,\), \(4,\)\..*broadcast_in_dim"):
        lax.add(np.ones(3), np.ones(4))
    with pytest.raises(TypeError, match=r"same number of dimensions, got "
                       r"\(3,\), \(1, 3\)\. minijax.numpy broadcasts"):
        lax.add(np.ones(3), np.ones((1, 3)))


@pytest.mark.parametrize("call, words", [
    (lambda: lax.add(np.float16(1), np.float32(1)),
     r"lax.add requires arguments to have the same dtypes, got float16, "
     r"float32. \(Tip: jnp.add is a similar.*convert_element_type"),
    (lambda: lax.mul(np.int32(1), 1.0), "got int32, float32.*jnp.multiply"),
    (lambda: lax.sin(1), "sin does not accept dtype int32. Accepted dtypes "
     "are subtypes of floating, complexfloating. Convert"),
    (lambda: lax.add(True, False), "add does not accept dtype bool at "
     "position 0. Accepted dtypes at position 0 are subtypes of"),
    (lambda: lax.abs(np.uint8(1)), "abs does not accept dtype uint8"),
    (lambda: lax.lt(1j, 2j), "lt does not accept dtype complex64"),
    (lambda: lax.complex(np.float16(1), np.float16(2)), "float32, float64"),
    (lambda: lax.sin(np.zeros(3, float0)), "float0 array.*integer argument"),
    (lambda: lax.add(np.zeros(3, float0), 1.0), "float0 at position 0"),
    (lambda: lax.sin("1"), "argument to sin as a JAX value.*class 'str'"),
    (lambda: lax.add(1.0, [1.0]), "passed to add at position 1"),
])
def test_refusals_say_what_to_do(call, words):
    with pytest.raises(TypeError, match=words):
        call()


def test_results_share_no_memory_that_may_change():
    x = np.array([1 + 2j, 3j])
    re = lax.real(x)
    x[0] = 0
    np.testing.assert_array_equal(re, [1, 0])


def test_names_are_those_that_jax_prints():
    names = {p.name for p in PRIMITIVES}
    assert {"and", "or", "xor", "not", "sub", "pow", "integer_pow", "select_n",
            "shift_right_arithmetic", "population_count"} <= names
    assert len(names) == len(PRIMITIVES)
    assert lax.bitwise_and.__name__ == "bitwise_and"
    assert lax.sin.__name__ == "sin"
    assert "jax.lax.sin" in lax.sin.__doc__


def test_type_rules_run_without_numbers():
    x = ShapedArray((3,), np.float32)
    assert lax.sin_p.abstract_eval(x) is x
    assert lax.lt_p.abstract_eval(x, x) is x.update(dtype=np.dtype(bool))
    assert lax.integer_pow_p.abstract_eval(x, y=3) is x
    weak = ShapedArray((), np.float32, True)
    assert lax.add_p.abstract_eval(x, weak) is x
    assert lax.add_p.abstract_eval(weak, weak) is weak
