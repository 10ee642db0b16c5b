"""Unit vectors that are not written down: the same Jacobians, for less."""

import gc
import weakref

import numpy as np
import pytest

import minijax as mj
from minijax import core, lax
from minijax import numpy as jnp
from minijax.diagonals import BasisTrace, Scaled, over_basis

rng = np.random.default_rng(10)
W, V = rng.normal(size=(2, 3, 3))
x = rng.normal(size=3)
X = rng.normal(size=(2, 3))


@pytest.fixture(autouse=True)
def wide():
    before = mj.config.jax_enable_x64
    mj.config.update("jax_enable_x64", True)
    yield
    mj.config.update("jax_enable_x64", before)


def written_out(fun, tree):
    """The same map with the identity as an array, as JAX maps it."""
    leaves, treedef = mj.tree.flatten(tree)
    sizes = [np.size(leaf) for leaf in leaves]
    parts = np.split(np.eye(sum(sizes)), np.cumsum(sizes)[:-1], axis=1)
    units = [part.reshape(len(part), *np.shape(leaf)).astype(leaf.dtype)
             for part, leaf in zip(parts, leaves, strict=True)]
    return mj.vmap(fun)(mj.tree.unflatten(treedef, units))


LINEAR = {  # maps of one vector of three, that take it through the rules
    "itself": lambda t: t,
    "nothing": lambda t: jnp.zeros(4),
    "mul": lambda t: x * t * 2.0,
    "scalar first": lambda t: 2.0 * (t * x),
    "div": lambda t: t / x / 3.0,
    "neg": lambda t: -(-t * x),
    "sum of scales": lambda t: t * x + t - x * t / 2,
    "sum with none": lambda t: t + jnp.zeros(3),
    "square": lambda t: t * t * x,
    "shapes": lambda t: (t[:, None] * x[:, None]).reshape(1, 3).squeeze(0),
    "row and column": lambda t: t[:, None] + t[None, :],
    "repeated": lambda t: jnp.broadcast_to(t, (2, 3)) * X,
    "stretched": lambda t: t[:, None] * X[0],
    "dtypes": lambda t: t.astype(np.float32).astype(np.float64) * x,
    "complex": lambda t: (t * (1 + 2j)).real + jnp.imag(jnp.conj(t * 1j)),
    "sum": lambda t: jnp.sum(t * x),
    "sum of rows": lambda t: jnp.sum(t.reshape(3, 1) * x[:, None], axis=0),
    "kept sum": lambda t: jnp.sum(t.reshape(1, 3), axis=0),
    "matrix": lambda t: W @ (x * t),
    "transposed": lambda t: (t / x) @ W,
    "matrices": lambda t: V @ (x * (W @ t)) - W @ t / x + (W @ t) * x,
    "tensor": lambda t: jnp.tensordot(jnp.ones((2, 3, 4)), t, ((1,), (0,))),
    "with a matrix": lambda t: t.reshape(1, 3) @ W,
    "outer": lambda t: jnp.outer(t, x) + jnp.outer(x, t),
    "product with itself": lambda t: jnp.dot(t, t),
    "neighbours": lambda t: t[1:] * x[:-1] - t[:-1],
    "order": lambda t: jnp.cumsum(t[::-1] * x),
    "chosen": lambda t: jnp.where(x > 0, t, 0.0) * 3.0,
    "grown": lambda t: jnp.tanh(t * x),
    "used twice": lambda t: (jnp.cumsum(t * x), (t * x)[::-1], t * x),
}


@pytest.mark.parametrize("name", LINEAR)
def test_rules(name):
    got = over_basis(LINEAR[name], x, 0)
    expected = written_out(LINEAR[name], x)
    for g, e in zip(mj.tree.leaves(got), mj.tree.leaves(expected),
                    strict=True):
        assert g.shape == e.shape and g.dtype == e.dtype
        np.testing.assert_allclose(g, e, rtol=1e-14, atol=1e-14)


def test_matrix_leaf():
    def f(t):
        return t * X, (t * X).T, jnp.sum(t, 0), jnp.sum(t), t.reshape(6) * 2.0
    got, expected = over_basis(f, X, 0), written_out(f, X)
    for g, e in zip(got, expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-14)


