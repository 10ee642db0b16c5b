"""Ask an exercise's check about an answer, in a process of its own.

An answer may loop for ever, leave Python, or change the package's tables: here
it does so at nobody else's cost. A `Judges` keeps one process waiting that has
imported the package already. The process is this same file, run as a script:
it reads a request, writes a `Heard`, and is gone.

    request : {number, before: [(the reader's cells, ours)], cells, check}

The cells of the exercises before, which may import or define something that
this one needs, run first: the reader's, or ours where those fail.
"""
from __future__ import annotations

import contextlib
import io
import json
import linecache
import os
import re
import subprocess
import sys
import traceback
import types
from collections import deque
from pathlib import Path
from typing import NamedTuple

SECONDS = 20
PRINTED = 2000  # characters, the last ones, are enough


class Heard(NamedTuple):
    verdict: str    # "right", "not yet written" or "not yet: why"
    printed: str = ""


class Judges:
    """Processes that wait for an answer each."""

    def __init__(self, root: Path, seconds: float = SECONDS):
        self.root, self.seconds = root, seconds
        self.waiting: deque[subprocess.Popen] = deque()
        self.busy: dict[str, subprocess.Popen] = {}
        self.closed = False
        self.waiting.append(self.hire())

    def hire(self) -> subprocess.Popen:
        path = [str(self.root), str(self.root / "exercises")]
        return subprocess.Popen(
            [sys.executable, __file__], text=True, encoding="utf-8",
            cwd=self.root / "exercises", start_new_session=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path),
                              "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)

    def ask(self, request: dict) -> Heard | None:
        """What there is to say, or None if it was called off."""
        number = request["number"]
        self.call_off(number)
        process = self.waiting.pop() if self.waiting else self.hire()
        self.busy[number] = process
        try:
            reply, _ = process.communicate(json.dumps(request), self.seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Heard(f"not yet: still running after {self.seconds:g} s. "
                         "Does a loop never end?")
        finally:
            called_off = self.busy.get(number) is not process
            if not called_off:
                del self.busy[number]
            if not self.waiting and not self.closed:
                self.waiting.append(self.hire())
        if called_off:
            return None
        return Heard(*json.loads(reply)) if reply else Heard(
            "not yet: Python itself ended in the middle of it "
            f"(status {process.returncode})")

    def call_off(self, number: str):
        """Stop what is being said about a former answer."""
        process = self.busy.pop(number, None)
        if process:
            process.kill()

    def close(self):
        self.closed = True
        for number in list(self.busy):
            self.call_off(number)
        while self.waiting:
            process = self.waiting.pop()
            process.kill()
            process.communicate()


# What follows runs in the process.

def judge(number, before, cells, check) -> Heard:
    import checks
    heard: list[str] = []
    checks.check = lambda *args: heard.append(checks.verdict(*args))
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    module.check = checks.check
    for theirs, ours in before:
        if any([failure(code, module) for code in theirs]):
            for code in ours:
                failure(code, module)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        failures = [failure(code, module) for code in cells]
        broken = failure(check, module, "<check>")
    first = next(filter(None, failures), None)
    said = heard[0] if heard else reason(first or broken)
    return Heard(said, printed.getvalue()[-PRINTED:])


def failure(code: str, module, name: str = "") -> BaseException | None:
    """Run a cell; what it raises."""
    name = name or f"<cell {len(linecache.cache)}>"
    code = re.sub(r"^[%!].*", "", code, flags=re.M)   # for Jupyter alone
    linecache.cache[name] = len(code), None, code.splitlines(True), name
    try:
        exec(compile(code, name, "exec"), module.__dict__)
    except BaseException as error:
        return error


def reason(error: BaseException) -> str:
    import checks
    if isinstance(error, SyntaxError) and error.filename in linecache.cache:
        return (f"not yet: line {error.lineno} of its cell is not Python, "
                f"{error.msg}: `{(error.text or '').strip()}`")
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    if isinstance(error, NameError) and frame.f_code.co_filename == "<check>":
        return f"not yet: its cells define no `{error.name}`"
    return checks.reason(error)


def main():
    import checks  # noqa: F401
    import minijax  # noqa: F401
    wire = os.dup(1)
    os.dup2(2, 1)
    if request := sys.stdin.read():
        reply = json.dumps(judge(**json.loads(request)))
        with open(wire, "w", encoding="utf-8") as answer:
            answer.write(reply)
    os._exit(0)  # whatever threads the answer has left behind


if __name__ == "__main__":
    main()
