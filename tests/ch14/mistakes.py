"""Wrong answers to the exercises of chapter 14, and how each is recognized."""
import numpy as np

import minijax as mj
from minijax import forward
from minijax import numpy as jnp


def by_quotient(softplus):
    softplus.defjvps(lambda t, ans, x: t * jnp.exp(x) / (1 + jnp.exp(x)))


def by_difference(softplus):
    softplus.defjvps(lambda t, ans, x: t * (1 - 1 / (1 + jnp.exp(x))))


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


def called(fun, shape, A):
    out = mj.ShapeDtypeStruct(shape, A.dtype)
    return mj.pure_callback(lambda A: fun(np.asarray(A)), out, A,
                            vmap_method="sequential")


def logdet(transposed=True, sign=-1, first_only=False, numpy=False):
    def make():
        @mj.custom_jvp
        def inverse(A):
            return called(np.linalg.inv, A.shape, A)
        inverse.defjvps(lambda t, ans, A: sign * ans @ t @ ans)
        chosen = inverse.fun if first_only else (
            lambda A: jnp.asarray(np.linalg.inv(np.asarray(A)))
            if numpy else inverse(A))

        @mj.custom_jvp
        def logdet(A):
            return called(lambda A: np.linalg.slogdet(A)[1], (), A)
        logdet.defjvps(lambda t, ans, A: jnp.sum(
            (chosen(A).T if transposed else chosen(A)) * t))
        return logdet
    return make


MISTAKES = [
    ("14.1", no_rule, "has no rule"),
    ("14.1", by_quotient, "infinity by infinity"),
    ("14.1", by_difference, "difference of nearly equal numbers"),
    ("14.1", without_t, "depends on none of them"),
    ("14.2", both_slopes, "was computed all the same"),
    ("14.2", no_look, "as if it were an array"),
    ("14.2", one_or_the_other, "with p and x moving"),
    ("14.2", body_again, "the value is"),
    ("14.3", sum_of_limits, "wrong sign"),
    ("14.3", limits_only, "their term is missing"),
    ("14.4", logdet(transposed=False), "should be its transpose"),
    ("14.4", logdet(sign=1), "has the wrong sign"),
    ("14.4", logdet(first_only=True), "a callback that has no rule"),
    ("14.4", logdet(numpy=True), "hands a tracer to NumPy"),
]
