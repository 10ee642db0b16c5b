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
    ("19.2", keeps_by_string, "primitive.name"),
    ("19.2", lambda p, *a, **k: p.name == "tanh" or None, "True or False"),
    ("19.2", lambda p, *a, **k: True, "should not be kept"),
    ("19.3", lambda fs: composed(fs[::-1]), "wrong order"),
    ("19.3", composed, "nothing is forgotten"),
    ("19.3", lambda fs: mj.checkpoint(composed(fs)), "put off"),
    ("19.3", halved_by(mj.checkpoint, mj.checkpoint), "both halves"),
    ("19.3", only_once, "halved in turn"),
    ("19.4", no_snapshots, "one for each snapshot"),
    ("19.4", nested_by(1), "all snapshots are free"),
    ("19.4", nested_by(0, lambda n, s: n - (
        first_part(n, s) if s > 1 else 1)), "how long the left part is"),
    ("19.5", reversible_by(False, True), "undo first"),
    ("19.5", reversible_by(True, False), "are added"),
    ("19.5", reversible_by(True, True, keep_all=True), "the last state are 3"),
]
