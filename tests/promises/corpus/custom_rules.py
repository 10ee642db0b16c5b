"""custom_jvp, custom_vjp and their like: what a rule must give back."""
from functools import partial

import numpy as np

from misuses import right, wrong

X = np.float32([1, 2, 3])


def with_jvp(m, rule, fun=None):
    f = m.custom_jvp(fun or m.numpy.sin)
    f.defjvp(rule)
    return f


def with_vjp(m, fwd, bwd, fun=None):
    def sine(x):
        return m.numpy.sin(x)
    f = m.custom_vjp(fun or sine)
    f.defvjp(fwd, bwd)
    return f


@wrong("AttributeError", "loss", "defjvp", "defjvp")
def no_jvp_rule(m):
    @m.custom_jvp
    def loss(x):
        return x
    m.grad(loss)(1.0)


@wrong("AttributeError", "loss", "defvjp", "defvjp")
def no_vjp_rule(m):
    @m.custom_vjp
    def loss(x):
        return x
    loss(1.0)


@wrong("TypeError", "slope", "pair", "tangent|two")
def a_jvp_rule_that_gives_the_tangent_alone(m):
    def slope(primals, tangents):
        return tangents[0]
    m.grad(with_jvp(m, slope))(1.0)


@wrong("TypeError", r"\[2\]|\(2,\)", r"\[3\]|\(3,\)", "tangent|shape")
def a_tangent_of_another_shape(m):
    def slope(primals, tangents):
        return m.numpy.sin(primals[0]), tangents[0][:2]
    m.jvp(with_jvp(m, slope), (X,), (X,))


@wrong("TypeError", "float16|int32", "float32", "tangent|astype")
def a_tangent_of_another_dtype(m):
    def slope(primals, tangents):
        return m.numpy.sin(primals[0]), tangents[0].astype("float16")
    m.jvp(with_jvp(m, slope), (X,), (X,))


@wrong("TypeError", "tuple|PyTreeDef", "structure", "slope|tangent")
def a_tangent_of_another_tree(m):
    def slope(primals, tangents):
        return m.numpy.sin(primals[0]), (tangents[0], tangents[0])
    m.jvp(with_jvp(m, slope), (X,), (X,))


@wrong("TypeError", "slope", r"float32\[3\]", "primal output|output")
def a_primal_result_of_another_shape(m):
    def slope(primals, tangents):
        return m.numpy.sum(primals[0]), m.numpy.sum(tangents[0])
    m.jvp(m.jit(with_jvp(m, slope)), (X,), (X,))


@wrong("ValueError|TypeError", "slope|rule", "linear", r"tangent|by t\b")
def a_slope_that_is_not_multiplied_by_the_tangent(m):
    def slope(primals, tangents):
        return m.numpy.sin(primals[0]), m.numpy.cos(primals[0])
    m.grad(with_jvp(m, slope))(1.0)


@wrong("ValueError|TypeError", "slope|rule", "linear", "tangent")
def a_tangent_forgotten_in_a_sum(m):
    def slope(primals, tangents):
        x, = primals
        return m.numpy.sin(x), m.numpy.cos(x) * tangents[0] + 1.0
    m.grad(with_jvp(m, slope))(1.0)


@wrong("ValueError|TypeError|NotImplementedError", "slope|rule", "linear",
       "tangent")
def a_tangent_squared(m):
    def slope(primals, tangents):
        return m.numpy.sin(primals[0]), tangents[0] ** 2
    m.grad(with_jvp(m, slope))(1.0)



@wrong("TypeError|ValueError", "2.*1|1.*2",
       "defjvps|rule|argument", "None|each|argument")
def too_few_defjvps(m):
    f = m.custom_jvp(lambda x, y: x * y)
    f.defjvps(lambda t, ans, x, y: t * y)
    m.grad(f, 1)(1.0, 2.0)


@wrong("TypeError", r"\[2\]|\(2,\)", r"\[3\]|\(3,\)", "defjvps")
def a_defjvps_rule_of_another_shape(m):
    f = m.custom_jvp(lambda x: x * 2)
    f.defjvps(lambda t, ans, x: t[:2])
    m.jvp(f, (X,), (X,))


@wrong("TypeError|ValueError", "slope|tuple", "primals", "tangents")
def a_jvp_rule_that_takes_its_arguments_one_by_one(m):
    def slope(x, t):
        return m.numpy.sin(x), m.numpy.cos(x) * t
    m.grad(with_jvp(m, slope))(1.0)


@wrong("TypeError", "forward|fwd", "pair", "residuals|two")
def fwd_without_residuals(m):
    m.grad(with_vjp(m, lambda x: m.numpy.sin(x), lambda r, g: (g,)))(1.0)


