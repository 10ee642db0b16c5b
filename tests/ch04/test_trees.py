"""Flatten and unflatten: order of the leaves, shapes, strings, laws."""

import collections
import pickle
import threading

import pytest

from minijax import tree, tree_util
from minijax.pytree import DEEPEST

Point = collections.namedtuple("Point", "x y")


class SubPoint(Point):
    pass


class Pair:
    """A custom node: two children and a tag."""

    def __init__(self, left, right, tag="t"):
        self.left, self.right, self.tag = left, right, tag

    def __eq__(self, other):
        return vars(self) == vars(other)


tree_util.register_pytree_node(
    Pair, lambda p: ((p.left, p.right), p.tag),
    lambda tag, children: Pair(*children, tag))

ordered = collections.OrderedDict([("b", 1), ("a", 2)])
defaulted = collections.defaultdict(list, {"b": 1, "a": (2, 3)})

CASES = [
    (5, [5], "*"),
    ("text", ["text"], "*"),
    (None, [], "None"),
    ((), [], "()"),
    ([], [], "[]"),
    ({}, [], "{}"),
    ((1,), [1], "(*,)"),
    ([1, (2, None), 3], [1, 2, 3], "[*, (*, None), *]"),
    ({"b": 2, "a": [1]}, [1, 2], "{'a': [*], 'b': *}"),
    ({2: "x", 1: ()}, ["x"], "{1: (), 2: *}"),
    (Point(1, [2]), [1, 2], "CustomNode(namedtuple[Point], [*, [*]])"),
    (SubPoint(1, 2), [1, 2], "CustomNode(namedtuple[SubPoint], [*, *])"),
    (ordered, [1, 2], "CustomNode(OrderedDict[('b', 'a')], [*, *])"),
    (defaulted, [2, 3, 1], "CustomNode(defaultdict[(<class 'list'>, "
     "('a', 'b'))], [(*, *), *])"),
    (Pair([1], {"k": 2}), [1, 2], "CustomNode(Pair[t], [[*], {'k': *}])"),
]
trees = pytest.mark.parametrize("t, leaves, shape", CASES)


@trees
def test_leaves_in_order_and_string(t, leaves, shape):
    found, treedef = tree.flatten(t)
    assert found == leaves == tree.leaves(t)
    assert str(treedef) == f"PyTreeDef({shape})"
    assert treedef == tree.structure(t)
    assert treedef.num_leaves == len(leaves)
    assert treedef.num_nodes == len(treedef._nodes)


@trees
def test_unflatten_inverts_flatten(t, leaves, shape):
    back = tree.unflatten(tree.structure(t), leaves)
    assert back == t and type(back) is type(t)
    assert tree.structure(t).flatten_up_to(t) == leaves


@trees
def test_children_and_node_data_rebuild_the_treedef(t, leaves, shape):
    treedef = tree.structure(t)
    nested = tree.structure((t, [t]))
    assert nested.children() == [treedef, tree.structure([t])]
    assert tree_util.treedef_tuple([treedef, treedef]) == tree.structure(
        (t, t))
    whole = [d for child in treedef.children() for d in child._nodes]
    assert treedef._nodes[:-1] == tuple(whole)
    if treedef.node_data():
        assert treedef.node_data()[0] is type(t)


@trees
def test_compose_puts_the_inner_shape_at_each_leaf(t, leaves, shape):
    inner = tree.structure([0, {"k": 0}])
    composed = tree.structure(t).compose(inner)
    assert composed == tree.structure(
        tree.map(lambda x: [x, {"k": x}], t))
    assert composed.num_leaves == 2 * len(leaves)


@trees
def test_functor_laws(t, leaves, shape):
    def f(x):
        return (x, 1)

    assert tree.map(lambda x: x, t) == t
    assert tree.leaves(tree.map(repr, t)) == [repr(x) for x in leaves]
    assert tree.map(lambda x: f(repr(x)), t) == tree.map(
        f, tree.map(repr, t))


@trees
def test_treedefs_pickle_hash_and_compare(t, leaves, shape):
    treedef = tree.structure(t)
    assert pickle.loads(pickle.dumps(treedef)) == treedef
    assert hash(treedef) == hash(tree.structure(t))
    assert treedef != tree.structure([t]) and treedef != "PyTreeDef"
    assert not treedef == tree.structure((t, t))


def test_two_dicts_in_another_order_are_one_shape():
    one, two = {"w": 1, "b": 2}, {"b": 20, "w": 10}
    assert tree.structure(one) == tree.structure(two)
    assert tree.map(lambda x, y: x + y, one, two) == {"b": 22, "w": 11}
    ordered = [collections.OrderedDict(d) for d in (one, two)]
    assert tree.structure(ordered[0]) != tree.structure(ordered[1])


