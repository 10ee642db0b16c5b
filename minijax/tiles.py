"""Elementwise equations run together, a tile at a time.

regions : [equation] -> [equation or Region]
Region  : equations of one shape, and the sums that close them

NumPy goes through memory once for every operation. A region goes through it
once for all of them: tile by tile, in buffers that stay in the processor's
cache. XLA's twin: loop fusion.
"""

import numpy as np

from minijax import lax
from minijax.jaxpr import Var, has_effects

LARGE = 2 ** 15  # elements from which tiles pay


# [ufunc_of]
floats = {lax.div_p: np.true_divide, lax.rem_p: np.fmod}


def ufunc_of(eqn):
    """The one ufunc that is this equation, if there is one."""
    if eqn.primitive in floats and eqn.outvars[0].aval.dtype.kind == "f":
        return floats[eqn.primitive]
    if eqn.primitive is lax.integer_pow_p and eqn.params["y"] == 2:
        return np.square
    impl = eqn.primitive.impl
    return impl if isinstance(impl, np.ufunc) and not eqn.params else None
# [/ufunc_of]


# [loop_of]
def by_impl(writer, eqn, xs, out):
    """Whatever the operation does, on a tile, and copied into the buffer."""
    given = [f"{k}={writer.value(v, k)}" for k, v in eqn.params.items()]
    function = writer.function(eqn.primitive.name, eqn.primitive.impl)
    return [f"{out}[...] = {function}({', '.join(xs + given)})"]


def select(writer, eqn, xs, out):
    which, no, yes = xs
    return [f"np.copyto({out}, {no})",
            f"np.copyto({out}, {yes}, where={which})"]


def cast(writer, eqn, xs, out):
    return [f"np.copyto({out}, {xs[0]}, casting='unsafe')"]


loops = {lax.sign_p: by_impl, lax.logistic_p: by_impl, lax.rsqrt_p: by_impl,
         lax.exp2_p: by_impl, lax.integer_pow_p: by_impl,
         lax.select_n_p: select, lax.convert_element_type_p: cast}


def loop_of(eqn):
    """The lines of an operation that is no ufunc, if it has such lines."""
    avals = [v.aval for v in eqn.invars]
    if eqn.primitive is lax.select_n_p and (
            len(avals) != 3 or avals[0].dtype != bool):
        return None
    if eqn.primitive is lax.convert_element_type_p and (
            avals[0].dtype.kind in "fc"
            and eqn.params["new_dtype"].kind != avals[0].dtype.kind):
        return None
    return loops.get(eqn.primitive)
# [/loop_of]


# [Region]
class Region:
    """Equations of one shape, run together."""

    def __init__(self, shape):
        self.shape, self.eqns, self.sums = shape, [], []
        self.made, self.summed = set(), set()

    def takes(self, eqn):
        """Can the equation be run with the others, tile by tile?"""
        shapes = [v.aval.shape for v in eqn.invars]
        return (eqn.outvars[0].aval.shape == self.shape
                and self.summed.isdisjoint(eqn.invars)
                and all(fits(shape, self.shape) for shape in shapes))

    # [/Region]

    # [Region.add]
    def add(self, eqn):
        self.eqns.append(eqn)
        self.made.add(eqn.outvars[0])

    def add_sum(self, eqn):
        self.sums.append(eqn)
        self.summed.add(eqn.outvars[0])

    @property
    def invars(self):
        """What it reads and does not make."""
        return [v for eqn in self.eqns for v in eqn.invars
                if type(v) is Var and v not in self.made]

    @property
    def outvars(self):
        return [eqn.outvars[0] for eqn in self.eqns + self.sums]

    def feeds(self, eqn):
        """Does the equation read what is made here?"""
        return not (self.made | self.summed).isdisjoint(eqn.invars)
    # [/Region.add]


# [regions]
def fits(shape, full):
    """Is this a scalar, or the full shape but for axes of size 1?"""
    return not shape or len(shape) == len(full)


def elementwise(eqn):
    if len(eqn.outvars) != 1 or not eqn.outvars[0].aval.shape:
        return False
    return eqn.outvars[0].aval.size >= LARGE and bool(
        ufunc_of(eqn) or loop_of(eqn))


def is_sum(eqn, region):
    """Is it the sum over all axes of something made in the region?"""
    return (eqn.primitive is lax.reduce_sum_p
            and eqn.invars[0] in region.made
            and len(eqn.params["axes"]) == len(region.shape))


def stays(eqn):
    """Must it wait for what is before it, and for the memory that frees?"""
    return has_effects(eqn) or eqn.primitive.holds_programs


def regions(eqns):
    """The equations in order, those that can run in tiles as Regions.

    An equation that reads nothing of the open region goes before it.
    """
    done, region = [], Region(())
    for eqn in eqns:
        if elementwise(eqn):
            if not region.takes(eqn):
                done, region = close(done, region), Region(
                    eqn.outvars[0].aval.shape)
            region.add(eqn)
        elif is_sum(eqn, region):
            region.add_sum(eqn)
        else:
            if region.feeds(eqn) or stays(eqn):
                done, region = close(done, region), Region(())
            done.append(eqn)
    return close(done, region)


def close(done, region):
    """What is done, with a region after it; a short one is no region."""
    if len(region.eqns) + len(region.sums) > 1:
        return [*done, region]
    return done + region.eqns + region.sums
# [/regions]
