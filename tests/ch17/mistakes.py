"""Wrong answers to the exercises of chapter 17, and how each is recognized."""
from functools import partial

import numpy as np

import minijax as mj
from minijax import lax
from minijax import numpy as jnp


def inverse(tangent_solve=lambda g, t: t / g(1.0), sign=1):
    def answer(f, find):
        def of(y):
            return lax.custom_root(
                lambda x: f(x) - y, 0.0, lambda g, _: find(g), tangent_solve)
        return of
    return answer


def inverse_found(f, find):
    return lambda y: find(lambda x: f(x) - y)


def inverse_itself(f, find):
    return f


def by_while(f, find):
    def of(y):
        return lax.while_loop(lambda x: abs(f(x) - y) > 1e-12,
                              lambda x: x - (f(x) - y) / 4, 0.0)
    return of


def rounds(n, sign=1):
    def answer(f, c, x, c_dot):
        x_dot = jnp.zeros_like(x)
        for _ in range(n):
            x_dot = mj.jvp(f, (c, x), (c_dot, sign * x_dot))[1]
        return x_dot
    return answer


def transposed_tangent(f, c, x, c_dot):
    direct = mj.jvp(lambda c: f(c, x), (c,), (c_dot,))[1]
    _, pull = mj.vjp(lambda x: f(c, x), x)
    w = direct
    for _ in range(120):
        w = direct + pull(w)[0]
    return w


def gradients(A, b):
    x, r = jnp.zeros_like(b), b
    p, rr = r, jnp.vdot(r, r)
    for _ in range(len(b)):
        Ap = A(p)
        step = rr / jnp.vdot(p, Ap)
        x, r = x + step * p, r - step * Ap
        rr, before = jnp.vdot(r, r), rr
        p = r + rr / before * p
    return x


def loop_of_gradients(A, b):
    return lax.while_loop(lambda x: jnp.sum(jnp.abs(b - A(x))) > 1e-10,
                          lambda x: x + 0.1 * (b - A(x)), jnp.zeros_like(b))


def best(tangent_solve):
    def answer(loss, x, descend):
        return lax.custom_root(mj.grad(loss), x,
                               lambda _, x: descend(loss, x), tangent_solve)
    return answer


def lowest(loss, x, descend):
    return loss(descend(loss, x))


def repeat(A, b):
    return lax.fori_loop(0, 400, lambda _, x: x + b - A(x), b)


def steps(matrix=lambda P: P, start=1.0, **kwargs):
    def answer(P):
        x = lax.custom_linear_solve(
            lambda x: x - matrix(P) @ x, jnp.ones(len(P)), repeat, **kwargs)
        return x + (start - 1)
    return answer


def steps_by_rounds(P):
    x = jnp.ones(5)
    for _ in range(400):
        x = 1 + P @ x
    return x


def steps_by_while(P):
    return lax.while_loop(lambda x: jnp.max(jnp.abs(1 + P @ x - x)) > 1e-12,
                          lambda x: 1 + P @ x, jnp.ones(5))


def landing(rule):
    @partial(mj.custom_vjp, nondiff_argnums=(0,))
    def found(height, c, ends):
        def halve(_, ends):
            early, late = ends
            middle = (early + late) / 2
            up = height(middle, c) > 0
            return (jnp.where(up, middle, early), jnp.where(up, late, middle))
        return lax.fori_loop(0, 50, halve, ends)[0]

    def fwd(height, c, ends):
        T = found(height, c, ends)
        return T, (T, c)

    def bwd(height, kept, ct):
        _, pull = mj.vjp(height, *kept)
        by_T = pull(np.float64(1))[0]
        return pull(jnp.asarray(rule(ct, by_T)))[1], None
    found.defvjp(fwd, bwd)
    return found


both = {"transpose_solve": repeat}

MISTAKES = [
    ("17.1", inverse_found, "the slope is zero"),
    ("17.1", inverse_itself, "this is f itself"),
    ("17.1", by_while, "grad meets the loop"),
    ("17.1", inverse(lambda g, t: t * g(1.0)), "that of the inverse is 1"),
    ("17.1", inverse(lambda g, t: -t / g(1.0)), "the sign is wrong"),
    ("17.1", inverse(lambda g, t: t), "must solve g(z) = y"),
    ("17.2", rounds(1), "one round with x held still"),
    ("17.2", rounds(2), "two rounds are not enough"),
    ("17.2", rounds(120, -1), "the sign of the second term"),
    ("17.2", transposed_tangent, "belongs to the backward pass"),
    ("17.2", rounds(9), "a few rounds more"),
    ("17.3", lowest, "the place of the minimum"),
    ("17.3", best(lambda H, y: y), "the Hessian is not the identity"),
    ("17.3", best(lambda H, y: -gradients(H, y)), "the sign of the deriv"),
    ("17.3", best(loop_of_gradients), "a while_loop in the way"),
    ("17.4", steps(symmetric=True), "P is not symmetric"),
    ("17.4", steps(), "not pulled"),
    ("17.4", steps(start=0.0, **both), "one step is missing"),
    ("17.4", steps(lambda P: P.T, **both), "number of visits"),
    ("17.4", steps_by_rounds, "the rounds were differentiated"),
    ("17.4", steps_by_while, "grad meets a loop"),
    ("17.5", landing(lambda ct, by_T: ct / by_T), "the sign is wrong"),
    ("17.5", landing(lambda ct, by_T: -ct), "divide by how fast"),
    ("17.5", landing(lambda ct, by_T: ct), "divide by how fast"),
    ("17.5", landing(lambda ct, by_T: -ct * by_T), "a division was wanted"),
    ("17.5", landing(lambda ct, by_T: -1 / by_T), "was forgotten"),
]
