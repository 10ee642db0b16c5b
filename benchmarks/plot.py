"""One dot for each workload: how far our time is from the peer's.

draw : ([result], path) -> None
"""

from itertools import groupby
from pathlib import Path

STYLE = Path(__file__).parents[1] / "book" / "book.mplstyle"
COLOURS = "#3d8bd4", "#e07b39"     # under the bar, above it
LINE = 0.16                        # inches
LEFT = 1.7                         # inches for the labels
SMALL = {"fontsize": 8}


def draw(results, path):
    """A line for each part of a row, below the row's name; SVG."""
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    with plt.style.context(STYLE):
        labels, heights = placed(results)
        fig, ax = plt.subplots(figsize=(4.6, LINE * (len(labels) + 5)))
        for result in results:
            dot(ax, heights[result["row"], result["part"]], result)
        decorate(ax, labels)
        fig.savefig(path, metadata={"Date": None})
        plt.close(fig)


def placed(results):
    """The labels, from the top, and the line of each (row, part)."""
    labels, heights = [], {}
    for row, group in groupby(results, lambda r: r["row"]):
        labels.append((row.replace("`", ""), True))
        for part in dict.fromkeys(r["part"] for r in group):
            heights[row, part] = len(labels)
            labels.append((part, False))
    return labels, heights


def dot(ax, height, result):
    """Filled for float64, hollow for float32; the bar is a stroke."""
    low, ratio, high = result["figures"][result["peer"]]
    colour = COLOURS[ratio > result["bar"]]
    offset = 0.17 if result["dtype"] == "float32" else -0.17
    y = height + offset
    ax.plot([low, high], [y, y], color=colour, lw=0.8)
    ax.plot(ratio, y, "o", ms=3.6, mew=0.9, color=colour,
            mfc="none" if offset > 0 else colour,
            gid=f"dot-{height}-{result['dtype']}")
    ax.plot(result["bar"], y, "|", ms=4.5, mew=1.1, color="#8a8f98")


def decorate(ax, labels):
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.tick_params(labelsize=8)
    ax.axvline(1, color="#8a8f98", lw=1)
    ax.set_ylim(len(labels), -1)
    ax.set_yticks([])
    ax.spines.left.set_visible(False)
    for y, (text, head) in enumerate(labels):
        # a row's name may run into the plot: its line is empty
        ax.annotate(text, (0, y), (-LEFT * 72 if head else -6, 0),
                    ax.get_yaxis_transform(), "offset points", va="center",
                    ha="left" if head else "right", **SMALL,
                    weight="bold" if head else "normal")
    ax.set_xlabel("time of minijax ÷ time of the peer", **SMALL)
    for marker, style, label in (
            ("o", {"color": COLOURS[0]}, "float64"),
            ("o", {"color": COLOURS[0], "mfc": "none"}, "float32"),
            ("o", {"color": COLOURS[1]}, "above its bar"),
            ("|", {"color": "#8a8f98"}, "the bar")):
        ax.plot([], [], marker, ms=4, label=label, **style)
    ax.legend(loc="lower center", bbox_to_anchor=(0.3, 1), ncols=4, **SMALL,
              handletextpad=0.1, columnspacing=1)
