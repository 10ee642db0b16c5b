"""Samplers of integers, and of what integers can choose.

randint, bernoulli, rademacher : (key, shape) -> int[shape], bool[shape]
categorical                    : (key, logits) -> int[...]
permutation, choice            : (key, a) -> elements of a

JAX twin: jax/_src/random/core.py.
"""

import math

import numpy as np

from minijax import lax
from minijax import numpy as jnp
from minijax.array import as_array
from minijax.dtypes import canonical
from minijax.numpy.promotion import (
    canonical_axis,
    canonical_shape,
    promote_inexact,
    static_int,
)
from minijax.random.floats import (
    int_dtype,
    random_bits,
    sample_shape,
    uniform,
    unsigned,
)
from minijax.random.inversion import gumbel
from minijax.random.keys import one_key, split


# [randint]
def randint(key, shape, minval, maxval, dtype=None):
    """Integers in minval, …, maxval - 1; minval, where maxval <= minval.

    They are rests of 64 bits (of 128 for 64-bit dtypes) on division by the
    span, and those are equally likely up to span / 2**32. TypeError: no
    integer dtype. JAX twin: `jax.random.randint`.
    """
    key, out = one_key("randint", key), int_dtype("randint", dtype)
    dtype = np.dtype(np.int32) if out.itemsize < 4 else out
    (low, _), (high, beyond) = (bound(x, out, dtype) for x in (minval, maxval))
    shape = sample_shape("randint", shape, low, high)
    wide = unsigned(dtype)
    span = lax.convert_element_type(high - low, wide) + beyond.astype(wide)
    span = jnp.broadcast_to(jnp.where(high <= low, wide.type(1), span), shape)
    offset = rest_of_two(*[random_bits(k, wide, shape) for k in split(key)],
                         span)
    return (low + offset.astype(dtype)).astype(out)
# [/randint]


# [rest]
def bound(x, out, dtype):
    """A bound, moved into the range of `out`; and was it above that?"""
    x = as_array(x, "randint")
    x = x if x.dtype.kind in "iu" else x.astype(int)
    of_x, of_out = np.iinfo(x.dtype), np.iinfo(out)
    top = min(of_x.max, of_out.max)
    inside = jnp.clip(x, max(of_x.min, of_out.min), top)
    return inside.astype(dtype), x > top


def rest_of_two(high, low, span):
    """(high * 2**width + low) % span, as far as one width can hold it."""
    half = lax.full_like(span, 2 ** (4 * span.dtype.itemsize))
    half = rest(half, span)
    carried = rest(high, span) * rest(half * half, span)
    return rest(carried + rest(low, span), span)


def rest(x, span):
    """x % span; span 0 stands for all numbers of this width."""
    return jnp.where(span == 0, x, lax.rem(x, lax.max(
        span, lax.full_like(span, 1))))
# [/rest]


# [bernoulli]
def bernoulli(key, p=0.5, shape=None, mode="low"):
    """True with probability p: bools, in the shape of p or in `shape`.

    mode "high": draw twice as many bits, for tiny p. TypeError: p is no
    float. JAX twin: `jax.random.bernoulli`.
    """
    if mode not in ("high", "low"):
        raise ValueError(f"got {mode=}, expected 'high' or 'low'")
    key, p = one_key("bernoulli", key), as_array(p, "bernoulli")
    if p.dtype.kind != "f":
        raise TypeError("bernoulli probability `p` must have a floating "
                        f"dtype, got {p.dtype}. Write 1.0, not 1.")
    shape = sample_shape("bernoulli", shape, p)
    if mode == "low":
        return uniform(key, shape, p.dtype) < p
    first, more = uniform(key, (2, *shape), p.dtype)
    return more * 2.0 ** -np.finfo(p.dtype).nmant < p - first


def rademacher(key, shape=(), dtype=None):
    """-1 or 1, equally likely."""
    dtype = canonical(int if dtype is None else dtype)
    heads = bernoulli(key, shape=canonical_shape(shape, "rademacher"))
    return (2 * heads.astype(dtype) - 1).astype(dtype)
# [/bernoulli]


# [categorical]
def categorical(key, logits, axis=-1, shape=None, replace=True, mode=None):
    """Positions along `axis`, with the probabilities softmax(logits).

    shape: of the result, ending in that of logits without `axis`. replace:
    whether one can come up twice in the additional axes. mode: see `gumbel`.
    ValueError: too few to draw from. JAX twin: `jax.random.categorical`.
    """
    key, logits = one_key("categorical", key), as_array(logits)
    axis = canonical_axis(axis, logits.ndim) - logits.ndim
    batch = tuple(np.delete(logits.shape, axis).tolist())
    shape = sample_shape("categorical", batch if shape is None else shape,
                         np.empty(batch, bool))
    new = len(shape) - len(batch)
    if not replace:
        return distinct(key, logits, axis, shape, shape[:new], mode)
    drawn = list(shape)
    drawn.insert(new + axis % logits.ndim, logits.shape[axis])
    noise = gumbel(key, drawn, logits.dtype, mode)
    return jnp.argmax(noise + logits, axis=axis)


