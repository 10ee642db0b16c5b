"""The rendered book in a browser: `make book` first."""
import re
from pathlib import Path

import pytest

HTML = Path(__file__).resolve().parents[2] / "_build/html"
PAGES = sorted(path.name for path in HTML.glob("*.html")
               if re.match(r"index|\d\d", path.name))
RAW = re.compile(r"\{[a-z:-]+\} ?[`.\w]|^:{3,}|^`{3,}|:pyobject:|\$\$", re.M)

pytestmark = pytest.mark.skipif(not PAGES,
                                reason="there is no book: make book")


@pytest.fixture
def opened(browser):
    """Open a page: the page, and what it asked the network for."""
    contexts = []

    def open_page(name, scheme="light", width=1280):
        context = browser.new_context(color_scheme=scheme, viewport={
            "width": width, "height": 900})
        contexts.append(context)
        page, asked = context.new_page(), []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((HTML / name).as_uri())
        page.evaluate("window.MathJax?.startup?.promise")
        return page, [url for url in asked
                      if not url.startswith(("file:", "data:", "blob:"))]

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nothing_of_the_network(opened, name):
    assert opened(name)[1] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_directive_is_left_raw(opened, name):
    page, _ = opened(name)
    prose = page.evaluate("""() => {
        const article = document.querySelector("article").cloneNode(true);
        article.querySelectorAll("pre, code, script, mjx-container").forEach(
            (e) => e.remove());
        return article.textContent;
    }""")
    assert RAW.findall(prose) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_formula_is_set(opened, name):
    page, _ = opened(name)
    unset = "article .math:not(:has(mjx-container))"
    assert page.locator(unset).all_inner_texts() == []
    assert page.locator("article mjx-merror").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_is_described(opened, name):
    page, _ = opened(name)
    described = "(images) => images.map((image) => image.alt)"
    for alt in page.locator("article img").evaluate_all(described):
        assert alt and not alt.startswith("_images/")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(opened, name, width):
    page, _ = opened(name, width=width)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_readers_scheme(opened, scheme):
    page, _ = opened(PAGES[-1], scheme)
    shade = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(re.findall(r"\d+", shade)[0])
    assert (red > 128) == (scheme == "light")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
