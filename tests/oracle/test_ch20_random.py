"""The same keys give JAX's own bits, and its floats to rounding."""

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as mnp
from minijax import random

jax = pytest.importorskip("jax")

SEEDS = [0, 123456789]
SHAPES = [(), (1,), (7,), (3, 4), (0,), (2, 0, 3)]


@pytest.fixture(params=[False, True], ids=["x32", "x64"])
def x64(request):
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", request.param)
    with mj.enable_x64(request.param):
        yield request.param
    jax.config.update("jax_enable_x64", before)


def both(draw):
    return draw(random, mnp, mj), draw(jax.random, jax.numpy, jax)


def words(x, library):
    """Numbers; of keys, their words."""
    keys = str(x.dtype) == "key<fry>"
    return np.asarray(library.key_data(x) if keys else x)


def same(draw, rtol=0.0, atol=0.0):
    ours, theirs = map(words, both(draw), (random, jax.random))
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    if rtol or atol:
        np.testing.assert_allclose(ours, theirs, rtol, atol)
    else:
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("seed", [*SEEDS, -1, 2**40 + 3, -2**63])
def test_seeds(x64, seed):
    same(lambda r, n, m: r.PRNGKey(seed))
    same(lambda r, n, m: r.key(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_seeds_as_arrays(x64, seed):
    for dtype in ("int32", "uint32", "int64"):
        x = np.asarray(seed, dtype)
        same(lambda r, n, m, x=x: m.jit(r.PRNGKey)(x))


@pytest.mark.parametrize("seed", SEEDS)
def test_split_and_fold_in(x64, seed):
    for num in (1, 2, 5, (2, 3), ()):
        same(lambda r, n, m, num=num: r.split(r.key(seed), num))
    for data in (0, 7, 2**32 - 1, np.int32(5), np.int32(-5)):
        same(lambda r, n, m, i=data: r.fold_in(r.PRNGKey(seed), i))
    same(lambda r, n, m: r.split(r.PRNGKey(seed), 3))


@pytest.mark.parametrize("dtype", [None, "uint8", "uint16", "uint32",
                                   "uint64"])
def test_bits(x64, dtype):
    if dtype == "uint64" and not x64:
        pytest.skip("JAX has no uint64 then")
    for shape in SHAPES:
        same(lambda r, n, m, s=shape: r.bits(r.key(3), s, dtype))


@pytest.mark.parametrize("shape", SHAPES)
def test_uniform(x64, shape):
    for dtype in (None, "float16", "float32"):
        same(lambda r, n, m, d=dtype: r.uniform(r.key(3), shape, d))
    same(lambda r, n, m: r.uniform(r.key(3), shape, minval=-2, maxval=5.5),
         1e-6, 1e-6)


SAMPLERS = {
    "normal": lambda r, n, k: r.normal(k, (500,)),
    "normal 32": lambda r, n, k: r.normal(k, (500,), "float32"),
    "complex": lambda r, n, k: r.normal(k, (50,), complex),
    "exponential": lambda r, n, k: r.exponential(k, (500,)),
    "laplace": lambda r, n, k: r.laplace(k, (500,)),
    "logistic": lambda r, n, k: r.logistic(k, (500,)),
    "cauchy": lambda r, n, k: r.cauchy(k, (500,)),
    "gumbel": lambda r, n, k: r.gumbel(k, (500,)),
    "gumbel high": lambda r, n, k: r.gumbel(k, (500,), mode="high"),
    "truncated": lambda r, n, k: r.truncated_normal(
        k, -1.0, np.array([0.5, 2.0, 9.0]), (40, 3)),
    "truncated shape": lambda r, n, k: r.truncated_normal(
        k, np.array([[-1.0], [0.0]]), np.array([0.5, 2.0, 9.0])),
    "gamma": lambda r, n, k: r.gamma(k, np.array([0.1, 0.5, 1.0, 2.5, 40.0]),
                                     (60, 5)),
    "loggamma": lambda r, n, k: r.loggamma(k, np.array([0.01, 0.5, 3.0]),
                                           (60, 3)),
    "beta": lambda r, n, k: r.beta(k, 0.5, np.array([0.5, 2.0]), (50, 2)),
    "dirichlet": lambda r, n, k: r.dirichlet(k, np.array([0.5, 2.0, 3.0])),
    "dirichlet shape": lambda r, n, k: r.dirichlet(
        k, np.array([0.5, 2.0, 3.0]), (4, 2)),
    "generalized": lambda r, n, k: r.generalized_normal(k, 1.5, (40,)),
    "ball": lambda r, n, k: r.ball(k, 3, shape=(20,)),
    "multivariate 32": lambda r, n, k: r.multivariate_normal(
        k, np.array([1.0, 2.0], "float32"),
        np.array([[2.0, 0.3], [0.3, 1.0]], "float32"), (20,), "float32"),
    "multivariate eigh 32": lambda r, n, k: abs(r.multivariate_normal(
        k, np.zeros(2, "float32"), np.eye(2, dtype="float32"), (20,),
        method="eigh")),
    "orthogonal": lambda r, n, k: r.orthogonal(k, 3, (2,)),
    "orthogonal 2 by 4": lambda r, n, k: r.orthogonal(k, 2, m=4),
    "ball 1": lambda r, n, k: r.ball(k, 2, 1.0, (20,)),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_floats(x64, name):
    draw = SAMPLERS[name]
    rtol = 1e-9 if x64 and "32" not in name else 2e-5
    same(lambda r, n, m: m.jit(lambda k: draw(r, n, k))(r.PRNGKey(5)),
         rtol, rtol)


EXACT = {
    "randint": lambda r, n, k: r.randint(k, (300,), -7, 1000),
    "randint empty": lambda r, n, k: r.randint(k, (5,), 3, 3),
    "randint all": lambda r, n, k: r.randint(
        k, (50,), -2**31, 2**31 - 1, "int32"),
    "randint bounds": lambda r, n, k: r.randint(
        k, (50, 2), n.array([0, -5]), n.array([2, 100000])),
    "randint float": lambda r, n, k: r.randint(k, (9,), 0.5, 7.9),
    "bernoulli": lambda r, n, k: r.bernoulli(k, 0.3, (200,)),
    "bernoulli p": lambda r, n, k: r.bernoulli(k, n.linspace(0, 1, 9)),
    "bernoulli high": lambda r, n, k: r.bernoulli(k, 0.3, (200,), "high"),
    "rademacher": lambda r, n, k: r.rademacher(k, (200,)),
    "rademacher f": lambda r, n, k: r.rademacher(k, (2, 3), "float32"),
    "permutation": lambda r, n, k: r.permutation(k, 100),
    "permutation 2": lambda r, n, k: r.permutation(
        k, n.arange(24).reshape(4, 6), axis=1),
    "independent": lambda r, n, k: r.permutation(
        k, n.arange(24).reshape(4, 6), axis=1, independent=True),
    "choice": lambda r, n, k: r.choice(k, 9, (20,)),
    "choice one": lambda r, n, k: r.choice(k, n.arange(5) * 10),
    "choice rows": lambda r, n, k: r.choice(
        k, n.arange(24).reshape(4, 6), (3, 2), axis=1),
    "choice none": lambda r, n, k: r.choice(k, 9, (0,)),
    "choice apart": lambda r, n, k: r.choice(k, 9, (3, 2), replace=False),
    "choice rows apart": lambda r, n, k: r.choice(
        k, n.arange(24).reshape(4, 6), (2, 3), replace=False, axis=1),
    "choice p": lambda r, n, k: r.choice(
        k, 3, (40,), p=n.array([0.2, 0.5, 0.3])),
    "choice p apart": lambda r, n, k: r.choice(
        k, n.arange(3) * 2, (2,), replace=False, p=n.array([0.2, 0.5, 0.3])),
    "categorical": lambda r, n, k: r.categorical(
        k, n.log(n.array([0.2, 0.5, 0.3])), shape=(60,)),
    "categorical 2": lambda r, n, k: r.categorical(
        k, n.arange(6.0).reshape(2, 3), axis=0),
    "categorical 3": lambda r, n, k: r.categorical(
        k, n.arange(6.0).reshape(2, 3), axis=1, shape=(5, 2)),
    "categorical apart": lambda r, n, k: r.categorical(
        k, n.arange(10.0).reshape(2, 5), shape=(3, 2), replace=False),
    "poisson": lambda r, n, k: r.poisson(k, 3.5, (200,)),
    "poisson many": lambda r, n, k: r.poisson(
        k, n.array([0.0, 0.1, 9.0, 11.0, 500.0]), (40, 5)),
}


@pytest.mark.parametrize("name", EXACT)
def test_integers(x64, name):
    draw = EXACT[name]
    same(lambda r, n, m: m.jit(lambda k: draw(r, n, k))(r.key(5)))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16",
                                   "uint32", "int64", "uint64"])
def test_widths_of_randint(x64, dtype):
    if "64" in dtype and not x64:
        pytest.skip("JAX has no 64-bit integers then")
    info = np.iinfo(dtype)
    for low, high in ((0, 100), (info.min, info.max), (-5, 300), (7, 7)):
        if -2**31 <= low and high < 2**31:
            same(lambda r, n, m, low=low, high=high: r.randint(
                r.key(1), (64,), low, high, dtype))


@pytest.mark.parametrize("name", ["normal", "gamma", "dirichlet", "ball",
                                  "truncated"])
def test_vmap(name):
    draw = SAMPLERS[name]
    same(lambda r, n, m: m.vmap(lambda k: draw(r, n, k))(
        r.split(r.key(2), 3)), 2e-5, 2e-5)


@pytest.mark.parametrize("name", ["randint", "permutation", "choice p",
                                  "categorical", "poisson many"])
def test_vmap_of_integers(name):
    draw = EXACT[name]
    same(lambda r, n, m: m.vmap(lambda k: draw(r, n, k))(
        r.split(r.key(2), 3)))
    same(lambda r, n, m: m.vmap(lambda i: draw(r, n, r.fold_in(
        r.PRNGKey(2), i)))(n.arange(3)))


GRADS = {
    "uniform": lambda r, n, k, p: r.uniform(k, (20,), minval=p, maxval=2 * p),
    "normal": lambda r, n, k, p: p + p * p * r.normal(k, (20,)),
    "truncated": lambda r, n, k, p: r.truncated_normal(k, -p, 2 * p, (20,)),
    "gamma": lambda r, n, k, p: r.gamma(k, p, (30,)),
    "gamma small": lambda r, n, k, p: r.gamma(k, 0.05 * p, (30,)),
    "gamma large": lambda r, n, k, p: r.gamma(k, 300 * p, (30,)),
    "loggamma": lambda r, n, k, p: r.loggamma(k, p, (30,)),
    "beta": lambda r, n, k, p: r.beta(k, p, 1.5, (30,)),
    "multivariate": lambda r, n, k, p: r.multivariate_normal(
        k, p * np.ones(2), p * np.array([[2.0, 0.3], [0.3, 1.0]])),
    "dirichlet": lambda r, n, k, p: r.dirichlet(
        k, p * np.array([0.5, 1.0, 2.0])),
    "generalized": lambda r, n, k, p: r.generalized_normal(k, p, (20,)),
}


@pytest.mark.parametrize("name", GRADS)
def test_gradients(name):
    draw = GRADS[name]
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    with mj.enable_x64():
        same(lambda r, n, m: m.jacfwd(lambda p: draw(r, n, r.key(4), p))(1.3),
             1e-6, 1e-9)
    jax.config.update("jax_enable_x64", before)


def test_repr():
    for draw in (lambda r: r.key(42), lambda r: r.split(r.key(0), 3),
                 lambda r: r.split(r.key(0), (2, 1))):
        assert repr(draw(random)) == repr(draw(jax.random))
        assert draw(random).shape == draw(jax.random).shape
        assert str(draw(random).dtype) == str(draw(jax.random).dtype)


REFUSED = [
    lambda r, n, m: r.split(3.0),
    lambda r, n, m: r.uniform(n.zeros(3)),
    lambda r, n, m: r.uniform(n.arange(2)),
    lambda r, n, m: r.uniform(n.zeros((3, 2), "uint32")),
    lambda r, n, m: r.uniform(r.split(r.key(0))),
    lambda r, n, m: r.split(r.split(r.key(0))),
    lambda r, n, m: r.uniform(r.key(0), (3,), int),
    lambda r, n, m: r.normal(r.key(0), (3,), int),
    lambda r, n, m: r.bits(r.key(0), (3,), "int32"),
    lambda r, n, m: r.key(1.5),
    lambda r, n, m: r.key(n.arange(3)),
    lambda r, n, m: r.key(r.key(0)),
    lambda r, n, m: r.key(2**63),
    lambda r, n, m: r.key(0, impl="xorshift"),
    lambda r, n, m: r.fold_in(r.key(0), n.arange(3)),
    lambda r, n, m: r.fold_in(r.key(0), -1),
    lambda r, n, m: bool(r.key(0)),
    lambda r, n, m: len(r.key(0)),
    lambda r, n, m: list(r.key(0)),
    lambda r, n, m: r.key(0)[0],
    lambda r, n, m: r.key(0) + 1,
    lambda r, n, m: n.sin(r.key(0)),
    lambda r, n, m: np.asarray(r.key(0)),
    lambda r, n, m: float(r.key(0)),
    lambda r, n, m: r.randint(r.key(0), (3,), 0, 5, float),
    lambda r, n, m: r.bernoulli(r.key(0), 1),
    lambda r, n, m: r.bernoulli(r.key(0), 0.5, mode="medium"),
    lambda r, n, m: r.gumbel(r.key(0), mode="medium"),
    lambda r, n, m: r.choice(r.key(0), 5, (6,), replace=False),
    lambda r, n, m: r.choice(r.key(0), 0),
    lambda r, n, m: r.choice(r.key(0), 3, p=n.ones(2)),
    lambda r, n, m: r.permutation(r.key(0), 3.0),
    lambda r, n, m: r.categorical(r.key(0), n.ones((2, 3)), shape=(3,)),
    lambda r, n, m: r.categorical(r.key(0), n.ones(2), shape=(3,),
                                  replace=False),
    lambda r, n, m: r.dirichlet(r.key(0), 1.0),
    lambda r, n, m: m.grad(lambda k: 1.0)(r.PRNGKey(0)),
    lambda r, n, m: m.jit(r.permutation)(r.key(0), 5),
    lambda r, n, m: r.uniform(r.key(0), (-1,)),
]


@pytest.mark.parametrize("i", range(len(REFUSED)))
def test_refusals(i):
    with pytest.raises(Exception) as theirs:
        REFUSED[i](jax.random, jax.numpy, jax)
    with pytest.raises(Exception) as ours:
        REFUSED[i](random, mnp, mj)
    if theirs.type.__name__ != "MLIRError":
        assert ours.type.__name__ == theirs.type.__name__
