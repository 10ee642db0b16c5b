"""custom_jvp against JAX: values, order of calls, printed programs, errors."""

import functools

import numpy as np
import pytest

jax = pytest.importorskip("jax")

import minijax as mj  # noqa: E402

XS = np.array([0.5, -1.0, 2.0], np.float32)


def wave(m, calls=None):
    """x -> sin(x), with twice the slope, and with a log of its calls."""
    calls = [] if calls is None else calls

    @m.custom_jvp
    def f(x):
        calls.append("f")
        return m.numpy.sin(x)

    @f.defjvp
    def f_jvp(primals, tangents):
        calls.append("rule")
        (x,), (t,) = primals, tangents
        return f(x), 2 * m.numpy.cos(x) * t
    return f


def scanned(m, f):
    return lambda x: m.lax.scan(lambda c, _: (f(c), f(c)), x, None,
                                length=3)[1].sum()


WAYS = {
    "f": lambda m, f: f(0.7),
    "jvp": lambda m, f: m.jvp(f, (0.7,), (2.0,)),
    "grad": lambda m, f: m.grad(f)(0.7),
    "linearize": lambda m, f: m.linearize(f, 0.7)[1](2.0),
    "vjp": lambda m, f: m.vjp(f, 0.7)[1](np.float32(2.0)),
    "grad grad": lambda m, f: m.grad(m.grad(f))(0.7),
    "hessian": lambda m, f: m.hessian(f)(0.7),
    "jacfwd jacrev": lambda m, f: m.jacfwd(m.jacrev(f))(0.7),
    "jit": lambda m, f: m.jit(f)(0.7),
    "grad jit": lambda m, f: m.grad(m.jit(f))(0.7),
    "jit grad": lambda m, f: m.jit(m.grad(f))(0.7),
    "grad grad jit": lambda m, f: m.grad(m.grad(m.jit(f)))(0.7),
    "vmap": lambda m, f: m.vmap(f)(XS),
    "vmap grad": lambda m, f: m.vmap(m.grad(f))(XS),
    "jvp vmap": lambda m, f: m.jvp(m.vmap(f), (XS,), (XS,)),
    "grad vmap": lambda m, f: m.grad(lambda x: m.vmap(f)(x).sum())(XS),
    "jit vmap grad": lambda m, f: m.jit(m.vmap(m.grad(f)))(XS),
    "grad jit vmap": lambda m, f: m.grad(
        lambda x: m.jit(m.vmap(f))(x).sum())(XS),
    "scan": lambda m, f: scanned(m, f)(0.7),
    "grad scan": lambda m, f: m.grad(scanned(m, f))(0.7),
    "cond": lambda m, f: m.grad(lambda x: m.lax.cond(
        x > 0, f, lambda x: x, x))(0.7),
    "jvp while": lambda m, f: m.jvp(lambda x: m.lax.while_loop(
        lambda c: c[0] < 2, lambda c: (c[0] + 1, f(c[1])), (0, x))[1],
        (0.7,), (1.0,)),
}
# how often a branch or a body is transformed is each package's business
COLUMNS = "hessian", "jacfwd jacrev"  # of chapter 10, and not weak there
BODIES = "scan", "grad scan", "cond", "jvp while"


@pytest.mark.parametrize("way", WAYS)
def test_values_and_the_order_of_calls(way):
    results, logs = [], []
    for m in jax, mj:
        logs.append([])
        results.append(WAYS[way](m, wave(m, logs[-1])))
    want, got = map(jax.tree.leaves, results[:1]), mj.tree.leaves(results[1])
    for w, g in zip(next(iter(want)), got, strict=True):
        np.testing.assert_allclose(g, w, 1e-5, 1e-6)
        assert g.dtype == w.dtype
        assert way in COLUMNS or g.weak_type == w.weak_type
    if way not in BODIES:
        assert logs[1] == logs[0]


