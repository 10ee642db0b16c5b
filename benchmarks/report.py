"""What is told of the measurements: a line each, a table, a plot.

    python benchmarks/report.py

makes the table and the plot of the book anew, of the figures in results.json.
"""

import json
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
TABLE = ROOT / "benchmarks" / "results.md"
PLOT = ROOT / "book" / "assets" / "benchmarks.svg"
UNITS = ("s", 1e6), ("ms", 1e3), ("µs", 1), ("ns", 1e-3)
SHORT = {"float64": "f64", "float32": "f32"}


def figure(result):
    """Ours by that of the bar's peer; nothing, if the peer was not there."""
    quartiles = result["figures"].get(result["peer"])
    return quartiles and quartiles[1]


def met(result):
    return figure(result) is not None and figure(result) <= result["bar"]


def shown(number, unit=""):
    if number is None:
        return "–"
    if unit:
        return f"{number:.0f} {unit}"
    digits = 3 if number < 0.0995 else 2 if number < 9.95 else 0
    return f"{number:.{digits}f}"


def amount(result, peer):
    """A median in a unit that suits it."""
    number = result["medians"][peer]
    if result["unit"] == "MB":
        return f"{number:.0f} MB"
    unit, size = next((u for u in UNITS if number >= u[1]), UNITS[-1])
    return f"{number / size:.3g} {unit}"


def line(result):
    name = f"{result['row']}, {result['part']}"
    parts = [f"{name:62} {SHORT[result['dtype']]} "
             f"{amount(result, 'minijax'):>8}"]
    for peer, (low, middle, high) in result["figures"].items():
        spread = f" [{shown(low)}, {shown(high)}]"
        parts.append(f"{peer} {amount(result, peer)}: "
                     f"{shown(middle, result['unit'])}"
                     + spread * (peer == result["peer"]))
        if peer == result["peer"]:
            parts.append(f"bar {bar(result)} "
                         + ("met" if met(result) else "MISSED"))
    return "  ".join(parts)


def bar(result):
    return f"{result['bar']:g} {result['unit']}".rstrip()


def bars(results):
    """As few of them as say it: most hold for both dtypes, some for all."""
    parts = ["/".join(dict.fromkeys(map(bar, group)))
             for _, group in groupby(results, lambda r: r["part"])]
    return parts[0] if len(set(parts)) == 1 else "; ".join(parts)


def measured(results):
    """A figure for each part and dtype; what misses its bar is bold."""
    return "; ".join("/".join(map(marked, group)) for _, group in
                     groupby(results, lambda r: r["part"]))


def marked(result):
    text = shown(figure(result), result["unit"])
    return text if met(result) else f"**{text}**"


def table(results):
    """The rows of the bars, in Markdown."""
    lines = ["| workload | peer | bar | measured |", "|---|---|---|---|"]
    for row, group in groupby(results, lambda r: r["row"]):
        group = list(group)
        parts = "; ".join(dict.fromkeys(r["part"] for r in group))
        lines.append(f"| {row}: {parts} | {group[0]['peer']} | {bars(group)} "
                     f"| {measured(group)} |")
    return "\n".join(lines) + "\n"


def summary(results):
    return f"{sum(map(met, results))} of {len(results)} bars met"


def keep(versions, results):
    """One result a line, so that a difference can be read."""
    lines = ",\n".join(map(json.dumps, results))
    RESULTS.write_text(f'{{"versions": {json.dumps(versions)},\n'
                       f'"results": [\n{lines}\n]}}\n')
    publish(results)


def publish(results):
    """The table and the plot."""
    import plot
    TABLE.write_text(table(results))
    plot.draw([r for r in results if not r["unit"] and figure(r)], PLOT)


if __name__ == "__main__":
    kept = json.loads(RESULTS.read_text())
    keep(kept["versions"], kept["results"])
