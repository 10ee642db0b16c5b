"""Calls of functions that bring their own derivative rules.

CustomCall : an operation with one parameter, a function and its rules
reopened   : a trace in charge again, whoever is the current one

A rule is Python on flat lists of arrays. It is kept beside the function when
that is written down, and asked when a derivative is. JAX twin:
jax/_src/custom_derivatives.py.
"""

import threading
from contextlib import contextmanager

from minijax import lax
from minijax.array import as_array
from minijax.batching import batching_rules, front, move_axis
from minijax.core import current, eval_trace, fun_line, set_current_trace
from minijax.errors import MisroutedTracerError, UnexpectedTracerError
from minijax.executor import calls
from minijax.forward import Zero
from minijax.jaxpr_text import param_rules
from minijax.jaxpr_transforms import ProgramPrimitive, run_closed, trace_closed
from minijax.jit_rules import program_name
from minijax.linearization import partial_rules
from minijax.staging import staging_rules
from minijax.transpose import transposes


# [CustomCall]
class CustomCall(ProgramPrimitive):
    """An operation that runs Python: the function of its `call`."""

    runs_python = True

    def __init__(self, name):
        super().__init__(name)
        self.def_impl(self.run)
        self.def_abstract_eval(lambda *avals, call: call.fun.out_avals)
        staging_rules[self] = self.write_down
        partial_rules[self] = self.run_inside
        batching_rules[self] = self.batch
        calls[self] = call_program
        param_rules[name] = lambda eqn, names: eqn.params["call"].shown()
        transposes.refuse(self, "a linear program never has it: the function "
                          "is opened when what is linear is written down.")
    # [/CustomCall]

    # [CustomCall.run]
    def run(self, *args, call):
        with set_current_trace(eval_trace):
            return asked(call, call.fun, *args)

    def run_inside(self, trace, args, params):
        """What is linear here needs no rule any more: it has been asked."""
        call = params["call"]
        return asked(call, call.fun, *args)
    # [/CustomCall.run]

    # [CustomCall.write_down]
    def write_down(self, trace, args, params):
        """The function as a program; its rules as they are, for later."""
        call, avals = params["call"], [as_array(x).aval for x in args]
        closed, tracers = trace_closed(call.fun, avals, call.of, self.name)
        if any(inside(trace, x.trace) for x in tracers):
            raise CustomRuleError(call.of)
        return trace.record(self, [*tracers, *args], {
            "call": call.staged(Staged(closed), len(tracers))})
    # [/CustomCall.write_down]

    # [CustomCall.batch]
    def batch(self, trace, values, axes, *, call):
        """All examples at once, even if none is here: `fun` may hold some."""
        mapped = [axis is not None for axis in axes]
        values = [move_axis(x, a, 0) if m else x
                  for x, a, m in zip(values, axes, mapped)]
        batched = call.batched(Examples(trace, any(mapped)), mapped)
        outs = self.bind(*values, call=batched)
        return outs, [0 if m else None for m in batched.examples.differ]
    # [/CustomCall.batch]


def inside(trace, other):
    """Was `other` opened while `trace` was in charge?"""
    while other.parent is not None:
        other = other.parent
        if other is trace:
            return True
    return False


# [asked]
class CustomRuleError(UnexpectedTracerError):
    """A derivative was asked for that a custom rule cannot give."""

    def __init__(self, of):
        TypeError.__init__(
            self, f"Detected differentiation of a {type(of).__name__} "
            f"function with respect to a closed-over value: {fun_line(of)}. "
            "That isn't supported: its rule only says how to differentiate by "
            "its arguments. Pass the closed-over value as an argument, and "
            "give the rule its part.")


def asked(call, fun, *args):
    """fun(*args), which must not meet a value that moves but by `args`."""
    try:
        return fun(*args)
    except MisroutedTracerError:
        raise CustomRuleError(call.of) from None
# [/asked]


# [ask_rule]
def ask_rule(of, rule, *args):
    """A rule's answer. What it closes over may be of a trace that is over."""
    try:
        return rule(*args)
    except MisroutedTracerError:
        raise CustomRuleError(of) from None
    except UnexpectedTracerError as error:
        if type(error) is UnexpectedTracerError:
            error.add_note(
                f"A rule of the {type(of).__name__} function {fun_line(of)} "
                "closes over that value, and runs when its trace is over. "
                "Make it an argument of the function; what the backward rule "
                "needs, the forward rule hands on as a residual.")
        raise
# [/ask_rule]


# [Staged]
class Staged:
    """A function that has been traced: a closed jaxpr, to be called."""

    def __init__(self, closed):
        self.closed, self.out_avals = closed, closed.out_avals

    def __call__(self, *args):
        return run_closed(self.closed, args)


def call_program(writer, eqn, operands):
    """In a NumPy program: the program of the function; no rule is needed."""
    call = eqn.params["call"]
    part = writer.part(call.fun.closed, program_name(call.name))
    return f"{part}({', '.join(operands)})"
# [/Staged]


# [reopened]
@contextmanager
def reopened(trace):
    """Put a trace in charge again, under whoever is in charge now.

    So a function that holds its tracers can run later, or elsewhere.
    """
    before = trace.parent, trace.alive
    trace.parent, trace.alive = current.trace, True
    current.trace = trace
    try:
        yield
    finally:
        current.trace = trace.parent
        trace.parent, trace.alive = before
# [/reopened]


# [Examples]
class Examples:
    """Functions of one example's flat lists, run for all along axis 0."""

    def __init__(self, trace, mapped):
        self.trace, self.mapped = trace, mapped
        self.differ = None  # which outputs differ between the examples?
        self.lock = threading.RLock()  # a program may be many threads'

    def run(self, fun, *lists):
        """fun's lists of results, as pairs of a value and its axis.

        lists: pairs of values, and whether they have an axis of examples. A
        Zero is a zero of one example, or of all.
        """
        with self.lock, reopened(self.trace):
            outs = fun(*[[self.one(x) if m else x for x, m in zip(xs, mask)]
                         for xs, mask in lists])
        return [[(x, None) if type(x) is Zero else self.trace.split(x)
                 for x in xs] for xs in outs]

    # [/Examples]

    # [Examples.one]
    def one(self, x):
        if type(x) is Zero:
            return Zero(x.aval.update(shape=x.aval.shape[1:]))
        return self.trace.join(x, 0)

    def every(self, pair):
        """All examples of a result along axis 0."""
        x, axis = pair
        if type(x) is Zero:
            return Zero(x.aval.update(shape=(self.trace.size, *x.aval.shape)))
        return front(x, axis, self.trace.size)

    def sum(self, pair):
        """A cotangent of what is the same for all: its examples', added."""
        x, axis = pair
        return x if axis is None else lax.reduce_sum(x, (axis,))
    # [/Examples.one]

    # [Examples.outputs]
    def outputs(self, *rows):
        """Rows of outputs (and their tangents); a column has one axis or none.

        If an argument differs, all outputs do, for their tangents may. What
        differs by what the function closes over, is remembered.
        """
        before = self.differ or [self.mapped] * len(rows[0])
        self.differ = [had or any(axis is not None for _, axis in column)
                       for had, *column in zip(before, *rows)]
        return [[self.every(pair) if m else pair[0]
                 for pair, m in zip(row, self.differ)] for row in rows]
    # [/Examples.outputs]
