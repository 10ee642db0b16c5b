"""tree.map and its family."""

import operator

import pytest

from minijax import tree, tree_util


def test_map_of_several_trees_takes_the_first_as_prefix():
    out = tree.map(lambda x, y: [x] + y, [5, 6], [[7, 9], [1, 2]])
    assert out == [[5, 7, 9], [6, 1, 2]]
    assert tree.map(lambda x, y: (x, y), {"a": 1}, {"a": {"b": 2}}) == {
        "a": (1, {"b": 2})}
    out = tree.map(lambda x, y: (x, y), [1, (2, 3)], [4, 5],
                   is_leaf=lambda x: isinstance(x, tuple))
    assert out == [(1, 4), ((2, 3), 5)]


def test_map_keeps_none_and_calls_in_order():
    seen = []
    out = tree.map(lambda x: seen.append(x) or -x, [1, None, {"b": 3, "a": 2}])
    assert out == [-1, None, {"a": -2, "b": -3}] and seen == [1, 2, 3]


def test_map_lets_the_functions_own_error_through():
    def refuse(x, y):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="^mine$"):
        tree.map(refuse, [1], [2])


def test_reduce():
    t = {"a": 1, "b": (2, [3])}
    assert tree.reduce(operator.add, t) == 6
    assert tree.reduce(operator.add, t, 10) == 16
    assert tree.reduce(operator.add, None, 10) == 10
    assert tree.reduce(lambda s, x: s + (x,), t, ()) == (1, 2, 3)
    with pytest.raises(TypeError, match="empty iterable"):
        tree.reduce(operator.add, ())
    assert tree.reduce(operator.add, [(1,), (2,)],
                       is_leaf=lambda x: isinstance(x, tuple)) == (1, 2)


def test_reduce_associative_combines_in_halves():
    def show(x, y):
        return f"({x}{y})"

    assert tree.reduce_associative(show, list("abcd")) == "((ab)(cd))"
    assert tree.reduce_associative(show, list("abc")) == "(a(bc))"
    assert tree.reduce_associative(operator.add, [], identity=0) == 0
    with pytest.raises(TypeError, match="Must specify identity"):
        tree.reduce_associative(operator.add, [])


def test_all():
    assert tree.all([True, {"a": 1}]) and tree.all(None)
    assert not tree.all([True, (0,)])
    assert tree.all([(0,)], is_leaf=lambda x: isinstance(x, tuple))


def test_transpose():
    pairs = {"a": (1, 2), "b": (3, 4)}
    outer, inner = tree.structure({"a": 0, "b": 0}), tree.structure((0, 0))
    both = {"a": 1, "b": 3}, {"a": 2, "b": 4}
    assert tree.transpose(outer, inner, pairs) == both
    assert tree.transpose(outer, None, pairs) == both
    assert tree.transpose(inner, outer, both) == pairs
    empty = tree.structure(())
    assert tree.transpose(outer, empty, {"a": (), "b": ()}) == ()


@pytest.mark.parametrize("bad", [
    {"a": (1, 2), "b": (3,)}, {"a": [1, 2], "b": [3, 4]}, (1, 2, 3, 4),
    {"a": (1, 2), "b": {"c": 3, "d": 4}}])
def test_transpose_refuses_another_nesting(bad):
    outer, inner = tree.structure({"a": 0, "b": 0}), tree.structure((0, 0))
    with pytest.raises(TypeError, match="Mismatch"):
        tree.transpose(outer, inner, bad)


def test_broadcast():
    assert tree.broadcast((1, 2, 3), (0, {"a": 0, "b": 0}, (0, 0))) == (
        1, {"a": 2, "b": 2}, (3, 3))
    assert tree.broadcast(1, [0, (0, None)]) == [1, (1, None)]
    assert tree.broadcast((1, None), (0, [0, 0]),
                          is_leaf=lambda x: x is None) == (1, [None, None])
    assert tree.broadcast([], []) == []


def test_flatten_axes_lets_none_be_a_leaf():
    shape = tree.structure(([1, 2], {"k": 3}, None))
    flatten_axes = tree_util.flatten_axes
    assert flatten_axes("in_axes", shape, 0) == [0, 0, 0]
    assert flatten_axes("in_axes", shape, (None, 1, None)) == [None, None, 1]
    assert flatten_axes("in_axes", shape, ([0, None], {"k": 2}, 0)) == [
        0, None, 2]


def test_all_leaves_and_one_level():
    assert tree_util.all_leaves([1, "a"])
    assert not tree_util.all_leaves([1, None])
    assert tree_util.all_leaves([(1,)], lambda x: isinstance(x, tuple))
    assert tree_util.flatten_one_level({"b": [1], "a": 2}) == (
        [2, [1]], ("a", "b"))
    with pytest.raises(ValueError, match="can't tree-flatten type: "
                       "<class 'int'>"):
        tree_util.flatten_one_level(3)
    assert tree_util.treedef_is_leaf(tree.structure(None))
    assert not tree_util.treedef_is_leaf(tree.structure([1]))
    assert tree_util.treedef_children(tree.structure([1, ()])) == [
        tree.structure(1), tree.structure(())]


def test_short_names_are_the_long_ones():
    for name in ("all broadcast flatten flatten_with_path leaves "
                 "leaves_with_path map map_with_path reduce "
                 "reduce_associative structure transpose unflatten").split():
        assert getattr(tree, name) is getattr(tree_util, f"tree_{name}")
