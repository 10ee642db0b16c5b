"""Whatever a rule does wrong is said, with its name, however it is called."""

import gc

import numpy as np
import pytest

import minijax as mj
from minijax import core, lax
from minijax import numpy as jnp

X = 0.7
WAYS = {
    "linearize": lambda f: mj.linearize(f, X),
    "grad": lambda f: mj.grad(f)(X),
    "jit(grad)": lambda f: mj.jit(mj.grad(f))(X),
    "grad(jit)": lambda f: mj.grad(mj.jit(f))(X),
    "vmap(grad)": lambda f: mj.vmap(mj.grad(f))(np.ones(3, np.float32)),
    "grad(vmap)": lambda f: mj.grad(lambda x: mj.vmap(f)(x).sum())(
        np.ones(3, np.float32)),
    "grad(scan)": lambda f: mj.grad(lambda x: lax.scan(
        lambda c, _: (f(c), None), x, None, length=2)[0])(X),
    "grad(cond)": lambda f: mj.grad(lambda x: lax.cond(
        x > 0, f, lambda x: x, x))(X),
    "grad(grad)": lambda f: mj.grad(mj.grad(f))(X),
    "jvp": lambda f: mj.jvp(f, (X,), (1.0,)),
    "jit(jvp)": lambda f: mj.jit(lambda x: mj.jvp(f, (x,), (x,)))(X),
}
FORWARD = "jvp", "jit(jvp)"  # tangents may be anything there


def function(rule, fun=jnp.sin):
    @mj.custom_jvp
    def f(x):
        return fun(x)
    rule.__name__ = "my_rule"
    f.defjvp(rule)
    return f


@pytest.fixture(autouse=True)
def at_rest():
    yield
    assert core.current.trace is core.eval_trace


@pytest.fixture(autouse=True, scope="module")
def nothing_is_left():
    yield
    gc.collect()
    alive = [x for x in gc.get_objects()
             if isinstance(x, core.Trace) and x.alive]
    assert alive == [core.eval_trace]


def refused(rule, way, match, fun=jnp.sin):
    """Named, whatever the way; and the package works as before."""
    with pytest.raises(TypeError, match=match) as e:
        WAYS[way](function(rule, fun))
    assert "rule my_rule for function f" in str(e.value)
    assert mj.grad(jnp.sin)(0.0) == 1.0


