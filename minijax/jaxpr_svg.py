"""A jaxpr drawn: its text, with an arrow from each value to its readers.

draw : Jaxpr -> str    SVG that takes the page's text colour
"""

from html import escape

from minijax.jaxpr_text import Names, binders, show_eqn

STEP, LETTER = 24, 7.9  # a row's height and a letter's width, in pixels


def draw(jaxpr):
    """A row for each input, equation and output; arcs from value to reader.

    Forward is down the page, and a transposition goes up.
    """
    rows = list(rows_of(jaxpr, Names()))
    arcs = list(arcs_of(rows))
    left = 24 + max((reach(*arc) for arc in arcs), default=0)
    width = left + 16 + LETTER * max((len(row[0]) for row in rows), default=0)
    height = STEP * len(rows) + 8
    body = [svg_arc(i, j, left) for i, j in arcs]
    body += [svg_text(i, left, row[0]) for i, row in enumerate(rows)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'aria-label="a jaxpr and its data flow" width="{width:.0f}" '
            f'height="{height}" viewBox="0 0 {width:.0f} {height}" '
            f'style="max-width: 100%" font-family="monospace" '
            f'font-size="13" fill="currentColor">{"".join(body)}</svg>')


def rows_of(jaxpr, names):
    """(text, variables bound here, atoms read here), from the top."""
    for kind, variables in (("const", jaxpr.constvars), ("in", jaxpr.invars)):
        for v in variables:
            yield f"{kind} {binders([v], names, 0)}", [v], []
    for eqn in jaxpr.eqns:
        text = " ".join(show_eqn(eqn, names, 0).split())
        yield text, eqn.outvars, eqn.invars
    for v in jaxpr.outvars:
        yield f"out {v.written(names)}", [], [v]


def arcs_of(rows):
    """(row of the binding, row of the reading) for each value read."""
    bound = {v: i for i, (_, outs, _) in enumerate(rows) for v in outs}
    for j, (_, _, ins) in enumerate(rows):
        yield from ((bound[v], j) for v in dict.fromkeys(ins) if v in bound)


def reach(i, j):
    """How far to the left an arc swings: farther over more rows."""
    return 10 + 6 * min(j - i, 20)


def svg_arc(i, j, x):
    start, end = STEP * i + 17, STEP * j + 17
    bend = x - 4 / 3 * reach(i, j)
    return (f'<path d="M{x} {start}C{bend:.0f} {start} {bend:.0f} {end} '
            f'{x - 5} {end}" fill="none" stroke="currentColor" '
            f'stroke-opacity=".55"/><path d="M{x} {end}l-8 -3.5v7z" '
            f'fill-opacity=".55"/>')


def svg_text(i, x, text):
    return f'<text x="{x + 6}" y="{STEP * i + 21}">{escape(text)}</text>'
