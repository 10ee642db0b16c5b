"""For every atom, how to do it to many examples at once.

rule : (values, axes, **params) -> (value, axis)

Some rules leave the examples where they lie; the others bring them to the
front, and count every axis of one example one further. None of them loops.
JAX twin: the `batching.primitive_batchers` of jax/_src/lax/*.py.
"""

import numpy as np

from minijax import lax
from minijax.batching import batching_rules, front, move_axis, size_of
from minijax.forward import add_any_p


# [unary]
def defunary(primitive):
    """One operand, elementwise: the examples stay where they are."""
    def rule(values, axes, /, **params):
        return primitive.bind(*values, **params), axes[0]
    batching_rules[primitive] = rule


for p in (lax.neg_p, lax.sign_p, lax.abs_p, lax.square_p, lax.sqrt_p,
          lax.rsqrt_p, lax.cbrt_p, lax.floor_p, lax.ceil_p, lax.round_p,
          lax.is_finite_p, lax.exp_p, lax.exp2_p, lax.log_p, lax.expm1_p,
          lax.log1p_p, lax.logistic_p, lax.sin_p, lax.cos_p, lax.tan_p,
          lax.asin_p, lax.acos_p, lax.atan_p, lax.sinh_p, lax.cosh_p,
          lax.tanh_p, lax.asinh_p, lax.acosh_p, lax.atanh_p, lax.not_p,
          lax.population_count_p, lax.clz_p, lax.real_p, lax.imag_p,
          lax.conj_p, lax.integer_pow_p, lax.convert_element_type_p,
          lax.erf_p, lax.erfc_p, lax.erf_inv_p, lax.lgamma_p, lax.digamma_p):
    defunary(p)
# [/unary]


# [nary]
def defnary(primitive):
    """Several operands, elementwise: line the examples up, then broadcast."""
    def rule(values, axes, /, **params):
        places = {(x.ndim, axis) for x, axis in zip(values, axes) if x.ndim}
        if len(places) == 1:  # they lie alike, but for scalars
            return primitive.bind(*values, **params), places.pop()[1]
        return primitive.bind(*line_up(values, axes), **params), 0
    batching_rules[primitive] = rule
# [/nary]


# [line_up]
def line_up(values, axes):
    """Examples first, and as many axes after them in every operand."""
    ndim = max(x.ndim - (axis is not None) for x, axis in zip(values, axes))
    return [stretch(x, axis, ndim) for x, axis in zip(values, axes)]


def stretch(x, axis, ndim):
    """x with its examples first, then axes of size 1 up to ndim more.

    A scalar that is the same in every example goes with anything as it is.
    """
    if axis is None:
        return lax.expand_dims(x, (0,)) if x.ndim else x
    x = move_axis(x, axis, 0)
    new = tuple(range(1, ndim + 2 - x.ndim))
    return lax.expand_dims(x, new) if new else x
# [/line_up]


# [arithmetic]
for p in (lax.add_p, lax.sub_p, lax.mul_p, lax.div_p, lax.rem_p, lax.max_p,
          lax.min_p, lax.atan2_p, lax.nextafter_p, lax.pow_p, lax.complex_p,
          lax.eq_p, lax.ne_p, lax.lt_p, lax.le_p, lax.gt_p, lax.ge_p,
          lax.and_p, lax.or_p, lax.xor_p, lax.shift_left_p,
          lax.shift_right_logical_p, lax.shift_right_arithmetic_p):
    defnary(p)
# [/arithmetic]


# [reduce]
def skip(dims, axis):
    """Axes of one example, counted among the axes of all of them."""
    if axis is None:
        return tuple(dims)
    return tuple(d + (d >= axis) for d in dims)


def defreduce(primitive):
    """The examples stay; those of the axes before them that go, shift them."""
    def rule(values, axes, /, **params):
        (x,), (axis,) = values, axes
        dims = skip(params["axes"], axis)
        out = primitive.bind(x, **{**params, "axes": dims})
        return out, axis - sum(d < axis for d in dims)
    batching_rules[primitive] = rule


for p in (lax.reduce_sum_p, lax.reduce_prod_p, lax.reduce_max_p,
          lax.reduce_min_p, lax.reduce_and_p, lax.reduce_or_p,
          lax.reduce_xor_p, lax.argmax_p, lax.argmin_p):
    defreduce(p)
# [/reduce]


