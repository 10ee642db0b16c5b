"""A jaxpr read by JAX: each equation is what its primitive is there.

as_jax  : ClosedJaxpr -> (*in -> [out]), of JAX arrays
program : ([a] -> ([b], found), types) -> (ClosedJaxpr, found)

A primitive that holds programs becomes the JAX function that takes functions:
scan is lax.scan, custom_vjp_call is jax.custom_vjp.
"""

from functools import partial

import numpy as np

from minijax.checkpointing import remat_p
from minijax.conditionals import cond_p
from minijax.config import enable_x64
from minijax.custom_calls import asked
from minijax.custom_forward import custom_jvp_call_p
from minijax.custom_reverse import custom_lin_p, custom_vjp_call_p
from minijax.dtypes import ShapedArray, float0
from minijax.forward import Zero, instantiate, jvp_rules
from minijax.jax_rules import jax, jax_rules
from minijax.jaxpr import Literal
from minijax.jaxpr_transforms import kept_with_program, merge, select, traced
from minijax.jit_rules import jit_p
from minijax.linear_solves import custom_linear_solve_p, operands
from minijax.random.gammas import random_gamma_p
from minijax.rewiring import split
from minijax.scan_program import scan_p
from minijax.while_program import while_p


# [as_jax]
@kept_with_program
def as_jax(closed):
    """A program as a function of JAX arrays; one function for a program."""
    jaxpr, consts = closed.jaxpr, closed.consts
    check_widths(jaxpr)

    def run(*args):
        env = dict(zip(jaxpr.constvars, map(constant, consts)))
        env.update(zip(jaxpr.invars, args, strict=True))

        def read(atom):
            literal = type(atom) is Literal
            return constant(atom.val) if literal else env[atom]
        for eqn in jaxpr.eqns:
            rule = jax_rules[eqn.primitive]
            outs = rule(*map(read, eqn.invars), **eqn.params)
            outs = outs if eqn.primitive.multiple_results else [outs]
            env.update(zip(eqn.outvars, outs, strict=True))
        return [read(atom) for atom in jaxpr.outvars]
    return run
# [/as_jax]


# [constant]
def constant(x):
    """A number that stands in the program, weak if it is weak."""
    value = np.asarray(x)
    weak = x.weak_type and jax.typeof(value.item()).dtype == x.dtype
    return value.item() if weak else value
# [/constant]


# [check_widths]
def check_widths(jaxpr):
    """TypeError, if there is a result that JAX would make narrower."""
    results = [(eqn.primitive, eqn.outvars) for eqn in jaxpr.eqns]
    for who, atoms in [*results, ("the function", jaxpr.outvars)]:
        for aval in [atom.aval for atom in atoms]:
            if jax.dtypes.canonicalize_dtype(aval.dtype) != aval.dtype:
                raise TypeError(
                    f"{who} gives {aval}, and JAX narrows 64-bit numbers "
                    "until it is told not to. Give numbers that are narrow, "
                    "as by x.astype('float32'), or begin with "
                    'jax.config.update("jax_enable_x64", True).')
# [/check_widths]


# [calls]
@kept_with_program
def jitted(closed, name):
    """One jitted function for a program, so that it is compiled once."""
    def run(*args):
        return as_jax(closed)(*args)
    run.__name__ = run.__qualname__ = name
    return jax.jit(run)


def checkpointed(*args, jaxpr, policy, prevent_cse, differentiated):
    """The policy is asked about JAX's primitives, under their names here."""
    names = {p.name: p for p in jax_rules}

    def translated(primitive, *avals, **params):
        return policy(names.get(primitive.name), *avals, **params)
    return jax.checkpoint(as_jax(jaxpr), prevent_cse=prevent_cse,
                          policy=policy and translated)(*args)


jax_rules[jit_p] = lambda *args, jaxpr, name: jitted(jaxpr, name)(*args)
jax_rules[remat_p] = checkpointed
# [/calls]


# [control]
def switch(index, *args, branches):
    return jax.lax.switch(index, [*map(as_jax, branches)], *args)


def while_loop(*args, cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts):
    c, b, carry = split(args, cond_nconsts, body_nconsts)
    return jax.lax.while_loop(
        lambda carry: as_jax(cond_jaxpr)(*c, *carry)[0],
        lambda carry: as_jax(body_jaxpr)(*b, *carry), carry)


def scan(*args, jaxpr, num_consts, num_carry, **how):
    consts, carry, xs = split(args, num_consts, num_carry)

    def step(carry, x):
        outs = as_jax(jaxpr)(*consts, *carry, *x)
        return outs[:num_carry], outs[num_carry:]
    carry, ys = jax.lax.scan(step, carry, xs, **how)
    return [*carry, *ys]


jax_rules.update({cond_p: switch, while_p: while_loop, scan_p: scan})
# [/control]


# [linear solve]
def linear_solve(*args, programs, num_consts):
    """What solves for x does so for all that JAX makes of the system."""
    consts, b = operands(args, num_consts)

    def of(program, consts):
        return lambda *x: as_jax(program)(*consts, *x)
    matvec, solve, _, back = map(of, programs, consts)
    n = len(b)
    x, aux = jax.lax.custom_linear_solve(
        lambda x: matvec(*x), b, has_aux=True,
        solve=lambda _, b: (lambda x: (x[:n], x[n:]))(solve(*b)),
        transpose_solve=programs.transpose_solve and (
            lambda _, b: (lambda x: (x[:n], x[n:]))(back(*b))))
    return [*x, *aux]


