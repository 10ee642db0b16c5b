"""Programs in tiles and by NumPy's best calls give what eager code gives."""

import numpy as np
import pytest

import minijax as mj
from atoms import ATOMS
from minijax import compiler, lax, tiles
from minijax import numpy as jnp
from programs import judge, program, result, run


@pytest.fixture(autouse=True, params=["tiles", "lines"])
def tiny_tiles(request, monkeypatch):
    """Everything that can be is cut into tiles of a few elements."""
    if request.param == "tiles":
        monkeypatch.setattr(tiles, "LARGE", 1)
        monkeypatch.setattr(compiler, "TILE", 7)


def same(got, want):
    """Bit for bit, but for which NaN it is."""
    for g, w in zip(mj.tree.leaves(got), mj.tree.leaves(want), strict=True):
        assert (g.shape, g.dtype, g.weak_type) == (
            w.shape, w.dtype, w.weak_type)
        np.testing.assert_array_equal(np.asarray(g), np.asarray(w))
        if g.dtype.kind == "f":
            g, w = np.asarray(g), np.asarray(w)
            there = ~np.isnan(w)
            np.testing.assert_array_equal(np.signbit(g)[there],
                                          np.signbit(w)[there])


@pytest.mark.parametrize("name", ATOMS)
def test_every_atom(name):
    """The atom, and a chain around it, so that there is a region."""
    f, *xs = ATOMS[name]
    xs = [jnp.asarray(x) for x in xs]

    def chained(*xs):
        outs = mj.tree.leaves(f(*xs))
        return [(-(x * 2) if x.dtype.kind in "fc" else x) for x in outs]
    same(mj.jit(lambda *xs: f(*xs))(*xs), f(*xs))
    same(mj.jit(lambda *xs: chained(*xs))(*xs), chained(*xs))


SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-310,
                    -1e-45, 0.5, 3.0, 1e300])
ELEMENTWISE = (
    "neg sign abs floor ceil exp exp2 log1p expm1 square sqrt rsqrt sin cos "
    "tan tanh log logistic is_finite erf").split()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_special_values(name, dtype):
    with np.errstate(all="ignore"):
        x = jnp.asarray(SPECIAL.astype(dtype))
    f = getattr(lax, name)

    def chain(x):
        y = f(x)
        return y if y.dtype == bool else (y * 1.0 + -0.0) / 1
    same(mj.jit(chain)(x), chain(x))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "complex64"])
@pytest.mark.parametrize("op", ["add", "sub", "mul", "div", "max", "eq"])
def test_special_pairs(op, dtype):
    with np.errstate(all="ignore"):
        x, y = (v.astype(dtype) for v in np.meshgrid(
            SPECIAL if dtype != "int32" else np.arange(-5, 7), SPECIAL
            if dtype != "int32" else np.arange(-5, 7)))
    f = getattr(lax, op)
    same(mj.jit(lambda x, y: -f(f(x, y) * 1, y) if op != "eq" else f(x, y))(
        x, y), -f(f(jnp.asarray(x), jnp.asarray(y)) * 1, jnp.asarray(y))
        if op != "eq" else f(jnp.asarray(x), jnp.asarray(y)))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (1,), (7,), (8, 1),
                                   (5, 9), (2, 3, 4)])
def test_shapes(shape):
    x = jnp.asarray(np.random.default_rng(0).normal(size=shape))

    def f(x):
        y = jnp.where(x > 0, jnp.sin(x) * 2, x**3) + x.sum()
        return y, y.sum(), (y / 2).T
    got, want = mj.jit(f)(x), f(x)
    for g, w in zip(got, want, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-12)


def test_a_sum_over_no_axes():
    x = jnp.ones((2, 3))
    same(mj.jit(lambda x: lax.reduce_sum(x, ()))(x), x)


def test_rows_and_columns_are_stretched_in_tiles():
    x, row, column = (np.random.default_rng(1).normal(size=s)
                      for s in ((5, 9), (9,), (5, 1)))

    def f(x, row, column):
        return jnp.tanh((x + row) * column - row) / (1 + column**2)
    np.testing.assert_allclose(
        mj.jit(f)(x, row, column), f(*map(jnp.asarray, (x, row, column))),
        rtol=1e-15)


def test_an_input_and_a_transposed_view_are_not_written_to():
    x = jnp.asarray(np.arange(30.0).reshape(5, 6))

    @mj.jit
    def f(x):
        y = x.T
        z = jnp.exp(-y) + y
        return x, y, z, z * 2
    before = np.array(x)
    first = f(x)
    kept = [np.array(v) for v in first]
    f(x + 1)
    np.testing.assert_array_equal(x, before)
    for v, w in zip(first, kept):
        np.testing.assert_array_equal(v, w)


@pytest.mark.parametrize("seed", range(40))
def test_random_programs(seed):
    import random
    choose = random.Random(seed).choice
    steps = program(lambda options: choose(list(options)))
    ways = [choose(["grad", "jvp", "vmap", "linearize", "vjp"])
            for _ in range(seed % 3)]
    f = run(steps, mj)
    with mj.enable_x64():
        judge(result(mj, f, [*ways, "jit"]), result(mj, f, ways),
              mj.tree.leaves, 1e-2 if "narrow" in str(steps) else 1e-9)


@pytest.mark.parametrize("dtype", ["int8", "int32", "uint8", "float16",
                                   "float32", "complex64"])
def test_a_sum_that_closes_a_region_keeps_its_dtype(dtype):
    """NumPy widens sums of small integers, and the program must not."""
    x = jnp.asarray(np.arange(300) % 7).astype(dtype)

    def f(x):
        y = x * x + x
        return lax.reduce_sum(y, (0,)), y
    same(mj.jit(f)(x), f(x))
