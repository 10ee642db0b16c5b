"""erf, erfc, erf_inv, lgamma and digamma against identities and constants."""
import math

import numpy as np
import pytest

from minijax import lax

FUNCTIONS = ["erf", "erfc", "erf_inv", "lgamma", "digamma"]
EULER = 0.57721566490153286


def numbers(x):
    return np.asarray(x)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_and_shape_are_kept(name, dtype):
    op = getattr(lax, name)
    for shape in [(), (0,), (2, 3)]:
        out = op(np.full(shape, 0.5, dtype))
        assert out._value.dtype == out.dtype == dtype
        assert out._value.shape == out.shape == shape
    assert op(0.5).weak_type
    wide = numbers(op(np.float64(np.array(0.7, dtype))))
    np.testing.assert_allclose(op(np.array(0.7, dtype)), wide,
                               rtol=np.finfo(dtype).eps)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("number", [1, 1j, True])
def test_only_floats(name, number):
    with pytest.raises(TypeError, match=f"{name} does not accept dtype"):
        getattr(lax, name)(number)


def test_erf():
    x = np.linspace(-5, 5, 41)
    np.testing.assert_array_equal(lax.erf(x), [math.erf(v) for v in x])
    np.testing.assert_allclose(numbers(lax.erf(x)) + numbers(lax.erfc(x)), 1)
    np.testing.assert_array_equal(lax.erf(np.array([np.inf, -np.inf])),
                                  [1, -1])
    np.testing.assert_allclose(lax.erfc(np.float64(20)), 5.3958656116e-176)
    assert np.isnan(numbers(lax.erf(math.nan)))


def test_erf_inv_undoes_erf():
    y = np.linspace(-3, 3, 61)
    np.testing.assert_allclose(lax.erf_inv(lax.erf(y)), y, rtol=1e-11,
                               atol=1e-15)
    x = np.concatenate([np.linspace(-0.999, 0.999, 201), [1e-300, 1e-20]])
    np.testing.assert_allclose(lax.erf(lax.erf_inv(x)), x, rtol=4e-16)


def test_erf_inv_near_one():
    rest = 2.0 ** -np.arange(5, 53)
    back = lax.erfc(lax.erf_inv(1 - rest))
    np.testing.assert_allclose(back, rest, rtol=3e-14)
    rest = 1 - np.nextafter(np.float32(1), np.float32(0))
    assert float(lax.erf_inv(np.float32(1 - rest))) == pytest.approx(
        3.8325069, rel=1e-6)


def test_erf_inv_edges():
    out = numbers(lax.erf_inv(np.array([-1.0, 1.0, 0.0, -0.0, 1.5, np.nan])))
    np.testing.assert_array_equal(out[:4], [-np.inf, np.inf, 0, 0])
    assert np.signbit(out[3]) and np.isnan(out[4:]).all()


def test_lgamma():
    n = np.arange(1.0, 20.0)
    np.testing.assert_allclose(
        lax.lgamma(n), [math.log(math.factorial(int(k) - 1)) for k in n],
        rtol=1e-14)
    assert float(lax.lgamma(np.float64(0.5))) == pytest.approx(
        math.log(math.pi) / 2, rel=1e-15)
    x = np.array([-0.5, -1.5, -7.3, -20.25, 0.3])  # Euler's reflection
    np.testing.assert_allclose(
        numbers(lax.lgamma(x)) + numbers(lax.lgamma(1 - x)),
        np.log(np.pi / np.abs(np.sin(np.pi * x))), rtol=1e-12)


def test_lgamma_edges():
    x = np.array([0.0, -0.0, -1.0, -50.0, np.inf, -np.inf, 1e307])
    np.testing.assert_array_equal(lax.lgamma(x), np.inf)
    assert np.isnan(numbers(lax.lgamma(math.nan)))


def test_digamma():
    n = np.arange(1, 30)
    harmonic = np.concatenate([[0], np.cumsum(1 / n)])[:-1]
    np.testing.assert_allclose(lax.digamma(n.astype(float)),
                               harmonic - EULER, rtol=1e-14)
    assert float(lax.digamma(np.float64(0.5))) == pytest.approx(
        -EULER - 2 * math.log(2), rel=1e-15)
    x = np.array([0.1, 0.7, 3.3, 100.5, -0.3, -2.7, -1000.4, -1e5 + 0.25])
    np.testing.assert_allclose(
        numbers(lax.digamma(x + 1)) - numbers(lax.digamma(x)), 1 / x,
        rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(
        numbers(lax.digamma(1 - x)) - numbers(lax.digamma(x)),
        np.pi / np.tan(np.pi * x), rtol=1e-9, atol=1e-13)


def test_digamma_is_the_slope_of_lgamma():
    x, h = np.array([0.3, 1.46, 2.0, 11.0, -1.3]), 1e-6
    slope = (numbers(lax.lgamma(x + h)) - numbers(lax.lgamma(x - h))) / (2 * h)
    np.testing.assert_allclose(lax.digamma(x), slope, rtol=1e-7, atol=1e-9)


def test_digamma_edges():
    x = np.array([0.0, -0.0, -1.0, -50.0, -np.inf, np.nan])
    assert np.isnan(numbers(lax.digamma(x))).all()
    assert float(lax.digamma(math.inf)) == math.inf
    assert float(lax.digamma(np.float64(1e-300))) == -1e300
