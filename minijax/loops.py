"""Loops that are part of a program.

while_loop : (a -> bool, a -> a, a) -> a
fori_loop  : (int, int, (int, a) -> a, a) -> a

The operation and its rules are in `while_program`. JAX twin:
jax/_src/lax/control_flow/loops.py.
"""

import inspect
import weakref
from functools import partial

from minijax import lax
from minijax.array import as_array
from minijax.bodies import check_carry, trace_body, widen
from minijax.compilation import disable_jit
from minijax.conditionals import is_known
from minijax.errors import ConcretizationTypeError
from minijax.jaxpr import dce_jaxpr, types
from minijax.jaxpr_transforms import kept_with_program, merge, select
from minijax.rewiring import rearranged
from minijax.scanning import scan
from minijax.tree_util import (
    tree_flatten,
    tree_map,
    tree_unflatten,
    treedef_is_leaf,
    treedef_tuple,
)
from minijax.while_program import bind_while


# [while_loop]
def while_loop(cond_fun, body_fun, init_val):
    """init_val, taken through body_fun while cond_fun of it is true.

    init_val: a container of arrays; body_fun gives one of the same tree,
    shapes and dtypes, cond_fun a bool scalar. A weak number in init_val
    takes the dtype that body_fun makes of it. There are jvp and vmap, and no
    grad: it is not known beforehand how many steps there are to keep.
    TypeError: the types change, or cond_fun gives no bool. JAX twin:
    `lax.while_loop`.
    """
    if not (callable(cond_fun) and callable(body_fun)):
        raise TypeError(
            "lax.while_loop: body_fun and cond_fun arguments should be "
            f"callable, got {cond_fun!r:.60} and {body_fun!r:.60}")
    if disable_jit.value:
        try:
            return python_loop(cond_fun, body_fun, init_val)
        except ConcretizationTypeError:  # under vmap, say
            pass
    cond, body, carry = trace_loop(cond_fun, body_fun, init_val)
    outs = bind_loop(cond, body, carry)
    return tree_unflatten(body.out_tree, outs)
# [/while_loop]


def python_loop(cond_fun, body_fun, value):
    """What the loop means, step by step under the eyes of a debugger."""
    value = tree_map(as_array, value)
    while cond_fun(value):
        value = tree_map(as_array, body_fun(value))
    return value


# [trace_loop]
def trace_loop(cond_fun, body_fun, init_val):
    """Both functions as programs, and the start in the types they take."""
    leaves, tree = tree_flatten(init_val)
    carry = [as_array(x, "while_loop", i) for i, x in enumerate(leaves)]

    def trace(avals):
        args = treedef_tuple((tree,))
        cond = trace_body(cond_fun, args, avals, "while_loop")
        check_condition(cond)
        return cond, trace_body(body_fun, args, avals, "while_loop")
    cond, body = trace([x.aval for x in carry])
    if body.out_tree == tree:
        start = widen(carry, body.jaxpr.out_avals)
        if any(x is not y for x, y in zip(carry, start)):
            carry = start
            cond, body = trace([x.aval for x in carry])
    check_carry("while_loop body", body_fun, (tree, [x.aval for x in carry]),
                (body.out_tree, body.jaxpr.out_avals))
    return cond, body, carry
# [/trace_loop]


def check_condition(cond):
    """TypeError, unless the condition gives one bool."""
    if not treedef_is_leaf(cond.out_tree):
        raise TypeError("cond_fun must return a boolean scalar, but got "
                        f"pytree {cond.out_tree}.")
    if types(cond.jaxpr.out_avals) != "bool[]":
        raise TypeError(
            "cond_fun must return a boolean scalar, but got output type(s) "
            f"{types(cond.jaxpr.out_avals)}. Compare (x > 0), and reduce an "
            "array by minijax.numpy.any or all.")


# [bind_loop]
def bind_loop(cond, body, carry):
    """The loop, but for carries that it only hands on.

    A carry that every step gives back as it came, and the condition does
    not read, is a constant of the body.
    """
    stays, cond_program, body_program = without_idle(
        body.jaxpr, cond.jaxpr, len(body.consts), len(cond.consts))
    fixed, moving = select(carry, stays)
    outs = bind_while(cond_program, cond.consts, body_program,
                      [*fixed, *body.consts], moving)
    return merge(stays, fixed, outs)


