"""Pytrees: containers in containers, and the shape that they leave behind.

tree_flatten          : (tree, is_leaf) -> ([leaf], PyTreeDef)
PyTreeDef.unflatten   : [leaf] -> tree
PyTreeDef.flatten_up_to : tree -> [subtree]
register_pytree_node  : (type, flatten, unflatten) -> None

A treedef lists its nodes, children first: reverse Polish notation, so that
a loop with a stack does what would otherwise need recursion, and depth costs
nothing. Nothing here knows what a leaf is. JAX twin: jaxlib's pytree module
(C++), and jax/_src/tree_util.py.
"""

import reprlib
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from minijax.tree_keys import (
    DictKey,
    FlattenedIndexKey,
    GetAttrKey,
    SequenceKey,
)

LEAF = (None, None, 0)
NONE = type(None)
DEEPEST = 100_000


# [Entry]
class Entry(NamedTuple):
    """What must be known of a type of container."""

    flatten: Callable  # x -> (children, data)
    unflatten: Callable  # (data, children) -> x
    keys: Callable  # x -> the children's keys


def _index_keys(x):
    return [SequenceKey(i) for i in range(len(x))]
# [/Entry]


def _flatten_dict(x):
    """The values in the order of the sorted keys, and those keys."""
    try:
        keys = tuple(sorted(x))
    except TypeError as error:
        raise ValueError(
            "Comparator raised exception while sorting pytree dictionary "
            f"keys: {error}.\nThe leaves of a dict are taken in the order of "
            f"its sorted keys, and these are {list(x)}.\nUse keys that "
            "compare with one another (all str, say), or an OrderedDict, "
            "whose order is its own.") from None
    return [x[k] for k in keys], keys


# [registry]
_registry = {
    tuple: Entry(lambda x: (x, None), lambda _, xs: xs, _index_keys),
    list: Entry(lambda x: (x, None), lambda _, xs: list(xs), _index_keys),
    dict: Entry(_flatten_dict,
                lambda keys, xs: dict(zip(keys, xs, strict=True)),
                lambda x: [DictKey(k) for k in sorted(x)]),
    NONE: Entry(lambda x: ((), None), lambda _, xs: None, lambda x: []),
}
_namedtuple = Entry(lambda x: (list(x), type(x)), lambda kind, xs: kind(*xs),
                    lambda x: [GetAttrKey(name) for name in x._fields])


def entry_of(kind):
    """The entry of a type of container, or None for a type of leaf."""
    entry = _registry.get(kind)
    if entry is None and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return _namedtuple
    return entry
# [/registry]


def tree_flatten(tree, is_leaf=None):
    """The leaves, left to right, and the treedef (JAX: `jax.tree.flatten`).

    `is_leaf(x)`, where given, is asked about everything on the way, parents
    before children; what it says True to is a leaf.
    """
    leaves, nodes, waiting, known = [], [], [], _registry.get
    children, node = iter((tree,)), None
    while True:
        for x in children:
            kind = type(x)
            entry = known(kind) or (isinstance(x, tuple) and entry_of(kind))
            if (is_leaf is not None and is_leaf(x)) or not entry:
                leaves.append(x)
                nodes.append(LEAF)
            else:
                waiting.append((children, node))
                children, node = _open(x, kind, entry, len(waiting))
                break
        else:
            if not waiting:
                return leaves, PyTreeDef(tuple(nodes))
            nodes.append(node)
            children, node = waiting.pop()


def _open(x, kind, entry, depth):
    """A container's children, and the node to write once they are done."""
    if depth > DEEPEST:
        raise RecursionError(
            f"a pytree nested deeper than {DEEPEST}: does a {kind.__name__} "
            "contain itself?\nA pytree must be a tree: break the cycle, or "
            "keep the link back outside of it.")
    children, data = entry.flatten(x)
    return iter(children), (kind, data, len(children))


