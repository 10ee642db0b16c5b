"""Jaxprs: traced, printed, run, checked, trimmed, drawn."""

import tracemalloc
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from itertools import cycle

import numpy as np
import pytest

import minijax as mj
from minijax import core, jaxpr, jaxpr_svg, lax
from minijax import numpy as jnp
from minijax.jaxpr import ClosedJaxpr, Jaxpr, JaxprEqn, Var
from minijax.jaxpr_check import JaxprTypeError, check_jaxpr

ROW = np.arange(3, dtype=np.float32)
BOX = np.ones((3, 4), np.float32)


def text(f, *args):
    closed = mj.make_jaxpr(f)(*args)
    check_jaxpr(closed.jaxpr)
    return str(closed)


def test_a_short_program_is_one_line():
    assert text(lambda x: jnp.sin(x) * 2.0, 1.0) == (
        "{ lambda ; a:f32[]. let b:f32[] = sin a; "
        "c:f32[] = mul b 2.0:f32[] in (c,) }")


def test_a_long_program_has_a_line_for_each_equation():
    assert text(lambda x, y: (x @ y, jnp.sum(x, 0)), BOX.T, BOX) == (
        "{ lambda ; a:f32[4,3] b:f32[3,4]. let\n"
        "    c:f32[4,4] = dot_general[\n"
        "      dimension_numbers=(([1], [0]), ([], []))\n"
        "      preferred_element_type=float32\n"
        "    ] a b\n"
        "    d:f32[3] = reduce_sum[axes=(0,)] a\n"
        "  in (c, d) }")


def test_no_equations():
    assert text(lambda x: x, ROW) == "{ lambda ; a:f32[3]. let  in (a,) }"
    assert text(lambda x: (5.0, x), ROW) == (
        "{ lambda ; a:f32[3]. let  in (5.0:f32[], a) }")


def test_a_closed_over_array_is_a_constant_once():
    closed = mj.make_jaxpr(lambda x: x + ROW + ROW)(ROW)
    shared = mj.numpy.asarray(ROW)
    once = mj.make_jaxpr(lambda x: x + shared + shared)(ROW)
    assert str(once) == (
        "{ lambda a:f32[3]; b:f32[3]. let "
        "c:f32[3] = add b a; d:f32[3] = add c a in (d,) }".replace(
            " let c", " let\n    c").replace("; d", "\n    d").replace(
            " in", "\n  in"))
    assert len(once.consts) == 1 and len(closed.consts) == 2
    np.testing.assert_array_equal(once.consts[0], ROW)


def test_names_go_on_after_z_and_the_unread_have_none():
    def f(x):
        for _ in range(30):
            x = jnp.sin(x)
        jnp.cos(x)
        return x
    lines = text(f, 1.0).splitlines()
    assert lines[25] == "    z:f32[] = sin y"
    assert lines[26] == "    ba:f32[] = sin z"
    assert lines[31] == "    _:f32[] = cos be"


def test_containers_and_static_arguments():
    closed, shape = mj.make_jaxpr(
        lambda n, d: {"a": d["b"] * n, "c": [d["b"]]}, static_argnums=0,
        return_shape=True)(3, {"b": ROW})
    assert str(closed) == (
        "{ lambda ; a:f32[3]. let b:f32[3] = mul a 3.0:f32[] in (b, a) }")
    one = mj.ShapeDtypeStruct((3,), np.float32)
    assert shape == {"a": one, "c": [one]}


def test_a_description_will_do_for_an_argument():
    big = mj.ShapeDtypeStruct((10**6, 10**6), "float32")
    out = mj.eval_shape(lambda x: {"p": x @ x.T, "n": x.shape[0]}, big)
    assert out["p"] == mj.ShapeDtypeStruct((10**6, 10**6), "float32")
    assert out["n"].dtype == np.int32
    assert repr(out["p"]) == ("ShapeDtypeStruct(shape=(1000000, 1000000), "
                              "dtype=float32)")


