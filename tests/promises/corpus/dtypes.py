"""Integers, widths and what is no number."""
import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])


@wrong("OverflowError", str(2**40), "int32", "int64|x64")
def an_integer_too_large(m):
    m.numpy.asarray(2**40)


@wrong("OverflowError|TypeError|ValueError", "300", "int8|uint8|bounds",
       "int8|int16|dtype|astype|bounds")
def an_integer_too_large_for_its_neighbour(m):
    m.numpy.ones(3, "int8") + 300


@right()
def a_large_integer_of_numpys(m):
    return int(m.numpy.asarray(np.array([2**40]))[0]), 2**40


@right()
def a_wide_array_of_numpys(m):
    got = m.numpy.asarray(np.array([1.0 + 2.0**-40])) - 1
    return float(got[0]), 2.0**-40


@right()
def a_width_asked_for(m):
    return str(m.numpy.zeros(3, "float64").dtype), "float64"


@wrong("TypeError", "flaot32", "data type|dtype", "float32|dtype|understood")
def a_dtype_that_there_is_not(m):
    m.numpy.zeros(3, "flaot32")


@wrong("TypeError", "'hello'|<U5|str", "array|valid|dtype|number",
       "number|array|dtype")
def an_array_of_strings(m):
    m.numpy.asarray(["hello"])


@wrong("TypeError", "object", "array|valid|dtype|number", "number|array|dtype|"
       "float")
def an_array_of_objects(m):
    m.numpy.asarray(np.array([1, "a", None], dtype=object))


@wrong("TypeError|ValueError", "None", "array|valid|number",
       "nan|number|array|dtype|remove")
def an_array_with_none_in_it(m):
    m.numpy.asarray([1.0, None])


@wrong("TypeError", "datetime64", "dtype|valid", "astype|number|int|dtype")
def an_array_of_dates(m):
    m.numpy.asarray(np.array(["2020-01-01"], "datetime64[D]"))


@wrong("TypeError", "float32.*int32|int32.*float32", "same dtype|equal|dtypes",
       "astype|convert_element_type|promotion|jnp|numpy")
def atoms_do_not_promote(m):
    m.lax.add(X, np.int32([1, 2, 3]))


@wrong("TypeError", r"\(3,\).*\(2,\)|\[3\].*\[2\]", "equal|same|shape",
       "broadcast|jnp|numpy")
def atoms_do_not_broadcast(m):
    m.lax.add(X, X[:2])


@wrong("TypeError", "float32", "integer|bool|int", "integer|astype|"
       "does not accept|accept")
def bits_of_a_float(m):
    m.numpy.asarray(X) & 1


@wrong("TypeError", "float32", "integer|int", "integer|astype|accept|ldexp")
def a_float_shifted(m):
    m.numpy.left_shift(X, 1)


@wrong("TypeError", "bool", "negative|neg|minus|accept", r"~|logical_not|"
       "astype")
def minus_a_bool(m):
    -m.numpy.array([True])


@wrong("TypeError", "bool", "subtract|sub|minus", r"\^|logical_xor|xor|"
       "astype")
def a_difference_of_bools(m):
    m.numpy.array([True]) - m.numpy.array([False])


@wrong("ValueError|TypeError", "-3", "negative|nonneg|non-neg|shape",
       "negative|nonneg|non-neg|positive")
def a_shape_below_zero(m):
    m.numpy.zeros(-3)


@wrong("TypeError", r"2\.5", "integer|int", "integer|int")
def a_shape_that_is_a_float(m):
    m.numpy.zeros(2.5)


@wrong("TypeError", "'3'|str", "integer|int", "integer|int")
def a_shape_that_is_a_string(m):
    m.numpy.zeros("3")


@wrong("TypeError", r"2\.5|float", "integer|int", "integer|int|index")
def a_number_of_points_that_is_a_float(m):
    m.numpy.linspace(0.0, 1.0, 2.5)


@wrong("ValueError|TypeError|ZeroDivisionError", "step|zero|0", "step|arange|"
       "zero|size", "step|nonzero|zero")
def a_range_of_no_step(m):
    m.numpy.arange(0, 5, 0)


@wrong("TypeError|ValueError", "int32", "float|inexact", "iinfo|float|inexact")
def finfo_of_an_integer(m):
    m.numpy.finfo("int32")


@wrong("TypeError|ValueError", "-1|negative", "integer|negative",
       r"float|1\.0|2\.0")
def an_integer_to_a_negative_power(m):
    m.numpy.asarray(2) ** -1


@wrong("TypeError|ValueError", "int32", "float32", "expected|ones_like")
def a_cotangent_that_is_an_integer(m):
    _, f_vjp = m.vjp(lambda x: x * 2, 1.0)
    f_vjp(1)


@right()
def the_mean_of_integers(m):
    return m.numpy.mean(m.numpy.asarray([1, 2])), np.float32(1.5)


@right()
def the_sum_of_small_integers(m):
    got = m.numpy.full(100, 100, "int8").sum()
    return int(got) in (10000, -240 + 256 * 40 - 10240 + 16), True


@right()
def an_integer_argument_has_a_float0_gradient(m):
    got = m.grad(lambda x, n: x * n, argnums=1, allow_int=True)(2.0, 3)
    return str(got.dtype), str(np.dtype([("float0", "V")]))


@right()
def half_of_an_odd_number(m):
    return m.jit(lambda n: n / 2)(3), np.float32(1.5)


@right()
def minus_seven_by_two(m):
    return (int(m.jit(lambda n: n // 2)(-7)),
            int(m.jit(lambda n: n % 2)(-7))), (-4, 1)


@right()
def a_python_number_does_not_widen(m):
    return str((m.numpy.ones(3, "float16") * 2.0).dtype), "float16"


@right()
def a_wide_scalar_of_numpys_is_not_weak(m):
    return str((m.numpy.ones(3, "float16") * np.float32(2)).dtype), "float32"


@right()
def jit_agrees_with_eager_on_dtype(m):
    def f(x):
        return x * 2 + np.int8(1)
    x = m.numpy.ones(3, "int16")
    return str(m.jit(f)(x).dtype), str(f(x).dtype)
