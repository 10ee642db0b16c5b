"""Signs are taken in where that changes no bit."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax, optimizer
from minijax import numpy as jnp
from minijax.jaxpr import eval_jaxpr
from minijax.jaxpr_check import check_jaxpr

SPECIAL = np.array([0.0, -0.0, 1.0, -3.0, np.inf, -np.inf, np.nan, 1e-310,
                    1.7e308, 5e-324])
X, Y = (a.ravel() for a in np.meshgrid(SPECIAL, SPECIAL))


def after(f, *args):
    """The names that are left; values to the bit, but for a NaN's sign."""
    closed = mj.make_jaxpr(f)(*args)
    for name in "merge_equal", "signs", "drop_dead":
        closed = optimizer.passes[name](closed)
        check_jaxpr(closed.jaxpr)
    got = eval_jaxpr(closed.jaxpr, closed.consts, *map(jnp.asarray, args))
    for g, w in zip(map(np.asarray, got), map(np.asarray, mj.tree.leaves(
            f(*map(jnp.asarray, args)))), strict=True):
        np.testing.assert_array_equal(g, w)
        if g.dtype.kind == "f":
            there = ~np.isnan(w)
            np.testing.assert_array_equal(np.signbit(g[there]),
                                          np.signbit(w[there]))
    return [eqn.primitive.name for eqn in closed.eqns]


@pytest.mark.parametrize("f, left", [
    (lambda x, y: x + -y, ["sub"]),
    (lambda x, y: -x + y, ["sub"]),
    (lambda x, y: -x + -y, ["neg", "sub"]),
    (lambda x, y: x - -y, ["add"]),
    (lambda x, y: -x - y, ["neg", "sub"]),
    (lambda x, y: -x * -y, ["mul"]),
    (lambda x, y: -x / -y, ["div"]),
    (lambda x, y: -x * y, ["mul", "neg"]),
    (lambda x, y: y + -x * y, ["mul", "sub"]),
    (lambda x, y: x - y * (x / -y), ["div", "mul", "add"]),
    (lambda x, y: (-x * y, -x), ["neg", "mul"]),
])
def test_signs(f, left):
    assert after(f, X, Y) == left
    with np.errstate(all="ignore"):
        x, y = X.astype("float32"), Y.astype("float32")
    assert after(f, x, y) == left


def test_unsigned_and_complex_numbers_are_left_alone():
    n, m = np.uint8([1, 200, 3]), np.uint8([7, 9, 250])
    assert after(lambda n, m: lax.div(-n, m) + n, n, m) == [
        "neg", "div", "add"]
    z = np.complex64([1 - 2j, 0, -1j])
    assert after(lambda z: z * -z, z) == ["neg", "mul"]
