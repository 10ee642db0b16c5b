"""scan: a loop of known length, with a state that is handed on.

scan : (c -> a -> (c, b)) -> c -> [a] -> (c, [b])

The operation is in `scan_program`, its rules in `scan_rules`.
JAX twin: jax/_src/lax/control_flow/loops.py.
"""

import operator
from functools import partial

from minijax import lax, scan_rules  # noqa: F401
from minijax.array import as_array
from minijax.bodies import check_carry, trace_body, widen
from minijax.compilation import disable_jit
from minijax.core import Tracer
from minijax.errors import ConcretizationTypeError
from minijax.scan_program import bind_scan, steps
from minijax.tree_util import (
    keystr,
    tree_flatten,
    tree_leaves_with_path,
    tree_map,
    treedef_children,
    treedef_tuple,
)


# [scan]
def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """f(carry, x) -> (carry, y) for each row x of xs; the ys are stacked.

    init: the first carry, any container of arrays; f hands on one of the
    same tree, shapes and dtypes. xs: a container of arrays whose leading
    axes have one size, the number of steps; or None, and a `length`.
    reverse: from the last row to the first; each y stays in its x's row.
    unroll: an int or a bool, written into the jaxpr; it changes nothing, for
    Python's loop gains nothing by it. Returns (last carry, ys). TypeError:
    the carry changes its type. ValueError: lengths. Twin: `jax.lax.scan`.
    """
    if not callable(f):
        raise TypeError("lax.scan: f argument should be a callable, of "
                        f"(carry, x); got {f!r:.60}")
    how = dict(length=number_of_steps(xs, length), reverse=bool(reverse))
    if disable_jit.value:
        return python_loop(f, init, xs, **how)
    how["unroll"] = steps_at_once(unroll, how["length"])
    carry, tree = arrays(init)
    rows, xs_tree = arrays(xs)
    body, carry = body_of(f, carry, treedef_tuple((tree, xs_tree)),
                          [x.aval.update(shape=x.shape[1:]) for x in rows])
    outs = bind_scan(body.jaxpr, body.consts, carry, rows, **how)
    trees = treedef_children(body.out_tree)
    return tuple(tree.unflatten(x) for tree, x in zip(trees, outs))
# [/scan]


def python_loop(f, init, xs, length, reverse):
    """What scan means. Under disable_jit, also how it runs."""
    if not length:
        raise ValueError("zero-length scan is not supported in disable_jit() "
                         "mode because the output type is unknown: no step "
                         "is taken, so no y is ever seen.")
    carry, ys = tree_map(as_array, init), [None] * length
    for i in steps(length, reverse):
        row = partial(lax.index_in_dim, index=i, keepdims=False)
        carry, ys[i] = f(carry, tree_map(row, xs))
    return carry, tree_map(lambda *rows: lax.stack(rows), *ys)


# [body_of]
def arrays(container):
    leaves, tree = tree_flatten(container)
    return [as_array(x, "scan", i) for i, x in enumerate(leaves)], tree


def body_of(f, carry, in_tree, x_avals):
    """The body as a program, and the initial carry in the types it takes."""
    avals = [x.aval for x in carry]
    body = trace_body(f, in_tree, avals + x_avals, "scan")
    tree, out_avals = carry_type(body)
    wide = widen(carry, out_avals)
    if any(x is not y for x, y in zip(carry, wide)):
        return body_of(f, wide, in_tree, x_avals)
    check_carry("scan body", f, (treedef_children(in_tree)[0], avals),
                (tree, out_avals))
    return body, carry


def carry_type(body):
    """The tree and the types of what a step hands on."""
    trees = treedef_children(body.out_tree)
    if len(trees) != 2:
        raise TypeError(
            f"scan body output must be a pair, got {body.out_tree}. Return "
            "(carry, y); y is None if there is nothing to stack.")
    return trees[0], body.jaxpr.out_avals[:trees[0].num_leaves]
# [/body_of]


def number_of_steps(xs, length):
    """The one size of the leading axes of xs, or the length."""
    sizes = {f"xs{keystr(path)}": leading_size(x, path)
             for path, x in tree_leaves_with_path(xs)}
    told = ", ".join(f"{name} has {n}" for name, n in sizes.items())
    if length is not None:
        length = as_length(length)
        if any(n != length for n in sizes.values()):
            raise ValueError(
                f"scan got `length` argument of {length} which disagrees with "
                f"leading axis sizes {[*sizes.values()]}: {told}. Leave the "
                "length out, or cut the xs to it.")
        return length
    if not sizes:
        raise ValueError("scan got no values to scan over and `length` not "
                         "provided: give xs, or length=n for n steps.")
    if len(set(sizes.values())) > 1:
        raise ValueError(
            "scan got values with different leading axis sizes: "
            f"{', '.join(map(str, sizes.values()))}. The first axis of each "
            f"is the one that is scanned over: {told}.")
    return next(iter(sizes.values()))


# [sizes]
def leading_size(x, path):
    x = as_array(x, "scan")
    if not x.shape:
        raise ValueError(
            f"scan got value with no leading axis to scan over: {x} at "
            f"xs{keystr(path)}. What is the same in every step, f may close "
            "over, or the carry hands it on.")
    return x.shape[0]


def as_length(length):
    if isinstance(length, Tracer) and length.to_concrete_value() is None:
        raise ConcretizationTypeError(length, (
            "The `length` argument to `scan` expects a concrete `int` value. "
            "For scan-like iteration with a dynamic length, use `while_loop` "
            "or `fori_loop`.\n"))
    try:
        n = operator.index(length)
    except TypeError:
        raise TypeError("scan's length must be an integer, got "
                        f"{length!r:.60}") from None
    if n < 0:
        raise ValueError(f"scan's length must not be negative, got {n}")
    return n


def steps_at_once(unroll, length):
    """`unroll` as a number: True and 0 mean all of them."""
    if isinstance(unroll, bool):
        return max(length, 1) if unroll else 1
    if not isinstance(unroll, int) or unroll < 0:
        raise ValueError("`unroll` must be a `bool` or a non-negative `int`, "
                         f"got {unroll!r}")
    return unroll
# [/sizes]