@wrong("TypeError", "forward", r"PyTreeDef|tuple|structure|\[\]",
       "primal output|output")
def fwd_with_another_output(m):
    def forward(x):
        return (m.numpy.sin(x), x), x
    m.grad(m.jit(with_vjp(m, forward, lambda r, g: (g,))))(1.0)


@wrong("TypeError", "backward|bwd", "tuple", r"\(g,\)|length 1|tuple|comma",
       seen="jax pull request 5571")
def bwd_without_a_tuple(m):
    def backward(r, g):
        return g * r
    m.grad(with_vjp(m, lambda x: (m.numpy.sin(x), x), backward))(1.0)


@wrong("TypeError", r"2|\(\*, \*\)", "1|tuple|arguments|structure",
       "bwd|backward", seen="jax issue 8356")
def bwd_with_too_many(m):
    def backward(r, g):
        return g, g
    m.grad(with_vjp(m, lambda x: (m.numpy.sin(x), x), backward))(1.0)


@wrong("ValueError|TypeError", r"float32\[10\]", r"float32\[\]",
       "bwd|backward", seen="jax pull request 28757")
def bwd_with_another_shape(m):
    def backward(r, g):
        return m.numpy.ones(10),
    m.grad(with_vjp(m, lambda x: (m.numpy.sin(x), x), backward))(1.0)


@wrong("ValueError|TypeError", "int32", "float32|float0", "bwd|backward")
def bwd_with_an_integer(m):
    def backward(r, g):
        return m.numpy.asarray(1, "int32"),
    m.grad(with_vjp(m, lambda x: (m.numpy.sin(x), x), backward))(1.0)


@wrong("TypeError|ValueError", r"\['b'\]|'b'|\{'b'\}|PyTreeDef",
       "bwd|backward", "structure|tree")
def bwd_with_a_key_left_out(m):
    f = m.custom_vjp(lambda p: p["a"] * p["b"])
    f.defvjp(lambda p: (p["a"] * p["b"], p), lambda p, g: ({"a": g * p["b"]},))
    m.grad(f)({"a": 1.0, "b": 2.0})


@wrong("TypeError", "custom_vjp", "forward-mode|jvp", "custom_jvp|jacrev",
       seen="jax pull request 6127")
def jvp_of_a_custom_vjp_function(m):
    f = with_vjp(m, lambda x: (m.numpy.sin(x), x), lambda r, g: (g * r,))
    m.jvp(f, (1.0,), (1.0,))


@wrong("TypeError", "custom_vjp", "forward-mode|jvp", "custom_jvp|jacrev")
def hessian_of_a_custom_vjp_function(m):
    f = with_vjp(m, lambda x: (m.numpy.sin(x), x), lambda r, g: (g * r,))
    m.jacfwd(f)(1.0)


@wrong("ValueError|TypeError", "5", "nondiff_argnums|argnums",
       "argument|parameter|positional")
def nondiff_argnums_past_the_end(m):
    f = partial(m.custom_jvp, nondiff_argnums=(5,))(lambda x: x)
    f.defjvp(lambda n, p, t: (p[0], t[0]))
    m.grad(f)(1.0)


@wrong("TypeError", "ops|keyword|b=", "position|resolved|unexpected",
       "argument|position")
def an_argument_that_has_no_place(m):
    f = m.custom_jvp(lambda x, **ops: x)
    f.defjvp(lambda p, t: (p[0], t[0]))
    m.grad(lambda x: f(x, b=1.0))(1.0)


@wrong("UnexpectedTracerError|CustomRuleError|TypeError|"
       "CustomVJPException", "close|scale", "custom_vjp|tracer|Tracer|rule",
       "argument|closure_convert|nondiff", seen="jax pull request 34216")
def bwd_that_closes_over_a_tracer(m):
    def outer(x, scale):
        f = with_vjp(m, lambda x: (m.numpy.sin(x), x),
                     lambda r, g: (g * scale,))
        return f(x)
    m.grad(m.jit(outer))(1.0, 2.0)


@wrong("UnexpectedTracerError|CustomRuleError|TypeError|"
       "CustomVJPException", "close|scale", "custom_vjp|tracer|Tracer|rule",
       "argument|closure_convert|nondiff", seen="jax pull request 40111")
def fwd_that_closes_over_a_tracer(m):
    def outer(x, scale):
        f = with_vjp(m, lambda x: (scale * m.numpy.sin(x), x),
                     lambda r, g: (g,), lambda x: scale * m.numpy.sin(x))
        return f(x)
    m.grad(m.jit(outer))(1.0, 2.0)


@wrong("UnexpectedTracerError|CustomRuleError|TypeError|"
       "TracerArrayConversionError|CustomVJPException",
       "close|scale|outer|np.asarray|__array__",
       "custom_vjp|tracer|Tracer|rule|numpy",
       "argument|closure_convert|nondiff|minijax.numpy|jax.numpy")
