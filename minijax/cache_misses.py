"""Why was a function traced again?

report_miss: (name, key, keys so far) -> None, but a line in the log

JAX twin: jax_explain_cache_misses, in jax/_src/pjit.py.
"""

import logging

from minijax.config import config
from minijax.core import user_line

log = logging.getLogger("minijax")
explain_cache_misses = config.define("jax_explain_cache_misses", False)


def report_miss(name, key, seen):
    """Say what is new in this kind of call, beside the nearest one before."""
    if not seen:
        why = "it has not been traced before"
    else:
        parts, others = set(key), [set(k) for k in seen]
        near = max(others, key=lambda k: len(k & parts))
        why = (f"never seen with {listed(parts - near)}; "
               f"the nearest call before had {listed(near - parts)}")
    log.warning("TRACING CACHE MISS at %s: %s: %s", user_line(), name, why)


def listed(parts):
    return ", ".join(sorted(map(str, parts))) or "the same in another order"
