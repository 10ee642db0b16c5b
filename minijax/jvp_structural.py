"""The derivatives of the atoms that move, combine and choose elements.

Most are linear: what they do to the numbers, they do to the tangents.
"""

from functools import partial

from minijax import lax
from minijax import numpy as jnp
from minijax.forward import (
    Zero,
    defjvp,
    deflinear,
    defzero,
    instantiate,
    jvp,
    jvp_rules,
    zero_like,
)
from minijax.lax.scatter import window_sizes

# [linear]
for linear in (
        lax.broadcast_in_dim_p, lax.reshape_p, lax.squeeze_p,
        lax.transpose_p, lax.rev_p, lax.concatenate_p, lax.stack_p,
        lax.unstack_p, lax.split_p, lax.tile_p, lax.pad_p, lax.slice_p,
        lax.reduce_sum_p, lax.cumsum_p):
    deflinear(linear)
# [/linear]


# [linear_in]
def deflinear_in(primitive, *operands):
    """Linear in these operands; the others, indices, stay as they are."""
    def rule(primals, tangents, **params):
        ans = primitive.bind(*primals, **params)
        dots = [instantiate(t) if i in operands else x
                for i, (x, t) in enumerate(zip(primals, tangents))]
        return ans, primitive.bind(*dots, **params)
    jvp_rules[primitive] = rule


deflinear_in(lax.dynamic_slice_p, 0)
deflinear_in(lax.dynamic_update_slice_p, 0, 1)
deflinear_in(lax.scatter_p, 0, 2)
deflinear_in(lax.scatter_add_p, 0, 2)
deflinear_in(lax.scatter_sub_p, 0, 2)
# [/linear_in]


# [products]
def dot_general_jvp_lhs(t, ans, x, y, **params):
    return lax.dot_general_p.bind(t, y, **params)


def dot_general_jvp_rhs(t, ans, x, y, **params):
    return lax.dot_general_p.bind(x, t, **params)


defjvp(lax.dot_general_p, dot_general_jvp_lhs, dot_general_jvp_rhs)
# [/products]


# [gather]
def gather_jvp(t, ans, x, indices, **params):
    """Gather the tangents; what is filled in for a miss has none."""
    if params["fill_value"] is not None:
        params = {**params, "fill_value": 0}
    return lax.gather_p.bind(t, indices, **params)


defjvp(lax.gather_p, gather_jvp, None)
# [/gather]


# [extrema]
def reduce_chosen_jvp(t, ans, x, *, axes):
    """The mean of the tangents of the elements that were chosen."""
    kept = [1 if i in axes else n for i, n in enumerate(x.shape)]
    chosen = (x == lax.reshape(ans, kept)).astype(t.dtype)
    return (lax.reduce_sum(t * chosen, axes)
            / lax.reduce_sum(chosen, axes))


defjvp(lax.reduce_max_p, reduce_chosen_jvp)
defjvp(lax.reduce_min_p, reduce_chosen_jvp)
# [/extrema]


