"""scan: values, and every transformation, against loops written in Python."""

import gc
import weakref

import numpy as np
import pytest

import minijax
from minijax import lax
from minijax import numpy as jnp
from minijax.errors import ConcretizationTypeError
from minijax.executor import disable_optimizations
from minijax.jaxpr import dce_jaxpr, eval_jaxpr
from minijax.lax import scan
from minijax.test_util import check_grads

rng = np.random.default_rng(13)
W = rng.normal(size=(3, 3)) * 0.5
XS = rng.normal(size=(5, 3))
H0 = rng.normal(size=3)


def loop(f, carry, xs, length=None, reverse=False):
    """What scan means."""
    n = length if xs is None else len(minijax.tree.leaves(xs)[0])
    ys = [None] * n
    for i in reversed(range(n)) if reverse else range(n):
        row = minijax.tree.map(lambda x: x[i], xs)  # noqa: B023
        carry, ys[i] = f(carry, row)
    return carry, minijax.tree.map(lambda *rows: jnp.stack(rows), *ys)


def assert_same(a, b, rtol=1e-12):
    assert minijax.tree.structure(a) == minijax.tree.structure(b)
    for x, y in zip(minijax.tree.leaves(a), minijax.tree.leaves(b)):
        x, y = jnp.asarray(x), jnp.asarray(y)
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        np.testing.assert_allclose(x, y, rtol=rtol, atol=1e-13)


def rnn(over, w, h, xs, **how):
    """A recurrent network: w is closed over, and may be traced."""
    return over(lambda h, x: (jnp.tanh(w @ h + x), jnp.sum(h ** 2)), h, xs,
                **how)


def pair(over, c, xs, **how):
    """Carries of two kinds; one counts the steps."""
    def step(carry, x):
        n, (a, b) = carry["n"], carry["ab"]
        return ({"n": n + 1, "ab": (jnp.sin(b) * x, a + n * x)},
                [a * b, n, x])
    return over(step, {"n": 0, "ab": (c, c * 2.0)}, xs, **how)


# values

def test_cumsum():
    total, sums = scan(lambda c, x: (c + x, c + x), 0.0, jnp.arange(1.0, 6.0))
    assert total == 15 and sums.tolist() == [1, 3, 6, 10, 15]


def test_fibonacci():
    _, ys = scan(lambda c, _: ((c[1], c[0] + c[1]), c[0]), (0, 1), length=12)
    assert ys.tolist() == [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]
    assert ys.dtype == np.int32


def test_reverse_keeps_rows():
    _, ys = scan(lambda c, x: (c + x, c), 0, jnp.arange(4), reverse=True)
    assert ys.tolist() == [6, 5, 3, 0]


@pytest.mark.parametrize("program", [
    lambda over, **how: rnn(over, W, H0, XS, **how),
    lambda over, **how: pair(over, jnp.asarray(0.5), jnp.arange(4.0), **how)])
@pytest.mark.parametrize("reverse", [False, True])
def test_as_the_loop(program, reverse):
    want = program(loop, reverse=reverse)
    assert_same(program(scan, reverse=reverse), want, 1e-6)
    assert_same(minijax.jit(lambda: program(scan, reverse=reverse))(), want,
                1e-6)
    with minijax.disable_jit(True):
        assert_same(program(scan, reverse=reverse), want, 1e-6)


@pytest.mark.parametrize("unroll", [0, 1, 2, 7, True, False])
def test_unroll_changes_no_value(unroll):
    assert_same(rnn(scan, W, H0, XS, unroll=unroll), rnn(scan, W, H0, XS))


def test_no_steps():
    carry, ys = scan(lambda c, x: (c + x, {"y": jnp.stack([x, c])}), 2.0,
                     jnp.zeros(0))
    assert carry == 2 and ys["y"].shape == (0, 2)
    grad = minijax.grad(lambda c: scan(
        lambda c, x: (jnp.sin(c), x), c, jnp.zeros(0))[0])
    assert grad(3.0) == 1


