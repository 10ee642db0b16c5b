"""Make a notebook's outputs the same on every machine and at every run."""
from __future__ import annotations

import re

import nbformat

from house import ROOT

COLOUR = re.compile(r"\x1b\[[\d;]*m")
ELSEWHERE = re.compile(r"^The line that asked for it: (?!/tmp/ipykernel)")
RULES = re.findall(r"^regex: (.*)\nreplace: (.*)$",
                   (ROOT / "tests/sanitize.cfg").read_text(), re.M)


def tidy(nb):
    nb.metadata.pop("language_info", None)   # the version of this Python
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = [sanitized(short(output))
                            for output in merged(cell.outputs)]
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


def sanitized(value):
    """What nbval, which reads the same rules, would make of an output."""
    if isinstance(value, str):
        for pattern, text in RULES:
            value = re.sub(pattern, text, value)
    elif isinstance(value, list):
        value = [sanitized(part) for part in value]
    elif isinstance(value, dict):
        value.update((key, sanitized(part)) for key, part in value.items())
    return value


def short(output):
    """Of a traceback, the lines of the notebook's own cells.

    The frames inside the package and its libraries name this machine's
    folders, and change whenever a line is added above them. Below the frames
    stand the message, which begins with the error's name, and its notes; a
    note of a line that is in no cell goes too.
    """
    if output.output_type == "error":
        lines = output.traceback
        message = max(i for i, line in enumerate(lines)
                      if COLOUR.sub("", line).startswith(output.ename))
        output.traceback = [line for line in lines[:message]
                            if own(line)] + [
            line for line in lines[message:] if not ELSEWHERE.search(line)]
    return output


def own(frame: str) -> bool:
    """The rule and the headline above a traceback, and the cells' frames."""
    text = COLOUR.sub("", frame)
    return text.startswith(("---", "Cell In[")) or "(most recent" in text