def test_running_a_jaxpr_is_running_the_function():
    def f(x, y):
        z = jnp.sin(x) @ y
        return {"z": z, "w": jnp.where(z > 0, z, 0.0).sum()}
    closed = mj.make_jaxpr(f)(BOX.T, BOX)
    outs = mj.core.eval_jaxpr(closed.jaxpr, closed.consts, BOX.T, BOX)
    again = mj.core.jaxpr_as_fun(closed)(BOX.T, BOX)
    want = mj.tree.leaves(f(BOX.T, BOX))
    for got in outs, again:
        assert len(got) == 2
        for g, w in zip(got, want):
            np.testing.assert_array_equal(g, w)


def test_a_jaxpr_can_be_transformed_and_traced_again():
    closed = mj.make_jaxpr(lambda x: jnp.sin(x) * x)(2.0)
    f = mj.core.jaxpr_as_fun(closed)
    _, (dot,) = mj.jvp(f, (2.0,), (1.0,))
    assert float(dot) == pytest.approx(np.sin(2) + 2 * np.cos(2), rel=1e-6)
    assert str(mj.make_jaxpr(f)(2.0)) == str(closed)


def test_everything_under_the_trace_is_written_down():
    closed = mj.make_jaxpr(lambda x: x + jnp.sin(np.float32(1.0)))(2.0)
    assert [e.primitive.name for e in closed.eqns] == [
        "sin", "convert_element_type", "add"]


def test_values_are_dropped_after_their_last_use():
    closed = mj.make_jaxpr(lambda x, y: jnp.sin(x) * x + y)(1.0, 2.0)
    named = [[e.primitive.name, len(d)] for e, d in zip(
        closed.eqns, closed.jaxpr.last_use)]
    assert named == [["sin", 0], ["mul", 2], ["add", 2]]


def test_dead_code_goes():
    closed = mj.make_jaxpr(
        lambda x, y, z: (jnp.sin(x), jnp.cos(y) * jnp.exp(y)))(1., 2., 3.)
    small, used = jaxpr.dce_jaxpr(closed.jaxpr, [True, False])
    assert str(small) == "{ lambda ; a:f32[]. let b:f32[] = sin a in (b,) }"
    assert used == [True, False, False]
    same, used = jaxpr.dce_jaxpr(closed.jaxpr, [False, True], True)
    assert len(same.invars) == 3 and used == [True] * 3
    assert [e.primitive.name for e in same.eqns] == ["cos", "exp", "mul"]


def test_effects_are_not_dead():
    shout_p = core.Primitive("shout")
    shout_p.effectful = True
    shout_p.def_abstract_eval(lambda x: x)
    closed = mj.make_jaxpr(lambda x: (shout_p.bind(x), x)[1])(1.0)
    small, _ = jaxpr.dce_jaxpr(closed.jaxpr, [True])
    assert [e.primitive.name for e in small.eqns] == ["shout"]


def broken(change):
    """The jaxpr of sin(x) * x with something wrong with it."""
    good = mj.make_jaxpr(lambda x: jnp.sin(x) * x)(ROW).jaxpr
    eqns = list(good.eqns)
    return Jaxpr(good.constvars, good.invars, good.outvars, change(eqns))


def test_an_equation_is_replaced_and_shown():
    eqn, other = mj.make_jaxpr(lambda x: jnp.cos(jnp.sin(x)))(1.0).eqns
    changed = eqn.replace(primitive=lax.neg_p, outvars=other.outvars)
    assert (changed.invars, changed.outvars, changed.primitive) == (
        eqn.invars, other.outvars, lax.neg_p)
    assert eqn.primitive is lax.sin_p and changed.params == eqn.params == {}
    assert str(eqn) == "(Var(f32[]),) = sin{} (Var(f32[]),)"


