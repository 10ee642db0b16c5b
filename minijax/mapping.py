"""vmap's arguments: which axis of what is mapped, and how many there are.

vmap : (a -> b, in_axes, out_axes) -> (n a -> n b)

JAX twin: `jax.vmap` in jax/_src/api.py.
"""

import inspect
from collections import Counter
from functools import wraps

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.batching import BatchTrace, front, move_axis


def vmap(fun, in_axes=0, out_axes=0, axis_name=None, axis_size=None,
         spmd_axis_name=None):
    """A function that maps `fun` over axes of its arguments, all at once.

    in_axes: an int (negative counts from the end), None for what is the same
    in every example, or a tuple of one entry for each argument; an entry may
    be a container, a prefix of its argument. Keyword arguments are mapped
    along axis 0. out_axes: where the new axis goes, a prefix of the output.
    axis_name: for lax.psum and its like. axis_size: how many, where nothing
    is mapped. ValueError: axes or sizes do not fit. JAX twin: `jax.vmap`.
    """
    in_axes = check_call(fun, in_axes, out_axes, spmd_axis_name)

    @wraps(fun)
    def mapped(*args, **kwargs):
        leaves, axes, tree = examples(fun, args, kwargs, in_axes)
        size = common_size(fun, args, kwargs, leaves, axes, axis_size)
        flat = FlatFun(lambda a, k: fun(*a, **k), tree, name="vmap")
        with BatchTrace(fun, size, axis_name) as trace:
            outs = run(trace, flat, leaves, axes)
        return placed(flat, outs, out_axes, size)
    return mapped


# [run]
def examples(fun, args, kwargs, in_axes):
    """The leaves of the arguments, the axis of each, and their tree."""
    leaves, tree = tree_util.tree_flatten((args, kwargs))
    leaves = [as_array(x, "vmap", i) for i, x in enumerate(leaves)]
    axes = axes_of(args, in_axes, tree)
    for i, (x, axis) in enumerate(zip(leaves, axes)):
        if axis is not None:
            if not -x.ndim <= axis < x.ndim:
                raise ValueError(no_such_axis(
                    x, axis, names(fun, args, kwargs)[i]))
            axes[i] = axis % x.ndim
    return leaves, axes, tree


def run(trace, flat, leaves, axes):
    """The flat function on examples: its outputs, and their axes."""
    outs = flat(*map(trace.join, leaves, axes))
    return [trace.split(x) for x in outs]
# [/run]


# [place]
def placed(flat, outs, out_axes, size):
    """The output, with the examples of each leaf where `out_axes` says."""
    wanted = tree_util.flatten_axes("vmap out_axes", flat.out_tree, out_axes)
    return tree_util.tree_unflatten(flat.out_tree, [
        place(x, a, to, size) for (x, a), to in zip(outs, wanted)])


def place(x, axis, wanted, size):
    """An output with its examples along the axis that was asked for."""
    if wanted is None and axis is not None:
        raise ValueError(
            f"at vmap out_axes, got axis spec None but output was batched on "
            f"axis {axis}: it differs between the examples. Give it an axis.")
    if wanted is None:
        return x
    if axis is None:
        x, axis = front(x, None, size), 0
    if not -x.ndim <= wanted < x.ndim:
        raise ValueError(f"axis {wanted} is out of bounds for array of "
                         f"dimension {x.ndim}, at vmap out_axes: that is one "
                         "example's axes and the new one")
    return move_axis(x, axis, wanted % x.ndim)
# [/place]


# [check_call]
def check_call(fun, in_axes, out_axes, spmd_axis_name):
    """What can be refused before any argument is there; in_axes, checked."""
    if not callable(fun):
        raise TypeError(f"Expected a callable value, got {fun!r:.60}: vmap "
                        "takes the function to map first.")
    if spmd_axis_name is not None:
        raise NotImplementedError("spmd_axis_name speaks of several devices; "
                                  "minijax computes on one")
    if isinstance(in_axes, list):
        in_axes = tuple(in_axes)
    if not (in_axes is None or type(in_axes) in (int, tuple)):
        raise TypeError(
            "vmap in_axes must be an int, None, or a tuple of entries "
            "corresponding to the positional arguments passed to the "
            f"function, but got {in_axes!r}.")
    check_spec("in_axes", in_axes)
    check_spec("out_axes", out_axes)
    return in_axes
