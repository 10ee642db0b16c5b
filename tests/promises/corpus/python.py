"""Python asks a traced value for what it has not got."""
import copy
import math
import pickle

import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])
BOOL = "TracerBoolConversionError"
WHERE = r"numpy\.where|jnp\.where|lax\.cond|lax\.select"


@wrong(BOOL, r"bool\[\]", "boolean|branch", WHERE)
def an_if(m):
    m.jit(lambda x: 1.0 if x > 0 else 2.0)(1.0)


@wrong(BOOL, r"bool\[\]", "boolean", r"while_loop|" + WHERE)
def a_while(m):
    def halve(x):
        while x > 1:
            x = x / 2
        return x
    m.jit(halve)(8.0)


@wrong(BOOL, r"bool\[\]", "boolean", r"&")
def an_and(m):
    m.jit(lambda x: x > 0 and x < 1)(1.0)


@wrong(BOOL, r"bool\[\]", "boolean", r"&|\||~|logical")
def a_not(m):
    m.jit(lambda x: not x > 0)(1.0)


@wrong(BOOL, r"bool\[\]", "boolean", "&|logical")
def a_chained_comparison(m):
    m.jit(lambda x: 0 < x < 1)(0.5)


@wrong(BOOL, r"bool\[\]", "boolean", WHERE + "|maximum|max")
def the_greater_of_two(m):
    m.jit(lambda x, y: max(x, y))(1.0, 2.0)


@wrong(BOOL, r"bool\[\]", "boolean", WHERE + "|sort")
def sorted_tracers(m):
    m.jit(lambda x, y: sorted([x, y]))(1.0, 2.0)


@wrong(BOOL, r"bool\[\]", "boolean", WHERE + "|check|assert|callback")
def an_assert(m):
    def f(x):
        assert x > 0, "positive"
        return x
    m.jit(f)(1.0)


@wrong(BOOL, r"bool\[\]", "boolean", WHERE + "|any|==")
def membership_in_a_list(m):
    m.jit(lambda x: x in [1.0, 2.0])(1.0)


@wrong(BOOL, r"bool\[\]", "boolean", WHERE)
def an_if_under_vmap(m):
    m.vmap(lambda x: x if x > 0 else -x)(X)


@right()
def an_if_under_grad_alone(m):
    got = m.grad(lambda x: x * x if x > 0 else -x)(3.0)
    return got, np.float32(6)


@wrong(BOOL + "|ValueError", r"\[3\]|\(3,\)|size 3|more than one",
       "ambiguous|boolean", r"any|all|where")
def an_if_on_several_traced(m):
    m.jit(lambda x: 1.0 if x > 0 else 2.0)(X)


@wrong("ValueError", r"\(3,\)|size 3|more than one", "ambiguous", "any")
def an_if_on_several(m):
    if m.numpy.asarray(X) > 0:
        pass


@wrong("ValueError|TypeError", "empty|size 0", "ambiguous", "size")
def an_if_on_none_at_all(m):
    if m.numpy.zeros(0):
        pass


@wrong("ConcretizationTypeError", r"float32\[\]", "float",
       r"astype\(float\)|x\.astype")
def float_of_a_tracer(m):
    m.jit(lambda x: float(x) * 2)(1.0)


@wrong("ConcretizationTypeError", r"float32\[\]", "int", r"astype\(int\)")
def int_of_a_tracer(m):
    m.jit(lambda x: int(x) * 2)(1.0)


@wrong("ConcretizationTypeError", r"float32\[\]", "float|concrete",
       r"numpy\.sin|jnp\.sin|numpy\.log|jnp\.", seen="autograd issue 58")
def math_on_a_tracer(m):
    m.grad(lambda x: math.sin(x))(1.0)


@wrong("ConcretizationTypeError", r"float32\[\]", "item|concrete|float",
       "itself|outside|array|astype")
def item_of_a_tracer(m):
    m.jit(lambda x: x.sum().item())(X)


@wrong("ConcretizationTypeError", r"float32\[3\]", "tolist|concrete",
       "itself|outside|astype")
def tolist_of_a_tracer(m):
    m.jit(lambda x: x.tolist())(X)


@wrong("ConcretizationTypeError|TypeError", r"float32\[\]|f32\[\]",
       "format|concrete", r"debug\.print|outside|repr|\{x\}")
def a_tracer_in_a_format(m):
    m.jit(lambda x: f"{x:.2f}")(1.0)


@wrong("TracerIntegerConversionError|ConcretizationTypeError", r"int32\[\]",
       "integer|__index__", "shape|static|fori_loop", seen="jax issue 648")
def range_of_a_tracer(m):
    def f(n):
        for _ in range(n):
            pass
        return n
    m.jit(f)(3)


@wrong("TracerIntegerConversionError", r"int32\[\]", "__index__|integer",
       r"asarray\(a\)\[i\]|numpy|jnp|minijax array")
def a_list_indexed_by_a_tracer(m):
    m.jit(lambda i: [1.0, 2.0][i])(0)


@wrong("TypeError", "0-d|unsized|scalar|no length", "len|iterat",
       r"x\[\(\)\]|size|reshape|ravel|atleast_1d")
def len_of_a_scalar(m):
    m.jit(lambda x: len(x))(1.0)


@wrong("TypeError", "0-d", "iterat", r"x\[\(\)\]|reshape|ravel|atleast_1d",
       seen="jax issue 8605")
def unpacking_a_scalar(m):
    def f(x):
        a, b = x
        return a + b
    m.jit(f)(1.0)


@wrong("ValueError", "too many|not enough|3", "values to unpack", "2|expected")
def unpacking_too_many(m):
    def f(x):
        a, b = x
        return a + b
    m.jit(f)(X)


@wrong("TypeError", "Tracer|Array|float32", "hash",
       "static|shape|key|tuple|float", seen="jax issue 648")
def a_dict_with_traced_keys(m):
    m.jit(lambda x: {x: 1})(1.0)


@wrong("TypeError", "Array|unhashable", "hash", "tuple|float|bytes|item|int")
def a_set_of_arrays(m):
    {m.numpy.asarray(1.0)}



@wrong("TypeError|ConcretizationTypeError", r"float32\[\]", "pickle|concrete",
       "outside|return|value")
def a_pickled_tracer(m):
    m.jit(lambda x: pickle.dumps(x))(1.0)


@right()
def a_copied_tracer(m):
    return m.grad(lambda x: copy.deepcopy(x) * x)(3.0), np.float32(6)


@right()
def python_sum_abs_round_pow(m):
    got = m.jit(lambda x: sum(x) + abs(x[0]) + round(x[1]) + pow(x[2], 2))(X)
    return got, np.float32(18)


@right()
def a_loop_over_the_rows(m):
    got = m.grad(lambda x: sum(row * i for i, row in enumerate(x)))(X)
    return got, np.float32([0, 1, 2])



@wrong("AttributeError|TypeError", "shape|attribute", "reshape|read|set|"
       "no setter", "reshape")
def a_shape_assigned(m):
    x = m.numpy.asarray(X)
    x.shape = (3, 1)
