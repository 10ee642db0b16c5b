"""Loops written out: the body's lines in the program, not a call a step.

blocks : while_p, scan_p -> (writer, equation) -> lines
"""

from minijax.compiler import blocks
from minijax.jaxpr import Var
from minijax.rewiring import split
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


# [while_lines]
def while_lines(writer, eqn):
    """`while True:` the condition's lines, a test, the body's lines."""
    p = eqn.params
    cond_consts, body_consts, init = split(
        eqn.invars, p["cond_nconsts"], p["body_nconsts"])
    body = writer.inner(p["body_jaxpr"], body_consts)
    carry = body.invars[len(body_consts):]
    cond = writer.inner(p["cond_jaxpr"], [*cond_consts, *carry])
    names, outs = list(map(writer.name, carry)), map(writer.name, body.outvars)
    test = writer.block(cond)
    return [
        *assign(names, map(writer.name, init)),
        "while True:",
        *indented([*test, f"if not {writer.name(cond.outvars[0])}:",
                   "    break", *writer.block(body), *assign(names, outs),
                   *drop(writer, body.outvars, carry)]),
        *assign(map(writer.name, eqn.outvars), names), *writer.delete(carry)]


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
    names, outs = list(map(writer.name, carry)), body.outvars
    stacks = eqn.outvars[n:]
    writer.depth += 1
    step = f"step{writer.depth}"
    lines = writer.block(body)
    writer.depth -= 1
    return [
        *assign(names, map(writer.name, init)),
        *[f"{writer.name(v)} = np.empty({v.aval.shape}, '{v.aval.dtype}')"
          for v in stacks],
        f"for {step} in {steps(p['length'], p['reverse'])}:",
        *indented([
            *[f"{writer.name(v)} = {writer.name(x)}[{step}, ...]"
              for v, x in zip(rows, xs)],
            *lines,
            *[f"{writer.name(v)}[{step}] = {writer.name(y)}"
              for v, y in zip(stacks, outs[n:])],
            *(assign(names, map(writer.name, outs[:n])) or ["pass"]),
            *drop(writer, outs, carry)]),
        *assign(map(writer.name, eqn.outvars[:n]), names),
        *writer.delete(carry)]


blocks[scan_p] = scan_lines
# [/scan_lines]
