"""The checks of chapter 10. Wrong answers that are often given have names."""
import math
from unittest import mock

import numpy as np

import minijax as mj
from checks import exercise
from minijax import core, jacobians
from minijax import numpy as jnp

rng = np.random.default_rng(10)


def close(a, b, digits=9):
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and np.allclose(a, b, 10.0**-digits,
                                              10.0**-digits)


class Pricing(core.EvalTrace):
    def process_primitive(self, primitive, args, params):
        out = super().process_primitive(primitive, args, params)
        if self.only in (None, primitive.name):
            self.total += sum(x.size for x in (
                out if primitive.multiple_results else [out]))
        return out


def priced(f, *args, only=None):
    """f(*args), and how many numbers its atoms, or one kind, computed."""
    pricing = Pricing()
    pricing.total, pricing.only = 0, only
    with core.set_current_trace(pricing):
        out = f(*args)
    return out, pricing.total


@exercise("10.1")
def _(curvature):
    def f(x):
        return jnp.sum(jnp.exp(x)) + x[0] * x[1]

    x, v = rng.normal(size=(2, 30))
    H = np.diag(np.exp(x))
    H[0, 1] = H[1, 0] = 1
    with mock.patch.object(mj, "grad", wraps=mj.grad) as grad:
        got, cost = priced(curvature, f, jnp.asarray(x), jnp.asarray(v))
    assert not isinstance(got, tuple), (
        "a pair came out: jvp returns the value and the tangent, and of the "
        "inner push only the tangent is to be pushed on")
    slope = np.exp(x) @ v + x[1] * v[0] + x[0] * v[1]
    assert not close(got, slope), (
        "this is the slope along v, the first derivative; push the slope "
        "along v once more")
    assert not close(got, H @ v), (
        "this is H v, a vector: how the gradient moves. The curvature is "
        "one number, v · H v")
    assert not close(got, v @ H @ v / (v @ v)), (
        "this is the curvature along v brought to length 1; a longer v means "
        "a faster walk, so do not divide by v · v")
    assert np.ndim(got) or close(got, v @ H @ v) or not np.isclose(
        got, v @ H @ v, 1e-3), (
        f"{got} is right to a few digits, as a difference is; push instead")
    assert close(got, v @ H @ v), f"expected {v @ H @ v:.6f}, got {got}"
    assert cost < 30 * 30, (
        f"right, but {cost} numbers were computed for 30 inputs: that is a "
        "whole Hessian. Two pushes, one inside the other, are enough")
    assert not grad.called, (
        "right, but a gradient walks backwards. Use forward mode only: a "
        "push of a push")


@exercise("10.2")
def _(logsumexp):
    x = np.array([0.3, -1.0, 2.0, 0.5])
    value = np.log(np.sum(np.exp(x)))
    soft = np.exp(x - value)
    largest = np.where(x == 2.0, 1.0, 0.0)
    got = logsumexp(x)
    assert np.shape(got) == (), (
        f"one number is wanted, yours has shape {np.shape(got)}")
    assert not close(got, value - 2.0), (
        "this is the logarithm after m was taken away; add m to it")
    slopes = mj.grad(logsumexp)(x)
    assert close(got, value), f"at {x} expected {value:.6f}, got {got}"
    assert not close(slopes, 0 * x), (
        "the value is right, and the gradient is zero everywhere: all of x "
        "is held still, also where it is to be differentiated")
    assert not close(slopes, soft + largest), (
        "the value is right, but the gradient has 1 too much at the largest "
        "number: m is held still inside of exp and moves outside. What is "
        "added must be what was taken away, for the derivative too")
    assert not close(slopes, soft - largest), (
        "the value is right, but the gradient has 1 too little at the "
        "largest number: m is held still outside and moves inside of exp. "
        "Hold it once, and use it twice")
    assert close(slopes, soft), (
        f"the gradient at {x} should be {soft}, yours is {slopes}")
    with np.errstate(all="ignore"):
        big = logsumexp(np.array([1000.0, 1000.0]))
    assert close(big, 1000 + math.log(2)), (
        f"at [1000, 1000] expected {1000 + math.log(2):.6f}, got {big}: exp "
        "of a large number overflows. Take the largest away first")
    count = priced(mj.grad(logsumexp), jnp.asarray(x), only="eq")[1]
    assert count == 0, (
        f"right, but the gradient compared {count} numbers to see which was "
        "the largest: a tangent went through jnp.max. Hold still what goes "
        "into it; what comes out is too late")


