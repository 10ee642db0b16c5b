"""The stages of jit, one by one: traced, lowered, compiled.

jit(f).trace : a -> Traced      the jaxpr
Traced.lower : Lowered          the text of the NumPy program
Lowered.compile : Compiled      the program, to be called

JAX twin: jax/_src/stages.py.
"""

from minijax import tree_util
from minijax.array import as_array
from minijax.executor import numpy_program
from minijax.jaxpr import typematch, types
from minijax.jit_rules import jit_p, program_name
from minijax.staging import shapes


class Traced:
    """A function as a jaxpr, for one kind of arguments."""

    def __init__(self, name, jaxpr, tracers, in_tree, out_tree):
        self.fun_name, self.jaxpr, self.tracers = name, jaxpr, tracers
        self.in_tree, self.out_tree = in_tree, out_tree

    in_avals = property(lambda self: self.jaxpr.in_avals[len(self.tracers):])
    out_info = property(lambda self: shapes(self.jaxpr, self.out_tree))

    def lower(self):
        return Lowered(self)


class Lowered:
    """The same as a NumPy program, to be read."""

    def __init__(self, traced):
        self.traced = traced

    in_tree = property(lambda self: self.traced.in_tree)
    out_tree = property(lambda self: self.traced.out_tree)
    out_info = property(lambda self: self.traced.out_info)

    def as_text(self):
        """The source of the program that runs."""
        t = self.traced
        return numpy_program(t.jaxpr, program_name(t.fun_name)).as_text()

    def compile(self):
        return Compiled(self.traced)


class Compiled(Lowered):
    """The program, to be called with arguments of the types it was made for.

    Static arguments are part of the program, and are not passed again.
    TypeError: the arguments have another tree, or other types.
    """

    def __call__(self, *args, **kwargs):
        t = self.traced
        leaves, tree = tree_util.tree_flatten((args, kwargs))
        if tree != t.in_tree:
            raise TypeError(
                "Function compiled with input pytree does not match the input "
                f"pytree it was called with: {t.fun_name} was compiled for "
                f"{t.in_tree}, got {tree}.\n"
                + tree_util.explain_difference(t.in_tree, tree))
        leaves = [as_array(x, t.fun_name, i) for i, x in enumerate(leaves)]
        given = [x.aval for x in leaves]
        if not typematch(given, t.in_avals):
            raise TypeError(
                "Argument types differ from the types for which this "
                f"computation was compiled: {t.fun_name} was compiled for "
                f"{types(t.in_avals)}, got {types(given)}. Compile it again "
                "for these, or call the jitted function, which does so.")
        outs = jit_p.bind(*t.tracers, *leaves, jaxpr=t.jaxpr, name=t.fun_name)
        return tree_util.tree_unflatten(t.out_tree, outs)
