"""Live cells in a browser: `make live`, then `make book`, and then these.

`make live-test` runs every cell of every chapter; this, a few of each kind.
"""
import re
from pathlib import Path

import pytest

import livecells

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build/html"
TRANSPOSED = """
import minijax as mj
from minijax import numpy as jnp

def jacobian(f, x):
    return jnp.stack([mj.jvp(f, (x,), (e,))[1]
                      for e in jnp.eye(len(x), dtype=x.dtype)])
"""
TALKER = "while True: print('again')"


@pytest.fixture
def opened(browser, site):
    """Open a page: the page, and the addresses it has asked for."""
    contexts = []

    def open_page(name, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page, asked = context.new_page(), []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site}/{name}.html")
        return page, asked

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def trees(browser, site):
    """A page whose Python has started."""
    page = browser.new_page()
    page.goto(f"{site}/04-trees.html")
    livecells.run(livecells.shown_cells(page).first)
    yield page
    page.close()


def edit(cell, code):
    cell.locator(".live-edit").press("Enter")
    cell.locator(".live-editor").fill(code)


def test_nothing_is_loaded_before_the_first_run(opened, site):
    page, asked = opened("04-trees")
    third = livecells.shown_cells(page).nth(2)
    assert not any("pyodide" in url or "worker" in url for url in asked)
    stored = third.evaluate(livecells.OUTPUTS)
    assert livecells.run(third) == stored
    assert any("pyodide.asm.wasm" in url for url in asked)
    assert all(url.startswith((site, "data:")) for url in asked)
    # the cells above ran first
    assert livecells.status(third).startswith("Ran in")
    assert page.locator(".cell_output.live").count() > 1


def test_cells_show_what_is_stored(trees):
    for cell in livecells.shown_cells(trees).all()[:12]:
        stored = cell.evaluate(livecells.OUTPUTS)
        assert livecells.compare(stored, livecells.run(cell)) == "equal"


def test_a_cell_below_a_failure_says_so(trees):
    first, second = livecells.shown_cells(trees).all()[:2]
    livecells.run(second)
    shown = second.evaluate(livecells.OUTPUTS)
    edit(first, "1 / 0")
    livecells.run(second)
    assert livecells.status(second) == "Not run: cell 1 above failed."
    first.locator(".live-reset").press("Enter")
    assert livecells.run(second) == shown
    assert not livecells.status(second).startswith("Not run")


def test_an_error_shows_the_lines_of_the_cell(trees):
    cell = livecells.shown_cells(trees).first
    edit(cell, "def f(x):\n    return 1 / x\n\nf(0)")
    [[kind, text]] = livecells.run(cell)
    assert kind == "error"
    assert text.endswith("ZeroDivisionError: division by zero")
    assert "Cell In[1], line 4\n      2     return 1 / x" in text
    assert "line 2, in f" in text and "----> 2     return 1 / x" in text
    cell.locator(".live-reset").press("Enter")


def test_reset_brings_code_and_output_back(trees):
    cell = livecells.shown_cells(trees).first
    code = cell.locator(".cell_input pre").text_content()
    livecells.run(cell)
    stored = cell.evaluate(livecells.OUTPUTS)
    edit(cell, "print('mine')\n6 * 7")
    assert livecells.run(cell) == [["stream", "mine"], ["text_plain", "42"]]
    cell.locator(".live-reset").press("Enter")
    assert cell.evaluate(livecells.OUTPUTS) == stored
    assert cell.locator(".live-editor").count() == 0
    assert cell.locator(".cell_input pre").text_content() == code
    assert cell.locator(".cell_input pre").is_visible()


@pytest.mark.parametrize("code", ["while True: pass", TALKER])
def test_stop_ends_an_endless_loop(trees, code):
    cell, other = livecells.shown_cells(trees).all()[:2]
    edit(cell, code)
    cell.locator(".live-run").press("Enter")
    trees.wait_for_timeout(1000)
    cell.locator(".live-stop").press("Enter")
    livecells.done(cell, 5)
    assert livecells.status(cell).startswith("Stopped. What the cells had")
    cell.locator(".live-reset").press("Enter")
    livecells.run(other)
    assert livecells.status(other).startswith("Ended")     # as it should


