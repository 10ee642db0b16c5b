"""Matrices, complex numbers and special functions."""
import numpy as np

from misuses import right, wrong

A = np.float32([[2, 1], [1, 3]])
WIDE = np.float32([[1, 2, 3], [4, 5, 6]])


@wrong("TypeError|ValueError", r"\(2, 3\)|\[2,3\]", "square|n, n",
       "square|n, n")
def the_inverse_of_a_wide_matrix(m):
    m.numpy.linalg.inv(WIDE)


@wrong("ValueError|TypeError", r"\(2, 3\)|\[2,3\]", "square|n, n",
       "square|n, n")
def the_cholesky_factor_of_a_wide_matrix(m):
    m.numpy.linalg.cholesky(WIDE)


@wrong("ValueError|TypeError", r"\(2, 3\)|\[2,3\]", "square|n, n",
       "square|n, n")
def the_eigenvalues_of_a_wide_matrix(m):
    m.numpy.linalg.eigh(WIDE)


@wrong("ValueError|TypeError", r"\(2, 3\)|\[2,3\]", "square|n, n",
       "square|n, n")
def the_determinant_of_a_wide_matrix(m):
    m.numpy.linalg.det(WIDE)


@wrong("ValueError|TypeError", r"\(3,\)|\[3\]|\b3\b", r"\b2\b|\(2, 2\)",
       "solve|shape|dimension")
def a_system_with_too_long_a_right_side(m):
    m.numpy.linalg.solve(A, np.ones(3, "float32"))


@wrong("ValueError|TypeError", r"\(3,\)|1-dim|1", r"2|two|matri|m, n",
       "dimension|matrix|matrices|ndim|rank|m, n")
def the_factors_of_a_vector(m):
    m.numpy.linalg.qr(np.ones(3, "float32"))


@wrong("TypeError|ValueError", r"\(2, 3\).*\(2, 3\)|\[2,3\].*\[2,3\]|3.*2",
       "contract|dimension|matmul|size", r"size|equal|match|x\.T|same|got")
def a_product_that_does_not_fit(m):
    m.numpy.matmul(WIDE, WIDE)


@wrong("ValueError|TypeError", "0-d|scalar|0", "matmul|dimension",
       r"\*|multiply|at least 1|ndim")
def a_matrix_product_with_a_number(m):
    m.numpy.matmul(A, 2.0)


@wrong("ValueError", "i,j|2.*1", "einsum|operand|terms|subscripts",
       "equal|operand for each")
def an_einsum_with_too_few_operands(m):
    m.numpy.einsum("i,j->ij", np.ones(3, "float32"))


@wrong("ValueError|TypeError", r"2.*3|3.*2", r"label|index|'i'|size|dimension",
       "einsum|size|'i'|dimension")
def an_einsum_with_sizes_that_disagree(m):
    m.numpy.einsum("i,i->", np.ones(3, "float32"), np.ones(2, "float32"))


@wrong("ValueError", "'z'|z", "einsum|output|subscript|input", "input|appear|"
       "output")
def an_einsum_with_an_unknown_output(m):
    m.numpy.einsum("i->z", np.ones(3, "float32"))


@wrong("ValueError", "frobenius", "ord|norm", "'fro'|fro|nuc|inf")
def a_norm_that_there_is_not(m):
    m.numpy.linalg.norm(A, "frobenius")


@wrong("TypeError|ValueError", r"1\.5|float", "int", "exponent|power|int")
def a_matrix_to_a_fractional_power(m):
    m.numpy.linalg.matrix_power(A, 1.5)


@wrong("ValueError|TypeError", r"\b4\b|\(4,\)|\[4\]", "cross|dimension|2 or 3",
       "2 or 3|3|dimension")
def a_cross_product_in_four_dimensions(m):
    m.numpy.cross(np.ones(4, "float32"), np.ones(4, "float32"))


