"""jvp itself: containers, zeros, nesting, refusals, and what stays behind."""

import collections
import gc
import threading

import numpy as np
import pytest

import minijax as mj
from minijax import core, forward, lax
from minijax import numpy as jnp

Point = collections.namedtuple("Point", "x y")


def test_a_value_and_its_derivative():
    out, dot = mj.jvp(lambda x: jnp.sin(x) * x, (2.0,), (1.0,))
    assert float(out) == pytest.approx(2 * np.sin(2), rel=1e-6)
    assert float(dot) == pytest.approx(np.sin(2) + 2 * np.cos(2), rel=1e-6)


def test_perturbations_do_not_mix():
    """d/dx x * (d/dy (x + y)) is 1; a single shared epsilon says 2."""
    def outer(x):
        _, inner = mj.jvp(lambda y: x + y, (1.0,), (1.0,))
        return x * inner
    assert float(mj.jvp(outer, (1.0,), (1.0,))[1]) == 1.0


def test_perturbations_do_not_mix_through_products():
    def outer(x):
        return mj.jvp(lambda y: x * y * y, (x,), (1.0,))[1]  # 2 x^2
    out, dot = mj.jvp(outer, (3.0,), (1.0,))
    assert (float(out), float(dot)) == (18.0, 12.0)


@pytest.mark.parametrize("gives", [
    lambda out, t: t, lambda out, t: [out, t], lambda out, t: (out, t, t)])
def test_a_rule_that_gives_no_pair(gives):
    p = core.Primitive("bent")
    p.def_impl(lambda x: 2 * x)
    p.def_abstract_eval(lambda x: x)
    forward.jvp_rules[p] = lambda primals, tangents: gives(
        p.bind(*primals), p.bind(*tangents))
    with pytest.raises(TypeError, match="jvp rule of bent must return a pair"):
        mj.jvp(p.bind, (1.0,), (1.0,))
    assert core.current.trace is core.eval_trace


def test_has_aux_is_advised_only_where_there_is_such():
    flat = forward.FlatFun(lambda: "a", mj.tree.structure(()), name="jit")
    with pytest.raises(TypeError, match="containers of them.$"):
        flat()
    with pytest.raises(TypeError, match="has_aux=True.$"):
        mj.jvp(lambda x: "a", (1.0,), (1.0,))


def derivative(f):
    return lambda x: mj.jvp(f, (x,), (jnp.ones_like(x),))[1]


def test_derivatives_of_derivatives():
    f = jnp.sin
    x = np.float64(0.7)
    for want in (np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin):
        f = derivative(f)
        assert float(f(x)) == pytest.approx(want(0.7), rel=1e-14)


def test_containers_in_and_out():
    def f(p, pair):
        return {"s": p.x * pair[0], "n": None, "q": [p.y, (pair[1]["k"],)]}
    args = Point(2.0, 3.0), (4.0, {"k": 5.0})
    dots = Point(1.0, 0.0), (10.0, {"k": 7.0})
    out, dot = mj.jvp(f, args, dots)
    assert mj.tree.map(float, out) == {"s": 8.0, "n": None, "q": [3.0, (5.0,)]}
    assert mj.tree.map(float, dot) == {"s": 24.0, "n": None,
                                       "q": [0.0, (7.0,)]}


def test_lists_of_arguments():
    assert float(mj.jvp(lambda x: x * x, [3.0], [1.0])[1]) == 6.0


def test_has_aux():
    def f(x):
        return x * x, {"twice": 2 * x, "name": "f"}
    out, dot, aux = mj.jvp(f, (3.0,), (1.0,), has_aux=True)
    assert (float(out), float(dot), float(aux["twice"])) == (9.0, 6.0, 6.0)
    assert aux["name"] == "f"
    assert not isinstance(aux["twice"], core.Tracer)


def test_has_aux_wants_a_pair():
    with pytest.raises(TypeError, match=r"pair \(output, aux\)"):
        mj.jvp(lambda x: x, (3.0,), (1.0,), has_aux=True)


def test_integers_have_float0_tangents():
    zero = np.zeros((), mj.float0)
    out, dot = mj.jvp(lambda n, x: (n + 1, n * x), (3, 2.0), (zero, 1.0))
    assert [int(out[0]), float(out[1]), float(dot[1])] == [4, 6.0, 3.0]
    assert dot[0].dtype == mj.float0


def test_constant_outputs_have_zero_tangents():
    out, dot = mj.jvp(lambda x: (5.0, jnp.ones(3)), (2.0,), (1.0,))
    assert float(out[0]) == 5.0 and float(dot[0]) == 0.0
    np.testing.assert_array_equal(dot[1], np.zeros(3))


def test_zero_tangents_cost_nothing(monkeypatch):
    seen = []

    def spy(primals, tangents):
        seen.append(tangents)
        return lax.sin(*primals), tangents[0]
    monkeypatch.setitem(forward.jvp_rules, lax.sin_p, spy)
    mj.jvp(lambda x, c: x + lax.sin(np.float32(c.shape[0])) + lax.floor(x),
           (1.0, np.zeros(3)), (1.0, np.zeros(3)))
    assert seen == []


