"""Other dtypes for the same numbers, and other numbers for the same bits.

convert_element_type : (array, dtype) -> array
bitcast_convert_type : (array, dtype) -> array

JAX twin: jax/_src/lax/lax.py.
"""

import warnings

import numpy as np

from minijax.array import ArrayImpl, as_array
from minijax.core import Primitive, quiet
from minijax.dtypes import canonical, number_type

# [convert_element_type_p]
convert_element_type_p = Primitive("convert_element_type")


@convert_element_type_p.def_abstract_eval
def converted(x, *, new_dtype, weak_type):
    return x.update(dtype=new_dtype, weak_type=weak_type)


@convert_element_type_p.def_impl
def convert_numbers(x, *, new_dtype, weak_type):
    if x.dtype.kind == "c" and new_dtype.kind != "c":
        x = x.real
    if x.dtype.kind == "f" and new_dtype.kind in "iu":
        return to_integers(x, new_dtype)
    return x.astype(new_dtype)
# [/convert_element_type_p]


def to_integers(x, dtype):
    """Toward zero, to the nearest end if out of range, and NaN to 0.

    Out of range, NumPy's own answer depends on the processor.
    """
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    out = x.astype(dtype)
    if x.size and not least <= x.min() <= x.max() < most:
        out = np.where(x >= most, dtype.type(most), out)
        out = np.where(x <= least, dtype.type(least), out)
        out = np.where(np.isnan(x), dtype.type(0), out)
    return out


def convert_element_type(operand, new_dtype):
    """Each element as `new_dtype`; the result is not weak.

    Floats are cut off toward zero, and at the ends of an integer's range.
    Of a complex number the real part remains, with a warning.
    """
    new_dtype = canonical(new_dtype)
    if new_dtype.kind != "c" and np.iscomplexobj(operand):
        warnings.warn(
            "Casting complex values to real discards the imaginary part: "
            "take real(x), imag(x) or abs(x) to say which number you mean",
            np.exceptions.ComplexWarning, stacklevel=2)
    return convert(operand, new_dtype)


def convert(operand, new_dtype=None, weak_type=False):
    """As convert_element_type; keeps the dtype if none is given."""
    if isinstance(operand, bool | int | float | complex | np.generic):
        # Now, and from the number's full width, whatever is being traced.
        new_dtype = new_dtype or as_array(operand).dtype
        value = quiet.copy().run(
            convert_numbers, np.asarray(operand), new_dtype=new_dtype,
            weak_type=weak_type)
        return ArrayImpl(value, number_type(new_dtype, weak_type))
    operand = as_array(operand, "convert_element_type")
    new_dtype = new_dtype or operand.dtype
    if (operand.dtype, operand.weak_type) == (new_dtype, weak_type):
        return operand
    return convert_element_type_p.bind(
        operand, new_dtype=new_dtype, weak_type=weak_type)


# [bitcast_convert_type_p]
bitcast_convert_type_p = Primitive("bitcast_convert_type")


@bitcast_convert_type_p.def_impl
def recast_bits(x, *, new_dtype):
    if x.itemsize == new_dtype.itemsize:
        return x.view(new_dtype)
    x = np.asarray(x, order="C")
    if x.itemsize > new_dtype.itemsize:
        return x[..., None].view(new_dtype)
    return x.view(new_dtype)[..., 0]
# [/bitcast_convert_type_p]


@bitcast_convert_type_p.def_abstract_eval
def recast(x, *, new_dtype):
    old, new = x.dtype.itemsize, new_dtype.itemsize
    if old < new and (not x.shape or x.shape[-1] * old != new):
        raise ValueError(
            f"Attempting to convert array of shape {x.shape} from {x.dtype} "
            f"to {new_dtype}: the last axis must hold the {new // old} "
            f"{x.dtype} that make one {new_dtype}.")
    if x.dtype != new_dtype and {x.dtype.kind, new_dtype.kind} & set("bc"):
        raise TypeError(
            "lax.bitcast_convert_type does not support bool or complex "
            "values unless the operand and destination types match. Got "
            f"operand dtype={x.dtype}, new_dtype={new_dtype}. For bits of "
            "the parts of a complex number, recast real(x) and imag(x).")
    shape = (x.shape if old == new else
             (*x.shape, old // new) if old > new else x.shape[:-1])
    return x.update(shape=shape, dtype=new_dtype, weak_type=False)


def bitcast_convert_type(operand, new_dtype):
    """The same bits read as another dtype.

    Narrower elements come along a new last axis; wider ones take up the
    last axis, which must have just the right length.
    """
    return bitcast_convert_type_p.bind(operand, new_dtype=canonical(new_dtype))
