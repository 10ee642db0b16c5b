"""The checks of chapter 19. Wrong answers that are often given have names."""
import math

import numpy as np

import minijax as mj
from checks import exercise
from minijax import numpy as jnp
from minijax.ad_checkpoint import checkpoint_name, saved_residuals
from minijax.revolve import fewest_advances


def close(a, b):
    return all(np.allclose(np.asarray(x), np.asarray(y), 1e-4, 1e-5)
               for x, y in zip(mj.tree.leaves(a), mj.tree.leaves(b),
                               strict=True))


@exercise("19.1")
def _(answer):
    for steps, s, r in [(64, 2, 1), (100, 1, 1), (100, 1, 4), (1000, 8, 2),
                        (7, 1, 100), (7, 100, 1), (1, 3, 3)]:
        def taken(k, steps=steps, s=s, r=r):
            return s * math.ceil(steps / k) + r * k
        best = min(range(1, steps + 1), key=taken)
        got = answer(steps, s, r)
        given = f"best_length({steps}, {s}, {r})"
        assert isinstance(got, int), (
            f"{given} is {got!r}; a segment has a whole number of steps")
        if got == best:
            continue
        assert abs(got - math.sqrt(steps)) > 1 or s == r, (
            f"{given} is {got}, the root of the number of steps, but a state "
            "and the residuals of a step differ in size")
        assert abs(got - math.sqrt(r * steps / s)) > 1 or s == r, (
            f"{given} is {got}, which is the number of segments, or a ratio "
            "upside down. If states are large, there should be few of them")
        assert 1 <= got <= steps, f"{given} is {got}, not from 1 to {steps}"
        raise AssertionError(
            f"{given} is {got}, which takes {taken(got)} bytes; with segments "
            f"of {best} it would be {taken(best)}")


def model(w, x):
    h = jnp.tanh(jnp.sin(w @ x))
    h = checkpoint_name(jnp.cos(jnp.exp(h)) ** 2 + 1, "h")
    return jnp.sum(jnp.sin(jnp.log(h)))


@exercise("19.2")
def _(answer):
    w, x = jnp.eye(3) * 0.5, jnp.arange(3.0)
    seen = []

    def policy(primitive, *avals, **params):
        verdict = answer(primitive, *avals, **params)
        seen.append((primitive.name, verdict))
        return bool(verdict)
    f = mj.checkpoint(model, policy=policy)
    kept = [text.removeprefix("output of ")
            for _, text in saved_residuals(f, w, x)
            if not text.startswith("from")]
    assert any(v for _, v in seen), (
        "nothing at all is kept: was the primitive, which is no string, "
        "compared with strings? Its name is primitive.name")
    for name, verdict in seen:
        assert isinstance(verdict, bool), (
            f"for {name} the policy returned {verdict!r}; it must return True "
            "or False")
        wanted = name in ("exp", "log", "tanh", "dot_general")
        assert verdict == wanted, (
            f"{name} should {'' if wanted else 'not '}be kept")
    assert {"tanh", "exp", "dot_general"} <= set(kept)
    assert close(mj.grad(f)(w, x), mj.grad(model)(w, x))


def counting(f):
    """`f`, and a list that grows with each run of it."""
    runs = []

    def counted(x):
        mj.debug.callback(lambda x: runs.append(1), x)
        return f(x)
    return counted, runs


def arrays_kept(f, x):
    return sum(a.shape == x.shape for a, _ in saved_residuals(f, x))


