"""Wrong answers to the exercises of chapter 11, and how each is recognized."""
import functools
import json

import minijax as mj
from minijax import numpy as jnp
from minijax.batching import front
from minijax.executor import numpy_program
from minijax.forward import instantiate
from minijax.jaxpr_transforms import ProgramPrimitive, batch_jaxpr, jvp_jaxpr


def counted(fun):
    runs = []

    def noted(*args, **kwargs):
        runs.append(args)
        return fun(*args, **kwargs)
    return mj.jit(noted), lambda: len(runs)


def counts_calls(fun):
    runs, jitted = [], mj.jit(fun)

    def noted(*args):
        runs.append(args)
        return jitted(*args)
    return noted, lambda: len(runs)


def counts_once(fun):
    first, jitted = [], mj.jit(fun)

    def noted(*args, **kwargs):
        first[:] = [1]
        return jitted(*args, **kwargs)
    return noted, lambda: len(first)


def options_by(pack, unpack=dict):
    def with_options(fun):
        @functools.partial(mj.jit, static_argnums=1)
        def inner(x, items):
            return fun(x, unpack(items))
        return lambda x, options: inner(x, pack(options))
    return with_options


class ById:
    def __init__(self, options):
        self.options = options

    def __eq__(self, other):
        return self.options is other.options

    def __hash__(self):
        return id(self.options)


class Static:
    def __init__(self, weights):
        self.weights = jnp.asarray(weights)

    @functools.partial(mj.jit, static_argnames="self")
    def __call__(self, signal):
        return jnp.dot(self.weights, signal)


class JitEach:
    def __init__(self, weights):
        self.weights = jnp.asarray(weights)

    def __call__(self, signal):
        return mj.jit(lambda w, x: jnp.dot(w, x))(self.weights, signal)


kept = []


class Kept:
    def __init__(self, weights):
        self.weights = jnp.asarray(weights)
        kept.append(self)

    def __call__(self, signal):
        return dot(self.weights, signal)


dot = mj.jit(lambda w, x: jnp.dot(w, x))


class NoJit:
    def __init__(self, weights):
        self.weights = jnp.asarray(weights)

    def __call__(self, signal):
        return jnp.dot(self.weights, signal)


def notes_when_written(primitive, notes):
    def write(writer, eqn, operands):
        notes.append((primitive.name, [v.aval.shape for v in eqn.invars]))
        name = writer.put("f", lambda *xs: primitive.impl(*xs, **eqn.params))
        return f"{name}({', '.join(operands)})"
    return write


def notes_without_params(primitive, notes):
    def write(writer, eqn, operands):
        def run(*values):
            notes.append((primitive.name, [x.shape for x in values]))
            return primitive.impl(*values)
        return f"{writer.put('sin', run)}({', '.join(operands)})"
    return write


def notes_nothing(primitive, notes):
    def write(writer, eqn, operands):
        name = writer.put("sin", lambda *xs: primitive.impl(
            *xs, **eqn.params))
        return f"{name}({', '.join(operands)})"
    return write


def notes_values(primitive, notes):
    def write(writer, eqn, operands):
        def run(*values):
            notes.append((primitive.name, []))
            return primitive.impl(*values, **eqn.params)
        return f"{writer.put('sin', run)}({', '.join(operands)})"
    return write


twice_p = ProgramPrimitive("twice")
twice_p.def_abstract_eval(lambda *avals, jaxpr: jaxpr.out_avals)


@twice_p.def_impl
def run_twice(*values, jaxpr):
    program = numpy_program(jaxpr)
    return program(*program(*values))


def all_of(values):
    return tuple(range(len(values)))


def twice_jvp(primals, tangents, *, jaxpr, wanted=all_of):
    n = len(primals)
    program, _ = jvp_jaxpr(jaxpr, (True,) * n, wanted(primals))
    outs = twice_p.bind(*primals, *map(instantiate, tangents), jaxpr=program)
    return outs[:n], outs[n:]


