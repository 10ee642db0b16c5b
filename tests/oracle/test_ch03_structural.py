"""The structural half of lax does what JAX's does, on random cases."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from minijax import lax  # noqa: E402

DTYPES = ["float32", "int32", "int8", "uint8", "bool", "float16", "complex64"]
SEEDS = range(10)


def numbers(rng, shape, dtype="float32"):
    """Small numbers with ties; floats also with fractions."""
    x = rng.integers(-4, 5, shape)
    if np.dtype(dtype).kind in "fc":
        x = x + rng.integers(0, 4, shape) / 4
    if np.dtype(dtype).kind == "c":
        x = x + 1j * rng.integers(-4, 5, shape)
    return np.asarray(x % 5 if dtype == "uint8" else x).astype(dtype)


def shape_of(rng, least=0, most=4):
    return tuple(map(int, rng.integers(0 if rng.random() < .1 else 1, 5,
                                       rng.integers(least, most))))


def agree(name, *args, **params):
    """The same values, dtypes and weak types; or the same type of error."""
    ours, theirs = getattr(lax, name), getattr(jax.lax, name)
    try:
        expected = theirs(*args, **params)
    except Exception as error:
        with pytest.raises(type(error)):
            ours(*args, **params)
        return
    actual = ours(*args, **params)
    expected = jax.tree.leaves(expected)
    actual = actual if isinstance(actual, list | tuple) else [actual]
    for a, e in zip(actual, expected, strict=True):
        assert a.shape == np.shape(np.asarray(a)) == e.shape
        assert a.dtype == np.asarray(a).dtype == e.dtype
        assert a.weak_type == e.weak_type
        tolerance = 1e-2 if e.dtype == np.float16 else 1e-5
        np.testing.assert_allclose(a, e, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("seed", SEEDS)
def test_shapes(seed):
    rng = np.random.default_rng(seed)
    shape = shape_of(rng)
    x = numbers(rng, shape, rng.choice(DTYPES))
    ndim = len(shape)
    order = tuple(map(int, rng.permutation(ndim)))
    agree("transpose", x, order)
    agree("reshape", x, (x.size,), order)
    agree("reshape", x, shape[::-1])
    agree("rev", x, order[:ndim // 2])
    agree("broadcast", x, (2, 0, 3)[:rng.integers(0, 4)])
    new = tuple(int(d) for d in rng.choice(ndim + 2, 2, replace=False))
    agree("expand_dims", x, new)
    y = np.expand_dims(x, new)
    agree("squeeze", y, (new[0], new[1] - ndim - 2))
    out = rng.integers(1, 4, ndim + 2).tolist()
    dims = rng.permutation(ndim + 2)[:ndim].tolist()
    for d, n in zip(dims, shape):
        out[d] = n if n != 1 else out[d]
    agree("broadcast_in_dim", x, tuple(out), tuple(dims))
    agree("tile", x, tuple(rng.integers(0, 4, ndim).tolist()))


@pytest.mark.parametrize("seed", SEEDS)
def test_joining(seed):
    rng = np.random.default_rng(seed)
    shape, dtype = shape_of(rng, 1), rng.choice(DTYPES)
    axis = int(rng.integers(len(shape)))
    parts = []
    for n in rng.integers(0, 4, 3):
        parts.append(numbers(rng, (*shape[:axis], n, *shape[axis + 1:]),
                             dtype))
    agree("concatenate", parts, axis)
    x = np.concatenate(parts, axis)
    agree("split", x, [p.shape[axis] for p in parts], axis - len(shape))
    agree("unstack", x, axis)
    agree("stack", [numbers(rng, shape, dtype) for _ in range(3)],
          int(rng.integers(-len(shape) - 1, len(shape) + 1)))
    config = [tuple(map(int, (*rng.integers(-3, 4, 2), rng.integers(0, 3))))
              for _ in shape]
    agree("pad", numbers(rng, shape, dtype), numbers(rng, (), dtype), config)


@pytest.mark.parametrize("seed", SEEDS)
def test_reductions(seed):
    rng = np.random.default_rng(seed)
    shape, dtype = shape_of(rng), rng.choice(DTYPES)
    x = numbers(rng, shape, dtype)
    if x.size and dtype == "float32" and seed % 3 == 0:
        x.flat[0] = np.nan
    axes = tuple(map(int, rng.permutation(len(shape))))
    axes = axes[:rng.integers(len(shape) + 1)]
    for name in ("sum", "prod", "max", "min"):
        agree(f"reduce_{name}", x, axes)
    for name in ("and", "or", "xor") if x.dtype.kind in "iub" else ():
        agree(f"reduce_{name}", x, axes)
    for axis in range(len(shape)):
        for name in ("argmax", "argmin") if x.dtype.kind != "c" else ():
            agree(name, x, axis, rng.choice(["int32", "uint8"]))
        for name in ("cumsum", "cumprod", "cummax", "cummin"):
            agree(name, x, axis, bool(seed % 2))
        if x.dtype.kind == "f":
            agree("cumlogsumexp", x, axis, bool(seed % 2))


@pytest.mark.parametrize("seed", SEEDS)
def test_sorting(seed):
    rng = np.random.default_rng(seed)
    shape = shape_of(rng, 1)
    dtype = rng.choice(DTYPES)
    x, y = numbers(rng, shape, dtype), numbers(rng, shape, "int32")
    if x.size and np.dtype(dtype).kind in "fc":
        x[x == 2] = np.nan
        x[x == 0] *= rng.choice([1, -1], (x == 0).sum())
        x[x == 3] = np.inf
    axis = int(rng.integers(-len(shape), len(shape)))
    agree("sort", x, axis)
    agree("sort", (x, y), axis)
    agree("sort", [y, x, numbers(rng, shape)], axis, num_keys=2)
    agree("sort_key_val", y, x, axis)
    if x.dtype.kind != "c":
        x = np.where(x == 0, np.zeros_like(x), x)
        agree("top_k", x, int(rng.integers(4)), axis=axis)


def test_a_stable_sort_keeps_the_order_of_zeros():
    x = np.random.default_rng(0).choice(np.float32([0., -0., 1., -1.]), (9, 9))
    for axis in (0, 1):
        ours, theirs = lax.sort(x, axis), jax.lax.sort(x, axis)
        assert (np.signbit(ours) == np.signbit(theirs)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_slicing(seed):
    rng = np.random.default_rng(seed)
    shape = shape_of(rng, 1)
    x = numbers(rng, shape, rng.choice(DTYPES))
    limits = [int(rng.integers(0, n + 1)) for n in shape]
    starts = [int(rng.integers(0, n + 1)) for n in limits]
    agree("slice", x, starts, limits)
    agree("slice", x, starts, limits, rng.integers(1, 4, x.ndim).tolist())
    axis = int(rng.integers(-x.ndim, x.ndim))
    start, stop = sorted(rng.integers(-4, 5, 2).tolist())
    agree("slice_in_dim", x, start, stop, 1, axis)
    agree("slice_in_dim", x, None, None, 2, axis)
    agree("index_in_dim", x, start, axis, bool(seed % 2))
    sizes = [int(rng.integers(0, n + 1)) for n in shape]
    dtype = rng.choice(["int32", "int8", "uint8"])
    places = rng.integers(-6 if dtype != "uint8" else 0, 7, x.ndim)
    update = numbers(rng, sizes, x.dtype)
    for where in (places.tolist(), list(places.astype(dtype)),
                  places.astype(dtype)):
        agree("dynamic_slice", x, where, sizes)
        agree("dynamic_update_slice", x, update, where)
    for where in (start, np.int8(start), np.asarray(abs(start), dtype)):
        agree("dynamic_slice_in_dim", x, where, sizes[axis], axis)
        agree("dynamic_index_in_dim", x, where, axis, bool(seed % 2))
        one = np.take(x, [0] if x.shape[axis] else [], axis)
        agree("dynamic_update_slice_in_dim", x, one, where, axis)
        if one.size:
            agree("dynamic_update_index_in_dim", x, one.squeeze(axis), where,
                  axis % x.ndim)


def windows(rng):
    """Random operand, indices, dimension numbers and sizes that fit."""
    rank = int(rng.integers(0, 5))
    shape = tuple(map(int, rng.integers(1, 5, rank)))
    axes = list(map(int, rng.permutation(rank)))
    batching = axes[:rng.integers(0, min(rank, 2) + 1)]
    moving = axes[len(batching):]
    moving = moving[:rng.integers(0, len(moving) + 1)]
    sizes = [1 if d in batching else int(rng.integers(1, n + 1))
             for d, n in enumerate(shape)]
    hidden = sorted(d for d in range(rank)
                    if d not in batching and rng.random() < .5)
    for d in hidden:
        sizes[d] = 1
    batching.sort()
    batch = rng.integers(1, 4, len(batching) + rng.integers(0, 3)).tolist()
    where = rng.permutation(len(batch))[:len(batching)].tolist()
    for d, b in zip(batching, where):
        batch[b] = shape[d]
    rank_out = len(batch) + rank - len(hidden) - len(batching)
    offset = sorted(map(int, rng.permutation(rank_out)
                        [:rank - len(hidden) - len(batching)]))
    indices = rng.integers(-1 - (rng.random() < .5), 5,
                           (*batch, len(moving)))
    indices = np.abs(indices) if rng.random() < .3 else indices
    dims = tuple(map(tuple, (offset, hidden, moving, batching, where)))
    return shape, indices.astype("int32"), dims, tuple(sizes)


@pytest.mark.parametrize("seed", range(40))
def test_gather(seed):
    rng = np.random.default_rng(seed)
    shape, indices, dims, sizes = windows(rng)
    x = numbers(rng, shape, rng.choice(DTYPES))
    ours = lax.GatherDimensionNumbers(*dims)
    theirs = jax.lax.GatherDimensionNumbers(*dims)
    for mode in ("clip", "fill", "promise_in_bounds", None):
        expected = jax.lax.gather(x, indices, theirs, sizes, mode=mode)
        actual = lax.gather(x, indices, ours, sizes, mode=mode)
        assert actual.dtype == np.asarray(actual).dtype == expected.dtype
        assert actual.shape == np.asarray(actual).shape
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("seed", range(20))
def test_scatter(seed):
    rng = np.random.default_rng(seed)
    shape, indices, dims, sizes = windows(rng)
    if not indices.shape[-1]:
        return  # XLA fails, or scatters one window only
    dtype = rng.choice(["float32", "int32", "uint8", "int8"])
    x = numbers(rng, shape, dtype)
    gathered = jax.lax.gather(
        x, indices, jax.lax.GatherDimensionNumbers(*dims), sizes)
    updates = numbers(rng, gathered.shape, dtype)
    for name in ("", "_add", "_sub", "_mul", "_min", "_max"):
        for mode in ("clip", "drop", "promise_in_bounds", None):
            expected = getattr(jax.lax, f"scatter{name}")(
                x, indices, updates, jax.lax.ScatterDimensionNumbers(*dims),
                mode=mode)
            actual = getattr(lax, f"scatter{name}")(
                x, indices, updates, lax.ScatterDimensionNumbers(*dims),
                mode=mode)
            assert actual.dtype == np.asarray(actual).dtype == expected.dtype
            assert actual.shape == np.asarray(actual).shape
            np.testing.assert_allclose(actual, expected, rtol=1e-5)


def product_case(rng):
    """Shapes and dimension numbers that fit, all orders of axes."""
    batch, summed = rng.integers(0, 3, 2)
    free = rng.integers(0, 3, 2)
    sizes = rng.integers(1, 4, 8)
    shapes, numbers_ = [], []
    for f, start in zip(free, (4, 6)):
        axes = [*range(batch), *range(2, 2 + summed),
                *range(start, start + f)]
        order = rng.permutation(len(axes))
        shapes.append(tuple(int(sizes[axes[o]]) for o in order))
        place = {axes[o]: i for i, o in enumerate(order)}
        numbers_.append((tuple(place[a] for a in range(2, 2 + summed)),
                         tuple(place[a] for a in range(batch))))
    (ls, lb), (rs, rb) = numbers_
    return shapes, ((ls, rs), (lb, rb))


@pytest.mark.parametrize("seed", range(30))
def test_dot_general(seed):
    rng = np.random.default_rng(seed)
    (left, right), dims = product_case(rng)
    dtype = rng.choice(["float32", "float32", "int32", "bool", "complex64"])
    x, y = numbers(rng, left, dtype), numbers(rng, right, dtype)
    agree("dot_general", x, y, dims)
    if dtype == "int32":
        x, y = x.astype("int8"), y.astype("int8")
        agree("dot_general", x, y, dims, preferred_element_type="int32")
        agree("dot_general", x, y, dims, preferred_element_type="float32")
    if dtype == "float32":
        agree("dot_general", x, y.astype("float16"), dims)
        agree("dot_general", x, y, dims, precision="highest",
              preferred_element_type="float16")


@pytest.mark.parametrize("old", [*DTYPES, "uint32", "uint16"])
@pytest.mark.parametrize("new", [*DTYPES, "uint32", "uint16"])
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_convert_element_type(old, new):
    x = np.array([0, 1, 2, 5, 100, 127])
    if np.dtype(old).kind != "b":
        x = np.concatenate([x, np.iinfo("int8").max - x])
    if np.dtype(old).kind in "fc":
        x = np.concatenate([x, -x, x * 1.5, x * 1e3, -x * 1e4,
                            [np.nan, np.inf, -np.inf, 0.9, -0.9, 2.0**31,
                             -2.0**31, 2.0**32, 127.5, 255.5, 256]])
    with np.errstate(all="ignore"):
        x = x.astype(old)
    agree("convert_element_type", x, new)
    y = np.arange(24).reshape(3, 2, 4).astype(old)
    if not {y.dtype.kind, np.dtype(new).kind} & set("bc"):
        agree("bitcast_convert_type", y, new)


@pytest.mark.parametrize("value", [1, 2.5, True, 1j, np.float32(3), 2**40,
                                   np.int8(4)])
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_creation_and_weak_types(value):
    agree("convert_element_type", value, "complex64")
    if not isinstance(value, complex):
        agree("convert_element_type", value, "float32")
        agree("convert_element_type", value, "int32")
    if not isinstance(value, int) or value < 2**31:
        agree("full", (2, 3), value)
        agree("full", 2, value, "complex64")
        agree("broadcast", value, (2,))
        agree("full_like", np.complex64([1, 2]), value)
        agree("full_like", np.int8([1, 2]), value, "complex64", (3,))
        agree("reshape", value, (1, 1))


@pytest.mark.parametrize("dtype", DTYPES)
def test_iota(dtype):
    agree("iota", dtype, 130)
    agree("broadcasted_iota", dtype, (2, 3, 4), 1)
    agree("broadcasted_iota", dtype, (2, 0), 0)
    agree("broadcasted_iota", dtype, (2, 3), 2)


X = np.ones((3, 4), np.float32)
BAD = [
    ("reshape", X, (-1,)), ("reshape", X, (2.5,)),
    ("reshape", X, (4, 3), (0, 0)), ("transpose", X, (0, 0)),
    ("broadcast_in_dim", X, (3, 5), (0, 1)),
    ("broadcast_in_dim", X, (3, 4), (0,)),
    ("broadcast_in_dim", X, (3, 4), (0, 2)),
    ("broadcast_in_dim", X, (3, 4), (0, 0)),
    ("broadcast_in_dim", X, (-3, 4), (0, 1)),
    ("expand_dims", X, (0, 0)), ("expand_dims", X, (5,)),
    ("squeeze", X, (0,)), ("squeeze", X, (2,)), ("rev", X, (0, 0)),
    ("rev", X, (2,)), ("rev", X, (-1,)), ("concatenate", [], 0),
    ("concatenate", [X, X[0]], 0), ("concatenate", [X, X.T], 0),
    ("concatenate", [X, X], 2), ("concatenate", [X, X > 0], 0),
    ("stack", [X, X.T]), ("stack", [X, X > 0]), ("unstack", X, 2),
    ("split", X, (1, 1)), ("split", X, (4, -1)), ("split", X, (3,), 5),
    ("tile", X, (2,)), ("pad", X, 0, [(0, 0, 0)] * 2),
    ("pad", X, np.float32(0), [(0, 0, 0)]),
    ("pad", X, np.float32(0), [(0, 0, -1)] * 2),
    ("pad", X, np.float32(0), [(-4, 0, 0)] * 2),
    ("pad", X, X, [(0, 0, 0)] * 2),
    ("full", (2,), X), ("full", (-2,), 1), ("iota", bool, 3),
    ("iota", "int32", -1),
    ("reduce_sum", X, (2,)), ("reduce_sum", X, (-1,)),
    ("reduce_sum", X, (0, 0)), ("reduce_sum", X > 0, (0,)),
    ("reduce_and", X, (0,)), ("argmax", X, -1, "int32"),
    ("argmax", X[:0], 0, "int32"), ("argmax", X, 0, "float32"),
    ("argmin", X.astype("complex64"), 0, "int32"),
    ("cumsum", X, -1), ("cumsum", X, 2), ("cumsum", X > 0, 0),
    ("sort", np.float32(1)), ("sort", [X, X.T]), ("sort", []),
    ("sort", [X, X], 0, True, 3), ("sort", X, 0, True, 2),
    ("top_k", X, 5), ("top_k", X, -1), ("top_k", np.float32(1), 1),
    ("top_k", X.astype("complex64"), 1),
    ("slice", X, (2, 0), (1, 2)), ("slice", X, (0, 0), (1, 2), (1,)),
    ("slice", X, (0, 0), (1, 2), (-1, 1)), ("index_in_dim", X, 3),
    ("dynamic_slice", X, (0,), (1, 1)), ("dynamic_slice", X, (0, 0), (4, 1)),
    ("dynamic_slice", X, (0, 0), (-1, 1)),
    ("dynamic_slice", X, (0., 0.), (1, 1)),
    ("dynamic_slice", X, (np.int8(0), 0), (1, 1)),
    ("dynamic_slice", X, (np.zeros(1, int), 0), (1, 1)),
    ("dynamic_update_slice", X, X[0], (0, 0)),
    ("dynamic_update_slice", X, X > 0, (0, 0)),
    ("dynamic_update_slice", X[:2], X, (0, 0)),
    ("dot_general", X, X, (((1,), (0,)), ((), ()))),
    ("dot_general", X, X, (((1,), (1, 0)), ((), ()))),
    ("dot_general", X, X, (((1,), (1,)), ((0,), ()))),
    ("dot_general", X, X, (((1,), (1,)), ((1,), (1,)))),
    ("dot_general", X, X, (((2,), (1,)), ((), ()))),
    ("dot_general", X, X, (((1, 1), (1, 1)), ((), ()))),
    ("dot_general", X.astype(int), X.astype(int), (((1,), (1,)), ((), ())),
     None, "int8"),
    ("dot_general", X, X, (((1,), (1,)), ((), ())), "fast"),
    ("dot", X, X), ("batch_matmul", X, X[0]), ("batch_matmul", X, X[None]),
    ("bitcast_convert_type", X, bool), ("bitcast_convert_type", X > 0, "int8"),
    ("bitcast_convert_type", X[:, :3].astype("int8"), "float32"),
]


@pytest.mark.parametrize("name, args", [(name, args) for name, *args in BAD])
def test_refusals_have_the_same_type(name, args):
    with pytest.raises(Exception) as theirs:
        getattr(jax.lax, name)(*args)
    with pytest.raises(theirs.type) as ours:
        getattr(lax, name)(*args)
    words = set(str(theirs.value).split()) & set(str(ours.value).split())
    assert len(words) > 4, f"{ours.value}\n{theirs.value}"


GOOD_DIMS = ((1,), (0,), (0,), (), ())
BAD_DIMS = [((2,), (0,), (0,)), ((1,), (1, 0), (0,)), ((1,), (2,), (0,)),
            ((1,), (0,), (2,)), ((1,), (0,), (0, 1)), ((1, 1), (0,), (0,)),
            ((1,), (), (0,)), ((1,), (), (0,), (0,), (0,)),
            ((1,), (0,), (1,), (0,), (0,)), ((), (1,), (1,), (0,), ()),
            ((), (1,), (1,), (0,), (1,)), ((), (1,), (1,), (0,), (0,))]


@pytest.mark.parametrize("dims", BAD_DIMS)
def test_refused_windows(dims):
    indices = np.zeros((2, 1), "int32")
    for name, numbers_, rest in (
            ("gather", "Gather", [(1, 4)]), ("gather", "Gather", [(2, 4)]),
            ("scatter", "Scatter", [])):
        def call(lax, name=name, numbers_=numbers_, rest=rest):
            given = getattr(lax, f"{numbers_}DimensionNumbers")(*dims)
            args = [given, *rest] if rest else [np.ones((2, 4), "float32"),
                                                given]
            getattr(lax, name)(X, indices, *args)
        with pytest.raises(Exception) as theirs:
            call(jax.lax)
        with pytest.raises(theirs.type):
            call(lax)


def test_refused_indices():
    for indices in (np.zeros((2, 1), "float32"), np.int32(0)):
        for f in (lambda lax, i=indices: lax.gather(
                      X, i, lax.GatherDimensionNumbers(*GOOD_DIMS), (1, 4)),
                  lambda lax, i=indices: lax.scatter(
                      X, i, X[:2], lax.ScatterDimensionNumbers(*GOOD_DIMS))):
            with pytest.raises(Exception) as theirs:
                f(jax.lax)
            with pytest.raises(theirs.type):
                f(lax)
