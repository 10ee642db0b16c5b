"""A fixed point whose backward pass is another one, by custom_vjp."""

from functools import partial

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp


@partial(mj.custom_vjp, nondiff_argnums=(0,))
def settled(step, c, x):
    def moves(pair):
        return jnp.abs(pair[0] - pair[1]) > 1e-6

    def again(pair):
        return pair[1], step(c, pair[1])
    return lax.while_loop(moves, again, (x, step(c, x)))[1]


def forth(step, c, x):
    x = settled(step, c, x)
    return x, (c, x)


def back(step, kept, ct):
    c, x = kept
    w = settled(partial(pulled, step), (c, x, ct), ct)
    return mj.vjp(lambda c: step(c, x), c)[1](w)[0], jnp.zeros_like(x)


def pulled(step, fixed, w):
    c, x, ct = fixed
    return ct + mj.vjp(lambda x: step(c, x), x)[1](w)[0]


settled.defvjp(forth, back)


def root(a):
    return settled(lambda a, x: 0.5 * (x + a / x), a, a)


def test_what_the_documents_print(capsys):
    """The outputs of JAX's document on custom rules, in 32 bits."""
    print(root(2.0))
    print(mj.jit(mj.vmap(root))(jnp.array([1.0, 2.0, 3.0, 4.0])))
    print(mj.grad(root)(2.0))
    print(mj.grad(mj.grad(root))(2.0))
    lines = capsys.readouterr().out.split("\n")
    assert lines[:3] == ["1.4142135",
                         "[1.        1.4142135 1.7320509 2.       ]",
                         "0.35355338"]
    assert float(lines[3]) == pytest.approx(-0.088388346, abs=2e-8)


def test_mapped_and_compiled_derivatives():
    a = np.array([1.0, 2.0, 3.0, 4.0], np.float32)
    for f in mj.vmap(mj.grad(root)), mj.jit(mj.vmap(mj.grad(root))):
        np.testing.assert_allclose(f(a), 0.5 * a**-0.5, rtol=1e-5)


def test_a_linear_map_of_containers():
    def step(c, x):
        return c["m"] * x + c["k"]
    with mj.enable_x64():
        slopes = mj.grad(lambda c: settled(step, c, 0.0))(
            {"m": 0.5, "k": 3.0})
        assert np.isclose(slopes["k"], 2, atol=1e-4)
        assert np.isclose(slopes["m"], 12, atol=1e-4)


def test_forward_mode_is_refused():
    with pytest.raises(TypeError, match="forward-mode"):
        mj.jvp(root, (2.0,), (1.0,))


def test_step_must_not_close_over_what_moves():
    with pytest.raises(Exception, match="closed-over"):
        mj.grad(lambda a: settled(lambda _, x: 0.5 * (x + a / x), 1.0, 1.0))(
            2.0)


def test_while_loop_refuses_and_names_this():
    def plain(a):
        return lax.while_loop(lambda x: jnp.abs(x * x - a) > 1e-6,
                              lambda x: 0.5 * (x + a / x), a)
    with pytest.raises(ValueError, match="while_loop"):
        mj.grad(plain)(2.0)
