"""Wrong answers to the exercises of chapter 14, and how each is recognized."""
import numpy as np

import minijax as mj
from minijax import forward, lax
from minijax import numpy as jnp


def by_quotient(softplus):
    softplus.defjvps(lambda t, ans, x: t * jnp.exp(x) / (1 + jnp.exp(x)))


def by_difference(softplus):
    softplus.defjvps(lambda t, ans, x: t * (1 - 1 / (1 + jnp.exp(x))))


def where_too_late(softplus):
    softplus.defjvps(lambda t, ans, x: t * jnp.where(
        x > 20, 1.0, jnp.exp(x) / (1 + jnp.exp(x))))


def argument_for_value(softplus):
    softplus.defjvp(lambda primals, tangents: (
        primals[0], tangents[0] * lax.logistic(primals[0])))


def without_t(softplus):
    softplus.defjvp(lambda primals, tangents: (
        softplus(*primals), 1 / (1 + jnp.exp(-primals[0]))))


def no_rule(softplus):
    pass


def both_slopes(model, slope_p, slope_x, primals, tangents):
    slopes = slope_p(*primals), slope_x(*primals)
    return model(*primals), sum(s * t for s, t in zip(slopes, tangents)
                                if type(t) is not forward.Zero)


def no_look(model, slope_p, slope_x, primals, tangents):
    return model(*primals), (slope_p(*primals) * tangents[0]
                             + slope_x(*primals) * tangents[1])


def one_or_the_other(model, slope_p, slope_x, primals, tangents):
    if type(tangents[1]) is forward.Zero:
        return model(*primals), slope_p(*primals) * tangents[0]
    return model(*primals), slope_x(*primals) * tangents[1]


def body_again(model, slope_p, slope_x, primals, tangents):
    slopes = [(slope_p, tangents[0]), (slope_x, tangents[1])]
    p, x = primals
    return 2 * p * jnp.sin(p * x), sum(
        s(*primals) * t for s, t in slopes if type(t) is not forward.Zero)


def integral_rule(integral, fun, primals, tangents, sign=-1, inner=True):
    (p, a, b), (p_dot, s, t) = primals, tangents

    def moved(pair, x):
        p, p_dot = pair
        return mj.jvp(lambda p: fun(p, x), (p,), (p_dot,))[1]
    rest = integral(moved, (p, p_dot), a, b) if inner else 0.0
    return integral(fun, p, a, b), fun(p, b) * t + sign * fun(p, a) * s + rest


def sum_of_limits(*args):
    return integral_rule(*args, sign=1)


def limits_only(*args):
    return integral_rule(*args, inner=False)


def asks_itself(integral, fun, primals, tangents):
    (p, a, b), (p_dot, s, t) = primals, tangents
    inner = mj.jvp(lambda p: integral(fun, p, a, b), (p,), (p_dot,))[1]
    return integral(fun, p, a, b), fun(p, b) * t - fun(p, a) * s + inner


def closes_over(integral, fun, primals, tangents):
    (p, a, b), (p_dot, s, t) = primals, tangents

    def moved(p, x):
        return mj.jvp(lambda p: fun(p, x), (p,), (p_dot,))[1]
    inner = integral(moved, p, a, b)
    return integral(fun, p, a, b), fun(p, b) * t - fun(p, a) * s + inner


def integral_of_zero(integral, fun, primals, tangents):
    out, dot = integral_rule(integral, fun, primals, tangents)
    return 0 * out, dot


def called(fun, shape, A):
    out = mj.ShapeDtypeStruct(shape, A.dtype)
    return mj.pure_callback(lambda A: fun(np.asarray(A)), out, A,
                            vmap_method="sequential")


def size(A):
    return np.linalg.slogdet(A)[1]


def minus_sandwich(t, ans, A):
    return -ans @ t @ ans


def logdet(transposed=True, first_only=False, numpy=False,
           slope=minus_sandwich, value=size):
    def make():
        @mj.custom_jvp
        def inverse(A):
            return called(np.linalg.inv, A.shape, A)
        inverse.defjvps(slope)
        chosen = inverse.fun if first_only else (
            lambda A: jnp.asarray(np.linalg.inv(np.asarray(A)))
            if numpy else inverse(A))

        @mj.custom_jvp
        def logdet(A):
            return called(value, (), A)
        logdet.defjvps(lambda t, ans, A: jnp.sum(
            (chosen(A).T if transposed else chosen(A)) * t))
        return logdet
    return make


MISTAKES = [
    ("14.1", no_rule, "has no rule"),
    ("14.1", by_quotient, "infinity by infinity"),
    ("14.1", by_difference, "difference of nearly equal numbers"),
    ("14.1", without_t, "depends on none of them"),
    ("14.1", where_too_late, "it chooses too late"),
    ("14.1", argument_for_value, "let it call softplus"),
    ("14.2", both_slopes, "was computed all the same"),
    ("14.2", no_look, "as if it were an array"),
    ("14.2", one_or_the_other, "with p and x moving"),
    ("14.2", body_again, "the value is"),
    ("14.3", sum_of_limits, "wrong sign"),
    ("14.3", limits_only, "their term is missing"),
    ("14.3", asks_itself, "asks itself without end"),
    ("14.3", closes_over, "closes over p_dot"),
    ("14.3", integral_of_zero, "the rule's value is"),
    ("14.4", logdet(transposed=False), "should be its transpose"),
    ("14.4", logdet(slope=lambda t, ans, A: ans @ t @ ans), "wrong sign"),
    ("14.4", logdet(first_only=True), "a callback that has no rule"),
    ("14.4", logdet(numpy=True), "hands a tracer to NumPy"),
    ("14.4", logdet(slope=lambda t, ans, A: -ans * t * ans), "write @"),
    ("14.4", logdet(slope=lambda t, ans, A: -ans @ ans @ t), "one behind it"),
    ("14.4", logdet(value=lambda A: np.log(np.linalg.det(A))), "is negative"),
]