@kept_with_program
def without_idle(body, cond, n_body, n_cond):
    """Which carries stay as they are, and the two programs without them."""
    b, c = body.jaxpr, cond.jaxpr
    read = dce_jaxpr(c, [True])[1][n_cond:]
    stays = [v is w and not r for v, w, r in zip(
        b.invars[n_body:], b.outvars, read)]
    fixed, moving = select(b.invars[n_body:], stays)
    return stays, rearranged(
        cond, c.invars[:n_cond] + select(c.invars[n_cond:], stays)[1],
        c.outvars), rearranged(
        body, fixed + b.invars[:n_body] + moving,
        select(b.outvars, stays)[1])
# [/bind_loop]


# [fori_loop]
def fori_loop(lower, upper, body_fun, init_val, *, unroll=None):
    """init_val, taken through body_fun(i, ·) for i in range(lower, upper).

    With bounds that are known while tracing it is a scan, and has all
    derivatives; else a while_loop, which has no grad. TypeError: bounds that
    are no integers of one type. JAX twin: `lax.fori_loop`.
    """
    if not callable(body_fun):
        raise TypeError("lax.fori_loop: body_fun argument should be callable,"
                        f" got {body_fun!r:.60}")
    lower, upper = check_bounds(as_array(lower, "fori_loop"),
                                as_array(upper, "fori_loop"))
    if is_known(lower) and is_known(upper):
        length = max(int(upper) - int(lower), 0)
        if disable_jit.value and not length:
            return init_val
        (_, out), _ = scan(
            step_of(body_fun, scan_step), (int(lower), init_val), None,
            length=length, unroll=1 if unroll is None else unroll)
        return out
    if unroll not in (None, False, 1):
        raise ValueError("Can only use `unroll` in `fori_loop` if the loop "
                         "bounds are statically known: give ints.")
    start = lower, upper, init_val
    return while_loop(below, step_of(body_fun, while_step), start)[2]
# [/fori_loop]


# [steps]
def below(carry):
    i, upper, _ = carry
    return lax.lt(i, upper)


def while_step(body_fun, carry):
    i, upper, x = carry
    return i + 1, upper, body_fun(i, x)


def scan_step(body_fun, carry, _):
    i, x = carry
    return (i + 1, body_fun(i, x)), None
# [/steps]


# [step_of]
known_steps = weakref.WeakKeyDictionary()  # function -> {how: its step}


def step_of(body_fun, how):
    """The step made of a function: one for as long as that lives.

    So that it is traced once. It holds the function weakly, for what a weak
    dictionary holds must not hold its key. Errors name the function.
    """
    try:
        steps = known_steps.setdefault(body_fun, {})
    except TypeError:  # not hashable
        return partial(how, body_fun)
    if how not in steps:
        alive = weakref.ref(body_fun)

        def step(carry, *x):
            return how(alive(), carry, *x)
        step.__signature__ = inspect.signature(step)
        step.__wrapped__ = weakref.proxy(body_fun)
        steps[how] = step
    return steps[how]
# [/step_of]


def check_bounds(lower, upper):
    """The bounds, of one dtype: a weak integer takes that of the other."""
    if lower.dtype.kind not in "iu" or upper.dtype.kind not in "iu":
        raise TypeError(
            "lower and upper arguments to fori_loop must be integers, got "
            f"{lower.dtype} and {upper.dtype}. Convert: x.astype(int).")
    if lower.dtype == upper.dtype:
        return lower, upper
    if lower.dtype.kind == upper.dtype.kind == "i":
        if lower.weak_type != upper.weak_type:
            strong = upper if lower.weak_type else lower
            return tuple(lax.convert_element_type(x, strong.dtype)
                         for x in (lower, upper))
    raise TypeError(
        "lower and upper arguments to fori_loop must have equal types, got "
        f"{lower.dtype} and {upper.dtype}. Convert one: x.astype(int).")
