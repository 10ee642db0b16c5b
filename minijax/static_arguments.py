"""Which arguments of a jitted function are values, and not arrays.

Chosen     : (function, positions, names) -> those arguments of a call
static_key : value -> what the cache compares

JAX twin: jax/_src/api_util.py.
"""

import inspect
from collections.abc import Iterable

import numpy as np


# [Chosen]
class Chosen:
    """Arguments of a function, chosen by position or by name.

    Where the signature is known, each is completed from the other: a static
    argument stays static when it is passed by keyword.
    """

    def __init__(self, fun, nums, names, kind):
        self.nums = set(as_tuple(nums, int, f"{kind}_argnums"))
        self.names = set(as_tuple(names, str, f"{kind}_argnames"))
        known = parameters_of(fun)
        if known is None:
            return
        positional = [p.name for p in known if p.kind in POSITIONAL]
        check_nums(self.nums, positional, known, kind)
        check_names(self.names, known, kind)
        by_name = {i for i, n in enumerate(positional) if n in self.names}
        self.names |= {positional[i] for i in self.nums
                       if -len(positional) <= i < len(positional)}
        self.nums |= by_name
    # [/Chosen]

    # [Chosen.split]
    def split(self, args, kwargs):
        """Those of a call, by position and name; and the other arguments."""
        n = len(args)
        nums = {i % n for i in self.nums if -n <= i < n}
        chosen = {i: args[i] for i in sorted(nums)}
        chosen.update((k, x) for k, x in kwargs.items() if k in self.names)
        others = tuple(x for i, x in enumerate(args) if i not in nums)
        return chosen, (others, {k: x for k, x in kwargs.items()
                                 if k not in self.names})


def joined(chosen, args, kwargs):
    """The inverse of split: a call's (args, kwargs)."""
    args = list(args)
    for i in filter(lambda where: type(where) is int, chosen):
        args.insert(i, chosen[i])
    return args, {**kwargs, **{k: x for k, x in chosen.items()
                               if type(k) is str}}
# [/Chosen.split]


# [parameters]
WHOSE = {"static": "Jitted function", "donate": "Jitted function",
         "nondiff": "Function with a rule"}
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY,
              inspect.Parameter.POSITIONAL_OR_KEYWORD)


def as_tuple(given, element, what):
    """None, one or several of an element, as a tuple."""
    if given is None:
        return ()
    several = isinstance(given, Iterable) and not isinstance(given, str)
    values = tuple(given) if several else (given,)
    for x in values:
        if not isinstance(x, element):
            raise TypeError(f"{what} takes {element.__name__}s, got {x!r} in "
                            f"{given!r}")
    return values


def parameters_of(fun):
    """The parameters of a function; None where Python cannot tell."""
    try:
        return list(inspect.signature(fun).parameters.values())
    except (TypeError, ValueError):
        return None
# [/parameters]


def check_nums(nums, positional, known, kind):
    takes_more = any(p.kind is p.VAR_POSITIONAL for p in known)
    n = len(positional)
    if not takes_more and not all(-n <= i < n for i in nums):
        raise ValueError(
            f"{WHOSE[kind]} has {kind}_argnums={tuple(sorted(nums))}, but "
            f"only accepts {n} positional arguments: {', '.join(positional)}.")


def check_names(names, known, kind):
    if any(p.kind is p.VAR_KEYWORD for p in known):
        return
    accepted = [p.name for p in known if p.kind is not p.POSITIONAL_ONLY]
    wrong = names - set(accepted)
    if wrong:
        raise ValueError(
            f"{WHOSE[kind]} has invalid argnames {wrong} in "
            f"{kind}_argnames. Function does not take these args; it takes "
            f"{', '.join(accepted)} by name.")


def static_key(x, where):
    """What tells static values apart: 1, 1.0 and True, 0.0 and -0.0 differ.

    ValueError: the value is not hashable.
    """
    if isinstance(x, tuple):
        return type(x), *[static_key(v, where) for v in x]
    try:
        hash(x)
    except TypeError as e:
        raise ValueError(
            "Non-hashable static arguments are not supported. An error "
            f"occurred while trying to hash argument {where!r}, an object of "
            f"type {type(x)}, {x!r:.60}. The error was:\nTypeError: {e}\n"
            "Pass a tuple for a list, or leave the argument out of "
            "static_argnums and pass arrays.") from None
    inexact = isinstance(x, float | complex | np.inexact)
    return type(x), repr(x) if inexact else x
