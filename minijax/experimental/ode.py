"""Differential equations, and gradients of their solutions.

odeint : (y -> t -> a -> T y), y, Array[n], a -> n y

Steps of Dormand and Prince, of order 5 with an estimate of order 4, and as
long as the error allows. Backwards, another differential equation is solved.
JAX twin: jax/experimental/ode.py.
"""

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from minijax import lax, tree_util
from minijax import numpy as jnp
from minijax.array import as_array
from minijax.closures import closure_convert
from minijax.custom_reverse import custom_vjp
from minijax.flatten_util import ravel_pytree
from minijax.jaxpr_transforms import merge, select
from minijax.loops import while_loop
from minijax.mapping import vmap
from minijax.reverse import vjp
from minijax.scanning import scan

# [tableau]
# When each stage looks at the slope, and which earlier slopes take it there.
# The last row is the step itself (Dormand and Prince, 1980).
WHEN = np.array([1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1])
PUSH = np.array([
    [1 / 5, 0, 0, 0, 0, 0, 0],
    [3 / 40, 9 / 40, 0, 0, 0, 0, 0],
    [44 / 45, -56 / 15, 32 / 9, 0, 0, 0, 0],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0, 0, 0],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0, 0],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0]])
ORDER_4 = np.array([5179 / 57600, 0, 7571 / 16695, 393 / 640, -92097 / 339200,
                    187 / 2100, 1 / 40])
# [/tableau]


# [odeint]
def odeint(func, y0, t, *args, rtol=1.4e-8, atol=1.4e-8, mxstep=math.inf,
           hmax=math.inf):
    """y at the times t, where y is y0 at t[0], and dy/dt = func(y, t, *args).

    t increases. y0 and args are containers of arrays; func gives the tree and
    shapes of y0, and the result has an axis more, for the times. A step errs
    by about atol + rtol |y|, is not longer than hmax, and from one time to
    the next there are mxstep at most. NaN: a time was not reached. TypeError,
    ValueError: t, or what func gives. JAX twin: `experimental.ode.odeint`.
    """
    t, y0, args = tree_util.tree_map(
        lambda x: as_array(x, "odeint"), (t, y0, args))
    if not jnp.issubdtype(t.dtype, np.floating):
        raise TypeError(f"t must be an array of floats, but got {t}.")
    y0 = tree_util.tree_map(
        lambda y: y.astype(jnp.result_type(y, float)), y0)
    converted, consts = closure_convert(func, y0, t[0], *args)
    leaves, tree = tree_util.tree_flatten((args, consts))
    mask = [jnp.issubdtype(x.dtype, np.inexact) for x in leaves]
    y, unravel = ravel_pytree(y0)
    solver = Solver(FlatSlope(converted, unravel, tree, mask),
                    rtol, atol, mxstep, hmax)
    return vmap(unravel)(solution(solver, y, t, *select(leaves, mask)))
# [/odeint]


# [FlatSlope]
class FlatSlope(NamedTuple):
    """func on vectors, for arguments that can move and others."""

    func: object
    unravel: object
    tree: object
    mask: list

    def __call__(self, y, t, moving, still):
        leaves = merge(self.mask, moving, still)
        args, consts = tree_util.tree_unflatten(self.tree, leaves)
        state = self.unravel(y)
        slope = self.func(state, t, *args, *consts)
        for what, form in [("the tree", tree_util.tree_structure),
                           ("the shapes", partial(tree_util.tree_map,
                                                  jnp.shape))]:
            if form(slope) != form(state):
                raise ValueError(
                    f"func must return {what} of y0, {form(state)}, but gave "
                    f"{form(slope)}: the slope has one entry for each of y.")
        return ravel_pytree(slope)[0].astype(y.dtype)
# [/FlatSlope]


# [Solver]
class Solver(NamedTuple):
    """What stays the same on the way."""

    func: object
    rtol: float
    atol: float
    mxstep: float
    hmax: float

    def size(self, error, *ys):
        """The root of the mean square of an error, 1 for what is allowed."""
        scale = self.atol + self.rtol * jnp.max(jnp.abs(jnp.stack(ys)), 0)
        return jnp.sqrt(jnp.mean(jnp.abs(error / scale) ** 2))

    def next_step(self, h, error):
        """The error grows as the fifth power of h."""
        factor = 0.9 * jnp.maximum(error, 1e-10) ** -0.2
        lowest = jnp.where(error < 1, 1.0, 0.2)
        return jnp.minimum(h * jnp.clip(factor, lowest, 10.0), self.hmax)
    # [/Solver]

    # [Solver.first_step]
    def first_step(self, y, slope):
        """A hundredth of the time that y would take to change by itself."""
        y, slope = self.size(y, y), self.size(slope, y)
        small = (y < 1e-5) | (slope < 1e-5)
        h = jnp.where(small, 1e-6, 0.01 * y / jnp.where(small, 1, slope))
        return jnp.minimum(h, self.hmax)
    # [/Solver.first_step]


