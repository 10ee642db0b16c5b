"""jvp against JAX's: values, dtypes and tangents, in 32 and in 64 bits.

Every primitive, some forty programs of jax.numpy, and the points where a
derivative is a matter of convention.
"""

import importlib

import numpy as np
import pytest

import minijax
from minijax import core, forward
from minijax import numpy as mnp

jax = pytest.importorskip("jax")
jnp = importlib.import_module("jax.numpy")

rng = np.random.default_rng(5)
X = np.array([-1.7, -0.6, 0.3, 1.2, 2.5])
Y = np.array([0.8, -1.1, 0.9, -2.0, 1.4])
UNIT = np.array([-0.9, -0.4, 0.1, 0.5, 0.8])
POSITIVE = np.array([0.2, 0.7, 1.3, 2.4, 5.0])
A, B = rng.normal(size=(2, 3, 4))
S = rng.normal(size=(3, 3))
Z = X + 1j * Y
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [0.0, -1.0, 0.0]])
ZEROS = np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 5.0], [1.0, -2.0, 4.0]])
WHERE = np.array([True, False, True, True, False])
PICK, ONCE = np.array([[2], [0], [2]]), np.array([[2], [0]])
BIT = (np.array([5, 9, -3]),)


def gather(J, x):
    return J.lax.gather(x, PICK, J.lax.GatherDimensionNumbers(
        (1,), (0,), (0,)), (1, 4))


def scatter(name, index, **flags):
    def f(J, x, u):
        dims = J.lax.ScatterDimensionNumbers((1,), (0,), (0,))
        return getattr(J.lax, name)(x, index, u, dims, **flags)
    return f


def lax(name, *operands, after=(), **params):
    """lax.name on operands, then the arguments that are no operands."""
    def f(J, *xs):
        return getattr(J.lax, name)(*xs, *after, **params)
    return f, *operands


