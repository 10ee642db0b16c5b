"""The reader's side: notebooks in mine/, and how far they have come.

The notebooks are copies, which git does not see: no update of the book, and no
weaving, can touch an answer. Beside them mine/progress.json keeps where the
reader is, which hints are open, what was right once, and what was last said.
"""
from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import nbformat

from learning.course import code_of, course, sections
from learning.judge import Heard

UNWRITTEN = Heard("not yet written")
NOT_ASKED = Heard("")


class Desk:
    def __init__(self, root: Path):
        self.root, self.folder = root, root / "mine"
        self.course = course(root)
        self.pages = list(dict.fromkeys(e.page for e in self.course.values()))
        self.cells: dict[str, tuple[str, ...]] = {}
        self.unreadable: dict[str, str] = {}
        self.folder.mkdir(exist_ok=True)
        self.store = {"at": "", "hints": {}, "earned": [], "heard": {}}
        self.store |= self.kept()
        for page in self.pages:
            if not self.notebook(page).exists():
                self.lay(page)
            self.read(page)

    # what the reader has written

    def notebook(self, page: str) -> Path:
        return self.folder / f"{page}.ipynb"

    def read(self, page: str) -> list[str]:
        """Read a notebook; the exercises in it that wait for a verdict.

        One that cannot be read, perhaps since it is just being saved, leaves
        all as it was.
        """
        try:
            cells = nbformat.read(self.notebook(page), as_version=4).cells
            found = {number: code_of(part)
                     for number, part in sections(cells).items()}
        except Exception as error:  # whatever is wrong with the file
            why = f"{type(error).__name__}: {error}".partition("\n")[0]
            self.unreadable[page] = why[:70]
            return []
        self.unreadable.pop(page, None)
        found[page] = found.pop("")
        for name in [page, *self.of_page(page)]:
            self.cells[name] = found.get(name)
        return [number for number in self.of_page(page)
                if self.said(number) == NOT_ASKED]

    def of_page(self, page: str) -> list[str]:
        return [e.number for e in self.course.values() if e.page == page]

    def untouched(self, number: str) -> bool:
        return self.cells.get(number) == code_of(self.course[number].fresh)

    def digest(self, number: str) -> str:
        """Of all that a verdict depends on, but for the package."""
        each = self.course[number]
        check = self.root / f"exercises/checks/ch{each.chapter:02}.py"
        cells = [self.cells.get(n) for n in self.until(number)]
        text = json.dumps([cells, check.read_text()])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def until(self, number: str) -> list[str]:
        """The exercises of its page, up to this one."""
        names = self.of_page(self.course[number].page)
        return names[:names.index(number) + 1]

    # what is said of it

    def said(self, number: str) -> Heard:
        if self.cells.get(number) is None:
            return Heard("not yet: it is not in the notebook; r brings it "
                         "back")
        if self.untouched(number):
            return UNWRITTEN
        digest, *heard = self.store["heard"].get(number, [""])
        return Heard(*heard) if digest == self.digest(number) else NOT_ASKED

    def request(self, number: str) -> dict:
        """What a judge has to know."""
        each = self.course[number]
        before = [(self.cells.get(each.page) or (), each.before)]
        for n in self.until(number)[:-1]:
            ours = self.course[n].solved
            before.append((self.cells[n] or ours, ours)
                          if not self.untouched(n) else (ours, ours))
        return {"number": number, "before": before, "check": each.check,
                "cells": self.cells.get(number) or ()}

    def hear(self, number: str, digest: str, heard: Heard):
        """Keep what was said of the answer with this digest."""
        self.store["heard"][number] = [digest, *heard]
        if heard.verdict == "right" and number not in self.store["earned"]:
            self.store["earned"].append(number)
        self.keep()

    def forget(self, number: str):
        self.store["heard"].pop(number, None)

    def earned(self, number: str) -> bool:
        return number in self.store["earned"]

    # hints

    def open_hints(self, number: str) -> tuple[str, ...]:
        return self.course[number].hints[:self.store["hints"].get(number, 0)]

    def open_hint(self, number: str) -> bool:
        """Open one more; False if there is none."""
        count = len(self.open_hints(number)) + 1
        if count > len(self.course[number].hints):
            return False
        self.store["hints"][number] = count
        self.keep()
        return True

    # the files

    def lay(self, page: str):
        """A copy of the book's notebook; what is there is put aside."""
        path = self.notebook(page)
        if path.exists():
            os.replace(path, path.with_suffix(".broken"))
        shutil.copy(self.root / "exercises" / path.name, path)

    def reset(self, number: str) -> list[str]:
        """Put the exercise's own cells where the reader's were.

        As `read`, it tells which exercises wait for a verdict.
        """
        page = self.course[number].page
        if page in self.unreadable:
            self.lay(page)
        nb = nbformat.read(self.notebook(page), as_version=4)
        parts = sections(nb.cells)
        parts[number] = list(self.course[number].fresh)
        nb.cells = [cell for name in ["", *self.of_page(page)]
                    for cell in parts.get(name, [])]
        replace(self.notebook(page), nbformat.writes(nb) + "\n")
        return self.read(page)

    def kept(self) -> dict:
        try:
            kept = json.loads((self.folder / "progress.json").read_text())
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def keep(self):
        replace(self.folder / "progress.json", json.dumps(self.store))


def replace(path: Path, text: str):
    """Write a file so that nobody can read half of it."""
    half = path.with_name(f".~{path.name}")
    half.write_text(text, encoding="utf-8")
    os.replace(half, path)
