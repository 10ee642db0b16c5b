"""SciPy's names, as far as the book has them. JAX twin: `jax.scipy`."""

from minijax.scipy import linalg as linalg
