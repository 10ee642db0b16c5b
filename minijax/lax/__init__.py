# ruff: noqa: I001
# [chapter 3]
"""The atoms: few operations, each with one meaning and one type rule.

Nothing here promotes a dtype or raises a rank: `minijax.numpy` does that.
JAX twin: jax.lax.
"""

from minijax.lax.binary import (
    add, atan2, bitwise_and, bitwise_or, bitwise_xor, div, eq, ge, gt,
    integer_pow, le, lt, max, min, mul, ne, nextafter, pow, reciprocal, rem,
    shift_left, shift_right_arithmetic, shift_right_logical, sub, add_p, and_p,
    atan2_p, div_p, eq_p, ge_p, gt_p, integer_pow_p, le_p, lt_p, max_p, min_p,
    mul_p, ne_p, nextafter_p, or_p, pow_p, rem_p, shift_left_p,
    shift_right_arithmetic_p, shift_right_logical_p, sub_p, xor_p,
)
from minijax.lax.choice import (
    clamp, complex, conj, imag, real, select, select_n, clamp_p, complex_p,
    conj_p, imag_p, real_p, select_n_p,
)
from minijax.lax.convert import (
    bitcast_convert_type, convert_element_type, bitcast_convert_type_p,
    convert_element_type_p,
)
from minijax.lax.creation import (
    broadcasted_iota, full, full_like, iota, zeros_like_shaped_array, iota_p,
)
from minijax.lax.cumulative import (
    cumlogsumexp, cummax, cummin, cumprod, cumsum, cumlogsumexp_p, cummax_p,
    cummin_p, cumprod_p, cumsum_p,
)
from minijax.lax.dot import (
    Precision, batch_matmul, dot, dot_general, dot_general_p,
)
from minijax.lax.dynamic_slicing import (
    dynamic_index_in_dim, dynamic_slice, dynamic_slice_in_dim,
    dynamic_update_index_in_dim, dynamic_update_slice,
    dynamic_update_slice_in_dim, dynamic_slice_p, dynamic_update_slice_p,
)
from minijax.lax.elementwise import (
    RoundingMethod, abs, acos, acosh, asin, asinh, atan, atanh, bitwise_not,
    cbrt, ceil, clz, cos, cosh, exp, exp2, expm1, floor, is_finite, log, log1p,
    logistic, neg, population_count, round, rsqrt, sign, sin, sinh, sqrt,
    square, tan, tanh, abs_p, acos_p, acosh_p, asin_p, asinh_p, atan_p,
    atanh_p, cbrt_p, ceil_p, clz_p, cos_p, cosh_p, exp2_p, exp_p, expm1_p,
    floor_p, is_finite_p, log1p_p, log_p, logistic_p, neg_p, not_p,
    population_count_p, round_p, rsqrt_p, sign_p, sin_p, sinh_p, sqrt_p,
    square_p, tan_p, tanh_p,
)
from minijax.lax.gather import (
    GatherDimensionNumbers, gather, gather_p,
)
from minijax.lax.joining import (
    concatenate, pad, split, stack, tile, unstack, concatenate_p, pad_p,
    split_p, stack_p, tile_p, unstack_p,
)
from minijax.lax.reduction import (
    argmax, argmin, reduce_and, reduce_max, reduce_min, reduce_or, reduce_prod,
    reduce_sum, reduce_xor, argmax_p, argmin_p, reduce_and_p, reduce_max_p,
    reduce_min_p, reduce_or_p, reduce_prod_p, reduce_sum_p, reduce_xor_p,
)
from minijax.lax.scatter import (
    ScatterDimensionNumbers, scatter, scatter_add, scatter_max, scatter_min,
    scatter_mul, scatter_sub, scatter_add_p, scatter_max_p, scatter_min_p,
    scatter_mul_p, scatter_p, scatter_sub_p,
)
from minijax.lax.shape import (
    broadcast, broadcast_in_dim, expand_dims, reshape, rev, squeeze, transpose,
    broadcast_in_dim_p, reshape_p, rev_p, squeeze_p, transpose_p,
)
from minijax.lax.slicing import (
    index_in_dim, slice, slice_in_dim, slice_p,
)
from minijax.lax.sorting import (
    sort, sort_key_val, top_k, sort_p, top_k_p,
)
from minijax.lax.special import (
    digamma, erf, erf_inv, erfc, lgamma, digamma_p, erf_inv_p, erf_p, erfc_p,
    lgamma_p,
)
from minijax.lax.windows import (
    GatherScatterMode,
)
# [/chapter 3]
