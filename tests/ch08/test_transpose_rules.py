"""Every transpose rule: by differences, by the dot-product identity."""

from unittest import mock

import numpy as np
import pytest

import minijax as mj
from minijax import core, lax
from minijax import numpy as jnp
from minijax.forward import add_any_p, deflinear, jvp_rules
from minijax.rules import Refusal
from minijax.test_util import check_grads
from minijax.transpose import transposes
from minijax.transpose_rules import deftranspose

rng = np.random.default_rng(0)
A, B = rng.normal(size=(2, 3, 4))
V = rng.normal(size=5)
Z = rng.normal(size=(3, 4)) + 1j * rng.normal(size=(3, 4))
ROWS = lax.GatherDimensionNumbers((1,), (0,), (0,))
INTO_ROWS = lax.ScatterDimensionNumbers((1,), (0,), (0,))
PICK, ONCE, FAR = (np.array(p) for p in (
    [[2], [0], [2]], [[2], [0]], [[7], [1], [0]]))
SPLIT = (1, 3)

# linear in all their arguments
LINEAR = {
    "neg": (lax.neg, A),
    "add": (lax.add, A, B),
    "add a scalar": (lax.add, A, np.float64(2.0)),
    "add a row": (lambda x, y: lax.add(x, lax.reshape(y, (1, 4))), A, A[0]),
    "sub": (lax.sub, A, B),
    "sub from a scalar": (lax.sub, np.float64(2.0), A),
    "mul": (lambda x: lax.mul(x, B), A),
    "mul right": (lambda x: lax.mul(B, x), A),
    "mul a scalar": (lambda x: lax.mul(x, B), np.float64(2.0)),
    "div": (lambda x: lax.div(x, B), A),
    "div a scalar": (lambda x: lax.div(x, B), np.float64(2.0)),
    "real": (lax.real, Z),
    "imag": (lax.imag, Z),
    "complex": (lax.complex, A, B),
    "conj": (lax.conj, Z),
    "conj of real": (lax.conj, A),
    "mul complex": (lambda z: lax.mul(z, Z), Z),
    "convert": (lambda x: lax.convert_element_type(x, np.complex128), A),
    "select_n": (lambda x, y: lax.select_n(B > 0, x, y), A, B),
    "broadcast_in_dim": (
        lambda x: lax.broadcast_in_dim(x, (2, 3, 4), (1, 2)), A),
    "broadcast ones": (
        lambda x: lax.broadcast_in_dim(x, (2, 3, 4), (0, 2)), A[:1]),
    "reshape": (lambda x: lax.reshape(x, (2, 6)), A),
    "squeeze": (lambda x: lax.squeeze(x, (0,)), A[:1]),
    "transpose": (lambda x: lax.transpose(x, (2, 0, 1)),
                  rng.normal(size=(2, 3, 4))),
    "rev": (lambda x: lax.rev(x, (1,)), A),
    "concatenate": (lambda x, y: lax.concatenate([x, y, x], 1), A, B),
    "stack": (lambda x, y: lax.stack([x, y], 1), A, B),
    "unstack": (lambda x: lax.unstack(x, 1)[2], A),
    "split": (lambda x: lax.split(x, SPLIT, 1), A),
    "tile": (lambda x: lax.tile(x, (2, 3)), A),
    "pad": (lambda x, v: lax.pad(x, v, [(1, -1, 2), (-1, 2, 0)]), A,
            np.float64(0.5)),
    "slice": (lambda x: lax.slice(x, (0, 1), (3, 4), (2, 2)), A),
    "empty slice": (lambda x: lax.slice(x, (1, 1), (1, 4)), A),
    "dynamic_slice": (lambda x: lax.dynamic_slice(x, (2, 1), (2, 2)), A),
    "dynamic_update_slice": (
        lambda x, u: lax.dynamic_update_slice(x, u, (2, 2)), A, B[:2, :2]),
    "gather": (lambda x: lax.gather(x, PICK, ROWS, (1, 4)), A),
    "gather with misses": (lambda x: lax.gather(
        x, FAR, ROWS, (1, 4), mode="fill", fill_value=0), A),
    "gather clipped": (lambda x: lax.gather(
        x, FAR, ROWS, (1, 4), mode="clip"), A),
    "scatter": (lambda x, u: lax.scatter(x, ONCE, u, INTO_ROWS), A, B[:2]),
    "scatter twice": (lambda x, u: lax.scatter(x, PICK, u, INTO_ROWS), A, B),
    "scatter with misses": (
        lambda x, u: lax.scatter(x, FAR, u, INTO_ROWS), A, B),
    "scatter_add": (
        lambda x, u: lax.scatter_add(x, PICK, u, INTO_ROWS), A, B),
    "scatter_sub": (
        lambda x, u: lax.scatter_sub(x, PICK, u, INTO_ROWS), A, B),
    "scatter_mul": (lambda x: lax.scatter_mul(
        x, ONCE, B[:2], INTO_ROWS, unique_indices=True), A),
    "reduce_sum": (lambda x: lax.reduce_sum(x, (1,)), A),
    "cumsum": (lambda x: lax.cumsum(x, axis=1), A),
    "cumsum back": (lambda x: lax.cumsum(x, axis=0, reverse=True), A),
    "dot_general": (lambda x: lax.dot_general(
        x, B, (((1,), (1,)), ((), ()))), A),
    "dot_general right": (lambda y: lax.dot_general(
        A, y, (((0,), (0,)), ((), ()))), B),
}
for i, dims in enumerate([
        (((2, 1), (0, 2)), ((0,), (1,))), (((1,), (2,)), ((), ())),
        (((), ()), ((0, 2), (1, 0))), (((1, 0, 2), (2, 1, 0)), ((), ()))]):
    P, Q = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 2, 3))
    LINEAR[f"dot_general {i} left"] = (
        lambda x, dims=dims, Q=Q: lax.dot_general(x, Q, dims), P)
    LINEAR[f"dot_general {i} right"] = (
        lambda y, dims=dims, P=P: lax.dot_general(P, y, dims), Q)


