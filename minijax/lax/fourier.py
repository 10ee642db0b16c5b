"""The discrete Fourier transform: one linear primitive of four kinds.

fft : (a[..., n], kind, lengths) -> its transform over the last axes

JAX twin: jax/_src/lax/fft.py.
"""

import enum
import math

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.batching_rules import deffront, shift_axes
from minijax.core import Primitive
from minijax.forward import deflinear
from minijax.numpy.promotion import promote_inexact
from minijax.transpose_rules import deftranspose


# [FftType]
class FftType(enum.IntEnum):
    """Which transform: there or back, of complex numbers or of real ones."""

    FFT = 0
    IFFT = 1
    RFFT = 2  # real -> the half of the spectrum that determines the other
    IRFFT = 3  # that half -> real


fft_p = Primitive("fft")
# [/FftType]


# [impl]
@fft_p.def_impl
def fft_numbers(x, *, fft_type, fft_lengths):
    transform = {
        FftType.FFT: np.fft.fftn, FftType.IFFT: np.fft.ifftn,
        FftType.RFFT: np.fft.rfftn, FftType.IRFFT: np.fft.irfftn}[fft_type]
    axes = tuple(range(x.ndim - len(fft_lengths), x.ndim))
    return transform(x, fft_lengths, axes)


@fft_p.def_abstract_eval
def fft_type_of(x, *, fft_type, fft_lengths):
    if len(fft_lengths) > x.ndim:
        raise ValueError(f"FFT input shape {x.shape} must have at least as "
                         f"many input dimensions as {fft_lengths=}.")
    *batch, n = (*x.shape[:x.ndim - len(fft_lengths)], *fft_lengths)
    half = (*batch, n // 2 + 1)
    given = half if fft_type is FftType.IRFFT else (*batch, n)
    if x.shape != given:
        raise ValueError(
            f"{fft_type.name} input shape {x.shape} minor dimensions must "
            f"be {given[-len(fft_lengths):]} for {fft_lengths=}.")
    if fft_type is FftType.RFFT:
        return x.update(shape=half, dtype=np.result_type(x, np.complex64))
    if fft_type is FftType.IRFFT:
        return x.update(shape=(*batch, n), dtype=np.finfo(x.dtype).dtype)
    return x
# [/impl]


def fft(x, fft_type, fft_lengths):
    """The transform over the last axes, as many as there are lengths.

    fft_type: an FftType or its name. x becomes complex, but for RFFT. The
    inverse kinds divide by the number of points. JAX twin: `lax.fft`.
    """
    if isinstance(fft_type, str):
        fft_type = FftType[fft_type.upper()]
    x, = promote_inexact("fft", x)
    if fft_type is not FftType.RFFT:
        x = x.astype(np.result_type(x.dtype, np.complex64))
    elif x.dtype.kind == "c":
        raise ValueError("only real valued inputs supported for rfft; use "
                         "fft for complex ones")
    if not len(fft_lengths):
        return x
    return fft_p.bind(x, fft_type=FftType(fft_type),
                      fft_lengths=tuple(map(int, fft_lengths)))


# [transpose]
def twice(lengths, like):
    """How often each coefficient stands for two: 1 at both ends, else 2."""
    n = lengths[-1]
    k = np.arange(n // 2 + 1)
    return jnp.asarray(np.where((k == 0) | (2 * k == n), 1, 2), like.dtype)


def fft_transpose(ct, x, *, fft_type, fft_lengths):
    """A Fourier matrix is symmetric; of half a spectrum, count the rest."""
    points = math.prod(fft_lengths)
    if fft_type is FftType.RFFT:
        half = lax.conj(ct) / twice(fft_lengths, ct)
        return points * fft(half, FftType.IRFFT, fft_lengths)
    if fft_type is FftType.IRFFT:
        half = lax.conj(fft(ct, FftType.RFFT, fft_lengths))
        return half * twice(fft_lengths, half) / points
    return fft(ct, fft_type, fft_lengths)


deflinear(fft_p)
deftranspose(fft_p, fft_transpose)
deffront(fft_p, shift_axes())
# [/transpose]
