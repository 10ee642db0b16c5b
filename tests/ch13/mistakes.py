"""Wrong answers to the exercises of chapter 13, and how each is recognized."""
import minijax as mj
from minijax import lax
from minijax import numpy as jnp


def harmonic_in(start, change):
    def harmonic(n):
        def body(state):
            k, total = state
            return k + 1, change(total + 1 / k)
        return lax.while_loop(lambda state: state[0] <= n, body,
                              (jnp.int32(1), start))[1]
    return harmonic


def one_short(n):
    return harmonic_in(0.0, lambda x: x)(n - 1)


def the_carry(n):
    return lax.while_loop(
        lambda state: state[0] <= n,
        lambda state: (state[0] + 1, state[1] + 1 / state[0]),
        (jnp.int32(1), 0.0))


def harmonic_from(k, early, which=1):
    def harmonic(n):
        def body(state):
            k, total = state
            return k + 1, total + 1 / (k + early)
        return lax.while_loop(lambda state: state[0] <= n, body,
                              (jnp.int32(k), 0.0))[which]
    return harmonic


def harmonic_fori(n):
    return lax.fori_loop(1, n + 1, lambda k, total: total + 1 / k, 0.0)


def harmonic_unrolled(n):
    return jnp.asarray(sum(1 / k for k in range(1, n + 1)))


def fori_with(going_on, step, result):
    def fori(lower, upper, body, init):
        return result(lax.while_loop(
            lambda s: going_on(s[0], upper), lambda s: step(s, body),
            (lower, init)))
    return fori


def forward(state, body):
    i, x = state
    return i + 1, body(i, x)


def late(state, body):
    i, x = state
    return i + 1, body(i + 1, x)


def swapped(state, body):
    i, x = state
    return i + 1, body(x, i)


def first(pair):
    return pair[0]


def second(pair):
    return pair[1]


def from_zero(lower, upper, body, init):
    return fori_with(lambda i, n: i < n, forward, second)(
        0, upper, body, init)


def do_while(lower, upper, body, init):
    return fori_with(lambda i, n: i < n, forward, second)(
        lower + 1, upper, body, body(lower, init))


def python_for(lower, upper, body, init):
    for i in range(5) if isinstance(upper, mj.core.Tracer) else range(
            lower, upper):
        init = body(i, init)
    return init


def halves(xs):
    mean = lax.associative_scan(lambda a, b: (a + b) / 2, xs)
    return mean, jnp.zeros_like(xs)


def joined(cross, less=0):
    def running(xs):
        def join(left, right):
            (n, p, s), (m, q, t) = left, right
            return (n + m, (n * p + m * q) / (n + m),
                    s + t + cross * (q - p) ** 2 * n * m / (n + m))
        n, mean, squares = lax.associative_scan(
            join, (jnp.ones_like(xs), xs, jnp.zeros_like(xs)))
        return mean, squares / jnp.maximum(n - less, 1)
    return running


def joined_by(weight, square):
    """Welford's operator, with one place or another wrong."""
    def running(xs):
        def join(left, right):
            (n, p, s), (m, q, t) = left, right
            return (n + m, p + (q - p) * (m, n)[weight] / (n + m),
                    s + t + square(q - p, n, m))
        n, mean, squares = lax.associative_scan(
            join, (jnp.ones_like(xs), xs, jnp.zeros_like(xs)))
        return mean, squares / n
    return running


def sums_first(xs):
    mean, var = joined(1)(xs)
    return mean * jnp.arange(1, len(xs) + 1), var


def deviations(xs):
    mean, var = joined(1)(xs)
    return mean, jnp.sqrt(var)


def squares_alone(xs):
    mean, _ = joined(1)(xs)
    return mean, joined(1)(xs * xs)[0]


def undivided(xs):
    mean, var = joined(1)(xs)
    return mean, var * jnp.arange(1, len(xs) + 1)


def by_cumsum(xs):
    n = jnp.arange(1, len(xs) + 1)
    mean = jnp.cumsum(xs) / n
    return mean, jnp.cumsum(xs * xs) / n - mean**2


def by_where(cond_fun, body_fun, init, bound):
    def step(x, _):
        go = cond_fun(x)
        return mj.tree.map(lambda a, b: jnp.where(go, a, b), body_fun(x),
                           x), None
    return lax.scan(step, init, length=bound)[0]


def always(cond_fun, body_fun, init, bound):
    return lax.scan(lambda x, _: (body_fun(x), None), init, length=bound)[0]


def other_way(cond_fun, body_fun, init, bound):
    return lax.scan(lambda x, _: (lax.cond(
        cond_fun(x), lambda x: x, body_fun, x), None), init, length=bound)[0]


def looking_ahead(cond_fun, body_fun, init, bound):
    return lax.scan(lambda x, _: (lax.cond(
        cond_fun(body_fun(x)), body_fun, lambda x: x, x), None), init,
        length=bound)[0]


def one_more(cond_fun, body_fun, init, bound):
    return lax.scan(lambda x, _: (lax.cond(
        cond_fun(x), body_fun, lambda x: x, x), None), init,
        length=bound + 1)[0]


def counted(cond_fun, body_fun, init, bound):
    return lax.while_loop(
        lambda s: cond_fun(s[1]) & (s[0] < bound),
        lambda s: (s[0] + 1, body_fun(s[1])), (0, init))[1]


def both(cond_fun, body_fun, init, bound):
    return lax.scan(lambda x, _: (lax.cond(
        cond_fun(x), body_fun, lambda x: x, x), None), init, length=bound)


