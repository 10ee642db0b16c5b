"""Models that learn: a network of dense layers, logistic regression."""

import numpy as np
from registry import normal, workload

from workloads.networks import mlp, mlp_arguments


def mlp_gradient(m, n):
    return m.grad(lambda params, x, y: mlp(m.numpy, params, x, y))


def mlp_gradient_by_hand(params, x, y):
    *hidden, (w_out, b_out) = params
    inputs = [x]
    for w, b in hidden:
        inputs.append(np.tanh(inputs[-1] @ w + b))
    ct = (inputs[-1] @ w_out + b_out - y) * (2 / y.size)
    grads = []
    for (w, _), x in zip(reversed(params), reversed(inputs)):
        grads.append((x.T @ ct, ct.sum(0)))
        if x is not inputs[0]:
            ct = ct @ w.T * (1 - x * x)
    return grads[::-1]


for part, n, bar in (("small (32×64×3)", (32, 64, 3), (1.35, 1.05)),
                     ("medium (256×512×3)", (256, 512, 3), 1.0)):
    workload("MLP gradient", part, bar=bar, also=["autograd"],
             args=mlp_arguments, size=n, tiny=(3, 4, 3),
             by_hand=lambda n: mlp_gradient_by_hand)(mlp_gradient)


# Logistic regression with n = (examples, features): a loss and its curvature.
LOGISTIC = "logistic regression"


def data(n):
    examples, features = n
    return (normal(features), normal(features, seed=1), normal(*n, seed=2),
            1.0 * (normal(examples, seed=3) > 0))


def loss(np, w, x, y):
    z = x @ w
    return np.mean(np.logaddexp(0.0, z) - y * z)


def logistic(part, bar, by_hand):
    return workload(LOGISTIC, part, bar=bar, args=data, size=(500, 20),
                    tiny=(7, 3), by_hand=lambda n: by_hand)


def probability(w, x):
    return 1 / (1 + np.exp(-(x @ w)))


def weights(w, x):
    p = probability(w, x)
    return p * (1 - p) / len(x)


@logistic("grad", (1.15, 1.0),
          lambda w, v, x, y: x.T @ (probability(w, x) - y) / len(x))
def gradient(m, n):
    return lambda w, v, x, y: m.grad(loss_of(m, x, y))(w)


@logistic("Hessian", .7, lambda w, v, x, y: x.T * weights(w, x) @ x)
def hessian(m, n):
    return lambda w, v, x, y: m.jacfwd(m.jacrev(loss_of(m, x, y)))(w)


def product_by_hand(w, v, x, y):
    return x.T @ (weights(w, x) * (x @ v))


@logistic("HVP, forward over reverse", (1.25, 1.0), product_by_hand)
def forward_over_reverse(m, n):
    return lambda w, v, x, y: m.jvp(
        m.grad(loss_of(m, x, y)), (w,), (v,))[1]


@logistic("HVP, reverse over reverse", (1.25, 1.0), product_by_hand)
def reverse_over_reverse(m, n):
    return lambda w, v, x, y: m.grad(
        lambda w: m.grad(loss_of(m, x, y))(w) @ v)(w)


def loss_of(m, x, y):
    return lambda w: loss(m.numpy, w, x, y)
