"""Every cell of every chapter, run in a browser: `make live-test`.

Too long for every day, and so not named test_*; test_live.py has a choice.
Prints, for each page, how many cells show what is stored, how many show it but
for digits (livecells.compare), the seconds until the first result and for all
cells, and the megabytes that were loaded.
"""
import collections
import os
import re
import time
from pathlib import Path

import pytest

import livecells

HTML = Path(__file__).resolve().parents[2] / "_build/html"
PAGES = sorted(path.stem for path in HTML.glob("*.html")
               if re.match(r"\d\d", path.name))
DIFFERENT = {       # code whose output has a reason to be different, and which
    "def train(params, steps, rate=0.01)":
        "rounding errors grow over 400 steps",
    "np.broadcast_to(np.float32(1.0), (1_000_000_000":
        "an array of that size has no 32-bit address",
}
firsts = []


@pytest.mark.parametrize("name", PAGES)
def test_cells_show_live_what_is_stored(browser, site, name, capsys):
    context = browser.new_context()
    page, asked, sizes = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: sizes.append(
        int(response.headers.get("content-length", 0))))
    page.goto(f"{site}/{name}.html")
    sizes.clear()
    counts, wrong, start = collections.Counter(), [], time.monotonic()
    for i, cell in enumerate(page.locator(
            "div.cell:has(> .live-bar):not(.live-exercise)").all()):
        outcome, details = attempt(cell)
        counts[outcome] += 1
        wrong += [details] if outcome == "different" else []
        if i == 0:
            firsts.append(time.monotonic() - start)
    counts["never"] = page.locator(".live-never").count()
    with capsys.disabled():
        print(f"\n{name:24} {dict(counts)}; first {firsts[-1]:.1f} s, all "
              f"{time.monotonic() - start:.0f} s, {sum(sizes) / 1e6:.1f} MB")
    context.close()
    assert wrong == []
    assert [url for url in asked
            if not url.startswith((site, "data:", "blob:"))] == []


def attempt(cell):
    """How the live outputs of a cell compare with the stored ones."""
    stored = cell.evaluate(livecells.OUTPUTS)
    live = livecells.run(cell, 300)
    outcome = livecells.compare(stored, live)
    code = cell.locator("pre").first.text_content()
    if "tag_nbval-ignore-output" in cell.get_attribute("class"):
        outcome = "timing" if livecells.status(cell).startswith("Ran") \
            else None
    elif outcome is None and any(known in code for known in DIFFERENT):
        outcome = "known"
    return outcome or "different", (code[:200], stored, live)


def test_the_first_result_comes_within_ten_seconds():
    if min(firsts) >= 10 and os.getloadavg()[0] > os.cpu_count() + 1:
        pytest.skip("the machine is busy with other things")
    assert min(firsts) < 10
