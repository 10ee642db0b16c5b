"""debug_nans and debug_infs name the operation; off, they are not there."""

import subprocess
import sys
import threading

import numpy as np
import pytest

import minijax as mj
from minijax import core, lax
from minijax import numpy as jnp


def root(x):
    return jnp.where(x > 0, jnp.sqrt(x), 0.0)


@pytest.mark.parametrize("use, words", [
    (lambda: jnp.log(-1.0), r"in log, of -1, at .*test_nan_hunt\.py:\d+"),
    (lambda: jnp.sqrt(np.array([1.0, -4.0])),
     r"in sqrt, of float64\[2\] from -4 to 1"),
    (lambda: jnp.asarray(np.inf) - jnp.inf, "in sub, of inf and inf"),
    (lambda: jnp.asarray(np.nan) + 1, "in add, of nan and 1, which came"),
    (lambda: mj.grad(root)(0.0), "in mul, of 0 and inf"),
    (lambda: mj.vmap(jnp.log)(np.arange(-1.0, 2.0)), "in log"),
    (lambda: mj.jit(jnp.log)(-1.0), r"in log, of -1.*\n.*running jit log"),
    (lambda: mj.jit(lambda x: mj.jit(jnp.sqrt)(x - 3) * 2)(1.0),
     r"in sqrt, of -2(.|\n)*jit sqrt again(.|\n)*jit <lambda> again"),
    (lambda: mj.jit(mj.grad(root))(0.0), "in mul, of 0 and inf"),
    (lambda: mj.grad(mj.jit(root))(0.0), "in mul, of 0 and inf"),
    (lambda: lax.cond(True, jnp.log, jnp.sin, -1.0),
     "in log, of -1.*\n.*running cond again"),
    (lambda: lax.while_loop(lambda x: x < 10, lambda x: jnp.log(x), 0.5),
     r"in log, of -0\.69.*\n.*running while again"),
    (lambda: lax.scan(lambda c, x: (jnp.log(c), x), 2.0, np.ones((4, 2))),
     r"in log, of -0\.36.*\n.*running scan again"),
    (lambda: mj.jit(lambda: jnp.full(2, jnp.nan) * 1.0)(),
     r"in (broadcast|mul)"),
])
def test_who_made_a_nan(use, words):
    with mj.debug_nans(True):
        with pytest.raises(FloatingPointError, match=(
                r"invalid value \(nan\) encountered " + words)):
            use()
    use()
    assert core.current.trace is core.eval_trace


def test_in_a_custom_rule_the_line_is_the_rules():
    g = mj.custom_vjp(lambda x: x)
    g.defvjp(lambda x: (x, x), lambda x, ct: (
        jnp.log(-ct),))
    line = test_in_a_custom_rule_the_line_is_the_rules.__code__.co_firstlineno
    for way in (mj.grad(g), mj.grad(lambda x: mj.vmap(g)(x[None])[0])):
        with mj.debug_nans(True), pytest.raises(
                FloatingPointError, match=f"test_nan_hunt.py:{line + 3}"):
            way(jnp.float32(1))


def test_who_made_an_inf():
    with mj.debug_infs(True):
        with pytest.raises(FloatingPointError, match=(
                r"invalid value \(inf\) encountered in div, of 1 and float")):
            1 / jnp.zeros(2)
        jnp.log(-1.0)
        with pytest.raises(FloatingPointError, match="in exp"):
            mj.jit(jnp.exp)(100.0)


def test_healthy_programs_run_as_ever():
    x = np.array([1.0, np.nan], np.float32)
    with mj.debug_nans(True), mj.debug_infs(True):
        got = jnp.where(jnp.isnan(x), 0.0, 1.0)
        np.testing.assert_array_equal(got, [1, 0])
        assert mj.jit(mj.grad(jnp.sin))(0.0) == 1.0
        assert jnp.arange(3).sum() == 3
        assert jnp.split(np.ones(4), 2)[1].shape == (2,)


def test_only_this_thread_and_only_for_a_while():
    seen = []

    def elsewhere():
        seen.append(bool(jnp.isnan(jnp.log(-1.0))))
    with mj.debug_nans(True):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        with mj.debug_nans(False):
            elsewhere()
    assert seen == [True, True]
    assert core.EvalTrace.process_primitive.__module__ == "minijax.core"


def test_for_everybody():
    mj.config.update("jax_debug_nans", True)
    try:
        assert mj.config.jax_debug_nans
        with pytest.raises(FloatingPointError):
            jnp.log(-1.0)
    finally:
        mj.config.update("jax_debug_nans", False)
    assert jnp.isnan(jnp.log(-1.0))
    assert core.EvalTrace.process_primitive.__module__ == "minijax.core"
    with pytest.raises(TypeError, match="True or False"):
        mj.config.update("jax_debug_nans", "yes")


def test_off_it_is_not_in_the_way():
    code = ("import minijax; from minijax.core import EvalTrace; "
            "print(EvalTrace.process_primitive.__module__)")
    done = subprocess.run([sys.executable, "-c", code], text=True,
                          capture_output=True, check=True)
    assert done.stdout.strip() == "minijax.core"
