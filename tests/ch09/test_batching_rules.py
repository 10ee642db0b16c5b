"""For every atom and every axis: vmap is the loop, stacked."""

import itertools

import numpy as np
import pytest

import minijax as mj
from atoms import ATOMS
from minijax import core, lax
from minijax import numpy as jnp
from minijax.batching import batching_rules

N = 3


@pytest.fixture(autouse=True, params=[False, True], ids=["x32", "x64"])
def default_width(request):
    with mj.enable_x64(request.param):
        yield


def examples(x, seed):
    """N different arrays like x."""
    r = np.random.default_rng(seed)
    if x.dtype.kind in "biu":
        return np.stack([np.roll(x, k) if x.ndim else x ^ x.dtype.type(
            k % 2) for k in range(N)])
    return np.stack([x * (1 + 0.01 * r.uniform(size=x.shape))
                     for _ in range(N)])


def mapped_subsets(n):
    """Every non-empty choice of the operands that differ."""
    return [s for k in range(1, n + 1)
            for s in itertools.combinations(range(n), k)]


CASES = [(name, subset) for name in ATOMS
         for subset in mapped_subsets(len(ATOMS[name]) - 1)]


def call(name, subset, axes):
    """(vmapped result, stacked loop) with the mapped operands at axes."""
    f, *args = ATOMS[name]
    many = [examples(x, i) if i in subset else x for i, x in enumerate(args)]
    loop = [f(*[x[k] if i in subset else x for i, x in enumerate(many)])
            for k in range(N)]
    moved = [np.moveaxis(x, 0, axes[i]) if i in subset else x
             for i, x in enumerate(many)]
    in_axes = tuple(axes[i] if i in subset else None
                    for i in range(len(args)))
    return (mj.vmap(f, in_axes)(*moved),
            mj.tree.map(lambda *xs: np.stack(xs), *loop))


def agree(got, want):
    for g, w in zip(mj.tree.leaves(got), mj.tree.leaves(want), strict=True):
        assert (g.shape, g.dtype) == (w.shape, w.dtype)
        if g.dtype == mj.float0:
            continue
        np.testing.assert_allclose(g, w, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name, subset", CASES)
def test_vmap_is_the_stacked_loop(name, subset):
    ndims = [np.ndim(x) for x in ATOMS[name][1:]]
    for shift in range(max(ndims) + 1):  # every axis of every operand
        axes = [min(shift, n) for n in ndims]
        agree(*call(name, subset, axes))
        agree(*call(name, subset, [a - n - 1 for a, n in zip(axes, ndims)]))


def floating(name):
    f, *args = ATOMS[name]
    return [i for i, x in enumerate(args) if x.dtype.kind in "fc"]


DIFFERENTIABLE = [n for n in ATOMS if floating(n) and n not in (
    "nextafter", "scatter_mul", "scatter_min", "scatter_max",
    "bitcast", "argmax", "argmin")]


def tangents(tree, seed):
    r = np.random.default_rng(seed)

    def like(x):
        x = np.asarray(x)
        if x.dtype.kind not in "fc":
            return np.zeros(x.shape, mj.float0)
        return r.normal(size=x.shape).astype(x.dtype)
    return mj.tree.map(like, tree)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_derivatives_under_and_over_vmap(name):
    f, *args = ATOMS[name]
    moving = floating(name)
    many = [examples(x, i) if i in moving else x for i, x in enumerate(args)]
    in_axes = tuple(0 if i in moving else None for i in range(len(args)))
    xs = tuple(many[i] for i in moving)

    def of_floats(*xs):
        full = list(args)
        for i, x in zip(moving, xs):
            full[i] = x
        return f(*full)

    def all_at_once(*xs):
        full = list(many)
        for i, x in zip(moving, xs):
            full[i] = x
        return mj.vmap(f, in_axes)(*full)
    ts = tangents(xs, 1)
    pushes = [mj.jvp(of_floats, tuple(x[k] for x in xs),
                     tuple(t[k] for t in ts)) for k in range(N)]
    want = mj.tree.map(lambda *v: np.stack(v), *pushes)
    agree(mj.jvp(all_at_once, xs, ts), want)
    agree(mj.vmap(lambda x, t: mj.jvp(of_floats, x, t))(xs, ts), want)

    def pull(f, xs, ct):
        return mj.vjp(f, *xs)[1](ct)
    cts = tangents(want[0], 2)
    if any(c.dtype == mj.float0 for c in mj.tree.leaves(cts)):
        return
    pulls = [pull(of_floats, tuple(x[k] for x in xs), mj.tree.map(
        lambda c, k=k: c[k], cts)) for k in range(N)]
    want = mj.tree.map(lambda *v: np.stack(v), *pulls)
    agree(pull(all_at_once, xs, cts), want)
    agree(mj.vmap(lambda x, c: pull(of_floats, x, c))(xs, cts), want)


def test_every_primitive_has_a_rule_or_a_refusal():
    for value in vars(lax).values():
        if isinstance(value, core.Primitive):
            assert value in batching_rules, value


def test_no_python_loop_over_the_examples():
    """As many atoms for a thousand examples as for two."""
    def count(n):
        x = np.ones((n, 4, 5))
        i = np.zeros((n, 3, 1), int)
        return [len(mj.make_jaxpr(mj.vmap(f))(*args).eqns) for f, *args in (
            (ATOMS["gather"][0], x, i),
            (ATOMS["scatter_add"][0], x, i, np.ones((n, 3, 5))),
            (ATOMS["sort"][0], x), (ATOMS["cumprod"][0], x),
            (ATOMS["dot_general"][0], x, x),
            (ATOMS["dynamic_slice"][0], x, i[:, 0, 0], i[:, 0, 0]))]
    assert count(2) == count(1000)


def test_scalars_stay_scalars_for_the_function():
    shapes = []

    def f(x):
        shapes.append((x.shape, x.ndim, x.size, x.dtype))
        return x
    mj.vmap(f)(np.ones(7, np.float32))
    assert shapes == [((), 0, 1, np.float32)]
    out = mj.vmap(lambda x: x * 2)(jnp.ones(3, np.float32))
    assert out.dtype == np.float32
