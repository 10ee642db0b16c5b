"""What is measured of jitted functions: one definition for minijax and JAX.

A definition takes the module, minijax or jax, and gives a function and its
arguments; NumPy's version is written by hand.
"""

import numpy as np
from workloads import installed, workload

import minijax

RNG = np.random.default_rng(0)


def compared(name, define, by_hand=None):
    """A workload for minijax and, where it is installed, for JAX."""
    def make():
        runs = {"minijax": ready(minijax, define)}
        if by_hand:
            runs["NumPy by hand"] = by_hand()
        if installed("jax"):
            import jax
            jax.config.update("jax_cpu_enable_async_dispatch", False)
            run = ready(jax, define)
            runs["jax.jit"] = lambda: jax.block_until_ready(run())
        return runs
    workload(name)(make)


def ready(m, define):
    """A call of the jitted function with arrays of the module."""
    f, *args = define(m)
    f, args = m.jit(f), m.tree.map(m.numpy.asarray, args)
    return lambda: f(*args)


# Calls: how long it takes to find the program.
def formula(m, *args):
    return lambda x, y: m.numpy.sin(x) * y + 2, *args


def leaves(m):
    x = {f"p{i}": RNG.normal(size=10) for i in range(20)}
    return lambda t: m.tree.map(lambda v: 2 * v, t), x


compared("call, scalars", lambda m: formula(m, np.float64(0.5),
                                            np.float64(0.3)))
compared("call, 10-vectors", lambda m: formula(m, *RNG.normal(size=(2, 10))))
compared("call, a tree of 20 leaves", leaves)


# Chains of elementwise operations.
def cheap(np_, x):
    """Twenty operations that take less time than fetching their operands."""
    y = x
    for _ in range(5):
        y = y * x + 0.5
        y = y - 0.1 * x
    return y


def costly(np_, x):
    """Twenty operations, half of them transcendental."""
    y = x
    for _ in range(4):
        y = np_.sin(np_.tanh(y) + x)
        y = y * np_.exp(-x * x)
    return y


def chain_of(chain, n, dtype):
    x = RNG.uniform(0.1, 0.9, size=n).astype(dtype)
    name = f"{chain.__name__} chain, {n:.0e} {dtype}"
    compared(name, lambda m: (lambda x: chain(m.numpy, x), x),
             lambda: lambda: chain(np, x))
    compared(f"{name}, gradient", lambda m: (m.grad(
        lambda x: m.numpy.sum(chain(m.numpy, x))), x))


for chain in cheap, costly:
    for n in 10**3, 10**5, 10**7:
        for dtype in "float64", "float32":
            chain_of(chain, n, dtype)


# Models.
def mlp(m, params, x, y):
    for w, b in params[:-1]:
        x = m.numpy.tanh(x @ w + b)
    w, b = params[-1]
    return m.numpy.mean((x @ w + b - y) ** 2)


def mlp_arguments(sizes, batch, dtype):
    params = [((RNG.normal(size=(a, b)) / a**0.5).astype(dtype),
               np.zeros(b, dtype)) for a, b in zip(sizes, sizes[1:])]
    return (params, RNG.normal(size=(batch, sizes[0])).astype(dtype),
            RNG.normal(size=(batch, sizes[-1])).astype(dtype))


def first_call(m, layers):
    """Trace, differentiate and compile: a new function at every call."""
    args = m.tree.map(m.numpy.asarray, mlp_arguments(
        [32] * (layers + 1), 8, "float32"))
    return lambda: m.jit(m.grad(lambda *a: mlp(m, *a)))(*args)


for dtype in "float64", "float32":
    for name, sizes, batch in (("small", [32, 64, 64, 1], 32),
                               ("medium", [256, 512, 512, 1], 256)):
        compared(f"network gradient, {name} {dtype}", lambda m, s=sizes,
                 b=batch, d=dtype: (m.grad(lambda *a: mlp(m, *a)),
                                    *mlp_arguments(s, b, d)))


@workload("first call, gradient of 3 layers")
def first_calls():
    runs = {"minijax": first_call(minijax, 3)}
    if installed("jax"):
        import jax
        runs["jax.jit"] = first_call(jax, 3)
    return runs


def logistic(m):
    x, y = RNG.normal(size=(500, 20)), RNG.integers(0, 2, size=500)

    def loss(w):
        z = x @ w
        return m.numpy.mean(m.numpy.logaddexp(0.0, z) - y * z)
    return loss


def curvature(m, f):
    return lambda x, v: m.jvp(m.grad(f), (x,), (v,))[1]


W, V = RNG.normal(size=(2, 20))
X, U = RNG.normal(size=(2, 30, 40))
compared("logistic regression, gradient", lambda m: (m.grad(logistic(m)), W))
compared("logistic regression, Hessian",
         lambda m: (m.hessian(logistic(m)), W))
compared("logistic regression, Hessian times vector",
         lambda m: (curvature(m, logistic(m)), W, V))


def squares(m):
    return lambda x: m.numpy.sum(m.numpy.tanh(x) ** 2)


compared("sum(tanh(X)**2), gradient", lambda m: (m.grad(squares(m)), X))
compared("sum(tanh(X)**2), Hessian times matrix",
         lambda m: (curvature(m, squares(m)), X, U))
compared("sum(tanh(X)**2), Hessian", lambda m: (m.hessian(squares(m)), X))
compared("128 per-example gradients", lambda m: (m.vmap(m.grad(
    lambda w, x: m.numpy.tanh(w @ x).sum()), (None, 0)),
    RNG.normal(size=(20, 30)), RNG.normal(size=(128, 30))))


# Loops.
def counted(m):
    def step(state):
        i, x = state
        return i + 1, m.numpy.cos(x) * 0.5 + x
    return lambda x: m.lax.while_loop(
        lambda s: s[0] < 1000, step, (0, x))[1], RNG.normal(size=10)


def recurrent(m):
    def loss(w, xs):
        def step(h, x):
            h = m.numpy.tanh(w @ h + x)
            return h, h.sum()
        return m.lax.scan(step, m.numpy.zeros_like(xs[0]), xs)[1].sum()
    return loss, RNG.normal(size=(10, 10)) / 5, RNG.normal(size=(1000, 10))


def root(m):
    def f(a):
        return m.lax.while_loop(
            lambda s: abs(s[0] - s[1]) > 1e-9,
            lambda s: (0.5 * (s[0] + a / s[0]), s[0]), (a, 0 * a))[0]
    return f, np.float64(2)


def recurrent_gradient(m):
    loss, *args = recurrent(m)
    return m.grad(loss), *args


compared("while_loop, 1000 steps of a 10-vector", counted)
compared("scan, 1000 steps of a recurrent network", recurrent)
compared("scan, its gradient", recurrent_gradient)
compared("square root by while_loop", root)
