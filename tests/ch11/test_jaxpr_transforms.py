"""jvp, partial evaluation, transposition and vmap of programs."""

import itertools

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.core import Tracer
from minijax.jaxpr import dce_jaxpr, has_effects
from minijax.jaxpr_check import check_jaxpr
from minijax.jaxpr_transforms import (
    batch_jaxpr,
    dce_closed,
    hoist,
    jvp_jaxpr,
    merge,
    partial_eval_jaxpr,
    run_closed,
    select,
    trace_closed,
    transpose_jaxpr,
)

X, Y = np.array([0.5, 1.5]), np.array([2.0, -1.0])


def f(x, y):
    return jnp.sin(x) * y, y + 1.0, jnp.ones(2)


CLOSED = mj.make_jaxpr(f)(X, Y)
MASKS = list(itertools.product([False, True], repeat=2))


def close(got, want):
    for g, w in zip(got, want, strict=True):
        np.testing.assert_allclose(g, w, 1e-6)


@pytest.mark.parametrize("mask", list(
    itertools.product([True, False], repeat=3)))
def test_merge_is_the_inverse_of_select(mask):
    assert merge(mask, *select("abc", mask)) == list("abc")
    with pytest.raises(ValueError):
        select("ab", mask)


@pytest.mark.parametrize("moving", MASKS)
@pytest.mark.parametrize("wanted", [(), (0,), (0, 1, 2)])
def test_jvp(moving, wanted):
    program, there = jvp_jaxpr(CLOSED, moving, wanted)
    check_jaxpr(program.jaxpr)
    dots = [d for d, m in zip((np.ones(2), np.full(2, 3.0)), moving) if m]
    outs = run_closed(program, [X, Y, *dots])
    dx, dy = 1.0 * moving[0], 3.0 * moving[1]
    want = [np.cos(X) * Y * dx + np.sin(X) * dy, np.full(2, dy), np.zeros(2)]
    assert there == (any(moving) or 0 in wanted, moving[1] or 1 in wanted,
                     2 in wanted)
    close(outs, [*f(X, Y), *select(want, there)[0]])


@pytest.mark.parametrize("unknown", MASKS)
@pytest.mark.parametrize("wanted", [(), (1,), (0, 1, 2)])
def test_partial_evaluation(unknown, wanted):
    now, later, waits = partial_eval_jaxpr(CLOSED, unknown, wanted)
    check_jaxpr(now.jaxpr), check_jaxpr(later.jaxpr)
    assert waits == (any(unknown) or 0 in wanted, unknown[1] or 1 in wanted,
                     2 in wanted)
    late, known = select((X, Y), unknown)
    results = run_closed(now, known)
    n = waits.count(False)
    outs = merge(waits, run_closed(later, results[n:] + late), results[:n])
    close(outs, f(X, Y))


def test_the_sine_is_done_now():
    now, later, _ = partial_eval_jaxpr(CLOSED, (False, True))
    names = [[e.primitive.name for e in c.eqns] for c in (now, later)]
    assert "sin" in names[0] and names[1] == ["mul", "add"]


@pytest.mark.parametrize("there", MASKS)
def test_transposition(there):
    def linear(x, y, z):
        return x * y[0], z + z
    closed = mj.make_jaxpr(linear)(X, Y, 1.0)
    cts = select((np.full(2, 5.0), np.float32(7)), there)[0]
    program, back = transpose_jaxpr(closed, (True, False, True), there)
    check_jaxpr(program.jaxpr)
    assert back == there
    close(run_closed(program, [Y, *cts]),
          select((np.full(2, 10.0), 14.0), there)[0])
    program, back = transpose_jaxpr(closed, (True, False, True), there, (0, 1))
    assert back == (True, True)
    close(run_closed(program, [Y, *cts]),
          (np.full(2, 10.0 * there[0]), 14.0 * there[1]))


def test_what_is_not_linear_is_named():
    closed = mj.make_jaxpr(jnp.sin)(1.0)
    with pytest.raises(NotImplementedError, match="sin.*wave"):
        transpose_jaxpr(closed, (True,), (True,), (), "wave")


