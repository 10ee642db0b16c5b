"""The transformations of the last two exercises, on what their checks lack.

They are the solutions' own: the notebook's cells, without those that check.
"""

import math
from pathlib import Path

import nbformat
import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp

NOTEBOOK = Path(__file__).parents[2] / "solutions/21-machines.ipynb"


@pytest.fixture(scope="module")
def solution():
    found = {}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code" and "check" not in cell.metadata.get(
                "tags", []):
            exec(cell.source, found)
    return found


@pytest.fixture
def taylor(solution):
    with mj.enable_x64():
        yield lambda f, curve: [float(c) for c in solution["taylor"](
            f, list(map(jnp.asarray, curve)))]


def at(x, n):
    return [x, 1.0, *[0.0] * (n - 2)]


def test_a_binomial_series(taylor):
    """(1 + t) ** p, through its logarithm."""
    got = taylor(lambda x: jnp.exp(0.3 * jnp.log(x)), at(1.0, 7))
    want = [math.prod(0.3 - i for i in range(k)) / math.factorial(k)
            for k in range(7)]
    np.testing.assert_allclose(got, want, atol=1e-13)


def test_bernoulli_numbers(taylor):
    """t / (e^t - 1) is sum of B_k t^k / k!; the t is divided out by hand."""
    def f(x):
        return jnp.exp(x) - 1
    shifted = [float(c) for c in taylor(f, at(0.0, 10))[1:]]
    got = taylor(lambda x: 1 / x, shifted)
    bernoulli = [1, -1 / 2, 1 / 6, 0, -1 / 30, 0, 1 / 42, 0, -1 / 30]
    np.testing.assert_allclose(
        [c * math.factorial(k) for k, c in enumerate(got)], bernoulli,
        atol=1e-10)


def test_addition_theorems(taylor):
    curve = [0.4, 1.3, -0.2, 0.7, 0.1, -2.0]
    got = taylor(lambda x: jnp.sin(x) ** 2 + jnp.cos(x) ** 2, curve)
    np.testing.assert_allclose(got, [1, 0, 0, 0, 0, 0], atol=1e-13)
    np.testing.assert_allclose(
        taylor(lambda x: jnp.tanh(x), curve), taylor(
            lambda x: 1 - 2 / (jnp.exp(2 * x) + 1), curve), atol=1e-12)
    np.testing.assert_allclose(
        taylor(lambda x: jnp.log(jnp.exp(x)), curve), curve, atol=1e-13)
    np.testing.assert_allclose(
        taylor(lambda x: x ** -3, curve), taylor(
            lambda x: 1 / (x * x * x), curve), rtol=1e-11)


@pytest.mark.parametrize("f, x, solution_of", [
    (lambda x: x * x, 1.0, lambda k: 1),                      # 1 / (1 - t)
    (lambda x: -x, 2.0, lambda k: 2 * (-1) ** k / math.factorial(k)),
    (lambda x: 1 + x * x, 0.0, [0, 1, 0, 1 / 3, 0, 2 / 15, 0,
                                17 / 315].__getitem__)])      # tan
def test_a_differential_equation(taylor, f, x, solution_of):
    """x' = f(x): each coefficient of x gives the next one."""
    curve = [x]
    for k in range(7):
        curve.append(taylor(f, curve)[k] / (k + 1))
    np.testing.assert_allclose(curve, [solution_of(k) for k in range(8)],
                               atol=1e-12)


def test_bounds_that_get_better_when_the_box_is_cut(solution):
    """The range of x (1 - x) on [0, 1] is [0, 1/4]; halves come near it."""
    with mj.enable_x64():
        ends = np.linspace(0, 1, 65)
        low, high = solution["bounds"](lambda x: x * (1 - x), ends[:-1],
                                       ends[1:])
        assert -1 / 64 <= min(low) <= 0 and 1 / 4 <= max(high) < 0.27
        whole = solution["bounds"](lambda x: x * (1 - x), np.float64(0),
                                   np.float64(1))
        np.testing.assert_allclose(whole, (0, 1))
