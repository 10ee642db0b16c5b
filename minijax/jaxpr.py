"""Programs as data: jaxprs, typed and in A-normal form.

jaxpr ::= { lambda const:type… ; in:type… . let eqn… in (atom…) }
eqn   ::= out:type… = primitive[param=value…] atom…
atom  ::= variable | literal

eval_jaxpr       : (Jaxpr, [const], *in) -> [out]
jaxpr_as_fun     : ClosedJaxpr -> (*in -> [out])
dce_jaxpr        : (Jaxpr, [is an output used?]) -> (Jaxpr, [is an input?])

JAX twin: jax/_src/core.py.
"""

from functools import cached_property

from minijax.array import as_array
from minijax.jaxpr_svg import draw
from minijax.jaxpr_text import jaxprs_in_params, program, show


class Var:
    """A variable: a type, and an identity. Letters come in print."""

    __slots__ = ("aval",)

    def __init__(self, aval):
        self.aval = aval

    def written(self, names):
        return names[self]

    def __repr__(self):
        return f"Var({self.aval.str_short()})"


class Literal:
    """A scalar written into the program itself."""

    __slots__ = ("val", "aval")

    def __init__(self, val):
        self.val, self.aval = val, val.aval

    def written(self, names):
        return f"{self.val!s}:{self.aval.str_short()}"

    def __repr__(self):
        return self.written({})


class JaxprEqn:
    """One step: outvars = primitive[params] invars."""

    __slots__ = ("invars", "outvars", "primitive", "params")

    def __init__(self, invars, outvars, primitive, params):
        self.invars, self.outvars = invars, outvars
        self.primitive, self.params = primitive, params

    def replace(self, **changes):
        """The same equation but for some fields."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return JaxprEqn(**{**fields, **changes})

    def __repr__(self):
        return f"{self.outvars} = {self.primitive}{self.params} {self.invars}"


# [Jaxpr]
class Jaxpr:
    """A program: constants and inputs in, equations in order, outputs."""

    def __init__(self, constvars, invars, outvars, eqns):
        self.constvars, self.invars = list(constvars), list(invars)
        self.outvars, self.eqns = list(outvars), list(eqns)

    def replace(self, **changes):
        """The same program but for some fields."""
        return Jaxpr(**{"constvars": self.constvars, "invars": self.invars,
                        "outvars": self.outvars, "eqns": self.eqns,
                        **changes})
    # [/Jaxpr]

    # [Jaxpr.last_use]
    @cached_property
    def last_use(self):
        """For each equation, the variables that nobody reads after it."""
        seen = {v for v in self.outvars if isinstance(v, Var)}
        dying = []
        for eqn in reversed(self.eqns):
            here = [v for v in dict.fromkeys((*eqn.invars, *eqn.outvars))
                    if isinstance(v, Var) and v not in seen]
            seen.update(here)
            dying.append(here)
        return dying[::-1]

    @cached_property
    def effectful(self):
        """Does running it do more than give its outputs?"""
        return any(map(has_effects, self.eqns))
    # [/Jaxpr.last_use]

    # [Jaxpr.print]
    written = program

    def __str__(self):
        return show(self)

    __repr__ = __str__

    def _repr_html_(self):
        """The drawing; None for a long program, which is shown as text."""
        return draw(self) if len(self.eqns) <= 200 else None
    # [/Jaxpr.print]


# [ClosedJaxpr]
class ClosedJaxpr:
    """A jaxpr together with the values of its constants."""

    def __init__(self, jaxpr, consts):
        self.jaxpr, self.consts = jaxpr, list(consts)

    eqns = property(lambda self: self.jaxpr.eqns)
    literals = property(lambda self: self.consts)
    in_avals = property(lambda self: [v.aval for v in self.jaxpr.invars])
    out_avals = property(lambda self: [v.aval for v in self.jaxpr.outvars])

    def written(self, names):
        return self.jaxpr.written(names)

    def __str__(self):
        return show(self.jaxpr)

    __repr__ = __str__

    def _repr_html_(self):
        return self.jaxpr._repr_html_()
# [/ClosedJaxpr]


def eval_jaxpr(jaxpr, consts, *args):
    """Run a jaxpr: bind its equations again, under the current trace.

    A value is dropped after its last use. Returns the list of outputs.
    """
    env = dict(zip(jaxpr.constvars, consts, strict=True))
    env.update(zip(jaxpr.invars, args, strict=True))

    def read(atom):
        return atom.val if type(atom) is Literal else env[atom]
    for eqn, dying in zip(jaxpr.eqns, jaxpr.last_use):
        outs = eqn.primitive.bind(*map(read, eqn.invars), **eqn.params)
        if not eqn.primitive.multiple_results:
            outs = [outs]
        env.update(zip(eqn.outvars, outs))
        for v in dying:
            del env[v]
    return [read(atom) for atom in jaxpr.outvars]


def jaxpr_as_fun(closed):
    """The function that a closed jaxpr is: arrays in, list of arrays out.

    TypeError: the arguments are not of the types that it was traced for.
    """
    def fun(*args):
        args = [as_array(x, "a jaxpr", i) for i, x in enumerate(args)]
        given = [x.aval for x in args]
        if not typematch(given, closed.in_avals):
            raise TypeError(
                f"the jaxpr takes {types(closed.in_avals)}, got "
                f"{types(given)}. A jaxpr is a program for one choice of "
                "types; trace the function again for others.")
        return eval_jaxpr(closed.jaxpr, closed.consts, *args)
    return fun


# [typematch]
def typematch(avals, others):
    """Are these the same shapes and dtypes? Weakness is left aside."""
    return [(a.shape, a.dtype) for a in avals] == [
        (a.shape, a.dtype) for a in others]


def types(avals):
    return ", ".join(map(str, avals)) or "nothing"
# [/typematch]


# [has_effects]
def has_effects(eqn):
    """Does an equation, or a program in it, do more than give its results?"""
    return eqn.primitive.effectful or any(
        jaxpr.effectful for jaxpr in jaxprs_in_params(eqn.params))
# [/has_effects]


# [dce]
dce_rules = {}  # Primitive -> rule, for equations that hold programs


def dce_jaxpr(jaxpr, used_outputs, instantiate=False):
    """The jaxpr without what its used outputs do not need.

    Returns it, and for each input whether it is used; unused inputs are
    gone, unless instantiate. Equations with effects stay.
    """
    outvars = [v for v, used in zip(
        jaxpr.outvars, used_outputs, strict=True) if used]
    needed, eqns = set(outvars), []
    for eqn in reversed(jaxpr.eqns):
        if needed.isdisjoint(eqn.outvars) and not has_effects(eqn):
            continue
        if eqn.primitive in dce_rules:
            used = [v in needed for v in eqn.outvars]
            eqn = dce_rules[eqn.primitive](used, eqn)
        needed.update(eqn.invars)
        eqns.append(eqn)
    kept = [instantiate or v in needed for v in jaxpr.invars]
    return jaxpr.replace(
        constvars=[v for v in jaxpr.constvars if v in needed],
        invars=[v for v, keep in zip(jaxpr.invars, kept) if keep],
        outvars=outvars, eqns=eqns[::-1]), kept
# [/dce]
