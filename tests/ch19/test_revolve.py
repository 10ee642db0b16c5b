"""Binomial checkpointing: the fewest steps, and never a state too many."""

import gc
import tracemalloc
from functools import cache

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.revolve import (
    binomial_loop,
    fewest_advances,
    repetitions,
    schedule,
)

X = np.array([0.3, -0.7, 1.9])


@pytest.fixture(autouse=True)
def in_doubles():
    with mj.enable_x64(True):
        yield


@cache
def least(steps, snapshots):
    """By trying each place for the next snapshot."""
    if steps <= 1 or snapshots == 0:
        return 0 if steps <= 1 else np.inf
    return min(m + least(steps - m, snapshots - 1) + least(m, snapshots)
               for m in range(1, steps))


@pytest.mark.parametrize("snapshots", [1, 2, 3, 4, 7])
def test_no_schedule_repeats_fewer_steps(snapshots):
    for steps in range(1, 33):
        advances = sum(j - i for verb, i, j in schedule(steps, snapshots)
                       if verb == "advance")
        assert advances == least(steps, snapshots)
        assert advances == fewest_advances(steps, snapshots)


@pytest.mark.parametrize("steps", [1, 2, 5, 17, 100])
@pytest.mark.parametrize("snapshots", [1, 2, 3, 10, 200])
def test_a_schedule_can_be_followed(steps, snapshots):
    kept, state, back, most, runs = {}, 0, [], 0, [0] * steps
    for verb, i, j in schedule(steps, snapshots):
        if verb == "keep":
            assert state == i
            kept[i] = state
        elif verb == "advance":
            assert state == i
            for k in range(i, j):
                runs[k] += 1
            state = j
        elif verb == "restore":
            state = kept[i]
        else:
            assert state == i
            back.append(i)
            kept.pop(i, None)
        most = max(most, len(kept))
    assert back == [*range(steps)][::-1]
    assert most <= snapshots and not kept
    assert max(runs) <= repetitions(steps, snapshots)


def test_the_theorem():
    """With s snapshots and r repetitions, (s + r)! / s! r! steps: no more."""
    for steps, s, r in [(10, 3, 2), (20, 3, 3), (8008, 10, 6)]:
        assert repetitions(steps, s) == r
        assert repetitions(steps + 1, s) == r + 1
    assert fewest_advances(10, 1) == 45
    assert fewest_advances(10, 9) == 9


def test_without_room():
    with pytest.raises(ValueError, match="at least"):
        list(schedule(2, 0))
    with pytest.raises(ValueError, match="at least"):
        binomial_loop(3, lambda i, x: x, 1.0, 0)
    with pytest.raises(ValueError, match="-1 steps"):
        binomial_loop(-1, lambda i, x: x, 1.0, 2)
    with pytest.raises(TypeError):
        binomial_loop(2.0, lambda i, x: x, 1.0, 2)


def both(f):
    """`f` with the loop of this chapter, and with JAX's."""
    def ours(snapshots):
        return lambda *args: f(lambda n, body, x: binomial_loop(
            n, body, x, snapshots), *args)
    return ours, lambda *args: f(
        lambda n, body, x: lax.fori_loop(0, n, body, x), *args)


def waves(loop, n):
    """A state with an integer in it, and a parameter closed over."""
    def f(rate, x):
        def body(i, state):
            y, count = state
            return jnp.sin(y * rate) + 0.1 * i * y[::-1], count + 1
        y, count = loop(n, body, (x, 0))
        return jnp.sum(y) * count
    return f


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8, 13])
@pytest.mark.parametrize("snapshots", [1, 2, 3, 20])
def test_gradients(n, snapshots):
    ours, plain = both(lambda loop, *args: waves(loop, n)(*args))
    for (a, b) in zip(mj.grad(ours(snapshots), (0, 1))(1.3, X),
                      mj.grad(plain, (0, 1))(1.3, X)):
        assert np.allclose(a, b, 1e-12, 1e-14)
    assert np.allclose(ours(snapshots)(1.3, X), plain(1.3, X))


@pytest.mark.parametrize("t", [
    lambda f: mj.jit(mj.grad(f)), lambda f: mj.grad(mj.jit(f)),
    lambda f: mj.grad(mj.grad(f)), lambda f: mj.grad(mj.checkpoint(f)),
    lambda f: mj.vmap(mj.grad(f, 1), (None, 0)),
    lambda f: mj.grad(lambda r, x: jnp.sum(mj.vmap(f, (None, 0))(r, x)))],
    ids=["jit", "of jit", "second", "checkpoint", "vmap", "of vmap"])
def test_transformations(t, request):
    ours, plain = both(lambda loop, *args: waves(loop, 7)(*args))
    x = np.stack([X, -X]) if "vmap" in request.node.name else X
    assert np.allclose(t(ours(2))(1.3, x), t(plain)(1.3, x), 1e-10, 1e-12)


def test_forward_mode_is_refused_as_for_every_custom_vjp():
    with pytest.raises(TypeError, match="custom_vjp"):
        mj.jvp(lambda x: binomial_loop(3, lambda i, x: x * x, x, 2),
               (1.0,), (1.0,))


def test_the_pullback_can_be_used_twice():
    _, pull = mj.vjp(lambda x: binomial_loop(
        9, lambda i, x: jnp.sin(x) + i * x, x, 2), X)
    first, = pull(X)
    again, = pull(X)
    assert np.array_equal(first, again)


def test_what_is_kept_between_the_passes():
    for snapshots in (1, 2, 5):
        _, pull = mj.vjp(lambda x, s=snapshots: binomial_loop(
            50, lambda i, x: jnp.sin(x), x, s), X)
        assert len([c for c in pull.consts if c.shape == (3,)]) == 1


def test_steps_are_counted():
    """Forwards n; backwards the formula, and each step once with its vjp."""
    for n, snapshots in [(10, 3), (17, 2), (6, 1), (5, 9), (1, 1)]:
        runs = []

        def body(i, x, runs=runs):
            mj.debug.callback(lambda i: runs.append(int(i)), i)
            return jnp.sin(x)
        _, pull = mj.vjp(lambda x, n=n, s=snapshots, body=body:
                         binomial_loop(n, body, x, s), X)
        assert runs == [*range(n)]
        runs.clear()
        pull(X)
        assert len(runs) == fewest_advances(n, snapshots) + n


def states_at_peak(run, x):
    g = mj.grad(lambda x: jnp.sum(run(x)))
    g(x)  # what is traced and compiled is kept
    gc.collect()
    tracemalloc.start()
    g(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / x.nbytes


def test_memory_is_the_snapshots():
    x = jnp.linspace(0.0, 1.0, 50_000)

    def body(i, x):
        return jnp.sin(x) + x

    def ours(s):
        return lambda x: binomial_loop(60, body, x, s)
    assert states_at_peak(lambda x: lax.fori_loop(0, 60, body, x), x) > 60
    assert states_at_peak(ours(3), x) < 18
    assert states_at_peak(ours(12), x) < 27
    assert states_at_peak(mj.jit(ours(3)), x) < 18
