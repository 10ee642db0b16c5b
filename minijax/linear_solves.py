"""Linear systems that are differentiated as such, however they are solved.

custom_linear_solve : (a -o b) -> b -> (x with A x = b)

If A x = b, then A dx = db - dA x; and what solves for x, transposed, solves
the transposed system. JAX twin: jax/_src/lax/control_flow/solves.py.
"""

from typing import NamedTuple

import numpy as np

from minijax import tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.batching import batching_rules, front, move_axis
from minijax.executor import numpy_program
from minijax.forward import (
    JVPTrace,
    Zero,
    add_tangents,
    instantiate,
    jvp_rules,
    zero_like,
)
from minijax.jaxpr_transforms import (
    ProgramPrimitive,
    batch_jaxpr,
    run_pairs,
    trace_closed,
)
from minijax.transpose import (
    NotLinear,
    is_undefined_primal,
    linear_transpose,
    transposes,
)


# [Like]
class Like(NamedTuple):
    """What the programs of a solver take, and what they must return."""

    name: str
    tree: object
    leaves: list

    @classmethod
    def of(cls, name, x, solver):
        leaves, tree = tree_util.tree_flatten(x)
        return cls(name, tree, [as_array(leaf, solver, i)
                                for i, leaf in enumerate(leaves)])

    def program(self, name, fun, has_aux=False, n=1):
        """`fun` of n such containers, as a program.

        Returns the program, the tracers that come first among its operands,
        and the tree of its output.
        """
        one = tree_util.tree_unflatten(self.tree, [0] * len(self.leaves))
        flat = FlatFun(fun, tree_util.tree_structure((one,) * n), name=name)
        closed, tracers = trace_closed(
            flat, [x.aval for x in self.leaves] * n, fun, name)
        self.check(name, flat.out_tree, closed.out_avals, has_aux)
        return closed, tracers, flat.out_tree
    # [/Like]

    # [Like.check]
    def check(self, name, tree, avals, has_aux):
        """TypeError, ValueError: the output is not like the argument."""
        first = tree
        if has_aux:
            children = tree.children()
            first = children[0] if len(children) == 2 else None
        if first != self.tree:
            raise TypeError(
                f"{name}() output pytree structure must match {self.name}, "
                f"got {tree} and {self.tree}." + has_aux * (
                    " With has_aux it returns a pair (solution, aux)."))
        shapes = [a.shape for a in avals[:len(self.leaves)]]
        wanted = [x.shape for x in self.leaves]
        if shapes != wanted:
            raise ValueError(
                f"{name}() output shapes must match {self.name}, got "
                f"{shapes} and {wanted}")
    # [/Like.check]


# [System]
class System(NamedTuple):
    """The four programs of a linear system; or what each closes over."""

    matvec: object
    solve: object
    vecmat: object = ()
    transpose_solve: object = ()

    def transposed(self):
        return System(self.vecmat, self.transpose_solve,
                      self.matvec, self.solve)
# [/System]


# [custom_linear_solve]
def custom_linear_solve(matvec, b, solve, transpose_solve=None,
                        symmetric=False, has_aux=False):
    """x with matvec(x) = b, whatever finds it, with its own derivatives.

    matvec is linear; solve(matvec, b) gives x, or with has_aux a pair of x
    and aux; transpose_solve(vecmat, b) does so for the transposed system, and
    is needed for reverse mode; symmetric says that both are one. x, b and
    matvec(x) have one tree and one set of shapes. TypeError, ValueError: they
    have not. JAX twin: `lax.custom_linear_solve`.
    """
    like = Like.of("b", b, "custom_linear_solve")
    parts = system(like, matvec, b, solve, transpose_solve, symmetric,
                   has_aux)
    programs, consts, trees = zip(*parts, strict=True)
    counts = [*map(len, consts), 0, 0]
    outs = custom_linear_solve_p.bind(
        *sum(consts, []), *like.leaves, programs=System(*programs),
        num_consts=System(*counts[:4]))
    return tree_util.tree_unflatten(trees[1], outs)
# [/custom_linear_solve]


# [system]
def system(like, matvec, b, solve, transpose_solve, symmetric, has_aux):
    """The four programs, or two, each with what it closes over, and a tree."""
    def vecmat(x):
        return linear_transpose(matvec, b)(x)[0]

    parts = [like.program("matvec", matvec),
             like.program("solve", lambda x: solve(matvec, x), has_aux)]
    if symmetric:
        vecmat, transpose_solve = matvec, transpose_solve or solve
    if transpose_solve:
        parts += [like.program("vecmat", vecmat),
                  like.program("transpose_solve",
                               lambda x: transpose_solve(vecmat, x), has_aux)]
    return parts