def test_one_step():
    assert_same(rnn(scan, W, H0, XS[:1]), rnn(loop, W, H0, XS[:1]))


def test_no_carry_and_no_ys():
    assert scan(lambda c, x: ((), x * 2), (), jnp.arange(3))[1].tolist() == [
        0, 2, 4]
    assert scan(lambda c, x: (c * x, None), 1, jnp.arange(1, 6)) == (120, None)


def test_weak_carry_becomes_what_the_step_makes_of_it():
    total, _ = scan(lambda c, x: (c + x, None), 0, jnp.asarray(XS[0]))
    assert total.dtype == np.float64
    np.testing.assert_allclose(total, XS[0].sum())
    carry, _ = scan(lambda c, x: ((c[1] * 1.0, c[0] + x), None), (0, 0),
                    jnp.arange(3.0))  # the second widens after the first
    assert [c.dtype for c in carry] == [np.float32] * 2


def test_nothing_given_is_changed():
    x, init = np.arange(3.0), np.zeros(2)
    carry, ys = scan(lambda c, x: (c, x), init, x)
    x[:], init[:] = 9, 9
    assert carry.tolist() == [0, 0] and ys.tolist() == [0, 1, 2]
    with pytest.raises(ValueError):
        np.asarray(ys)[0] = 1


# derivatives

def rnn_loss(over, reverse=False):
    def loss(w, h, xs):
        h, ys = rnn(over, w, h, xs, reverse=reverse)
        return jnp.sum(h ** 2) + jnp.sum(jnp.sin(ys))
    return loss


@pytest.mark.parametrize("reverse", [False, True])
def test_gradient_is_that_of_the_loop(reverse):
    f, g = rnn_loss(scan, reverse), rnn_loss(loop, reverse)
    args = jnp.asarray(W), jnp.asarray(H0), jnp.asarray(XS)
    want = minijax.grad(g, (0, 1, 2))(*args)
    assert_same(minijax.grad(f, (0, 1, 2))(*args), want, 1e-10)
    assert_same(minijax.jit(minijax.grad(f, (0, 1, 2)))(*args), want, 1e-10)
    assert_same(minijax.grad(minijax.jit(f), (0, 1, 2))(*args), want, 1e-10)
    tangents = tuple(map(jnp.cos, args))
    assert_same(minijax.jvp(f, args, tangents), minijax.jvp(g, args, tangents),
                1e-10)


@pytest.mark.parametrize("reverse", [False, True])
def test_finite_differences(reverse):
    check_grads(rnn_loss(scan, reverse), (W, H0, XS[:3]), order=2)


def test_hessian():
    f, g = (lambda h, over=over: rnn_loss(over)(W, h, XS)
            for over in (scan, loop))
    want = minijax.hessian(g)(H0)
    assert_same(minijax.hessian(f)(H0), want, 1e-8)
    assert_same(minijax.jacfwd(minijax.jacfwd(f))(H0), want, 1e-8)
    assert_same(minijax.jacrev(minijax.jacrev(f))(H0), want, 1e-8)


def test_integers_are_carried_beside_what_moves():
    def f(over):
        return lambda c, xs: pair(over, c, xs)[0]["ab"][0]
    args = jnp.asarray(0.5), jnp.arange(1.0, 5.0)
    want = minijax.grad(f(loop), (0, 1))(*args)
    assert_same(minijax.grad(f(scan), (0, 1))(*args), want, 1e-5)
    out, dots = minijax.jvp(lambda c: pair(scan, c, args[1]), (0.5,), (1.0,))
    assert dots[0]["n"].dtype == minijax.float0
    assert_same(dots[0]["ab"], minijax.jvp(
        lambda c: pair(loop, c, args[1]), (0.5,), (1.0,))[1][0]["ab"], 1e-5)


