"""What rules with symbolic zeros meet, under JAX's names for it.

JAX twin: `jax.custom_derivatives`.
"""

from minijax import forward
from minijax.closures import closure_convert as closure_convert
from minijax.closures import custom_gradient as custom_gradient
from minijax.custom_forward import custom_jvp as custom_jvp
from minijax.custom_reverse import custom_vjp as custom_vjp
from minijax.custom_vjp_rules import CustomVJPPrimal as CustomVJPPrimal

SymbolicZero = forward.Zero
