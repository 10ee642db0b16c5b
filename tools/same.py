"""Which examples of the book print the same under JAX?

    python tools/same.py [PAGE ...]          are those of the record still so?
    python tools/same.py --write [PAGE ...]  renew it, and print what differs

JAX must be installed. A page is named as 05-forward; without names all are
run. The book gives a badge to each cell of the record (see badges.py).

A notebook is run once more, with `jax` for every `minijax`. A cell is an
example if it uses the package and prints text; figures and timings are not
run. Names that JAX lacks stay undefined, so what leans on them is not the
same. What that word means, alike.py says.
"""
from __future__ import annotations

import argparse
import ast
import os
import re
import symtable
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version

import nbformat
from nbclient import NotebookClient

from alike import same
from badges import code_cells, digest, printed, record, write
from house import ROOT, numbered
from tidy import tidy

SECONDS = 300  # for one cell
JAX = re.compile(r"^\s*(?:from|import) jax\b", re.M)
MAGIC = re.compile(r"^%.*", re.M)
ABSENT = re.compile(r"NameError: name|AttributeError: module '?jax")


def parsed(source: str) -> list[ast.stmt]:
    return ast.parse(MAGIC.sub("", source)).body


def imports(statement) -> bool:
    """Does a statement import a part of the package?"""
    return isinstance(statement, ast.Import | ast.ImportFrom) and bool(
        re.match(r"(from|import) (mini)?jax\b", ast.unparse(statement)))


def in_jax(source: str) -> str:
    """The code with JAX for minijax, each import trying for itself."""
    source = source.replace("minijax", "jax")
    lines = source.splitlines()
    for statement in filter(imports, reversed(parsed(source))):
        tries = []
        for alias in statement.names:
            statement.names = [alias]
            tries += ["try:", f"    {ast.unparse(statement)}",
                      "except ImportError:", "    pass"]
        lines[statement.lineno - 1:statement.end_lineno] = tries
    return "\n".join(lines)


def runs(cell) -> bool:
    """Is it one to run at all: not a figure, and not a timing?"""
    return (not cell.outputs or any(printed(cell))) and \
        "nbval-ignore-output" not in cell.metadata.get("tags", [])


def uses(cell, ours: set[str]) -> bool:
    """Does a cell read one of `ours`? Adds what its statements make of them.

    So that a cell of plain Python is no example, whatever it prints.
    """
    used = False
    for statement in parsed(cell.source):
        made, read = names(statement)
        if imports(statement):
            ours |= made
        elif read & ours or any(map(imports, ast.walk(statement))):
            ours |= made
            used = True
        else:
            ours -= made
    return used


def names(statement) -> tuple[set[str], set[str]]:
    """The names of the notebook that a statement makes, and reads."""
    top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    made = {name.get_name() for name in top.get_symbols()
            if name.is_assigned() or name.is_imported()}
    read, tables = set(), [top]
    for table in tables:
        read |= {name.get_name() for name in table.get_symbols()
                 if name.is_referenced() and
                 (table is top or name.is_global())}
        tables += table.get_children()
    return made, read


def changed(node) -> str:
    """The name that `a.b[c] = d`, or `a.b(c)` as a statement, may change."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        node = node.value.func
    elif not isinstance(getattr(node, "ctx", None), ast.Store):
        return ""
    parts = (ast.Attribute, ast.Subscript)
    if not isinstance(node, parts):
        return ""
    while isinstance(node, parts):
        node = node.value
    return getattr(node, "id", "")


def examples(page: str) -> dict[int, nbformat.NotebookNode]:
    """The cells to compare, by their places; none if JAX itself is there."""
    ours: set[str] = set()
    cells = code_cells(page)
    if any(JAX.search(cell.source) for cell in cells.values()):
        return {}
    return {place: cell for place, cell in cells.items()
            if uses(cell, ours) and runs(cell) and any(printed(cell))}


def needed(page: str, wanted: dict) -> set[int]:
    """The places of some cells, and of those that their names come from."""
    places, read = set(), set()
    for place, cell in reversed(code_cells(page).items()):
        body = ast.Module(parsed(cell.source), [])
        made, its = names(body)
        made |= set(map(changed, ast.walk(body)))
        if place in wanted or runs(cell) and made & read:
            places.add(place)
            read |= its
    return places


def under_jax(page: str, wanted: dict) -> list[tuple]:
    """Place, cell, and what JAX prints, of the wanted cells of a page."""
    path = ROOT / f"book/{page}.ipynb"
    nb, places = nbformat.read(path, as_version=4), needed(page, wanted)
    for place in code_cells(page):
        cell = nb.cells[place]
        cell.source = in_jax(cell.source) if place in places else ""
        cell.metadata["tags"] = ["raises-exception"]
    client = NotebookClient(
        nb, timeout=SECONDS, interrupt_on_timeout=True, kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}})
    nb = tidy(client.execute(env=os.environ | {
        "JAX_PLATFORMS": "cpu", "JAX_PPRINT_USE_COLOR": "0"}))
    return [(place, cell, printed(nb.cells[place]))
            for place, cell in wanted.items()]


def difference(page: str, place: int, cell, theirs) -> str:
    return "\n".join([
        f"{page}, cell {place}, is not the same under JAX:", cell.source,
        "--- minijax", *printed(cell), "--- JAX", *theirs])


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    pages = args.pages or [p.stem for p in numbered(ROOT / "book", ".ipynb")]
    held = record()["pages"]
    wanted = [{place: cell for place, cell in examples(page).items()
               if args.write or digest(cell) in held.get(page, [])}
              for page in pages]
    with ProcessPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        found = dict(zip(pages, pool.map(under_jax, pages, wanted)))
    if args.write:
        write(version("jax"), held | {
            page: [digest(cell) for _, cell, theirs in cells
                   if same(printed(cell), theirs)]
            for page, cells in found.items()})
    differ = [difference(page, place, cell, theirs)
              for page, cells in found.items()
              for place, cell, theirs in cells
              if not same(printed(cell), theirs)
              and not (args.write and ABSENT.match(theirs[1]))]
    print("\n".join(differ) or "\n".join(
        f"{page}: {len(cells)} examples are the same under JAX"
        for page, cells in found.items()))
    return int(bool(differ) and not args.write)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