def test_leaves_point_apart():
    tree = {"a": x, "b": np.float64(2.0), "c": np.zeros((0, 2)), "d": X}

    def f(t):
        return (t["a"] * x, t["a"] + t["d"][0], t["b"] * x, t["b"] + 0.0,
                t["c"], jnp.sum(t["d"]), W @ t["a"], t["d"] * t["b"] * X)
    got, expected = over_basis(f, tree, 0), written_out(f, tree)
    for g, e in zip(got, expected, strict=True):
        assert g.shape == e.shape
        np.testing.assert_allclose(g, e, rtol=1e-14)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (0,), (2, 0)])
def test_small(shape):
    point = np.full(shape, 0.3)
    J = mj.jacfwd(jnp.sin)(point)
    assert J.shape == shape + shape
    np.testing.assert_allclose(J, np.full(shape + shape, np.cos(0.3)))
    np.testing.assert_allclose(mj.jacrev(jnp.sin)(point), J)


def test_what_stays_a_scale():
    seen = []

    def f(t):
        for y in (t, -t * x, t + t * x, W @ t, (W @ t) * x, jnp.cumsum(t)):
            seen.append((type(y), y.axis is None, y.scale is None))
        return t
    over_basis(f, x, 0)
    assert seen == [(Scaled, True, False)] * 3 + [
        (Scaled, False, True), (Scaled, False, False), (Scaled, False, True)]


def test_written_out_once():
    class Counting(core.EvalTrace):
        pads = 0

        def process_primitive(self, primitive, args, params):
            self.pads += primitive is lax.pad_p
            return super().process_primitive(primitive, args, params)

    counting = Counting(None)
    with core.set_current_trace(counting):
        over_basis(lambda t: [jnp.cumsum(t), t[::-1], jnp.sort(t)], x, 0)
    assert counting.pads == 1


def numbers(f, *args):
    """How many numbers the atoms of a call compute."""
    class Counting(core.EvalTrace):
        total = 0

        def process_primitive(self, primitive, args, params):
            out = super().process_primitive(primitive, args, params)
            outs = out if primitive.multiple_results else [out]
            self.total += sum(y.size for y in outs)
            return out

    counting = Counting(None)
    with core.set_current_trace(counting):
        f(*args)
    return counting.total


def test_price():
    def alone(x):
        return jnp.sum(jnp.tanh(x) ** 2)
    for n in 100, 200, 400:  # the matrix is written, and shaped three times
        each = numbers(mj.grad(alone), np.ones(n))
        assert numbers(mj.hessian(alone), np.ones(n)) < 4 * n * n + 4 * each


def test_nested_and_mapped():
    def f(x):
        return jnp.sum(jnp.tanh(W @ x) ** 2 + jnp.exp(x) * x)

    def dense(g):
        return lambda x: jnp.moveaxis(mj.vmap(
            lambda t: mj.jvp(g, (x,), (t,))[1])(jnp.eye(3)), 0, -1)
    second, third = dense(dense(f)), dense(dense(dense(f)))
    for hessian in (mj.hessian(f), mj.jacfwd(mj.jacfwd(f)),
                    mj.jacrev(mj.jacrev(f)), mj.jacrev(mj.jacfwd(f))):
        np.testing.assert_allclose(hessian(x), second(x), rtol=1e-13)
        np.testing.assert_allclose(mj.vmap(hessian)(X),
                                   np.stack([second(r) for r in X]),
                                   rtol=1e-13)
        np.testing.assert_allclose(mj.jacfwd(hessian)(x), third(x),
                                   rtol=1e-12)
        np.testing.assert_allclose(mj.jacrev(hessian)(x), third(x),
                                   rtol=1e-12)
        np.testing.assert_allclose(
            mj.jvp(hessian, (x,), (X[0],))[1], third(x) @ X[0], rtol=1e-12)


def test_zeros_are_zeros():
    """Beside an infinite slope too, where a product would be NaN."""
    J = mj.jacfwd(jnp.sqrt)(np.array([0.0, 4.0]))
    np.testing.assert_array_equal(J, [[np.inf, 0.0], [0.0, 0.25]])


def test_nothing_is_left():
    kept = []

    def f(t):
        kept.append(weakref.ref(t))
        raise RuntimeError("enough")
    with pytest.raises(RuntimeError, match="enough"):
        over_basis(f, x, 0)
    gc.collect()
    assert kept[0]() is None
    assert not isinstance(core.current.trace, BasisTrace)
