"""Turn by turn: the peers are measured in one run, one after another.

agree  : ({peer: call}, dtype) -> None, or ValueError
result : (Workload, dtype) -> its entry in results.json
rounds : ({peer: call}, gauge) -> {peer: [number of each round]}

A machine that is shared is slower now and faster then, for minutes on end.
What a round measures it measures within a moment, so that the quotient of two
numbers of one round drifts less than the numbers do. The clock is that of the
processor, which stands still while the processor is lent to others; as each
peer has one thread, it otherwise agrees with the one on the wall.
"""

import gc
from itertools import repeat
from statistics import median
from time import perf_counter, process_time

import numpy as np
from peers import peer

import minijax as mj

TURN = 0.02        # seconds that one turn of one peer lasts, at least
BUDGET = 1.5       # seconds for all the rounds of a workload,
ROUNDS = 3, 25     # but so many of them
TOLERANCE = {"float64": 1e-6, "float32": 2e-3}


def agree(calls, dtype):
    """Do the peers compute the same? A benchmark of a wrong program lies."""
    answers = {name: [np.asarray(x) for x in mj.tree.leaves(call())]
               for name, call in calls.items()}
    ours = answers.pop("minijax")
    for name, theirs in answers.items():
        for a, b in zip(ours, theirs, strict=True):
            scale = np.max(np.abs(b), initial=0)
            if a.dtype != b.dtype or not np.allclose(
                    a, b, TOLERANCE[dtype], TOLERANCE[dtype] * scale):
                raise ValueError(f"minijax and {name} differ: {a}, {b}")


def seconds(call, times, wait):
    """How long one call takes, on the average of so many."""
    start = process_time()
    for _ in repeat(None, times):
        result = call()
    wait(result)
    return (process_time() - start) / times


def plan(call, wait):
    """How many calls a turn has, and how long it lasts: after a warm-up."""
    times = 1
    while True:
        start = perf_counter()
        seconds(call, times, wait)
        last = perf_counter() - start
        if last >= TURN / 4 and times > 1 or last > 0.5:
            return max(1, round(times * TURN / last)), max(last, TURN)
        times *= 4


def rounds(calls, gauge):
    """Every second round in the reverse order."""
    gc.collect()
    gc.freeze()                   # nobody is to sweep what others imported
    try:
        waits = {name: peer(name).wait for name in calls}
        plans = {name: plan(calls[name], waits[name]) for name in calls}
        low, high = ROUNDS
        count = int(BUDGET / sum(last for _, last in plans.values()))
        turns, numbers = list(calls), {name: [] for name in calls}
        for _ in range(min(high, max(low, count))):
            for name in turns:
                numbers[name].append(
                    gauge(calls[name], plans[name][0], waits[name]))
                gc.collect()
            turns.reverse()
        return numbers
    finally:
        gc.unfreeze()


def result(w, dtype):
    """Medians in microseconds (or in the unit), figures as quartiles."""
    calls = w.calls(dtype, w.size)
    if w.gauge is seconds:
        agree(calls, dtype)
    numbers = rounds(calls, w.gauge)
    ours, scale = numbers["minijax"], 1 if w.unit == "MB" else 1e6
    return {"row": w.row, "part": w.part, "dtype": dtype, "unit": w.unit,
            "peer": w.peers[0], "bar": w.bar_of(dtype),
            "medians": {name: rounded(scale * median(n))
                        for name, n in numbers.items()},
            "figures": {name: [rounded(q) for q in np.quantile(
                list(map(w.figure, ours, n)), (0.25, 0.5, 0.75))]
                for name, n in numbers.items() if name != "minijax"}}


def rounded(number):
    return float(f"{number:.4g}")