jax_rules[custom_linear_solve_p] = linear_solve
# [/linear solve]


# [program]
def program(fun, avals):
    """`fun`, which gives outputs and something else, traced for these types.

    While it is, minijax counts in as many bits as JAX.
    """
    with enable_x64(jax.config.jax_enable_x64):
        return traced(fun, list(avals))


def type_of(x):
    """The type of an argument, in minijax's terms."""
    aval = jax.typeof(x)
    return ShapedArray(aval.shape, aval.dtype, aval.weak_type)
# [/program]


# [moving]
def moving(tangents):
    """Which tangents, or cotangents, are there, and are no float0?"""
    zero = jax.custom_derivatives.SymbolicZero
    return [not isinstance(t, zero) and t.dtype != float0 for t in tangents]


def tangents_in(mask, dots, avals):
    """The tangents of values of these types, with Zero where none is."""
    zeros = [Zero(aval.tangent()) for aval in avals]
    return merge(mask, dots, select(zeros, mask)[1])


def tangents_out(dots):
    """Those that JAX wants as arrays; and which they are."""
    there = [t.aval.dtype != float0 for t in dots]
    return [*map(instantiate, select(dots, there)[0])], there
# [/moving]


# [with_push]
def with_push(fun, push):
    """`fun`, for whose derivative JAX asks a rule of minijax's.

    push : ([a], [T a or Zero]) -> ([b], [T b or Zero])
    """
    def rule(primals, tangents):
        n, mask = len(primals), moving(tangents)

        def pushed(*xs):
            dots = tangents_in(mask, xs[n:], [x.aval for x in xs[:n]])
            outs, dots = push(list(xs[:n]), dots)
            dots, there = tangents_out(dots)
            return [*outs, *dots], there
        xs = [*primals, *select(tangents, mask)[0]]
        closed, there = program(pushed, map(type_of, xs))
        outs = as_jax(closed)(*xs)
        outs, dots = outs[:len(there)], outs[len(there):]
        none = [np.zeros(x.shape, float0) for x in select(outs, there)[1]]
        return outs, merge(there, dots, none)
    fun = jax.custom_jvp(fun)
    fun.defjvp(rule, symbolic_zeros=True)
    return fun
# [/with_push]


# [custom_jvp_call]
def custom_jvp_call(*args, call):
    return with_push(as_jax(call.fun.closed),
                     lambda *pairs: asked(call, call.rule, *pairs))(*args)


jax_rules[custom_jvp_call_p] = custom_jvp_call
# [/custom_jvp_call]


# [custom_vjp_call]
def custom_vjp_call(*args, call):
    """The residuals travel with the program that is waiting for them."""
    fun = jax.custom_vjp(as_jax(call.fun.closed))

    def fwd(*pairs):
        moves = [pair.perturbed for pair in pairs]

        def forward(*xs):
            outs, residuals, bwd = asked(call, call.fwd, list(xs), moves)
            return [*outs, *residuals], (len(outs), bwd)
        xs = [pair.value for pair in pairs]
        closed, (n, bwd) = program(forward, map(type_of, xs))
        outs = as_jax(closed)(*xs)
        back = partial(pulled, bwd, closed.out_avals[:n])
        return outs[:n], jax.tree_util.Partial(back, *outs[n:])
    fun.defvjp(fwd, lambda back, cts: back(cts), symbolic_zeros=True)
    return fun(*args)


jax_rules[custom_vjp_call_p] = custom_vjp_call
# [/custom_vjp_call]


# [pulled]
def pulled(bwd, out_avals, *residuals_and_cts):
    """The backward rule, read by JAX; None for a cotangent that is zero."""
    *residuals, cts = residuals_and_cts
    n, mask = len(residuals), moving(cts)

    def backward(*xs):
        back = bwd(list(xs[:n]), tangents_in(mask, xs[n:], out_avals))
        there = [type(ct) is not Zero for ct in back]
        return select(back, there)[0], there
    xs = [*residuals, *select(cts, mask)[0]]
    closed, there = program(backward, map(type_of, xs))
    none = [None] * there.count(False)
    return tuple(merge(there, as_jax(closed)(*xs), none))
# [/pulled]


# [by NumPy]
def by_numpy(primitive):
    """For what XLA lacks: NumPy is called back, and the jvp rule is ours."""
    def rule(*args, **params):
        def values(*xs):
            aval = primitive.out_type(tuple(map(type_of, xs)), params)
            return jax.pure_callback(
                lambda *xs: primitive.impl(*map(np.asarray, xs), **params),
                jax.ShapeDtypeStruct(aval.shape, aval.dtype), *xs,
                vmap_method="sequential")

        def push(primals, tangents):
            out, dot = jvp_rules[primitive](primals, tangents, **params)
            return [out], [dot]
        return with_push(lambda *xs: [values(*xs)], push)(*args)[0]
    return rule


jax_rules[random_gamma_p] = by_numpy(random_gamma_p)
jax_rules.refuse(custom_lin_p, "it can only be transposed, which minijax does "
                 "when it makes the gradient. Take to_jax of the gradient, or "
                 "the gradient of to_jax; not of a linearized function.")
# [/by NumPy]