# [/check_call]


def check_spec(name, spec):
    for leaf in tree_util.tree_leaves(spec):
        if type(leaf) is not int:
            raise TypeError(
                f"vmap {name} must be an int, None, or (nested) container "
                f"with those types as leaves, but got {spec!r}.")


def axes_of(args, in_axes, tree):
    """The axis of every leaf of the arguments."""
    if isinstance(in_axes, tuple) and len(in_axes) != len(args):
        raise ValueError(
            "vmap in_axes must be an int, None, or a tuple of entries "
            "corresponding to the positional arguments passed to the "
            f"function, but got len(in_axes)={len(in_axes)}, "
            f"len(args)={len(args)}")
    args_tree, _ = tree_util.treedef_children(tree)
    axes = tree_util.flatten_axes("vmap in_axes", args_tree, in_axes,
                                  tupled_args=True)
    return axes + [0] * (tree.num_leaves - len(axes))


# [errors]
def no_such_axis(x, axis, name):
    rank = axis + 1 if axis >= 0 else -axis
    return (f"vmap was requested to map its argument along axis {axis}, which "
            f"implies\nthat its rank should be at least {rank}, but is only "
            f"{x.ndim} (its shape is {x.shape}).\nThis is argument {name}. "
            "Use in_axes=None for what is the same in every example.")


def names(fun, args, kwargs):
    """How each leaf of the arguments is called: `params['w']`."""
    return [argument(fun, path) for path, _ in
            tree_util.tree_leaves_with_path((args, kwargs))]
# [/errors]


def common_size(fun, args, kwargs, leaves, axes, axis_size):
    """How many examples there are; ValueError if the arguments disagree."""
    sizes = [x.shape[a] for x, a in zip(leaves, axes) if a is not None]
    if axis_size is not None:
        sizes.append(axis_size)
    if len(set(sizes)) == 1:
        return sizes[0]
    if sizes:
        raise ValueError(disagreement(fun, args, kwargs, leaves, axes,
                                      axis_size))
    if not leaves:
        raise ValueError(
            "vmap wrapped function must be passed at least one argument "
            "containing an array or axis_size must be specified, got empty "
            f"*args={args} and **kwargs={kwargs}")
    raise ValueError("vmap must have at least one non-None value in in_axes "
                     "or axis_size must be specified")


def disagreement(fun, args, kwargs, leaves, axes, axis_size):
    """The sizes that do not agree, and which argument has which."""
    found = {}
    for name, x, axis in zip(names(fun, args, kwargs), leaves, axes):
        if axis is not None:
            found.setdefault(x.shape[axis], []).append(
                f"axis {axis} of argument {name} of type {x.aval}")
    lines = ["vmap got inconsistent sizes for array axes to be mapped:"]
    if axis_size is not None:
        lines.append(f"  * the `axis_size` argument was {axis_size};")
    counts = Counter({size: len(who) for size, who in found.items()})
    for size, n in counts.most_common():
        lines.append(
            f"  * one axis had size {size}: {found[size][0]};" if n == 1 else
            f"  * {'most' if len(found) > 1 else 'all'} axes ({n} of them) "
            f"had size {size}, e.g. {found[size][0]};")
    return "\n".join(lines)[:-1]


def argument(fun, path):
    """The name of a leaf in the call of `fun`, by its path."""
    which, first, *rest = path
    if which.idx == 0:
        name = f"args[{first.idx}]"
        try:
            bound = list(inspect.signature(fun).parameters.values())
            if bound[first.idx].kind is not bound[first.idx].VAR_POSITIONAL:
                name = bound[first.idx].name
        except (TypeError, ValueError, IndexError):
            pass
    else:
        name = first.key
    return name + tree_util.keystr(tuple(rest))
