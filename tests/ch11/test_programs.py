"""Random programs mean the same whatever they are wrapped in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minijax as mj
import programs


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64():
        yield


def chooser(data):
    return lambda options: data.draw(st.sampled_from(list(options)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_jit_anywhere_changes_nothing(data):
    choose = chooser(data)
    steps = programs.program(choose)
    ways = [choose(sorted(programs.WAYS)) for _ in range(choose(range(5)))]
    f = programs.run(steps, mj)
    bare = [way for way in ways if way != "jit"]
    with mj.disable_jit():
        want = programs.result(mj, f, bare)
    for some in (ways, ways + ["jit"],
                 [x for way in bare for x in ("jit", way)]):
        programs.judge(programs.result(mj, f, some), want, mj.tree.leaves,
                       programs.tolerance(steps))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_vmap_is_the_stacked_loop(data):
    choose = chooser(data)
    steps = programs.program(choose)
    ways = [choose(sorted(programs.WAYS)) for _ in range(choose(range(3)))]
    g = programs.run(steps, mj)
    for way in ways:
        g = programs.WAYS[way](mj, g)
    tree, n = mj.tree.map(mj.numpy.asarray, (programs.TREE, programs.N))
    trees = [tree, mj.tree.map(lambda x: 0.5 * x, tree)]
    loop = mj.tree.map(lambda *xs: mj.numpy.stack(xs),
                       *[g(t, n) for t in trees])
    many = mj.vmap(mj.jit(g), (0, None))(programs.stacked(mj, tree), n)
    for a, b in zip(mj.tree.leaves(many), mj.tree.leaves(loop), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        tol = programs.tolerance(steps)
        np.testing.assert_allclose(a, b, tol, tol * (1 + abs(
            np.asarray(b)).max(initial=0)))
