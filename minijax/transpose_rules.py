"""The transpose of every linear atom.

rule : (ct, *operands, **params) -> [cotangent or None for each operand]

An operand is an UndefinedPrimal where its cotangent is wanted, and a value
elsewhere. JAX twin: `ad.deflinear2`, `ad.defbilinear` and
`ad.primitive_transposes` in jax/_src/lax/*.py.
"""

import numpy as np

from minijax import lax
from minijax.forward import add_any_p, instantiate, jvp_rules
from minijax.lax.dot import remaining
from minijax.lax.scatter import window_sizes
from minijax.transpose import NotLinear, is_undefined_primal, transposes


def deftranspose(primitive, *rules):
    """One rule for each operand: `rule(ct, *operands, **params)`.

    None, or a rule too few, where it is not linear in the operand.
    """
    def share(i, ct, *operands, **params):
        if i >= len(rules) or rules[i] is None:
            raise NotLinear(f"{primitive} is not linear in operand {i}.")
        return rules[i](ct, *operands, **params)

    def rule(ct, *operands, **params):
        return [share(i, ct, *operands, **params)
                if is_undefined_primal(x) else None
                for i, x in enumerate(operands)]
    transposes[primitive] = rule


def defbilinear(primitive, left, right):
    """A product is linear in either factor, but not in both at once."""
    def rule(ct, x, y, **params):
        if not is_undefined_primal(y):
            return left(ct, x, y, **params), None
        if not is_undefined_primal(x):
            return None, right(ct, x, y, **params)
        raise NotLinear(f"{primitive} of two values that both depend on the "
                        "argument is not linear.")
    transposes[primitive] = rule


def unfit(ct, x):
    """Sum a cotangent over what the operand was repeated along."""
    shape = x.aval.shape
    if ct.aval.shape == shape:
        return ct
    if not shape:
        return lax.reduce_sum(ct, range(ct.ndim))
    repeated = [d for d in range(ct.ndim) if shape[d] != ct.shape[d]]
    return lax.reshape(lax.reduce_sum(ct, repeated), shape)


# [elementwise]
deftranspose(add_any_p, lambda ct, x, y: ct, lambda ct, x, y: ct)
deftranspose(lax.neg_p, lambda ct, x: lax.neg(ct))
deftranspose(lax.add_p,
             lambda ct, x, y: unfit(ct, x),
             lambda ct, x, y: unfit(ct, y))
deftranspose(lax.sub_p,
             lambda ct, x, y: unfit(ct, x),
             lambda ct, x, y: unfit(lax.neg(ct), y))
defbilinear(lax.mul_p,
            lambda ct, x, y: unfit(lax.mul(ct, y), x),
            lambda ct, x, y: unfit(lax.mul(x, ct), y))
deftranspose(lax.div_p, lambda ct, x, y: unfit(lax.div(ct, y), x))
# [/elementwise]


# [complex]
def complex_zero(ct):
    return lax.full_like(ct, 0)


deftranspose(lax.real_p, lambda ct, x: lax.complex(ct, complex_zero(ct)))
deftranspose(lax.imag_p, lambda ct, x: lax.complex(complex_zero(ct), -ct))
deftranspose(lax.complex_p,
             lambda ct, x, y: unfit(lax.real(ct), x),
             lambda ct, x, y: unfit(lax.imag(-ct), y))


def conj_transpose(ct, x, *, input_dtype):
    return lax.conj(ct) if input_dtype.kind == "c" else lax.real(ct)


def convert_transpose(ct, x, **params):
    """Cast back; from complex to real that keeps the real part."""
    if ct.dtype.kind == "c" and x.aval.dtype.kind != "c":
        ct = lax.real(ct)
    return lax.convert_element_type(ct, x.aval.dtype)


deftranspose(lax.conj_p, conj_transpose)
deftranspose(lax.convert_element_type_p, convert_transpose)
# [/complex]


# [select_n]
def select_n_transpose(ct, which, *cases):
    """Each case gets the cotangent where it was chosen, and zeros."""
    if is_undefined_primal(which):
        raise NotLinear("select_n is not linear in what it chooses by.")
    zero = lax.full_like(ct, 0)
    return [None] + [
        lax.select_n(which, *[ct if j == i else zero
                              for j in range(len(cases))])
        if is_undefined_primal(case) else None
        for i, case in enumerate(cases)]


transposes[lax.select_n_p] = select_n_transpose
# [/select_n]


