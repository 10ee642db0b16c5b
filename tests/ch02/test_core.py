"""Primitives, traces and tracers: who is asked, in which order, and where
everything is when something has gone wrong."""

import asyncio
import gc
import os
import threading
import warnings
import weakref
from pathlib import Path

import numpy as np
import pytest

from minijax import checking_leaks
from minijax.array import ArrayImpl, as_array
from minijax.core import (
    EvalTrace,
    Primitive,
    Trace,
    Tracer,
    current,
    eval_trace,
    set_current_trace,
)
from minijax.dtypes import ShapedArray
from minijax.errors import UnexpectedTracerError


def primitive(name, impl, rule=lambda *avals: avals[0]):
    p = Primitive(name)
    p.def_impl(impl)
    p.def_abstract_eval(rule)
    return p


add_p = primitive("add", np.add)
mul_p = primitive("mul", np.multiply)
log_p = primitive("log", np.log)
add, mul = add_p.bind, mul_p.bind


class LogTrace(Trace):
    """Lets its parent work, and keeps the names of the operations."""
    name = "log"

    def __init__(self, lines=None, label=""):
        super().__init__()
        self.lines, self.label = [] if lines is None else lines, label

    def process_primitive(self, primitive, args, params):
        self.lines.append(self.label + primitive.name)
        with set_current_trace(self.parent):
            return primitive.bind(*args, **params)


class Dep(Tracer):
    __slots__ = ("value", "names")
    aval = property(lambda self: self.value.aval)

    def __init__(self, trace, value, names):
        self.trace, self.value, self.names = trace, value, frozenset(names)

    def to_concrete_value(self):
        if isinstance(self.value, Tracer):
            return self.value.to_concrete_value()
        return self.value


class DepTrace(Trace):
    name = "dependencies"

    def split(self, x):
        mine = isinstance(x, Dep) and x.trace is self
        return (x.value, x.names) if mine else (x, frozenset())

    def process_primitive(self, primitive, args, params):
        values, names = zip(*map(self.split, args), strict=True)
        with set_current_trace(self.parent):
            out = primitive.bind(*values, **params)
        return Dep(self, out, frozenset().union(*names))


def depends(f, **inputs):
    with DepTrace(f) as trace:
        tracers = (Dep(trace, as_array(x), {n}) for n, x in inputs.items())
        value, names = trace.split(f(*tracers))
    return value, sorted(names)


# Primitives

def test_bind_takes_numbers_ndarrays_and_arrays():
    for x in 2.0, np.float32(2), np.array(2, "f4"), as_array(2.0):
        out = mul(x, as_array(3.0))
        assert type(out) is ArrayImpl
        assert out.item() == 6.0


def test_the_impl_sees_ndarrays_and_params():
    seen = []

    def impl(x, *, k):
        seen.append((type(x), k))
        return x * k
    p = primitive("scale", impl, lambda x, *, k: x)
    assert p.bind(3, k=2).item() == 6
    assert seen == [(np.ndarray, 2)]


def test_weak_type_comes_from_the_rule():
    assert mul(2.0, 3.0).weak_type
    assert not mul(np.float32(2), 3.0).weak_type


def test_several_results():
    p = primitive("pair", lambda x: [x, -x], lambda x: [x, x])
    p.multiple_results = True
    assert [y.item() for y in p.bind(2.0)] == [2.0, -2.0]
    p.def_impl(lambda x: [x])
    with pytest.raises(ValueError):
        p.bind(2.0)


def test_a_missing_part_is_named():
    p = Primitive("foo")
    with pytest.raises(NotImplementedError, match=r"Abstract evaluation for "
                       r"'foo' not implemented.*foo_p.def_abstract_eval"):
        p.bind(1.0)
    p.def_abstract_eval(lambda x: x)
    with pytest.raises(NotImplementedError, match=r"Evaluation rule for "
                       r"'foo' not implemented.*foo_p.def_impl"):
        p.bind(1.0)


