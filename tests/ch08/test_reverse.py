"""vjp, grad, value_and_grad: values, composition, errors, cost."""

import functools
import gc
import sys
import weakref

import numpy as np
import pytest

import minijax as mj
from minijax import core, transpose
from minijax import numpy as jnp
from minijax.test_util import check_grads, check_vjp

rng = np.random.default_rng(0)


def loss(params, x, y):
    for w, b in params[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = params[-1]
    return jnp.mean((x @ w + b - y) ** 2)


PARAMS = [(rng.normal(size=(3, 4)), rng.normal(size=4)),
          (rng.normal(size=(4, 2)), rng.normal(size=2))]
X, Y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))


def test_the_gradient_of_a_network():
    grads = mj.grad(loss)(PARAMS, X, Y)
    assert mj.tree.structure(grads) == mj.tree.structure(PARAMS)
    h = 1e-6
    for layer in (0, 1):
        for part in (0, 1):
            def moved(s, layer=layer, part=part):
                p = [list(wb) for wb in PARAMS]
                p[layer][part] = p[layer][part] + s
                return float(loss(p, X, Y))
            slope = (moved(h) - moved(-h)) / (2 * h)
            assert float(grads[layer][part].sum()) == pytest.approx(
                slope, rel=1e-6)
    check_grads(lambda p: loss(p, X, Y), (PARAMS,), 3, atol=1e-4, rtol=1e-4)


def test_vjp_of_trees():
    def f(p, x):
        return {"a": p["u"] * x, "b": (jnp.sin(x), p["n"])}
    out, f_vjp = mj.vjp(f, {"u": 3.0, "n": 4}, 2.0)
    assert mj.tree.map(float, out) == {"a": 6.0, "b": (
        pytest.approx(np.sin(2), rel=1e-6), 4.0)}
    ct = {"a": 10.0, "b": (1.0, np.zeros((), mj.float0))}
    p_bar, x_bar = f_vjp(ct)
    assert float(p_bar["u"]) == 20.0 and p_bar["n"].dtype == mj.float0
    assert float(x_bar) == pytest.approx(30 + np.cos(2), rel=1e-6)


def test_forward_and_reverse_agree():
    v = mj.tree.map(lambda p: rng.normal(size=p.shape), PARAMS)
    _, dot = mj.jvp(lambda p: loss(p, X, Y), (PARAMS,), (v,))
    g = mj.grad(loss)(PARAMS, X, Y)
    inner = sum(np.vdot(a, b) for a, b in zip(
        mj.tree.leaves(g), mj.tree.leaves(v)))
    assert float(dot) == pytest.approx(inner, rel=1e-12)


def test_gradients_of_gradients():
    f = lambda x: jnp.sin(x) * x  # noqa: E731
    x, s, c = np.float64(0.7), np.sin(0.7), np.cos(0.7)
    want = [s * 0.7, s + 0.7 * c, 2 * c - 0.7 * s, -3 * s - 0.7 * c,
            -4 * c + 0.7 * s]
    for w in want:
        assert float(f(x)) == pytest.approx(w, rel=1e-13)
        f = mj.grad(f)


def push(f):
    return lambda x: mj.jvp(f, (x,), (jnp.ones_like(x),))[1]


def line(f):
    return lambda x: mj.linearize(f, x)[1](jnp.ones_like(x))


@pytest.mark.parametrize("first", [mj.grad, push, line])
@pytest.mark.parametrize("second", [mj.grad, push, line])
@pytest.mark.parametrize("third", [mj.grad, push, line])
def test_every_order_of_modes(first, second, third):
    f = first(second(third(lambda x: jnp.exp(2 * x) * x)))
    want = np.exp(1.0) * (8 * 0.5 + 12)
    assert float(f(np.float64(0.5))) == pytest.approx(want, rel=1e-12)


def test_perturbations_do_not_mix():
    g = mj.grad(lambda x: x * mj.grad(lambda y: x + y)(1.0))(1.0)
    assert float(g) == 1.0
    g = mj.grad(lambda x: mj.grad(lambda y: x * y * y)(x))(3.0)
    assert float(g) == 12.0
    g = mj.grad(lambda x: mj.jvp(lambda y: x * y, (x,), (x,))[1])(3.0)
    assert float(g) == 6.0


def test_hessian_vector_products_agree():
    def f(x):
        return jnp.sum(jnp.tanh(x) ** 3)
    x, v = rng.normal(size=4), rng.normal(size=4)
    one = mj.jvp(mj.grad(f), (x,), (v,))[1]
    two = mj.grad(lambda x: jnp.vdot(mj.grad(f)(x), v))(x)
    three = mj.vjp(mj.grad(f), x)[1](v)[0]
    np.testing.assert_allclose(one, two, rtol=1e-13)
    np.testing.assert_allclose(one, three, rtol=1e-13)


