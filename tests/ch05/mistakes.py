"""Wrong answers to the exercises of chapter 5, and how each is recognized."""
import itertools
import math

import numpy as np

import minijax as mj
from minijax import numpy as jnp


def eye(n):
    return jnp.eye(n, dtype=np.float64)


def transposed(f, x):
    return jnp.stack([mj.jvp(f, (x,), (e,))[1] for e in eye(3)])


def one_push(f, x):
    return mj.jvp(f, (x,), (jnp.ones_like(x),))[1]


def jacobian_of(column):
    return lambda f, x: jnp.stack([column(f, x, e) for e in eye(len(x))], 1)


def pairs(f, x):
    return [mj.jvp(f, (x,), (e,)) for e in eye(len(x))]


def square_only(f, x):
    columns = [mj.jvp(f, (x,), (e,))[1] for e in eye(len(x))]
    return jnp.stack(columns, axis=1)[:len(x)]


def duals(parts):
    """The class of exercise 5.3 with a wrong `parts`."""
    tags = itertools.count()

    class Dual:
        def __init__(self, tag, a, b):
            self.tag, self.a, self.b = tag, a, b

        def __add__(self, other):
            tag = younger(self, other)
            (a, s), (b, t) = (parts(Dual, v, tag) for v in (self, other))
            return Dual(tag, a + b, s + t)

        def __mul__(self, other):
            tag = younger(self, other)
            (a, s), (b, t) = (parts(Dual, v, tag) for v in (self, other))
            return Dual(tag, a * b, a * t + s * b)

        __radd__, __rmul__ = __add__, __mul__

    def younger(x, y):
        return max(v.tag for v in (x, y) if isinstance(v, Dual))

    def derivative(f, x):
        tag = next(tags)
        return parts(Dual, f(Dual(tag, x, 1.0)), tag)[1]
    return derivative


def newton(step):
    def newton(f, x, rounds=20):
        for _ in range(rounds):
            value, slope = mj.jvp(f, (x,), (jnp.ones_like(x),))
            x = step(x, value, slope)
        return x
    return newton


def newton_by_difference(f, x, rounds=20):
    for _ in range(rounds):
        x = x - f(x) / ((f(x + 1e-6) - f(x - 1e-6)) / 2e-6)
    return x


def newton_of_floats(f, x, rounds=20):
    for _ in range(rounds):
        value, slope = mj.jvp(f, (float(x),), (1.0,))
        x = x - value / slope
    return x


def one_slope(f, x, rounds=20):
    _, slope = mj.jvp(f, (x,), (jnp.ones_like(x),))
    for _ in range(rounds):
        x = x - f(x) / slope
    return x


def taylor_of_itself(f, x, n):
    found = []
    for k in range(n + 1):
        found.append(f(x) / math.factorial(k))
        f = lambda x: mj.jvp(f, (x,), (jnp.ones_like(x),))[1]  # noqa: B023, E731
    return found


def hypot(share):
    return lambda: (lambda t, ans, x, y: share(t, x, y, ans),
                    lambda t, ans, x, y: share(t, y, x, ans))


def derivative(f):
    return lambda x: mj.jvp(f, (x,), (jnp.ones_like(x),))[1]


def derivatives(f, x, n, first=0, divide=math.factorial):
    found = []
    for k in range(n + 1):
        found.append(f(x) / divide(k))
        f = derivative(f)
    return found[first:]


def differences(f, x, n, h=0.02):
    """Central differences of order n, over k!."""
    return [sum((-1) ** j * math.comb(k, j) * float(f(x + (k / 2 - j) * h))
                for j in range(k + 1)) / h**k / math.factorial(k)
            for k in range(n + 1)]


MISTAKES = [
    ("5.1", transposed, "rows and columns exchanged"),
    ("5.1", one_push, "one push along (1, 1, 1)"),
    ("5.1", square_only, "have a Jacobian of shape (4, 2)"),
    ("5.1", jacobian_of(lambda f, x, e: mj.jvp(f, (x,), (e,))[0]),
     "each column is the value"),
    ("5.1", pairs, "take the tangent, [1]"),
    ("5.1", jacobian_of(lambda f, x, e: (f(x + 1e-6 * e) - f(x - 1e-6 * e))
                        / 2e-6), "these are differences"),
    ("5.2", lambda t, ans, x: 1 - ans * ans, "multiply by t"),
    ("5.2", lambda t, ans, x: t * (1 - x * x), "which is ans"),
    ("5.2", lambda t, ans, x: t * (1 + ans * ans), "expected 0.634740"),
    ("5.2", lambda t, ans, x: t * (1 - np.tanh(np.asarray(x)) ** 2),
     "cannot be differentiated"),
    ("5.2", lambda t, ans, x: (ans, t * (1 - ans * ans)), "not a pair"),
    ("5.3", duals(lambda Dual, x, tag: (x, 0.0)), "never end"),
    ("5.3", duals(lambda Dual, x, tag: (x.a, x.b) if isinstance(x, Dual)
                  else (x, 0.0)), "still gives 2"),
    ("5.3", duals(lambda Dual, x, tag: (x, 0.0) if not isinstance(x, Dual)
                  else (x.a, x.b if x.tag == tag else 0.0)),
     "has lost the older tangent"),
    ("5.4", newton(lambda x, v, s: x + v / s), "is subtracted"),
    ("5.4", newton(lambda x, v, s: x - s / v), "upside down"),
    ("5.4", newton(lambda x, v, s: np.float64(float(x) - float(v / s))),
     "takes a number out of a tracer"),
    ("5.4", newton_by_difference, "not a difference"),
    ("5.4", newton_of_floats, "work with x as it comes"),
    ("5.4", one_slope, "in each round"),
    ("5.5", lambda: lambda t, ans, x, y: t * (x / ans), "return two rules"),
    ("5.5", hypot(lambda t, x, y, r: t * (y / jnp.where(r == 0, 1, r))),
     "exchanged"),
    ("5.5", hypot(lambda t, x, y, r: t * (x / jnp.sqrt(x * x + y * y))),
     "x*x overflows"),
    ("5.5", hypot(lambda t, x, y, r: t * (x / r)), "this gives nan"),
    ("5.5", hypot(lambda t, x, y, r: t * jnp.sign(x)
                  * (jnp.abs(x) / jnp.where(r == 0, 1, r)) ** 2),
     "at (3, 4) expected 3/5"),
    ("5.6", lambda f, x, n: derivatives(f, x, n, divide=lambda k: 1),
     "divided by k!"),
    ("5.6", lambda f, x, n: derivatives(f, x, n, first=1),
     "five coefficients"),
    ("5.6", taylor_of_itself, "derivative(f) gives each its own f"),
    ("5.6", differences, "finite differences"),
]
