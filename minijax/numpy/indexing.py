"""What stands between brackets: x[1, ::2, None, [0, 3]].

getitem : (Array, index) -> Array

Ints and slices become lax.slice, traced scalars lax.dynamic_slice, and
arrays lax.gather. JAX twin: jax/_src/numpy/indexing.py.
"""

import numpy as np

from minijax import lax
from minijax.array import Array
from minijax.lax import GatherScatterMode
from minijax.numpy.gathering import Plan
from minijax.numpy.parsing import check_static, parse

# [PROMISE]
PROMISE = GatherScatterMode.PROMISE_IN_BOUNDS
# [/PROMISE]


def getitem(x, index, mode=None, fill_value=None, **promises):
    """x[index].

    IndexError if a position that is known is out of range; one that is only
    traced is clipped, or treated as `mode` says.
    """
    parts, together, new = parse(index, x.shape)
    if new:
        x = lax.expand_dims(x, new)
    mode = PROMISE if mode is None else GatherScatterMode.from_any(mode)
    if mode is PROMISE:
        check_static(parts, x.shape)
        arrays = [p for p in parts if isinstance(p, np.ndarray | Array)]
        if not arrays:
            return static_slice(x, parts)
        if not any(p.ndim for p in arrays) and all(map(unit_step, parts)):
            return dynamic_slice(x, parts)
    return gather(x, Plan(parts, together, x.shape), mode, fill_value,
                  promises)


def gather(x, plan, mode, fill_value, promises):
    """x[index] for the plan of an index."""
    if 0 in plan.result:
        return lax.full_like(x, 0, shape=tuple(plan.result))
    out = lax.gather(x, plan.indices(), plan.numbers(), tuple(plan.sizes),
                     mode=mode, fill_value=fill_value,
                     **plan.promises(**promises))
    if plan.reverse:
        out = lax.rev(out, tuple(plan.reverse))
    return lax.expand_dims(out, tuple(plan.new)) if plan.new else out


def unit_step(part):
    """Whether a part is no slice with a step."""
    return not isinstance(part, slice) or part.step in (None, 1, -1)


def static_slice(x, parts):
    """x[parts] for ints, slices and None."""
    starts, limits, steps, reverse, gone, new = [], [], [], [], [], []
    for part in parts:
        axis = len(starts)
        if part is None:
            new.append(axis - len(gone) + len(new))
            continue
        if isinstance(part, int):
            gone.append(axis)
            i = part % x.shape[axis]
            part = slice(i, i + 1)
        start, limit, step = bounds(part, x.shape[axis])
        if step < 0:
            reverse.append(axis)
        starts.append(start)
        limits.append(limit)
        steps.append(abs(step))
    steps = tuple(steps) if set(steps) - {1} else None
    if steps or tuple(limits) != x.shape or any(starts):
        x = lax.slice(x, tuple(starts), tuple(limits), steps)
    return reshaped(x, reverse, gone, new)


def bounds(part, size):
    """start, limit and step of a slice; forwards even if the step is not."""
    steps = range(size)[part]
    if steps.step > 0:
        return steps.start, max(steps.start, steps.stop), steps.step
    limit = steps.start + 1
    return (steps[-1] if steps else limit), limit, steps.step


def reshaped(x, reverse, gone, new):
    """`x` with axes reversed, axes of size 1 taken away, and others added."""
    x = lax.rev(x, tuple(reverse)) if reverse else x
    x = lax.squeeze(x, tuple(gone)) if gone else x
    return lax.expand_dims(x, tuple(new)) if new else x


def dynamic_slice(x, parts):
    """x[parts] for traced scalars, ints, slices of step 1 or -1, and None."""
    starts, sizes, reverse, gone, new = [], [], [], [], []
    for part in parts:
        axis = len(starts)
        if part is None:
            new.append(axis - len(gone) + len(new))
        elif isinstance(part, slice):
            steps = range(x.shape[axis])[part]
            if steps.step < 0:
                reverse.append(axis)
                steps = steps[::-1]
            starts.append(np.int32(steps.start if steps else 0))
            sizes.append(len(steps))
        else:
            gone.append(axis)
            starts.append(part)
            sizes.append(1)
    starts = [lax.convert_element_type(i, np.int32) for i in starts]
    return reshaped(lax.dynamic_slice(x, starts, tuple(sizes)), reverse, gone,
                    new)
