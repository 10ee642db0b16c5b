"""Calls that have been seen take the short way, and are the same calls."""

import threading

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp
from minijax.core import EvalTrace


def counted():
    runs = []

    @mj.jit
    def f(x, y):
        runs.append((x.aval, y.aval))
        return {"sum": x + y, "pair": (x, 2 * y)}
    return f, runs


def test_one_trace_for_one_kind_of_call():
    f, runs = counted()
    x, y = jnp.arange(3.0), jnp.ones(3)
    for _ in range(3):
        out = f(x, y)
    np.testing.assert_array_equal(out["sum"], [1, 2, 3])
    np.testing.assert_array_equal(out["pair"][1], [2, 2, 2])
    f(x, jnp.float32(1))
    f(jnp.float32(1), y)
    assert len(runs) == 3


def test_weak_types_are_kinds_of_their_own():
    f, runs = counted()
    a, b = jnp.asarray(1.0), jnp.float32(1)
    assert a.weak_type and not b.weak_type
    for _ in range(2):
        assert f(a, a)["sum"].weak_type
        assert not f(b, a)["sum"].weak_type
    assert len(runs) == 2


def test_the_width_of_defaults_is_part_of_the_kind():
    @mj.jit
    def f(x):
        return x + jnp.arange(2.0).sum(), jnp.zeros(())
    x = jnp.float32(1)
    for _ in range(2):
        assert f(x)[1].dtype == np.float32
        with mj.enable_x64():
            assert f(x)[1].dtype == np.float64


def test_a_transformation_takes_the_long_way():
    f, runs = counted()
    x = jnp.arange(3.0)
    f(x, x), f(x, x)
    g = mj.grad(lambda x: f(x, x)["sum"].sum())
    np.testing.assert_array_equal(g(x), [2, 2, 2])
    np.testing.assert_array_equal(
        mj.vmap(lambda x: f(x, x)["sum"])(x), [0, 2, 4])


def test_what_closes_over_a_tracer_is_not_kept():
    def outer(w):
        g = mj.jit(lambda x: w * x)
        return g(jnp.float32(2)) + g(jnp.float32(2))
    assert mj.grad(outer)(3.0) == 4
    assert outer(jnp.float32(3)) == 12


def test_disable_jit_and_clear_cache():
    f, runs = counted()
    x = jnp.arange(3.0)
    f(x, x), f(x, x)
    with mj.disable_jit():
        f(x, x)
    assert len(runs) == 2
    f.clear_cache()
    f(x, x)
    assert len(runs) == 3


def test_whoever_watches_the_bottom_trace_sees_every_call(monkeypatch):
    f, _ = counted()
    x, seen = jnp.arange(3.0), []
    f(x, x), f(x, x)
    evaluate = EvalTrace.process_primitive

    def watched(self, primitive, args, params):
        seen.append(primitive.name)
        return evaluate(self, primitive, args, params)
    monkeypatch.setattr(EvalTrace, "process_primitive", watched)
    f(x, x)
    assert seen == ["jit"]


def test_a_dead_tracer_is_refused():
    kept = []
    mj.jit(lambda x: kept.append(x))(1.0)
    f, _ = counted()
    with pytest.raises(mj.errors.UnexpectedTracerError):
        f(kept[0], kept[0])


def test_threads_share_programs():
    f = mj.jit(lambda x: (jnp.sin(x) * x).sum())
    x = jnp.arange(50_000.0)
    want, got = float(f(x)), []

    def work():
        got.extend(float(f(x)) for _ in range(20))
    threads = [threading.Thread(target=work) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert got == [want] * 160


def test_containers_take_the_short_way_too():
    @mj.jit
    def f(tree):
        runs.append(1)
        return {"sum": tree["a"] + tree["b"][0], "none": None}
    runs, x = [], jnp.arange(3.0)
    for tree in {"a": x, "b": [x]}, {"b": [2 * x], "a": x}:
        assert f(tree)["none"] is None
    np.testing.assert_array_equal(f(tree)["sum"], [0, 3, 6])
    f({"a": x, "b": (x,)})
    assert len(runs) == 2


def test_static_arguments_take_the_long_way():
    f = mj.jit(lambda x, s: (x, str(s))[0] * len(s), static_argnums=1)
    x = jnp.arange(3.0)
    for s in (), (1, 2), (), ((), ()), (1.0, 2.0):
        np.testing.assert_array_equal(f(x, s), x * len(s))


def test_a_function_that_returns_nothing():
    f = mj.jit(lambda x: None)
    x = jnp.arange(3.0)
    assert f(x) is None and f(x) is None
