"""linearize of every atom: jvp's tangents, by a program that is linear."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.jaxpr_check import check_jaxpr

rng = np.random.default_rng(5)
X = np.array([-1.7, -0.6, 0.3, 1.2, 2.5])
Y = np.array([0.8, -1.1, 0.9, -2.0, 1.4])
UNIT = np.array([-0.9, -0.4, 0.1, 0.5, 0.8])
POSITIVE = np.array([0.2, 0.7, 1.3, 2.4, 5.0])
A, B = rng.normal(size=(2, 3, 4))
Z = X + 1j * Y
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [0.0, -1.0, 0.0]])
PICK = np.array([[2], [0], [2]])
FORWARD = lax.GatherDimensionNumbers((1,), (0,), (0,))
BACK = lax.ScatterDimensionNumbers((1,), (0,), (0,))


def at(name, *operands, after=(), **params):
    return lambda *xs: getattr(lax, name)(*xs, *after, **params), *operands


ATOMS = {
    **{name: at(name, X) for name in [
        "neg", "sign", "floor", "ceil", "round", "exp", "exp2", "expm1",
        "cbrt", "sin", "cos", "atan", "sinh", "cosh", "tanh", "asinh",
        "logistic", "erf", "erfc", "is_finite", "abs", "square"]},
    **{name: at(name, POSITIVE) for name in [
        "log", "log1p", "sqrt", "rsqrt", "lgamma"]},
    **{name: at(name, UNIT) for name in [
        "tan", "asin", "acos", "atanh", "erf_inv"]},
    **{f"{name}:complex": at(name, Z) for name in [
        "neg", "exp", "log", "sqrt", "sin", "tanh", "abs", "square", "real",
        "imag", "conj"]},
    "acosh": at("acosh", 1 + POSITIVE),
    **{name: at(name, X, Y) for name in [
        "add", "sub", "mul", "div", "rem", "max", "min", "atan2", "complex",
        "eq", "lt"]},
    "add:scalar": at("add", np.float64(2), Y),
    "pow": at("pow", POSITIVE, Y),
    "pow:integers": at("pow", X, after=(np.array([3, 2, 0, -1, 4]),)),
    **{f"integer_pow:{n}": at("integer_pow", X, after=(n,))
       for n in (-1, 0, 1, 2, 5)},
    "select_n": (lambda x, y: lax.select_n(X > 0, x, y), X, Y),
    "clamp": at("clamp", Y, X, 0.5 + abs(Y)),
    "convert_element_type": at("convert_element_type", X,
                               after=(np.float32,)),
    "broadcast_in_dim": at("broadcast_in_dim", A, after=((2, 3, 4), (1, 2))),
    "reshape": at("reshape", A, after=((2, 6),)),
    "transpose": at("transpose", A, after=((1, 0),)),
    "squeeze": at("squeeze", A[:1], after=((0,),)),
    "rev": at("rev", A, after=((1,),)),
    "concatenate": (lambda x, y: lax.concatenate([x, y, x], 1), A, B),
    "stack": (lambda x, y: jnp.stack([x, y, x], 1), A, B),
    "unstack": (lambda x: tuple(jnp.unstack(x, axis=1)), A),
    "split": at("split", A, after=((1, 3), 1)),
    "tile": (lambda x: jnp.tile(x, (2, 3)), A),
    "pad": at("pad", A, np.array(0.5), after=([(1, -1, 2), (-1, 2, 0)],)),
    "slice": at("slice", A, after=((0, 1), (3, 4), (2, 2))),
    "dynamic_slice": at("dynamic_slice", A, after=((2, 1), (2, 2))),
    "dynamic_update_slice": at("dynamic_update_slice", A, B[:2, :2],
                               after=((2, 2),)),
    "gather": (lambda x: lax.gather(x, PICK, FORWARD, (1, 4)), A),
    "scatter": (lambda x, u: lax.scatter(
        x, PICK[:2], u, BACK, unique_indices=True), A, B[:2]),
    **{name: (lambda x, u, name=name: getattr(lax, name)(
        x, PICK, u, BACK), A, B)
       for name in ("scatter_add", "scatter_sub", "scatter_min",
                    "scatter_max")},
    "scatter_mul": (lambda x, u: lax.scatter_mul(
        x, PICK[:2], u, BACK, unique_indices=True), A, B[:2]),
    **{name: at(name, TIES, after=((0,),)) for name in [
        "reduce_sum", "reduce_prod", "reduce_max", "reduce_min"]},
    "argmax": at("argmax", A, after=(0, np.int32)),
    **{name: at(name, TIES, axis=1) for name in [
        "cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp"]},
    "sort": at("sort", A, dimension=0),
    "sort:keys": (lambda x, y: lax.sort([x, y], num_keys=1), A, B),
    "top_k": (lambda x: lax.top_k(x, 2), A),
    "dot_general": at("dot_general", A, B,
                      after=((((1,), (1,)), ((0,), (0,))),)),
}


@pytest.mark.parametrize("name", ATOMS)
def test_linearize_is_jvp(name):
    f, *args = ATOMS[name]
    t, u = [[rng.normal(size=x.shape).astype(x.dtype) for x in args]
            for _ in range(2)]
    out, f_jvp = mj.linearize(f, *args)
    check_jaxpr(f_jvp.jaxpr)
    want, dot = mj.jvp(f, args, t)
    same(out, want)
    same(f_jvp(*t), dot)
    both = f_jvp(*[2 * a - 3 * b for a, b in zip(t, u)])
    same(both, mj.tree.map(
        lambda a, b: a if a.dtype == mj.float0 else 2 * a - 3 * b,
        f_jvp(*t), f_jvp(*u)), atol=1e-5 if name.startswith("conv") else 1e-9)


def same(a, b, atol=1e-12):
    assert mj.tree.structure(a) == mj.tree.structure(b)
    for x, y in zip(mj.tree.leaves(a), mj.tree.leaves(b)):
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        if x.dtype != mj.float0:
            np.testing.assert_allclose(x, y, rtol=1e-12, atol=atol)


@pytest.mark.parametrize("name", ATOMS)
def test_each_operand_alone(name):
    """The others stand still: no tangent of theirs is in the program."""
    f, *args = ATOMS[name]
    for k in range(len(args) if len(args) > 1 else 0):
        def alone(x, k=k):
            return f(*args[:k], x, *args[k + 1:])
        t = rng.normal(size=args[k].shape).astype(args[k].dtype)
        _, f_jvp = mj.linearize(alone, args[k])
        same(f_jvp(t), mj.jvp(alone, (args[k],), (t,))[1])
