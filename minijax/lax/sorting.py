"""Elements in order.

sort         : (array or (array, …), dimension) -> the same, sorted
sort_key_val : (keys, values, dimension) -> (keys, values)
top_k        : (array, k, axis) -> (values, positions)

NaN comes last, as the greatest. JAX twin: jax/_src/lax/lax.py.
"""

import operator

import numpy as np

from minijax.array import as_array
from minijax.core import Primitive
from minijax.lax.shape import canonical_axis

# [sort_p]
sort_p = Primitive("sort")
sort_p.multiple_results = True


@sort_p.def_impl
def sort_numbers(*xs, dimension, is_stable, num_keys):
    if len(xs) == 1:
        return [sort_alone(xs[0], dimension, is_stable)]
    # Of the keys that lexsort takes, the last one decides first.
    order = np.lexsort(xs[:num_keys][::-1], axis=dimension)
    return [np.take_along_axis(x, order, dimension) for x in xs]


@sort_p.def_abstract_eval
def sorted_(*xs, dimension, is_stable, num_keys):
    if len({x.shape for x in xs}) > 1:
        got = " ".join(str(x.shape) for x in xs)
        raise TypeError("Arguments to sort must have equal shapes, got: "
                        f"{got}. Broadcast them first.")
    return list(xs)
# [/sort_p]


def sort_alone(x, axis, is_stable):
    """One array in order; NumPy's unstable sort is several times faster.

    Among equal floats only 0.0 and -0.0 can be told apart: for a stable
    sort put them back in the order in which they came.
    """
    if x.dtype.kind == "c":
        return np.sort(x, axis, kind="stable")
    out = np.sort(x, axis)
    if is_stable and x.dtype.kind == "f":
        before, after = x.swapaxes(axis, -1), out.swapaxes(axis, -1)
        after[after == 0] = before[before == 0]
    return out


def sort(operand, dimension=-1, is_stable=True, num_keys=1):
    """Sorted along `dimension`: an array, or a tuple by its first num_keys.

    The further arrays of a tuple are rearranged as the keys are.
    """
    several = isinstance(operand, list | tuple)
    xs = [as_array(x, "sort", i)
          for i, x in enumerate(operand if several else [operand])]
    if not xs:
        raise TypeError("Sort requires at least one operand")
    if not 1 <= num_keys <= len(xs):
        raise ValueError(
            f"{num_keys=} must be between 1 and len(operand)={len(xs)}"
            if several else f"{num_keys=} must equal 1 for a single operand.")
    out = sort_p.bind(*xs, dimension=canonical_axis(dimension, xs[0].ndim),
                      is_stable=bool(is_stable), num_keys=int(num_keys))
    return tuple(out) if several else out[0]


def sort_key_val(keys, values, dimension=-1, is_stable=True):
    """The keys in order, and the values rearranged as the keys are."""
    return sort((keys, values), dimension, is_stable)


# [top_k_p]
top_k_p = Primitive("top_k")
top_k_p.multiple_results = True


@top_k_p.def_impl
def top_k_numbers(x, *, k, axis):
    # A stable sort of the elements from the last to the first, read from
    # its end: the greatest first, and of equals the first first.
    n = x.shape[axis]
    order = n - 1 - np.argsort(np.flip(x, axis), axis, kind="stable")
    order = np.flip(order, axis).take(range(k), axis)
    return [np.take_along_axis(x, order, axis), order.astype(np.int32)]


@top_k_p.def_abstract_eval
def top_k_types(x, *, k, axis):
    if x.dtype.kind == "c":
        raise ValueError("top_k is not compatible with complex inputs: they "
                         "have no order; take abs(x) or real(x) first.")
    if x.shape[axis] < k:
        raise ValueError(
            "k argument to top_k must be no larger than size along axis; "
            f"got {k=} with shape={list(x.shape)} and {axis=}")
    out = x.update(shape=(*x.shape[:axis], k, *x.shape[axis + 1:]))
    return [out, out.update(dtype=np.int32)]
# [/top_k_p]


def top_k(operand, k, *, axis=-1):
    """The k greatest along an axis, the greatest first, and where they are.

    Of equal elements the first comes first. Positions are int32.
    """
    operand, k = as_array(operand, "top_k"), operator.index(k)
    if k < 0:
        raise ValueError(f"k argument to top_k must be nonnegative, got {k}")
    return tuple(top_k_p.bind(operand, k=k,
                              axis=canonical_axis(axis, operand.ndim)))
