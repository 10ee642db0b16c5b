"""Keys: from one seed as many as you need, and each one a pure value.

key     : int -> key
split   : (key, n) -> key[n]
fold_in : (key, int) -> key

JAX twins: jax/_src/random/core.py and prng.py.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from minijax import lax, tree_util
from minijax import numpy as jnp
from minijax.array import ArrayImpl, as_array
from minijax.config import enable_x64
from minijax.numpy.promotion import canonical_shape
from minijax.random.threefry import threefry2x32


# [KeyType]
class KeyType:
    """What `key.dtype` is: there is one kind of key."""

    name, itemsize = "key<fry>", 8

    def __repr__(self):
        return self.name
# [/KeyType]


# [KeyArray]
@tree_util.register_dataclass
@dataclass(frozen=True, eq=False, repr=False)
class KeyArray:
    """Keys in the shape of an array: two arrays of words, in that shape.

    A container of arrays to every transformation. JAX twin: PRNGKeyArray.
    """

    k1: Any
    k2: Any

    dtype = KeyType()
    shape = property(lambda self: self.k1.shape)
    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: math.prod(self.shape))
    # [/KeyArray]

    # [KeyArray.sequence]
    def __getitem__(self, index):
        return KeyArray(self.k1[index], self.k2[index])

    def __len__(self):
        return len(self.k1)

    def __iter__(self):
        return map(KeyArray, self.k1, self.k2)

    def reshape(self, *shape):
        """The keys in another shape."""
        return KeyArray(self.k1.reshape(*shape), self.k2.reshape(*shape))
    # [/KeyArray.sequence]

    # [KeyArray.others]
    def __eq__(self, other):
        if not isinstance(other, KeyArray):
            return NotImplemented
        return (self.k1 == other.k1) & (self.k2 == other.k2)

    def __bool__(self):
        raise TypeError("key array cannot be converted to boolean. To draw a "
                        "random one, use random.bernoulli(key).")

    def refuse_arithmetic(self, other):
        raise TypeError(
            f"a key is no number: got {self.dtype} and {type(other).__name__} "
            "as operands of arithmetic. Of a key, random.fold_in(key, i) and "
            "random.split(key) make others; random.key_data has its words.")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = (
        __xor__) = refuse_arithmetic

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "JAX array with PRNGKey dtype cannot be converted to a NumPy "
            "array. Use minijax.random.key_data(arr) if you wish to extract "
            "the underlying integer array.")

    def __repr__(self):
        words = self.k1, self.k2
        if isinstance(self.k1, ArrayImpl):
            words = np.stack([np.asarray(k) for k in words], axis=-1)
        return f"Array({self.shape}, dtype={self.dtype}) overlaying:\n{words}"
    # [/KeyArray.others]


# [key]
def key(seed, *, impl=None):
    """The key that an integer, traced or not, stands for: shape ().

    Without enable_x64 the lower 32 bits count, with it all 64. impl: None or
    "threefry2x32". TypeError: a seed that is no integer scalar. JAX twin:
    `jax.random.key`.
    """
    if impl not in (None, "threefry2x32"):
        raise ValueError(f'unrecognized PRNG implementation "{impl}". There '
                         'is one here: "threefry2x32"')
    seed = seed_array("key", seed)
    k2 = lax.convert_element_type(seed, np.uint32)
    if enable_x64.value and seed.dtype.itemsize == 8:
        k1 = lax.shift_right_logical(seed, np.array(32, seed.dtype))
        return KeyArray(lax.convert_element_type(k1, np.uint32), k2)
    return KeyArray(lax.full_like(k2, 0), k2)


def PRNGKey(seed, *, impl=None):
    """The same key as `key(seed)`, as its two words: uint32[2]."""
    return key_data(key(seed, impl=impl))
# [/key]


# [seed_array]
def seed_array(name, seed):
    """A seed as an integer scalar, or a TypeError."""
    if isinstance(seed, KeyArray):
        raise TypeError(f"{name} accepts a scalar seed, but was given a PRNG "
                        "key. Of a key, random.split(key) makes others.")
    if isinstance(seed, int):
        if not -2**63 <= seed < 2**63:
            raise OverflowError(f"a seed has 64 bits at most, got {seed}: "
                                "take seed % 2**63")
        seed = np.int64(seed)
    seed = as_array(seed, name)
    if seed.shape:
        raise TypeError(f"{name} accepts a scalar seed, but was given an "
                        f"array of shape {seed.shape} != (). Use minijax.vmap "
                        "for batching.")
    if seed.dtype.kind not in "iu":
        raise TypeError(f"PRNG key seed must be an integer; got {seed!r}. "
                        "Convert it first, with int() or .astype(int).")
    return seed
# [/seed_array]


# [words]
def key_data(keys):
    """The words of keys: uint32, with an axis of size 2 at the end."""
    keys = as_keys(keys)
    return jnp.stack([keys.k1, keys.k2], axis=-1)


def wrap_key_data(key_bits_array, *, impl=None):
    """The keys that have such words. TypeError: not uint32[..., 2]."""
    wrong = "JAX encountered invalid PRNG key data: expected "
    remedy = ". random.key(seed) makes a key."
    if not hasattr(key_bits_array, "dtype"):
        raise TypeError(f"{wrong}key_data to have ndim, shape, and dtype "
                        f"attributes. Got {key_bits_array!r:.60}{remedy}")
    data = as_array(key_bits_array)
    if data.shape[-1:] != (2,):
        raise TypeError(f"{wrong}key_data.shape to end with (2,); got shape="
                        f"{data.shape}{remedy}")
    if data.dtype != np.uint32:
        raise TypeError(f"{wrong}key_data.dtype = uint32; got dtype="
                        f"{data.dtype}{remedy}")
    return KeyArray(*lax.unstack(data, data.ndim - 1))


def as_keys(keys):
    """Keys from keys, or from their words."""
    return keys if isinstance(keys, KeyArray) else wrap_key_data(keys)
# [/words]


# [one_key]
def one_key(name, keys):
    """The argument `key` of a sampler: one key, in either form."""
    found = as_keys(keys)
    if found.shape:
        raise ValueError(f"{name} accepts a single key, but was given a key "
                         f"array of shape {keys.shape} != (). Use minijax."
                         "vmap for batching.")
    return found


def same_form(keys, given):
    """Keys as they were given: as KeyArray or as words."""
    return keys if isinstance(given, KeyArray) else key_data(keys)
# [/one_key]


# [split]
def split(key, num=2):
    """`num` new keys, in an array of shape (num,) or of the shape `num`.

    The i-th is fold_in(key, i), whatever num is. Do not use `key` again. JAX
    twin: `jax.random.split`.
    """
    found = one_key("split", key)
    shape = canonical_shape(num, "split")
    return same_form(KeyArray(*hashes(found, shape)), key)


def fold_in(key, data):
    """One new key for each of 2**32 integers; `data` may be traced.

    TypeError: data is no integer scalar. JAX twin: `jax.random.fold_in`.
    """
    found = one_key("fold_in", key)
    if np.shape(data):
        raise TypeError("fold_in accepts a scalar, but was given an array of "
                        f"shape {np.shape(data)} != (). Use minijax.vmap for "
                        "batching.")
    if jnp.result_type(data).kind not in "iub":
        raise TypeError(f"fold_in accepts an integer, got {data!r}. Convert "
                        "it first, with int() or .astype(int).")
    count = jnp.asarray(data, np.uint32)
    return same_form(KeyArray(*threefry2x32(
        found.k1, found.k2, np.uint32(0), count)), key)
# [/split]


# [hashes]
def hashes(key, shape):
    """Two words for each place of a shape: the hashes of 0, 1, 2, …"""
    size = math.prod(shape)
    if size > 2**31:
        raise NotImplementedError(f"{size} numbers at once are more than "
                                  "2**31: split the key, and draw in parts")
    count = lax.reshape(lax.iota(np.uint32, size), shape)
    return threefry2x32(key.k1, key.k2, np.uint32(0), count)
# [/hashes]