@exercise("10.3")
def _(banded):
    def f(x):
        y = jnp.concatenate([x[1:] ** 2, x[-1:]])
        for k in range(12):
            y += jnp.concatenate([x[:1], x[1:] * jnp.sin(x[:-1] + k)])
        return y

    for n in (40, 41, 5):
        x = rng.normal(size=n)
        right = np.asarray(mj.jacfwd(f)(x))
        got, products = priced(banded, f, jnp.asarray(x), only="mul")
        got = np.asarray(got)
        assert got.shape != (3, n), (
            "these are the three pushes. Each of their entries belongs to "
            "one column of the matrix; put it there")
        assert got.shape == (n, n), (
            f"the matrix is {n} by {n}, yours has shape {got.shape}")
        assert not close(got, right.T), (
            "this is the transpose: column j is what a push along input j "
            "gives")
        inner = np.abs(np.subtract.outer(range(n), range(n))) <= 1
        assert not (close(got[inner], right[inner])
                    and not close(got, right)), (
            "the band is right, but outside of it something is not zero: a "
            "push belongs to several columns; take from it for each column "
            "only the rows j - 1, j and j + 1")
        assert close(got, right), (
            f"for n = {n} the first rows should be\n{right[:3, :4]}\nyours "
            f"are\n{got[:3, :4]}\nDo two columns of one push share a row? "
            "With two colours they do")
        assert n < 40 or products < 12 * n * n, (
            f"right, but it took {products} multiplications, as for a push "
            f"along each of the {n} inputs; three pushes are enough")


@exercise("10.4")
def _(laplacian):
    def wave(x):
        return jnp.sin(x[0] + 2 * x[1])

    x = np.array([0.3, 0.5])
    right = -5 * math.sin(1.3)
    got = laplacian(wave, x)
    assert not close(got, -9 * math.sin(1.3)), (
        "this is the sum of all entries of the Hessian, which one push of "
        "ones gives; only those of the diagonal are wanted")
    assert not close(got, 3 * math.cos(1.3)), (
        "this is the sum of the first derivatives, the divergence of "
        "nothing; differentiate twice")
    assert not close(got, [-math.sin(1.3), -4 * math.sin(1.3)]), (
        "these are the second derivatives one by one; add them up")
    assert not close(got, [-3 * math.sin(1.3), -6 * math.sin(1.3)]), (
        "this is the Hessian times a vector of ones, so the sums of its "
        "rows; only what stands on the diagonal is wanted")
    assert close(got, right), (
        f"for sin(x + 2y) at (0.3, 0.5) expected {right:.6f}, got {got}")
    for shape in ((2, 3), ()):
        x = rng.normal(size=shape)
        got = laplacian(lambda x: jnp.sum(x**3), x)
        assert not np.shape(got), (
            f"at an array of shape {shape} an array came out, of shape "
            f"{np.shape(got)}; there are x.size unit vectors of that shape, "
            "and one number is wanted")
        assert close(got, 6 * x.sum()), (
            f"for the sum of cubes at an array of shape {shape} expected "
            f"{6 * x.sum():.6f}, got {got}")
    charge = laplacian(lambda x: 1 / jnp.sqrt(jnp.sum(x * x)),
                       np.array([1.0, 2.0, -0.5]))
    assert close(charge, 0.0), f"1/r in space has Laplacian 0, got {charge}"
    with mock.patch.object(
            jacobians, "over_basis", wraps=jacobians.over_basis) as spy:
        laplacian(wave, np.array([0.3, 0.5]))
    assert not spy.called, (
        "right, but this builds a Jacobian or a Hessian; map a push of a "
        "push over the unit vectors instead")


