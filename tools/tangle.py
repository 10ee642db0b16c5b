"""Write the package as it stands at the end of a chapter.

    python tools/tangle.py N FOLDER

FOLDER/minijax/ gets the lines that chapters 1 ... N quote, each at its own
line number (so that an error names the line that the book shows); every other
line is blank, and a file of which nothing is quoted yet does not exist.
"""
from __future__ import annotations

import sys
from pathlib import Path

from house import named, package_quotes


def tangle(chapter: int) -> dict[str, str]:
    """The package of a chapter: its files' names and texts."""
    lines: dict[Path, set[int]] = {}
    for quote in package_quotes(chapter):
        lines.setdefault(quote.file, set()).update(quote.lines)
    package = {}
    for file, kept in sorted(lines.items()):
        text = file.read_text().splitlines()
        package[named(file)] = "".join(
            (text[n - 1] if n in kept else "") + "\n"
            for n in range(1, max(kept, default=0) + 1))
    return package


def write(package: dict[str, str], folder: Path) -> None:
    for name, text in package.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


if __name__ == "__main__":
    write(tangle(int(sys.argv[1])), Path(sys.argv[2]))
