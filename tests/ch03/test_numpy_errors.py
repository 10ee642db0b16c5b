"""Bad input: the error says what was given, what was expected, and what to do.
"""

import numpy as np
import pytest

import minijax.numpy as jnp
from minijax.core import Trace, Tracer
from minijax.dtypes import ShapedArray
from minijax.errors import (
    ConcretizationTypeError,
    TracerArrayConversionError,
)

A, B = jnp.ones((2, 3)), jnp.ones(4)

CASES = [
    (lambda: A + B, ValueError, r"Incompatible shapes for broadcasting: "
     r"shapes=\[\(2, 3\), \(4,\)\]"),
    (lambda: jnp.ones(3) + B, TypeError, "incompatible shapes for broad"),
    (lambda: jnp.broadcast_to(B, (2, 2)), ValueError, "Incompatible"),
    (lambda: A.reshape(4, 2), TypeError, r"cannot reshape array of shape "
     r"\(2, 3\) \(size 6\) into shape \(4, 2\) \(size 8\)"),
    (lambda: A.reshape(4, -1), TypeError, "does not evenly divide 6"),
    (lambda: A.reshape(-1, -1), TypeError, "one unknown axis size"),
    (lambda: A.sum(2), ValueError, "axis 2 is out of bounds for array of dim"),
    (lambda: A.sum((0, 0)), ValueError, "duplicate value in 'axis'"),
    (lambda: A.sum(1.0), TypeError, "float"),
    (lambda: jnp.max(jnp.ones(0)), ValueError, "zero-size array to reduction "
     "operation max which has no identity"),
    (lambda: jnp.max(A, where=A > 0), ValueError, "specify 'initial'"),
    (lambda: jnp.sum(A, where=A), ValueError, "where must be None or a bool"),
    (lambda: jnp.sum(A, initial=A), ValueError, "initial value must be a sc"),
    (lambda: jnp.sum(A, out=A), NotImplementedError, "'out' argument to "
     "jnp.sum is not supported"),
    (lambda: jnp.argmax(jnp.ones(0)), ValueError, "argmax of an empty"),
    (lambda: jnp.concatenate([A, B]), TypeError, "different numbers of dim"),
    (lambda: jnp.concatenate([]), ValueError, "Need at least one array"),
    (lambda: jnp.stack([]), ValueError, "Need at least one array to stack"),
    (lambda: jnp.stack([A, B]), ValueError, "same shape"),
    (lambda: jnp.split(B, 3), ValueError, "equal division: rest is 1"),
    (lambda: A @ A, TypeError, r"contracting dimensions to have the same "
     r"shape, got \(3,\) and \(2,\)"),
    (lambda: A @ 2.0, ValueError, "must have ndim at least 1"),
    (lambda: jnp.einsum("ij,j", A), ValueError, "Number of einsum subscripts"),
    (lambda: jnp.einsum("ij->k", A), ValueError, "'k' must occur once"),
    (lambda: jnp.einsum("ijk", A), ValueError, "correct number of indices"),
    (lambda: jnp.einsum("ij,ij", A, A.T), ValueError, "Size of label 'i'"),
    (lambda: jnp.array(None), ValueError, "None is not a valid value"),
    (lambda: jnp.array([1, None]), ValueError, "None is not a valid value"),
    (lambda: jnp.array("abc"), TypeError, "not a valid JAX array type"),
    (lambda: jnp.array([1, "a"]), TypeError, "not a valid JAX array type"),
    (lambda: jnp.array(object()), TypeError, "not a valid JAX array type"),
    (lambda: jnp.array([[1, 2], [3]]), ValueError, "inhomogeneous shape"),
    (lambda: jnp.zeros(2.5), TypeError, "Shapes must be 1D sequences of conc"),
    (lambda: jnp.zeros(-1), TypeError, "nonnegative"),
    (lambda: jnp.zeros(3, 4), TypeError, "Did you accidentally write"),
    (lambda: jnp.arange(None), TypeError, r"arange \(stop\) requires"),
    (lambda: jnp.arange(0, 1, 0), ValueError, "step must not be 0"),
    (lambda: jnp.arange(1j), ValueError, "arguments must be real"),
    (lambda: jnp.linspace(0, 1, -1), ValueError, "must be non-negative"),
    (lambda: jnp.power(jnp.int32(2), -1), TypeError, "negative powers"),
    (lambda: jnp.int32([2]) ** jnp.int32([-1]), ValueError, "float"),
    (lambda: jnp.floor_divide(1j, 2), TypeError, "complex"),
    (lambda: jnp.clip(1j, 0, 1), ValueError, "complex value"),
    (lambda: jnp.where(A > 0, 1), ValueError, "Either both or neither"),
    (lambda: -jnp.array(True), TypeError, "neg does not accept dtype bool"),
    (lambda: ~A, TypeError, "not does not accept dtype float32"),
    (lambda: A << 1, TypeError, "shift_left does not accept dtype float32"),
    (lambda: A + [1], TypeError, "unsupported operand"),
    (lambda: [1] + A, TypeError, "unsupported operand|can only concatenate"),
    (lambda: A + "a", TypeError, "unsupported operand"),
    (lambda: A == [1], TypeError, "unsupported operand type.*asarray"),
    (lambda: A.squeeze(0), ValueError, "size not equal to one"),
    (lambda: jnp.pad(B, -1), ValueError, "negative"),
    (lambda: jnp.pad(B, 1, "magic"), NotImplementedError, "Unimplemented pad"),
    (lambda: jnp.pad(B, 1, "edge", constant_values=3), ValueError,
     "unsupported keyword"),
    (lambda: jnp.take(B, 9, mode="raise"), NotImplementedError, "'raise'"),
    (lambda: jnp.choose(jnp.array([3]), [B]), ValueError, "invalid entry"),
    (lambda: jnp.bincount(B), TypeError, "integer"),
    (lambda: jnp.sort(B, kind="quicksort"), TypeError, "stable=True"),
    (lambda: jnp.unravel_index(B, (2, 2)), TypeError, "only int"),
    (lambda: jnp.put_along_axis(B, jnp.array([0]), 1, 0), ValueError,
     "Pass inplace=False"),
    (lambda: jnp.nonzero(1), ValueError, "atleast_1d"),
    (lambda: jnp.std(A, ddof=1, correction=1), ValueError, "simultaneously"),
    (lambda: jnp.interp(1, B, A), ValueError, "equal size"),
    (lambda: jnp.astype(A, "no such type"), TypeError, "not a dtype"),
    (lambda: len(jnp.float32(1)), TypeError, "unsized"),
]


