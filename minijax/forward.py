"""Forward mode: every value travels with its tangent.

jvp : (a -> b) -> (a, T a) -> (b, T b)
rule: (primals, tangents, **params) -> (primal out, tangent out)

The rules themselves are in `jvp_elementwise` and `jvp_structural`.
JAX twin: jax/_src/interpreters/ad.py.
"""

import numpy as np

from minijax import lax, tree_util
from minijax.api_util import FlatFun
from minijax.array import as_array
from minijax.core import Primitive, Trace, Tracer, current
from minijax.dtypes import float0
from minijax.rules import Rules

jvp_rules = Rules("Differentiation rule")


# [Zero]
class Zero:
    """A tangent that is known to be zero: nothing to compute or to store."""

    __slots__ = ("aval",)

    def __init__(self, aval):
        self.aval = aval  # the type of the tangent that it stands for

    shape = property(lambda self: self.aval.shape)
    dtype = property(lambda self: self.aval.dtype)

    def __repr__(self):
        return f"Zero({self.aval.str_short()})"


def zero_like(x):
    """The zero tangent of a primal."""
    return Zero(x.aval.tangent())


add_any_p = Primitive("add_any")  # add, for two tangents of one type
add_any_p.def_impl(np.add)
add_any_p.def_abstract_eval(lambda t, u: u if t.weak_type else t)


def add_tangents(t, u):
    """t + u, where either may be a Zero."""
    if type(t) is Zero:
        return u
    return t if type(u) is Zero else add_any_p.bind(t, u)
# [/Zero]


def instantiate(t):
    """The array of a tangent, for those who need one."""
    if type(t) is not Zero:
        return t
    if t.aval.dtype == float0:
        return np.zeros(t.aval.shape, float0)
    return lax.full(t.aval.shape, 0, t.aval.dtype)


# [JVPTracer]
class JVPTracer(Tracer):
    """A primal and its tangent. There is no tracer for a Zero tangent."""

    __slots__ = ("primal", "tangent", "aval")

    def __init__(self, trace, primal, tangent):
        self.trace, self.aval = trace, primal.aval
        self.primal, self.tangent = primal, tangent

    def to_concrete_value(self):
        if isinstance(self.primal, Tracer):
            return self.primal.to_concrete_value()
        return self.primal
# [/JVPTracer]


# [JVPTrace]
class JVPTrace(Trace):
    """Operations act on pairs (primal, tangent); the parent computes both."""

    name = "jvp"

    def split(self, x):
        """The primal and the tangent of an operand."""
        if type(x) is JVPTracer and x.trace is self:
            return x.primal, x.tangent
        x = as_array(x)
        return x, zero_like(x)

    def join(self, primal, tangent):
        if type(tangent) is Zero:
            return primal
        return JVPTracer(self, primal, tangent)
    # [/JVPTrace]

    def process_primitive(self, primitive, args, params):
        primals, tangents, moving = [], [], False
        for x in args:
            primal, tangent = self.split(x)
            primals.append(primal)
            tangents.append(tangent)
            moving = moving or type(tangent) is not Zero
        if not moving:
            return self.parent.process_primitive(primitive, primals, params)
        before, current.trace = current.trace, self.parent
        try:
            pair = jvp_rules[primitive](primals, tangents, **params)
        finally:
            current.trace = before
        if type(pair) is not tuple or len(pair) != 2:
            raise TypeError(no_pair("jvp", primitive, pair, "tangent"))
        out, t = pair
        if primitive.multiple_results:
            return [self.join(*pair) for pair in zip(out, t)]
        return out if type(t) is Zero else JVPTracer(self, out, t)

    # [JVPTrace.run]
    def run(self, fun, primals, tangents):
        """A flat function on pairs: its primals out and its tangents out."""
        outs = fun(*map(self.join, primals, tangents))
        if fun.has_aux:
            fun.aux = tree_util.tree_map(self.lower, fun.aux)
        return unzip(map(self.split, outs))

    def lower(self, x):
        """What is left of a value when the tangents are not wanted."""
        return x.primal if type(x) is JVPTracer and x.trace is self else x
    # [/JVPTrace.run]


def no_pair(kind, primitive, got, second):
    """What a rule gave, where a result and something about it is asked."""
    return (f"the {kind} rule of {primitive} must return a pair, (result, "
            f"{second}), but gave {got!r:.80}; write `return out, {second}`.")


def unzip(pairs):
    """[(a, b), …] -> [a, …], [b, …]"""
    pairs = list(pairs)
    return [a for a, _ in pairs], [b for _, b in pairs]


