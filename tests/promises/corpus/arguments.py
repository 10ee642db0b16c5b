"""What grad, jvp, vjp, the Jacobians and their like are given."""
import numpy as np

from misuses import right, wrong


def square(x):
    return x * x


def loss(params, x):
    return params["w"] * x + params["b"]


X = np.float32([1, 2, 3])


@wrong("TypeError", "int32", "real|float", r"2\.0|astype|allow_int")
def grad_by_an_integer(m):
    m.grad(square)(3)


@wrong("TypeError", r"int32.*\['n'\]|\['n'\].*int32", "real|float",
       r"2\.0|astype|allow_int")
def grad_by_a_container_with_an_integer_in_it(m):
    m.grad(lambda p: p["a"] * p["n"])({"a": 1.0, "n": 2})


@wrong("TypeError", "bool", "real|float", r"2\.0|astype|allow_int")
def grad_by_a_bool(m):
    m.grad(lambda b: m.numpy.where(b, 1.0, 2.0))(True)


@wrong("TypeError", r"\(3,\)|\[3\]", "scalar", "sum|jacrev|jacobian|vmap")
def grad_of_a_vector(m):
    m.grad(m.numpy.sin)(X)


@wrong("TypeError", r"tuple|\(\*, \*\)|\(Array", "scalar", "has_aux",
       seen="jax issue 5776")
def grad_of_a_pair_without_has_aux(m):
    m.grad(lambda x: (x * x, x))(2.0)


@wrong("TypeError", "'loss'", "scalar", "has_aux|jacrev|one number")
def grad_of_a_dict(m):
    m.grad(lambda x: {"loss": x * x})(2.0)


@wrong("TypeError", "None", "scalar|array", "return")
def grad_of_a_function_without_return(m):
    def forgets(x):
        x * x
    m.grad(forgets)(2.0)


@wrong("TypeError", "int32", "real|float", "float, or|vjp|astype")
def grad_of_an_integer_result(m):
    m.grad(lambda x: m.numpy.argmax(x))(X)


@wrong("TypeError", "pair|tuple", "has_aux", r"\(output, aux\)|return|pair",
       seen="jax issue 5776")
def has_aux_without_aux(m):
    m.grad(lambda x: x * x, has_aux=True)(2.0)


@wrong("TypeError", "three|3|tuple", "has_aux", r"\(output, aux\)|two|pair")
def has_aux_with_three(m):
    m.grad(lambda x: (x * x, x, x), has_aux=True)(2.0)


@wrong("TypeError|ValueError", "5", "2 positional|2 argument|1", "argnums",
       seen="jax issue 1696")
def argnums_past_the_end(m):
    m.grad(lambda x, y: x * y, argnums=5)(1.0, 2.0)


@wrong("TypeError|ValueError", "'x'|str", "int", "argnums")
def argnums_of_a_name(m):
    m.grad(square, argnums="x")(1.0)


@wrong("TypeError|ValueError", r"0\.0|float", "int", "argnums")
def argnums_of_a_float(m):
    m.grad(square, argnums=0.0)(1.0)


@wrong("TypeError|ValueError", r"\(0, 0\)", "argnums", "twice|once|repeat|"
       "distinct|unique|different")
def argnums_twice_the_same(m):
    m.grad(lambda x, y: x * y, argnums=(0, 0))(1.0, 2.0)


@right()
def argnums_from_the_end(m):
    return m.grad(lambda x, y: x * y, argnums=-1)(3.0, 5.0), np.float32(3)


@wrong("TypeError|ValueError", "keyword|x=|0 positional", "position|argnums",
       r"position|f\(x\)|argnums", seen="jax issue 1696")
def grad_called_with_a_keyword_alone(m):
    m.grad(square)(x=2.0)


@right()
def grad_with_another_keyword(m):
    got = m.grad(lambda x, scale=1.0: scale * x * x)(2.0, scale=3.0)
    return got, np.float32(12)


@wrong("TypeError", "144", "callable|function", "first|takes the function")
def grad_of_a_value(m):
    m.grad(square(12.0))(1.0)


@wrong("TypeError", "'abc'|str", "array|number|valid JAX type|JAX value",
       "array|number|float")
def grad_by_a_string(m):
    m.grad(square)("abc")


@wrong("TypeError", r"\['name'\]", "valid JAX type|array|number",
       "array|number|argnums")
def grad_by_a_dict_with_a_string_in_it(m):
    m.grad(lambda p: p["w"])({"w": 1.0, "name": "a"})


@wrong("TypeError", "float", "tuple", r"\(x,\)|tuples? or lists?")
def jvp_without_tuples(m):
    m.jvp(square, 1.0, 1.0)


@wrong("ValueError", r"\(3,\).*\(2,\)|\[3\].*\[2\]", "shape",
       r"primal.*tangent")
def a_tangent_of_another_shape(m):
    m.jvp(square, (X,), (X[:2],))


