"""The judge, on functions of containers: it acquits and it convicts."""

import numpy as np
import pytest

import minijax as mj
from minijax import forward, lax
from minijax import numpy as jnp
from minijax.test_util import check_grads, check_jvp, check_vjp


def area(box):
    return {"area": box["w"] * box["h"], "n": box["n"] + 1}


BOX = {"w": 2.0, "h": 3.0, "n": 1}


@pytest.mark.parametrize("order", [1, 2, 3])
def test_containers_with_integers(order):
    check_grads(area, (BOX,), order)


def test_a_wrong_jvp_is_named():
    def wrong(primals, tangents):
        (box,), (dot,) = primals, tangents
        return area(box), {"area": dot["w"] * dot["h"], "n": dot["n"]}
    with pytest.raises(AssertionError, match="tangent of area, output 0"):
        check_jvp(area, wrong, (BOX,))


def test_a_wrong_value_is_named():
    def wrong(primals, tangents):
        out, dot = mj.jvp(area, primals, tangents)
        return {**out, "n": out["n"] + 1}, dot
    with pytest.raises(AssertionError, match="value of area, output 1"):
        check_jvp(area, wrong, (BOX,))


@pytest.mark.parametrize("order, rule", [
    (1, lambda t, ans, x: -(t * lax.sinh(x))),
    (2, lambda t, ans, x: t * mj.numpy.asarray(np.sinh(x.primal))
        if isinstance(x, mj.core.Tracer) else t * lax.sinh(x))])
def test_a_misprint_is_found_at_its_order(monkeypatch, order, rule):
    """The second rule is right but drops the tangent of its own operand."""
    monkeypatch.setitem(forward.jvp_rules, lax.cosh_p, None)
    forward.defjvp(lax.cosh_p, rule)
    x = np.array([0.7, -1.2])
    if order > 1:
        check_grads(jnp.cosh, (x,), order - 1)
    with pytest.raises(AssertionError, match="tangent of"):
        check_grads(jnp.cosh, (x,), order)


def test_unknown_mode():
    with pytest.raises(ValueError, match=r"among \['fwd'.*got 'backward'"):
        check_grads(jnp.sin, (1.0,), 1, modes=["backward"])


def test_check_vjp_by_hand():
    """x*y has the vjp (w*y, w*x); an integer has nothing to say."""
    def f(p, n):
        return {"xy": p[0] * p[1], "n": n}

    def f_vjp(p, n):
        def vjp(w):
            return ((w["xy"] * p[1], w["xy"] * p[0]),
                    np.zeros(np.shape(n), mj.float0))
        return f(p, n), vjp

    def wrong(p, n):
        out, vjp = f_vjp(p, n)
        return out, lambda w: (vjp(w)[0][::-1], vjp(w)[1])
    args = (np.array([1.0, 2.0]), np.array([3.0, -1.0])), 4
    check_vjp(f, f_vjp, args)
    with pytest.raises(AssertionError, match="argument 0"):
        check_vjp(f, wrong, args)
