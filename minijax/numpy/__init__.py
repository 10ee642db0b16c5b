# ruff: noqa: F401, I001
# [chapter 3]
"""The face that users type: NumPy's functions for arrays and traced values.

Each function promotes, broadcasts, and hands on to `minijax.lax`.
JAX twin: jax.numpy.
"""

from minijax.numpy.arithmetic import (
    around, ceil, deg2rad, degrees, divmod, fix, floor, floor_divide, fmod,
    hypot, log10, log2, mod, modf, pow, power, rad2deg, radians, reciprocal,
    remainder, rint, round, trunc,
)
from minijax.numpy.averages import (
    average, mean, std, var,
)
from minijax.numpy.correlation import (
    convolve, correlate, polyadd, polyder, polyint, polymul, polysub, polyval,
)
from minijax.numpy.creation import (
    array, asarray, astype, copy, empty, empty_like, eye, full, full_like,
    identity, ones, ones_like, tri, zeros, zeros_like,
)
from minijax.numpy.editing import (
    delete, insert, repeat, resize, tile, trim_zeros,
)
from minijax.numpy.einsum import (
    einsum,
)
from minijax.numpy.elementwise import (
    abs, absolute, acos, acosh, add, angle, arccos, arccosh, arcsin, arcsinh,
    arctan, arctan2, arctanh, asin, asinh, atan, atan2, atanh, bitwise_and,
    bitwise_invert, bitwise_left_shift, bitwise_not, bitwise_or,
    bitwise_right_shift, bitwise_xor, cbrt, conj, conjugate, cos, cosh, divide,
    equal, exp, exp2, expm1, fabs, float_power, greater, greater_equal, imag,
    invert, iscomplex, isreal, left_shift, less, less_equal, log, log1p,
    logical_and, logical_not, logical_or, logical_xor, maximum, minimum,
    multiply, negative, nextafter, not_equal, positive, real, right_shift,
    sign, sin, sinh, sqrt, square, subtract, tan, tanh, true_divide,
)
from minijax.numpy.finding import (
    allclose, argwhere, array_equal, array_equiv, compress, diag_indices,
    diag_indices_from, extract, flatnonzero, mask_indices, nonzero,
    ravel_multi_index, tril_indices, tril_indices_from, triu_indices,
    triu_indices_from, unravel_index, where,
)
from minijax.numpy.grids import (
    c_, index_exp, mgrid, ogrid, r_, s_,
)
from minijax.numpy.joining import (
    append, array_split, block, column_stack, concat, concatenate, dsplit,
    dstack, hsplit, hstack, split, stack, unstack, vsplit, vstack,
)
from minijax.numpy.manipulation import (
    atleast_1d, atleast_2d, atleast_3d, expand_dims, flip, fliplr, flipud,
    matrix_transpose, moveaxis, permute_dims, ravel, reshape, roll, rollaxis,
    rot90, squeeze, swapaxes, transpose,
)
from minijax.numpy.padding import (
    pad,
)
from minijax.numpy.products import (
    cross, dot, inner, kron, matmul, matvec, outer, tensordot, vdot, vecdot,
    vecmat,
)
from minijax.numpy.promotion import (
    broadcast_arrays, broadcast_shapes, broadcast_to, promote_types,
    result_type,
)
from minijax.numpy.ranges import (
    arange, geomspace, indices, ix_, linspace, logspace, meshgrid, vander,
)
from minijax.numpy.reductions import (
    all, amax, amin, any, argmax, argmin, count_nonzero, max, min, prod, ptp,
    sum,
)
from minijax.numpy.scalars import (
    bool_, can_cast, cdouble, character, complex128, complex64, complex_,
    complexfloating, csingle, double, dtype, e, euler_gamma, finfo, flexible,
    float16, float32, float64, float_, floating, generic, iinfo, inexact, inf,
    int16, int32, int64, int8, int_, integer, iscomplexobj, isdtype, isrealobj,
    isscalar, issubdtype, nan, ndarray, ndim, newaxis, number, object_, pi,
    shape, signedinteger, single, size, uint, uint16, uint32, uint64, uint8,
    unsignedinteger,
)
from minijax.numpy.scans import (
    cumprod, cumsum, cumulative_prod, cumulative_sum, diff, ediff1d, gradient,
    nancumprod, nancumsum, trapezoid,
)
from minijax.numpy.selection import (
    clip, fmax, fmin, isclose, isfinite, isinf, isnan, isneginf, isposinf,
    nan_to_num, select,
)
from minijax.numpy.sets import (
    intersect1d, isin, setdiff1d, setxor1d, union1d, unique, unique_all,
    unique_counts, unique_inverse, unique_values,
)
from minijax.numpy.sorting import (
    argpartition, argsort, bincount, digitize, histogram, histogram_bin_edges,
    lexsort, partition, searchsorted, sort, sort_complex,
)
from minijax.numpy.special import (
    copysign, frexp, gcd, heaviside, interp, lcm, ldexp, logaddexp, logaddexp2,
    signbit, sinc,
)
from minijax.numpy.statistics import (
    corrcoef, cov, median, nanargmax, nanargmin, nanmax, nanmean, nanmedian,
    nanmin, nanpercentile, nanprod, nanquantile, nanstd, nansum, nanvar,
    percentile, quantile,
)
from minijax.numpy.taking import (
    choose, diag, diagflat, diagonal, fill_diagonal, put_along_axis, take,
    take_along_axis, trace, tril, triu,
)
from minijax.numpy import methods
from minijax.numpy.scalars import bool_ as bool
from minijax.numpy.scalars import missing as __getattr__
# [/chapter 3]