@pytest.mark.parametrize("mapped", MASKS)
@pytest.mark.parametrize("wanted", [(), (0, 1, 2)])
def test_examples(mapped, wanted):
    program, there = batch_jaxpr(CLOSED, 3, None, mapped, wanted)
    check_jaxpr(program.jaxpr)
    args = [np.stack([x, 2 * x, 3 * x]) if m else x
            for x, m in zip((X, Y), mapped)]
    assert there == (any(mapped) or 0 in wanted, mapped[1] or 1 in wanted,
                     2 in wanted)
    rows = [f(*[x[k] if m else x for x, m in zip(args, mapped)])
            for k in range(3)]
    want = [np.stack(c) if t else c[0] for c, t in zip(zip(*rows), there)]
    close(run_closed(program, args), want)


def test_examples_along_a_named_axis():
    with pytest.raises(NameError):
        mj.make_jaxpr(lambda x: lax.psum(x, "i"))(1.0)
    closed = None

    def keep(x):
        nonlocal closed
        closed = mj.make_jaxpr(lambda x: lax.psum(x, "i") + x)(1.0)
        return x
    mj.vmap(keep, axis_name="i")(np.ones(2))
    program, there = batch_jaxpr(closed, 3, "i", (True,))
    assert there == (True,)
    close(run_closed(program, [np.float32([1, 2, 3])]), [[7, 8, 9]])


def test_each_is_made_once():
    for make in (lambda: jvp_jaxpr(CLOSED, (True, False)),
                 lambda: partial_eval_jaxpr(CLOSED, (True, False)),
                 lambda: batch_jaxpr(CLOSED, 4, None, (True, False)),
                 lambda: dce_closed(CLOSED, (True, False, False))):
        assert make()[0] is make()[0]
    assert jvp_jaxpr(CLOSED, (True, False))[0] is not jvp_jaxpr(
        CLOSED, (True, True))[0]


def test_dead_code_goes():
    small, kept = dce_closed(CLOSED, (False, True, False))
    assert kept == [False, True]
    assert [e.primitive.name for e in small.eqns] == ["add"]
    close(run_closed(small, [Y]), [Y + 1])


def test_what_is_all_alive_stays_itself():
    closed = mj.make_jaxpr(lambda x, y: (mj.jit(jnp.sin)(x), y))(1.0, 2.0)
    assert dce_closed(closed, (True, True)) == (closed, [True, True])
    eqn, = dce_jaxpr(closed.jaxpr, [True, True])[0].eqns
    assert eqn is closed.eqns[0]


def test_dead_code_in_a_jit_goes():
    closed = mj.make_jaxpr(lambda x, y: mj.jit(f)(x, y)[1])(X, Y)
    small, kept = dce_jaxpr(closed.jaxpr, [True])
    eqn, = small.eqns
    assert kept == [False, True] and len(eqn.invars) == 1
    assert [e.primitive.name for e in eqn.params["jaxpr"].eqns] == ["add"]
    check_jaxpr(small)


def test_effects_are_seen_through_every_wall():
    def quiet(x):
        return jnp.sin(x)

    def loud(x):
        mj.debug.print("{}", x)
        return x
    for g, want in (quiet, False), (loud, True):
        for deep in (g, mj.jit(g), mj.jit(mj.jit(g)), mj.jit(mj.grad(g))):
            jaxpr = mj.make_jaxpr(deep)(1.0).jaxpr
            assert jaxpr.effectful is want
            assert any(map(has_effects, jaxpr.eqns)) is want
            small, _ = dce_jaxpr(jaxpr, [False])
            assert bool(small.eqns) is want


def test_tracers_become_inputs():
    def outer(x):
        z = jnp.sin(x)
        closed, tracers = trace_closed(
            lambda y: [y * z + x + np.ones(2)], mj.make_jaxpr(
                jnp.sin)(1.0).in_avals, None, "test")
        assert [t for t in tracers if not isinstance(t, Tracer)] == []
        assert len(tracers) == 2 and len(closed.in_avals) == 3
        assert [type(c).__name__ for c in closed.consts] == ["ArrayImpl"]
        return run_closed(closed, [*tracers, 3.0])[0].sum()
    assert float(mj.grad(outer)(0.0)) == 8
    closed, none = hoist(CLOSED.jaxpr, CLOSED.consts)
    assert none == [] and closed.jaxpr.invars == CLOSED.jaxpr.invars
