"""The checks of chapter 13. Wrong answers that are often given have names."""
import numpy as np

import minijax as mj
from checks import exercise
from minijax import lax
from minijax import numpy as jnp


def close(a, b, tol=1e-5):
    return np.shape(a) == np.shape(b) and np.allclose(
        np.asarray(a), np.asarray(b), tol, tol)


def operations(f, *args):
    """The names of the primitives of a program, and of what is in it."""
    def names(jaxpr):
        for eqn in jaxpr.eqns:
            yield eqn.primitive.name
            for p in eqn.params.values():
                for part in p if type(p) is tuple else (p,):
                    if hasattr(part, "jaxpr"):
                        yield from names(part.jaxpr)
    return list(names(mj.make_jaxpr(f)(*args)))


def shown(xs):
    """Numbers as a reader would write them down."""
    return np.round(np.asarray(xs, float), 4).tolist()


def is_pair(got, what):
    """The answer must be a pair; says so, if it is not."""
    assert isinstance(got, tuple | list) and len(got) == 2, (
        f"the result must be {what}, a pair; got " + (
            f"{len(got)} things" if isinstance(got, tuple | list)
            else f"{got!r:.40}"))


@exercise("13.1")
def _(harmonic):
    got = harmonic(1)
    assert not isinstance(got, tuple | list), (
        "this is the whole carry; the sum is its second component")
    assert not close(got, 2) or got.dtype.kind == "f", (
        "harmonic(1) is 1, and this gives 2, the counter: the sum is the "
        "other component of the carry")
    assert not np.isinf(got), (
        "harmonic(1) is infinite: 1/0 is among the terms; let k start at 1")
    assert not close(got, 0.5), (
        "harmonic(1) is 1, and this gives 1/2: the counter is increased "
        "before it is used, and the term 1/1 is missing")
    assert not close(got, 0.0), (
        "harmonic(1) is 1, and this gives 0: the last term, 1/n, is missing")
    assert close(got, 1.0), f"harmonic(1) is 1, got {got}"
    got = harmonic(4)
    assert not close(got, 1) or got.dtype.kind == "f", (
        "harmonic(4) is 1 as an integer: every fraction was cut off on its "
        "way into the carry; let the carry start as a float instead")
    assert close(got, 25 / 12), f"harmonic(4) is 25/12 = 2.0833, got {got}"
    got = mj.jit(harmonic)(jnp.int32(10))
    assert close(got, 2.9289682), f"harmonic(10) is 2.92897, got {got}"
    assert "while" in operations(harmonic, 4), (
        "there is no while in the program: keep the loop")
    assert "scan" not in operations(lambda: harmonic(4)), (
        "with an n that is known there is a scan in the program: this is a "
        "fori_loop, and it should stay a while_loop")


PROGRAMS = {
    "once": (1, "the predicate is true, and one branch is run"),
    "not": (0, "under jit, too, only the branch that was chosen is run; that "
               "both are traced leaves no note"),
    "all agree": (0, "one predicate for all examples: the choice stays a "
                     "choice, and nobody is cold"),
    "they differ": (3, "every branch runs on every example when the predicate "
                       "differs between them, also on those that are not "
                       "cold"),
    "gradient": (1, "the branch runs forward once; backwards there is only "
                    "its linear half, and the callback is not part of it"),
    "scan": (3, "a scan is not a vmap: each step makes its own choice, and "
                "three of the five are cold")}


@exercise("13.2")
def _(guesses):
    given = guesses()
    assert isinstance(given, tuple | list), (
        f"expected a tuple of {len(PROGRAMS)} numbers, got {given!r:.40}")
    assert len(given) == len(PROGRAMS), (
        f"expected {len(PROGRAMS)} numbers, got {len(given)}")
    for (name, (right, why)), guess in zip(PROGRAMS.items(), given,
                                           strict=True):
        assert guess == right, f"{name!r} leaves {right}: {why}"


