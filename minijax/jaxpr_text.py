"""Jaxprs as text, in the format in which JAX prints them.

show             : Jaxpr -> str
jaxprs_in_params : {param} -> Jaxpr…
"""

from collections import Counter, deque
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
        self.numbers, self.programs = count(), {}

    def __missing__(self, var):
        taken = self.programs.values()
        self[var] = next(name for name in map(letters, self.numbers)
                         if name not in taken)
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


def show(jaxpr, names=None):
    """The text of a jaxpr; its variables are called a, b, c, …"""
    names = Names(jaxpr) if names is None else names
    names.programs = shared(jaxpr)
    first = [["let ", name, " = ", braces(inner, names), " in", Break()]
             for inner, name in names.programs.items()]
    return layout([*first, braces(jaxpr, names)])


def shared(jaxpr):
    """Names for the long programs in it, and those that it has twice."""
    times, titles, todo = Counter(), {}, deque([jaxpr])
    while todo:
        inner = todo.popleft()
        if times[inner] < 4:  # often enough to know: what it has is had twice
            times[inner] += 1 + (inner is not jaxpr and len(inner.eqns) > 10)
            for eqn in inner.eqns:
                found = list(jaxprs_in_params(eqn.params))
                todo += found
                for program in found if "name" in eqn.params else ():
                    titles.setdefault(program, eqn.params["name"].strip("<>"))
    return distinct({program: titles.get(program, "jaxpr")
                     for program, n in times.items() if n > 1})


def distinct(titles):
    """f, f, f -> f, f1, f2"""
    seen = Counter()
    for key, title in titles.items():
        n = seen[title]
        seen[title] += 1
        titles[key] = f"{title}{n}" if n else title
        seen[titles[key]] += bool(n)
    return titles


def jaxprs_in_params(params):
    """The programs among an equation's parameters, alone or in tuples."""
    for value in params.values():
        for x in value if isinstance(value, tuple) else (value,):
            x = getattr(x, "jaxpr", x)
            if hasattr(x, "eqns"):
                yield x


# [program]
def program(jaxpr, names):
    """A program in an equation, or the name by which it stands above."""
    return names.programs.get(jaxpr) or braces(jaxpr, names)


def braces(jaxpr, names):
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
    rule = param_rules.get(eqn.primitive.name)
    shown = rule(eqn, names) if rule else dict(sorted(eqn.params.items()))
    outs = [binders(eqn.outvars, names), " = "] if eqn.outvars else []
    return [*outs, eqn.primitive.name, parameters(shown, names), " ",
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
def parameters(shown, names):
    """`[axes=(0,)]`; one a line where a line is too short for all."""
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
