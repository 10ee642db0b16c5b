"""A browser, and the rendered book as a site."""
import contextlib
import functools
import http.server
import shutil
import threading
from pathlib import Path

import pytest

HTML = Path(__file__).resolve().parents[2] / "_build/html"
PYODIDE = HTML / "_static/live/pyodide"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        pytest.skip("there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM,
                                             args=QUIET)
        yield browser
        browser.close()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Gives files to pages of other sites, too, as a CDN does."""

    def end_headers(self):
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(Handler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site():
    """The address of the book, served with the fetched copy of Pyodide."""
    if not PYODIDE.exists():
        pytest.skip("the book has no Python: make live, then make book")
    with served(HTML) as address:
        yield address


@pytest.fixture
def cdn():
    """The address of Pyodide alone, at another site."""
    with served(PYODIDE) as address:
        yield address
