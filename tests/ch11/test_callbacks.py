"""Callbacks run when the program runs, on arrays, in the caller's context."""

import contextvars

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.caller import caller
from minijax.core import current, eval_trace
from minijax.jaxpr import dce_jaxpr

F32 = mj.ShapeDtypeStruct((), np.float32)


def shown(text="x = {}"):
    def f(x):
        mj.debug.print(text, x)
        return x**2
    return f


@pytest.mark.parametrize("run, printed", [
    (lambda f: f(3.0), "x = 3.0\n"),
    (lambda f: mj.jit(f)(3.0), "x = 3.0\n"),
    (lambda f: mj.jit(mj.jit(f))(3.0), "x = 3.0\n"),
    (lambda f: mj.make_jaxpr(f)(3.0), ""),
    (lambda f: mj.jit(f).lower(3.0).compile(), ""),
    (lambda f: mj.jit(f).lower(3.0).compile()(3.0), "x = 3.0\n"),
    (lambda f: mj.grad(f)(3.0), "x = 3.0\n"),
    (lambda f: mj.grad(mj.jit(f))(3.0), "x = 3.0\n"),
    (lambda f: mj.jit(mj.grad(f))(3.0), "x = 3.0\n"),
    (lambda f: mj.jit(mj.grad(mj.jit(f)))(3.0), "x = 3.0\n"),
    (lambda f: mj.grad(mj.grad(f))(3.0), "x = 3.0\n"),
    (lambda f: mj.jvp(mj.jit(f), (3.0,), (1.0,)), "x = 3.0\n"),
    (lambda f: mj.linearize(mj.jit(f), 3.0)[1](1.0), "x = 3.0\n"),
    (lambda f: mj.vmap(f)(jnp.arange(3)), "x = 0\nx = 1\nx = 2\n"),
    (lambda f: mj.vmap(mj.jit(f))(jnp.arange(2)), "x = 0\nx = 1\n"),
    (lambda f: mj.jit(mj.vmap(f))(jnp.arange(2)), "x = 0\nx = 1\n"),
    (lambda f: mj.vmap(lambda y: f(3.0) + y)(jnp.ones(2)), "x = 3.0\n"),
    (lambda f: mj.vmap(mj.vmap(f))(jnp.arange(4).reshape(2, 2)),
     "x = 0\nx = 2\nx = 1\nx = 3\n"),
])
def test_when_it_prints(run, printed, capsys):
    run(shown())
    assert capsys.readouterr().out == printed


def test_each_run_prints_and_no_trace_does(capsys):
    f = mj.jit(shown())
    f(1.0), f(2.0), f(np.ones(2))
    assert capsys.readouterr().out == "x = 1.0\nx = 2.0\nx = [1. 1.]\n"


def test_nobody_reads_it_and_it_stays(capsys):
    """An effect is not dead code, though it has no result."""
    f = mj.jit(lambda x: mj.debug.callback(lambda x: print(x), x))
    assert f(1.0) is None
    _, pull = mj.vjp(mj.jit(lambda x: (f(x), jnp.sin(x))[1]), 2.0)
    pull(1.0), pull(1.0)
    assert capsys.readouterr().out == "1.0\n2.0\n"
    jaxpr = mj.make_jaxpr(lambda x: f(x))(1.0).jaxpr
    assert jaxpr.effectful
    assert len(dce_jaxpr(jaxpr, [])[0].eqns) == 1


def test_formats(capsys):
    x = jnp.asarray(1.5)
    for how in (lambda f: f, mj.jit):
        how(lambda x: mj.debug.print("{:.3f} {y} {z[k]} {w!r} {{}}", x, y="s",
                                     z={"k": x + 1}, w=None))(x)
    assert capsys.readouterr().out == "1.500 s 2.5 None {}\n" * 2