# [PyTreeDef]
class PyTreeDef:
    """The shape of a container: its nodes (type, data, arity), children first.

    Immutable and hashable; two treedefs are equal when types, data (keys of
    a dict, static fields of a custom node) and numbers of children are.
    """

    __slots__ = ("_nodes", "_num_leaves")

    def __init__(self, nodes):
        self._nodes = nodes
        self._num_leaves = nodes.count(LEAF)

    num_leaves = property(lambda self: self._num_leaves)
    num_nodes = property(lambda self: len(self._nodes))
    # [/PyTreeDef]

    def _fold(self, leaves, build):
        """A leaf is pushed; a node pops its children and pushes itself."""
        supply, stack = iter(leaves), []
        for kind, data, arity in self._nodes:
            if kind is None:
                stack.append(next(supply))
            else:
                first = len(stack) - arity
                children = tuple(stack[first:])
                del stack[first:]
                stack.append(build(kind, data, children))
        return stack.pop()

    def unflatten(self, leaves):
        """The container of this shape that holds these leaves."""
        leaves = list(leaves)
        if len(leaves) != self._num_leaves:
            raise ValueError(
                f"Too {'few' if len(leaves) < self._num_leaves else 'many'} "
                f"leaves for PyTreeDef; expected {self._num_leaves}, got "
                f"{len(leaves)}.\nThe shape to be filled is {self}:\ngive one "
                "value for each *, in order.")
        return self._fold(leaves, _build)

    def __repr__(self):
        stars = ["*"] * self._num_leaves
        return f"PyTreeDef({self._fold(stars, _show)})"

    # [PyTreeDef.equality]
    def __eq__(self, other):
        if not isinstance(other, PyTreeDef):
            return NotImplemented
        return same_data(self._nodes, other._nodes)

    def __hash__(self):
        try:
            return hash(self._nodes)
        except TypeError:  # a custom node with unhashable data
            return hash(tuple((kind, n) for kind, _, n in self._nodes))
    # [/PyTreeDef.equality]

    def flatten_up_to(self, tree):
        """The subtrees of `tree` that stand where this shape has leaves."""
        subtrees, stack = [], [tree]
        for kind, data, arity in reversed(self._nodes):  # the root is last
            x = stack.pop()
            if kind is None:
                subtrees.append(x)
                continue
            if type(x) is not kind:
                raise _mismatch(x, kind, data, arity)
            children, found = entry_of(kind).flatten(x)
            if len(children) != arity or not same_data(found, data):
                raise _mismatch(x, kind, data, arity)
            stack.extend(children)
        return subtrees[::-1]

    # [PyTreeDef.parts]
    def node_data(self):
        """(type, data) of the outermost container; None for a leaf."""
        kind, data, _ = self._nodes[-1]
        return None if kind is None else (kind, data)

    def children(self):
        """The treedefs of the outermost container's children."""
        starts = []  # where each finished subtree begins in the list
        for i, (_, _, arity) in enumerate(self._nodes[:-1]):
            first = len(starts) - arity
            starts[first:] = starts[first:first + 1] if arity else [i]
        starts.append(len(self._nodes) - 1)
        return [PyTreeDef(self._nodes[a:b]) for a, b in pairwise(starts)]

    def compose(self, inner):
        """This shape with `inner` in the place of every leaf."""
        parts = [inner._nodes if node[0] is None else (node,)
                 for node in self._nodes]
        return PyTreeDef(tuple(node for part in parts for node in part))
    # [/PyTreeDef.parts]


def treedef_tuple(treedefs):
    """The treedef of a tuple whose items have these treedefs."""
    parts = list(treedefs)
    nodes = [node for treedef in parts for node in treedef._nodes]
    return PyTreeDef((*nodes, (tuple, None, len(parts))))


def _build(kind, data, children):
    return entry_of(kind).unflatten(data, children)


def _show(kind, data, parts):
    """A container of printed children, as JAX prints it."""
    inside = ", ".join(parts)
    if kind is NONE:
        return "None"
    if kind is tuple:
        return f"({inside},)" if len(parts) == 1 else f"({inside})"
    if kind is list:
        return f"[{inside}]"
    if kind is dict:
        return "{" + ", ".join(map("{!r}: {}".format, data, parts)) + "}"
    if data is kind:
        return f"CustomNode(namedtuple[{kind.__name__}], [{inside}])"
    return f"CustomNode({kind.__name__}[{data}], [{inside}])"


