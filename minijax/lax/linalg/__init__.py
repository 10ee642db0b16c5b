"""Operations on matrices, under the names of `jax.lax.linalg`."""

from minijax.lax.linalg.factorizations import (
    cholesky, cholesky_p, lu, lu_p, qr, qr_p,
)
from minijax.lax.linalg.spectra import eig, eig_p, eigh, eigh_p, svd, svd_p
from minijax.lax.linalg.triangular import triangular_solve, triangular_solve_p
