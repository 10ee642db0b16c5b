"""A value that every derivative takes for a constant.

stop_gradient     : a -> a
jvp stop_gradient : (a, T a) -> (a, 0)

JAX twin: jax/_src/ad_util.py and jax/_src/lax/lax.py.
"""

from minijax import tree_util
from minijax.batching_rules import defunary
from minijax.core import Primitive
from minijax.forward import defzero
from minijax.transpose import transposes

# [stop_gradient]
stop_gradient_p = Primitive("stop_gradient")
stop_gradient_p.def_impl(lambda x: x)
stop_gradient_p.def_abstract_eval(lambda x: x)
defzero(stop_gradient_p)
defunary(stop_gradient_p)
transposes.refuse(stop_gradient_p, "no tangent gets through it, so there is "
                  "no cotangent to hand back. Hold a value still, and not a "
                  "tangent")


def stop_gradient(x):
    """`x`, a container of arrays, as a constant for all derivatives.

    They are the same arrays, of the same shapes and dtypes; jvp and all that
    is made of it find zero behind them. JAX twin: `lax.stop_gradient`.
    """
    return tree_util.tree_map(stop_gradient_p.bind, x)
# [/stop_gradient]
