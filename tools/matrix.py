"""Does every primitive have a rule in every transformation?

    python tools/matrix.py

A registry is a dict from Primitive to a rule, or to a Refusal, which says why
there can be none. A primitive that a registry lacks is a blank cell.
"""
from __future__ import annotations

import importlib
import sys

from house import ROOT, report

sys.path.insert(0, str(ROOT))

# transformation, module, name of its registry there
REGISTRIES = [
    ("jvp", "minijax.forward", "jvp_rules"),
]


def blanks(primitives, transformation: str, registry: dict) -> list[str]:
    return [f"{primitive.name} has no {transformation} rule, nor a Refusal"
            for primitive in primitives if primitive not in registry]


def main() -> int:
    importlib.import_module("minijax")  # and with it all rules
    core = importlib.import_module("minijax.core")
    primitives = sorted(core.primitives(), key=lambda p: p.name)
    problems, cells = [], 0
    for transformation, module, name in REGISTRIES:
        registry = getattr(importlib.import_module(module), name)
        problems += blanks(primitives, transformation, registry)
        cells += len(primitives)
    if not cells:
        problems.append("no primitive was found")
    return report(problems, f"{len(primitives)} primitives × "
                  f"{len(REGISTRIES)} transformations, no blank cell")


if __name__ == "__main__":
    sys.exit(main())