def distinct(key, logits, axis, shape, prefix, mode):
    """The greatest k in place of the greatest one."""
    noisy = logits + gumbel(key, logits.shape, logits.dtype, mode)
    k, n = math.prod(prefix), logits.shape[axis]
    if k > n:
        raise ValueError(f"Number of samples without replacement ({k}) cannot "
                         f"exceed number of categories ({n}).")
    _, found = lax.top_k(jnp.moveaxis(noisy, axis, -1), k)
    return jnp.moveaxis(found, -1, 0).reshape(shape)
# [/categorical]


# [permutation]
def permutation(key, x, axis=0, independent=False):
    """`x` in random order along an axis; of an int, that of arange(x).

    independent: each line along the axis in an order of its own. TypeError: a
    number that is no integer. JAX twin: `jax.random.permutation`.
    """
    key, x = one_key("permutation", key), as_array(x, "permutation")
    axis = canonical_axis(axis, x.ndim or 1)
    if not x.ndim:
        if x.dtype.kind not in "iu":
            raise TypeError("x must be an integer or at least 1-dimensional")
        n = static_int(x, "The argument x of random.permutation.")
        return shuffled(key, jnp.arange(n), 0)
    if independent or x.ndim == 1:
        return shuffled(key, x, axis)
    order = shuffled(key, jnp.arange(x.shape[axis]), 0)
    return jnp.take(x, order, axis)


def shuffled(key, x, axis):
    """Sorted by random numbers; again, where two of those may be equal."""
    rounds = math.ceil(3 * math.log(max(1, x.size)) / math.log(2**32 - 1))
    for _ in range(rounds):
        key, subkey = split(key)
        places = random_bits(subkey, np.dtype(np.uint32), x.shape)
        _, x = lax.sort_key_val(places, x, axis)
    return x
# [/permutation]


# [choice]
def choice(key, a, shape=(), replace=True, p=None, axis=0, mode=None):
    """Elements of `a` along an axis, or of arange(a) for an int.

    p: the probability of each; without it all are equally likely. replace:
    whether one can come up twice. mode: see `gumbel`. ValueError: too few to
    choose from, or p of another shape. JAX twin: `jax.random.choice`.
    """
    key, a = one_key("choice", key), as_array(a, "choice")
    shape = canonical_shape(shape, "choice")
    axis = canonical_axis(axis, a.ndim or 1)
    n = a.shape[axis] if a.ndim else population(a)
    check_supply(n, math.prod(shape), replace)
    if not a.ndim:
        return chosen(key, n, shape, replace, p, mode)
    if p is None and not replace:
        order = permutation(key, a, axis)
        found = lax.slice_in_dim(order, 0, math.prod(shape), axis=axis)
    else:
        found = jnp.take(a, chosen(key, n, shape, replace, p, mode), axis)
    return found.reshape(a.shape[:axis] + shape + a.shape[axis + 1:])
# [/choice]


# [chosen]
def population(a):
    """The int that stands for arange(a)."""
    if a.dtype.kind not in "iu":
        raise TypeError("random.choice draws from an array, or from the "
                        f"integers below an int n; got {a!r}. Make it an int.")
    return static_int(a, "The argument a of random.choice.")


def check_supply(n, k, replace):
    if k and n <= 0:
        raise ValueError("a must be greater than 0 unless no samples are "
                         "taken")
    if not replace and k > n:
        raise ValueError(f"Cannot take a larger sample (size {k}) than "
                         f"population (size {n}) when 'replace=False'")


def chosen(key, n, shape, replace, p, mode):
    """Positions in range(n)."""
    if p is None:
        if replace:
            return randint(key, shape, 0, n)
        return permutation(key, n)[:math.prod(shape)].reshape(shape)
    (p,) = promote_inexact("choice", p)
    if p.shape != (n,):
        raise ValueError(
            "p must be None or a 1D vector with the same size as a.shape"
            f"[axis]. p has shape {p.shape} and a.shape[axis] is {n}.")
    if replace:
        upto = jnp.cumsum(p)
        u = upto[-1] * (1 - uniform(key, shape, p.dtype))
        return jnp.searchsorted(upto, u).astype(int)
    noisy = gumbel(key, (n,), p.dtype, mode) + jnp.log(p)
    return lax.top_k(noisy, math.prod(shape))[1].astype(int).reshape(shape)
# [/chosen]
