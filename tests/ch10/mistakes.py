"""Wrong answers to the exercises of chapter 10, and how each is recognized."""
import numpy as np

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.flatten_util import ravel_pytree


def slope(f, x, v):
    return mj.jvp(f, (x,), (v,))[1]


def curvature(f, x, v):
    return slope(lambda x: slope(f, x, v), x, v)


def times_v(f, x, v):
    return mj.jvp(mj.grad(f), (x,), (v,))[1]


def pairs(f, x, v):
    return mj.jvp(lambda x: mj.jvp(f, (x,), (v,)), (x,), (v,))[1]


def by_length(f, x, v):
    return curvature(f, x, v) / jnp.vdot(v, v)


def whole_hessian(f, x, v):
    return jnp.vdot(v, mj.hessian(f)(x) @ v)


def by_gradient(f, x, v):
    return jnp.vdot(v, mj.jvp(mj.grad(f), (x,), (v,))[1])


def logsumexp(inside=lambda m: m, outside=lambda m: m, of_x=lambda x: x):
    def answer(x):
        x = of_x(x)
        m = jnp.max(x)
        return outside(m) + jnp.log(jnp.sum(jnp.exp(x - inside(m))))
    return answer


def not_added_back(x):
    m = jnp.max(lax.stop_gradient(x))
    return jnp.log(jnp.sum(jnp.exp(x - m)))


def still_a_vector(x):
    m = jnp.max(lax.stop_gradient(x), keepdims=True)
    return m + jnp.log(jnp.sum(jnp.exp(x - m)))


def without_m(x):
    return jnp.log(jnp.sum(jnp.exp(x)))


def colours(number, masked=True, transpose=False):
    def banded(f, x):
        n = len(x)
        j = np.arange(n)
        seeds = (j % number == np.arange(number)[:, None]).astype(x.dtype)
        pushed = np.asarray(mj.vmap(mj.linearize(f, x)[1])(seeds))
        J = pushed[j % number].T
        if masked:
            J = np.where(abs(j - j[:, None]) <= 1, J, 0)
        return J.T if transpose else J
    return banded


def pushes(f, x):
    seeds = np.arange(len(x)) % 3 == np.arange(3)[:, None]
    return mj.vmap(mj.linearize(f, x)[1])(seeds.astype(x.dtype))


def sum_of_all(f, x):
    return curvature(f, x, jnp.ones_like(x))


def first_only(f, x):
    return jnp.sum(mj.grad(f)(x))


def not_added(f, x):
    return jnp.diag(mj.hessian(f)(x))


def vectors_only(f, x):
    if x.ndim != 1:
        return jnp.zeros(())
    return jnp.trace(mj.hessian(f)(x))


def by_hessian(f, x):
    return jnp.trace(mj.hessian(f)(x).reshape(x.size, x.size))


def plain_newton(f, x, sign=1.0):
    while np.max(np.abs(mj.grad(f)(x))) > 1e-6:
        H = np.asarray(mj.hessian(f)(x))
        x = x - sign * np.linalg.solve(H, np.asarray(mj.grad(f)(x)))
    return x


def uphill(f, x):
    return plain_newton(f, x, -1.0)


def descent(f, x):
    while np.max(np.abs(mj.grad(f)(x))) > 1e-6:
        x = x - 0.5 * np.asarray(mj.grad(f)(x))
    return x


def never_shorter(f, x):
    while np.max(np.abs(mj.grad(f)(x))) > 1e-6:
        H, g = np.asarray(mj.hessian(f)(x)), np.asarray(mj.grad(f)(x))
        step = -np.linalg.solve(H, g)
        while f(x + step) >= f(x):
            step / 2
        x = x + step
    return x


def multiplied(f, x):
    while np.max(np.abs(mj.grad(f)(x))) > 1e-6:
        step = -mj.hessian(f)(x) @ mj.grad(f)(x)
        while f(x + step) >= f(x):
            step = step / 2
        x = x + step
    return x


def half_steps(f, x):
    for _ in range(20):
        H, g = np.asarray(mj.hessian(f)(x)), np.asarray(mj.grad(f)(x))
        x = x - 0.5 * np.linalg.solve(H, g)
    return x


