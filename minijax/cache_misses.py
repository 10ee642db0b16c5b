"""Why was a function traced again?

report_miss: (function, kind of call, keys so far) -> None; a line in the log

JAX twin: jax_explain_cache_misses, in jax/_src/pjit.py.
"""

import logging

from minijax import tree_util
from minijax.config import config
from minijax.core import fun_line, user_line
from minijax.mapping import argument
from minijax.static_arguments import joined

log = logging.getLogger("minijax")
explain_cache_misses = config.define("jax_explain_cache_misses", False)


def report_miss(fun, kind, seen):
    """Say in what this kind of call differs from the nearest one before."""
    why = "it has not been traced before"
    if seen:
        near = max(reversed(seen), key=lambda k: likeness(k, kind.key))
        why = "; ".join(differences(fun, kind, near))
    log.warning("TRACING CACHE MISS at %s: %s: %s", user_line(),
                getattr(fun, "__name__", type(fun).__name__), why)


# [differences]
def likeness(key, other):
    """In how many fields, and in how many types of leaves, two keys agree."""
    return (sum(a == b for a, b in zip(key, other)),
            sum(a is b for a, b in zip(key[1], other[1])))


def differences(fun, kind, near):
    """What is new in a call, beside a key that it does not have."""
    tree, avals, fixed = near[:3]
    if tree != kind.tree:
        yield tree_util.explain_difference(tree, kind.tree)
    else:
        for name, old, new in zip(names(fun, kind), avals, kind.avals):
            if old is not new:
                yield f"{name} was {in_words(old)}, now {in_words(new)}"
    if fixed != kind.key[2]:
        yield f"static {listed(fixed)}, now {listed(kind.key[2])}"
    if near[3:] != kind.key[3:]:
        yield "another jax_enable_x64, or other named axes around the call"
# [/differences]


# [words]
def names(fun, kind):
    """The leaves of a call, by the names that the function gives them."""
    leaves = tree_util.tree_unflatten(kind.tree, kind.leaves)
    call = joined(dict.fromkeys(kind.fixed), *leaves)
    return [argument(fun, path)
            for path, _ in tree_util.tree_leaves_with_path(tuple(call))]


def in_words(aval):
    return f"{aval} (weak)" if aval.weak_type else str(aval)


def listed(fixed):
    return ", ".join(f"{where}={value(key)}" for where, key in fixed)


def value(key):
    """A static value from what static_key made of it: `int 3`."""
    kind, *values = key
    if issubclass(kind, tuple):
        return f"{kind.__name__}({', '.join(map(value, values))})"
    (x,) = values
    return f"{kind.__name__} {fun_line(x) if callable(x) else x}"
# [/words]
