"""Threefry: a hash of two counters under two keys, all of them 32 bits wide.

threefry2x32 : (u32[...], u32[...], u32[...], u32[...]) -> (u32[...], u32[...])

From Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2,
3" (2011). JAX twin: jax/_src/random/threefry2x32.py.
"""

import numpy as np

from minijax.batching import batching_rules
from minijax.batching_rules import line_up
from minijax.core import Primitive
from minijax.dtypes import ShapedArray
from minijax.forward import defzero
from minijax.lax.standard import common_shape
from minijax.transpose import transposes

# [rounds]
ROTATIONS = (13, 15, 26, 6), (17, 29, 16, 24)
PARITY = np.uint32(0x1BD11BDA)


def mix(x, y, turn):
    """One round, in place: add, turn y's bits to the left, exclusive or."""
    x += y
    falling = y >> (32 - turn)
    y <<= turn
    y |= falling
    y ^= x


def twenty_rounds(k1, k2, x, y):
    """Hash x and y in place; after each four rounds comes some more key."""
    keys = k1, k2, k1 ^ k2 ^ PARITY
    x += k1
    y += k2
    for i in range(5):
        for turn in ROTATIONS[i % 2]:
            mix(x, y, turn)
        x += keys[(i + 1) % 3]
        y += keys[(i + 2) % 3] + np.uint32(i + 1)
# [/rounds]


# [threefry2x32_p]
threefry2x32_p = Primitive("threefry2x32")
threefry2x32_p.multiple_results = True


@threefry2x32_p.def_impl
def hash_numbers(*operands):
    """Block by block, so that every round finds its block in the cache."""
    blocks = np.nditer(
        [*operands, None, None], order="C", buffersize=1 << 15,
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=4 * [["readonly"]] + 2 * [["writeonly", "allocate"]])
    with blocks:
        for k1, k2, x1, x2, out1, out2 in blocks:
            out1[...], out2[...] = x1, x2
            twenty_rounds(k1, k2, out1, out2)
        return blocks.operands[4:]
# [/threefry2x32_p]


# [threefry2x32_p.rules]
@threefry2x32_p.def_abstract_eval
def hashed(*avals):
    if any(aval.dtype != np.uint32 for aval in avals):
        given = ", ".join(str(aval) for aval in avals)
        raise TypeError("Arguments to threefry2x32 must have uint32 type, "
                        f"got {given}. Convert them: x.astype('uint32').")
    return [ShapedArray(common_shape("threefry2x32", *avals), np.uint32)] * 2


def batched(values, axes):
    """Each number is hashed by itself, so the examples need lining up."""
    return threefry2x32_p.bind(*line_up(values, axes)), (0, 0)


batching_rules[threefry2x32_p] = batched
defzero(threefry2x32_p)
transposes.refuse(threefry2x32_p, "a hash of integers is not linear.")
# [/threefry2x32_p.rules]


def threefry2x32(k1, k2, x1, x2):
    """The two hashes of counters x1, x2 under keys k1, k2: uint32 arrays.

    Scalars go with arrays. TypeError: an operand is not uint32, or the
    shapes do not go together. JAX twin: `threefry2x32_p` there.
    """
    return tuple(threefry2x32_p.bind(k1, k2, x1, x2))
