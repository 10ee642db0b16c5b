"""Wrong answers to the exercises of chapter 3, and what they are told."""

import numpy as np

from minijax import lax
from minijax.array import as_array
from minijax.lax.standard import FLOAT, INEXACT, NUMBER, elementwise, unop


def widths_of_numpy():
    return ["int8", "float32", "float16", "float64", "int16", "complex128"]


def weak_int_is_32_bits():
    return ["int32", "float32", "float32", "float32", "int16", "complex128"]


def weak_float_is_64_bits():
    return ["int8", "float64", "float16", "float16", "int16", "complex128"]


def naive_logsumexp(x):
    return lax.log(lax.reduce_sum(lax.exp(x), [0]))


def forgets_the_maximum(x):
    m = lax.reduce_max(x, [0])
    return lax.log(lax.reduce_sum(lax.exp(lax.sub(x, m)), [0]))


def infinite_maximum(x):
    m = lax.reduce_max(x, [0])
    return lax.add(m, lax.log(lax.reduce_sum(lax.exp(lax.sub(x, m)), [0])))


def cases_exchanged(x):
    m = lax.reduce_max(x, [0])
    m = lax.select_n(lax.is_finite(m), m, lax.full_like(m, 0))
    return lax.add(m, lax.log(lax.reduce_sum(lax.exp(lax.sub(x, m)), [0])))


def chooses_by_if(x):
    m = lax.reduce_max(x, [0])
    if not lax.is_finite(m):
        return m
    return lax.add(m, lax.log(lax.reduce_sum(lax.exp(lax.sub(x, m)), [0])))


def chooses_by_numpy(x):
    return lax.full_like(x[0], np.logaddexp.reduce(x))


def logsumexp_of_numpy(x):
    return np.logaddexp.reduce(np.asarray(x))


def no_batch(x, y):
    return lax.dot_general(x, y, (((2,), (2,)), ((), ())))


def batch_summed(x, y):
    return lax.dot_general(x, y, (((0, 2), (0, 2)), ((), ())))


def transposed_first(x, y):
    y = lax.transpose(y, (0, 2, 1))
    return lax.dot_general(x, y, (((2,), (1,)), ((0,), (0,))))


def batch_named_first(x, y):
    return lax.dot_general(x, y, (((0,), (0,)), ((2,), (2,))))


def operands_exchanged(x, y):
    return lax.dot_general(y, x, (((2,), (2,)), ((0,), (0,))))


def whole_rows(logp, labels):
    numbers = lax.GatherDimensionNumbers((1,), (0,), (0,))
    return lax.gather(logp, lax.reshape(labels, (labels.size, 1)),
                      numbers, (1, logp.shape[1]))


def corners_of(labels, flip=False):
    rows = lax.iota(labels.dtype, labels.shape[0])
    return lax.stack([labels, rows] if flip else [rows, labels], axis=1)


def exchanged(logp, labels):
    numbers = lax.GatherDimensionNumbers((), (0, 1), (0, 1))
    return lax.gather(logp, corners_of(labels, flip=True), numbers, (1, 1))


def windows_kept(logp, labels):
    numbers = lax.GatherDimensionNumbers((1, 2), (), (0, 1))
    return lax.gather(logp, corners_of(labels), numbers, (1, 1))


def one_axis_kept(logp, labels):
    numbers = lax.GatherDimensionNumbers((1,), (1,), (0, 1))
    return lax.gather(logp, corners_of(labels), numbers, (1, 1))


def labels_alone(logp, labels):
    numbers = lax.GatherDimensionNumbers((), (0, 1), (1,))
    return lax.gather(logp, lax.reshape(labels, (labels.size, 1)),
                      numbers, (1, 1))


def two_integer_types(logp, labels):
    corners = lax.stack([lax.iota("int8", labels.size), labels], axis=1)
    numbers = lax.GatherDimensionNumbers((), (0, 1), (0, 1))
    return lax.gather(logp, corners, numbers, (1, 1))


def sinc_function():
    return unop("sinc", lambda x: np.sin(x) / x, FLOAT)


def nan_at_zero():
    return elementwise("sinc", lambda x: np.sin(x) / x, FLOAT)


def sinc_of_numpy():
    return elementwise("sinc", lambda x: np.sinc(x), FLOAT)


def integers_too():
    def sinc(x):
        return np.where(x == 0, 1, np.sin(x) / x).astype(x.dtype)
    return elementwise("sinc", sinc, NUMBER)


def complex_too():
    return elementwise(
        "sinc", lambda x: np.where(x == 0, 1, np.sin(x) / x), INEXACT)


def with_reshapes(x, y):
    shape = np.broadcast_shapes(x.shape, y.shape)
    every = tuple(range(len(shape)))
    return [lax.broadcast_in_dim(
        lax.reshape(a, (1,) * (len(shape) - a.ndim) + a.shape), shape, every)
        for a in (x, y)]


def never_an_error(x, y):
    try:
        shape = np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return x, y
    return [lax.broadcast_in_dim(a, shape, tuple(
        range(len(shape) - a.ndim, len(shape)))) for a in (x, y)]


def greatest_size(x, y):
    rank = max(x.ndim, y.ndim)
    sizes = [(1,) * (rank - a.ndim) + a.shape for a in (x, y)]
    shape = [max(m, n) for m, n in zip(*sizes, strict=True)]
    return [lax.broadcast_in_dim(a, shape, tuple(range(rank - a.ndim, rank)))
            for a in (x, y)]


def left_as_they_are(x, y):
    return as_array(x), as_array(y)


MISTAKES = [
    ("3.1", widths_of_numpy, "in NumPy it does"),
    ("3.1", weak_int_is_32_bits, "a bare 1 has no width of its own"),
    ("3.1", weak_float_is_64_bits, "the default one is taken"),
    ("3.1", lambda: None, "expected a list of six strings"),
    ("3.2", naive_logsumexp, "exp(1000) overflows"),
    ("3.2", forgets_the_maximum, "has not been put back"),
    ("3.2", infinite_maximum, "-inf - (-inf) is"),
    ("3.2", logsumexp_of_numpy, "use the functions of lax throughout"),
    ("3.2", cases_exchanged, "that for False comes first"),
    ("3.2", chooses_by_if, "choose by lax.select_n instead of if"),
    ("3.2", chooses_by_numpy, "your code asks for numbers"),
    ("3.3", batch_named_first, "the contracting axes come first"),
    ("3.3", operands_exchanged, "x is the left operand"),
    ("3.3", no_batch, "every x[b] with every y"),
    ("3.3", batch_summed, "was summed away"),
    ("3.3", transposed_first, "one dot_general is enough"),
    ("3.4", whole_rows, "those are whole rows or columns"),
    ("3.4", exchanged, "row and column are exchanged"),
    ("3.4", windows_kept, "collapse both axes"),
    ("3.4", one_axis_kept, "collapse both axes"),
    ("3.4", labels_alone, "all of row 0"),
    ("3.4", two_integer_types, "your code raised TypeError: lax.stack"),
    ("3.5", complex_too, "complex numbers should be refused"),
    ("3.5", sinc_function, "of which the primitive is the second"),
    ("3.5", nan_at_zero, "at 0 it is NaN"),
    ("3.5", sinc_of_numpy, "of pi times x"),
    ("3.5", integers_too, "integers should be refused"),
    ("3.6", left_as_they_are, "make (3, 4)"),
    ("3.6", greatest_size, "sizes 0 and 1 go together, and make 0"),
    ("3.6", with_reshapes, "this bound broadcast_in_dim, reshape"),
    ("3.6", never_an_error, "passed without an error"),
]
