"""Wrong answers to the exercises of chapter 4, and what they are told."""

import numpy as np

from minijax import tree, tree_util
from minijax.tree_util import keystr


def count_leaves(params):
    return len(tree.leaves(params))


def count_none_too(params):
    return sum(np.size(x) for x in
               tree.leaves(params, is_leaf=lambda x: x is None))


def count_top_level(params):
    return sum(np.size(x) for x in params)


def count_the_long_way(params):
    return sum(np.atleast_1d(x).shape[0] for x in tree.leaves(params))


def sum_up(params):
    return sum(np.sum(x) for x in tree.leaves(params))


def clip_each(gradient, limit):
    def one(g):
        length = np.sqrt(np.sum(g * g))
        return g * min(1.0, limit / max(length, 1e-30))
    return tree.map(one, gradient)


def clip_entries(gradient, limit):
    return tree.map(lambda g: np.clip(g, -limit, limit), gradient)


def clip_by_squares(gradient, limit):
    squares = sum(np.sum(g * g) for g in tree.leaves(gradient))
    return tree.map(lambda g: g * min(1.0, limit / squares), gradient)


def clip_by_sums(gradient, limit):
    length = np.sqrt(sum(np.sum(g) ** 2 for g in tree.leaves(gradient)))
    return tree.map(lambda g: g * min(1.0, limit / length), gradient)


def clip_always(gradient, limit):
    length = np.sqrt(sum(np.sum(g * g) for g in tree.leaves(gradient)))
    return tree.map(lambda g: g * limit / length, gradient)


def clip_sum_of_lengths(gradient, limit):
    length = sum(np.sqrt(np.sum(g * g)) for g in tree.leaves(gradient))
    return tree.map(lambda g: g * min(1.0, limit / length), gradient)


def clip_to_a_list(gradient, limit):
    leaves = tree.leaves(gradient)
    length = np.sqrt(sum(np.sum(g * g) for g in leaves))
    return [g * min(1.0, limit / length) for g in leaves]


def decay_substring(params, rate):
    return tree.map_with_path(
        lambda path, x: (1 - rate) * x if "w" in keystr(path[-1:]) else x,
        params)


def decay_anywhere(params, rate):
    return tree.map_with_path(
        lambda path, x: (1 - rate) * x
        if "w" in keystr(path, simple=True, separator="/").split("/") else x,
        params)


def decay_dicts_only(params, rate):
    return tree.map_with_path(
        lambda path, x: (1 - rate) * x
        if path[-1] == tree_util.DictKey("w") else x, params)


def decay(chosen, change=lambda x, rate: (1 - rate) * x):
    def decay(params, rate):
        return tree.map_with_path(
            lambda path, x: change(x, rate)
            if chosen(keystr(path[-1:], simple=True)) else x, params)
    return decay


def is_w(name):
    return name == "w"


def decay_and_forget(params, rate):
    decay(is_w)(params, rate)


def stack_list(models):
    return [np.stack(leaves) for leaves in
            zip(*map(tree.leaves, models), strict=True)]


def stack_by_concatenation(models):
    return tree.map(lambda *xs: np.concatenate(list(map(np.atleast_1d, xs))),
                    *models)


def stack_behind(models):
    return tree.map(lambda *xs: np.stack(xs, axis=-1), *models)


def stack_without_looking(models):
    columns = zip(*map(tree.leaves, models), strict=True)
    return tree.structure(models[0]).unflatten(map(np.stack, columns))


def register_nothing(cls):
    pass


def register_variable_as_child(cls):
    tree_util.register_pytree_node(
        cls, lambda p: ((p.coefficients, p.variable), None),
        lambda _, children: cls(*children))


def register_without_data(cls):
    tree_util.register_pytree_node(
        cls, lambda p: ((p.coefficients,), None),
        lambda _, children: cls(*children))


def register_swapped(cls):
    tree_util.register_pytree_node(
        cls, lambda p: ((p.coefficients,), p.variable),
        lambda variable, children: cls(variable, children[0]))


