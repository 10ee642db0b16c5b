"""Containers of one's own."""

import dataclasses
import functools

import pytest

from minijax import tree, tree_util
from minijax.tree_util import GetAttrKey, Partial, keystr, register_dataclass


def paths(t):
    return [keystr(path) for path, _ in tree.leaves_with_path(t)]


@tree_util.register_pytree_node_class
class Special:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return vars(self) == vars(other)

    def tree_flatten(self):
        return (self.x, self.y), None

    @classmethod
    def tree_unflatten(cls, data, children):
        return cls(*children)


@tree_util.register_pytree_with_keys_class
class Keyed(Special):
    def tree_flatten_with_keys(self):
        return [(GetAttrKey("x"), self.x), ("why", self.y)], None


@register_dataclass
@dataclasses.dataclass
class Layer:
    w: object
    b: object
    kind: str = dataclasses.field(default="relu", metadata={"static": True})


@tree_util.register_static
class Name(str):
    pass


def test_class_with_its_own_functions():
    t = Special(1, [2, 3])
    assert tree.map(lambda x: 2 * x, t) == Special(2, [4, 6])
    assert str(tree.structure(t)) == (
        "PyTreeDef(CustomNode(Special[None], [*, [*, *]]))")
    assert paths(t) == ["[<flat index 0>]", "[<flat index 1>][0]",
                        "[<flat index 1>][1]"]


def test_class_with_keys():
    t = Keyed(1, [2])
    assert tree.map(lambda x: 2 * x, t) == Keyed(2, [4])
    assert paths(t) == [".x", "why[0]"]


def test_dataclass_static_fields_are_part_of_the_shape():
    layer = Layer(w=1, b=(2, None))
    assert tree.leaves(layer) == [1, 2] and paths(layer) == [".w", ".b[0]"]
    assert tree.map(lambda x: -x, layer) == Layer(-1, (-2, None), "relu")
    assert str(tree.structure(layer)) == (
        "PyTreeDef(CustomNode(Layer[('relu',)], [*, (*, None)]))")
    other = tree.structure(Layer(1, (2, None), "tanh"))
    assert other != tree.structure(layer)
    with pytest.raises(ValueError, match="different pytree metadata at key "
                       r"path\n    tree_map tree\[0\]"):
        tree.map(lambda x, y: x, [Layer(1, 2)], [Layer(1, 2, "tanh")])


def test_dataclass_fields_by_hand():
    @functools.partial(register_dataclass, data_fields=["x"],
                       meta_fields=["n"], drop_fields=["cache"])
    @dataclasses.dataclass
    class Thing:
        x: int
        n: int
        cache: object = None

    back = tree.map(lambda x: x + 1, Thing(1, 2, cache="full"))
    assert back == Thing(2, 2, None)

    class Plain:
        def __init__(self, x):
            self.x = x

    register_dataclass(Plain, ["x"], [])
    assert tree.leaves(Plain(3)) == [3]


def test_dataclass_errors():
    @dataclasses.dataclass
    class Foo:
        x: int
        y: int
        z: float = dataclasses.field(init=False)

    class Bar:
        pass

    with pytest.raises(TypeError, match="required when nodetype is not a "
                       "dataclass. Got nodetype=<class '.*Bar'>"):
        register_dataclass(Bar)
    with pytest.raises(TypeError, match="must both be specified when either"):
        register_dataclass(Foo, data_fields=["x"])
    with pytest.raises(ValueError, match="must include all dataclass "
                       "fields.*Missing fields: {'y'}. Add them to drop"):
        register_dataclass(Foo, ["x"], [])
    with pytest.raises(ValueError, match="Unexpected fields: {'q'}"):
        register_dataclass(Foo, ["x", "y", "q"], [])
    with pytest.raises(ValueError, match="must not overlap.*{'x'}"):
        register_dataclass(Foo, ["x", "y"], ["x"])


def test_static_has_no_leaves():
    t = (Name("a"), 1)
    assert tree.leaves(t) == [1] and paths(t) == ["[1]"]
    assert tree.map(lambda x: x + 1, t) == ("a", 2)
    assert tree.structure(t) != tree.structure((Name("b"), 1))
    assert str(tree.structure(t)) == "PyTreeDef((CustomNode(Name[a], []), *))"


def test_data_that_cannot_be_compared_or_hashed():
    class Vague:
        def __eq__(self, other):
            raise RuntimeError("cannot say")

        __hash__ = None

    a, b = (tree.structure(Layer(1, 2, Vague())) for _ in range(2))
    assert hash(a) == hash(b)
    with pytest.raises(ValueError, match="while checking equality of "
                       r"metadata fields of pytree\.[\s\S]*data field"):
        assert a == b


def test_registering_twice_is_refused():
    for kind in Special, Layer, Name, tuple, dict, type(None), Partial:
        with pytest.raises(ValueError, match="Duplicate custom PyTreeDef "
                           "type registration for <class"):
            tree_util.register_pytree_node(kind, lambda x: x, lambda x: x)
    with pytest.raises(TypeError, match="needs a class and two functions"):
        tree_util.register_pytree_node(3, lambda x: x, lambda x: x)
    with pytest.raises(TypeError, match="needs a class and two functions"):
        tree_util.register_pytree_node(int, None, None)


@pytest.mark.parametrize("returned, words", [
    ("hello", r"should return a \(children, aux_data\) tuple, got 'hello'"),
    ((1, 2, 3), r"\(children, aux_data\) tuple, got \(1, 2, 3\)"),
    ((7, 7), r"tuple where 'children' is iterable, got \(7, 7\)"),
])
def test_a_flatten_function_that_returns_something_else(returned, words):
    class Bad:
        pass

    tree_util.register_pytree_node(Bad, lambda x: returned, lambda *_: Bad())
    with pytest.raises(ValueError, match=f"The to_iterable function.*{words}"):
        tree.flatten(Bad())


def test_partial():
    def f(a, b, c=0):
        return a, b, c

    p = Partial(f, 1, c=[2])
    assert p(5) == (1, 5, [2]) and p(5, c=3) == (1, 5, 3)
    assert tree.leaves(p) == [1, 2]
    assert tree.map(lambda x: 10 * x, p)(5) == (10, 5, [20])
    assert tree.structure(p) == tree.structure(Partial(f, 7, c=[8]))
    assert tree.structure(p) != tree.structure(Partial(print, 7, c=[8]))
    held = Partial(functools.partial(f, 1), 2)
    assert held.args == (2,) and held() == (1, 2, 0)
    assert repr(Partial(len, 3, k=4)).endswith("len>, 3, k=4)")
