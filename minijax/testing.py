"""Derivatives measured, and two checks built on the measurement.

    numerical_jvp : (a -> b) -> (a, T a) -> T b
    check_jvp     : (a -> b) -> ((a, T a) -> (b, T b)) -> a -> ()
    check_vjp     : (a -> b) -> (a -> (b, CT b -> CT a)) -> a -> ()

An `a` is a flat tuple of arrays or numbers, one for each argument; a `b` is
an array or a tuple of arrays. A `T a` is a direction in which to move an `a`,
a `CT b` a weight for each entry of a `b`. Integers cannot move by a small
step: their tangents are None. JAX's twin: jax/_src/public_test_util.py.
"""
from typing import NamedTuple

import numpy as np


def numerical_jvp(f, primals, tangents, eps=None):
    """J t, for the Jacobian J of f at primals, by a central difference.

    Two calls of f, in the dtypes of primals; f's outputs keep theirs. `eps`
    is the step h; without it h is the cube root of the machine epsilon, best
    for arguments and derivatives of about one. An integer output has None.
    """
    primals = _arrays(primals)
    _check_tangents(primals, tangents)
    h = float(eps or _coarsest_epsilon(primals) ** (1 / 3))
    ahead = f(*_moved(primals, tangents, h))
    behind = f(*_moved(primals, tangents, -h))
    slopes = tuple(_slope(a, b, h) for a, b in
                   zip(_arrays(ahead), _arrays(behind), strict=True))
    return slopes if isinstance(ahead, tuple) else slopes[0]


def _arrays(xs):
    """One array or a tuple of them, as a tuple of arrays; None stays."""
    xs = xs if isinstance(xs, tuple) else (xs,)
    return tuple(None if x is None else np.asarray(x) for x in xs)


def _can_move(x):
    return np.issubdtype(x.dtype, np.inexact)


def _coarsest_epsilon(arrays):
    """The machine epsilon of the least precise float dtype among arrays."""
    moving = [x.dtype for x in arrays if _can_move(x)]
    return max(float(np.finfo(d).eps) for d in moving or [np.float64])


def _moved(primals, tangents, h):
    """primals + h tangents, in the primals' dtypes; None stands still."""
    def moved(x, t):
        t = np.asarray(t).astype(x.dtype, casting="same_kind")
        return np.asarray(x + h * t)
    return tuple(x if t is None else moved(x, t)
                 for x, t in zip(primals, tangents, strict=True))


def _slope(ahead, behind, h):
    """(ahead - behind) / 2h, and zero where both are the same infinity."""
    if not _can_move(ahead):
        return None
    rise = np.zeros_like(ahead)
    np.subtract(ahead, behind, out=rise, where=ahead != behind)
    return rise / (2 * h)


def _check_tangents(primals, tangents):
    """Every tangent must have its primal's shape, and integers have none."""
    if len(primals) != len(tangents):
        raise ValueError(f"{len(primals)} primals need as many tangents, got "
                         f"{len(tangents)}: give None where nothing moves")
    for k, (x, t) in enumerate(zip(primals, tangents, strict=True)):
        if t is not None and not _can_move(x):
            raise TypeError(f"primal {k} is {x.dtype} and cannot move: make "
                            "it a float, or its tangent None")
        if t is not None and np.shape(t) != x.shape:
            raise ValueError(f"primal {k} has shape {x.shape}, its tangent "
                             f"{np.shape(t)}: the two must be equal")


def check_jvp(f, f_jvp, args, *, atol=None, rtol=None, eps=None):
    """Compare f_jvp(args, tangents) with f(*args) and a central difference.

    One random direction, the same in every run. `atol` and `rtol` default to
    the square root of the coarsest dtype's machine epsilon, `eps` (the step)
    to its cube root. Raises AssertionError at the first wrong entry or NaN.
    """
    args = _arrays(args)
    tangents = _directions(np.random.default_rng(0), args)
    values = f(*args)
    limits = _limits(args + _arrays(values), atol, rtol, eps)
    expected = numerical_jvp(f, args, tangents, limits.eps)
    out, tangent_out = f_jvp(args, tangents)
    name = getattr(f, "__name__", "f")
    _check_outputs(f"value of {name}", out, values, limits)
    _check_outputs(f"tangent of {name}", tangent_out, expected, limits)


