"""The atoms that arrange, join and create: every element at its place."""
import itertools
import math

import numpy as np
import pytest

from minijax import lax
from minijax.config import enable_x64
from minijax.dtypes import float0

X = np.arange(24).reshape(2, 3, 4)
LAYOUTS = {
    "plain": X,
    "transposed": X.transpose(2, 0, 1),
    "backwards": X[::-1, :, ::-2],
    "strided": np.arange(96).reshape(4, 6, 4)[::2, 1::2],
    "empty": X[:, :0],
    "repeated": np.broadcast_to(np.arange(3), (4, 3)),
    "scalar": np.array(5),
}


def places(shape):
    """All indices of an array."""
    return itertools.product(*map(range, shape))


def same(actual, expected, shape):
    """The elements are expected(*index), at each index of the shape."""
    assert actual.shape == shape
    for i in places(shape):
        assert np.asarray(actual)[i] == expected(*i)


@pytest.fixture(params=LAYOUTS)
def x(request):
    return LAYOUTS[request.param]


def test_transpose(x):
    for order in itertools.permutations(range(x.ndim)):
        y = lax.transpose(x, order)
        assert y.shape == tuple(x.shape[d] for d in order)
        for i in places(x.shape):
            assert np.asarray(y)[tuple(i[d] for d in order)] == x[i]


def test_reshape(x):
    numbers = [x[i] for i in places(x.shape)]
    y = lax.reshape(x, (x.size, 1))
    same(y, lambda i, _: numbers[i], (x.size, 1))
    order = tuple(reversed(range(x.ndim)))
    y = lax.reshape(x, (x.size,), order)
    assert y.tolist() == lax.transpose(x, order).tolist() or x.ndim != 1
    assert y.tolist() == [
        x[i[::-1]] for i in places(x.shape[::-1])]


def test_reshape_gives_back_what_has_the_shape_already():
    y = lax.rev(X, (0,))
    assert lax.reshape(y, (2, 3, 4)) is y
    assert lax.reshape(y, (2, 3, 4), (0, 1, 2)) is y
    assert lax.transpose(y, (0, 1, 2)) is y
    assert lax.squeeze(y, ()) is y


def test_rev(x):
    for axes in ((), tuple(range(x.ndim)), tuple(range(x.ndim))[:1]):
        same(lax.rev(x, axes), lambda *i, axes=axes: x[tuple(
            x.shape[d] - 1 - n if d in axes else n
            for d, n in enumerate(i))], x.shape)


def test_broadcast_in_dim():
    same(lax.broadcast_in_dim(X[0], (3, 5, 4), (0, 2)),
         lambda a, _, c: X[0, a, c], (3, 5, 4))
    same(lax.broadcast_in_dim(X[0], (4, 3), (1, 0)),
         lambda a, b: X[0, b, a], (4, 3))
    same(lax.broadcast_in_dim(X[:, :1, 0], (2, 3), (0, 1)),
         lambda a, b: X[a, 0, 0], (2, 3))
    same(lax.broadcast_in_dim(7, (2, 0), ()), None, (2, 0))


def test_broadcast_and_expand_dims(x):
    same(lax.broadcast(x, (2, 3)), lambda a, b, *i: x[i], (2, 3, *x.shape))
    y = lax.expand_dims(x, (0, -1))
    same(y, lambda a, *i: x[i[:-1]], (1, *x.shape, 1))
    same(lax.squeeze(y, (-1, 0)), lambda *i: x[i], x.shape)


def test_concatenate_and_split(x):
    for d in range(x.ndim):
        y = lax.concatenate([x, x, x], d)
        n = x.shape[d]
        same(y, lambda *i, d=d, n=n: x[(*i[:d], i[d] % n, *i[d + 1:])],
             (*x.shape[:d], 3 * n, *x.shape[d + 1:]))
        for part in lax.split(y, (n, n, n), d - x.ndim):
            same(part, lambda *i: x[i], x.shape)
    y = np.arange(5)
    assert [p.tolist() for p in lax.split(y, (2, 0, 3))] == [
        [0, 1], [], [2, 3, 4]]


def test_concatenate_of_one_array_is_that_array():
    y = lax.rev(X, (0,))
    assert lax.concatenate([y], 0) is y


def test_stack_and_unstack(x):
    for d in range(x.ndim + 1):
        y = lax.stack([x, x + 1], d - x.ndim - 1)
        same(y, lambda *i, d=d: x[(*i[:d], *i[d + 1:])] + i[d],
             (*x.shape[:d], 2, *x.shape[d:]))
        a, b = lax.unstack(y, d)
        same(a, lambda *i: x[i], x.shape)
        same(b, lambda *i: x[i] + 1, x.shape)
    assert lax.unstack(X[:0]) == ()


