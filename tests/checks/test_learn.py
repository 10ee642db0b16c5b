"""`make learn`: what it says of answers, hints and files, and what it shows.

On the little book of two exercises, where the second one needs the first; and
in the last tests on the book itself.
"""
import io
import json
import os
import queue
import re

import nbformat
import pexpect
import pytest
from rich.console import Console
from rich.segment import Segment

import exercises as weaver
from learning.course import (
    chapter_titles,
    code_of,
    course,
    sections,
)
from learning.desk import NOT_ASKED, UNWRITTEN, Desk
from learning.judge import Judges
from learning.plain import MATHS, plain, unicode
from learning.screen import Scene, draw
from learning.session import Session

SECOND = '''
That was nothing.

## 1.2 Twice `nothing` ★★

Write a function that returns $\\frac{h}{2}$ for 0.

:::{dropdown} Hint
`zero()`.
:::

```{code-cell}
def half(h):
    # BEGIN SOLUTION
    both = zero() + zero()
    return both / 2
    # END SOLUTION
```

```{code-cell}
:tags: [check]
check("1.2", half)
```
'''
CHECK = '''

@exercise("1.2")
def _(answer):
    assert answer(0) == 0, f"expected 0, got {answer(0)}"
'''


@pytest.fixture
def book(project):
    """The little book, with two exercises in its first chapter."""
    page = (project.root / "solutions/01-one.md").read_text()
    project.write("solutions/01-one.md", page + SECOND)
    checks = (project.root / "exercises/checks/ch01.py").read_text()
    project.write("exercises/checks/ch01.py", checks + CHECK)
    project.write("exercises/fast.md", "| 1.2 Twice nothing | [1] |\n")
    source = project.root / "solutions/01-one.md"
    nbformat.write(weaver.notebook(source, weaver.stub),
                   project.root / "exercises/01-one.ipynb")
    return project


@pytest.fixture
def desk(book):
    return Desk(book.root)


@pytest.fixture
def judges(book):
    judges = Judges(book.root)
    yield judges
    judges.close()


def put(desk, number, code):
    """What the reader does in Jupyter."""
    path = desk.notebook(desk.course[number].page)
    nb = nbformat.read(path, as_version=4)
    cell = next(c for c in sections(nb.cells)[number]
                if c.cell_type == "code")
    cell.source = code
    nbformat.write(nb, path)


def write(desk, number, code):
    put(desk, number, code)
    return desk.read(desk.course[number].page)


def said(desk, judges, number, code):
    write(desk, number, code)
    heard = judges.ask(desk.request(number))
    desk.hear(number, desk.digest(number), heard)
    return desk.said(number)


# what is said of an answer

def test_a_stub_is_not_yet_written(desk, judges):
    assert desk.said("1.1") == UNWRITTEN
    assert judges.ask(desk.request("1.1")) == UNWRITTEN


def test_a_wrong_answer_is_named_and_earns_nothing(desk, judges):
    heard = said(desk, judges, "1.1", "def zero():\n    return 1")
    assert heard.verdict == "not yet: this is one, not zero"
    assert not desk.earned("1.1")


def test_a_right_answer_earns_the_solution_for_good(desk, judges):
    heard = said(desk, judges, "1.1", "def zero():\n    return 0")
    assert heard.verdict == "right" and desk.earned("1.1")
    assert desk.course["1.1"].answer == "return one() - one()"
    said(desk, judges, "1.1", "def zero():\n    return 1")
    assert desk.earned("1.1")


def test_what_an_answer_prints_is_kept(desk, judges):
    heard = said(desk, judges, "1.1",
                 "def zero():\n    print('here')\n    return 1")
    assert heard.printed == "here\n"


@pytest.mark.parametrize("code, words", [
    ("def zero(:\n    return 0", "line 1 of its cell is not Python"),
    ("def nought():\n    return 0", "its cells define no `zero`"),
    ("1 / 0", "ZeroDivisionError: division by zero at line 1 of its cell"),
    ("def zero():\n    return zero()", "RecursionError"),
    ("import sys\nsys.exit()", "your code raised SystemExit"),
    ("import os\nos._exit(3)", "Python itself ended in the middle of it "
     "(status 3)"),
    ("import minijax\nminijax.one = minijax.two = None\n"
     "def zero():\n    return 2", "expected 0, got 2"),
    ("%matplotlib inline\ndef zero():\n    return 1", "this is one")])
def test_whatever_an_answer_does(desk, judges, code, words):
    assert words in said(desk, judges, "1.1", code).verdict
    assert said(desk, judges, "1.1", "def zero(): return 0").verdict == "right"


