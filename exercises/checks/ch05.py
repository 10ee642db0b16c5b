"""The checks of chapter 5. Wrong answers that are often given have names."""
import math
from unittest import mock

import numpy as np

import minijax as mj
from checks import exercise
from minijax import core, forward, lax
from minijax import numpy as jnp
from minijax.test_util import check_grads


def close(a, b, digits=9):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and np.allclose(a, b, 10.0**-digits,
                                              10.0**-digits)


@exercise("5.1")
def _(jacobian):
    def f(x):
        return jnp.stack([x[0] * x[1], jnp.sin(x[0]), x[1] ** 2 + x[2]])

    x = np.array([0.5, 2.0, -1.0])
    right = np.array([[2.0, 0.5, 0], [math.cos(0.5), 0, 0], [0, 4.0, 1.0]])
    seen = []
    J = jacobian(lambda x: seen.append(isinstance(x, core.Tracer)) or f(x), x)
    assert any(seen), (
        "f was never pushed: these are differences; mj.jvp is exact")
    J = np.asarray(J)
    assert J.shape != (3, 2, 3), (
        "jvp gives a pair, the value and the tangent; take the tangent, [1]")
    assert not close(J, np.stack([f(x)] * 3, 1)), (
        "each column is the value f(x): jvp gives the value first, and then "
        "the tangent")
    assert not close(J, right.T), (
        "this is the Jacobian with rows and columns exchanged: what one push "
        "gives is a column; stack the pushes along axis 1")
    assert not close(J, right.sum(1)), (
        "this is one push along (1, 1, 1), the sum of the columns; push each "
        "unit vector by itself")
    assert J.shape == (3, 3), f"expected shape (3, 3), got {J.shape}"
    assert close(J, right), f"expected\n{right}\ngot\n{J}"
    tall = np.asarray(jacobian(lambda x: jnp.tile(x, 2), x[:2]))
    assert tall.shape == (4, 2), (
        "four outputs of two inputs have a Jacobian of shape (4, 2), yours "
        f"has {tall.shape}")


@exercise("5.2")
def _(rule):
    def dot_only(t, ans, x):
        dot = rule(t, ans, x)
        assert not isinstance(dot, tuple), (
            "a rule gives the tangent alone, not a pair: the value, ans, has "
            "been computed before it is called")
        return dot

    x, t = np.array([-0.7, 0.2, 1.5]), np.array([1.0, 3.0, -2.0])
    right = 1 / np.cosh(x) ** 2
    with mock.patch.dict(forward.jvp_rules):
        forward.defjvp(lax.tanh_p, dot_only)
        dot = np.asarray(mj.jvp(lax.tanh, (x,), (t,))[1])
        assert not close(dot, right), (
            "this is the derivative 1 - tanh(x)**2 itself; the rule gives "
            "what it makes of t, so multiply by t")
        assert not close(dot, t * (1 - x**2)), (
            "this is t * (1 - x**2); the square is that of tanh(x), which "
            "is ans")
        assert close(dot, t * right), (
            f"at x = {x[0]} with t = {t[0]} expected {right[0]:.6f}, got "
            f"{dot[0]:.6f}")
        try:
            check_grads(lax.tanh, (x,), order=2)
        except TypeError as error:
            raise AssertionError(
                "the first derivative is right, but the second fails, since "
                "the rule itself cannot be differentiated. Write it with "
                f"minijax's operators, not NumPy's functions: {error}"
            ) from error


@exercise("5.3")
def _(derivative):
    try:
        got = derivative(lambda x: x * x * x, 2.0)
    except RecursionError:
        raise AssertionError(
            "the operations never end: of a Dual of this call, parts must "
            "give x.a and x.b, and not the Dual itself") from None
    assert close(got, 12.0), f"the derivative of x*x*x at 2 is 12, not {got}"
    got = derivative(lambda x: x * derivative(lambda y: x + y, 1.0), 1.0)
    assert got != 2.0, (
        "the opening program still gives 2: a Dual of an older call must not "
        "give its tangent to this one. Compare x.tag with tag")
    assert got == 1.0, f"the opening program should give 1, got {got}"
    got = derivative(lambda x: x * derivative(lambda y: x * y, 1.0), 3.0)
    assert got != 3.0, (
        "d/dx x * (d/dy x*y) at x = 3 is 6, and this gives 3: a Dual of an "
        "older call does not move for this call, but its value is the whole "
        "Dual, and not x.a, which has lost the older tangent")
    assert got == 6.0, f"d/dx x * (d/dy x*y) at x = 3 is 6, not {got}"
    third = derivative(lambda x: derivative(lambda y: derivative(
        lambda z: x * y * z * z, 1.0), x), 2.0)
    assert third == 2.0, f"three derivatives in one another: 2, not {third}"


