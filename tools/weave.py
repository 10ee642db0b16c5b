"""Run the chapters and the exercises, and store what they print.

    python tools/weave.py [NN ...] [--whole] [--force]
    python tools/weave.py --check [NN ...]

Writes book/NN-*.ipynb from book/NN-*.md, and exercises/NN-*.ipynb and
solutions/NN-*.ipynb from solutions/NN-*.md, for all chapters or for those
named. A notebook runs against the package of its own chapter (see tangle.py),
or with --whole against all of minijax/. It is run only where its code or that
package has changed since it last ran here; --force runs it all the same.

--check writes nothing: it fails where a stored notebook is not what its text
and the package would give.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from house import ROOT, Problem, named, package_files, report
from notebook import Job, jobs, notebook, shape
from tangle import tangle, write
from tidy import tidy

SECONDS = 300  # for one cell


def package(job: Job, whole: bool) -> dict[str, str]:
    if not whole:
        return tangle(job.chapter)
    return {named(file): file.read_text() for file in package_files()}


def execute(nb, job: Job, files: dict[str, str]):
    """Run a notebook in its folder, with `files` as the package."""
    with tempfile.TemporaryDirectory() as folder:
        write(files, Path(folder))
        path = [folder, str(ROOT / "exercises")]
        env = os.environ | {
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        client = NotebookClient(
            nb, timeout=SECONDS, kernel_name="python3",
            resources={"metadata": {"path": str(job.target.parent)}})
        return tidy(client.execute(env=env))


def fingerprint(nb, job: Job, files: dict[str, str]) -> str:
    """Of all that the outputs depend on, and of the outputs."""
    checks = ROOT / "exercises/checks"
    beside = [ROOT / "book/book.mplstyle", checks / "__init__.py",
              checks / f"ch{job.chapter:02}.py"]
    code = [(cell.source, cell.get("outputs"), cell.execution_count)
            for cell in nb.cells if cell.cell_type == "code"]
    texts = [file.read_text() for file in beside if file.exists()]
    data = json.dumps([code, files, texts], sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()


def mark(job: Job) -> Path:
    """Where the fingerprint of the last run on this machine is kept."""
    return ROOT / "_build/woven" / str(job).replace("/", "-")


def with_outputs(nb, old):
    """`nb` with the outputs of `old`, or None if their code differs."""
    new, ran = ([cell for cell in each.cells if cell.cell_type == "code"]
                for each in (nb, old))
    if [cell.source for cell in new] != [cell.source for cell in ran]:
        return None
    for cell, other in zip(new, ran, strict=True):
        cell.outputs = other.outputs
        cell.execution_count = other.execution_count
    return nb


def weave(job: Job, whole: bool = False, force: bool = False) -> str:
    """Bring one notebook up to date; say what was done."""
    try:
        files, nb = package(job, whole), notebook(job)
        old = job.target.exists() and nbformat.read(job.target, as_version=4)
        kept = with_outputs(nb, old) if old and not force else None
        fresh = (kept and mark(job).exists() and
                 mark(job).read_text() == fingerprint(kept, job, files))
        if fresh and shape(kept) == shape(old):
            return f"{job}: up to date"
        nb = kept if fresh else execute(notebook(job), job, files)
    except (Problem, CellExecutionError) as error:
        return f"{job}: FAILED\n{error}"
    nbformat.write(nb, job.target)
    mark(job).parent.mkdir(parents=True, exist_ok=True)
    mark(job).write_text(fingerprint(nb, job, files))
    return f"{job}: {'text renewed' if fresh else 'run'}"


def drift(job: Job) -> str:
    """How a stored notebook differs from what its text would give, or ''."""
    mend = f"run `python tools/weave.py {job.chapter:02}`"
    try:
        want = shape(notebook(job))
    except Problem as error:
        return str(error)
    if not job.target.exists():
        return f"{job} does not exist: {mend}"
    have = shape(nbformat.read(job.target, as_version=4))
    for number, (old, new) in enumerate(zip(have, want, strict=False)):
        if old != new:
            return f"{job} differs from {job.source.name} in cell {number} " \
                   f"({new[1].splitlines()[:1]}): {mend}"
    if len(have) != len(want):
        return f"{job} has {len(have)} cells, {job.source.name} gives " \
               f"{len(want)}: {mend}"
    return ""


def strays() -> list[str]:
    """Notebooks that no text gives."""
    known = {job.target for job in jobs()}
    found = {file for folder in ("book", "exercises", "solutions")
             for file in (ROOT / folder).glob("*.ipynb")}
    return [f"{named(file)} has no text: delete it"
            for file in sorted(found - known)]


def check(chosen: list[Job]) -> int:
    problems = [found for job in chosen if (found := drift(job))]
    return report(problems + strays(),
                  f"{len(chosen)} notebooks agree with their texts")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", type=int, metavar="NN")
    for option in "--check", "--whole", "--force":
        parser.add_argument(option, action="store_true")
    args = parser.parse_args(argv)
    chosen = [job for job in jobs()
              if not args.chapters or job.chapter in args.chapters]
    if args.check:
        return check(chosen)
    failed = 0
    with ProcessPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        done = [pool.submit(weave, job, args.whole, args.force)
                for job in chosen]
        for line in done:
            print(line.result(), flush=True)
            failed |= "FAILED" in line.result()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
