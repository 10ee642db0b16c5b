"""The checks of chapter 17. Wrong answers that are often given have names."""
import numpy as np

import minijax as mj
from checks import exercise
from minijax import lax
from minijax import numpy as jnp
from minijax.experimental.ode import odeint
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


def shapes(program):
    """The shape of each value in a program, and in those that it holds."""
    for eqn in program.eqns:
        yield from (v.aval.shape for v in eqn.outvars)
        for inner in mj.tree.leaves(
                list(eqn.params.values()),
                is_leaf=lambda x: hasattr(x, "eqns")):
            if hasattr(inner, "eqns"):
                yield from shapes(inner)


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
    assert not close(x, 0.0), (
        "this is where f is zero: y is missing in what you gave to find")
    assert not close(abs(x), 10.0), (
        "find went to the end of its interval. It wants a growing function, "
        "and f(x) - y grows, while y - f(x) falls")
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
    assert close(mj.grad(mj.grad(of))(2.0), -2 * want**3), (
        "the slope is right, and the slope of the slope is not: you divide by "
        "the slope of f at x, and that x has to move with y as well")
    check_grads(of, (2.0,), 3, atol=1e-4, rtol=1e-4)


@exercise("17.2")
@wide
def _(tangent):
    W = rng.uniform(0.1, 1.0, size=(4, 4))
    c = {"W": 0.8 * W / W.sum(1, keepdims=True),
         "b": 0.02 * rng.normal(size=4)}
    c_dot = mj.tree.map(lambda x: rng.normal(size=x.shape), c)

    def f(c, x):
        return jnp.tanh(c["W"] @ x + c["b"])
    x = lax.fori_loop(0, 200, lambda _, x: f(c, x), jnp.zeros(4))
    direct = np.asarray(mj.jvp(lambda c: f(c, x), (c,), (c_dot,))[1])
    by_x = np.asarray(mj.jacfwd(lambda x: f(c, x))(x))
    want = np.linalg.solve(np.eye(4) - by_x, direct)
    got = tangent(f, c, x, c_dot)
    assert np.shape(got) == (4,), f"expected four numbers, got {got}"
    assert not close(got, np.zeros(4)), (
        "this is zero: the parameters do not move in your rounds, and they "
        "have to, in each, by c_dot")
    assert not close(got, direct, 9), (
        "this is one round with x held still: a round later the change of x "
        "comes back, multiplied by the slope of f along x")
    assert not close(got, -want), "the sign is wrong: x = f(c, x), not -f"
    assert not close(got, np.linalg.solve(np.eye(4) + by_x, direct)), (
        "the sign of the second term is wrong: this solves "
        "(1 + A) x' = B c'")
    assert not close(got, np.linalg.solve(np.eye(4) - by_x.T, direct)), (
        "this has the transposed matrix, which belongs to the backward pass")
    assert np.all(np.abs(got) < 1e3), (
        "this grows from round to round: the new x_dot takes the place of the "
        "old one, and is not added to it")
    n = rounds_taken(got, want, direct, by_x)
    assert not n, (
        f"these are {n} rounds, and that is not enough: a round takes off a "
        "fifth of the error, so go on until nothing changes")
    assert close(got, want, 9), f"expected {want}, got {got}"


def rounds_taken(got, want, first, A):
    """How many terms of first + A first + A A first + … make up `got`."""
    total, term = np.zeros_like(first), first
    for n in range(1, 200):
        total, term = total + term, A @ term
        if not close(total, want, 9) and close(got, total, 11):
            return n