def test_python_that_cannot_be_had_leaves_the_stored_output(opened):
    page, _ = opened("04-trees")
    page.route("**/pyodide.mjs", lambda route: route.abort())
    cell = livecells.shown_cells(page).first
    stored = cell.evaluate(livecells.OUTPUTS)
    assert livecells.run(cell) == stored
    assert livecells.status(cell).startswith("Python could not be loaded")
    page.unroute("**/pyodide.mjs")
    livecells.run(cell)
    assert livecells.status(cell).startswith("Ran in")


def test_python_may_come_from_another_site(opened, site, cdn):
    page, asked = opened("index")

    def configured(route):
        html = route.fetch().text()
        assert html.count('data-pyodide="pyodide/"') == 1
        route.fulfill(content_type="text/html", body=html.replace(
            'data-pyodide="pyodide/"', f'data-pyodide="{cdn}/"'))

    page.route("**/04-trees.html", configured)
    page.goto(f"{site}/04-trees.html")
    asked.clear()
    cell = livecells.shown_cells(page).first
    cell.locator(".live-run").press("Enter")
    host = cdn.removeprefix("http://")
    cell.get_by_text(f"Loading Python and NumPy from {host}").wait_for()
    livecells.done(cell)
    assert livecells.status(cell).startswith("Ran in")
    assert {url for url in asked if url.startswith(site)} == {
        f"{site}/_static/live/worker.js", f"{site}/_static/live/book.zip"}
    assert f"{cdn}/pyodide.asm.wasm" in asked


def test_an_exercise_goes_from_wrong_to_right(opened):
    page, _ = opened("05-forward")
    exercise = page.locator(".live-exercise").first
    assert livecells.run(exercise) == [["stream", "5.1 not yet written"]]
    edit(exercise, TRANSPOSED)
    [[_, wrong]] = livecells.run(exercise)
    assert "5.1 not yet: this is the Jacobian with rows and columns" in wrong
    edit(exercise, TRANSPOSED.replace("dtype)])", "dtype)], axis=1)"))
    assert livecells.run(exercise) == [["stream", "5.1 right"]]


def test_figures_are_drawn(opened):
    page, _ = opened("01-differences")
    cell = page.locator("div.cell:has(> .live-bar):has(img)").first
    stored = cell.locator(".cell_output img").bounding_box()
    assert ["figure", ""] in livecells.run(cell)
    page.wait_for_timeout(200)
    live = cell.locator(".cell_output img").bounding_box()
    assert live["width"] == pytest.approx(stored["width"], rel=0.1)
    assert live["height"] == pytest.approx(stored["height"], rel=0.1)


def test_the_keyboard_is_enough(trees):
    page, cell = trees, livecells.shown_cells(trees).first
    cell.locator(".live-run").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "Code of cell 1"
    page.keyboard.press("Control+a")
    page.keyboard.type("for i in range(3):\nprint(i)")
    page.keyboard.press("Shift+Enter")
    livecells.done(cell)
    assert cell.evaluate(livecells.OUTPUTS) == [["stream", "0\n1\n2"]]
    page.keyboard.press("Escape")
    assert focused(page) == "Run cell 1"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == "Reset cell 1"
    page.keyboard.press("Enter")
    assert focused(page) == "Run cell 1"
    assert cell.locator(".live-editor").count() == 0


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def test_axe_finds_nothing_serious(trees):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    cell = livecells.shown_cells(trees).first
    edit(cell, "print(1)\n1 / 0")
    livecells.run(cell)
    for scheme in "light", "dark":
        trees.emulate_media(color_scheme=scheme)
        found = axe.run(trees).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found
                if v["impact"] in ("serious", "critical")] == []
    cell.locator(".live-reset").press("Enter")


def test_a_page_from_the_disk_has_no_buttons(browser):
    page = browser.new_page()
    page.goto((HTML / "04-trees.html").as_uri())
    assert livecells.shown_cells(page).count() == 0
    [note] = page.locator(".live-note").all_inner_texts()
    assert re.search("serve the book: make serve", note)
    page.close()
