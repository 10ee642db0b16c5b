"""vmap itself: axes, sizes, names, nesting, refusals."""

import numpy as np
import pytest

import minijax as mj
from minijax import core, lax
from minijax import numpy as jnp

X = np.arange(12.0).reshape(3, 4)
rng = np.random.default_rng(0)


def test_per_example_gradients():
    w = rng.normal(size=4)
    xs, ys = rng.normal(size=(6, 4)), rng.normal(size=6)
    def loss(w, x, y):
        return (jnp.tanh(w @ x) - y) ** 2
    got = mj.vmap(mj.grad(loss), (None, 0, 0))(w, xs, ys)
    p = np.tanh(xs @ w)
    np.testing.assert_allclose(
        got, (2 * (p - ys) * (1 - p**2))[:, None] * xs, rtol=1e-12)


def test_in_axes_and_out_axes():
    y = np.arange(20.0).reshape(4, 5)
    product = mj.vmap(mj.vmap(jnp.vdot, (None, 1)), (0, None))
    np.testing.assert_allclose(product(X, y), X @ y)
    flipped = mj.vmap(mj.vmap(jnp.vdot, (None, -1), -1), (0, None), 1)
    np.testing.assert_allclose(flipped(X, y), (X @ y).T)
    out = mj.vmap(lambda x: (x, x.sum(), 1.0), out_axes=(1, 0, None))(X)
    np.testing.assert_array_equal(out[0], X.T)
    assert out[1].shape == (3,) and out[2].shape == ()


def test_containers_and_prefixes():
    def f(p, x, k):
        return {"y": p["w"] @ x + p["b"], "k": k}
    p = {"w": rng.normal(size=(2, 4)), "b": rng.normal(size=(3, 2))}
    got = mj.vmap(f, ({"w": None, "b": 0}, 0, None), {"y": 1, "k": None})(
        p, X, 5.0)
    np.testing.assert_allclose(got["y"], (X @ p["w"].T + p["b"]).T)
    assert float(got["k"]) == 5.0
    pair = mj.vmap(lambda t: t[0] + t[1], ((0, None),))((X, np.ones(4)))
    np.testing.assert_array_equal(pair, X + 1)
    listed = mj.vmap(lambda x, y: x + y, [0, None])(X, np.ones(4))
    np.testing.assert_array_equal(listed, X + 1)