def jvp(fun, primals, tangents, has_aux=False):
    """The value of `fun` and its derivative along `tangents`.

    primals, tangents: tuples of arguments, of one tree; a tangent has its
    primal's shape and dtype (float0 where that is an integer or bool).
    Returns (fun(*primals), tangent of it), and aux with has_aux.
    TypeError, ValueError: the two do not match. JAX twin: `jax.jvp`.
    """
    primals, tangents, in_tree = check_pairs(primals, tangents)
    flat = FlatFun(fun, in_tree, has_aux, "jvp")
    with JVPTrace(fun) as trace:
        outs, outs_dot = trace.run(flat, primals, tangents)
    outs_dot = [instantiate(t) for t in outs_dot]
    result = (tree_util.tree_unflatten(flat.out_tree, outs),
              tree_util.tree_unflatten(flat.out_tree, outs_dot))
    return (*result, flat.aux) if has_aux else result


def check_pairs(primals, tangents):
    """Leaves of both, matched; a float0 tangent is a Zero from here on."""
    for given in primals, tangents:
        if not isinstance(given, tuple | list):
            raise TypeError(
                "primal and tangent arguments to jvp must be tuples or lists; "
                f"found {type(primals).__name__} and "
                f"{type(tangents).__name__}. For one argument write "
                "jvp(f, (x,), (t,)).")
    leaves, tree = tree_util.tree_flatten(tuple(primals))
    dots, dots_tree = tree_util.tree_flatten(tuple(tangents))
    if tree != dots_tree:
        raise TypeError(
            "primal and tangent arguments to jvp must have the same tree "
            f"structure; primals have tree structure {tree} whereas tangents "
            f"have tree structure {dots_tree}.")
    pairs = [check_pair(as_array(x, "jvp"), t, primals, n)
             for n, (x, t) in enumerate(zip(leaves, dots))]
    return *unzip(pairs), tree


def check_pair(x, t, primals, n):
    """Leaf n with its tangent, or an error that names the leaf."""
    t = t if getattr(t, "dtype", None) == float0 else as_array(t, "jvp")
    want = x.aval.tangent()
    if (t.shape, t.dtype) == (want.shape, want.dtype):
        return x, (Zero(want) if want.dtype == float0 else t)
    path, _ = tree_util.tree_leaves_with_path(tuple(primals))[n]
    where = tree_util.keystr(path)
    if t.dtype != want.dtype:
        remedy = ("Differentiate with respect to floating-point numbers: "
                  "write 2.0, not 2." if want.dtype == float0
                  else "Cast it: minijax.numpy.asarray(t, "
                       f"{want.dtype.name!r}).")
        raise TypeError(
            "primal and tangent arguments to jvp do not match;\ndtypes must "
            "be equal, or in case of int/bool primal dtype the tangent dtype\n"
            f"must be float0. Got primal dtype {x.dtype.name} and so expected "
            f"tangent dtype\n{dtype_name(want.dtype)}, but got tangent dtype "
            f"{dtype_name(t.dtype)} instead, at primals{where}.\n{remedy}")
    raise ValueError(
        "jvp called with different primal and tangent shapes;\ngot primal "
        f"shape {x.shape} and tangent shape {t.shape} at primals{where}."
        "\nA tangent is a direction in which its primal can move, so the "
        "two have one shape.")


def dtype_name(dtype):
    return "float0" if dtype == float0 else dtype.name


# [defjvp]
def defjvp(primitive, *rules):
    """One rule for each operand, `rule(t, ans, *primals, **params)`.

    A rule gives what its operand's tangent adds to the result's; None says
    that it adds nothing.
    """
    def rule(primals, tangents, **params):
        ans, total = primitive.bind(*primals, **params), None
        for rule, t in zip(rules, tangents):
            if rule is not None and type(t) is not Zero:
                part = fit(rule(t, ans, *primals, **params), ans)
                total = part if total is None else add_tangents(total, part)
        return ans, zero_like(ans) if total is None else total
    jvp_rules[primitive] = rule


def fit(t, ans):
    """Where an operand was stretched to ans's shape, so is its tangent."""
    if t.aval.shape == ans.aval.shape:
        return t
    axes = tuple(range(ans.ndim - t.ndim, ans.ndim))
    return lax.broadcast_in_dim(t, ans.shape, axes)
# [/defjvp]


# [deflinear]
def deflinear(primitive):
    """The derivative of a linear operation is that operation."""
    def rule(primals, tangents, **params):
        ans = primitive.bind(*primals, **params)
        dots = [instantiate(t) for t in tangents]
        return ans, primitive.bind(*dots, **params)
    jvp_rules[primitive] = rule


deflinear(add_any_p)


def defzero(primitive):
    """The derivative is zero wherever there is one, as for `floor`."""
    def rule(primals, tangents, **params):
        ans = primitive.bind(*primals, **params)
        if primitive.multiple_results:
            return ans, [zero_like(x) for x in ans]
        return ans, zero_like(ans)
    jvp_rules[primitive] = rule
# [/deflinear]
