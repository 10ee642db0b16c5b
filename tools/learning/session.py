"""What happens when a key is pressed, a file saved, a verdict heard.

Answers are judged in threads, which only `tell`; all else is done by `handle`,
one event after the other.
"""
from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from learning.desk import NOT_ASKED
from learning.judge import Judges
from learning.screen import Scene

PAGE = 8  # lines


class Session:
    def __init__(self, scene: Scene, judges: Judges, tell):
        self.scene, self.desk = scene, scene.desk
        self.judges, self.tell = judges, tell
        self.pool = ThreadPoolExecutor(os.cpu_count())
        self.keys = {
            "exercise": {
                "n": lambda: self.step(1), "p": lambda: self.step(-1),
                "h": self.hint, "l": self.list, "r": self.ask_reset,
                "c": self.check_all, "s": self.solution,
                " ": lambda: self.scroll(PAGE),
                "b": lambda: self.scroll(-PAGE),
                "down": lambda: self.scroll(1), "up": lambda: self.scroll(-1)},
            "list": {
                "l": self.list, "c": self.check_all,
                "\n": lambda: self.go(scene.cursor),
                " ": lambda: self.move(PAGE), "b": lambda: self.move(-PAGE),
                "down": lambda: self.move(1), "up": lambda: self.move(-1)}}
        for keys in self.keys.values():
            keys |= {"j": keys["down"], "k": keys["up"]}
        self.go(scene.at)
        self.check([n for n in self.desk.course
                    if self.desk.said(n) == NOT_ASKED])

    def handle(self, kind: str, *what) -> bool | str:
        """Whether to go on; or "suspended"."""
        if kind == "key":
            return self.key(*what)
        if kind == "saved":
            self.saved(*what)
            self.scene.note = ""
        elif kind == "heard":
            self.heard(*what)
        return True

    def close(self):
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.judges.close()
        self.pool.shutdown()

    # verdicts

    def check(self, numbers: list[str]):
        for number in numbers:
            self.scene.pending += 1
            self.pool.submit(self.ask, number, self.desk.digest(number),
                             self.desk.request(number))

    def ask(self, number, digest, request):
        self.tell("heard", number, digest, self.judges.ask(request))

    def heard(self, number, digest, heard):
        self.scene.pending -= 1
        if heard and digest == self.desk.digest(number):
            self.desk.hear(number, digest, heard)

    def saved(self, page):
        """Follow the reader's hands to what was written."""
        before = dict(self.desk.cells)
        waiting = self.desk.read(page)
        self.check(waiting)
        touched = [n for n in waiting if n in self.scene.numbers
                   and self.desk.cells[n] != before[n]]
        if touched and self.scene.at not in touched:
            self.go(touched[0])

    def check_all(self):
        written = [n for n in self.scene.numbers
                   if self.desk.cells[n] and not self.desk.untouched(n)]
        for number in written:
            self.desk.forget(number)
        self.check(written)
        if not written:
            self.scene.note = "Nothing is written yet."

    # keys

    def key(self, key: str) -> bool | str:
        self.scene.note = ""
        if self.scene.asking:
            self.scene.asking = False
            if key == "y":
                self.reset()
        elif key == "q":
            return False
        elif key == "\x1a":
            return "suspended"
        elif key in self.keys[self.scene.view]:
            self.keys[self.scene.view][key]()
        return True

    def go(self, number: str):
        self.scene.at, self.scene.offset = number, 0
        self.scene.view, self.scene.solution = "exercise", False
        self.desk.store["at"] = number
        self.desk.keep()

    def beside(self, number: str, by: int) -> str:
        """The exercise so many places further, or the last on the way."""
        numbers = self.scene.numbers
        place = numbers.index(number) + by
        return numbers[max(0, min(place, len(numbers) - 1))]

    def step(self, by: int):
        there = self.beside(self.scene.at, by)
        if there == self.scene.at:
            self.scene.note = "This is the last one." if by > 0 else \
                "This is the first one."
        else:
            self.go(there)

    def scroll(self, by: int):
        self.scene.offset += by         # drawing keeps it within bounds

    def move(self, by: int):
        self.scene.cursor = self.beside(self.scene.cursor, by)

    def list(self):
        self.scene.view = "list" if self.scene.view == "exercise" \
            else "exercise"
        self.scene.cursor = self.scene.at

    def hint(self):
        self.scene.goal = "hint"
        if not self.desk.open_hint(self.scene.at):
            self.scene.note = "There are no more hints."

    def solution(self):
        if self.desk.earned(self.scene.at):
            self.scene.solution, self.scene.goal = True, "solution"
        else:
            self.scene.note = "The solution comes with a right answer; " \
                "h opens a hint."

    def ask_reset(self):
        self.scene.asking = True

    def reset(self):
        self.check(self.desk.reset(self.scene.at))
        self.scene.note = "It is as in the book again. (In Jupyter: File, " \
            "Reload Notebook from Disk.)"