def test_tangents_reach_carries_one_after_the_other():
    def chain(over, a):
        return over(lambda c, _: ((c[0], c[0] * 2.0, jnp.sin(c[1]), 1.0), c),
                    (a, 0.0, 0.0, 0.0), None, length=4)
    assert_same(minijax.jvp(lambda a: chain(scan, a), (0.3,), (1.0,)),
                minijax.jvp(lambda a: chain(loop, a), (0.3,), (1.0,)), 1e-6)
    sums = [lambda a, over=over: sum(map(jnp.sum, chain(over, a)[1]))
            for over in (scan, loop)]
    np.testing.assert_allclose(*[minijax.grad(f)(0.3) for f in sums],
                               rtol=1e-6)


def test_carry_overwritten_in_every_step():
    f = minijax.grad(lambda xs: scan(
        lambda c, x: (jnp.sin(x), c), 0.0, xs)[1].sum())
    np.testing.assert_allclose(f(XS[0]), [*np.cos(XS[0][:2]), 0])


def test_linear_transpose_splits_off_the_counter():
    def f(xs):
        return scan(lambda c, x: ((c[0] + 1, c[1] * 0.5 + c[0] * x), c[1]),
                    (jnp.asarray(0, "int32"), jnp.zeros(())), xs)[1]
    xs = jnp.arange(4.0)
    back, = minijax.linear_transpose(f, xs)(jnp.ones(4))
    assert_same(back, minijax.vjp(f, xs)[1](jnp.ones(4))[0], 1e-6)


def test_nested_scans():
    def f(over):
        def row(c, x):
            return over(lambda c, y: (jnp.sin(c * y) + c, c * y), c, x)
        return lambda c, xs: jnp.sum(over(row, c, xs)[1])
    args = jnp.asarray(0.7, "float64"), jnp.asarray(XS)
    want = minijax.grad(f(loop), (0, 1))(*args)
    assert_same(minijax.grad(f(scan), (0, 1))(*args), want, 1e-9)
    assert_same(minijax.jit(minijax.grad(f(scan), (0, 1)))(*args), want, 1e-9)
    assert_same(minijax.hessian(f(scan))(*args),
                minijax.hessian(f(loop))(*args), 1e-8)


# vmap

@pytest.mark.parametrize("in_axes", [
    (0, None, None), (None, 0, None), (None, None, 0), (2, 1, None),
    (None, None, 2), (0, 0, 1)])
def test_vmap_is_a_stack(in_axes):
    args, shapes = [], [(3, 3), (3,), (4, 3)]
    for axis, shape in zip(in_axes, shapes):
        if axis is not None:
            shape = (*shape[:axis], 2, *shape[axis:])
        args.append(rng.normal(size=shape))
    each = [tuple(x if a is None else np.take(x, i, a)
                  for x, a in zip(args, in_axes)) for i in range(2)]
    for f in (lambda *a: rnn(scan, *a),
              lambda *a: minijax.grad(rnn_loss(scan), (0, 1, 2))(*a)):
        want = minijax.tree.map(lambda *x: jnp.stack(x),
                                *[f(*a) for a in each])
        assert_same(minijax.vmap(f, in_axes)(*args), want, 1e-10)
        assert_same(minijax.jit(minijax.vmap(f, in_axes))(*args), want, 1e-10)


def test_examples_reach_the_carry_late():
    def f(x):
        return scan(lambda c, _: ((c[1], x * 2, c[2]), c), (0.0, 1.0, 5.0),
                    length=3)
    (a, b, c), ys = minijax.vmap(f, out_axes=((0, 0, None), 0))(jnp.arange(2.))
    assert a.tolist() == b.tolist() == [0, 2] and c == 5
    assert ys[0].tolist() == [[0, 1, 0], [0, 1, 2]]


def test_vmap_of_the_other_half_under_grad():
    def f(c):
        return jnp.sum(minijax.vmap(lambda x: rnn(scan, W * c, x, XS)[0])(
            jnp.asarray(XS)))
    want = minijax.grad(lambda c: sum(
        jnp.sum(rnn(loop, W * c, jnp.asarray(x), XS)[0]) for x in XS))(0.9)
    np.testing.assert_allclose(minijax.grad(f)(0.9), want, rtol=1e-6)


