"""Fourier transforms under NumPy's names.

fft, ifft, rfft, irfft, hfft, ihfft : along one axis; …2 and …n along more
norm: "backward" (the inverse divides by n), "ortho" (both by √n), "forward"
JAX twin: jax/_src/numpy/fft.py.
"""

import operator

import numpy as np

from minijax import dtypes, lax
from minijax import numpy as jnp
from minijax.lax.fourier import FftType
from minijax.numpy.promotion import arraylike, canonical_axis


# [transform]
def transform(name, kind, a, s, axes, norm):
    """Lengthen or cut the axes to `s`, transform them, put them back."""
    a = arraylike(f"fft.{name}", a)
    if axes is None:
        axes = range(-len(s), 0) if s is not None else range(a.ndim)
    axes = [canonical_axis(axis, a.ndim) for axis in axes]
    if len(set(axes)) < len(axes):
        raise ValueError(f"fft.{name} does not support repeated axes. Got "
                         f"axes {axes}.")
    last = tuple(range(a.ndim - len(axes), a.ndim))
    a = jnp.moveaxis(a, axes, last)
    s = lengths(kind, [a.shape[d] for d in last], s)
    wanted = list(s)
    if kind is FftType.IRFFT:
        wanted[-1] = s[-1] // 2 + 1
    out = lax.fft(fitted(a, wanted), kind, s)
    factor = scale(name, np.prod(s), norm)
    return jnp.moveaxis(out if factor == 1 else out * factor, last, axes)
# [/transform]


# [lengths]
def lengths(kind, sizes, s):
    """How many points each transformed axis has, on the side of the signal."""
    if s is None:
        if kind is FftType.IRFFT:
            sizes[-1] = 2 * (sizes[-1] - 1)
        s = sizes
    s = tuple(map(operator.index, s))
    if len(s) != len(sizes):
        raise ValueError("Shape and axes have different lengths: "
                         f"{len(s)} and {len(sizes)}.")
    if min(s, default=1) < 1:
        raise ValueError(f"Shape should be positive, got {s}.")
    return s


def fitted(a, sizes):
    """The last axes cut to these sizes, or filled up with zeros."""
    a = a[(..., *[slice(n) for n in sizes])]
    missing = [(0, n - m) for n, m in
               zip(sizes, a.shape[a.ndim - len(sizes):], strict=True)]
    if not any(n for _, n in missing):
        return a
    return jnp.pad(a, [(0, 0)] * (a.ndim - len(sizes)) + missing)


def scale(name, points, norm):
    """What `norm` multiplies the transform by; the inverse divides already."""
    inverse = name.startswith("i")
    if norm in (None, "backward"):
        return 1
    if norm == "ortho":
        return float(points) ** (0.5 if inverse else -0.5)
    if norm == "forward":
        return float(points) if inverse else 1 / float(points)
    raise ValueError(f'Invalid norm value {norm}; should be "backward", '
                     '"ortho" or "forward".')
# [/lengths]


# [one]
def one_axis(name, kind, a, n, axis, norm):
    if isinstance(axis, tuple | list):
        raise ValueError(f"fft.{name} does not support multiple axes. Please "
                         f"use fft.{name}n. Got axis = {axis}.")
    return transform(name, kind, a, None if n is None else [n], [axis], norm)


def fft(a, n=None, axis=-1, norm=None):
    """Σ_j a[j] exp(-2πi jk/n) at each k."""
    return one_axis("fft", FftType.FFT, a, n, axis, norm)


def ifft(a, n=None, axis=-1, norm=None):
    """The inverse of `fft`."""
    return one_axis("ifft", FftType.IFFT, a, n, axis, norm)


def rfft(a, n=None, axis=-1, norm=None):
    """The first n // 2 + 1 coefficients; of a real signal they are all."""
    return one_axis("rfft", FftType.RFFT, a, n, axis, norm)


def irfft(a, n=None, axis=-1, norm=None):
    """The inverse of `rfft`; n: by default even, 2 (len(a) - 1)."""
    return one_axis("irfft", FftType.IRFFT, a, n, axis, norm)
# [/one]


# [hermitian]
OTHER_WAY = {None: "forward", "backward": "forward", "ortho": "ortho",
             "forward": "backward"}


def hfft(a, n=None, axis=-1, norm=None):
    """The real spectrum of a signal of which a[-j] is a[j] conjugated."""
    return irfft(jnp.conj(a), n, axis, OTHER_WAY.get(norm, norm))


def ihfft(a, n=None, axis=-1, norm=None):
    """The inverse of `hfft`."""
    return jnp.conj(rfft(a, n, axis, OTHER_WAY.get(norm, norm)))
# [/hermitian]


# [several]
def fftn(a, s=None, axes=None, norm=None):
    """`fft` along several axes, by default all."""
    return transform("fftn", FftType.FFT, a, s, axes, norm)


def ifftn(a, s=None, axes=None, norm=None):
    """The inverse of `fftn`."""
    return transform("ifftn", FftType.IFFT, a, s, axes, norm)


def rfftn(a, s=None, axes=None, norm=None):
    """`rfft` along the last of several axes, and `fft` along the others."""
    return transform("rfftn", FftType.RFFT, a, s, axes, norm)


def irfftn(a, s=None, axes=None, norm=None):
    """The inverse of `rfftn`."""
    return transform("irfftn", FftType.IRFFT, a, s, axes, norm)


def fft2(a, s=None, axes=(-2, -1), norm=None):
    """`fft` along two axes."""
    return fftn(a, s, two("fft2", axes), norm)


def ifft2(a, s=None, axes=(-2, -1), norm=None):
    """The inverse of `fft2`."""
    return ifftn(a, s, two("ifft2", axes), norm)


def rfft2(a, s=None, axes=(-2, -1), norm=None):
    """`rfftn` along two axes."""
    return rfftn(a, s, two("rfft2", axes), norm)


def irfft2(a, s=None, axes=(-2, -1), norm=None):
    """The inverse of `rfft2`."""
    return irfftn(a, s, two("irfft2", axes), norm)


def two(name, axes):
    if len(axes) != 2:
        raise ValueError(f"fft.{name} only supports 2 axes. Got axes = "
                         f"{axes}.")
    return axes
# [/several]


# [frequencies]
def fftfreq(n, d=1.0, *, dtype=None):
    """The frequency of each coefficient of `fft`, for samples d apart."""
    k = (np.arange(operator.index(n)) + n // 2) % n - n // 2
    return jnp.asarray(k, dtypes.canonical(dtype or float)) / (d * n)


def rfftfreq(n, d=1.0, *, dtype=None):
    """The same for `rfft`."""
    k = np.arange(operator.index(n) // 2 + 1)
    return jnp.asarray(k, dtypes.canonical(dtype or float)) / (d * n)


def fftshift(x, axes=None):
    """Frequency zero moved to the middle."""
    return shifted("fftshift", x, axes, 1)


def ifftshift(x, axes=None):
    """The inverse of `fftshift`."""
    return shifted("ifftshift", x, axes, -1)


def shifted(name, x, axes, sign):
    x = arraylike(name, x)
    axes = range(x.ndim) if axes is None else axes
    axes = (axes,) if isinstance(axes, int) else tuple(axes)
    return jnp.roll(x, [sign * (x.shape[d] // 2) for d in axes], axes)
# [/frequencies]
