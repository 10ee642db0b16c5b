"""minijax.numpy against NumPy: the value of every function.

Each line is an expression, or several with | between, which is evaluated
once with NumPy's functions and arrays and once with minijax's.
"""

import re

import numpy as np
import pytest

import minijax.numpy as mnp
from minijax.array import Array
from minijax.config import enable_x64

RNG = np.random.default_rng(1)

ARRAYS = {
    "x": RNG.normal(size=(3, 4)),
    "y": RNG.normal(size=(3, 4)),
    "T": RNG.normal(size=(4, 3)).T,            # columns lie together
    "S": RNG.normal(size=(6, 8))[::2, ::-2],   # with gaps, backwards
    "v": RNG.normal(size=4),
    "u": RNG.uniform(0.1, 0.9, size=(3, 4)),
    "p": RNG.uniform(1.1, 3, size=(3, 4)),
    "t": RNG.normal(size=(2, 3, 4)),
    "q": RNG.normal(size=(3, 3)),
    "z": RNG.normal(size=(3, 4)) + 1j * RNG.normal(size=(3, 4)),
    "i": RNG.integers(-5, 6, size=(3, 4)),
    "j": RNG.integers(1, 6, size=(3, 4)),
    "k": np.array([2, 0, 1, 1]),
    "w": RNG.integers(0, 9, size=4).astype("u4"),
    "b": RNG.integers(0, 2, size=(3, 4)).astype(bool),
    "c": np.array([True, False, True, True]),
    "n": np.array([[1.0, np.nan, 3, -2], [4, 5, np.nan, 6]]),
    "e": np.zeros((0, 3)),
    "o": np.float64(1.5),
}

ELEMENTWISE = {
    "abs absolute add around ceil cbrt conj conjugate copysign cos cosh "
    "deg2rad degrees equal exp exp2 expm1 fabs floor greater hypot arcsinh "
    "arctan arctan2 divide fmax fmin heaviside imag iscomplex isfinite isinf "
    "isnan isreal less logaddexp logaddexp2 logical_and logical_not "
    "logical_or logical_xor maximum minimum multiply nan_to_num negative "
    "nextafter not_equal positive rad2deg radians real rint round sign "
    "signbit sin sinc sinh square subtract tan tanh true_divide trunc "
    "less_equal greater_equal isposinf isneginf fmod mod remainder "
    "floor_divide reciprocal angle": "xTSeon",
    "log log2 log10 log1p sqrt power float_power": "upo",
    "arcsin arccos arctanh": "u",
    "arccosh": "p",
    "abs exp log sqrt sin cos tanh conj real imag angle square isnan "
    "isfinite add multiply subtract divide equal sign reciprocal": "z",
    "bitwise_and bitwise_or bitwise_xor invert gcd lcm add multiply "
    "subtract floor_divide mod fmod maximum minimum equal less abs sign "
    "bitwise_not bitwise_invert bitwise_left_shift bitwise_right_shift "
    "left_shift right_shift": "j",
}
# asin, … are NumPy's names as well
ELEMENTWISE["asin acos atanh"] = "u"
ELEMENTWISE["asinh atan atan2"] = "x"
ELEMENTWISE["acosh"] = "p"


def elementwise_calls():
    for names, letters in ELEMENTWISE.items():
        for name in names.split():
            two = getattr(getattr(np, name), "nin", 1) == 2
            for a in letters:
                yield f"np.{name}({a}, {a})" if two else f"np.{name}({a})"
                if two and a in "xuj":
                    yield f"np.{name}({a}, {a}[1])"
                    yield f"np.{name}({a}[:, :1], {a}[0])"


