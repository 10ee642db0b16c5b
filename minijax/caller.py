"""Operations that call functions of the user's, in the caller's context.

in_callers_context : (a -> b, *a) -> b

Implementations run where NumPy is `quiet`, but a callback is not ours: the
np.errstate around the call holds in it, and so do print options. JAX calls
back from a thread of XLA's, where NumPy's defaults hold.
"""

import threading
from contextvars import copy_context

from minijax.core import (
    Primitive,
    current,
    eval_trace,
    set_current_trace,
)


# [caller]
class Caller(threading.local):
    """The context in which this thread bound such an operation last."""

    context = None


caller = Caller()
# [/caller]


class CallingPrimitive(Primitive):
    """An operation with functions, or programs, among its parameters.

    Nothing is remembered by type, for that would keep them alive.
    """

    multiple_results = True

    def bind(self, *args, **params):
        before, caller.context = caller.context, copy_context()
        try:
            return current.trace.process_primitive(self, args, params)
        finally:
            caller.context = before

    def out_type(self, avals, params):
        return self.abstract_eval(*avals, **params)


def in_callers_context(fun, *args):
    """fun(*args) with no trace in charge, where the operation was bound."""
    with set_current_trace(eval_trace):
        if caller.context is None:  # a NumPy program, called by itself
            return fun(*args)
        return caller.context.copy().run(fun, *args)
