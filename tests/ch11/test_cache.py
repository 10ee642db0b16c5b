"""A function is traced once for each kind of call, and nothing is kept."""

import gc
import logging
import os
import threading
import tracemalloc
import warnings
import weakref
from contextlib import contextmanager

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp
from minijax.compilation import caches, jit
from minijax.core import current, eval_trace


def counted(f, **options):
    """jit of f, and a list that grows by one at each trace."""
    seen = []

    def counting(*args, **kwargs):
        seen.append(args)
        return f(*args, **kwargs)
    return jit(counting, **options), seen


@contextmanager
def without_collector():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


# how often


def test_once_for_each_type():
    f, seen = counted(lambda x: x * 2)
    for x in (1.0, 2.0, np.float32(1), np.float32(3), np.ones(3), np.zeros(3),
              np.ones(3, np.float32), 1, 7, True, False):
        f(x)
    assert len(seen) == 6


def test_once_for_each_tree():
    f, seen = counted(lambda x, **k: mj.tree.leaves(x)[0])
    for x in ([1.0], [2.0], (1.0,), {"a": 1.0}, {"b": 1.0}, [1.0, None],
              {"a": 5.0}):
        f(x)
    assert len(seen) == 5
    f([1.0], y=1.0, z=2.0), f([1.0], z=2.0, y=1.0)
    assert len(seen) == 6


def test_once_under_every_transformation():
    f, seen = counted(jnp.sin)
    f(1.0)
    mj.grad(f)(1.0), mj.grad(mj.grad(f))(1.0), mj.hessian(f)(1.0)
    mj.vmap(f)(np.ones((2, 1))), mj.vmap(mj.grad(lambda x: f(x)[0]))(
        np.ones((5, 1)))
    mj.jvp(f, (1.0,), (1.0,)), mj.make_jaxpr(f)(2.0), mj.jit(f)(1.0)
    f.lower(2.0), f.trace(3.0), f.eval_shape(1.0)
    assert len(seen) == 2  # a number, and a row of one


def test_two_jits_of_a_function_share_their_traces():
    seen = []

    def f(x):
        seen.append(x)
        return x
    for g in (mj.jit(f), mj.jit(f), mj.jit(f, inline=True)):
        g(1.0)
    assert len(seen) == 1
    mj.jit(f).clear_cache()
    mj.jit(f)(1.0)
    assert len(seen) == 2


def test_static_values_are_told_apart_by_type_and_value():
    f, seen = counted(lambda x, s: x, static_argnums=1)
    values = [1, 1.0, True, 1j, np.int64(1), np.float32(1), 0.0, -0.0, False,
              np.float32(0.0), np.float32(-0.0), float("nan"), "1", None,
              (1,), (1.0,), ((0.0,), "a"), ((-0.0,), "a"), frozenset([1])]
    for s in values + values:
        f(2.0, s)
    assert len(seen) == len(values)


@pytest.mark.parametrize("static", [
    {"static_argnums": 1}, {"static_argnames": "n"},
    {"static_argnums": (1,), "static_argnames": ("n",)}])
def test_static_by_position_and_by_name(static):
    seen = []

    @mj.jit(**static)
    def f(x, n=2):
        seen.append(n)
        return x**n
    got = [float(y) for y in (f(3.0, 3), f(3.0, n=3), f(3.0), f(4.0))]
    assert got == [27, 27, 9, 16]
    assert seen == [3, 3, 2]
    assert all(type(n) is int for n in seen)


def test_static_among_others():
    @mj.jit(static_argnums=(0, 2))
    def f(op, x, n, *rest, k):
        return op(x, n) + rest[0] * k
    assert float(f(lambda a, b: a * b, 2.0, 5, 1.0, k=3.0)) == 13
    last = mj.jit(lambda *a: a[0] * len(a[-1]), static_argnums=-1)
    assert float(last(2.0, 3.0, "four")) == 8


def test_x64_is_part_of_the_kind():
    f, seen = counted(lambda: jnp.asarray(1.0))
    assert f().dtype == np.float32
    with mj.enable_x64():
        assert f().dtype == np.float64
        assert f().dtype == np.float64
    assert f().dtype == np.float32 and len(seen) == 2


