"""Paths, and errors that name them."""

import collections
import pickle
import re

import pytest

from minijax import tree, tree_util
from minijax.tree_util import (
    DictKey,
    FlattenedIndexKey,
    GetAttrKey,
    SequenceKey,
    keystr,
)

Point = collections.namedtuple("Point", "x y")
KEYS = [(SequenceKey(1), "[1]", "1"), (DictKey("a"), "['a']", "a"),
        (GetAttrKey("w"), ".w", "w"),
        (FlattenedIndexKey(1), "[<flat index 1>]", "1")]


@pytest.mark.parametrize("key, text, simple", KEYS)
def test_keys(key, text, simple):
    again = pickle.loads(pickle.dumps(key))
    assert again == key and hash(again) == hash(key)
    assert str(key) == keystr((key,)) == text
    assert keystr((key, key), simple=True, separator="/") == (
        f"{simple}/{simple}")


def test_keys_of_different_kinds_differ():
    alike = [SequenceKey(1), DictKey(1), FlattenedIndexKey(1)]
    assert len(set(alike)) == len({hash(k) for k in alike}) == 3
    assert repr(DictKey("a")) == "DictKey(key='a')"
    assert keystr(("mine", DictKey("a")), simple=True,
                  separator=".") == "mine.a"
    match GetAttrKey("w"):
        case GetAttrKey(name=name):
            assert name == "w"


def test_paths_follow_the_leaves():
    t = {"b": [1, Point(2, None)], "a": collections.OrderedDict(z=3)}
    found = {keystr(path): leaf for path, leaf in tree.leaves_with_path(t)}
    assert found == {"['a']['z']": 3, "['b'][0]": 1, "['b'][1].x": 2}
    pairs, shape = tree.flatten_with_path(t)
    assert [leaf for _, leaf in pairs] == tree.leaves(t)
    assert shape == tree.structure(t)
    assert tree.flatten_with_path(5) == ([((), 5)], tree.structure(5))


def test_a_path_leads_to_its_leaf():
    t = {"b": [1, Point(2, None)], "a": collections.OrderedDict(z=3)}
    for path, leaf in tree.leaves_with_path(t):
        assert eval(f"t{keystr(path)}", {"t": t}) == leaf


def test_is_leaf_with_and_without_the_path():
    t = [1, {"k": (2, 3)}]
    pairs, shape = tree.flatten_with_path(
        t, lambda path, x: len(path) == 2, is_leaf_takes_path=True)
    assert [leaf for _, leaf in pairs] == [1, (2, 3)]
    assert str(shape) == "PyTreeDef([*, {'k': *}])"
    pairs = tree.leaves_with_path(t, lambda x: isinstance(x, dict))
    assert [keystr(path) for path, _ in pairs] == ["[0]", "[1]"]


def test_map_with_path():
    out = tree.map_with_path(lambda path, x, y: (keystr(path), x, y),
                             {"a": 1, "b": [2]}, {"a": (3,), "b": [4]})
    assert out == {"a": ("['a']", 1, (3,)), "b": [("['b'][0]", 2, 4)]}
    with pytest.raises(ValueError, match=re.escape(
            "tree_map_with_path tree['b']")):
        tree.map_with_path(lambda *_: 0, {"b": (1,)}, {"b": [1]})
    with pytest.raises(ValueError, match=re.escape("path tree[1]")):
        tree.map_with_path(lambda *_: 0, [(1,), (2, 3)], [(1,), [2, 3]],
                           is_leaf=lambda path, x: len(path) == 2,
                           is_leaf_takes_path=True)


MISMATCHES = [
    ((1, 2), (1,), "different lengths of tuple", ""),
    ({"a": [1, 2]}, {"a": [1]}, "different lengths of list", "['a']"),
    ([(1,)], [[1]], "different types", "[0]"),
    ([[1]], [7], "different types", "[0]"),
    ({"a": 1}, {"b": 1}, "different pytree metadata", ""),
    ([{"a": 1}], [{"a": 1, "b": 2}], "different numbers of pytree children",
     "[0]"),
    (Point(1, [2]), Point(1, 2), "different types", ".y"),
    (Point(1, 2), (1, 2), "different types", ""),
    ((1, None), (1, 2), "different types", "[1]"),
]


