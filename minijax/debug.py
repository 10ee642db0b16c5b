"""Looking into a program while it runs. JAX twin: `jax.debug`.

debug.print    : (format, a) -> ()
debug.callback : (a -> (), a) -> ()
"""

from minijax.callbacks import debug_callback as callback
from minijax.callbacks import debug_print as print

__all__ = ["callback", "print"]
