"""The writer of fast NumPy programs: passes first, then regions in tiles.

TilingWriter : ClosedJaxpr -> lines of NumPy
"""

import math

import numpy as np

from minijax import lax
from minijax.executor import Writer, writers
from minijax.jaxpr import Literal, Var
from minijax.numpy_calls import best_calls
from minijax.optimizer import optimize
from minijax.scalars import expression
from minijax.tiles import Region, loop_of, regions, ufunc_of

LINE = 64  # bytes that the processor fetches at a time
TILE = 2 ** 14  # elements: a few buffers of this size fit into the cache
fresh = {lax.dot_general_p, lax.pad_p}  # give arrays of their own, no views
blocks = {}  # Primitive -> (writer, equation) -> lines, for loops


# [TilingWriter]
class TilingWriter(Writer):
    """Writes the optimized program, its elementwise regions in tiles."""

    def __init__(self, closed, name):
        self.alias, self.depth = {}, 0  # inputs of loops; how deep we are in
        self.scalars, self.owned = set(), set()
        super().__init__(optimize(closed), name)

    def body(self):
        return self.block(self.jaxpr)

    def call(self, eqn, operands):
        best = best_calls.get(eqn.primitive, lambda eqn, *operands: None)
        return best(eqn, *operands) or super().call(eqn, operands)
    # [/TilingWriter]

    # [TilingWriter.result]
    def result(self, eqn, dying):
        """An expression of scalars, a ufunc that writes in place, a call."""
        text = expression(eqn, self.scalar)
        if text:
            self.scalars.add(eqn.outvars[0])
            return text
        ufunc = ufunc_of(eqn)
        if ufunc and eqn.outvars[0].aval.shape:
            xs = list(map(self.name, eqn.invars)) + self.place(eqn, dying)
            self.owned.add(eqn.outvars[0])
            return f"np.{ufunc.__name__}({', '.join(xs)})"
        self.owned.difference_update(eqn.invars)  # a view may be taken
        if eqn.primitive in fresh:
            self.owned.add(eqn.outvars[0])
        return super().result(eqn, dying)

    def place(self, eqn, dying):
        """An operand that dies here and was made here, to be written over."""
        aval = eqn.outvars[0].aval
        return [f"out={self.name(v)}" for v in dying if v in self.owned and
                (v.aval.shape, v.aval.dtype) == (aval.shape, aval.dtype)][:1]
    # [/TilingWriter.result]

    # [TilingWriter.scalar]
    def scalar(self, atom):
        """The text of a number as a scalar, where it is one."""
        if type(atom) is Literal:
            number, dtype = atom.val.item(), atom.aval.dtype
            return self.constant(f"np.{dtype}({number!r})")
        name = self.name(atom)
        return name if atom in self.scalars else f"{name}[()]"

    def array(self, atom):
        name = self.name(atom)
        return f"np.asarray({name})" if atom in self.scalars else name
    # [/TilingWriter.scalar]

    # [TilingWriter.block]
    def block(self, jaxpr):
        """The lines of a program, or of one that is written into another."""
        lines, steps = [], regions(jaxpr.eqns)
        for step, dying in zip(steps, last_uses(steps, jaxpr.outvars)):
            if isinstance(step, Region):
                lines += Tiles(self, step, dying).lines()
            elif step.primitive in blocks:
                self.owned.difference_update(step.invars)
                lines += blocks[step.primitive](self, step)
                lines += self.delete(dying)
            else:
                lines.append(self.line(step, dying))
        return lines

    def delete(self, dying):
        """The line after which these variables hold nothing any more."""
        dead = [self.name(v) for v in dying if v not in self.constants]
        dead = [name for name in dead if name != "_"]
        return [f"del {', '.join(dead)}"] if dead else []
    # [/TilingWriter.block]

    # [TilingWriter.part]
    def inner(self, closed, aliases):
        """A program to be written into this one, its first inputs known.

        aliases: the atoms that these inputs are.
        """
        closed = optimize(closed)
        for v, x in zip(closed.jaxpr.constvars, closed.consts):
            self.constants.add(v)
            self.scope[self.name(v)] = np.asarray(x)
            self.head.append(f"# {self.name(v)} is a constant, {v.aval}")
        for v, atom in zip(closed.jaxpr.invars, aliases):
            self.constants.add(v)
            self.alias[v] = self.name(atom)
            if atom in self.scalars:
                self.scalars.add(v)
        return closed.jaxpr

    def name(self, atom):
        if type(atom) is Var and atom in self.alias:
            return self.alias[atom]
        return super().name(atom)
    # [/TilingWriter.part]


writers.append(TilingWriter)


def last_uses(steps, outvars):
    """For each step, the variables that nobody reads after it."""
    seen, dying = {v for v in outvars if type(v) is Var}, []
    for step in reversed(steps):
        here = [v for v in dict.fromkeys([*step.invars, *step.outvars])
                if type(v) is Var and v not in seen]
        seen.update(here)
        dying.append(here)
    return dying[::-1]