def test_keyword_arguments_are_mapped_along_their_first_axis():
    got = mj.vmap(lambda x, *, k: x * k)(X, k=np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(got, X * [[1], [2], [3]])


def test_axis_size():
    np.testing.assert_array_equal(mj.vmap(lambda: 3.0, axis_size=2)(),
                                  [3.0, 3.0])
    got = mj.vmap(lambda x: x, None, axis_size=2)(X)
    np.testing.assert_array_equal(got, np.stack([X, X]))
    assert mj.vmap(lambda x: x)(np.zeros((0, 3))).shape == (0, 3)


def test_nested_in_every_order():
    t = rng.normal(size=(2, 3, 4))
    def f(x):
        return jnp.cumsum(jnp.sin(x))
    want = np.cumsum(np.sin(t), -1)
    np.testing.assert_allclose(mj.vmap(mj.vmap(f))(t), want)
    got = mj.vmap(mj.vmap(f, 0, 1), 2, 2)(np.moveaxis(t, 0, 2))
    np.testing.assert_allclose(np.asarray(got).transpose(2, 1, 0), want)


def test_derivatives_through_and_under_vmap():
    x = rng.normal(size=5)
    f = lambda x: jnp.sin(x) * x  # noqa: E731
    d = np.cos(x) * x + np.sin(x)
    d2 = 2 * np.cos(x) - np.sin(x) * x
    np.testing.assert_allclose(mj.vmap(mj.grad(f))(x), d)
    np.testing.assert_allclose(mj.grad(lambda x: mj.vmap(f)(x).sum())(x), d)
    np.testing.assert_allclose(mj.vmap(mj.grad(mj.grad(f)))(x), d2)
    np.testing.assert_allclose(mj.jvp(
        mj.vmap(mj.grad(f)), (x,), (np.ones(5),))[1], d2)
    np.testing.assert_allclose(mj.vmap(
        lambda v: mj.linearize(f, v)[1](1.0 * v))(x), d * x)
    closed = mj.make_jaxpr(mj.vmap(mj.grad(f)))(x)
    np.testing.assert_allclose(core.jaxpr_as_fun(closed)(x)[0], d)


def test_closed_over_tracers_of_other_transformations():
    def outer(c):
        return mj.vmap(lambda x: x * c)(X).sum()
    assert float(mj.grad(outer)(2.0)) == X.sum()
    got = mj.vmap(lambda c: mj.grad(lambda x: x * c * x)(1.0))(X[0])
    np.testing.assert_array_equal(got, 2 * X[0])
    rows = mj.vmap(lambda r: mj.vmap(lambda s: r @ s)(X))(X)
    np.testing.assert_array_equal(rows, X @ X.T)


def test_collectives():
    def centred(x):
        return x - lax.pmean(x, "i")
    got = mj.vmap(centred, axis_name="i")(X)
    np.testing.assert_allclose(got, X - X.mean(0))
    got = mj.vmap(lambda x: (lax.psum(x, "i"), lax.pmax(x, "i"),
                             lax.pmin(x, "i"), lax.axis_index("i")),
                  axis_name="i")(X)
    np.testing.assert_array_equal(got[0], np.broadcast_to(X.sum(0), (3, 4)))
    np.testing.assert_array_equal(got[1], np.broadcast_to(X.max(0), (3, 4)))
    np.testing.assert_array_equal(got[2], np.broadcast_to(X.min(0), (3, 4)))
    np.testing.assert_array_equal(got[3], [0, 1, 2])
    got = mj.vmap(lambda x: lax.all_gather(x, "i", axis=1), axis_name="i")(X)
    np.testing.assert_array_equal(got, np.stack([X.T] * 3))
    assert mj.vmap(lambda x: lax.psum(1, "i"), axis_name="i")(
        X).tolist() == [3, 3, 3]


def test_collectives_over_two_names():
    t = rng.normal(size=(2, 3))
    def f(x):
        return (lax.psum(x, "i"), lax.psum(x, "j"), lax.psum(x, ("i", "j")))
    i, j, both = mj.vmap(mj.vmap(f, axis_name="j"), axis_name="i")(t)
    np.testing.assert_allclose(i, np.stack([t.sum(0)] * 2))
    np.testing.assert_allclose(j, np.stack([t.sum(1)] * 3, 1))
    np.testing.assert_allclose(both, np.full((2, 3), t.sum()))


@pytest.mark.parametrize("f", [
    lambda x: x * lax.psum(jnp.sin(x), "i"),
    lambda x: lax.pmean(x, "i") ** 2 * x,
    lambda x: jnp.sum(lax.all_gather(x, "i") ** 2) * x])
def test_derivatives_of_collectives(f):
    def all_of_them(x):
        return mj.vmap(f, axis_name="i")(x)
    mj.test_util.check_grads(all_of_them, (rng.normal(size=4),), 2,
                             atol=1e-5, rtol=1e-5)


def test_vectorize():
    a, b = rng.normal(size=(5, 1, 2, 3)), rng.normal(size=(4, 3, 2))
    mm = jnp.vectorize(lambda a, b: a @ b, signature="(m,k),(k,n)->(m,n)")
    np.testing.assert_allclose(mm(a, b), a @ b)
    scale = jnp.vectorize(lambda x, n: x * n, excluded={1})
    np.testing.assert_array_equal(scale(X, 3), X * 3)
    norm = jnp.vectorize(lambda v: (v.sum(), v / 2), signature="(n)->(),(n)")
    s, h = norm(X)
    np.testing.assert_array_equal(s, X.sum(1))
    np.testing.assert_array_equal(h, X / 2)


@pytest.mark.parametrize("call, error, words", [
    (lambda: mj.vmap(3), TypeError, "Expected a callable value, got 3"),
    (lambda: mj.vmap(jnp.add)(X, X.T), ValueError,
     r"inconsistent sizes.*\n.*one axis had size 3: axis 0 of argument \w+ of "
     r"type float64\[3,4\];\n.*one axis had size 4: axis 0 of argument \w+"),
    (lambda: mj.vmap(lambda d: d["a"])({"a": X, "b": X.T}), ValueError,
     r"argument d\['a'\](?s:.*)argument d\['b'\]"),
    (lambda: mj.vmap(jnp.add, axis_size=2)(X, X), ValueError,
     r"`axis_size` argument was 2(?s:.*)\(2 of them\) had size 3"),
    (lambda: mj.vmap(jnp.add, (0,))(X, X), ValueError,
     r"len\(in_axes\)=1, len\(args\)=2"),
    (lambda: mj.vmap(jnp.add, (0, {"a": 0}))(X, X), ValueError,
     r"vmap in_axes specification must be a tree prefix(?s:.*)"
     r"vmap in_axes\[1\]"),
    (lambda: mj.vmap(jnp.add, (0, 7))(X, X), ValueError,
     r"(?s)along axis 7.*at least 8, but is only 2 \(its shape is \(3, 4\)\)."
     r".This is argument \w+. Use in_axes=None"),
    (lambda: mj.vmap(lambda p, x: x, ({"w": 0, "b": -2}, 0))(
        {"w": X, "b": X[0]}, X), ValueError,
     r"(?s)along axis -2.*at least 2, but is only 1.*argument p\['b'\]"),
    (lambda: mj.vmap(jnp.sin)(1.0), ValueError, "rank should be at least 1"),
    (lambda: mj.vmap(jnp.sin, None)(X), ValueError,
     "at least one non-None value in in_axes or axis_size"),
    (lambda: mj.vmap(lambda: 1.0)(), ValueError, "at least one argument"),
    (lambda: mj.vmap(jnp.sin, "a"), TypeError, "must be an int, None, or a "
     "tuple.*got 'a'"),
    (lambda: mj.vmap(jnp.sin, ("a",)), TypeError, "nested"),
    (lambda: mj.vmap(jnp.sin, (1.5,)), TypeError, "nested"),
    (lambda: mj.vmap(jnp.sin, 0, None)(X), ValueError,
     "out_axes, got axis spec None but output was batched on axis 0"),
    (lambda: mj.vmap(jnp.sin, 0, 5)(X), ValueError, "axis 5 is out of bounds"),
    (lambda: mj.vmap(jnp.sin, 0, (0, 0))(X), ValueError, "vmap out_axes"),
    (lambda: mj.vmap(lambda x: "a")(X), TypeError, "not a valid JAX type"),
    (lambda: mj.vmap(lambda x: float(x))(X[0]),
     mj.errors.ConcretizationTypeError, r"x.astype\(float\)"),
    (lambda: mj.vmap(lambda x: x if x > 0 else -x)(X[0]),
     mj.errors.TracerBoolConversionError, "minijax.numpy.where"),
    (lambda: mj.vmap(np.sin)(X), mj.errors.TracerArrayConversionError,
     "Use minijax.numpy.sin"),
    (lambda: mj.vmap(lambda x: lax.psum(x, "i"))(X), NameError,
     "Found an unbound axis name: i.*here are none.*axis_name='i'"),
    (lambda: mj.vmap(mj.vmap(lambda x: lax.psum(x, "k"), axis_name="j"),
                     axis_name="i")(X), NameError, "here are 'j', 'i'"),
    (lambda: lax.axis_index("i"), NameError, "unbound axis name"),
    (lambda: mj.jvp(lambda x: lax.psum(x, None), (1.0,), (1.0,)), NameError,
     "unbound axis name: None"),
    (lambda: core.jaxpr_as_fun(recorded_under_vmap())(1.0), NameError,
     "unbound axis name: i"),
    (lambda: jnp.vectorize(jnp.add, excluded={-1})(X, X), ValueError,
     r"positions from 0 on.*got \{-1\}"),
    (lambda: mj.vmap(jnp.sin, spmd_axis_name="i")(X), NotImplementedError,
     "spmd_axis_name"),
    (lambda: jnp.vectorize(jnp.dot, signature="(m,k)(k)->(m)")(X, X),
     ValueError, "not a valid gufunc signature"),
    (lambda: jnp.vectorize(jnp.dot, signature="(k),(k)->()")(X, X.T),
     ValueError, "inconsistent size for core dimension 'k': 3 vs 4"),
    (lambda: jnp.vectorize(jnp.dot, signature="(k),(k)->()")(X), TypeError,
     "wrong number of positional arguments: expected 2, got 1"),
    (lambda: jnp.vectorize(jnp.sin, signature="(k)->()")(X), ValueError,
     r"output shape \(4,\) does not match core dimensions \(\)"),
    (lambda: jnp.vectorize(jnp.sin, signature="(j,k)->(j,k)")(X[0]),
     ValueError, "does not have enough dimensions"),
])
def test_misuse_has_a_remedy(call, error, words):
    with pytest.raises(error, match=words):
        call()
    assert core.current.trace is core.eval_trace


def recorded_under_vmap():
    """A jaxpr with a psum in it, taken out of the vmap that it speaks of."""
    kept = []

    def f(x):
        kept.append(mj.make_jaxpr(lambda v: lax.psum(v, "i"))(1.0))
        return x
    mj.vmap(f, axis_name="i")(X)
    return kept[0]


def test_examples_stay_where_they_are_if_they_can():
    def f(x, w):
        return jnp.tanh(2.0 * x * x).sum(axis=-1) * w
    closed = mj.make_jaxpr(mj.vmap(f, (1, None), 1))(
        np.ones((2, 3, 4)), np.float64(1.0))
    assert [e.primitive.name for e in closed.eqns] == [
        "mul", "mul", "tanh", "reduce_sum", "mul"]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_reduction_counts_its_axes_around_the_examples(axis):
    x = rng.normal(size=(2, 3, 4))
    for f in (lambda v: v.sum(0), lambda v: v.max(1), lambda v: v.sum(),
              lambda v: v.argmin(1)):
        got = mj.vmap(f, axis)(x)
        np.testing.assert_allclose(got, np.stack(
            [f(jnp.asarray(v)) for v in np.moveaxis(x, axis, 0)]))


def test_excluded_arguments_of_vectorize():
    f = jnp.vectorize(lambda x, shape, y: x + y, excluded={1, "k"})
    np.testing.assert_array_equal(f(X, "as it is", X[0]), X + X[0])


def test_a_leaked_tracer_is_refused_by_name():
    kept = []

    def remember(x):
        kept.append(x)
        return x
    mj.vmap(remember)(X)
    with pytest.raises(mj.errors.UnexpectedTracerError,
                       match="(?s)remember at .* for vmap"):
        kept[0] + 1
    with mj.checking_leaks():
        mj.vmap(lambda x: x * 2)(X)


def test_editing_the_input_changes_nothing():
    x = np.arange(3.0)
    out = mj.vmap(lambda v: v)(x)
    x[:] = 99
    np.testing.assert_array_equal(out, [0, 1, 2])
