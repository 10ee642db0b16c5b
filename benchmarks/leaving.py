"""When is it time to leave? A gradient step, by batch size, on the clock.

    python benchmarks/leaving.py

Writes benchmarks/leaving.json, from which chapter 21 draws: microseconds for
a gradient of the network of chapter 8, written by hand in NumPy, by
minijax.grad, the same under minijax.jit, and under jax.jit by to_jax, at each
batch size; and the milliseconds that both compilers take before the first.
One thread for everybody, and of each the fastest call; what is stored is the
least of two runs on a busy machine.
"""
import json
import os
import time
from pathlib import Path

for pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[pool] = "1"  # before NumPy
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import jax  # noqa: E402
import numpy as np  # noqa: E402

import minijax as mj  # noqa: E402
from minijax import numpy as jnp  # noqa: E402

SIZES = [2, 32, 32, 1]
BATCHES = [4 ** k for k in range(8)]


def score(params, x):
    for w, b in params[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = params[-1]
    return (x @ w + b)[:, 0]


def loss(params, x, sides):
    return jnp.mean(jnp.log1p(jnp.exp(-sides * score(params, x))))


def by_hand(params, x, sides):
    """The gradient of `loss`, as one writes it with NumPy and patience."""
    seen = [x]
    for w, b in params[:-1]:
        seen.append(np.tanh(seen[-1] @ w + b))
    w, b = params[-1]
    z = np.exp(-sides * (seen[-1] @ w + b)[:, 0])
    ct = (-sides * z / (1 + z) / len(x))[:, None]
    grads = []
    for k in range(len(params) - 1, -1, -1):
        grads.append((seen[k].T @ ct, ct.sum(0)))
        if k:
            ct = ct @ params[k][0].T * (1 - seen[k] ** 2)
    return grads[::-1]


def once(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def clock(runs, turns=20, seconds=0.15):
    """{peer: microseconds of its fastest call}; the peers take turns."""
    best = {peer: once(run) for peer, run in runs.items()}
    for _ in range(turns):
        for peer, run in runs.items():
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                best[peer] = min(best[peer], once(run))
    return {peer: round(1e6 * t, 1) for peer, t in best.items()}


def peers(grad, params, x, sides):
    """The four ways to the gradient at this batch."""
    jitted, xla = mj.jit(grad), jax.jit(mj.to_jax(grad))
    there = jax.tree.map(jax.numpy.asarray, (params, x, sides))
    return {"by hand": lambda: by_hand(params, x, sides),
            "grad": lambda: grad(params, x, sides),
            "jit": lambda: jitted(params, x, sides),
            "xla": lambda: jax.block_until_ready(xla(*there))}


def main():
    rng = np.random.default_rng(0)
    params = [(rng.normal(size=(m, n), scale=m ** -0.5).astype(np.float32),
               np.zeros(n, np.float32)) for m, n in zip(SIZES, SIZES[1:])]
    rows = {"batch": BATCHES}
    for n in BATCHES:
        x = rng.normal(size=(n, 2)).astype(np.float32)
        sides = rng.choice(np.float32([-1, 1]), n)
        runs = peers(mj.grad(loss), params, x, sides)
        for g, w in zip(jax.tree.leaves(runs["xla"]()),
                        jax.tree.leaves(runs["by hand"]()), strict=True):
            np.testing.assert_allclose(g, w, rtol=1e-3, atol=1e-5)
        times = clock(runs)
        print(n, times, flush=True)
        for peer, t in times.items():
            rows.setdefault(peer, []).append(t)
    rows["compile"] = {peer: min(round(1e3 * once(peers(
        lambda *args: mj.grad(loss)(*args), params, x[:64], sides[:64]
        )[peer])) for _ in range(5)) for peer in ("jit", "xla")}
    print(rows["compile"])
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
