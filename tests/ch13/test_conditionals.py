"""A choice is the branch it takes: value, derivative, examples, text."""

import gc
import weakref

import numpy as np
import pytest

import minijax
from minijax import (
    grad,
    jacfwd,
    jacrev,
    jit,
    jvp,
    lax,
    linearize,
    make_jaxpr,
    vjp,
    vmap,
)
from minijax import numpy as jnp
from minijax.jaxpr_transforms import dce_closed
from minijax.test_util import check_grads

C = np.array([1.0, -2.0, 0.5])


def bent(x):
    """x² on the right, 3 sin x on the left; closes over x and an array."""
    return lax.cond(x > 0, lambda y: x * y + 0 * jnp.sum(C),
                    lambda y: 3 * jnp.sin(y) * jnp.sum(C) / -0.5, x)


def slope(x):
    return np.where(x > 0, 2 * x, 3 * np.cos(x))


def value(x):
    return np.where(x > 0, x * x, 3 * np.sin(x))


@pytest.mark.parametrize("x", [2.0, -1.0])
@pytest.mark.parametrize("wrap", [lambda f: f, jit])
def test_value_and_slope(x, wrap):
    f = wrap(bent)
    with minijax.enable_x64():
        assert np.isclose(f(x), value(x))
        assert np.isclose(grad(f)(x), slope(x))
        assert np.isclose(jvp(f, (x,), (2.0,))[1], 2 * slope(x))
        assert np.isclose(linearize(f, x)[1](2.0), 2 * slope(x))
        want = 2.0 if x > 0 else -3 * np.sin(x)
        for second in (grad(grad(f)), jacfwd(grad(f)), jacrev(jacfwd(f)),
                       jacfwd(jacfwd(f)), grad(jit(grad(f)))):
            assert np.isclose(second(x), want)
        check_grads(f, (x,), order=2)


def test_vmap_is_select_where_the_predicate_differs():
    xs = np.array([2.0, -1.0, 0.3, -0.2])
    for f in (vmap(bent), jit(vmap(bent)), vmap(jit(bent))):
        assert np.allclose(f(xs), value(xs))
        assert np.allclose(vmap(grad(bent))(xs), slope(xs))
        assert np.allclose(grad(lambda x, f=f: jnp.sum(f(x)))(xs), slope(xs))
    names = [e.primitive.name for e in make_jaxpr(vmap(bent))(xs).eqns]
    assert "cond" not in names and "select_n" in names


def test_vmap_keeps_the_cond_where_the_predicate_does_not_differ():
    def f(p, x, y):
        return lax.cond(p, lambda x, y: (x * y, y), lambda x, y: (x, 2 * y),
                        x, y)
    xs, y = np.array([2.0, -1.0]), 3.0
    mapped = vmap(f, in_axes=(None, 0, None), out_axes=(0, None))
    for p in (True, False):
        for g in (mapped, jit(mapped)):
            a, b = g(p, xs, y)
            assert np.allclose(a, xs * y if p else xs)
            assert np.allclose(b, y if p else 2 * y)
    eqn, = [e for e in make_jaxpr(mapped)(True, xs, y).eqns
            if e.primitive.name == "cond"]
    assert [v.aval.shape for v in eqn.outvars] == [(2,), ()]


def test_infinite_slopes_of_the_other_branch_do_not_get_through():
    def root(x):
        return lax.cond(x > 0, jnp.sqrt, lambda x: 0.0 * x, x)
    xs = np.array([4.0, 0.0])
    got = grad(lambda x: jnp.sum(vmap(root)(x)))(xs)
    assert np.allclose(got, [0.25, 0.0])


POWERS = [lambda x: x, lambda x: x * x, lambda x: x * x * x]


@pytest.mark.parametrize("i, power", [(-3, 1), (0, 1), (1, 2), (2, 3), (9, 3)])
def test_switch_moves_the_index_into_range(i, power):
    def f(i, x):
        return lax.switch(i, POWERS, x)
    for g in (f, jit(f)):
        assert np.isclose(g(i, 2.0), 2.0**power)
        assert np.isclose(grad(g, 1)(i, 2.0), power * 2.0**(power - 1))
    assert np.isclose(vmap(f)(np.array([i, 0]), np.full(2, 2.0))[0],
                      2.0**power)
    with minijax.enable_x64():
        assert np.isclose(vmap(grad(f, 1))(np.array([i]), np.array([2.0]))[0],
                          power * 2.0**(power - 1))


