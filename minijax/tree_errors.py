"""Where two containers part ways, and how to say so.

prefix_errors      : (prefix tree, full tree) -> [str -> ValueError]
explain_difference : (PyTreeDef, PyTreeDef) -> str
flatten_axes       : (name, PyTreeDef, prefix tree) -> [leaf of the prefix]

A prefix is a tree cut off early: each of its leaves stands for the whole
subtree in its place. JAX twin: `_prefix_error` and `equality_errors` in
jax/_src/tree_util.py, `flatten_axes` in jax/_src/api_util.py.
"""

from typing import NamedTuple

from minijax.pytree import entry_of, same_data, tree_flatten
from minijax.tree_keys import keystr


# [Mismatch]
class Mismatch(NamedTuple):
    """A place where two trees differ, and what each has there."""

    path: tuple
    what: str
    left: str
    right: str
    more: str = ""


class Leaf:
    """Stands for a leaf where only the structure is known."""


def _shape(x):
    """The structure of x, cut to a line."""
    shape = repr(tree_flatten(x)[1])
    return f"{shape[:100]}…" if len(shape) > 100 else shape


def _name(kind):
    """A class, as one would import it."""
    home = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{home}{kind.__qualname__}"


def _type(x):
    if type(x) is Leaf:
        return "a leaf"
    return f"{_name(type(x))}, {_shape(x)}"
# [/Mismatch]


def mismatches(x, y, is_leaf=None, prefix=True):
    """The first place, along every branch, where y is not built like x.

    A leaf of x matches anything (prefix=True), or only a leaf.
    """
    todo = [((), x, y)]
    while todo:
        path, x, y = todo.pop()
        stop = is_leaf is not None and is_leaf(x)
        entry = None if stop else entry_of(type(x))
        if entry is None and (prefix or entry_of(type(y)) is None):
            continue
        if found := _compare(path, x, y):
            yield found
        else:
            steps = zip(entry.keys(x), *map(_children, (x, y)), strict=True)
            todo += [((*path, key), a, b) for key, a, b in steps][::-1]


def _children(x):
    return entry_of(type(x)).flatten(x)[0]


def _compare(path, x, y):
    """What is different about two containers themselves, if anything."""
    kind = type(x)
    if kind is not type(y):
        return Mismatch(path, "different types", _type(x), _type(y))
    (xs, data), (ys, other) = map(entry_of(kind).flatten, (x, y))
    if len(xs) == len(ys) and same_data(data, other):
        return None
    name = _name(kind)
    if kind in (tuple, list):
        return Mismatch(path, f"different lengths of {name}",
                        f"{name} of length {len(x)}, {_shape(x)}",
                        f"{name} of length {len(y)}, {_shape(y)}")
    if len(xs) == len(ys):
        return Mismatch(path, "different pytree metadata",
                        f"{name} with metadata {data}",
                        f"{name} with metadata {other}")
    mine, theirs = map(_key_words, (x, y))
    odd = [k for k in mine + theirs if (k in mine) != (k in theirs)]
    return Mismatch(path, "different numbers of pytree children",
                    f"{name} with {len(xs)} child keys: {' '.join(mine)}",
                    f"{name} with {len(ys)} child keys: {' '.join(theirs)}",
                    "so the symmetric difference on key sets is\n    "
                    f"{' '.join(odd)}\n")


def _key_words(x):
    return [keystr((k,), simple=True) for k in entry_of(type(x)).keys(x)]


def prefix_errors(prefix_tree, full_tree, is_leaf=None):
    """For each mismatch a function from a name to the ValueError about it."""
    def error_of(found):
        other = "different " if found.what == "different types" else ""
        return lambda name: ValueError(
            f"pytree structure error: {found.what} at key path\n"
            f"    {name}{keystr(found.path)}\n"
            f"At that key path, the prefix pytree {name} has a subtree of "
            f"type\n    {found.left}\n"
            "but at the same key path the full pytree has a subtree of "
            f"{other}type\n    {found.right}\n"
            f"{found.more}{_remedy(found)}")
    return list(map(error_of, mismatches(prefix_tree, full_tree, is_leaf)))