def test_collectives_see_the_axis():
    f = minijax.vmap(lambda x: scan(
        lambda c, _: (lax.psum(c, "i"), c), x, length=2)[0], axis_name="i")
    assert f(jnp.arange(3.0)).tolist() == [9, 9, 9]


# closures over what is traced

def test_closures_over_tracers():
    def f(w):
        return scan(lambda c, _: (c * w, None), 1.0, length=3)[0]
    assert minijax.grad(f)(2.0) == 12
    assert minijax.grad(minijax.grad(f))(2.0) == 12
    assert minijax.vmap(f)(jnp.arange(3.0)).tolist() == [0, 1, 8]
    assert minijax.jit(f)(2.0) == 8
    assert minijax.jit(minijax.vmap(minijax.grad(f)))(
        jnp.arange(3.0)).tolist() == [0, 3, 12]


def test_closure_over_the_outer_row():
    def outer(c, x):
        return scan(lambda d, _: (d * x + c, None), c, length=2)[0], c
    f = minijax.grad(lambda xs: scan(outer, 1.0, xs)[0])

    def plain(xs):
        c = 1.0
        for x in xs:
            c = (c * x + c) * x + c
        return c
    np.testing.assert_allclose(f(XS[0]), minijax.grad(plain)(XS[0]),
                               rtol=1e-6)


# tracing

def test_traced_once():
    count = []

    def f(c, x):
        count.append(0)
        return c + x, c
    for _ in range(3):
        scan(f, 0.0, jnp.arange(3.0))
    assert len(count) == 1
    scan(f, 0.0, jnp.arange(4.0))  # as long as you like: the row is the same
    assert len(count) == 1
    scan(f, 0.0, jnp.ones((3, 2), "float64")[:, 0])
    assert len(count) == 3  # and once more for the widened carry


def test_closures_die():
    def once():
        big = jnp.ones(3)
        scan(lambda c, x: (c + jnp.sum(big) * x, None), 0.0, jnp.arange(3.0))
        return weakref.ref(big)
    alive = once()
    gc.collect()
    assert alive() is None


def test_a_closed_tracer_is_not_remembered():
    scale = [1.0]

    def f(c, x):
        return c * scale[0], None

    def g(s):
        scale[0] = s
        return scan(f, 1.0, length=2)[0]
    assert minijax.grad(g)(3.0) == 6 and minijax.grad(g)(4.0) == 8


# what is written down

def scans(jaxpr):
    return [e for e in jaxpr.eqns if e.primitive.name == "scan"]


def test_jaxpr_of_cumsum():
    jaxpr = minijax.make_jaxpr(lambda xs: scan(
        lambda c, x: (c + x, c * x), 0.0, xs))(jnp.arange(3.0))
    assert str(jaxpr) == """\
{ lambda ; a:f32[3]. let
    b:f32[] c:f32[3] = scan[
      jaxpr={ lambda ; d:f32[] e:f32[]. let
          f:f32[] = convert_element_type[new_dtype=float32 weak_type=False] d
          g:f32[] = add f e
          h:f32[] = convert_element_type[new_dtype=float32 weak_type=False] d
          i:f32[] = mul h e
        in (g, i) }
      length=3
      num_carry=1
      num_consts=0
      reverse=False
      unroll=1
    ] 0.0:f32[] a
  in (b, c) }"""


def test_what_is_handed_on_is_neither_carried_nor_written():
    jaxpr = minijax.make_jaxpr(lambda w, xs: scan(
        lambda c, x: ((c[0] + x, c[1]), x), (0.0, w), xs))(1.0, jnp.ones(3))
    eqn, = scans(jaxpr)
    assert (eqn.params["num_consts"], eqn.params["num_carry"]) == (1, 1)
    assert len(eqn.outvars) == 1
    assert jaxpr.jaxpr.outvars[1:] == jaxpr.jaxpr.invars


