"""Makes the code on the pages live: run, edited and checked by the reader.

The configuration says where the browser finds Python, which is Pyodide:

    minijax_live: auto                          the copy that `make live` has
                                                fetched, or else Pyodide's CDN
    minijax_live: https://host/folder/          there
    minijax_live: "off"                         nowhere: pages without buttons

On a page, this marks which cells can be run, and joins to each exercise the
check of its answer. The rest is in assets/live.
"""
import html
import inspect
import re
import shutil
import symtable
import sys
import zipfile
from pathlib import Path

import IPython.lib.pretty
import jupytext
import nbformat
from docutils import nodes
from sphinx.util import logging

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

import exercises  # noqa: E402
import pyodide_copy  # noqa: E402

HERE = "pyodide/"              # of the copy, beside live.js
MAGIC = re.compile(r"^%.*\n", re.M)
NUMBER = re.compile(r"\bcheck\(\"([\d.]+)\"")
NEVER = {
    r"^\s*(?:import|from) jax\b|\bto_jax\(":
        "JAX itself, which does not run",
    r"\.\./benchmarks/": "a file of measurements, which is not found",
    r"\bThread\(": "threads, which Python does not have",
}
logger = logging.getLogger(__name__)


def settle(app, config):
    """Resolve `auto` now, so that a change of it renders the pages anew."""
    if config.minijax_live == "auto":
        config.minijax_live = (HERE if pyodide_copy.fetched()
                               else pyodide_copy.CDN)


def depend(app, docname, source):
    """A page is rendered anew when its exercises change."""
    solutions = exercises_of(docname)
    if solutions.exists():
        app.env.note_dependency(str(solutions))


def exercises_of(docname):
    return ROOT / "solutions" / f"{docname}.md"


def mark(app, doctree, docname):
    if app.config.minijax_live == "off" or app.builder.format != "html":
        return
    mark_cells(doctree, Path(app.env.doc2path(docname)))
    mark_exercises(doctree, exercises_of(docname))


# Cells of a chapter


def mark_cells(doctree, path):
    cells = list(doctree.findall(is_cell))
    if not cells:
        return
    notebook = nbformat.read(path, as_version=4)
    codes = [notebook.cells[cell["cell_index"]].source for cell in cells]
    for cell, code, need in zip(cells, codes, needs(codes), strict=True):
        if need:
            text = f"This cell needs {need} in a browser: what it shows is " \
                   "what was stored."
            cell += raw(f'<p class="live-never" hidden>{text}</p>')
        elif "tag_remove-input" in cell["classes"]:
            code = MAGIC.sub("", code)
            cell += script("hidden", code, "defines", "|".join(names(code)[0]))


def is_cell(node):
    return "cell_index" in getattr(node, "attributes", ()) \
        and "cell" in node["classes"]


def needs(codes):
    """What each cell needs that no browser has, or None."""
    lacking, missing = {}, []          # names of cells that do not run
    for code in codes:
        defined, used = names(code)
        reasons = [why for pattern, why in NEVER.items()
                   if re.search(pattern, code, re.M)]
        reasons += [lacking[name] for name in used if name in lacking]
        why = reasons[0] if reasons else None
        for name in defined:
            lacking.pop(name, None)
            if why:
                lacking[name] = why
        missing.append(why)
    return missing


def names(code):
    """The names that a cell defines, and those that it takes from others."""
    try:
        top = symtable.symtable(MAGIC.sub("", code), "cell", "exec")
    except SyntaxError:
        return [], []
    own = [symbol.get_name() for symbol in top.get_symbols()
           if symbol.is_assigned() or symbol.is_imported()]
    return own, [name for name in read(top) if name not in own]


def read(table):
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global()
                                       or table.get_type() == "module"):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from read(inner)


# Exercises


def mark_exercises(doctree, source):
    if not source.exists():
        return
    blocks = list(doctree.findall(nodes.literal_block))
    for code, check in answers(source):
        while blocks and blocks[0].astext().strip() != code:
            blocks.pop(0)
        if not blocks:
            logger.warning("%s: this code is not on its page:\n%s",
                           source.name, code)
            return
        enclose(blocks.pop(0), check)


def answers(source):
    """The code of each exercise, and the check that follows it, if any."""
    pairs = []
    for cell in jupytext.read(source).cells:
        if cell.cell_type == "code" and exercises.is_check(cell):
            pairs[-1][1].append(cell.source)
        elif cell.cell_type == "code":
            pairs.append((exercises.stub(cell.source).strip(), []))
    return [(code, "\n".join(checks)) for code, checks in pairs]


def enclose(block, check):
    """Make a cell, as chapters have them, of an exercise's code."""
    code = nodes.container(classes=["cell_input"])
    cell = nodes.container("", code, classes=["cell", "live-exercise"])
    block.replace_self(cell)
    code += block
    if check:
        number = NUMBER.search(check)[1]
        cell += script("check", check, "number", number)


def raw(text):
    return nodes.raw("", text, format="html")


def script(kind, code, key, value):
    """Python that the page has, but does not show."""
    code = code.replace("</", "<\\/")
    return raw(f'<script type="text/x-python" class="live-{kind}" '
               f'data-{key}="{html.escape(value)}">{code}</script>')


# Files


def load(app, pagename, templatename, context, doctree):
    """Give the script to the pages that have cells."""
    if doctree is None or app.config.minijax_live == "off":
        return
    if any("cell" in node["classes"]
           for node in doctree.findall(nodes.container)):
        app.add_css_file("live/live.css")
        app.add_js_file("live/live.js", defer="defer", **{
            "data-pyodide": app.config.minijax_live.rstrip("/") + "/"})


def copy(app, exception):
    """The package, the checks and the runner; and Python, if it is here."""
    if exception or app.config.minijax_live == "off" \
            or app.builder.format != "html":
        return
    live = Path(app.outdir) / "_static/live"
    live.mkdir(parents=True, exist_ok=True)
    pack(live / "book.zip")
    shutil.rmtree(live / HERE, ignore_errors=True)
    if app.config.minijax_live == HERE:
        shutil.copytree(pyodide_copy.COPY, live / HERE)


def pack(target):
    """One archive, the same bytes from the same files."""
    parts = {"pretty.py": Path(inspect.getsourcefile(IPython.lib.pretty)),
             "book.mplstyle": ROOT / "book/book.mplstyle"}
    for file in (ROOT / "book/assets/live").glob("*.py"):
        parts[file.name] = file
    for folder in ROOT, ROOT / "exercises":
        for package in "minijax", "checks":
            for file in (folder / package).rglob("*.py"):
                parts[file.relative_to(folder).as_posix()] = file
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in sorted(parts.items()):
            entry = zipfile.ZipInfo(name)          # of 1980, and no mode
            archive.writestr(entry, file.read_bytes(),
                             zipfile.ZIP_DEFLATED)


def setup(app):
    app.add_config_value("minijax_live", "auto", "html", str)
    app.connect("config-inited", settle)
    app.connect("source-read", depend)
    app.connect("doctree-resolved", mark)
    app.connect("html-page-context", load)
    app.connect("build-finished", copy)
    return {"version": "1", "parallel_read_safe": True,
            "parallel_write_safe": True}