@wrong("TypeError|ValueError", r"2.*3|3.*2|shape", "tensordot|contract|axes",
       "axes|shape|dimension|size")
def a_tensordot_that_does_not_fit(m):
    m.numpy.tensordot(A, WIDE.T, 1)


@wrong("NotImplementedError|ValueError", "eig", "derivative|differenti|eigenv",
       "eigh|eigvals|eigenvalues", seen="jax issue 24308")
def grad_of_the_eigenvectors_of_any_matrix(m):
    m.grad(lambda a: abs(m.numpy.linalg.eig(a)[1]).sum())(A)


@wrong("NotImplementedError|ValueError", "full_matrices|svd",
       "derivative|differenti|Singular", "full_matrices=False|False")
def grad_of_a_full_svd(m):
    m.grad(lambda a: m.numpy.linalg.svd(a)[0].sum())(WIDE)



@right()
def a_matrix_that_has_no_cholesky_factor(m):
    low = m.numpy.linalg.cholesky(np.float32([[1, 2], [2, 1]]))
    return bool(np.isnan(np.asarray(low)).any()), True


@wrong("TypeError", "complex", "real", "holomorphic|abs|vjp|real",
       seen="autograd issue 361")
def grad_of_a_complex_function(m):
    m.grad(lambda x: x * 1j)(1.0)


@wrong("TypeError", "complex", "real", "holomorphic|conj|vjp|jvp")
def grad_by_a_complex_number_of_a_complex_function(m):
    m.grad(lambda z: z * z)(1.0 + 1j)


@wrong("TypeError", "float32", "complex", "complex|1j|holomorphic",
       seen="jax issue 3121, autograd issue 577")
def holomorphic_at_a_real_number(m):
    m.grad(lambda z: z * z, holomorphic=True)(1.0)


@wrong("TypeError", "float32", "complex", "complex|holomorphic")
def holomorphic_of_a_real_result(m):
    m.grad(lambda z: z.real, holomorphic=True)(1.0 + 1j)


@wrong("TypeError|ConcretizationTypeError|ValueError", "complex", "float|real",
       r"\.real|abs|real")
def float_of_a_complex_number(m):
    float(m.numpy.asarray(1.0 + 1j))


@wrong("TypeError|ValueError", "complex64|complex", "real|order|unsupported|"
       "float|does not accept", r"real|abs|imag|does not accept dtype")
def floor_of_a_complex_number(m):
    m.numpy.floor(np.complex64(1 + 1j))


@wrong("ValueError|TypeError", "complex|ComplexWarning|imaginary", "real",
       r"\.real|real\(|jnp\.real|numpy\.real")
def a_complex_number_cast_to_a_float(m):
    m.numpy.asarray(np.complex64(1 + 1j)).astype("float32")


@right(seen="jax issue 24308")
def grad_of_the_eigenvalues_of_any_matrix(m):
    got = m.grad(lambda a: m.numpy.linalg.eigvals(a).real.sum())(A)
    return got, np.eye(2, dtype="float32")


@right()
def grad_of_digamma(m):
    from importlib import import_module
    f = (m.scipy.special.digamma if m.__name__ == "jax"
         and import_module("jax.scipy.special") else m.lax.digamma)
    return m.grad(f)(2.0), np.float32(np.pi ** 2 / 6 - 1)


@right()
def grad_of_abs_at_a_complex_zero(m):
    got = m.grad(lambda z: abs(z))(0j)
    return bool(np.isfinite(np.asarray(got)).all()), True



@right(seen="autograd issue 361")
def grad_of_a_real_function_of_a_complex_number(m):
    got = m.grad(lambda z: (z * m.numpy.conj(z)).real)(1.0 + 2.0j)
    return got, np.complex64(2 - 4j)


@right()
def the_gradient_of_a_symmetric_eigenvalue(m):
    got = m.grad(lambda a: m.numpy.linalg.eigh(a)[0].sum())(A)
    return got, np.eye(2, dtype="float32")