def same_data(a, b):
    """Whether the data of two nodes are equal, which arrays cannot say."""
    try:
        return bool(a == b)
    except Exception as error:
        raise ValueError(
            "Exception raised while checking equality of metadata fields of "
            "pytree.\nMake sure that metadata fields are hashable and have "
            "simple equality semantics:\nan array there belongs among the "
            "children (a data field), not in the metadata.") from error


def _mismatch(x, kind, data, arity):
    """The ValueError of flatten_up_to, in JAX's words and with a remedy."""
    return ValueError(
        f"{_difference(x, kind, data, arity)}\nThe second container must be "
        "built like the first, down to the first one's leaves; "
        "minijax.tree.structure(x) prints how x is built.")


def _difference(x, kind, data, arity):
    got, name = reprlib.repr(x), kind.__name__
    if kind is NONE:
        return (f"Expected None, got {got}.\nNone is a container without "
                "leaves; is_leaf=lambda x: x is None makes it a leaf.")
    if kind in (tuple, list, dict):
        if type(x) is not kind:
            return f"Expected {name}, got {got}."
        if kind is dict:
            return (f"Dict key mismatch; expected keys: {list(data)}; "
                    f"present keys: {sorted(x)}.")
        return (f"{name.capitalize()} arity mismatch: {len(x)} != {arity}; "
                f"{name}: {got}.")
    if data is kind and entry_of(type(x)) is not _namedtuple:
        return f"Expected named tuple, got {got}."
    if type(x) is not kind:
        what = "Named tuple" if data is kind else "Custom node"
        return f"{what} type mismatch: expected type: {kind}, value: {got}."
    children, found = entry_of(kind).flatten(x)
    if not same_data(found, data):
        return (f"Mismatch custom node data: {data!r} != {found!r}; "
                f"value: {got}.")
    return f"Custom type arity mismatch: {len(children)} != {arity}."


def register_pytree_node(nodetype, flatten_func, unflatten_func,
                         flatten_with_keys_func=None):
    """Make a class a container.

    flatten_func : x -> (children, data), the data hashable, for the treedef
    unflatten_func : (data, children) -> x
    flatten_with_keys_func : x -> ((key, child) pairs, data), for paths
    A second registration is a ValueError. Twin:
    `jax.tree_util.register_pytree_node`.
    """
    if not (isinstance(nodetype, type) and callable(flatten_func)
            and callable(unflatten_func)):
        raise TypeError(
            "register_pytree_node needs a class and two functions, flatten "
            f"and unflatten; got {nodetype!r}, {flatten_func!r} and "
            f"{unflatten_func!r}.")
    entry = Entry(_checked(flatten_func), unflatten_func,
                  _keys_of(flatten_func, flatten_with_keys_func))
    if _registry.setdefault(nodetype, entry) is not entry:  # atomic
        raise ValueError(
            f"Duplicate custom PyTreeDef type registration for {nodetype}.\n"
            "A class is registered once, where it is defined; to flatten it "
            "in another way, register a subclass.")


def _checked(flatten_func):
    """flatten_func, with a word about what it must return."""
    def flatten(x):
        pair = flatten_func(x)
        must = ("The to_iterable function for a custom PyTree node should "
                "return a (children, aux_data) tuple")
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise ValueError(f"{must}, got {pair!r}")
        try:
            return list(pair[0]), pair[1]
        except TypeError:
            raise ValueError(f"{must} where 'children' is iterable, "
                             f"got {pair!r}") from None
    return flatten


def _keys_of(flatten_func, with_keys):
    """How to name the children: by their keys, or else by their places."""
    if with_keys is None:
        return lambda x: [FlattenedIndexKey(i)
                          for i, _ in enumerate(flatten_func(x)[0])]
    return lambda x: [key for key, _ in with_keys(x)[0]]