FORMS = {
    "no pair": (lambda p, t: jnp.cos(p[0]) * t[0],
                "must produce a pair .list or tuple of length two"),
    "three": (lambda p, t: (p[0], t[0], t[0]), "must produce a pair"),
    "trees": (lambda p, t: (jnp.sin(p[0]), (t[0],)),
              "equal container .pytree. structures"),
    "none": (lambda p, t: (jnp.sin(p[0]), None), "equal container"),
    "shape": (lambda p, t: (jnp.sin(p[0]), t[0] * jnp.ones(3)),
              r"Expected float32\[\] \(tangent type of float32\[\]\) but got "
              r"float32\[3\]\. .* A tangent has the shape of its primal"),
    "dtype": (lambda p, t: (jnp.sin(p[0]), jnp.int32(1)),
              r"Expected float32\[\] .* but got int32\[\].*Cast it"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_what_a_rule_returns(form, way):
    refused(FORMS[form][0], way, FORMS[form][1])


NOT_LINEAR = {
    "square": (lambda t, x: t * t, "it takes mul of two tangents"),
    "power": (lambda t, x: t**2, "it takes integer_pow of a tangent"),
    "sine": (lambda t, x: jnp.sin(t), "it takes sin of a tangent"),
    "shifted": (lambda t, x: x * t + 1.0, "it adds a number to a tangent"),
    "from": (lambda t, x: 1.0 - t, "it adds a number to a tangent"),
    "clipped": (lambda t, x: jnp.where(t > 0, t, 0.0), "gt of a tangent"),
    "inverse": (lambda t, x: x / t, "it divides by a tangent"),
    "slope": (lambda t, x: jnp.cos(x), "it depends on none of them"),
}


@pytest.mark.parametrize("way", [w for w in WAYS if w not in FORWARD])
@pytest.mark.parametrize("name", NOT_LINEAR)
def test_a_tangent_that_is_not_linear(name, way):
    tangent, match = NOT_LINEAR[name]
    refused(lambda p, t: (jnp.sin(p[0]), tangent(t[0], p[0])), way,
            f"linear in the tangents it is given, but.*{match}")


@pytest.mark.parametrize("way", [w for w in WAYS if w not in FORWARD])
def test_a_value_made_of_a_tangent(way):
    refused(lambda p, t: (jnp.sin(p[0] + t[0]), t[0]), way,
            "from its primals alone, but it depends on a tangent")


LINEAR = {
    "zeros": lambda t, x: (jnp.zeros_like(x), 0.0),
    "number zero": lambda t, x: (0.0, 0.0),
    "nothing times x": lambda t, x: (0.0 * x, 0.0),
    "nothing times t": lambda t, x: (x * 0.0 * t, 0.0),
    "products with x": lambda t, x: (x * (t * jnp.sin(x)) / x, np.sin(X)),
    "a sum": lambda t, x: (jnp.where(x > 0, t, -t) + 2 * t - t / 4, 2.75),
    "a matrix": lambda t, x: (
        jnp.sum(jnp.ones((2, 2)) @ jnp.stack([t, x * t])), 2 + 2 * X),
    "a compiled one": lambda t, x: (mj.jit(lambda t: x * t)(t), X),
    "plus nothing": lambda t, x: (t + 0.0, 1.0),
    "through a scan": lambda t, x: (lax.scan(
        lambda c, _: (x * c, None), t, None, length=2)[0], X**2),
    "a custom function": lambda t, x: (doubled(t), 2.0),
}


@mj.custom_jvp
def doubled(x):
    return 2 * x


doubled.defjvps(lambda t, ans, x: 2 * t)


@pytest.mark.parametrize("way", ["grad", "jit(grad)", "grad(jit)",
                                 "grad(cond)"])
@pytest.mark.parametrize("name", LINEAR)
def test_a_tangent_that_is_linear(name, way):
    f = function(lambda p, t: (jnp.sin(p[0]), LINEAR[name](t[0], p[0])[0]))
    np.testing.assert_allclose(WAYS[way](f), LINEAR[name](0.0, X)[1], 1e-6)


RAN = [w for w in WAYS if w not in ("jvp", "grad", "linearize", "vmap(grad)",
                                    "grad(vmap)", "jit(grad)", "grad(grad)",
                                    "jit(jvp)")]


@pytest.mark.parametrize("way", RAN)
def test_the_value_is_that_of_the_function(way):
    """Where the function has run before its rule, the two are compared."""
    refused(lambda p, t: ((jnp.sin(p[0]),), (t[0],)), way,
            "of the same container/pytree structure")
    refused(lambda p, t: (jnp.ones(3), jnp.ones(3) * t[0]), way,
            r"(?s)same shape/dtype.*float32\[3\].*while .*float32\[\]")
    refused(lambda p, t: (np.float64(1.0), np.float64(1.0) * t[0]), way,
            r"(?s)same shape/dtype.*float64\[\].*while .*float32\[\]")


def test_an_integer_output_has_a_float0_tangent():
    def g(x):
        return x, jnp.round(x).astype(int)
    bad = function(lambda p, t: (g(p[0]), (t[0], t[0])), g)
    for call in (lambda: mj.jvp(bad, (X,), (1.0,)),
                 lambda: mj.grad(lambda x: bad(x)[0])(X),
                 lambda: mj.grad(lambda x: mj.jit(bad)(x)[0])(X),
                 lambda: mj.vmap(mj.grad(lambda x: bad(x)[0]))(jnp.ones(3))):
        with pytest.raises(TypeError, match=(
                r"Expected float0\[\] \(tangent type of int32\[\]\) but got "
                r"float32\[\]\. See the Custom JVP rule my_rule")):
            call()
    good = function(lambda p, t: (
        g(p[0]), (5 * t[0], np.zeros(p[0].shape, mj.float0))), g)
    assert mj.grad(lambda x: good(x)[0])(X) == 5.0
    assert mj.vmap(mj.grad(lambda x: good(x)[0]))(jnp.ones(2)).tolist() == [
        5.0, 5.0]


def test_no_rule_and_no_function():
    @mj.custom_jvp
    def f(x):
        return x
    with pytest.raises(AttributeError, match=(
            "No JVP defined for custom_jvp function f using defjvp")):
        f(1.0)
    with pytest.raises(TypeError, match="must be callable, got 3"):
        mj.custom_jvp(3)


def test_defjvps_is_checked():
    @mj.custom_jvp
    def f(x, y):
        return x * y
    f.defjvps(lambda t, ans, x, y: y * t)
    with pytest.raises(TypeError, match="given 1 rules, but the function has "
                       "2 arguments"):
        mj.grad(f)(1.0, 2.0)
    held = mj.custom_jvp(f.fun, nondiff_argnums=(0,))
    with pytest.raises(TypeError, match="Can't use ``defjvps`` with"):
        held.defjvps(None)
    f.defjvps(lambda t, ans, x, y: jnp.ones(2) * t, None)
    with pytest.raises(TypeError, match=(
            r"Expected float32\[\] .* but got float32\[2\]\. See the Custom "
            "JVP rule that defjvps made for function f")):
        mj.grad(f)(1.0, 2.0)


def test_arguments_and_results_are_arrays():
    f = function(lambda p, t: (f(*p), t[0]))
    with pytest.raises(TypeError, match="of type <class 'str'>|'str'"):
        f("text")
    g = function(lambda p, t: (g(*p), t[0]), lambda x: "text")
    with pytest.raises(TypeError, match="not a valid JAX type"):
        g(1.0)
    h = function(lambda p, t: ("text", t[0]))
    with pytest.raises(TypeError, match="rule my_rule for function f"):
        mj.grad(h)(1.0)


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_in_a_rule_leaves_nothing_behind(way):
    def rule(primals, tangents):
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        WAYS[way](function(rule))
    assert mj.vmap(mj.grad(jnp.sin))(jnp.zeros(2)).tolist() == [1.0, 1.0]


def test_no_tracer_is_kept():
    f = function(lambda p, t: (f(*p), jnp.cos(p[0]) * t[0]))
    with mj.checking_leaks():
        for way in WAYS.values():
            way(f)


def test_a_rule_that_keeps_a_tracer_is_refused_later():
    kept = []
    f = function(lambda p, t: (kept.append(t[0]) or jnp.sin(p[0]), t[0]))
    mj.grad(f)(1.0)
    with pytest.raises(mj.errors.UnexpectedTracerError):
        kept.pop() + 1


@pytest.mark.parametrize("way", ["grad", "jit(grad)", "grad(jit)",
                                 "jit(vmap(grad))", "grad(scan)"])
def test_a_tangent_that_is_zero_since_its_argument_stands_still(way):
    """u is zeros when only x moves; -sin(y) u is no slope then."""
    @mj.custom_jvp
    def f(x, y):
        return jnp.sin(x), jnp.cos(y)

    @f.defjvp
    def f_jvp(primals, tangents):
        (x, y), (t, u) = primals, tangents
        return f(x, y), (jnp.cos(x) * t, mj.jit(jnp.multiply)(
            -jnp.sin(y), u) + jnp.where(y > 0, u, 0 * y))

    def g(x):
        def step(y, _):
            return y, f(x, y)[0].sum()
        if way == "grad(scan)":
            return lax.scan(step, ys, None, length=2)[1].sum() / 2
        return f(x, ys)[0].sum()
    xs = ys = np.array([0.5, 1.0, 2.0], np.float32)
    run = {"grad": mj.grad(g), "jit(grad)": mj.jit(mj.grad(g)),
           "grad(jit)": mj.grad(mj.jit(g)), "grad(scan)": mj.grad(g),
           "jit(vmap(grad))": lambda x: mj.jit(mj.vmap(mj.grad(g)))(
               x[None])[0]}[way]
    np.testing.assert_allclose(run(xs), np.cos(xs), 1e-6)


def test_an_array_added_to_a_tangent():
    f = function(lambda p, t: (jnp.sin(p[0]), t[0] + jnp.cos(p[0])))
    for way in (mj.grad(lambda x: f(x).sum()), lambda x: mj.linearize(f, x),
                mj.vmap(mj.grad(lambda x: f(x).sum()), axis_size=1,
                        in_axes=None)):
        with pytest.raises(TypeError, match="it adds a number to a tangent"):
            way(jnp.ones(3))
    with pytest.raises(TypeError, match="it adds a number to a tangent"):
        mj.vmap(mj.grad(lambda x: f(x).sum()))(jnp.ones((2, 3)))
