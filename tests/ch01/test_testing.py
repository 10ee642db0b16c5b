"""The judge: accurate to the digits it promises, deaf to no mistake."""
import subprocess
import sys

import numpy as np
import pytest

from minijax.testing import check_jvp, check_vjp, numerical_jvp

A = np.random.default_rng(5).normal(size=(4, 3))
X = np.array([0.3, -1.2, 0.8])


def machine(dtype):
    return float(np.finfo(dtype).eps)


# --- numerical_jvp ---------------------------------------------------------

@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("f, slope", [
    (np.sin, np.cos), (np.exp, np.exp), (np.square, lambda x: 2 * x),
    (np.sqrt, lambda x: 0.5 / np.sqrt(x)), (np.log, lambda x: 1 / x)])
def test_two_thirds_of_the_digits(f, slope, dtype):
    for x in (0.6, 1.0, 1.7):
        got = numerical_jvp(f, (dtype(x),), (dtype(1),))
        assert got.dtype == dtype
        assert abs(got - slope(x)) < 8 * machine(dtype) ** (2 / 3)


def test_the_default_step_is_near_the_best():
    def error(eps):
        points = np.linspace(0.5, 1.5, 41)
        return np.abs(numerical_jvp(np.sin, (points,), (np.ones(41),), eps)
                      - np.cos(points)).max()
    best = min(error(2.0**-k) for k in range(1, 53))
    assert error(None) < 4 * best


def test_a_tangent_is_a_direction_through_all_arguments():
    t, s = np.array([1.0, -2.0, 0.5]), 3.0
    got = numerical_jvp(lambda x, c: c * (A @ np.sin(x)), (X, 2.0), (t, s))
    np.testing.assert_allclose(
        got, 2.0 * A @ (np.cos(X) * t) + s * A @ np.sin(X), atol=1e-9)


def test_outputs_are_given_as_the_function_gives_them():
    one = numerical_jvp(np.sin, (X,), (X,))
    assert isinstance(one, np.ndarray) and one.shape == (3,)
    pair = numerical_jvp(lambda x: (x.sum(), 2 * x), (X,), (X,))
    assert isinstance(pair, tuple)
    np.testing.assert_allclose(pair[0], X.sum())
    np.testing.assert_allclose(pair[1], 2 * X)
    (single,) = numerical_jvp(lambda x: (x,), (X,), (X,))
    np.testing.assert_allclose(single, X)


def test_a_complex_direction():
    z, t = 1 + 2j, 3 - 1j
    np.testing.assert_allclose(
        numerical_jvp(np.square, (z,), (t,)), 2 * z * t, rtol=1e-9)
    np.testing.assert_allclose(
        numerical_jvp(np.conj, (z,), (t,)), np.conj(t), rtol=1e-9)
    np.testing.assert_allclose(
        numerical_jvp(np.abs, (z,), (t,)), (np.conj(z) * t).real / abs(z),
        rtol=1e-9)


def test_integers_stand_still():
    def f(x, n):
        return x ** n, n + 1
    slope, none = numerical_jvp(f, (2.0, 3), (1.0, None))
    np.testing.assert_allclose(slope, 12.0)
    assert none is None


def test_None_holds_a_float_still():
    np.testing.assert_allclose(
        numerical_jvp(np.multiply, (2.0, 5.0), (1.0, None)), 5.0)


def test_the_same_infinity_has_slope_zero():
    mask = np.array([0.0, -np.inf, np.inf])
    got = numerical_jvp(lambda x: x + mask, (X,), (np.ones(3),))
    np.testing.assert_allclose(got, [1.0, 0.0, 0.0])


def test_lists_and_empty_arrays():
    np.testing.assert_allclose(
        numerical_jvp(np.sum, ([1.0, 2.0],), ([3.0, 4.0],)), 7.0)
    assert numerical_jvp(np.sin, (np.zeros((0, 2)),),
                         (np.zeros((0, 2)),)).shape == (0, 2)


def test_inputs_are_not_touched():
    x, t = X.copy(), np.ones(3)
    x.flags.writeable = t.flags.writeable = False

    def f_vjp(x):
        return x * x, lambda v: (2 * x * v,)
    numerical_jvp(np.sin, (x,), (t,))
    check_jvp(np.sin, lambda p, d: (np.sin(*p), np.cos(*p) * d[0]), (x,))
    check_vjp(lambda x: x * x, f_vjp, (x,))
    np.testing.assert_array_equal(x, X)


