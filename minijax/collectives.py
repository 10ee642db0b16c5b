"""Collectives: what one example sees of all the others, by an axis's name.

psum, pmean, pmax, pmin : (a, axis_name) -> a
all_gather              : (a, axis_name) -> n a
axis_index              : axis_name -> int

JAX twin: jax/_src/lax/parallel.py.
"""

from minijax import lax, tree_util
from minijax.array import as_array
from minijax.batching import (
    BatchTrace,
    batching_rules,
    collective_rules,
    front,
    move_axis,
)
from minijax.core import Primitive, current, eval_trace
from minijax.dtypes import ShapedArray, default
from minijax.forward import deflinear, jvp_rules
from minijax.transpose import transposes
from minijax.transpose_rules import deftranspose


# [axis]
def axis_of(axis_name):
    """The trace that maps the axis of this name, innermost first."""
    trace = current.trace
    while trace is not eval_trace:
        if type(trace) is BatchTrace and trace.axis_name == axis_name:
            return trace
        trace = trace.parent
    unbound(axis_name=axis_name)


def unbound(*operands, axis_name, **params):
    raise NameError(
        f"Found an unbound axis name: {axis_name}. The names here are "
        f"{names_of(current.trace)}. A name is given to the axis by a vmap "
        "around the function: vmap(f, axis_name='i').")


def names_of(trace):
    """The names of axes in scope, or the word none."""
    found = []
    while trace is not eval_trace:
        if getattr(trace, "axis_name", None) is not None:
            found.append(repr(trace.axis_name))
        trace = trace.parent
    return ", ".join(found) or "none"


def axis_size(axis_name):
    """How many examples the axis of this name has. Twin: lax.axis_size."""
    return axis_of(axis_name).size
# [/axis]


# [collective]
def collective(name, reduce):
    """A primitive that combines its operand over all the examples."""
    p = Primitive(name)
    p.def_abstract_eval(lambda x, *, axis_name: x)
    p.def_impl(unbound)

    def combine(trace, values, axes, *, axis_name):
        (x,), (axis,) = values, axes
        if axis is None:
            x, axis = lax.broadcast(x, (trace.size,)), 0
        return reduce(x, (axis,)), None

    def along_another(values, axes, *, axis_name):
        return p.bind(*values, axis_name=axis_name), axes[0]
    collective_rules[p], batching_rules[p] = combine, along_another
    return p


psum_p = collective("psum", lax.reduce_sum)
pmax_p = collective("pmax", lax.reduce_max)
pmin_p = collective("pmin", lax.reduce_min)
# [/collective]


# [derivatives]
deflinear(psum_p)
deftranspose(psum_p, lambda ct, x, *, axis_name: psum_p.bind(
    ct, axis_name=axis_name))
for p in (pmax_p, pmin_p):
    jvp_rules.refuse(p, "which example had the extremum is not kept; gather "
                     "the examples by all_gather and take the max of that")
    transposes.refuse(p, f"{p} is not linear.")
# [/derivatives]


# [axis_index]
axis_index_p = Primitive("axis_index")
axis_index_p.def_impl(unbound)


@axis_index_p.def_abstract_eval
def axis_index_type(*, axis_name):
    return ShapedArray((), default("i"))


def axis_index_rule(trace, values, axes, *, axis_name):
    return lax.iota(default("i"), trace.size), 0


collective_rules[axis_index_p] = axis_index_rule
# [/axis_index]


# [all_gather]
all_gather_p = Primitive("all_gather")
all_gather_p.def_impl(unbound)


@all_gather_p.def_abstract_eval
def all_gather_type(x, *, axis_name, size, axis):
    return x.update(shape=(*x.shape[:axis], size, *x.shape[axis:]))
# [/all_gather]


# [all_gather_rules]
def all_gather_rule(trace, values, axes, *, axis_name, size, axis):
    """All the examples are there already; show them to each."""
    return move_axis(front(*values, *axes, size), 0, axis), None


def all_gather_along_another(values, axes, *, axis_name, size, axis):
    x = move_axis(*values, *axes, 0)
    return all_gather_p.bind(x, axis_name=axis_name, size=size,
                             axis=axis + 1), 0


def all_gather_transpose(ct, x, *, axis_name, size, axis):
    """Everybody's cotangents, added up; of them, this example's."""
    return lax.dynamic_index_in_dim(
        psum_p.bind(ct, axis_name=axis_name),
        axis_index_p.bind(axis_name=axis_name), axis, keepdims=False)


collective_rules[all_gather_p] = all_gather_rule
batching_rules[all_gather_p] = all_gather_along_another
deflinear(all_gather_p)
deftranspose(all_gather_p, all_gather_transpose)
# [/all_gather_rules]


# [no_operand]
for rules in (jvp_rules, batching_rules, transposes):
    rules.refuse(axis_index_p, "it has no operand, so nothing reaches it.")
# [/no_operand]


def over_axes(p):
    """The function that binds p on every leaf, for one name or several."""
    def combine(x, axis_name):
        names = axis_name if isinstance(axis_name, tuple) else (axis_name,)
        for name in names:
            axis_of(name)
            x = tree_util.tree_map(
                lambda v, name=name: p.bind(v, axis_name=name), x)
        return x
    combine.__name__ = p.name
    combine.__doc__ = (f"`{p.name}` of x, a container of arrays, over all "
                       "the examples along a named axis, or several.\n\n"
                       "NameError: no vmap gives the name. JAX twin: "
                       f"`lax.{p.name}`.")
    return combine


# [public]
psum, pmax, pmin = over_axes(psum_p), over_axes(pmax_p), over_axes(pmin_p)


def pmean(x, axis_name):
    """The mean over all the examples along a named axis, leaf by leaf."""
    n = psum(1, axis_name)
    return tree_util.tree_map(lambda v: v / n, psum(x, axis_name))


def axis_index(axis_name):
    """Which example this is, along the named axis."""
    axis_of(axis_name)
    return axis_index_p.bind(axis_name=axis_name)


def all_gather(x, axis_name, *, axis=0):
    """All the examples' x, stacked along a new axis, the same for each."""
    size = axis_size(axis_name)
    return tree_util.tree_map(
        lambda v: all_gather_p.bind(as_array(v), axis_name=axis_name,
                                    size=size, axis=axis), x)
# [/public]
