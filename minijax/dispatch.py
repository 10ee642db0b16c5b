"""The way from a call to its program, for calls that have been seen.

Dispatching : a Jitted that knows the types of a call by looking once

JAX has this part in C++ (pjit.cc).
"""

from minijax import compilation, tree_util
from minijax.array import ArrayImpl, quiet
from minijax.compilation import Jitted, disable_jit
from minijax.config import enable_x64
from minijax.core import current, eval_trace
from minijax.executor import numpy_program
from minijax.jit_rules import program_name


class Dispatching(Jitted):
    """A Jitted with a table of its own for calls with arrays alone.

    The types of the arguments, one after the other, lead to a function that
    runs the program and wraps what comes out. All other calls, and all under
    a transformation, go the longer way.
    """

    def __init__(self, *args):
        super().__init__(*args)
        self.ready = {}

    def call(self, args, kwargs):
        if kwargs or current.trace is not eval_trace or disable_jit.value:
            return super().call(args, kwargs)
        key = (enable_x64.value,
               *[x.aval if type(x) is ArrayImpl else None for x in args])
        run = self.ready.get(key)
        if run is None:
            result = super().call(args, kwargs)
            if None not in key:
                self.prepare(key, args)
            return result
        return run(*[x._value for x in args])

    def prepare(self, key, args):
        """Keep the program of this call, if it closes over no tracer."""
        found = self.traced(self.kind(args, {}, lambda x: x))
        if not found.tracers:
            self.ready[key] = runner(found)

    def clear(self):
        self.ready.clear()
        super().clear()


def runner(traced):
    """From ndarrays to the result of the call, by the program of a trace."""
    program = numpy_program(traced.jaxpr, program_name(traced.fun_name)).run
    avals, tree = traced.jaxpr.out_avals, traced.out_tree

    def run(*values):
        outs = [ArrayImpl(x, aval) for x, aval in zip(
            quiet.copy().run(program, *values), avals)]
        return tree_util.tree_unflatten(tree, outs)

    def run_one(*values):
        out, = quiet.copy().run(program, *values)
        return ArrayImpl(out, avals[0])
    return run_one if tree_util.treedef_is_leaf(tree) else run


compilation.kinds_of_jitted.append(Dispatching)