def test_explained(caplog):
    f = mj.jit(lambda x: x)
    with mj.config.flag("jax_explain_cache_misses")(True):
        with caplog.at_level(logging.WARNING, "minijax"):
            f(1.0), f(1.0), f(np.ones(2)), f(np.ones(3))
    texts = [r.getMessage() for r in caplog.records]
    assert len(texts) == 3
    assert "test_cache.py" in texts[0] and "not been traced" in texts[0]
    assert "x was float64[2], now float64[3]" in texts[2]


# at rest after errors


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_nothing_behind(error):
    angry = True

    def f(x):
        y = jnp.sin(x)
        if angry:
            raise error("in mid-trace")
        return y
    g = mj.jit(f)
    for h in (g, mj.jit(lambda x: g(x)), mj.grad(g),
              mj.grad(mj.jit(g)), lambda x: mj.vmap(g)(jnp.stack([x, x]))):
        with pytest.raises(error, match="in mid-trace"):
            h(1.0)
        assert current.trace is eval_trace
    assert not caches[f]
    angry = False
    assert float(g(0.5)) == pytest.approx(np.sin(0.5))


# nothing grows


def test_ten_thousand_calls():
    f = mj.jit(lambda x, d: {"y": x + d["z"]})
    x, d = jnp.ones(3), {"z": np.float32(2)}
    tracemalloc.start()
    try:
        for calls in 3_000, 10_000:  # the first fill NumPy's own free lists
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(calls):
                f(x, d)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 10_000


def test_functions_and_their_programs_die():
    """By counting alone: nothing waits for the cycle collector."""
    class Held:
        pass

    def use(held):
        big = np.ones(1000)
        f = mj.jit(lambda x, h=held: x * big[0] + jnp.sum(jnp.asarray(big)))
        f(1.0), mj.grad(f)(1.0), mj.vmap(f)(jnp.ones(2)), f.lower(1.0)
        mj.linearize(f, 1.0)[1](1.0), mj.jit(mj.grad(mj.jit(f)))(2.0)
        return weakref.ref(f), weakref.ref(f.lower(1.0).traced.jaxpr)
    with without_collector():
        held = Held()
        refs = weakref.ref(held), *use(held)
        del held
        assert [r() for r in refs] == [None] * 3


def test_residuals_die_with_f_vjp():
    with without_collector():
        f = mj.jit(lambda x: jnp.sin(x) * x)
        _, pull = mj.vjp(f, jnp.ones(1000))
        residual = weakref.ref(pull.consts[0])
        pull(jnp.ones(1000))
        del pull
        assert residual() is None


def test_a_jit_in_a_loop_keeps_nothing():
    before = len(caches)
    for k in range(50):
        mj.jit(lambda x, k=k: x + k)(1.0)
    assert len(caches) <= before + 1


def test_clear_cache():
    f, seen = counted(lambda x: x)
    f(1.0), f.clear_cache(), f(1.0)
    assert len(seen) == 2


# threads and processes


def in_threads(n, work):
    results, start = [None] * n, threading.Barrier(n)

    def run(k):
        start.wait()
        try:
            results[k] = work(k)
        except BaseException as e:
            results[k] = e
    threads = [threading.Thread(target=run, args=(k,)) for k in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    return results


def test_eight_threads_share_a_first_call():
    f, seen = counted(lambda x: jnp.sum(jnp.sin(x) ** 2))
    x = jnp.linspace(0.0, 1.0, 5)
    got = in_threads(8, lambda k: np.asarray(mj.grad(f)(x + k)))
    for k, g in enumerate(got):
        np.testing.assert_allclose(g, np.sin(2 * (np.asarray(x) + k)), 1e-5,
                                   1e-6)
    before = len(seen)
    assert 1 <= before <= 8
    in_threads(8, lambda k: f(x))
    assert len(seen) == before


def test_another_thread_in_mid_trace():
    """Its trace is its own; what it computes here is computed now."""
    def f(x):
        (other,) = in_threads(1, lambda k: float(mj.jit(jnp.sin)(0.5)))
        assert other == pytest.approx(np.sin(0.5))
        return x * other
    assert float(mj.jit(mj.grad(f))(2.0)) == pytest.approx(np.sin(0.5))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_answers():
    f = mj.jit(lambda x: jnp.sin(x) * 2)
    f(1.0)
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads
        child = os.fork()
    if child == 0:
        try:
            answers = float(f(1.0)), float(mj.grad(f)(0.0)), float(
                mj.jit(lambda x: x + 1)(1.0))
            os.write(write, repr(answers).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 1000).decode() == repr(
        (float(np.float32(2 * np.sin(np.float32(1)))), 2.0, 2.0))
