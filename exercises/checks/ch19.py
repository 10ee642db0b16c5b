"""The checks of chapter 19. Wrong answers that are often given have names."""
import math
import weakref
from operator import index

import numpy as np

import minijax as mj
from checks import exercise
from minijax import core
from minijax import numpy as jnp
from minijax.ad_checkpoint import checkpoint_name, saved_residuals
from minijax.checkpointing import remat_p
from minijax.jaxpr_transforms import run_closed
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
        lengths = range(1, steps + 1)
        best = min(lengths, key=taken)
        got = answer(steps, s, r)
        given = f"best_length({steps}, {s}, {r})"
        try:
            got = index(got)
        except TypeError:
            raise AssertionError(
                f"{given} is {got!r}; a segment has a whole number of "
                "steps") from None
        if got == best:
            continue
        given += f" is {got}"
        assert got != taken(best), (
            f"{given}, the number of bytes; what was asked for is the length "
            "of a segment that takes so many")
        assert abs(got - math.sqrt(steps)) > 1 or s == r, (
            f"{given}, the root of the number of steps, but a state "
            "and the residuals of a step differ in size")
        assert abs(got - math.sqrt(r * steps / s)) > 1 or s == r, (
            f"{given}, which is the number of segments, or a ratio "
            "upside down. If states are large, there should be few of them")
        assert 1 <= got <= steps, f"{given}, not from 1 to {steps}"
        instead = (f"{given}, which takes {taken(got)} bytes; with segments "
                   f"of {best} it would be {taken(best)}")
        assert best < steps, (
            f"{instead}. The whole run can be one segment, too")
        assert got != min(lengths, key=lambda k: s * (steps // k) + r * k), (
            f"{instead}. A shorter segment at the end has a head, too")
        assert taken(got) > taken(best), (
            f"{given}, and takes {taken(got)} bytes as one of {best} does. "
            "The shortest was asked for; the formula, which knows nothing of "
            "a shorter segment at the end, does not find it")
        raise AssertionError(instead)


def model(w, x):
    """Beside those that are wanted, some whose names are much like them."""
    h = jnp.tanh(jnp.tan(jnp.expm1(jnp.sin(w @ x))))
    h = checkpoint_name(jnp.cos(jnp.exp(h)) ** 2 + 1, "h")
    return jnp.sum(jnp.sin(jnp.log1p(jnp.log(h))))


@exercise("19.2")
def _(answer):
    w, x = jnp.eye(3) * 0.2, jnp.arange(3.0)
    seen = []

    def policy(primitive, *avals, **params):
        verdict = answer(primitive, *avals, **params)
        seen.append((primitive.name, verdict))
        return bool(verdict)
    f = mj.checkpoint(model, policy=policy)
    kept = [text.removeprefix("output of ")
            for _, text in saved_residuals(f, w, x)
            if not text.startswith("from")]
    assert not all(v is None for _, v in seen), (
        "the policy returned None each time: is there a return?")
    assert any(v for _, v in seen), (
        "nothing at all is kept: was the primitive, which is no string, "
        "compared with strings or functions? Its name is primitive.name, and "
        "not what checkpoint_name gives")
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


class Meter(core.EvalTrace):
    """Evaluates, and counts the arrays of one shape that are alive."""

    def __init__(self, shape):
        super().__init__()
        self.shape, self.alive, self.peak = shape, 0, 0

    def process_primitive(self, primitive, args, params):
        if primitive is remat_p:
            with core.set_current_trace(self):
                return run_closed(params["jaxpr"], args)
        outs = super().process_primitive(primitive, args, params)
        for x in outs if primitive.multiple_results else [outs]:
            if x.shape == self.shape:
                self.alive += 1
                weakref.finalize(x, self.freed)
        self.peak = max(self.peak, self.alive)
        return outs

    def freed(self):
        self.alive -= 1


def peak(f, x):
    """The most arrays as large as x that the gradient has at a time."""
    closed = mj.make_jaxpr(mj.grad(lambda x: jnp.sum(f(x))))(x)
    meter = Meter(x.shape)
    with core.set_current_trace(meter):
        run_closed(closed, [x])
    return meter.peak


@exercise("19.3")
def _(answer):
    x = jnp.linspace(0.1, 0.9, 5)
    for f, g in [(jnp.sin, jnp.exp), (jnp.exp, jnp.sin)]:
        got = answer([f, g])(x)
        assert not close(got, f(g(x))), (
            "the functions are applied in the wrong order, the last one first")
        assert not (close(got, f(x)) or close(got, g(x))), (
            "of two functions only one is applied")
        assert close(got, g(f(x))), "the composition has the wrong value"
    fs = [jnp.sin, jnp.cos, jnp.tanh]
    assert close(answer(fs)(x), jnp.tanh(jnp.cos(jnp.sin(x)))), (
        "the composition of three functions has the wrong value. Two halves "
        "need not have the same length")
    for k in (2, 3, 5):
        n = 2 ** k
        kept = arrays_kept(answer([jnp.sin] * n), x)
        assert kept < n, (
            f"of {n} sines {kept} arrays are kept, as many as without any "
            "checkpoint")
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
        most = peak(answer([jnp.sin] * n), x)
        assert most <= k + 4, (
            f"of {n} sines {kept} arrays are kept between the passes, but on "
            f"the way back there are {most} at a time. Is the half that runs "
            "last in the checkpoint? It is gone through first, while all "
            "that the other half has kept still waits")


@exercise("19.4")
def _(answer):
    x = jnp.linspace(0.1, 0.9, 5)
    for n, s in [(1, 1), (4, 1), (6, 2), (10, 3), (20, 3), (5, 10)]:
        given = (f"with {n} step{'s' * (n > 1)} and "
                 f"{s} snapshot{'s' * (s > 1)}")

        def plain(x):
            return jnp.sin(x) + x / 2
        step, runs = counting(plain)
        try:
            f = answer(step, n, s)
            got = f(x)
        except ValueError as error:
            assert "with room for 0 snapshots" not in str(error), (
                f"{given}, first_part is asked about a part of several steps "
                "and no snapshot. The right part has one snapshot fewer, "
                "since one holds its start; and first_part says how long the "
                "left part is, not the right one")
            assert "non-negative" not in str(error), (
                f"{given}, first_part is asked about a single step. That has "
                "no parts: the recursion ends with it, and not with none")
            raise
        y = x
        for _ in range(n):
            y = plain(y)
        assert close(got, y), f"{given} the value is wrong"
        kept = arrays_kept(f, x)
        runs.clear()
        mj.grad(lambda x, f=f: jnp.sum(f(x)))(x)
        wanted = n + fewest_advances(n, s)
        ran = (f"{given} the step was run {len(runs)} time"
               f"{'s' * (len(runs) > 1)} and not {wanted}")
        assert n > 1 or len(runs) == 1, (
            f"{ran}. A step alone needs no checkpoint: its residuals are "
            "wanted at once")
        assert kept <= s + 1, (
            f"{given} {kept} arrays are kept: more than one for each snapshot "
            "and one for a step")
        assert s > 1 or len(runs) <= wanted, (
            f"{ran}. Is the right part checkpointed, too? Its residuals are "
            "wanted at once")
        assert len(runs) <= wanted, (
            f"{ran}. When the left part is gone through, all snapshots are "
            "free again; and first_part says how long the left part is, not "
            "the right one")
        assert len(runs) == wanted, f"{ran}, with more memory than was allowed"
        most = peak(answer(plain, n, s), x)
        assert most <= s + 6, (
            f"{given} {most} arrays are there at a time on the way back. Is "
            "the part that runs last in the checkpoint? It is gone through "
            "first, while all that the other one has kept still waits")


def wave(depth, state):
    u, before = state
    return u * 2 - before + depth * jnp.diff(
        u, n=2, prepend=0.0, append=0.0) - 0.1 * u ** 3, u


def unwave(depth, state):
    u, before = state
    after = before * 2 - u + depth * jnp.diff(
        before, n=2, prepend=0.0, append=0.0) - 0.1 * before ** 3
    return before, after


def gone_back(depth, state, ct, n, slip):
    """The gradient by `depth` and `state`, with one thing done wrongly."""
    last = state
    for _ in range(n):
        last = wave(depth, last)
    at, through, total = last, ct, 0 * depth
    if slip == "first":
        at = state
    for _ in range(n - (slip == "short")):
        before = at if slip == "stays" else unwave(depth, at)
        linearized = at if slip == "after" else before
        _, pull = mj.vjp(*((unwave, depth, at) if slip == "inverse" else
                           (wave, depth, linearized)))
        more, passed = pull(ct if slip == "same" else through)
        at, through, total = before, passed, total + more
    return total, through


SLIPS = {
    "after": "The step is linearized at the state after it, and not at the "
             "one before it: undo first",
    "stays": "The step is linearized at the last state each time: it must be "
             "undone",
    "first": "The way back begins at the first state: it is the last one that "
             "must be kept, and undone",
    "same": "Each step was given the cotangent of the end. What it is given "
            "is what the step after it has passed back",
    "inverse": "The cotangent was passed through undo, and that leads "
               "forwards: it goes back through step",
    "short": "It is that of the last n - 1 steps: one step has been left out"}


@exercise("19.5")
def _(answer):
    n = 12
    depth = jnp.linspace(0.2, 0.4, 6)
    state = jnp.sin(jnp.arange(6.0)), jnp.cos(jnp.arange(6.0))
    undone = []

    def undo(depth, state):
        mj.debug.callback(lambda x: undone.append(1), state[0])
        return unwave(depth, state)

    def plain(depth, state):
        for _ in range(n):
            state = wave(depth, state)
        return state
    run = answer(wave, undo, n)
    assert callable(run), (
        f"reversible(step, undo, n) is {run!r}; it should return a function")
    assert close(run(depth, state), plain(depth, state)), "the value is wrong"

    def loss(last):
        return jnp.sum(jnp.sin(last[0]))

    def gradient(f):
        return mj.grad(lambda d, s: loss(f(d, s)), (0, 1))(depth, state)
    kept = sum(a.shape == (6,) for a, _ in saved_residuals(run, depth, state))
    undone.clear()
    d, s = gradient(run)
    right_d, right_s = gradient(plain)
    ct = mj.grad(loss)(plain(depth, state))
    for slip, words in SLIPS.items():
        _, wrong = gone_back(depth, state, ct, n, slip)
        assert not close(s, wrong), (
            f"the gradient by the state is wrong. {words}")
    assert close(s, right_s), "the gradient by the state is wrong"
    total = np.abs(np.asarray(right_d)).sum()
    assert close(d, right_d), (
        "the gradient by the depth is wrong: every step has used the depth, "
        f"and all their cotangents are added (they add up to {total:.2f})")
    assert kept <= 3, (
        f"{kept} arrays are kept between the passes: the depth and the last "
        "state are 3")
    assert len(undone) > 0, (
        "nothing was undone: the states were computed again, from the first, "
        "and had to be kept on the way back")
    assert len(undone) < 2 * n, (
        f"to go back through {n} steps {len(undone)} were undone: each state "
        "is one step from the next, and need not be reached from the last")
