"""scan, map and associative_scan are JAX's: values, derivatives, programs."""

import numpy as np
import pytest

import minijax

jax = pytest.importorskip("jax")

MODULES = minijax, jax
XS = np.array([0.5, -1.0, 2.0, 0.3], np.float32)
ROWS = np.arange(12, dtype=np.float32).reshape(4, 3) / 7 - 0.5


def rnn(m, x, xs):
    w = m.numpy.eye(3) * 0.5
    return m.lax.scan(lambda h, r: (m.numpy.tanh(w @ h + r * x), h.sum()),
                      m.numpy.zeros(3), xs)


def late(m, x, xs):
    """Carries that move, wait or differ one after the other."""
    def step(c, r):
        a, b, n = c
        return (b * x, m.numpy.sin(a) + r.sum(), n + 1), (a, n, r)
    return m.lax.scan(step, (1.0, 0.5, 0), xs, reverse=True)


def handed_on(m, x, xs):
    """A carry that stays, and rows that are handed out as they are."""
    return m.lax.scan(lambda c, r: ((c[0] * c[1], c[1]), (r, c[0])),
                      (1.0, m.numpy.cos(x)), xs)


def nested(m, x, xs):
    def row(c, r):
        return m.lax.scan(lambda d, e: (d * m.numpy.cos(x) + e, d * e), c, r)
    return m.lax.scan(row, x, xs)


def by_map(m, x, xs):
    return m.lax.map(lambda r: m.numpy.sin(r * x).sum(), xs, batch_size=3)


def by_prefixes(m, x, xs):
    return m.lax.associative_scan(
        lambda f, g: (f[0] * g[0], g[0] * f[1] + g[1]),
        (xs * x, m.numpy.cos(xs)), reverse=True)


def nothing(m, x, xs):
    return m.lax.scan(lambda c, r: (c * x + r, c), m.numpy.zeros(3) + x,
                      xs[:0])


def counting(m, x, xs):
    return m.lax.scan(lambda c, _: (c * x, c), 1, length=3, unroll=2)


FUNCTIONS = [rnn, late, handed_on, nested, by_map, by_prefixes, nothing,
             counting]


def total(m, f):
    return lambda x, xs: sum(
        m.numpy.sum(y * y) for y in m.tree.leaves(f(m, x, xs)))


WAYS = {
    "value": lambda m, f: lambda x, xs: f(m, x, xs),
    "jit": lambda m, f: m.jit(lambda x, xs: f(m, x, xs)),
    "jvp": lambda m, f: lambda x, xs: m.jvp(
        total(m, f), (x, xs), (x * 0 + 2, m.numpy.cos(xs))),
    "grad": lambda m, f: m.grad(total(m, f), (0, 1)),
    "jit grad": lambda m, f: m.jit(m.grad(total(m, f), (0, 1))),
    "hessian": lambda m, f: m.hessian(total(m, f)),
    "jacrev": lambda m, f: m.jacrev(total(m, f), 1),
    "vmap x": lambda m, f: lambda x, xs: m.vmap(
        lambda x: f(m, x, xs))(m.numpy.stack([x, x + 1])),
    "vmap xs": lambda m, f: lambda x, xs: m.vmap(
        lambda xs: f(m, x, xs), 2)(xs[:, :, None] * XS),
    "vmap grad": lambda m, f: lambda x, xs: m.vmap(
        m.grad(total(m, f), (0, 1)), (0, None))(
            m.numpy.stack([x, x + 1]), xs),
    "grad vmap": lambda m, f: m.grad(lambda x, xs: m.numpy.sum(m.vmap(
        total(m, f), (0, None))(m.numpy.stack([x, 2 * x]), xs))),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_same_values(f, way):
    x = np.float32(0.7)
    ours, theirs = (WAYS[way](m, f)(m.numpy.asarray(x), m.numpy.asarray(ROWS))
                    for m in MODULES)
    ours, tree = minijax.tree.flatten(ours)
    theirs, their_tree = jax.tree.flatten(theirs)
    assert str(tree) == str(their_tree)
    for a, b in zip(ours, theirs, strict=True):
        a, b = minijax.numpy.asarray(a), jax.numpy.asarray(b)
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


def weak_last(m, x, xs):
    return m.lax.scan(lambda c, r: (c * m.numpy.sin(r), c), x, xs)


def text(m, way, f, x):
    return str(m.make_jaxpr(way(m, lambda x, xs: f(m, x, xs)))(
        m.numpy.asarray(x), m.numpy.asarray(XS)))


@pytest.mark.parametrize("f", [
    weak_last, handed_on, lambda m, x, xs: m.lax.scan(
        lambda c, r: (r, None), xs[0], xs, reverse=True, unroll=True)])
def test_same_program(f):
    assert text(minijax, lambda m, f: f, f, XS[0]) == text(
        jax, lambda m, f: f, f, XS[0])


@pytest.mark.parametrize("way, x", [
    (lambda m, f: m.grad(f), XS[0]),
    (lambda m, f: m.vmap(f, (0, None)), XS),
    (lambda m, f: lambda x, xs: m.jvp(lambda x: f(x, xs), (x,), (x,)), XS[0])])
def test_same_program_transformed(way, x):
    def product(m, x, xs):
        return m.lax.scan(lambda c, r: (c * r, None), x, xs)[0]
    assert text(minijax, way, product, x) == text(jax, way, product, x)


@pytest.mark.parametrize("call", [
    lambda m, scan: scan(lambda c, x: (c + x, x), np.int32(1), XS),
    lambda m, scan: scan(lambda c, x: ((c[0] + XS, c[1] > 2), x),
                         (1.0, np.arange(2, dtype=np.int32)), XS),
    lambda m, scan: scan(lambda c, x: (c, x), 1, (XS, XS[1:])),
    lambda m, scan: scan(lambda c, x: (c, x), 1, XS, length=3),
    lambda m, scan: scan(lambda c, x: (c, x), 1),
    lambda m, scan: scan(lambda c, x: (c, x), 1, XS, unroll=-1),
    lambda m, scan: scan(3, 1, XS),
    lambda m, scan: scan(lambda c, x: ([*c, 1.0], x), [1.0], XS),
    lambda m, scan: m.jit(lambda n: scan(
        lambda c, x: (c, x), 1, None, length=n))(3),
    lambda m, scan: m.lax.associative_scan(3, XS),
    lambda m, scan: m.lax.associative_scan(m.numpy.add, (XS, XS[1:])),
])
def test_same_errors(call):
    """The same type; the first words, and what is said of each leaf."""
    errors = []
    for m in MODULES:
        with pytest.raises((TypeError, ValueError)) as caught:
            call(m, m.lax.scan)
        errors.append(caught.value)
    ours, theirs = errors
    assert type(ours).__name__ == type(theirs).__name__
    assert str(theirs).split("\n")[0].rstrip(".")[:60] in str(ours)
    for line in str(theirs).split("\n"):
        if "input carry component" in line and "structure" not in line:
            assert line.rstrip(".;") in str(ours)
