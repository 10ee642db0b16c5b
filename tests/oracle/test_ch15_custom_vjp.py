"""custom_vjp, custom_gradient and closure_convert are JAX's."""

from collections import namedtuple
from functools import partial

import numpy as np
import pytest

import minijax

jax = pytest.importorskip("jax")

MODULES = minijax, jax
XS = np.array([0.5, -1.0, 2.0], np.float32)
Point = namedtuple("Point", ["x", "y"])


def sine(m, said):
    """sin, with twice the slope; says who is called."""
    @m.custom_vjp
    def f(x):
        said.append("f")
        return m.numpy.sin(x)

    def fwd(x):
        said.append("fwd")
        return f(x), m.numpy.cos(x)

    def bwd(cos_x, ct):
        said.append("bwd")
        return (2 * cos_x * ct,)
    f.defvjp(fwd, bwd)
    return f


def clipped(m, said):
    @m.custom_vjp
    def clip(lo, hi, x):
        return x
    clip.defvjp(lambda lo, hi, x: (x, (lo, hi)),
                lambda res, ct: (None, None, m.numpy.clip(ct, *res)))
    return lambda x: m.numpy.sin(clip(-0.75, 0.75, x))


def trees(m, said):
    @m.custom_vjp
    def f(p):
        return {"a": p.x**2, "b": (m.numpy.sin(p.x), m.numpy.cos(p.y))}
    f.defvjp(lambda p: (f(p), p), lambda p, ct: (
        Point(2 * p.x * ct["a"] + m.numpy.cos(p.x) * ct["b"][0], None),))

    def g(x):
        out = f(Point(x, 2 * x))
        return out["a"] + out["b"][0] * out["b"][1]
    return g


def held(m, said):
    @partial(m.custom_vjp, nondiff_argnums=(0, 2))
    def app(f, x, g):
        said.append("app")
        return f(g(x))
    app.defvjp(lambda f, x, g: (app(f, x, g), x),
               lambda f, g, x, ct: (f(ct) + 10 * g(x),))
    return lambda x: app(m.numpy.sin, x, lambda x: 5 * x)


def integers(m, said):
    @m.custom_vjp
    def f(n, x):
        return m.numpy.multiply(n, x), n + 1
    f.defvjp(lambda n, x: (f(n, x), n), lambda n, ct: (None, n * ct[0]))
    return lambda x: f(3, x)[0] * f(4, x)[0]


def zeros(m, said):
    from importlib import import_module
    kinds = import_module(f"{m.__name__}.custom_derivatives")

    def fwd(x, y):
        said.append((x.perturbed, y.perturbed))
        return f(x.value, y.value), (x.value, y.value)

    def bwd(res, cts):
        said.append(type(cts[1]) is kinds.SymbolicZero)
        return cts[0] * res[1], cts[0] * res[0]
    f = m.custom_vjp(lambda x, y: (x * y, x + y))
    f.defvjp(fwd, bwd, symbolic_zeros=True)
    return lambda x: f(m.numpy.cos(x), 3.0)[0]


def by_pullback(m, said):
    @m.custom_gradient
    def f(x):
        return m.numpy.sin(x), lambda ct: (3 * ct * x,)
    return f


def converted(m, said):
    def f(x):
        g, consts = m.closure_convert(lambda y: m.numpy.sin(x * y), 2.0)
        return g(2.0, *consts)
    return f


def fixed_point(m, said):
    """The square root by Newton's steps, differentiated at the solution."""
    @partial(m.custom_vjp, nondiff_argnums=(0,))
    def solve(f, a, guess):
        return m.lax.while_loop(
            lambda c: m.numpy.abs(c[0] - c[1]) > 1e-6,
            lambda c: (c[1], f(a, c[1])), (guess, f(a, guess)))[1]

    def back(f, res, ct):
        a, x = res
        _, pull_a = m.vjp(lambda a: f(a, x), a)
        w = solve(partial(step, f), (a, x, ct), ct)
        return *pull_a(w), m.numpy.zeros_like(x)

    def step(f, given, u):
        a, x, ct = given
        _, pull_x = m.vjp(lambda x: f(a, x), x)
        return ct + pull_x(u)[0]

    def forth(f, a, guess):
        x = solve(f, a, guess)
        return x, (a, x)
    solve.defvjp(forth, back)
    return lambda a: solve(lambda a, x: 0.5 * (x + a / x), a * a + 1, a * a)