@pytest.mark.parametrize("call, error, words", CASES,
                         ids=lambda c: "" if callable(c) else str(c)[:30])
def test_the_error(call, error, words):
    with pytest.raises(error, match=words):
        call()


class Unknown(Tracer):
    """A tracer without a value: what a traced program sees."""

    __slots__ = ("aval",)

    def __init__(self, shape=(), dtype="int32"):
        self.aval = ShapedArray(shape, np.dtype(dtype))
        self.trace = Trace(test_the_error)


N, V = Unknown(), Unknown((3,))


@pytest.mark.parametrize("call, words", [
    (lambda: jnp.zeros(N), "the shape given to zeros"),
    (lambda: jnp.ones((2, N)), "the shape given to ones"),
    (lambda: jnp.full((N,), 0), "the shape given to full"),
    (lambda: jnp.eye(N), "the shape given to eye"),
    (lambda: jnp.arange(N), "jnp.arange argument 'stop'"),
    (lambda: jnp.arange(0, N), "jnp.arange argument 'stop'"),
    (lambda: jnp.arange(0, 9, N), "jnp.arange argument 'step'"),
    (lambda: jnp.linspace(0, 1, N), "'num' argument of jnp.linspace"),
    (lambda: A.reshape(N, 2), "the shape given to reshape"),
    (lambda: A.sum(N), "axis argument must be known statically"),
    (lambda: jnp.broadcast_to(B, (N, 4)), "broadcast_to"),
    (lambda: jnp.tile(B, N), "the shape given to tile"),
    (lambda: jnp.repeat(B, N), "pass total_repeat_length"),
    (lambda: jnp.split(B, N), "indices or sections"),
    (lambda: jnp.round(A, N), "'decimals' argument"),
    (lambda: jnp.diag(B, N), "'k' argument of jnp.diag"),
    (lambda: jnp.pad(B, N), "pad_width"),
    (lambda: jnp.tri(3, k=N), "argument k of tri"),
    (lambda: jnp.nonzero(V), r"size.*nonzero.*Pass size=n"),
    (lambda: jnp.where(V), "Pass size=n"),
    (lambda: jnp.unique(V), "Pass size=n"),
    (lambda: jnp.argwhere(V), "Pass size=n"),
    (lambda: jnp.flatnonzero(V), "Pass size=n"),
    (lambda: jnp.compress(V, A, 1), "Pass size=n"),
    (lambda: jnp.setdiff1d(V, B), "Pass size=n"),
    (lambda: jnp.bincount(V), "length"),
    (lambda: jnp.choose(V, [1, 2]), "mode='wrap' or mode='clip'"),
    (lambda: jnp.delete(B, V), "'obj'"),
    (lambda: jnp.insert(B, V, 1), "'obj'"),
])
def test_what_must_be_known_while_tracing(call, words, monkeypatch):
    """The reason is the tracer's value, not what computes with it."""
    import minijax.core as core
    monkeypatch.setattr(core.EvalTrace, "process_primitive", abstractly)
    with pytest.raises(ConcretizationTypeError, match=words) as info:
        call()
    assert "test_the_error" in str(info.value)  # where it is being traced


def abstractly(trace, primitive, args, params):
    """Operations on what is unknown give what is unknown."""
    avals = tuple([getattr(x, "aval", None) or jnp.asarray(x).aval
                   for x in args])
    out = primitive.out_type(avals, params)
    if primitive.multiple_results:
        return [Unknown(a.shape, a.dtype) for a in out]
    return Unknown(out.shape, out.dtype)


def test_numpy_functions_refuse_tracers_and_name_their_twin():
    with pytest.raises(TracerArrayConversionError, match="minijax.numpy.sort"):
        np.sort(V)
    with pytest.raises(TracerArrayConversionError, match="minijax.numpy.sin"):
        np.sin(V)


def test_select_takes_an_array_of_conditions():
    x = np.arange(4.0)
    got = jnp.select(np.array([x > 2, x < 1]), [x, x - 5])
    np.testing.assert_array_equal(got, [-5.0, 0.0, 0.0, 3.0])
    with pytest.raises(ValueError, match="must be non-empty"):
        jnp.select([], [])
