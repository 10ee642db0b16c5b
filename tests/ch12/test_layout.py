"""Transposes in products, reshapes of reshapes, and memory used again."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax, optimizer
from minijax import numpy as jnp
from minijax.jaxpr import eval_jaxpr
from minijax.jaxpr_check import check_jaxpr

rng = np.random.default_rng(12)
A, B = (rng.normal(size=s).astype("float32") for s in ((3, 4), (4, 5)))
C, D = (rng.normal(size=s).astype("float32") for s in ((2, 3, 4), (2, 4, 5)))


def after(f, *args):
    """The names that are left after the pass, and a check of the values."""
    closed = optimizer.passes["inline"](mj.make_jaxpr(f)(*args))
    for name in "layout", "drop_dead":
        closed = optimizer.passes[name](closed)
        check_jaxpr(closed.jaxpr)
    got = eval_jaxpr(closed.jaxpr, closed.consts, *map(jnp.asarray, args))
    for g, w in zip(got, mj.tree.leaves(f(*args)), strict=True):
        np.testing.assert_allclose(np.asarray(g), np.asarray(w), rtol=1e-6)
    return [eqn.primitive.name for eqn in closed.eqns]


@pytest.mark.parametrize("f, args, left", [
    (lambda a, b: (a @ b).T, (A, B), ["dot_general"]),
    (lambda a, b: lax.batch_matmul(a, b).transpose(0, 2, 1), (C, D),
     ["dot_general"]),
    (lambda a, b: lax.batch_matmul(a, b).transpose(1, 0, 2), (C, D),
     ["dot_general", "transpose"]),
    (lambda a, b: jnp.tensordot(a, b, 1).transpose(2, 0, 1), (C, B),
     ["dot_general"]),
    (lambda a, b: jnp.tensordot(a, b, 0).T, (A[0], B[0]), ["dot_general"]),
    (lambda a, b: ((a @ b).T, a @ b), (A, B), ["dot_general"] * 2),
    (lambda a: a.T.T, (A,), ["transpose"] * 2),
    (lambda a: a.reshape(2, 6).reshape(4, 3), (A,), ["reshape"]),
    (lambda a: a.reshape(2, 6).reshape(3, 4), (A,), []),
    (lambda a: lax.reshape(a.reshape(4, 3), (3, 4), (1, 0)), (A,),
     ["reshape"] * 2),
    (lambda a: jnp.sum(a.reshape(3, 1, 4), 1), (A,), []),
    (lambda a: jnp.sum(a[:, :1], 1), (A,), ["slice", "reshape"]),
    (lambda a: jnp.sum(a, 1), (A,), ["reduce_sum"]),
])
def test_layout(f, args, left):
    assert after(f, *args) == left


def test_a_product_that_is_read_twice_is_made_once():
    def f(a, b):
        c = a @ b
        return c.T, c
    assert after(f, A, B) == ["dot_general", "transpose"]


def in_place(f, *args):
    """How many results are written over an operand; the values are right."""
    text = mj.jit(lambda *args: f(*args)).lower(*args).as_text()
    kept = [np.array(x) for x in args]
    got = mj.tree.leaves(mj.jit(lambda *args: f(*args))(*args))
    with optimizer.config.flags["jax_disable_most_optimizations"](True):
        want = mj.tree.leaves(mj.jit(lambda *args: f(*args))(*args))
    for g, w in zip(got, want, strict=True):
        np.testing.assert_array_equal(np.asarray(g), np.asarray(w))
    for x, before in zip(args, kept, strict=True):
        np.testing.assert_array_equal(x, before)  # inputs are not written to
    for g in got:
        others = [h for h in got if h is not g] + list(args)
        assert not any(np.shares_memory(np.asarray(g), np.asarray(h))
                       for h in others)
    return text.count("out=")


def test_memory_of_ones_own_is_used_again():
    assert in_place(lambda a: jnp.sin(a * 2) + 1, A) == 2
    assert in_place(lambda a, b: jnp.tanh(a @ b), A, B) == 1


def test_memory_of_others_is_not():
    assert in_place(lambda a: a + 1, A) == 0  # an input
    assert in_place(lambda a: (a * 2).T + 1, A) == 0  # a view of one's own
    assert in_place(lambda a: [b := a * 2, b + 1], A) == 0  # a result


def test_a_view_keeps_what_it_looks_at():
    def f(a):
        b = a * 2
        c = b.T
        d = jnp.sin(b)  # b dies here, and c still looks at it
        return c + 1, d
    in_place(f, A)


def test_other_types_and_shapes_are_not_written_over():
    assert in_place(lambda a: (a * 2 > 1), A) == 0
    assert in_place(lambda a: (a[0] * 2) + a, A) == 0
    assert in_place(lambda a: (a * 2).astype("float64") * 2, A) <= 1
