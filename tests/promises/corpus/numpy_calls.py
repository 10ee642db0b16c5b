"""NumPy itself, called on what is traced."""
import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])
ARRAY = "TracerArrayConversionError"
TRACED = r"float32\[3\]"


@wrong(ARRAY, r"np\.sin|numpy\.sin", TRACED, r"(jax|mini\w+)\.numpy\.sin")
def a_sine(m):
    m.jit(lambda x: np.sin(x))(X)


@wrong(ARRAY, r"numpy\.dot|np\.dot", TRACED, r"(jax|mini\w+)\.numpy\.dot")
def a_dot(m):
    m.grad(lambda x: np.dot(x, x))(X)


@wrong(ARRAY, "concatenate", TRACED, r"(jax|mini\w+)\.numpy\.concatenate")
def a_concatenation(m):
    m.jit(lambda x: np.concatenate([x, x]))(X)


@wrong(ARRAY, r"numpy\.where", r"bool\[3\]", r"(jax|mini\w+)\.numpy\.where")
def a_choice(m):
    m.jit(lambda x: np.where(x > 0, x, 0.0))(X)


@wrong(ARRAY, r"linalg\.inv", r"float32\[2,2\]",
       r"(jax|mini\w+)\.numpy\.linalg\.inv")
def an_inverse(m):
    m.jit(lambda x: np.linalg.inv(x))(np.eye(2, dtype="float32"))


@wrong(ARRAY, "einsum", TRACED, r"(jax|mini\w+)\.numpy\.einsum")
def an_einsum(m):
    m.jit(lambda x: np.einsum("i,i", x, x))(X)


@wrong(ARRAY, r"fft", TRACED, r"(jax|mini\w+)\.numpy\.fft\.fft")
def a_fourier_transform(m):
    m.jit(lambda x: np.fft.fft(x))(X)


@wrong(ARRAY, "array|__array__", r"float32\[\]",
       r"(jax|mini\w+)\.numpy\.(stack|array|asarray)", seen="autograd 515")
def an_array_of_tracers(m):
    m.grad(lambda x: np.array([x, 2 * x]).sum())(1.0)


@wrong(ARRAY, "__array__|asarray", TRACED, r"(jax|mini\w+)\.numpy|outside")
def asarray_of_a_tracer(m):
    m.jit(lambda x: np.asarray(x) + 1)(X)


@wrong(ARRAY + "|ConcretizationTypeError|ValueError", r"float32\[\]",
       "numbers|concrete|array", r"at\[\w*\]\.set", seen="autograd issue 375")
def an_element_of_a_buffer(m):
    def f(x):
        out = np.zeros(2)
        out[0] = x * x
        return out.sum()
    m.grad(f)(1.0)


@wrong(ARRAY, TRACED, "numbers|array", r"at\[.*\]\.set",
       seen="autograd issue 58")
def a_slice_of_a_buffer(m):
    def f(x):
        out = np.zeros((4, 3))
        out[:2] = x
        return out.sum()
    m.grad(f)(X)



@wrong(ARRAY, r"numpy\.add|reduce", TRACED, r"(jax|mini\w+)\.numpy")
def a_reduction_by_a_ufunc(m):
    m.jit(lambda x: np.add.reduce(x))(X)


@wrong(ARRAY, r"add\.at|numpy", TRACED, r"at\[\w*\]\.add|at\[\w*\]\.")
def a_scatter_by_a_ufunc(m):
    def f(x):
        out = np.zeros(3)
        np.add.at(out, [0, 1, 1], x)
        return out
    m.jit(f)(X)


@wrong(ARRAY, "sliding_window_view", TRACED,
       r"stack|slice|(jax|mini\w+)\.numpy(?!\.lib)")
def a_function_that_has_no_twin(m):
    m.jit(lambda x: np.lib.stride_tricks.sliding_window_view(x, 2))(X)


@wrong(ARRAY, "random|__array__|numpy", TRACED, r"random\.normal|random|numpy")
def a_sampler_of_numpys(m):
    m.jit(lambda x: np.random.normal(x))(X)


@wrong(ARRAY, "interp", r"float32\[3\]", r"(jax|mini\w+)\.numpy\.interp")
def an_interpolation(m):
    m.jit(lambda x: np.interp(x, [0.0, 1.0], [0.0, 1.0]))(X)