def test_argnums():
    f = lambda x, y, z: x * y**2 * z  # noqa: E731
    assert float(mj.grad(f)(2., 3., 5.)) == 45.0
    assert float(mj.grad(f, 1)(2., 3., 5.)) == 60.0
    assert float(mj.grad(f, -1)(2., 3., 5.)) == 18.0
    pair = mj.grad(f, (2, 0))(2., 3., 5.)
    assert isinstance(pair, tuple) and [*map(float, pair)] == [18.0, 45.0]
    value, g = mj.value_and_grad(f, argnums=[1])(2., 3., 5.)
    assert (float(value), float(g[0])) == (90.0, 60.0)


def test_keyword_and_default_arguments():
    def f(x, n=2, *, scale):
        return scale * x**n
    assert float(mj.grad(f)(3.0, scale=10.0)) == 60.0
    assert float(mj.grad(f)(3.0, n=3, scale=1.0)) == 27.0


def test_has_aux():
    def f(x):
        return x * x, {"twice": 2 * x, "name": "f"}
    g, aux = mj.grad(f, has_aux=True)(3.0)
    (value, aux2), g2 = mj.value_and_grad(f, has_aux=True)(3.0)
    assert float(g) == float(g2) == float(aux["twice"]) == 6.0
    assert float(value) == 9.0 and aux2["name"] == "f"
    out, f_vjp, aux3 = mj.vjp(f, 3.0, has_aux=True)
    assert float(f_vjp(1.0)[0]) == 6.0 and float(aux3["twice"]) == 6.0
    assert not any(isinstance(v, core.Tracer) for v in aux.values())


def test_holomorphic():
    z = np.complex128(0.3 + 0.4j)
    g = mj.grad(lambda z: jnp.sin(z) * z, holomorphic=True)(z)
    assert complex(g) == pytest.approx(np.cos(z) * z + np.sin(z))


def test_allow_int():
    g = mj.grad(lambda n, x: n * x, (0, 1), allow_int=True)(3, 2.0)
    assert g[0].dtype == mj.float0 and float(g[1]) == 3.0


def test_gradients_have_the_dtype_of_what_they_are_by():
    for dtype in (np.float16, np.float32, np.float64):
        x = np.ones(3, dtype)
        assert mj.grad(lambda x: jnp.sum(x * 2.5))(x).dtype == dtype
    both = mj.grad(lambda x, y: jnp.sum(x * y), (0, 1))(
        np.ones(3, np.float32), np.ones(3, np.float64))
    assert [g.dtype for g in both] == [np.float32, np.float64]


def test_an_argument_that_does_not_matter():
    g = mj.grad(lambda x, y: x * 2.0, 1)(1.0, np.ones(3, np.float32))
    np.testing.assert_array_equal(g, np.zeros(3))


def test_python_control_flow():
    def f(x):
        while x < 100:
            x = x * x
        return x
    assert float(mj.grad(f)(3.0)) == pytest.approx(8 * 3.0**7)


def test_vjp_can_be_called_again():
    _, f_vjp = mj.vjp(lambda x: jnp.sin(x), np.arange(3.0))
    for ct in (np.ones(3), np.arange(3.0), np.ones(3)):
        np.testing.assert_allclose(f_vjp(ct)[0], ct * np.cos(np.arange(3.0)))


def test_a_numpy_function_that_is_right_by_hand():
    def by_hand(x):
        return np.sum(np.asarray(x) ** 3), lambda ct: (3 * ct * x**2,)
    check_vjp(lambda x: jnp.sum(x**3), by_hand, (np.arange(3.0),))
    with pytest.raises(AssertionError):
        check_vjp(lambda x: jnp.sum(x**3), lambda x: (
            np.sum(np.asarray(x) ** 3), lambda ct: (2 * ct * x**2,)),
            (np.arange(3.0),))


