"""lax.map and associative_scan: against Python's loops and closed forms."""

from itertools import accumulate

import numpy as np
import pytest

import minijax
from minijax import numpy as jnp
from minijax.jaxpr import jaxprs_in_params
from minijax.lax import associative_scan
from minijax.lax import map as lax_map
from minijax.test_util import check_grads

rng = np.random.default_rng(31)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 8, 13, 64])
def test_sums(n):
    x = rng.integers(-9, 9, n).astype("int32")
    assert associative_scan(jnp.add, x).tolist() == np.cumsum(x).tolist()
    assert associative_scan(jnp.add, x, reverse=True).tolist() == (
        np.cumsum(x[::-1])[::-1].tolist())


@pytest.mark.parametrize("n", [1, 2, 5, 8])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_along_an_axis(n, axis):
    x = np.moveaxis(rng.normal(size=(n, 2, 3)), 0, axis)
    out = associative_scan(jnp.maximum, x, axis=axis)
    np.testing.assert_array_equal(out, np.maximum.accumulate(x, axis))
    assert out.dtype == x.dtype


@pytest.mark.parametrize("reverse", [False, True])
def test_order_of_what_does_not_commute(reverse):
    mats = rng.normal(size=(7, 2, 2))
    out = associative_scan(jnp.matmul, mats, reverse=reverse)
    rows = mats[::-1] if reverse else mats
    want = [*accumulate(rows, np.matmul)]
    np.testing.assert_allclose(out, want[::-1] if reverse else want,
                               rtol=1e-12)


def linear(f, g):
    """The composition of x -> a x + b, for many at once."""
    return {"a": g["a"] * f["a"], "b": g["a"] * f["b"] + g["b"]}


def test_recurrence_as_a_scan_of_functions():
    """x = a x + b, step by step, is a prefix of compositions."""
    a, b = rng.normal(size=(2, 9))
    x, want = 0.0, []
    for i in range(9):
        x = a[i] * x + b[i]
        want.append(x)
    out = associative_scan(linear, {"a": a, "b": b})["b"]
    np.testing.assert_allclose(out, want, rtol=1e-12)
    check_grads(lambda a, b: associative_scan(linear, {"a": a, "b": b})["b"],
                (a, b), order=2)


def test_signs_of_zero_and_nan_are_kept():
    x = np.array([-0.0, -0.0, np.nan, 1.0])
    out = np.asarray(associative_scan(jnp.add, x))
    assert np.signbit(out[:2]).all() and np.isnan(out[2:]).all()


def test_under_transformations():
    x = rng.normal(size=(4, 6))

    def f(row):
        return associative_scan(jnp.multiply, row)
    want = np.cumprod(x, 1)
    np.testing.assert_allclose(minijax.vmap(f)(x), want, rtol=1e-12)
    np.testing.assert_allclose(minijax.jit(minijax.vmap(f))(x), want,
                               rtol=1e-12)
    np.testing.assert_allclose(
        minijax.jvp(f, (x[0],), (x[0],))[1], want[0] * np.arange(1, 7),
        rtol=1e-12)


def test_depth_is_logarithmic():
    def calls(n):
        jaxpr = minijax.make_jaxpr(lambda x: associative_scan(jnp.add, x))(
            np.ones(n))
        return sum(e.primitive.name == "add" for e in jaxpr.eqns)
    assert [calls(2**k) for k in (1, 5, 10)] == [1, 9, 19]


@pytest.mark.parametrize("call, error, words", [
    (lambda: associative_scan(3, jnp.ones(3)), TypeError,
     "lax.associative_scan: fn argument should be callable"),
    (lambda: associative_scan(jnp.add, ()), ValueError, "at least one array"),
    (lambda: associative_scan(jnp.add, 3.0), ValueError, "out of bounds"),
    (lambda: associative_scan(jnp.add, jnp.ones((2, 3)), axis=2), ValueError,
     "axis 2 is out of bounds for array of dimension 2"),
    (lambda: associative_scan(linear, {"a": jnp.ones(3), "b": jnp.ones(4)}),
     ValueError, "Array inputs to associative_scan must have the same first "
     "dimension. (saw: [(3,), (4,)])"),
    (lambda: associative_scan(lambda a, b: (a, b), jnp.ones(3)), TypeError,
     "must return a container like those that it takes"),
    (lambda: associative_scan(lambda a, b: a * 0.5, jnp.arange(3)), TypeError,
     "of int32[1] it made float32[1]"),
])
def test_refused(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


# map

@pytest.mark.parametrize("batch_size", [None, 0, 1, 2, 3, 5, 6, 9])
def test_map(batch_size):
    xs = {"a": rng.normal(size=(6, 2)), "b": np.arange(6)}

    def f(x):
        return jnp.sin(x["a"]), x["b"] + jnp.sum(x["a"])
    ys, sums = lax_map(f, xs, batch_size=batch_size)
    np.testing.assert_allclose(ys, np.sin(xs["a"]), rtol=1e-12)
    np.testing.assert_allclose(sums, xs["b"] + xs["a"].sum(1), rtol=1e-6)
    g = minijax.grad(lambda a: jnp.sum(lax_map(
        f, {**xs, "a": a}, batch_size=batch_size)[0]))
    np.testing.assert_allclose(g(xs["a"]), np.cos(xs["a"]), rtol=1e-12)


def test_map_takes_one_row_at_a_time():
    closed = minijax.make_jaxpr(lambda x: lax_map(jnp.sin, x, batch_size=2))(
        np.ones((7, 3)))
    eqn, = (e for e in closed.eqns if e.primitive.name == "scan")
    body, = jaxprs_in_params(eqn.params)
    assert eqn.params["length"] == 3
    assert body.invars[0].aval.shape == (2, 3)


def test_map_of_nothing():
    assert lax_map(jnp.sin, jnp.zeros((0, 3))).shape == (0, 3)
    with pytest.raises(ValueError, match="no values to scan over"):
        lax_map(jnp.sin, ())
    with pytest.raises(ValueError, match="batch_size must not be negative"):
        lax_map(jnp.sin, jnp.ones(3), batch_size=-1)
