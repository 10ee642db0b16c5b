"""Read solutions/NN-name.md, the one source of a chapter's exercises.

Each code cell holds its solution between `# BEGIN SOLUTION` and `# END
SOLUTION`. From it come the stub (the reader's notebook), the solved notebook,
and the text at the end of the chapter, which has both: the stub open, the
solution folded.
"""
from __future__ import annotations

import re
from pathlib import Path

import jupytext
import nbformat

SOLUTION = re.compile(
    r"^([ \t]*)# BEGIN SOLUTION\n.*?^[ \t]*# END SOLUTION[ \t]*$",
    re.M | re.S)
MARKS = re.compile(r"^[ \t]*# (?:BEGIN|END) SOLUTION[ \t]*\n?", re.M)
DROPDOWN = re.compile(r"^(:{3,})\{dropdown\}[ \t]*(.*?)\n(.*?)^\1[ \t]*$",
                      re.M | re.S)
HEADING = re.compile(r"^(#+ )", re.M)
FAST = re.compile(r"^\| *(\d+\.\d+) ", re.M)


def stub(code: str) -> str:
    return SOLUTION.sub(r"\1raise NotImplementedError", code)


def solved(code: str) -> str:
    return MARKS.sub("", code).rstrip("\n")


def is_check(cell) -> bool:
    return "check" in cell.metadata.get("tags", [])


def for_jupyter(text: str) -> str:
    """Jupyter has no `{dropdown}`, but it knows <details>."""
    return DROPDOWN.sub(
        r"<details><summary>\2</summary>\n\n\3\n</details>", text)


def notebook(source: Path, code) -> nbformat.NotebookNode:
    """The exercises as a notebook; `code` is `stub` or `solved`."""
    nb = jupytext.read(source)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.source = code(cell.source)
        else:
            cell.source = for_jupyter(cell.source)
    return nb


def fenced(code: str) -> str:
    return f"```python\n{code}\n```"


def chapter_text(source: Path) -> str:
    """What a chapter prints of its exercises, under a heading of its own."""
    parts = []
    for cell in jupytext.read(source).cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"\A# .*\n*", "", cell.source)
            parts.append(HEADING.sub(r"#\1", text))
        elif not is_check(cell):
            parts.append(fenced(stub(cell.source)))
            if SOLUTION.search(cell.source):
                parts.append("::::{dropdown} Solution\n"
                             f"{fenced(solved(cell.source))}\n::::")
    return "\n\n".join([*filter(None, parts), invitation(source)])


def invitation(source: Path) -> str:
    chapter = str(int(source.name[:2]))
    text = ("To try them, type `make learn`, or open "
            f"`exercises/{source.stem}.ipynb` in `make lab`.")
    for number in fast_track(source.parent.parent):
        if number.partition(".")[0] == chapter:
            text += f" If you knew all this before, try {number} alone."
    return text


def fast_track(root: Path) -> list[str]:
    """One exercise a chapter: the first column of the table of fast.md."""
    path = root / "exercises/fast.md"
    return FAST.findall(path.read_text()) if path.exists() else []
