"""Wrong answers to the exercises of chapter 18, and how each is recognized."""
import numpy as np

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.lax.linalg.matrices import matrix_primitive


def pushes(f, z):
    one = jnp.ones_like(z)
    return mj.jvp(f, (z,), (one,))[1], mj.jvp(f, (z,), (1j * one,))[1]


def d_not_bar(f, z):
    right, up = pushes(f, z)
    return (right - 1j * up) / 2


def twice_dbar(f, z):
    right, up = pushes(f, z)
    return right + 1j * up


def push_right(f, z):
    return pushes(f, z)[0]


def first_only(f, z):
    one = jnp.zeros_like(z).at[(0,) * jnp.ndim(z)].set(1)
    return (mj.jvp(f, (z,), (one,))[1]
            + 1j * mj.jvp(f, (z,), (1j * one,))[1]) / 2


def descend(step):
    def answer(loss, x, rate, steps):
        for _ in range(steps):
            x = mj.tree.map(lambda x, g: x - rate * step(g), x,
                            mj.grad(loss)(x))
        return x
    return answer


def likelihood(determinant=1.0, constant=True, by=None, square=1.0,
               **switches):
    switches = {"left_side": True, "lower": True, **switches}

    def answer(K, y):
        L = jnp.linalg.cholesky(K)
        white = lax.linalg.triangular_solve(L, y, **switches)
        half = jnp.sum(jnp.log(jnp.diagonal(L))) * determinant
        if by is not None:
            half = by(K, L) / 2
        out = -jnp.sum(white ** 2) / 2 * square - half
        return out - len(y) * jnp.log(2 * jnp.pi) / 2 if constant else out
    return answer


def by_product(K, L):
    return 2 * jnp.log(jnp.prod(jnp.diagonal(L)))


def by_slogdet(K, L):
    return jnp.linalg.slogdet(K).logabsdet


def fourier(of_k, of_w, n=lambda w: len(w)):
    def answer(k, w):
        return jnp.fft.irfft(of_k(jnp.fft.rfft(k)) * of_w(jnp.fft.rfft(w)),
                             n(w))
    return answer


def same(x):
    return x


def unblur_by_slice(k, w):
    return fourier(same, same)(k[::-1], w)


def unblur_by_vjp(k, w):
    blur = fourier(same, same)
    return mj.vjp(lambda x: blur(k, x), w)[1](w)[0]


def root(rule):
    def numbers(a):
        w, v = np.linalg.eigh(a)
        return v * np.sqrt(w)[..., None, :] @ v.mT

    def jvp(primals, tangents):
        X = p.bind(*primals)
        x, v = jnp.linalg.eigh(X)
        return X, rule(X, x, v, tangents[0], x[..., :, None] + x[..., None, :])
    p = matrix_primitive("root", numbers, lambda a: a, jvp, several=False)
    return p


MISTAKES = [
    ("18.1", d_not_bar, "this is a, which goes with t"),
    ("18.1", twice_dbar, "divide by 2"),
    ("18.1", push_right, "this is a + b"),
    ("18.1", first_only, "every entry moves"),
    ("18.2", descend(same), "minus its conjugate is"),
    ("18.2", descend(lambda g: -jnp.conj(g)), "this climbs"),
    ("18.2", descend(lambda g: -g), "this climbs"),
    ("18.2", descend(jnp.real), "the imaginary parts do not move"),
    ("18.2", descend(lambda g: jnp.conj(g) + 0j), "has become complex"),
    ("18.3", likelihood(2), "counts twice"),
    ("18.3", likelihood(0.5), "counts by half"),
    ("18.3", likelihood(-1), "wrong sign"),
    ("18.3", likelihood(constant=False), "the constant is missing"),
    ("18.3", likelihood(square=2), "the square counts twice"),
    ("18.3", likelihood(lower=False), "lower=True"),
    ("18.3", likelihood(left_side=False), "left_side=True"),
    ("18.3", likelihood(transpose_a=True), "no transpose_a"),
    ("18.3", likelihood(by=by_product), "underflows"),
    ("18.3", likelihood(by=by_slogdet), "a second factorization"),
    ("18.4", fourier(same, same), "the convolution itself"),
    ("18.4", fourier(same, jnp.conj), "the other way round"),
    ("18.4", fourier(jnp.conj, jnp.conj), "only k does"),
    ("18.4", unblur_by_slice, "k[0] stays"),
    ("18.4", fourier(lambda k: 1 / k, same), "this is the inverse"),
    ("18.4", fourier(jnp.conj, same, lambda w: None), "must be told"),
    ("18.4", unblur_by_vjp, "not with the package's own"),
    ("18.5", root(lambda X, x, v, t, sums: jnp.linalg.solve(2 * X, t)),
     "Matrices do not commute"),
    ("18.5", root(lambda X, x, v, t, sums: jnp.linalg.solve(X, t)),
     "Matrices do not commute"),
    ("18.5", root(lambda X, x, v, t, sums: v.mT @ (v @ t @ v.mT / sums) @ v),
     "turned the wrong way"),
    ("18.5", root(lambda X, x, v, t, sums: v @ (t / sums) @ v.mT),
     "without having been turned"),
    ("18.5", root(lambda X, x, v, t, sums: v @ (v.mT @ t @ v * sums) @ v.mT),
     "so divide"),
    ("18.5", root(lambda X, x, v, t, sums: v @ (v.mT @ t @ v / jnp.where(
        x[:, None] == x, 0, x[:, None] - x)) @ v.mT), "no differences"),
    ("18.5", root(lambda X, x, v, t, sums: v.mT @ t @ v / sums),
     "turn it back"),
    ("18.5", root(lambda X, x, v, t, sums: v @ (
        v.mT @ t @ v / (x[:, None] ** 2 + x ** 2)) @ v.mT),
     "those of X are wanted"),
]
