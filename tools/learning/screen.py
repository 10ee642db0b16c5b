"""What is on the screen: a `Scene` in, lines of characters out.

    draw  : (Scene, Console) -> [line]       as many as the terminal has
    table : (Desk, numbers) -> Text          what --list prints

A state has a sign of its own, so that nothing is told by colour alone.
"""
from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.segment import Segment
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme

from learning.desk import NOT_ASKED, UNWRITTEN, Desk, Heard
from learning.plain import plain

THEME = Theme({"markdown.code": "bold cyan"})
WIDTH = 96   # wider lines are hard to read
VERDICT = 8  # lines of a reason, at most
LOOKS = {"right": ("✓", "green"), "wrong": ("✗", "red"),
         "asked": ("…", "yellow"), "unwritten": ("·", "dim")}
KEYS = {"exercise": "n next  p back  h hint  l list  r reset  c check all  "
                    "s solution  q quit",
        "list": "↑ ↓ choose   enter open   l back   c check all   q quit"}


@dataclass
class Scene:
    """What a reader looks at."""
    desk: Desk
    numbers: list[str]          # the exercises of this walk, in order
    titles: dict[int, str]      # of the chapters
    fast: list[str]             # those to be marked as the fast track
    at: str
    view: str = "exercise"      # or "list"
    cursor: str = ""            # in the list
    offset: int = 0             # lines scrolled away
    goal: str = ""              # "hint" or "solution": scroll to it
    solution: bool = False      # is it shown?
    note: str = ""              # one line for the reader
    asking: bool = False        # waiting for y or n
    pending: int = 0            # verdicts to come


def look(heard: Heard) -> str:
    return ("right" if heard.verdict == "right" else
            "unwritten" if heard == UNWRITTEN else
            "asked" if heard == NOT_ASKED else "wrong")


def sign(heard: Heard) -> Text:
    return Text(*LOOKS[look(heard)])


def bar(part: int, whole: int, width: int) -> str:
    full = part * width // whole
    return "█" * full + "░" * (width - full)


def right(desk: Desk, numbers) -> int:
    return sum(desk.said(n).verdict == "right" for n in numbers)


# the lists

def rows(scene: Scene):
    """The list of all exercises: (number or None for a chapter, Text)."""
    desk, chapter = scene.desk, None
    for number in scene.numbers:
        each = desk.course[number]
        if each.chapter != chapter:
            chapter = each.chapter
            those = of_chapter(scene, chapter)
            done = right(desk, those)
            yield None, Text.assemble(
                (f"{chapter:>2}  {scene.titles.get(chapter, '')}  ", "bold"),
                f"{bar(done, len(those), len(those))} {done}/{len(those)}")
        hints = len(desk.open_hints(number))
        more = ["fast track"] * (number in scene.fast) + \
            [f"{hints} hint{'s' * (hints > 1)}"] * (hints > 0)
        yield number, Text.assemble(
            "    ", sign(desk.said(number)), f" {number:<5}{each.title}",
            ("  " + ", ".join(more), "dim"))


def table(scene: Scene) -> Text:
    return Text("\n").join([row for _, row in rows(scene)]
                           + [Text(total(scene))])


def of_chapter(scene: Scene, chapter: int) -> list[str]:
    return [n for n in scene.numbers if n.partition(".")[0] == str(chapter)]


def total(scene: Scene) -> str:
    done = right(scene.desk, scene.numbers)
    return f"{done} of {len(scene.numbers)} right"


# the parts of the screen

def head(scene: Scene):
    each = scene.desk.course[scene.at]
    path = scene.desk.notebook(each.page).relative_to(scene.desk.root)
    return Group(
        Text.assemble(sign(scene.desk.said(scene.at)), " ",
                      (f"{each.number} {each.title}", "bold"),
                      ("  fast track" * (scene.at in scene.fast), "dim")),
        Text(f"  write it in {path.as_posix()}", "dim"), Rule(style="dim"))


def body(scene: Scene):
    """The parts that scroll, by name."""
    desk, each = scene.desk, scene.desk.course[scene.at]
    yield "statement", markdown(each.statement)
    for n, hint in enumerate(desk.open_hints(scene.at), 1):
        yield "hint", Text(f"\nHint {n} of {len(each.hints)}", "bold")
        yield "hint text", markdown(hint)
    if scene.solution:
        yield "solution", Text("\nThe book's solution", "bold")
        yield "solution text", Padding(Syntax(
            each.answer, "python", theme="ansi_dark", word_wrap=True,
            background_color="default"), (0, 0, 0, 2))
    if each.epilogue and look(desk.said(scene.at)) == "right":
        yield "epilogue", markdown("\n\n" + each.epilogue)


