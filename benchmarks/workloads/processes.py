"""What only a fresh process can tell: the time of import, and memory."""

import os
import resource
import subprocess
import sys
from pathlib import Path

from registry import workload

ROOT = str(Path(__file__).parents[2])


def python(code):
    """What it prints. An import is to find bytecode, as it usually does."""
    return subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
                          capture_output=True, text=True).stdout


def seconds_of_children(call, times, wait):
    """As `seconds`, on the clock of the processes that are called."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(times):
        call()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime
            - before.ru_utime - before.ru_stime) / times


def milliseconds_more(ours, theirs):
    return 1e3 * (ours - theirs)


@workload("import", "beyond NumPy's", bar=30, peer="numpy", jit=False,
          dtypes=["float64"], args=lambda n: (), size=0, tiny=0,
          by_hand=lambda n: lambda: python("import numpy") and None,
          gauge=seconds_of_children, figure=milliseconds_more, unit="ms")
def imported(m, n):
    return lambda: python("import minijax") and None


MEMORY = """
import sys
sys.path.insert(0, "benchmarks")
import numpy as np
from peers import double_precision, peer
from workloads.calls import sines_gradient
def peak():
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmHWM"].split()[0]) / 1024
double_precision(["{name}"])
m = peer("{name}").m
x = peer("{name}").array(np.linspace(0.1, 1.0, 10))
sines_gradient(m, 100)(x)
before = peak()
sines_gradient(m, {n})(x)
print(peak() - before)
"""


def megabytes(call, times, wait):
    """More of resident memory, at its peak, than before."""
    return call()


def ours_alone(ours, theirs):
    return ours


def gradient_memory(m, n):
    name = m.numpy.__name__.partition(".")[0]
    return lambda: float(python(MEMORY.format(name=name, n=n)))


if Path("/proc/self/status").exists():
    workload("memory of an eager gradient", "10⁵ operations on 10-vectors",
             bar=60, peer="torch", also=["autograd"], jit=False,
             dtypes=["float64"], args=lambda n: (), size=10**5, tiny=100,
             gauge=megabytes, figure=ours_alone, unit="MB")(gradient_memory)
