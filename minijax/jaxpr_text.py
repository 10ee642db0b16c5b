"""Jaxprs as text, in the format in which JAX prints them.

show : Jaxpr -> str
"""

from itertools import count

WIDTH = 80

# [param_rules]
param_rules = {}  # primitive name -> how its parameters are shown
# [/param_rules]


class Names(dict):
    """Letters for variables, in the order in which they are met."""

    def __init__(self):
        self.numbers = count()

    def __missing__(self, var):
        self[var] = letters(next(self.numbers))
        return self[var]


def letters(n):
    """0 -> a, …, 25 -> z, 26 -> ba: a number in base 26."""
    name = chr(ord("a") + n % 26)
    return letters(n // 26) + name if n >= 26 else name


# [show]
def show(jaxpr):
    """The text of a jaxpr, with variables named a, b, c, … as they appear."""
    return show_in(jaxpr, Names(), 0)


def show_in(jaxpr, names, indent):
    """On one line if it fits there, else with a line for each equation."""
    for unread in set().union(*(e.outvars for e in jaxpr.eqns)) - read(jaxpr):
        names[unread] = "_"
    head = "{ lambda " + binders(jaxpr.constvars, names, indent, 9) + "; "
    column = len(head) - head.rfind("\n") - 1
    head += binders(jaxpr.invars, names, indent, column) + ". let"
    eqns = [show_eqn(e, names, indent + 4) for e in jaxpr.eqns]
    outs = ", ".join(v.written(names) for v in jaxpr.outvars)
    tail = f"in ({outs}{',' if len(jaxpr.outvars) == 1 else ''}) }}"
    line = f"{head} {'; '.join(eqns)} {tail}"
    if "\n" not in line and indent + len(line) <= WIDTH:
        return line
    lines = [" " * (indent + 4) + e for e in eqns or [""]]
    return "\n".join([head, *lines, " " * (indent + 2) + tail])


def read(jaxpr):
    """The variables that some equation or output reads."""
    return set(jaxpr.outvars).union(*(e.invars for e in jaxpr.eqns))
# [/show]


# [show_eqn]
def binders(variables, names, indent, column=0):
    """`a:f32[3] b:f32[]`, going on in a new line where one is full."""
    text, room = "", WIDTH - column
    for v in variables:
        if text and len(text) - text.rfind("\n") > room:
            text, room = text + "\n" + " " * (indent + 4), WIDTH
        elif text:
            text += " "
        text += f"{v.written(names)}:{v.aval.str_short()}"
    return text


def show_eqn(eqn, names, indent):
    """`c:f32[3] = mul a b`, the parameters on lines of their own if long."""
    outs = binders(eqn.outvars, names, indent)
    ins = " " + " ".join(v.written(names) for v in eqn.invars)
    start = f"{outs} = {eqn.primitive.name}" if outs else eqn.primitive.name
    return start + show_params(eqn, names, indent, len(start)) + ins
# [/show_eqn]


# [show_params]
def show_params(eqn, names, indent, column):
    """`[axes=(0,)]`; one a line where a line is too short for all."""
    shown = param_rules.get(eqn.primitive.name, dict)(eqn.params)
    pairs = [f"{k}={show_value(shown[k], names, indent + 2)}"
             for k in sorted(shown)]
    line = f"[{' '.join(pairs)}]" if pairs else ""
    if "\n" not in line and indent + column + len(line) <= WIDTH:
        return line
    lines = [" " * (indent + 2) + pair for pair in pairs]
    return "\n".join(["[", *lines, " " * indent + "]"])


def show_value(value, names, indent):
    """A parameter: programs as programs, dtypes by name, the rest by str."""
    value = getattr(value, "jaxpr", value)
    if hasattr(value, "eqns"):
        return show_in(value, names, indent)
    if isinstance(value, tuple) and value and all(
            hasattr(getattr(v, "jaxpr", v), "eqns") for v in value):
        inner = [show_value(v, names, indent + 2) for v in value]
        pad = "\n" + " " * (indent + 2)
        return f"({pad}{pad.join(inner)}\n{' ' * indent})"
    return value.__name__ if callable(value) else str(value)
# [/show_params]


# [rules]
def rule(name):
    """Register how the parameters of a primitive are shown."""
    def register(f):
        param_rules[name] = f
        return f
    return register


@rule("broadcast_in_dim")
def _(params):
    """The shape is the result's; no dimensions means none to place."""
    dims = params["broadcast_dimensions"]
    return {"broadcast_dimensions": dims} if dims else {}


@rule("dot_general")
def _(params):
    """Lists for the dimensions; a precision only where one was asked for."""
    contract, batch = params["dimension_numbers"]
    lists = tuple(map(list, contract)), tuple(map(list, batch))
    given = {k: v for k, v in params.items() if v is not None}
    return {**given, "dimension_numbers": lists}
# [/rules]