# a key names the primitive; what follows a colon tells cases apart
PRIMITIVES = {
    **{name: lax(name, X) for name in [
        "neg", "sign", "floor", "ceil", "exp", "exp2", "expm1", "cbrt",
        "sin", "cos", "atan", "sinh", "cosh", "tanh", "asinh", "logistic",
        "erf", "erfc", "is_finite", "abs", "square"]},
    **{name: lax(name, POSITIVE) for name in [
        "log", "log1p", "sqrt", "rsqrt", "lgamma", "digamma"]},
    **{name: lax(name, UNIT) for name in [
        "tan", "asin", "acos", "atanh", "erf_inv"]},
    **{f"{name}:complex": lax(name, Z) for name in [
        "neg", "exp", "expm1", "log", "sqrt", "rsqrt", "sin", "cos", "tanh",
        "logistic", "abs", "square", "real", "imag", "conj"]},
    "acosh": lax("acosh", 1 + POSITIVE),
    "round": lax("round", X),
    "round:even": (lambda J, x: J.lax.round(
        x, J.lax.RoundingMethod.TO_NEAREST_EVEN), X),
    **{name: lax(name, X, Y) for name in [
        "add", "sub", "mul", "div", "rem", "max", "min", "atan2", "complex",
        "eq", "ne", "lt", "le", "gt", "ge"]},
    **{f"{name}:one size": lax(name, X[:, None], Y[None]) for name in [
        "add", "sub", "mul", "div", "rem", "max", "min", "atan2"]},
    "max:ties": lax("max", TIES, TIES[::-1]),
    "min:ties": lax("min", TIES, TIES[::-1]),
    "pow": lax("pow", POSITIVE, Y),
    "pow:integers": lax("pow", X, after=(np.array([3, 2, 0, -1, 4]),)),
    **{f"integer_pow:{n}": lax("integer_pow", X, after=(n,))
       for n in (-3, -1, 0, 1, 2, 5)},
    "nextafter": None,  # refused
    **{name: None for name in [  # of integers alone
        "and", "or", "xor", "not", "shift_left", "shift_right_arithmetic",
        "shift_right_logical", "population_count", "clz", "reduce_and",
        "reduce_or", "reduce_xor", "iota"]},
    "select_n": (lambda J, x, y: J.lax.select_n(WHERE, x, y), X, Y),
    "clamp": lax("clamp", Y, X, 0.5 + abs(Y)),
    "convert_element_type": lax("convert_element_type", X,
                                after=(np.float16,)),
    "convert_element_type:int": lax("convert_element_type", X,
                                    after=(np.int32,)),
    "bitcast_convert_type": (lambda J, x: J.lax.bitcast_convert_type(
        x, np.dtype(f"i{x.dtype.itemsize}")), X),
    "broadcast_in_dim": lax("broadcast_in_dim", A,
                            after=((2, 3, 4), (1, 2))),
    "reshape": lax("reshape", A, after=((2, 6),)),
    "transpose": lax("transpose", A, after=((1, 0),)),
    "squeeze": lax("squeeze", A[:1], after=((0,),)),
    "rev": lax("rev", A, after=((1,),)),
    "concatenate": (lambda J, x, y: J.lax.concatenate([x, y, x], 1), A, B),
    "stack": (lambda J, x, y: J.numpy.stack([x, y, x], 1), A, B),
    "unstack": (lambda J, x: tuple(J.numpy.unstack(x, axis=1)), A),
    "split": lax("split", A, after=((1, 3), 1)),
    "tile": (lambda J, x: J.numpy.tile(x, (2, 3)), A),
    "pad": lax("pad", A, np.array(0.5), after=([(1, -1, 2), (-1, 2, 0)],)),
    "slice": lax("slice", A, after=((0, 1), (3, 4), (2, 2))),
    "dynamic_slice": lax("dynamic_slice", A, after=((2, 1), (2, 2))),
    "dynamic_update_slice": lax("dynamic_update_slice", A, B[:2, :2],
                                after=((2, 2),)),
    "gather": (gather, A),
    "scatter": (scatter("scatter", ONCE, unique_indices=True), A, B[:2]),
    **{f"scatter-{n}": (scatter(f"scatter_{n}", PICK), A, B)
       for n in ("add", "sub", "min", "max")},
    "scatter-max:ties": (scatter("scatter_max", PICK), np.round(A),
                         np.round(B)),
    "scatter-mul": (scatter("scatter_mul", ONCE, unique_indices=True), A,
                    B[:2]),
    "reduce_sum": lax("reduce_sum", A, after=((0,),)),
    "reduce_prod": lax("reduce_prod", A, after=((0, 1),)),
    "reduce_prod:zeros": lax("reduce_prod", ZEROS, after=((1,),)),
    "reduce_max": lax("reduce_max", A, after=((0,),)),
    "reduce_min:ties": lax("reduce_min", TIES, after=((1,),)),
    "reduce_max:ties": lax("reduce_max", TIES, after=((0, 1),)),
    "reduce_min": lax("reduce_min", A, after=((1,),)),
    "argmax": lax("argmax", A, after=(0, np.int32)),
    "argmin": lax("argmin", A, after=(1, np.int32)),
    **{f"{name}:{back}": lax(name, x, axis=1, reverse=back)
       for name, x in [("cumsum", A), ("cumprod", ZEROS), ("cummax", TIES),
                       ("cummin", TIES), ("cumlogsumexp", TIES)]
       for back in (False, True)},
    "sort": lax("sort", A, dimension=0),
    "sort:keys": (lambda J, x, y: J.lax.sort([x, y], num_keys=1), A, B),
    "sort:ties": (lambda J, x, y: J.lax.sort([x, y], num_keys=1,
                                             is_stable=True), TIES, ZEROS),
    "top_k": (lambda J, x: J.lax.top_k(x, 2), A),
    "dot_general": lax("dot_general", A, B,
                       after=((((1,), (1,)), ((0,), (0,))),)),
}