@exercise("10.5")
def _(newton):
    taken, asked = [], []

    def f(x):
        asked.append(x)
        assert len(asked) < 20_000, (
            "f was called 20,000 times, and no end of it: does the step "
            "become shorter each time around the inner loop?")
        return jnp.sum(jnp.sqrt(1 + (x - 3.0) ** 2)) + 0.1 * (x[0] - x[1])**2

    def counting(f, *args, **kwargs):
        taken.append(f)
        assert len(taken) < 60, (
            "more than 60 Hessians were taken: the iteration runs away, or "
            "never stops. From 2 Newton's step for sqrt(1 + x²) goes to -8: "
            "halve it while the value is not lower than before. (And is it "
            "Newton's? His step s solves H s = -g)")
        return jacobians.hessian(f, *args, **kwargs)

    with (mock.patch.object(mj, "hessian", counting),
          np.errstate(all="ignore")):
        for start in ([5.0, 0.5], [3.4, 3.2], [-9.0, 12.0], [9.0, 8.0]):
            taken.clear()
            asked.clear()
            try:
                got = np.asarray(newton(f, np.array(start)))
            except np.linalg.LinAlgError:
                raise AssertionError(
                    "the Hessian became singular: the iteration runs away. "
                    "Halve each step while the value is not lower than "
                    "before") from None
            assert np.all(np.isfinite(got)), (
                f"from {start} it ended at {got}: it ran away; halve each "
                "step while the value is not lower than before")
            assert close(got, [3.0, 3.0], 6), (
                f"from {start} the minimum is at [3, 3], yours ended at "
                f"{got}. Stop only when no entry of the gradient is larger "
                "than 1e-6 in size, neither above zero nor below")
            assert taken, ("no Hessian was taken by mj.hessian: that is "
                           "gradient descent, not Newton's method")


@exercise("10.6")
def _(product):
    def f(p):
        return jnp.sum(p["w"] ** 3) * p["b"][0] + jnp.sum(p["b"][1])

    w = rng.normal(size=3)
    p = {"w": w, "b": (np.float64(2.0), rng.normal(size=2))}
    v = {"w": rng.normal(size=3), "b": (np.float64(-1.0), np.ones(2))}
    right = {"w": 12 * w * v["w"] - 3 * w * w,
             "b": (3 * w * w @ v["w"], np.zeros(2))}
    with mock.patch.object(mj, "jvp", wraps=mj.jvp) as push:
        got = product(f, p, v)
    assert mj.tree.structure(got) == mj.tree.structure(p), (
        f"the product has the tree of p, {mj.tree.structure(p)}; yours has "
        f"{mj.tree.structure(got)}")
    slopes = mj.grad(f)(p)
    assert not close(got["w"], slopes["w"]), (
        "this is the gradient; it does not depend on v yet")
    assert not close(got["w"], 12 * w * v["w"]), (
        "each leaf was multiplied by its own block alone; the Hessian also "
        "has the blocks between two leaves. Add up the inner products of "
        "all leaves before the second gradient")
    for name in ("w", "b"):
        for have, want in zip(mj.tree.leaves(got[name]),
                              mj.tree.leaves(right[name]), strict=True):
            assert close(have, want), (
                f"under {name!r} expected {want}, got {have}")
    n = 40
    x, t = rng.normal(size=(2, n))
    got, cost = priced(product, lambda x: jnp.sum(jnp.exp(x)),
                       jnp.asarray(x), jnp.asarray(t))
    assert close(got, np.exp(x) * t), "an array is a container too"
    assert cost < n * n, (
        f"right, but {cost} numbers were computed for {n} inputs: that is a "
        "whole Hessian")
    assert not push.called, (
        "right, but by a push of the gradient or a gradient of a push. Do it "
        "by reverse mode alone: of g(p) · v, take the gradient")