@pytest.mark.parametrize("change, words", [
    (lambda eqns: eqns[::-1], "read before it is bound in equation 0"),
    (lambda eqns: eqns[:1], "read before it is bound"),
    (lambda eqns: [eqns[0], eqns[0].replace(), eqns[1]],
     "bound twice in equation 1"),
    (lambda eqns: [eqns[0], eqns[1].replace(
        outvars=[Var(eqns[0].outvars[0].aval.update(shape=(7,)))])],
     r"mul gives float32\[3\], but the equation says float32\[7\]"),
    (lambda eqns: [eqns[0].replace(primitive=lax.not_p), eqns[1]],
     "not refuses its operands"),
])
def test_the_checker_refuses(change, words):
    with pytest.raises(JaxprTypeError, match=f"(?s){words}.*lambda"):
        check_jaxpr(broken(change))
    check_jaxpr(broken(lambda eqns: eqns))


def test_the_drawing_is_svg_in_the_page_s_colour():
    closed = mj.make_jaxpr(lambda x: jnp.sin(x) * x + ROW)(ROW)
    svg = ElementTree.fromstring(closed._repr_html_())
    texts = ["".join(t.itertext()) for t in svg.iter(
        "{http://www.w3.org/2000/svg}text")]
    assert texts == ["const a:f32[3]", "in b:f32[3]", "c:f32[3] = sin b",
                     "d:f32[3] = mul c b", "e:f32[3] = add d a", "out e"]
    lives = list(svg.iter("{http://www.w3.org/2000/svg}g"))
    heads = [life[1].get("d").count("M") for life in lives]
    assert heads == [1, 2, 1, 1, 1]  # an arrow for each reader, b has two
    assert "currentColor" in closed._repr_html_()
    assert closed._repr_html_() == closed._repr_html_()


def test_a_lane_of_the_drawing_is_used_again():
    def chain(x):
        for _ in range(5):
            x = jnp.sin(x)
        return x
    rows = list(jaxpr_svg.rows_of(
        mj.make_jaxpr(chain)(1.0).jaxpr, defaultdict(str)))
    lives = jaxpr_svg.lifetimes(rows)
    assert lives == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6]]
    assert jaxpr_svg.lanes_of(lives) == [0] * 6
    assert jaxpr_svg.lanes_of([[0, 3], [1, 2], [2, 3], [3, 4]]) == [0, 1, 1, 0]


def test_a_drawing_that_would_be_too_long_is_left_to_the_text():
    def chain(x):
        for _ in range(201):
            x = jnp.sin(x)
        return x
    assert mj.make_jaxpr(chain)(1.0)._repr_html_() is None


def test_a_jaxpr_is_run_only_on_its_types():
    mean = mj.core.jaxpr_as_fun(mj.make_jaxpr(jnp.mean)(ROW))
    assert float(mean(ROW)[0]) == 1.0
    for args in [(ROW[:2],), (ROW.astype("int32"),), (ROW, ROW), ()]:
        with pytest.raises(TypeError, match=r"takes float32\[3\], got"):
            mean(*args)


def test_a_wrong_number_of_used_outputs_is_refused():
    closed = mj.make_jaxpr(lambda x: (x, x))(1.0)
    with pytest.raises(ValueError, match="shorter"):
        jaxpr.dce_jaxpr(closed.jaxpr, [True])


def test_static_arguments_keep_the_places_of_the_others():
    def f(x, n, y, *, scale):
        return x * n + y * scale
    traced = mj.make_jaxpr(f, static_argnums=(-2,))
    assert len(traced(1.0, 3, 2.0, scale=1.0).in_avals) == 3
    with pytest.raises(TypeError, match=r"make_jaxpr .* position \[2\]"):
        traced(1.0, 3, "b", scale=1.0)
    with pytest.raises(TypeError, match=r"position \['scale'\]"):
        traced(1.0, 3, 2.0, scale="c")
    for wrong in (-9, "x", 1.5):
        with pytest.raises((TypeError, ValueError)):
            mj.make_jaxpr(f, static_argnums=wrong)(1.0, 3, 2.0, scale=1.0)


def test_weak_types_of_results_are_told():
    assert mj.eval_shape(lambda x: x, 1.0).weak_type
    assert not mj.eval_shape(lambda x: x, ROW).weak_type


