"""Wrong answers to the exercises of chapter 12, and how each is recognized."""
import numpy as np

from minijax import lax, optimizer
from minijax.jaxpr import Literal, Var
from minijax.tiles import Region


def undo(compose, cancel_only=False, keep_identity=False):
    def compiler_pass(closed):
        made = {}

        def rule(eqn):
            if eqn.primitive is not lax.transpose_p:
                return None
            x, = eqn.invars
            order = eqn.params["permutation"]
            same = tuple(range(len(order)))
            if x in made:
                first = made[x].params["permutation"]
                both = compose(first, order)
                if both == same or not cancel_only:
                    x, = made[x].invars
                    order = both
            if order == same and not keep_identity:
                return [], [x]
            eqn = eqn.replace(invars=[x], params={"permutation": order})
            made[eqn.outvars[0]] = eqn
            return [eqn], eqn.outvars
        return optimizer.rewrite(closed, rule)
    return compiler_pass


def only_pairs(closed):
    return undo(lambda p, q: tuple(p[d] for d in q), cancel_only=True)(closed)


def slices(chosen, other=":"):
    def text(eqn, x):
        axes = range(len(eqn.invars[0].aval.shape))
        index = [chosen if d in eqn.params["dimensions"] else other
                 for d in axes]
        return f"{x}[{', '.join(index)}]" if index else None
    return text


def turned_alone(eqn, x):
    return f"{x}[{', '.join('::-1' for _ in eqn.params['dimensions'])}]"


def all_axes(eqn, x):
    return f"{x}[{', '.join(['::-1'] * len(eqn.invars[0].aval.shape))}]"


def without_axes(eqn, x):
    axes = range(len(eqn.invars[0].aval.shape))
    index = ["::-1" if d in eqn.params["dimensions"] else ":" for d in axes]
    return f"{x}[{', '.join(index) or ':'}]"


HARD = np.array([0.0, -0.0, 1.0, 0.1, 3.0, 1e-200, 5e-324, 1e200, np.inf,
                 np.nan])
BAD = {"swap", "not less", "relu", "root", "cancel"}


def witness(numbers, differ):
    def find(before, after):
        x, y = map(np.ravel, np.meshgrid(numbers, numbers))
        with np.errstate(all="ignore"):
            a, b = before(x, y), after(x, y)
        wrong = differ(a, b)
        return (x[wrong][0], y[wrong][0]) if wrong.any() else None
    return find


def differ(a, b):
    same = (a == b) & (np.signbit(a * 1.0) == np.signbit(b * 1.0))
    return ~(same | (a != a) & (b != b))


right = witness(HARD, differ)


def equal_only(a, b):
    return (a != b) & ~((a != a) & (b != b))


def traffic(once=set, kept=True, later_reads=True):
    def count(steps, outvars):
        def size(variables):
            return sum(v.aval.size * v.aval.dtype.itemsize
                       for v in once(variables)
                       if type(v) is not Literal and v.aval.shape)
        later, total = {v for v in outvars if type(v) is Var}, 0
        for step in reversed(steps):
            total += size(step.invars) + size(
                v for v in step.outvars
                if type(step) is not Region or v in later or not kept)
            if later_reads:
                later.update(v for v in step.invars if type(v) is Var)
        return total
    return count


def as_dot(fits=lambda x, y: True, any_reader=True):
    def compiler_pass(closed):
        products = {}

        def rule(eqn):
            if eqn.primitive is lax.mul_p and fits(
                    *[v.aval for v in eqn.invars]):
                products[eqn.outvars[0]] = eqn
            if (eqn.primitive is lax.reduce_sum_p
                    and eqn.invars[0] in products
                    and (any_reader or eqn.invars[0]
                         not in closed.jaxpr.outvars)):
                x, y = products[eqn.invars[0]].invars
                params = {"dimension_numbers": (((0,), (0,)), ((), ())),
                          "precision": None,
                          "preferred_element_type": x.aval.dtype}
                return [eqn.replace(primitive=lax.dot_general_p,
                                    invars=[x, y], params=params)
                        ], eqn.outvars
        return optimizer.rewrite(closed, rule)
    return compiler_pass


