"""The NumPy program of a jaxpr: what it says, and what it gives back."""

import gc
import weakref

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.core import Primitive
from minijax.executor import disable_optimizations, numpy_program


def test_source():
    def f(x, y):
        z = jnp.sin(x) * 2
        return z + y
    with disable_optimizations(True):
        program = numpy_program(mj.make_jaxpr(f)(
            np.ones(3, np.float32), np.ones(3, np.float32)))
    assert program.as_text() == """\
k0 = np.array(2.0, 'float32')
def program(a, b):
    c = np.sin(a); del a
    d = np.multiply(c, k0); del c
    e = np.add(d, b); del d, b
    return e,
"""
    out, = program(np.zeros(3, np.float32), np.ones(3, np.float32))
    assert type(out) is np.ndarray
    np.testing.assert_array_equal(out, [1, 1, 1])


def test_the_text_is_the_program():
    """Run as it is read, it gives the same."""
    f = mj.jit(lambda x: jnp.tanh(x @ x.T).sum() + mj.jit(jnp.sin)(x[0, 0]))
    x = np.ones((2, 3))
    text = f.lower(x).as_text()
    scope = dict(numpy_program(f.trace(x).jaxpr, "jit_lambda").run.__globals__)
    exec(text, scope)
    np.testing.assert_array_equal(scope["jit_lambda"](x)[0], f(x))


def test_it_is_compiled_once_and_kept_with_its_jaxpr():
    closed = mj.make_jaxpr(jnp.sin)(1.0)
    assert numpy_program(closed) is numpy_program(closed)
    assert numpy_program(mj.make_jaxpr(jnp.sin)(1.0)) is not numpy_program(
        closed)


def test_no_cycles():
    gc.collect()
    gc.disable()
    try:
        closed = mj.make_jaxpr(lambda x: mj.jit(jnp.sin)(x) + np.ones(3))(1.0)
        program = numpy_program(closed)
        program(np.ones(()))
        refs = [weakref.ref(x) for x in (closed, program, program.run)]
        del closed, program
        assert [r() for r in refs] == [None] * 3
    finally:
        gc.enable()


@pytest.mark.parametrize("x", [
    0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45, 3, True, 1j, complex(-0.0, 1),
    complex(1, -0.0), complex(np.nan, np.inf), np.uint64(2**64 - 1),
    np.int8(-128), np.float16(0.1), np.float64(0.1)])
def test_numbers_in_a_program(x):
    f = lambda: jnp.asarray(x)  # noqa: E731
    got, want = mj.jit(f)(), f()
    assert got.aval is want.aval
    assert np.asarray(got).tobytes() == np.asarray(want).tobytes()


@pytest.mark.parametrize("name", [
    "f", "a", "scatter-add", "_ab", "np", "dtype", "inf", "my op", "lambda",
    "2x", "", "é", "complex", "jit_twice", "None"])
def test_names_of_operations(name):
    p = Primitive(name)
    p.def_impl(lambda x: np.add(x, 1))
    p.def_abstract_eval(lambda x: x)

    def twice(x):
        return p.bind(p.bind(x)) * 2
    assert float(mj.jit(twice)(3.0)) == 10


def test_two_operations_of_one_name():
    ps = [Primitive("same"), Primitive("same")]
    for k, p in enumerate(ps):
        p.def_impl(lambda x, k=k: x + k + 1)
        p.def_abstract_eval(lambda x: x)
    f = mj.jit(lambda x: ps[1].bind(ps[0].bind(x)) * 10)
    assert float(f(np.ones(()))) == 40


def test_two_programs_of_one_name():
    def make(k):
        def f(x):
            return x * k
        return mj.jit(f)
    f = mj.jit(lambda x: make(2.0)(x) + make(3.0)(x) + make(2.0)(x))
    with disable_optimizations(True):
        assert float(f(1.0)) == 7
        text = f.lower(1.0).as_text()
    assert text.count("def jit_f(") == 1


def test_parameters_that_cannot_be_written():
    dims = lax.GatherDimensionNumbers((1,), (0,), (0,))
    f = mj.jit(lambda x, i: lax.gather(x, i, dims, (1, 2)))
    got = f(np.arange(6.0).reshape(3, 2), np.array([[2], [0]]))
    np.testing.assert_array_equal(got, [[4, 5], [0, 1]])


def test_scalars_stay_arrays():
    """NumPy turns 0-d arrays into scalars; their type is kept."""
    f = mj.jit(lambda x, n: (jnp.sin(x) + 1, n // 2, x > 1, lax.top_k(
        x[None], 1)[0][0]))
    for out in f(np.float16(2), np.int8(5)):
        assert type(np.asarray(out)) is np.ndarray and out.shape == ()
    assert [x.dtype.name for x in f(np.float16(2), np.int8(5))] == [
        "float16", "int8", "bool", "float16"]


def test_memory_is_given_back():
    """A chain of a hundred arrays needs two at a time."""
    import tracemalloc

    def chain(x):
        for _ in range(100):
            x = jnp.sin(x)
        return x
    f, x = mj.jit(chain), jnp.ones(100_000)
    f(x)
    tracemalloc.start()
    try:
        f(x)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * x.nbytes


def test_a_long_program():
    def chain(x):
        for _ in range(5000):
            x = x + 1.0
        return x
    assert float(mj.jit(chain)(0.0)) == 5000
    assert float(mj.jit(mj.grad(chain))(0.0)) == 1


def test_constants_are_not_written_out():
    big = np.arange(1e5)
    f = mj.jit(lambda x: x + big)
    text = f.lower(1.0).as_text()
    assert len(text) < 200 and "is a constant, float64[100000]" in text
    np.testing.assert_array_equal(f(1.0), big + 1)
    big[:] = 0  # the program has its own
    assert float(f(1.0)[5]) == 6