@pytest.mark.parametrize("call, error, words", [
    (lambda x: mj.debug.print("{} {}", x), IndexError, "'{} {}'.*got 1"),
    (lambda x: mj.debug.print("{y}", x=x), KeyError, "by name x"),
    (lambda x: mj.debug.print("{}", x, x), ValueError,
     r"Unused positional arguments.*\[1\]"),
    (lambda x: mj.debug.print("x", x=x), ValueError,
     r"Unused keyword arguments.*\['x'\].*f-string"),
    (lambda x: mj.debug.callback(3), TypeError, "must be callable.*int"),
    (lambda x: mj.pure_callback(3, F32), TypeError, "must be callable.*int"),
    (lambda x: mj.pure_callback(np.sin, F32, x, vmap_method="loop"),
     ValueError, "vmap_method must be one of.*sequential.*'loop'"),
    (lambda x: mj.pure_callback(np.sin, F32, "a"), TypeError,
     "pure_callback.*position 0"),
    (lambda x: mj.pure_callback(np.sin, "a", x), TypeError, "pure_callback"),
])
def test_refused_when_traced(call, error, words):
    for how in (call, mj.make_jaxpr(call), mj.jit(call)):
        with pytest.raises(error, match=words):
            how(1.0)


def test_what_a_callback_is_given():
    seen = []

    def look(*args, **kwargs):
        seen.append((args, kwargs))
    def call(x):
        mj.debug.callback(look, x, [x, "s"], None, k={"y": x})
    call(1.0), mj.jit(call)(1.0)
    for (x, (y, s), none), kwargs in seen:
        for v in (x, y, kwargs["k"]["y"]):
            assert isinstance(v, mj.Array) and not isinstance(
                v, mj.core.Tracer)
            assert (float(v), v.dtype) == (1, np.float32)
        assert (s, none) == ("s", None)
    assert len(seen) == 2


def test_no_trace_is_in_charge():
    def look(x):
        assert current.trace is eval_trace
        assert float(mj.grad(mj.jit(jnp.sin))(x)) == pytest.approx(np.cos(2))
    f = lambda x: (mj.debug.callback(look, x), x * x)[1]  # noqa: E731
    for run in (f, mj.jit(f), mj.grad(f), mj.jit(mj.grad(f)),
                lambda x: mj.vmap(f)(jnp.stack([x, x])),
                lambda x: mj.jvp(lambda y: f(2.0) * y, (x,), (x,)),
                mj.grad(lambda y: f(jnp.asarray(2.0)) * y)):
        run(jnp.asarray(2.0))


who = contextvars.ContextVar("who", default="nobody")


@pytest.mark.parametrize("how", [lambda f: f, mj.jit,
                                 lambda f: mj.jit(mj.jit(f)),
                                 lambda f: mj.jit(mj.vmap(f))])
def test_it_runs_in_the_context_of_the_call(how):
    f = how(lambda x: mj.debug.callback(
        lambda x: seen.append((np.geterr(), who.get())), x))
    for word in "ignore", "raise":
        with np.errstate(all=word):
            token = who.set(word)
            seen = []
            f(jnp.ones(1))
            who.reset(token)
            assert seen == [(np.geterr(), word)]
    assert caller.context is None


def test_a_warning_of_numpy_is_the_users():
    f = mj.jit(lambda x: mj.pure_callback(lambda x: np.log(np.asarray(x)),
                                          x, x))
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert np.isneginf(f(0.0))
    with np.errstate(divide="ignore"):
        f(0.0)
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        f(0.0)
    assert float(f(1.0)) == 0 and current.trace is eval_trace


def test_what_a_callback_keeps_stays_as_it_was():
    kept = []
    given = np.ones(2)

    def swap(x):
        kept.append(x)
        return given
    out = mj.jit(lambda x: mj.pure_callback(swap, x, x) * 1)(np.zeros(2))
    same = mj.pure_callback(swap, mj.ShapeDtypeStruct((2,), np.float64),
                            np.zeros(2))
    given[:] = 7
    np.testing.assert_array_equal(out, [1, 1])
    np.testing.assert_array_equal(same, [1, 1])
    np.testing.assert_array_equal(kept[0], [0, 0])


# pure_callback


def test_values_and_trees():
    def sums(d, *, scale):
        return {"a": np.sum(d["x"]) * scale, "b": [1, np.asarray(d["x"])]}
    x = np.arange(3.0)
    types = {"a": mj.ShapeDtypeStruct((), np.float64), "b": [F32, x]}
    for how in (lambda f: f, mj.jit):
        out = how(lambda x: mj.pure_callback(
            sums, types, {"x": x}, scale=2.0))(x)
        assert (float(out["a"]), float(out["b"][0])) == (6, 1)
        assert out["b"][0].dtype == np.float32 and not out["a"].weak_type
        np.testing.assert_array_equal(out["b"][1], x)


