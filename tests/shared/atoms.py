"""A sample of every primitive of chapter 3: a function, and its operands."""

import numpy as np

from minijax import lax

rng = np.random.default_rng(0)


def draw(*shape):
    return rng.normal(size=shape)


A, B, ROW = draw(4, 5), draw(4, 5), draw(5)
S, T = np.float64(0.3), np.float64(-0.6)
UNIT = rng.uniform(-0.9, 0.9, size=(4, 5))
POSITIVE = rng.uniform(1.2, 3, size=(4, 5))
INTS = rng.integers(0, 7, size=(4, 5))
ROWS = lax.GatherDimensionNumbers((1,), (0,), (0,))
INTO_ROWS = lax.ScatterDimensionNumbers((1,), (0,), (0,))
PICK = np.array([[2], [0], [2]])
U = draw(3, 5)

UNARY = {name: UNIT for name in (
    "neg sign abs floor ceil exp exp2 log1p expm1 square cbrt sin cos tan "
    "asin acos atan sinh cosh tanh asinh atanh logistic erf erfc erf_inv "
    "is_finite conj").split()}
UNARY |= {name: POSITIVE for name in "log sqrt rsqrt acosh lgamma digamma"
          .split()}
UNARY |= {name: INTS for name in "bitwise_not population_count clz".split()}
UNARY |= {name: UNIT + 1j for name in ("real", "imag")}
BINARY = {name: (POSITIVE, B) for name in (
    "add sub mul div rem max min atan2 nextafter pow complex eq ne lt le gt "
    "ge").split()}
BINARY |= {name: (INTS, INTS[::-1]) for name in (
    "bitwise_and bitwise_or bitwise_xor shift_left shift_right_logical "
    "shift_right_arithmetic").split()}

ATOMS = {name: (getattr(lax, name), x) for name, x in UNARY.items()}
ATOMS |= {name: (getattr(lax, name), *xy) for name, xy in BINARY.items()}
ATOMS |= {
    "add a scalar": (lax.add, S, A),
    "mul by a scalar": (lax.mul, A, S),
    "mul scalars": (lax.mul, S, T),
    "add a row": (lambda x, y: lax.add(x, lax.reshape(y, (1, 5))), A, ROW),
    "integer_pow": (lambda x: lax.integer_pow(x, 3), A),
    "round": (lax.round, 10 * A),
    "convert_element_type": (
        lambda x: lax.convert_element_type(x, np.float32), A),
    "bitcast": (lambda x: lax.bitcast_convert_type(x, np.int64), A),
    "select_n": (lax.select_n, B > 0, A, B),
    "select_n by a scalar": (lax.select_n, np.bool_(True), A, B),
    "select_n of three": (lax.select_n, INTS % 3, A, B, UNIT),
    "clamp": (lax.clamp, np.float64(-0.5), A, np.float64(0.5)),
    "clamp by arrays": (lax.clamp, UNIT - 1, A, UNIT + 1),
    "broadcast_in_dim": (
        lambda x: lax.broadcast_in_dim(x, (2, 4, 5), (1, 2)), A),
    "broadcast a scalar": (lambda x: lax.broadcast(x, (2, 3)), S),
    "reshape": (lambda x: lax.reshape(x, (2, 10)), A),
    "transpose": (lambda x: lax.transpose(x, (1, 2, 0)), draw(2, 3, 4)),
    "squeeze": (lambda x: lax.squeeze(x, (0,)), A[:1]),
    "expand_dims": (lambda x: lax.expand_dims(x, (1,)), A),
    "rev": (lambda x: lax.rev(x, (0,)), A),
    "concatenate": (lambda x, y: lax.concatenate([x, y], 1), A, B),
    "stack": (lambda x, y: lax.stack([x, y], 1), A, B),
    "unstack": (lambda x: lax.unstack(x, 1), A),
    "split": (lambda x: lax.split(x, (2, 3), 1), A),
    "tile": (lambda x: lax.tile(x, (2, 3)), A),
    "pad": (lambda x, v: lax.pad(x, v, [(1, -1, 2), (-1, 2, 0)]), A, S),
    "slice": (lambda x: lax.slice(x, (0, 1), (3, 4), (2, 2)), A),
    "dynamic_slice": (lambda x, i, j: lax.dynamic_slice(x, (i, j), (2, 3)),
                      A, np.int32(3), np.int32(1)),
    "dynamic_slice of a scalar": (lambda x: lax.dynamic_slice(x, (), ()), S),
    "dynamic_update_slice": (
        lambda x, u, i: lax.dynamic_update_slice(
            x, u, (i, np.int32(2))), A,
        B[:2, :2], np.int32(1)),
    "gather": (lambda x, i: lax.gather(x, i, ROWS, (1, 5)), A, PICK),
    "gather with misses": (lambda x, i: lax.gather(
        x, i, ROWS, (1, 5), mode="fill", fill_value=7.0), A, 3 * PICK),
    "reduce_sum": (lambda x: lax.reduce_sum(x, (1,)), A),
    "reduce_prod": (lambda x: lax.reduce_prod(x, (0,)), A),
    "reduce_max": (lambda x: lax.reduce_max(x, (0, 1)), A),
    "reduce_min": (lambda x: lax.reduce_min(x, (1,)), A),
    "reduce_and": (lambda x: lax.reduce_and(x, (1,)), INTS),
    "reduce_or": (lambda x: lax.reduce_or(x, (1,)), INTS),
    "reduce_xor": (lambda x: lax.reduce_xor(x, (1,)), INTS),
    "argmax": (lambda x: lax.argmax(x, 1, np.int32), A),
    "argmin": (lambda x: lax.argmin(x, 0, np.int32), A),
    "cumsum": (lambda x: lax.cumsum(x, axis=1), A),
    "cumprod": (lambda x: lax.cumprod(x, axis=0, reverse=True), A),
    "cummax": (lambda x: lax.cummax(x, axis=1), A),
    "cummin": (lambda x: lax.cummin(x, axis=1), A),
    "cumlogsumexp": (lambda x: lax.cumlogsumexp(x, axis=1), A),
    "sort": (lambda x: lax.sort(x, dimension=0), A),
    "sort by key": (lambda x, y: lax.sort([x, y], dimension=1, num_keys=1),
                    A, B),
    "top_k": (lambda x: lax.top_k(x, 2), A),
    "dot_general": (lambda x, y: lax.dot_general(
        x, y, (((1,), (1,)), ((), ()))), A, B),
    "dot_general with batches": (lambda x, y: lax.dot_general(
        x, y, (((2,), (1,)), ((0,), (2,)))), draw(2, 3, 4), draw(5, 4, 2)),
    "outer product": (lambda x, y: lax.dot_general(
        x, y, (((), ()), ((), ()))), ROW, U[0]),
    "no operand": (lambda x: x + lax.iota(np.float64, 5), ROW),
}
ATOMS |= {name: (
    lambda x, i, u, name=name: getattr(lax, name)(x, i, u, INTO_ROWS,
                                                  unique_indices=False),
    A, PICK, U) for name in ("scatter", "scatter_add", "scatter_sub",
                             "scatter_mul", "scatter_min", "scatter_max")}