def test_residuals_are_stacked_only_if_they_change():
    def f(w, h, xs):
        return scan(lambda h, x: (jnp.sin(w) * h * x, None), h, xs)[0]
    args = (jnp.ones((2, 3)), jnp.ones((2, 3)), jnp.ones((7, 2, 3)))
    jaxpr = minijax.linearize(f, *args)[1].jaxpr
    eqn, = scans(jaxpr)
    shapes = sorted(v.aval.shape for v in jaxpr.constvars)
    assert shapes.count((2, 3)) == 2  # sin w and cos w, for all steps
    assert {s for s in shapes if len(s) == 3} == {(7, 2, 3)}
    known = scans(minijax.make_jaxpr(
        lambda *a: minijax.linearize(f, *a)[1].consts)(*args))[0]
    inner = [e.primitive.name for e in known.params["jaxpr"].eqns]
    assert "sin" not in inner and "cos" not in inner


def test_rows_are_not_copied_as_residuals():
    xs = jnp.arange(1.0, 5.0)
    f_jvp = minijax.linearize(lambda c: scan(
        lambda c, x: (c * x, None), c, xs)[0], 1.0)[1]
    assert any(c is xs for c in f_jvp.consts)
    assert f_jvp(1.0) == 24


def test_what_nobody_uses_is_not_run():
    def f(xs):
        (a, b, c), (y, z) = scan(
            lambda s, x: ((s[0] + x, s[1] * jnp.sin(s[2]), s[2] + 1.0),
                          (s[0], jnp.exp(x))), (0.0, 1.0, 2.0), xs)
        return a
    closed = minijax.make_jaxpr(f)(jnp.ones(3))
    jaxpr, used = dce_jaxpr(closed.jaxpr, [True])
    eqn, = scans(jaxpr)
    names = [e.primitive.name for e in eqn.params["jaxpr"].eqns]
    assert used == [True] and eqn.params["num_carry"] == 1
    assert set(names) <= {"add", "convert_element_type"}
    assert len(eqn.outvars) == 1


def test_an_unread_carry_is_still_handed_on():
    closed = minijax.make_jaxpr(lambda xs: scan(
        lambda c, x: (x * 2.0, c * x), 0.0, xs)[0])(jnp.arange(3.0))
    jaxpr, _ = dce_jaxpr(closed.jaxpr, [True])
    assert eval_jaxpr(jaxpr, [], jnp.arange(3.0))[0] == 4


def test_the_program_can_be_read():
    with disable_optimizations(True):
        text = minijax.jit(lambda xs: scan(
            lambda c, x: (c + x, c), 0.0, xs, reverse=True)
        ).lower(jnp.arange(3.0)).as_text()
    assert "def body(" in text and "range(2, -1, -1)" in text
    assert "np.empty((3,), 'float32')" in text


def test_cost_is_linear():
    """Equations of the gradient do not grow with the number of steps."""
    def size(n):
        closed = minijax.make_jaxpr(minijax.grad(
            lambda c: scan(lambda c, _: (jnp.sin(c), None), c, length=n)[0])
        )(1.0)
        return len(str(closed).replace(str(n), "n"))
    assert size(1000) == size(9999)


# effects

def test_effects_stay_in_every_step():
    seen = []

    def f(w, xs):
        def step(c, x):
            minijax.debug.callback(lambda w: seen.append(float(w)), w)
            return c * jnp.sin(w) * x, None
        return scan(step, 1.0, xs)[0]
    args = 2.0, jnp.arange(3.0)
    for g in (f, minijax.jit(f), minijax.grad(f),
              minijax.jit(minijax.grad(f))):
        seen.clear()
        g(*args)
        assert seen == [2.0] * 3


# errors