@pytest.mark.parametrize("impl", [
    lambda x: x.astype("f8"), lambda x: x[None], lambda x: 1.0])
def test_an_impl_that_breaks_its_promise(impl):
    p = primitive("liar", impl)
    with pytest.raises(TypeError, match=r"liar: its type rule promises "
                       r"float32\[\], .* returned .* make def_impl"):
        p.bind(1.0)


def test_the_rule_runs_once_for_each_type_and_parameter():
    runs = []

    def rule(x, *, k=0):
        runs.append((str(x), k))
        return x
    p = primitive("p", lambda x, k=0: x, rule)
    for _ in range(3):
        p.bind(1.0)
        p.bind(np.ones(2))
        p.bind(1.0, k=1)
    assert runs == [("float32[]", 0), ("float64[2]", 0), ("float32[]", 1)]


def test_the_memory_of_a_rule_is_bounded():
    p = primitive("p", lambda x, k: x, lambda x, k: x)
    for k in range(10_000):
        p.bind(1.0, k=k)
    assert len(p.types) <= 4097


def test_a_rule_that_refuses_is_asked_again():
    def rule(x):
        raise TypeError("no")
    p = primitive("p", lambda x: x, rule)
    for _ in range(2):
        with pytest.raises(TypeError, match="no"):
            p.bind(1.0)


def test_unhashable_parameters():
    with pytest.raises(TypeError, match=r"parameters of add must be hashable"
                       r".*axes.*use a tuple"):
        add_p.bind(1.0, 2.0, axes=[1])


def test_what_is_no_operand():
    with pytest.raises(TypeError, match=r"argument to add as a JAX value.*"
                       r"<class 'str'>.*position 1"):
        add(1.0, "2")


def test_no_warning_and_errstate_untouched():
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        before = np.geterr()
        assert log_p.bind(0.0).item() == -np.inf
        assert np.isnan(log_p.bind(-1.0).item())
        assert add(1e38, 1e39).item() == np.inf
        assert np.geterr() == before
        with pytest.raises(FloatingPointError):
            np.log(0.0)


def test_an_impl_may_bind():
    p = primitive("outer", lambda x: np.asarray(log_p.bind(x)))
    assert p.bind(1.0).item() == 0.0
    deep = primitive("deep", lambda x: np.asarray(p.bind(x)))
    assert deep.bind(1.0).item() == 0.0


# Traces

def test_the_current_trace_is_asked():
    with LogTrace() as trace:
        assert add(mul(2.0, 3.0), 1.0).item() == 7.0
    assert trace.lines == ["mul", "add"]
    add(1.0, 1.0)
    assert trace.lines == ["mul", "add"]


def test_the_innermost_is_asked_first_and_then_its_parent():
    lines = []
    with LogTrace(lines, "outer ") as outer:
        with LogTrace(lines, "inner ") as inner:
            assert (inner.parent, outer.parent) == (outer, eval_trace)
            mul(2.0, 3.0)
        add(1.0, 1.0)
    assert lines == ["inner mul", "outer mul", "outer add"]
    assert current.trace is eval_trace


def test_a_trace_may_be_used_again():
    trace = LogTrace()
    for _ in range(2):
        assert not trace.alive
        with trace:
            assert trace.alive
            mul(2.0, 3.0)
    assert trace.lines == ["mul", "mul"]


def test_a_trace_without_a_meaning():
    class Lazy(Trace):
        pass
    with Lazy(), pytest.raises(NotImplementedError, match=r"Lazy must say.*"
                               r"def process_primitive"):
        add(1.0, 1.0)


def test_a_trace_need_not_call_init():
    class Bare(LogTrace):
        def __init__(self):
            self.lines, self.label = [], ""
    with Bare() as trace:
        add(1.0, 1.0)
    assert trace.lines == ["add"]


# Tracers

