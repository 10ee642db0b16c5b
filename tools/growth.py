"""Does the package of each chapter stand alone?

    python tools/growth.py [N ...]

For each chapter N, in an empty folder: the package that chapters 1 ... N quote
and no more, and with it, in fresh interpreters, the tests, the notebooks, the
exercises and the solutions of chapter N.
"""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from house import ROOT, Problem, chapters
from tangle import tangle, write

SHARED = ["conftest.py", "pyproject.toml", "tests/conftest.py",
          "tests/shared/*.py", "tests/sanitize.cfg", "book/book.mplstyle",
          "exercises/checks/__init__.py", "benchmarks/*.json"]
OWN = ["tests/ch{0:02}/**/*.py", "book/{0:02}*.ipynb",
       "exercises/{0:02}*.ipynb", "solutions/{0:02}*.ipynb",
       "exercises/checks/ch{0:02}.py"]
PLACES = ["tests", "book", "exercises", "solutions"]
IMPORTS = """
import importlib, minijax, pathlib, pkgutil
assert minijax.__file__ == str(pathlib.Path("minijax/__init__.py").resolve())
for module in pkgutil.walk_packages(minijax.__path__, "minijax."):
    importlib.import_module(module.name)
"""


def plant(chapter: int, folder: Path) -> None:
    """Write into `folder` the project as it stands at a chapter's end."""
    write(tangle(chapter), folder)
    for pattern in SHARED + [own.format(chapter) for own in OWN]:
        for file in ROOT.glob(pattern):
            target = folder / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess:
    env = {key: value for key, value in os.environ.items()
           if key != "PYTHONPATH" and not key.startswith("PYTEST_")}
    return subprocess.run([sys.executable, *command], cwd=folder, env=env,
                          text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def grow(chapter: int) -> tuple[bool, str]:
    """Whether a chapter stands alone, and what the tests said."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        try:
            plant(chapter, folder)
        except Problem as problem:
            return False, str(problem)
        imports = run(folder, "-W", "error", "-c", IMPORTS)
        if imports.returncode:
            return False, imports.stdout
        places = [place for place in PLACES if (folder / place).exists()]
        tests = run(folder, "-m", "pytest", "-q", "--nbval",
                    "-p", "no:cacheprovider", *places)
        return not tests.returncode, tests.stdout


def main(argv: list[str]) -> int:
    chosen = [int(n) for n in argv] or chapters()
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(grow, chosen)
        for chapter, (good, said) in zip(chosen, outcomes, strict=True):
            failed |= not good
            if not good:
                print(said)
            print(f"chapter {chapter}: "
                  f"{said.strip().splitlines()[-1] if good else 'FAILED'}",
                  flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
