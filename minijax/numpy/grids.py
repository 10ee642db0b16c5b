"""Arrays written with slices: mgrid[0:3, 0:5], r_[1:4, 0, 4].

JAX twin: jax/_src/numpy/index_tricks.py.
"""

import numpy as np

from minijax.numpy.creation import array, asarray
from minijax.numpy.joining import concatenate, stack
from minijax.numpy.manipulation import expand_dims
from minijax.numpy.promotion import concrete, promote_dtypes
from minijax.numpy.ranges import arange, linspace, meshgrid


def stretch(s, name):
    """start:stop:step as a vector; with an imaginary step, of that length."""
    start, stop, step = (
        concrete(x, f"The slices of jnp.{name} must be static.")
        for x in (s.start or 0, s.stop, s.step or 1))
    if np.iscomplexobj(step):
        return linspace(start, stop, int(abs(step)))
    return arange(start, stop, step)


class Grid:
    """mgrid: the grids that slices span. ogrid: the same, open."""

    def __init__(self, name, sparse):
        self.name, self.sparse = name, sparse

    def __getitem__(self, key):
        if isinstance(key, slice):
            return stretch(key, self.name)
        axes = promote_dtypes(*[stretch(k, self.name) for k in key])
        grids = meshgrid(*axes, indexing="ij", sparse=self.sparse)
        return grids if self.sparse else stack(grids)


class Join:
    """r_: slices, arrays and numbers in one row. c_: as columns."""

    def __init__(self, name, axis, ndim):
        self.name, self.axis, self.ndim = name, axis, ndim

    def __getitem__(self, key):
        if isinstance(key, str) or isinstance(key, tuple) and any(
                isinstance(k, str) for k in key):
            raise NotImplementedError(f"{self.name} takes no directives; use "
                                      "concatenate or stack")
        key = key if isinstance(key, tuple) else (key,)
        return concatenate([self.part(k) for k in key], self.axis)

    def part(self, item):
        """One item as an array with enough axes, new ones behind."""
        x = (stretch(item, self.name) if isinstance(item, slice)
             else asarray(item))
        if x.ndim < self.ndim and x.ndim:
            return expand_dims(x, tuple(range(x.ndim, self.ndim)))
        return x if x.ndim else array(x, ndmin=self.ndim)


# [grids]
mgrid, ogrid = Grid("mgrid", False), Grid("ogrid", True)
r_, c_ = Join("r_", 0, 1), Join("c_", -1, 2)
s_, index_exp = np.s_, np.index_exp
# [/grids]
