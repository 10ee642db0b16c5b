"""odeint and its adjoint, against solutions in closed form."""

import inspect

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp
from minijax.experimental import ode
from minijax.experimental.ode import odeint
from minijax.test_util import check_grads

T = np.array([0.0, 0.4, 1.0, 1.1, 2.5])
WEIGHTS = np.array([1.0, -2.0, 0.5, 3.0, 1.5])


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64():
        yield


def close(got, want, digits=6):
    np.testing.assert_allclose(got, want, 10.0**-digits, 10.0**-digits)


def decay(y, t, k):
    return -k * y


def spring(y, t, w):
    return {"x": y["v"], "v": -w**2 * y["x"]}


def driven(y, t, k):
    """y = y0 e^(-kt) + (k sin t - cos t + e^(-kt)) / (1 + k^2), from 0."""
    return -k * y + jnp.sin(t)


def test_it_is_a_public_name():
    assert mj.experimental.ode.odeint is odeint
    assert list(inspect.signature(odeint).parameters) == [
        "func", "y0", "t", "args", "rtol", "atol", "mxstep", "hmax"]


def test_the_tableau_satisfies_its_conditions():
    """Rows push as far as they look; the two results have orders 5 and 4."""
    np.testing.assert_allclose(ode.PUSH.sum(1), ode.WHEN, atol=1e-14)
    when = np.concatenate([[0], ode.WHEN])
    for weights, order in [(np.append(ode.PUSH[5, :6], 0), 5),
                           (ode.ORDER_4, 4)]:
        for power in range(order):
            assert np.isclose(weights @ when**power, 1 / (power + 1))
    assert not np.isclose(ode.ORDER_4 @ when**4, 1 / 5)


def test_one_step_is_of_order_five():
    errors = []
    for h in 0.2, 0.1:
        y, _, _ = ode.step(lambda y, t: y * jnp.cos(t), jnp.ones(1),
                           jnp.ones(1), jnp.asarray(0.0), jnp.asarray(h))
        errors.append(abs(float(y[0]) - np.exp(np.sin(h))))
    assert 50 < errors[0] / errors[1] < 80


def test_exponential():
    close(odeint(decay, 1.5, T, 0.7), 1.5 * np.exp(-0.7 * T))


def test_harmonic_oscillator():
    y = odeint(spring, {"x": 1.0, "v": 0.0}, T, 3.0)
    close(y["x"], np.cos(3 * T))
    close(y["v"], -3 * np.sin(3 * T))


def test_shapes_dtypes_and_first_value():
    y0 = {"a": jnp.ones((2, 3)), "b": (jnp.zeros(0), jnp.asarray(2))}
    y = odeint(lambda y, t: mj.tree.map(lambda x: -1.0 * x, y), y0, T)
    assert y["a"].shape == (5, 2, 3) and y["b"][0].shape == (5, 0)
    assert y["b"][1].dtype == np.float64
    close(y["b"][1], 2 * np.exp(-T))
    with mj.enable_x64(False):
        y = odeint(lambda y, t: -y, jnp.float32(1), np.float32(T), rtol=1e-5,
                   atol=1e-6)
        assert y.dtype == np.float32
        close(y, np.exp(-T), 4)


def test_narrow_state_and_wide_time():
    y = odeint(lambda y, t: -y * t, np.float32(1), T, rtol=1e-5, atol=1e-6)
    assert y.dtype == np.float32
    close(y, np.exp(-T**2 / 2), 4)


def test_time_dependence():
    k = 0.5
    want = (k * np.sin(T) - np.cos(T) + np.exp(-k * T)) / (1 + k**2)
    close(odeint(driven, 0.0, T, k), want)


def test_complex():
    close(odeint(lambda y, t: 1j * y, 1 + 0j, T), np.exp(1j * T))

    def f(w):
        return odeint(lambda y, t: 1j * w * y, 1 + 0j, T)[-1].real
    close(mj.grad(f)(1.3), -2.5 * np.sin(2.5 * 1.3))


def test_tighter_is_nearer():
    errors = [abs(odeint(spring, {"x": 1.0, "v": 0.0}, T, 3.0, rtol=tol,
                         atol=tol)["x"][-1] - np.cos(7.5))
              for tol in (1e-3, 1e-6, 1e-9)]
    assert errors[0] > 20 * errors[1] > 400 * errors[2]


def oscillator(x0, t, w):
    return jnp.sum(WEIGHTS * odeint(spring, {"x": x0, "v": 0.0}, t, w)["x"])


def by_formula(x0, t, w):
    return jnp.sum(WEIGHTS * x0 * jnp.cos(w * (t - t[0])))


def test_gradients_by_start_times_and_arguments():
    args = jnp.asarray(0.8), jnp.asarray(T), jnp.asarray(3.0)
    got = mj.grad(oscillator, (0, 1, 2))(*args)
    for g, w in zip(got, mj.grad(by_formula, (0, 1, 2))(*args), strict=True):
        close(g, w, 5)


def test_gradients_by_times_where_the_slope_depends_on_time():
    def f(y0, t, k):
        return jnp.sum(WEIGHTS * odeint(driven, y0, t, k))
    check_grads(f, (0.3, jnp.asarray(T), 0.5), order=1, modes=["rev"],
                atol=1e-4, rtol=1e-4)