CALLS = """
np.sum(x) | np.sum(e) | np.sum(e, 0) | np.sum(o) | np.sum(T, 1)
np.sum(S, (0, 1)) | np.prod(x, 0) | np.prod(e, 1) | np.max(x, 1) | np.max(T)
np.min(S, 0) | np.max(e, 1) | np.mean(x) | np.mean(T, 0, keepdims=True)
np.var(S, 1) | np.std(x) | np.var(x, ddof=1) | np.std(x, 0, ddof=1)
np.any(b, 1) | np.all(b) | np.all(e) | np.any(e) | np.argmax(x)
np.argmin(T, 1) | np.amax(x) | np.amin(x, 1) | np.ptp(S, 1)
np.average(x, weights=u) | np.average(T, 1) | np.count_nonzero(i)
np.count_nonzero(b, 0) | np.sum(x, where=b) | np.sum(x, initial=2.0)
np.max(x, initial=9.0) | np.max(x, where=b, initial=-9.0) | np.sum(i)
np.sum(b) | np.nansum(n) | np.nanprod(n, 0) | np.nanmax(n, 1) | np.nanmin(n)
np.nanmean(n, 1) | np.nanvar(n, 1) | np.nanstd(n) | np.nanargmax(n, 1)
np.nanargmin(n) | np.nanmedian(n, 1) | np.nanquantile(n, 0.3, axis=1)
np.nanpercentile(n, 30.0) | np.nancumsum(n) | np.nancumprod(n, 0)
np.median(x) | np.median(x, 1) | np.quantile(x, 0.25)
np.quantile(T, 0.6, axis=0) | np.percentile(x, 40.0, axis=1) | np.cumsum(x)
np.cumsum(T, 0) | np.cumprod(S, 1) | np.cumsum(e) | np.cumulative_sum(v)
np.cumulative_prod(v, include_initial=True) | np.cov(x)
np.cov(T, rowvar=False) | np.corrcoef(x) | np.cov(v, v) | np.ediff1d(x)
np.diff(x) | np.diff(x, 2, 0) | np.diff(e, axis=1) | np.gradient(v)
np.gradient(x)[1] | np.gradient(v, 0.5) | np.trapezoid(x)
np.trapezoid(v, np.sort(v)) | np.interp(x, np.sort(v), v)
np.reshape(x, (2, 6)) | np.reshape(T, -1) | np.reshape(x, (4, 3), order="F")
np.ravel(S) | np.transpose(t) | np.transpose(t, (1, 0, 2))
np.permute_dims(t, (2, 0, 1)) | np.matrix_transpose(t) | np.swapaxes(t, 0, 1)
np.moveaxis(t, 0, 2) | np.moveaxis(t, (0, 2), (1, 0)) | np.rollaxis(t, 2)
np.rollaxis(t, 0, 2) | np.rollaxis(t, -1, 1) | np.expand_dims(x, 0)
np.expand_dims(x, (0, -1)) | np.squeeze(x[None]) | np.squeeze(t[:1], 0)
np.flip(x) | np.flip(T, 1) | np.fliplr(x) | np.flipud(S) | np.rot90(x)
np.rot90(x, -1) | np.rot90(x, 2) | np.roll(x, 2) | np.roll(T, (1, -1), (0, 1))
np.roll(x, 1, (0, 1)) | np.roll(e, 1, 0) | np.atleast_1d(o) | np.atleast_2d(v)
np.atleast_3d(x) | np.atleast_2d(o) | np.atleast_3d(o) | np.concatenate([x, T])
np.concatenate([x, e[:, :1].reshape(3, 0)], 1)
np.concatenate([x, v], axis=None) | np.concat([x, y], axis=1)
np.stack([x, y], 1) | np.unstack(t)[1] | np.vstack([v, x]) | np.hstack([x, T])
np.hstack([v, v]) | np.dstack([v, v]) | np.column_stack([v, v])
np.block([[x, y], [T, S]]) | np.append(x, v) | np.append(x, T, 0)
np.split(x, 2, 1)[1] | np.split(x, [1], 0)[1] | np.array_split(v, 3)[0]
np.hsplit(x, 2)[0] | np.vsplit(x, 3)[2] | np.dsplit(t, 2)[1]
np.split(x, [1, 9], 0)[2] | np.split(v, [3, 1])[1] | np.split(v, [-2])[1]
np.tile(x, 2) | np.tile(x, (2, 1, 1)) | np.tile(v, (2, 2)) | np.repeat(x, 2)
np.repeat(T, 3, 1) | np.repeat(v, k) | np.repeat(x, 0, 0) | np.repeat(o, 3)
np.broadcast_to(v, (2, 4)) | np.broadcast_to(x[:, :1], (3, 2))
np.broadcast_arrays(x, v)[1] | np.resize(v, (3, 3)) | np.resize(x, 2)
np.delete(v, 1) | np.delete(x, [0, 2], 0) | np.delete(x, slice(0, 1), 1)
np.delete(v, -1) | np.insert(v, 2, 0.5) | np.insert(x, 1, v, 0)
np.insert(x, [0, 1], 7.0, 1)
np.insert(v, np.array([1, 1]), np.array([5.0, 6.0]))
np.trim_zeros(np.array([0, 1.0, 0, 0])) | np.insert(x, 1, x, 0) | np.pad(x, 1)
np.pad(v, (1, 2), "edge") | np.pad(x, 5, "wrap") | np.pad(v, 6, "reflect")
np.pad(T, 2, "symmetric") | np.pad(x, 1, "mean")
np.pad(v, 3, "linear_ramp", end_values=2.0)
np.pad(x, ((0, 1), (2, 0)), "maximum") | np.pad(v, 2, "minimum", stat_length=2)
np.pad(x, 1, "median") | np.pad(v, 7, "reflect", reflect_type="odd")
np.pad(v, (9, 2), "symmetric", reflect_type="odd")
np.pad(x, ((1, 2), (3, 4)), constant_values=5) | np.dot(x, v) | np.dot(T, S.T)
np.dot(x, t[0].T) | np.dot(2.0, x) | np.dot(e, v[:3]) | np.matmul(x, x.T)
np.matmul(t, T.T) | np.matmul(q, t) | np.matmul(v, t.swapaxes(1, 2))
np.matmul(t, v) | np.matmul(e.T, e)
np.matmul(t[:, None], np.swapaxes(t, 1, 2)) | np.vdot(z, z) | np.vecdot(z, x)
np.vecdot(x, y, axis=0) | np.inner(x, T) | np.outer(v, k)
np.tensordot(x, y.T, 1) | np.tensordot(t, x, ([1, 2], [0, 1])) | np.kron(x, q)
np.kron(v, q) | np.kron(q, v) | np.cross(q, q[::-1])
np.cross(q, q[::-1], axis=0) | np.trace(q) | np.trace(x, -1)
np.trace(t, 0, 1, 2) | np.outer(o, v) | np.inner(v, v)
np.einsum("ij,kj->ik", x, T) | np.einsum("ii->i", q) | np.einsum("ij->", x)
np.einsum("...i,...i", t, t) | np.einsum("i,j,k->kji", v, v, v)
np.einsum("bij,bkj->bik", t, t) | np.einsum("ij,jk,kl", q, x, T.T)
np.einsum("ij...,j->i...", t, v[:3]) | np.einsum("ij,ij->ij", x, T)
np.einsum(x, [1, 0]) | np.einsum("ab,cb,db->acd", x, y, T)
np.einsum("ij,i,j", x, v[:3], v) | np.convolve(v, v)
np.convolve(v, v[:3], "same") | np.convolve(v, v[:2], "valid")
np.correlate(v, v[:3]) | np.correlate(z[0], z[1], "full")
np.correlate(v[:3], v, "same") | np.polyval(v, x) | np.polymul(v, v[:2])
np.polyadd(v, v[:2]) | np.polysub(v[:2], v) | np.polyder(v) | np.polyint(v, 2)
np.where(b, x, T) | np.where(c, x, 0) | np.where(b)[1] | np.nonzero(i)[0]
np.flatnonzero(b) | np.argwhere(b) | np.select([x > 1, x > 0], [x, T], 7)
np.clip(x, -0.5, 0.5) | np.clip(T, v - 1, v) | np.allclose(x, x)
np.array_equal(x, y) | np.array_equiv(x, x[None]) | np.isclose(x, T)
np.modf(x)[0] | np.modf(x)[1] | np.frexp(x)[0] | np.frexp(x)[1]
np.ldexp(x, k) | np.divmod(x, 0.7)[0] | np.divmod(i, 3)[1] | np.power(x, 2)
np.power(j, k) | np.take(x, k) | np.take(x, k[:3], 1)
np.take(T, k, 0, mode="clip") | np.take(x, k + 9, mode="wrap")
np.take_along_axis(x, np.argsort(x, 0), 0) | np.take_along_axis(x, k[None], 0)
np.take_along_axis(x, k[:3, None], 1) | np.choose(k, [v, v * 2, v * 3])
np.choose(i, [x, y], mode="clip") | np.compress(c, x, 1) | np.extract(b, x)
np.diag(v, 2) | np.diag(x, 1) | np.diagonal(t, -1, 1, 2) | np.diagflat(v, 1)
np.tril(x, 1) | np.triu(t, -1) | np.tri(3, 4, 1) | np.tril_indices(4, -1)[0]
np.triu_indices(3, 1, 5)[1] | np.unravel_index(k * 4, (3, 4))[0]
np.ravel_multi_index((k, k), (3, 3))
np.ravel_multi_index((k, k + 1), (3, 4), order="F") | np.diag_indices(3)[0]
np.tril_indices_from(x)[0] | np.triu_indices_from(x)[1] | np.ix_(k, k)[0]
np.diag_indices_from(q)[1] | np.mask_indices(3, np.triu)[1] | np.sort(x, 0)
np.sort(T) | np.sort(x, None) | np.sort(n) | np.argsort(x) | np.argsort(v)
np.sort_complex(v) | np.lexsort((v, k)) | np.partition(v, 2)[2]
v[np.argpartition(v, 1)[1]] | np.searchsorted(np.sort(v), x)
np.searchsorted(k * 0, 0, "right")
np.searchsorted(np.array([1.0, 2, 2, 3]), np.array([2.0, 0, 9, np.nan]))
np.searchsorted(np.array([1.0, 2, 2, 3]), 2.0, side="right")
np.searchsorted(v, x, sorter=np.argsort(v))
np.digitize(x, np.array([-1.0, 0, 1]))
np.digitize(x, np.array([1.0, 0, -1]), right=True) | np.bincount(k)
np.bincount(k, v) | np.bincount(k, minlength=9) | np.histogram(x, 4)[0]
np.histogram(x, 4)[1] | np.histogram(v, np.array([-1.0, 0, 3]))[0]
np.histogram(x, 3, (-1, 1), density=True)[0] | np.histogram_bin_edges(x, 3)
np.unique(k) | np.unique(i, return_inverse=True)[1].reshape(-1)
np.unique(k, return_counts=True)[1] | np.unique(k, return_index=True)[1]
np.unique(i % 2, axis=0) | np.unique(n) | np.unique(e)
np.sort(np.unique_values(k)) | np.unique_counts(k).counts
np.unique_inverse(k).inverse_indices | np.unique_all(k).indices | np.isin(i, k)
np.isin(i, k, invert=True) | np.union1d(k, i) | np.intersect1d(k, i)
np.setdiff1d(i, k) | np.setxor1d(i, k)
np.intersect1d(k, i, return_indices=True)[1]
np.intersect1d(k, i, return_indices=True)[2] | np.arange(5)
np.arange(2, 9, 3) | np.arange(1.5) | np.arange(5, 1, -2)
np.arange(0, 1, 0.1) | np.arange(3, 1) | np.linspace(0, 1, 7)
np.linspace(v, 2, 3) | np.linspace(0, 1, 4, endpoint=False)
np.linspace(v, 1, 3, axis=1) | np.linspace(3, 4, 1) | np.linspace(0, 1, 0)
np.logspace(0, 2, 4) | np.geomspace(1, 27, 4) | np.logspace(0, 2, 3, base=2.0)
np.geomspace(-1, -8, 4) | np.meshgrid(v, k)[0]
np.meshgrid(v, k, indexing="ij")[1] | np.meshgrid(v, k, sparse=True)[1]
np.indices((2, 3)) | np.vander(v) | np.vander(v, 2, increasing=True)
np.mgrid[0:3, 1:4] | np.ogrid[0:2, 0:3][1] | np.mgrid[0:1:4j] | np.r_[1:4, v]
np.c_[v, k] | np.zeros((2, 3)) | np.ones(2) | np.full((2, 3), 7)
np.full((2, 4), v) | np.zeros_like(x) | np.ones_like(T) | np.full_like(x, 3)
np.eye(3, 4, 1) | np.identity(2) | np.array([[1, 2], [3, 4]]) | np.array(3)
np.asarray([1.5, 2]) | np.array([]) | np.array([v, v]) | np.copy(T)
np.astype(x, int) | np.array(v, ndmin=2) | np.result_type(np.int8, np.int16)
np.promote_types("i4", "i8") | np.can_cast("i4", "i2")
np.issubdtype(np.float32, np.floating)
np.isdtype(np.dtype("f4"), "real floating") | np.finfo(np.float32).eps
np.iinfo(np.int8).max | np.shape(x) | np.ndim(x) | np.size(x, 1)
np.isscalar(3) | np.iscomplexobj(z) | np.isrealobj(x) | np.pi | np.e
np.broadcast_shapes((3, 1), (1, 4)) | np.euler_gamma | np.s_[1:2] | np.newaxis
np.nan_to_num(n) | np.empty((2, 0)) | np.empty_like(e) | np.ones(()) | x + 1
2 - T | S * x | x / 2 | x // 0.3 | x % 0.3 | x ** 2 | x ** 3 | 2 ** x
u ** 0.5 | x @ T.T | v @ v | -x | +x | abs(x) | x < T | x >= 0 | x == T
x != x | i + 1 | i // 2 | i % 3 | i & 3 | i ^ 1 | ~i | i << 2 | i >> 1 | 1 << j
7 // j | 7 % j | i * 2.5 | i / 2 | i ** 2 | divmod(i, 3)[0] | divmod(7, j)[1]
7 & i | x.T | t.mT | z.real | z.imag | x.sum() | x.mean(0) | x.std(1) | x.var()
x.max() | x.min(1) | x.prod() | b.any() | b.all(0) | x.argmax(1) | x.argmin()
x.cumsum() | x.cumprod(1) | x.reshape(2, 6) | x.reshape(-1) | x.ravel()
x.flatten() | T.flatten("F") | x.squeeze() | t.transpose(1, 2, 0)
x.clip(0, 1) | x.round(2) | z.conj() | z.conjugate() | x.dot(v) | x.take(k)
x.repeat(2, 1) | x.swapaxes(0, 1) | q.trace() | q.diagonal() | i.nonzero()[1]
x.copy() | x.astype(int) | np.sort(v).searchsorted(0.1) | k.choose([v, v, v])
x.compress(c, 1) | x.argsort(0) | x[1, 2].item() | x.tolist() | len(x) | x.ndim
2 in k | float(o) | int(k[0]) | x.size | x.shape | [r.sum() for r in x][1]
x.nbytes
"""


