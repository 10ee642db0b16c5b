"""What the book gives: its exercises, with all that is shown of them.

    course : Path -> {number: Exercise}      of solutions/NN-name.md, all N
    hints  : Exercise -> [Markdown]          each says more than the last
"""
from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import jupytext
from nbformat.v4 import new_markdown_cell

import exercises

HEADING = re.compile(r"^## (\d+\.\d+) (.+)\n*", re.M)
TITLE = re.compile(r"\A# .*\n*", re.M)
BLOCK = re.compile(r"^[ \t]*# BEGIN SOLUTION\n(.*?)^[ \t]*# END SOLUTION",
                   re.M | re.S)


@dataclass(frozen=True)
class Exercise:
    number: str
    title: str                 # with its stars
    page: str                  # NN-name
    statement: str             # Markdown, as are hints and epilogue
    hints: tuple[str, ...]
    epilogue: str              # what there is to say when it is right
    before: tuple[str, ...]    # code above the first exercise
    fresh: tuple               # its cells in a notebook, unwritten
    solved: tuple[str, ...]    # its code cells, written
    check: str                 # the last one, which asks for the verdict
    answer: str                # the solution alone

    @property
    def chapter(self) -> int:
        return int(self.number.partition(".")[0])


def course(root: Path) -> dict[str, Exercise]:
    return {each.number: each
            for source in sorted((root / "solutions").glob("[0-9]*.md"))
            for each in exercises_of(source)}


def chapter_titles(root: Path) -> dict[int, str]:
    pages = sorted((root / "book").glob("[0-9][0-9]-*.md"))
    return {int(page.name[:2]):
            re.search(r"^# (.*)$", page.read_text(), re.M)[1]
            for page in pages}


def sections(cells) -> dict[str, list]:
    """A notebook's cells by exercise; those before the first are under ""."""
    found, number = {"": []}, ""
    for cell in cells:
        head = cell.cell_type == "markdown" and HEADING.search(cell.source)
        if head:
            number = head[1]
        found.setdefault(number, []).append(cell)
    return found


def code_of(cells) -> tuple[str, ...]:
    """The code cells among them, without the check."""
    return tuple(cell.source for cell in cells
                 if cell.cell_type == "code" and not exercises.is_check(cell))


def exercises_of(source: Path) -> list[Exercise]:
    fresh = sections(exercises.notebook(source, exercises.stub).cells)
    parts = sections(cut_at_headings(jupytext.read(source).cells))
    before = parts.pop("")
    known = imported(before)
    made = []
    for number, cells in parts.items():
        known |= imported(cells)
        made.append(exercise(number, cells, source.stem, before, known,
                             tuple(fresh[number])))
    return made


def cut_at_headings(cells):
    """What stands above a heading in its cell belongs to what was before."""
    for cell in cells:
        head = cell.cell_type == "markdown" and HEADING.search(cell.source)
        if head and head.start():
            yield new_markdown_cell(cell.source[:head.start()])
            yield new_markdown_cell(cell.source[head.start():])
        else:
            yield cell


def exercise(number, cells, page, before, known, fresh) -> Exercise:
    code = [i for i, cell in enumerate(cells) if cell.cell_type == "code"]
    task = max(i for i in code if exercises.SOLUTION.search(cells[i].source))
    text = prose(cells[:task], given=True)
    blocks = [textwrap.dedent(block) for i in code
              for block in BLOCK.findall(cells[i].source)]
    hints = [hint.strip() for _, _, hint in exercises.DROPDOWN.findall(text)]
    statement = HEADING.sub("", exercises.DROPDOWN.sub("", text))
    check, = [cells[i].source for i in code if exercises.is_check(cells[i])]
    title = HEADING.search(text)[2].replace("`", "")
    return Exercise(
        number=number, title=title, page=page,
        statement=f"{TITLE.sub('', prose(before))}\n\n{statement}".strip(),
        hints=(*hints, *told_by(blocks, known)),
        epilogue=prose(cells[code[-1] + 1:]).strip(), before=code_of(before),
        fresh=fresh,
        solved=tuple(map(exercises.solved, code_of(cells))), check=check,
        answer="\n".join(blocks).rstrip())


def prose(cells, given: bool = False) -> str:
    """Their text; with the code that is given in between, if it is wanted."""
    return "\n\n".join(
        cell.source if cell.cell_type == "markdown"
        else exercises.fenced(cell.source)
        for cell in cells if cell.cell_type == "markdown" or given)


def imported(cells) -> set[str]:
    """The names that the cells import."""
    return {alias.asname or alias.name.partition(".")[0]
            for code in code_of(cells)
            for node in ast.walk(ast.parse(exercises.solved(code)))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names}


def told_by(blocks: list[str], known: set[str]):
    """Two more hints: the names in the solution, then its outline."""
    trees = [ast.parse(block) for block in blocks]
    names = dict.fromkeys(n for tree in trees for n in dotted(tree, known))
    if names:
        yield "The solution uses " + ", ".join(f"`{n}`" for n in names) + "."
    shape = "\n\n".join(map(outline, trees))
    if "\n" in shape:
        yield f"The solution has this shape:\n\n```python\n{shape}\n```"


def dotted(node: ast.AST, known: set[str]):
    """The imported names under a node, as in `mj.tree.map`, in order."""
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if isinstance(root, ast.Name):
        if root.id in known:
            yield ast.unparse(node)
        return
    for child in ast.iter_child_nodes(node):
        yield from dotted(child, known)


def outline(tree: ast.AST) -> str:
    """Its statements, with `...` for what they compute."""
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.stmt | ast.withitem):
            for field in "value", "test", "iter", "context_expr":
                if getattr(node, field, None) is not None:
                    setattr(node, field, ast.Constant(...))
    return ast.unparse(tree)
