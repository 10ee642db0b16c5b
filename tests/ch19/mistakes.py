"""Wrong answers to the exercises of chapter 19, and how each is recognized."""
import math

import minijax as mj
from minijax import numpy as jnp
from minijax.revolve import first_part


def number_of_segments(steps, state, residuals):
    def taken(length):
        return state * math.ceil(steps / length) + residuals * length
    return math.ceil(steps / min(range(1, steps + 1), key=taken))


def keeps_by_string(primitive, *avals, **params):
    return primitive in ("exp", "log", "tanh", "dot_general")


def halved_by(left, right):
    def halved(fs):
        if len(fs) == 1:
            return fs[0]
        half = len(fs) // 2
        first, then = left(halved(fs[:half])), right(halved(fs[half:]))
        return lambda x: then(first(x))
    return halved


def composed(fs):
    def f(x):
        for g in fs:
            x = g(x)
        return x
    return f


def only_once(fs):
    half = len(fs) // 2
    left = mj.checkpoint(composed(fs[:half]))
    return lambda x: composed(fs[half:])(left(x))


def nested_by(spare, left_length=first_part):
    def nested(step, n, s):
        if n == 1:
            return step
        m = left_length(n, s)
        left = mj.checkpoint(nested(step, m, max(1, s - spare)))
        right = nested(step, n - m, s - 1)
        return lambda x: right(left(x))
    return nested


def no_snapshots(step, n, s):
    return composed([step] * n)


def all_in_checkpoints(step, n, s):
    if n == 1:
        return step
    m = first_part(n, s)
    left, right = (mj.checkpoint(all_in_checkpoints(step, *part))
                   for part in [(m, s), (n - m, s - 1)])
    return lambda x: right(left(x))


def down_to_none(step, n, s):
    if n == 0:
        return lambda x: x
    m = first_part(n, s)
    left = mj.checkpoint(down_to_none(step, m, s))
    return lambda x: down_to_none(step, n - m, s - 1)(left(x))


def last_in_checkpoint(step, n, s):
    if n == 1:
        return step
    m = first_part(n, s)
    last = mj.checkpoint(last_in_checkpoint(step, m, s))
    return lambda x: last(last_in_checkpoint(step, n - m, s - 1)(x))


def again_from_the_start(step, undo, n):
    def run(depth, state):
        for _ in range(n):
            state = step(depth, state)
        return state
    return mj.checkpoint(run)


def gone_back_by(walk):
    """walk(step, undo, depth, state, ct): a state before, two cotangents."""
    def reversible(step, undo, n):
        @mj.custom_vjp
        def run(depth, state):
            for _ in range(n):
                state = step(depth, state)
            return state

        def bwd(res, ct):
            depth, state = res
            through, total = ct, 0
            for _ in range(n):
                state, more, through = walk(step, undo, depth, state, ct,
                                            through)
                total = total + more
            return total, through
        run.defvjp(lambda *args: (last := run(*args), (args[0], last)), bwd)
        return run
    return reversible


def never_undone(step, undo, depth, state, ct, through):
    return state, *mj.vjp(step, depth, state)[1](through)


def ends_cotangent(step, undo, depth, state, ct, through):
    state = undo(depth, state)
    return state, *mj.vjp(step, depth, state)[1](ct)


def through_undo(step, undo, depth, state, ct, through):
    return undo(depth, state), *mj.vjp(undo, depth, state)[1](through)


def reversible_by(undo_first, add, keep_all=False):
    def reversible(step, undo, n):
        @mj.custom_vjp
        def run(depth, state):
            for _ in range(n):
                state = step(depth, state)
            return state

        def fwd(depth, state):
            states = [state]
            for _ in range(n):
                states.append(step(depth, states[-1]))
            return states[-1], (depth, states if keep_all else states[-1:])

        def bwd(res, ct):
            depth, states = res
            state, total = states[-1], jnp.zeros_like(depth)
            for _ in range(n):
                before = undo(depth, state)
                _, pull = mj.vjp(step, depth, before if undo_first else state)
                more, ct = pull(ct)
                total = total + more if add else more
                state = before
            return total, ct
        run.defvjp(fwd, bwd)
        return run
    return reversible


