"""The body of a loop or a branch as a program, traced once for its types.

trace_body  : (a -> b), type of a -> Body
check_carry : is what a step hands on what the next one takes? else TypeError

What the function closes over becomes the first inputs of the program.
JAX twin: jax/_src/lax/control_flow/common.py.
"""

import inspect
import weakref
from typing import NamedTuple

from minijax.api_util import FlatFun
from minijax.compilation import named_axes
from minijax.config import enable_x64
from minijax.core import Tracer
from minijax.jaxpr import ClosedJaxpr
from minijax.lax import convert_element_type
from minijax.numpy import result_type
from minijax.staging import trace_to_jaxpr
from minijax.tree_errors import Leaf, mismatches
from minijax.tree_util import PyTreeDef, keystr, tree_leaves_with_path


# [Body]
class Body(NamedTuple):
    """A function as a program of (*consts, *leaves of its arguments)."""

    jaxpr: ClosedJaxpr
    consts: list  # the arrays and tracers that it closes over
    out_tree: PyTreeDef


def open_jaxpr(closed):
    """A program without constants: they are its first inputs."""
    jaxpr = closed.jaxpr
    return ClosedJaxpr(jaxpr.replace(
        constvars=[], invars=jaxpr.constvars + jaxpr.invars), []
    ), closed.consts
# [/Body]


# [trace_body]
bodies = weakref.WeakKeyDictionary()  # function -> {types: Body}


def trace_body(fun, in_tree, avals, name):
    """The Body of a function at these types; traced once while it lives."""
    try:
        known = bodies.setdefault(fun, {})
    except TypeError:  # not hashable: nobody else can ask for it
        known = {}
    key = name, in_tree, *avals, enable_x64.value, *named_axes()
    if key in known:
        return known[key]
    flat = FlatFun(fun, in_tree, name=name)
    jaxpr, consts = open_jaxpr(trace_to_jaxpr(flat, avals, fun, name))
    body = Body(jaxpr, consts, flat.out_tree)
    if not any(isinstance(c, Tracer) for c in consts):
        known[key] = body  # tracers live only as long as their traces
    return body
# [/trace_body]


# [widen]
def widen(carry, avals):
    """Initial carries; a weak number takes the dtype that a step makes of it.

    So that a loop may start from 0 and go on with floats.
    """
    return [convert_element_type(x, result_type(x, a.dtype))
            if x.weak_type and x.dtype != a.dtype else x
            for x, a in zip(carry, avals)]
# [/widen]


def check_carry(name, fun, before, after):
    """Each a pair (tree, types); TypeError, with the leaf, if they differ."""
    (tree, avals), (out_tree, out_avals) = before, after
    if tree != out_tree:
        lines, wanted = tree_lines(fun, tree, out_tree), (
            "the same pytree structure")
        remedy = ("the carry output has the same pytree structure as the "
                  "carry input")
    else:
        lines, wanted = type_lines(fun, tree.unflatten(avals), out_avals), (
            "equal types")
        remedy = "all output types match the corresponding input types"
    if lines:
        raise TypeError(
            f"{name} function carry input and carry output must have {wanted},"
            f" but they differ:\n\n{listed(lines)}\n\nRevise the function so "
            f"that {remedy}.")


def listed(lines):
    """One line as a sentence, several as a list."""
    if len(lines) == 1:
        return f"{lines[0][0].upper()}{lines[0][1:]}."
    return ";\n".join(f"  * {line}" for line in lines) + "."


# [lines]
def tree_lines(fun, tree, out_tree):
    """Each place where the trees part ways."""
    trees = [t.unflatten([Leaf()] * t.num_leaves) for t in (tree, out_tree)]
    return [f"{component(fun, m.path)} is {article(m.left)} but the "
            "corresponding component of the carry output is "
            f"{article(m.right)}, so {reason(m.what)}"
            for m in mismatches(*trees, prefix=False)]


def type_lines(fun, carry, out_avals):
    """Each leaf whose shape or dtype is not what it was."""
    return [f"{component(fun, path)} has type {a} but the corresponding "
            f"output carry component has type {b}, so {mismatch(a, b)}"
            for (path, a), b in zip(tree_leaves_with_path(carry), out_avals)
            if (a.shape, a.dtype) != (b.shape, b.dtype)]


def component(fun, path):
    """`the input carry component c['w']`, with the name that fun gives it."""
    try:
        name = next(iter(inspect.signature(fun).parameters))
    except (TypeError, ValueError, StopIteration):
        return f"the input carry at path {keystr(path)}" if path else (
            "the input carry")
    return f"the input carry {'component ' * bool(path)}{name}{keystr(path)}"
# [/lines]


# [words]
def article(thing):
    return thing if thing.startswith("a ") else f"a {thing}"


def reason(what):
    """JAX's word for what `mismatches` found."""
    return ("their Python types differ" if "types" in what else
            "the lengths do not match" if "lengths" in what else
            "the numbers of children do not match" if "numbers" in what else
            "the pytree node metadata does not match")


def mismatch(a, b):
    reasons = ["the dtypes do not match"] * (a.dtype != b.dtype)
    reasons += ["the shapes do not match"] * (a.shape != b.shape)
    return ", and ".join(reasons)
# [/words]