@exercise("13.3")
def _(fori):
    got = fori(0, 5, lambda i, x: x + i, 0)
    assert not isinstance(got, tuple), (
        "the result is the whole carry, counter and all: return only x")
    digits = fori(2, 4, lambda i, x: 10 * x + i, 0)
    assert not close(digits, 50), (
        "10 x + i, for i = 2 and 3, gave 50 = 10 * 3 + 20 instead of 23: body "
        "takes the counter first, and then x")
    product = fori(2, 4, lambda i, x: x * i, 1)
    assert not close(product, 12), (
        "2 * 3 gave 12 = 3 * 4: body is called with the counter after it was "
        "increased")
    assert not close(product, 24), (
        "2 * 3 gave 24 = 2 * 3 * 4: the loop runs with i = upper as well")
    assert not close(product, 0), (
        "2 * 3 gave 0: the counter starts at 0, not at lower")
    assert not close(product, 4), (
        "2 * 3 gave 4, which is the counter at the end: the result is x")
    assert close(product, 6), f"the product of 2 and 3 is 6, got {product}"
    assert close(got, 10), f"the sum of 0, …, 4 is 10, got {got}"
    got = fori(3, 1, lambda i, x: x + 1, 7)
    assert close(got, 7), (
        f"from 3 to 1 there is nothing to do, and 7 became {got}: a loop asks "
        "before its first step, too")
    got = fori(0, 3, lambda i, x: {"a": x["b"], "b": x["a"] + x["b"]},
               {"a": 0, "b": 1})
    assert close(got["b"], 3), f"three steps of Fibonacci end at 3, got {got}"
    assert "while" in operations(
        lambda n: fori(0, n, lambda i, x: x + i, 0), 5), (
        "there is no while in the program")
    assert "scan" not in operations(
        lambda x: fori(0, 5, lambda i, x: x + i, x), 0), (
        "with bounds that are known there is a scan in the program: this is "
        "lax.fori_loop; make it of a while_loop")


@exercise("13.4")
def _(running):
    xs = np.array([4.0, 1.0, 1.0, 6.0, 3.0, -2.0, 0.5])
    means = [xs[:i + 1].mean() for i in range(len(xs))]
    spreads = [xs[:i + 1].var() for i in range(len(xs))]
    got = running(jnp.asarray(xs))
    is_pair(got, "the means and the variances")
    mean, var = got
    assert not close(mean, np.cumsum(xs)), (
        "these are the sums, not the means: divide by how many")
    assert close(mean[:2], means[:2]), (
        f"the means of the first one and two are {shown(means[:2])}, got "
        f"{shown(mean[:2])}")
    halves = lax.associative_scan(lambda a, b: (a + b) / 2, xs)
    assert not close(mean, halves), (
        "the third mean is wrong: (a + b) / 2 is not associative. It does not "
        "know how many numbers a and b stand for; let an element say it")
    other = lax.associative_scan(
        lambda a, b: (a[0] + b[0], (a[1] * b[0] + a[0] * b[1]) / (
            a[0] + b[0])), (np.ones(len(xs)), xs))[1]
    assert not close(mean, other), (
        "the mean of the larger group has the smaller weight: from p towards "
        "q it is m / (n + m) of the way, if q is the mean of m numbers")
    assert close(mean, means), (
        f"the means are {shown(means)}, got {shown(mean)}")
    assert not close(var, np.zeros(len(xs))), (
        "all variances are 0: two groups of one number each have no spread "
        "of their own, but together they have, from the distance of their "
        "means")
    squares = np.array([np.mean(xs[:i + 1]**2) for i in range(len(xs))])
    assert not close(var, squares), (
        "these are the means of the squares; the variance is that of the "
        "distances from the mean")
    counts = np.arange(1, len(xs) + 1)
    assert not close(var, spreads * counts), (
        "these are the sums of the squared distances; divide by how many")
    samples = [v * n / max(n - 1, 1) for n, v in enumerate(spreads, 1)]
    assert not close(var[1:], samples[1:]), (
        "this divides by n - 1; np.var divides by n")
    assert not close(var, np.sqrt(spreads)), (
        "these are the standard deviations, the roots of the variances")
    assert np.all(np.asarray(var) > -1e-6), (
        f"a variance is never negative, got {shown(var)}: is the distance of "
        "the two means squared?")
    assert close(var[:2], spreads[:2]), (
        f"the variance of 4 and 1 is 2.25, got {float(var[1]):.4g}. Each is "
        "1.5 from their mean, so two groups of one number add 4.5 to the sum "
        "of squares: (q - p)**2 times n m / (n + m), where n = m = 1")
    assert close(var, spreads), (
        f"the variances are {shown(spreads)}, got {shown(var)}")
    used = set(operations(running, xs)) & {"scan", "while", "cumsum"}
    assert not used, f"the program has a {used.pop()}"
    assert "concatenate" in operations(running, xs), (
        "there is no sign of an associative_scan in the program")


def halvings(x):
    return lambda y: y > 1.0, lambda y: y / 2 * x, 16.0


