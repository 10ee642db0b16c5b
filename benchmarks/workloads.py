"""What is measured: for each workload a function for each peer.

WORKLOADS : {name: () -> {peer: () -> anything}}

A peer that is not installed is left out.
"""

import importlib.util

import numpy as np

import minijax
import minijax.numpy as jnp

WORKLOADS = {}


def installed(name):
    return importlib.util.find_spec(name) is not None


def workload(name):
    def register(make):
        WORKLOADS[name] = make
        return make
    return register


def chain(sin, n):
    """x -> sin(sin(… x)): n small operations, one after another."""
    def f(x):
        for _ in range(n):
            x = sin(x)
        return x
    return f


def chain_gradient(n):
    """The eager gradient of the chain, peer by peer."""
    x = np.float64(0.5)
    runs = {"minijax": lambda: minijax.grad(chain(jnp.sin, n))(x),
            "NumPy by hand": lambda: by_hand(x, n)}
    if installed("autograd"):
        import autograd
        import autograd.numpy as anp
        runs["autograd"] = lambda: autograd.grad(chain(anp.sin, n))(x)
    if installed("torch"):
        import torch
        torch.set_num_threads(1)

        def with_torch():
            t = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
            chain(torch.sin, n)(t).backward()
            return t.grad
        runs["torch"] = with_torch
    if installed("jax") and n <= 1000:  # 350 µs an operation
        import jax
        runs["jax"] = lambda: jax.grad(chain(jax.numpy.sin, n))(
            x).block_until_ready()
    return runs


def by_hand(x, n):
    """The reverse pass as one would write it in NumPy."""
    values = [x]
    for _ in range(n):
        values.append(np.sin(values[-1]))
    ct = 1.0
    for v in reversed(values[:-1]):
        ct = ct * np.cos(v)
    return ct


for size in (1000, 10_000, 100_000):
    workload(f"eager gradient, {size} sines")(
        lambda size=size: chain_gradient(size))


@workload("eager x + y, 10-vectors")
def eager_add():
    x = np.arange(10.0)
    m = jnp.asarray(x)
    runs = {"minijax": lambda: m + m, "NumPy by hand": lambda: x + x}
    if installed("torch"):
        import torch
        t = torch.arange(10.0, dtype=torch.float64)
        runs["torch"] = lambda: t + t
    if installed("jax"):
        import jax
        j = jax.numpy.arange(10.0)
        runs["jax"] = lambda: (j + j).block_until_ready()
    return runs


@workload("make_jaxpr, 1000 sines")
def tracing():
    f = chain(jnp.sin, 1000)
    runs = {"minijax": lambda: minijax.make_jaxpr(f)(0.5)}
    if installed("jax"):
        import jax
        runs["jax"] = lambda: jax.make_jaxpr(chain(jax.numpy.sin, 1000))(0.5)
    return runs


def network(tanh, mean, params, x, y):
    for w, b in params:
        x = tanh(x @ w + b)
    return mean((x - y) ** 2)


@workload("eager gradient, network 32x64x3")
def small_network():
    rng = np.random.default_rng(0)
    params = [(rng.normal(size=(64, 64)) / 8, rng.normal(size=64))
              for _ in range(3)]
    x, y = rng.normal(size=(2, 32, 64))
    runs = {"minijax": lambda: minijax.grad(
        lambda p: network(jnp.tanh, jnp.mean, p, x, y))(params),
        "NumPy by hand": lambda: network_by_hand(params, x, y)}
    if installed("autograd"):
        import autograd
        import autograd.numpy as anp
        runs["autograd"] = lambda: autograd.grad(
            lambda p: network(anp.tanh, anp.mean, p, x, y))(params)
    if installed("jax"):
        import jax
        runs["jax"] = lambda: jax.block_until_ready(jax.grad(
            lambda p: network(jax.numpy.tanh, jax.numpy.mean, p, x, y))(
                params))
    return runs


def network_by_hand(params, x, y):
    inputs = []
    for w, b in params:
        inputs.append(x)
        x = np.tanh(x @ w + b)
    ct, grads, out = 2 * (x - y) / x.size, [], x
    for (w, _), inp in zip(reversed(params), reversed(inputs)):
        ct = ct * (1 - out**2)
        grads.append((inp.T @ ct, ct.sum(0)))
        ct, out = ct @ w.T, inp
    return grads[::-1]


@workload("M @ J, 128 covectors, mapped")
def mapped_products():
    return covector_products(lambda f, rows: minijax.vmap(f)(rows),
                             lambda jax: lambda f, rows: jax.vmap(f)(rows))


@workload("M @ J, 128 covectors, looped")
def looped_products():
    def loop(f, rows):
        return [f(row) for row in rows]
    return covector_products(loop, lambda jax: loop)


def covector_products(ours, theirs):
    """A matrix times a Jacobian: the pullback of a layer, row by row."""
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(64, 32)), rng.normal(size=32)
    rows = rng.normal(size=(128, 64))
    _, f_vjp = minijax.vjp(lambda x: jnp.tanh(w @ x), x)
    runs = {"minijax": lambda: ours(lambda u: f_vjp(u)[0], rows),
            "NumPy by hand": lambda: rows * (1 - np.tanh(w @ x) ** 2) @ w}
    if installed("jax"):
        import jax
        _, g_vjp = jax.vjp(lambda x: jax.numpy.tanh(w @ x), x)
        run = theirs(jax)
        runs["jax"] = lambda: jax.block_until_ready(
            run(lambda u: g_vjp(u)[0], rows))
    return runs
