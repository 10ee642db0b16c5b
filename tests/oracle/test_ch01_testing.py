"""The judge acquits JAX, in its own conventions, and convicts what differs.

In 32 bits, or with JAX_ENABLE_X64=1 in 64.
"""
import os
from functools import partial

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from minijax.testing import check_jvp, check_vjp, numerical_jvp  # noqa: E402

X64 = os.environ.get("JAX_ENABLE_X64", "") not in ("", "0")
REAL = np.float64 if X64 else np.float32
COMPLEX = np.complex128 if X64 else np.complex64
jnp = jax.numpy

FUNCTIONS = {
    "log_softmax": (jax.nn.log_softmax, (REAL, (5,))),
    "matmul": (jnp.matmul, (REAL, (2, 3)), (REAL, (3, 2))),
    "solve": (jnp.linalg.solve, (REAL, (3, 3)), (REAL, (3,))),
    "pair": (lambda x, y: (x * y, jnp.sum(x)), (REAL, (3,)), (REAL, ())),
    "complex square": (jnp.square, (COMPLEX, (3,))),
    "complex abs": (jnp.abs, (COMPLEX, (3,))),
    "complex conj": (jnp.conj, (COMPLEX, (3,))),
    "complex matmul": (jnp.matmul, (COMPLEX, (2, 3)), (COMPLEX, (3, 2))),
    "real to complex": (lambda x: jnp.exp(1j * x), (REAL, (3,))),
    "complex to real": (lambda z: jnp.imag(z * z), (COMPLEX, (3,))),
    "mixed": (lambda x, z: x * z, (REAL, (3,)), (COMPLEX, (3,))),
}


def arguments(kinds):
    rng = np.random.default_rng(0)
    for dtype, shape in kinds:
        x = rng.normal(size=shape) + np.eye(*shape) * 4 \
            if shape == (3, 3) else rng.normal(size=shape)
        if dtype is COMPLEX:
            x = x + 1j * rng.normal(size=shape)
        yield np.asarray(x, dtype)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_jax_is_acquitted(name):
    f, *kinds = FUNCTIONS[name]
    args = tuple(arguments(kinds))
    check_jvp(f, partial(jax.jvp, f), args)
    check_vjp(f, partial(jax.vjp, f), args)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_one_percent_is_convicted(name):
    f, *kinds = FUNCTIONS[name]
    args = tuple(arguments(kinds))

    def f_jvp(primals, tangents):
        out, out_dot = jax.jvp(f, primals, tangents)
        return out, jax.tree.map(lambda t: t * REAL(1.01), out_dot)

    def f_vjp(*args):
        out, vjp = jax.vjp(f, *args)
        return out, lambda v: tuple(w * REAL(1.01) for w in vjp(v))
    with pytest.raises(AssertionError, match="tangent of"):
        check_jvp(f, f_jvp, args)
    with pytest.raises(AssertionError, match=r"\(J\^T v\) \. t"):
        check_vjp(f, f_vjp, args)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_two_thirds_of_the_digits(name):
    f, *kinds = FUNCTIONS[name]
    args = tuple(arguments(kinds))
    exact = jax.jvp(f, args, args)[1]
    jax.tree.map(partial(np.testing.assert_allclose, rtol=0,
                         atol=20 * np.finfo(REAL).eps ** (2 / 3)),
                 numerical_jvp(f, args, args), exact)