# [fronts]
def fronts(values, axes):
    """Every operand with its examples along axis 0."""
    size = size_of(values, axes)
    return [front(x, axis, size) for x, axis in zip(values, axes)]


def deffront(primitive, shift):
    """Examples in front; `shift(size, **params)` gives what must change."""
    def rule(values, axes, /, **params):
        values = fronts(values, axes)
        params = {**params, **shift(len(values[0]), **params)}
        out = primitive.bind(*values, **params)
        if primitive.multiple_results:
            return out, [0] * len(out)
        return out, 0
    batching_rules[primitive] = rule
# [/fronts]


# [plus_one]
def plus_one(dims):
    return tuple(d + 1 for d in dims)


def shift_axes(*names):
    """Each of these parameters is an axis, or several: one further back."""
    def shift(size, **params):
        return {name: plus_one(params[name])
                if isinstance(params[name], tuple) else params[name] + 1
                for name in names}
    return shift
# [/plus_one]


# [shifted]
deffront(add_any_p, shift_axes())
for p in (lax.cumsum_p, lax.cumprod_p, lax.cummax_p, lax.cummin_p,
          lax.cumlogsumexp_p, lax.stack_p, lax.unstack_p, lax.split_p,
          lax.top_k_p):
    deffront(p, shift_axes("axis"))
deffront(lax.squeeze_p, shift_axes("dimensions"))
deffront(lax.rev_p, shift_axes("dimensions"))
deffront(lax.sort_p, shift_axes("dimension"))
deffront(lax.concatenate_p, shift_axes("dimension"))
deffront(lax.bitcast_convert_type_p, shift_axes())
# [/shifted]


# [prefixed]
deffront(lax.reshape_p, lambda size, new_sizes, dimensions: {
    "new_sizes": (size, *new_sizes),
    "dimensions": dimensions and (0, *plus_one(dimensions))})
deffront(lax.broadcast_in_dim_p, lambda size, shape,
         broadcast_dimensions: {
    "shape": (size, *shape),
    "broadcast_dimensions": (0, *plus_one(broadcast_dimensions))})
deffront(lax.tile_p, lambda size, reps: {"reps": (1, *reps)})
deffront(lax.slice_p, lambda size, start_indices, limit_indices,
         strides: {
    "start_indices": (0, *start_indices),
    "limit_indices": (size, *limit_indices),
    "strides": strides and (1, *strides)})
# [/prefixed]


# [transpose]
def transpose_rule(values, axes, *, permutation):
    """The examples may come to the front by the way."""
    (x,), (axis,) = values, axes
    return lax.transpose(x, (axis, *skip(permutation, axis))), 0


batching_rules[lax.transpose_p] = transpose_rule
# [/transpose]


# [select_n]
def select_n_rule(values, axes):
    """A scalar choice that differs between examples is one for each."""
    size = size_of(values, axes)
    which, *cases = values
    cases = [front(x, axis, size) for x, axis in zip(cases, axes[1:])]
    if which.ndim or axes[0] is not None:
        which = front(which, axes[0], size)
        dims = tuple(range(which.ndim))
        which = lax.broadcast_in_dim(which, cases[0].shape, dims)
    return lax.select_n(which, *cases), 0


batching_rules[lax.select_n_p] = select_n_rule
# [/select_n]


# [clamp]
def clamp_rule(values, axes):
    """Bounds that differ between examples are written out for each."""
    lo, x, hi = line_up(values, axes)
    shape = np.broadcast_shapes(lo.shape, x.shape, hi.shape)
    return lax.clamp(*[
        v if v.ndim == 0 and v is not x else
        lax.broadcast_in_dim(v, shape, tuple(range(v.ndim)))
        for v in (lo, x, hi)]), 0


batching_rules[lax.clamp_p] = clamp_rule
# [/clamp]


# [pad]
def pad_rule(values, axes, *, padding_config):
    """Padding that differs between examples is put in after the padding."""
    x, value = values
    size = size_of(values, axes)
    x, config = front(x, axes[0], size), ((0, 0, 0), *padding_config)
    if axes[1] is None:
        return lax.pad(x, value, config), 0
    zero = lax.full_like(x, 0, shape=())
    inside = lax.pad(lax.full_like(x, True, dtype=bool), False, config)
    filler = lax.broadcast_in_dim(move_axis(value, axes[1], 0), inside.shape,
                                  (0,))
    return lax.select(inside, lax.pad(x, zero, config), filler), 0


batching_rules[lax.pad_p] = pad_rule
# [/pad]


