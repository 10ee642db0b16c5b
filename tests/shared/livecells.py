"""Runs the live cells of a page in a browser, and reads what they show."""
import math
import re

# What stands under a cell: [kind, text] of each output, stored or live.
OUTPUTS = """(cell) =>
    [...(cell.querySelector(":scope > .cell_output")?.children ?? [])].map(
        (output) => {
            const text = (output.querySelector("pre") ?? output).textContent;
            if (output.matches("img")) return ["figure", ""];
            if (output.matches(".text_html")) return ["html",
                output.innerHTML.trim()];
            if (output.matches(".traceback")) return ["error", text.trim()];
            return [output.classList[1], text.trim()];
        })"""
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")


def shown_cells(page):
    return page.locator("div.cell:has(> .live-bar)")


def run(cell, timeout=180):
    """Press Run, or Check, and wait; what the cell shows then."""
    cell.locator(".live-run").press("Enter")
    done(cell, timeout)
    return cell.evaluate(OUTPUTS)


def done(cell, timeout=180):
    cell.page.wait_for_function(
        "(cell) => !cell.classList.contains('live-waiting')",
        arg=cell.element_handle(), timeout=1000 * timeout)


def status(cell):
    return cell.locator(".live-status").text_content()


def compare(stored, live):
    """"equal"; "close", if but for digits; or None.

    The browser's NumPy has other sines than this machine's, so that the last
    digits differ, and its own integers have 32 bits. Cells are named `<cell>`
    in stored outputs. Errors have frames that depend on the machine: of an
    error, the message is compared.
    """
    stored, live = plain(stored), plain(live)
    if stored == live:
        return "equal"
    same_kinds = [kind for kind, _ in stored] == [kind for kind, _ in live]
    if same_kinds and all(near(old, new) for (_, old), (_, new)
                          in zip(stored, live, strict=True)):
        return "close"
    return None


def plain(outputs):
    return [(kind, message(text) if kind == "error" else
             re.sub(r"<cell \d+>", "<cell>", text)) for kind, text in outputs]


def message(report):
    last = report.split("\n\n")[-1].strip()
    return re.sub(r"<cell \d+>", "<cell>", last)


def near(old, new):
    """Two texts that differ in digits, and in the spaces that align them."""
    old, new = (re.sub(r"\bint(32|64)\b", "int", t) for t in (old, new))
    words = [re.sub(r"\s+", "", NUMBER.sub("#", text)) for text in (old, new)]
    numbers = [[float(n) for n in NUMBER.findall(text)]
               for text in (old, new)]
    return words[0] == words[1] and all(
        math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-5)
        for a, b in zip(*numbers, strict=True))
