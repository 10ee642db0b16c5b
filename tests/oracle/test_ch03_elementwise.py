"""The elementwise atoms against JAX's own: values, dtypes, weak types.

In 32 bits, or with JAX_ENABLE_X64=1 in 64.
"""
import os
import re

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from minijax import lax  # noqa: E402
from minijax.config import enable_x64  # noqa: E402

X64 = os.environ.get("JAX_ENABLE_X64", "") not in ("", "0")
INTS = ["int8", "int16", "int32", "uint8", "uint16", "uint32"]
FLOATS = ["float16", "float32"]
COMPLEX = ["complex64"]
if X64:
    INTS += ["int64", "uint64"]
    FLOATS += ["float64"]
    COMPLEX += ["complex128"]
ALL = ["bool", *INTS, *FLOATS, *COMPLEX]

UNARY = """neg sign abs square sqrt rsqrt cbrt floor ceil round is_finite exp
exp2 log expm1 log1p logistic sin cos tan asin acos atan sinh cosh tanh asinh
acosh atanh bitwise_not population_count clz real imag conj reciprocal erf
erfc erf_inv lgamma digamma""".split()
BINARY = """add sub mul div rem max min atan2 nextafter eq ne lt le gt ge
bitwise_and bitwise_or bitwise_xor shift_left shift_right_logical
shift_right_arithmetic pow complex""".split()

# Where two answers are right, or JAX's is the worse one.
LESS_SURE = {
    "atan2", "pow", "acosh", "asinh", "atanh", "acos", "asin", "atan", "tan",
    "tanh", "sinh", "cosh", "exp2", "rsqrt", "log1p", "expm1", "digamma",
    "erf_inv", "lgamma"}
SIGN_OF_ZERO_FREE = {"max", "min", "clamp", "nextafter"}


@pytest.fixture(autouse=True)
def widths():
    with enable_x64(X64):
        yield


def values(dtype):
    """Numbers that make trouble, and some that do not."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return np.array([False, True, True, False])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        numbers = [0, 1, 2, 3, 7, 8, 31, 63, 100, info.max, info.min,
                   info.max - 1]
        if dtype.kind == "i":
            numbers += [-1, -2, -7, -100, info.min + 1]
        return np.array(numbers, dtype)
    numbers = [0.0, -0.0, 0.25, 0.5, -0.5, 0.75, 1.0, -1.0, 1.5, -1.5, 2.5,
               -2.5, 3.25, 10.5, -10.5, 20.25, 1e-3]
    if dtype.kind == "c":
        parts = np.array(numbers[2:-3])
        return (parts[:, None] + 1j * parts[None, ::-1]).ravel().astype(dtype)
    return np.array([*numbers, 700.0, -700.0, np.inf, -np.inf, np.nan], dtype)


def same(name, ours, theirs):
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    assert ours.weak_type == theirs.weak_type
    a, b = np.asarray(ours), np.asarray(theirs)
    if a.dtype.kind not in "fc":
        np.testing.assert_array_equal(a, b)
        return
    eps = np.finfo(a.dtype).eps
    loose = name in LESS_SURE or a.dtype.kind == "c"
    tolerance = (1000 if loose else 8) * eps
    if a.dtype.kind == "c":  # NumPy's and XLA's infinities differ here
        finite = np.isfinite(a) & np.isfinite(b)
        a, b = a[finite], b[finite]
        if name == "atan2":  # and so do their branches
            a, b = np.exp(1j * a), np.exp(1j * b)
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
    if a.dtype.kind == "f" and name not in SIGN_OF_ZERO_FREE:
        sure = np.isfinite(a) & (a == 0)
        np.testing.assert_array_equal(np.signbit(a[sure]),
                                      np.signbit(b[sure]))


def both(name, *args):
    """The two answers, or the two refusals, which must agree."""
    try:
        theirs = getattr(jax.lax, name)(*args)
    except TypeError as refusal:
        with pytest.raises(TypeError) as ours:
            getattr(lax, name)(*args)
        words = re.split(r"\(Tip| got integer_pow|\. Accepted| got {",
                         str(refusal))[0]
        assert str(ours.value).startswith(words)
        return
    same(name, getattr(lax, name)(*args), theirs)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("name", UNARY)
def test_unary(name, dtype):
    both(name, values(dtype))


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("name", BINARY)
def test_binary(name, dtype):
    x = values(dtype)
    x, y = np.meshgrid(x, x)
    if name == "pow" and dtype.startswith("c"):
        x, y = x[::5, ::5], y[::5, ::5]
    both(name, x.copy(), y.copy())


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("number", [1, 0.5, 2j, True])
def test_python_numbers_are_weak(name, number):
    both(name, number)


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("number", [3, 0.5, 2j, True])
def test_weak_with_weak(name, number):
    both(name, number, number)


@pytest.mark.parametrize("name", BINARY)
def test_weak_with_strong(name):
    both(name, np.float32([1, 2, 3]), 0.5)
    both(name, 3, np.int32([1, 2, 3]))


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("shapes", [((3,), (4,)), ((3,), (1, 3)), ((0,), ()),
                                    ((3, 1), (1, 4)), ((2, 3), (2, 3))])
def test_shapes(name, shapes):
    both(name, *[np.ones(shape, "float32") for shape in shapes])


@pytest.mark.parametrize("name", ["add", "max", "pow", "nextafter"])
def test_mixed_dtypes_are_refused(name):
    both(name, np.float32(1), np.float16(1))
    both(name, np.float32(1), 1)


@pytest.mark.parametrize("dtype", [*INTS, *FLOATS, *COMPLEX])
@pytest.mark.parametrize("y", [-3, -1, 0, 1, 2, 3, 5, 8])
def test_integer_pow(y, dtype):
    both("integer_pow", values(dtype), y)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("method", [0, 1])
def test_round(method, dtype):
    both("round", values(dtype), method)


@pytest.mark.parametrize("dtype", [*FLOATS, *COMPLEX])
def test_power_of_an_integer_array(dtype):
    both("pow", values(dtype)[2:10], np.int32([-2, -1, 0, 1, 2, 3, 4, 5]))


@pytest.mark.parametrize("dtype", ALL)
def test_choices(dtype):
    x = values(dtype)
    y = x[::-1].copy()
    both("select_n", x == y, x, y)
    both("select_n", np.arange(len(x), dtype="int32") - 2, x, y, x)
    both("select_n", True, x, y)
    if not dtype.startswith("c"):
        both("clamp", x[1], x, x[2])
        both("clamp", x, y, x)


def test_choices_of_numbers():
    both("select_n", True, 1.0, 2.0)
    both("select_n", 1, 1.0, 2.0, 3.0)
    both("clamp", 1.0, 5.0, 2.0)
    both("clamp", 1.0, np.float32([0, 5]), 2.0)


@pytest.mark.parametrize("args", [
    (True, np.ones(3), np.ones(3), np.ones(3)),
    (1.0, np.ones(3), np.ones(3)),
    (np.array([True, False]), np.ones(3), np.ones(3)),
    (True, np.ones(3), np.ones(4)),
    (True, np.ones(3, "float32"), np.ones(3, "int32"))])
def test_select_refuses(args):
    both("select_n", *args)


@pytest.mark.parametrize("args", [
    (0.0, np.ones(3, "float32"), np.ones(2, "float32")),
    (np.ones(3, "float32"), 1.0, 2.0), (0, 1.0, 2.0)])
def test_clamp_refuses(args):
    both("clamp", *args)
