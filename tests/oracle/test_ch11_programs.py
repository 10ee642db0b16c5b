"""Random programs, transformed up to four times, are JAX's in 64 bits."""

import random

import pytest

import minijax as mj
import programs

jax = pytest.importorskip("jax")


@pytest.mark.parametrize("seed", range(120))
def test_values_and_types(seed):
    choose = random.Random(seed).choice
    steps = programs.program(choose)
    ways = [choose(sorted(programs.WAYS)) for _ in range(choose(range(5)))]
    with mj.enable_x64(), jax.enable_x64(True):
        ours, theirs = (programs.result(m, programs.run(steps, m), ways)
                        for m in (mj, jax))
        assert str(mj.tree.structure(ours)) == str(jax.tree.structure(theirs))
        programs.judge(mj.tree.leaves(ours), jax.tree.leaves(theirs),
                       lambda leaves: leaves, programs.tolerance(steps))
