"""Wrong answers to the exercises of chapter 8, and how each is recognized."""
import math

import numpy as np

import minijax as mj
from minijax import core
from minijax import numpy as jnp


def eye(out):
    return jnp.eye(len(out), dtype=out.dtype)


def rows_as_columns(f, x):
    out, pull = mj.vjp(f, x)
    return jnp.stack([pull(w)[0] for w in eye(out)], axis=1)


def in_tuples(f, x):
    out, pull = mj.vjp(f, x)
    return jnp.stack([jnp.stack(pull(w)) for w in eye(out)])


def all_at_once(f, x):
    out, pull = mj.vjp(f, x)
    return pull(jnp.ones_like(out))[0]


def again_and_again(f, x):
    n = mj.eval_shape(f, x).shape[0]
    return jnp.stack([mj.vjp(f, x)[1](w)[0]
                      for w in jnp.eye(n, dtype=x.dtype)])


def with_ones(f, g, x, y):
    v, w = np.ones_like(x), np.ones_like(y)
    return bool(np.isclose(np.vdot(w, f(v)), np.vdot(g(w), v)))


def inverse(f, g, x, y):
    v = np.random.default_rng(0).normal(size=x.shape)
    return bool(np.allclose(g(f(v)), v))


def without_tolerance(f, g, x, y):
    rng = np.random.default_rng(0)
    v, w = rng.normal(size=x.shape), rng.normal(size=y.shape)
    return np.vdot(w, f(v)) == np.vdot(g(w), v)


def walk(give, order=reversed, both=True):
    """The solution of 8.3 with its way to add and its order exchanged."""
    def walked(jaxpr, consts, ct):
        known = dict(zip(jaxpr.constvars, consts))
        sums = {jaxpr.outvars[0]: ct}

        def value(atom):
            return (atom.val if isinstance(atom, core.Literal)
                    else known.get(atom))
        for eqn in order(jaxpr.eqns):
            ct = sums.pop(eqn.outvars[0], None)
            if ct is None:
                continue
            if eqn.primitive.name == "add_any":
                for atom in eqn.invars if both else set(eqn.invars):
                    give(sums, atom, ct)
            elif eqn.primitive.name == "neg":
                give(sums, eqn.invars[0], -ct)
            else:
                x, y = eqn.invars
                if value(x) is None:
                    give(sums, x, ct * value(y))
                else:
                    give(sums, y, value(x) * ct)
        return [sums.get(v, 0.0) for v in jaxpr.invars]
    return walked


def without_constants(jaxpr, consts, ct):
    """Knows the numbers in the program, and not the arrays beside it."""
    sums = {jaxpr.outvars[0]: ct}
    for eqn in reversed(jaxpr.eqns):
        ct = sums.pop(eqn.outvars[0], None)
        if ct is None:
            continue
        numbers = [v.val for v in eqn.invars if isinstance(v, core.Literal)]
        for v in eqn.invars:
            if not isinstance(v, core.Literal):
                sign = -1 if eqn.primitive.name == "neg" else 1
                add(sums, v, math.prod([sign * ct, *numbers]))
    return [sums.get(v, 0.0) for v in jaxpr.invars]


def add(sums, atom, ct):
    sums[atom] = sums[atom] + ct if atom in sums else ct


def put(sums, atom, ct):
    sums[atom] = ct


def circ_rules(left, right):
    return lambda circ: (
        lambda ct, x, k: circ(ct, left(x, k)),
        lambda ct, x, k: circ(right(x, k), ct))


def mirrored(v):
    return jnp.concatenate([v[:1], v[:0:-1]])


def pull_t(f, x, t):
    return mj.vjp(f, x)[1](t)[0]


def second_vjp(at, take):
    def push(f, x, t):
        out, pull = mj.vjp(f, x)
        return take(*mj.vjp(lambda w: pull(w)[0], at(out, t)), t)
    return push


def in_a_tuple(f, x, t):
    out, pull = mj.vjp(f, x)
    return jnp.stack(mj.vjp(lambda w: pull(w)[0], out)[1](t))


def pieces(step, x, n):
    def piece(x):
        for _ in range(math.isqrt(n)):
            x = step(x)
        return x
    return piece


def in_one(step, x, n, ct):
    def whole(x):
        for _ in range(n):
            x = step(x)
        return x
    return mj.vjp(whole, x)[1](ct)[0]


def all_kept(step, x, n, ct):
    pulls, piece = [], pieces(step, x, n)
    for _ in range(math.isqrt(n)):
        x, pull = mj.vjp(piece, x)
        pulls.append(pull)
    for pull in reversed(pulls):
        ct, = pull(ct)
    return ct


def from_the_start(step, x, n, ct):
    piece = pieces(step, x, n)
    for k in reversed(range(math.isqrt(n))):
        start = x
        for _ in range(k):
            start = piece(start)
        ct, = mj.vjp(piece, start)[1](ct)
    return ct


def first_to_last(step, x, n, ct):
    for _ in range(n):
        x, pull = mj.vjp(step, x)
        ct, = pull(ct)
    return ct


def of_ones(step, x, n, ct):
    return in_one(step, x, n, jnp.ones_like(ct))


MISTAKES = [
    ("8.1", rows_as_columns, "one pull gives a row"),
    ("8.1", all_at_once, "the sum of the rows"),
    ("8.1", again_and_again, "f was run 3 times"),
    ("8.1", in_tuples, "a pullback returns a tuple"),
    ("8.2", with_ones, "use random ones"),
    ("8.2", inverse, "cumsum from the other end"),
    ("8.2", without_tolerance, "allow for rounding"),
    ("8.2", lambda f, g, x, y: np.vdot(y, f(x)) - np.vdot(g(y), x),
     "answer True or False"),
    ("8.3", walk(put), "must be added to the first"),
    ("8.3", walk(add, order=iter), "start from the last equation"),
    ("8.3", walk(add, both=False), "may read one variable twice"),
    ("8.3", lambda *args: walk(add)(*args)[0], "return a list"),
    ("8.3", without_constants, "Arrays stand among jaxpr.constvars"),
    ("8.4", circ_rules(lambda x, k: k, lambda x, k: x), "must be mirrored"),
    ("8.4", circ_rules(lambda x, k: mirrored(x), lambda x, k: mirrored(x)),
     "the rule for x has ct and k"),
    ("8.4", lambda circ: lambda ct, x, k: None, "return a pair"),
    ("8.4", circ_rules(lambda x, k: k[::-1], lambda x, k: x[::-1]),
     "k[0] stays where it is"),
    ("8.4", circ_rules(lambda x, k: mirrored(k), lambda x, k: x),
     "so x must be mirrored too"),
    ("8.5", pull_t, "this is t pulled back"),
    ("8.5", in_a_tuple, "returns a tuple"),
    ("8.5", second_vjp(lambda out, t: t, lambda value, pull, t: pull(t)[0]),
     "of the output's shape"),
    ("8.5", second_vjp(lambda out, t: jnp.zeros_like(out),
                       lambda value, pull, t: value), "a zero pulled back"),
    ("8.5", lambda f, x, t: (f(x + 1e-6 * t) - f(x - 1e-6 * t)) / 2e-6,
     "this is a difference"),
    ("8.5", lambda f, x, t: mj.jvp(f, (x,), (t,))[1], "has no jvp"),
    ("8.6", in_one, "one vjp for each piece"),
    ("8.6", all_kept, "none is kept when the next is made"),
    ("8.6", from_the_start, "if the value at the start of each piece is kept"),
    ("8.6", of_ones, "start from ct"),
    ("8.6", first_to_last, "from the last to the first"),
]
