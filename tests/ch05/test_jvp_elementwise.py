"""Every elementwise rule: closed forms, differences, types, ties, edges."""

import math

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax.test_util import check_grads

X = np.array([-1.7, -0.6, 0.3, 1.2, 2.5])
UNIT = np.array([-0.9, -0.4, 0.1, 0.5, 0.8])
POSITIVE = np.array([0.2, 0.7, 1.3, 2.4, 5.0])
ABOVE_ONE = 1 + POSITIVE
SQRT_PI = math.sqrt(math.pi)


def test_the_derivatives_of_digamma():
    """Of trigamma: pi^2/6 at 1, pi^2/2 at 1/2; the step and the mirror."""
    def psi1(x):
        return np.asarray(mj.jvp(lax.digamma, (x,), (np.ones_like(x),))[1])
    x = np.array([-3.4, -0.7, 0.02, 0.5, 1.0, 2.5, 9.9, 30.0])
    np.testing.assert_allclose(psi1(np.array([1.0, 0.5])),
                               [math.pi**2 / 6, math.pi**2 / 2], rtol=1e-14)
    np.testing.assert_allclose(psi1(x) - psi1(x + 1), x**-2, rtol=1e-11)
    x = x[x % 1 != 0]
    np.testing.assert_allclose(psi1(x) + psi1(1 - x),
                               (math.pi / np.sin(math.pi * x))**2, rtol=1e-10)
    check_grads(lax.digamma, (np.abs(x) + 0.5,), 2)

# name: (where, its derivative in NumPy)
UNARY = {
    "neg": (X, lambda x: -np.ones_like(x)),
    "sign": (X, np.zeros_like),
    "abs": (X, np.sign),
    "floor": (X, np.zeros_like),
    "ceil": (X, np.zeros_like),
    "exp": (X, np.exp),
    "exp2": (X, lambda x: np.log(2) * 2**x),
    "expm1": (X, np.exp),
    "log": (POSITIVE, lambda x: 1 / x),
    "log1p": (POSITIVE, lambda x: 1 / (1 + x)),
    "sqrt": (POSITIVE, lambda x: 0.5 / np.sqrt(x)),
    "rsqrt": (POSITIVE, lambda x: -0.5 * x**-1.5),
    "cbrt": (X, lambda x: 1 / (3 * np.cbrt(x) ** 2)),
    "square": (X, lambda x: 2 * x),
    "sin": (X, np.cos),
    "cos": (X, lambda x: -np.sin(x)),
    "tan": (UNIT, lambda x: 1 / np.cos(x) ** 2),
    "asin": (UNIT, lambda x: 1 / np.sqrt(1 - x**2)),
    "acos": (UNIT, lambda x: -1 / np.sqrt(1 - x**2)),
    "atan": (X, lambda x: 1 / (1 + x**2)),
    "sinh": (X, np.cosh),
    "cosh": (X, np.sinh),
    "tanh": (X, lambda x: 1 / np.cosh(x) ** 2),
    "asinh": (X, lambda x: 1 / np.sqrt(1 + x**2)),
    "acosh": (ABOVE_ONE, lambda x: 1 / np.sqrt(x**2 - 1)),
    "atanh": (UNIT, lambda x: 1 / (1 - x**2)),
    "logistic": (X, lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2),
    "erf": (X, lambda x: 2 / SQRT_PI * np.exp(-x**2)),
    "erfc": (X, lambda x: -2 / SQRT_PI * np.exp(-x**2)),
    "erf_inv": (UNIT, None),
    "lgamma": (POSITIVE, None),
    "real": (X, np.ones_like),
    "imag": (X, np.zeros_like),
}


def on(name):
    """The lax function, for real input too where it wants complex."""
    f = getattr(lax, name)
    if name in ("real", "imag"):
        return lambda x: f(lax.complex(x, lax.full_like(x, 0)))
    return f


@pytest.mark.parametrize("name", UNARY)
def test_unary_closed_form(name):
    x, derivative = UNARY[name]
    t = np.array([1.0, -0.5, 2.0, 0.25, -3.0])
    f = on(name)
    out, dot = mj.jvp(f, (x,), (t,))
    np.testing.assert_allclose(out, f(x), rtol=0)
    assert dot.dtype == np.float64
    if derivative is None:  # the inverse function's rule, or a difference
        h = 1e-6
        want = t * (np.asarray(f(x + h)) - np.asarray(f(x - h))) / (2 * h)
        np.testing.assert_allclose(dot, want, rtol=1e-7)
    else:
        np.testing.assert_allclose(dot, t * derivative(x), rtol=1e-12)


