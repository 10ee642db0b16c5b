"""The checks of chapter 17. Wrong answers that are often given have names."""
import numpy as np

import minijax as mj
from checks import exercise
from minijax import core, lax
from minijax import numpy as jnp
from minijax.test_util import check_grads

rng = np.random.default_rng(17)


def close(a, b, digits=6):
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and np.allclose(a, b, 10.0**-digits,
                                              10.0**-digits)


def wide(check):
    """The check, with Python's numbers in 64 bits."""
    def checked(answer):
        with mj.enable_x64():
            check(answer)
    return checked


class Listening(core.EvalTrace):
    def process_primitive(self, primitive, args, params):
        self.seen.append(primitive.name)
        return super().process_primitive(primitive, args, params)


def heard(f, *args):
    """The names of the atoms that f(*args) asked for."""
    listening = Listening()
    listening.seen = []
    with core.set_current_trace(listening):
        f(*args)
    return listening.seen


def bisect(g):
    def halve(_, ends):
        low, high = ends
        middle = (low + high) / 2
        below = g(middle) < 0
        return jnp.where(below, middle, low), jnp.where(below, high, middle)
    return lax.fori_loop(0, 60, halve, (-10.0, 10.0))[0]


@exercise("17.1")
@wide
def _(inverse):
    of = inverse(jnp.sinh, bisect)
    x = of(2.0)
    assert not close(x, np.sinh(2.0)), "this is f itself"
    assert close(x, np.arcsinh(2.0)), (
        f"the x with sinh(x) = 2 is {np.arcsinh(2.0):.6f}, got {float(x):.6f}")
    try:
        slope = mj.grad(of)(2.0)
    except ValueError as e:
        raise AssertionError(
            "the value is right, and grad meets the loop: give custom_root "
            "the equation") from e
    assert slope != 0, (
        "the value is right and the slope is zero: the halving was "
        "differentiated, and its ends are constants")
    want = 1 / np.sqrt(5.0)
    assert not close(slope, np.cosh(x)), (
        "this is the slope of f; that of the inverse is 1 over it")
    assert not close(slope, -want), (
        "the sign is wrong: look at the sign of y in your equation, and at "
        "what tangent_solve returns")
    assert not close(slope, 1.0), (
        "tangent_solve must solve g(z) = y for z, with g(z) = g(1) z")
    assert close(slope, want), f"expected the slope {want:.6f}, got {slope}"
    check_grads(of, (2.0,), 3, atol=1e-4, rtol=1e-4)


@exercise("17.2")
@wide
def _(tangent):
    c = {"W": rng.normal(size=(4, 4)), "b": rng.normal(size=4)}
    c["W"] *= 0.8 / np.abs(c["W"]).sum(1, keepdims=True)
    c_dot = mj.tree.map(lambda x: rng.normal(size=x.shape), c)

    def f(c, x):
        return jnp.tanh(c["W"] @ x + c["b"])
    x = lax.fori_loop(0, 200, lambda _, x: f(c, x), jnp.zeros(4))
    direct = mj.jvp(lambda c: f(c, x), (c,), (c_dot,))[1]
    by_x = np.asarray(mj.jacfwd(lambda x: f(c, x))(x))
    got = tangent(f, c, x, c_dot)
    assert not close(got, direct), (
        "this is one round with x held still: a round later the change of x "
        "comes back, multiplied by the slope of f along x")
    assert not close(got, direct + by_x @ direct), (
        "two rounds are not enough; go on until it has settled")
    assert not close(got, np.linalg.solve(np.eye(4) + by_x, direct)), (
        "the sign of the second term is wrong: this solves "
        "(1 + A) x' = B c'")
    assert not close(got, np.linalg.solve(np.eye(4) - by_x.T, direct)), (
        "this has the transposed matrix, which belongs to the backward pass")
    want = np.linalg.solve(np.eye(4) - by_x, direct)
    assert np.shape(got) == (4,), f"expected four numbers, got {got}"
    assert close(got, want, 3), f"expected {want}, got {got}"
    assert close(got, want, 9), (
        "nearly right: a few rounds more, for ten digits")


