"""The checks of chapter 4."""
from collections import namedtuple

import numpy as np

from checks import exercise
from minijax import tree
from minijax.tree_util import keystr

Layer = namedtuple("Layer", "w b")


def model():
    first, second = (np.ones((2, 3)), np.zeros(3)), Layer(np.ones(3), None)
    return {"layers": [first, second], "scale": 2.0}


def same(a, b):
    """Equal in shape, and in every leaf."""
    return tree.structure(a) == tree.structure(b) and tree.all(
        tree.map(lambda x, y: np.allclose(x, y), a, b))


@exercise("4.1")
def _(count):
    n = count(model())
    assert np.ndim(n) == 0 and not isinstance(n, dict), (
        "this is a tree of numbers, one for each leaf; add them up")
    assert n != 4, "4 is the number of leaves; a 2 x 3 matrix counts for six"
    assert n != 2, "2 is the number of keys of the outermost dict"
    assert n != 9, ("9 is the sum of the arrays' lengths, and a length is "
                    "that of the first axis; np.size counts all entries")
    total = sum(np.sum(x) for x in tree.leaves(model()))
    assert n != total, f"{total} is the sum of the numbers, not their number"
    assert n != 14, ("one too many: None counts for nothing, though np.size "
                     "says 1 of it; tree.leaves leaves it out")
    assert n == 13, f"the model of the check has 13 numbers, got {n}"
    assert count(()) == 0, "an empty tree holds 0 numbers"
    assert count(3.0) == 1, "a number alone is a tree with one leaf"


@exercise("4.2")
def _(clip):
    w = np.array([[1.0, -2.0, 2.0]])  # of length 3
    g = {"w": w, "b": [np.array(4.0), None]}
    half = tree.map(lambda x: x / 2, g)
    got = clip(g, 2.5)
    assert got is not None, "nothing was returned"
    assert tree.structure(got) == tree.structure(g), (
        f"the shape came out as {tree.structure(got)}, not as that of the "
        f"gradient, {tree.structure(g)}")
    each = {"w": w * (2.5 / 3), "b": [np.array(2.5), None]}
    entries = tree.map(lambda x: np.clip(x, -2.5, 2.5), g)
    assert not same(got, each) and not same(got, entries), (
        "every leaf was clipped by its own size; the direction of the whole "
        "has changed. One length, of the whole tree, scales all leaves")
    by_sum = tree.map(lambda x: x * 2.5 / 7, g)
    assert not same(got, by_sum), (
        "that is the sum of the lengths of the leaves; the length of the "
        "whole is the root of the sum of the squares, here 5")
    by_squares = tree.map(lambda x: x * 2.5 / 25, g)
    assert not same(got, by_squares), (
        "that is the sum of the squares, 25; the length is its root")
    assert same(got, half), (
        "the gradient of the check has length 5; clipped to 2.5, each entry "
        f"must be halved, got {tree.leaves(got)}")
    grown = clip(g, 50.0)
    assert not same(grown, tree.map(lambda x: 10 * x, g)), (
        "a gradient shorter than the limit was stretched to it")
    assert same(grown, g), "a gradient shorter than the limit must stay as is"
    zero = clip(tree.map(np.zeros_like, g), 1.0)
    assert same(zero, tree.map(np.zeros_like, g)), (
        "a gradient of zeros must stay zeros: do you divide by its length?")


@exercise("4.3")
def _(decay):
    params = {"a": {"w": 10.0, "b": 10.0}, "w": [10.0, {"gain": 10.0}],
              "low": 10.0, "net": Layer(10.0, 10.0)}
    got = decay(params, 0.1)
    assert got is not None, (
        "None came back: the tree is not changed, a new one is returned")
    assert tree.structure(got) == tree.structure(params), (
        "the shape of the tree has changed")
    touched = {keystr(path): x != 10.0
               for path, x in tree.leaves_with_path(got)}
    assert not touched["['a']['b']"], (
        "['a']['b'] has decayed, which is a bias: only a leaf whose last "
        "step is w does")
    assert not (touched["['w'][1]['gain']"] and touched["['low']"]), (
        "all leaves but the biases have decayed: those whose last step is no "
        "w should not, either")
    assert not touched["['low']"], (
        "['low'] has decayed: its key contains a w, but is not \"w\"")
    assert not touched["['w'][0]"], (
        "['w'][0] has decayed: its \"w\" is further up; only the last step "
        "of the path counts")
    assert touched["['net'].w"], (
        "the field w of a namedtuple must decay too: its step is a "
        "GetAttrKey, which has a name and no key")
    assert got["a"]["w"] != 1.0, (
        "10 has become 1 at rate 0.1: what is left is 1 - rate of it")
    assert got["a"]["w"] != 9.9, (
        "the rate was subtracted: a leaf is multiplied by 1 - rate")
    want = {"a": {"w": 9.0, "b": 10.0}, "w": [10.0, {"gain": 10.0}],
            "low": 10.0, "net": Layer(9.0, 10.0)}
    assert same(got, want), (
        f"of {params} expected {want} at rate 0.1, got {got}")