@pytest.mark.parametrize("name", UNARY)
def test_unary_differences(name):
    order = 1 if name == "lgamma" else 2
    check_grads(on(name), (UNARY[name][0],), order, modes=["fwd"],
                atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_unary_keeps_its_width(name, dtype):
    if dtype == np.float16 and name in ("real", "imag"):
        return  # there is no complex number of two of these
    x = UNARY[name][0].astype(dtype)
    out, dot = mj.jvp(on(name), (x,), (np.ones_like(x),))
    assert out.dtype == dot.dtype == dtype


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_unary_shapes(name, shape):
    x = np.full(shape, UNARY[name][0][-1], np.float32)
    out, dot = mj.jvp(on(name), (x,), (np.ones_like(x),))
    assert out.shape == dot.shape == shape


@pytest.mark.parametrize("name", UNARY)
def test_unary_weak_scalar(name):
    """A Python number is a float32 that gives way; so are its results."""
    out, dot = mj.jvp(on(name), (float(UNARY[name][0][-1]),), (1.0,))
    assert out.dtype == dot.dtype == np.float32


COMPLEX = ["neg", "exp", "expm1", "log", "log1p", "sqrt", "rsqrt", "square",
           "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh",
           "tanh", "asinh", "acosh", "atanh", "logistic", "conj", "abs",
           "real", "imag"]


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_differences(name):
    z = np.array([0.3 + 0.4j, -0.7 + 0.2j, 0.5 - 0.6j])
    check_grads(getattr(lax, name), (z,), 1, modes=["fwd"], atol=1e-6,
                rtol=1e-6)


Y = np.array([0.8, -1.1, 0.9, -2.0, 1.4])

BINARY = {
    "add": (X, Y), "sub": (X, Y), "mul": (X, Y), "div": (X, Y),
    "rem": (X, Y), "max": (X, Y), "min": (X, Y), "atan2": (X, Y),
    "pow": (POSITIVE, Y), "complex": (X, Y),
}


@pytest.mark.parametrize("name", BINARY)
def test_binary_differences(name):
    x, y = BINARY[name]
    f = getattr(lax, name)
    check_grads(f, (x, y), 2, modes=["fwd"], atol=1e-5, rtol=1e-5)
    check_grads(lambda x: f(x, y), (x,), 2, modes=["fwd"], atol=1e-5,
                rtol=1e-5)
    check_grads(lambda y: f(x, y), (y,), 2, modes=["fwd"], atol=1e-5,
                rtol=1e-5)


@pytest.mark.parametrize("name", BINARY)
def test_a_scalar_operand_goes_with_an_array(name):
    x, y = BINARY[name]
    f = getattr(lax, name)
    for args in (x[-1], y), (x, y[-1]):
        out, dot = mj.jvp(f, args, tuple(np.ones_like(a) for a in args))
        assert out.shape == dot.shape == (5,)
        check_grads(f, args, 1, modes=["fwd"], atol=1e-6, rtol=1e-6)
        one = [a for a in args if np.ndim(a) == 0][0]

        def of_the_scalar(s, args=args):
            return f(*[s if np.ndim(a) == 0 else a for a in args])
        check_grads(of_the_scalar, (one,), 1, modes=["fwd"], atol=1e-6,
                    rtol=1e-6)


def slope(f, x):
    return float(mj.jvp(f, (x,), (np.ones_like(x),))[1])


def test_ties_share_equally():
    one = np.float64(1.0)
    assert slope(lambda x: lax.max(x, one), one) == 0.5
    assert slope(lambda x: lax.min(one, x), one) == 0.5
    assert slope(lambda x: lax.max(x, x), one) == 1.0


def test_at_the_edges_as_jax_has_it():
    zero, one = np.float64(0.0), np.float64(1.0)
    assert slope(lax.abs, zero) == 1.0
    assert slope(lax.abs, np.float64(-0.0)) == 1.0
    assert slope(lambda x: lax.integer_pow(x, 2), zero) == 0.0
    assert slope(lambda x: lax.integer_pow(x, 0), zero) == 0.0
    assert slope(lambda x: lax.integer_pow(x, 1), zero) == 1.0
    assert slope(lambda x: lax.pow(x, np.float64(2)), zero) == 0.0
    assert slope(lambda x: lax.pow(x, np.int64(0)), zero) == 0.0
    assert slope(lambda y: lax.pow(zero, y), np.float64(2.0)) == 0.0
    assert slope(lax.sqrt, zero) == math.inf
    assert slope(lax.log, zero) == math.inf
    assert slope(lambda x: lax.max(x, one), np.float64("nan")) == 0.0


@pytest.mark.parametrize("y", [-3, -1, 0, 1, 2, 3, 7])
def test_integer_pow(y):
    t = np.array([1.0, -2.0, 0.5, 3.0, 1.5])
    _, dot = mj.jvp(lambda x: lax.integer_pow(x, y), (X,), (t,))
    np.testing.assert_allclose(dot, t * y * X ** (y - 1.0), rtol=1e-12)
    check_grads(lambda x: lax.integer_pow(x, y), (X,), 2, modes=["fwd"],
                atol=1e-4, rtol=1e-4)


def test_pow_of_an_integer_exponent():
    n = np.array([3, 2, 0, -1, 4])
    check_grads(lambda x: lax.pow(x, n), (X,), 2, modes=["fwd"], atol=1e-4,
                rtol=1e-4)


@pytest.mark.parametrize("moved", range(3))
def test_clamp(moved):
    args = [np.float64(-1.0), X, np.float64(2.0)]

    def f(v):
        return lax.clamp(*[v if i == moved else a for i, a in enumerate(args)])
    check_grads(f, (args[moved],), 2, modes=["fwd"], atol=1e-6, rtol=1e-6)
    edge = np.array([-1.0, 2.0])  # at the bounds the operand moves nothing
    _, dot = mj.jvp(lambda x: lax.clamp(*edge[:1], x, *edge[1:]), (edge,),
                    (edge,))
    np.testing.assert_array_equal(dot, [0.0, 0.0])


def test_select_n():
    which = np.array([True, False, True, True, False])
    check_grads(lambda x, y: lax.select_n(which, x, y), (X, Y), 2,
                modes=["fwd"], atol=1e-6, rtol=1e-6)
    _, dot = mj.jvp(lambda x: lax.select_n(which, x, Y), (X,), (X,))
    np.testing.assert_array_equal(dot, np.where(which, 0.0, X))
    three = np.array([0, 1, 2, 1, 0])
    _, dot = mj.jvp(lambda x: lax.select_n(three, x, 2 * x, 3 * x),
                    (mj.numpy.asarray(X),), (np.ones(5),))
    np.testing.assert_array_equal(dot, [1, 2, 3, 2, 1])


def test_casts():
    x, t = np.float32([1.5, -2.5]), np.float32([1.0, 2.0])
    _, dot = mj.jvp(lambda x: lax.convert_element_type(x, np.float64),
                    (x,), (t,))
    assert dot.dtype == np.float64
    np.testing.assert_array_equal(dot, t)
    out, dot = mj.jvp(lambda x: lax.convert_element_type(x, np.int32),
                      (x,), (t,))
    assert out.dtype == np.int32 and dot.dtype == mj.float0
    _, dot = mj.jvp(lambda x: lax.convert_element_type(x, np.complex64),
                    (x,), (t,))
    assert dot.dtype == np.complex64


@pytest.mark.parametrize("f", [
    lax.is_finite, lambda x: lax.eq(x, x), lambda x: lax.lt(x, x),
    lambda x: lax.ge(x, x), lambda x: lax.ne(x, x), lambda x: lax.gt(x, x),
    lambda x: lax.le(x, x)])
def test_a_truth_value_has_no_tangent(f):
    out, dot = mj.jvp(f, (X,), (X,))
    assert out.dtype == bool and dot.dtype == mj.float0
    assert dot.shape == (5,)


def test_nextafter_is_refused_with_a_reason():
    with pytest.raises(NotImplementedError, match="nextafter.*neighbour"):
        mj.jvp(lambda x: lax.nextafter(x, Y), (X,), (X,))
