"""The checks of chapter 14. Wrong answers that are often given have names."""
import functools

import numpy as np

import minijax as mj
from checks import exercise
from minijax import numpy as jnp


@exercise("14.1")
def _(mend):
    @mj.custom_jvp
    def softplus(x):
        return jnp.where(x > 20, x, jnp.log1p(jnp.exp(x)))
    mend(softplus)
    assert softplus.jvp is not None, (
        "softplus has no rule: call softplus.defjvps(…) in mend")
    slope = mj.grad(softplus)
    assert np.isclose(slope(1.0), 0.7310586), (
        f"at x = 1 the derivative is 0.7310586, got {slope(1.0)}")
    assert np.isfinite(slope(100.0)), (
        "at x = 100 the derivative is still not a number: exp(x) / (1 + "
        "exp(x)) is infinity by infinity there")
    assert np.isclose(slope(100.0), 1.0), (
        f"at x = 100 the derivative is 1, got {slope(100.0)}")
    assert np.isclose(slope(-20.0), np.exp(-20.0), 1e-5, 0), (
        f"at x = -20 the derivative is 2.0611537e-09, got {slope(-20.0)}: "
        "1 - 1 / (1 + exp(x)) is a difference of nearly equal numbers there")
    for x in -80.0, 1e30:
        want = np.exp(-80.0) if x < 0 else 1.0
        assert np.isclose(slope(x), want, 1e-5, 0), (
            f"at x = {x:g} the derivative is {want:g}, got {slope(x)}")
    value = mj.jvp(softplus, (1.0,), (1.0,))[0]
    assert np.isclose(value, 1.3132617), (
        "the derivative is right, but the value that the rule returns with it "
        f"at x = 1 is {value}, not 1.3132617: let it call softplus")
    second = mj.grad(slope)
    assert not np.isnan(second(100.0)), (
        "at x = 100 the second derivative is not a number. If a where chooses "
        "the slope, it chooses too late: what it throws away comes back as "
        "zero times infinity")
    for x, want in [(1.0, 0.1966119), (100.0, 0.0), (-20.0, np.exp(-20.0))]:
        assert np.isclose(second(x), want, 1e-5, 1e-30), (
            f"the second derivative at x = {x:g} is {want:g}, got {second(x)}")


def watched_model(rule):
    """The model of 14.2, and a list of the slopes that were computed."""
    computed = []

    def slope_p(p, x):
        computed.append("p")
        return jnp.sin(p * x) + p * x * jnp.cos(p * x)

    def slope_x(p, x):
        computed.append("x")
        return p * p * jnp.cos(p * x)

    @mj.custom_jvp
    def model(p, x):
        return p * jnp.sin(p * x)
    model.defjvp(functools.partial(rule, model, slope_p, slope_x),
                 symbolic_zeros=True)
    return model, computed


@exercise("14.2")
def _(rule):
    model, computed = watched_model(rule)
    p, x = 2.0, 0.3
    want = {"p": np.sin(0.6) + 0.6 * np.cos(0.6), "x": 4 * np.cos(0.6)}
    for argnums, names in [((0,), "p"), ((1,), "x"), ((0, 1), "px")]:
        computed.clear()
        try:
            got = mj.grad(model, argnums)(p, x)
        except TypeError as e:
            assert "Zero" not in str(e), (
                "a Zero was used as if it were an array: look at its type "
                f"first, type(t) is forward.Zero. The error was: {e}")
            raise
        for name, slope in zip(names, got):
            assert np.isclose(slope, want[name]), (
                f"with {' and '.join(names)} moving, the derivative by {name} "
                f"is {want[name]:.6f}, got {float(slope):.6f}")
        extra = set(computed) - set(names)
        assert not extra, (
            f"only {' and '.join(names)} moves, and slope_{extra.pop()} was "
            "computed all the same")
    out = mj.jvp(lambda p: model(p, x), (p,), (1.0,))[0]
    assert np.isclose(out, 2 * np.sin(0.6)), (
        f"the value is {2 * np.sin(0.6):.6f}, got {out}")
    second = mj.grad(mj.grad(model))(p, x)
    want = 2 * x * np.cos(p * x) - p * x * x * np.sin(p * x)
    assert np.isclose(second, want), (
        f"the second derivative by p is {want:.6f}, got {second}; does the "
        "rule call model?")


def integral_with(rule):
    @functools.partial(mj.custom_jvp, nondiff_argnums=0)
    def integral(fun, params, a, b):
        x = jnp.linspace(a, b, 65)
        weights = np.r_[1, np.tile([4, 2], 32)[:-1], 1]
        values = mj.vmap(fun, (None, 0))(params, x)
        return values @ weights * (b - a) / 192
    integral.defjvp(functools.partial(rule, integral))
    return integral


