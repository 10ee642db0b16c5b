"""Each pass leaves out what it says it does, and changes no value."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax, optimizer
from minijax import numpy as jnp
from minijax.jaxpr import eval_jaxpr
from minijax.jaxpr_check import check_jaxpr

ROW = jnp.arange(4.0)


def after(name, f, *args):
    """The program after inlining and one pass, checked, and its equations."""
    closed = mj.make_jaxpr(f)(*args)
    for pass_name in dict.fromkeys(["inline", name]):
        closed = optimizer.passes[pass_name](closed)
        check_jaxpr(closed.jaxpr)
    got = eval_jaxpr(closed.jaxpr, closed.consts, *map(jnp.asarray, args))
    for g, w in zip(got, mj.tree.leaves(f(*args)), strict=True):
        np.testing.assert_array_equal(np.asarray(g), np.asarray(w))
    return [eqn.primitive.name for eqn in closed.eqns]


def test_calls_are_inlined():
    square = mj.jit(lambda x: x * x)
    assert after("inline", lambda x: square(square(x)) + 1, ROW) == [
        "mul", "mul", "add"]


def test_forty_calls_each_twice_of_the_one_before_stay_calls():
    def twice(f):
        return mj.jit(lambda x: f(x) + f(x))
    f = mj.jit(lambda x: x)
    for _ in range(40):
        f = twice(f)
    closed = optimizer.passes["inline"](mj.make_jaxpr(f)(1.0))
    assert len(closed.eqns) < 200


def test_constants_are_folded():
    def f(x):
        return x * (jnp.sin(jnp.float32(2)) + 1) + jnp.arange(4)[2]
    assert set(after("fold", f, ROW)) <= {"mul", "add", "convert_element_type"}


def test_large_constants_are_not_computed_in_advance():
    names = after("fold", lambda x: x + jnp.arange(1000.0)[:4], ROW)
    assert "iota" in names


@pytest.mark.parametrize("f, left", [
    (lambda x: x * 1 / 1, []),
    (lambda x: x + -0.0, []),
    (lambda x: x + 0.0, ["add"]),
    (lambda x: x - 0.0, []),
    (lambda x: x * 0, ["mul"]),
    (lambda x: lax.reshape(x, (4,)), []),
    (lambda x: lax.reshape(lax.reshape(x, (2, 2)), (2, 2)), ["reshape"]),
])
def test_what_changes_nothing_goes(f, left):
    assert after("simplify", f, ROW) == left


def test_minus_zero_plus_zero_is_zero():
    x = jnp.asarray([-0.0])
    assert not np.signbit(mj.jit(lambda x: x + 0.0)(x))[0]
    assert np.signbit(mj.jit(lambda x: x + -0.0)(x))[0]
    assert np.signbit(mj.jit(lambda x: x - 0.0)(x))[0]


def test_a_permuting_reshape_is_no_identity():
    x = jnp.asarray([[1.0, 2.0], [3.0, 4.0]])
    f = lambda x: lax.reshape(x, (2, 2), (1, 0))  # noqa: E731
    np.testing.assert_array_equal(mj.jit(f)(x), x.T)


def test_scalars_are_not_repeated():
    names = after("stretch", lambda x: x + lax.broadcast(
        lax.reduce_sum(x, (0,)), (4,)) * 2, ROW)
    assert names[-2:] == ["broadcast_in_dim", "add"]
    assert "mul" in names


def test_rows_are_stretched_and_not_repeated():
    x = jnp.ones((3, 4))
    closed = optimizer.passes["stretch"](
        mj.make_jaxpr(lambda x, r: x * r)(x, ROW))
    shapes = [eqn.outvars[0].aval.shape for eqn in closed.eqns]
    assert shapes[-2:] == [(1, 4), (3, 4)]


def test_what_is_computed_twice_is_computed_once():
    assert after("merge_equal", lambda x: jnp.sin(x) + jnp.sin(x), ROW) == [
        "sin", "add"]


@pytest.mark.parametrize("op, unit, left", [
    (lax.mul, 1, 2), (lax.add, 1, 2), (lax.max, 1, 3), (lax.sub, 1, 3),
    (lax.mul, 1j, 3)])
def test_sums_and_products_commute_and_nothing_else_does(op, unit, left):
    x = jnp.arange(4.0) * unit
    assert len(after("merge_equal", lambda x, y: op(x, y) + op(y, x),
                     x, x + 1)) == left


def test_callbacks_are_not_called_in_advance():
    seen = []

    def note(x):
        seen.append(float(x))
        return x
    f = mj.jit(lambda: mj.pure_callback(note, jnp.float32(0), 3.0))
    f.lower().as_text()
    assert not seen
    f(), f()
    assert seen == [3.0, 3.0]


def test_effects_are_not_merged(capsys):
    @mj.jit
    def f(x):
        mj.debug.print("{}", x)
        mj.debug.print("{}", x)
        return x
    f(1.0)
    assert capsys.readouterr().out == "1.0\n1.0\n"


def test_dead_equations_go():
    closed = mj.make_jaxpr(lambda x: (jnp.sin(x), x + 1)[1])(ROW)
    assert [e.primitive.name for e in
            optimizer.passes["drop_dead"](closed).eqns] == ["add"]


def test_without_any_pass_the_values_are_the_same():
    f = lambda x: mj.grad(lambda x: jnp.sum(jnp.tanh(x) ** 2))(x)  # noqa: E731
    fast = mj.jit(f)(ROW)
    with mj.executor.disable_optimizations(True):
        plain = mj.jit(lambda x: f(x))(ROW)
    np.testing.assert_array_equal(fast, plain)


@pytest.mark.parametrize("name", optimizer.passes)
def test_each_pass_can_be_switched_off(name):
    f = lambda x: mj.grad(lambda x: jnp.sum(jnp.tanh(x) ** 2))(x)  # noqa: E731
    closed = mj.make_jaxpr(mj.jit(f))(ROW)
    with optimizer.switched_off((name,)):
        assert name not in dict(optimizer.stages(closed))
        without = mj.jit(lambda x: f(x))(ROW)
    assert name in dict(optimizer.stages(closed))
    np.testing.assert_array_equal(without, mj.jit(f)(ROW))
