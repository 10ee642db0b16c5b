"""custom_vjp: a function that brings its own backward pass.

custom_vjp : (a -> b) -> (a -> b), which waits for its two rules
fwd        : a -> (b, res)
bwd        : (*held, res, CT b) -> CT a

Under jvp the forward rule runs, and leaves behind an operation on tangents
that can only be transposed: its transpose is the backward rule.
JAX twin: jax/_src/custom_derivatives.py.
"""

from functools import update_wrapper
from typing import NamedTuple

from minijax import tree_util
from minijax.array import as_array
from minijax.batching import batching_rules
from minijax.core import Tracer
from minijax.custom_calls import CustomCall, CustomRuleError, ask_rule
from minijax.custom_rules import TypedFun, positional, rule_name
from minijax.custom_vjp_rules import FlatVJP
from minijax.dtypes import float0
from minijax.errors import UnexpectedTracerError
from minijax.forward import Zero, jvp_rules
from minijax.jaxpr_text import param_rules
from minijax.jaxpr_transforms import ProgramPrimitive, merge, select
from minijax.staging import check_callable
from minijax.static_arguments import Chosen, joined
from minijax.transpose import transposes


# [custom_vjp]
class custom_vjp:
    """A function whose backward pass is given by two rules, see `defvjp`.

    nondiff_argnums, nondiff_argnames: arguments that are no arrays, such as
    functions; bwd gets them first. AttributeError: it was called before it
    had its rules. TypeError: forward mode. JAX twin: `jax.custom_vjp`.
    """

    def __init__(self, fun, nondiff_argnums=(), nondiff_argnames=()):
        check_callable(fun, "custom_vjp")
        update_wrapper(self, fun)
        self.__name__ = rule_name(fun)  # a partial has none
        self.fun, self.fwd, self.bwd = fun, None, None
        self.symbolic_zeros = False
        self.held = Chosen(fun, nondiff_argnums, nondiff_argnames, "nondiff")
    # [/custom_vjp]

    # [custom_vjp.defvjp]
    def defvjp(self, fwd, bwd, symbolic_zeros=False, optimize_remat=False):
        """Set fwd: arguments -> (output, residuals), and bwd: (held…,
        residuals, cotangent) -> a tuple of one cotangent for each argument.

        None stands for a zero cotangent. With symbolic_zeros, fwd gets each
        array as a CustomVJPPrimal, and bwd may get a SymbolicZero.
        optimize_remat is accepted, and changes nothing.
        """
        self.fwd, self.bwd = fwd, bwd
        self.symbolic_zeros = symbolic_zeros
    # [/custom_vjp.defvjp]

    # [custom_vjp.call]
    def __call__(self, *args, **kwargs):
        if self.fwd is None:
            raise AttributeError(
                f"No VJP defined for custom_vjp function {self.__name__} "
                f"using defvjp. Write its rules, and {self.__name__}.defvjp("
                "fwd, bwd).")
        args = positional(self.fun, args, kwargs, "custom_vjp")
        held, (moving, _) = self.held.split(args, {})
        refuse_tracers(held.values())
        leaves, tree = tree_util.tree_flatten(moving)
        leaves = [as_array(x, self.__name__, i) for i, x in enumerate(leaves)]

        def whole(fun):
            return lambda *xs: fun(*joined(held, xs, {})[0])
        flat = TypedFun(whole(self.fun), tree, name="custom_vjp")
        rules = FlatVJP(self, whole(self.fwd), held.values(), tree, flat,
                        [x.aval for x in leaves])
        outs = custom_vjp_call_p.bind(*leaves, call=VJPCall(
            self, flat, rules.fwd))
        return tree_util.tree_unflatten(flat.out_tree, outs)
    # [/custom_vjp.call]


# [refuse_tracers]
class HeldTracerError(UnexpectedTracerError):
    """A tracer where only what is no array may be."""

    __init__ = TypeError.__init__


def refuse_tracers(held):
    """nondiff_argnums is for what cannot hold a tracer."""
    if any(isinstance(x, Tracer) for x in tree_util.tree_leaves(list(held))):
        raise HeldTracerError(
            "Found a JAX Tracer object passed as an argument to a custom_vjp "
            "function in a position indicated by nondiff_argnums as "
            "non-differentiable. Tracers cannot be passed as "
            "non-differentiable arguments to custom_vjp functions; pass it "
            "as an ordinary argument, and let the backward rule return None "
            "for it.")
# [/refuse_tracers]


