"""Every cell of every chapter, run in a browser: `make live-test`.

And the solution of every exercise, checked there. Too long for every day, and
so not named test_*; test_live.py has a choice.

Prints, for each page, how many cells show what is stored, how many show it but
for digits (livecells.compare), the seconds until the first result and for all
cells, and the megabytes that were loaded.
"""
import collections
import os
import re
import time
from pathlib import Path

import jupytext
import pytest

import exercises
import livecells

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build/html"
SOLUTIONS = ROOT / "solutions"
PAGES = sorted(path.stem for path in HTML.glob("*.html")
               if re.match(r"\d\d", path.name))
DIFFERENT = {       # code whose output has a reason to be different, and which
    "def train(params, steps, rate=0.01)":
        "rounding errors grow over 400 steps",
    "x = np.float32(10.0**-k)":
        "it shows what rounding does to a difference",
    "for n in (2, 1000, 10**9)":
        "an array of that size has no 32-bit address",
    "pdb.Pdb(stdin=script":
        "a notebook has a debugger of its own",
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


@pytest.mark.parametrize("name", [name for name in PAGES
                                  if (SOLUTIONS / f"{name}.md").exists()])
def test_solutions_are_right(browser, site, name):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}/{name}.html")
    codes = [exercises.solved(cell.source)
             for cell in jupytext.read(SOLUTIONS / f"{name}.md").cells
             if cell.cell_type == "code" and not exercises.is_check(cell)]
    said = []
    for cell, code in zip(page.locator(".live-exercise").all(), codes,
                          strict=True):
        cell.locator(".live-edit").press("Enter")
        cell.locator(".live-editor").fill(code)
        outputs = livecells.run(cell, 300)
        if cell.locator(".live-check").count():
            said.append(" ".join(text for _, text in outputs))
    context.close()
    assert [text for text in said if not text.endswith(" right")] == []
    assert said


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