def too_early(f, x):
    while np.max(np.abs(mj.grad(f)(x))) > 1e-1:
        H, g = mj.hessian(f)(x), np.asarray(mj.grad(f)(x))
        step = np.linalg.solve(np.asarray(H), g)
        while f(x - step) >= f(x):
            step = step / 2
        x = x - step
    return x


def block_by_block(f, p, v):
    leaves, treedef = mj.tree.flatten(p)

    def alone(i, t):
        def gradient(leaf):
            full = leaves[:i] + [leaf] + leaves[i + 1:]
            slopes = mj.grad(f)(treedef.unflatten(full))
            return mj.tree.leaves(slopes)[i]
        return mj.jvp(gradient, (leaves[i],), (t,))[1]
    return treedef.unflatten(
        [alone(i, t) for i, t in enumerate(mj.tree.leaves(v))])


def only_the_leaves(f, p, v):
    return mj.tree.leaves(mj.jvp(mj.grad(f), (p,), (v,))[1])


def dense(f, p, v):
    vector, unravel = ravel_pytree(p)
    H = mj.hessian(lambda x: f(unravel(x)))(vector)
    return unravel(H @ ravel_pytree(v)[0])


MISTAKES = [
    ("10.1", slope, "the first derivative"),
    ("10.1", times_v, "a vector"),
    ("10.1", pairs, "a pair came out"),
    ("10.1", by_length, "do not divide"),
    ("10.1", whole_hessian, "a whole Hessian"),
    ("10.1", by_gradient, "a gradient walks backwards"),
    ("10.1", lambda f, x, v: (f(x + 1e-4 * v) - 2 * f(x) + f(x - 1e-4 * v))
     / 1e-8, "as a difference is"),
    ("10.2", logsumexp(of_x=lax.stop_gradient), "zero everywhere"),
    ("10.2", logsumexp(inside=lax.stop_gradient), "1 too much"),
    ("10.2", logsumexp(outside=lax.stop_gradient), "1 too little"),
    ("10.2", without_m, "overflows"),
    ("10.2", not_added_back, "add m to it"),
    ("10.2", still_a_vector, "one number is wanted"),
    ("10.2", logsumexp(), "compared"),
    ("10.2", logsumexp(lax.stop_gradient, lax.stop_gradient), "too late"),
    ("10.3", lambda f, x: mj.jacfwd(f)(x), "three pushes are enough"),
    ("10.3", colours(2), "With two colours they do"),
    ("10.3", colours(3, masked=False), "the band is right"),
    ("10.3", colours(3, transpose=True), "this is the transpose"),
    ("10.3", pushes, "these are the three pushes"),
    ("10.4", lambda f, x: times_v(f, x, jnp.ones_like(x)),
     "the sums of its rows"),
    ("10.4", sum_of_all, "the sum of all entries"),
    ("10.4", first_only, "differentiate twice"),
    ("10.4", not_added, "add them up"),
    ("10.4", vectors_only, "of shape (2, 3)"),
    ("10.4", lambda f, x: jnp.trace(mj.hessian(f)(x)),
     "one number is wanted"),
    ("10.4", by_hessian, "builds a Jacobian or a Hessian"),
    ("10.5", plain_newton, "while the value is not lower"),
    ("10.5", never_shorter, "does the step become shorter"),
    ("10.5", multiplied, "His step s solves H s = -g"),
    ("10.5", half_steps, "while the value is not lower"),
    ("10.5", uphill, "while the value is not lower"),
    ("10.5", descent, "gradient descent"),
    ("10.5", too_early, "larger than 1e-6 in size"),
    ("10.6", lambda f, p, v: mj.grad(f)(p), "this is the gradient"),
    ("10.6", block_by_block, "blocks between two leaves"),
    ("10.6", only_the_leaves, "has the tree of p"),
    ("10.6", dense, "a whole Hessian"),
    ("10.6", lambda f, p, v: mj.jvp(mj.grad(f), (p,), (v,))[1],
     "by reverse mode alone"),
]
