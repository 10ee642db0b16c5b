"""Every rule that moves, combines or chooses elements, by differences."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax
from minijax.test_util import check_grads

rng = np.random.default_rng(0)
A = rng.normal(size=(3, 4))
B = rng.normal(size=(3, 4))
V = rng.normal(size=5)
POSITIVE = rng.uniform(0.5, 2, size=(3, 4))
WITH_ZEROS = np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 5.0], [1.0, -2.0, 4.0]])
ROWS = lax.GatherDimensionNumbers(
    offset_dims=(1,), collapsed_slice_dims=(0,), start_index_map=(0,))
INTO_ROWS = lax.ScatterDimensionNumbers(
    update_window_dims=(1,), inserted_window_dims=(0,),
    scatter_dims_to_operand_dims=(0,))
PICK = np.array([[2], [0], [2]])
ONCE = np.array([[2], [0]])

PROGRAMS = {
    "broadcast_in_dim": (lambda x: lax.broadcast_in_dim(x, (2, 3, 4), (1, 2)),
                         A),
    "reshape": (lambda x: lax.reshape(x, (2, 6)), A),
    "transpose": (lambda x: lax.transpose(x, (1, 0)), A),
    "rev": (lambda x: lax.rev(x, (1,)), A),
    "squeeze": (lambda x: lax.squeeze(x, (0,)), A[:1]),
    "expand_dims": (lambda x: lax.expand_dims(x, (1,)), A),
    "concatenate": (lambda x, y: lax.concatenate([x, y, x], 1), A, B),
    "pad": (lambda x, v: lax.pad(x, v, [(1, -1, 2), (-1, 2, 0)]), A,
            np.float64(0.5)),
    "slice": (lambda x: lax.slice(x, (0, 1), (3, 4), (2, 2)), A),
    "dynamic_slice": (lambda x: lax.dynamic_slice(x, (2, 1), (2, 2)), A),
    "dynamic_update_slice": (
        lambda x, u: lax.dynamic_update_slice(x, u, (2, 2)), A, B[:2, :2]),
    "gather": (lambda x: lax.gather(x, PICK, ROWS, (1, 4)), A),
    "scatter": (lambda x, u: lax.scatter(x, PICK, u, INTO_ROWS), A, B),
    "scatter_add": (lambda x, u: lax.scatter_add(x, PICK, u, INTO_ROWS),
                    A, B),
    "scatter_mul": (lambda x, u: lax.scatter_mul(
        x, ONCE, u, INTO_ROWS, unique_indices=True), A, B[:2]),
    "reduce_sum": (lambda x: lax.reduce_sum(x, (0,)), A),
    "reduce_prod": (lambda x: lax.reduce_prod(x, (1,)), A),
    "reduce_prod of all": (lambda x: lax.reduce_prod(x, (0, 1)), POSITIVE),
    "reduce_prod at zeros": (lambda x: lax.reduce_prod(x, (1,)), WITH_ZEROS),
    "reduce_max": (lambda x: lax.reduce_max(x, (0,)), A),
    "reduce_min": (lambda x: lax.reduce_min(x, (0, 1)), A),
    "cumsum": (lambda x: lax.cumsum(x, axis=1), A),
    "cumsum back": (lambda x: lax.cumsum(x, axis=0, reverse=True), A),
    "cumprod": (lambda x: lax.cumprod(x, axis=1), A),
    "cumprod at zeros": (lambda x: lax.cumprod(x, axis=1), WITH_ZEROS),
    "cumprod back": (lambda x: lax.cumprod(x, axis=1, reverse=True), A),
    "cummax": (lambda x: lax.cummax(x, axis=1), A),
    "cummin": (lambda x: lax.cummin(x, axis=0, reverse=True), A),
    "cumlogsumexp": (lambda x: lax.cumlogsumexp(x, axis=1), A),
    "sort": (lambda x: lax.sort(x, dimension=0), A),
    "sort by key": (lambda x, y: lax.sort([x, y], dimension=1, num_keys=1),
                    A, B),
    "top_k": (lambda x: lax.top_k(x, 2)[0], A),
    "dot_general": (lambda x, y: lax.dot_general(
        x, y, (((1,), (1,)), ((), ()))), A, B),
    "batched dot_general": (lambda x, y: lax.dot_general(
        x, y, (((1,), (1,)), ((0,), (0,)))), A, B),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_differences(name):
    f, *args = PROGRAMS[name]
    check_grads(f, tuple(args), 2, modes=["fwd"], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", PROGRAMS)
def test_one_operand_at_a_time(name):
    f, *args = PROGRAMS[name]
    for i, x in enumerate(args):
        def alone(x, i=i):
            return f(*args[:i], x, *args[i + 1:])
        check_grads(alone, (x,), 1, modes=["fwd"], atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("name", PROGRAMS)
def test_width_is_kept(name):
    f, *args = PROGRAMS[name]
    args = tuple(x.astype(np.float32) for x in args)
    out, dot = mj.jvp(f, args, args)
    for o, d in zip(mj.tree.leaves(out), mj.tree.leaves(dot)):
        assert o.dtype == d.dtype == np.float32 and o.shape == d.shape


def test_ties_among_many_share_equally():
    x = np.array([1.0, 3.0, 3.0, 3.0])
    t = np.array([10.0, 1.0, 2.0, 6.0])
    _, dot = mj.jvp(lambda x: lax.reduce_max(x, (0,)), (x,), (t,))
    assert float(dot) == 3.0


def test_the_last_update_wins_in_the_tangent_too():
    x, u = np.zeros(3), np.array([[1.0], [2.0], [3.0]])
    at = lax.ScatterDimensionNumbers((1,), (), (0,))
    index = np.array([[1], [1], [0]])
    out, dot = mj.jvp(lambda u: lax.scatter(x, index, u, at), (u,), (10 * u,))
    np.testing.assert_array_equal(out, [3.0, 2.0, 0.0])
    np.testing.assert_array_equal(dot, [30.0, 20.0, 0.0])


def test_a_miss_that_is_filled_has_no_tangent():
    far = np.array([[7], [1]])
    out, dot = mj.jvp(lambda x: lax.gather(
        x, far, ROWS, (1, 4), mode="fill", fill_value=9.0), (A,), (B,))
    np.testing.assert_array_equal(out, [[9.0] * 4, A[1]])
    np.testing.assert_array_equal(dot, [[0.0] * 4, B[1]])


def test_scatter_mul_of_one_element_twice_is_refused():
    with pytest.raises(NotImplementedError, match="unique_indices=True"):
        mj.jvp(lambda u: lax.scatter_mul(A, PICK, u, INTO_ROWS), (B,), (B,))


def test_positions_have_no_tangent():
    for f in (lambda x: lax.argmax(x, 0, np.int32),
              lambda x: lax.argmin(x, 1, np.int32),
              lambda x: lax.top_k(x, 2)[1]):
        out, dot = mj.jvp(f, (A,), (B,))
        assert out.dtype == np.int32 and dot.dtype == mj.float0


def test_empty_arrays():
    empty = np.zeros((0, 3))
    for f in (lambda x: lax.reduce_prod(x, (0,)),
              lambda x: lax.cumprod(x, axis=0),
              lambda x: lax.sort(x, dimension=0),
              lambda x: lax.reduce_sum(x, (0, 1))):
        out, dot = mj.jvp(f, (empty,), (empty,))
        assert out.shape == dot.shape
        assert not np.any(np.asarray(dot))
