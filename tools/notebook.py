"""From text to notebook: what each .ipynb should hold, but for its outputs.

On a chapter's page, a `{literalinclude}` becomes the quoted lines under a line
that names them, and an `{exercises}` the exercises themselves: Jupyter knows
neither directive, and a reader of the notebook should miss nothing.
"""
from __future__ import annotations

import hashlib
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat

import exercises
from house import (
    QUOTE,
    ROOT,
    Problem,
    Quote,
    chapter_of,
    named,
    numbered,
    pages,
    read_quote,
)

EXERCISES = re.compile(r"^(`{3,}|:{3,})\{exercises\}[ \t]+(\S+)\n+\1[ \t]*$",
                       re.M)
ASIDE = re.compile(r"^(`{3,})(\{(?:margin|admonition|note|tip|dropdown)\}"
                   r".*?)^\1[ \t]*$", re.M | re.S)
LINK = re.compile(r"\]\((\d\d[a-z]?-[\w-]+)\.md\b")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Job:
    """One notebook to weave: where it goes and what it is made from."""
    target: Path
    source: Path
    kind: str                  # "chapter", "stub" or "solved"

    @property
    def chapter(self) -> int:
        return chapter_of(self.source)

    def __str__(self):
        return named(self.target)


def jobs() -> list[Job]:
    """Every notebook of the project, chapter by chapter."""
    made = [Job(page.with_suffix(".ipynb"), page, "chapter")
            for page in pages()]
    for source in numbered(ROOT / "solutions", ".md"):
        for folder, kind in ("exercises", "stub"), ("solutions", "solved"):
            target = ROOT / folder / f"{source.stem}.ipynb"
            made.append(Job(target, source, kind))
    return sorted(made, key=lambda job: job.chapter)


def notebook(job: Job) -> nbformat.NotebookNode:
    """The notebook that the text describes, without outputs."""
    if job.kind == "chapter":
        nb = jupytext.read(job.source)
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = expand(job, cell.source)
    else:
        nb = exercises.notebook(job.source, getattr(exercises, job.kind))
    nb.metadata = nbformat.from_dict({"kernelspec": KERNEL})
    nb.nbformat, nb.nbformat_minor = 4, 5
    seen: set[str] = set()
    for cell in nb.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        cell["id"] = identity(cell.source, seen)
    return nb


def identity(source: str, seen: set[str]) -> str:
    """A name for a cell that outlives changes of the other cells."""
    name = digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    while name in seen:
        name = f"{digest}-{len(seen)}"
    seen.add(name)
    return name


def expand(job: Job, text: str) -> str:
    text = QUOTE.sub(lambda m: listing(read_quote(job.source, m)), text)
    text = EXERCISES.sub(lambda m: exercise_text(job, m[2]), text)
    text = ASIDE.sub(in_colons, text)
    return LINK.sub(r"](\1.ipynb", text)


def in_colons(aside: re.Match) -> str:
    """Jupyter takes backticks for code, and shows what colons hold as text."""
    fence = ":" * len(aside[1])
    return f"{fence}{aside[2]}{fence}"


def listing(quote: Quote) -> str:
    """The quoted lines, under a line that says where they stand."""
    if not quote.lines:
        raise Problem(f"{quote}: quotes nothing")
    first, last = quote.lines[0], quote.lines[-1]
    where = f"line {first}" if first == last else f"lines {first}–{last}"
    head = f'<p class="quote-of"><code>{named(quote.file)}</code>, {where}</p>'
    code = textwrap.dedent(quote.code())
    return f"{head}\n\n```python\n{code}\n```"


def exercise_text(job: Job, target: str) -> str:
    source = (job.source.parent / target).resolve()
    if not source.exists():
        raise Problem(f"{job.source.name}: there is no {target}")
    return exercises.chapter_text(source)


def shape(nb) -> list[tuple]:
    """What must agree between a stored notebook and its text."""
    return [(cell.cell_type, cell.source, cell.id,
             tuple(cell.metadata.get("tags", []))) for cell in nb.cells]
