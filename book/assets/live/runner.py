"""What IPython does for a notebook, for the cells of a page.

`run(number, code, emit)` runs a cell in a worker of the browser and gives its
outputs, as they come, to `emit(mime, text)`.
"""
import ast
import builtins
import io
import linecache
import os
import sys
import time
import traceback
import types

from pretty import pretty

MOST = 200_000                 # characters that one cell may show
DEEP = 200                     # calls: see `run`
RICH = {"text/html": "_repr_html_", "image/svg+xml": "_repr_svg_"}
notebook = types.ModuleType("__main__")
emit = print


class Stream(io.TextIOBase):
    """Standard output that goes to the page, ten times a second at most."""

    encoding = "utf-8"

    def __init__(self, mime):
        self.mime, self.parts, self.sent, self.room = mime, [], 0.0, MOST

    def write(self, text):
        if self.room > 0:
            self.parts.append(text[:self.room])
            self.room -= len(text)
            if self.room <= 0:
                self.parts.append("\n… and more, which is not shown\n")
        if time.monotonic() > self.sent + 0.1:
            self.flush()
        return len(text)

    def flush(self):
        if self.parts:
            emit(self.mime, "".join(self.parts))
            self.parts = []
        self.sent = time.monotonic()


def display(*values):
    sys.stdout.flush()
    for value in values:
        emit(*rich(value))


def rich(value):
    """The form of a value that says most: its mime type, and its text."""
    for mime, name in RICH.items():
        method = getattr(type(value), name, None)
        text = method(value) if method else None
        if text is not None:
            return mime, text
    return "text/plain", pretty(value)


class HTML:
    """What cells import from IPython.display."""

    def __init__(self, data):
        self.data = data

    def _repr_html_(self):
        return self.data


def run(number, code, to_page):
    """Run one cell; True if it raised nothing.

    A browser's stack can be full before Python's own limit is reached, and
    then Python is lost. A cell that goes to the limit gets a nearer one.
    """
    global emit
    emit = to_page
    sys.setrecursionlimit(DEEP if "RecursionError" in code else 1000)
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    try:
        execute(code, named(number, code))
        show_figures()
        return True
    except BaseException as error:
        sys.stdout.flush()
        emit("error", report(error))
        return False
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def named(number, code):
    """A file name for a cell, under which its lines can be found."""
    file = f"<cell {number}>"
    lines = [line + "\n" for line in code.split("\n")]
    linecache.cache[file] = len(code), None, lines, file
    return file


def execute(code, file):
    body = ast.parse(code, file).body
    last = [body.pop()] if body and isinstance(body[-1], ast.Expr) else []
    exec(compile(ast.Module(body, []), file, "exec"), vars(notebook))
    for expression in last:
        tree = ast.Expression(expression.value)
        value = eval(compile(tree, file, "eval"), vars(notebook))
        if value is not None and not code.rstrip().endswith(";"):
            display(value)


def show_figures():
    """Show the figures that a cell has drawn, and forget them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        drawing = io.StringIO()
        pyplot.figure(number).savefig(drawing, format="svg",
                                      bbox_inches="tight")
        pyplot.close(number)
        sys.stdout.flush()
        emit("image/svg+xml", drawing.getvalue())


def report(error):
    """A traceback in IPython's form, of the frames in cells alone."""
    kind = type(error).__name__
    head = f"{'-' * 75}\n{kind:<41} Traceback (most recent call last)"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if frame.filename.startswith("<cell ")]
    return "\n".join([head, *map(listing, frames), message(error)])


def message(error):
    if isinstance(error, SyntaxError):         # it shows the place
        return "".join(traceback.format_exception_only(error))
    notes = getattr(error, "__notes__", [])
    return "\n".join([f"{type(error).__name__}: {error}", *notes])


def listing(frame):
    """The line that a frame stands at, with two lines on either side."""
    number = frame.filename.removeprefix("<cell ").rstrip(">")
    where = "" if frame.name == "<module>" else f", in {frame.name}"
    lines = linecache.getlines(frame.filename)
    rows = [f"Cell In[{number}], line {frame.lineno}{where}"]
    for n in range(max(1, frame.lineno - 2), frame.lineno + 3):
        if n <= len(lines):
            mark = f"{f'----> {n}' if n == frame.lineno else n:>7}"
            rows.append(f"{mark} {lines[n - 1]}".rstrip())
    return "\n".join([*rows, ""])


def ticking(clock):
    """A clock that says nothing twice, as cells divide by what a call took.

    A browser's stands still for up to a tenth of a millisecond at a time.
    """
    last = None

    def read():
        nonlocal last
        while (now := clock()) == last:
            pass
        last = now
        return now

    return read


def prepare():
    """Stand in for IPython's kernel, display module and figures."""
    os.environ["MPLBACKEND"] = "module://figures"
    time.perf_counter = ticking(time.perf_counter)
    sys.modules["__main__"] = notebook
    builtins.display = display
    ipython = types.ModuleType("IPython")
    ipython.get_ipython, ipython.version_info = lambda: None, (9, 0)
    ipython.display = types.ModuleType("IPython.display")
    ipython.display.display, ipython.display.HTML = display, HTML
    sys.modules.update({"IPython": ipython,
                        "IPython.display": ipython.display})


prepare()
