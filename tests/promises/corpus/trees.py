"""Containers: their leaves, paths and kinds."""
from collections import namedtuple

import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])
Point = namedtuple("Point", "x y")
Pair = namedtuple("Pair", "x y")


def add(x, y):
    return x + y


@wrong("ValueError", r"4.*3|3.*4", "list|length|arity", r"\['a'\]\['b'\]",
       seen="jax pull request 23771")
def lists_of_different_lengths(m):
    m.tree_util.tree_map(add, {"a": {"b": [1, 2, 3]}},
                         {"a": {"b": [1, 2, 3, 4]}})


@wrong("ValueError", "'c'|c", "key", "'b'|b")
def dicts_of_different_keys(m):
    m.tree_util.tree_map(add, {"a": 1, "b": 2}, {"a": 1, "c": 2})


@wrong("ValueError|TypeError", "None", r"\[1\]|\(|leaf|node",
       "is_leaf|structure|prefix|None")
def none_beside_a_leaf(m):
    m.tree_util.tree_map(add, [1.0, None], [1.0, 2.0])


@wrong("ValueError|TypeError", "int.*str|str.*int|1, 'y'|1.*'y'",
       "sort|compar|order", "sort|str|keys", seen="jax issue 15358")
def keys_that_cannot_be_sorted(m):
    m.tree_util.tree_map(lambda x: x + 1, {1: 7, "y": 42})


@wrong("ValueError", r"Pair|Point|namedtuple|tuple", "type|named|tuple",
       "Point|Pair|same|custom")
def two_namedtuples_of_different_names(m):
    m.tree_util.tree_map(add, Point(1, 2), Pair(1, 2))


@wrong("ValueError", "list", "tuple", r"type|expected|same|differ")
def a_list_beside_a_tuple(m):
    m.tree_util.tree_map(add, (1, 2), [1, 2])


@wrong("ValueError|TypeError", r"\b3\b", r"\b2\b", "leaves|leaf|few|many")
def too_many_leaves(m):
    _, tree = m.tree_util.tree_flatten((1, 2))
    m.tree_util.tree_unflatten(tree, [1, 2, 3])


@wrong("TypeError", "set", "valid|array|JAX type|pytree|number",
       "list|tuple|dict|register|array|static")
def a_set_is_no_container(m):
    m.jit(lambda s: s)({1.0, 2.0})


@wrong("TypeError", "Model", "valid|array|JAX type|pytree|number",
       "register|static|array|pytree")
def an_object_that_is_not_registered(m):
    class Model:
        w = 1.0
    m.jit(lambda model: model.w)(Model())


@wrong("TypeError", r"layers.*\[1\].*'w'|\['layers'\]\[1\]\['w'\]",
       "valid|array|JAX", "array|number|static")
def the_path_of_a_leaf_that_is_no_array(m):
    m.jit(lambda p: 0.0)({"layers": [{"w": X}, {"w": "oops"}]})


@wrong("ValueError|TypeError", "Twice|already|duplicate", "registered", "once|"
       "already|duplicate")
def a_class_registered_twice(m):
    class Twice:
        pass
    for _ in range(2):
        m.tree_util.register_pytree_node(
            Twice, lambda t: ((), None), lambda _, c: Twice())


@wrong("TypeError|ValueError", "Odd|int|tuple|5", "pair|two|iterable|children|"
       "tuple", r"\(children, aux\)|children|pair|tuple")
def a_class_that_flattens_to_no_pair(m):
    class Odd:
        pass
    m.tree_util.register_pytree_node(Odd, lambda o: 5, lambda _, c: Odd())
    m.tree_util.tree_leaves(Odd())


@wrong("ValueError|TypeError", r"'c'|\bc\b", "field", "a|b|data_fields|fields")
def a_field_that_there_is_not(m):
    import dataclasses

    @dataclasses.dataclass
    class Data:
        a: float
        b: float
    m.tree_util.register_dataclass(Data, ["a", "b", "c"], [])


@wrong("ValueError|TypeError", r"\(4,\)|\[4\]|\b4\b", r"\(3,\)|\[3\]|\b3\b",
       "unravel|ravel|shape|expected")
def a_vector_of_another_length(m):
    from importlib import import_module
    flat = import_module(f"{m.__name__}.flatten_util")
    _, unravel = flat.ravel_pytree({"w": X})
    unravel(np.ones(4, "float32"))


@wrong("TypeError|ValueError", "structure|PyTreeDef|outer|inner|2",
       "structure|expected|outer|leaves|inner", "outer|inner|structure")
def a_transposition_of_another_tree(m):
    tu = m.tree_util
    tu.tree_transpose(tu.tree_structure([0, 0]), tu.tree_structure((0, 0, 0)),
                      [(1, 2), (3, 4)])


@wrong("ValueError|TypeError", r"\['a'\]|'a'|prefix|dict", "prefix|structure",
       "prefix|same|expected|broadcast")
def a_prefix_that_is_none(m):
    m.tree_util.tree_broadcast({"b": 1}, {"a": [1, 2]}) if hasattr(
        m.tree_util, "tree_broadcast") else m.tree.broadcast(
            {"b": 1}, {"a": [1, 2]})


@wrong("TypeError", "empty|no initial", "reduce", "initial")
def nothing_to_reduce(m):
    m.tree_util.tree_reduce(add, [])


@wrong("TypeError", r"list|\[1\.0", "callable|function",
       "callable|function|first")
def a_map_with_its_arguments_swapped(m):
    m.tree_util.tree_map([1.0, 2.0], lambda x: x)


@right()
def none_is_an_empty_container(m):
    return m.tree_util.tree_leaves([1, None, 2]), [1, 2]


@right()
def dicts_by_sorted_keys(m):
    return m.tree_util.tree_leaves({"b": 1, "a": 2}), [2, 1]


@right()
def a_namedtuple_stays_one(m):
    got = m.grad(lambda p: p.x * p.y)(Point(2.0, 3.0))
    return (type(got).__name__, float(got.x)), ("Point", 3.0)


@right()
def a_shared_leaf_counts_twice(m):
    x = m.numpy.asarray(3.0)
    got = m.grad(lambda p: p["a"] * p["b"])({"a": x, "b": x})
    return (float(got["a"]), float(got["b"])), (3.0, 3.0)