# [broadcast]
def broadcast_in_dim_transpose(ct, x, *, shape, broadcast_dimensions):
    """What was repeated is summed."""
    if x.aval.shape == shape:
        return ct
    small = dict(zip(broadcast_dimensions, x.aval.shape))
    repeated = [d for d in range(ct.ndim) if small.get(d) != shape[d]]
    return lax.reshape(lax.reduce_sum(ct, repeated), x.aval.shape)


def reduce_sum_transpose(ct, x, *, axes):
    """What was summed is repeated."""
    kept = [d for d in range(x.aval.ndim) if d not in axes]
    return lax.broadcast_in_dim(ct, x.aval.shape, kept)


deftranspose(lax.broadcast_in_dim_p, broadcast_in_dim_transpose)
deftranspose(lax.reduce_sum_p, reduce_sum_transpose)
# [/broadcast]


# [shape]
def reshape_transpose(ct, x, *, new_sizes, dimensions):
    return lax.reshape(ct, x.aval.shape)


def squeeze_transpose(ct, x, *, dimensions):
    return lax.expand_dims(ct, dimensions)


def transpose_transpose(ct, x, *, permutation):
    return lax.transpose(ct, tuple(map(int, np.argsort(permutation))))


def rev_transpose(ct, x, *, dimensions):
    return lax.rev(ct, dimensions)


deftranspose(lax.reshape_p, reshape_transpose)
deftranspose(lax.squeeze_p, squeeze_transpose)
deftranspose(lax.transpose_p, transpose_transpose)
deftranspose(lax.rev_p, rev_transpose)
# [/shape]


# [joining]
def concatenate_transpose(ct, *operands, dimension):
    """Each operand gets back its stretch."""
    sizes = [x.aval.shape[dimension] for x in operands]
    return unless_known(operands, lax.split(ct, sizes, dimension))


def stack_transpose(ct, *operands, axis):
    return unless_known(operands, lax.unstack(ct, axis))


def unless_known(operands, parts):
    return [part if is_undefined_primal(x) else None
            for x, part in zip(operands, parts)]


transposes[lax.concatenate_p] = concatenate_transpose
transposes[lax.stack_p] = stack_transpose
# [/joining]


# [splitting]
def unstack_transpose(cts, x, *, axis):
    return [lax.stack([instantiate(ct) for ct in cts], axis)]


def split_transpose(cts, x, *, sizes, axis):
    return [lax.concatenate([instantiate(ct) for ct in cts], axis)]


def tile_transpose(ct, x, *, reps):
    """Unfold the copies into axes of their own, and sum over those."""
    shape = [n for pair in zip(reps, x.aval.shape) for n in pair]
    return lax.reduce_sum(lax.reshape(ct, shape), range(0, len(shape), 2))


transposes[lax.unstack_p] = unstack_transpose
transposes[lax.split_p] = split_transpose
deftranspose(lax.tile_p, tile_transpose)
# [/splitting]


# [pad]
def pad_operand(ct, x, value, *, padding_config):
    """The operand's places are read: cut the edges off, step over gaps."""
    back = [(-low, -high, 0) for low, high, _ in padding_config]
    inner = lax.pad(ct, lax.full_like(ct, 0, shape=()), back)
    return lax.slice(inner, (0,) * ct.ndim, inner.shape,
                     [between + 1 for _, _, between in padding_config])


def pad_value(ct, *operands, padding_config):
    """All other places were filled with the one value."""
    ours = pad_operand(ct, *operands, padding_config=padding_config)
    everything = range(ct.ndim)
    return lax.sub(lax.reduce_sum(ct, everything),
                   lax.reduce_sum(ours, everything))


deftranspose(lax.pad_p, pad_operand, pad_value)
# [/pad]


# [slice]
def slice_transpose(ct, x, *, start_indices, limit_indices, strides):
    """Into zeros, at the places that were read."""
    strides = strides or (1,) * ct.ndim
    config = [(lo, n - lo - (m - 1) * step - 1 if m else n - lo, step - 1)
              for lo, n, m, step in zip(start_indices, x.aval.shape,
                                        ct.shape, strides)]
    return lax.pad(ct, lax.full_like(ct, 0, shape=()), config)


deftranspose(lax.slice_p, slice_transpose)
# [/slice]


# [dynamic]
def dynamic_slice_transpose(ct, x, *starts, slice_sizes):
    zeros = lax.full(x.aval.shape, 0, ct.dtype)
    return lax.dynamic_update_slice(zeros, ct, starts)


def dynamic_update_slice_operand(ct, x, update, *starts):
    hole = lax.full(update.aval.shape, 0, ct.dtype)
    return lax.dynamic_update_slice(ct, hole, starts)


def dynamic_update_slice_update(ct, x, update, *starts):
    return lax.dynamic_slice(ct, starts, update.aval.shape)


