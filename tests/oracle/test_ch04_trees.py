"""minijax.tree_util against jax.tree_util on many trees."""

import collections
import dataclasses
import operator
import random
import re

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from jax._src.api_util import flatten_axes as jax_flatten_axes  # noqa: E402
from jax._src.tree_util import prefix_errors as jax_errors  # noqa: E402
from jax.flatten_util import ravel_pytree as jax_ravel  # noqa: E402

from minijax import tree_util as mine  # noqa: E402
from minijax.flatten_util import ravel_pytree  # noqa: E402

theirs = jax.tree_util
Point = collections.namedtuple("Point", "x y")


class Pair:
    def __init__(self, left, right, tag):
        self.left, self.right, self.tag = left, right, tag


class Keyed(Pair):
    pass


@dataclasses.dataclass
class Layer:
    w: object
    b: object
    kind: str = dataclasses.field(default="relu", metadata={"static": True})


class Name(str):
    pass


for util in mine, theirs:
    util.register_pytree_node(
        Pair, lambda p: ((p.left, p.right), p.tag),
        lambda tag, xs: Pair(*xs, tag))
    util.register_pytree_with_keys(
        Keyed, lambda p, util=util: (
            [(util.GetAttrKey("left"), p.left), ("right", p.right)], p.tag),
        lambda tag, xs: Keyed(*xs, tag))
    util.register_dataclass(Layer)
    util.register_static(Name)


def random_tree(rng, depth):
    """A tree of every kind of container; its leaves are small ints."""
    def sub():
        return random_tree(rng, depth - 1)

    def some():
        return [sub() for _ in range(rng.randrange(4))]

    def keyed():
        return zip(rng.sample("abcdef", 3), some(), strict=False)

    makers = [
        lambda: rng.randrange(100), lambda: rng.randrange(100), lambda: None,
        some, lambda: tuple(some()), lambda: dict(keyed()),
        lambda: collections.OrderedDict(keyed()),
        lambda: collections.defaultdict(list, keyed()),
        lambda: Point(sub(), sub()), lambda: Pair(sub(), sub(), "p"),
        lambda: Keyed(sub(), sub(), ("k", 1)), lambda: Layer(sub(), sub()),
        lambda: Name("static"),
    ]
    return rng.choice(makers if depth else makers[:3])()


TREES = [random_tree(random.Random(seed), 4) for seed in range(300)]


def plain(keys):
    return [str(key) for key in keys]


def test_leaves_strings_and_counts_agree():
    for t in TREES:
        (leaves, shape), (expected, jax_shape) = (
            util.tree_flatten(t) for util in (mine, theirs))
        assert leaves == expected
        assert str(shape) == str(jax_shape)
        assert shape.num_leaves == jax_shape.num_leaves
        assert shape.num_nodes == jax_shape.num_nodes
        assert plain(shape.children()) == plain(jax_shape.children())
        inner = [util.tree_structure([0, (1,)]) for util in (mine, theirs)]
        assert str(shape.compose(inner[0])) == str(
            jax_shape.compose(inner[1]))
        again = theirs.tree_structure(shape.unflatten(leaves))
        assert again == jax_shape


def test_paths_agree():
    for t in TREES:
        ours = mine.tree_leaves_with_path(t)
        for (path, leaf), (jax_path, jax_leaf) in zip(
                ours, theirs.tree_leaves_with_path(t), strict=True):
            assert leaf == jax_leaf
            assert plain(path) == plain(jax_path)
            assert repr(path) == repr(jax_path)
            assert mine.keystr(path) == theirs.keystr(jax_path)
            assert mine.keystr(path, simple=True, separator="/") == (
                theirs.keystr(jax_path, simple=True, separator="/"))


def test_is_leaf_is_asked_in_the_same_order():
    for t in TREES:
        seen = [], []
        for log, util in zip(seen, (mine, theirs), strict=True):
            util.tree_flatten(
                t, is_leaf=lambda x, log=log: bool(log.append(id(x))))
        assert seen[0] == seen[1]


def test_equality_agrees_on_pairs():
    for t, other in zip(TREES, TREES[1:] + TREES[:1], strict=True):
        for u in (other, mine.tree_map(lambda x: x + 1, t)):
            assert (mine.tree_structure(t) == mine.tree_structure(u)) == (
                theirs.tree_structure(t) == theirs.tree_structure(u))