FUNCTIONS = [sine, clipped, trees, held, integers, zeros, by_pullback,
             converted, fixed_point]
WAYS = {
    "value": lambda m, f: f(XS[0]),
    "jit": lambda m, f: m.jit(f)(0.7),
    "vmap": lambda m, f: m.vmap(f)(XS),
    "grad": lambda m, f: m.grad(f)(0.7),
    "vjp": lambda m, f: m.vjp(f, XS[0])[1](XS[1]),
    "jit(grad)": lambda m, f: m.jit(m.grad(f))(0.7),
    "grad(jit)": lambda m, f: m.grad(m.jit(f))(0.7),
    "vmap(grad)": lambda m, f: m.vmap(m.grad(f))(XS),
    "grad(vmap)": lambda m, f: m.grad(lambda x: m.vmap(f)(x).sum())(XS),
    "grad(grad)": lambda m, f: m.grad(m.grad(f))(0.7),
    "jit(vmap(grad(grad)))": lambda m, f: m.jit(m.vmap(m.grad(m.grad(f))))(XS),
    "jacrev": lambda m, f: m.jacrev(m.vmap(f))(XS),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", FUNCTIONS)
def test_values_and_order_as_in_jax(make, way):
    got = []
    for m in MODULES:
        said = []
        value = WAYS[way](m, make(m, said))
        got.append(([np.asarray(x) for x in jax.tree.leaves(value)], said))
    (ours, order), (theirs, their_order) = got
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x, y, 2e-5, 1e-5)
        assert x.dtype == y.dtype
    assert order == their_order


@pytest.mark.parametrize("wrong", [
    lambda m: m.jvp(sine(m, []), (1.0,), (1.0,)),
    lambda m: m.jacfwd(sine(m, []))(1.0),
    lambda m: m.hessian(sine(m, []))(1.0),
    lambda m: m.custom_vjp(lambda x: x)(1.0),
    lambda m: m.jit(lambda n: bad(m, lambda _, ct: (ct,), held=n))(1.0),
    lambda m: bad(m, lambda _, ct: ct),
    lambda m: bad(m, lambda _, ct: (ct, ct)),
    lambda m: bad(m, lambda _, ct: (m.numpy.ones(2),)),
    lambda m: bad(m, lambda _, ct: (ct,), lambda x: x),
])
def test_errors_have_jaxs_words(wrong):
    words = []
    for m in MODULES:
        with pytest.raises((TypeError, ValueError, AttributeError)) as caught:
            wrong(m)
        words.append((caught.value, str(caught.value)))
    (ours, text), (theirs, their_text) = words
    kind = next(k for k in (AttributeError, ValueError, TypeError)
                if isinstance(theirs, k))
    assert isinstance(ours, kind)
    assert text.split()[:7] == their_text.split()[:7]


@pytest.mark.parametrize("m", MODULES)
def test_a_closed_over_value_that_moves(m):
    def f(y):
        g = m.custom_vjp(lambda x: x * y)
        g.defvjp(lambda x: (x * y, None), lambda _, ct: (ct,))
        return m.jit(g)(2.0)
    with pytest.raises(Exception, match="with respect to a closed-over value"):
        m.grad(f)(3.0)


def bad(m, bwd, fwd=lambda x: (x, None), held=None):
    if held is not None:
        f = m.custom_vjp(lambda n, x: n * x, nondiff_argnums=(0,))
        f.defvjp(lambda n, x: (n * x, None), lambda n, _, ct: (ct,))
        return f(held, 1.0)
    f = m.custom_vjp(lambda x: x)
    f.defvjp(fwd, bwd)
    return m.grad(f)(1.0)
