"""vmap: a function of one example becomes a function of many at once.

vmap : (a -> b) -> (n a -> n b)
rule : (values, axes, **params) -> (value, axis)

An axis is an int, or None for a value that is the same in every example. The
rules are in `batching_rules`. JAX twin: jax/_src/interpreters/batching.py.
"""

from functools import lru_cache, partial

from minijax import lax
from minijax.array import as_array
from minijax.core import Trace, Tracer, set_current_trace
from minijax.forward import no_pair
from minijax.rules import Rules

batching_rules = Rules("Batching rule")


# [BatchTracer]
class BatchTracer(Tracer):
    """One example, as the function sees it; behind it are all of them."""

    __slots__ = ("value", "axis", "aval")

    def __init__(self, trace, value, axis):
        self.trace, self.value, self.axis = trace, value, axis
        self.aval = example_type(value.aval, axis)


@lru_cache(4096)
def example_type(aval, axis):
    """The type of one example: without the axis along which they lie."""
    return aval.update(shape=aval.shape[:axis] + aval.shape[axis + 1:])
# [/BatchTracer]


# [BatchTrace]
class BatchTrace(Trace):
    """Operations act on all examples at once."""

    name = "vmap"

    def __init__(self, fun, size, axis_name):
        super().__init__(fun)
        self.size, self.axis_name = size, axis_name

    def split(self, x):
        """All examples of an operand, and the axis along which they lie."""
        if type(x) is BatchTracer and x.trace is self:
            return x.value, x.axis
        return as_array(x), None

    def join(self, value, axis):
        return value if axis is None else BatchTracer(self, value, axis)
    # [/BatchTrace]

    def process_primitive(self, primitive, args, params):
        values, axes = [], []
        for x in args:
            value, axis = self.split(x)
            values.append(value)
            axes.append(axis)
        rule = self.rule(primitive, axes, params)
        with set_current_trace(self.parent):
            if rule is None:
                return primitive.bind(*values, **params)
            pair = rule(values, axes, **params)
        if type(pair) is not tuple or len(pair) != 2:
            raise TypeError(no_pair("batching", primitive, pair, "axis"))
        out, axis = pair
        if primitive.multiple_results:
            return [self.join(*pair) for pair in zip(out, axis)]
        return self.join(out, axis)

    # [BatchTrace.rule]
    def rule(self, primitive, axes, params):
        """What to do: None where no operand differs between examples."""
        if params.get("axis_name", self) == self.axis_name:
            return partial(collective_rules[primitive], self)
        if primitive.holds_programs:
            return partial(batching_rules[primitive], self)
        if all(axis is None for axis in axes):
            return None
        return batching_rules[primitive]


collective_rules = {}  # Primitive -> (trace, values, axes) -> (value, axis)
# [/BatchTrace.rule]


# [move]
def move_axis(x, source, destination):
    """x with one axis elsewhere and the others in their order."""
    if source == destination:
        return x
    order = [d for d in range(x.ndim) if d != source]
    order.insert(destination, source)
    return lax.transpose(x, tuple(order))


def front(x, axis, size):
    """All examples along axis 0; one that is the same for all is repeated."""
    if axis is None:
        return lax.broadcast(x, (size,))
    return move_axis(x, axis, 0)


def size_of(values, axes):
    """How many examples there are."""
    return next(x.shape[axis] for x, axis in zip(values, axes)
                if axis is not None)
# [/move]