def register_without_keys(cls):
    tree_util.register_pytree_node(
        cls, lambda p: ((p.coefficients,), p.variable),
        lambda variable, children: cls(*children, variable))


def register_all_children(cls):
    key = tree_util.GetAttrKey("coefficients")
    tree_util.register_pytree_with_keys(
        cls, lambda p: ([(key, p.coefficients)], p.variable),
        lambda variable, children: cls(children, variable))


def height_recursive(treedef):
    if treedef.node_data() is None:
        return 0
    return 1 + max(map(height_recursive, treedef.children()), default=0)


def height(of_children):
    def height(treedef):
        stack = []
        for kind, _, arity in treedef._nodes:
            first = len(stack) - arity
            stack[first:] = [0 if kind is None
                             else of_children(stack[first:])]
        return stack.pop()
    return height


def height_with_leaves(treedef):
    stack = []
    for _, _, arity in treedef._nodes:
        first = len(stack) - arity
        stack[first:] = [1 + max(stack[first:], default=0)]
    return stack.pop()


MISTAKES = [
    ("4.1", count_leaves, "the number of leaves"),
    ("4.1", count_none_too, "None counts for nothing"),
    ("4.1", count_top_level, "outermost dict"),
    ("4.1", count_the_long_way, "the sum of the arrays' lengths"),
    ("4.1", sum_up, "the sum of the numbers"),
    ("4.1", lambda params: tree.map(np.size, params), "add them up"),
    ("4.1", lambda params: sum(x.size for x in tree.leaves(params)),
     "'float' object has no attribute 'size'"),
    ("4.2", clip_each, "by its own size"),
    ("4.2", clip_entries, "by its own size"),
    ("4.2", clip_by_squares, "the length is its root"),
    ("4.2", clip_by_sums, "each entry must be halved"),
    ("4.2", clip_always, "was stretched"),
    ("4.2", clip_sum_of_lengths, "sum of the lengths"),
    ("4.2", clip_to_a_list, "the shape came out as"),
    ("4.3", decay_substring, "contains a w"),
    ("4.3", decay_anywhere, "only the last step"),
    ("4.3", decay_dicts_only, "GetAttrKey"),
    ("4.3", decay(lambda name: True), "which is a bias"),
    ("4.3", decay(lambda name: name != "b"), "all leaves but the biases"),
    ("4.3", decay(is_w, lambda x, rate: rate * x), "what is left is 1 - rate"),
    ("4.3", decay(is_w, lambda x, rate: x - rate), "was subtracted"),
    ("4.3", decay_and_forget, "None came back"),
    ("4.4", stack_list, "got a list"),
    ("4.4", stack_by_concatenation, "along an axis that they have"),
    ("4.4", stack_behind, "in front"),
    ("4.4", stack_without_looking, "would have noticed"),
    ("4.5", register_nothing, "still a leaf"),
    ("4.5", register_variable_as_child, "has become a leaf"),
    ("4.5", register_without_data, "same structure"),
    ("4.5", register_swapped, "the wrong order"),
    ("4.5", register_all_children, "take children[0]"),
    ("4.5", register_without_keys, "[<flat index 0>]"),
    ("4.6", height_recursive, "RecursionError"),
    ("4.6", height_with_leaves, "a leaf is no container"),
    ("4.6", height(lambda below: 1 + sum(below)), "these are the containers"),
    ("4.6", height(lambda below: 1 + max(below)), "max(..., default=0)"),
    ("4.6", height(lambda below: max(below, default=-1) + 1),
     "an empty container is one, too"),
    ("4.6", height(lambda below: 1 + (below[:1] or [0])[0]), "the first"),
    ("4.6", height(lambda below: 1 + (below[-1:] or [0])[0]), "the last"),
    ("4.6", height(lambda below: max(below, default=0)), "adds 1"),
    ("4.6", height(lambda below: 1 + len(below)), "the number of children"),
]
