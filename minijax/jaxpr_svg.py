"""A jaxpr drawn: its text, and a line from each value to all its readers.

draw : Jaxpr -> str    SVG that takes the page's text colour
"""

import re
from html import escape

from minijax.jaxpr_text import Names, binders, equation
from minijax.pretty_printer import layout

STEP, LANE, LETTER = 24, 13, 7.83  # between rows, lanes, letters; in pixels
TYPE = re.compile(r"(:\w+\[[\d,]*\])")


def draw(jaxpr):
    """A row for each input, equation and output; a lane for each value.

    After the last reader a lane is given to another value, so the number
    of lanes is the number of values that must be kept at once.
    """
    rows = list(rows_of(jaxpr, Names(jaxpr)))
    lives = lifetimes(rows)
    lanes = lanes_of(lives)
    left = 16 + LANE * (max(lanes, default=0) + 1)
    width = left + 16 + LETTER * max((len(row[0]) for row in rows), default=0)
    height = STEP * len(rows) + 8
    body = [svg_life(*life, lane=left - LANE * (k + 1), left=left)
            for life, k in zip(lives, lanes)]
    body += [svg_text(i, left, row[0]) for i, row in enumerate(rows)]
    return (f'<div style="overflow-x: auto"><svg role="img" aria-label="a '
            f'jaxpr and its data flow" width="{width:.0f}" height="{height}" '
            f'style="max-width: none" font-family="monospace" font-size="13" '
            f'fill="currentColor" xmlns="http://www.w3.org/2000/svg">'
            f'{"".join(body)}</svg></div>')


# [rows]
def rows_of(jaxpr, names):
    """(text, variables bound here, atoms read here), from the top."""
    for kind, variables in (("const", jaxpr.constvars), ("in", jaxpr.invars)):
        for v in variables:
            yield f"{kind} {line(binders([v], names))}", [v], []
    for eqn in jaxpr.eqns:
        yield line(equation(eqn, names)), eqn.outvars, eqn.invars
    for v in jaxpr.outvars:
        yield f"out {v.written(names)}", [], [v]


def line(doc):
    """The text of a document, on one line however long."""
    return " ".join(layout(doc, float("inf")).split())
# [/rows]


# [lanes]
def lifetimes(rows):
    """[row of its binding, rows of its readers…] of each value read."""
    lives = {v: [i] for i, (_, outs, _) in enumerate(rows) for v in outs}
    for j, (_, _, ins) in enumerate(rows):
        for v in dict.fromkeys(ins):
            if v in lives:
                lives[v].append(j)
    return [life for life in lives.values() if len(life) > 1]


def lanes_of(lives):
    """For each life the nearest lane that is free from its first row on."""
    lanes, ends = [], []
    for start, *_, end in lives:
        free = [k for k, e in enumerate(ends) if e <= start] or [len(ends)]
        lanes.append(free[0])
        ends[free[0]:free[0] + 1] = [end]
    return lanes
# [/lanes]


# [svg]
def svg_life(start, *readers, lane, left):
    """Out of a row below its middle, down the lane, into rows above it."""
    top, *stops, end = STEP * start + 21, *[STEP * j + 13 for j in readers]
    path = f"M{left} {top}H{lane + 5}q-5 0 -5 5V{end - 5}q0 5 5 5H{left - 5}"
    path += "".join(f"M{lane} {y}H{left - 5}" for y in stops)
    heads = "".join(f"M{left} {y}l-7 -3.5v7z" for y in [*stops, end])
    dots = "".join(f'<circle cx="{lane}" cy="{y}" r="2.2"/>' for y in stops)
    return (f'<g opacity=".6"><path d="{path}" fill="none" '
            f'stroke="currentColor"/><path d="{heads}"/>{dots}</g>')


def svg_text(i, x, text):
    """The text of a row, its types fainter than the rest."""
    faint = TYPE.sub(r'<tspan fill-opacity=".6">\1</tspan>', escape(text))
    return f'<text x="{x + 6}" y="{STEP * i + 21}">{faint}</text>'
# [/svg]
