"""Jaxprs are printed as JAX prints them, to the letter.

What speaks of XLA, sharding or layout is left out of both.
"""

import re

import numpy as np
import pytest

import minijax as mj
from minijax import jaxpr_text
from minijax.core import Primitive

jax = pytest.importorskip("jax")

ROW = np.arange(3, dtype=np.float32)
BOX = np.ones((3, 4), np.float32)


def softmax(np_, x):
    e = np_.exp(x - np_.max(x, axis=-1, keepdims=True))
    return e / np_.sum(e, axis=-1, keepdims=True)


def long(np_, x):
    for _ in range(30):
        x = np_.sin(x)
    np_.cos(x)
    return x


PROGRAMS = {
    "one line": (lambda n, x: n.sin(x) * 2.0, 1.0),
    "identity": (lambda n, x: x, ROW),
    "constant": (lambda n, x: (5.0, x), ROW),
    "matmul": (lambda n, x, y: (x @ y, n.sum(x, 0)), BOX.T, BOX),
    "dot": (lambda n, x, y: n.dot(x, y), BOX, ROW[:1].repeat(4)),
    "transpose and reshape": (lambda n, x: x.T.reshape(6, 2), BOX),
    "index": (lambda n, x: x[0], ROW),
    "slices": (lambda n, x: (x[1:], x[::-1], x[None]), ROW),
    "softmax": (softmax, BOX),
    "names": (long, 1.0),
    "powers": (lambda n, x: x**2 + x**3.5, ROW),
    "casts": (lambda n, x: (x.astype("int32"), -x, x.mean(), x / 3), ROW),
    "containers": (lambda n, d: {"a": d["b"] * 2, "c": [d["b"]]}, {"b": ROW}),
    "literals": (lambda n, x: (1e-8 * x, n.inf * x, x + 12345.0,
                               x - 0.1), 2.0),
    "complex": (lambda n, x: n.real(n.exp(x * 1j)), 2.0),
    "comparison": (lambda n, x: (x > 1, n.maximum(x, 0.0), n.abs(x)), ROW),
    "broadcasting": (lambda n, x, y: x * y + 1, BOX, BOX[0]),
    "closure": (lambda n, x: x + ROW, ROW),
    "concatenate": (lambda n, x: n.concatenate([x, x]), ROW),
    "tanh and log1p": (lambda n, x: n.tanh(n.log1p(n.exp(x))), ROW),
    "integers": (lambda n, x: (x.sum(), x * 2, x - x), np.arange(
        3, dtype=np.int32)),
    "many inputs": (lambda n, *xs: xs[0], *[BOX] * 9),
    "many outputs": (lambda n, x: [n.sin(x) for _ in range(60)], 1.0),
    "the same output": (lambda n, x: (x,) * 25, 1.0),
    "many constants": (lambda n, x: x + ROW + (ROW + 1) + (ROW + 2) + (
        ROW + 3) + (ROW + 4) + (ROW + 5) + (ROW + 6) + (ROW + 7), ROW),
    "no inputs": (lambda n: n.sin(1.0),),
    "nothing": (lambda n: (),),
    "an input that nobody reads": (lambda n, x, y: n.sin(x), 1.0, 2.0),
    "gather": (lambda n, x, i: x[i], BOX, np.array([0, 2], np.int32)),
    "layer": (lambda n, w, b, x: n.tanh(x @ w + b), BOX, BOX[0], BOX[:, :3]),
    "closed-over scalars": (lambda n, x: x * np.float32(3) + n.sin(
        n.float32(2)), 1.0),
}


def written(jaxpr):
    """The text, without parameters that XLA alone reads, on short lines."""
    text = re.sub(r" ?(out_)?sharding=None", "", str(jaxpr))
    return re.sub(r"\[\]( a)", r"\1", text)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_text_is_the_same(name):
    f, *args = PROGRAMS[name]
    ours = mj.make_jaxpr(lambda *a: f(mj.numpy, *a))(*args)
    theirs = jax.make_jaxpr(lambda *a: f(jax.numpy, *a))(*args)
    assert written(ours) == written(theirs)