@exercise("4.4")
def _(stack):
    models = [tree.map(lambda x, k=k: x + k, model()) for k in range(4)]
    got = stack(models)
    assert not isinstance(got, (list, np.ndarray)), (
        "stack must return one tree whose leaves are stacked, got a "
        f"{type(got).__name__}")
    assert tree.structure(got) == tree.structure(model()), (
        "the shape must be that of one model, got "
        f"{tree.structure(got)}")
    w = got["layers"][0][0]
    assert np.shape(w) != (8, 3), (
        "the arrays were joined along an axis that they have; stacking makes "
        "a new one, in front: (4, 2, 3), got (8, 3)")
    assert np.shape(w) != (2, 3, 4), "the new axis must be in front"
    assert np.shape(w) == (4, 2, 3), (
        f"four 2 x 3 matrices stack to (4, 2, 3), got {np.shape(w)}")
    for k, one in enumerate(models):
        assert same(tree.map(lambda x, k=k: x[k], got), one), (
            f"got[{k}] at each leaf is not model {k}")
    try:
        stack([{"a": 1.0, "b": 2.0}, {"a": 1.0, "c": 2.0}])
    except ValueError:
        return
    raise AssertionError("models with the keys a, b and a, c were stacked "
                         "without an error; tree.map would have noticed")


def fresh_class():
    class Polynomial:
        def __init__(self, coefficients, variable="x"):
            self.coefficients, self.variable = coefficients, variable

        def __call__(self, x):
            return sum(c * x**k for k, c in enumerate(self.coefficients))
    return Polynomial


@exercise("4.5")
def _(register):
    Polynomial = fresh_class()
    register(Polynomial)
    p = Polynomial([1.0, 2.0], "t")
    leaves = tree.leaves(p)
    assert leaves != [p], "Polynomial is still a leaf: nothing was registered"
    assert "t" not in leaves, (
        "the variable has become a leaf; it is static, so it belongs to the "
        "data")
    assert leaves == [1.0, 2.0], (
        f"the leaves of 1 + 2t are [1.0, 2.0], got {leaves}")
    assert tree.structure(p) != tree.structure(Polynomial([1.0, 2.0], "s")), (
        "polynomials in t and in s have the same structure: the variable is "
        "not in the data, and is lost when the polynomial is rebuilt")
    q = tree.map(lambda c: 10 * c, p)
    assert q.variable != [10.0, 20.0], (
        "unflatten got its arguments in the wrong order: first the data, "
        "then the children")
    assert isinstance(q, Polynomial) and q.variable == "t", (
        f"the rebuilt polynomial has the variable {q.variable!r}, not 't'")
    assert np.size(q.coefficients) == np.shape(q.coefficients)[0], (
        f"the rebuilt polynomial has the coefficients {q.coefficients}: "
        "children is a sequence of one child, the list; take children[0]")
    assert q(3.0) == 70.0, (
        f"10 + 20t at t = 3 is 70; the rebuilt one gives {q(3.0)}")
    first = keystr(tree.leaves_with_path(p)[0][0])
    assert first == ".coefficients[0]", (
        f"the first path reads {first}, expected .coefficients[0]: the key "
        "of the list is GetAttrKey('coefficients')")


@exercise("4.6")
def _(height):
    cases = [(1, 0), ((1, 2), 1), ([(1, 2), 3], 2), ([3, (1, 2)], 2),
             ((), 1), ({"a": [[], 1], "b": None}, 3), ([[[1]], 2, [3]], 3)]
    heights = {}
    for t, want in cases:
        try:
            heights[str(t)] = height(tree.structure(t)), want
        except ValueError as error:
            assert "empty" not in str(error), (
                f"of {t}: {error}. A container without children is one "
                "container: max(..., default=0)")
            raise
    missed = [f"of {t} expected {want}, got {got}"
              for t, (got, want) in heights.items() if got != want]
    got, want = zip(*heights.values(), strict=True)
    whys = {
        (1, 2, 3, 3, 1, 3, 4): "a leaf is no container, and adds nothing",
        (0, 1, 2, 2, 1, 4, 4): "these are the containers, counted; side by "
                               "side they do not add up: take the max",
        (0, 1, 2, 2, 0, 2, 3): "an empty container is one, too",
        (0, 1, 2, 1, 1, 3, 3): "the deepest child counts, and it need not be "
                               "the first",
        (0, 1, 1, 2, 1, 2, 2): "the deepest child counts, and it need not be "
                               "the last",
        (0, 3, 3, 3, 1, 3, 4): "the number of children was added, not the "
                               "height of the highest",
        (0, 0, 0, 0, 0, 0, 0): "a container adds 1 to the height of its "
                               "deepest child"}
    assert got not in whys, f"{missed[0]}: {whys[got]}"
    assert got == want, missed[0]
    deep = 1
    for _ in range(10_000):
        deep = [deep]
    treedef = tree.structure(deep)
    while isinstance(deep, list):  # a browser's Python cannot free it whole
        deep = deep.pop()
    try:
        got = height(treedef)
    except RecursionError:
        raise AssertionError(
            "on 10,000 levels: RecursionError. Use the list of nodes and a "
            "stack of your own") from None
    assert got == 10_000, f"of 10,000 levels expected 10000, got {got}"
