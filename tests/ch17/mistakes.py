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


def falling(f, find):
    return lambda y: find(lambda x: y - f(x))


def without_y(f, find):
    return lambda y: find(f)


def inverse_once(f, find):
    """Its rule divides by the slope at an x that does not move."""
    @mj.custom_jvp
    def of(y):
        return find(lambda x: f(x) - y)

    @of.defjvp
    def of_jvp(primals, tangents):
        x = find(lambda x: f(x) - primals[0])
        return x, tangents[0] / mj.grad(f)(x)
    return of


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


def added_up(f, c, x, c_dot):
    x_dot = jnp.zeros_like(x)
    for _ in range(60):
        x_dot = x_dot + mj.jvp(f, (c, x), (c_dot, x_dot))[1]
    return x_dot


def no_source(f, c, x, c_dot):
    return mj.jvp(lambda x: f(c, x), (x,), (jnp.zeros_like(x),))[1]


def transposed_tangent(f, c, x, c_dot):
    direct = mj.jvp(lambda c: f(c, x), (c,), (c_dot,))[1]
    _, pull = mj.vjp(lambda x: f(c, x), x)
    w = direct
    for _ in range(120):
        w = direct + pull(w)[0]
    return w


def gradients(A, b):
    def body(state):
        x, r, p = state
        Ap, rr = A(p), jnp.vdot(r, r)
        step = rr / jnp.vdot(p, Ap)
        x, r = x + step * p, r - step * Ap
        return x, r, r + jnp.vdot(r, r) / rr * p
    return lax.while_loop(lambda state: jnp.vdot(state[1], state[1]) > 1e-24,
                          body, (jnp.zeros_like(b), b, b))[0]


def best(tangent_solve):
    def answer(loss, x, descend):
        return lax.custom_root(mj.grad(loss), x,
                               lambda _, x: descend(loss, x), tangent_solve)
    return answer


def hessian(H, y):
    return mj.vmap(H)(jnp.eye(len(y)))


def by_rows(H, y):
    """Gauss and Jordan, on the Hessian that is written down."""
    rows = jnp.concatenate([hessian(H, y), y[:, None]], 1)
    for k in range(len(y)):
        rows = rows.at[k].set(rows[k] / rows[k, k])
        factor = rows[:, k].at[k].set(0.0)
        rows = rows - factor[:, None] * rows[k]
    return rows[:, -1]


def descended(loss, x, descend):
    return descend(loss, x)


def held(loss, x, descend):
    return lax.stop_gradient(descend(loss, x))


def descend_on_gradient(loss, x, descend):
    return lax.custom_root(mj.grad(loss), x, descend, gradients)


def one_newton_step(loss, x, descend):
    x, slope = lax.stop_gradient(descend(loss, x)), mj.grad(loss)
    return x - lax.custom_linear_solve(
        lambda v: mj.jvp(slope, (x,), (v,))[1], slope(x), gradients,
        symmetric=True)


def hessian_at_the_guess(loss, x, descend):
    def H(v):
        return mj.jvp(mj.grad(loss), (x,), (v,))[1]
    return best(lambda _, y: gradients(H, y))(loss, x, descend)


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


def runaway(P):
    return lax.custom_linear_solve(lambda x: P @ x, jnp.ones(len(P)), repeat,
                                   repeat)


def few_steps(P):
    x = jnp.zeros(5)
    for _ in range(7):
        x = 1 + P @ x
    return x


def steps_by_numpy(P):
    return np.linalg.solve(np.eye(5) - P, np.ones(5))


@mj.custom_vjp
def steps_backwards(P):
    return steps_by_rounds(P)


def steps_fwd(P):
    x = steps_by_rounds(P)
    return x, (P, x)


def steps_bwd(kept, ct):
    P, x = kept
    w = lax.fori_loop(0, 400, lambda _, w: ct + P.T @ w, ct)
    return jnp.outer(w, x),


steps_backwards.defvjp(steps_fwd, steps_bwd)


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
    ("17.1", falling, "y - f(x) falls"),
    ("17.1", without_y, "y is missing"),
    ("17.1", inverse_once, "the slope of the slope is not"),
    ("17.2", rounds(1), "one round with x held still"),
    ("17.2", rounds(2), "these are 2 rounds"),
    ("17.2", rounds(120, -1), "the sign of the second term"),
    ("17.2", transposed_tangent, "belongs to the backward pass"),
    ("17.2", rounds(60), "these are 60 rounds"),
    ("17.2", lambda *args: -rounds(120)(*args), "the sign is wrong"),
    ("17.2", added_up, "is not added to it"),
    ("17.2", no_source, "this is zero"),
    ("17.3", descended, "it had nothing to do"),
    ("17.3", held, "the derivative is zero"),
    ("17.3", descend_on_gradient, "descend wants the loss"),
    ("17.3", one_newton_step, "and the second is not"),
    ("17.3", hessian_at_the_guess, "the Hessian at the guess"),
    ("17.3", best(by_rows), "the Hessian was written down"),
    ("17.3", best(lambda H, y: H(y)), "multiplies by the Hessian"),
    ("17.3", best(lambda H, y: y / H(jnp.ones_like(y))), "entry by entry"),
    ("17.3", lowest, "the place of the minimum"),
    ("17.3", best(lambda H, y: y), "the Hessian is not the identity"),
    ("17.3", best(lambda H, y: -gradients(H, y)), "the sign of the deriv"),
    ("17.3", best(gradients), "are in the way"),
    ("17.4", steps(symmetric=True), "P is not symmetric"),
    ("17.4", steps(), "not pulled"),
    ("17.4", steps(start=0.0, **both), "one step is missing"),
    ("17.4", steps(lambda P: P.T, **both), "number of visits"),
    ("17.4", steps_by_rounds, "the rounds were differentiated"),
    ("17.4", steps_by_while, "grad meets a loop"),
    ("17.4", steps_by_numpy, "NumPy cannot be differentiated"),
    ("17.4", steps_backwards, "right backwards"),
    ("17.4", lambda P: jnp.sum(steps_by_rounds(P)), "one for each place"),
    ("17.4", runaway, "your rounds run away"),
    ("17.4", few_steps, "the first 7 steps"),
    ("17.5", landing(lambda ct, by_T: ct / by_T), "the sign is wrong"),
    ("17.5", landing(lambda ct, by_T: -ct), "divide by how fast"),
    ("17.5", landing(lambda ct, by_T: ct), "divide by how fast"),
    ("17.5", landing(lambda ct, by_T: -ct * by_T), "a division was wanted"),
    ("17.5", landing(lambda ct, by_T: -1 / by_T), "was forgotten"),
    ("17.5", landing(lambda ct, by_T: 0 * ct), "nothing comes back"),
]