PROGRAMS = {
    "f": lambda m, f: (f, 1.0),
    "grad": lambda m, f: (m.grad(f), 1.0),
    "vmap": lambda m, f: (m.vmap(f), XS),
    "twice": lambda m, f: (lambda x: f(f(x)) + 1, 1.0),
    "jvp": lambda m, f: (lambda x: m.jvp(f, (x,), (1.0,)), 1.0),
    "closure": lambda m, f: (lambda x: m.vmap(lambda y: f(x))(XS), 1.0),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_printed_programs(name):
    texts = []
    for m in jax, mj:
        f, x = PROGRAMS[name](m, wave(m))
        texts.append(str(m.make_jaxpr(f)(x)))
    assert texts[1] == texts[0]


def test_nondiff_arguments_and_keywords():
    results = []
    for m in jax, mj:
        @functools.partial(m.custom_jvp, nondiff_argnums=(0, 2))
        def app(f, x, g, y=2.0):
            return f(g(x)) * y

        @app.defjvp
        def app_jvp(f, g, primals, tangents, app=app):
            (x, y), (s, t) = primals, tangents
            return app(f, x, g, y), 3 * s + 5 * t
        f, g = m.numpy.sin, m.numpy.cos
        results.append([app(f, 3.0, g), app(f, 3.0, g=g, y=1.0),
                        m.grad(app, (1, 3))(f, 3.0, g, 4.0),
                        m.jit(m.grad(lambda x: app(f, x, y=x, g=g)))(3.0)])  # noqa: B023
    for w, g in zip(jax.tree.leaves(results[0]), mj.tree.leaves(results[1]),
                    strict=True):
        np.testing.assert_allclose(g, w, 1e-6)


def wrong(m, rule, fun=None):
    @m.custom_jvp
    def f(x):
        return (fun or m.numpy.sin)(x)

    def f_jvp(primals, tangents):
        return rule(m, *primals, *tangents)
    f.defjvp(f_jvp)
    return f


MISTAKES = {
    "no pair": lambda m, x, t: t,
    "trees": lambda m, x, t: (x, [t]),
    "shape": lambda m, x, t: (x, t * m.numpy.ones(2)),
    "dtype": lambda m, x, t: (x, m.numpy.int32(1)),
    "value's tree": lambda m, x, t: ([x], [t]),
    "value's shape": lambda m, x, t: (m.numpy.ones(2), m.numpy.ones(2) * t),
}
KEYWORDS = {
    "no pair": "Custom JVP rule f_jvp for function f must produce a pair",
    "trees": "Custom JVP rule f_jvp for function f must produce primal and "
             "tangent outputs with equal container (pytree) structures",
    "shape": "Expected float32[] (tangent type of float32[]) but got "
             "float32[2]",
    "dtype": "Expected float32[] (tangent type of float32[]) but got int32[]",
    "value's tree": "in particular of the same container/pytree structure",
    "value's shape": "in particular with leaves of the same shape",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_errors_have_the_same_type_and_key_words(name):
    for m in jax, mj:
        with pytest.raises(TypeError) as e:
            m.grad(m.jit(wrong(m, MISTAKES[name])))(1.0)
        assert KEYWORDS[name] in str(e.value)


def test_what_is_closed_over_and_moves():
    for m in jax, mj:
        def outer(x, m=m):
            f = wrong(m, lambda m, y, t: (x * y, t), lambda y: x * y)
            return f(2.0)
        for way in m.grad(outer), m.grad(m.jit(outer)), m.jit(m.grad(outer)):
            with pytest.raises(TypeError) as e:
                way(3.0)
            if m is mj:  # JAX has three different errors for these
                assert isinstance(e.value, mj.errors.UnexpectedTracerError)
                assert "with respect to a closed-over value" in str(e.value)


def test_symbolic_zeros():
    from jax.custom_derivatives import SymbolicZero

    from minijax.forward import Zero
    logs = []
    for m, zero in (jax, SymbolicZero), (mj, Zero):
        logs.append(log := [])

        @m.custom_jvp
        def f(x, y):
            return x * y

        def f_jvp(primals, tangents, f=f, log=log, zero=zero):
            log.append([type(t) is zero for t in tangents])
            x, y = primals
            s, t = tangents
            return f(x, y), (0 * x if type(s) is zero else y * s)
        f.defjvp(f_jvp, symbolic_zeros=True)
        for g in f, m.jit(f), m.vmap(f, (0, None)):
            x = XS if g is not f else np.float32(1.0)
            m.jvp(lambda x, g=g: g(x, 2.0), (x,), (x,))
        m.vmap(m.grad(f))(XS, XS)
        log.append(float(m.grad(f)(2.0, 3.0)))
    assert logs[0] == logs[1]
