"""The way from a call to its program, for calls that have been seen.

Dispatching : a Jitted that knows the types of a call by looking once

JAX has this part in C++ (pjit.cc).
"""

import numpy as np

from minijax import compilation, tree_util
from minijax.array import ArrayImpl, as_array, quiet
from minijax.caller import CallingPrimitive
from minijax.compilation import Jitted, disable_jit
from minijax.config import enable_x64
from minijax.core import EvalTrace, current, eval_trace
from minijax.executor import numpy_program
from minijax.jaxpr import jaxprs_in_params
from minijax.jit_rules import program_name

evaluate = EvalTrace.process_primitive  # what the short way is short for


# [Dispatching]
class Dispatching(Jitted):
    """A Jitted with a table of its own for calls with arrays alone.

    The types of the arguments, one after the other, lead to a function that
    runs the program and wraps what comes out. All other calls, and all under
    a transformation, go the longer way.
    """

    def __init__(self, fun, static, inline):
        super().__init__(fun, static, inline)
        self.ready, self.arrays_alone = {}, not (static.nums or static.names)

    def clear(self):
        self.ready.clear()
        super().clear()
    # [/Dispatching]

    # [Dispatching.call]
    def call(self, args, kwargs):
        if (kwargs or current.trace is not eval_trace or disable_jit.value
                or EvalTrace.process_primitive is not evaluate):
            return super().call(args, kwargs)
        leaves, tree = args, None
        for x in args:
            if type(x) is not ArrayImpl:
                leaves, tree = tree_util.tree_flatten(args)
                leaves = [as_array(x) if is_numeric(x) else x for x in leaves]
                break
        key = (enable_x64.value, tree,
               *[x.aval if type(x) is ArrayImpl else None for x in leaves])
        run = self.ready.get(key)
        if run is None:
            result = super().call(args, kwargs)
            if self.arrays_alone and None not in key[2:]:
                self.prepare(key, args if tree is None else
                             tree_util.tree_unflatten(tree, leaves))
            return result
        return run(*[x._value for x in leaves])

    def prepare(self, key, args):
        """Keep the program of this call, if nothing in it asks for more.

        A tracer that it closes over dies; a callback wants its context.
        """
        found = self.traced(self.kind(args, {}, lambda x: x))
        if not found.tracers and not calls_back(found.jaxpr.jaxpr):
            self.ready[key] = runner(found)
    # [/Dispatching.call]


# [runner]
def is_numeric(x):
    """Is it one of NumPy's arrays, of a kind that can be converted?"""
    return type(x) is np.ndarray and x.dtype.kind in "fiubc"


def calls_back(jaxpr):
    """Does the program, or one in it, call a function of the user's?"""
    return any(
        isinstance(eqn.primitive, CallingPrimitive)
        and not eqn.primitive.holds_programs
        or any(map(calls_back, jaxprs_in_params(eqn.params)))
        for eqn in jaxpr.eqns)


def runner(traced):
    """From ndarrays to the result of the call, by the program of a trace."""
    program = numpy_program(traced.jaxpr, program_name(traced.fun_name)).run
    avals, tree = traced.jaxpr.out_avals, traced.out_tree

    def run(*values):
        outs = quiet.copy().run(program, *values)
        return tree_util.tree_unflatten(tree, map(ArrayImpl, outs, avals))

    def run_one(*values):
        out, = quiet.copy().run(program, *values)
        return ArrayImpl(out, avals[0])
    alone = len(avals) == 1 and tree_util.treedef_is_leaf(tree)
    return run_one if alone else run
# [/runner]


compilation.kinds_of_jitted.append(Dispatching)