@pytest.mark.parametrize("call, error, words", [
    (lambda: mj.make_jaxpr(3), TypeError, "must be callable, got 3"),
    (lambda: mj.eval_shape(3), TypeError, "must be callable, got 3"),
    (lambda: mj.ShapeDtypeStruct(3, "int8"), TypeError, r"such as \(3,\)"),
    (lambda: mj.make_jaxpr(lambda x: x)("a"), TypeError, "class 'str'"),
    (lambda: mj.make_jaxpr(lambda x: "a")(1.0), TypeError,
     "not a valid JAX type"),
    (lambda: mj.make_jaxpr(lambda x: 1 if x > 0 else 2)(1.0),
     mj.errors.TracerBoolConversionError, "minijax.numpy.where"),
    (lambda: mj.make_jaxpr(lambda x: range(x))(3),
     mj.errors.TracerIntegerConversionError, "x.shape"),
    (lambda: mj.make_jaxpr(lambda x: np.sin(x))(1.0),
     mj.errors.TracerArrayConversionError, "Use minijax.numpy.sin"),
    (lambda: mj.make_jaxpr(lambda x: x * float(x))(1.0),
     mj.errors.ConcretizationTypeError, r"x.astype\(float\)"),
    (lambda: mj.make_jaxpr(lambda x: ROW[x])(1), mj.errors.
     TracerArrayConversionError, r"minijax.numpy.asarray\(a\)\[i\]"),
])
def test_misuse_has_a_remedy(call, error, words):
    with pytest.raises(error, match=f"(?s){words}"):
        call()
    assert core.current.trace is core.eval_trace


def test_a_leaked_tracer_is_refused():
    kept = []
    mj.make_jaxpr(lambda x: kept.append(x) or x)(1.0)
    for use in (lambda: kept[0] + 1, lambda: mj.make_jaxpr(
            lambda y: y + kept[0])(1.0)):
        with pytest.raises(mj.errors.UnexpectedTracerError,
                           match="(?s)for make_jaxpr.*checking_leaks"):
            use()
    with mj.checking_leaks(), pytest.raises(
            mj.errors.UnexpectedTracerError, match="Leaked"):
        mj.make_jaxpr(lambda x: kept.append(x) or x)(1.0)


def test_a_long_program():
    def f(x):
        for _ in range(100_000):
            x = x * 1.5
        return x
    closed = mj.make_jaxpr(f)(1.0)
    assert len(closed.eqns) == 100_000
    check_jaxpr(closed.jaxpr)
    assert str(closed).count("\n") == 100_001
    assert len(jaxpr.dce_jaxpr(closed.jaxpr, [True])[0].eqns) == 100_000
    del closed


def test_memory_does_not_grow_with_the_program():
    def f(x):
        for _ in range(50):
            x = jnp.sin(x)
        return x
    closed = mj.make_jaxpr(f)(np.zeros(100_000))
    tracemalloc.start()
    mj.core.eval_jaxpr(closed.jaxpr, [], np.zeros(100_000))
    peak = tracemalloc.get_traced_memory()[1] / 800_000
    tracemalloc.stop()
    assert peak < 5


def test_every_trace_can_be_checked():
    """A primitive that changes its mind is found out if checks are on."""
    fickle_p = core.Primitive("fickle")
    types = cycle([core.ShapedArray((), "float32"),
                   core.ShapedArray((), "int32")])
    fickle_p.out_type = lambda avals, params: next(types)
    with mj.config.flag("jax_enable_checks")(False):
        assert len(mj.make_jaxpr(fickle_p.bind)(1.0).eqns) == 1
    next(types)
    with mj.config.flag("jax_enable_checks")(True):
        with pytest.raises(JaxprTypeError, match="gives int32.*says float32"):
            mj.make_jaxpr(fickle_p.bind)(1.0)
    assert core.current.trace is core.eval_trace


def test_equations_by_hand():
    x = Var(core.ShapedArray((), np.dtype("float32")))
    y = Var(x.aval)
    program = Jaxpr([], [x], [y], [JaxprEqn([x], [y], lax.neg_p, {})])
    check_jaxpr(program)
    (out,) = mj.core.eval_jaxpr(program, [], 3.0)
    assert float(out) == -3.0
    assert ClosedJaxpr(program, []).in_avals == [x.aval]