def unbounded(cond_fun, body_fun, init, bound):
    return lax.while_loop(cond_fun, body_fun, init)


def scan_with(place, dtype=None, start=0, less=0, row=lambda i: i,
              write=lambda ys, i, y, carry: ys.at[i].set(y.astype(ys.dtype)),
              result=lambda out: out[1:]):
    def my_scan(f, init, xs):
        n = len(xs)
        _, y = mj.eval_shape(f, init, xs[0])

        def step(state):
            i, carry, ys = state
            carry, y = f(carry, lax.dynamic_index_in_dim(
                xs, row(i), keepdims=False))
            return i + 1, carry, write(ys, place(i, n), y, carry)
        return result(lax.while_loop(
            lambda s: s[0] < n - less, step,
            (start, init, jnp.zeros((n, *y.shape), dtype or y.dtype))))
    return my_scan


def here(i, n):
    return i


def scan_unrolled(f, init, xs):
    ys = []
    for x in xs:
        init, y = f(init, x)
        ys.append(y)
    return init, jnp.stack(ys)


MISTAKES = [
    ("13.1", harmonic_in(jnp.int32(0), lambda x: x.astype(jnp.int32)),
     "cut off on its way into the carry"),
    ("13.1", harmonic_in(jnp.int32(0), lambda x: x), "carry"),
    ("13.1", one_short, "the last term, 1/n, is missing"),
    ("13.1", the_carry, "this is the whole carry"),
    ("13.1", harmonic_unrolled, "TracerIntegerConversionError"),
    ("13.1", harmonic_from(0, 0), "let k start at 1"),
    ("13.1", harmonic_from(1, 1), "increased before it is used"),
    ("13.1", harmonic_from(1, 0, which=0), "this gives 2, the counter"),
    ("13.1", harmonic_fori, "this is a fori_loop"),
    ("13.2", lambda: (1, 1, 0, 3, 1, 3), "leaves no note"),
    ("13.2", lambda: (1, 0, 3, 3, 1, 3), "the choice stays a choice"),
    ("13.2", lambda: (1, 0, 0, 1, 1, 3), "also on those that are not cold"),
    ("13.2", lambda: (1, 0, 0, 3, 2, 3), "linear half"),
    ("13.2", lambda: (1, 0, 0, 3, 1, 5), "a scan is not a vmap"),
    ("13.2", lambda: 3, "a tuple of 6 numbers"),
    ("13.3", fori_with(lambda i, n: i < n, forward, lambda s: s),
     "counter and all"),
    ("13.3", fori_with(lambda i, n: i <= n, forward, second),
     "with i = upper as well"),
    ("13.3", fori_with(lambda i, n: i < n, late, second),
     "after it was increased"),
    ("13.3", python_for, "no while in the program"),
    ("13.3", lax.fori_loop, "this is lax.fori_loop"),
    ("13.3", fori_with(lambda i, n: i < n, swapped, second),
     "takes the counter first"),
    ("13.3", fori_with(lambda i, n: i < n, forward, first), "the counter at"),
    ("13.3", from_zero, "starts at 0, not at lower"),
    ("13.3", do_while, "before its first step"),
    ("13.4", halves, "is not associative"),
    ("13.4", joined(0), "from the distance of their means"),
    ("13.4", joined(1, less=1), "divides by n - 1"),
    ("13.4", by_cumsum, "the program has a cumsum"),
    ("13.4", squares_alone, "the means of the squares"),
    ("13.4", undivided, "divide by how many"),
    ("13.4", lambda xs: joined(1)(xs)[0], "a pair; got Array"),
    ("13.4", sums_first, "these are the sums"),
    ("13.4", deviations, "standard deviations"),
    ("13.4", joined_by(1, lambda d, n, m: d**2 * n * m / (n + m)),
     "from p towards q"),
    ("13.4", joined_by(0, lambda d, n, m: d * n * m / (n + m)),
     "never negative"),
    ("13.4", joined_by(0, lambda d, n, m: d**2), "add 4.5"),
    ("13.4", joined_by(0, lambda d, n, m: d**2 * n * m), "add 4.5"),
    ("13.5", by_where, "the gradient is nan"),
    ("13.5", always, "also those after the end"),
    ("13.5", both, "the result is a pair"),
    ("13.5", unbounded, "after a bound of 2 steps"),
    ("13.5", other_way, "stayed 16"),
    ("13.5", looking_ahead, "one step early"),
    ("13.5", one_more, "this took three"),
    ("13.5", counted, "there is a while in the program"),
    ("13.6", scan_with(lambda i, n: n - 1 - i), "upside down"),
    ("13.6", scan_with(lambda i, n: i + 1), "one row too low"),
    ("13.6", scan_with(here, jnp.float32), "the dtype of y"),
    ("13.6", scan_unrolled, "no while in the program"),
    ("13.6", lax.scan, "no while in the program"),
    ("13.6", scan_with(here, result=lambda out: out), "a pair; got 3 things"),
    ("13.6", scan_with(here, result=lambda out: out[:0:-1]),
     "the carry comes first"),
    ("13.6", scan_with(here, start=1), "without the step of row 0"),
    ("13.6", scan_with(here, less=1), "without the last step"),
    ("13.6", scan_with(here, row=lambda i: 0), "has read row 0"),
    ("13.6", scan_with(here, write=lambda ys, i, y, carry: ys),
     "still all zeros"),
    ("13.6", scan_with(here, write=lambda ys, i, y, carry: ys.at[i].set(
        carry.astype(ys.dtype))), "the carries of all steps"),
]
