"""cond, switch, while_loop, fori_loop and scan."""
import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])


@wrong("TypeError", r"int32.*float32|i32.*f32", "scan|carry",
       "types|equal|astype", seen="jax-md issue 99")
def a_carry_that_changes_its_dtype(m):
    m.lax.scan(lambda c, x: (c + x.astype("int32").astype("float32"), x),
               np.int32(0), X)


@wrong("TypeError", r"float32\[3\]", "carry", r"\[\]|shape")
def a_carry_that_changes_its_shape(m):
    m.lax.scan(lambda c, x: (c + X, x), np.float32(0), X)


@wrong("TypeError", r"\['n'\]|'n'|keys: a n", "carry",
       "structure|keys|same", seen="jax pull request 15178")
def a_carry_that_grows_a_key(m):
    m.lax.scan(lambda c, x: ({"a": c["a"], "n": x}, x), {"a": 0.0}, X)


@wrong("TypeError", r"'T'", "'t'", "carry|key", seen="jax issue 25507")
def a_carry_with_a_key_in_another_case(m):
    m.lax.fori_loop(0, 1, lambda i, c: {"T": c["t"]}, {"t": X})


@wrong("TypeError", "None", "carry", "structure|same", seen="jax issue 1534")
def a_carry_that_comes_from_nothing(m):
    m.lax.scan(lambda c, x: (0, (x, 2 * x)), None, X)


@wrong("TypeError", r"\*|float32|PyTreeDef|not.*pair|tuple", "pair",
       r"carry|\(carry, y\)")
def a_step_that_returns_its_carry_alone(m):
    m.lax.scan(lambda c, x: c + x, 0.0, X)


@wrong("ValueError", r"3.*2|2.*3", "leading axis|length|size",
       "xs|same|first axis")
def rows_of_different_numbers(m):
    m.lax.scan(lambda c, x: (c, x), 0.0, (X, X[:2]))


@wrong("ValueError", r"5.*3|3.*5", "length", "leading axis|disagree")
def a_length_that_disagrees(m):
    m.lax.scan(lambda c, x: (c, x), 0.0, X, length=5)


@wrong("ValueError", "length|no values", "length", "xs|length")
def neither_rows_nor_length(m):
    m.lax.scan(lambda c, _: (c, c), 0.0)


@wrong("ConcretizationTypeError", "length", "concrete|int",
       "while_loop|fori_loop")
def a_traced_length(m):
    m.jit(lambda n: m.lax.scan(lambda c, _: (c, c), 0.0, None, length=n))(3)


@wrong("ValueError|TypeError", r"scalar|\[\]|no leading axis|5", "leading|"
       "scan", "axis|arange|length")
def scan_over_a_number(m):
    m.lax.scan(lambda c, i: (c, i), 0.0, 5)


@wrong("TypeError", r"float32\[\]|float32", "bool", "cond_fun|compare")
def a_condition_that_is_a_number(m):
    m.lax.while_loop(lambda x: x, lambda x: x - 1, 3.0)


@wrong("TypeError", r"bool\[3\]", "bool|scalar", "cond_fun|any|all")
def a_condition_that_is_an_array(m):
    m.lax.while_loop(lambda x: x < 5, lambda x: x + 1, X)


@wrong("TypeError", r"float32\[6\]|\[6\]", r"\[3\]", "body|carry")
def a_body_that_changes_the_shape(m):
    m.lax.while_loop(lambda x: x.sum() < 9,
                     lambda x: m.numpy.concatenate([x, x]), X)


@wrong("TypeError", "None", "body|carry", "structure|return|same")
def a_body_without_return(m):
    m.lax.while_loop(lambda x: x < 5, lambda x: None, 1.0)


@wrong("ValueError|NotImplementedError", "while_loop", "reverse|transpose|"
       "grad|backward", "scan|fori_loop|jvp", seen="jax issue 2956")
def grad_of_a_while_loop(m):
    m.grad(lambda x: m.lax.while_loop(
        lambda y: y < 10, lambda y: y * x, x))(2.0)


@wrong("ValueError|NotImplementedError", "while_loop|fori_loop",
       "reverse|transpose|grad|backward", "scan|static|jvp")
def grad_of_a_loop_with_a_traced_bound(m):
    m.grad(lambda x, n: m.lax.fori_loop(0, n, lambda i, y: y * x, 1.0))(
        2.0, 3) if False else m.jit(m.grad(lambda x, n: m.lax.fori_loop(
            0, n, lambda i, y: y * x, 1.0)))(2.0, 3)


