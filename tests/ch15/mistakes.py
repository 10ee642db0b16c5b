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


def pushes_too(f, fwd, bwd):
    """The linear operation can be evaluated, as if bwd were a push."""
    call, back = core.Primitive("call"), core.Primitive("back")
    call.runs_python = back.runs_python = True
    call.def_impl(f)
    back.def_abstract_eval(lambda r, t: t)
    back.def_impl(bwd)
    forward.jvp_rules[call] = lambda primals, tangents: (
        fwd(*primals)[0], back.bind(fwd(*primals)[1], *tangents))
    transpose.transposes[back] = lambda ct, r, t: [None, bwd(r, ct)]
    return lambda x: call.bind(jnp.asarray(x))


MISTAKES = [
    ("15.1", opposed(lambda s: 1), "passes unchanged"),
    ("15.1", opposed(lambda s: s), "the sign is missing"),
    ("15.1", opposed(lambda s: -1), "strength is not used"),
    ("15.1", negated, "the value has changed"),
    ("15.1", bare_tuple, "tuple of length equal"),
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
    ("15.4", reversible(lambda xs: xs), "keep the last state only"),
    ("15.4", reversible(lambda xs: xs[-1:], add=False), "parts are added"),
    ("15.4", reversible(lambda xs: xs[-1:], before=False),
     "at the state before it"),
    ("15.5", lambda f, fwd, bwd: f, "bwd has not been asked"),
    ("15.5", shared_tables, "mixed up"),
    ("15.5", pushes_too, "should raise a TypeError"),
]
