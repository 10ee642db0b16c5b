"""Programs made to fit one another.

rewired : (a -> b) -> (a' -> b)         other inputs, some of which are read
alike   : [program] -> [program']       transformed, with the same outputs
settled : mask -> (program, mask)       a loop's step, transformed

The branches of a choice take the same inputs and give the same outputs; a
step of a loop takes what it gives. A transformation of each by itself may
break that, and what is here mends it.
"""

from collections import Counter
from operator import or_

from minijax import lax
from minijax.jaxpr import ClosedJaxpr, Var
from minijax.jaxpr_transforms import (
    kept_with_program,
    run_closed,
    select,
    traced,
)


# [rewired]
def rearranged(closed, invars, outvars):
    """The same equations, with other lists of inputs and outputs."""
    return ClosedJaxpr(closed.jaxpr.replace(
        invars=invars, outvars=outvars), closed.consts)


@kept_with_program
def rewired(closed, avals, places):
    """The same program, with inputs `avals`: it reads those at `places`."""
    invars = [Var(a) for a in avals]
    for i, v in zip(places, closed.jaxpr.invars, strict=True):
        invars[i] = v
    return rearranged(closed, invars, closed.jaxpr.outvars)


@kept_with_program
def outputs_at(closed, mask):
    """The program that gives only some of the outputs."""
    jaxpr = closed.jaxpr
    return rearranged(closed, jaxpr.invars, select(jaxpr.outvars, mask)[0])


def positions(mask):
    """(False, True, True) -> (1, 2)"""
    return tuple(i for i, m in enumerate(mask) if m)
# [/rewired]


# [alike]
def alike(transform, programs, *key):
    """All programs transformed, with the outputs that any of them needs.

    transform: one of `jaxpr_transforms`; its last result says which outputs
    are there. Gives its results for each program.
    """
    masks = [transform(p, *key)[-1] for p in programs]
    wanted = positions(map(any, zip(*masks, strict=True)))
    return [transform(p, *key, wanted) for p in programs]


def settled(transform, fixed, carry):
    """A loop's step, transformed for a carry that is as it leaves it.

    transform(mask, wanted) gives a tuple that ends in the mask of outputs;
    fixed: the mask of what all steps share. A step may make more of the
    carry move (wait, differ) than did at the start, and that may move more
    yet: so again, until nothing changes. Returns the tuple.
    """
    while True:
        found = transform((*fixed, *carry), positions(carry))
        if found[-1] == carry:
            return found
        carry = tuple(map(or_, carry, found[-1]))
# [/alike]


# [shared_places]
def shared_places(rows):
    """One list of types with a place for each value of every row.

    Rows share places of one type: only one of them will be there. Returns
    the list, and for each row the places of its values.
    """
    common, places = {}, []
    for avals in rows:
        seen, mine = Counter(), []
        for a in avals:
            mine.append(common.setdefault((a, seen[a]), len(common)))
            seen[a] += 1
        places.append(tuple(mine))
    return tuple(a for a, _ in common), places


@kept_with_program
def outputs_placed(closed, n, avals, places):
    """The first n outputs, then the others at their places among zeros."""
    def placed(*args):
        outs = run_closed(closed, args)
        found = dict(zip(places, outs[n:], strict=True))
        rest = [found[i] if i in found else lax.full(a.shape, 0, a.dtype)
                for i, a in enumerate(avals)]
        return [*outs[:n], *rest], None
    return traced(placed, closed.in_avals)[0]
# [/shared_places]


# [forwarded]
def forwarded(closed):
    """For each output: the input that it hands through, or None."""
    place = {v: i for i, v in enumerate(closed.jaxpr.invars)}
    return [place.get(v) if isinstance(v, Var) else None
            for v in closed.jaxpr.outvars]


def split(values, *sizes):
    """A list cut into lists of these sizes, and what is left."""
    values, parts = list(values), []
    for n in sizes:
        parts.append(values[:n])
        values = values[n:]
    return [*parts, values]
# [/forwarded]


# [in_pairs]
def in_pairs(values, moves, *sizes):
    """Primals and then tangents, sorted: those of each part are together.

    moves: which primals have tangents; sizes: of the parts, but for the last.
    """
    primals, dots = values[:len(moves)], values[len(moves):]
    groups = zip(split(primals, *sizes),
                 split(dots, *map(sum, split(moves, *sizes)[:-1])))
    return [x for pair in groups for part in pair for x in part]
# [/in_pairs]