def test_a_loop_that_never_ends(desk, book):
    judges = Judges(book.root, seconds=3)
    heard = said(desk, judges, "1.1", "while True:\n    pass")
    assert heard.verdict.startswith("not yet: still running after 3 s")
    judges.close()
    assert not judges.busy and not judges.waiting


def test_a_failing_trial_beside_a_right_answer_does_no_harm(desk, judges):
    nb = nbformat.read(desk.notebook("01-one"), as_version=4)
    nb.cells.insert(2, nbformat.v4.new_code_cell("zero(1, 2, 3)"))
    nbformat.write(nb, desk.notebook("01-one"))
    heard = said(desk, judges, "1.1", "def zero():\n    return 0")
    assert heard.verdict == "right"


def test_an_exercise_skipped_is_supplied(desk, judges):
    code = "def half(h):\n    return zero()"
    assert said(desk, judges, "1.2", code).verdict == "right"
    write(desk, "1.1", "def zero(:")
    assert said(desk, judges, "1.2", code).verdict == "right"


def test_an_exercise_before_is_the_readers_own_where_it_runs(desk, judges):
    write(desk, "1.1", "import math\ndef zero(): return 4")
    heard = said(desk, judges, "1.2", "def half(h):\n    return zero()")
    assert heard.verdict == "not yet: expected 0, got 4"


# the files

def test_the_books_notebook_is_left_alone(desk, book):
    before = (book.root / "exercises/01-one.ipynb").read_bytes()
    write(desk, "1.1", "def zero(): return 0")
    assert (book.root / "exercises/01-one.ipynb").read_bytes() == before


def test_saving_tells_what_has_to_be_asked(desk, judges):
    assert desk.read("01-one") == []
    assert write(desk, "1.2", "def half(h): return 0") == ["1.2"]
    said(desk, judges, "1.2", "def half(h): return 0")
    assert desk.read("01-one") == []
    # the second one stands on the first
    assert write(desk, "1.1", "def zero(): return 0") == ["1.1", "1.2"]


def test_a_notebook_half_written_leaves_all_as_it_was(desk, judges):
    said(desk, judges, "1.1", "def zero(): return 0")
    path = desk.notebook("01-one")
    whole = path.read_text()
    for half in "", whole[:300], "[]", '{"cells": 3}', "{}":
        path.write_text(half)
        assert desk.read("01-one") == []
        assert "01-one" in desk.unreadable
        assert desk.said("1.1").verdict == "right"
    path.unlink()
    assert desk.read("01-one") == [] and "01-one" in desk.unreadable
    path.write_text(whole)
    assert desk.read("01-one") == [] and not desk.unreadable


def test_reset_brings_back_one_stub(desk, judges):
    write(desk, "1.1", "def zero(): return 7")
    write(desk, "1.2", "def half(h): return 7")
    desk.reset("1.1")
    assert desk.said("1.1") == UNWRITTEN
    assert desk.cells["1.2"] == ("def half(h): return 7",)
    nb = nbformat.read(desk.notebook("01-one"), as_version=4)
    nbformat.validate(nb)
    assert list(sections(nb.cells)) == ["", "1.1", "1.2"]
    assert "raise NotImplementedError" in code_of(
        sections(nb.cells)["1.1"])[0]


def test_reset_brings_back_what_was_deleted(desk):
    nb = nbformat.read(desk.notebook("01-one"), as_version=4)
    nb.cells = sections(nb.cells)["1.2"]
    nbformat.write(nb, desk.notebook("01-one"))
    desk.read("01-one")
    assert "it is not in the notebook" in desk.said("1.1").verdict
    desk.reset("1.1")
    assert desk.said("1.1") == desk.said("1.2") == UNWRITTEN


def test_reset_of_a_broken_notebook_keeps_what_there_is(desk):
    path = desk.notebook("01-one")
    path.write_text("{ my answer")
    desk.read("01-one")
    desk.reset("1.1")
    assert desk.said("1.1") == UNWRITTEN and not desk.unreadable
    assert path.with_suffix(".broken").read_text() == "{ my answer"


def test_all_is_there_again_another_day(desk, judges, book):
    said(desk, judges, "1.1", "def zero(): return 0")
    desk.open_hint("1.2")
    again = Desk(book.root)
    assert again.said("1.1").verdict == "right" and again.earned("1.1")
    assert again.open_hints("1.2") == desk.course["1.2"].hints[:1]


def test_a_new_check_asks_again(desk, judges, book):
    said(desk, judges, "1.1", "def zero(): return 0")
    book.edit("exercises/checks/ch01.py", "not zero", "not nought")
    assert Desk(book.root).said("1.1") == NOT_ASKED


