"""The NumPy program of a jaxpr: source that is compiled once, and kept.

numpy_program : ClosedJaxpr of a -> b  to  Program of a -> b

One line an equation; a name is deleted after its last use, so that its
memory can be used again. JAX has XLA behind this door.
"""

import re
from itertools import chain, count
from keyword import iskeyword

import numpy as np

from minijax.config import config
from minijax.jaxpr import Literal
from minijax.jaxpr_text import Names
from minijax.jaxpr_transforms import kept_with_program

disable_optimizations = config.define("jax_disable_most_optimizations", False)
calls = {}  # Primitive -> (writer, eqn, operands) -> the text of its call


# [Program]
class Program:
    """A NumPy program. It can be read, and called with ndarrays."""

    def __init__(self, name, source, scope, parts):
        self.name, self.source, self.parts = name, source, parts
        exec(compile(source, f"<NumPy program {name}>", "exec"), scope)
        self.run = scope.pop(name)  # a scope that held it would be a cycle

    def __call__(self, *values):
        return self.run(*values)

    def as_text(self):
        """The source, and before it that of the programs it calls."""
        texts = {}
        self.add_to(texts)
        return "\n\n".join(texts.values())

    def add_to(self, texts):
        if id(self) not in texts:
            for part in self.parts:
                part.add_to(texts)
            texts[id(self)] = self.source
# [/Program]


# [numpy_program]
@kept_with_program
def numpy_program(closed, name="program"):
    """The Program of a closed jaxpr; each part of it is compiled once."""
    plain = disable_optimizations.value
    writer = writers[0 if plain else -1](closed, name)
    arguments = ", ".join(map(writer.name, writer.jaxpr.invars))
    body = writer.body()
    outs = row([writer.array(v) for v in writer.jaxpr.outvars])
    lines = [*writer.head, f"def {name}({arguments}):",
             *[f"    {line}" for line in body], f"    return {outs or '()'}"]
    return Program(name, "\n".join(lines) + "\n", writer.scope, writer.parts)


def row(names):
    """`a, b`, and `a,` for one alone."""
    return ", ".join(names) + "," * (len(names) == 1)
# [/numpy_program]


# [Writer]
class Writer:
    """Equations as lines of Python, and the scope in which these run.

    Variables have the letters that they have in the printed jaxpr.
    """

    def __init__(self, closed, name):
        self.jaxpr = closed.jaxpr
        self.names = Names(closed.jaxpr)
        self.scope = {"np": np, "dtype": np.dtype, "inf": np.inf,
                      "nan": np.nan, name: None}
        self.head, self.given, self.parts, self.called = [], {}, [], {}
        self.constants = set(closed.jaxpr.constvars)
        for v, x in zip(closed.jaxpr.constvars, closed.consts):
            self.scope[self.name(v)] = np.asarray(x)
            self.head.append(f"# {self.name(v)} is a constant, {v.aval}")
    # [/Writer]

    # [Writer.name]
    def name(self, atom):
        """The name of a variable, or of a literal's array."""
        if type(atom) is Literal:
            number = atom.val.item()
            if type(number) not in (bool, int, float):
                return self.put("the_number", np.asarray(atom.val))
            return self.constant(f"np.array({number!r}, '{atom.aval.dtype}')")
        name = self.names[atom]
        return f"_{name}" if len(name) > 1 else name  # no keyword, no function

    def constant(self, text):
        """A name for an array that is made once, when the program is."""
        if text not in self.given:
            self.given[text] = f"k{len(self.given)}"
            self.head.append(f"{self.given[text]} = {text}")
        return self.given[text]
    # [/Writer.name]

    # [Writer.line]
    def body(self):
        """The lines of the program, one for each equation."""
        return [self.line(eqn, dying) for eqn, dying in zip(
            self.jaxpr.eqns, self.jaxpr.last_use)]

    def line(self, eqn, dying):
        """One equation: the call, and the end of what nobody reads again."""
        result = self.result(eqn, dying)
        outs = row([self.name(v) for v in eqn.outvars])
        if not eqn.primitive.multiple_results:
            outs = self.name(eqn.outvars[0])
        dead = [self.name(v) for v in dying if v not in self.constants]
        end = ", ".join(name for name in dead if name != "_")
        return (f"{outs} = " * bool(outs) + result
                + f"; del {end}" * bool(end))

    def result(self, eqn, dying):
        """The call, and an array where NumPy would give a scalar."""
        call = self.call(eqn, [self.array(atom) for atom in eqn.invars])
        if eqn.primitive.multiple_results or eqn.outvars[0].aval.shape:
            return call
        return f"np.asarray({call})"

    def array(self, atom):
        """The text of a variable or a literal, as an array."""
        return self.name(atom)

    # [/Writer.line]

    # [Writer.call]
    def call(self, eqn, operands):
        """The call of NumPy, or of a function in scope, for an equation."""
        if eqn.primitive in calls:
            return calls[eqn.primitive](self, eqn, operands)
        given = [f"{k}={self.value(v, k)}" for k, v in eqn.params.items()]
        function = self.function(eqn.primitive.name, eqn.primitive.impl)
        return f"{function}({', '.join(operands + given)})"
    # [/Writer.call]

    # [Writer.function]
    def function(self, name, impl):
        """How an implementation is called: np.sin, or its primitive's name."""
        if isinstance(impl, np.ufunc):
            return f"np.{impl.__name__}"
        return self.put(identifier(name), impl)

    def put(self, name, x):
        """A name in the scope for x: its own, if that is free."""
        title = self.free(name, x)
        self.scope[title] = x
        return title

    def free(self, name, x):
        """`name`, or `name_2` and so on: the first that means nothing or x."""
        titles = chain([name], (f"{name}_{n}" for n in count(2)))
        return next(title for title in titles
                    if title not in self.scope or self.scope[title] is x)

    def value(self, x, name):
        """A parameter as text; what Python cannot read back, by a name."""
        return repr(x) if readable(x) else self.put(f"the_{name}", x)
    # [/Writer.function]

    # [Writer.part]
    def part(self, closed, name):
        """The name, unlike any other here, by which a program is called."""
        if closed not in self.called:
            title = self.free(name, closed)
            part = numpy_program(closed, title)
            self.parts.append(part)
            self.scope[title], self.called[closed] = part.run, title
        return self.called[closed]
    # [/Writer.part]


# [writers]
writers = [Writer]  # the last one writes; chapter 12 has a better one
# [/writers]


# [readable]
def identifier(name):
    """An operation's name as Python can read it, unlike any variable's."""
    name = re.sub(r"\W", "_", name).lstrip("_0123456789")
    return name if len(name) > 1 and not iskeyword(name) else f"{name}_"


def readable(x):
    """Does repr(x), read again, give x?"""
    if type(x) is tuple:
        return all(map(readable, x))
    return x is None or type(x) in (bool, int, float, str) or isinstance(
        x, np.dtype)
# [/readable]