MISTAKES = [
    ("19.1", number_of_segments, "the number of segments, or"),
    ("19.1", lambda n, s, r: max(1, round(math.sqrt(n))), "root of the"),
    ("19.1", lambda n, s, r: min(n, max(1, round(math.sqrt(r * n / s)))),
     "upside down"),
    ("19.1", lambda n, s, r: math.sqrt(s * n / r), "whole number"),
    ("19.1", lambda n, s, r: min(range(1, n + 1), key=lambda k: (
        s * n / k + r * k)), "The shortest was asked for"),
    ("19.1", lambda n, s, r: min(range(1, n + 1), key=lambda k: (
        s * (n // k) + r * k)), "has a head, too"),
    ("19.1", lambda n, s, r: min(range(1, n), default=1, key=lambda k: (
        s * math.ceil(n / k) + r * k)), "can be one segment"),
    ("19.1", lambda n, s, r: min(
        s * math.ceil(n / k) + r * k for k in range(1, n + 1)), "of bytes"),
    ("19.2", keeps_by_string, "primitive.name"),
    ("19.2", lambda p, *a, **k: p.name == "tanh" or None, "True or False"),
    ("19.2", lambda p, *a, **k: True, "should not be kept"),
    ("19.2", lambda p, *a, **k: p.name in "exp log tanh dot_general",
     "tan should not be kept"),
    ("19.2", lambda p, *a, **k: None, "is there a return"),
    ("19.3", lambda fs: composed(fs[::-1]), "wrong order"),
    ("19.3", composed, "as without any"),
    ("19.3", lambda fs: composed([mj.checkpoint(f) for f in fs]),
     "as without any"),
    ("19.3", halved_by(lambda f: f, mj.checkpoint), "runs last in the"),
    ("19.3", lambda fs: composed(fs[:len(fs) // 2 * 2]), "three functions"),
    ("19.3", lambda fs: mj.checkpoint(fs[0]), "only one is applied"),
    ("19.3", lambda fs: mj.checkpoint(composed(fs)), "put off"),
    ("19.3", halved_by(mj.checkpoint, mj.checkpoint), "both halves"),
    ("19.3", only_once, "halved in turn"),
    ("19.4", no_snapshots, "one for each snapshot"),
    ("19.4", nested_by(1), "all snapshots are free"),
    ("19.4", nested_by(0, lambda n, s: n - (
        first_part(n, s) if s > 1 else 1)), "how long the left part is"),
    ("19.4", lambda step, n, s: composed([mj.checkpoint(step)] * n),
     "A step alone needs no checkpoint"),
    ("19.4", all_in_checkpoints, "Is the right part checkpointed"),
    ("19.4", down_to_none, "about a single step"),
    ("19.4", nested_by(1, lambda n, s: first_part(n, s - (n > 2))),
     "and no snapshot"),
    ("19.4", last_in_checkpoint, "runs last in the checkpoint"),
    ("19.4", lambda step, n, s: composed(
        [mj.checkpoint(composed([step] * (n - 1)))] * (n > 1) + [step]),
     "with more memory"),
    ("19.5", again_from_the_start, "nothing was undone"),
    ("19.5", gone_back_by(never_undone), "it must be undone"),
    ("19.5", gone_back_by(ends_cotangent), "the cotangent of the end"),
    ("19.5", gone_back_by(through_undo), "passed through undo"),
    ("19.5", lambda step, undo, n: None, "should return a function"),
    ("19.5", reversible_by(False, True), "undo first"),
    ("19.5", reversible_by(True, False), "are added"),
    ("19.5", reversible_by(True, True, keep_all=True), "the last state are 3"),
]