def test_containers_are_known_by_their_exact_type():
    class MyList(list):
        pass

    class MyDict(dict):
        pass

    class MyTuple(tuple):
        pass

    for x in MyList([1]), MyDict(a=1), MyTuple((1,)), {1}, "ab":
        assert tree.leaves(x) == [x]
    assert tree_util.is_tree_node(Point)
    assert not tree_util.is_tree_node(MyDict)


def test_is_leaf_is_asked_parents_first_and_left_to_right():
    asked = []
    tree.leaves([1, (2, None), {"a": 3}], is_leaf=asked.append)
    assert asked == [[1, (2, None), {"a": 3}], 1, (2, None), 2, None,
                     {"a": 3}, 3]
    leaves, shape = tree.flatten((1, None), is_leaf=lambda x: x is None)
    assert leaves == [1, None] and str(shape) == "PyTreeDef((*, *))"


def test_order_of_users_functions():
    log = []

    class Noisy:
        def __init__(self, name, *parts):
            self.name, self.parts = name, parts

    tree_util.register_pytree_node(
        Noisy, lambda n: log.append(n.name) or (n.parts, n.name),
        lambda name, parts: log.append(name) or Noisy(name, *parts))
    t = Noisy("root", Noisy("left"), Noisy("right"))
    leaves, shape = tree.flatten(t)
    assert log == ["root", "left", "right"]
    shape.unflatten(leaves)
    assert log[3:] == ["left", "right", "root"]


def test_a_custom_node_gets_its_children_as_a_tuple():
    class Box:
        pass

    tree_util.register_pytree_node(
        Box, lambda b: (iter("ab"), None), lambda _, parts: parts)
    assert tree.map(str.upper, Box()) == ("A", "B")


def test_wrong_number_of_leaves():
    shape = tree.structure((1, {"a": 2}))
    with pytest.raises(ValueError, match="Too few leaves for PyTreeDef; "
                       "expected 2, got 1"):
        shape.unflatten([1])
    with pytest.raises(ValueError, match="Too many leaves for PyTreeDef; "
                       "expected 2, got 3"):
        shape.unflatten(iter(range(3)))
    with pytest.raises(TypeError, match="takes the treedef first"):
        tree.unflatten([1, 2], shape)


def test_keys_that_do_not_compare():
    with pytest.raises(ValueError, match="Comparator raised exception while "
                       "sorting pytree dictionary keys") as info:
        tree.flatten({"a": 1, 2: 3})
    assert "['a', 2]" in str(info.value) and "OrderedDict" in str(info.value)


def test_a_container_in_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(RecursionError, match="does a list contain itself"):
        tree.flatten(loop)


def nested(depth, leaf=1.0):
    t = leaf
    for i in range(depth):
        t = [t] if i % 3 else {"k": t} if i % 2 else (t, None)
    return t


@pytest.mark.parametrize("depth", [300, 10_000])
def test_depth_costs_nothing(depth):
    assert depth < DEEPEST
    t, other = nested(depth), nested(depth, 2.0)
    leaves, shape = tree.flatten(t)
    assert leaves == [1.0] and shape == tree.structure(other)
    assert hash(shape) == hash(tree.structure(other))
    assert len(str(shape)) > depth
    total = tree.map(lambda x, y: x + y, t, other)
    assert tree.leaves(total) == [3.0]
    [(path, leaf)] = tree.leaves_with_path(total)
    assert len(path) == depth and leaf == 3.0
    assert shape.children()[0].num_nodes == shape.num_nodes - 1 - isinstance(
        t, tuple)
    assert tree.leaves(tree.broadcast(7, t)) == [7]
    assert shape.compose(shape).num_leaves == 1


@pytest.mark.parametrize("depth", [300, 10_000])
def test_errors_of_deep_trees(depth):
    with pytest.raises(ValueError, match="different types at key path"):
        tree.map(lambda x, y: x, nested(depth, (1,)), nested(depth, [1]))
    a, b = (tree.structure(nested(depth, x)) for x in ((1,), [1]))
    assert "different types" in tree_util.explain_difference(a, b)


def test_a_million_leaves_of_a_wide_tree():
    wide = [list(range(1000)) for _ in range(1000)]
    leaves, shape = tree.flatten(wide)
    assert len(leaves) == shape.num_leaves == 1_000_000
    assert shape.unflatten(leaves) == wide


def test_registering_in_many_threads_lets_one_win():
    class Contested:
        pass

    gate, outcomes = threading.Barrier(8), []

    def register():
        gate.wait()
        try:
            tree_util.register_pytree_node(
                Contested, lambda x: ((), None), lambda *_: Contested())
            outcomes.append("in")
        except ValueError:
            outcomes.append("refused")

    threads = [threading.Thread(target=register) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in"] + ["refused"] * 7
