"""How NumPy is best called for each operation, on one page.

best_calls : Primitive -> (equation, *operands) -> the text of a call, or None

An implementation of chapter 3 decides at every call what the types decide
once. Here it is decided when the program is written.
"""

from minijax import lax
from minijax.tiles import ufunc_of

best_calls = {}


def call_as(*primitives):
    """Register the text for primitives; where it is None, the plain call."""
    def register(text):
        best_calls.update(dict.fromkeys(primitives, text))
        return text
    return register


@call_as(lax.div_p, lax.rem_p, lax.integer_pow_p)
def one_ufunc(eqn, *xs):
    ufunc = ufunc_of(eqn)
    return ufunc and f"np.{ufunc.__name__}({', '.join(xs)})"


@call_as(lax.transpose_p)
def transposed(eqn, x):
    order = eqn.params["permutation"]
    if order == tuple(range(len(order)))[::-1]:
        return f"{x}.T"
    return f"{x}.transpose({order})"


@call_as(lax.reshape_p, lax.squeeze_p)
def reshaped(eqn, x):
    if eqn.params["dimensions"] is None or eqn.primitive is lax.squeeze_p:
        return f"{x}.reshape({eqn.outvars[0].aval.shape})"
    return None


@call_as(lax.broadcast_in_dim_p)
def stretched(eqn, x):
    """A view with axes of size 1 is an index; a scalar fills an array."""
    shape, dims = eqn.params["shape"], eqn.params["broadcast_dimensions"]
    if not dims and shape:
        return f"np.full({shape}, {x})"
    sizes = dict(zip(dims, eqn.invars[0].aval.shape))
    if dims == tuple(sorted(dims)) and all(
            sizes.get(d, 1) == n for d, n in enumerate(shape)):
        index = ["None" if d not in sizes else ":" for d in range(len(shape))]
        return f"{x}[{', '.join(index)}]" if index else None
    return None


@call_as(lax.reduce_sum_p, lax.reduce_max_p, lax.reduce_min_p,
         lax.reduce_prod_p)
def reduced(eqn, x):
    """The ufunc's own reduction; no axes, no elements: as it was before."""
    ufunc = reductions[eqn.primitive]
    aval, axes = eqn.invars[0].aval, eqn.params["axes"]
    if not aval.size or aval.shape and not axes:
        return None
    axis = None if len(axes) == len(aval.shape) else (
        axes if len(axes) > 1 else axes[0])
    return f"np.{ufunc}.reduce({x}, {axis}, '{aval.dtype}')"


reductions = {lax.reduce_sum_p: "add", lax.reduce_prod_p: "multiply",
              lax.reduce_max_p: "maximum", lax.reduce_min_p: "minimum"}


@call_as(lax.select_n_p)
def selected(eqn, which, *cases):
    if eqn.invars[0].aval.dtype == bool and len(cases) == 2:
        return f"np.where({which}, {cases[1]}, {cases[0]})"
    return None


@call_as(lax.slice_p)
def sliced(eqn, x):
    p = eqn.params
    steps = p["strides"] or [1] * len(p["start_indices"])
    index = [f"{a}:{b}" + f":{c}" * (c != 1) for a, b, c in zip(
        p["start_indices"], p["limit_indices"], steps)]
    return f"{x}[{', '.join(index)}]" if index else None


@call_as(lax.dot_general_p)
def product(eqn, x, y):
    """Matrices and vectors by np.dot, which takes transposes as they are."""
    left, right = (v.aval for v in eqn.invars)
    (sums, batches), dtype = eqn.params["dimension_numbers"], left.dtype
    if not dtype == right.dtype == eqn.outvars[0].aval.dtype:
        return None
    if not any(batches + sums) and left.ndim == right.ndim == 1:
        return f"np.multiply.outer({x}, {y})"
    if batches == ((0,), (0,)) and (left.ndim, right.ndim, *sums) == (
            2, 2, (), ()):
        return f"np.einsum('bi,bj->bij', {x}, {y})"
    if any(batches) or len(sums[0]) != 1 or max(left.ndim, right.ndim) > 2:
        return None
    (i,), (j,) = sums
    x = f"{x}.T" if left.ndim == 2 and i == 0 else x
    y = f"{y}.T" if right.ndim == 2 and j == 1 else y
    return f"np.dot({x}, {y})"