def test_gradient_by_finite_differences_of_a_nonlinear_system():
    def pendulum(y, t, p):
        angle, speed = y
        return speed, -p["g"] * jnp.sin(angle) - p["drag"] * speed

    def f(start, p):
        angle, speed = odeint(pendulum, start, T, p)
        return jnp.sum(WEIGHTS * angle * speed)
    check_grads(f, ((2.0, 0.1), {"g": 9.8, "drag": 0.2}), order=1,
                modes=["rev"], atol=1e-3, rtol=1e-3)


def test_second_derivative():
    def f(k):
        return odeint(decay, 1.0, T, k)[-1]
    close(mj.grad(mj.grad(f))(0.7), 2.5**2 * np.exp(-2.5 * 0.7), 5)


def test_closed_over_values_move():
    def f(k):
        return odeint(lambda y, t: -k * y, 1.0, T)[-1]
    close(mj.grad(f)(0.7), -2.5 * np.exp(-2.5 * 0.7))
    close(mj.vmap(f)(np.array([0.1, 0.2])), np.exp([-0.25, -0.5]))
    close(mj.grad(mj.jit(f))(0.7), -2.5 * np.exp(-2.5 * 0.7))


def test_integer_arguments_stand_still():
    def f(k, n):
        return odeint(lambda y, t, k, n: -n * k * y, 1.0, T, k, n)[-1]
    close(mj.grad(f)(0.7, 2), -5 * np.exp(-5 * 0.7))
    close(mj.vmap(mj.grad(f), (None, 0))(0.7, np.array([1, 2])),
          [-2.5 * np.exp(-2.5 * 0.7), -5 * np.exp(-5 * 0.7)])


def test_vmap_and_jit():
    ws = np.array([0.5, 1.0, 4.0])
    args = jnp.asarray(0.8), jnp.asarray(T)
    want = [[mj.grad(oscillator, n)(*args, w) for w in ws] for n in (0, 1, 2)]
    mapped = mj.vmap(mj.grad(oscillator, (0, 1, 2)), (None, None, 0))
    for f in mapped, mj.jit(mapped):
        for g, w in zip(f(*args, ws), want, strict=True):
            close(g, w, 5)
    total = mj.grad(lambda ws: jnp.sum(mj.vmap(
        oscillator, (None, None, 0))(*args, ws)))(ws)
    close(total, want[2], 5)


def test_forwards_is_refused():
    with pytest.raises(TypeError, match="forward-mode"):
        mj.jvp(lambda k: odeint(decay, 1.0, T, k), (0.7,), (1.0,))


def test_a_time_that_is_not_reached_is_nan():
    blown = odeint(lambda y, t: y * y, 1.0, np.array([0.0, 0.5, 1.5]))
    close(blown[1], 2)
    assert np.isnan(blown[2])
    assert np.isnan(odeint(decay, 1.0, T, 0.7, mxstep=2)[1:]).all()
    backwards = odeint(decay, 1.0, T[::-1].copy(), 0.7)
    assert backwards[0] == 1 and np.isnan(backwards[1:]).all()


def test_equal_times():
    y = odeint(decay, 1.0, np.array([0.0, 0.0, 1.0, 1.0]), 0.7)
    close(y, np.exp(-0.7 * np.array([0, 0, 1, 1])))


def test_longest_step():
    """A kick that long steps would miss."""
    def kick(y, t):
        return jnp.where((t > 5) & (t < 5.01), 100.0, 0.0) + 0 * y
    t = np.array([0.0, 10.0])
    close(odeint(kick, 0.0, t)[-1], 0.0)
    close(odeint(kick, 0.0, t, hmax=0.004)[-1], 1.0, 3)


def test_one_time():
    close(odeint(decay, 1.0, np.array([0.0]), 0.7), [1.0])


ERRORS = {
    "t must be an array of floats": lambda: odeint(decay, 1.0, np.arange(3),
                                                   0.7),
    "func must return the tree of y0": lambda: odeint(
        lambda y, t: (y, y), 1.0, T),
    "func must return the shapes of y0": lambda: odeint(
        lambda y, t: jnp.stack([y, y]), 1.0, T),
    "odeint": lambda: odeint(decay, 1.0, T, "fast"),
}


@pytest.mark.parametrize("words", ERRORS)
def test_errors(words):
    with pytest.raises((TypeError, ValueError)) as e:
        ERRORS[words]()
    assert words in str(e.value)


def test_no_tracer_is_kept():
    with mj.checking_leaks():
        slope = mj.grad(lambda k: odeint(lambda y, t: -k * y, 1.0, T)[-1])
        close(slope(0.7), -2.5 * np.exp(-2.5 * 0.7))


def test_states_on_the_way_keep_the_way_back_near():
    """A crowd at its limit has forgotten how it began."""
    def grows(state, t, k):
        return k * state[0] * (1 - state[0]), state[0]

    def total(k, times):
        t = jnp.linspace(0.0, 20.0, times)
        return odeint(grows, (0.1, 0.0), t, k)[1][-1]

    def formula(k):
        return jnp.log(1 + 0.1 * (jnp.exp(20 * k) - 1)) / k
    close(total(2.0, 2), formula(2.0))
    close(mj.grad(total)(2.0, 21), mj.grad(formula)(2.0))
    assert abs(mj.grad(total)(2.0, 2) - mj.grad(formula)(2.0)) > 1