@pytest.mark.parametrize("call, error, words", [
    (lambda: scan(3, 0.0, jnp.ones(3)), TypeError,
     "lax.scan: f argument should be a callable"),
    (lambda: scan(lambda c, x: c, 0.0, jnp.ones(3)), TypeError,
     "scan body output must be a pair, got"),
    (lambda: scan(lambda c, x: (c, x, x), 0.0, jnp.ones(3)), TypeError,
     "scan body output must be a pair, got"),
    (lambda: scan(lambda c, x: (c, "a"), 0.0, jnp.ones(3)), TypeError,
     "is not a valid JAX type"),
    (lambda: scan(lambda c, x: (c, x), "a", jnp.ones(3)), TypeError,
     "argument to scan"),
    (lambda: scan(lambda c, x: (c, x), 0.0), ValueError,
     "no values to scan over and `length` not provided"),
    (lambda: scan(lambda c, x: (c, x), 0.0, {"a": jnp.ones(3), "b": 2.0}),
     ValueError, r"no leading axis to scan over: 2.0 at xs['b']"),
    (lambda: scan(lambda c, x: (c, x), 0.0, (jnp.ones(3), jnp.ones(4))),
     ValueError, "different leading axis sizes: 3, 4. The first axis of each "
     "is the one that is scanned over: xs[0] has 3, xs[1] has 4"),
    (lambda: scan(lambda c, x: (c, x), 0.0, jnp.ones(3), length=4),
     ValueError, "`length` argument of 4 which disagrees with leading axis "
     "sizes [3]"),
    (lambda: scan(lambda c, x: (c, x), 0.0, length=-1), ValueError,
     "must not be negative"),
    (lambda: scan(lambda c, x: (c, x), 0.0, length=2.5), TypeError,
     "scan's length must be an integer, got 2.5"),
    (lambda: scan(lambda c, x: (c, x), 0.0, length=3, unroll=-1), ValueError,
     "`unroll` must be a `bool` or a non-negative `int`, got -1"),
    (lambda: scan(lambda c, x: (c, x), 0.0, length=3, unroll="a"), ValueError,
     "`unroll` must be a `bool`"),
])
def test_refused(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


@pytest.mark.parametrize("f, init, words", [
    (lambda state, x: (state + x, None), np.int32(1), (
        "equal types", "The input carry state has type int32[] but the "
        "corresponding output carry component has type float32[], so the "
        "dtypes do not match.")),
    (lambda c, x: ({"w": c["w"] + jnp.ones(2), "b": c["b"] > 0}, None),
     {"w": 0.0, "b": jnp.zeros(3)}, (
        "  * the input carry component c['b'] has type float32[3]",
        "bool[3], so the dtypes do not match;\n",
        "  * the input carry component c['w'] has type float32[]",
        "float32[2], so the shapes do not match.")),
    (lambda c, x: ((c, c), None), 0.0, (
        "the same pytree structure", "The input carry c is a leaf but",
        "so their Python types differ")),
    (lambda c, x: ((c[0], [c[1]]), None), (0.0, 0.0), (
        "The input carry component c[1] is a leaf",)),
    (lambda c, x: (c + (0.0,), None), (0.0, 0.0), (
        "The input carry c is a tuple of length 2",
        "so the lengths do not match")),
    (lambda c, x: ({"a": c["a"]}, None), {"a": 0.0, "b": 1.0}, (
        "The input carry c is a dict with 2 child keys",
        "the numbers of children do not match")),
])
def test_carry_that_changes_its_type(f, init, words):
    with pytest.raises(TypeError) as caught:
        scan(f, init, jnp.ones(3))
    for word in ("scan body function carry input and carry output must have",
                 "Revise the function so that", *words):
        assert word in str(caught.value)


def test_length_must_be_known():
    with pytest.raises(ConcretizationTypeError, match="while_loop"):
        minijax.jit(lambda n: scan(lambda c, _: (c, None), 0, length=n))(3)


def test_zero_steps_in_python():
    with minijax.disable_jit(True):
        with pytest.raises(ValueError, match="zero-length scan"):
            scan(lambda c, x: (c, x), 0.0, jnp.zeros(0))


def test_operands_are_checked():
    eqn, = scans(minijax.make_jaxpr(lambda xs: scan(
        lambda c, x: (c + x, None), 0.0, xs))(jnp.ones(3)))
    with pytest.raises(TypeError, match="scan's body asks for"):
        eqn.primitive.bind(jnp.zeros(()), jnp.ones(4), **eqn.params)
