"""A pytree of arrays as one vector, and back.

ravel_pytree : tree of arrays -> (vector, vector -> tree of arrays)

JAX twin: jax/_src/flatten_util.py.
"""

import math
from dataclasses import dataclass

from minijax import lax
from minijax.array import as_array
from minijax.dtypes import canonical
from minijax.lax.convert import convert
from minijax.numpy.promotion import result_type
from minijax.tree_util import PyTreeDef, tree_flatten


def ravel_pytree(pytree):
    """The leaves end to end, in the dtype they promote to, and the way back.

    The way back takes a vector of that length. If the leaves had one dtype
    it takes any, and the new leaves have the vector's. Twin: `ravel_pytree`.
    """
    leaves, treedef = tree_flatten(pytree)
    leaves = [as_array(x, "ravel_pytree", i) for i, x in enumerate(leaves)]
    vector = lax.full((0,), 0, canonical("float32"))
    if leaves:
        dtype = result_type(*leaves)
        rows = [lax.reshape(convert(x, dtype), (x.size,)) for x in leaves]
        vector = lax.concatenate(rows, 0)
    return vector, Unravel(treedef, tuple(x.shape for x in leaves),
                           tuple(x.dtype for x in leaves), vector.dtype)


@dataclass(frozen=True)
class Unravel:
    """From a vector to a tree; hashable, and equal for trees of one kind."""

    treedef: PyTreeDef
    shapes: tuple
    dtypes: tuple
    dtype: object

    def __call__(self, vector):
        vector = as_array(vector, "unravel")
        sizes = tuple(map(math.prod, self.shapes))
        mixed = len(set(self.dtypes)) > 1
        if vector.shape != (sum(sizes),):
            raise ValueError(
                f"unravel function given array of shape {vector.shape}, but "
                f"expected shape ({sum(sizes)},): one entry for each entry "
                f"of {self.treedef}")
        if mixed and vector.dtype != self.dtype:
            raise TypeError(
                f"unravel function given array of dtype {vector.dtype}, but "
                f"expected dtype {self.dtype}, to which the leaves of dtypes "
                f"{', '.join(map(str, self.dtypes))} were promoted; convert "
                "it with .astype first")
        pieces = lax.split(vector, sizes) if sizes else ()
        pieces = map(lax.reshape, pieces, self.shapes)
        if mixed:
            pieces = map(convert, pieces, self.dtypes)
        return self.treedef.unflatten(pieces)
