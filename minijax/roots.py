"""Roots that are differentiated as what they are, not as they were found.

custom_root : (a -> a) -> a -> (x with f(x) = 0)

If f(x; c) = 0 for all c, then f_x dx + f_c dc = 0, however x was found.
JAX twin: jax/_src/lax/control_flow/solves.py.
"""

from minijax import tree_util
from minijax.custom_forward import custom_jvp
from minijax.forward import jvp, zero_like
from minijax.jaxpr_transforms import run_closed
from minijax.linear_solves import Like
from minijax.linearization import linearize


# [custom_root]
def custom_root(f, initial_guess, solve, tangent_solve, has_aux=False):
    """A root of f, whatever finds it, with the root's own derivative.

    solve(f, initial_guess) gives x with f(x) = 0, or with has_aux a pair of
    x and aux; tangent_solve(g, y) gives z with g(z) = y for the linear g that
    f is near x. All of these have the tree and shapes of initial_guess.
    TypeError, ValueError: they have not. JAX twin: `lax.custom_root`.
    """
    like = Like.of("initial_guess", initial_guess, "custom_root")
    parts = [
        like.program("f", f),
        like.program("solve", lambda x: solve(f, x), has_aux),
        like.program("tangent_solve", lambda x, y: tangent_solve(
            linearize(f, x)[1], y), n=2)]
    programs, consts, trees = zip(*parts, strict=True)
    outs = flat_root(*programs)(*consts, like.leaves)
    return tree_util.tree_unflatten(trees[1], outs)
# [/custom_root]


# [flat_root]
def flat_root(residual, find, refine):
    """The root, as a function of what the three programs close over."""
    @custom_jvp
    def root(c, c_find, c_refine, guess):
        return run_closed(find, [*c_find, *guess])

    @root.defjvp
    def root_jvp(primals, tangents):
        c, _, c_refine, guess = primals
        outs = root(*primals)
        x, aux = outs[:len(guess)], outs[len(guess):]
        _, moved = jvp(lambda c: run_closed(residual, [*c, *x]), (c,),
                       (tangents[0],))
        back = run_closed(refine, [*c_refine, *x, *moved])
        return outs, [-t for t in back] + [zero_like(a) for a in aux]
    return root
# [/flat_root]
