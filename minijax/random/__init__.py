# ruff: noqa: F401
# [chapter 20]
"""Random numbers as a function of keys, with the bits of jax.random.

No function here has a state: the same key gives the same numbers. JAX twin:
jax.random.
"""

from minijax.random.arrivals import poisson
from minijax.random.balls import ball, generalized_normal
from minijax.random.choices import (
    bernoulli,
    categorical,
    choice,
    permutation,
    rademacher,
    randint,
)
from minijax.random.floats import bits, normal, uniform
from minijax.random.gammas import beta, dirichlet, gamma, loggamma
from minijax.random.inversion import (
    cauchy,
    exponential,
    gumbel,
    laplace,
    logistic,
    truncated_normal,
)
from minijax.random.keys import (
    PRNGKey,
    fold_in,
    key,
    key_data,
    split,
    wrap_key_data,
)
from minijax.random.matrices import multivariate_normal, orthogonal
# [/chapter 20]