def calls():
    """All of them, but for functions that an older NumPy does not have."""
    out = [*elementwise_calls()]
    for line in CALLS.strip().splitlines():
        out += [c.strip() for c in line.split(" | ")]
    return [c for c in dict.fromkeys(out) if "if False" not in c and all(
        hasattr(np, name) for name in re.findall(r"np\.(\w+)", c))]


def run(call, package, convert):
    names = {k: convert(a) for k, a in ARRAYS.items()}
    with np.errstate(all="ignore"):
        return eval(call, {"np": package, **names})


@pytest.mark.filterwarnings("ignore:invalid value|divide by zero|overflow")
@pytest.mark.parametrize("call", calls())
def test_same_as_numpy(call):
    with enable_x64():
        ours = run(call, mnp, mnp.asarray)
    theirs = run(call, np, np.asarray)
    if isinstance(ours, Array):
        assert ours.shape == np.shape(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    elif isinstance(ours, tuple | list):
        assert list(ours) == list(theirs)
    else:
        assert ours == theirs


def test_fix_is_trunc():
    for x in ARRAYS["x"], ARRAYS["n"], ARRAYS["e"], -2.5:
        np.testing.assert_array_equal(mnp.fix(x), np.trunc(x))


def test_every_function_of_the_table_leaves_its_arguments_alone():
    before = {k: np.copy(a) for k, a in ARRAYS.items()}
    for call in calls():
        with enable_x64():
            run(call, mnp, mnp.asarray)
    for k, a in before.items():
        np.testing.assert_array_equal(a, ARRAYS[k])


def test_results_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(mnp.ones(3) + 1)[0] = 5


def test_an_input_may_be_written_to_afterwards():
    a = np.ones(3)
    b = mnp.asarray(a)
    a[0] = 9
    assert b.tolist() == [1, 1, 1]


def test_numpys_round_is_the_arrays_own():
    rounded = np.round(mnp.array([0.123, 1.66]), 1)
    assert isinstance(rounded, Array)
    np.testing.assert_array_equal(rounded, np.float32([0.1, 1.7]))
    with pytest.raises(NotImplementedError, match="'out' argument"):
        np.round(mnp.ones(2), out=np.zeros(2))
