"""The branches of a choice: traced, made to fit one another, or refused.

common_operands : [Body] -> ([const], [program])
check_branches  : do all return the same tree of the same types? else TypeError
joined          : [[type]] -> [type]

JAX twin: jax/_src/lax/control_flow/conditionals.py and common.py.
"""

from minijax.bodies import article, listed, mismatch, reason
from minijax.core import fun_line
from minijax.jaxpr import typematch
from minijax.rewiring import rewired
from minijax.transpose import kind
from minijax.tree_errors import Leaf, mismatches
from minijax.tree_util import keystr, tree_leaves_with_path


# [common_operands]
def common_operands(bodies):
    """What the bodies close over, each once; and programs that take it all.

    A branch has inputs, which it does not read, for what others close over.
    """
    consts = {id(c): c for body in bodies for c in body.consts}
    place = {c: i for i, c in enumerate(consts)}
    common = [c.aval for c in consts.values()]
    programs = []
    for body in bodies:
        own = body.jaxpr.in_avals[len(body.consts):]
        places = (*[place[id(c)] for c in body.consts],
                  *range(len(common), len(common) + len(own)))
        programs.append(rewired(body.jaxpr, (*common, *own), places))
    return [*consts.values()], programs
# [/common_operands]


def joined(*rows):
    """The types of values that come from one of several places.

    Such a value is weak where it is weak in every one of them.
    """
    return [avals[0].update(weak_type=all(a.weak_type for a in avals))
            for avals in zip(*rows, strict=True)]


# [check_branches]
def check_branches(what, first, *others):
    """Every branch returns the tree and the types of the first.

    Each is given as its name, the function, and its Body.
    """
    for other in others:
        (name, f, body), (name2, g, body2) = first, other
        if body.out_tree != body2.out_tree:
            lines, differ = tree_lines(first, other), (
                f"{what} branch outputs must have the same pytree structure, "
                "but they differ.")
            remedy = "they have the same pytree structure"
        elif not typematch(body.jaxpr.out_avals, body2.jaxpr.out_avals):
            lines, differ = type_lines(first, other), (
                f"{what} branches must have equal output types but they "
                "differ.")
            remedy = ("all output types match: x.astype(dtype) and minijax."
                      "numpy.broadcast_to(x, shape) make them so")
        else:
            continue
        raise TypeError(
            f"{differ}\n\n{name} is {fun_line(f)}\n{name2} is {fun_line(g)}"
            f"\n\n{listed(lines)}\n\nRevise {name} and/or {name2} so that "
            f"{remedy}.")
# [/check_branches]


# [lines]
def tree_lines(first, other):
    """Each place where the trees of two branches part ways."""
    (name, _, body), (name2, _, body2) = first, other
    trees = [t.unflatten([Leaf()] * t.num_leaves)
             for t in (body.out_tree, body2.out_tree)]
    return [f"the output of {name}{at(m.path)} is {article(m.left)} but the "
            f"corresponding output of {name2} is {article(m.right)}, so "
            f"{reason(m.what)}"
            for m in mismatches(*trees, prefix=False)]


def type_lines(first, other):
    """Each output that has not the same shape or dtype in two branches."""
    (name, _, body), (name2, _, body2) = first, other
    named = tree_leaves_with_path(body.out_tree.unflatten(
        body.jaxpr.out_avals))
    return [f"the output of {name}{at(path)} has type {a} but the "
            f"corresponding output of {name2} has type {b}, so "
            f"{mismatch(a, b)}"
            for (path, a), b in zip(named, body2.jaxpr.out_avals)
            if kind(a) != kind(b)]


def at(path):
    return f" at path {keystr(path)}" if path else ""
# [/lines]