def opened_jvp(primals, tangents, *, jaxpr):
    f = mj.core.jaxpr_as_fun(jaxpr)
    return mj.jvp(lambda *xs: f(*f(*xs)), tuple(primals),
                  tuple(map(instantiate, tangents)))


def two_jvps(primals, tangents, *, jaxpr):
    _, dots = twice_jvp(primals, tangents, jaxpr=jaxpr)
    return twice_p.bind(*primals, jaxpr=jaxpr), dots


def twice_batch(trace, values, axes, *, jaxpr, wanted=all_of, repeat=True):
    mapped = tuple(repeat or a is not None for a in axes)
    program, there = batch_jaxpr(jaxpr, trace.size, trace.axis_name, mapped,
                                 wanted(values))
    values = [front(x, a, trace.size) if m else x
              for x, a, m in zip(values, axes, mapped)]
    return twice_p.bind(*values, jaxpr=program), [
        0 if m else None for m in there]


def opened_batch(trace, values, axes, *, jaxpr):
    f = mj.core.jaxpr_as_fun(jaxpr)
    return mj.vmap(lambda *xs: f(*f(*xs)), tuple(axes))(*values), [0, 0]


def nothing_wanted(values):
    return ()


right = (2, 2, 1, 1, 1)


MISTAKES = [
    ("11.1", (counts_calls, lambda: right), "this counts calls"),
    ("11.1", (counts_once, lambda: right), "expected 2, got 1"),
    ("11.1", (counted, lambda: (3, 2, 1, 1, 1)), "3 is an int32"),
    ("11.1", (counted, lambda: (2, 3, 1, 1, 1)), "whatever the library"),
    ("11.1", (counted, lambda: (2, 2, 2, 1, 1)), "a weak number"),
    ("11.1", (counted, lambda: (2, 2, 1, 3, 1)), "grad calls f with a tracer"),
    ("11.1", (counted, lambda: (2, 2, 1, 1, 2)), "f sees one example"),
    ("11.2", options_by(lambda d: tuple(d.items())), "sort the items"),
    ("11.2", options_by(lambda d: frozenset(d.items())),
     "static_key looks into tuples"),
    ("11.2", options_by(ById, lambda o: o.options), "in another order"),
    ("11.2", options_by(lambda d: json.dumps(d), json.loads),
     "sort the items"),
    ("11.2", lambda fun: fun, "is f jitted"),
    ("11.2", mj.jit, "Error interpreting argument"),
    ("11.3", lambda x: x, "they differ in type"),
    ("11.3", lambda x: (type(x), x), "the sign of zero"),
    ("11.3", repr, "because they print alike"),
    ("11.3", lambda x: (type(x), repr(x) if isinstance(x, float | complex)
                        else x), "make a key of each"),
    ("11.4", lambda: Static, "the old ones were used"),
    ("11.4", lambda: JitEach, "traced 3 times"),
    ("11.4", lambda: Kept, "still alive"),
    ("11.4", lambda: NoJit, "use jit"),
    ("11.5", notes_when_written, "this notes when the line is written"),
    ("11.5", notes_nothing, "there are no notes"),
    ("11.5", notes_values, "expected the notes"),
    ("11.5", notes_without_params, "reduce"),
    ("11.6", (twice_p, opened_jvp, twice_batch), "its program was opened"),
    ("11.6", (twice_p, two_jvps, twice_batch), "2 operations `twice`"),
    ("11.6", (twice_p, functools.partial(twice_jvp, wanted=nothing_wanted),
              twice_batch), "cannot run twice"),
    ("11.6", (twice_p, twice_jvp, opened_batch), "its program was opened"),
    ("11.6", (twice_p, twice_jvp, functools.partial(
        twice_batch, wanted=nothing_wanted)), "say what is `wanted`"),
    ("11.6", (twice_p, twice_jvp, functools.partial(
        twice_batch, repeat=False)), "that all is mapped"),
]