def _remedy(found):
    if found.left.startswith("NoneType"):
        return ("None is a container without leaves: put None on both sides,\n"
                "or pass is_leaf=lambda x: x is None, and it is a leaf.")
    return ("Build both alike there (a tuple is not a list, nor a dict an "
            "OrderedDict),\nor put a single leaf into the prefix, where it "
            "counts for everything below.")


def explain_difference(treedef, other):
    """A sentence on where two treedefs first differ; "" if nowhere."""
    trees = [d.unflatten([Leaf()] * d.num_leaves) for d in (treedef, other)]
    for path, what, left, right, more in mismatches(*trees, prefix=False):
        where = keystr(path) or "the outermost level"
        return (f"They first differ at {where}, {what}: {left} against "
                f"{right}\n{more}").rstrip()
    return ""


# [broadcast]
def _pass_subtree(nodes):
    """Read one subtree off a reversed list of nodes; count its leaves."""
    missing, leaves = 1, 0
    while missing:
        kind, _, arity = next(nodes)
        missing += arity - 1
        leaves += kind is None
    return leaves


def broadcast_flattened_prefix(leaves, prefix, full):
    """Each leaf of a prefix, once for every leaf of `full` below its place.

    leaves, prefix: a flattened tree; full: a treedef. ValueError where one
    is no prefix of the other. JAX: broadcast_flattened_prefix_with_treedef.
    """
    left, nodes, out = list(leaves), reversed(full._nodes), []
    for node in reversed(prefix._nodes):  # the root is last
        if node[0] is None:
            out += [left.pop()] * _pass_subtree(nodes)
        elif not same_data(next(nodes), node):
            raise ValueError(f"{prefix} is not a prefix of {full}")
    return out[::-1]
# [/broadcast]


def broadcast_prefix(prefix_tree, full_tree, is_leaf=None):
    """The leaves of the prefix, one for each leaf of the full tree."""
    leaves, prefix = tree_flatten(prefix_tree, is_leaf)
    try:
        return broadcast_flattened_prefix(
            leaves, prefix, tree_flatten(full_tree)[1])
    except ValueError:
        for error_about in prefix_errors(prefix_tree, full_tree, is_leaf):
            raise error_about("broadcast_prefix prefix_tree") from None
        raise


def flatten_axes(name, treedef, axis_tree, *, tupled_args=False):
    """A specification such as in_axes, one entry for each leaf of `treedef`.

    `axis_tree` is a prefix in which None is a leaf. The ValueError names the
    place by its path; tupled_args says that `treedef` is a tuple of
    arguments, which is easily forgotten. Twin: `flatten_axes`.
    """
    leaves, prefix = tree_flatten(axis_tree, is_none)
    try:
        return broadcast_flattened_prefix(leaves, prefix, treedef)
    except ValueError:
        full = treedef.unflatten([Leaf()] * treedef.num_leaves)
        errors = prefix_errors(axis_tree, full, is_none)
    hint = _tuple_hint(name, treedef, axis_tree) if tupled_args else ""
    details = "\n  ".join(str(error_about(name)) for error_about in errors)
    raise ValueError(
        f"{name} specification must be a tree prefix of the corresponding "
        f"value;\ngot specification {axis_tree} for value tree {treedef}."
        f"{hint}\n  Mismatch details ({len(errors)} found):\n  {details}")


# [flatten_axes helpers]
def is_none(x):
    return x is None


def _tuple_hint(name, treedef, axis_tree):
    """The word on a forgotten tuple around the specification."""
    hint = (f"\nNote that {name} that are non-trivial pytrees should always "
            "be wrapped in a tuple representing the argument list.")
    if len(treedef.children()) != 1:
        return hint
    try:
        flatten_axes(name, treedef, (axis_tree,))
    except ValueError:
        return hint
    return (f"{hint}\nIn particular, you're passing in a single argument "
            f"which means that {name} might need to be wrapped in a "
            f"singleton tuple, ({axis_tree},).")
# [/flatten_axes helpers]
