"""Wrong answers to the exercises of chapter 1, and what is said of them."""
import numpy as np

from minijax.testing import numerical_jvp

DOUBLE = float(np.finfo(np.float64).eps)


def epsilon(dtype):
    return float(np.finfo(dtype).eps)


def with_the_real_part(f, x, t):
    return f(x + 1e-200j * t).real / 1e-200


def not_divided(f, x, t):
    return f(x + 1e-200j * t).imag


def with_a_long_step(f, x, t):
    return f(x + 1e-4j * t).imag / 1e-4


def with_a_difference(f, x, t):
    return numerical_jvp(f, (x,), (t,))


def without_direction(f, x, t):
    return f(x + 1e-200j).imag / 1e-200


def not_taken_apart(f, x, t):
    return (f(x + 1e-200j * t) - f(x)) / 1e-200j


def with_a_matrix(f, x, t):
    return np.stack([f(x + 1e-200j * e).imag / 1e-200 for e in np.eye(len(x))],
                    axis=1) @ t


def combined(a, b):
    """a D(h) + b D(h/2)."""
    def richardson(f, x, h):
        return (a * numerical_jvp(f, (x,), (1.0,), eps=h)
                + b * numerical_jvp(f, (x,), (1.0,), eps=h / 2))
    return richardson


def with_ones(forward, backward, n, m):
    return np.isclose(np.ones(m) @ forward(np.ones(n)),
                      backward(np.ones(m)) @ np.ones(n))


def with_the_inverse(forward, backward, n, m):
    t = np.random.default_rng(0).normal(size=n)
    return m != n or np.allclose(backward(forward(t)), t)


def with_matrices(forward, backward, n, m):
    return np.allclose(np.stack([forward(e) for e in np.eye(n)], axis=1),
                       np.stack([backward(e) for e in np.eye(m)]))


def to_the_last_bit(forward, backward, n, m):
    rng = np.random.default_rng(0)
    t, v = rng.normal(size=n), rng.normal(size=m)
    return v @ forward(t) == backward(v) @ t


def without_the_sign(forward, backward, n, m):
    rng = np.random.default_rng(0)
    t, v = rng.normal(size=n), rng.normal(size=m)
    return np.isclose(abs(v @ forward(t)), abs(backward(v) @ t))


def solve_vjp(weights, transpose=True):
    """With weights(w, x, b) of the two arguments, w being A^-T v or A^-1 v."""
    def wrong(A, b):
        x = np.linalg.solve(A, b)
        return x, lambda v: weights(
            np.linalg.solve(A.T if transpose else A, v), x, b)
    return wrong


MISTAKES = [
    ("1.1", lambda dtype, sides: epsilon(dtype) ** (1 / 3),
     "is the best step of the central difference"),
    ("1.1", lambda dtype, sides: epsilon(dtype) ** (1 / 2),
     "is the best step of the one-sided difference"),
    ("1.1", lambda dtype, sides: DOUBLE ** (1 / (sides + 1)),
     "this is the step for float64"),
    ("1.1", lambda dtype, sides: epsilon(dtype) ** (sides / 3 if sides == 2
                                                    else 1 / 2),
     "is the error that the best central difference has"),
    ("1.1", lambda dtype, sides: epsilon(dtype), "is all rounding error"),
    ("1.1", lambda dtype, sides: 1e-1, "expected a step of about 1.5e-08"),
    ("1.2", with_the_real_part, "this looks like the real part"),
    ("1.2", not_divided, "has it been divided by the step?"),
    ("1.2", with_a_long_step, "the step can be as small as 1e-200"),
    ("1.2", with_a_difference, "the step can be as small as 1e-200"),
    ("1.2", without_direction, "the direction t was not used"),
    ("1.2", with_a_matrix, "right, but with 3 calls of f"),
    ("1.2", not_taken_apart, "your answer is complex"),
    ("1.3", combined(0, 1), "this is D(h/2) alone"),
    ("1.3", combined(-1, 2), "as the one-sided difference has it"),
    ("1.3", combined(4 / 3, -1 / 3), "the two are exchanged"),
    ("1.3", combined(1 / 2, 1 / 2), "this is the mean of the two"),
    ("1.3", combined(-1, 4), "divide by 3"),
    ("1.3", combined(-1 / 3, 5 / 3), "and you have"),
    ("1.3", combined(1, 0), "this is D(h) alone"),
    ("1.4", with_ones, "cumsum was accepted as its own transpose"),
    ("1.4", with_the_inverse, "halving is the inverse of doubling"),
    ("1.4", with_matrices, "one random tangent is enough"),
    ("1.4", to_the_last_bit, "Sums of floats agree up to rounding only"),
    ("1.4", without_the_sign, "look at the sign too"),
    ("1.5", solve_vjp(lambda w, x, b: (-np.outer(w, x), w), transpose=False),
     "pulling back needs the transpose of A"),
    ("1.5", solve_vjp(lambda w, x, b: (np.outer(w, x), w)),
     "the wrong sign"),
    ("1.5", solve_vjp(lambda w, x, b: (-np.outer(x, w), w)),
     "A's weights are transposed"),
    ("1.5", solve_vjp(lambda w, x, b: (w, -np.outer(w, x))),
     "the two are exchanged"),
    ("1.5", solve_vjp(lambda w, x, b: (-np.outer(w, b), w)),
     "with b where x belongs"),
    ("1.5", solve_vjp(lambda w, x, b: (-2 * np.outer(w, x), w)),
     "argument 0: expected"),
    ("1.5", np.linalg.solve, "should return x and a function"),
]