def test_dependencies():
    value, names = depends(lambda x, y, z: add(mul(x, 2.0), z),
                           x=3.0, y=4.0, z=5.0)
    assert (value.item(), names) == (11.0, ["x", "z"])


def test_nested_traces_of_one_kind_do_not_mix():
    found = []

    def outer(x):
        value, names = depends(lambda y: mul(x, y), y=2.0)
        found.append(names)
        return value
    value, names = depends(outer, x=3.0)
    assert (value.item(), names, found) == (6.0, ["x"], [["y"]])


def test_kinds_nest_in_both_orders():
    with LogTrace() as trace:
        value, names = depends(mul, x=2.0, y=3.0)
    assert (value.item(), names, trace.lines) == (6.0, ["x", "y"], ["mul"])

    def logged(x, y):
        with LogTrace() as trace:
            out = mul(x, y)
        assert trace.lines == ["mul"] and type(out) is Dep
        return out
    value, names = depends(logged, x=2.0, y=3.0)
    assert (value.item(), names) == (6.0, ["x", "y"])


def test_a_deep_nest():
    def nest(depth, x):
        if depth == 0:
            return mul(x, x)
        return depends(lambda y: nest(depth - 1, y), x=x)[0]
    assert nest(40, 3.0).item() == 9.0


def test_a_tracer_is_an_array_of_its_type():
    def f(x):
        assert (x.shape, x.ndim, x.size, x.dtype) == ((2, 3), 2, 6, "float64")
        assert x.aval is ShapedArray((2, 3), "float64")
        assert (np.shape(x), np.ndim(x), np.size(x)) == ((2, 3), 2, 6)
        assert np.size(x, 1) == np.size(a=x, axis=-1) == 3
        assert np.isrealobj(x) and not np.iscomplexobj(x)
        assert len(x) == 2 and repr(x) == str(x) == f"{x}" == "Dep<f64[2,3]>"
        return x
    depends(f, x=np.ones((2, 3)))


# At rest

class Stop(BaseException):
    pass


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, Stop])
@pytest.mark.parametrize("depth", [1, 3])
def test_exceptions_give_the_charge_back(error, depth):
    def f(x):
        mul(x, x)
        raise error
    g = f
    for _ in range(depth):
        def g(x, inner=g):
            return depends(inner, x=x)[0]
    with pytest.raises(error):
        g(2.0)
    assert current.trace is eval_trace
    assert depends(mul, x=2.0, y=3.0)[0].item() == 6.0


@pytest.mark.parametrize("where", ["impl", "abstract_eval"])
def test_exceptions_inside_an_operation(where):
    def interrupt(*args):
        raise KeyboardInterrupt
    p = primitive("p", lambda x: x)
    setattr(p, where, interrupt)
    with pytest.raises(KeyboardInterrupt):
        depends(lambda x: depends(p.bind, x=x)[0], x=2.0)
    assert current.trace is eval_trace


def test_no_tracer_outlives_an_error():
    seen = []

    def f(x):
        y = mul(x, x)
        seen.extend([weakref.ref(x), weakref.ref(y)])
        raise ValueError
    try:
        depends(f, x=2.0)
    except ValueError:
        pass
    gc.collect()
    assert [ref() for ref in seen] == [None, None]


def test_nothing_is_left_for_the_cycle_collector():
    gc.collect()
    gc.disable()
    try:
        seen = []

        def f(x):
            y = mul(x, x)
            seen.extend([weakref.ref(x), weakref.ref(y), weakref.ref(x.trace)])
            return y
        depends(f, x=2.0)
        assert [ref() for ref in seen] == [None] * 3
    finally:
        gc.enable()


def test_each_thread_has_its_own_trace():
    inside, done = threading.Event(), threading.Event()
    found = []

    def other():
        inside.wait()
        found.append(current.trace)
        found.append(depends(mul, x=2.0, y=3.0)[1])
        done.set()
    thread = threading.Thread(target=other)
    thread.start()
    with LogTrace() as trace:
        inside.set()
        done.wait()
    thread.join()
    assert found == [eval_trace, ["x", "y"]]
    assert trace.lines == []


