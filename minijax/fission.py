"""A scan does in its loop what needs a loop, and the rest all at once.

fission : ClosedJaxpr -> ClosedJaxpr

What depends on no carry is done before the loop, for all rows; what no carry
depends on, after it. A carry that only adds up products of vectors is one
product of matrices. Compilers call it loop fission.
"""

from collections import Counter

from minijax import lax
from minijax.caller import CallingPrimitive
from minijax.forward import add_any_p
from minijax.jaxpr import ClosedJaxpr, Jaxpr, Var, has_effects
from minijax.jaxpr_transforms import batch_jaxpr, run_closed, select
from minijax.optimizer import optimization, optimize, rewrite
from minijax.optimizer_passes import copied
from minijax.rewiring import split
from minijax.scan_program import scan_p
from minijax.staging import trace_to_jaxpr

KEPT = 2 ** 21  # elements that may be kept for all steps, where one was


# [fission]
@optimization
def fission(closed):
    """Every scan that has something to leave behind, in its parts."""
    consts = dict(zip(closed.jaxpr.constvars, closed.consts))

    def rule(eqn):
        if eqn.primitive is not scan_p:
            return None
        scan = Scan(**eqn.params)
        if not (scan.early or scan.late or scan.sums):
            return None
        parts = trace_to_jaxpr(scan.run, [v.aval for v in eqn.invars], None)
        return copied(parts, eqn.invars, consts)
    new = rewrite(closed, rule).jaxpr
    return ClosedJaxpr(new.replace(constvars=list(consts)), consts.values())
# [/fission]


# [Scan]
class Scan:
    """A scan's body, divided: early, in the loop, late; and sums."""

    def __init__(self, jaxpr, num_consts, num_carry, length, **how):
        self.body, self.length, self.how = optimize(jaxpr), length, how
        self.num_consts, self.num_carry = num_consts, num_carry
        program = self.body.jaxpr
        _, self.carry, _ = split(program.invars, num_consts, num_carry)
        self.ends = program.outvars[:num_carry]
        self.ys = program.outvars[num_carry:]
        self.divide(sums_in(program, self.carry, self.ends))
        if sum(v.aval.size for v in self.stored
               if v not in self.ys) * length > KEPT:
            self.divide({})
            self.inside, self.late = self.inside + self.late, []
            self.stored = self.handed_out()
    # [/Scan]

    # [Scan.divide]
    def divide(self, sums):
        """Early: no carry comes in. Late: none that stays comes of it."""
        self.sums, gone = sums, [e for s in sums.values() for e in s.eqns]
        eqns = [eqn for eqn in self.body.eqns if eqn not in gone]
        early, waits = [], set(self.carry)
        for eqn in eqns:
            early.append(self.movable(eqn) and waits.isdisjoint(eqn.invars))
            waits.update([] if early[-1] else eqn.outvars)
        self.early, eqns = select(eqns, early)
        inside, needed = [], set(variables(self.staying(self.ends)))
        for eqn in reversed(eqns):
            inside.append(not self.movable(eqn)
                          or not needed.isdisjoint(eqn.outvars))
            needed.update(eqn.invars if inside[-1] else [])
        self.inside, self.late = select(eqns, inside[::-1])
        self.stored = self.handed_out()

    def movable(self, eqn):
        """May it run for all rows at once?"""
        size = sum(v.aval.size for v in eqn.outvars)
        return size * self.length <= KEPT and not (
            has_effects(eqn) or isinstance(eqn.primitive, CallingPrimitive))

    def staying(self, values):
        """Of the values for all carries, those for carries that stay."""
        return [x for i, x in enumerate(values) if i not in self.sums]

    def handed_out(self):
        """What the loop stores in each step: read later, and made in it."""
        made = {*self.carry, *(v for e in self.inside for v in e.outvars)}
        factors = [v for s in self.sums.values() for v in s.factors]
        return [v for v in variables([*self.ys, *read(self.late), *factors])
                if v in made]
    # [/Scan.divide]

    # [Scan.run]
    def run(self, *operands):
        """The three parts, one after the other."""
        consts, init, xs = split(operands, self.num_consts, self.num_carry)
        shared, _, rows = split(self.body.jaxpr.invars, self.num_consts,
                                self.num_carry)
        known = dict(zip(self.body.jaxpr.constvars, self.body.consts))
        known = Known(known | dict(zip(shared, consts)),
                      dict(zip(rows, xs)), self.length)
        known.all_at_once(self.early)
        ends = iter(self.loop(known, self.staying(init)))
        known.all_at_once(self.late)
        carry = [x + self.sums[i].total(known) if i in self.sums
                 else next(ends) for i, x in enumerate(init)]
        return [*carry, *map(known.rows_of, self.ys)]

    def loop(self, known, init):
        """The scan of what is left. Returns the carries, stores the rows."""
        carry, ends = self.staying(self.carry), self.staying(self.ends)
        needs = [v for v in variables([*read(self.inside), *ends])
                 if v in known.consts or v in known.rows]
        rows, consts = select(needs, [v in known.rows for v in needs])
        body = Jaxpr([], consts + carry + rows, ends + self.stored,
                     self.inside)
        outs = scan_p.bind(
            *map(known.consts.get, consts), *init,
            *map(known.rows.get, rows), jaxpr=ClosedJaxpr(body, []),
            num_consts=len(consts), num_carry=len(carry), length=self.length,
            **self.how)
        known.rows.update(zip(self.stored, outs[len(carry):]))
        return outs[:len(carry)]
    # [/Scan.run]