@pytest.mark.parametrize("tangents, error, words", [
    ((np.ones(1), None), ValueError, r"primal 0 has shape \(3,\).*\(1,\)"),
    ((1.0, None), ValueError, r"primal 0 has shape \(3,\).*\(\)"),
    ((np.ones(3), 1.0), TypeError, "primal 1 is int64.*None"),
    ((np.ones(3),), ValueError, "2 primals need as many tangents, got 1"),
    ((1j * np.ones(3), None), TypeError, "Cannot cast.*complex128.*float64"),
])
def test_tangents_that_do_not_fit(tangents, error, words):
    with pytest.raises(error, match=words):
        numerical_jvp(lambda x, n: x * n, (X, np.int64(2)), tangents)


# --- check_jvp and check_vjp -----------------------------------------------

def log_softmax(x):
    return x - np.log(np.sum(np.exp(x)))


def log_softmax_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return log_softmax(x), t - np.exp(log_softmax(x)) @ t


def log_softmax_vjp(x):
    return log_softmax(x), lambda v: (v - np.exp(log_softmax(x)) * v.sum(),)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("seed", range(10))
def test_the_innocent_pass(dtype, seed):
    x = np.random.default_rng(seed).normal(size=5).astype(dtype)
    check_jvp(log_softmax, log_softmax_jvp, (x,))
    check_vjp(log_softmax, log_softmax_vjp, (x,))


@pytest.mark.parametrize("dtype, off", [
    (np.float64, 1e-6), (np.float32, 1e-2), (np.float16, 0.5)])
def test_a_slope_that_is_a_little_wrong(dtype, off):
    x = X.astype(dtype)
    k = dtype(1 + off)

    def f_jvp(primals, tangents):
        out, t = log_softmax_jvp(primals, tangents)
        return out, k * t

    def f_vjp(x):
        out, pull = log_softmax_vjp(x)
        return out, lambda v: (k * pull(v)[0],)
    with pytest.raises(AssertionError, match="tangent of log_softmax, output"):
        check_jvp(log_softmax, f_jvp, (x,))
    with pytest.raises(AssertionError, match=r"\(J\^T v\) \. t of log_soft"):
        check_vjp(log_softmax, f_vjp, (x,))
    check_jvp(log_softmax, f_jvp, (x,), atol=2 * off)
    check_vjp(log_softmax, f_vjp, (x,), atol=20 * off)


@pytest.mark.parametrize("k", range(50))
def test_one_wrong_entry_of_fifty_does_not_hide(k):
    x = np.linspace(-1, 1, 50)

    def f_vjp(x):
        wrong = np.cos(x)
        wrong[k] += 1e-3
        return np.sin(x), lambda v: (wrong * v,)
    with pytest.raises(AssertionError, match="argument 0:\n"):
        check_vjp(np.sin, f_vjp, (x,))


def test_the_message_says_what_where_and_how_sharply():
    def f_jvp(primals, tangents):
        (x,), (t,) = primals, tangents
        return (x.sum(), 2 * x), (t.sum(), np.where(x < 0, 3, 2) * t)
    with pytest.raises(AssertionError) as caught:
        check_jvp(lambda x: (x.sum(), 2 * x), f_jvp, (X,))
    message = str(caught.value)
    assert "output 1, index (1,):\n  expected" in message
    assert "off by" in message
    assert "step 6.1e-06, atol 1.5e-08, rtol 1.5e-08" in message


def test_the_argument_with_the_wrong_weights_is_named():
    def vjp(A, x):
        return A @ x, lambda v: (np.outer(v, x), A.T @ v * 2)
    with pytest.raises(AssertionError, match="matmul, argument 1"):
        check_vjp(np.matmul, vjp, (A, X))


def test_the_value_is_checked_too():
    with pytest.raises(AssertionError, match="value of sin, output 0"):
        check_jvp(np.sin, lambda p, t: (np.cos(*p), np.cos(*p) * t[0]), (X,))
    with pytest.raises(AssertionError, match="value of sin, output 0"):
        check_vjp(np.sin, lambda x: (x, lambda v: (np.cos(x) * v,)), (X,))
    with pytest.raises(AssertionError, match="expected 1, got 0"):
        check_jvp(lambda x: (x, x > 0), lambda p, t: ((p[0], p[0] < 0),
                                                      (t[0], None)), (2.0,))


@pytest.mark.parametrize("wrong", [
    lambda t: t.sum(), lambda t: t[:, None], lambda t: t.astype(np.float32),
    lambda t: t + 0j, lambda t: None, lambda t: (t, t)])
def test_shapes_dtypes_and_numbers_of_arrays(wrong):
    def f(x):
        return x * 1.0
    with pytest.raises(AssertionError, match="expected float64|expected 1 ar"):
        check_jvp(f, lambda p, t: (f(*p), wrong(t[0])), (X,))
    with pytest.raises(AssertionError, match="expected float64|expected 1 ar"):
        check_vjp(f, lambda x: (f(x), lambda v: wrong(v)), (X,))


