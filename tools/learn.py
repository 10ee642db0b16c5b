"""The exercises in the terminal, one after the other.

    python tools/learn.py [N.M] [--fast]     watch the notebooks in mine/
    python tools/learn.py --list             how far you are
    python tools/learn.py --check N.M        what there is to say of an answer
    python tools/learn.py --hint N.M         one more hint

Write an answer in mine/NN-name.ipynb, with Jupyter or any editor, and save it:
the verdict appears here.
"""
from __future__ import annotations

import argparse
import contextlib
import os
import queue
import re
import signal
import sys
import termios
import threading
import tty
import warnings
from pathlib import Path

import watchfiles
from rich.console import Console
from rich.control import Control
from rich.segment import SegmentLines

from exercises import fast_track
from learning.course import chapter_titles
from learning.desk import NOT_ASKED, Desk
from learning.judge import Judges
from learning.screen import THEME, Scene, draw, markdown, table
from learning.session import Session

ROOT = Path(__file__).resolve().parent.parent
KEY = re.compile("\x1b(?:\\[[0-9;]*[A-Za-z~]|O[A-Z])|.", re.S)
NAMES = {"\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down",
         "\x1b[5~": "b", "\x1b[6~": " ", "\r": "\n", "\x03": "q", "\x04": "q"}


def main(argv: list[str]) -> int:
    warnings.simplefilter("ignore")     # of notebooks in older formats
    sys.stdout.reconfigure(errors="replace")    # a terminal without ∂ and ★
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", nargs="?", metavar="N.M")
    for name, text in {"fast": "only one exercise of each chapter",
                       "list": "print how far you are",
                       "check": "print what there is to say of N.M",
                       "hint": "open and print one more hint of N.M"}.items():
        parser.add_argument(f"--{name}", action="store_true", help=text)
    args = parser.parse_args(argv)
    desk = Desk(ROOT)
    fast = fast_track(ROOT)
    numbers = fast if args.fast else list(desk.course)
    if args.number and args.number not in desk.course:
        parser.error(f"there is no exercise {args.number}")
    if (args.check or args.hint) and not args.number:
        parser.error("of which exercise?")
    at = args.number or desk.store["at"]
    scene = Scene(desk, numbers, chapter_titles(ROOT),
                  [] if args.fast else fast,
                  at if at in numbers else numbers[0])
    with contextlib.closing(Judges(ROOT)) as judges:
        if args.list or args.check or args.hint:
            return say(scene, judges, args)
        if not sys.stdin.isatty() or not sys.stdout.isatty():
            parser.error("this needs a terminal; --list, --check N.M and "
                         "--hint N.M do not")
        watch(scene, judges)
    return 0


def say(scene: Scene, judges: Judges, args) -> int:
    """One answer on standard output."""
    desk, console = scene.desk, Console(highlight=False, theme=THEME)
    if args.hint:
        desk.open_hint(args.number)
        for hint in desk.open_hints(args.number):
            console.print(markdown(hint), "")
        return 0
    for number in scene.numbers if args.list else [args.number]:
        if args.check or desk.said(number) == NOT_ASKED:
            desk.hear(number, desk.digest(number),
                      judges.ask(desk.request(number)))
    if args.list:
        console.print(table(scene))
        return 0
    heard = desk.said(args.number)
    print(heard.printed, end="")
    print(args.number, heard.verdict)
    return int(heard.verdict != "right")


def watch(scene: Scene, judges: Judges):
    """Until the reader leaves: draw, wait for something, do it."""
    events: queue.SimpleQueue[tuple] = queue.SimpleQueue()

    def tell(*event):
        events.put(event)

    session = Session(scene, judges, tell)
    console = Console(highlight=False, theme=THEME)
    signal.signal(signal.SIGWINCH, lambda *_: tell("redraw"))
    signal.signal(signal.SIGTERM, lambda *_: tell("key", "q"))
    for work in keys, saves:
        threading.Thread(target=work, args=(scene.desk, tell),
                         daemon=True).start()
    try:
        going = True
        while going:
            with one_key_at_a_time(), console.screen() as screen:
                going = True
                while going is True:
                    console.control(Control.home())
                    screen.update(SegmentLines(draw(scene, console),
                                               new_lines=True))
                    going = session.handle(*events.get())
            if going == "suspended":
                os.killpg(0, signal.SIGTSTP)    # as Ctrl-Z elsewhere
    finally:
        session.close()


@contextlib.contextmanager
def one_key_at_a_time():
    """Keys come as they are pressed, Ctrl-C and Ctrl-Z among them."""
    before = termios.tcgetattr(0)
    tty.setcbreak(0)
    mode = termios.tcgetattr(0)
    mode[3] &= ~termios.ISIG
    termios.tcsetattr(0, termios.TCSANOW, mode)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def keys(desk: Desk, tell):
    while data := os.read(0, 64):
        for key in KEY.findall(data.decode(errors="ignore")):
            tell("key", NAMES.get(key, key))
    tell("key", "q")


def saves(desk: Desk, tell):
    for changes in watchfiles.watch(desk.folder, recursive=False):
        for page in sorted({Path(path).stem for _, path in changes
                            if path.endswith(".ipynb")}):
            if page in desk.pages:
                tell("saved", page)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
