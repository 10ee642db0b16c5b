"""What the house adds to Jupyter Book's pages, and repairs in them."""
import re
import sys
from pathlib import Path

from docutils import nodes
from myst_nb.core.lexers import IPythonTracebackLexer
from pygments.token import Error, Text

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import badges  # noqa: E402

BADGE = '<p class="same-in-jax" title="{}">{}</p>'
TOGGLE = re.compile(r">([^<>]+)</a><details[^>]*><summary")


def is_thebe(script) -> bool:
    body = (getattr(script, "attributes", None) or {}).get("body") or ""
    return "THEBE_JS_URL" in body or "sphinx-thebe" in str(script.filename)


def without_thebe(app, pagename, templatename, context, doctree):
    """Jupyter Book and the theme each load thebe; no page here uses it."""
    scripts = context.get("script_files", [])
    context["script_files"] = [js for js in scripts if not is_thebe(js)]


def named_toggles(app, pagename, templatename, context, doctree):
    """Say what the arrows in the list of pages open, to who cannot see it."""
    listed = context["generate_toctree_html"]

    def generate_toctree_html(*args, **options):
        return TOGGLE.sub(r'\g<0> aria-label="Pages under \1"',
                          str(listed(*args, **options)))

    context["generate_toctree_html"] = generate_toctree_html


def described_figures(app, doctree, docname):
    """The figure of a cell is described by the caption that follows it."""
    for cell in doctree.findall(nodes.container):
        caption = cell.next_node(descend=False, siblings=True)
        if "cell" in cell["classes"] and isinstance(caption, nodes.paragraph):
            for image in cell.findall(nodes.image):
                if isinstance(caption[0], nodes.emphasis):
                    image["alt"] = caption.astext()


class Traceback(IPythonTracebackLexer):
    """Colours tracebacks; an error's message need not be Python."""

    def get_tokens_unprocessed(self, text):
        for place, kind, value in super().get_tokens_unprocessed(text):
            yield place, Text if kind is Error else kind, value


def with_badges(app, doctree):
    """Marks the examples that print the same under JAX."""
    app.env.note_dependency(str(badges.RECORD))
    held = badges.badges(app.env.docname)
    for cell in doctree.findall(nodes.container):
        if words := held.get(cell.get("cell_index")):
            cell += nodes.raw("", BADGE.format(*words), format="html")


def number_of_badges(role, rawtext, text, lineno, inliner, options=None,
                     content=()):
    count = sum(map(len, badges.record()["pages"].values()))
    return [nodes.Text(str(count))], []


def setup(app):
    app.add_lexer("ipythontb", Traceback)
    app.connect("doctree-resolved", described_figures)
    app.connect("html-page-context", without_thebe, priority=900)
    app.connect("html-page-context", named_toggles, priority=900)
    app.connect("doctree-read", with_badges)
    app.add_role("same-in-jax", number_of_badges)
    return {"version": "1", "parallel_read_safe": True,
            "parallel_write_safe": True}
