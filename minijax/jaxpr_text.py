"""Jaxprs as text, in the format in which JAX prints them.

show : Jaxpr -> str
"""

from itertools import count

from minijax.pretty_printer import Break, Group, Nest, join, layout

# [param_rules]
param_rules = {}  # primitive name -> (eqn, names) -> parameters to show
# [/param_rules]


class Names(dict):
    """Letters for variables, in the order in which they are met.

    A result that nobody in the jaxpr reads is called _.
    """

    def __init__(self, jaxpr):
        super().__init__(dict.fromkeys(results(jaxpr) - read(jaxpr), "_"))
        self.numbers = count()

    def __missing__(self, var):
        self[var] = letters(next(self.numbers))
        return self[var]


def letters(n):
    """0 -> a, …, 25 -> z, 26 -> ba: a number in base 26."""
    name = chr(ord("a") + n % 26)
    return letters(n // 26) + name if n >= 26 else name


# [results]
def results(jaxpr):
    """The variables that equations bind."""
    return set().union(*(e.outvars for e in jaxpr.eqns))


def read(jaxpr):
    """The variables that some equation or output reads."""
    return set(jaxpr.outvars).union(*(e.invars for e in jaxpr.eqns))
# [/results]


def show(jaxpr):
    """The text of a jaxpr; its variables are called a, b, c, …"""
    return layout(program(jaxpr, Names(jaxpr)))


# [program]
def program(jaxpr, names):
    """`{ lambda constants; inputs. let equations in (outputs) }`"""
    return Group([Nest(2, [
        "{ lambda ", binders(jaxpr.constvars, names), "; ",
        binders(jaxpr.invars, names), ". let",
        Nest(2, [Break(), *join(Break("; "), [
            equation(e, names) for e in jaxpr.eqns])]),
        Break(), "in (", words([
            v.written(names) for v in jaxpr.outvars], ","),
        ",)" if len(jaxpr.outvars) == 1 else ")"]), " }"])


# [/program]


# [equation]
def equation(eqn, names):
    """`c:f32[3] = mul a b`"""
    outs = [binders(eqn.outvars, names), " = "] if eqn.outvars else []
    return [*outs, eqn.primitive.name, parameters(eqn, names), " ",
            words([v.written(names) for v in eqn.invars])]


def binders(variables, names):
    """`a:f32[3] b:f32[]`"""
    return words([f"{v.written(names)}:{v.aval.str_short()}"
                  for v in variables])


def words(texts, ending=""):
    """Words in full lines: each break is decided for itself."""
    return Nest(2, join([ending, Group(Break())], texts))
# [/equation]


# [parameters]
def parameters(eqn, names):
    """`[axes=(0,)]`; one a line where a line is too short for all."""
    rule = param_rules.get(eqn.primitive.name)
    shown = rule(eqn, names) if rule else dict(sorted(eqn.params.items()))
    pairs = [[f"{k}=", value(x, names)] for k, x in shown.items()]
    return block("[", pairs, "]") if pairs else ""


def block(start, docs, end):
    return Group([Nest(2, [start, Break(""), *join(Break(), docs)]),
                  Break(""), end])


def value(x, names):
    """Programs as programs, functions by name, the rest by str."""
    if hasattr(x, "written"):
        return x.written(names)
    if type(x) is tuple and all(hasattr(v, "written") for v in x):
        return block("(", [v.written(names) for v in x], ")")
    return getattr(x, "__name__", str(x))
# [/parameters]


# [rules]
def rule(name):
    """Register which parameters of a primitive are shown, and how."""
    def register(f):
        param_rules[name] = f
        return f
    return register


@rule("broadcast_in_dim")
def _(eqn, names):
    """The shape is the result's; no dimensions means none to place."""
    dims = eqn.params["broadcast_dimensions"]
    return {"broadcast_dimensions": dims} if dims else {}


@rule("dot_general")
def _(eqn, names):
    """Lists for the dimensions; a precision only where one was asked for."""
    contract, batch = eqn.params["dimension_numbers"]
    lists = tuple(map(list, contract)), tuple(map(list, batch))
    given = {k: v for k, v in eqn.params.items() if v is not None}
    return {**given, "dimension_numbers": lists}
# [/rules]
