"""Every benchmark does in JAX what it does here."""
import importlib
import sys
from pathlib import Path

import pytest

import minijax as mj

jax = pytest.importorskip("jax")
sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
importlib.import_module("workloads")
measure, registry = map(importlib.import_module, ("measure", "registry"))
TIMED = [(w, dtype) for w in registry.selected([])
         if w.gauge is measure.seconds for dtype in w.dtypes]


@pytest.mark.parametrize(
    ("w", "dtype"), TIMED, ids=[f"{w.name}, {d}" for w, d in TIMED])
def test_jax_does_the_same_work(w, dtype):
    with mj.enable_x64(True), jax.enable_x64(True):
        measure.agree(w.calls(dtype, w.tiny), dtype)