# [dot_general]
def dot_general_rule(values, axes, *, dimension_numbers, **params):
    """Two sets of examples walk together; one alone is a free axis."""
    (x, y), (dx, dy) = values, axes
    (x_sum, y_sum), (x_batch, y_batch) = dimension_numbers
    x_sum, x_batch = (skip(dims, dx) for dims in (x_sum, x_batch))
    y_sum, y_batch = (skip(dims, dy) for dims in (y_sum, y_batch))
    if dx is not None and dy is not None:
        x_batch, y_batch, out = (dx, *x_batch), (dy, *y_batch), 0
    elif dy is None:
        out = len(x_batch) + [d for d in range(x.ndim) if d not in
                              x_sum + x_batch].index(dx)
    else:
        out = x.ndim - len(x_sum) + [
            d for d in range(y.ndim) if d not in y_sum + y_batch].index(dy)
    return lax.dot_general(x, y, ((x_sum, y_sum), (x_batch, y_batch)),
                           **params), out


batching_rules[lax.dot_general_p] = dot_general_rule
# [/dot_general]


# [gather]
def gather_rule(values, axes, *, dimension_numbers, slice_sizes, **params):
    """Example k of the indices reads from example k of the operand."""
    x, indices = fronts(values, axes)
    d = dimension_numbers
    dims = lax.GatherDimensionNumbers(
        plus_one(d.offset_dims), plus_one(d.collapsed_slice_dims),
        plus_one(d.start_index_map), (0, *plus_one(d.operand_batching_dims)),
        (0, *plus_one(d.start_indices_batching_dims)))
    return lax.gather(x, indices, dims, (1, *slice_sizes), **params), 0


batching_rules[lax.gather_p] = gather_rule
# [/gather]


# [scatter]
def defscatter(primitive):
    def rule(values, axes, *, dimension_numbers, **params):
        d = dimension_numbers
        dims = lax.ScatterDimensionNumbers(
            plus_one(d.update_window_dims), plus_one(d.inserted_window_dims),
            plus_one(d.scatter_dims_to_operand_dims),
            (0, *plus_one(d.operand_batching_dims)),
            (0, *plus_one(d.scatter_indices_batching_dims)))
        return primitive.bind(*fronts(values, axes), dimension_numbers=dims,
                              **params), 0
    batching_rules[primitive] = rule


for p in (lax.scatter_p, lax.scatter_add_p, lax.scatter_sub_p,
          lax.scatter_mul_p, lax.scatter_min_p, lax.scatter_max_p):
    defscatter(p)
# [/scatter]


# [dynamic_slice]
def dynamic_slice_rule(values, axes, *, slice_sizes):
    """Windows at other places in other examples are a gather."""
    if not any(axis is not None for axis in axes[1:]):
        x = move_axis(values[0], axes[0], 0)
        return lax.dynamic_slice(x, from_the_first(values[1:]),
                                 (x.shape[0], *slice_sizes)), 0
    x, *starts = fronts(values, axes)
    inner = tuple(range(1, x.ndim))
    dims = lax.GatherDimensionNumbers(inner, (), inner, (0,), (0,))
    return lax.gather(x, lax.stack(starts, 1), dims, (1, *slice_sizes),
                      mode="clip"), 0


def from_the_first(starts):
    """One start more, of the same integer type: all examples are read."""
    zero = lax.full_like(starts[0], 0) if starts else 0
    return [zero, *starts]


batching_rules[lax.dynamic_slice_p] = dynamic_slice_rule
# [/dynamic_slice]


# [dynamic_update_slice]
def dynamic_update_slice_rule(values, axes):
    """Windows at other places in other examples are a scatter."""
    if not any(axis is not None for axis in axes[2:]):
        x, update = fronts(values[:2], axes[:2])
        return lax.dynamic_update_slice(
            x, update, from_the_first(values[2:])), 0
    x, update, *starts = fronts(values, axes)
    inner = tuple(range(1, x.ndim))
    dims = lax.ScatterDimensionNumbers(inner, (), inner, (0,), (0,))
    return lax.scatter(x, lax.stack(starts, 1), update, dims,
                       mode="clip"), 0


batching_rules[lax.dynamic_update_slice_p] = dynamic_update_slice_rule
# [/dynamic_update_slice]

# [refused]
batching_rules.refuse(lax.iota_p, "it has no operand that could differ "
                      "between examples, so no example reaches it")
# [/refused]
