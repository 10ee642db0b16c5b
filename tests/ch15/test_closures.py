"""closure_convert and custom_gradient."""

from functools import partial

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp

XS = np.array([0.5, -1.0, 2.0], np.float32)


def close(got, want):
    np.testing.assert_allclose(got, want, 1e-5, 1e-6)


def test_closure_convert_finds_what_moves():
    def use(y):
        converted, consts = mj.closure_convert(
            lambda x: jnp.sin(x * y) + jnp.ones(3).sum(), 2.0)
        assert len(consts) == 1
        return converted(2.0, *consts)
    for g in (use, mj.jit(use)):
        close(mj.grad(g)(3.0), 2 * np.cos(6.0))
        close(mj.vmap(mj.grad(g))(XS), 2 * np.cos(2 * XS))
    converted, consts = mj.closure_convert(lambda x: x * 3.0, 2.0)
    assert consts == [] and converted(4.0) == 12.0


def test_converted_function_of_other_constants():
    def use(y):
        converted, (c,) = mj.closure_convert(lambda x: x + 10 * y, 1.0)
        return converted(1.0, c) - converted(1.0, 2 * c)
    close(mj.grad(use)(3.0), -10.0)


def test_trees_through_closure_convert():
    def use(y):
        converted, consts = mj.closure_convert(
            lambda p, x: {"out": p["w"] * x * y}, {"w": 2.0}, 3.0)
        return converted({"w": 5.0}, 7.0, *consts)["out"]
    close(mj.grad(use)(1.0), 35.0)
    converted, _ = mj.closure_convert(lambda p: p["w"], {"w": 2.0})
    with pytest.raises(TypeError, match="must have the tree.*but got"):
        converted((1.0, 2.0))


def test_closure_convert_serves_a_rule():
    """A function with a rule, of a function that closes over what moves."""
    def slowly(fun, x):
        converted, consts = mj.closure_convert(fun, x)
        return call(converted, x, *consts)

    def call_fwd(fun, x, *consts):
        return fun(x, *consts), (x, consts)

    def call_bwd(fun, kept, ct):
        x, consts = kept
        _, pull = mj.vjp(lambda x, *consts: fun(x, *consts), x, *consts)
        return tuple(3 * back for back in pull(ct))
    call = mj.custom_vjp(lambda fun, x, *consts: fun(x, *consts),
                         nondiff_argnums=(0,))
    call.defvjp(call_fwd, call_bwd)
    close(mj.grad(lambda y: slowly(lambda x: x * y, 5.0))(2.0), 15.0)


def test_custom_gradient():
    @mj.custom_gradient
    def g(x):
        return x**2, lambda ct: (ct * x,)
    close((g(3.0), mj.grad(g)(3.0), mj.grad(mj.grad(g))(3.0)), (9, 3, 1))
    for h in (mj.grad(g), mj.jit(mj.grad(g)), mj.grad(mj.jit(g))):
        close(h(3.0), 3.0)
        close(mj.vmap(h)(XS), XS)
        close(mj.grad(h)(3.0), 1.0)
        close(mj.vmap(mj.grad(h))(XS), 1 + 0 * XS)
    close(mj.grad(lambda x: mj.vmap(g)(x).sum())(XS), XS)
    close(mj.jit(mj.vmap(g))(XS), XS**2)
    with pytest.raises(TypeError, match="forward-mode"):
        mj.jvp(g, (3.0,), (1.0,))


def test_custom_gradient_of_trees_and_several_arguments():
    @mj.custom_gradient
    def g(p, y):
        out = p["a"] * y

        def pull(ct):
            return {"a": 10 * y * ct["out"]}, None
        return {"out": out}, pull
    da, dy = mj.grad(lambda p, y: g(p, y)["out"], (0, 1))({"a": 2.0}, 3.0)
    assert (da["a"], dy) == (30.0, 0.0)


def test_a_pullback_may_return_one_cotangent_bare():
    g = mj.custom_gradient(lambda x: (2.0 * x, lambda ct: 7 * ct))
    close(mj.grad(g)(1.0), 7.0)


@pytest.mark.parametrize("result", [
    lambda x: x, lambda x: (x, x), lambda x: (x, jnp.sin, x)])
def test_what_is_no_value_and_pullback(result):
    def named(x):
        return result(x)
    with pytest.raises(TypeError, match="named must return a pair, its value"):
        mj.grad(mj.custom_gradient(named))(1.0)
    with pytest.raises(TypeError, match="named must return a pair, its value"):
        mj.custom_gradient(named)(1.0)


def test_wrong_number_of_cotangents():
    g = mj.custom_gradient(lambda x, y: (x * y, lambda ct: (ct,)))
    with pytest.raises(TypeError, match="length equal to the number"):
        mj.grad(g)(1.0, 2.0)


def test_what_is_converted_does_not_hold_the_function():
    """Nor the tracers that it closes over: they are arguments now."""
    @partial(mj.custom_vjp, nondiff_argnums=(0,))
    def call(f, x, consts):
        return f(x, *consts)
    call.defvjp(lambda f, x, consts: (call(f, x, consts), (x, consts)),
                lambda f, kept, ct: mj.vjp(f, kept[0], *kept[1])[1](ct)[:1]
                + ([ct * kept[0]],))

    def product(k):
        return call(*converted(lambda y: k * y, 2.0))

    def converted(f, x):
        f, consts = mj.closure_convert(f, x)
        return f, x, consts
    with mj.checking_leaks():
        assert mj.grad(product)(0.5) == 2