@pytest.mark.parametrize("text", ["", "{", "3", "[1]"])
def test_lost_progress_is_no_reason_to_stop(desk, text):
    (desk.folder / "progress.json").write_text(text)
    assert Desk(desk.root).said("1.1") == UNWRITTEN


# what the book gives

def test_hints_come_one_by_one(desk):
    assert desk.open_hints("1.2") == ()
    assert desk.open_hint("1.2")
    assert desk.open_hints("1.2") == ("`zero()`.",)
    assert desk.open_hint("1.2")
    assert "```python\nboth = ...\nreturn ...\n```" in desk.open_hints(
        "1.2")[1]
    assert not desk.open_hint("1.2")
    assert len(desk.open_hints("1.2")) == 2


def test_the_names_in_a_solution_are_a_hint(desk):
    assert desk.course["1.1"].hints == ("`one() - one()`.",
                                        "The solution uses `one`.")


def test_what_follows_an_exercise_is_its_epilogue(desk):
    assert desk.course["1.1"].epilogue == "That was nothing."
    assert desk.course["1.2"].title == "Twice nothing ★★"


@pytest.mark.parametrize("tex, text", [
    (r"\dot x = A^{-1}(\dot b - \dot A x)", "ẋ = A⁻¹(ḃ - Ȧ x)"),
    (r"\frac{h}{2}|f''|", "(h/2)|f''|"),
    (r"\tfrac n2 \log\det K", "n/2 log det K"),
    (r"e^{x_i - m}", "e^(xᵢ - m)"),
    (r"\tanh' = 1 - \tanh^2", "tanh' = 1 - tanh²"),
    (r"\langle w, \text{un}(x) \rangle", "⟨w, un(x)⟩"),
    (r"\sqrt{x^2 + y^2} \le \sqrt n", "√(x² + y²) ≤ √n")])
def test_formulas_in_a_terminal(tex, text):
    assert unicode(tex) == text


# the screen

@pytest.fixture
def session(desk, judges):
    events = queue.Queue()
    scene = Scene(desk, list(desk.course), chapter_titles(desk.root),
                  weaver.fast_track(desk.root), "1.1")
    session = Session(scene, judges, lambda *event: events.put(event))
    session.events = events
    yield session
    session.close()


def shown(session, width=80, height=24, **options):
    console = Console(width=width, height=height, file=io.StringIO(),
                      **options)
    lines = draw(session.scene, console)
    assert len(lines) == height
    assert all(Segment.get_line_length(line) <= width for line in lines)
    return "\n".join("".join(part.text for part in line) for line in lines)


def press(session, keys):
    for key in keys:
        assert session.handle("key", key) is True
    return shown(session)


def save(session, number, code):
    put(session.desk, number, code)
    session.handle("saved", "01-one")
    while session.scene.pending:
        session.handle(*session.events.get(timeout=60))
    return shown(session)


def test_the_first_screen(session):
    text = shown(session)
    assert "1.1 Zero ★" in text
    assert "write it in mine/01-one.ipynb" in text
    assert "Write a function that returns 0." in text
    assert "· not yet written" in text
    assert "0/2" in text and "chapter 1 ░░ 0/2" in text
    assert "h hint" in text and "q quit" in text


def test_the_screen_follows_what_is_saved(session):
    text = save(session, "1.2", "def half(h): return 3")
    assert "✗ 1.2 Twice nothing ★★  fast track" in text
    assert "✗ not yet: expected 0, got 3" in text
    text = save(session, "1.1", "def zero(): return 0")
    assert "✓ 1.1" in text and "✓ right" in text
    assert "That was nothing." in text
    assert "1/2" in text and "chapter 1 █░ 1/2" in text


def test_keys(session):
    assert "1.2" in press(session, "n").splitlines()[0]
    assert "This is the last one." in press(session, "n")
    assert "1.1" in press(session, "p").splitlines()[0]
    assert "Hint 1 of 2" in press(session, "h")
    text = press(session, "h")
    assert "Hint 1 of 2" in text and "The solution uses one." in text
    assert "There are no more hints." in press(session, "h")
    assert "comes with a right answer" in press(session, "s")
    assert "one() - one()\n" not in press(session, "s")
    save(session, "1.1", "def zero(): return 0")
    assert "return one() - one()" in press(session, "s")
    assert session.handle("key", "q") is False


