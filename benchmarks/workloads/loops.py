"""Loops of many small steps, beside loops of Python and of XLA."""

import numpy as np
from registry import normal, workload

STEPS = "1000 small steps"


# A step that hardly does anything.
def wander_by_hand(n):
    def wander(x):
        for _ in range(n):
            x = np.cos(x) * 0.5 + x
        return x
    return wander


@workload(STEPS, "while_loop of a 10-vector", bar=.65, peer="numpy",
          also=["jax"], args=lambda n: (normal(10),), size=1000, tiny=5,
          by_hand=wander_by_hand)
def wander(m, n):
    def step(state):
        i, x = state
        return i + 1, m.numpy.cos(x) * 0.5 + x
    return lambda x: m.lax.while_loop(lambda s: s[0] < n, step, (0, x))[1]


# A recurrent network, n = (steps, width, inputs): its sum of all states.
def network(n):
    steps, width, inputs = n
    params = (normal(width, width) / width, normal(width, inputs) / inputs,
              normal(width))
    return params, normal(steps, inputs, seed=1)


def states(params, xs):
    w, u, b = params
    hs = [np.zeros_like(b)]
    for x in xs:
        hs.append(np.tanh(w @ hs[-1] + u @ x + b))
    return hs


def recurrent_by_hand(params, xs):
    return np.sum(states(params, xs))


def recurrent_gradient_by_hand(params, xs):
    w, u, b = params
    hs = states(params, xs)
    dw, du, db, dh = *map(np.zeros_like, params), np.zeros_like(b)
    for x, h, before in zip(xs[::-1], hs[:0:-1], hs[-2::-1]):
        ct = (dh + 1) * (1 - h * h)
        dw += np.outer(ct, before)
        du += np.outer(ct, x)
        db += ct
        dh = w.T @ ct
    return dw, du, db


def scanned(part, bar, by_hand):
    return workload(STEPS, f"scan RNN, {part}", bar=bar, peer="numpy",
                    also=["jax"], args=network, size=(1000, 32, 10),
                    tiny=(5, 4, 3), by_hand=lambda n: by_hand)


@scanned("value", .7, recurrent_by_hand)
def recurrent(m, n):
    def total(params, xs):
        w, u, b = params

        def step(h, x):
            h = m.numpy.tanh(w @ h + u @ x + b)
            return h, h
        return m.numpy.sum(m.lax.scan(step, m.numpy.zeros_like(b), xs)[1])
    return total


@scanned("gradient", .4, recurrent_gradient_by_hand)
def recurrent_gradient(m, n):
    return m.grad(recurrent(m, n))


# A loop of scalars that ends when two of them agree.
def root_by_hand(a):
    x, before = a, 0 * a
    while abs(x - before) > 1e-6 * x:
        x, before = 0.5 * (x + a / x), x
    return x


@workload("newton_sqrt by while_loop", "scalar", bar=(.2, .3), size=0, tiny=0,
          args=lambda n: (np.float64(2),), by_hand=lambda n: root_by_hand)
def root(m, n):
    return lambda a: m.lax.while_loop(
        lambda s: abs(s[0] - s[1]) > 1e-6 * s[0],
        lambda s: (0.5 * (s[0] + a / s[0]), s[0]), (a, 0 * a))[0]
