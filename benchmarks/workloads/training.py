"""Programs that call a jitted function again and again, from Python."""

import numpy as np
from registry import normal, workload

from workloads.networks import mlp, mlp_arguments


@workload("training the MLP", "200 steps", bar=(1.6, 1.25), jit=False,
          args=mlp_arguments, size=(32, 64, 3), tiny=(3, 4, 2))
def training(m, n):
    @m.jit
    def step(params, x, y):
        grads = m.grad(lambda p: mlp(m.numpy, p, x, y))(params)
        return m.tree.map(lambda p, g: p - 0.1 * g, params, grads)

    def train(params, x, y):
        for _ in range(200):
            params = step(params, x, y)
        return params
    return train


# scipy's minimizers, on Rosenbrock's function of so many variables.
def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def minimizer(m, method):
    """From a starting point to the minimum; scipy is given NumPy's arrays."""
    from scipy.optimize import minimize
    both = m.jit(m.value_and_grad(rosenbrock))
    product = m.jit(lambda x, v: m.jvp(m.grad(rosenbrock), (x,), (v,))[1])
    hessian = {"hessp": lambda x, v: np.asarray(product(x, v))}

    def run(x):
        result = minimize(lambda x: tuple(map(np.asarray, both(x))),
                          np.asarray(x), jac=True, method=method,
                          **(hessian if method == "Newton-CG" else {}))
        return np.round(result.x, 3)
    return run


for method, bar in ("BFGS", .75), ("Newton-CG", .7):
    workload("scipy.optimize.minimize", method, bar=bar, jit=False,
             dtypes=["float64"], size=10, tiny=3, needs="scipy",
             args=lambda n: (0.1 * normal(n),))(
                 lambda m, n, method=method: minimizer(m, method))