@wrong(ARRAY + "|ConcretizationTypeError|TypeError", r"float32\[\]",
       "numbers|concrete|float", r"astype|(jax|mini\w+)\.numpy")
def a_scalar_type_of_a_tracer(m):
    m.jit(lambda x: np.float32(x))(1.0)


@wrong(ARRAY + "|TracerIntegerConversionError|TypeError",
       r"i32\[\]|int32\[\]|int32", "integer|__index__|concrete",
       "static|shape|close over", seen="jax issue 648")
def zeros_of_a_traced_shape(m):
    m.jit(lambda n: np.zeros(n))(3)


@wrong(ARRAY + "|TracerIntegerConversionError|IndexError",
       r"int32\[\]", "index|numbers|array",
       r"(jax|mini\w+)\.numpy\.(asarray|array)|jnp")
def an_ndarray_indexed_by_a_tracer(m):
    m.jit(lambda i: np.arange(3.0)[i])(1)


@wrong(ARRAY, "allclose|__array__", TRACED,
       r"(jax|mini\w+)\.numpy\.|outside")
def a_test_inside(m):
    def f(x):
        np.testing.assert_allclose(x, x)
        return x
    m.jit(f)(X)


@wrong(ARRAY, "vectorize|__array__", TRACED,
       r"(jax|mini\w+)\.(numpy|vmap)")
def numpys_vectorize(m):
    m.jit(lambda x: np.vectorize(lambda y: y + 1)(x))(X)


@wrong(ARRAY, "sin", TRACED, r"(jax|mini\w+)\.numpy\.sin")
def an_output_buffer(m):
    m.jit(lambda x: np.sin(x, out=np.zeros(3, "float32")))(X)


@right()
def an_ndarray_on_the_left(m):
    got = m.grad(lambda x: (np.float32([1, 2, 3]) * x).sum())(X)
    return got, X


@right()
def a_numpy_scalar_on_the_left(m):
    return m.grad(lambda x: np.float32(3) * x)(1.0), np.float32(3)


@right()
def a_matrix_of_numpys_on_the_left(m):
    got = m.jit(lambda x: np.ones((2, 3), "float32") @ x)(X)
    return got, np.float32([6, 6])


@right()
def a_comparison_with_numpy_on_the_left(m):
    return m.jit(lambda x: np.float32([2, 2, 2]) < x)(X), np.array(
        [False, False, True])


@right()
def a_power_with_numpy_on_the_left(m):
    got = m.grad(lambda x: np.array(2.0, "float32") ** x)(3.0)
    return got, np.float32(8 * np.log(2))


@right(seen="jax pull request 899")
def an_input_edited_after_asarray(m):
    x = np.arange(1000, dtype="float32")
    y = m.numpy.asarray(x)
    x[:] = -1
    return y[1], np.float32(1)


@right(seen="jax issue 37830")
def an_input_edited_after_jit(m):
    x = np.arange(1000, dtype="float32")
    y = m.jit(lambda x: x)(x)
    x[:] = -1
    return y[1], np.float32(1)


@right(seen="jax issue 37830")
def an_input_edited_after_vmap(m):
    x = np.arange(1000, dtype="float32")
    y = m.vmap(lambda x: x)(x)
    x[:] = -1
    return y[1], np.float32(1)


@right()
def an_input_edited_between_vjp_and_its_use(m):
    x = np.arange(1000, dtype="float32")
    _, f_vjp = m.vjp(lambda x: x * x, x)
    x[:] = -1
    return f_vjp(np.ones(1000, "float32"))[0][3], np.float32(6)


@right()
def an_input_edited_between_linearize_and_its_use(m):
    x = np.arange(1000, dtype="float32")
    _, f_jvp = m.linearize(lambda x: x * x, x)
    x[:] = -1
    return f_jvp(np.ones(1000, "float32"))[3], np.float32(6)


@right()
def an_array_edited_that_a_jitted_function_closes_over(m):
    x = np.ones(3, "float32")
    f = m.jit(lambda y: m.numpy.asarray(x) * y)
    f(1.0)
    y = m.numpy.asarray(x)
    x[:] = 7
    return y, np.float32([1, 1, 1])


@wrong("ValueError", "read-only", "read-only", "copy|np.array")
def a_view_of_a_result_written_to(m):
    y = np.asarray(m.numpy.arange(3.0))
    y[0] = 5.0
