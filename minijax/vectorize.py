"""vectorize: a function of small arrays, mapped over all leading axes.

vectorize : (core arrays -> core arrays) -> (arrays -> arrays)

JAX twin: jax/_src/numpy/vectorize.py.
"""

import re
from functools import wraps

import numpy as np

from minijax import numpy as jnp
from minijax.mapping import vmap

# [parse]
NAMES = r"\((?:\w+(?:,\w+)*)?\)"
SIGNATURE = re.compile(rf"{NAMES}(?:,{NAMES})*->{NAMES}(?:,{NAMES})*")


def parse(signature):
    """`(m,k),(k)->(m)` as ([('m', 'k'), ('k',)], [('m',)])."""
    text = re.sub(r"\s+", "", signature)
    if not SIGNATURE.fullmatch(text):
        raise ValueError(f"not a valid gufunc signature: {signature}; "
                         "expected for instance '(m,k),(k,n)->(m,n)'")
    return [[tuple(re.findall(r"\w+", dims))
             for dims in re.findall(r"\([^)]*\)", side)]
            for side in text.split("->")]
# [/parse]


def vectorize(pyfunc, *, excluded=frozenset(), signature=None):
    """`pyfunc` on the last axes of its arguments, broadcast over the others.

    signature: `(m,k),(k,n)->(m,n)` names the axes that `pyfunc` sees; without
    one it sees scalars. excluded: positions and keywords that are passed on
    as they are. ValueError: sizes of one name differ, or there are too few
    axes. JAX twin: `jax.numpy.vectorize`.
    """
    where = (f"on vectorized function with excluded={excluded!r} and "
             f"signature={signature!r}")
    check_excluded(excluded)
    ins, outs = parse(signature) if signature else (None, None)
    @wraps(pyfunc)
    def wrapped(*args, **kwargs):
        mapped = {i: jnp.asarray(x) for i, x in enumerate(args)
                  if i not in excluded}
        cores = core_axes(ins, len(mapped), where)
        sizes = core_sizes(mapped.values(), cores, where)

        def of_the_mapped(*xs):
            given = dict(zip(mapped, xs))
            full = [given.get(i, x) for i, x in enumerate(args)]
            return check_outputs(pyfunc(*full, **kwargs), outs, sizes, where)
        return over_leading_axes(of_the_mapped, mapped.values(), cores)
    return wrapped


# [arguments]
def check_excluded(excluded):
    """Positions from the front, or names of keywords."""
    if not all(isinstance(e, str) or type(e) is int and e >= 0
               for e in excluded):
        raise ValueError("excluded holds positions from 0 on, or names of "
                         f"keywords; got {excluded!r}")


def core_axes(ins, n, where):
    """The named axes of each of n arguments."""
    if ins is None:
        return [()] * n
    if len(ins) != n:
        raise TypeError("wrong number of positional arguments: expected "
                        f"{len(ins)}, got {n} {where}")
    return ins
# [/arguments]


def core_sizes(args, ins, where):
    """The size of every named axis, the same wherever the name stands."""
    sizes = {}
    for x, dims in zip(args, ins):
        if x.ndim < len(dims):
            raise ValueError(
                f"input with shape {x.shape} does not have enough dimensions "
                f"for all core dimensions {dims} {where}")
        for name, n in zip(dims, x.shape[x.ndim - len(dims):]):
            if sizes.setdefault(name, n) != n:
                raise ValueError(f"inconsistent size for core dimension "
                                 f"{name!r}: {n} vs {sizes[name]} {where}")
    return sizes


def check_outputs(out, outs, sizes, where):
    """The shapes that the signature promises."""
    if outs is None:
        return out
    given = out if isinstance(out, tuple) else (out,)
    if len(given) != len(outs):
        raise TypeError(f"wrong number of outputs: expected {len(outs)}, got "
                        f"{len(given)} {where}")
    for x, dims in zip(given, outs):
        if np.ndim(x) != len(dims) or any(
                sizes.setdefault(name, n) != n
                for name, n in zip(dims, np.shape(x))):
            raise ValueError(f"output shape {np.shape(x)} does not match core "
                             f"dimensions {dims} {where}")
    return out


# [leading]
def over_leading_axes(f, args, ins):
    """vmap f once for each leading axis, the last of them innermost."""
    leads = [x.shape[:x.ndim - len(dims)] for x, dims in zip(args, ins)]
    shape = np.broadcast_shapes(*leads)
    for back in range(1, len(shape) + 1):
        axes = tuple(None if len(lead) < back or lead[-back] == 1 else 0
                     for lead in leads)
        f = vmap(f, axes, axis_size=shape[-back])
    return f(*[squeeze_ones(x, lead) for x, lead in zip(args, leads)])


def squeeze_ones(x, lead):
    """Axes of size 1 are not mapped: the function does not see them."""
    return jnp.squeeze(x, tuple(d for d, n in enumerate(lead) if n == 1))
# [/leading]