@exercise("13.5")
def _(bounded):
    cond, body, init = halvings(1.0)
    got = bounded(cond, body, init, 50)
    assert not isinstance(got, tuple), "the result is a pair: scan gives two"
    assert not close(got, 0.0), (
        "16, halved while it is above 1, gave 0: all steps were taken, also "
        "those after the end")
    assert not close(got, 16.0), (
        "16, halved while it is above 1, stayed 16: nothing was done where "
        "cond_fun is true. The first function of cond is that for true")
    assert not close(got, 2.0), (
        "16, halved while it is above 1, ended at 2, one step early: "
        "cond_fun is asked about what the step takes, not what it gives")
    assert close(got, 1.0), f"16, halved while it is above 1, is 1; got {got}"
    got = bounded(cond, body, init, 2)
    assert not close(got, 2.0), (
        "after a bound of 2 steps it is 4, got 2: this took three")
    assert close(got, 4.0), f"after a bound of 2 steps it is 4, got {got}"
    assert "while" not in operations(lambda x: bounded(
        *halvings(x), 50), 1.0), (
        "there is a while in the program, which does not run backwards: the "
        "bound says how long a scan has to be")
    slope = mj.grad(lambda x: bounded(*halvings(x), 50))(1.0)
    assert close(slope, 4.0), f"its slope in the factor is 4, got {slope}"

    def root(x):  # of a countdown that divides by what is left
        return bounded(lambda s: s[0] > 0, lambda s: (
            s[0] - 1, s[1] + x / s[0]), (jnp.float32(3), 0.0 * x), 6)[1]
    assert close(root(6.0), 11.0), (
        f"6/3 + 6/2 + 6/1 is 11, got {root(6.0)}")
    slope = mj.grad(root)(6.0)
    assert not np.isnan(slope), (
        "the gradient is nan: the body was run after the end, where it "
        "divides by zero, and its result thrown away by where; 0 times "
        "infinity is nan. Do not run it")
    assert close(slope, 11 / 6), f"its slope is 11/6, got {slope}"
    assert "scan" in operations(root, 6.0), "there is no scan in the program"


def recurrence(c, x):
    c = 0.5 * c + jnp.sin(x)
    return c, c * x


def count(c, x):
    return c + x, c % 3 == 0


@exercise("13.6")
def _(my_scan):
    xs = jnp.array([1.0, -2.0, 3.0, 0.5])
    got = my_scan(recurrence, 1.0, xs)
    is_pair(got, "the last carry and the ys")
    carry, ys = got
    assert not np.shape(carry), (
        f"the carry is one number, got one of shape {np.shape(carry)}: the "
        "carry comes first, then the ys")
    last, rows = lax.scan(recurrence, 1.0, xs)
    part = [lax.scan(recurrence, 1.0, rows)[0] for rows in (
        xs[1:], xs[:-1], jnp.full(4, xs[0]))]
    assert not close(carry, part[0]), (
        "this is the carry without the step of row 0: the index starts at 0")
    assert not close(carry, part[1]), (
        "this is the carry without the last step: it ends one row early")
    assert not close(carry, part[2]), (
        "every step has read row 0: read the row at the index that is carried")
    assert close(carry, last), f"expected the carry {last}, got {carry}"
    assert not close(ys, np.zeros(4)), (
        "the stack is still all zeros: ys.at[i].set(y) does not change ys, it "
        "returns a new one, which has to be handed on")
    _, carries = lax.scan(lambda c, x: (recurrence(c, x)[0],) * 2, 1.0, xs)
    assert not close(ys, carries), (
        "these are the carries of all steps; what is stacked is the y")
    if np.shape(ys) == (4,):
        assert not close(ys, rows[::-1]), "the rows of ys are upside down"
        assert not close(ys[1:], rows[:-1]), (
            "each y is one row too low: the index was increased before")
    assert close(ys, rows), f"expected the ys {rows}, got {ys}"
    names = operations(lambda xs: my_scan(recurrence, 1.0, xs), xs)
    assert "while" in names, "there is no while in the program"
    assert names.count("sin") <= 2, "the loop is unrolled by Python"
    carry, ys = mj.jit(lambda xs: my_scan(count, 0, xs))(jnp.arange(5))
    assert ys.dtype == bool, (
        f"the ys of this f are bool, got {ys.dtype}: make the stack in the "
        "dtype of y")
    assert close(ys, [True, True, False, True, True]), f"got ys {ys}"
    rows = jnp.ones((2, 4)) * xs
    got = mj.vmap(lambda c, x: my_scan(recurrence, c, x))(
        jnp.array([0.0, 1.0]), rows)[1]
    assert close(got[1], ys_of(1.0, xs)), f"under vmap got {got[1]}"
    got = mj.jvp(lambda x: my_scan(recurrence, 1.0, x)[0], (xs,),
                 (jnp.ones(4),))[1]
    want = mj.jvp(lambda x: lax.scan(recurrence, 1.0, x)[0], (xs,),
                  (jnp.ones(4),))[1]
    assert close(got, want), f"its tangent is {want}, got {got}"


def ys_of(c, xs):
    return lax.scan(recurrence, c, xs)[1]
