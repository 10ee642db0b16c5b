"""Wrong answers to the exercises of chapter 15, and how each is recognized."""
import minijax as mj
from minijax import core, forward, transpose
from minijax import numpy as jnp


def with_rules(fun, fwd, bwd, **options):
    fun = mj.custom_vjp(fun, **options)
    fun.defvjp(fwd, bwd)
    return fun


def opposed(scale):
    return with_rules(
        lambda s, x: x, lambda s, x: (x, s),
        lambda s, ct: (None, mj.tree.map(lambda c: scale(s) * c, ct)))


def negated(strength, x):
    return mj.tree.map(lambda v: -strength * v, x)


def bare_tuple(strength, x):
    return with_rules(lambda s, x: x, lambda s, x: (x, s),
                      lambda s, ct: mj.tree.map(lambda c: -s * c, ct))(
        strength, x)


def surroundings(strength, x):
    return with_rules(
        lambda x: x, lambda x: (x, None),
        lambda _, ct: (mj.tree.map(lambda c: -strength * c, ct),))(x)


def flattened(x, diary):
    """The rules get the list as an argument, so that it is a new one."""
    def bwd(diary, ct):
        diary.append(length(ct))
        return ct, None
    return with_rules(lambda x, diary: x, lambda x, diary: (x, diary),
                      bwd)(x, diary)


def of_the_value(x, diary):
    def bwd(x, ct):
        diary.append(length(x))
        return (ct,)
    return with_rules(lambda x: x, lambda x: (x, x), bwd)(x)


def noting(entry, forwards=False, back=lambda ct: ct):
    def bwd(diary, _, ct):
        if not forwards:
            diary.notes.append(entry(ct))
        return (back(ct),)
    rule = with_rules(lambda x, diary: x, lambda x, diary: (x, None), bwd,
                      nondiff_argnums=1)

    def noted(x, diary):
        if forwards:
            diary.append(entry(x))
        return rule(x, Held(diary))
    return noted


class Held:
    def __init__(self, notes):
        self.notes = notes


def length(ct):
    return float(jnp.sqrt(jnp.sum(ct * ct)))


def hypot(bwd, call_itself=True):
    def with_rule(fun):
        g = mj.custom_vjp(fun)

        def fwd(x, c):
            y = (g if call_itself else mj.lax.stop_gradient)(
                *((x, c) if call_itself else (fun(x, c),)))
            return y, (x, c, y)
        g.defvjp(fwd, bwd)
        return g
    return with_rule


def divided(by, keep=None):
    """Each argument by something made of the answer."""
    keep = keep or (lambda v, y: v)
    return hypot(lambda k, ct: tuple(
        keep(ct * (v / by(k[2])), k[2]) for v in k[:2]))


def under(y):
    return jnp.where(y == 0, 1.0, y)


def squared(kept, ct):
    x, c, _ = kept
    y = jnp.sqrt(x * x + c * c)
    return ct * x / under(y), ct * c / under(y)


def reversible(states, add=True, before=True):
    """The solution, keeping other states, or pulling back elsewhere."""
    def made(step, unstep, n):
        @mj.custom_vjp
        def run(params, x):
            for _ in range(n):
                x = step(params, x)
            return x

        def fwd(params, x):
            xs = [x]
            for _ in range(n):
                xs.append(step(params, xs[-1]))
            return xs[-1], (params, states(xs))

        def bwd(kept, ct):
            params, xs = kept
            x, total = xs[-1], mj.tree.map(jnp.zeros_like, params)
            for _ in range(n):
                there, x = x, unstep(params, x)
                more, ct = mj.vjp(step, params, x if before else there)[1](ct)
                total = mj.tree.map(jnp.add, total, more) if add else more
            return total, ct
        run.defvjp(fwd, bwd)
        return run
    return made


def plain_loop(step, unstep, n):
    def run(params, x):
        for _ in range(n):
            x = step(params, x)
        return x
    return run


def replayed(step, unstep, n):
    """Keeps the first state, and goes all the way again."""
    plain = plain_loop(step, unstep, n)
    return with_rules(plain, lambda *args: (plain(*args), args),
                      lambda args, ct: mj.vjp(plain, *args)[1](ct))


def norm(ct):
    return jnp.sqrt(jnp.sum(ct * ct))