def test_functions_agree():
    def shape_of(x):
        return theirs.tree_structure(x), theirs.tree_leaves(x)

    for t in TREES:
        for run in (
            lambda util, t=t: util.tree_map(lambda x: (x, -x), t),
            lambda util, t=t: util.tree_map(lambda x, y: (x, y), t, t),
            lambda util, t=t: util.tree_reduce(operator.sub, t, 0),
            lambda util, t=t: util.tree_reduce_associative(
                operator.sub, t, identity=0),
            lambda util, t=t: util.tree_all(t),
            lambda util, t=t: util.tree_broadcast(
                t, util.tree_map(lambda x: [x, (x, None)], t)),
            lambda util, t=t: util.tree_map_with_path(
                lambda path, x: util.keystr(path), t),
        ):
            assert shape_of(run(mine)) == shape_of(run(theirs))


def outcome(f, *args):
    """What came out; of an error its type and its first line or two."""
    try:
        return f(*args)
    except Exception as error:
        lines = str(error).splitlines()[:2]
        return type(error).__name__, [
            re.split(r"; value|; expected|: \[|; |;$", line)[0].rstrip(".")
            for line in lines]


def test_prefix_errors_agree_on_place_and_words():
    def heads(errors):
        # in these errors JAX 0.10 calls each field of a namedtuple by the
        # name of the first
        return [re.sub(r"\.[xy]\b", ".field", "".join(
            str(error("name")).splitlines()[:2])) for error in errors]

    found = 0
    for t, other in zip(TREES, TREES[1:] + TREES[:1], strict=True):
        ours = heads(mine.prefix_errors([t], [other]))
        assert ours == heads(jax_errors([t], [other]))
        found += len(ours)
    assert found > 100


@pytest.mark.parametrize("shape, given", [
    ((1, 2), (1,)), ([1], (1,)), ((1,), [1]), ({"a": 1}, {"b": 1}),
    ({"a": 1}, [1]), ([[1]], [7]), (Point(1, 2), (1, 2)),
    ([1, 2], [1, 2, 3]), (Pair(1, 2, "p"), (1, 2)), ([(1,)], [Point(1, 2)]),
    (Pair(1, 2, "p"), Pair(1, 2, "q"))])
def test_flatten_up_to_errors_agree(shape, given):
    a, b = (outcome(util.tree_structure(shape).flatten_up_to, given)
            for util in (mine, theirs))
    assert a[0] == b[0] == "ValueError" and a[1][0] == b[1][0]


@pytest.mark.parametrize("call", [
    lambda util: util.tree_structure({1: 0, "a": 0}),
    lambda util: util.tree_structure((1, 2)).unflatten([1]),
    lambda util: util.tree_structure((1, 2)).unflatten([1, 2, 3]),
    lambda util: util.register_pytree_node(Pair, id, id),
    lambda util: util.register_dataclass(Layer, ["w"]),
    lambda util: util.register_dataclass(Layer, ["w"], ["kind"]),
    lambda util: util.register_dataclass(Layer, ["w", "b"], ["kind", "b"]),
    lambda util: util.flatten_one_level(3),
    lambda util: util.tree_reduce_associative(operator.add, []),
    lambda util: util.tree_transpose(
        util.tree_structure([0, 0]), util.tree_structure((0, 0)), [1, 2, 3]),
])
def test_error_types_and_key_words_agree(call):
    (kind, [words, *_]), (jax_kind, [jax_words, *_]) = (
        outcome(call, util) for util in (mine, theirs))
    assert kind == jax_kind and words.startswith(jax_words[:60].rstrip("."))


@pytest.mark.parametrize("spec, value", [
    (0, ([1, 2], 3)), ((0, None), ([1, 2], 3)), (([0, None], 1), ([1, 2], 3)),
    ((0,), ([1, 2], 3)), ([0, 1], ([1, 2],)), (({"b": 0},), ({"a": 1},)),
    ((None, 0), (None, 1))])
def test_flatten_axes_agrees(spec, value):
    a = outcome(mine.flatten_axes, "in_axes", mine.tree_structure(value), spec)
    b = outcome(jax_flatten_axes, "in_axes", theirs.tree_structure(value),
                spec)
    assert a == b if isinstance(b, list) else (
        a[0], a[1][0]) == (b[0], b[1][0])


@pytest.mark.parametrize("dtypes", [
    ("float32", "float32"), ("int32", "float32"), ("bool", "int32"),
    ("float32", "complex64"), ("int16", "uint8")])
def test_ravel_agrees(dtypes):
    t = {"b": np.array([3], dtypes[0]),
         "a": [np.array([[1, 0], [2, 1]], dtypes[1]), None]}
    vector, unravel = ravel_pytree(t)
    expected, jax_unravel = jax_ravel(t)
    assert vector.dtype == expected.dtype
    assert np.array_equal(np.asarray(vector), expected)
    for ours, others in zip(mine.tree_leaves(unravel(vector)),
                            theirs.tree_leaves(jax_unravel(expected)),
                            strict=True):
        assert ours.dtype == others.dtype
        assert np.array_equal(np.asarray(ours), others)
