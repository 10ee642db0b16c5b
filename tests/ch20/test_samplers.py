"""Samples against the closed forms of their distributions."""

import math

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp
from minijax import random
from minijax.random.floats import mantissa

KEY = random.key(20)
N = 4000
PI, EULER = math.pi, 0.5772156649015329


def phi(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


# draw(key, shape), distribution function
DISTRIBUTIONS = {
    "uniform": (random.uniform, lambda x: x),
    "uniform -2 3": (lambda k, s: random.uniform(k, s, None, -2, 3),
                     lambda x: (x + 2) / 5),
    "normal": (random.normal, phi),
    "exponential": (random.exponential, lambda x: -math.expm1(-x)),
    "laplace": (random.laplace, lambda x: 0.5 + math.copysign(
        0.5 * -math.expm1(-abs(x)), x)),
    "logistic": (random.logistic, lambda x: 1 / (1 + math.exp(-x))),
    "cauchy": (random.cauchy, lambda x: 0.5 + math.atan(x) / PI),
    "gumbel": (random.gumbel, lambda x: math.exp(-math.exp(-x))),
    "gumbel high": (lambda k, s: random.gumbel(k, s, mode="high"),
                    lambda x: math.exp(-math.exp(-x))),
    "truncated": (lambda k, s: random.truncated_normal(k, -1, 2, s),
                  lambda x: (phi(x) - phi(-1)) / (phi(2) - phi(-1))),
    "gamma 1": (lambda k, s: random.gamma(k, 1.0, s),
                lambda x: -math.expm1(-x)),
    "gamma 0.5": (lambda k, s: random.gamma(k, 0.5, s),
                  lambda x: math.erf(math.sqrt(x))),
    "gamma 3": (lambda k, s: random.gamma(k, 3.0, s),
                lambda x: 1 - math.exp(-x) * (1 + x + x * x / 2)),
    "loggamma": (lambda k, s: random.loggamma(k, 0.5, s),
                 lambda x: math.erf(math.exp(x / 2))),
    "beta 2 1": (lambda k, s: random.beta(k, 2.0, 1.0, s),
                 lambda x: x * x),
    "beta arcsine": (lambda k, s: random.beta(k, 0.5, 0.5, s),
                     lambda x: 2 / PI * math.asin(math.sqrt(min(x, 1)))),
    "dirichlet": (lambda k, s: random.dirichlet(
        k, np.ones(3, "float32"), s)[..., 0], lambda x: 1 - (1 - x) ** 2),
    "generalized": (lambda k, s: random.generalized_normal(k, 2.0, s),
                    lambda x: 0.5 * (1 + math.erf(x))),
    "ball": (lambda k, s: jnp.sqrt(jnp.sum(
        random.ball(k, 3, shape=s) ** 2, -1)), lambda x: x ** 3),
    "ball of side": (lambda k, s: random.ball(k, 2, 1.0, s)[..., 0],
                     lambda x: 0.5 + x - math.copysign(x * x / 2, x)),
    "multivariate": (lambda k, s: random.multivariate_normal(
        k, np.array([1.0, 0.0], "float32"),
        np.array([[4.0, 1.0], [1.0, 1.0]], "float32"), s)[..., 0],
        lambda x: phi((x - 1) / 2)),
    "orthogonal": (lambda k, s: random.orthogonal(k, 3, s)[..., 1, 2],
                   lambda x: (x + 1) / 2),  # Archimedes' hat box
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distribution(name):
    """Kolmogorov's distance: above 2 / sqrt(N) once in 1,500 keys."""
    draw, cdf = DISTRIBUTIONS[name]
    x = np.sort(np.asarray(draw(KEY, (N,)), float))
    below = np.array([cdf(v) for v in x])
    steps = np.arange(N + 1) / N
    assert np.abs(below - steps[1:]).max() < 2 / math.sqrt(N)
    assert np.abs(below - steps[:-1]).max() < 2 / math.sqrt(N)


# draw(key, shape), {value: probability}
COUNTED = {
    "randint": (lambda k, s: random.randint(k, s, -1, 4),
                dict.fromkeys(range(-1, 4), 0.2)),
    "uint8": (lambda k, s: random.randint(k, s, 0, 3, "uint8"),
              dict.fromkeys(range(3), 1 / 3)),
    "bernoulli": (lambda k, s: random.bernoulli(k, 0.3, s),
                  {True: 0.3, False: 0.7}),
    "bernoulli high": (lambda k, s: random.bernoulli(k, 0.3, s, "high"),
                       {True: 0.3, False: 0.7}),
    "rademacher": (random.rademacher, {-1: 0.5, 1: 0.5}),
    "choice": (lambda k, s: random.choice(k, jnp.array([5, 7]), s),
               {5: 0.5, 7: 0.5}),
    "choice p": (lambda k, s: random.choice(
        k, 3, s, p=np.array([0.2, 0.7, 0.1])), {0: 0.2, 1: 0.7, 2: 0.1}),
    "categorical": (lambda k, s: random.categorical(
        k, jnp.log(jnp.array([1.0, 3.0, 4.0])), shape=s),
        {0: 1 / 8, 1: 3 / 8, 2: 4 / 8}),
    "permutation": (lambda k, s: mj.vmap(lambda k: random.permutation(
        k, 3) @ jnp.array([100, 10, 1]))(random.split(k, s)),
        dict.fromkeys([12, 21, 102, 120, 201, 210], 1 / 6)),
    "apart": (lambda k, s: mj.vmap(lambda k: random.choice(
        k, 3, (2,), False) @ jnp.array([10, 1]))(random.split(k, s)),
        dict.fromkeys([1, 2, 10, 12, 20, 21], 1 / 6)),
    "apart p": (lambda k, s: mj.vmap(lambda k: random.choice(
        k, 3, (2,), False, np.array([0.5, 0.25, 0.25])) @ jnp.array(
        [10, 1]))(random.split(k, s)),
        {1: 1 / 4, 2: 1 / 4, 10: 1 / 6, 12: 1 / 12, 20: 1 / 6, 21: 1 / 12}),
    "poisson": (lambda k, s: random.poisson(k, 2.0, s),
                {i: math.exp(-2) * 2**i / math.factorial(i)
                 for i in range(30)}),
    "poisson many": (lambda k, s: random.poisson(k, 20.0, s), {
        i: math.exp(-20) * 20.0**i / math.factorial(i) for i in range(99)}),
}


@pytest.mark.parametrize("name", COUNTED)
def test_probabilities(name):
    """Each share within 4.5 standard errors, and no other value."""
    draw, expected = COUNTED[name]
    x = np.asarray(draw(KEY, (N,)))
    assert set(np.unique(x).tolist()) <= set(expected)
    for value, p in expected.items():
        error = math.sqrt(p * (1 - p) / N)
        assert abs(np.mean(x == value) - p) <= 4.5 * error + 1 / N


def test_moments_of_normal_numbers():
    x = np.asarray(random.normal(KEY, (100_000,)))
    assert abs(x.mean()) < 0.01 and abs(x.var() - 1) < 0.02
    z = np.asarray(random.normal(KEY, (20_000,), complex))
    assert abs(z.mean()) < 0.02
    assert abs((np.abs(z) ** 2).mean() - 1) < 0.02
    assert abs((z * z).mean()) < 0.02


def test_covariance():
    cov = np.array([[2.0, 0.8], [0.8, 1.0]], "float32")
    for method in ("cholesky", "eigh", "svd"):
        x = np.asarray(random.multivariate_normal(
            KEY, jnp.zeros(2), cov, (20_000,), method=method))
        assert np.abs(np.cov(x.T) - cov).max() < 0.06


def test_orthogonal():
    q = random.orthogonal(KEY, 4, (3,))
    assert np.allclose(q @ q.mT, np.eye(4), atol=1e-5)
    rows = random.orthogonal(KEY, 2, m=5)
    assert rows.shape == (2, 5) and np.allclose(rows @ rows.T, np.eye(2),
                                                atol=1e-5)


def test_bits_are_fair():
    for dtype in ("uint8", "uint16", "uint32", "uint64"):
        x = np.asarray(random.bits(KEY, (2000,), dtype))
        assert x.dtype == dtype
        for bit in range(8 * x.dtype.itemsize):
            ones = ((x >> x.dtype.type(bit)) & x.dtype.type(1)).mean()
            assert abs(ones - 0.5) < 0.05


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_mantissa(dtype):
    width = 8 * np.dtype(dtype).itemsize
    bits = np.array([0, 1, 2**(width - 1), 2**width - 1], f"uint{width}")
    out = mantissa(jnp.asarray(bits), np.dtype(dtype)).tolist()
    assert out == [0, 0, 0.5, 1 - float(np.finfo(dtype).eps)]


def test_dtypes():
    assert random.uniform(KEY).dtype == np.float32
    assert random.normal(KEY, (), "float64").dtype == np.float64
    assert random.randint(KEY, (), 0, 5).dtype == np.int32
    with mj.enable_x64():
        assert random.uniform(KEY).dtype == np.float64
        assert random.bits(KEY).dtype == np.uint64
        assert random.poisson(KEY, 2.0).dtype == np.int64
    for draw, _ in [*DISTRIBUTIONS.values(), *COUNTED.values()]:
        assert not draw(KEY, (2,)).weak_type


def test_permutations_are_permutations():
    for n in (0, 1, 2, 100, 3000):
        assert sorted(random.permutation(KEY, n).tolist()) == list(range(n))
    table = np.arange(12).reshape(3, 4)
    rows = np.asarray(random.permutation(KEY, table))
    assert sorted(rows.tolist()) == table.tolist()
    each = np.asarray(random.permutation(KEY, table, 1, independent=True))
    assert (np.sort(each, 1) == table).all()
    assert len({tuple(r % 4) for r in each}) > 1


def test_edges():
    assert random.randint(KEY, (3,), 5, 5).tolist() == [5, 5, 5]
    assert random.randint(KEY, (3,), 5, 2).tolist() == [5, 5, 5]
    low = random.randint(KEY, (1000,), -128, 127, "int8")
    assert int(low.min()) < -120 and int(low.max()) > 120
    full = random.randint(KEY, (1000,), 0, 256, "uint8")
    assert int(full.min()) < 5 and int(full.max()) == 255
    assert random.poisson(KEY, 0.0) == 0
    assert random.bernoulli(KEY, 1.0) and not random.bernoulli(KEY, 0.0)
    assert random.categorical(KEY, jnp.array([-jnp.inf, 0.0])) == 1
    inside = random.truncated_normal(KEY, 1.0, 1.001, (500,))
    assert float(inside.min()) > 1 and float(inside.max()) < 1.001
    assert random.choice(KEY, 0, (0,)).shape == (0,)
    assert random.gamma(KEY, jnp.ones((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("name", [*DISTRIBUTIONS, *COUNTED])
def test_jit_and_vmap_are_the_loop(name):
    draw, _ = {**DISTRIBUTIONS, **COUNTED}[name]
    keys = random.split(KEY, 3)
    loop = np.stack([np.asarray(draw(k, (4,))) for k in keys])
    jitted = [mj.jit(lambda k: draw(k, (4,)))(k) for k in keys]
    mapped = mj.vmap(lambda k: draw(k, (4,)))(keys)
    for got in (np.stack(jitted), mapped):
        assert got.dtype == loop.dtype
        assert np.allclose(got, loop, 1e-5, 1e-6)


# f(p, key): its mean over the samples is known; p, the derivative of that
REPARAMETRIZED = {
    "uniform": (lambda p, k: random.uniform(k, (N,), maxval=p) ** 2,
                2.0, 4 / 3),
    "normal": (lambda p, k: (p + p * random.normal(k, (N,))) ** 2, 1.5, 6.0),
    "gamma": (lambda p, k: random.gamma(k, p, (N,)), 2.5, 1.0),
    "gamma small": (lambda p, k: random.gamma(k, p, (N,)), 0.3, 1.0),
    "loggamma": (lambda p, k: random.loggamma(k, p, (N,)), 1.0,
                 PI**2 / 6),  # trigamma(1)
    "beta": (lambda p, k: random.beta(k, p, 1.0, (N,)), 1.0, 1 / 4),
    "dirichlet": (lambda p, k: random.dirichlet(
        k, jnp.array([1.0, 1.0, 0.0]) + jnp.array([0, 0, 1.0]) * p,
        (N,))[:, 2], 2.0, 1 / 8),
    "truncated": (lambda p, k: random.truncated_normal(k, -p, p, (N,)) ** 2,
                  1.0, (2 * math.exp(-0.5) / math.sqrt(2 * PI)
                        / (2 * phi(1) - 1)) ** 2),
    "multivariate": (lambda p, k: random.multivariate_normal(
        k, jnp.zeros(2), jnp.array([[1.0, 0.0], [0.0, 1.0]]) + p * jnp.array(
            [[0.0, 1.0], [1.0, 0.0]]), (N,)).prod(-1), 0.5, 1.0),
}


@pytest.mark.parametrize("name", REPARAMETRIZED)
def test_gradient_of_an_expectation(name):
    f, p, expected = REPARAMETRIZED[name]
    slopes = mj.jacfwd(f)(p, KEY)
    error = float(jnp.std(slopes)) / math.sqrt(N)
    assert abs(float(jnp.mean(slopes)) - expected) < 4 * error + 1e-3
    back = mj.grad(lambda p: jnp.mean(f(p, KEY)))(p)
    assert np.isclose(back, jnp.mean(slopes), rtol=1e-3)


def test_slopes_of_a_gamma_sample_keep_the_quantile():
    """With a = 1 the sample is -log(1 - u); for others by differences."""
    with mj.enable_x64():
        for a in (0.05, 0.7, 3.0, 200.0):
            slope = mj.jacfwd(lambda a: random.gamma(KEY, a, (30,)))(a)
            x = np.asarray(random.gamma(KEY, a, (30,)))
            h = 1e-5 * a

            def cdf(a, x):
                n = np.arange(4000.0)
                logs = (a + n) * np.log(x) - x - np.array(
                    [math.lgamma(a + i + 1) for i in n])
                return np.exp(logs).sum()
            for s, v in zip(slope, x):
                moved = (cdf(a + h, v + h * float(s))
                         - cdf(a - h, v - h * float(s))) / (2 * h)
                assert abs(moved) < 1e-6


def test_slope_refuses_a_second_derivative():
    with pytest.raises(NotImplementedError, match="stop_gradient"):
        mj.grad(mj.grad(lambda a: random.gamma(KEY, a)))(2.0)


REFUSED = [
    (lambda: random.uniform(KEY, (3,), int), ValueError, "float dtype"),
    (lambda: random.normal(KEY, (3,), int), ValueError, "float or complex"),
    (lambda: random.bits(KEY, (3,), "int32"), ValueError, "unsigned int"),
    (lambda: random.randint(KEY, (3,), 0, 2, float), TypeError, "integer"),
    (lambda: random.poisson(KEY, 2.0, (), float), TypeError, "integer"),
    (lambda: random.uniform(KEY, (-1,)), TypeError, "nonnegative"),
    (lambda: random.uniform(KEY, 2.5), TypeError, "integer"),
    (lambda: random.uniform(KEY, (3,), minval=jnp.zeros(2)), ValueError,
     "Incompatible shapes"),
    (lambda: random.uniform(KEY, (3,), minval=jnp.zeros((2, 3))), ValueError,
     "must equal the shape argument"),
    (lambda: random.bernoulli(KEY, 1), TypeError, "floating"),
    (lambda: random.bernoulli(KEY, 0.5, mode="x"), ValueError, "'low'"),
    (lambda: random.gumbel(KEY, mode="x"), ValueError, "'low'"),
    (lambda: random.permutation(KEY, 3.0), TypeError, "an integer or at"),
    (lambda: random.choice(KEY, 3, (4,), False), ValueError, "larger sample"),
    (lambda: random.choice(KEY, 0), ValueError, "greater than 0"),
    (lambda: random.choice(KEY, 3, p=jnp.ones(2)), ValueError, "same size"),
    (lambda: random.categorical(KEY, jnp.ones(2), shape=(3,), replace=False),
     ValueError, "cannot exceed"),
    (lambda: random.dirichlet(KEY, 1.0), ValueError, "alpha.ndim >= 1"),
    (lambda: random.multivariate_normal(KEY, 1.0, jnp.eye(2)), ValueError,
     "mean.ndim >= 1"),
    (lambda: random.multivariate_normal(KEY, jnp.ones(2), jnp.ones(2)),
     ValueError, "cov.ndim >= 2"),
    (lambda: random.multivariate_normal(KEY, jnp.ones(2), jnp.eye(3)),
     ValueError, "n=2"),
    (lambda: random.multivariate_normal(KEY, jnp.ones(2), jnp.eye(2),
                                        method="lu"), ValueError, "method"),
    (lambda: mj.jit(random.permutation)(KEY, 5), mj.errors.
     ConcretizationTypeError, "argument x"),
]


@pytest.mark.parametrize("i", range(len(REFUSED)))
def test_refusals(i):
    f, error, text = REFUSED[i]
    with pytest.raises(error, match=text):
        f()
