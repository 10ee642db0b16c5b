"""Between users' functions, which take containers, and traces, which do not.

FlatFun : (tree -> tree) -> ([leaf] -> [leaf])
"""

from minijax import tree_util
from minijax.array import as_array


class FlatFun:
    """`fun` on a flat list of leaves; remembers the tree of its output.

    With has_aux, `fun` returns a pair, and its second half is kept in `aux`.
    """

    def __init__(self, fun, in_tree, has_aux=False, name="the function"):
        self.fun, self.in_tree = fun, in_tree
        self.has_aux, self.aux, self.name = has_aux, None, name

    def __call__(self, *leaves):
        out = self.fun(*tree_util.tree_unflatten(self.in_tree, leaves))
        if self.has_aux:
            out, self.aux = self.pair(out)
        leaves, self.out_tree = tree_util.tree_flatten(out)
        return [self.check(leaf, out, n) for n, leaf in enumerate(leaves)]

    def pair(self, out):
        if isinstance(out, tuple | list) and len(out) == 2:
            return out
        raise TypeError(
            f"{self.name} with has_aux=True needs a function that returns a "
            f"pair (output, aux); got {type(out).__name__}: {out!r:.60}")

    def check(self, leaf, out, n):
        """Leaf n of the output as an array, or an error that names it."""
        try:
            return as_array(leaf)
        except TypeError:
            path, _ = tree_util.tree_leaves_with_path(out)[n]
            where = tree_util.keystr(path)
            raise TypeError(
                f"Output {leaf!r:.60}{f' at {where}' if where else ''} of "
                f"type {type(leaf)} is not a valid JAX type: a function "
                f"under {self.name} must return arrays, numbers and "
                f"containers of them{self.other_ways()}.") from None

    def other_ways(self):
        """How to hand out what is no array, where there is a way."""
        if self.name in ("jvp", "linearize", "vjp", "grad"):
            return "; hand other things out with has_aux=True"
        return ""
