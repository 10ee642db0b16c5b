"""dot_general: against np.einsum, which spells out the axes."""
import numpy as np
import pytest

from minijax import lax

RNG = np.random.default_rng(0)
DTYPES = ["float32", "float64", "float16", "int8", "int32", "complex64"]

# Axes by letter, as einsum has them: what both sides have and the result too
# is walked along, what the result lacks is summed over.
PRODUCTS = ["i,i->", "i,j->ij", "ij,j->i", "j,ij->i", "ij,jk->ik",
            "ji,jk->ik", "ij,kj->ik", "ji,kj->ik", "bij,bjk->bik",
            "ibj,jkb->bik", "abij,bakj->abik", "abij,bakj->baik",
            "ijk,jkl->il", "ijk,kjl->il", "ijk,lmk->ijlm", ",->", ",i->i",
            "ij,ij->", "bi,bi->b", "bi,bj->bij", "ijkl,lmj->ikm"]
SIZES = dict(zip("abijklm", (2, 3, 4, 5, 2, 3, 1)))


def numbers(letters, dtype):
    shape = [SIZES[a] for a in letters]
    x = RNG.integers(-3, 4, shape)
    if np.dtype(dtype).kind == "c":
        x = x + 1j * RNG.integers(-3, 4, shape)
    return np.asarray(x).astype(dtype)


def dimension_numbers(product):
    """Of an einsum whose result has the axes in lax's order."""
    sides, out = product.split("->")
    left, right = sides.split(",")
    summed = [a for a in left if a in right and a not in out]
    batch = [a for a in out if a in left and a in right]
    return ((tuple(map(left.index, summed)), tuple(map(right.index, summed))),
            (tuple(map(left.index, batch)), tuple(map(right.index, batch))))


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_values(product, dtype):
    left, right = product.split("->")[0].split(",")
    x, y = numbers(left, dtype), numbers(right, dtype)
    expected = np.einsum(product, x, y)
    for a, b in ((x, y), (x.copy(order="F"), y),
                 (x[..., ::-1][..., ::-1] if x.ndim else x, y)):
        out = lax.dot_general(a, b, dimension_numbers(product))
        assert out.dtype == dtype and out.shape == expected.shape
        np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("shapes", [((0, 3), (3, 2)), ((2, 0), (0, 3)),
                                    ((2, 3), (3, 0))])
def test_empty(shapes):
    x, y = map(np.ones, shapes)
    out = lax.dot(x, y)
    assert out.shape == (shapes[0][0], shapes[1][1])
    assert not np.asarray(out).any()


def test_bools_are_an_or_of_ands():
    x = np.array([[True, False], [False, False]])
    y = np.array([[True, False], [True, True]])
    assert lax.dot(x, y).tolist() == [[True, False], [False, False]]


def test_int8_wraps_unless_a_wider_type_is_preferred():
    x = np.full(4, 100, np.int8)
    assert lax.dot(x, x).item() == 40000 % 256
    wide = lax.dot(x, x, preferred_element_type=np.int32)
    assert wide.dtype == np.int32 and wide.item() == 40000
    assert lax.dot(x, x, preferred_element_type=float).item() == 40000.0


@pytest.mark.parametrize("left, right, result", [
    ("float16", "float32", "float32"), ("int8", "int32", "int32"),
    ("int32", "float16", "float16"), ("uint8", "int8", "int8"),
    ("bool", "int8", "int8"), ("complex64", "float32", "complex64")])
def test_mixed_dtypes(left, right, result):
    x, y = np.ones(3, left), np.ones((3, 2), right)
    for out in (lax.dot(x, y), lax.dot(y.T, x)):
        assert out.dtype == result and out.tolist() == [3, 3]


def test_preferred_element_type_may_narrow_a_float():
    x = np.ones(3, np.float32)
    assert lax.dot(x, x, preferred_element_type="float16").dtype == np.float16
    assert lax.dot(x, x, preferred_element_type=int).item() == 3


@pytest.mark.parametrize("precision", [
    None, "highest", "float32", "default", lax.Precision.HIGH,
    (lax.Precision.HIGH, lax.Precision.DEFAULT), ("high", "default")])
def test_precision_is_accepted(precision):
    x = np.ones(3, np.float32)
    assert lax.dot(x, x, precision=precision).item() == 3.0


def test_precision_prints_as_jax_prints_it():
    assert repr(lax.Precision.HIGHEST) == "Precision.HIGHEST"
    assert lax.Precision("bfloat16") is lax.Precision.DEFAULT


def test_batch_matmul():
    x, y = RNG.normal(size=(2, 3, 4, 5)), RNG.normal(size=(2, 3, 5, 6))
    np.testing.assert_allclose(lax.batch_matmul(x, y), x @ y)


def test_weak_types():
    weak = lax.full((3,), 1.0)
    assert lax.dot(weak, weak).weak_type
    assert not lax.dot(weak, np.ones(3, np.float32)).weak_type


X = np.ones((3, 4), np.float32)
ROWS = ((1,), (1,)), ((), ())


@pytest.mark.parametrize("call, error, words", [
    (lambda: lax.dot(X, X), ValueError, "dimension_numbers must be specified"),
    (lambda: lax.dot_general(X, X, (((1,), (0,)), ((), ()))), TypeError,
     r"contracting dimensions to have the same shape, got \(4,\) and \(3,\)"),
    (lambda: lax.dot_general(X, X, (((2,), (1,)), ((), ()))), TypeError,
     "lhs dimension numbers to be nonnegative and less than"),
    (lambda: lax.dot_general(X, X, (((1,), (-1,)), ((), ()))), TypeError,
     "rhs dimension numbers"),
    (lambda: lax.dot_general(X, X, (((1,), (1,)), ((0,), ()))), TypeError,
     "equal numbers of lhs_batch and rhs_batch"),
    (lambda: lax.dot_general(X, X, (((1,), (1,)), ((1,), (1,)))), TypeError,
     "disjoint"),
    (lambda: lax.dot_general(X, X, (((1, 1), (1, 1)), ((), ()))), TypeError,
     "distinct"),
    (lambda: lax.dot_general(X, X.T, (((), ()), ((0,), (0,)))), TypeError,
     "batch dimensions to have the same shape"),
    (lambda: lax.dot_general(X.astype(int), X.astype(int), ROWS, None,
                             "int8"), TypeError, "must not be narrower"),
    (lambda: lax.dot_general(X, X, ROWS, "fast"), ValueError,
     "Precision argument must be one of"),
    (lambda: lax.batch_matmul(X, X[0]), ValueError, "at least 2D"),
    (lambda: lax.batch_matmul(X, X[None]), ValueError, "same ndim"),
])
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()