@exercise("17.3")
@wide
def _(best):
    A = rng.normal(size=(6, 3))
    y = jnp.asarray(rng.normal(size=6))

    def loss_of(c):
        def loss(x):
            r = A @ x - c * y
            return jnp.sum(jnp.logaddexp(r, -r)) + jnp.vdot(x, x) * c / 2
        return loss

    def descend(loss, x):
        return lax.fori_loop(0, 600, lambda _, x: x - 0.1 * mj.grad(loss)(x),
                             x)

    def answer(c):
        return best(loss_of(c), jnp.zeros(3), descend)
    x = answer(1.5)
    want_x = descend(loss_of(1.5), jnp.zeros(3))
    assert np.shape(x) == (3,), f"expected the place of the minimum, got {x}"
    assert close(x, want_x), f"the minimum is at {want_x}, got {x}"
    rhs = np.asarray(mj.jacfwd(lambda c: mj.grad(loss_of(c))(want_x))(1.5))
    want = -np.linalg.solve(np.asarray(
        mj.hessian(loss_of(1.5))(want_x)), rhs)
    got = mj.jvp(answer, (1.5,), (1.0,))[1]
    assert not close(got, -rhs), (
        "tangent_solve returns its right-hand side: the Hessian is not the "
        "identity")
    assert not close(got, -want), "the sign of the derivative is wrong"
    assert close(got, want, 5), (
        f"along the parameter the minimum moves by {want}, got {got}")
    try:
        back = mj.jacrev(answer)(1.5)
    except ValueError as e:
        raise AssertionError(
            "right forwards; backwards there is a while_loop in the way: the "
            "linear solve needs a rule, too, custom_linear_solve") from e
    assert close(back, want, 5), "right forwards, wrong backwards"
    big = best(lambda x: jnp.sum((x - 1) ** 2), jnp.zeros(7), descend)
    assert close(big, np.ones(7)), "wrong for a vector of seven"
    check_grads(answer, (1.5,), 2, atol=1e-3, rtol=1e-3)


@exercise("17.4")
@wide
def _(steps_home):
    P = rng.uniform(size=(5, 5)) * np.linspace(0.2, 1.0, 5)
    P *= 0.8 / P.sum(1, keepdims=True)
    P[2] *= 0.5
    want = np.linalg.solve(np.eye(5) - P, np.ones(5))
    got = steps_home(P)
    assert not close(got, np.linalg.solve(np.eye(5) - P.T, np.ones(5))), (
        "this is the number of visits to each place, of walkers that start "
        "everywhere: the matrix is transposed")
    assert not close(got, want - 1), (
        "one step is missing for each: x = 1 + P x")
    assert close(got, want), f"expected {want}, got {got}"

    def total(P):
        return jnp.vdot(jnp.arange(1.0, 6.0), steps_home(P))
    inverse = np.linalg.inv(np.eye(5) - P)
    slope = np.outer(inverse.T @ np.arange(1.0, 6.0), want)
    try:
        back = mj.grad(total)(P)
    except TypeError as e:
        raise AssertionError(
            "the steps are right, and can be pushed, and not pulled: say how "
            "the transposed system is solved") from e
    except ValueError as e:
        raise AssertionError(
            "the steps are right, and grad meets a loop: use "
            "custom_linear_solve") from e
    wrong = np.outer(inverse @ np.arange(1.0, 6.0), want)
    assert not close(back, wrong), (
        "the steps are right and the gradient is not: P is not symmetric, so "
        "the transposed system is another one")
    assert close(back, slope), "the gradient by P is wrong"
    kept = sum(x.size for x in mj.tree.leaves(mj.vjp(steps_home, P)[1]))
    assert kept < 200, (
        f"right, and {kept} numbers are kept for the way back: the rounds "
        "were differentiated instead of the equation")
    check_grads(steps_home, (P,), 2, atol=1e-3, rtol=1e-3)


@exercise("17.5")
@wide
def _(landing):
    def height(T, c):
        return c["up"] * T - c["g"] * T**2 / 2
    c = {"g": jnp.asarray(9.0), "up": jnp.asarray(18.0)}
    ends = 0.5, 10.0
    assert close(landing(height, c, ends), 4.0), (
        "the forward pass was right as it stood")
    got = mj.grad(lambda c: 3 * landing(height, c, ends))(c)
    want = {"g": -3 * 4 / 9, "up": 3 * 2 / 9}  # T = 2 up / g

    def says(factor):
        return all(close(got[k], factor * want[k]) for k in want)
    assert not says(-1), (
        "the sign is wrong: what lifts the height at the old time of landing "
        "makes it later, since the height is falling there")
    assert not says(-18 * -1) and not says(18 * -1), (
        "this is how the height at the time of landing changes; divide by how "
        "fast it falls")
    assert not says(18**2) and not says(-18**2), (
        "multiplied by the speed of falling, where a division was wanted")
    assert not says(1 / 3), (
        "the cotangent was forgotten: the loss may depend on the time more "
        "than once")
    assert says(1), (
        f"for T = 2 up / g, and 3 T as the loss, expected {want}, got {got}")
