"""What one does with pytrees: map, reduce, transpose, broadcast, register.

tree_map       : ((a, ...) -> b, tree of a, ...) -> tree of b
tree_reduce    : ((b, a) -> b, tree of a, b) -> b
tree_transpose : (outer, inner, outer of inner of a) -> inner of outer of a
tree_broadcast : (prefix of a, tree) -> tree of a

Flattening is in `pytree`, names of places in `tree_keys`, complaints in
`tree_errors`. JAX twin: jax/_src/tree_util.py.
"""

import functools
import operator

from minijax.pytree import (  # noqa: F401
    PyTreeDef,
    entry_of,
    register_pytree_node,
    tree_flatten,
    treedef_tuple,
)
from minijax.tree_errors import (  # noqa: F401
    broadcast_prefix,
    explain_difference,
    flatten_axes,
    prefix_errors,
)
from minijax.tree_keys import (  # noqa: F401
    DictKey,
    FlattenedIndexKey,
    GetAttrKey,
    SequenceKey,
    keystr,
)
from minijax.tree_nodes import (  # noqa: F401
    Partial,
    register_dataclass,
    register_pytree_node_class,
    register_pytree_with_keys,
    register_pytree_with_keys_class,
    register_static,
)


# [thin]
def tree_unflatten(treedef, leaves):
    """The container of that structure with those leaves in it."""
    if not isinstance(treedef, PyTreeDef):
        raise TypeError("tree_unflatten takes the treedef first, then the "
                        f"leaves; got a {type(treedef).__name__} first.")
    return treedef.unflatten(leaves)


def tree_leaves(tree, is_leaf=None):
    """The leaves, left to right."""
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree, is_leaf=None):
    """The treedef alone."""
    return tree_flatten(tree, is_leaf)[1]
# [/thin]


def tree_map(f, tree, *rest, is_leaf=None):
    """`f` at each leaf of `tree` and what stands there in the others.

    `tree` is a prefix of each of `rest`: where it has a leaf, they may have
    a subtree. A ValueError names the path where that is not so.
    """
    if not callable(f):
        raise TypeError("tree_map takes the function first, and then trees; "
                        f"expected a callable, got {f!r:.60}")
    leaves, treedef = tree_flatten(tree, is_leaf)
    columns = [_flatten_up_to(treedef, tree, other, is_leaf, "tree_map tree")
               for other in rest]
    return treedef.unflatten(map(f, leaves, *columns))


def _flatten_up_to(treedef, tree, other, is_leaf, name):
    """treedef.flatten_up_to(other), with the path in the error."""
    try:
        return treedef.flatten_up_to(other)
    except ValueError:
        for error_about in prefix_errors(tree, other, is_leaf):
            raise error_about(name) from None
        raise


# [reduce]
_unspecified = object()


def tree_reduce(function, tree, initializer=_unspecified, is_leaf=None):
    """functools.reduce over the leaves, left to right."""
    start = () if initializer is _unspecified else (initializer,)
    return functools.reduce(function, tree_leaves(tree, is_leaf), *start)


def tree_all(tree, *, is_leaf=None):
    """Whether every leaf is true."""
    return all(tree_leaves(tree, is_leaf))


def tree_reduce_associative(operation, tree, *, identity=_unspecified,
                            is_leaf=None):
    """The leaves combined in halves, then halves of halves: log depth."""
    def combine(xs):
        if len(xs) == 1:
            return xs[0]
        half = len(xs) // 2
        return operation(combine(xs[:half]), combine(xs[half:]))
    leaves = tree_leaves(tree, is_leaf)
    if not leaves and identity is _unspecified:
        raise TypeError("Must specify identity for parallel reduction of "
                        "empty sequence: the tree has no leaves.")
    return combine(leaves) if leaves else identity
# [/reduce]


