"""What it takes to call, to differentiate eagerly, to trace and to compile."""

from operator import add

import numpy as np
from registry import normal, workload

from workloads.networks import mlp, mlp_arguments

# A jitted call: how long it takes to find the program.
CALL = "jitted call `sin(x)*y+2`"


def formula(m, n):
    return lambda x, y: m.numpy.sin(x) * y + 2


def two(n):
    return tuple(normal(2, n)) if n else (np.float64(0.5), np.float64(0.3))


workload(CALL, "scalar", bar=(.15, .2), also=["numpy"], args=two, size=0,
         tiny=0)(formula)
workload(CALL, "10-vector", bar=.25, also=["numpy"], args=two, size=10,
         tiny=3)(formula)


@workload(CALL, "pytree of 20 leaves", bar=.45, size=20, tiny=3,
          args=lambda n: ({f"p{i}": normal(10, seed=i) for i in range(n)},))
def doubled(m, n):
    return lambda t: {key: 2 * leaf for key, leaf in t.items()}


# Eager operations.
@workload("eager `x+y`", "on 10-vectors", bar=.6, peer="torch", jit=False,
          also=["numpy", "autograd", "jax"], args=two, size=10, tiny=3)
def addition(m, n):
    return add


def sines(m, n):
    """x -> sin(sin(… x)): n small operations, one after another."""
    def f(x):
        for _ in range(n):
            x = m.numpy.sin(x)
        return x
    return f


def sines_gradient(m, n):
    f = sines(m, n)
    return m.grad(lambda x: f(x).sum())


def sines_gradient_by_hand(n):
    def gradient(x):
        values = [x]
        for _ in range(n):
            values.append(np.sin(values[-1]))
        ct = np.ones_like(x)
        for v in values[-2::-1]:
            ct = ct * np.cos(v)
        return ct
    return gradient


POWERS = {10**3: "10³", 10**4: "10⁴", 10**5: "10⁵"}
for n, power in POWERS.items():
    workload("eager gradient of a chain", f"{power} operations", bar=.45,
             peer="torch", also=["autograd"] + ["jax"] * (n == 1000),
             jit=False, dtypes=["float64"], args=lambda _: (normal(10),),
             size=n, tiny=20, by_hand=sines_gradient_by_hand)(sines_gradient)


# Tracing, and everything that comes before the first result.
def traced(m, n):
    f = sines(m, n)
    return lambda x: len(m.make_jaxpr(lambda x: f(x))(x).jaxpr.eqns)


for n, power in POWERS.items():
    workload("tracing (`make_jaxpr`)", f"{power} operations", bar=.02,
             jit=False, dtypes=["float64"], args=lambda _: (np.float64(0.5),),
             size=n, tiny=20)(traced)


def first_call(m, n):
    """A new function at every call: traced, differentiated and compiled."""
    return lambda *args: m.jit(m.grad(lambda *a: mlp(m.numpy, *a)))(*args)


for layers, bar in (3, .015), (100, .035):
    workload("first call of `jit(grad(mlp))`", f"{layers} layers", bar=bar,
             jit=False, dtypes=["float32"], args=mlp_arguments,
             size=(8, 32, layers), tiny=(3, 4, 2))(first_call)
