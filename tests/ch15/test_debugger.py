"""pdb in the backward pass, driven by what somebody would type."""

import io
import pdb

import numpy as np

import minijax as mj
from minijax import numpy as jnp


def test_a_debugger_in_the_backward_pass():
    typed, said = io.StringIO("p x\np ct\nc\n"), io.StringIO()

    @mj.custom_vjp
    def debug(x):
        return x

    def debug_bwd(x, ct):
        pdb.Pdb(stdin=typed, stdout=said, nosigint=True,
                readrc=False).set_trace()
        return (ct,)
    debug.defvjp(lambda x: (x, x), debug_bwd)

    def f(x):
        return jnp.sin(debug(x**2))
    slope = mj.grad(f)(3.0)
    np.testing.assert_allclose(slope, 6 * np.cos(9.0), 1e-5)
    assert "debug_bwd()" in said.getvalue()
    assert "Array(9., dtype=float32" in said.getvalue()
    assert "Array(-0.911130" in said.getvalue()