def test_the_list(session):
    save(session, "1.1", "def zero(): return 0")
    text = press(session, "l")
    assert " 1  One  █░ 1/2" in text and "  > ✓ 1.1  Zero ★" in text
    assert "  > · 1.2  Twice nothing ★★  fast track" in press(
        session, ["down"])
    assert press(session, ["\n"]).startswith("· 1.2")


def test_reset_asks_first(session):
    save(session, "1.1", "def zero(): return 0")
    assert "Reset 1.1?" in press(session, "r")
    assert "✓ right" in press(session, "n")
    assert "· not yet written" in press(session, "ry")


def test_check_all(session):
    assert "Nothing is written yet." in press(session, "c")
    save(session, "1.1", "def zero(): return 0")
    assert "checking 1" in press(session, "c")
    while session.scene.pending:
        session.handle(*session.events.get(timeout=60))
    assert "✓ right" in shown(session)


def test_an_answer_saved_again_calls_the_old_one_off(session):
    put(session.desk, "1.1", "while True: pass")
    session.handle("saved", "01-one")
    assert "✓ right" in save(session, "1.1", "def zero(): return 0")


def test_a_broken_notebook_is_said_to_be_broken(session):
    session.desk.notebook("01-one").write_text("{")
    session.handle("saved", "01-one")
    assert "01-one.ipynb cannot be read" in shown(session)


def test_small_screens(session):
    press(session, "hh")
    for width, height in (20, 5), (40, 10), (60, 14), (200, 60):
        shown(session, width, height)
    assert "more lines: space" in shown(session, 40, 14) or \
        "lines above: b" in shown(session, 40, 14)
    session.handle("key", "b")
    assert "more lines: space" in shown(session, 40, 14)


# the commands

def test_without_a_terminal(book):
    status, said = book.tool("learn", "--list")
    assert status == 0 and "0 of 2 right" in said
    assert book.tool("learn", "--check", "1.1") == (1, "1.1 not yet written\n")
    Desk(book.root).open_hint("1.2")
    said = book.tool("learn", "--hint", "1.2")[1]
    assert "zero()." in said and "both = ..." in said
    status, said = book.tool("learn", "--check", "1.7")
    assert status == 2 and "there is no exercise 1.7" in said
    write(Desk(book.root), "1.1", "def zero(): return 0")
    assert book.tool("learn", "--check", "1.1") == (0, "1.1 right\n")
    assert "needs a terminal" in book.tool("learn", "--fast")[1]


@pytest.mark.parametrize("leave", ["q", "\x03"])
def test_in_a_terminal(book, leave):
    env = {key: value for key, value in os.environ.items()
           if key not in ("PYTHONPATH", "FORCE_COLOR")}
    env |= {"NO_COLOR": "1", "TERM": "xterm"}
    terminal = pexpect.spawn(
        os.sys.executable, ["tools/learn.py"], cwd=book.root, env=env,
        dimensions=(24, 80), timeout=60, encoding="utf-8")
    terminal.expect("not yet written")
    put(Desk(book.root), "1.1", "def zero(): return 1")
    terminal.expect("this is one, not zero")
    put(Desk(book.root), "1.1", "def zero(): return 0")
    terminal.expect("✓ right")
    assert not re.search(r"\x1b\[[\d;]*3\d", terminal.before)  # no colour
    terminal.send(leave)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    kept = json.loads((book.root / "mine/progress.json").read_text())
    assert kept["at"] == "1.1" and kept["earned"] == ["1.1"]


# the book itself

@pytest.fixture(scope="module")
def exercises(pytestconfig):
    return course(pytestconfig.rootpath)


def test_every_formula_of_the_book_can_be_shown(exercises):
    for each in exercises.values():
        for text in (each.statement, each.epilogue, *each.hints):
            code = re.sub(r"`[^`]*`", "", plain(text))
            assert "$" not in code, (each.number, code)
            for _, display, inline in MATHS.findall(text):
                assert not set(unicode(display or inline)) & set("\\{}"), \
                    (each.number, display, inline)


def test_the_fast_track_has_one_exercise_of_each_chapter(exercises,
                                                         pytestconfig):
    fast = weaver.fast_track(pytestconfig.rootpath)
    chapters = sorted({each.chapter for each in exercises.values()})
    assert [exercises[n].chapter for n in fast] == chapters
    titles = chapter_titles(pytestconfig.rootpath)
    table = (pytestconfig.rootpath / "exercises/fast.md").read_text()
    for n in fast:
        each = exercises[n]
        assert f"| {n} {each.title.rstrip(' ★')} | " \
               f"[{titles[each.chapter]}]({each.page}.md) |" in table


def test_every_exercise_has_a_hint(exercises):
    assert [each.number for each in exercises.values() if not each.hints] == []
