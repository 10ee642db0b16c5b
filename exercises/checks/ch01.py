"""The checks of chapter 1: differences, and the dot-product test."""
import numpy as np

from checks import exercise
from minijax.testing import check_vjp, numerical_jvp


@exercise("1.1")
def _(best_step):
    steps = {(d, sides): best_step(d, sides) for sides in (1, 2)
             for d in (np.float64, np.float32, np.float16, np.complex64)}
    for (dtype, sides), step in steps.items():
        eps = float(np.finfo(dtype).eps)
        name = f"{'one-sided' if sides == 1 else 'central'}, {dtype.__name__}"

        def is_about(size, step=step):
            return size / 3 < step < 3 * size
        assert dtype is np.float64 or not np.isclose(
            step, steps[np.float64, sides], rtol=0.01), (
            f"{name}: this is the step for float64; numbers of this dtype "
            f"are farther apart, their epsilon is {eps:.1e}")
        best = eps ** (1 / (sides + 1))
        if is_about(best):
            continue
        assert not (sides == 1 and is_about(eps ** (1 / 3))), (
            f"{name}: {step:.1e} is the best step of the central difference; "
            "here the truncation error is h/2, not h*h/6")
        assert not (sides == 2 and is_about(eps ** (1 / 2))), (
            f"{name}: {step:.1e} is the best step of the one-sided "
            "difference; here the truncation error is h*h/6, not h/2")
        assert not is_about(eps ** (2 / 3)), (
            f"{name}: {step:.1e} is the error that the best central "
            "difference has, not its step")
        assert not is_about(eps), (
            f"{name}: a step of epsilon itself is all rounding error")
        raise AssertionError(
            f"{name}: expected a step of about {best:.1e}, got {step:.1e}")


def counted(f, calls, name):
    def g(x):
        calls[name] = calls.get(name, 0) + 1
        return f(np.asarray(x))
    return g


@exercise("1.2")
def _(complex_jvp):
    def f(x):
        return np.exp(x) * np.sin(x[::-1])

    x, t = np.array([0.3, 1.1, -0.4]), np.array([1.0, -2.0, 0.5])
    expected = (np.exp(x) * np.sin(x[::-1]) * t
                + np.exp(x) * np.cos(x[::-1]) * t[::-1])
    calls = {}
    got = complex_jvp(counted(f, calls, "f"), x, t)
    assert np.shape(got) == (3,), (
        f"J t has one entry for each output, shape (3,); got {np.shape(got)}")
    assert np.isrealobj(got), (
        "your answer is complex: the slope is in the imaginary part alone")
    along_ones = numerical_jvp(f, (x,), (np.ones(3),))
    assert not np.allclose(got, along_ones, rtol=1e-4), (
        "this is the slope with all inputs moving alike: the direction t "
        "was not used")
    assert not np.allclose(got, 0, atol=1e-100), (
        "the answer is next to nothing: has it been divided by the step?")
    assert np.abs(got).max() < 1e6, (
        f"the answer is as large as {np.abs(got).max():.0e}: this looks like "
        "the real part, the value, divided by the step")
    error = np.abs(got - expected).max()
    assert error < 1e-2, f"expected {expected}, got {got}"
    assert error < 1e-13, (
        f"this is right up to {error:.0e}, but all digits can be had: nothing "
        "is subtracted, so the step can be as small as 1e-200")
    assert calls == {"f": 1}, (
        f"right, but with {calls['f']} calls of f: move all inputs at once, "
        "along t")