# [VJPCall]
class VJPCall(NamedTuple):
    """A function of leaves, `of` which function, and its forward rule.

    That gives outputs, residuals, and the backward rule for these: a function
    of residuals and cotangents.
    """

    of: object
    fun: object
    fwd: object  # (primals, which move) -> (outputs, residuals, bwd)
    num_consts: int = 0
    examples: object = None

    name = property(lambda self: self.of.__name__)
    jaxpr = property(lambda self: self.fun.closed.jaxpr)
    # [/VJPCall]

    # [VJPCall.staged]
    def staged(self, fun, num_consts):
        """The same for a program; what it closes over comes first."""
        def fwd(primals, moves):
            if any(moves[:num_consts]):
                raise CustomRuleError(self.of)
            outs, residuals, bwd = self.fwd(primals[num_consts:],
                                            moves[num_consts:])
            still = [Zero(x.aval.tangent()) for x in primals[:num_consts]]
            return outs, residuals, lambda *lists: still + bwd(*lists)
        return self._replace(fun=fun, fwd=fwd, num_consts=num_consts)
    # [/VJPCall.staged]

    # [VJPCall.batched]
    def batched(self, examples, mapped):
        """The same for all examples at once."""
        def fun(*xs):
            outs, = examples.run(lambda xs: [self.fun(*xs)], (xs, mapped))
            return examples.outputs(outs)[0]

        def fwd(primals, moves):
            def one(xs):
                nonlocal bwd
                outs, residuals, bwd = self.fwd(xs, moves)
                return outs, residuals
            bwd = None
            outs, residuals = examples.run(one, (primals, mapped))
            outs, = examples.outputs(outs)
            differ = [axis is not None for _, axis in residuals]
            residuals = [examples.every(pair) if m else pair[0]
                         for pair, m in zip(residuals, differ)]
            return outs, residuals, batched_bwd(
                bwd, examples, differ, examples.differ, mapped)
        return self._replace(fun=fun, fwd=fwd, examples=examples)
    # [/VJPCall.batched]

    # [VJPCall.shown]
    def shown(self):
        """What is printed of it, as JAX prints it."""
        consts = {"num_consts": self.num_consts} if self.num_consts else {}
        return {"name": self.name, "bwd": rule_name(self.of.bwd),
                "call_jaxpr": self.fun.closed, "fwd": rule_name(self.of.fwd),
                **consts, "symbolic_zeros": self.of.symbolic_zeros}
    # [/VJPCall.shown]


# [batched_bwd]
def batched_bwd(bwd, examples, *differ):
    """The backward rule for all examples.

    differ: which residuals, outputs and arguments are one for each of them.
    What all the examples share gets the sum of their cotangents.
    """
    def every(residuals, cts):
        back, = examples.run(lambda *lists: [bwd(*lists)],
                             (residuals, differ[0]), (cts, differ[1]))
        return [examples.every(pair) if m else examples.sum(pair)
                for pair, m in zip(back, differ[2])]
    return every
# [/batched_bwd]


# [custom_vjp_call_p]
custom_vjp_call_p = CustomCall("custom_vjp_call")


def custom_vjp_jvp(primals, tangents, *, call):
    """Run fwd now; what bwd will do waits in an operation on tangents."""
    moves = [type(t) is not Zero for t in tangents]
    outs, residuals, bwd = ask_rule(call.of, call.fwd, primals, moves)
    avals = [x.aval.tangent() for x in outs]
    dots = custom_lin_p.bind(
        *residuals, *select(tangents, moves)[0], of=call.of, bwd=bwd,
        num_res=len(residuals), moves=tuple(moves), out_avals=tuple(avals))
    can_move = [a.dtype != float0 for a in avals]
    still = [Zero(a) for a in select(avals, can_move)[1]]
    return outs, merge(can_move, dots, still)


jvp_rules[custom_vjp_call_p] = custom_vjp_jvp
# [/custom_vjp_call_p]


# [custom_lin_p]
custom_lin_p = ProgramPrimitive("custom_lin")


@custom_lin_p.def_abstract_eval
def tangent_types(*avals, out_avals, **params):
    return [a for a in out_avals if a.dtype != float0]


@custom_lin_p.def_impl
def no_forward_mode(*args, **params):
    raise TypeError(
        "can't apply forward-mode autodiff (jvp) to a custom_vjp function. "
        "Its rules say how cotangents go back, and not how tangents go "
        "forward. Use grad, vjp or jacrev, or give it a custom_jvp rule: "
        "reverse mode is made of that.")


jvp_rules[custom_lin_p] = batching_rules[custom_lin_p] = no_forward_mode
# [/custom_lin_p]


# [custom_lin_transpose]
def custom_lin_transpose(cts, *operands, of, bwd, num_res, moves, out_avals):
    """The backward rule, at the residuals."""
    can_move = [a.dtype != float0 for a in out_avals]
    still = [Zero(a) for a in select(out_avals, can_move)[1]]
    back = ask_rule(of, bwd, list(operands[:num_res]),
                    merge(can_move, cts, still))
    return [None] * num_res + select(back, moves)[0]


transposes[custom_lin_p] = custom_lin_transpose
param_rules["custom_lin"] = lambda eqn, names: {
    "bwd": rule_name(eqn.params["of"].bwd), "num_res": eqn.params["num_res"]}
# [/custom_lin_transpose]