# [aligned]
def aligned(shape, dtype):
    """np.empty, beginning where a line of the cache begins."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    return memory[start:start + size].view(dtype).reshape(shape)
# [/aligned]


# [Tiles]
class Tiles:
    """The loop of a region: tiles of arrays, and buffers for the rest."""

    def __init__(self, writer, region, dying):
        self.writer, self.region = writer, region
        self.kept = {v for v in region.outvars[:len(region.eqns)]
                     if v not in dying}
        whole = max(1, TILE // math.prod(region.shape[1:]))
        steps = -(-region.shape[0] // whole)
        self.rows = -(-region.shape[0] // steps)  # tiles of one size
        self.buffers, self.free = {}, {}  # name -> dtype; dtype -> names
        self.holds = {}  # a variable's tile -> the buffer that it is in
        writer.owned.update(self.kept)
        self.after = writer.delete(v for v in dying if v not in region.made)
    # [/Tiles]

    # [Tiles.lines]
    def lines(self):
        """Arrays and buffers, the loop over tiles, and the sums of parts."""
        body = [line for eqn, dying in zip(
            self.region.eqns, last_uses(self.region.eqns, self.read_after()))
            for line in self.equation(eqn, dying)]
        sums = {self.name(s.outvars[0]): s.invars[0].aval.dtype
                for s in self.region.sums}
        body += [f"{x}.append(np.add.reduce({self.tile(s.invars[0])}, None, "
                 f"'{dtype}'))"
                 for s, (x, dtype) in zip(self.region.sums, sums.items())]
        return [*self.arrays(), *[f"{x} = []" for x in sums],
                f"for part in {self.slices()}:",
                *[f"    {line}" for line in self.views() + body],
                f"del {', '.join([*self.tiles(), *self.buffers])}",
                *[f"{x} = np.asarray(np.add.reduce({x}, 0, '{dtype}'))"
                  for x, dtype in sums.items()],
                *self.after]
    # [/Tiles.lines]

    # [Tiles.names]
    def name(self, v):
        return self.writer.name(v)

    def tiles(self):
        """All that is bound in the loop, and would keep arrays alive."""
        made = [eqn.outvars[0] for eqn in self.region.eqns]
        here = dict.fromkeys([*self.region.invars, *made])
        return list(dict.fromkeys(
            self.tile(v) for v in here if self.sliced(v)))

    def sliced(self, v):
        """Has it a tile of its own for each step?"""
        return v.aval.shape and v.aval.shape[0] == self.region.shape[0]

    def tile(self, v):
        """What a variable is called inside the loop."""
        return f"{self.name(v)}_" if self.sliced(v) else self.name(v)

    def read_after(self):
        """What must not lose its buffer before the tile is done."""
        return [*self.kept, *[s.invars[0] for s in self.region.sums]]
    # [/Tiles.names]

    # [Tiles.equation]
    def equation(self, eqn, dying):
        """Its lines; a ufunc may write over an operand that dies with it."""
        xs, out = [self.tile(v) for v in eqn.invars], eqn.outvars[0]
        ufunc = ufunc_of(eqn)
        if ufunc:
            self.release(dying)
            operands = ", ".join([*xs, f"out={self.place(out)}"])
            return [f"{self.tile(out)} = np.{ufunc.__name__}({operands})"]
        place = self.place(out)
        self.release(dying)
        return [*loop_of(eqn)(self.writer, eqn, xs, place),
                f"{self.tile(out)} = {place}"]

    def place(self, out):
        """Where a result goes: into its array, or into a free buffer."""
        if out in self.kept:
            return f"{self.name(out)}[part]"
        names = self.free.setdefault(out.aval.dtype, [])
        if not names:
            names.append(f"t{len(self.buffers)}")
            self.buffers[names[0]] = out.aval.dtype
        self.holds[out] = names.pop()
        return self.holds[out]

    def release(self, variables):
        for v in variables:
            if v in self.holds:
                self.free[v.aval.dtype].append(self.holds.pop(v))
    # [/Tiles.equation]

    # [Tiles.arrays]
    def arrays(self):
        """What is made before the loop."""
        shape = (self.rows, *self.region.shape[1:])
        empty = self.writer.put("aligned", aligned)
        return [f"{self.name(v)} = {empty}({v.aval.shape}, '{v.aval.dtype}')"
                for v in self.region.outvars if v in self.kept] + [
            f"{t} = {empty}({shape}, '{dtype}')"
            for t, dtype in self.buffers.items()]

    def slices(self):
        n = self.region.shape[0]
        return self.writer.put("parts", [
            slice(i, min(i + self.rows, n)) for i in range(0, n, self.rows)])

    def views(self):
        """The tiles of what is read, and buffers as short as the last one."""
        n = self.region.shape[0]
        inputs = dict.fromkeys(v for v in self.region.invars if self.sliced(v))
        short = ([f"if part.stop - part.start < {self.rows}:",
                  *[f"    {t} = {t}[:{n % self.rows}]" for t in self.buffers]]
                 if n % self.rows and self.buffers else [])
        return [f"{self.tile(v)} = {self.name(v)}[part]"
                for v in inputs] + short
    # [/Tiles.arrays]
