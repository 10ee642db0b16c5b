"""What is measured is the same for every peer."""
import importlib.util

import numpy as np
import pytest

import minijax as mj
from house import ROOT


@pytest.fixture(scope="module")
def workloads():
    spec = importlib.util.spec_from_file_location(
        "workloads", ROOT / "benchmarks" / "workloads.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agree(runs):
    answers = [[np.asarray(x) for x in mj.tree.leaves(run())]
               for peer, run in runs.items() if peer != "torch"]
    assert len(answers) > 1
    for answer in answers[1:]:
        for a, b in zip(answers[0], answer, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4)


def test_the_peers_take_the_same_gradient_of_a_chain(workloads):
    agree(workloads.chain_gradient(20))


@pytest.mark.parametrize("name", ["eager x + y, 10-vectors",
                                  "eager gradient, network 32x64x3"])
def test_the_peers_do_the_same_work(workloads, name):
    agree(workloads.WORKLOADS[name]())