@pytest.mark.parametrize("answer, words", [
    (lambda x: np.ones(3, np.float32), r"float32\[3\].*promise float32\[2\]"),
    (lambda x: np.ones(2, np.int8), r"int8\[2\] as leaf 0.*float32\[2\]"),
    (lambda x: 1.0, r"float32\[\] as leaf 0"),
    (lambda x: (x, x), "returned PyTreeDef.*promise"),
    (lambda x: None, "returned PyTreeDef.None.*promise"),
    (lambda x: "text", "'str'"),
])
def test_a_wrong_answer_is_told(answer, words):
    f = lambda x: mj.pure_callback(answer, x, x)  # noqa: E731
    for how in (f, mj.jit(f)):
        with pytest.raises(TypeError, match=f"(?s)test_callback.*{words}"):
            how(np.ones(2, np.float32))


def test_wide_answers_where_narrow_ones_are_the_default():
    def f():
        return mj.pure_callback(lambda: np.float64(2), F32)
    assert f().dtype == np.float32
    with mj.enable_x64(), pytest.raises(TypeError, match="float64"):
        f()


@pytest.mark.parametrize("method, shapes", [
    ("sequential", [((2,), ())] * 3),
    ("sequential_unrolled", [((2,), ())] * 3),
    ("expand_dims", [((3, 2), (1,))]),
    ("broadcast_all", [((3, 2), (3,))])])
def test_vmap(method, shapes):
    seen = []

    def mean(x, y):
        seen.append((x.shape, y.shape))
        return np.mean(x, -1, dtype=np.float32) * y
    f = lambda x, y: mj.pure_callback(  # noqa: E731
        mean, F32, x, y, vmap_method=method)
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    for g in (mj.vmap(f, (1, None)), mj.jit(mj.vmap(f, (1, None))),
              mj.vmap(mj.jit(f), (1, None))):
        seen.clear()
        np.testing.assert_array_equal(g(x, np.float32(2)), [3, 5, 7])
        assert seen == shapes
    out = mj.vmap(f, (1, None))(x[:, :0], np.float32(2))
    assert (out.shape, out.dtype) == ((0,), np.float32)


def test_vmap_without_a_method():
    with pytest.raises(NotImplementedError, match="'sequential'.*None"):
        mj.vmap(lambda x: mj.pure_callback(np.sin, x, x))(np.ones(2))


def test_no_derivative_and_the_way_around():
    f = lambda x: mj.pure_callback(np.sin, x, x)  # noqa: E731
    x = jnp.asarray(0.5)
    for g in (f, mj.jit(f)):
        for way in (mj.grad(g), lambda x, g=g: mj.jvp(g, (x,), (x,))):
            with pytest.raises(ValueError, match="do not support JVP.*custom"):
                way(x)
        with pytest.raises(ValueError, match="do not support transpose"):
            mj.linear_transpose(g, x)(x)
    around = mj.grad(lambda x: f(lax.stop_gradient(x)) * x)(x)
    assert float(around) == pytest.approx(np.sin(0.5))


def test_an_unused_callback_may_go():
    f = mj.jit(lambda x: (mj.pure_callback(np.sin, x, x), x * 2))
    jaxpr = mj.make_jaxpr(lambda x: f(x)[1])(1.0).jaxpr
    small, _ = dce_jaxpr(jaxpr, [True])
    inner = small.eqns[0].params["jaxpr"]
    assert [e.primitive.name for e in inner.eqns] == ["mul"]


def test_jaxprs_name_the_function():
    def sample(x):
        return x
    text = str(mj.make_jaxpr(lambda x: (
        mj.debug.print("x is {}", x), mj.debug.callback(sample, x),
        mj.pure_callback(sample, x, x)))(1.0))
    assert text == """\
{ lambda ; a:f32[]. let
    debug_callback[callback=print 'x is {}'] a
    debug_callback[callback=sample] a
    b:f32[] = pure_callback[
      callback=sample
      result_avals=(ShapedArray(float32[]),)
      vmap_method=None
    ] a
  in (b,) }"""
