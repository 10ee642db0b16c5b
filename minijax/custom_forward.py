"""custom_jvp: a function that brings its own derivative along a tangent.

custom_jvp    : (a -> b) -> (a -> b), which waits for its rule
defjvp's rule : (*held, a, T a) -> (b, T b)

JAX twin: jax/_src/custom_derivatives.py.
"""

from functools import update_wrapper
from typing import NamedTuple

from minijax import tree_util
from minijax.array import as_array
from minijax.custom_calls import CustomCall, CustomRuleError, Staged, ask_rule
from minijax.custom_linearity import Watch
from minijax.custom_rules import (
    FlatJVP,
    Held,
    TypedFun,
    positional,
    rule_name,
    rule_of,
)
from minijax.forward import Zero, jvp_rules, zero_like
from minijax.staging import check_callable
from minijax.static_arguments import Chosen, joined

# [custom_jvp_call_p]
custom_jvp_call_p = CustomCall("custom_jvp_call")


def custom_jvp_rule(primals, tangents, *, call):
    """Ask the rule, and read what it has written, if that is linear."""
    watch = Watch(rule_of(call.of), primals, tangents)
    outs, dots = ask_rule(call.of, call.rule, primals, tangents)
    if watch.reads(type(call.fun) is Staged):
        watch.check(outs, dots)
    return outs, dots


jvp_rules[custom_jvp_call_p] = custom_jvp_rule
# [/custom_jvp_call_p]


# [JVPCall]
class JVPCall(NamedTuple):
    """A function of leaves, `of` which function, and the rule for it."""

    of: object
    fun: object
    rule: object  # (primals, tangents) -> (outputs, their tangents)
    num_consts: int = 0
    examples: object = None

    name = property(lambda self: self.of.__name__)
    jaxpr = property(lambda self: self.fun.closed.jaxpr)
    # [/JVPCall]

    # [JVPCall.staged]
    def staged(self, fun, num_consts):
        """The same for a program; what it closes over comes first."""
        def rule(primals, tangents):
            if any(type(t) is not Zero for t in tangents[:num_consts]):
                raise CustomRuleError(self.of)
            return self.rule(primals[num_consts:], tangents[num_consts:])
        return self._replace(fun=fun, rule=rule, num_consts=num_consts)
    # [/JVPCall.staged]

    # [JVPCall.batched]
    def batched(self, examples, mapped):
        """The same for all examples at once."""
        def fun(*xs):
            outs, = examples.run(lambda xs: [self.fun(*xs)], (xs, mapped))
            return examples.outputs(outs)[0]

        def rule(primals, tangents):
            return examples.outputs(*examples.run(
                self.rule, (primals, mapped), (tangents, mapped)))
        return self._replace(fun=fun, rule=rule, examples=examples)
    # [/JVPCall.batched]

    # [JVPCall.shown]
    def shown(self):
        """What is printed of it, as JAX prints it."""
        consts = {"num_consts": self.num_consts} if self.num_consts else {}
        return {"name": self.name, "call_jaxpr": self.fun.closed,
                "jvp": rule_name(self.of.jvp), **consts,
                "symbolic_zeros": self.of.symbolic_zeros}
    # [/JVPCall.shown]


# [custom_jvp]
class custom_jvp:
    """A function whose derivative is given by a rule, set with `defjvp`.

    nondiff_argnums, nondiff_argnames: arguments that are not differentiated
    by, such as functions; the rule gets them first. AttributeError: it was
    called before it had a rule. JAX twin: `jax.custom_jvp`.
    """

    def __init__(self, fun, nondiff_argnums=(), nondiff_argnames=()):
        check_callable(fun, "custom_jvp")
        update_wrapper(self, fun)
        self.__name__ = rule_name(fun)  # a partial has none
        self.fun, self.jvp, self.symbolic_zeros = fun, None, False
        self.held = Chosen(fun, nondiff_argnums, nondiff_argnames, "nondiff")

    def defjvp(self, jvp, symbolic_zeros=False):
        """Set the rule: (held…, primals, tangents) -> (output, tangent).

        With symbolic_zeros, a tangent that is known to be zero comes as a
        Zero. Returns the rule, so that this can be a decorator.
        """
        self.jvp, self.symbolic_zeros = jvp, symbolic_zeros
        return jvp
    # [/custom_jvp]

    # [custom_jvp.call]
    def __call__(self, *args, **kwargs):
        if self.jvp is None:
            raise AttributeError(
                f"No JVP defined for custom_jvp function {self.__name__} "
                f"using defjvp. Write a rule, and @{self.__name__}.defjvp "
                "above it.")
        args = positional(self.fun, args, kwargs, "custom_jvp")
        chosen, (moving, _) = self.held.split(args, {})
        held = Held(chosen)
        leaves, tree = tree_util.tree_flatten((held.operands, moving))
        flat = TypedFun(lambda still, moving: self.fun(
            *joined(held.values(still), moving, {})[0]), tree,
            "custom_jvp", self.__name__)
        outs = custom_jvp_call_p.bind(
            *[as_array(x, self.__name__, i) for i, x in enumerate(leaves)],
            call=JVPCall(self, flat, FlatJVP(self, held, tree, flat)))
        return tree_util.tree_unflatten(flat.out_tree, outs)
    # [/custom_jvp.call]

    # [custom_jvp.defjvps]
    def defjvps(self, *jvps):
        """A rule for each argument, (tangent, output, *primals) -> tangent.

        None stands for a derivative that is zero.
        """
        if self.held.nums:
            raise TypeError("Can't use ``defjvps`` with ``nondiff_argnums``: "
                            "write one rule and set it with defjvp.")

        def jvp(primals, tangents):
            if len(jvps) != len(primals):
                raise TypeError(
                    f"defjvps of {self.__name__} was given {len(jvps)} rules, "
                    f"but the function has {len(primals)} arguments: give one "
                    "for each, or None where the derivative is zero.")
            out = self(*primals)
            parts = [rule(t, out, *primals)
                     for rule, t in zip(jvps, tangents) if rule]
            return out, tree_util.tree_map(total, out, *parts)
        jvp.made_of = "that defjvps made"
        self.defjvp(jvp)
    # [/custom_jvp.defjvps]


# [total]
def total(out, *parts):
    """The sum of tangents of one output, or its zero if there are none."""
    dots = [t for t in parts if type(t) is not Zero]
    return sum(dots[1:], dots[0]) if dots else zero_like(as_array(out))
# [/total]
