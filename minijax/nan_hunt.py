"""debug_nans, debug_infs: an operation that makes a nan, or an inf, is named.

debug_nans : value -> context manager      for this thread, for a while
run_again  : primitive -> (*operand, **param) -> its results, slowly

While a switch is on, a guard looks at every result at the bottom. Where a
program gave the bad one, it is run again operation by operation, so that the
guard sees each. JAX twins: jax.debug_nans, and jax/_src/api_util.py.
"""

import threading
from contextlib import contextmanager

import numpy as np

from minijax.array import as_array
from minijax.conditionals import cond_p
from minijax.config import Flag, config
from minijax.core import EvalTrace, set_current_trace, user_line
from minijax.jaxpr_transforms import run_closed
from minijax.jit_rules import jit_p
from minijax.linearization import type_of
from minijax.rewiring import split
from minijax.scan_program import scan_p, steps
from minijax.while_program import while_p

# [guard]
unguarded = EvalTrace.process_primitive
lock, hunters = threading.Lock(), 0


def guard(more):
    """So many more, or fewer, switches are on; the first lets it in."""
    global hunters
    with lock:
        hunters += more
        EvalTrace.process_primitive = guarded if hunters else unguarded


def guarded(self, primitive, args, params):
    """What the trace at the bottom does, and a look at what comes out."""
    outs = unguarded(self, primitive, args, params)
    if not primitive.runs_python:  # its operations have been seen
        results = outs if primitive.multiple_results else [outs]
        for what, flag in (("nan", debug_nans), ("inf", debug_infs)):
            if flag.value and any(has(what, x) for x in results):
                accuse(self, primitive, args, params, what)
    return outs


def has(what, x):
    test = np.isnan if what == "nan" else np.isinf
    return x.dtype.kind in "fc" and test(np.asarray(x)).any()
# [/guard]


# [Hunt]
class Hunt(Flag):
    """A switch. While it is on for anybody, the guard stands."""

    for_all = False

    def update(self, value):
        super().update(value)
        guard(value - self.for_all)
        self.for_all = value

    @contextmanager
    def __call__(self, value=True):
        with super().__call__(value):
            guard(+value)
            try:
                yield
            finally:
                guard(-value)


debug_nans = config.flags["jax_debug_nans"] = Hunt(False)
debug_infs = config.flags["jax_debug_infs"] = Hunt(False)
# [/Hunt]


# [accuse]
def accuse(trace, primitive, args, params, what):
    """FloatingPointError: who made it, of what, and where."""
    name = f"{primitive} {params.get('name', '')}".strip()
    if primitive in run_again:
        try:
            with set_current_trace(trace):
                run_again[primitive](*args, **params)
        except FloatingPointError as e:
            raise FloatingPointError(f"{e}\nFound by running {name} again, "
                                     "operation by operation.") from None
    args = [as_array(x) for x in args]
    of = f", of {' and '.join(map(summary, args))}" if args else ""
    before = ", which came with it" if any(has(what, x) for x in args) else ""
    raise FloatingPointError(f"invalid value ({what}) encountered in {name}"
                             f"{of}{before}, at {user_line()}")
# [/accuse]


def summary(x):
    """A number, or the type of an array and its least and greatest."""
    if x.dtype.kind not in "fiu" or not x.size:
        return type_of(x)
    numbers = np.asarray(x)
    if not x.shape:
        return f"{numbers:.6g}"
    low, high = numbers.min(), numbers.max()
    return f"{type_of(x)} from {low:.6g} to {high:.6g}"


# [run_again]
def while_again(*args, cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts):
    c, b, carry = split(args, cond_nconsts, body_nconsts)
    while run_closed(cond_jaxpr, [*c, *carry])[0]:
        carry = run_closed(body_jaxpr, [*b, *carry])


def scan_again(*args, jaxpr, num_consts, num_carry, length, reverse, unroll):
    consts, carry, xs = split(args, num_consts, num_carry)
    for i in steps(length, reverse):
        row = [as_array(np.asarray(x)[i]) for x in xs]
        carry = run_closed(jaxpr, [*consts, *carry, *row])[:num_carry]


run_again = {
    jit_p: lambda *args, jaxpr, name: run_closed(jaxpr, args),
    cond_p: lambda i, *args, branches: run_closed(branches[int(i)], args),
    while_p: while_again,
    scan_p: scan_again,
}
# [/run_again]