def random_like(tree, seed):
    r = np.random.default_rng(seed)

    def like(x):
        t = r.normal(size=x.shape)
        return t + 1j * r.normal(size=x.shape) if x.dtype.kind == "c" else t
    return mj.tree.map(like, tree)


def pairing(xs, ys):
    return sum(np.sum(np.asarray(x) * np.asarray(y)) for x, y in zip(
        mj.tree.leaves(xs), mj.tree.leaves(ys)))


@pytest.mark.parametrize("name", LINEAR)
def test_the_dot_product_identity(name):
    """<w, A v> = <A' w, v>, for real pairings of complex numbers too."""
    f, *args = LINEAR[name]
    out = f(*args)
    v, w = random_like(tuple(args), 1), random_like(out, 2)
    pulled = mj.linear_transpose(f, *args)(w)
    left, right = pairing(w, f(*v)), pairing(pulled, v)
    assert np.real(left) == pytest.approx(np.real(right), rel=1e-12)
    for x, ct in zip(args, pulled):
        assert (ct.shape, ct.dtype) == (np.shape(x), x.dtype)


@pytest.mark.parametrize("name", LINEAR)
def test_reverse_mode_by_differences(name):
    f, *args = LINEAR[name]
    check_grads(f, tuple(args), 2, modes=["rev"], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", LINEAR)
def test_one_argument_at_a_time(name):
    f, *args = LINEAR[name]
    for i, x in enumerate(args):
        def alone(x, i=i):
            return f(*args[:i], x, *args[i + 1:])
        check_grads(alone, (x,), 1, modes=["rev"], atol=1e-6, rtol=1e-6)


def test_every_primitive_has_a_rule_or_a_refusal():
    for value in vars(lax).values():
        if isinstance(value, core.Primitive):
            assert value in transposes, value


UNARY = ["neg", "abs", "exp", "exp2", "expm1", "log1p", "square", "sin",
         "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
         "asinh", "atanh", "logistic", "erf", "erfc", "erf_inv", "cbrt",
         "sign", "floor", "ceil"]


@pytest.mark.parametrize("name", UNARY)
def test_elementwise_reverse(name):
    x = np.array([-0.8, -0.3, 0.2, 0.45, 0.7])
    check_grads(getattr(lax, name), (x,), 2, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ["log", "sqrt", "rsqrt", "acosh", "lgamma"])
def test_elementwise_reverse_of_the_positive(name):
    x = np.array([1.2, 1.7, 2.5, 3.1])
    check_grads(getattr(lax, name), (x,), 1 if name == "lgamma" else 2,
                atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "max", "min",
                                  "atan2", "pow", "rem"])
@pytest.mark.parametrize("shapes", [((3, 4), (3, 4)), ((), (3, 4)),
                                    ((3, 4), ()), ((1, 4), (3, 1))])
def test_binary_reverse(name, shapes):
    r = np.random.default_rng(5)
    x, y = (r.uniform(0.5, 2, size=s) for s in shapes)
    check_grads(getattr(lax, name), (x, y), 2, atol=1e-4, rtol=1e-4)