def bwd_that_calls_numpy_on_a_tracer_it_closes_over(m):
    def outer(x, scale):
        f = with_vjp(m, lambda x: (m.numpy.sin(x), x),
                     lambda r, g: (g * np.asarray(scale),))
        return f(x)
    m.grad(m.jit(outer))(1.0, 2.0)


@wrong("ValueError|TypeError", r"\[2\]|\(2,\)|\b2\b", r"\[3\]|\(3,\)|\b3\b",
       "matvec|shape|solve")
def a_linear_solve_of_another_shape(m):
    m.lax.custom_linear_solve(lambda v: v[:2], X, lambda f, b: b)


@wrong("TypeError|ValueError", r"\[2\]|\(2,\)|PyTreeDef|\[3\]",
       "custom_root|solve|tangent_solve|linear", "output|structure|shape|type")
def a_root_whose_solver_changes_the_shape(m):
    m.grad(lambda a: m.lax.custom_root(
        lambda x: x - a, X, lambda f, x: x[:2], lambda g, y: y).sum())(1.0)


@right()
def bwd_with_none(m):
    f = with_vjp(m, lambda x: (m.numpy.sin(x), x), lambda r, g: (None,))
    return m.grad(f)(1.0), np.float32(0)


@right(seen="jax issue 7098")
def a_product_by_an_integer(m):
    f = m.custom_jvp(lambda a, b: a * b)
    f.defjvps(lambda t, _, a, b: t * b, lambda t, _, a, b: a * t)
    _, f_vjp = m.vjp(f, 3.0, 2.0)
    return f_vjp(1.0)[0], np.float32(2)


@right(seen="jax issue 2912")
def a_traced_argument_that_is_not_differentiated(m):
    f = partial(m.custom_jvp, nondiff_argnums=(0,))(lambda s, p: s * p)
    f.defjvp(lambda s, p, t: (s * p[0], s * t[0]))
    got = m.jit(lambda s, p: m.grad(partial(f, s))(p))(0.2, 0.1)
    return got, np.float32(0.2)


@wrong("NotImplementedError|TypeError", "mysin", "rule", "jvp|table|not impl",
       ours=True)
def a_primitive_without_a_jvp_rule(m):
    mysin = primitive(m)
    m.grad(mysin.bind)(1.0)


@wrong("NotImplementedError", "mysin", "Batching rule", "table|rule",
       ours=True)
def a_primitive_without_a_batching_rule(m):
    m.vmap(primitive(m).bind)(X)


@wrong("NotImplementedError", "mysin", "Evaluation rule", "def_impl",
       ours=True)
def a_primitive_without_an_implementation(m):
    p = m.core.Primitive("mysin")
    p.def_abstract_eval(lambda x: x)
    p.bind(1.0)


@wrong("NotImplementedError", "mysin", "Abstract evaluation",
       "def_abstract_eval", ours=True)
def a_primitive_without_a_type(m):
    p = m.core.Primitive("mysin")
    p.def_impl(np.sin)
    p.bind(1.0)


@wrong("TypeError", r"mysin.*float64", "float32", "def_abstract_eval",
       ours=True)
def a_primitive_whose_type_is_not_its_values(m):
    p = primitive(m)
    p.def_impl(lambda x: np.sin(x).astype("float64"))
    p.bind(1.0)


@wrong("TypeError", "double", "operand|list|tuple", r"\[ct\]|each", ours=True)
def a_transpose_rule_that_gives_a_bare_cotangent(m):
    from minijax.forward import deflinear
    from minijax.transpose import transposes
    double = primitive(m, "double", lambda x: x + x)
    deflinear(double)
    transposes[double] = lambda ct, x: ct * 2
    m.grad(double.bind)(1.0)


@wrong("TypeError", "double", "pair|two|tangent", "return|pair|ans, t",
       ours=True)
def a_jvp_rule_of_a_primitive_that_gives_no_pair(m):
    from minijax.forward import jvp_rules
    double = primitive(m, "double", lambda x: x + x)
    jvp_rules[double] = lambda primals, tangents: tangents[0] * 2
    m.grad(double.bind)(1.0)


@wrong("TypeError", "double", "pair|two|axis", "return|pair|axis", ours=True)
def a_batching_rule_that_gives_no_axis(m):
    from minijax.batching import batching_rules
    double = primitive(m, "double", lambda x: x + x)
    batching_rules[double] = lambda values, axes: double.bind(values[0])
    m.vmap(double.bind)(X)


def primitive(m, name="mysin", impl=np.sin):
    p = m.core.Primitive(name)
    p.def_impl(impl)
    p.def_abstract_eval(lambda x: x)
    return p
