"""Do the checks of the exercises know right from wrong?

    python tools/answers.py [N ...]

Every stub is `not yet written`, every solution `right`, and every mistake in
tests/chNN/mistakes.py is told in the words that stand beside it. Every
exercise has a check, and two mistakes at least that are told different things.
"""
from __future__ import annotations

import re
import runpy
import sys
from collections import Counter
from pathlib import Path

import nbformat

from house import ROOT, chapter_of, named, numbered, report

sys.path[:0] = [str(ROOT), str(ROOT / "exercises")]

TITLE = re.compile(r"^## (\d+\.\d+) ", re.M)
MISTAKES = 2  # at least, of each exercise


def said(notebook: Path) -> dict[str, str]:
    """What the stored outputs say of each exercise."""
    lines = [out.text.strip()
             for cell in nbformat.read(notebook, as_version=4).cells
             if "check" in cell.metadata.get("tags", [])
             for out in cell.outputs if out.output_type == "stream"]
    return dict(line.partition(" ")[::2] for line in lines)


def stored(source: Path, numbers: list[str]) -> list[str]:
    """The exercises whose stored outputs are not what they should be."""
    problems = []
    for folder, want in ("exercises", "not yet written"), \
                        ("solutions", "right"):
        path = ROOT / folder / f"{source.stem}.ipynb"
        have = said(path) if path.exists() else {}
        problems += [f"{named(path)}: {n} should be `{want}`, "
                     f"is `{have.get(n, 'not checked')}`"
                     for n in numbers if have.get(n) != want]
    return problems


def told(chapter: int, numbers: list[str]) -> list[str]:
    """The mistakes that are not recognized, or too few."""
    from checks import verdict
    path = ROOT / f"tests/ch{chapter:02}/mistakes.py"
    mistakes = runpy.run_path(str(path))["MISTAKES"] if path.exists() else []
    problems, names = [], set()
    for number, answer, words in mistakes:
        heard = verdict(number, answer)
        names.add((number, heard))
        if not heard.startswith("not yet: ") or words not in heard:
            problems.append(f"{named(path)}: {number} should say `{words}`, "
                            f"says `{heard}`")
    count = Counter(number for number, _ in names)
    return problems + [
        f"{named(path)}: {number} has {count[number]} mistakes of different "
        f"names, should have {MISTAKES}" for number in numbers
        if count[number] < MISTAKES]


def main(argv: list[str]) -> int:
    problems, total = [], 0
    for source in numbered(ROOT / "solutions", ".md"):
        if argv and chapter_of(source) not in map(int, argv):
            continue
        numbers = TITLE.findall(source.read_text())
        total += len(numbers)
        if not numbers:
            problems.append(f"{named(source)} has no `## N.1 Title`")
        problems += stored(source, numbers)
        problems += told(chapter_of(source), numbers)
    return report(problems, f"{total} exercises: stubs refused, mistakes "
                  "recognized, solutions right")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