@pytest.mark.parametrize("x, y, what, path", MISMATCHES)
def test_map_names_the_path_and_the_remedy(x, y, what, path):
    with pytest.raises(ValueError) as info:
        tree.map(lambda *_: 0, x, y)
    lines = str(info.value).splitlines()
    assert lines[:2] == [f"pytree structure error: {what} at key path",
                         f"    tree_map tree{path}"]
    assert "Build both alike" in lines[-2] or "is_leaf" in lines[-1]


@pytest.mark.parametrize("x, y, what, path", MISMATCHES)
def test_explain_difference_goes_both_ways(x, y, what, path):
    a, b = tree.structure(x), tree.structure(y)
    for one, two in (a, b), (b, a):
        said = tree_util.explain_difference(one, two)
        where = path or "the outermost level"
        assert said.startswith(f"They first differ at {where}, {what}: ")
    assert tree_util.explain_difference(a, a) == ""


def test_every_branch_has_its_own_error():
    errors = tree_util.prefix_errors([(1,), (2,), 3], [[4], [5], [6]])
    assert [str(e("in_axes")).splitlines()[1].strip() for e in errors] == [
        "in_axes[0]", "in_axes[1]"]
    assert tree_util.prefix_errors((1, 2), ((11, 12), 2)) == []


def test_key_sets_are_compared():
    [error] = tree_util.prefix_errors({"a": 1}, {"a": 2, "{b}": 3})
    assert "so the symmetric difference on key sets is\n    {b}" in str(
        error("in_axes"))


@pytest.mark.parametrize("shape, given, words", [
    ([1, 2], [7], "List arity mismatch: 1 != 2; list: [7]."),
    ((1,), (7, 8), "Tuple arity mismatch: 2 != 1; tuple: (7, 8)."),
    ({"a": 1}, {"b": 7},
     "Dict key mismatch; expected keys: ['a']; present keys: ['b']."),
    ([1], (7,), "Expected list, got (7,)."),
    ([{"a": 1}], [7], "Expected dict, got 7."),
    (None, [2], "Expected None, got [2]."),
    (Point(1, 2), (1, 2), "Expected named tuple, got (1, 2)."),
    (collections.OrderedDict(a=1), {"a": 1}, "Custom node type mismatch"),
    (collections.OrderedDict(a=1), collections.OrderedDict(b=1),
     "Mismatch custom node data: ('a',) != ('b',)"),
])
def test_flatten_up_to_says_what_is_wrong(shape, given, words):
    with pytest.raises(ValueError, match=re.escape(words)) as info:
        tree.structure(shape).flatten_up_to(given)
    assert "must be built like the first" in str(info.value)


def test_broadcast_and_axes_errors_name_the_leaf():
    with pytest.raises(ValueError, match=re.escape(
            "broadcast_prefix prefix_tree[1]")):
        tree.broadcast((1, {"a": 0}), (0, {"a": 0, "b": 0}))
    shape = tree.structure(([1, 2], {"a": 1}))
    with pytest.raises(ValueError) as info:
        tree_util.flatten_axes("vmap in_axes", shape, ([0], {"b": None}))
    words = str(info.value)
    assert ("vmap in_axes specification must be a tree prefix of the "
            "corresponding value") in words
    assert "vmap in_axes[0]\n" in words and "vmap in_axes[1]\n" in words
    assert "(2 found)" in words


def test_axes_that_lack_their_tuple():
    shape = tree.structure(([1, 2],))
    with pytest.raises(ValueError, match=re.escape(
            "in a singleton tuple, ([0, 1],).")):
        tree_util.flatten_axes("in_axes", shape, [0, 1], tupled_args=True)
    with pytest.raises(ValueError) as info:
        tree_util.flatten_axes("in_axes", shape, (0, 1), tupled_args=True)
    assert "singleton" not in str(info.value)