def test_switch_of_one_calls_it():
    assert lax.switch(7, [lambda x: "as it is"], 1.0) == "as it is"


def test_both_signatures_and_the_keyword():
    assert lax.cond(True, 2.0, lambda x: x + 1, 5.0, lambda x: -x) == 3
    assert lax.cond(False, 2.0, lambda x: x + 1, 5.0, lambda x: -x) == -5
    assert lax.cond(False, lambda x: 1, lambda x: 2, operand=None) == 2
    assert lax.switch(1, [lambda x: 1, lambda x: x], operand=4) == 4
    with pytest.raises(TypeError, match="no positional operands"):
        lax.cond(True, lambda x: x, lambda x: x, 1.0, operand=2.0)


def test_containers_and_what_is_handed_through():
    def f(p, d):
        return lax.cond(p, lambda d: {"a": d["a"] * 2, "b": d["b"]},
                        lambda d: {"a": d["a"], "b": d["b"]}, d)
    d = {"a": jnp.arange(3.0), "b": (1, None)}
    got = f(True, d)
    assert np.allclose(got["a"], [0, 2, 4]) and got["b"] == (1, None)
    eqn = make_jaxpr(f)(True, d).eqns[-1]
    assert len(eqn.outvars) == 1  # b is handed through beside the cond


def test_numbers_are_predicates_and_integers_have_no_tangent():
    assert lax.cond(0.5, lambda: 1, lambda: 2) == 1
    assert lax.cond(0, lambda: 1, lambda: 2) == 2

    def f(x):
        n, y = lax.cond(x > 0, lambda x: (1, x * x), lambda x: (2, x), x)
        return y * n
    assert grad(f)(3.0) == 6.0 and grad(f)(-3.0) == 2.0


def test_residuals_of_all_branches_have_a_place():
    def f(i, x):
        return lax.switch(i, [
            lambda x: jnp.sum(jnp.sin(x) * x), lambda x: jnp.prod(x),
            lambda x: jnp.sum(x) * 2, lambda x: 1.0 + 0 * x[0]], x)
    x = np.array([1.0, 2.0, 3.0])
    want = [np.sin(x) + x * np.cos(x), 6 / x, [2, 2, 2], [0, 0, 0]]
    for i in range(4):
        for g in (grad(f, 1), jit(grad(f, 1)), grad(jit(f), 1)):
            assert np.allclose(g(i, x), want[i], rtol=1e-5)
        out, f_vjp = vjp(lambda x, i=i: f(i, x), x)
        assert np.allclose(f_vjp(jnp.float64(2))[0], 2 * np.asarray(want[i]))


def test_closed_over_tracers_of_every_transformation():
    def f(x, w):
        return grad(lambda y: lax.cond(y > x, lambda: y * w * x,
                                       lambda: y * y * w))(1.5)
    for x, want in ((1.0, 2.0), (2.0, 6.0)):  # w x, and 2 y w
        assert np.isclose(f(x, 2.0), want)
        assert np.isclose(jit(f)(x, 2.0), want)
        assert np.isclose(vmap(f, (None, 0))(x, jnp.array([2.0]))[0], want)
    assert np.isclose(grad(f)(1.0, 2.0), 2.0)
    assert np.isclose(grad(f, 1)(2.0, 2.0), 3.0)


def test_perturbations_do_not_mix():
    def f(x):
        return x * jvp(lambda y: lax.cond(True, lambda: x + y, lambda: y),
                       (1.0,), (1.0,))[1]
    assert jvp(f, (2.0,), (1.0,))[1] == 1.0
    assert grad(f)(2.0) == 1.0


def test_weak_where_every_branch_is_weak():
    strong = jnp.float32(1)
    assert lax.cond(True, lambda: 1.0, lambda: 2.0).weak_type
    assert not lax.cond(True, lambda: strong, lambda: 2.0).weak_type
    assert not lax.cond(True, lambda: 2.0, lambda: strong).weak_type


def test_traced_once_for_each_function_and_kind():
    count = []

    def up(x):
        count.append(1)
        return x + 1

    def down(x):
        count.append(1)
        return x - 1
    for _ in range(3):
        lax.cond(True, up, down, 1.0)
    assert len(count) == 2
    lax.cond(True, up, down, 1)
    assert len(count) == 4
    alive = weakref.ref(up)
    del up
    gc.collect()
    assert alive() is None


