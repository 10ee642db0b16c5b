"""A gradient on eight devices, and in two processes, is the gradient.

Each case runs in processes of its own: how many devices there are is decided
when JAX is used for the first time.
"""

import os
import socket
import subprocess
import sys

import pytest

pytest.importorskip("jax")

HEAD = '''
import sys
import jax
import numpy as np
jax.config.update("jax_num_cpu_devices", {devices})
{setup}
from jax.sharding import AxisType, NamedSharding, PartitionSpec as P
import minijax as mj
from minijax import numpy as jnp
from minijax import lax

mesh = jax.make_mesh((8,), ("devices",), axis_types=(AxisType.Auto,))
rows, every = NamedSharding(mesh, P("devices")), NamedSharding(mesh, P())
rng = np.random.default_rng(0)
params = {{"w": rng.normal(size=(3, 4)).astype("f"),
          "v": rng.normal(size=4).astype("f")}}
x, y = rng.normal(size=(48, 3)).astype("f"), rng.normal(size=48).astype("f")


def loss(params, x, y):
    hidden = lax.fori_loop(0, 3, lambda _, h: jnp.tanh(h * 1.1),
                           x @ params["w"])
    return jnp.mean((hidden @ params["v"] - y) ** 2)


gradient = mj.to_jax(mj.grad(loss))
want = mj.grad(loss)(params, x, y)


def same(got, tol=1e-5):
    for name in params:
        np.testing.assert_allclose(got[name], want[name], tol, tol)
'''

SHARDED = '''
all_params = jax.device_put(params, every)
some_x, some_y = jax.device_put((x, y), rows)
for way in gradient, jax.grad(mj.to_jax(loss)):
    compiled = jax.jit(way)
    got = jax.block_until_ready(compiled(all_params, some_x, some_y))
    same(got)
    assert got["w"].sharding.is_fully_replicated
    text = compiled.lower(all_params, some_x, some_y).compile().as_text()
    assert "all-reduce" in text


def step(params, x, y):
    grads = jax.lax.pmean(gradient(params, x, y), "devices")
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads)


together = jax.jit(jax.shard_map(
    step, mesh=mesh, in_specs=(P(), P("devices"), P("devices")),
    out_specs=P()))
alone = mj.jit(lambda params: mj.tree.map(
    lambda p, g: p - 0.1 * g, params, mj.grad(loss)(params, x, y)))
here, there = params, all_params
for _ in range(20):
    here = alone(here)
    there = jax.block_until_ready(together(there, some_x, some_y))
want = here
same(there)


def looped(x):
    """The square of a sum, by a loop that begins with a plain zero."""
    return lax.scan(lambda c, row: (c + row.sum(), None), 0.0, x)[0] ** 2


each = jax.shard_map(
    lambda x: jax.lax.psum(mj.to_jax(mj.grad(looped))(x).sum(), "devices"),
    mesh=mesh, in_specs=P("devices"), out_specs=P(), check_vma=False)
np.testing.assert_allclose(
    jax.block_until_ready(jax.jit(each)(some_x)),
    sum(float(mj.grad(looped)(part).sum()) for part in np.split(x, 8)),
    rtol=1e-4)
print("done")
'''

PROCESSES = '''
rank = int(sys.argv[1])


def laid_out(x, sharding):
    return jax.make_array_from_process_local_data(sharding, x)


mine = slice(24 * rank, 24 * rank + 24)
got = jax.block_until_ready(jax.jit(gradient)(
    jax.tree.map(lambda p: laid_out(p, every), params),
    laid_out(x[mine], rows), laid_out(y[mine], rows)))
same(got)
assert len(jax.devices()) == 8 and len(jax.local_devices()) == 4
print("done")
'''

SETUP = '''
jax.config.update("jax_cpu_collectives_implementation", "gloo")
jax.distributed.initialize(sys.argv[2], 2, int(sys.argv[1]))
'''


def start(code, *args):
    path = os.pathsep.join(p for p in sys.path if p)
    return subprocess.Popen(
        [sys.executable, "-c", code, *args], text=True,
        env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


def finish(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0 and out.endswith("done\n"), err[-2000:]


def test_eight_devices():
    finish(start(HEAD.format(devices=8, setup="") + SHARDED))


def test_two_processes():
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    code = HEAD.format(devices=4, setup=SETUP) + PROCESSES
    both = [start(code, str(rank), address) for rank in range(2)]
    for process in both:
        finish(process)
