"""Sums of products: every contraction of two arrays is one primitive.

dot_general : (array, array, dimension numbers) -> array

The dimension numbers are ((lhs axes, rhs axes) to sum over,
(lhs axes, rhs axes) to walk along together); the result has the second
first, then what is left of lhs, then what is left of rhs.
JAX twin: jax/_src/lax/lax.py.
"""

import enum
import math

import numpy as np

from minijax.array import as_array
from minijax.core import Primitive
from minijax.dtypes import canonical
from minijax.lax.shape import canonical_shape
from minijax.lax.standard import all_weak


# [Precision]
class Precision(enum.Enum):
    """Accepted for JAX's sake: a processor always computes in full."""

    DEFAULT = 0
    HIGH = 1
    HIGHEST = 2

    __str__ = __repr__ = lambda self: f"Precision.{self.name}"

    @classmethod
    def _missing_(cls, name):
        return PRECISIONS.get(name)


PRECISIONS = {
    "default": Precision.DEFAULT, "fastest": Precision.DEFAULT,
    "bfloat16": Precision.DEFAULT, "high": Precision.HIGH,
    "bfloat16_3x": Precision.HIGH, "tensorfloat32": Precision.HIGH,
    "highest": Precision.HIGHEST, "float32": Precision.HIGHEST}
# [/Precision]


def canonical_precision(precision):
    """None, or one Precision for each operand."""
    if precision is None:
        return None
    if isinstance(precision, str | Precision):
        precision = precision, precision
    try:
        left, right = precision
        return Precision(left), Precision(right)
    except (TypeError, ValueError):
        raise ValueError(
            "Precision argument must be one of: None, a string in "
            f"{[*PRECISIONS]}, a lax.Precision value, or a tuple of two of "
            f"these; but got {precision}.") from None


# [dot_general_p]
dot_general_p = Primitive("dot_general")


@dot_general_p.def_impl
def dot_general_numbers(lhs, rhs, *, dimension_numbers, precision,
                        preferred_element_type):
    (lhs_sum, rhs_sum), (lhs_batch, rhs_batch) = dimension_numbers
    dtype = preferred_element_type or result_dtype(lhs, rhs)
    if not lhs.dtype == rhs.dtype == dtype:
        wide = np.result_type(dtype, result_dtype(lhs, rhs))
        lhs, rhs = lhs.astype(wide), rhs.astype(wide)
    lhs_free = remaining(lhs.ndim, lhs_sum, lhs_batch)
    rhs_free = remaining(rhs.ndim, rhs_sum, rhs_batch)
    rows = merge(lhs, lhs_batch, lhs_free, lhs_sum)
    columns = merge(rhs, rhs_batch, rhs_sum, rhs_free)
    multiply = (np.multiply if not lhs_sum else
                np.matmul if lhs_batch else np.dot)
    return multiply(rows, columns).reshape(
        [lhs.shape[d] for d in (*lhs_batch, *lhs_free)]
        + [rhs.shape[d] for d in rhs_free]).astype(dtype, copy=False)
# [/dot_general_p]


def remaining(ndim, contracting, batch):
    """The axes that are neither summed over nor walked along."""
    taken = contracting + batch
    return tuple([d for d in range(ndim) if d not in taken])


def merge(x, batch, first, second):
    """The matrices of x, one for each place in `batch`."""
    x = x.transpose(batch + first + second)
    b, f = len(batch), len(batch) + len(first)
    return x.reshape(x.shape[:b] + (math.prod(x.shape[b:f]),
                                    math.prod(x.shape[f:])))


def strength(dtype):
    """Which of two dtypes a product has: complex, float, wide, signed."""
    width = dtype.itemsize // (2 if dtype.kind == "c" else 1)
    return (dtype.kind == "c", dtype.kind in "fc",
            width if dtype.kind != "b" else 0, dtype.kind != "u")


def result_dtype(lhs, rhs):
    if lhs.dtype == rhs.dtype:
        return lhs.dtype
    return max(lhs.dtype, rhs.dtype, key=strength)


def preferred_dtype(dtype, preferred):
    """The preferred dtype, if it can hold the integers that come out."""
    preferred = preferred or dtype
    if dtype.kind != "f" and preferred.itemsize < dtype.itemsize:
        raise TypeError(
            "`preferred_element_type` must not be narrower than the original "
            f"type, got preferred_element_type of {preferred} for result "
            f"type of {dtype}.")
    return preferred


