"""What minijax says to those who misuse it, beside JAX on the same corpus.

    python tools/misuse.py            the table of scores, theme by theme
    python tools/misuse.py WORD ...   and what was said in the cases that have
                                      one of these words in name or verdict

The corpus is tests/promises/corpus; tests/shared/misuses.py says how it is
scored. JAX has a column where it is installed.
"""
from __future__ import annotations

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "shared")]

from misuses import VERDICTS, corpus, judge  # noqa: E402


def libraries() -> dict:
    """minijax, and jax if it is there."""
    found = {"minijax": importlib.import_module("minijax")}
    try:
        found["jax"] = importlib.import_module("jax")
    except ImportError:
        pass
    return found


def scores(name: str, m) -> dict:
    """{theme: [(case, what became of it)]}"""
    return {theme: [(case, judge(case, m)) for case in cases
                    if name == "minijax" or not case.ours]
            for theme, cases in corpus().items()}


def table(name: str, found: dict) -> str:
    """A line for each theme, and one for all."""
    rows = {**found, "all": sum(found.values(), [])}
    lines = [f"{name:<16}{'cases':>7}" + "".join(
        f"{verdict:>12}" for verdict in VERDICTS)]
    for theme, judged in rows.items():
        verdicts = [one.verdict for _, one in judged]
        lines.append(f"{theme:<16}{len(judged):>7}" + "".join(
            f"{verdicts.count(verdict) or '·':>12}" for verdict in VERDICTS))
    helpful = verdicts.count("helpful") / max(len(verdicts), 1)
    return "\n".join([*lines, f"{helpful:.1%} helpful", ""])


def main(words: list[str]) -> int:
    tables = []
    for name, m in libraries().items():
        found = scores(name, m)
        tables.append(table(name, found))
        for case, (verdict, said) in sum(found.values(), []):
            if any(word in f"{name} {verdict} {case.name}" for word in words):
                print(f"-- {name}, {verdict}: {case.name}\n{said}\n")
    print("\n".join(tables))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
