"""Arrays as sets: sorted vectors without repetition.

unique : Array -> Array[k]
isin   : (Array, Array) -> Array of bool

The size of a set is known only of concrete arrays; with `size`, results of
traced ones are cut off or filled up. JAX twin: jax/_src/numpy/setops.py.
"""

from typing import NamedTuple

from minijax import dtypes, lax
from minijax.array import Array
from minijax.numpy.finding import known_size, nonzero
from minijax.numpy.joining import concatenate
from minijax.numpy.manipulation import moveaxis, ravel, reshape
from minijax.numpy.promotion import (
    arraylike,
    canonical_axis,
    cast,
    promote_dtypes,
)
from minijax.numpy.reductions import any
from minijax.numpy.scans import diff
from minijax.numpy.selection import pick
from minijax.numpy.sorting import argsort, lexsort, searchsorted, sort


# [unique]
def unique(ar, return_index=False, return_inverse=False, return_counts=False,
           axis=None, *, equal_nan=True, size=None, fill_value=None,
           sorted=True):
    """The distinct elements (or slices along `axis`), sorted.

    If asked: where each occurs first, which of them each element is, how
    often each occurs. `fill_value` (the smallest) fills up to `size`.
    """
    ar = arraylike("unique", ar)
    ar, axis = (ravel(ar), 0) if axis is None else (
        moveaxis(ar, axis, 0), canonical_axis(axis, ar.ndim))
    order = row_order(ar)
    rows = ar[order]
    new = starts(rows, equal_nan)
    first, found = places(new, known_size("unique", new, size) + 1)
    ends, first, found = pick(found, first, new.size), first[:-1], found[:-1]
    out = [moveaxis(filled(rows, first, found, fill_value), 0, axis)]
    if return_index:
        out.append(order[first] if rows.shape[0] else first)
    if return_inverse:
        which = lax.cumsum(cast(new, dtypes.default("i"))) - 1
        out.append(lax.full_like(which, 0).at[order].set(which))
    if return_counts:
        out.append(diff(ends))
    return tuple(out) if len(out) > 1 else out[0]


def places(mask, size):
    """The positions at which `mask` is true, and which of them are real."""
    i, = nonzero(mask, size=size)
    return i, lax.iota(i.dtype, size) < mask.sum()


def filled(rows, i, found, fill_value):
    """rows[i], with `fill_value` (by default the first) where not found."""
    if not rows.shape[0]:
        return lax.full((i.size, *rows.shape[1:]), fill_value or 0, rows.dtype)
    values = rows[i]
    if fill_value is None or not i.size:
        return values
    found = reshape(found, (i.size,) + (1,) * (values.ndim - 1))
    return pick(found, values, cast(fill_value, values.dtype))


def row_order(rows):
    """The positions of the rows in ascending order; equals stay in order."""
    if not rows.size:
        return lax.iota(int, rows.shape[0])
    flat = reshape(rows, (rows.shape[0], -1))
    return lexsort([flat[:, i] for i in range(flat.shape[1])][::-1])


def starts(rows, equal_nan):
    """Whether each sorted row differs from the one before."""
    if not rows.shape[0]:
        return lax.full((0,), False, bool)
    new = rows[1:] != rows[:-1]
    if equal_nan and rows.dtype.kind in "fc":
        new = new & ~((rows[1:] != rows[1:]) & (rows[:-1] != rows[:-1]))
    new = any(new, tuple(range(1, rows.ndim)))
    return concatenate([lax.full((1,), True, bool), new])
# [/unique]


# [results]
class UniqueAll(NamedTuple):
    """What unique_all gives: all that `unique` can tell."""

    values: Array
    indices: Array
    inverse_indices: Array
    counts: Array


class UniqueCounts(NamedTuple):
    """What unique_counts gives."""

    values: Array
    counts: Array


class UniqueInverse(NamedTuple):
    """What unique_inverse gives."""

    values: Array
    inverse_indices: Array


def unique_all(x, /, *, size=None, fill_value=None):
    """values, indices, inverse_indices and counts; nans are all distinct."""
    values, index, inverse, counts = unique(
        x, True, True, True, equal_nan=False, size=size, fill_value=fill_value)
    return UniqueAll(values, index, reshape(inverse, x.shape), counts)


def unique_counts(x, /, *, size=None, fill_value=None):
    """The distinct elements and how often each occurs."""
    return UniqueCounts(*unique(x, return_counts=True, equal_nan=False,
                                size=size, fill_value=fill_value))


def unique_inverse(x, /, *, size=None, fill_value=None):
    """The distinct elements and which of them each element is."""
    values, inverse = unique(x, return_inverse=True, equal_nan=False,
                             size=size, fill_value=fill_value)
    return UniqueInverse(values, reshape(inverse, x.shape))


def unique_values(x, /, *, size=None, fill_value=None):
    """The distinct elements."""
    return unique(x, equal_nan=False, size=size, fill_value=fill_value)
# [/results]


# [operations]
def isin(element, test_elements, assume_unique=False, invert=False, *,
         method="auto"):
    """Whether each element is among the test elements.

    `assume_unique` and `method` are accepted for JAX's sake.
    """
    x, test = promote_dtypes(*arraylike("isin", element, test_elements))
    if not test.size:
        return lax.full(x.shape, invert, bool)
    test = sort(ravel(test))
    found = test.at[searchsorted(test, x)].get(mode="clip") == x
    return ~found if invert else found


def chosen(name, a, keep, size, fill_value):
    """The elements of the sorted vector `a` to keep, once each."""
    keep = keep & starts(a, True)
    i, found = places(keep, known_size(name, keep, size))
    if fill_value is None and i.size:
        fill_value = a[i[0]]
    return filled(a, i, found, fill_value)


def union1d(ar1, ar2, *, size=None, fill_value=None):
    """The elements of either, sorted, once each."""
    both = concatenate(arraylike("union1d", ar1, ar2), None)
    return unique(both, size=size, fill_value=fill_value)


def setdiff1d(ar1, ar2, assume_unique=False, *, size=None, fill_value=0):
    """The elements of ar1 that are not in ar2, sorted, once each."""
    a, b = arraylike("setdiff1d", ar1, ar2)
    a = ravel(a) if assume_unique and size is None else sort(ravel(a))
    return chosen("setdiff1d", a, ~isin(a, b), size, fill_value)


def setxor1d(ar1, ar2, assume_unique=False, *, size=None, fill_value=None):
    """The elements of one or the other but not both, sorted, once each."""
    a, b = promote_dtypes(*arraylike("setxor1d", ar1, ar2))
    both = sort(concatenate([a, b], None))
    return chosen("setxor1d", both, isin(both, a) ^ isin(both, b), size,
                  fill_value)


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False, *,
                size=None, fill_value=None):
    """The elements of both, sorted, once each; and where each is first."""
    a, b = promote_dtypes(*arraylike("intersect1d", ar1, ar2))
    a, b = ravel(a), ravel(b)
    ordered = sort(a)
    out = chosen("intersect1d", ordered, isin(ordered, b), size, fill_value)
    if not return_indices:
        return out
    return out, *[order.at[searchsorted(x[order], out)].get(mode="clip")
                  for x, order in ((a, argsort(a)), (b, argsort(b)))]
# [/operations]
