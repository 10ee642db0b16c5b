"""Is every stored notebook one that nbval can hold to its word?

    python tools/hygiene.py

nbval passes a cell without an execution count whatever it prints, a skipped
cell always, and compares no PNG. A trailing `;` hides a cell's output here and
not there; addresses and folders are different on each machine.
"""
from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat

from house import named, report
from notebook import jobs

CLOCK = re.compile(r"\btime(it)?\b|perf_counter")
FOLDER = re.compile(r"(?<![\w.>/])/(home|root|tmp|work|usr|opt|Users)/")
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
SKIPS = {"nbval-skip", "nbval-test-listed", "skip-execution"}


def faults(cell, count: int) -> list[str]:
    """What is wrong with a code cell, the `count`-th of its notebook."""
    tags = set(cell.metadata.get("tags", []))
    errors = [out for out in cell.outputs if out.output_type == "error"]
    shown = [str(text) for out in cell.outputs for text in
             (out.get("data") or {0: out.get("text") or out.get("evalue")}
              ).values()]
    shown += [line for out in errors for line in out.traceback]
    types = {kind for out in cell.outputs for kind in out.get("data", {})}
    ignored = "nbval-ignore-output" in tags
    rules = {
        "has no execution count": cell.execution_count is None,
        f"was not run as number {count}": cell.execution_count != count,
        "ends with a semicolon": cell.source.rstrip().endswith(";"),
        "is skipped": tags & SKIPS or "NBVAL_" in cell.source,
        "ignores its output, but prints no time":
            ignored and not CLOCK.search(cell.source),
        "should raise, and does not": "raises-exception" in tags
            and not errors,
        "raises, and has no tag raises-exception": errors
            and "raises-exception" not in tags,
        "stores a bitmap: draw SVG": types & {"image/png", "image/jpeg"},
        "prints an address": any(map(ADDRESS.search, shown)),
        "prints a folder of this machine": any(map(FOLDER.search, shown)),
    }
    return [fault for fault, holds in rules.items() if holds]


def check(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    unrun = [cell for cell in cells if cell.cell_type == "markdown"
             and "{code-cell}" in cell.source]
    return [f"{named(path)}: the text `{cell.source.splitlines()[0]}` has a "
            "code cell in it, which is not run: a fence before it is wrong"
            for cell in unrun] + [
        f"{named(path)}: the cell `{cell.source.splitlines()[0]}` {fault}"
        for count, cell in enumerate(code, 1) if cell.source
        for fault in faults(cell, count)]


def main() -> int:
    paths = [job.target for job in jobs() if job.target.exists()]
    return report([problem for path in paths for problem in check(path)],
                  f"{len(paths)} notebooks, every cell of which can fail")


if __name__ == "__main__":
    sys.exit(main())