def vectors(x, y):
    return len(x.shape) == len(y.shape) == 1


def floats(x, y):
    return vectors(x, y) and x.dtype.kind == "f"


def square_of(closed):
    """The dot of what is summed with itself."""
    def rule(eqn):
        if eqn.primitive is lax.reduce_sum_p:
            x, = eqn.invars
            params = {"dimension_numbers": (((0,), (0,)), ((), ())),
                      "precision": None,
                      "preferred_element_type": x.aval.dtype}
            return [eqn.replace(primitive=lax.dot_general_p, invars=[x, x],
                                params=params)], eqn.outvars
    return optimizer.rewrite(closed, rule)


MISTAKES = [
    ("12.1", lambda closed: closed, "nothing was undone"),
    ("12.1", undo(lambda p, q: tuple(q[d] for d in p)), "wrong way round"),
    ("12.1", undo(lambda p, q: tuple(range(len(p)))),
     "cancel only if their permutations do"),
    ("12.1", only_pairs, "2 are left, not one"),
    ("12.1", undo(lambda p, q: tuple(p[d] for d in q), keep_identity=True),
     "but a transpose is left"),
    ("12.1", lambda closed: None, "a pass returns a closed program"),
    ("12.1", lambda closed: closed.jaxpr, "got Jaxpr"),
    ("12.2", lambda eqn, x: None, "still a call"),
    ("12.2", all_axes, "all axes were turned"),
    ("12.2", slices(":", "::-1"), "the others were turned"),
    ("12.2", lambda eqn, x: f"{x}[::-1]", "only the first was turned"),
    ("12.2", slices("-1:0:-1"), "leaves out what is there"),
    ("12.2", lambda eqn, x: [x], "is a string"),
    ("12.2", lambda eqn, x: f"np.flip({x}, {eqn.params['dimensions']})",
     "builds the slices anew"),
    ("12.2", lambda eqn, x: "c[::-1, :, ::-1]", "its name is in x"),
    ("12.2", slices("::-1", "..."), "a : for itself"),
    ("12.2", turned_alone, "needs a slice, too"),
    ("12.2", without_axes, "has no index"),
    ("12.3", (witness(HARD, lambda a, b: a != b), lambda: BAD),
     "though NaN == NaN is false"),
    ("12.3", (witness(HARD, equal_only), lambda: BAD), "takes -0 for 0"),
    ("12.3", (witness(np.array([0, -0.0, 1, 2, np.inf, np.nan]), differ),
              lambda: BAD), "numbers that have to be rounded"),
    ("12.3", (right, lambda: BAD - {"relu"}), "maximum of a NaN"),
    ("12.3", (right, lambda: BAD - {"swap"}), "at x = y"),
    ("12.3", (right, lambda: BAD | {"quarter"}), "rounded once"),
    ("12.3", (right, lambda: None), "a set of names"),
    ("12.3", (right, lambda: BAD | {"rleu"}), "no law is called 'rleu'"),
    ("12.4", traffic(once=list), "read once, not twice"),
    ("12.4", traffic(kept=False), "is not written"),
    ("12.4", traffic(later_reads=False), "has to be written"),
    ("12.4", lambda steps, outvars: traffic()(steps, []),
     "a result of the program is written"),
    ("12.4", lambda steps, outvars: traffic()(steps, outvars) // 4,
     "has itemsize bytes"),
    ("12.4", lambda steps, outvars: traffic()(steps, outvars) // 2,
     "and what is written"),
    ("12.5", lambda closed: closed, "still is"),
    ("12.5", lambda closed: None, "a pass returns a closed program"),
    ("12.5", square_of, "are those of the product"),
    ("12.5", as_dot(floats, any_reader=False), "a row of length 1"),
    ("12.5", as_dot(vectors), "computed anyway"),
    ("12.5", as_dot(any_reader=False), "a number is no vector"),
    ("12.5", as_dot(vectors, any_reader=False), "wrap around"),
]
