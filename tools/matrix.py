"""Does every primitive have a rule in every transformation?

    python tools/matrix.py

A registry is a dict from Primitive to a rule, or to a Refusal, which says why
there can be none. A primitive that a registry lacks is a blank cell. The
primitives are those that a module of the package names.
"""
from __future__ import annotations

import importlib
import pkgutil
import sys

from house import ROOT, report

sys.path.insert(0, str(ROOT))

# transformation, module, name of its registry there
REGISTRIES = [
    ("jvp", "minijax.forward", "jvp_rules"),
    ("transpose", "minijax.transpose", "transposes"),
    ("vmap", "minijax.batching", "batching_rules"),
    ("to_jax", "minijax.jax_rules", "jax_rules"),
]


def primitives() -> list:
    import minijax
    from minijax.core import Primitive
    modules = [importlib.import_module(info.name) for info in
               pkgutil.walk_packages(minijax.__path__, "minijax.")]
    found = {value for module in modules for value in vars(module).values()
             if isinstance(value, Primitive)}
    return sorted(found, key=lambda primitive: primitive.name)


def blanks(transformation: str, module: str, name: str) -> list[str]:
    registry = getattr(importlib.import_module(module), name)
    return [f"{primitive.name} has no {transformation} rule, nor a Refusal"
            for primitive in primitives() if primitive not in registry]


def main() -> int:
    problems = [blank for row in REGISTRIES for blank in blanks(*row)]
    count = len(primitives())
    if not count:
        problems.append("no primitive was found")
    return report(problems, f"{count} primitives × {len(REGISTRIES)} "
                  "transformations, no blank cell")


if __name__ == "__main__":
    sys.exit(main())