@exercise("17.3")
@wide
def _(best):
    A = rng.normal(size=(12, 9))
    y = jnp.asarray(rng.normal(size=12))

    def loss_of(c):
        def loss(x):
            r = A @ x - c * y
            return jnp.sum(jnp.logaddexp(r, -r)) + jnp.vdot(x, x) * c / 2
        return loss

    def descend(loss, x):
        assert mj.eval_shape(loss, x).shape == (), (
            "descend wants the loss. What custom_root gives to solve is its "
            "f, and that is the gradient here")
        slope = mj.grad(loss)
        return lax.while_loop(lambda x: jnp.max(jnp.abs(slope(x))) > 1e-10,
                              lambda x: x - 0.02 * slope(x), x)

    start = jnp.zeros(9)

    def answer(c, x=start):
        return best(loss_of(c), x, descend)
    x = answer(1.5)
    want_x = descend(loss_of(1.5), start)
    assert np.shape(x) == (9,), f"expected the place of the minimum, got {x}"
    assert close(x, want_x), f"the minimum is at {want_x}, got {x}"
    rhs = np.asarray(mj.jacfwd(lambda c: mj.grad(loss_of(c))(want_x))(1.5))
    H = np.asarray(mj.hessian(loss_of(1.5))(want_x))
    want = -np.linalg.solve(H, rhs)
    got, near = (mj.jvp(lambda c, x=x: answer(c, x), (1.5,), (1.0,))[1]
                 for x in (start, want_x))
    assert not close(got, 0 * want), (
        "the derivative is zero, but the minimum moves with what the loss "
        "closes over")
    assert not close(near, 0 * want), (
        "if the guess is the minimum, your derivative is zero: the descent "
        "was differentiated, and it had nothing to do")
    H_start = np.asarray(mj.hessian(loss_of(1.5))(start))
    for wrong, why in [
            (-want, "the sign of the derivative is wrong"),
            (-rhs, "tangent_solve returns its right-hand side: the Hessian "
             "is not the identity"),
            (-H @ rhs, "tangent_solve multiplies by the Hessian, and ought "
             "to solve a system with it"),
            (-rhs / H.sum(1), "tangent_solve divides entry by entry, but the "
             "Hessian is a matrix"),
            (-np.linalg.solve(H_start, rhs), "this is the Hessian at the "
             "guess, and not at the minimum")]:
        assert not close(got, wrong), why
    assert close(got, want, 5), (
        f"along the parameter the minimum moves by {want}, got {got}")
    pushed = mj.make_jaxpr(
        lambda c: mj.jvp(answer, (c,), (1.0,)))(1.5)
    assert (9, 9) not in shapes(pushed), (
        "right, but for nine unknowns there is an array of nine by nine: the "
        "Hessian was written down. conjugate_gradients needs its products")
    try:
        back = mj.jacrev(answer)(1.5)
    except (ValueError, NotImplementedError) as e:
        raise AssertionError(
            "right forwards; backwards the rounds of the linear solve are in "
            "the way: it needs a rule, too, custom_linear_solve") from e
    assert close(back, want, 5), "right forwards, wrong backwards"
    big = best(lambda x: jnp.sum((x - 1) ** 2), jnp.zeros(7), descend)
    assert close(big, np.ones(7)), "wrong for a vector of seven"
    try:
        check_grads(answer, (1.5,), 2, atol=1e-3, rtol=1e-3)
    except AssertionError as e:
        raise AssertionError(
            "the first derivative is right, and the second is not: the "
            "Hessian is taken at x, and that x moves as well") from e


@exercise("17.4")
@wide
def _(steps_home):
    P = rng.uniform(size=(5, 5)) * np.linspace(0.2, 1.0, 5)
    P *= 0.8 / P.sum(1, keepdims=True)
    P[2] *= 0.5
    want = np.linalg.solve(np.eye(5) - P, np.ones(5))
    got = steps_home(P)
    assert np.shape(got) == (5,), (
        f"five numbers are wanted, one for each place, got {got}")
    assert not close(got, np.linalg.solve(np.eye(5) - P.T, np.ones(5))), (
        "this is the number of visits to each place, of walkers that start "
        "everywhere: the matrix is transposed")
    assert not close(got, want - 1), (
        "one step is missing for each: x = 1 + P x")
    assert np.all(np.abs(got) < 1e3), (
        f"your rounds run away, to {np.max(np.abs(got)):.0e}. With A(x) = "
        "x - P x, what stands for b + P x is b + x - A(x)")
    n = rounds_taken(got, want, np.ones(5), P)
    assert not n, (
        f"this counts the first {n} steps, and some walk longer: take more "
        "rounds")
    assert close(got, want), f"expected {want}, got {got}"

    def total(P):
        return jnp.vdot(jnp.arange(1.0, 6.0), steps_home(P))
    inverse = np.linalg.inv(np.eye(5) - P)
    slope = np.outer(inverse.T @ np.arange(1.0, 6.0), want)
    try:
        back = mj.grad(total)(P)
    except TypeError as e:
        if "transpose_solve" not in str(e):
            raise AssertionError(
                "the steps are right, and NumPy cannot be differentiated: "
                "give custom_linear_solve the system") from e
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
    try:
        mj.jvp(steps_home, (P,), (P,))
    except TypeError as e:
        raise AssertionError(
            "right backwards; forwards a custom_vjp is refused, and a "
            "custom_linear_solve goes both ways") from e
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
    assert not says(0), (
        "nothing comes back to c: the height at T depends on it")
    assert says(1), (
        f"for T = 2 up / g, and 3 T as the loss, expected {want}, got {got}")
    check_in_air(landing)


def check_in_air(landing):
    """With drag, and through odeint, against a formula."""
    def height(T, c):
        def slope(state, t, drag):
            _, speed = state
            return speed, -9.81 - drag * speed * jnp.abs(speed)
        return odeint(slope, (0.0, c["speed"]), jnp.stack([0 * T, T]),
                      c["drag"])[0][-1]

    def by_formula(c):
        s = jnp.sqrt(c["drag"] / 9.81)
        top = jnp.log(1 + (c["speed"] * s) ** 2) / 2
        e = jnp.exp(top)
        down = jnp.log(e + jnp.sqrt(e * e - 1))
        return (jnp.arctan(c["speed"] * s) + down) / (9.81 * s)
    c = {"speed": jnp.asarray(20.0), "drag": jnp.asarray(0.02)}
    got = mj.grad(lambda c: landing(height, c, (0.1, 5.0)))(c)
    want = mj.grad(by_formula)(c)
    assert all(close(got[k], want[k], 5) for k in want), (
        f"right for a parabola; in air, through odeint, expected {want}, got "
        f"{got}")