@exercise("19.3")
def _(answer):
    x = jnp.linspace(0.1, 0.9, 5)
    for f, g in [(jnp.sin, jnp.exp), (jnp.exp, jnp.sin)]:
        got = answer([f, g])(x)
        assert not close(got, f(g(x))), (
            "the functions are applied in the wrong order, the last one first")
        assert close(got, g(f(x))), "the composition has the wrong value"
    fs = [jnp.sin, jnp.cos, jnp.tanh]
    assert close(mj.jacfwd(answer(fs))(x), mj.jacfwd(
        lambda x: fs[2](fs[1](fs[0](x))))(x)), "three functions: wrong slope"
    for k in (2, 3, 5):
        n = 2 ** k
        kept = arrays_kept(answer([jnp.sin] * n), x)
        assert kept < n, (
            f"of {n} sines {kept} arrays are kept: nothing is forgotten")
        assert kept > 1, (
            "only the argument is kept: with a checkpoint around the whole, "
            "its residuals are only put off")
        sine, runs = counting(jnp.sin)
        f = answer([sine] * n)
        mj.grad(lambda x, f=f: jnp.sum(f(x)))(x)
        assert len(runs) < n * (1 + k), (
            f"{n} sines were run {len(runs)} times. Are both halves "
            "checkpointed? The right one's residuals are wanted at once")
        assert kept <= k + 1, (
            f"of {n} sines {kept} arrays are kept, which is more than "
            f"{k + 1}: are the halves halved in turn?")
        assert len(runs) <= n * (1 + k / 2), (
            f"{n} sines were run {len(runs)} times, which is more than "
            f"{n * (1 + k / 2):.0f}")


@exercise("19.4")
def _(answer):
    x = jnp.linspace(0.1, 0.9, 5)
    for n, s in [(1, 1), (4, 1), (6, 2), (10, 3), (20, 3), (5, 10)]:
        given = f"with {n} steps and {s} snapshots"
        step, runs = counting(lambda x: jnp.sin(x) + x / 2)
        f = answer(step, n, s)
        y = x
        for _ in range(n):
            y = jnp.sin(y) + y / 2
        assert close(f(x), y), f"{given} the value is wrong"
        kept = arrays_kept(f, x)
        assert kept <= s + 1, (
            f"{given} {kept} arrays are kept: more than one for each snapshot "
            "and one for a step")
        runs.clear()
        mj.grad(lambda x, f=f: jnp.sum(f(x)))(x)
        wanted = n + fewest_advances(n, s)
        assert len(runs) <= wanted, (
            f"{given} the step was run {len(runs)} times and not {wanted}. "
            "When the left part is gone through, all snapshots are free "
            "again; and first_part says how long the left part is, not the "
            "right one")
        assert len(runs) == wanted, (
            f"{given} the step was run {len(runs)} times and not {wanted}, "
            "with more memory than was allowed")


def wave(depth, state):
    u, before = state
    return u * 2 - before + depth * jnp.diff(
        u, n=2, prepend=0.0, append=0.0) - 0.1 * u ** 3, u


def unwave(depth, state):
    u, before = state
    after = before * 2 - u + depth * jnp.diff(
        before, n=2, prepend=0.0, append=0.0) - 0.1 * before ** 3
    return before, after


@exercise("19.5")
def _(answer):
    n = 12
    depth = jnp.linspace(0.2, 0.4, 6)
    state = jnp.sin(jnp.arange(6.0)), jnp.cos(jnp.arange(6.0))

    def plain(depth, state):
        for _ in range(n):
            state = wave(depth, state)
        return state
    run = answer(wave, unwave, n)
    assert close(run(depth, state), plain(depth, state)), "the value is wrong"

    def loss(f):
        return lambda depth, state: jnp.sum(jnp.sin(f(depth, state)[0]))
    kept = sum(a.shape == (6,) for a, _ in saved_residuals(run, depth, state))
    d, s = mj.grad(loss(run), (0, 1))(depth, state)
    right_d, right_s = mj.grad(loss(plain), (0, 1))(depth, state)
    total = np.abs(np.asarray(right_d)).sum()
    assert close(s, right_s), (
        "the gradient by the state is wrong. The step must be linearized at "
        "the state before it, so undo first")
    assert close(d, right_d), (
        "the gradient by the depth is wrong: every step has used the depth, "
        f"and all their cotangents are added (they add up to {total:.2f})")
    assert kept <= 3, (
        f"{kept} arrays are kept between the passes: the depth and the last "
        "state are 3")