def shared_tables(f, fwd, bwd):
    """One pair of operations for all functions: the last one wins."""
    forward.jvp_rules[CALL] = lambda primals, tangents, **_: (
        fwd(*primals)[0], BACK.bind(fwd(*primals)[1], *tangents))
    transpose.transposes[BACK] = lambda ct, r, t: [None, bwd(r, ct)]
    return lambda x: CALL.bind(jnp.asarray(x))


CALL, BACK = core.Primitive("call"), core.Primitive("back")
CALL.runs_python = True
CALL.def_impl(jnp.sin)
BACK.def_abstract_eval(lambda r, t: t)


def transposed(rule):
    """Two operations, and another rule for the transpose of the second."""
    def only_back(f, fwd, bwd):
        call, back = core.Primitive("call"), core.Primitive("back")
        call.runs_python = back.runs_python = True
        call.def_impl(f)
        back.def_abstract_eval(lambda r, t: t)
        back.def_impl(bwd)
        forward.jvp_rules[call] = lambda primals, tangents: (
            fwd(*primals)[0], back.bind(fwd(*primals)[1], *tangents))
        transpose.transposes[back] = rule(bwd)
        return lambda x: call.bind(jnp.asarray(x))
    return only_back


# The linear operation can be evaluated, as if bwd were a push.
pushes_too = transposed(lambda bwd: lambda ct, r, t: [None, bwd(r, ct)])


MISTAKES = [
    ("15.1", opposed(lambda s: 1), "passes unchanged"),
    ("15.1", opposed(lambda s: s), "the sign is missing"),
    ("15.1", opposed(lambda s: -1), "strength is not used"),
    ("15.1", negated, "the value has changed"),
    ("15.1", bare_tuple, "tuple of length equal"),
    ("15.1", surroundings, "take it from the residuals"),
    ("15.2", flattened, "hold it back"),
    ("15.2", of_the_value, "lengths of the values"),
    ("15.2", noting(lambda ct: float(jnp.max(ct))), "root of the sum"),
    ("15.2", noting(length, forwards=True), "no gradient"),
    ("15.2", noting(lambda ct: float(jnp.sum(ct * ct))), "root is missing"),
    ("15.2", noting(lambda ct: float(jnp.sum(ct))), "sum of the entries"),
    ("15.2", noting(norm), "Python floats"),
    ("15.2", noting(length, back=lambda ct: ct / norm(ct)), "as it is"),
    ("15.3", hypot(lambda k, ct: (ct * k[1] / under(k[2]),
                                  ct * k[0] / under(k[2]))), "exchanged"),
    ("15.3", hypot(lambda k, ct: (k[0] / under(k[2]), k[1] / under(k[2]))),
     "must be a factor"),
    ("15.3", hypot(lambda k, ct: (ct * k[0] / k[2], ct * k[1] / k[2])),
     "this is NaN"),
    ("15.3", hypot(squared), "nothing may be squared"),
    ("15.3", hypot(lambda k, ct: (ct * k[0] / under(k[2]),
                                  ct * k[1] / under(k[2])), False),
     "second derivative"),
    ("15.3", lambda fun: None, "must return the function"),
    ("15.3", lambda fun: fun, "has no rule"),
    ("15.3", divided(lambda y: y + 1e-6), "is felt there"),
    ("15.3", divided(under, lambda part, y: abs(part)), "is negative"),
    ("15.3", divided(lambda y: y, lambda part, y: jnp.where(
        y == 0, 0.0, part)), "not the quotient"),
    ("15.4", plain_loop, "keep the last state only"),
    ("15.4", replayed, "no step has been undone"),
    ("15.4", reversible(lambda xs: xs), "keep the last state only"),
    ("15.4", reversible(lambda xs: xs[-1:], add=False), "parts are added"),
    ("15.4", reversible(lambda xs: xs[-1:], before=False),
     "at the state before it"),
    ("15.5", lambda f, fwd, bwd: f, "bwd has not been asked"),
    ("15.5", lambda f, fwd, bwd: with_rules(
        f, fwd, lambda r, ct: (bwd(r, ct),)), "own custom_vjp"),
    ("15.5", transposed(lambda bwd: lambda ct, r, t: [bwd(r, ct), None]),
     "None for the residual"),
    ("15.5", transposed(lambda bwd: lambda ct, r, t: [None, bwd(ct, r)]),
     "in this order"),
    ("15.5", transposed(lambda bwd: lambda ct, r, t: [None, bwd(r, 1.0)]),
     "cotangent that arrives"),
    ("15.5", shared_tables, "mixed up"),
    ("15.5", pushes_too, "should raise a TypeError"),
]
