"""Those who take part: one namespace for each, so that all run one text.

PEERS : (name, ...)          those that are installed
peer : name -> Peer          imported when it is first asked for

A peer's `m` is what a program is written against, as `m.numpy.sin`, `m.grad`,
`m.jit`. What a peer cannot do it does not have. `compile` is its `jit`, or
nothing; `array` makes its arguments of NumPy's, and `wait` returns when the
result is there.
"""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

ONE = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"


def one_thread():
    """One thread for everybody: to be called before NumPy is imported."""
    os.environ.update(dict.fromkeys(ONE, "1"))
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"


@dataclass(frozen=True)
class Peer:
    m: Any
    array: Callable
    compile: Callable = lambda f: f
    wait: Callable = lambda result: None


def of_minijax():
    import minijax as m
    return Peer(m, m.numpy.asarray, m.jit)


def of_numpy():
    import numpy
    return Peer(SimpleNamespace(numpy=numpy), numpy.asarray)


def of_jax():
    import jax
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    return Peer(jax, jax.numpy.asarray, jax.jit, jax.block_until_ready)


def of_autograd():
    import autograd
    import numpy
    return Peer(SimpleNamespace(numpy=autograd.numpy, grad=autograd.grad),
                numpy.asarray)


def of_torch():
    import torch
    torch.set_num_threads(1)

    def grad(f):
        def gradient(x):
            x = x.detach().requires_grad_()
            f(x).backward()
            return x.grad
        return gradient
    return Peer(SimpleNamespace(numpy=torch, grad=grad), torch.as_tensor)


KNOWN = {"minijax": of_minijax, "numpy": of_numpy, "jax": of_jax,
         "autograd": of_autograd, "torch": of_torch}
PEERS = tuple(name for name in KNOWN if importlib.util.find_spec(name))


@cache
def peer(name):
    return KNOWN[name]()


def double_precision(names=PEERS):
    """64-bit numbers for everybody (who has to be told)."""
    for name in {"minijax", "jax"}.intersection(names):
        peer(name).m.config.update("jax_enable_x64", True)
