"""linearize is JAX's: pushed tangents, residuals to the shape, refusals."""

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as mnp

jax = pytest.importorskip("jax")

rng = np.random.default_rng(7)
V, W = rng.normal(size=(2, 5))
A, B = rng.normal(size=(2, 4, 5))
P = rng.uniform(0.5, 2, size=5)
TIES = np.array([1.0, 3.0, 3.0, 0.0, 0.0])
PICK = np.array([0, 2, 2])

PROGRAMS = {
    "network": (lambda n, w, x: n.mean(n.tanh(x @ w) ** 2), A.T, A),
    "logsumexp": (lambda n, x: n.log(n.sum(n.exp(x))), V),
    "norm": (lambda n, x: n.sqrt(n.sum(x * x)), V),
    "maxima": (lambda n, x: n.max(x) + n.sum(n.maximum(x, 0.0)), TIES),
    "minima": (lambda n, x: n.min(x) * n.sum(n.minimum(x, 1.0)), TIES),
    "powers": (lambda n, x: x**2 + x**3 + x**-1 + x**2.5, P),
    "zeroth power": (lambda n, x: (x**0, x), P),
    "power": (lambda n, x, y: x**y, P, V),
    "power of 2": (lambda n, y: 2.0**y, V),
    "cumprod": (lambda n, x: n.cumprod(x), TIES),
    "cumsum": (lambda n, x: n.cumsum(x), A),
    "var": (lambda n, x: n.var(x) + n.std(x), V),
    "where": (lambda n, x: n.where(x > 0, x * x, -x), V),
    "clip": (lambda n, x: n.clip(x, -0.5, 0.5), V),
    "index": (lambda n, x: x[1] * x[-1] + n.sum(x[::2]), V),
    "gather": (lambda n, x: x[PICK] ** 2, V),
    "scatter": (lambda n, x, y: x.at[PICK].add(y[:3]) ** 2, V, W),
    "set": (lambda n, x, y: x.at[1:3].set(y[:2]) ** 2, V, W),
    "concatenate": (lambda n, x, y: n.concatenate([x, y, x]) ** 2, V, W),
    "stack": (lambda n, x, y: n.stack([x, y], 1)[1:] ** 3, V, W),
    "pad": (lambda n, x: n.pad(x, 2) ** 2, V),
    "einsum": (lambda n, x, y: n.einsum("ij,kj->ik", x, y), A, B),
    "outer": (lambda n, x, y: n.outer(x, y), V, W),
    "broadcast": (lambda n, x, y: x[:, None] * y + x[:, None], V, W),
    "trig": (lambda n, x: n.arctan2(n.sin(x), n.cos(x) + 2), V),
    "hyperbolic": (lambda n, x: n.arcsinh(n.sinh(x)) * n.tanh(x), V),
    "roots": (lambda n, x: n.sqrt(x) * n.cbrt(x), P),
    "unused": (lambda n, x, y: (x * 2, n.sin(y) * 0 + x), V, W),
    "linear": (lambda n, x: n.sum(3 * x[::-1] - x.T, axis=0), A[:, :4]),
    "float32": (lambda n, x: n.exp(x) / x, P.astype(np.float32)),
    "complex": (lambda n, z: n.real(z * n.conj(z) + n.exp(z)), V + 1j * W),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_tangents_and_residuals_as_jax(name):
    f, *args = PROGRAMS[name]
    tangents = [(0.3 + 0.1 * np.arange(x.size).reshape(x.shape)).astype(
        x.dtype) for x in args]
    with jax.enable_x64(True), mj.enable_x64():
        out, f_jvp = mj.linearize(lambda *x: f(mnp, *x), *args)
        want, want_jvp = jax.linearize(lambda *x: f(jax.numpy, *x), *args)
        dots, want_dots = f_jvp(*tangents), want_jvp(*tangents)
    for a, b in zip(mj.tree.leaves((out, dots)),
                    jax.tree.leaves((want, want_dots)), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-5 if a.dtype == "f4"
                                   else 1e-12, atol=1e-12)
    assert residuals(mj, f_jvp) == residuals(jax, want_jvp)


def residuals(library, f_jvp):
    """Their types. A scalar is written into our program: not counted."""
    return sorted(f"{r.dtype.name}{list(r.shape)}"
                  for r in library.tree.leaves(f_jvp) if r.shape)


@pytest.mark.parametrize("call", [
    lambda f: f(1),
    lambda f: f(1.0, 2.0),
    lambda f: f(),
    lambda f: f((1.0,)),
    lambda f: f("a"),
    lambda f: f(np.ones(2, np.float32)),
    lambda f: f(1j),
    lambda f: f(None),
])
def test_tangents_refused_as_jax(call):
    kinds = []
    for library in mj, jax:
        _, f_jvp = library.linearize(lambda x: x * x, 2.0)
        with pytest.raises((TypeError, ValueError)) as caught:
            call(f_jvp)
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


@pytest.mark.parametrize("call", [
    lambda J: J.linearize(3, 1.0),
    lambda J: J.linearize(lambda x: x, "a"),
    lambda J: J.linearize(lambda x: "a", 1.0),
    lambda J: J.linearize(lambda x: x, 1.0, has_aux=True),
])
def test_misuse_refused_as_jax(call):
    for library in mj, jax:
        with pytest.raises(TypeError):
            call(library)


def test_integers_and_aux_as_jax():
    def f(n, p):
        return {"n": n + 1, "y": p["x"] * n, "c": 5.0}, n
    for J in mj, jax:
        out, f_jvp, aux = J.linearize(f, 3, {"x": 2.0}, has_aux=True)
        dot = f_jvp(np.zeros((), J.float0 if J is mj else jax.dtypes.float0),
                    {"x": 10.0})
        assert [float(x) for x in (out["y"], dot["y"], dot["c"], aux)] == [
            6.0, 30.0, 0.0, 3.0]
        assert dot["n"].dtype == mj.float0
