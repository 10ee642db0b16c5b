"""A loop whose gradient keeps few of its states: binomial checkpointing.

binomial_loop : int, (int, a -> a), a, int -> a
schedule      : (steps, snapshots) -> Action…

Griewank and Walther, "Algorithm 799: revolve", ACM Transactions on
Mathematical Software 26 (2000). JAX has no twin.
"""

from functools import partial
from math import comb
from operator import index
from typing import NamedTuple

from minijax.closures import closure_convert
from minijax.compilation import jit
from minijax.custom_reverse import custom_vjp
from minijax.dtypes import float0
from minijax.loops import fori_loop
from minijax.reverse import vjp
from minijax.tree_util import tree_map


# [schedule]
class Action(NamedTuple):
    """keep, advance (to state j), restore or back, at state i of a loop.

    back passes a cotangent through the step from state i, and forgets i.
    """

    verb: str
    i: int
    j: int = None


def schedule(steps, snapshots, start=0):
    """How to go backwards through steps that can only be run forwards.

    At first the working state is number `start`; there is room for so many
    others. ValueError: no room, and more than one step.
    """
    if steps > 1:
        yield Action("keep", start)
    while steps > 1:
        part = first_part(steps, snapshots)
        yield Action("advance", start, start + part)
        yield from schedule(steps - part, snapshots - 1, start + part)
        yield Action("restore", start)
        steps = part
    yield Action("back", start)
# [/schedule]


# [first_part]
def reach(snapshots, times):
    """How many steps one can go back through, none run more than so often."""
    return comb(snapshots + times, snapshots)


def repetitions(steps, snapshots):
    """The least r for which no step need be run more than r times."""
    if snapshots < 1:
        raise ValueError(f"{steps} steps cannot be run backwards with room "
                         f"for {snapshots} snapshots: the first state, at "
                         "least, must be kept.")
    r = 0
    while reach(snapshots, r) < steps:
        r += 1
    return r


def first_part(steps, snapshots):
    """After how many of two or more steps the next snapshot is best taken."""
    r = repetitions(steps, snapshots)
    return max(1, reach(snapshots, r - 2), steps - reach(snapshots - 1, r))


def fewest_advances(steps, snapshots):
    """How many steps the best schedule advances: the theorem's formula."""
    r = repetitions(steps, snapshots)
    return r * steps - comb(snapshots + r, r - 1) if r else 0
# [/first_part]


def binomial_loop(steps, body_fun, init_val, snapshots):
    """fori_loop(0, steps, body_fun, init_val); its gradient keeps few states.

    steps: an int. snapshots: how many states may be kept at a time, beside
    the one at work. What body_fun closes over gets its gradient, too.
    ValueError: steps < 0, or snapshots < 1.
    """
    steps, snapshots = index(steps), index(snapshots)
    if steps < 0:
        raise ValueError(f"a loop cannot take {steps} steps")
    repetitions(steps, snapshots)  # which refuses too few of them
    body, consts = closure_convert(body_fun, 0, init_val)
    loop = Loop(steps, snapshots, body)
    value = custom_vjp(loop.value)
    value.defvjp(loop.fwd, loop.bwd)
    return value(init_val, consts) if steps else init_val


# [Loop]
class Loop:
    """A loop with a step (i, state, consts) -> state, and its two rules."""

    def __init__(self, steps, snapshots, body):
        self.steps, self.snapshots = steps, snapshots
        self.step = jit(lambda i, x, consts: body(i, x, *consts))
        self.run = jit(self.advance, static_argnums=0)

    def advance(self, steps, start, x, consts):
        """A scan: traced once for each number of steps."""
        return fori_loop(
            0, steps, lambda k, x: self.step(start + k, x, consts), x)

    def value(self, x, consts):
        return self.run(self.steps, 0, x, consts)

    def fwd(self, x, consts):
        return self.value(x, consts), (x, consts)
    # [/Loop]

    # [Loop.bwd]
    def bwd(self, residuals, ct):
        """Follow the schedule; the cotangents of the constants add up."""
        (x, consts), kept, sums = residuals, {}, None
        for verb, i, j in schedule(self.steps, self.snapshots):
            if verb == "keep":
                kept[i] = x
            elif verb == "advance":
                x = self.run(j - i, i, x, consts)
            elif verb == "restore":
                x = kept[i]
            else:
                _, pull = vjp(partial(self.step, i), x, consts)
                ct, more = pull(ct)
                sums = more if sums is None else tree_map(added, sums, more)
                kept.pop(i, None)
        return ct, sums
    # [/Loop.bwd]


def added(a, b):
    """The sum of two cotangents; those of integers stay as they are."""
    return a if a.dtype == float0 else a + b
