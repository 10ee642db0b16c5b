"""Benchmarks: minijax beside its peers, in one run, one turn after another.

    python benchmarks/bench.py [words of workload names]

Every peer that is installed takes part; the figure is the median of its
turns divided by the peer's. Absolute times differ from machine to machine and
hour to hour; the ratios of one run do so less.
"""

import os

for pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[pool] = "1"  # before NumPy: one thread for everybody
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import statistics  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import compiled  # noqa: E402, F401
from workloads import WORKLOADS  # noqa: E402

TURNS, AT_LEAST = 7, 0.05  # turns for each peer, seconds for each turn


def once(run, calls):
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) / calls


def measure(runs):
    """{peer: median seconds of a call}, the peers taking turns."""
    calls = {}
    for peer, run in runs.items():
        run()  # warm up: caches, first compilation
        calls[peer] = max(1, int(AT_LEAST / once(run, 1)))
    times = {peer: [] for peer in runs}
    for _ in range(TURNS):
        for peer, run in runs.items():
            times[peer].append(once(run, calls[peer]))
    return {peer: statistics.median(t) for peer, t in times.items()}


def show(seconds):
    for unit, size in ("s", 1), ("ms", 1e-3), ("µs", 1e-6):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def main(words):
    print(f"{'workload':34} {'minijax':>9}   minijax ÷ peer")
    for name, make in WORKLOADS.items():
        if not all(word in name for word in words):
            continue
        times = measure(make())
        ours = times.pop("minijax")
        ratios = "  ".join(f"{peer} {ours / t:.2f}"
                           for peer, t in times.items())
        print(f"{name:34} {show(ours):>9}   {ratios}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
