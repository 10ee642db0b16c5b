"""Is each example that the record calls the same in JAX still there?

    python tools/badges.py           ask
    python tools/badges.py --prune   forget those that have changed

The record, book/same_in_jax.json, is written by tools/same.py, which runs the
book under JAX. It has, page by page, the digests of the cells that print the
same there: of a cell's code and of its output, so that no badge outlives a
change of either. Here it is only read, and nothing needs JAX.
"""
from __future__ import annotations

import hashlib
import json
import sys

import nbformat

from alike import opening
from house import ROOT, report

RECORD = ROOT / "book/same_in_jax.json"
NONE = {"jax": "", "pages": {}}
WORDS = {"output": "same in JAX", "error": "same error in JAX"}
TITLES = {"output": "run under JAX {jax}: the same output",
          "error": "run under JAX {jax}: an error of the same type, whose "
                   "message begins alike"}


def record() -> dict:
    return json.loads(RECORD.read_text()) if RECORD.exists() else NONE


def code_cells(page: str) -> dict[int, nbformat.NotebookNode]:
    """The code cells of a page's notebook, by their places in it."""
    path = ROOT / f"book/{page}.ipynb"
    cells = nbformat.read(path, as_version=4).cells if path.exists() else []
    return {place: cell for place, cell in enumerate(cells)
            if cell.cell_type == "code"}


def printed(cell) -> tuple[str, str]:
    """A cell's text, and the error that ended it; nothing for a figure."""
    text, error = "", ""
    for output in cell.outputs:
        if output.output_type == "error":
            error = f"{output.ename}: {output.evalue}"
        elif output.output_type == "stream":
            text += output.text if output.name == "stdout" else ""
        elif output.data.keys() == {"text/plain"}:
            text += output.data["text/plain"]
        else:
            return "", ""
    return text, error


def digest(cell) -> str:
    """Of what a cell says and what it prints, as far as that is compared."""
    text, error = printed(cell)
    text = "\0".join([cell.source, text, *opening(error)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def badges(page: str) -> dict[int, tuple[str, str]]:
    """Which cells of a page have a badge: its title and its words."""
    kept = record()
    held, said = kept["pages"].get(page, []), {}
    for place, cell in code_cells(page).items() if held else ():
        if digest(cell) in held:
            what = "error" if printed(cell)[1] else "output"
            said[place] = TITLES[what].format_map(kept), WORDS[what]
    return said


def present(page: str, held: list[str]) -> list[str]:
    """Those of a page's digests that are of a cell as it is now."""
    there = {digest(cell) for cell in code_cells(page).values()}
    return [each for each in held if each in there]


def stale(page: str, held: list[str]) -> str:
    """What is wrong with a page's part of the record, or ''."""
    gone = len(held) - len(present(page, held))
    return f"{page}: {gone} examples have changed since they were found to " \
           f"be the same in JAX: run `python tools/same.py --write {page}` " \
           "where JAX is installed, or `python tools/badges.py --prune`" \
        if gone else ""


def write(jax: str, pages: dict[str, list[str]]) -> None:
    kept = {page: pages[page] for page in sorted(pages) if pages[page]}
    RECORD.write_text(json.dumps({"jax": jax, "pages": kept}, indent=1) + "\n")


def main(argv: list[str]) -> int:
    kept = record()
    pages = kept["pages"]
    if argv == ["--prune"]:
        pages = {page: present(page, pages[page]) for page in pages}
        write(kept["jax"], pages)
    return report(list(filter(None, map(stale, pages, pages.values()))),
                  f"{sum(map(len, pages.values()))} examples are the same in "
                  "JAX, and none has changed since that was found")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