STRUCTURAL = {
    "reduce_prod": (lambda x: lax.reduce_prod(x, (1,)), A),
    "reduce_max": (lambda x: lax.reduce_max(x, (0,)), A),
    "reduce_min": (lambda x: lax.reduce_min(x, (0, 1)), A),
    "cumprod": (lambda x: lax.cumprod(x, axis=1), A),
    "cummax": (lambda x: lax.cummax(x, axis=1), A),
    "cumlogsumexp": (lambda x: lax.cumlogsumexp(x, axis=1), A),
    "sort": (lambda x: lax.sort(x, dimension=0), A),
    "top_k": (lambda x: lax.top_k(x, 2)[0], A),
    "clamp": (lambda x: jnp.clip(x, -0.5, 0.5), A),
    "integer_pow": (lambda x: lax.integer_pow(x, 3), A),
    "dot_general both": (lambda x, y: x @ y.T, A, B),
    "scatter_mul": (lambda x, u: lax.scatter_mul(
        x, ONCE, u, INTO_ROWS, unique_indices=True), A, B[:2]),
    "einsum": (lambda x, y: jnp.einsum("ij,ik,jk->k", x, y,
                                       np.ones((4, 4))), A, B),
}


@pytest.mark.parametrize("name", STRUCTURAL)
def test_structural_reverse(name):
    f, *args = STRUCTURAL[name]
    check_grads(f, tuple(args), 2, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ["exp", "log", "sin", "cos", "tanh", "sqrt",
                                  "square", "abs", "logistic"])
def test_complex_reverse(name):
    z = np.array([0.3 + 0.4j, -0.7 + 0.2j])
    check_grads(getattr(lax, name), (z,), 1, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("f, word", [
    (jnp.sin, "sin is not linear"),
    (lambda x: x * x, "mul of two values"),
    (lambda x: x @ x, "dot_general of two"),
    (lambda x: 1.0 / x, "div is not linear in operand 1"),
    (lambda x: jnp.max(x), "reduce_max is not linear"),
    (lambda x: x**2, "integer_pow is not linear"),
    (lambda x: jnp.where(x > 0, x, 0), "select_n is not linear in what it"),
    (lambda x: lax.dynamic_slice(B[0], (x[0].astype(int),), (2,)),
     "dynamic_slice is not linear in operand 1"),
    (lambda x: jnp.asarray(B[0])[x.astype(int)],
     "gather is not linear in operand 1"),
])
def test_what_is_not_linear_is_named(f, word):
    def suspicious(x):
        return f(x)
    x = np.ones(3)
    transposed = mj.linear_transpose(suspicious, x)
    with pytest.raises(NotImplementedError,
                       match=f"(?s){word}.*transposing suspicious at"):
        transposed(np.ones(np.shape(f(x))))


@pytest.fixture
def double():
    """A new linear atom, and a table to enter its rule in."""
    p = core.Primitive("double")
    p.def_impl(lambda x: 2 * x)
    p.def_abstract_eval(lambda x: x)
    with (mock.patch.dict(transposes), mock.patch.dict(jvp_rules)):
        deflinear(p)
        yield p


def test_a_new_atom_needs_one_line(double):
    x = np.arange(3.0)
    with pytest.raises(NotImplementedError, match="'double' not implemented"):
        mj.grad(lambda x: jnp.sum(double.bind(x)))(x)
    deftranspose(double, lambda ct, x: double.bind(ct))
    check_grads(double.bind, (x,), 2)


@pytest.mark.parametrize("rule, words", [
    (lambda ct, x: [ct[:2]], r"'?double gave a cotangent of type float64\[2\]"
     r" for an operand of type float64\[3\]"),
    (lambda ct, x: [ct.astype(np.float32)], r"type float32\[3\]"),
    (lambda ct, x: [ct, ct], "gave 2 cotangents for 1 operands"),
    (lambda ct, x: ct, r"must give a list.*`return \[ct\]`"),
])
def test_a_wrong_rule_is_named(double, rule, words):
    transposes[double] = rule
    with pytest.raises(TypeError, match=words):
        mj.grad(lambda x: jnp.sum(double.bind(x)))(np.arange(3.0))


def test_part_of_a_split_may_have_no_cotangent():
    g = mj.grad(lambda x: jnp.sum(lax.split(x, (1, 2))[1]))(np.arange(3.0))
    np.testing.assert_array_equal(g, [0, 1, 1])


def test_linear_and_not_linear_are_told_apart():
    linear = [p.name for p, rule in transposes.items()
              if not isinstance(rule, Refusal)
              and (p is add_any_p or p in vars(lax).values())]
    assert len(linear) == 34 and "dot_general" in linear
    assert "sin" not in linear