# [step]
def step(f, y, slope, t, h):
    """One step of length h: y and its slope at the end, and the error."""
    def stage(slopes, row):
        i, when, push = row
        at = y + h.astype(y.dtype) * (push.astype(y.dtype) @ slopes)
        k = f(at, t + h * when)
        return lax.dynamic_update_index_in_dim(slopes, k, i, 0), at
    slopes = jnp.zeros((7, *y.shape), y.dtype).at[0].set(slope)
    rows = jnp.arange(1, 7), jnp.asarray(WHEN, t.dtype), jnp.asarray(PUSH)
    slopes, ys = scan(stage, slopes, rows)
    doubt = jnp.asarray(np.append(PUSH[5, :6], 0) - ORDER_4, y.dtype)
    return ys[-1], slopes[-1], h.astype(y.dtype) * (doubt @ slopes)
# [/step]


# [advance]
def advance(solver, f, state, target):
    """From where the state is to the time `target`; its y there."""
    def going(state):
        n, _, _, t, h = state
        return (t < target) & (n < solver.mxstep) & (t + h > t)

    def body(state):
        n, y, slope, t, h = state
        last = h >= target - t
        now = jnp.where(last, target - t, h)
        new_y, new_slope, error = step(f, y, slope, t, now)
        ratio = solver.size(error, y, new_y)
        then = solver.next_step(now, ratio)
        good = ratio <= 1
        then = jnp.where(good & last, jnp.maximum(h, then), then)
        new = new_y, new_slope, jnp.where(last, target, t + now)
        return n + 1, *[jnp.where(good, a, b) for a, b in zip(
            new, (y, slope, t), strict=True)], then
    _, *state = while_loop(going, body, (0, *state))
    y, _, t, _ = state
    return state, jnp.where(t == target, y, jnp.nan)
# [/advance]


# [solution]
@partial(custom_vjp, nondiff_argnums=(0,))
def solution(solver, y, t, moving, still):
    def f(y, t):
        return solver.func(y, t, moving, still)
    slope = f(y, t[0])
    h = solver.first_step(y, slope).astype(t.dtype)
    _, ys = scan(partial(advance, solver, f), [y, slope, t[0], h], t[1:])
    return jnp.concatenate([y[None], ys])
# [/solution]


# [adjoint]
def forth(solver, y, t, moving, still):
    ys = solution(solver, y, t, moving, still)
    return ys, (ys, t, moving, still)


def back(solver, kept, cts):
    """From time to time backwards; at each of them comes a cotangent in."""
    ys, t, moving, still = kept
    none = jnp.zeros_like(ys[0]), tree_util.tree_map(jnp.zeros_like, moving)
    (ct, total), _ = scan(partial(interval, solver, moving, still), none,
                          (ys[1:], cts[1:], t[1:], t[:-1]), reverse=True)
    slopes = vmap(lambda y, t: solver.func(y, t, moving, still))(ys, t)
    t_cts = jnp.sum(slopes * cts.at[0].set(-ct), 1).real
    return ct + cts[0], t_cts.astype(t.dtype), total, None


solution.defvjp(forth, back)
# [/adjoint]


# [interval]
def interval(solver, moving, still, carry, end):
    """Backwards from one time to the one before.

    y once more, its cotangent, and the sum of those of what can move.
    """
    def slopes(state, s, moving, still):
        y, ct, _ = state
        slope, pull = vjp(lambda y, moving: solver.func(
            y, -s, moving, still), y, moving)
        return -slope, *pull(ct)

    (ct, total), (y, ct_here, late, early) = carry, end
    _, *states = odeint(
        slopes, (y, ct + ct_here, total), -jnp.stack([late, early]), moving,
        still, rtol=solver.rtol, atol=solver.atol, mxstep=solver.mxstep,
        hmax=solver.hmax)
    return tuple(tree_util.tree_map(lambda x: x[-1], states)), None
# [/interval]
