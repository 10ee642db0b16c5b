"""Random programs, and random compositions of transformations.

program : choose -> steps               choose(options) gives one of them
run     : (steps, module) -> (tree, int) -> tree
WAYS    : name -> (module, f) -> f      of functions (tree, int) -> tree

The module is minijax, or JAX. `choose` is Hypothesis's or random.choice.
"""

import numpy as np

TREE = {"a": np.array([0.3, -1.2, 0.8]), "b": (np.float64(0.7), np.array(
    [[0.5, 0.1, -0.4], [-0.2, 0.9, 1.1]]))}
N = np.int32(1)


def meets(x, y):
    """y, or its mean where it cannot be broadcast against x."""
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return y.mean()
    return y


def inner(m, x, y):
    if x.ndim and y.ndim and x.shape[-1] == y.shape[0]:
        return x @ y
    return x * y.sum()


def closing_over(m, x, y):
    """A jitted function that takes x and closes over y."""
    half = y * 0.5
    return m.jit(lambda x: m.numpy.tanh(x) + meets(x, half))(x)


OPS = {
    "sin": lambda m, x, y, n: m.numpy.sin(x),
    "exp": lambda m, x, y, n: m.numpy.exp(-x * x),
    "log1p": lambda m, x, y, n: m.numpy.log1p(x**2),
    "scale": lambda m, x, y, n: 1.5 * x - 1,
    "narrow": lambda m, x, y, n: x.astype("float32"),
    "add": lambda m, x, y, n: x + meets(x, y),
    "mul": lambda m, x, y, n: x * meets(x, y),
    "div": lambda m, x, y, n: x / (2 + m.numpy.cos(meets(x, y))),
    "relu": lambda m, x, y, n: m.numpy.maximum(x, 0.05),
    "where": lambda m, x, y, n: m.numpy.where(x > 0.1, x, 0.3 * x**2),
    "sum": lambda m, x, y, n: x.sum(0) if x.ndim else x,
    "cumsum": lambda m, x, y, n: m.numpy.cumsum(x, -1) if x.ndim else x,
    "turn": lambda m, x, y, n: x.T[::-1] if x.ndim else -x,
    "join": lambda m, x, y, n: m.numpy.concatenate(
        [m.numpy.ravel(x), m.numpy.ravel(y)])[1:6],
    "pick": lambda m, x, y, n: x[n] if x.ndim else n * x,
    "inner": lambda m, x, y, n: inner(m, x, y),
    "stop": lambda m, x, y, n: x * m.lax.stop_gradient(meets(x, y)),
    "jit": lambda m, x, y, n: closing_over(m, x, y),
    "pair": lambda m, x, y, n: m.jit(lambda p: p["x"] * p["y"].mean())(
        {"x": x, "y": y}),
}


def program(choose, most=6):
    """Steps: an operation, and which two of the values so far it takes."""
    return [(choose(sorted(OPS)), choose(range(k + 3)), choose(range(k + 3)))
            for k in range(choose(range(1, most + 1)))]


def tolerance(steps):
    """How much rounding there is, where some of it is in float32."""
    return 1e-2 if any("narrow" in step for step in steps) else 1e-9


def run(steps, m):
    def f(tree, n):
        values = [tree["a"], *tree["b"]]
        for op, i, j in steps:
            values.append(OPS[op](m, values[i], values[j], n))
        return {"last": values[-1], "all": (values[0], values[-2])}
    return f


# [ways]
def total(m, f, n):
    """The sum of a function's outputs: what grad can be taken of."""
    return lambda tree: sum(m.numpy.sin(x).sum().astype("float64") for x in
                            m.tree.leaves(f(tree, n)))


def direction(m, tree):
    return m.tree.map(m.numpy.cos, tree)


def stacked(m, tree):
    return m.tree.map(lambda x: m.numpy.stack([x, 0.5 * x]), tree)


def jvp(m, f):
    return lambda t, n: m.jvp(
        lambda t: f(t, n), (t,), (direction(m, t),))


def linearize(m, f):
    def both(t, n):
        out, push = m.linearize(lambda t: f(t, n), t)
        return out, push(direction(m, t))
    return both


def vjp(m, f):
    def back(t, n):
        out, pull = m.vjp(lambda t: f(t, n), t)
        return pull(out)[0]
    return back


WAYS = {
    "grad": lambda m, f: lambda t, n: m.grad(total(m, f, n))(t),
    "jvp": jvp, "linearize": linearize, "vjp": vjp,
    "vmap": lambda m, f: lambda t, n: m.vmap(f, (0, None))(stacked(m, t), n),
    "vmap of n": lambda m, f: lambda t, n: m.vmap(f, (None, 0), -1)(
        t, m.numpy.stack([n, 0 * n])),
    "jit": lambda m, f: m.jit(f),
}
# [/ways]


def result(m, f, ways):
    """f transformed in these ways, the first nearest to it, and called."""
    for way in ways:
        f = WAYS[way](m, f)
    return f(*m.tree.map(m.numpy.asarray, (TREE, N)))


def judge(got, want, leaves, tol=1e-9):
    """The same types, and the same numbers but for rounding."""
    for g, w in zip(leaves(got), leaves(want), strict=True):
        assert (g.shape, g.dtype) == (w.shape, w.dtype)
        assert g.weak_type == w.weak_type
        if g.size:
            g, w = np.asarray(g), np.asarray(w)
            np.testing.assert_allclose(g, w, tol, tol * (1 + abs(w).max()))