PROGRAMS = {
    "logistic regression": (lambda J, w, x, b: J.numpy.sum(J.numpy.log(
        1 / (1 + J.numpy.exp(-(x @ w + b))))), A[0], B, np.array(0.3)),
    "layer": (lambda J, W, b: J.numpy.tanh(W @ b + 1), A, A[1]),
    "outer": (lambda J, x, y: J.numpy.outer(x, y), X, Y),
    "einsum": (lambda J, x, y: J.numpy.einsum("ij,kj->ik", x, y), A, B),
    "tensordot": (lambda J, x, y: J.numpy.tensordot(x, y, 1), A, B.T),
    "trace": (lambda J, x: J.numpy.trace(x @ x.T), A),
    "mean": (lambda J, x: J.numpy.mean(x, axis=0), A),
    "var": (lambda J, x: J.numpy.var(x, axis=1, ddof=1), A),
    "std": (lambda J, x: J.numpy.std(x), A),
    "norm": (lambda J, x: J.numpy.sqrt(J.numpy.vdot(x, x)), A),
    "logsumexp": (lambda J, x: J.numpy.log(J.numpy.sum(J.numpy.exp(x))), A),
    "logaddexp": (lambda J, x, y: J.numpy.logaddexp(x, y), X, Y),
    "logaddexp at ties": (lambda J, x, y: J.numpy.logaddexp(x, y), X, X),
    "logaddexp2": (lambda J, x, y: J.numpy.logaddexp2(x, y), X, X),
    "where": (lambda J, x, y: J.numpy.where(x > 0, x * y, y), X, Y),
    "clip": (lambda J, x: J.numpy.clip(x, -1, 1), X),
    "maximum": (lambda J, x, y: J.numpy.maximum(x, y), TIES, TIES.T),
    "sinc": (lambda J, x: J.numpy.sinc(x), np.array([0.0, 0.5, -1.3])),
    "hypot": (lambda J, x, y: J.numpy.hypot(x, y), X, Y),
    "power": (lambda J, x: x ** 3 + x ** -2 + x ** 0, X),
    "power of weak": (lambda J, x: x ** 2.5 + 2.0 ** x, POSITIVE),
    "arctan2": (lambda J, x, y: J.numpy.arctan2(x, y), X, Y),
    "floor divide": (lambda J, x, y: x // y + x % y, X, Y),
    "divmod": (lambda J, x, y: J.numpy.divmod(x, y), X, Y),
    "modf": (lambda J, x: J.numpy.modf(x), X),
    "cumsum": (lambda J, x: J.numpy.cumsum(x), A),
    "cumprod": (lambda J, x: J.numpy.cumprod(x, axis=1), ZEROS),
    "prod": (lambda J, x: J.numpy.prod(x), ZEROS[0]),
    "max": (lambda J, x: J.numpy.max(x, axis=1, keepdims=True), TIES),
    "median": (lambda J, x: J.numpy.median(x, axis=1), A),
    "sort": (lambda J, x: J.numpy.sort(x, axis=None), A),
    "index": (lambda J, x: x[1, ::-2] * x[0, -1], A),
    "index by arrays": (lambda J, x: x[PICK, np.array([0, 3])], A),
    "at set": (lambda J, x, y: x.at[1].set(y), A, B[0]),
    "at add": (lambda J, x, y: x.at[PICK[:, 0]].add(y), A, B),
    "interp": (lambda J, *xs: J.numpy.interp(*xs), X, POSITIVE, Y),
    "linspace": (lambda J, x, y: J.numpy.linspace(x, y, 5), X, Y),
    "diff": (lambda J, x: J.numpy.diff(x, 2), A),
    "convolve": (lambda J, x, y: J.numpy.convolve(x, y), X, Y),
    "polyval": (lambda J, c, x: J.numpy.polyval(c, x), A[0], X),
    "cross": (lambda J, x, y: J.numpy.cross(x, y), S, S.T),
    "kron": (lambda J, x, y: J.numpy.kron(x, y), S, S.T),
    "tri": (lambda J, x: J.numpy.tril(x) + J.numpy.triu(x, 1) @ x, S),
    "roll": (lambda J, x: J.numpy.roll(x, 2) * x, A),
    "split": (lambda J, x: J.numpy.split(x, 2, axis=1), A),
    "complex": (lambda J, z: J.numpy.abs(z * J.numpy.conj(z) + z), Z),
    "real of complex": (lambda J, x: J.numpy.real(
        J.numpy.exp(1j * x) * x), X),
    "nan_to_num": (lambda J, x: J.numpy.nan_to_num(x), X),
}


@pytest.fixture(params=[32, 64])
def bits(request):
    with jax.enable_x64(request.param == 64), \
            minijax.enable_x64(request.param == 64):
        yield request.param


def narrow(x, bits):
    kind = {"f": f"float{bits}", "c": f"complex{2 * bits}"}[x.dtype.kind]
    return x.astype(kind)


def tangent_like(x, k):
    t = np.cos(1 + k + np.arange(x.size)).reshape(x.shape)
    return (t * (1 + 0.5j) if x.dtype.kind == "c" else t).astype(x.dtype)


def same(ours, theirs, tolerance):
    ours, theirs = (list(map(np.asarray, tree.leaves(x))) for tree, x in
                    [(minijax.tree, ours), (jax.tree, theirs)])
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        if a.dtype != jax.dtypes.float0:
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def compare(f, operands, bits, moving):
    xs = [narrow(x, bits) for x in operands]
    ts = [tangent_like(x, k) for k, x in enumerate(xs)]
    tolerance = 4e-6 if bits == 32 else 2e-13

    def pushed(J):
        def of_some(*some):
            given = dict(zip(moving, some, strict=True))
            return f(J, *[given.get(i, J.numpy.asarray(x))
                          for i, x in enumerate(xs)])
        return J.jvp(of_some, tuple(J.numpy.asarray(xs[i]) for i in moving),
                     tuple(J.numpy.asarray(ts[i]) for i in moving))
    for a, b in zip(pushed(minijax), pushed(jax), strict=True):
        same(a, b, tolerance)


CASES = {**{k: v for k, v in PRIMITIVES.items() if v}, **PROGRAMS}


@pytest.mark.parametrize("name", CASES)
def test_as_jax(name, bits):
    f, *operands = CASES[name]
    compare(f, operands, bits, range(len(operands)))


@pytest.mark.parametrize("name", [n for n in CASES if len(CASES[n]) > 2])
def test_one_operand_as_jax(name, bits):
    f, *operands = CASES[name]
    for i in range(len(operands)):
        compare(f, operands, bits, [i])


@pytest.mark.parametrize("module", [
    "binary", "choice", "convert", "creation", "cumulative", "dot",
    "dynamic_slicing", "elementwise", "gather", "joining", "reduction",
    "scatter", "shape", "slicing", "sorting", "special"])
def test_every_primitive_is_compared(module):
    module = importlib.import_module(f"minijax.lax.{module}")
    compared = {name.partition(":")[0] for name in PRIMITIVES}
    here = {x for x in vars(module).values() if isinstance(x, core.Primitive)}
    assert {p.name for p in here} <= compared
    assert here <= set(forward.jvp_rules)


EDGES = {
    "abs": 0.0, "sqrt": 0.0, "log": 0.0, "rsqrt": 0.0, "cbrt": 0.0,
    "log1p": -1.0, "asin": 1.0, "acos": -1.0, "acosh": 1.0, "atanh": 1.0,
    "tanh": 40.0, "logistic": -800.0, "exp": 800.0, "erf": 30.0,
    "erf_inv": 1.0, "lgamma": 0.0, "sign": 0.0, "floor": 1.0, "round": 0.5,
    "square": 1e300, "sin": np.inf, "expm1": -800.0}


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("t", [1.0, 0.0])
def test_edges_as_jax(name, t):
    with jax.enable_x64(True):
        x, t = np.float64(EDGES[name]), np.float64(t)
        for a, b in zip(minijax.jvp(getattr(minijax.lax, name), (x,), (t,)),
                        jax.jvp(getattr(jax.lax, name), (x,), (t,)),
                        strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.parametrize("x, y", [
    (0.0, 2.0), (0.0, 1.0), (0.0, 0.5), (0.0, 0.0), (1.0, 0.0), (-1.0, 2.0),
    (2.0, -1.0), (0.0, -1.0), (np.inf, 0.0)])
def test_pow_at_edges_as_jax(x, y):
    with jax.enable_x64(True):
        xy, one = (np.float64(x), np.float64(y)), (np.float64(1),) * 2
        for t in (one, (one[0], 0 * one[0]), (0 * one[0], one[0])):
            for a, b in zip(minijax.jvp(minijax.lax.pow, xy, t),
                            jax.jvp(jax.lax.pow, xy, t), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-13)


def test_nested_as_jax():
    def f(J, x):
        def inner(y):
            return J.numpy.sin(x * y) * x

        def slope(y):
            return J.jvp(inner, (y,), (x,))[1]
        return J.jvp(slope, (x * x,), (x,))[1]
    with jax.enable_x64(True), minijax.enable_x64():
        same(minijax.jvp(lambda x: f(minijax, x), (0.7,), (1.0,)),
             jax.jvp(lambda x: f(jax, x), (0.7,), (1.0,)), 1e-13)


@pytest.mark.parametrize("primals, tangents", [
    (3.0, 1.0), ((3.0,), (1.0, 2.0)), ((3.0,), (1,)), ((3,), (1,)),
    ((np.ones(3, "f4"),), (np.ones(2, "f4"),)), (("text",), (1.0,))])
def test_refused_as_jax(primals, tangents):
    kinds = []
    for J in (minijax, jax):
        with pytest.raises((TypeError, ValueError)) as caught:
            J.jvp(lambda x: x * 2, primals, tangents)
        kinds.append(TypeError if issubclass(caught.type, TypeError)
                     else ValueError)
    assert kinds[0] is kinds[1]


def test_weak_types_as_jax():
    for x in (2.0, np.float32(2), np.float16(2)):
        for f in (lambda J, x: J.numpy.sin(x) * 2, lambda J, x: x ** 2 / 3,
                  lambda J, x: J.numpy.maximum(x, 1.5)):
            t = mnp.ones_like(x)
            ours = minijax.jvp(lambda x: f(minijax, x), (x,), (t,))  # noqa
            theirs = jax.jvp(lambda x: f(jax, x), (x,),   # noqa: B023
                             (jnp.ones_like(x),))
            for a, b in zip(ours, theirs, strict=True):
                assert (a.dtype, a.weak_type) == (b.dtype, b.weak_type)