def test_tile(x):
    reps = (2, 3, 0)[:x.ndim]
    same(lax.tile(x, reps),
         lambda *i: x[tuple(n % m for n, m in zip(i, x.shape))],
         tuple(r * n for r, n in zip(reps, x.shape)))


@pytest.mark.parametrize("n", range(4))
@pytest.mark.parametrize("interior", range(3))
def test_pad(n, interior):
    """As a list: spread, then lengthened or cut at both ends."""
    for low, high in itertools.product(range(-4, 4), range(-4, 3)):
        check_pad(n, low, high, interior)


def check_pad(n, low, high, interior):
    numbers = list(range(1, n + 1))
    spread = [m for k in numbers for m in [k] + [0] * interior]
    spread = spread[:len(spread) - interior] if n else []
    size = low + len(spread) + high
    if size < 0:
        with pytest.raises(ValueError, match="Dimension size after padding"):
            lax.pad(np.array(numbers, np.int32), 0, [(low, high, interior)])
        return
    expected = [spread[i] if 0 <= i < len(spread) else 0
                for i in range(-low, -low + size)]
    y = lax.pad(np.array(numbers, np.int32), 0, [(low, high, interior)])
    assert y.tolist() == expected


def test_pad_axes_are_independent():
    y = lax.pad(X[0], np.int64(-1), [(1, 0, 0), (-1, 2, 1)])
    same(y, lambda a, b: -1 if a == 0 or b > 6 or b % 2 == 0
         else X[0, a - 1, (b + 1) // 2] if b < 6 else -1, (4, 8))


def test_full():
    same(lax.full((2, 3), 7), lambda *i: 7, (2, 3))
    assert lax.full(3, 2.5, int).tolist() == [2, 2, 2]
    assert lax.full((), True).item() is True
    assert lax.full((2,), 1).weak_type
    assert not lax.full((2,), 1, int).weak_type
    assert not lax.full((2,), True).weak_type
    y = lax.full_like(np.zeros((2, 1), np.int8), 300.7, shape=(1,))
    assert y.dtype == np.int8 and y.tolist() == [127]
    weak = lax.full((2,), 1.0)
    assert lax.full_like(weak, 3).weak_type
    assert not lax.full_like(weak, 3, float).weak_type
    assert lax.full_like(3.0, 1).dtype == np.float32


def test_default_widths_and_explicit_ones():
    assert lax.full((2,), 1.0).dtype == np.float32
    assert lax.full((2,), np.float64(1)).dtype == np.float64
    assert lax.iota(int, 3).dtype == np.int32
    with enable_x64():
        assert lax.full((2,), 1.0).dtype == np.float64
        assert lax.iota(int, 3).dtype == np.int64


def test_zeros_of_a_type():
    for x in (lax.full((2, 3), 1.0), lax.full((), 1j, np.complex128)):
        zeros = lax.zeros_like_shaped_array(x.aval)
        assert zeros.aval is x.aval and not np.asarray(zeros).any()
    zeros = lax.zeros_like_shaped_array(lax.iota(int, 3).aval.tangent())
    assert zeros.dtype == float0 and zeros.shape == (3,)


def test_iota():
    assert lax.iota(np.float32, 4).tolist() == [0.0, 1.0, 2.0, 3.0]
    for d in range(3):
        same(lax.broadcasted_iota(np.int8, (2, 3, 4), d),
             lambda *i, d=d: i[d], (2, 3, 4))
    assert lax.iota(np.int8, 130)[129].item() == -127


def test_weak_if_all_operands_are():
    weak, strong = lax.full((2,), 1.0), np.ones(2, np.float32)
    assert lax.concatenate([weak, weak], 0).weak_type
    assert not lax.concatenate([weak, strong], 0).weak_type
    assert not lax.stack([strong, weak]).weak_type
    assert lax.pad(weak, 0.0, [(1, 0, 0)]).weak_type
    assert not lax.pad(weak, np.float32(0), [(1, 0, 0)]).weak_type
    assert all(p.weak_type for p in lax.split(weak, (1, 1)))
    for y in (lax.reshape(weak, (2, 1)), lax.rev(weak, (0,)),
              lax.broadcast(weak, (3,)), lax.tile(weak, (2,))):
        assert y.weak_type


@pytest.mark.parametrize("call, error, words", [
    (lambda: lax.reshape(X, (-1,)), TypeError,
     r"new_sizes must all be positive, got \(-1,\).*numpy.reshape"),
    (lambda: lax.reshape(X, (5,)), TypeError, "total size must be unchanged"),
    (lambda: lax.reshape(X, (24.0,)), TypeError, "Shapes must be 1D sequ"),
    (lambda: lax.reshape(X, (24,), (0, 1)), TypeError, "a permutation"),
    (lambda: lax.transpose(X, (0, 1)), TypeError, "isn't a permutation"),
    (lambda: lax.broadcast_in_dim(X, (2, 3), (0, 1)), TypeError,
     "must have length equal to operand ndim 3"),
    (lambda: lax.broadcast_in_dim(X[0], (3, 4), (0, 2)), TypeError,
     "must be a subset of output dimensions"),
    (lambda: lax.broadcast_in_dim(X[0], (3, 4), (0, 0)), TypeError,
     "must not contain duplicates"),
    (lambda: lax.broadcast_in_dim(X[0], (3, 5), (0, 1)), TypeError,
     "must either be 1, or be equal to"),
    (lambda: lax.broadcast(1.0, (-1,)), TypeError, "nonnegative"),
    (lambda: lax.expand_dims(X, (0, 0)), ValueError, "repeated axis"),
    (lambda: lax.expand_dims(X, (4,)), ValueError, "out of bounds"),
    (lambda: lax.squeeze(X, (0,)), ValueError, "not equal to one"),
    (lambda: lax.squeeze(X[:1], (0, 0)), ValueError, "not unique"),
    (lambda: lax.squeeze(X, (3,)), ValueError, "expected -3 <= axis < 3"),
    (lambda: lax.rev(X, (0, 0)), TypeError, "must be unique"),
    (lambda: lax.rev(X, (3,)), TypeError, "less than operand ndim"),
    (lambda: lax.rev(X, (-1,)), TypeError, "nonnegative"),
    (lambda: lax.concatenate([], 0), ValueError, "non-empty"),
    (lambda: lax.concatenate([X, X[0]], 0), TypeError, "different numbers"),
    (lambda: lax.concatenate([X, X[:, :2]], 0), TypeError, "differ in dim"),
    (lambda: lax.concatenate([X, X], 3), TypeError, "out of bounds"),
    (lambda: lax.concatenate([X, X > 0], 0), TypeError,
     "same dtypes, got int64, bool.*jnp.concatenate"),
    (lambda: lax.concatenate(["a", "b"], 0), TypeError, "not a|Error interp"),
    (lambda: lax.stack([]), ValueError, "at least one"),
    (lambda: lax.stack([X, X[0]]), ValueError, "must have the same shape"),
    (lambda: lax.unstack(1.0), ValueError, "rank > 0"),
    (lambda: lax.split(X, (1, 2)), ValueError, "Sum of sizes 3"),
    (lambda: lax.split(X, (3, -1)), ValueError, "nonnegative"),
    (lambda: lax.tile(X, (2,)), TypeError, "reps length"),
    (lambda: lax.pad(X[0, 0], 0.5, [(0, 0, 0)]), TypeError, "same dtype"),
    (lambda: lax.pad(X[0, 0], X[0, 0], [(0, 0, 0)]), ValueError, "a scalar"),
    (lambda: lax.pad(X, np.int64(0), [(0, 0, 0)]), ValueError, "length of"),
    (lambda: lax.pad(X[0, 0], np.int64(0), [(0, 0, -1)]), ValueError,
     "interior padding"),
    (lambda: lax.full((2,), X), TypeError, "scalar fill_value"),
    (lambda: lax.iota(bool, 2), TypeError, "iota does not accept dtype bool"),
    (lambda: lax.iota(int, -1), TypeError, "nonnegative"),
    (lambda: lax.broadcasted_iota(int, (2,), 1), ValueError, "between 0 and"),
])
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_pad_undoes_a_pad():
    rng = np.random.default_rng(0)
    for _ in range(50):
        shape = rng.integers(0, 5, 2)
        x = rng.integers(0, 9, shape)
        low, high = rng.integers(0, 4, (2, 2))
        y = lax.pad(x, np.int64(0), [*zip(low, high, (0, 0))])
        z = lax.pad(y, np.int64(0), [*zip(-low, -high, (0, 0))])
        np.testing.assert_array_equal(z, x)
        assert y.size == math.prod(shape + low + high)