def test_many_threads():
    start, found = threading.Barrier(8), []

    def work(n):
        start.wait()
        for k in range(50):
            value, names = depends(
                lambda x: depends(lambda y: mul(x, y), y=float(n))[0],
                x=float(k))
            found.append((value.item(), names) == (n * k, ["x"]))
    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == [True] * 400


def test_tasks():
    async def task(n):
        with LogTrace() as trace:
            mul(float(n), 2.0)
        await asyncio.sleep(0)
        value, names = depends(mul, x=float(n), y=2.0)
        return trace.lines, value.item(), names

    async def run():
        return await asyncio.gather(*map(task, range(10)))
    assert asyncio.run(run()) == [
        (["mul"], 2.0 * n, ["x", "y"]) for n in range(10)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_answers():
    depends(mul, x=2.0, y=3.0)
    child = os.fork()
    if child == 0:
        value, names = depends(mul, x=2.0, y=3.5)
        right = value.item() == 7.0 and names == ["x", "y"]
        os._exit(7 if right and current.trace is eval_trace else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7


# Leaks

def test_checking_leaks_is_silent_where_nothing_leaks():
    def f(x, y):
        cycle = [mul(x, y)]
        cycle.append(cycle)  # garbage, not a leak
        return add(cycle[0], x)
    with checking_leaks():
        for _ in range(3):
            value, names = depends(f, x=2.0, y=3.0)
            assert (value.item(), names) == (8.0, ["x", "y"])
            depends(lambda x: depends(lambda y: mul(x, y), y=2.0)[0], x=3.0)
        with LogTrace():
            mul(2.0, 3.0)


@pytest.mark.parametrize("keep", [
    lambda box, x: box.append(x),
    lambda box, x: box.append({"deep": [x]}),
    lambda box, x: box.append(lambda: x)])
def test_checking_leaks_finds_the_leak(keep):
    box = []

    def leaky(x):
        keep(box, mul(x, x))
        return x
    with checking_leaks(), pytest.raises(UnexpectedTracerError) as error:
        depends(leaky, x=2.0)
    for words in "Leaked tracer of dependencies", "leaky", "test_core.py", \
            "return it from the function":
        assert words in str(error.value)
    assert current.trace is eval_trace
    depends(leaky, x=2.0)  # not looked for: not found


def test_checking_leaks_does_not_hide_another_error():
    box = []

    def leaky(x):
        box.append(x)
        raise ZeroDivisionError
    with checking_leaks(), pytest.raises(ZeroDivisionError):
        depends(leaky, x=2.0)


def test_a_trace_is_entered_once():
    trace = EvalTrace()
    with trace, pytest.raises(RuntimeError, match="set_current_trace"):
        trace.__enter__()
    assert current.trace is eval_trace
    with trace:  # again, after it is over
        assert current.trace is trace


def test_nobody_enters_the_bottom():
    with pytest.raises(RuntimeError, match="set_current_trace"), eval_trace:
        pass
    assert current.trace is eval_trace and eval_trace.parent is None


def test_an_error_says_which_line_asked_for_it():
    def more(y):
        return add_p.bind(y, "one")
    with pytest.raises(TypeError) as caught, EvalTrace():
        more(as_array(2.0))
    note, = caught.value.__notes__
    assert note.startswith("The line that asked for it: ")
    line = more.__code__.co_firstlineno + 1
    assert note.endswith(f"{Path(__file__).name}:{line}, in more.")


def test_an_error_of_ones_own_has_no_note():
    def f(x):
        raise LookupError("mine")
    with pytest.raises(LookupError) as caught:
        depends(f, x=2.0)
    assert not hasattr(caught.value, "__notes__")
