"""The checks of chapter 11. Wrong answers that are often given have names."""
import gc
import weakref
from unittest import mock

import numpy as np

import minijax as mj
from checks import exercise
from minijax import compilation, executor, lax
from minijax import numpy as jnp
from minijax.batching import batching_rules
from minijax.forward import jvp_rules


def close(a, b):
    return np.allclose(np.asarray(a), np.asarray(b), 1e-5, 1e-5)


class traces:
    """`with traces() as seen:` collects what is traced by jit meanwhile."""

    def __enter__(self):
        real, self.seen = compilation.Jitted.trace, []

        def noting(jitted, kind):
            self.seen.append(jitted.name)
            return real(jitted, kind)
        self.patch = mock.patch.object(compilation.Jitted, "trace", noting)
        self.patch.start()
        return self.seen

    def __exit__(self, *exc):
        self.patch.stop()


PROGRAMS = {
    "numbers": (2, "1.0 and 2.0 are of one kind, but 3 is an int32"),
    "threes": (2, "the first two are float32[3], whatever the library; a "
               "list of three numbers is a container with three leaves"),
    "doubled": (1, "twice a weak number is a weak number, so all three calls "
                "are of one kind"),
    "slopes": (1, "grad calls f with a tracer, whose type is that of a "
               "number; what is differentiated then is the program"),
    "many": (1, "under vmap f sees one example, of type float32[], however "
             "many there are, and that is the type of the last call, too")}


@exercise("11.1")
def _(answers):
    counted, guesses = answers
    f, runs = counted(lambda x: x * 2)
    assert runs() == 0, f"before the first call runs() is 0, got {runs()}"
    assert close(f(1.0), 2.0), "the first function computes what fun does"
    f(3.0), f(4.0)
    assert runs() != 3, ("three calls of one kind were counted as 3: this "
                         "counts calls; count where Python runs fun")
    assert runs() == 1, (
        f"after three calls of one kind expected 1, got {runs()}")
    f(jnp.ones(2))
    assert runs() == 2, f"after a call of a new kind expected 2, got {runs()}"
    named, _ = counted(lambda x, *, n=1: x * n)
    assert close(named(2.0, n=3), 6.0), "arguments by name are lost"
    for (name, (right, why)), guess in zip(PROGRAMS.items(), guesses(),
                                           strict=True):
        assert guess == right, f"{name}: f is run {right} times, for {why}"


@exercise("11.2")
def _(with_options):
    def fun(x, options):
        if options.get("mode") == "square":
            x = x * x
        return x / options["scale"]
    f = with_options(fun)
    square, plain = {"mode": "square", "scale": 2}, {"mode": "id", "scale": 4}
    for options, want in (square, 4.5), (plain, 0.75), (square, 4.5):
        got = f(3.0, options)
        assert close(got, want), f"with {options} f(3.0) is {want}, got {got}"
    with traces() as seen:
        f(5.0, dict(reversed(square.items())))
    assert not seen, ("the same options in another order were traced again: "
                      "sort the items")
    with traces() as seen:
        f(3.0, {**square, "scale": 8})
    assert seen, "with another scale, nothing was traced: is f jitted?"
    kinds = with_options(lambda x, options: x * options["n"])
    got = [kinds(3, {"n": n}).dtype for n in (1, 1.0, True)]
    assert got[1].kind == "f", (
        "after an option 1, the option 1.0 found its trace: a dictionary, a "
        "frozenset or an object of yours compares by ==; static_key looks "
        "into tuples")
    changing = dict(square)
    before = f(3.0, changing)
    changing["scale"] = 1
    assert not close(before, f(3.0, changing)), (
        "a dictionary that was changed found its old trace: compare contents, "
        "not identities")


