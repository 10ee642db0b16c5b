"""What the tools share: the pages of the book and the quotes on them.

A page `book/NN-name.md` is the text of chapter N, `book/NNx-name.md` an
appendix page of it. A quote is a `{literalinclude}` on a page. Quotes are read
with Sphinx's own reader, so that `:pyobject:`, `:start-after:`, `:lines:` ...
mean here what they mean in Sphinx.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from myst_parser.parsers.options import options_to_items
from sphinx.config import Config
from sphinx.directives.code import LiteralIncludeReader

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "minijax"
NAME = re.compile(r"(\d\d)([a-z]?)-")
QUOTE = re.compile(
    r"^(`{3,}|:{3,})\{literalinclude\}[ \t]+(\S+)\n(.*?)^\1[ \t]*$",
    re.M | re.S)
MARKER = re.compile(r"\s*# \[/?[^\]]+\]\s*")
TAG = "\ue000"  # carries each line's number through Sphinx's filters


class Problem(Exception):
    """A mistake in the sources; its message says where and how to mend it."""


def chapter_of(path: Path) -> int:
    """The N of NN-name.md, NNx-name.ipynb, ..."""
    match = NAME.match(path.name)
    if not match:
        raise Problem(f"{path.name}: a page is named NN-name or NNx-name")
    return int(match[1])


def is_appendix(path: Path) -> bool:
    return bool(NAME.match(path.name)[2])


def numbered(folder: Path, suffix: str) -> list[Path]:
    """The files NN-name.suffix and NNx-name.suffix of a folder, in order."""
    return sorted(p for p in folder.glob(f"*{suffix}") if NAME.match(p.name))


def pages() -> list[Path]:
    return numbered(ROOT / "book", ".md")


def chapters() -> list[int]:
    return sorted({chapter_of(page) for page in pages()})


def package_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def named(file: Path) -> str:
    """A file's name, as seen from the top of the project."""
    return file.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Quote:
    page: Path
    chapter: int
    file: Path                 # what is quoted
    lines: tuple[int, ...]     # numbers of the quoted lines, in order
    line: int                  # where on the page the quote stands

    def __str__(self):
        return f"{self.page.name}:{self.line}"

    def code(self) -> str:
        text = self.file.read_text().splitlines()
        return "\n".join(text[n - 1] for n in self.lines
                         if not MARKER.fullmatch(text[n - 1]))


class Reader(LiteralIncludeReader):
    """Sphinx's reader, which also says which lines it has read."""

    def read_file(self, filename, location=None):
        lines = super().read_file(filename, location)
        return [f"{line.rstrip()}{TAG}{n}\n"
                for n, line in enumerate(lines, 1)]


def read_quote(page: Path, match: re.Match) -> Quote:
    file = (page.parent / match[2]).resolve()
    line = page.read_text().count("\n", 0, match.start()) + 1
    entries = [entry[1:].replace(":", ": ", 1)
               for entry in match[3].splitlines() if entry.startswith(":")]
    options = dict(options_to_items("\n".join(entries))[0])
    for presentation in ("caption", "language", "dedent", "lineno-match"):
        options.pop(presentation, None)
    try:
        text, _ = Reader(str(file), options, Config({}, {})).read()
    except Exception as error:
        raise Problem(f"{page.name}:{line}: {error}") from error
    lines = [int(n) for n in re.findall(f"{TAG}(\\d+)", text)]
    return Quote(page, chapter_of(page), file, trimmed(file, lines), line)


def trimmed(file: Path, lines: list[int]) -> tuple[int, ...]:
    """Without markers, blank lines and dangling comments at the ends.

    Sphinx counts the comments between a function and the next one to the
    function, where they do not belong.
    """
    text = file.read_text().splitlines()

    def empty(n):
        return not text[n - 1].strip() or MARKER.fullmatch(text[n - 1])

    def comment(n):
        return re.match(rf"\s{{0,{margin}}}#", text[n - 1])

    while lines and empty(lines[0]):
        lines = lines[1:]
    if lines:
        first = text[lines[0] - 1]
        margin = len(first) - len(first.lstrip())
    while lines and (empty(lines[-1]) or comment(lines[-1])):
        lines = lines[:-1]
    return tuple(lines)


def quotes(page: Path) -> list[Quote]:
    return [read_quote(page, m) for m in QUOTE.finditer(page.read_text())]


def package_quotes(last: int = 99) -> list[Quote]:
    """The quotes of minijax/ up to chapter `last`, in the book's order."""
    return [quote for page in pages() if chapter_of(page) <= last
            for quote in quotes(page) if PACKAGE in quote.file.parents]


def report(problems: list[str], passed: str) -> int:
    """Print a check's outcome; the exit status of its command."""
    print("\n".join(problems) or passed)
    return int(bool(problems))