def _directions(rng, arrays):
    """Like each array, one of entries in ±[1/2, 1); None for integers."""
    def direction(x):
        shape = (2, *x.shape)
        re, im = rng.uniform(0.5, 1, shape) * rng.choice([-1, 1], shape)
        return np.asarray(re + 1j * im if np.iscomplexobj(x) else re, x.dtype)
    return tuple(direction(x) if _can_move(x) else None for x in arrays)


class _Limits(NamedTuple):
    """What a check works with: its step and its tolerances."""
    eps: float
    atol: float
    rtol: float

    def __str__(self):
        return "step {:.1e}, atol {:.1e}, rtol {:.1e}".format(*self)


def _limits(arrays, atol, rtol, eps):
    machine = _coarsest_epsilon(arrays)
    return _Limits(eps=machine ** (1 / 3) if eps is None else eps,
                  atol=machine ** (1 / 2) if atol is None else atol,
                  rtol=machine ** (1 / 2) if rtol is None else rtol)


def _check_outputs(what, actual, expected, limits):
    """Number, shapes, dtypes and entries; where None is expected, nothing."""
    actual, expected = _arrays(actual), _arrays(expected)
    _check_number(what, actual, expected)
    for k, (a, e) in enumerate(zip(actual, expected, strict=True)):
        if e is not None:
            _check_type(f"{what}, output {k}", a, e)
            allowed = limits.atol + limits.rtol * np.abs(e)
            _check_near(f"{what}, output {k}", a, e, allowed, limits)


def _check_number(what, actual, expected):
    if len(actual) != len(expected):
        raise AssertionError(
            f"{what}: expected {len(expected)} arrays, got {len(actual)}")


def _check_type(what, actual, expected):
    """NumPy would broadcast and promote a wrong shape or dtype in silence."""
    def written(x):
        return "None" if x is None else f"{x.dtype}{list(x.shape)}"
    if written(actual) != written(expected):
        raise AssertionError(
            f"{what}: expected {written(expected)}, got {written(actual)}")


def _check_near(what, actual, expected, allowed, limits):
    actual, expected = actual + 0.0, expected + 0.0  # bools cannot subtract
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(actual - expected)
    near = (actual == expected) | (error <= allowed) & np.isfinite(allowed)
    if not near.all():
        i = tuple(map(int, np.argwhere(~near)[0]))
        raise AssertionError(
            f"{what}{f', index {i}' if i else ''}:\n  expected "
            f"{expected[i]:.8g}, got {actual[i]:.8g}, off by {error[i]:.1e}\n"
            f"  ({limits})")


def check_vjp(f, f_vjp, args, *, atol=None, rtol=None, eps=None):
    """The dot-product test: v . (J t) = (J^T v) . t, argument by argument.

    f_vjp(*args) is (f(*args), vjp), and vjp(v) a tuple of one array like each
    argument. J t is a central difference. The rest is as in check_jvp.
    """
    args = _arrays(args)
    values = f(*args)
    limits = _limits(args + _arrays(values), atol, rtol, eps)
    out, vjp = f_vjp(*args)
    name = getattr(f, "__name__", "f")
    _check_outputs(f"value of {name}", out, values, limits)
    rng = np.random.default_rng(0)
    tangents = _directions(rng, args)
    weights = _directions(rng, _arrays(values))
    pulled = _arrays(vjp(weights if isinstance(values, tuple) else weights[0]))
    _check_number(f"cotangents of {name}", pulled, args)
    for k, (x, t, w) in enumerate(zip(args, tangents, pulled, strict=True)):
        if t is not None:
            _check_type(f"cotangent of {name}, argument {k}", w, x)
            alone = tuple(t if j == k else None for j in range(len(args)))
            slopes = _arrays(numerical_jvp(f, args, alone, limits.eps))
            _check_dot(f"(J^T v) . t of {name}, argument {k}",
                       _terms((w,), (t,)), _terms(weights, slopes), limits)


def _terms(xs, ys):
    """The terms of the pairing x . y, which for complex numbers is Re(x y)."""
    return np.concatenate([np.zeros(0)] + [np.real(x * y).ravel() for x, y in
                           zip(xs, ys, strict=True) if x is not None])


def _check_dot(what, actual, expected, limits):
    """Two sums of terms; the tolerance is that of a sum without cancelling."""
    allowed = limits.atol + limits.rtol * np.abs(expected).sum()
    _check_near(what, actual.sum(), expected.sum(), allowed, limits)
