"""Is every statement of the package quoted whole, once, in chapter order?

    python tools/quotes.py [N]

Reads the quotes of all chapters, or of chapters 1 ... N. A statement is a
statement of a module, or of the body of a class of a module: a quote holds all
of it or nothing. (So a class may be quoted method by method, its head apart.)
Blank lines, comments that stand alone and markers need no quote. In order
means: what chapter N quotes imports only modules that are quoted by then.
"""
from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from house import (
    PACKAGE,
    ROOT,
    Problem,
    Quote,
    is_appendix,
    named,
    package_files,
    package_quotes,
    report,
)

LONGEST = 30  # lines of a quote on a chapter's page


def statements(body: list[ast.stmt]) -> Iterator[tuple[range, ast.AST]]:
    """The lines of each statement of a module, and the statement."""
    for node in body:
        decorators = getattr(node, "decorator_list", [])
        first = min(n.lineno for n in [node, *decorators])
        if isinstance(node, ast.ClassDef):
            inside = list(statements(node.body))
            head = range(first, max(first + 1, inside[0][0].start))
            yield head, ast.Pass()
            yield from inside
        else:
            yield range(first, node.end_lineno + 1), node


def code_lines(text: list[str], lines: range) -> set[int]:
    """Those that a quote must have: not blank, not a comment alone."""
    return {n for n in lines
            if (line := text[n - 1].strip()) and not line.startswith("#")}


def imported(file: Path, node: ast.AST) -> Iterator[Path]:
    """The modules of the package that a statement imports."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            for alias in part.names:
                yield from module(alias.name)
        elif isinstance(part, ast.ImportFrom):
            above = file.relative_to(ROOT).parts[:-part.level]
            base = ".".join([*(above if part.level else ()),
                             *filter(None, [part.module])])
            for alias in part.names:
                yield from (module(f"{base}.{alias.name}")
                            or module(base))


def module(name: str) -> list[Path]:
    path = ROOT.joinpath(*name.split("."))
    files = [path.with_suffix(".py"), path / "__init__.py"]
    return [file for file in files
            if file.exists() and PACKAGE in file.parents]


def check(last: int = 99) -> tuple[list[str], int]:
    """The problems found, and the number of statements that have none."""
    quotes = package_quotes(last)
    problems = [f"{quote}: {len(quote.lines)} lines; at most {LONGEST}, or "
                "move it to an appendix page" for quote in quotes
                if len(quote.lines) > LONGEST and not is_appendix(quote.page)]
    opened: dict[Path, int] = {}       # the chapter that first quotes a file
    for quote in quotes:
        opened.setdefault(quote.file, quote.chapter)
    good = 0
    for file in package_files():
        text = file.read_text().splitlines()
        for lines, node in statements(ast.parse("\n".join(text)).body):
            wanted = code_lines(text, lines)
            here = [q for q in quotes
                    if q.file == file and wanted & set(q.lines)]
            where = f"{named(file)}:{lines.start}: " \
                    f"`{text[lines.start - 1].strip()}`"
            if not here and last < 99 and not is_due(file, opened):
                continue
            found = fault(wanted, here) or disorder(file, node, here, opened)
            problems += [f"{where} {found}"] if found else []
            good += not found
    return problems, good


def is_due(file: Path, opened: dict[Path, int]) -> bool:
    """Whether a file is quoted whole as soon as it is quoted at all."""
    return file in opened and file.name != "__init__.py"


def fault(wanted: set[int], here: list[Quote]) -> str:
    if not here:
        return "is not quoted"
    pages = ", ".join(map(str, here))
    if sum(len(wanted & set(quote.lines)) for quote in here) > len(wanted):
        return f"is quoted more than once: {pages}"
    if len(here) > 1:
        return f"is cut in pieces by {pages}"
    if not wanted <= set(here[0].lines):
        return f"is cut short by {pages}"
    return ""


def disorder(file, node, here, opened) -> str:
    for other in imported(file, node):
        if opened.get(other, 99) > here[0].chapter:
            return f"({here[0]}) imports {named(other)}, " + (
                f"which opens only in chapter {opened[other]}"
                if other in opened else "which no chapter quotes yet")
    return ""


def main(argv: list[str]) -> int:
    try:
        problems, good = check(*map(int, argv))
    except Problem as problem:
        problems, good = [str(problem)], 0
    return report(problems + [f"{len(problems)} problems"] * bool(problems),
                  f"{good} statements of the package, each quoted once")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
