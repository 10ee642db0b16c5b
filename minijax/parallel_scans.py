"""Loops whose steps need not wait for one another.

map              : (a -> b) -> [a] -> [b]
associative_scan : (a -> a -> a) -> [a] -> [a]      fn is associative

map is a scan without a carry; steps may be taken in batches, by vmap.
associative_scan gives all prefixes in log n calls of fn, each on long arrays.
JAX twin: jax/_src/lax/control_flow/loops.py.
"""

import operator

from minijax import lax
from minijax.array import as_array
from minijax.lax.shape import canonical_axis
from minijax.mapping import vmap
from minijax.scanning import number_of_steps, scan
from minijax.transpose import kind
from minijax.tree_util import (
    explain_difference,
    tree_flatten,
    tree_map,
)


def map(f, xs, *, batch_size=None):
    """f of every row of xs, stacked; one after the other.

    xs: a container of arrays with one leading axis size. batch_size: so many
    rows at a time, by vmap: more speed, more memory; 0 means all. ValueError:
    nothing to map over, or sizes that disagree. JAX twin: `jax.lax.map`.
    """
    if batch_size is None:
        return scan(lambda _, x: ((), f(x)), (), xs)[1]
    n, batch_size = number_of_steps(xs, None), operator.index(batch_size)
    if batch_size < 0:
        raise ValueError("map's batch_size must not be negative, got "
                         f"{batch_size}; 0 means all rows at once")
    batches = n // batch_size if batch_size else 0
    return in_batches(vmap(f), xs, n, batches, batch_size)


def in_batches(f, xs, n, batches, size):
    """f of each batch of rows, one after the other, then of what is left."""
    def rows(start, end):
        return tree_map(lambda x: lax.slice_in_dim(x, start, end), xs)
    cut = batches * size
    if not batches:
        return f(xs)
    ys = map(f, tree_map(
        lambda x: lax.reshape(x, (batches, size, *x.shape[1:])), rows(0, cut)))
    ys = tree_map(lambda y: lax.reshape(y, (cut, *y.shape[2:])), ys)
    if cut == n:
        return ys
    return tree_map(lambda *parts: lax.concatenate(parts, 0), ys,
                    f(rows(cut, n)))


def associative_scan(fn, elems, reverse=False, axis=0):
    """[a, fn(a, b), fn(fn(a, b), c), …] along an axis, for an associative fn.

    elems: a container of arrays of one size along `axis`. fn takes two such
    containers, of any size there, and combines them place by place (as add
    does, or vmap of a function of two elements). reverse: from the end,
    [fn(fn(c, b), a), fn(c, b), c]. ValueError: no elems, sizes that disagree.
    TypeError: fn returns another type. JAX twin: `jax.lax.associative_scan`.
    """
    if not callable(fn):
        raise TypeError("lax.associative_scan: fn argument should be "
                        f"callable, got {fn!r:.60}")
    leaves, tree = tree_flatten(elems)
    leaves = [as_array(x, "associative_scan", i) for i, x in enumerate(leaves)]
    axis = check_sizes(leaves, axis)

    def combine(a, b):
        out, out_tree = tree_flatten(fn(tree.unflatten(a), tree.unflatten(b)))
        check_combined(b, tree, out, out_tree)
        return out
    flip = (lambda x: lax.rev(x, (axis,))) if reverse else (lambda x: x)
    found = prefixes(combine, [flip(x) for x in leaves], axis)
    return tree.unflatten([flip(x) for x in found])


def prefixes(combine, xs, axis):
    """x0, x0 x1, x0 x1 x2, …: by the prefixes of a list half as long.

    Those of the pairs x0 x1, x2 x3, … are every second one that is wanted.
    Each of the others is one of them, combined with one x.
    """
    n = xs[0].shape[axis]
    if n < 2:
        return xs

    def cut(xs, start, end, step=1):
        return [lax.slice_in_dim(x, start, end, step, axis) for x in xs]
    pairs = combine(cut(xs, 0, n - 1, 2), cut(xs, 1, n, 2))
    odd = prefixes(combine, pairs, axis)
    if n > 2:
        even = combine(cut(odd, 0, (n - 1) // 2), cut(xs, 2, n, 2))
        even = [lax.concatenate(x, axis) for x in zip(cut(xs, 0, 1), even)]
    else:
        even = cut(xs, 0, 1)
    return [interleaved(a, b, axis) for a, b in zip(even, odd)]


def interleaved(a, b, axis):
    """a0, b0, a1, b1, …; a may have one more."""
    n = b.shape[axis]
    both = lax.stack([lax.slice_in_dim(a, 0, n, 1, axis), b], axis + 1)
    both = lax.reshape(both, (*b.shape[:axis], 2 * n, *b.shape[axis + 1:]))
    rest = lax.slice_in_dim(a, n, a.shape[axis], 1, axis)
    return lax.concatenate([both, rest], axis) if rest.size else both


# [checks]
def check_sizes(leaves, axis):
    """The axis, counted from the front; all leaves have one size there."""
    if not leaves:
        raise ValueError("associative_scan needs at least one array to scan "
                         "over, got a container without any")
    axis = canonical_axis(axis, leaves[0].ndim)
    shapes = [x.shape for x in leaves]
    if len({shape[axis:axis + 1] for shape in shapes}) > 1:
        raise ValueError(
            "Array inputs to associative_scan must have the same first "
            f"dimension. (saw: {shapes}) That is, one size along axis {axis}.")
    return axis


def check_combined(b, tree, out, out_tree):
    """What fn returned is of the type of what it took."""
    if tree != out_tree:
        raise TypeError(
            "associative_scan: fn must return a container like those that it "
            f"takes, {tree}, got {out_tree}.\n"
            + explain_difference(tree, out_tree))
    for x, y in zip(b, out):
        if kind(x) != kind(y):
            raise TypeError(
                "associative_scan: fn must return arrays of the types that it "
                f"takes; of {x.aval} it made {y.aval}.")
# [/checks]