@dot_general_p.def_abstract_eval
def dot_general_type(lhs, rhs, *, dimension_numbers, precision,
                     preferred_element_type):
    (lhs_sum, rhs_sum), (lhs_batch, rhs_batch) = dimension_numbers
    check_axes("lhs", lhs, lhs_sum, lhs_batch)
    check_axes("rhs", rhs, rhs_sum, rhs_batch)
    if len(lhs_batch) != len(rhs_batch):
        raise TypeError(
            "dot_general requires equal numbers of lhs_batch and rhs_batch "
            f"dimensions, got lhs_batch {lhs_batch} and rhs_batch "
            f"{rhs_batch}.")
    batch = same_sizes("lhs batch dimensions and rhs batch dimensions",
                       lhs, lhs_batch, rhs, rhs_batch)
    same_sizes("contracting dimensions", lhs, lhs_sum, rhs, rhs_sum)
    dtype = preferred_dtype(result_dtype(lhs, rhs), preferred_element_type)
    lhs_free = remaining(lhs.ndim, lhs_sum, lhs_batch)
    rhs_free = remaining(rhs.ndim, rhs_sum, rhs_batch)
    shape = (*batch, *[lhs.shape[d] for d in lhs_free],
             *[rhs.shape[d] for d in rhs_free])
    return lhs.update(shape=shape, dtype=dtype,
                      weak_type=all_weak(lhs, rhs))


def check_axes(side, x, contracting, batch):
    """The axes of one operand: there, each named once."""
    if not all(0 <= d < x.ndim for d in (*contracting, *batch)):
        raise TypeError(
            f"dot_general requires {side} dimension numbers to be "
            f"nonnegative and less than the number of axes of the {side} "
            f"value, got {side}_batch of {batch} and {side}_contracting of "
            f"{contracting} for {side} of rank {x.ndim}")
    for name, axes in {"batch": batch, "contracting": contracting}.items():
        if len(set(axes)) != len(axes):
            raise TypeError(f"dot_general requires {side} {name} dimensions "
                            f"to be distinct, got {side}_{name} {axes}.")
    if set(batch) & set(contracting):
        raise TypeError(
            f"dot_general requires {side} batch dimensions to be disjoint "
            f"from contracting dimensions, got {side}_batch {batch} and "
            f"{side}_contracting {contracting}.")


def same_sizes(what, lhs, lhs_axes, rhs, rhs_axes):
    """The sizes of the axes, which lhs and rhs must have alike."""
    left = tuple(lhs.shape[d] for d in lhs_axes)
    right = tuple(rhs.shape[d] for d in rhs_axes)
    if left != right:
        raise TypeError(f"dot_general requires {what} to have the same shape, "
                        f"got {left} and {right}.")
    return left


def dot_general(lhs, rhs, dimension_numbers, precision=None,
                preferred_element_type=None):
    """The sum of products over some axes of lhs and rhs.

    dimension_numbers = ((lhs_contracting, rhs_contracting), (lhs_batch,
    rhs_batch)); the result's axes are the batch axes, lhs's others, rhs's
    others. Its dtype is the stronger of the two, or as preferred.
    """
    (lhs_sum, rhs_sum), (lhs_batch, rhs_batch) = dimension_numbers
    return dot_general_p.bind(
        lhs, rhs, dimension_numbers=(
            (canonical_shape(lhs_sum), canonical_shape(rhs_sum)),
            (canonical_shape(lhs_batch), canonical_shape(rhs_batch))),
        precision=canonical_precision(precision),
        preferred_element_type=None if preferred_element_type is None
        else canonical(preferred_element_type))


def dot(lhs, rhs, *, dimension_numbers=None, precision=None,
        preferred_element_type=None):
    """As dot_general; of vectors and matrices it knows the dimensions."""
    lhs, rhs = as_array(lhs, "dot"), as_array(rhs, "dot", 1)
    if dimension_numbers is None:
        if not (1 <= lhs.ndim <= 2 and 1 <= rhs.ndim <= 2
                and lhs.shape[-1] == rhs.shape[0]):
            raise ValueError(
                "jax.lax.dot: dimension_numbers must be specified when not "
                "performing simple un-batched matrix-matrix, matrix-vector, "
                "or vector-vector products; got "
                f"lhs_shape={lhs.shape} rhs_shape={rhs.shape}. "
                "minijax.numpy.matmul knows NumPy's other cases.")
        dimension_numbers = ((lhs.ndim - 1,), (0,)), ((), ())
    return dot_general(lhs, rhs, dimension_numbers, precision,
                       preferred_element_type)


def batch_matmul(lhs, rhs, precision=None):
    """Matrix products: the last two axes are matrices, the others a batch."""
    lhs, rhs = as_array(lhs, "batch_matmul"), as_array(rhs, "batch_matmul", 1)
    if min(lhs.ndim, rhs.ndim) < 2:
        raise ValueError("Arguments to batch_matmul must be at least 2D, got "
                         f"{lhs.ndim}, {rhs.ndim}")
    if lhs.ndim != rhs.ndim:
        raise ValueError("Arguments to batch_matmul must have same ndim, got "
                         f"{lhs.ndim}, {rhs.ndim}")
    batch = tuple(range(lhs.ndim - 2))
    return dot_general(lhs, rhs, (((lhs.ndim - 1,), (rhs.ndim - 2,)),
                                  (batch, batch)), precision)