@exercise("5.4")
def _(newton):
    def f(x):
        return x * x * x - 2

    start = np.float64(1.0)
    first = np.asarray(newton(f, start, 1))
    assert close(first, 4 / 3) or not close(first, 4 / 3, 6), (
        "one round is right to the digits of float32 only: a Python float "
        "has no dtype of its own; work with x as it comes")
    assert not close(first, 2 / 3), (
        "the first step from 1 goes up to 2/3 and away from the root: the "
        "step is subtracted, x - f(x)/f'(x)")
    assert not close(first, 4.0), (
        "this is x - f'(x)/f(x): the fraction is upside down")
    assert close(first, 4 / 3), (
        f"one round from 1 for x**3 = 2 leads to 4/3, got {first}")
    seen = []
    newton(lambda x: seen.append(isinstance(x, core.Tracer)) or f(x), start, 1)
    assert any(seen), (
        "f was never pushed: use mj.jvp for the slope, not a difference")
    root = np.asarray(newton(f, start, 8))
    assert close(root, 2 ** (1 / 3), 14), (
        f"after eight rounds expected {2 ** (1 / 3)}, got {root}; is the "
        "slope that of the new x in each round?")
    try:
        _, slope = mj.jvp(lambda a: newton(lambda x: x * x - a, a, 8),
                          (np.float64(2.0),), (np.float64(1.0),))
    except TypeError as error:
        raise AssertionError(
            "the root is right, but your function cannot be differentiated: "
            f"something in it takes a number out of a tracer. {error}"
        ) from error
    assert close(slope, 0.5 / math.sqrt(2)), (
        "the derivative of the root of x*x - a at a = 2 is 1/(2 sqrt 2) = "
        f"0.3535534, got {np.asarray(slope):.7f}; is there a number in your "
        "function that has lost its tangent?")


@exercise("5.5")
def _(rules):
    hypot_p = core.Primitive("hypot")
    hypot_p.def_impl(np.hypot)
    hypot_p.def_abstract_eval(lambda x, y: x)
    pair = rules()
    assert isinstance(pair, tuple | list) and len(pair) == 2, (
        "return two rules, one for the tangent of x and one for that of y")
    with mock.patch.dict(forward.jvp_rules):
        forward.defjvp(hypot_p, *pair)
        x, y = np.array([3.0, -5.0]), np.array([4.0, 12.0])
        one, zero = np.ones(2), np.zeros(2)
        along_x = np.asarray(mj.jvp(hypot_p.bind, (x, y), (one, zero))[1])
        assert not close(along_x, y / np.hypot(x, y)), (
            "along x this gives y/r: the two rules are exchanged")
        assert close(along_x, x / np.hypot(x, y)), (
            f"along x at (3, 4) expected 3/5, got {along_x[0]}")
        big = np.full(2, 3e200), np.full(2, 4e200)
        dot = np.asarray(mj.jvp(hypot_p.bind, big, (one, zero))[1])
        assert close(dot, 0.6 * one), (
            f"at (3e200, 4e200) expected 0.6, got {dot[0]}: x*x overflows, "
            "but the result itself, ans, is at hand")
        check_grads(hypot_p.bind, (x, y), order=2)
        dot = np.asarray(mj.jvp(hypot_p.bind, (zero, zero), (one, one))[1])
        assert not np.isnan(dot).any(), (
            "at the origin this gives nan, for it computes 0/0")
        assert not dot.any(), f"at the origin expected 0, got {dot[0]}"


@exercise("5.6")
def _(taylor):
    x = np.float64(0.3)
    right = [math.exp(0.3) / math.factorial(k) for k in range(6)]
    try:
        got = [float(c) for c in taylor(jnp.exp, x, 5)]
    except RecursionError:
        raise AssertionError(
            "a function calls itself for ever. Does a lambda in your loop "
            "use the name f? It looks f up when it is called, and finds "
            "itself; a function derivative(f) gives each its own f"
        ) from None
    assert len(got) != 5, (
        "five coefficients: c_0 to c_5 are six, the value itself is the "
        "first")
    assert len(got) == 6, f"expected 6 coefficients, got {len(got)}"
    assert not close(got, [math.exp(0.3)] * 6), (
        "these are the derivatives; c_k is the k-th one divided by k!")
    assert not close(got, right, 3) or close(got, right, 8), (
        "right to a few digits only: these are finite differences; push "
        "tangents instead")
    assert close(got, right), f"for exp at 0.3 expected {right}, got {got}"
    got = [float(c) for c in taylor(lambda x: x**3 - 2 * x, np.float64(1), 4)]
    assert close(got, [-1, 1, 3, 1, 0]), (
        "x**3 - 2x at 1 has the coefficients -1, 1, 3, 1, 0; got "
        f"{[round(c, 6) for c in got]}")
