"""The unit vectors of a container, mapped over but not written down.

over_basis : (a -> b), a -> (b by a)

A factor that is the same for all vectors only scales them. So the vectors
are left as they are, and one scale, as large as one vector, goes along.
"""

import math
from itertools import accumulate

from minijax import lax, tree_util
from minijax.api_util import FlatFun
from minijax.batching import BatchTrace, example_type
from minijax.core import Tracer, set_current_trace
from minijax.forward import add_any_p
from minijax.mapping import placed


# [Scaled]
class Scaled(Tracer):
    """One of many vectors: a vector of its own, times a scale for all.

    These vectors lie along `axis` of `rows`; or, where that is None, they
    are unit vectors, and number `rows` is the first that points in here.
    """

    __slots__ = ("scale", "rows", "axis", "aval", "written")

    def __init__(self, trace, scale, rows, axis):
        self.trace, self.aval = trace, (
            example_type(rows.aval, axis) if scale is None else scale.aval)
        self.scale, self.rows, self.axis = scale, rows, axis
        self.written = None  # the products, once somebody has asked for them

    def scaled(self, scale):
        """The same vectors, with another scale; None if that is too large."""
        fits = self.axis is None and scale.size == self.size
        if fits or scale.shape == self.shape:
            return Scaled(self.trace, scale, self.rows, self.axis)

    def factor(self):
        """The scale, be it 1."""
        return lax.full_like(self, 1) if self.scale is None else self.scale
# [/Scaled]


# [BasisTrace]
class BasisTrace(BatchTrace):
    """vmap over unit vectors, which are scaled as long as there are rules."""

    def varies(self, x):
        return type(x) is Scaled and x.trace is self

    def join(self, value, axis):
        return value if axis is None else Scaled(self, None, value, axis)

    def process_primitive(self, primitive, args, params):
        if primitive in scaling_rules and any(map(self.varies, args)):
            with set_current_trace(self.parent):
                out = scaling_rules[primitive](self, *args, **params)
            if out is not None:
                return out
        return super().process_primitive(primitive, args, params)

    def split(self, x):
        if not self.varies(x):
            return super().split(x)
        if x.written is None:
            with set_current_trace(self.parent):
                x.written = self.product(x)
        return x.written
    # [/BasisTrace]

    # [product]
    def product(self, x):
        """All the vectors, scaled, and the axis along which they lie."""
        if x.scale is None:
            return x.rows, x.axis
        if x.axis is not None:
            return lax.mul(x.rows, lax.expand_dims(x.scale, (x.axis,))), x.axis
        n = x.size  # n zeros between one entry and the next: a diagonal
        square = padded(lax.reshape(x.scale, (n,)), 0, 0, n)
        return self.among(x, lax.reshape(square, (n, *x.shape))), 0

    def among(self, x, rows):
        """Those for the entries of x, and zeros for those of other leaves."""
        return padded(rows, x.rows, self.size - x.rows - x.size, 0)

    def unit_vectors(self, leaf, start):
        """Those that point into one leaf."""
        ones = lax.full(leaf.shape, 1, leaf.dtype)
        if self.size == 1:
            return ones  # a single vector differs from no other
        if not leaf.size:
            return self.join(lax.broadcast(ones, (self.size,)), 0)
        return Scaled(self, ones, start, None)
    # [/product]


def padded(x, *config):
    """lax.pad along axis 0, with zeros."""
    if config == (0, 0, 0):
        return x
    rest = [(0, 0, 0)] * (x.ndim - 1)
    return lax.pad(x, lax.full((), 0, x.dtype), [config, *rest])


# [scales]
scaling_rules = {}  # Primitive -> (trace, operands) -> result, or None


def mul_rule(trace, x, y):
    if trace.varies(y):
        x, y = y, x
    if not trace.varies(y):
        return x.scaled(y if x.scale is None else lax.mul(x.scale, y))


def div_rule(trace, x, y):
    if not trace.varies(y):
        return x.scaled(lax.div(x.factor(), y))


def neg_rule(trace, x):
    return x.scaled(lax.neg(x.factor()))


def defsum(primitive):
    """Sums of the same vectors, each scaled: the scales are summed."""
    def rule(trace, x, y):
        if trace.varies(x) and trace.varies(y) and (
                x.rows is y.rows and x.shape == y.shape):
            return x.scaled(primitive.bind(x.factor(), y.factor()))
    scaling_rules[primitive] = rule
# [/scales]


# [units]
def defunits(primitive):
    """Unit vectors, in another shape or dtype, are unit vectors."""
    def rule(trace, x, /, **params):
        if x.axis is None:
            return x.scaled(primitive.bind(x.scale, **params))
    scaling_rules[primitive] = rule


def reshape_rule(trace, x, *, dimensions, new_sizes):
    if x.axis is None and dimensions is None:
        return x.scaled(lax.reshape(x.scale, new_sizes))
# [/units]


# [picked]
def reduce_sum_rule(trace, x, *, axes, **params):
    """The sum over a unit vector is its one entry."""
    shape = [n for axis, n in enumerate(x.shape) if axis not in axes]
    if x.axis is None and math.prod(shape) == 1:
        rows = lax.reshape(x.scale, (x.size, *shape))
        return trace.join(trace.among(x, rows), 0)


def dot_general_rule(trace, x, y, *, dimension_numbers, **params):
    """A unit vector picks a row of a matrix; nothing is left to sum."""
    (x_sum, y_sum), _ = dimension_numbers
    if not trace.varies(x):
        (x, x_sum), (y, y_sum) = (y, y_sum), (x, x_sum)
    alone = x.axis is None and not trace.varies(y) and x.dtype == y.dtype
    if alone and x.ndim == len(x_sum) == 1:
        others = [d for d in range(y.ndim) if d != y_sum[0]]
        rows = lax.transpose(y, (*y_sum, *others))
        scale = lax.expand_dims(x.scale, range(1, y.ndim))
        return trace.join(trace.among(x, lax.mul(scale, rows)), 0)


for p in (lax.squeeze_p, lax.broadcast_in_dim_p, lax.real_p, lax.imag_p,
          lax.conj_p, lax.convert_element_type_p):
    defunits(p)
for p in (lax.add_p, lax.sub_p, add_any_p):
    defsum(p)
scaling_rules.update({
    lax.mul_p: mul_rule, lax.div_p: div_rule, lax.neg_p: neg_rule,
    lax.reshape_p: reshape_rule, lax.reduce_sum_p: reduce_sum_rule,
    lax.dot_general_p: dot_general_rule})
# [/picked]


def over_basis(fun, tree, out_axes):
    """`fun` on all unit vectors of a container, as vmap would map it."""
    leaves, treedef = tree_util.tree_flatten((tree,))
    starts = [0, *accumulate(leaf.size for leaf in leaves)]
    flat = FlatFun(fun, treedef)
    with BasisTrace(fun, starts[-1], None) as trace:
        units = map(trace.unit_vectors, leaves, starts)
        outs = [trace.split(x) for x in flat(*units)]
    return placed(flat, outs, out_axes, starts[-1])