# [reduce_prod]
def product(x, axes):
    """The product over some axes as a tree of multiplications."""
    for axis in sorted(axes, reverse=True):
        while (n := x.shape[axis]) > 1:
            half = partial(lax.slice_in_dim, x, axis=axis)
            pairs = half(0, n // 2) * half(n // 2, n // 2 * 2)
            x = lax.concatenate([pairs, half(n // 2 * 2, n)], axis)
        x = lax.squeeze(x, (axis,)) if n else 1 + lax.reduce_sum(x, (axis,))
    return x


def reduce_prod_jvp(primals, tangents, *, axes):
    """Of multiplications the derivative is known; no division by x."""
    ans = lax.reduce_prod(*primals, axes)
    return ans, jvp(partial(product, axes=axes), primals, tangents)[1]


jvp_rules[lax.reduce_prod_p] = reduce_prod_jvp
# [/reduce_prod]


# [cumulative]
def scan(combine, x, axis):
    """x[0], x[0]∘x[1], …: combine pairs, scan those, fill in the others."""
    n = x.shape[axis]
    if n < 2:
        return x
    part = partial(lax.slice_in_dim, axis=axis)
    odd = scan(combine, combine(part(x, 0, n - 1, 2), part(x, 1, n, 2)), axis)
    even = combine(part(odd, 0, (n - 1) // 2), part(x, 2, n, 2))
    even = lax.concatenate([part(x, 0, 1), even], axis)
    return spread(even, 0, n, axis) + spread(odd, 1, n, axis)


def spread(x, start, n, axis):
    """x at every other place from `start` on, zeros between, n in all."""
    size = max(2 * x.shape[axis] - 1, 0)
    pad = [(0, 0, 0)] * x.ndim
    pad[axis] = (start, n - start - size, 1)
    return lax.pad(x, lax.full_like(x, 0, shape=()), pad)
# [/cumulative]


# [cumulative.rules]
def def_cumulative(primitive, combine):
    def rule(primals, tangents, *, axis, reverse):
        def steps(x):
            if reverse:
                return lax.rev(scan(combine, lax.rev(x, (axis,)), axis),
                               (axis,))
            return scan(combine, x, axis)
        ans = primitive.bind(*primals, axis=axis, reverse=reverse)
        return ans, jvp(steps, primals, tangents)[1]
    jvp_rules[primitive] = rule


def_cumulative(lax.cumprod_p, lax.mul)
def_cumulative(lax.cummax_p, lax.max)
def_cumulative(lax.cummin_p, lax.min)
def_cumulative(lax.cumlogsumexp_p, jnp.logaddexp)
# [/cumulative.rules]


# [sort]
def sort_jvp(primals, tangents, *, dimension, is_stable, num_keys):
    """Sort the positions along with the keys; the tangents follow them."""
    positions = lax.broadcasted_iota(int, primals[0].shape, dimension)
    *outs, order = lax.sort_p.bind(
        *primals, positions, dimension=dimension, is_stable=is_stable,
        num_keys=num_keys)
    return outs, [follow(t, x, order, dimension)
                  for t, x in zip(tangents, outs)]


def follow(t, x, order, axis):
    if type(t) is Zero:
        return zero_like(x)
    return jnp.take_along_axis(t, order, axis)


def top_k_jvp(primals, tangents, *, k, axis):
    values, order = lax.top_k_p.bind(*primals, k=k, axis=axis)
    return ([values, order],
            [follow(tangents[0], values, order, axis), zero_like(order)])


jvp_rules[lax.sort_p] = sort_jvp
jvp_rules[lax.top_k_p] = top_k_jvp
# [/sort]


# [scatter]
def scatter_mul_jvp_updates(t, ans, x, indices, updates, *, unique_indices,
                            **params):
    """x times t, where each element of x is hit once at most."""
    if not unique_indices:
        raise NotImplementedError(
            "scatter_mul gradients are only implemented if\n"
            "`unique_indices=True`: with two updates of one element, the "
            "derivative by\none is a product over the others. Multiply the "
            "updates of an element first,\nor promise that there is only "
            "one: x.at[i].multiply(v, unique_indices=True).")
    return x * lax.scatter_add_p.bind(
        lax.full_like(x, 0), indices, t, unique_indices=unique_indices,
        **params)


def scatter_mul_jvp_operand(t, ans, x, indices, updates, **params):
    return lax.scatter_mul_p.bind(t, indices, updates, **params)


defjvp(lax.scatter_mul_p, scatter_mul_jvp_operand, None,
       scatter_mul_jvp_updates)
# [/scatter]



# [scatter_extrema]
def def_scatter_extremum(primitive):
    """Where several values are the extremum, the mean of their tangents."""
    def rule(primals, tangents, **params):
        x, indices, updates = primals
        t, u = instantiate(tangents[0]), instantiate(tangents[2])
        ans = primitive.bind(*primals, **params)
        stays = (x == ans).astype(ans.dtype)
        wins = (updates == read_back(ans, indices, updates, **params)
                ).astype(ans.dtype)

        def add(x, updates):
            return lax.scatter_add_p.bind(x, indices, updates, **params)
        return ans, add(t * stays, u * wins) / add(stays, wins)
    jvp_rules[primitive] = rule


def read_back(x, indices, updates, *, dimension_numbers, **params):
    """For each update, the element of x that is at its place."""
    sizes = window_sizes(x.ndim, updates.shape, dimension_numbers)
    return lax.gather(x, indices, dimension_numbers, sizes, mode="clip")


def_scatter_extremum(lax.scatter_max_p)
def_scatter_extremum(lax.scatter_min_p)
# [/scatter_extrema]

# [zero]
for discrete in (lax.argmax_p, lax.argmin_p, lax.reduce_and_p,
                 lax.reduce_or_p, lax.reduce_xor_p, lax.iota_p):
    defzero(discrete)
# [/zero]