def test_nan_is_no_evidence():
    def f(x):
        return x * np.nan
    with pytest.raises(AssertionError, match="expected nan, got nan"):
        check_jvp(f, lambda p, t: (f(*p), f(*t)), (X,))
    with pytest.raises(AssertionError, match="got nan"):
        check_vjp(np.sin, lambda x: (np.sin(x), lambda v: (f(v),)), (X,))


def test_masked_outputs():
    mask = np.array([0.0, -np.inf, 0.0])

    def f(x):
        return log_softmax(x + mask)

    def p(x):
        return np.exp(f(x))
    keep = np.isfinite(mask)
    check_jvp(f, lambda a, t: (f(*a), (t[0] - p(*a) @ t[0]) * keep), (X,))
    check_vjp(f, lambda x: (f(x), lambda v: (
        v * keep - p(x) * (v * keep).sum(),)), (X,))


COMPLEX = {
    "square": (np.square, lambda z, t: 2 * z * t, lambda z, v: 2 * z * v),
    "exp": (np.exp, lambda z, t: np.exp(z) * t, lambda z, v: np.exp(z) * v),
    "conj": (np.conj, lambda z, t: t.conj(), lambda z, v: v.conj()),
    "real": (lambda z: z.real, lambda z, t: t.real,
             lambda z, v: v.astype(z.dtype)),
    "abs": (np.abs, lambda z, t: (z.conj() * t).real / np.abs(z),
            lambda z, v: v * z.conj() / np.abs(z)),
}


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize("name", COMPLEX)
def test_complex_arguments(name, dtype):
    f, push, pull = COMPLEX[name]
    z = np.array([0.5 + 0.8j, -1.2 + 0.3j], dtype)
    check_jvp(f, lambda p, t: (f(*p), push(*p, *t)), (z,))
    check_vjp(f, lambda z: (f(z), lambda v: (pull(z, v),)), (z,))
    with pytest.raises(AssertionError, match=r"\(J\^T v\) \. t"):
        check_vjp(f, lambda z: (f(z), lambda v: (1j * pull(z, v),)), (z,))


def test_real_arguments_of_a_complex_function():
    def f(x):
        return np.exp(1j * x)
    check_jvp(f, lambda p, t: (f(*p), 1j * f(*p) * t[0]), (X,))
    check_vjp(f, lambda x: (f(x), lambda v: ((1j * f(x) * v).real,)), (X,))
    with pytest.raises(AssertionError, match="expected float64.*complex128"):
        check_vjp(f, lambda x: (f(x), lambda v: (1j * f(x) * v,)), (X,))


def test_integer_arguments_and_outputs_are_let_be():
    def f(x, n):
        return x ** n, n * 2

    def f_jvp(primals, tangents):
        (x, n), (t, none) = primals, tangents
        assert none is None
        return f(x, n), (n * x ** (n - 1) * t, None)

    def f_vjp(x, n):
        def pull(weights):
            v, none = weights
            assert none is None
            return n * x ** (n - 1) * v, None
        return f(x, n), pull
    check_jvp(f, f_jvp, (X, 3))
    check_vjp(f, f_vjp, (X, 3))


def test_a_function_of_integers_alone():
    check_jvp(np.negative, lambda p, t: (-p[0], None), (3,))
    check_vjp(np.negative, lambda n: (-n, lambda v: (None,)), (3,))


def test_a_coarse_output_sets_the_step():
    def f(x):
        return np.sin(x).astype(np.float32)
    check_jvp(f, lambda p, t: (f(*p), (np.cos(*p) * t[0]).astype(np.float32)),
              (X,))


def test_the_same_direction_every_time():
    seen = []

    def f_jvp(primals, tangents):
        seen.append(tangents[0])
        return np.sin(*primals), np.cos(*primals) * tangents[0]
    for _ in range(2):
        check_jvp(np.sin, f_jvp, (X,))
    np.testing.assert_array_equal(*seen)
    assert np.abs(seen[0]).max() <= 1


def test_a_million_inputs_cost_a_handful_of_calls():
    calls = []

    def f(x):
        calls.append(1)
        return np.sum(x * x)
    check_vjp(f, lambda x: (np.sum(x * x), lambda v: (2 * x * v,)),
              (np.linspace(-1, 1, 10**6),), eps=0.01)
    assert len(calls) == 3


def test_cancelling_terms_are_no_accusation():
    x = 1e4 * np.where(np.arange(1000) % 2, 1.0, -1.0)
    check_vjp(lambda x: np.sum(x * x),
              lambda x: (np.sum(x * x), lambda v: (2 * x * v,)), (x,),
              eps=1.0)


def test_the_module_needs_numpy_alone():
    code = ("import runpy, sys, pathlib; import numpy; "
            "runpy.run_path(sys.argv[1]); "
            "assert 'minijax' not in sys.modules")
    import minijax.testing
    subprocess.run([sys.executable, "-c", code, minijax.testing.__file__],
                   check=True, cwd="/")
