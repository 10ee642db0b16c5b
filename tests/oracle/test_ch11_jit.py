"""jit's programs are printed as JAX prints them, and mean the same."""

import re
from functools import partial

import numpy as np
import pytest

import minijax as mj

jax = pytest.importorskip("jax")

ROW = np.arange(3, dtype=np.float32)


def line(x):
    return x * 2 + 1


def twice(f, x):
    return f(x) + f(x)


def wave(m):
    return m.jit(lambda x, y: m.numpy.tanh(x - y) * x)


def deep(m, x):
    f = m.jit(line)
    for _ in range(3):
        f = m.jit(lambda x, f=f: f(x) + f(x))
    return f(x)


PROGRAMS = {
    "once": lambda m, x: m.jit(line)(x),
    "twice": lambda m, x: twice(m.jit(line), x),
    "of itself": lambda m, x: m.jit(line)(m.jit(line)(x)),
    "in another": lambda m, x: m.jit(lambda y: m.jit(line)(y) * 2)(x),
    "in another and beside it": lambda m, x: m.jit(
        lambda y: twice(m.jit(line), y))(x) + m.jit(line)(x),
    "an input as output": lambda m, x: m.jit(lambda y, z: (y, z))(x, 2.0),
    "an output twice": lambda m, x: m.jit(lambda y: (y, y))(x),
    "a closure": lambda m, x: m.jit(lambda y: x * y)(3.0),
    "a constant": lambda m, x: m.jit(lambda y: y * ROW)(x),
    "a constant twice": lambda m, x: twice(m.jit(lambda y: y * ROW), x),
    "a literal": lambda m, x: m.jit(line)(2.0) + x,
    "no argument": lambda m, x: m.jit(lambda: m.numpy.sin(1.0))() + x,
    "names around": lambda m, x: wave(m)(m.numpy.cos(x), m.numpy.sin(x)),
    "one name for two": lambda m, x: wave(m)(x, x),
    "two types": lambda m, x: (m.jit(line)(x), m.jit(line)(
        m.numpy.stack([x, x]))),
    "three of one name": lambda m, x: [
        twice(m.jit(lambda y, k=k: y * k), x) for k in (2.0, 3.0, 4.0)],
    "unused": lambda m, x: m.jit(
        lambda y: (m.numpy.sin(y), m.numpy.cos(y)))(x)[0],
    "eleven lines": lambda m, x: m.jit(lambda y: [
        y := m.numpy.sin(y) for _ in range(11)][-1])(x),
    "ten lines": lambda m, x: m.jit(lambda y: [
        y := m.numpy.sin(y) for _ in range(10)][-1])(x),
    "containers": lambda m, x: m.jit(lambda d: d["a"] * d["b"])(
        {"a": x, "b": x + 1}),
    "inline": lambda m, x: m.jit(line, inline=True)(x),
    "all in a jit": lambda m, x: m.jit(lambda x: twice(m.jit(line), x))(x),
    "deep": deep,
    "grad": lambda m, x: m.grad(lambda x: m.jit(line)(x) * x)(x),
    "grad of sin": lambda m, x: m.grad(m.jit(m.numpy.sin))(x),
    "jvp": lambda m, x: m.jvp(m.jit(m.numpy.sin), (x,), (x,)),
    "vmap": lambda m, x: m.vmap(m.jit(m.numpy.sin))(m.numpy.stack([x, x])),
}


def written(jaxpr):
    """Without the parameters that XLA alone reads, on short lines."""
    return re.sub(r" ?(out_)?sharding=None", "", str(jaxpr))


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_text_is_the_same(name):
    ours, theirs = (m.make_jaxpr(partial(PROGRAMS[name], m))(1.0)
                    for m in (mj, jax))
    assert written(ours) == written(theirs)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_values_are_the_same(name):
    ours, theirs = (m.tree.leaves(PROGRAMS[name](m, 0.7)) for m in (mj, jax))
    for a, b in zip(ours, theirs, strict=True):
        assert (a.shape, a.dtype, a.weak_type) == (b.shape, b.dtype,
                                                   b.weak_type)
        np.testing.assert_allclose(a, b, 1e-5)


MISUSES = {
    "not a function": lambda m: m.jit(3),
    "not an array": lambda m: m.jit(lambda x: x)("text"),
    "not hashable": lambda m: m.jit(lambda x, n: x, static_argnums=1)(1., []),
    "no such position": lambda m: m.jit(lambda x: x, static_argnums=3),
    "no such name": lambda m: m.jit(lambda x: x, static_argnames="n"),
    "static and donated": lambda m: m.jit(
        lambda x: x, static_argnums=0, donate_argnums=0),
    "a branch": lambda m: m.jit(lambda x: x if x else -x)(1.0),
    "a shape": lambda m: m.jit(lambda n: m.numpy.zeros(n))(3),
    "no output": lambda m: m.jit(lambda x: "text")(1.0),
    "another tree": lambda m: m.jit(lambda x: x).lower(1.0).compile()([1.0]),
    "another type": lambda m: m.jit(lambda x: x).lower(1.0).compile()(ROW),
    "a callback's derivative": lambda m: m.grad(
        lambda x: m.pure_callback(np.sin, x, x))(np.float32(1)),
    "a callback's vmap": lambda m: m.vmap(
        lambda x: m.pure_callback(np.sin, x, x))(ROW),
    "too few to print": lambda m: m.debug.print("{} {}", 1.0),
    "too many to print": lambda m: m.debug.print("{}", 1.0, 2.0),
    "not named in print": lambda m: m.debug.print("x", x=1.0),
    "not callable": lambda m: m.debug.callback(3),
}


@pytest.mark.parametrize("name", MISUSES)
def test_the_errors_are_of_their_types(name):
    raised = []
    for m in mj, jax:
        with pytest.raises(Exception) as e:  # noqa: B017
            MISUSES[name](m)
        raised.append([t.__name__ for t in e.type.__mro__])
    assert raised[1][0] in raised[0]


@pytest.mark.parametrize("static", [1, -1, (1,), "n", ("n",)])
def test_how_often_a_function_is_traced(static):
    counts = []
    for m in mj, jax:
        seen = []
        how = ("static_argnames" if "n" in str(static) else "static_argnums")

        def f(x, n, seen=seen):
            seen.append(n)
            return x * n
        g = m.jit(f, **{how: static})
        for n in (2, 2, 2.0, True, 1, 1.0, 3):
            g(1.0, n), g(ROW, n)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_callbacks_print_the_same(capfd):
    outs = []
    for m in mj, jax:
        def f(x, m=m):
            m.debug.print("x {:.2f} {y}", x, y=x * 2)
            return x**2
        f(1.0), m.jit(f)(1.0), m.grad(m.jit(f))(1.0), m.jit(m.grad(f))(2.0)
        m.vmap(f)(ROW)
        jax.effects_barrier()
        outs.append(sorted(capfd.readouterr().out.splitlines()))
    assert outs[0] == outs[1]


@pytest.mark.parametrize("method", ["sequential", "sequential_unrolled",
                                    "expand_dims", "broadcast_all"])
def test_pure_callbacks_under_vmap(method):
    def f(m, x, y):
        return m.pure_callback(lambda x, y: np.asarray(x) * np.asarray(y), x,
                               x, y, vmap_method=method)
    a, b = (m.vmap(partial(f, m), (0, None))(ROW, np.float32(3))
            for m in (mj, jax))
    np.testing.assert_array_equal(a, b)
    assert a.dtype == b.dtype
