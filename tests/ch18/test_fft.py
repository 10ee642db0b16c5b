"""Fourier transforms: values are NumPy's, transposes are transposes."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp
from minijax.test_util import check_grads

rng = np.random.default_rng(18)
REAL = {"rfft", "ihfft", "rfft2", "rfftn"}
NAMES = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2", "ifft2",
         "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn"]


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64():
        yield


def draw(name, *shape):
    x = rng.normal(size=shape)
    return x if name in REAL else x + 1j * rng.normal(size=shape)


def close(a, b):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), 1e-9, 1e-9)


def calls(name):
    """Arguments: as they are, lengthened, cut, along another axis."""
    if name[-1] == "2":
        return [{}, {"s": (2, 5)}, {"s": (6, 3)}, {"axes": (2, 0)}]
    if name[-1] == "n":
        return [{}, {"s": (5, 3)}, {"s": (4,), "axes": (0,)},
                {"axes": (1, 0, 2)}]
    return [{}, {"n": 7}, {"n": 2}, {"n": 3, "axis": 0}]


@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
@pytest.mark.parametrize("name", NAMES)
def test_values_and_derivatives(name, norm):
    ours, theirs = getattr(jnp.fft, name), getattr(np.fft, name)
    x = draw(name, 3, 4, 5)
    for call in calls(name):
        kept = dict(call)
        if "s" in kept and name[-1] == "n" and "axes" not in kept:
            kept["axes"] = (1, 2)  # what NumPy asks to be told
        close(ours(x, **call, norm=norm), theirs(x, **kept, norm=norm))
    check_grads(lambda x: ours(x, norm=norm), (x[:2],), 1)


@pytest.mark.parametrize("n", [1, 4, 5])
@pytest.mark.parametrize("kind", list(lax.FftType), ids=str)
def test_the_transpose_of_each_kind(kind, n):
    shape = (2, n // 2 + 1 if kind == lax.FftType.IRFFT else n)
    x = draw("rfft" if kind == lax.FftType.RFFT else "fft", *shape)

    def f(x):
        return lax.fft(x, kind, (2, n))
    out = f(x)
    w = draw("rfft" if kind == lax.FftType.IRFFT else "fft", *out.shape)
    ct, = mj.linear_transpose(f, x)(w)
    assert ct.dtype == x.dtype
    close(np.sum(w * np.asarray(out)).real, np.sum(ct * x).real)
    check_grads(f, (x,), 2)


def test_vmap_and_jit():
    x = draw("fft", 3, 4, 2)
    rows = np.fft.fft(x, axis=1)
    close(mj.vmap(lambda x: jnp.fft.fft(x, axis=0))(x), rows)
    close(mj.vmap(lambda x: jnp.fft.fft(x), 2, 2)(x),
          np.fft.fft(x, axis=1))
    close(mj.jit(lambda x: jnp.fft.fft(x, axis=1))(x), rows)


def test_types():
    x = np.ones(4, np.float32)
    assert jnp.fft.fft(x).dtype == np.complex64
    assert jnp.fft.irfft(jnp.fft.rfft(x)).dtype == np.float32
    assert jnp.fft.fft(np.arange(3)).dtype == np.complex128
    close(jnp.fft.fftn(np.float64(2)), 2)


def test_frequencies_and_shifts():
    for n in 5, 6:
        close(jnp.fft.fftfreq(n, 0.1), np.fft.fftfreq(n, 0.1))
        close(jnp.fft.rfftfreq(n, 0.1), np.fft.rfftfreq(n, 0.1))
    x = draw("rfft", 4, 5)
    for axes in None, 0, (1,), (0, 1):
        close(jnp.fft.fftshift(x, axes), np.fft.fftshift(x, axes))
        close(jnp.fft.ifftshift(jnp.fft.fftshift(x, axes), axes), x)


@pytest.mark.parametrize("call, words", [
    (lambda: jnp.fft.rfft(np.ones(3) + 0j), "only real valued"),
    (lambda: jnp.fft.fft(np.ones(3), 0), "positive"),
    (lambda: jnp.fft.fft(np.ones(3), axis=(0,)), "use fft.fftn"),
    (lambda: jnp.fft.fft2(np.ones((2, 2)), axes=(0,)), "only supports 2"),
    (lambda: jnp.fft.fftn(np.ones((2, 2)), axes=(0, 0)), "repeated"),
    (lambda: jnp.fft.fftn(np.ones((2, 2)), (2,), (0, 1)), "lengths"),
    (lambda: jnp.fft.fft(np.ones(3), norm="odd"), "Invalid norm"),
    (lambda: lax.fft(np.ones(3), "FFT", (4,)), "minor dimensions"),
    (lambda: lax.fft(np.ones(3), "FFT", (3, 3)), "at least as many"),
])
def test_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