@exercise("1.3")
def _(richardson):
    h = 0.25
    whole, half = (numerical_jvp(np.sin, (1.0,), (1.0,), eps=step)
                   for step in (h, h / 2))
    got = richardson(np.sin, 1.0, h)
    known = {
        "this is D(h) alone: combine it with D(h/2)": whole,
        "this is D(h/2) alone: the error is a quarter, and still there": half,
        "this is 2 D(h/2) - D(h), which cancels an error that is "
        "proportional to h, as the one-sided difference has it":
            2 * half - whole,
        "the two are exchanged: it is D(h/2), the better one, that counts "
        "four times": (4 * whole - half) / 3,
        "this is the mean of the two: its error is still proportional to "
        "h*h": (whole + half) / 2,
        "the weights do not add up to one, so the derivative is scaled: "
        "divide by 3": 4 * half - whole,
    }
    for why, wrong in known.items():
        assert not np.isclose(got, wrong, rtol=1e-9), why
    error = abs(got - np.cos(1.0))
    finer = abs(richardson(np.sin, 1.0, h / 2) - np.cos(1.0))
    assert error < 1e-4, (
        f"the derivative of sin at 1 is {np.cos(1.0):.6f}; with h = {h} D(h) "
        f"is {whole:.6f}, D(h/2) is {half:.6f}, and you have {got:.6f}")
    assert finer < error / 12, (
        f"half the step should make the error 16 times smaller; it made it "
        f"{error / finer:.1f} times smaller")


@exercise("1.4")
def _(are_transposes):
    A = np.random.default_rng(1).normal(size=(30, 40))
    calls = {}

    def verdict(forward, backward, n, m):
        return are_transposes(counted(forward, calls, "forward"),
                              counted(backward, calls, "backward"), n, m)

    assert verdict(lambda t: A @ t, lambda v: A.T @ v, 40, 30), (
        "a matrix of shape (30, 40) and its transpose were refused: do you "
        "compare with ==? Sums of floats agree up to rounding only")
    most = max(calls.values(), default=0)
    assert most <= 4, (
        f"you called one of them {most} times: that builds a "
        "matrix, and one random tangent is enough")
    assert not verdict(lambda t: 2 * t, lambda v: v / 2, 40, 40), (
        "doubling and halving were accepted: halving is the inverse of "
        "doubling, and its transpose is doubling")
    assert verdict(np.cumsum, lambda v: np.cumsum(v[::-1])[::-1], 40, 40), (
        "cumsum from the left and cumsum from the right were refused, but "
        "they are each other's transpose")
    assert not verdict(np.cumsum, np.cumsum, 40, 40), (
        "cumsum was accepted as its own transpose: with vectors of ones it "
        "seems to be, so take random ones")
    assert not verdict(lambda t: np.roll(t, 1), lambda v: np.roll(v, 1),
                       40, 40), (
        "shifting right was accepted as its own transpose, which is shifting "
        "left")
    assert not verdict(lambda t: A @ t, lambda v: -(A.T @ v), 40, 30), (
        "minus the transpose was accepted: look at the sign too")


@exercise("1.5")
def _(solve_vjp):
    rng = np.random.default_rng(3)
    A, b, v = rng.normal(size=(3, 3)) + 4 * np.eye(3), *rng.normal(size=(2, 3))
    out = solve_vjp(A, b)
    assert isinstance(out, tuple) and len(out) == 2 and callable(out[1]), (
        "solve_vjp should return x and a function of the weights v")
    x, pull = out
    right = np.linalg.solve(A, b)
    assert np.allclose(x, right), f"the value should be {right}, got {x}"
    pulled = pull(v)
    assert isinstance(pulled, tuple) and len(pulled) == 2, (
        "the weights should be a tuple of two: those of A and those of b")
    for_A, for_b = map(np.asarray, pulled)
    assert (for_A.shape, for_b.shape) != ((3,), (3, 3)), (
        "the two are exchanged: first the weights of A, then those of b")
    assert not np.allclose(for_b, np.linalg.solve(A, v)), (
        "b's weights are A^-1 v; pulling back needs the transpose of A")
    w = np.linalg.solve(A.T, v)
    assert not np.allclose(for_A, np.outer(w, x)), (
        "A's weights have the wrong sign: a larger A makes x smaller")
    assert not np.allclose(for_A, -np.outer(x, w)), (
        "A's weights are transposed: row i of A belongs to equation i, whose "
        "weight is w[i], and column j to x[j]")
    assert not np.allclose(for_A, -np.outer(w, b)), (
        "A's weights are made with b where x belongs: A multiplies x")
    check_vjp(np.linalg.solve, solve_vjp, (A, b))
