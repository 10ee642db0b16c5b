"""Derivatives of many at once: diagonal Hessians, batches of pullbacks."""

import numpy as np
from registry import normal, workload

from workloads.networks import mlp, mlp_arguments

SQUARES = "`sum(tanh(X)**2)`, X 30×40"


def squares(m):
    return lambda x: m.numpy.sum(m.numpy.tanh(x) ** 2)


def two(n):
    return normal(*n), normal(*n, seed=1)


def entry(part, bar, by_hand):
    return workload(SQUARES, part, bar=bar, args=two, size=(30, 40),
                    tiny=(2, 3), by_hand=lambda n: by_hand)


def slope(x, v):
    t = np.tanh(x)
    return 2 * t * (1 - t * t)


def bend(x, v):
    s = np.tanh(x) ** 2
    return 2 * (1 - s) * (1 - 3 * s)


@entry("grad", (1.6, .7), slope)
def gradient(m, n):
    return lambda x, v: m.grad(squares(m))(x)


@entry("HVP", (1.6, 1.0), lambda x, v: bend(x, v) * v)
def product(m, n):
    return lambda x, v: m.jvp(m.grad(squares(m)), (x,), (v,))[1]


@entry("Hessian", (.6, .4), lambda x, v: np.diag(
    bend(x, v).ravel()).reshape(2 * x.shape))
def hessian(m, n):
    return lambda x, v: m.hessian(squares(m))(x)


@workload("per-example gradients", "vmap(grad), batch 128", bar=(.55, .65),
          args=mlp_arguments, size=(128, 32, 2), tiny=(3, 4, 2))
def per_example(m, n):
    return m.vmap(m.grad(lambda *a: mlp(m.numpy, *a)), (None, 0, 0))


# Covectors times the Jacobian of a layer's prediction: one for each row.
COVECTORS = "M·J with 128 covectors"


def layer(n):
    covectors, examples, features = n
    return (normal(features), normal(examples, features, seed=1),
            normal(covectors, examples, seed=2))


def pulled_by_hand(w, x, u):
    return u * (1 - np.tanh(x @ w) ** 2) @ x


def covectors(part, bar, jit=True):
    return workload(COVECTORS, part, bar=bar, args=layer, jit=jit,
                    size=(128, 64, 32), tiny=(3, 4, 5),
                    by_hand=lambda n: pulled_by_hand)


@covectors("vmap", .65)
def mapped(m, n):
    return lambda w, x, u: m.vmap(pullback(m, w, x))(u)


@covectors("Python loop", .06)
def looped(m, n):
    return lambda w, x, u: m.numpy.stack(
        [pull(v) for pull in [pullback(m, w, x)] for v in u])


def pullback(m, w, x):
    _, f_vjp = m.vjp(lambda w: m.numpy.tanh(x @ w), w)
    return lambda v: f_vjp(v)[0]


workload(COVECTORS, "Python loop, not jitted", bar=.06, args=layer, jit=False,
         size=(128, 64, 32), tiny=(3, 4, 5))(looped)
