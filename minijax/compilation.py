"""jit: trace a function once for each kind of call, run it often.

jit : (a -> b) -> (a -> b)

The kind of a call: the tree of its arguments, the types of their leaves, and
the values of those that are static. JAX twin: jax/_src/pjit.py.
"""

import weakref
from functools import partial, wraps
from typing import NamedTuple

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.batching import BatchTrace
from minijax.cache_misses import explain_cache_misses, report_miss
from minijax.config import config, enable_x64
from minijax.core import current, eval_trace, fun_line
from minijax.jaxpr_transforms import run_closed, trace_closed
from minijax.jit_rules import jit_p
from minijax.mapping import argument
from minijax.stages import Traced
from minijax.staging import abstract, check_callable
from minijax.static_arguments import Chosen, joined, static_key

disable_jit = config.define("jax_disable_jit", False)


def jit(fun=None, *, static_argnums=None, static_argnames=None,
        donate_argnums=None, donate_argnames=None, keep_unused=False,
        inline=False):
    """`fun`, traced once for each kind of call and then run as NumPy.

    Arguments and results are containers of arrays. static_argnums and
    static_argnames choose arguments that are passed to `fun` as they are:
    hashable values, compared by type and value. inline: inside another trace
    leave no jit equation, but those of `fun`. The donated arguments and
    keep_unused are checked and change nothing: NumPy gives memory back by
    itself. Without `fun`, a decorator. JAX twin: `jax.jit`.
    """
    options = dict(static_argnums=static_argnums, inline=inline,
                   static_argnames=static_argnames, keep_unused=keep_unused,
                   donate_argnums=donate_argnums,
                   donate_argnames=donate_argnames)
    if fun is None:
        return partial(jit, **options)
    check_callable(fun, "jit")
    static = Chosen(fun, static_argnums, static_argnames, "static")
    donated = Chosen(fun, donate_argnums, donate_argnames, "donate")
    check_apart(static, donated)
    return facade(kinds_of_jitted[-1](fun, static, inline))


def facade(state):
    """A Python function, so that it can be a method; its stages beside it."""
    @wraps(state.fun)
    def jitted(*args, **kwargs):
        return state.call(args, kwargs)

    def trace(*args, **kwargs):
        return state.traced(state.kind(args, kwargs, abstract))

    def lower(*args, **kwargs):
        return trace(*args, **kwargs).lower()

    def eval_shape(*args, **kwargs):
        return trace(*args, **kwargs).out_info
    vars(jitted).update(trace=trace, lower=lower, eval_shape=eval_shape,
                        clear_cache=state.clear)
    return jitted


def check_apart(static, donated):
    both = static.names & donated.names or static.nums & donated.nums
    if both:
        raise ValueError("static and donated arguments cannot intersect: "
                         f"{both} is in both. A static argument is no array.")


class Kind(NamedTuple):
    """One kind of call: all calls with this key share a trace."""

    leaves: list
    avals: list
    tree: tree_util.PyTreeDef
    fixed: dict
    key: tuple


# [Jitted]
caches = weakref.WeakKeyDictionary()  # function -> {kind of call: Traced}


def cache_of(fun):
    """The traces of a function, which go when the function goes."""
    try:
        return caches.setdefault(fun, {})
    except TypeError:  # not hashable: nobody else can ask for it
        return {}


class Jitted:
    """A function, how its calls are told apart, and its traces so far."""

    def __init__(self, fun, static, inline):
        self.fun, self.static, self.inline = fun, static, inline
        self.cache = cache_of(fun)
        self.name = getattr(fun, "__name__", type(fun).__name__)

    def clear(self):
        self.cache.clear()
    # [/Jitted]

    # [Jitted.call]
    def call(self, args, kwargs):
        if disable_jit.value:
            return self.fun(*args, **kwargs)
        kind = self.kind(args, kwargs, as_array)
        t = self.traced(kind)
        operands = [*t.tracers, *kind.leaves]
        if self.inline and current.trace is not eval_trace:
            outs = run_closed(t.jaxpr, operands)
        else:
            outs = jit_p.bind(*operands, jaxpr=t.jaxpr, name=self.name)
        return tree_util.tree_unflatten(t.out_tree, outs)

    def kind(self, args, kwargs, convert):
        """A call taken apart, and what it is remembered by."""
        fixed, given = self.static.split(args, kwargs)
        leaves, tree = tree_util.tree_flatten(given)
        try:
            leaves = [convert(x) for x in leaves]
        except TypeError:
            raise TypeError(self.not_an_array(fixed, given, convert)) from None
        avals = [getattr(x, "aval", x) for x in leaves]
        values = [(i, static_key(x, i)) for i, x in fixed.items()]
        return Kind(leaves, avals, tree, fixed, (
            tree, tuple(avals), tuple(values), enable_x64.value,
            named_axes()))
    # [/Jitted.call]

    # [Jitted.traced]
    def traced(self, kind):
        """The trace of such a call; a new one if there has been none."""
        found = self.cache.get(kind.key)
        if found is None:
            if explain_cache_misses.value:
                report_miss(self.fun, kind, self.cache)
            found = self.trace(kind)
            if not found.tracers:  # those live only as long as their traces
                self.cache[kind.key] = found
        return found

    def trace(self, kind):
        fixed, fun = kind.fixed, self.fun

        def call(args, kwargs):
            args, kwargs = joined(fixed, args, kwargs)
            return fun(*args, **kwargs)
        flat = FlatFun(call, kind.tree, name="jit")
        jaxpr, tracers = trace_closed(flat, kind.avals, fun, "jit")
        return Traced(self.name, jaxpr, tracers, kind.tree, flat.out_tree)
    # [/Jitted.traced]

    # [Jitted.not_an_array]
    def not_an_array(self, fixed, given, convert):
        """The leaf of a call that is no array, by its path."""
        call = joined(dict.fromkeys(fixed), *given)
        for path, x in tree_util.tree_leaves_with_path(call):
            try:
                convert(x)
            except TypeError:
                where = argument(self.fun, path)
                name = where.partition("[")[0]
                return (
                    f"Error interpreting argument to {fun_line(self.fun)} as "
                    "an abstract array. The problematic value is of type "
                    f"{type(x)} and was passed to the function at path "
                    f"{where}.\nThis typically means that a jit-wrapped "
                    "function was called with a non-array argument, and this "
                    "argument was not marked as static: if it is hashable, "
                    f"write jit(f, static_argnames={name!r}); an object with "
                    "arrays in it is registered as a pytree.")
    # [/Jitted.not_an_array]


# [kinds_of_jitted]
kinds_of_jitted = [Jitted]  # the last is taken; chapter 12 has a quicker one
# [/kinds_of_jitted]


def named_axes():
    """The named axes around a call: what collectives do depends on them."""
    trace, found = current.trace, ()
    while trace is not None:
        if type(trace) is BatchTrace and trace.axis_name is not None:
            found += (trace.axis_name, trace.size)
        trace = trace.parent
    return found
