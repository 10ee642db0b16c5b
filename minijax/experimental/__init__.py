"""What JAX keeps in jax.experimental: `ode`, by chapter 17."""

from minijax.experimental import ode as ode
