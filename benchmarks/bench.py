"""Benchmarks: minijax beside its peers, in one run, one turn after another.

    python benchmarks/bench.py [--write] [words of workload names]

Prints, for each workload, the median time of a call, its ratio to the peer's
and the bar of that ratio; `--write` keeps the figures in results.json and the
table and the plot that the book shows.
"""

from peers import PEERS, double_precision, one_thread

one_thread()

import argparse  # noqa: E402
import platform  # noqa: E402
from contextlib import suppress  # noqa: E402
from importlib import metadata  # noqa: E402

import report  # noqa: E402
import workloads  # noqa: E402, F401
from measure import result  # noqa: E402
from registry import selected  # noqa: E402


def versions():
    """Of Python and of those who took part."""
    found = {"python": platform.python_version()}
    for name in (*PEERS[1:], "scipy"):
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true",
                        help="keep the figures; only of all workloads")
    parser.add_argument("words", nargs="*",
                        help="of the names of the workloads to measure")
    options = parser.parse_args()
    if options.write and options.words:
        parser.error("what is kept is of one run: leave out the words")
    double_precision()
    results = []
    for w in selected(options.words):
        for dtype in w.dtypes:
            results.append(result(w, dtype))
            print(report.line(results[-1]), flush=True)
    print(report.summary(results))
    if options.write:
        report.keep(versions(), results)


if __name__ == "__main__":
    main()