def markdown(text: str) -> Markdown:
    return Markdown(plain(text), code_theme="ansi_dark", hyperlinks=False)


def verdict(scene: Scene):
    """What was said last of this answer, and what it printed."""
    desk, heard = scene.desk, scene.desk.said(scene.at)
    page = desk.course[scene.at].page
    if page in desk.unreadable:
        return Text(f"✗ {page}.ipynb cannot be read. If it was not just being "
                    f"saved, r makes a new one. {desk.unreadable[page]}",
                    "red")
    words = {"right": "right", "asked": "checking", "unwritten":
             "not yet written", "wrong": heard.verdict}[look(heard)]
    if look(heard) == "right":
        words += ".  n goes on, s shows the book's solution"
    said = Text.assemble(sign(heard), " ",
                         (words, LOOKS[look(heard)][1]))
    printed = heard.printed.strip("\n").splitlines()[-3:] \
        if look(heard) == "wrong" else []
    return Group(said, *[Text(f"  > {line}", "dim") for line in printed])


def foot(scene: Scene, width: int):
    chapter = scene.desk.course[scene.at].chapter
    those = of_chapter(scene, chapter)
    done, here = (right(scene.desk, n) for n in (scene.numbers, those))
    small = min(len(those), 12)
    tail = f"   chapter {chapter} {bar(here, len(those), small)} " \
           f"{here}/{len(those)}"
    count = f" {done}/{len(scene.numbers)}"
    if scene.pending:
        count += f", checking {scene.pending}"
    room = width - len(tail) - len(count) - 4
    line = Text(f"all {bar(done, len(scene.numbers), room)}{count}{tail}")
    note = question(scene) if scene.asking else \
        scene.note or KEYS[scene.view]
    style = "bold" if scene.asking or scene.note else "dim"
    return Group(Rule(style="dim"), line, Text(note, style))


def question(scene: Scene) -> str:
    page = scene.desk.course[scene.at].page
    if page in scene.desk.unreadable:
        return f"A new {page}.ipynb? What there is becomes {page}.broken. " \
               "y / n"
    return f"Reset {scene.at}? What you have written there is lost. y / n"


# the whole

def draw(scene: Scene, console: Console) -> list[list[Segment]]:
    width, height = min(console.width, WIDTH), console.height
    options = console.options.update(width=width, height=None)

    def lines(part):
        return console.render_lines(part, options, pad=False)

    bottom = lines(foot(scene, width))
    if scene.view == "list":
        room = height - len(bottom)
        top, middle = [], drawn_list(scene, lines, max(room, 0))
    else:
        top = lines(head(scene))
        said = lines(verdict(scene))
        if len(said) > VERDICT:
            said = said[:VERDICT - 1] + lines(Text("  …"))
        said = lines(Rule(style="dim")) + said
        room = height - len(top) - len(said) - len(bottom)
        middle = drawn_body(scene, lines, max(room, 0)) + said
    blank = [[] for _ in range(height - len(top) - len(middle) - len(bottom))]
    return (top + middle + blank + bottom)[-height:]


def drawn_body(scene: Scene, lines, room: int):
    """The part of the body that is in sight."""
    drawn, goals = [], {}
    for name, part in body(scene):
        goals[name] = len(drawn)
        drawn += lines(part)
    if scene.goal:                      # the last of that name
        scene.offset = max(0, goals.get(scene.goal, 0))
        scene.goal = ""
    scene.offset = max(0, min(scene.offset, len(drawn) - room))
    seen = drawn[scene.offset:scene.offset + room]
    left = len(drawn) - scene.offset - len(seen)
    if left > 0 and room > 1:
        seen[-1:] = lines(Text(f"↓ {left + 1} more lines: space", "dim"))
    if scene.offset and room > 2:
        seen[:1] = lines(Text(f"↑ {scene.offset + 1} lines above: b", "dim"))
    return seen


def drawn_list(scene: Scene, lines, room: int):
    """The part of the list around the cursor."""
    drawn, place = [], 0
    for number, row in rows(scene):
        if number == scene.cursor:
            place = len(drawn)
            row = Text.assemble("  > ", row[4:], style="bold")
        row.truncate(WIDTH, overflow="ellipsis")
        drawn += lines(row)
    first = max(0, min(place - room // 2, len(drawn) - room))
    return drawn[first:first + room]