def test_dead_results_and_operands_go():
    def f(p, x, y):
        return lax.cond(p, lambda x, y: (jnp.sin(x), jnp.exp(y)),
                        lambda x, y: (x, y * y), x, y)[0]
    closed, kept = dce_closed(make_jaxpr(f)(True, 1.0, 2.0), (True,))
    assert kept == [True, True, False]
    eqn = closed.eqns[-1]
    assert len(eqn.invars) == 2 and len(eqn.outvars) == 1
    assert "exp" not in str(closed) and "mul" not in str(closed)


def test_effects_stay_and_only_the_branch_taken_has_them(capsys):
    def loud(x):
        minijax.debug.print("taken {}", x)
        return x

    def f(p, x):
        lax.cond(p, loud, lambda x: x * 1, x)
        return x
    jit(f)(True, 1.0)
    jit(f)(False, 2.0)
    assert capsys.readouterr().out == "taken 1.0\n"


def test_the_text_of_a_program():
    def f(p, x):
        return lax.cond(p, lambda x: x * 2, lambda x: x, x)
    assert str(make_jaxpr(f)(True, 1.0)) == """\
{ lambda ; a:bool[] b:f32[]. let
    c:i32[] = convert_element_type[new_dtype=int32 weak_type=False] a
    d:f32[] = cond[
      branches=(
        { lambda ; e:f32[]. let  in (e,) }
        { lambda ; f:f32[]. let g:f32[] = mul f 2.0:f32[] in (g,) }
      )
    ] c b
  in (d,) }"""
    assert "(branch_0, branch_1)[c](b)" in jit(f).lower(True, 1.0).as_text()


def test_disable_jit_lets_python_choose():
    seen = []
    with minijax.disable_jit():
        lax.cond(True, lambda x: seen.append(float(x)), lambda x: None, 2.0)
        lax.switch(5, [lambda x: None, lambda x: seen.append(1)], 2.0)
    assert seen == [2.0, 1]


ERRORS = {
    "pytree structure.*true_fun is .*test_cond.*true_fun at path .0. is a "
    "leaf.*tuple":
        lambda: lax.cond(True, lambda x: [x], lambda x: [(x, x)], 1.0),
    r"equal output types.*\['b'\]\[1\] has type float32\[\].*int32\[\], "
    "so the dtypes do not match": lambda: lax.cond(
        True, lambda x: {"b": [x, x]}, lambda x: {"b": [x, 1]}, 1.0),
    r"branch 0 .*float32\[3\].*branch 2 .*float32\[\], so the shapes":
        lambda: lax.switch(0, [lambda x: x, lambda x: x, jnp.sum],
                           jnp.ones(3)),
    "Pred must be a scalar, got an array of shape .2,.*where": lambda:
        lax.cond(jnp.ones(2), lambda: 1, lambda: 1),
    "Pred must be a scalar, .*either boolean or number": lambda:
        lax.cond([True], lambda: 1, lambda: 1),
    "either boolean or number, got complex64": lambda:
        lax.cond(1j, lambda: 1, lambda: 1),
    "predicate is None": lambda: lax.cond(None, lambda: 1, lambda: 1),
    "should be callable": lambda: lax.cond(True, lambda x: x, 1.0),
    "sequence of callables": lambda: lax.switch(0, [1, 2]),
    "must be an integer, got float32": lambda:
        lax.switch(1.0, [lambda: 1, lambda: 2]),
    "must be scalar, got an array of shape .2": lambda:
        lax.switch(jnp.arange(2), [lambda: 1, lambda: 2]),
    "Branch outputs|not a valid JAX type": lambda:
        lax.cond(True, lambda: "a", lambda: "b"),
    "at position 0": lambda: lax.cond(True, lambda x: 1, lambda x: 2, "a"),
}


@pytest.mark.parametrize("words", ERRORS)
def test_errors(words):
    with pytest.raises(TypeError, match=f"(?s){words}"):
        ERRORS[words]()


def test_no_branch():
    with pytest.raises(ValueError, match="Empty branch sequence"):
        lax.switch(0, [])


def test_a_choice_by_a_linear_input_is_not_linear():
    def f(x):
        return lax.cond(x > 0, lambda x: x, lambda x: 2 * x, x)
    with pytest.raises(NotImplementedError, match="predicate of a cond"):
        minijax.linear_transpose(f, 1.0)(1.0)
    pulled = minijax.linear_transpose(
        lambda x: lax.cond(True, lambda x: 3 * x, lambda x: x, x), 1.0)(2.0)
    assert pulled == (6.0,)
