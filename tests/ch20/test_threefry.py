"""The hash: the known answers of its authors, and its row of rules."""

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp
from minijax import random
from minijax.random.threefry import threefry2x32, threefry2x32_p

ONES = 2**32 - 1
KNOWN = [  # (key, counter, hash), from kat_vectors of Random123
    ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    ((ONES, ONES), (ONES, ONES), (0x1CB996FC, 0xBB002BE7)),
    ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3),
     (0xC4923A9C, 0x483DF7A0)),
]


@pytest.mark.parametrize("key, counter, expected", KNOWN)
def test_known_answers(key, counter, expected):
    out = threefry2x32(*np.array([*key, *counter], np.uint32))
    assert [int(x) for x in out] == list(expected)
    assert all(x.dtype == np.uint32 and x.shape == () for x in out)


def in_python(k1, k2, x, y):
    """The twenty rounds in Python's own integers."""
    keys = k1, k2, k1 ^ k2 ^ 0x1BD11BDA
    x, y = (x + k1) & ONES, (y + k2) & ONES
    for i in range(5):
        for r in ((13, 15, 26, 6), (17, 29, 16, 24))[i % 2]:
            x = (x + y) & ONES
            y = ((y << r | y >> (32 - r)) & ONES) ^ x
        x = (x + keys[(i + 1) % 3]) & ONES
        y = (y + keys[(i + 2) % 3] + i + 1) & ONES
    return x, y


def test_arrays_are_hashed_entry_by_entry():
    rng = np.random.default_rng(0)
    words = rng.integers(0, 2**32, (4, 3, 5), np.uint32)
    out = np.stack([np.asarray(x) for x in threefry2x32(*words)])
    for i in np.ndindex(3, 5):
        assert tuple(out[:, *i]) == in_python(*map(int, words[:, *i]))


def test_more_than_one_block():
    count = np.arange(100_003, dtype=np.uint32)
    key = np.uint32(7), np.uint32(9)
    x, y = map(np.asarray, threefry2x32(*key, np.uint32(0), count))
    for i in (0, 1, 32767, 32768, 65536, 100_002):
        assert (x[i], y[i]) == in_python(7, 9, 0, i)


def test_operands_are_not_written_to():
    words = np.ones((4, 3), np.uint32)
    threefry2x32(*words)
    assert (words == 1).all()
    flipped = np.arange(8, dtype=np.uint32)[::-2]
    x, _ = threefry2x32(
        np.uint32(1), np.uint32(2), np.uint32(0), flipped)
    assert int(x[0]) == in_python(1, 2, 0, 7)[0]


@pytest.mark.parametrize("shape", [(0,), (2, 0, 3)])
def test_nothing_to_hash(shape):
    zero = np.uint32(0)
    x, y = threefry2x32(zero, zero, zero, np.zeros(shape, np.uint32))
    assert x.shape == y.shape == shape


def test_refusals():
    with pytest.raises(TypeError, match="must have uint32 type, got int32"):
        threefry2x32(*np.zeros(4, np.int32))
    with pytest.raises(TypeError, match="incompatible shapes"):
        threefry2x32(*[np.zeros(n, np.uint32) for n in (2, 2, 3, 3)])
    with pytest.raises(NotImplementedError, match="not linear"):
        mj.linear_transpose(lambda *x: threefry2x32(*x), *np.zeros(
            4, np.uint32))(tuple(jnp.zeros(2, np.uint32)))


def test_vmap_is_the_loop():
    rng = np.random.default_rng(1)
    keys = rng.integers(0, 2**32, (2, 3), np.uint32)
    count = rng.integers(0, 2**32, (4, 3), np.uint32)
    for axes in ((0, 0, None, None), (None, None, 1, 1), (0, 0, 1, None),
                 (0, None, None, 1)):
        args = [k if a == 0 else k[0] for k, a in zip(keys, axes)]
        args += [count if a == 1 else count[:, 0] for a in axes[2:]]
        out = mj.vmap(threefry2x32, axes)(*args)
        for i in range(3):
            row = threefry2x32(*[x if a is None else np.take(x, i, a)
                                 for x, a in zip(args, axes)])
            for a, b in zip(out, row):
                assert (np.asarray(a[i]) == np.asarray(b)).all()


def test_no_tangent():
    words = tuple(np.arange(4, dtype=np.uint32))
    zeros = tuple(np.zeros(4, mj.float0))
    out, dots = mj.jvp(threefry2x32, words, zeros)
    assert [int(x) for x in out] == list(in_python(0, 1, 2, 3))
    assert all(t.dtype == mj.float0 for t in dots)


def test_jit_and_jaxpr():
    words = np.array([1, 2, 3, 4], np.uint32)
    assert [int(x) for x in mj.jit(threefry2x32)(*words)] == list(
        in_python(1, 2, 3, 4))
    jaxpr = mj.make_jaxpr(lambda k: random.bits(k, (3,)))(random.PRNGKey(0))
    assert [eqn.primitive for eqn in jaxpr.eqns].count(threefry2x32_p) == 1


def test_avalanche():
    """One bit of the counter or of the key flips half of all bits."""
    rng = np.random.default_rng(2)
    words = rng.integers(0, 2**32, (4, 200), np.uint32)
    before = jnp.stack(threefry2x32(*words))
    for word in range(4):
        for bit in range(0, 32, 5):
            other = words.copy()
            other[word] ^= np.uint32(1 << bit)
            flipped = np.asarray(before ^ jnp.stack(threefry2x32(*other)))
            share = np.bitwise_count(flipped).sum() / (64 * 200)
            assert abs(share - 0.5) < 0.02
