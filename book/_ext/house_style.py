"""Repairs of what Jupyter Book 1 and its theme write into each page."""


def is_thebe(script) -> bool:
    body = (getattr(script, "attributes", None) or {}).get("body") or ""
    return "THEBE_JS_URL" in body or "sphinx-thebe" in str(script.filename)


def without_thebe(app, pagename, templatename, context, doctree):
    """Jupyter Book and the theme each load thebe; no page here uses it."""
    scripts = context.get("script_files", [])
    context["script_files"] = [js for js in scripts if not is_thebe(js)]


def setup(app):
    app.connect("html-page-context", without_thebe, priority=900)
    return {"version": "1", "parallel_read_safe": True,
            "parallel_write_safe": True}
