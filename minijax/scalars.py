"""Single numbers, with Python's operators instead of ufuncs.

expression : (equation, atom -> text) -> the text of an expression, or None

A ufunc spends a microsecond on finding out that its operands are two numbers.
The operators of NumPy's scalars give the same numbers in a tenth of it.
"""

import numpy as np

from minijax import lax
from minijax.tiles import ufunc_of

operators = {
    lax.add_p: "{} + {}", lax.sub_p: "{} - {}", lax.mul_p: "{} * {}",
    lax.eq_p: "{} == {}", lax.ne_p: "{} != {}", lax.lt_p: "{} < {}",
    lax.le_p: "{} <= {}", lax.gt_p: "{} > {}", lax.ge_p: "{} >= {}",
    lax.and_p: "{} & {}", lax.or_p: "{} | {}", lax.xor_p: "{} ^ {}",
    lax.neg_p: "-{}", lax.abs_p: "abs({})", lax.not_p: "~{}"}


def is_number(v):
    """Is the variable one number, of a dtype that has a scalar type?"""
    return not v.aval.shape and v.aval.dtype.kind in "fiub" and hasattr(
        np, v.aval.dtype.name)


def expression(eqn, text):
    """The equation of numbers as an expression; None if it has none."""
    if not all(map(is_number, [*eqn.invars, *eqn.outvars])):
        return None
    xs = list(map(text, eqn.invars))
    if eqn.primitive in operators:
        return operators[eqn.primitive].format(*xs)
    if eqn.primitive in others:
        return others[eqn.primitive](eqn, *xs)
    ufunc = ufunc_of(eqn)
    return ufunc and f"np.{ufunc.__name__}({', '.join(xs)})"


# [others]
def divided(eqn, x, y):
    return f"{x} / {y}" if eqn.outvars[0].aval.dtype.kind == "f" else None


def chosen(eqn, which, *cases):
    if eqn.invars[0].aval.dtype == bool and len(cases) == 2:
        return f"{cases[1]} if {which} else {cases[0]}"
    return None


def cast(eqn, x):
    """To a float or from a bool: no number is out of range there."""
    old, new = eqn.invars[0].aval.dtype, eqn.params["new_dtype"]
    return f"np.{new}({x})" if "f" == new.kind or "b" == old.kind else None


others = {lax.div_p: divided, lax.select_n_p: chosen,
          lax.convert_element_type_p: cast}
# [/others]
