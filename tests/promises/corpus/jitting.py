"""jit: what is static, what is remembered, what is traced once."""
import functools

import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])


@wrong("ValueError|TypeError", "list", "hash", "tuple|frozen|__hash__",
       seen="jax issue 3701")
def a_static_list(m):
    m.jit(lambda x, n: x * n[0], static_argnums=1)(1.0, [2])


@wrong("ValueError|TypeError", "ndarray", "hash", "tuple|traced|static",
       seen="jax issue 883")
def a_static_ndarray(m):
    m.jit(lambda x, v: x, static_argnums=1)(1.0, X)


@wrong("ValueError|TypeError", r"'n'|argument n|static.*n", "hash",
       "tuple|frozen|__hash__")
def a_static_dict_by_name(m):
    m.jit(lambda x, n: x, static_argnames="n")(1.0, n={"a": 1})


@wrong("ValueError|TypeError", "5", "argnums", "2|argument|range")
def static_argnums_past_the_end(m):
    m.jit(lambda x, n: x, static_argnums=5)(1.0, 2)


@wrong("ValueError|TypeError", "size", "static_argnames", "'x'|n, |'n'|x, n|"
       "parameters|argument")
def a_static_name_that_there_is_not(m):
    m.jit(lambda x, n: x, static_argnames="size")(1.0, 2)


@wrong("ValueError|TypeError", r"1\.5|float", "int", "static_argnums")
def static_argnums_of_a_float(m):
    m.jit(lambda x, n: x, static_argnums=1.5)(1.0, 2)


@wrong("ValueError|TypeError", "Tracer|traced|float32", "hash|static",
       "static|grad|argnums")
def grad_by_a_static_argument(m):
    m.grad(m.jit(lambda x: x * x, static_argnums=0))(2.0)


@wrong("TypeError", "str|'adam'", "valid|array|JAX type", "static")
def a_string_that_is_not_static(m):
    m.jit(lambda x, how: x)(1.0, "adam")


@wrong("TypeError", "function|lambda", "valid|array|JAX type", "static")
def a_function_that_is_not_static(m):
    m.jit(lambda f, x: f(x))(lambda x: x, 1.0)


@wrong("TypeError", r"\['name'\]", "valid|array|JAX type", "static")
def the_leaf_that_is_no_array(m):
    m.jit(lambda p: p["w"])({"w": 1.0, "name": "first"})


@wrong("TypeError", "array|Array|12", "callable|function",
       r"jit\(f\)|callable value|first argument")
def jit_of_a_value(m):
    m.jit(m.numpy.asarray(12.0))


@wrong("TypeError", "str|'done'", "valid|array|JAX type",
       r"^(?!.*has_aux).*(return|array)")
def a_result_that_is_a_string(m):
    m.jit(lambda x: "done")(1.0)


@wrong("TypeError", r"\['name'\]", "valid|array|JAX type", "return|array")
def the_leaf_of_a_result_that_is_a_string(m):
    m.jit(lambda x: {"name": "done", "x": x})(1.0)


@wrong("TypeError", "scale", "multiple values|unexpected keyword|argument",
       "scale")
def a_keyword_that_there_is_not(m):
    m.jit(lambda x: x)(1.0, scale=2.0)


@wrong("TypeError", "takes 1 positional argument but 2", "1", "1")
def an_argument_too_many(m):
    m.jit(lambda x: x)(1.0, 2.0)


@wrong("TracerBoolConversionError", "flip", "boolean", "static")
def a_flag_that_is_not_static(m):
    def flip(x, sign):
        return -x if sign else x
    m.jit(flip)(1.0, True)


@wrong("TracerBoolConversionError", "scaled", "boolean",
       r"numpy\.where|jnp\.where|static")
def a_partial_is_named_after_its_function(m):
    def scaled(a, x):
        return x if x > 0 else a * x
    m.jit(functools.partial(scaled, 2.0))(1.0)


@wrong("TracerIntegerConversionError|TypeError", r"int32\[\]|i32\[\]|int32",
       "concrete|integer|static", "static|shape|outside", seen="jax issue 648")
def a_size_that_is_not_static(m):
    m.jit(lambda n: m.numpy.zeros(n))(3)


@wrong("TracerIntegerConversionError|ConcretizationTypeError|TypeError",
       r"int32\[\]|i32\[\]|int32", "concrete|integer|static",
       "static|shape|outside|iota")
def arange_of_a_traced_size(m):
    m.jit(lambda n: m.numpy.arange(n))(3)


@wrong("TracerIntegerConversionError|ConcretizationTypeError|TypeError",
       r"int32\[\]|i32\[\]|int32", "concrete|integer|static|1D",
       "static|shape|outside")
