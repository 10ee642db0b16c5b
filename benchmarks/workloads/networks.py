"""A network of dense layers, n = (batch, width, layers)."""

import numpy as np
from registry import normal


def mlp(np, params, x, y):
    *hidden, (w_out, b_out) = params
    for w, b in hidden:
        x = np.tanh(x @ w + b)
    return np.mean((x @ w_out + b_out - y) ** 2)


def mlp_arguments(n):
    batch, width, layers = n
    params = [(normal(width, width, seed=i) / width**0.5, np.zeros(width))
              for i in range(layers)]
    return params, normal(batch, width), normal(batch, width, seed=1)
