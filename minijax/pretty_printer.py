"""Text that can be laid out in several ways, in the widest that fits.

layout : (Doc, width) -> str
Doc  ::= str | [Doc…] | Break(text) | Nest(by, Doc) | Group(Doc)

After Philip Wadler, "A prettier printer" (2003).
JAX twin: jax/_src/pretty_printer.py.
"""

from typing import NamedTuple


# [Doc]
class Break(NamedTuple):
    """A place to begin a new line, or else this text."""

    text: str = " "


class Nest(NamedTuple):
    """New lines in the document begin this many columns farther in."""

    by: int
    doc: object


class Group(NamedTuple):
    """All breaks in the document are text, if it fits on the line so."""

    doc: object


def join(separator, docs):
    """[a, b, c] -> [a, separator, b, separator, c]"""
    return [part for doc in docs for part in (separator, doc)][1:]
# [/Doc]


def layout(doc, width=80):
    """The text of a document."""
    out, column, todo = [], 0, [(doc, 0, False)]
    while todo:
        doc, indent, flat = todo.pop()
        if isinstance(doc, list):
            todo += [(d, indent, flat) for d in reversed(doc)]
        elif isinstance(doc, Nest):
            todo.append((doc.doc, indent + doc.by, flat))
        elif isinstance(doc, Group):
            todo.append((doc.doc, indent, flat or fits(doc, width - column)))
        elif isinstance(doc, Break) and not flat:
            out.append("\n" + " " * indent)
            column = indent
        else:
            out.append(getattr(doc, "text", doc))
            column += len(out[-1])
    return "".join(out)


def fits(doc, room):
    """Is the document at most `room` letters long, on one line?"""
    todo = [doc]
    while todo and room >= 0:
        doc = todo.pop()
        if isinstance(doc, list):
            todo += reversed(doc)
        elif isinstance(doc, Nest | Group):
            todo.append(doc.doc)
        else:
            room -= len(getattr(doc, "text", doc))
    return room >= 0