@exercise("14.3")
def _(rule):
    integral = integral_with(rule)

    def wave(p, x):
        return p["high"] * jnp.cos(p["often"] * x)
    with mj.enable_x64():
        p, a, b = {"high": 2.0, "often": 3.0}, 0.2, 0.9
        try:
            by_p, by_a, by_b = mj.grad(integral, (1, 2, 3))(wave, p, a, b)
        except RecursionError:
            raise AssertionError(
                "the rule asks itself without end: it differentiates integral "
                "by params, which is what it is to say. Differentiate fun, "
                "and integrate that") from None
        except mj.errors.UnexpectedTracerError as e:
            assert "closed-over" not in str(e), (
                "an integrand of yours closes over p_dot, which moves: hand "
                "it in with the parameters, as the pair (p, p_dot)")
            raise
        value = mj.jvp(lambda b: integral(wave, p, a, b), (b,), (1.0,))[0]
        assert np.isclose(value, integral(wave, p, a, b)), (
            f"the rule's value is {value}, and that of the integral is "
            f"{integral(wave, p, a, b)}")
        want = 2 * np.cos(3 * np.array([-a, b])) * [-1, 1]
        assert not np.isclose(by_a, -want[0]), (
            "the derivative by a has the wrong sign: with a larger a the "
            "integral begins later")
        assert np.isclose(by_a, want[0]) and np.isclose(by_b, want[1]), (
            f"the derivatives by a and b are {want}, got {by_a} and {by_b}")
        high = (np.sin(2.7) - np.sin(0.6)) / 3
        assert by_p["high"] != 0, (
            "the derivative by the parameters is zero: their term is missing")
        assert np.isclose(by_p["high"], high, 1e-6), (
            f"the derivative by params['high'] is {high:.6f}, got "
            f"{float(by_p['high']):.6f}")
        by_often = mj.grad(lambda often: integral(
            wave, {"high": 2.0, "often": often}, a, b))(3.0)
        h = 1e-5
        slope = [integral(wave, {"high": 2.0, "often": 3.0 + d}, a, b)
                 for d in (-h, h)]
        want = float(slope[1] - slope[0]) / (2 * h)
        assert np.isclose(by_often, want, 1e-5), (
            f"the derivative by params['often'] is {want:.6f}, got "
            f"{float(by_often):.6f}")
        mixed = mj.grad(mj.grad(lambda b: integral(wave, p, a, b)))(b)
        assert np.isclose(mixed, -6 * np.sin(2.7)), (
            f"the second derivative by b is {-6 * np.sin(2.7):.6f}, got "
            f"{mixed}; does the rule call integral and fun?")


@exercise("14.4")
def _(make_logdet):
    with mj.enable_x64():
        logdet = make_logdet()
        A = np.array([[2.0, 0.3, 0.1], [-0.4, 1.5, 0.2], [0.5, 0.1, 1.2]])
        assert np.isclose(logdet(jnp.asarray(A)), np.linalg.slogdet(A)[1]), (
            "the value is not log|det A|")
        with np.errstate(invalid="ignore"):
            value = logdet(jnp.asarray(-A))
        assert np.isclose(value, np.linalg.slogdet(A)[1]), (
            "the value is not log|det A| where the determinant is negative: "
            f"at -A it is {value}. np.linalg.slogdet knows the sign apart")
        slope = mj.grad(logdet)(jnp.asarray(A))
        inverse = np.linalg.inv(A)
        assert not np.allclose(slope, inverse), (
            "the gradient is the inverse; it should be its transpose, as the "
            "trace of inv(A) @ dA pairs row i of inv(A) with column i of dA")
        assert np.allclose(slope, inverse.T), (
            f"the gradient is\n{inverse.T}\ngot\n{slope}")
        try:
            second = mj.jacfwd(mj.grad(logdet))(jnp.asarray(A))
        except ValueError as e:
            assert "Pure callbacks" not in str(e), (
                "there is no second derivative: the rule of logdet uses a "
                "callback that has no rule. Let it call the inverse that has")
            raise
        except mj.errors.TracerArrayConversionError:
            raise AssertionError(
                "there is no second derivative: the rule of logdet hands a "
                "tracer to NumPy. Let it call the inverse that has a rule"
            ) from None
        want = -np.einsum("jk,li->ijkl", inverse, inverse)
        assert not np.allclose(second, -want), (
            "the second derivative has the wrong sign: d inv(A) is minus "
            "inv(A) dA inv(A)")
        one = np.eye(3)
        product = -np.einsum("ji,jk,il->ijkl", inverse**2, one, one)
        assert not np.allclose(second, product), (
            "the second derivative has elementwise products in it: for "
            "matrices write @ in d inv(A), not *")
        assert np.allclose(second, want), (
            "the second derivative is not right: in d inv(A) one inv(A) "
            "stands before dA, and one behind it")
        mapped = mj.vmap(mj.grad(logdet))(jnp.stack([A, 2 * A]))
        assert np.allclose(mapped[1], inverse.T / 2), "vmap does not agree"