def reshape_to_a_traced_size(m):
    m.jit(lambda x, n: x.reshape(n, -1))(X, 3)


@wrong("IndexError|TypeError|TracerIntegerConversionError",
       r"int32\[\]|Tracer|i32\[\]|int32", "static|concrete|integer",
       "dynamic_slice|where|mask")
def a_slice_up_to_a_traced_number(m):
    m.jit(lambda x, n: x[:n])(X, 2)


@wrong("ConcretizationTypeError|NonConcreteBooleanIndexError|TypeError",
       r"\[3\]|\[\]", "size|concrete", "size=|where|size argument")
def nonzero_inside(m):
    m.jit(lambda x: m.numpy.nonzero(x > 1))(X)


@wrong("ConcretizationTypeError|TypeError", r"\[3\]|\[\]", "size|concrete",
       "size=|size")
def unique_inside(m):
    m.jit(lambda x: m.numpy.unique(x))(X)


@wrong("NonConcreteBooleanIndexError", r"bool\[3\]", "concrete", "where")
def a_mask_inside(m):
    m.jit(lambda x: x[x > 1])(X)


@right()
def static_zero_and_minus_zero(m):
    f = m.jit(lambda x, s: np.copysign(1.0, s) * x, static_argnums=1)
    return (float(f(2.0, 0.0)), float(f(2.0, -0.0))), (2.0, -2.0)


@right()
def static_one_and_true(m):
    f = m.jit(lambda x, s: x + len(str(s)), static_argnums=1)
    return (float(f(0.0, 1)), float(f(0.0, True)), float(f(0.0, 1.0))), (
        1.0, 4.0, 3.0)


@right()
def a_static_tuple_of_one_and_of_true(m):
    f = m.jit(lambda x, s: x + len(str(s[0])), static_argnums=1)
    return (float(f(0.0, (1,))), float(f(0.0, (True,)))), (1.0, 4.0)


@right()
def a_weak_number_and_an_array(m):
    f = m.jit(lambda x: x * np.float16(1))
    f(np.float32(2))
    return str(f(2.0).dtype), "float16"


@right()
def a_python_int_and_a_bool(m):
    f = m.jit(lambda x: m.numpy.where(x, 5, 6) + x)
    return (int(f(2)), int(f(True))), (7, 6)


@right(seen="jax issue 25329")
def keywords_with_the_names_of_ours(m):
    f = m.jit(lambda x, f, fun, args: x * f * fun * args)
    return f(1.0, f=2.0, fun=3.0, args=5.0), np.float32(30)


@right()
def an_error_of_the_users_own(m):
    def f(x):
        raise LookupError("mine")
    try:
        m.jit(m.grad(f))(1.0)
    except LookupError as error:
        return str(error), "mine"
    return "no error", "mine"


@right()
def the_same_function_after_an_error(m):
    @m.jit
    def f(x, n):
        return x if n.shape else x / len(n)
    try:
        f(1.0, 2)
    except TypeError:
        pass
    return f(1.0, X), np.float32(1)


@wrong("TypeError|ValueError|JaxRuntimeError", r"\[2\]|\(2,\)",
       r"\[3\]|\(3,\)", "pure_callback|result_shape|callback")
def a_callback_of_another_shape(m):
    kind = m.ShapeDtypeStruct((3,), np.dtype("float32"))
    np.asarray(m.pure_callback(lambda x: np.asarray(x)[:2], kind, X))


@wrong("TypeError|ValueError", "int32|int64", "float32",
       "pure_callback|result_shape|callback")
def a_callback_of_another_dtype(m):
    kind = m.ShapeDtypeStruct((3,), np.dtype("float32"))
    np.asarray(m.pure_callback(
        lambda x: np.asarray(x, "int32"), kind, X))


@wrong("ValueError|NotImplementedError", "callback", "jvp|differenti|grad",
       "custom_jvp|custom_vjp")
def grad_of_a_callback(m):
    kind = m.ShapeDtypeStruct((), np.dtype("float32"))
    m.grad(lambda x: m.pure_callback(lambda x: x, kind, x))(1.0)


@wrong("TypeError|ValueError", r"\[2\]|\(2,\)", r"\[3\]|\(3,\)",
       "lower|compiled|types|differ")
def a_compiled_program_at_another_shape(m):
    m.jit(lambda x: x * 2).lower(X).compile()(X[:2])


@wrong("ValueError|TypeError", r"\b3\b", "donate_argnums",
       "argument|positional|range")
def a_donated_argument_that_there_is_not(m):
    m.jit(lambda x: x, donate_argnums=3)(X)
