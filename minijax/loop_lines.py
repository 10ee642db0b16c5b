"""Loops written out: the body's lines in the program, not a call a step.

blocks : while_p, scan_p -> (writer, equation) -> lines
"""

from minijax.compiler import blocks
from minijax.jaxpr import Var
from minijax.rewiring import split
from minijax.scalars import is_number
from minijax.scan_program import scan_p, steps
from minijax.while_program import while_p


def assign(targets, values):
    """`a, b = c, d`, or nothing."""
    pairs = [(t, v) for t, v in zip(targets, values) if t != v]
    return [f"{', '.join(t for t, _ in pairs)} = "
            f"{', '.join(v for _, v in pairs)}"] if pairs else []


def indented(lines):
    return [f"    {line}" for line in lines]


def drop(writer, outs, carry):
    """After a step its results are in the carry and the ys, and only there."""
    return writer.delete(v for v in dict.fromkeys(outs)
                         if type(v) is Var and v not in carry)


# [carried]
def begin(writer, carry):
    """Numbers are carried as scalars."""
    writer.scalars.update(filter(is_number, carry))
    return list(map(writer.name, carry))


def carried(writer, carry, values):
    """The names of values, in the form in which they are carried."""
    return [writer.scalar(x) if v in writer.scalars else writer.name(x)
            for v, x in zip(carry, values)]


def end(writer, outvars, carry):
    """Out of the carry."""
    writer.scalars.update(filter(is_number, outvars))
    return [*assign(map(writer.name, outvars), map(writer.name, carry)),
            *writer.delete(carry)]
# [/carried]


# [while_lines]
def while_lines(writer, eqn):
    """`while True:` the condition's lines, a test, the body's lines."""
    p = eqn.params
    cond_consts, body_consts, init = split(
        eqn.invars, p["cond_nconsts"], p["body_nconsts"])
    body = writer.inner(p["body_jaxpr"], body_consts)
    carry = body.invars[len(body_consts):]
    names = begin(writer, carry)
    cond = writer.inner(p["cond_jaxpr"], [*cond_consts, *carry])
    test, lines = writer.block(cond), writer.block(body)
    return [
        *assign(names, carried(writer, carry, init)),
        "while True:",
        *indented([*test, f"if not {writer.name(cond.outvars[0])}:",
                   "    break", *lines,
                   *assign(names, carried(writer, carry, body.outvars)),
                   *drop(writer, body.outvars, carry)]),
        *end(writer, eqn.outvars, carry)]


blocks[while_p] = while_lines
# [/while_lines]


# [scan_lines]
def scan_lines(writer, eqn):
    """`for step in range(…):` a row of each xs, the body's lines, the ys."""
    p = eqn.params
    n = p["num_carry"]
    consts, init, xs = split(eqn.invars, p["num_consts"], n)
    body = writer.inner(p["jaxpr"], consts)
    _, carry, rows = split(body.invars, p["num_consts"], n)
    names, outs, stacks = begin(writer, carry), body.outvars, eqn.outvars[n:]
    begin(writer, rows)
    writer.depth += 1
    step = f"step{writer.depth}"
    lines = writer.block(body)
    writer.depth -= 1
    return [
        *assign(names, carried(writer, carry, init)),
        *[f"{writer.name(v)} = np.empty({v.aval.shape}, '{v.aval.dtype}')"
          for v in stacks],
        f"for {step} in {steps(p['length'], p['reverse'])}:",
        *indented([
            *[f"{writer.name(v)} = {writer.name(x)}"
              f"[{step}{'' if v in writer.scalars else ', ...'}]"
              for v, x in zip(rows, xs)],
            *lines,
            *[f"{writer.name(v)}[{step}] = {writer.name(y)}"
              for v, y in zip(stacks, outs[n:])],
            *(assign(names, carried(writer, carry, outs)) or ["pass"]),
            *drop(writer, outs, carry)]),
        *end(writer, eqn.outvars, carry)]


blocks[scan_p] = scan_lines
# [/scan_lines]