def test_an_if_on_what_is_traced_forward_is_decided():
    def f(x):
        return x * 3 if x > 1 else x
    assert float(mj.jvp(f, (2.0,), (1.0,))[1]) == 3.0
    assert float(mj.jvp(f, (0.5,), (1.0,))[1]) == 1.0


def test_ndarray_operands_from_the_left():
    row = np.float32([1, 2, 3])
    _, dot = mj.jvp(lambda x: row * x - row / x + row @ x, (row,), (row,))
    np.testing.assert_allclose(dot, row * row + 1 + row @ row, rtol=1e-6)


@pytest.mark.parametrize("primals, tangents, error, words", [
    (3.0, 1.0, TypeError, "must be tuples or lists; found float and float"),
    ((3.0,), (1.0, 2.0), TypeError, "same tree structure"),
    ((3.0,), (1,), TypeError, r"tangent dtype\sfloat32, but got tangent "
     "dtype int32"),
    ((3,), (1,), TypeError, "must be float0.*write 2.0, not 2"),
    ((np.ones(3),), (np.ones(2),), ValueError,
     r"primal shape \(3,\) and tangent shape \(2,\)"),
    (({"a": np.ones(3)},), ({"a": np.float32([1, 2, 3])},), TypeError,
     r"primals\[0\]\['a'\].*asarray\(t, 'float64'\)"),
    (("text",), (1.0,), TypeError, "as a JAX value.*class 'str'"),
])
def test_arguments_that_do_not_match(primals, tangents, error, words):
    with pytest.raises(error, match=f"(?s){words}"):
        mj.jvp(lambda x: x * 2, primals, tangents)
    assert core.current.trace is core.eval_trace


def test_an_output_that_is_no_array():
    with pytest.raises(TypeError, match=r"'no' at \['k'\].*not a valid JAX"):
        mj.jvp(lambda x: {"k": "no"}, (1.0,), (1.0,))
    assert core.current.trace is core.eval_trace


def test_a_number_of_a_tracer_would_lose_its_tangent():
    for take in (float, complex, np.sin, np.asarray, lambda x: x.item(),
                 lambda x: np.ones(3).__setitem__(slice(1), x)):
        with pytest.raises(TypeError, match="while tracing the function"):
            mj.jvp(lambda x, take=take: x * take(x), (2.0,), (1.0,))
    with pytest.raises(ValueError) as numpys:  # it says "a sequence", because
        mj.jvp(lambda x: np.ones(3).__setitem__(0, x), (2.0,), (1.0,))
    assert "x.at[i].set(v)" in str(numpys.value.__cause__)


def test_a_leaked_tracer_is_refused_by_name():
    kept = []

    def remember(x):
        kept.append(x)
        return x * x
    mj.jvp(remember, (2.0,), (1.0,))
    with pytest.raises(mj.errors.UnexpectedTracerError,
                       match=r"(?s)remember at .*test_forward.py.* for jvp"):
        kept[0] + 1
    with pytest.raises(mj.errors.UnexpectedTracerError, match="escaped"):
        mj.jvp(lambda y: y * kept[0], (1.0,), (1.0,))
    with mj.checking_leaks():
        with pytest.raises(mj.errors.UnexpectedTracerError, match="Leaked"):
            mj.jvp(remember, (2.0,), (1.0,))
        mj.jvp(lambda x: x * x, (2.0,), (1.0,))


def test_an_exception_leaves_nothing_behind():
    def fails(x):
        y = jnp.sin(x) * 2
        raise RuntimeError(str(y.shape))

    def tracers():
        gc.collect()
        return [x for x in gc.get_objects()
                if isinstance(x, forward.JVPTracer)]
    others = len(tracers())  # that tests before this one may have kept
    for _ in range(3):
        with pytest.raises(RuntimeError):
            mj.jvp(lambda x: mj.jvp(fails, (x,), (x,)), (1.0,), (1.0,))
    assert core.current.trace is core.eval_trace
    assert len(tracers()) == others


def test_threads_trace_on_their_own():
    inside, wrong = threading.Barrier(8), []

    def work(k):
        def f(x):
            inside.wait()
            return x**k
        _, dot = mj.jvp(f, (np.float64(2.0),), (np.float64(1.0),))
        if float(dot) != k * 2.0 ** (k - 1):
            wrong.append(k)
    threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 9)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert wrong == []


def test_editing_an_input_afterwards_changes_nothing():
    x = np.arange(3.0)
    out, dot = mj.jvp(lambda v: v, (x,), (x,))
    x[:] = 99
    np.testing.assert_array_equal(out, [0, 1, 2])
    np.testing.assert_array_equal(dot, [0, 1, 2])


def test_a_long_chain():
    def f(x):
        for _ in range(20_000):
            x = x + 1e-4 * x
        return x
    out, dot = mj.jvp(f, (np.float64(1.0),), (np.float64(1.0),))
    assert float(dot) == pytest.approx(1.0001 ** 20_000, rel=1e-9)
    assert float(out) == pytest.approx(float(dot), rel=1e-12)


def test_a_primitive_without_a_rule_says_so():
    mystery_p = core.Primitive("mystery")
    mystery_p.def_impl(np.cos)
    mystery_p.def_abstract_eval(lambda x: x)
    with pytest.raises(NotImplementedError,
                       match="Differentiation rule for 'mystery'"):
        mj.jvp(mystery_p.bind, (1.0,), (1.0,))
