"""What is measured, and the bar that it is to keep under.

WORKLOADS : [Workload]        in the order of the table

A workload is a program, `program(m, n)`, that is given a peer's namespace and
a size and returns a function; `args(n)` are that function's arguments, as
NumPy arrays. If it is given, `by_hand(n)` is the function for NumPy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from operator import truediv

import numpy as np
from measure import seconds
from peers import PEERS, peer

import minijax as mj

WORKLOADS = []
BOTH = "float64", "float32"


@dataclass(frozen=True)
class Workload:
    row: str                       # of the table,
    part: str                      # and what distinguishes its entries
    bar: tuple                     # the figure to keep under, by dtype
    peers: tuple                   # minijax's, the one of the bar first
    program: Callable
    args: Callable
    size: object
    tiny: object                   # a size for tests
    by_hand: Callable | None = None
    jit: bool = True
    dtypes: tuple = BOTH
    gauge: Callable = seconds      # of a call: (call, times) -> number
    figure: Callable = truediv     # of two such numbers: ours, the peer's
    unit: str = ""                 # of the figure
    needs: str = "numpy"           # a package to be installed

    @property
    def name(self):
        return f"{self.row}, {self.part}"

    def calls(self, dtype, n):
        """{peer: () -> result} of the peers that are there, ours first."""
        names = dict.fromkeys(("minijax", *self.peers))
        return {name: self.call(name, dtype, n)
                for name in names if name in PEERS}

    def call(self, name, dtype, n):
        they = peer(name)
        f = self.by_hand(n) if name == "numpy" and self.by_hand else (
            self.program(they.m, n))
        args = mj.tree.map(lambda x: they.array(cast(x, dtype)), self.args(n))
        return partial(they.compile(f) if self.jit else f, *args)

    def bar_of(self, dtype):
        return self.bar[min(self.dtypes.index(dtype), len(self.bar) - 1)]


def cast(x, dtype):
    x = np.asarray(x)
    return x.astype(dtype) if x.dtype.kind == "f" else x


def workload(row, part, *, bar, peer="jax", also=(), **rest):
    """Register `program` as an entry of a row of the table."""
    bar = bar if isinstance(bar, tuple) else (bar,)

    def register(program):
        peers = (peer, *also, *(["numpy"] if rest.get("by_hand") else []))
        WORKLOADS.append(Workload(row, part, bar, peers, program, **rest))
        return program
    return register


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def selected(words):
    return [w for w in WORKLOADS if find_spec(w.needs)
            and all(word in w.name for word in words)]