# [Known]
class Known:
    """What the variables of a body are: the same for all steps, or rows."""

    def __init__(self, consts, rows, length):
        self.consts, self.rows, self.length = consts, rows, length

    def all_at_once(self, eqns):
        """Run equations for all rows."""
        needs = read(eqns)
        outs = [v for eqn in eqns for v in eqn.outvars]
        program, mapped = batch_jaxpr(
            ClosedJaxpr(Jaxpr([], needs, outs, eqns), []), self.length, None,
            tuple(v in self.rows for v in needs))
        results = run_closed(program, [
            (self.rows if v in self.rows else self.consts)[v] for v in needs])
        for v, x, is_row in zip(outs, results, mapped):
            (self.rows if is_row else self.consts)[v] = x

    def rows_of(self, atom):
        """The value in every step."""
        if atom in self.rows:
            return self.rows[atom]
        x = self.consts[atom] if type(atom) is Var else atom.val
        return lax.broadcast(x, (self.length,))
# [/Known]


# [Sum]
class Sum:
    """A carry to which each step adds: a term, or a product for it alone."""

    def __init__(self, term, adding, product):
        self.eqns = [adding, product] if product else [adding]
        self.term, self.product = term, product
        self.factors = product.invars if product else [term]

    def total(self, known):
        """All that is added, in one operation: sums over all rows."""
        factors = map(known.rows_of, self.factors)
        if self.product is None:
            return lax.reduce_sum(*factors, (0,))
        (x_sum, y_sum), (x_batch, y_batch) = self.product.params[
            "dimension_numbers"]
        return lax.dot_general_p.bind(*factors, **{
            **self.product.params, "dimension_numbers": (
                ((0, *after(x_sum)), (0, *after(y_sum))),
                (after(x_batch), after(y_batch)))})


def after(dims):
    """The same axes, where one more comes first."""
    return tuple(d + 1 for d in dims)
# [/Sum]


# [sums_in]
def sums_in(jaxpr, carry, ends):
    """The carries that are only added to: number -> Sum."""
    maker = {v: eqn for eqn in jaxpr.eqns for v in eqn.outvars}
    uses = Counter(v for eqn in jaxpr.eqns for v in eqn.invars
                   if type(v) is Var)
    uses.update(v for v in jaxpr.outvars if type(v) is Var)

    def sum_of(v, end):
        adding = maker.get(end)
        if (adding is None or adding.primitive not in (lax.add_p, add_any_p)
                or v not in adding.invars or uses[v] > 1 or uses[end] > 1):
            return None
        term = adding.invars[adding.invars[0] is v]
        product = maker.get(term)
        if product and (product.primitive is not lax.dot_general_p
                        or uses[term] > 1):
            product = None
        if type(term) is not Var or term.aval.shape != v.aval.shape or not (
                product or v.aval.ndim < 2):
            return None
        return Sum(term, adding, product)
    found = enumerate(map(sum_of, carry, ends))
    return {i: s for i, s in found if s}


def variables(atoms):
    return [v for v in dict.fromkeys(atoms) if type(v) is Var]


def read(eqns):
    """What the equations read and do not make."""
    made = {v for eqn in eqns for v in eqn.outvars}
    return [v for v in variables(v for eqn in eqns for v in eqn.invars)
            if v not in made]
# [/sums_in]