class Text:
    """In place of an atom of JAX's: what it prints."""

    def __init__(self, text):
        self.written = lambda names: text


def translated(jaxpr):
    """A jaxpr of JAX's as one of ours: same names, parameters and types."""
    known = {}

    def atom(v):
        if hasattr(v, "val"):
            return Text(v.pretty_print(None))
        if v not in known:
            known[v] = mj.core.Var(mj.core.ShapedArray(
                v.aval.shape, v.aval.dtype))
        return known[v]

    def value(x):
        if type(x) is tuple:
            return tuple(map(value, x))
        inner = getattr(x, "jaxpr", x)
        return translated(inner) if hasattr(inner, "eqns") else x
    return mj.core.Jaxpr(
        map(atom, jaxpr.constvars), map(atom, jaxpr.invars),
        map(atom, jaxpr.outvars), [mj.core.JaxprEqn(
            list(map(atom, e.invars)), list(map(atom, e.outvars)),
            Primitive(e.primitive.name),
            {k: value(v) for k, v in e.params.items()}) for e in jaxpr.eqns])


def scan(x):
    def body(c, x):
        y = jax.numpy.sin(c) * x
        return y + 1.0, (y, x)
    return jax.lax.scan(body, x[0], x)


NESTED = {
    "scan": (scan, ROW),
    "while": (lambda x: jax.lax.while_loop(
        lambda c: c[1] < 3, lambda c: (jax.numpy.sin(c[0]) * 2, c[1] + 1),
        (x, 0)), ROW),
    "cond": (lambda x: jax.lax.cond(
        x[0] > 0, jax.numpy.sin, lambda x: jax.numpy.cos(x) * 2, x), ROW),
    "scan in cond in scan": (lambda x: jax.lax.scan(lambda c, x: (
        jax.lax.cond(c > 0, lambda: scan(ROW)[0], lambda: c), x), x[0], x),
        ROW),
    "jit": (lambda x: jax.jit(lambda y: jax.jit(
        jax.numpy.sin)(y * 2.0))(x), ROW),
    "split": (lambda x: jax.lax.split(x, (2,) * 30), BOX.ravel()[:1].repeat(
        60)),
    "concatenate": (lambda x: jax.lax.concatenate([x] * 50, 0), ROW),
}


@pytest.mark.parametrize("name", NESTED)
def test_the_layout_is_the_same(name, monkeypatch):
    """JAX's own jaxprs, printed by our printer: the breaks and the letters."""
    monkeypatch.setattr(jaxpr_text, "param_rules", {})
    f, *args = NESTED[name]
    jaxpr = jax.make_jaxpr(f)(*args).jaxpr
    assert str(translated(jaxpr)) == jaxpr.pretty_print(
        custom_pp_eqn_rules=False, use_color=False)


DERIVATIVES = {
    "grad of sin": lambda j, n: j.grad(n.sin),
    "grad of a product": lambda j, n: j.grad(lambda x: x * n.exp(x)),
    "jvp of tanh": lambda j, n: lambda x: j.jvp(n.tanh, (x,), (x,)),
    "grad of a sum": lambda j, n: lambda x: j.grad(
        lambda v: n.sum(n.sin(v)))(x * n.ones(3)),
    "second derivative": lambda j, n: j.grad(j.grad(n.sin)),
}


@pytest.mark.parametrize("name", DERIVATIVES)
def test_derivatives_have_the_same_operations(name):
    """Their order may differ, so compare how often each is there."""
    def operations(j):
        closed = j.make_jaxpr(DERIVATIVES[name](j, j.numpy))(2.0)
        return sorted(e.primitive.name for e in closed.eqns)
    assert operations(mj) == operations(jax)