class Secret:
    """Equal by value; its repr does not show it."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Secret) and self.value == other.value

    def __hash__(self):
        return hash(self.value)

    def __repr__(self):
        return "Secret(...)"


class Plain(Secret):
    __repr__ = object.__repr__


@exercise("11.3")
def _(key):
    values = [1, 1.0, True, 0.0, -0.0, "1", None, (1,), (1.0,), (True,),
              (1, (0.0,)), (1, (-0.0,)), complex(0.0, 1.0), complex(-0.0, 1.0),
              Secret(1), Secret(2), abs, round]
    for i, x in enumerate(values):
        hash(key(x))
        for y in values[:i]:
            if key(x) != key(y):
                continue
            assert not isinstance(x, Secret), (
                "two different objects have one key, because they print "
                "alike: this is repr; compare what is no float by ==")
            assert not isinstance(x, tuple), (
                f"{y} and {x} have one key: Python compares the entries of "
                "tuples by ==, so make a key of each")
            assert type(x) is not type(y), (
                f"{y} and {x} have one key: == ignores the sign of zero, "
                "and repr shows it")
            raise AssertionError(f"{y!r} and {x!r} have one key; they differ "
                                 "in type")
    nan, other = float("nan"), float("-nan")
    assert key(nan) == key(other), (
        "two NaNs have two keys, so a function would be traced at each call")
    assert key((nan,)) == key((other,)), "two NaNs in tuples have two keys"
    assert key(Plain(3)) == key(Plain(3)), (
        "two equal objects have two keys: their repr shows where they are in "
        "memory; compare what is no float by ==")


@exercise("11.4")
def _(better):
    Filter = better()
    signal = jnp.arange(3.0)
    first = Filter([1.0, 2.0, 3.0])
    assert close(first(signal), 8.0), (
        f"weights 1, 2, 3 on the signal 0, 1, 2 give 8, got {first(signal)}")
    first.weights = jnp.ones(3)
    assert close(first(signal), 3.0), (
        "new weights were set, and the old ones were used: they are numbers "
        "in the trace, and must be an argument of it")
    with traces() as seen:
        for k in range(3):
            Filter([k, 1.0, 1.0])(signal)
    assert not seen, (f"three more filters were traced {len(seen)} times: "
                      "jit one function for all of them")
    with traces() as seen:
        Filter(np.ones(5))(jnp.arange(5.0))
    assert seen, "nothing is traced for another number of weights: use jit"
    lost = weakref.ref(first)
    del first
    gc.collect()
    assert lost() is None, (
        "the filter is still alive when nobody uses it: a static argument is "
        "held by the cache")


@exercise("11.5")
def _(noting):
    notes = []
    watched = lax.sin_p, lax.reduce_sum_p
    entries = {p: noting(p, notes) for p in watched}

    def f(x, y):
        return jnp.sum(jnp.sin(x), axis=1) + jnp.sum(jnp.sin(y))
    x, y = jnp.ones((2, 3)), jnp.ones(4)
    with (executor.disable_optimizations(True),
          mock.patch.dict(executor.calls, entries)):
        jitted = mj.jit(lambda x, y: f(x, y))
        text = jitted.lower(x, y).as_text()
        assert not notes, (
            "there are notes before anything has run: this notes when the "
            "line is written; put a function into the scope, that notes when "
            "it is called")
        got = jitted(x, y)
        once = list(notes)
        jitted(x, y)
    want = [("sin", [(2, 3)]), ("reduce_sum", [(2, 3)]), ("sin", [(4,)]),
            ("reduce_sum", [(4,)])]
    assert "sin" in text, f"the program has lost its lines:\n{text}"
    assert once, "the program ran, and there are no notes"
    assert [(n, [tuple(s) for s in shapes]) for n, shapes in once] == want, (
        f"expected the notes {want}, got {once}")
    assert close(got, f(x, y)), (
        f"the watched program gives {got}, the plain one {f(x, y)}")
    assert len(notes) == 2 * len(once), (
        "the second run left no notes: a line notes whenever it runs")


def body(x, y):
    return x * y, jnp.ones_like(y)


@exercise("11.6")
def _(answers):
    twice_p, jvp, batch = answers

    def twice(*xs):
        return twice_p.bind(*xs, jaxpr=mj.make_jaxpr(body)(*xs))

    def plain(*xs):
        return list(body(*body(*xs)))
    with (mock.patch.dict(jvp_rules, {twice_p: jvp}),
          mock.patch.dict(batching_rules, {twice_p: batch})):
        check_rule("jvp", twice_p, *[
            lambda x, y, f=f: mj.jvp(f, (x, y), (1.0, 0.5))
            for f in (twice, plain)], 2.0, 3.0)
        x, y = jnp.arange(3.0), jnp.array([2.0, 4.0, 6.0])
        check_rule("vmap", twice_p, mj.vmap(twice), mj.vmap(plain), x, y)
        check_rule("vmap with in_axes=(0, None)", twice_p,
                   mj.vmap(twice, (0, None)), mj.vmap(plain, (0, None)),
                   x, 2.0)
        check_rule("jvp where y has no tangent", twice_p, *[
            lambda y, f=f: mj.jvp(lambda x: f(x, y), (2.0,), (1.0,))
            for f in (twice, plain)], 3.0)


def check_rule(name, primitive, f, plain, *args):
    eqns = [e for e in mj.make_jaxpr(f)(*args).eqns
            if e.primitive is primitive]
    assert eqns, (f"{name}: the operation is gone, its program was opened; "
                  "answer with twice_p.bind of another program")
    assert len(eqns) == 1, (f"{name}: there are {len(eqns)} operations "
                            "`twice`, expected one, of a program of pairs")
    program = eqns[0].params["jaxpr"]
    types = [f"({', '.join(map(str, avals))})" for avals in (
        program.in_avals, program.out_avals)]
    assert types[0] == types[1], (
        f"{name}: the program takes {types[0]} and returns {types[1]}, so it "
        "cannot run twice; say what is `wanted`, and that all is mapped")
    for got, want in zip(mj.tree.leaves(f(*args)), mj.tree.leaves(
            plain(*args)), strict=True):
        assert close(got, want), f"{name}: expected {want}, got {got}"