@pytest.mark.parametrize("call, error, words", [
    (lambda: mj.grad("f"), TypeError, "Expected a callable value, got 'f'"),
    (lambda: mj.grad(jnp.sin)(3), TypeError,
     "got int32 for argument 0. Pass a float"),
    (lambda: mj.grad(jnp.sin)(True), TypeError, "got bool"),
    (lambda: mj.grad(lambda p: p["a"])({"a": 1}), TypeError,
     r"argument 0\['a'\]"),
    (lambda: mj.grad(lambda x, y: y, 1)(1.0, [2.0, 3]), TypeError,
     r"int32 for argument 1\[1\]"),
    (lambda: mj.grad(jnp.sin)(np.ones(3)), TypeError,
     r"scalar-output functions. Output had shape: \(3,\).*numpy.sum"),
    (lambda: mj.grad(lambda x: (x, x))(1.0), TypeError,
     "scalar-output functions. Output was a container.*has_aux"),
    (lambda: mj.grad(lambda x: None)(1.0), TypeError,
     "scalar-output functions. Output was a container"),
    (lambda: mj.grad(lambda x: ())(1.0), TypeError, "Output was a container"),
    (lambda: mj.grad(lambda x: "a")(1.0), TypeError, "not a valid JAX type"),
    (lambda: mj.grad(jnp.sin, 1)(1.0), TypeError, "requires at least 2 "
     "positional arguments to be passed by the caller, but got only 1"),
    (lambda: mj.grad(jnp.sin)(), TypeError, "at least 1"),
    (lambda: mj.grad(lambda x, y: x * y, (0, -3))(1., 2.), TypeError,
     "at least 3"),
    (lambda: mj.grad(jnp.sin, "x")(1.0), TypeError, "argnums must be an int"),
    (lambda: mj.grad(jnp.sin, ())(1.0), TypeError, "non-empty"),
    (lambda: mj.grad(lambda x, y: x * y, (0, 0))(1., 2.), ValueError,
     "names an argument twice"),
    (lambda: mj.grad(lambda x, y: x * y, (1, -1))(1., 2.), ValueError,
     "twice"),
    (lambda: mj.grad(jnp.sin)(1j), TypeError, "real-valued outputs.*complex64"
     ".*holomorphic=True"),
    (lambda: mj.grad(jnp.sin, holomorphic=True)(1.0), TypeError,
     "requires inputs with complex dtype, but got float32"),
    (lambda: mj.grad(jnp.real, holomorphic=True)(1j), TypeError,
     "requires outputs with complex dtype"),
    (lambda: mj.grad(lambda x: x.astype(int))(1.0), TypeError,
     "got int32.*does not change smoothly"),
    (lambda: mj.grad(lambda x: x, has_aux=True)(1.0), TypeError,
     r"pair \(output, aux\)"),
    (lambda: mj.vjp(jnp.sin, 1.0)[1](1.0, 2.0), TypeError,
     "single argument"),
    (lambda: mj.vjp(jnp.sin, 1.0)[1]((1.0,)), ValueError,
     "unexpected tree structure"),
    (lambda: mj.vjp(lambda x: (x, x), 1.0)[1]((1.0,)), ValueError,
     "unexpected tree structure"),
    (lambda: mj.vjp(jnp.sin, 1.0)[1](1), ValueError,
     r"got int32\[\], but expected float32\[\]"),
    (lambda: mj.vjp(lambda x: {"a": [x, x]}, 1.0)[1]({"a": [1.0, 2]}),
     ValueError, r"at cotangent\['a'\]\[1\]. Make one with .*ones_like"),
    (lambda: mj.vjp(lambda n: 2 * n, 3)[1](1), ValueError,
     r"expected float0\[\].*numpy.zeros\(\(\), minijax.float0\)"),
    (lambda: mj.vjp(jnp.sin, np.ones(3))[1](np.ones(2)), ValueError,
     r"got float64\[2\], but expected float64\[3\]"),
    (lambda: mj.vjp(jnp.sin, 1.0)[1]("a"), TypeError, "class 'str'"),
    (lambda: mj.linear_transpose(lambda x: 2 * x, 1.0)(1), TypeError,
     "cotangent type does not match function output"),
    (lambda: mj.linear_transpose(lambda x: 2 * x, 1.0)((1.0,)), TypeError,
     "cotangent type does not match function output"),
    (lambda: mj.linear_transpose(5, 1.0), TypeError,
     "linear_transpose expects a function"),
    (lambda: mj.linear_transpose(jnp.sin, "a"), TypeError,
     "passed to linear_transpose at position 0"),
])
def test_misuse_has_a_remedy(call, error, words):
    with pytest.raises(error, match=f"(?s){words}"):
        call()
    assert core.current.trace is core.eval_trace


def test_an_exception_leaves_nothing_behind():
    def fails(x):
        raise KeyboardInterrupt(str(jnp.sin(x).shape))

    def tracers():
        gc.collect()
        return [x for x in gc.get_objects() if isinstance(x, core.Tracer)]
    others = len(tracers())  # that tests before this one may have kept
    with pytest.raises(KeyboardInterrupt):
        mj.grad(lambda x: mj.grad(fails)(x))(1.0)
    assert core.current.trace is core.eval_trace
    assert len(tracers()) == others


