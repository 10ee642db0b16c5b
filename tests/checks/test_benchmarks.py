"""What is measured is the same for every peer, and told in one form."""
import importlib
import json
import sys
import xml.etree.ElementTree as ET

import pytest

import minijax as mj
from house import ROOT

sys.path.append(str(ROOT / "benchmarks"))
importlib.import_module("workloads")
measure, plot, registry, report = map(importlib.import_module, (
    "measure", "plot", "registry", "report"))
TIMED = [(w, dtype) for w in registry.selected([])
         if w.gauge is measure.seconds for dtype in w.dtypes]
KEPT = json.loads(report.RESULTS.read_text())


@pytest.fixture(autouse=True)
def double_precision(monkeypatch):
    """JAX is asked in tests/oracle: it is not imported beside other tests."""
    monkeypatch.setattr(registry, "PEERS", ("minijax", "numpy"))
    with mj.enable_x64(True):
        yield


@pytest.mark.parametrize(
    ("w", "dtype"), TIMED, ids=[f"{w.name}, {d}" for w, d in TIMED])
def test_the_peers_do_the_same_work(w, dtype):
    calls = w.calls(dtype, w.tiny)
    plain = calls["minijax"]

    def not_jitted():
        with mj.disable_jit():
            return plain()
    measure.agree(calls | {"minijax, not jitted": not_jitted}, dtype)


def test_a_wrong_program_is_not_measured():
    with pytest.raises(ValueError, match="minijax and numpy differ"):
        measure.agree({"minijax": lambda: 1.0, "numpy": lambda: 1.1},
                      "float64")


def test_a_wrong_dtype_is_not_measured():
    with pytest.raises(ValueError, match="differ"):
        measure.agree({"minijax": lambda: 1.0, "numpy": lambda: 1},
                      "float64")


def test_peers_take_turns(monkeypatch):
    monkeypatch.setattr(measure, "plan", lambda call, wait: (1, 0.5))
    turns = []
    numbers = measure.rounds(
        {name: lambda name=name: turns.append(name)
         for name in ("minijax", "numpy")}, measure.seconds)
    assert turns == ["minijax", "numpy", "numpy", "minijax",
                     "minijax", "numpy"]
    assert {name: len(n) for name, n in numbers.items()} == {
        "minijax": 3, "numpy": 3}


def entry(figure, part="x", dtype="float64", bar=1.5):
    return {"row": "row", "part": part, "dtype": dtype, "unit": "",
            "peer": "jax", "bar": bar, "medians": {"minijax": 1500.0,
                                                   "jax": 2.5},
            "figures": {"jax": [figure - .1, figure, figure + .1]}}


def test_a_table_has_a_line_for_each_row():
    results = [entry(1.0, "small"), entry(2.0, "small", "float32"),
               entry(3.0, "large", bar=4)]
    assert report.table(results).splitlines()[2:] == [
        "| row: small; large | jax | 1.5; 4 | 1.00/**2.00**; 3.00 |"]
    assert report.summary(results) == "2 of 3 bars met"


def test_a_line_has_times_the_spread_and_the_bar():
    assert report.line(entry(2.0)).split() == (
        "row, x f64 1.5 ms jax 2.5 µs: 2.00 [1.90, 2.10] bar 1.5 MISSED"
    ).split()


def test_a_peer_that_is_not_there_leaves_a_blank():
    missing = entry(1.0) | {"figures": {}, "medians": {"minijax": 2.0}}
    assert not report.met(missing)
    assert report.table([missing]).endswith("| 1.5 | **–** |\n")
    assert report.line(missing).split() == ["row,", "x", "f64", "2", "µs"]


def test_the_plot_has_a_dot_for_each_result(tmp_path):
    results = [entry(0.5, "small"), entry(2.0, "small", "float32"),
               entry(1.0, "large")]
    plot.draw(results, tmp_path / "plot.svg")
    svg = ET.parse(tmp_path / "plot.svg")
    assert {e.get("id") for e in svg.iter()} >= {
        "dot-1-float64", "dot-1-float32", "dot-2-float64"}


def test_the_figures_kept_are_of_the_workloads_that_there_are():
    assert [(r["row"], r["part"], r["dtype"])
            for r in KEPT["results"]] == [
        (w.row, w.part, dtype)
        for w in registry.WORKLOADS for dtype in w.dtypes]


def test_the_table_is_that_of_the_figures_kept():
    assert report.table(KEPT["results"]) == report.TABLE.read_text()


def test_another_process_tells_its_memory():
    for w in registry.selected(["memory"]):
        assert w.calls("float64", w.tiny)["minijax"]() >= 0
