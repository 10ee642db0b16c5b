"""Sliding sums of products, and polynomials, which multiply by them.

convolve : (Array[m], Array[n]) -> Array[m + n - 1]
polyval  : (Array[n], Array) -> Array
JAX twins: jax/_src/numpy/lax_numpy.py, polynomial.py.
"""

import numpy as np

from minijax import lax
from minijax.numpy.creation import asarray
from minijax.numpy.elementwise import conjugate
from minijax.numpy.joining import concatenate
from minijax.numpy.manipulation import flip
from minijax.numpy.products import dot
from minijax.numpy.promotion import (
    arraylike,
    cast,
    const,
    promote_dtypes,
    promote_inexact,
    static_int,
    to_inexact,
)


def convolve(a, v, mode="full", *, precision=None,
             preferred_element_type=None):
    """out[k] = the sum over i of a[i] * v[k - i]."""
    return sliding("convolve", a, v, mode, precision, preferred_element_type)


def correlate(a, v, mode="valid", *, precision=None,
              preferred_element_type=None):
    """out[k] = the sum over i of a[i + k] * conj(v[i])."""
    a, v = arraylike("correlate", a, v)
    return sliding("correlate", a, flip(conjugate(v)), mode, precision,
                   preferred_element_type, late=a.size < v.size)


def sliding(name, a, v, mode, precision, dtype, late=False):
    """convolve: each window of the padded `a` times the reversed `v`.

    late: where "same" has one element more on one side, it is the first.
    """
    a, v = promote_inexact(name, a, v)
    if a.ndim != 1 or v.ndim != 1 or not a.size or not v.size:
        raise ValueError(f"{name}() only supports 1-dimensional inputs that "
                         f"are not empty; got shapes {a.shape} and {v.shape}")
    if mode not in ("full", "same", "valid"):
        raise ValueError("mode must be one of ['full', 'same', 'valid']")
    m, n = a.size, v.size
    short, long = min(m, n), max(m, n)
    start, size = {"full": (0, m + n - 1),
                   "same": ((short - 1 + late) // 2, long),
                   "valid": (short - 1, long - short + 1)}[mode]
    room = lax.pad(a, const(a, 0), ((n - 1, n - 1, 0),))
    index = start + np.arange(size)[:, None] + np.arange(n)
    return dot(room[index], flip(v), precision=precision,
               preferred_element_type=dtype)


# [polynomials]
def polyval(p, x):
    """The polynomial p[0] x**n + … + p[n] at x, by Horner's rule."""
    p, x = promote_dtypes(*arraylike("polyval", p, x))
    out = lax.full_like(x, 0)
    for i in range(p.shape[0]):
        out = out * x + p[i]
    return out


def polymul(a1, a2, *, trim_leading_zeros=False):
    """The product of two polynomials."""
    a1, a2 = promote_inexact("polymul", asarray(a1), asarray(a2))
    return convolve(a1, a2)


def polyadd(a1, a2):
    """The sum of two polynomials."""
    a1, a2 = promote_dtypes(asarray(a1), asarray(a2))
    n = max(a1.size, a2.size)
    a1, a2 = (lax.pad(x, const(x, 0), ((n - x.size, 0, 0),))
              for x in (a1, a2))
    return a1 + a2


def polysub(a1, a2):
    """The difference of two polynomials."""
    return polyadd(a1, -asarray(a2))


def polyder(p, m=1):
    """The derivative of a polynomial, taken m times."""
    p, = promote_dtypes(asarray(p), to=to_inexact)
    for _ in range(static_int(m, "'m' argument of jnp.polyder.")):
        p = p[:-1] * np.arange(p.size - 1, 0, -1).astype(p.dtype)
    return p


def polyint(p, m=1, k=0):
    """The integral of a polynomial, taken m times, with constants k."""
    p, = promote_dtypes(asarray(p), to=to_inexact)
    m = static_int(m, "'m' argument of jnp.polyint.")
    for constant in np.broadcast_to(k, (m,)):
        p = p / np.arange(p.size, 0, -1).astype(p.dtype)
        p = concatenate([p, cast(asarray(constant), p.dtype)[None]])
    return p
# [/polynomials]