def test_a_leaked_tracer_is_refused_by_name():
    kept = []

    def remember(x):
        kept.append(x)
        return x * x
    mj.grad(remember)(1.0)
    with pytest.raises(mj.errors.UnexpectedTracerError,
                       match="(?s)remember at .* for grad"):
        mj.grad(lambda y: y * kept[0])(1.0)


def chain(n):
    def f(x):
        for _ in range(n):
            x = jnp.sin(x)
        return x
    return f


@pytest.mark.parametrize("n", [1000, 10_000, 100_000])
def test_a_chain(n):
    x = np.float64(0.5)
    want, v = 1.0, 0.5
    for _ in range(n):
        want, v = want * np.cos(v), np.sin(v)
    assert float(mj.grad(chain(n))(x)) == pytest.approx(want, rel=1e-9)


def test_a_wide_sum():
    def f(x):
        return functools.reduce(lambda a, b: a + b, [x * i for i in range(
            20_000)])
    assert float(mj.grad(f)(np.float64(1.0))) == 20_000 * 19_999 / 2


def test_cotangents_go_when_they_are_used(monkeypatch):
    alive = []

    def take(sums, eqn, take=transpose.take):
        alive.append(len(sums))
        return take(sums, eqn)
    monkeypatch.setattr(transpose, "take", take)
    mj.grad(lambda x: jnp.sum(chain(500)(x)))(np.ones(3))
    assert len(alive) == 501 and max(alive) == 1


def test_editing_an_input_afterwards_changes_nothing():
    x, y = np.arange(3.0), np.ones(3)
    out, f_vjp = mj.vjp(lambda x, y: x * y, x, y)
    x[:], y[:] = 7.0, 7.0
    np.testing.assert_array_equal(out, np.arange(3.0))
    by_x, by_y = f_vjp(np.ones(3))
    np.testing.assert_array_equal(by_x, np.ones(3))
    np.testing.assert_array_equal(by_y, np.arange(3.0))
    w = np.ones(3)
    same, = mj.vjp(lambda x: x, x)[1](w)
    w[:] = 5.0
    np.testing.assert_array_equal(same, np.ones(3))


def test_the_gradient_of_a_closed_over_tracer():
    def outer(x):
        g = mj.grad(lambda y: x * x * y)(np.float64(2.0))
        out, pull = mj.vjp(lambda y: jnp.sin(x) * y, np.float64(3.0))
        return g + pull(x)[0]
    x = np.float64(0.7)
    want = 2 * x + np.sin(x) + x * np.cos(x)
    assert float(mj.grad(outer)(x)) == pytest.approx(want, rel=1e-12)
    assert float(push(outer)(x)) == pytest.approx(want, rel=1e-12)


def test_forward_mode_from_reverse_mode():
    def f(x):
        return jnp.stack([x[0] * x[1], jnp.sin(x[1]), x[0]])
    x, t = np.array([0.3, 0.8]), np.array([1.0, -2.0])
    out, pull = mj.vjp(f, x)
    pushed, = mj.vjp(lambda w: pull(w)[0], jnp.zeros_like(out))[1](t)
    again, = mj.linear_transpose(lambda w: pull(w)[0], out)(t)
    np.testing.assert_allclose(pushed, mj.jvp(f, (x,), (t,))[1], rtol=1e-14)
    np.testing.assert_array_equal(pushed, again)


def test_the_backward_pass_is_a_checked_program():
    for f in (lambda p: loss(p, X, Y), lambda p: jnp.sum(p[0][0][::-1, 1:])):
        closed = mj.make_jaxpr(mj.grad(f))(PARAMS)
        mj.check_jaxpr(closed.jaxpr)
        got = core.jaxpr_as_fun(closed)(*mj.tree.leaves(PARAMS))
        want = mj.tree.leaves(mj.grad(f)(PARAMS))
        for a, b in zip(got, want, strict=True):
            np.testing.assert_array_equal(a, b)


def test_memory_goes_with_the_result():
    x = np.zeros(1000)
    _, f_vjp = mj.vjp(chain(100), x)
    refs = [weakref.ref(c) for c in f_vjp.consts]
    assert len(refs) == 100
    gc.disable()
    try:
        del f_vjp
        assert [r() for r in refs] == [None] * 100
    finally:
        gc.enable()


def test_the_linear_program_holds_no_more_than_it_must():
    _, f_vjp = mj.vjp(lambda x: jnp.sum(3.0 * x - x[::-1]), np.ones(4))
    assert f_vjp.consts == []


def test_no_recursion():
    limit = sys.getrecursionlimit()
    f = chain(limit * 3)
    closed = mj.make_jaxpr(mj.grad(f))(0.5)
    assert len(closed.eqns) > limit