deftranspose(lax.dynamic_slice_p, dynamic_slice_transpose)
deftranspose(lax.dynamic_update_slice_p, dynamic_update_slice_operand,
             dynamic_update_slice_update)
# [/dynamic]


# [gather]
def gather_transpose(ct, x, indices, *, dimension_numbers, slice_sizes,
                     fill_value, **params):
    """What was read from a place is added up there."""
    return lax.scatter_add(
        lax.full(x.aval.shape, 0, ct.dtype), indices, ct,
        lax.ScatterDimensionNumbers(*dimension_numbers), **params)


deftranspose(lax.gather_p, gather_transpose)
# [/gather]


# [scatter]
def read_back(ct, indices, updates, dims, params):
    """What a gather reads at the places where the updates were written."""
    return lax.gather(
        ct, indices, lax.GatherDimensionNumbers(*dims),
        window_sizes(ct.ndim, updates.aval.shape, dims), fill_value=0,
        **params)


def scatter_add_updates(ct, x, indices, updates, *, dimension_numbers,
                        **params):
    return read_back(ct, indices, updates, dimension_numbers, params)


def scatter_sub_updates(ct, *operands, **params):
    return -scatter_add_updates(ct, *operands, **params)


def scatter_mul_operand(ct, x, indices, updates, **params):
    return lax.scatter_mul_p.bind(ct, indices, updates, **params)


deftranspose(lax.scatter_add_p, lambda ct, *_, **params: ct, None,
             scatter_add_updates)
deftranspose(lax.scatter_sub_p, lambda ct, *_, **params: ct, None,
             scatter_sub_updates)
deftranspose(lax.scatter_mul_p, scatter_mul_operand)
# [/scatter]


# [scatter_set]
def scatter_operand(ct, x, indices, updates, **params):
    """The old elements count where nothing was written over them."""
    hole = lax.full(updates.aval.shape, 0, ct.dtype)
    return lax.scatter_p.bind(ct, indices, hole, **params)


def scatter_updates(ct, x, indices, updates, *, dimension_numbers, **params):
    """An update counts where no later one was written over it.

    Who wrote last is found by writing the updates' own numbers.
    """
    shape = updates.aval.shape
    number = lax.reshape(lax.iota(int, updates.aval.size), shape)
    written = lax.scatter_p.bind(
        lax.full(ct.shape, -1, number.dtype), indices, number,
        dimension_numbers=dimension_numbers, **params)
    last = read_back(written, indices, updates, dimension_numbers, params)
    share = read_back(ct, indices, updates, dimension_numbers, params)
    return lax.select(last == number, share, lax.full_like(share, 0))


deftranspose(lax.scatter_p, scatter_operand, None, scatter_updates)
# [/scatter_set]


# [cumsum]
def cumsum_transpose(ct, x, *, axis, reverse):
    return lax.cumsum(ct, axis=axis, reverse=not reverse)


deftranspose(lax.cumsum_p, cumsum_transpose)
# [/cumsum]


# [dot_general]
def dot_general_lhs(ct, x, y, *, dimension_numbers, swap=False, **params):
    """Sum ct with y over the axes of ct that y brought; restore the order."""
    (x_sum, y_sum), (x_batch, y_batch) = dimension_numbers
    x_free = remaining(x.aval.ndim, x_sum, x_batch)
    y_free = remaining(y.aval.ndim, y_sum, y_batch)
    batch = list(range(len(x_batch)))
    start = len(batch) + (0 if swap else len(x_free))
    from_y = list(range(start, start + len(y_free)))
    out = lax.dot_general(ct, y, ((from_y, y_free), (batch, y_batch)),
                          **params)
    order = [*x_batch, *x_free, *(x_sum[i] for i in np.argsort(y_sum))]
    out = lax.transpose(out, tuple(map(int, np.argsort(order))))
    return (out if out.dtype == x.aval.dtype
            else lax.convert_element_type(out, x.aval.dtype))


def dot_general_rhs(ct, x, y, *, dimension_numbers, **params):
    """The same with the sides exchanged."""
    swapped = tuple((right, left) for left, right in dimension_numbers)
    return dot_general_lhs(ct, y, x, dimension_numbers=swapped, swap=True,
                           **params)


defbilinear(lax.dot_general_p, dot_general_lhs, dot_general_rhs)
# [/dot_general]


# [refusals]
def refuse_the_rest(primitives):
    """Whatever has no rule above is not linear, and says so by name."""
    for p in primitives:
        if p not in transposes:
            transposes.refuse(p, f"{p} is not linear.")


refuse_the_rest(jvp_rules)
# [/refusals]