@wrong("TypeError", r"float|5\.0", "int", "astype|fori_loop|int")
def a_bound_that_is_a_float(m):
    m.lax.fori_loop(0, 5.0, lambda i, x: x + i, 0.0)


@wrong("TypeError", "takes 1 positional argument but 2|argument", "1", "2")
def a_fori_body_that_lacks_the_index(m):
    m.lax.fori_loop(0, 5, lambda x: x + 1, 0.0)


@wrong("TypeError", "int32.*float32|float32.*int32|i32.*f32|f32.*i32",
       "branch|true_fun|cond", "same|equal|identical|differ|astype")
def branches_of_different_dtypes(m):
    m.lax.cond(True, lambda x: x, lambda x: x.astype("int32"), X)


@wrong("TypeError", r"\[2\].*\[3\]|\[3\].*\[2\]",
       "branch|true_fun|cond", "same|equal|identical|differ")
def branches_of_different_shapes(m):
    m.lax.cond(True, lambda x: x, lambda x: x[:2], X)


@wrong("TypeError", "tuple|PyTreeDef|dict", "true_fun|branch|cond",
       "structure|same")
def branches_of_different_trees(m):
    m.lax.cond(True, lambda x: (x, x), lambda x: {"a": x}, X)


@wrong("TypeError", "None|NoneType", "true_fun|branch|cond",
       "structure|same|return")
def a_branch_without_return(m):
    m.lax.cond(True, lambda x: x, lambda x: None, X)


@wrong("TypeError", r"\(3,\)|\[3\]", "scalar", "cond|any|all|where|select")
def a_predicate_that_is_an_array(m):
    m.lax.cond(X > 2, lambda x: x, lambda x: -x, X)


@wrong("TypeError", "str|'yes'", "bool|array|pred|type", "scalar|number|bool|"
       "array")
def a_predicate_that_is_a_string(m):
    m.lax.cond("yes", lambda x: x, lambda x: -x, X)


@wrong("TypeError", r"1\.0|float32|f32|Array|float", "callable",
       "callable|function|lambda")
def branches_that_are_values(m):
    m.lax.cond(True, 1.0, 2.0)


@wrong("TypeError", "takes 1 positional argument but 0|missing 1 required",
       "argument", "argument")
def operands_left_out(m):
    m.lax.cond(True, lambda x: x, lambda x: -x)


@wrong("TypeError", "float32|float", "int", "index|switch|astype")
def a_switch_by_a_float(m):
    m.lax.switch(1.0, [lambda x: x, lambda x: -x], 2.0)


@wrong("ValueError", "empty|no branch|at least one|0", "branch", "branch")
def a_switch_of_nothing(m):
    m.lax.switch(0, [], 2.0)


@wrong("TypeError", r"\(3,\)|\[3\]|shape", "scalar", "index|switch|vmap")
def a_switch_by_an_array(m):
    m.lax.switch(np.int32([0, 1, 0]), [lambda x: x, lambda x: -x], 2.0)


@wrong("ValueError|TypeError", r"3.*2|2.*3", "axis|size|dimension",
       "associative_scan|elems|same|match|equal")
def an_associative_scan_of_unequal_lengths(m):
    m.lax.associative_scan(lambda a, b: (a[0] + b[0], a[1] + b[1]),
                           (X, X[:2]))


@wrong("ValueError|TypeError", r"float|\(3,\)|callable|array",
       "callable|function", "callable|function")
def scan_of_a_value(m):
    m.lax.scan(X, 0.0, X)


@right()
def a_switch_past_the_end(m):
    got = m.lax.switch(7, [lambda x: x, lambda x: -x], 2.0)
    return got, np.float32(-2)


@right()
def a_weak_carry_takes_the_dtype_of_the_body(m):
    carry, _ = m.lax.scan(lambda c, x: (c + x, None), 0, X)
    return carry, np.float32(6)


@right()
def the_branch_not_taken_gives_no_nan(m):
    got = m.grad(lambda x: m.lax.cond(
        x > 0, lambda x: m.numpy.sqrt(x), lambda x: 0 * x, x))(0.0)
    return got, np.float32(0)


@right()
def a_loop_of_no_steps(m):
    got = m.grad(lambda x: m.lax.fori_loop(0, 0, lambda i, y: y * x, x))(3.0)
    return got, np.float32(1)


@right()
def a_loop_backwards_over_its_bounds(m):
    return m.lax.fori_loop(5, 2, lambda i, x: x + 1, 0.0), np.float32(0)
