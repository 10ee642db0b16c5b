"""Random bits, and floats made of them.

bits     : (key, shape) -> uint[shape]
mantissa : (uint[...], dtype) -> float[...] in [0, 1)
uniform  : (key, shape) -> float[shape] in [minval, maxval)
normal   : (key, shape) -> float[shape]

JAX twin: jax/_src/random/core.py.
"""

import math

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.config import enable_x64
from minijax.dtypes import canonical
from minijax.numpy.promotion import broadcast_shapes, canonical_shape
from minijax.random.keys import hashes, one_key, split


# [random_bits]
def random_bits(key, dtype, shape):
    """Bits in the width of an unsigned dtype."""
    high, low = hashes(key, shape)
    if dtype.itemsize == 8:
        high, low = (lax.convert_element_type(x, dtype) for x in (high, low))
        return lax.bitwise_or(lax.shift_left(high, dtype.type(32)), low)
    return lax.convert_element_type(lax.bitwise_xor(high, low), dtype)


def unsigned(dtype):
    """The unsigned dtype of the same width."""
    return np.dtype(f"uint{8 * dtype.itemsize}")
# [/random_bits]


def bits(key, shape=(), dtype=None):
    """Random bits as unsigned integers, all of them equally likely.

    dtype: uint8, uint16, uint32 or uint64; without it uint32, or uint64 under
    enable_x64. JAX twin: `jax.random.bits`.
    """
    key = one_key("bits", key)
    wide = np.uint64 if enable_x64.value else np.uint32
    dtype = canonical(wide if dtype is None else dtype)
    if dtype.kind != "u":
        raise ValueError("dtype argument to `bits` must be an unsigned int "
                         f"dtype, got {dtype}, such as uint32")
    return random_bits(key, dtype, canonical_shape(shape, "bits"))


# [mantissa]
def mantissa(bits, dtype):
    """Floats in [0, 1): random bits fill the mantissa of one in [1, 2)."""
    one, width = np.array(1, dtype), 8 * dtype.itemsize
    spare = bits.dtype.type(width - np.finfo(dtype).nmant)
    drawn = lax.shift_right_logical(bits, spare)
    drawn = lax.bitwise_or(drawn, one.view(bits.dtype))
    return lax.bitcast_convert_type(drawn, dtype) - one
# [/mantissa]


# [uniform]
def uniform(key, shape=(), dtype=None, minval=0.0, maxval=1.0):
    """Floats, equally likely everywhere in [minval, maxval).

    minval and maxval broadcast to `shape`, and have derivatives. dtype: a
    float dtype, float32 without it, or float64 under enable_x64. JAX twin:
    `jax.random.uniform`.
    """
    key, dtype = one_key("uniform", key), float_dtype("uniform", dtype)
    low, high = (jnp.asarray(x, dtype) for x in (minval, maxval))
    shape = sample_shape("uniform", shape, low, high)
    unit = mantissa(random_bits(key, unsigned(dtype), shape), dtype)
    return jnp.maximum(low, unit * (high - low) + low)
# [/uniform]


# [normal]
def normal(key, shape=(), dtype=None):
    """Floats from the normal distribution of mean 0 and variance 1.

    dtype: as for `uniform`, or complex: then the two parts have variance 1/2
    each. JAX twin: `jax.random.normal`.
    """
    key = one_key("normal", key)
    dtype = canonical(float if dtype is None else dtype)
    if dtype.kind == "c":
        parts = [normal(k, shape, np.finfo(dtype).dtype) for k in split(key)]
        return lax.complex(*parts) / np.array(math.sqrt(2), dtype)
    dtype = float_dtype("normal", dtype, "float or complex")
    below = np.nextafter(np.array(-1, dtype), np.array(0, dtype))
    return math.sqrt(2) * lax.erf_inv(uniform(key, shape, dtype, below, 1.0))
# [/normal]


# [arguments]
def float_dtype(name, dtype, kinds="float"):
    """The argument `dtype` of a sampler of floats."""
    dtype = canonical(float if dtype is None else dtype)
    if dtype.kind != "f":
        raise ValueError(f"dtype argument to `{name}` must be a {kinds} "
                         f"dtype, got {dtype}, such as float32")
    return dtype


def int_dtype(name, dtype):
    """The argument `dtype` of a sampler of integers."""
    dtype = canonical(int if dtype is None else dtype)
    if dtype.kind not in "iu":
        raise TypeError(f"{name} only accepts integer dtypes, got {dtype}; "
                        "int32 is one")
    return dtype


def sample_shape(name, shape, *parameters):
    """The shape of a sample; that of its parameters for shape=None."""
    shapes = [np.shape(x) for x in parameters]
    if shape is None:
        return broadcast_shapes(*shapes)
    shape = canonical_shape(shape, name)
    common = broadcast_shapes(shape, *shapes)
    if common != shape:
        raise ValueError(
            f"{name} parameter shapes must be broadcast-compatible with shape "
            "argument, and the result of broadcasting the shapes must equal "
            f"the shape argument, but got result {common} for shape argument "
            f"{shape}.")
    return shape
# [/arguments]