@wrong("ValueError", r"\['w'\]", "shape", "primal")
def the_leaf_whose_tangent_has_another_shape(m):
    m.jvp(lambda p: p["w"], ({"b": X, "w": X},), ({"b": X, "w": X[:2]},))


@wrong("TypeError", "int32", "float0", r"2\.0|float0")
def an_integer_with_a_float_tangent(m):
    m.jvp(square, (2,), (1.0,))


@wrong("TypeError", "float64|int", "float32", "float32|cast|astype")
def a_tangent_of_another_dtype(m):
    m.jvp(square, (X,), (np.int32([1, 2, 3]),))


@wrong("TypeError", r"'b'|PyTreeDef", "same tree structure|structure",
       "tangents have|primals have")
def a_tangent_of_another_tree(m):
    m.jvp(lambda p: p["a"], ({"a": 1.0, "b": 2.0},), ({"a": 1.0},))


@wrong("TypeError|ValueError", r"2|PyTreeDef\(\(\*, \*\)\)|\(\*, \*\)",
       "tangent", "structure|one tangent for each|number")
def a_tangent_too_few(m):
    m.jvp(lambda x, y: x * y, (1.0, 2.0), (1.0,))


@wrong("ValueError|TypeError", r"\(2,\)|float32\[2\]", r"\(3,\)|float32\[3\]",
       "expected|output", seen="jax pull request 7238")
def a_cotangent_of_another_shape(m):
    _, f_vjp = m.vjp(square, X)
    f_vjp(X[:2])


@wrong("ValueError|TypeError", "list|tuple|dict|PyTreeDef", "structure|tree",
       "output|must")
def a_cotangent_of_another_tree(m):
    _, f_vjp = m.vjp(lambda x: {"a": x, "b": x}, 1.0)
    f_vjp([1.0, 1.0])


@wrong("ValueError|TypeError", "float32", "float0|int8", "float0|integer",
       seen="jax pull request 19538")
def a_float_cotangent_for_an_integer_result(m):
    _, f_vjp = m.vjp(lambda x: x.astype("int8"), 11.0)
    f_vjp(1232.0)


@wrong("TypeError|ValueError", r"\(2,\)|\[2\]", r"\(3,\)|\[3\]",
       "linearize|linear|tangent")
def a_linearized_function_at_another_shape(m):
    _, f_jvp = m.linearize(square, X)
    f_jvp(X[:2])


@wrong("TypeError", "int32", "real|float", r"2\.0|astype|jvp")
def jacfwd_by_an_integer(m):
    m.jacfwd(square)(3)


@wrong("TypeError", "complex", "real", "holomorphic|jvp")
def jacfwd_by_a_complex_number(m):
    m.jacfwd(square)(1j)


@wrong("TypeError", "complex", "real", "holomorphic|vjp",
       seen="jax issue 3121")
def jacrev_of_a_complex_function(m):
    m.jacrev(lambda x: x * 1j)(X)


@wrong("TypeError", "int32", "real|float", r"2\.0|astype|vjp|jvp")
def hessian_by_integers(m):
    m.hessian(lambda x: (x * x).sum())(np.int32([1, 2]))


@right()
def the_hessian_of_a_vector_function(m):
    got = m.hessian(lambda x: m.numpy.stack([x ** 2, x ** 3]))(2.0)
    return got, np.float32([2, 12])


@wrong("NotImplementedError|TypeError|ValueError", "sin", "linear",
       "linear in|only|not linear")
def linear_transpose_of_a_sine(m):
    m.linear_transpose(m.numpy.sin, X)(X)


@wrong("TypeError", r"\(2,\)|\[2\]|\[1\., 2\.\]", r"\(3,\)|\[3\]",
       "expected|output")
def linear_transpose_at_another_shape(m):
    m.linear_transpose(lambda x: 2 * x, X)(X[:2])


@wrong("TypeError", "<object|object", "array|number|valid JAX type",
       "return|array|number")
def jvp_of_a_function_that_returns_an_object(m):
    m.jvp(lambda x: object(), (1.0,), (1.0,))


@wrong("TypeError", r"\['name'\]", "valid JAX type|array", "has_aux|arrays")
def vjp_of_a_function_that_returns_a_string(m):
    m.vjp(lambda x: {"name": "loss", "value": x}, 1.0)


@wrong("TypeError", "'three'|str", "array|number|valid JAX type", "array|"
       "number|ShapeDtypeStruct")
def make_jaxpr_of_a_string(m):
    m.make_jaxpr(lambda x: x)("three")


@wrong("TypeError", "3", "tuple|sequence|iterable|shape", r"\(3,\)|\(\)|tuple")
def a_shape_that_is_a_number(m):
    m.eval_shape(square, m.ShapeDtypeStruct(3, "float32"))


@wrong("TypeError", "missing 1 required positional argument: 'y'", "y", "y")
def a_call_that_lacks_an_argument(m):
    m.grad(lambda x, y: x * y)(1.0)
