"""x.at[index].set(y) and its kin: a new array, changed at some positions.

x.at[index].add : y -> Array
JAX twins: `_IndexUpdateRef` in jax/_src/numpy/array_methods.py, and
jax/_src/ops/scatter.py.
"""

import warnings

import numpy as np

from minijax import lax
from minijax.array import as_array
from minijax.lax import GatherScatterMode, ScatterDimensionNumbers
from minijax.numpy.arithmetic import power
from minijax.numpy.creation import ones_like
from minijax.numpy.elementwise import divide
from minijax.numpy.gathering import Plan
from minijax.numpy.indexing import getitem
from minijax.numpy.parsing import check_static, parse
from minijax.numpy.promotion import broadcast_to, cast, promote_dtypes


class At:
    """x.at, which waits for an index."""

    __slots__ = ("array",)

    def __init__(self, array):
        self.array = array

    def __getitem__(self, index):
        return Update(self.array, index)

    def __setitem__(self, index, value):
        raise TypeError("x.at does not support item assignment. Instead of "
                        "x.at[idx] = y, use x = x.at[idx].set(y).")

    def __repr__(self):
        return f"At({self.array!r})"


# [Update]
class Update:
    """x.at[index], which waits for what to do there.

    Positions out of range: an IndexError if they are known now, else
    dropped. mode="clip" moves them to the nearest, mode="drop" drops all.
    """

    __slots__ = ("array", "index")

    def __init__(self, array, index):
        self.array, self.index = array, index

    def __repr__(self):
        return f"Update({self.array!r}, {self.index!r})"

    def __jax_array__(self):
        raise TypeError("x.at[idx] is not an array, but waits to be told what "
                        "to do there: x.at[idx].get(), .set(y), .add(y), …")

    def get(self, *, mode=None, fill_value=None, **promises):
        """x[index], with a say in what is out of range."""
        return getitem(self.array, self.index, mode, fill_value, **promises)
    # [/Update]

    # [Update.methods]
    def set(self, values, **options):
        """x with `values` at the index."""
        return scatter(lax.scatter, self, values, options)

    def add(self, values, **options):
        """x with `values` added at the index; once for each time it occurs."""
        return scatter(lax.scatter_add, self, values, options)

    def subtract(self, values, **options):
        """x with `values` subtracted at the index."""
        return scatter(lax.scatter_sub, self, values, options)

    def multiply(self, values, **options):
        """x multiplied by `values` at the index."""
        return scatter(lax.scatter_mul, self, values, options)

    mul = multiply

    def min(self, values, **options):
        """x with the smaller of x and `values` at the index."""
        return scatter(lax.scatter_min, self, values, options)

    def max(self, values, **options):
        """x with the larger of x and `values` at the index."""
        return scatter(lax.scatter_max, self, values, options)
    # [/Update.methods]

    # [Update.others]
    def divide(self, values, **options):
        """x divided by `values` at the index."""
        ones = Update(ones_like(self.array), self.index)
        return divide(self.array, ones.multiply(values, **options))

    def power(self, values, **options):
        """x to the power `values` at the index."""
        ones = Update(ones_like(self.array), self.index)
        return power(self.array, ones.multiply(values, **options))

    def apply(self, function, **options):
        """x with function(x) at the index."""
        return self.set(function(self.get()), **options)
    # [/Update.others]


def scatter(op, at, values, options):
    """The scatter `op` of `values` to x at the index."""
    x, mode = as_array(at.array), options.pop("mode", None)
    parts, together, new = parse(at.index, x.shape)
    if mode is None or GatherScatterMode.from_any(mode) is (
            GatherScatterMode.PROMISE_IN_BOUNDS):
        inner = list(x.shape)
        for axis in new:
            inner.insert(axis, 1)
        check_static(parts, inner)
    wide = lax.expand_dims(x, new) if new else x
    plan = Plan(parts, together, wide.shape)
    if 0 in plan.result:
        return x
    wide, values = promote_dtypes(wide, values)
    warn_of_loss(wide.dtype, x.dtype)
    values = fit(values, plan)
    out = op(wide, plan.indices(), values, scatter_numbers(plan), mode=mode,
             **plan.promises(**options))
    out = lax.squeeze(out, new) if new else out
    return cast(out, x.dtype, x.weak_type)


def warn_of_loss(dtype, kept):
    """What is put into an array takes its dtype, and may lose by that."""
    if not np.can_cast(dtype, kept, "same_kind"):
        warnings.warn(
            "scatter inputs have incompatible types: cannot safely cast value "
            f"from dtype={dtype} to dtype={kept}. Cast it: values.astype("
            f"{str(kept)!r}); or the array: x.astype({str(dtype)!r}).",
            FutureWarning, stacklevel=4)


def fit(values, plan):
    """`values`, broadcast to the shape of x[index], as scatter wants them."""
    values = broadcast_to(values, tuple(plan.result))
    values = lax.squeeze(values, tuple(plan.new)) if plan.new else values
    return lax.rev(values, tuple(plan.reverse)) if plan.reverse else values


def scatter_numbers(plan):
    """The dimension numbers for lax.scatter."""
    dims = plan.numbers()
    return ScatterDimensionNumbers(
        update_window_dims=dims.offset_dims,
        inserted_window_dims=dims.collapsed_slice_dims,
        scatter_dims_to_operand_dims=dims.start_index_map)