# [/system]


# [custom_linear_solve_p]
custom_linear_solve_p = ProgramPrimitive("custom_linear_solve")


def operands(args, num_consts):
    """The constants of each of the four programs, and the right-hand side."""
    stops = np.cumsum(num_consts)
    parts = [list(args[stop - n:stop]) for n, stop in zip(num_consts, stops)]
    return System(*parts), list(args[stops[-1]:])


@custom_linear_solve_p.def_abstract_eval
def types_of_solution(*avals, programs, num_consts):
    return programs.solve.out_avals


@custom_linear_solve_p.def_impl
def solve_now(*values, programs, num_consts):
    consts, b = operands(values, num_consts)
    return numpy_program(programs.solve)(*consts.solve, *b)
# [/custom_linear_solve_p]


# [jvp]
def linear_solve_jvp(primals, tangents, **params):
    """A dx = db - dA x: the same system with another right-hand side."""
    programs, num_consts = params["programs"], params["num_consts"]
    outs = custom_linear_solve_p.bind(*primals, **params)
    consts, b = operands(primals, num_consts)
    dots, b_dot = operands(tangents, num_consts)
    x = outs[:len(b)]
    moved = tangents_of(programs.matvec, consts.matvec, dots.matvec, x)
    rhs = [instantiate(add_tangents(t, negative(u)))
           for t, u in zip(b_dot, moved, strict=True)]
    x_dot = custom_linear_solve_p.bind(*sum(consts, []), *rhs, **params)
    return outs, x_dot[:len(b)] + [zero_like(a) for a in outs[len(b):]]


jvp_rules[custom_linear_solve_p] = linear_solve_jvp
# [/jvp]


# [tangents_of]
def tangents_of(program, consts, dots, x):
    """dA x, where x stands still."""
    with JVPTrace() as trace:
        return run_pairs(trace, program, [*consts, *x],
                         [*dots, *map(zero_like, x)])[1]


def negative(t):
    return t if type(t) is Zero else -t
# [/tangents_of]


# [transpose]
def linear_solve_transpose(cts, *args, programs, num_consts):
    """The transposed system, with the cotangent as its right-hand side."""
    consts, b = operands(args, num_consts)
    if programs.transpose_solve == ():
        raise TypeError(
            "transpose_solve required for backwards mode automatic "
            "differentiation of custom_linear_solve: say how the transposed "
            "system is solved, or that it is the same, by symmetric=True.")
    if any(map(is_undefined_primal, sum(consts, []))):
        raise NotLinear("custom_linear_solve is linear in its right-hand "
                        "side only, not in what its matvec closes over.")
    cts = [instantiate(ct) for ct in cts[:len(b)]]
    back = custom_linear_solve_p.bind(
        *sum(consts.transposed(), []), *cts, programs=programs.transposed(),
        num_consts=num_consts.transposed())
    return [None] * sum(num_consts) + back[:len(b)]


transposes[custom_linear_solve_p] = linear_solve_transpose
# [/transpose]


# [batching]
def linear_solve_batch(trace, values, axes, *, programs, num_consts):
    """All examples at once: every program, with x and b of each example."""
    mapped = [axis is not None for axis in axes]
    if not any(mapped):
        outs = custom_linear_solve_p.bind(*values, programs=programs,
                                          num_consts=num_consts)
        return outs, [None] * len(outs)
    values = [move_axis(x, a, 0) if m else x
              for x, a, m in zip(values, axes, mapped)]
    consts_mapped, b_mapped = operands(mapped, num_consts)
    n = len(b_mapped)
    b = [front(x, 0 if m else None, trace.size)
         for x, m in zip(values[-n:], b_mapped)]
    programs = System(*[program and batch_jaxpr(
        program, trace.size, trace.axis_name, (*m, *[True] * n),
        tuple(range(len(program.out_avals))))[0]
        for program, m in zip(programs, consts_mapped)])
    outs = custom_linear_solve_p.bind(*values[:-n], *b, programs=programs,
                                      num_consts=num_consts)
    return outs, [0] * len(outs)


batching_rules[custom_linear_solve_p] = linear_solve_batch
# [/batching]