def tree_transpose(outer_treedef, inner_treedef, pytree_to_transpose):
    """A list of pairs into a pair of lists, for any two structures.

    inner_treedef: None takes that of the first subtree. TypeError where the
    tree is not the outer structure with the inner one at its leaves.
    """
    leaves, treedef = tree_flatten(pytree_to_transpose)
    if inner_treedef is None:
        inner_treedef = tree_structure(
            outer_treedef.flatten_up_to(pytree_to_transpose)[0])
    size, count = inner_treedef.num_leaves, outer_treedef.num_leaves
    rows = [leaves[i * size:(i + 1) * size] for i in range(count)]
    if len(leaves) != size * count or treedef != tree_structure(
            outer_treedef.unflatten(map(inner_treedef.unflatten, rows))):
        raise TypeError(
            f"Mismatch\n{treedef}\n != \n"
            f"{outer_treedef.compose(inner_treedef)}\nThe tree to transpose "
            "must be the outer structure with the inner one at its leaves.")
    columns = [[row[i] for row in rows] for i in range(size)]
    return inner_treedef.unflatten(map(outer_treedef.unflatten, columns))


# [broadcast and parts]
def tree_broadcast(prefix_tree, full_tree, is_leaf=None):
    """The structure of the full tree, with the leaves of the prefix."""
    leaves = broadcast_prefix(prefix_tree, full_tree, is_leaf)
    return tree_structure(full_tree).unflatten(leaves)


def treedef_children(treedef):
    """The structures of the immediate children."""
    return treedef.children()


def treedef_is_leaf(treedef):
    """Whether it has a single node (as in JAX, true of None and () too)."""
    return treedef.num_nodes == 1


def all_leaves(iterable, is_leaf=None):
    """Whether every item is a leaf."""
    items = list(iterable)
    leaves = tree_leaves(items, is_leaf)
    return len(items) == len(leaves) and all(map(operator.is_, items, leaves))


def is_tree_node(typ):
    """Whether values of this type are containers."""
    return entry_of(typ) is not None


def flatten_one_level(tree):
    """(children, data) of one container; ValueError for a leaf."""
    if not is_tree_node(type(tree)):
        raise ValueError(f"can't tree-flatten type: {type(tree)}; it is a "
                         "leaf, unless it is registered as a container.")
    return entry_of(type(tree)).flatten(tree)
# [/broadcast and parts]


def tree_flatten_with_path(tree, is_leaf=None, is_leaf_takes_path=False):
    """tree_flatten, with (path, leaf) in the place of the leaf.

    is_leaf_takes_path: `is_leaf(path, x)` instead of `is_leaf(x)`.
    """
    todo, paths = [()], []  # the paths of what tree_flatten will visit

    def visit(x):
        path = todo.pop()
        asked = (path, x) if is_leaf_takes_path else (x,)
        stop = is_leaf is not None and is_leaf(*asked)
        entry = entry_of(type(x))
        if stop or entry is None:
            paths.append(path)
        else:
            todo.extend((*path, key) for key in reversed(entry.keys(x)))
        return stop

    leaves, treedef = tree_flatten(tree, visit)
    return list(zip(paths, leaves, strict=True)), treedef


# [with path]
def tree_leaves_with_path(tree, is_leaf=None, is_leaf_takes_path=False):
    """(path, leaf) for every leaf."""
    return tree_flatten_with_path(tree, is_leaf, is_leaf_takes_path)[0]


def tree_map_with_path(f, tree, *rest, is_leaf=None,
                       is_leaf_takes_path=False):
    """tree_map of `f(path, x, *others)`."""
    pairs, treedef = tree_flatten_with_path(tree, is_leaf, is_leaf_takes_path)
    stop = None if is_leaf_takes_path else is_leaf
    columns = [_flatten_up_to(treedef, tree, other, stop,
                              "tree_map_with_path tree") for other in rest]
    return treedef.unflatten(
        map(lambda pair, *others: f(*pair, *others), pairs, *columns))
# [/with path]
