"""Rules on shapes nobody thought of: empty, 0-d, stretched, not contiguous."""

import signal

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minijax as mj
from minijax import core, lax
from minijax import numpy as jnp
from minijax.test_util import check_grads

SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


@st.composite
def arrays(draw, shapes=SHAPES):
    """Random numbers without ties; some seen through strides or backwards."""
    shape = draw(shapes)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    step = draw(st.sampled_from([1, 2, -1]))
    big = rng.uniform(0.5, 2, [abs(step) * n for n in shape])
    return big[(slice(None, None, step),) * len(shape)]


WHOLE = {
    "reduce_sum": lambda x, i: lax.reduce_sum(x, axes(x, i)),
    "reduce_prod": lambda x, i: lax.reduce_prod(x, axes(x, i)),
    "exp": lambda x, i: lax.exp(x),
    "outer": lambda x, i: jnp.outer(x, x),
    "reshape": lambda x, i: lax.reshape(x, (x.size,)),
    "rev": lambda x, i: lax.rev(x, axes(x, i)),
    "transpose": lambda x, i: lax.transpose(x, tuple(range(x.ndim))[::-1]),
    "where": lambda x, i: jnp.where(x > 1, x * x, -x),
}
ALONG = {name: (lambda x, i, name=name: getattr(lax, name)(x, axis=i))
         for name in ("cumsum", "cumprod", "cummax", "cummin",
                      "cumlogsumexp")}
ALONG["sort"] = lambda x, i: lax.sort(x, dimension=i)
ALONG["flip"] = lambda x, i: jnp.concatenate([x, jnp.flip(x, i)], i)
CHOOSING = {name: (lambda x, i, name=name: getattr(lax, name)(x, (i,)))
            for name in ("reduce_max", "reduce_min")}


def axes(x, i):
    return tuple(range(x.ndim))[:i]


def judge(f, x):
    """Against differences, and against the same numbers laid out plainly."""
    check_grads(f, (x,), 1, modes=["fwd"], atol=1e-6, rtol=1e-6)
    t = np.cos(np.arange(x.size)).reshape(x.shape)
    plain = np.array(x, order="C")
    for a, b in zip(mj.tree.leaves(mj.jvp(f, (x,), (t[()],))),
                    mj.tree.leaves(mj.jvp(f, (plain[()],), (t[()],)))):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(x=arrays(), i=st.integers(0, 3))
def test_any_shape(name, x, i):
    judge(lambda x: WHOLE[name](x, i), x)


@pytest.mark.parametrize("name", ALONG)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(x=arrays(SHAPES.filter(len)), i=st.integers(0, 2))
def test_along_an_axis(name, x, i):
    judge(lambda x: ALONG[name](x, i % x.ndim), x)


@pytest.mark.parametrize("name", CHOOSING)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(x=arrays(SHAPES.filter(lambda shape: shape and all(shape))),
       i=st.integers(0, 2))
def test_chosen_along_an_axis(name, x, i):
    judge(lambda x: CHOOSING[name](x, i % x.ndim), x)


@pytest.mark.parametrize("name", [
    "add", "subtract", "multiply", "divide", "fmod", "maximum", "minimum",
    "power", "arctan2"])
@settings(max_examples=15, deadline=None, derandomize=True)
@given(shapes=hnp.mutually_broadcastable_shapes(
    num_shapes=2, min_dims=0, max_dims=2, min_side=0, max_side=3))
def test_stretched_operands(name, shapes):
    """lax stretches scalars and axes of size 1; the tangents must follow."""
    rng, f = np.random.default_rng(1), getattr(jnp, name)
    x, y = (np.asarray(rng.uniform(0.5, 2, s)) for s in shapes.input_shapes)
    check_grads(f, (x, y), 1, modes=["fwd"], atol=1e-6, rtol=1e-6)
    check_grads(lambda x: f(x, y), (x,), 1, modes=["fwd"], atol=1e-6,
                rtol=1e-6)
    check_grads(lambda y: f(x, y), (y,), 1, modes=["fwd"], atol=1e-6,
                rtol=1e-6)


def test_the_value_is_the_same_to_the_last_bit():
    """Differentiating a program must not change what it computes."""
    x = np.random.default_rng(2).normal(size=(7, 5))
    for f in (jnp.prod, jnp.cumprod, jnp.sum, jnp.var, jnp.sort,
              lambda x: lax.cumlogsumexp(x, axis=0),
              lambda x: lax.cummax(x, axis=1, reverse=True)):
        np.testing.assert_array_equal(mj.jvp(f, (x,), (x,))[0], f(x))


def test_a_real_interrupt_leaves_nothing_behind():
    def f(x):
        y = jnp.sin(x)
        signal.raise_signal(signal.SIGINT)
        return y
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:  # a process in the background ignores the signal
        with pytest.raises(KeyboardInterrupt):
            mj.jvp(lambda x: mj.jvp(f, (x,), (x,))[1], (2.0,), (1.0,))
    finally:
        signal.signal(signal.SIGINT, before)
    assert core.current.trace is core.eval_trace
    assert float(mj.jvp(lambda x: x * x, (3.0,), (1.0,))[1]) == 6.0


def test_a_chain_of_a_hundred_thousand():
    def f(x):
        for _ in range(100_000):
            x = x * 1.0
        return x
    out, dot = mj.jvp(f, (np.float64(2.0),), (np.float64(3.0),))
    assert (float(out), float(dot)) == (2.0, 3.0)
