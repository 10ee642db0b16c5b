"""Make a notebook's outputs the same on every machine and at every run."""
from __future__ import annotations

import re

import nbformat

COLOUR = re.compile(r"\x1b\[[\d;]*m")


def tidy(nb):
    nb.metadata.pop("language_info", None)   # the version of this Python
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = [short(output) for output in merged(cell.outputs)]
    return nb


def merged(outputs):
    """One block for neighbouring writes to one stream, as nbval reads them."""
    blocks = []
    for output in outputs:
        last = blocks[-1] if blocks else nbformat.from_dict({})
        if output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            blocks.append(output)
    return blocks


def short(output):
    """Of a traceback, the lines of the notebook's own cells.

    The frames inside the package and its libraries name this machine's
    folders, and change whenever a line is added above them.
    """
    if output.output_type == "error":
        *frames, message = output.traceback
        output.traceback = [f for f in frames if own(f)] + [message]
    return output


def own(frame: str) -> bool:
    """The rule and the headline above a traceback, and the cells' frames."""
    text = COLOUR.sub("", frame)
    return text.startswith(("---", "Cell In[")) or "(most recent" in text
