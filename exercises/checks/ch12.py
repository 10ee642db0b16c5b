"""The checks of chapter 12. Wrong answers that are often given have names."""
from unittest import mock

import numpy as np

import minijax as mj
from checks import exercise
from minijax import lax, numpy_calls, optimizer, tiles
from minijax import numpy as jnp
from minijax.jaxpr import ClosedJaxpr, eval_jaxpr
from minijax.jaxpr_check import check_jaxpr

ROW = np.arange(1.0, 5.0, dtype=np.float32)
CUBE = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def passed(f, compiler_pass, *args):
    """A program before and after, and the names of its operations after."""
    closed = optimizer.passes["inline"](mj.make_jaxpr(f)(*args))
    new = compiler_pass(closed)
    assert isinstance(new, ClosedJaxpr), (
        f"a pass returns a closed program, got {type(new).__name__}")
    args = [jnp.asarray(x) for x in args]
    check_jaxpr(new.jaxpr)
    got = eval_jaxpr(new.jaxpr, new.consts, *args)
    want = eval_jaxpr(closed.jaxpr, closed.consts, *args)
    dead = optimizer.passes["drop_dead"](new)
    return got, want, [eqn.primitive.name for eqn in dead.eqns]


def turned(*orders):
    def f(x):
        for order in orders:
            x = lax.transpose(x, order)
        return x
    return f


@exercise("12.1")
def _(undo):
    got, want, left = passed(turned((1, 0), (1, 0)), undo, CUBE[0])
    assert len(left) < 2, ("after x.T.T both transposes are left: nothing "
                           "was undone")
    assert not left, "x.T.T is x, but a transpose is left"
    for orders in (((1, 2, 0), (1, 2, 0)), ((0, 2, 1), (1, 0, 2)),
                   ((1, 2, 0), (2, 0, 1)), ((1, 2, 0), (1, 0, 2), (2, 1, 0))):
        try:
            got, want, left = passed(turned(*orders), undo, CUBE)
        except Exception as error:
            raise AssertionError(
                f"after {orders} the program is no program any more "
                f"({type(error).__name__}): are the permutations composed "
                "the wrong way round?") from error
        assert got[0].shape == want[0].shape, (
            f"{orders} of shape (2, 3, 4) gives {want[0].shape}, got "
            f"{got[0].shape}: two transposes cancel only if their "
            "permutations do")
        assert np.array_equal(got[0], want[0]), (
            f"{orders} gives other numbers: the permutations are composed "
            "the wrong way round")
        assert len(left) <= 1, f"after {orders} {len(left)} are left, not one"

    def shared(x):
        y = x.T
        return y, y.T, jnp.sin(y).T
    got, want, left = passed(shared, undo, CUBE[0])
    assert left.count("transpose") == 2, (
        "with y = x.T the results y, y.T and sin(y).T need two transposes, "
        f"got {left.count('transpose')}")
    assert all(map(np.array_equal, got, want)), (
        "where the first transpose is a result too, it is lost")


@exercise("12.2")
def _(answer):
    def text(eqn, x):
        call = answer(eqn, x)
        assert call is None or isinstance(call, str), (
            f"the text of a call is a string; {call!r} is none")
        return call
    with mock.patch.dict(numpy_calls.best_calls, {lax.rev_p: text}):
        for axes in (0, 2), (1,), (), (0, 1, 2):
            f = mj.jit(lambda x, axes=axes: lax.rev(x, axes) + 1)
            source = f.lower(CUBE).as_text()
            assert "rev(" not in source, (
                "the text is still a call of the implementation: "
                + source.splitlines()[2].strip())
            line = source.splitlines()[2].strip()
            assert "flip(" not in source, (
                "np.flip builds the slices anew at each call, as the "
                f"implementation does: {line}")
            try:
                got, want = f(CUBE), np.flip(CUBE, axes) + 1
            except TypeError as error:
                raise AssertionError(
                    f"along {axes} the shape has changed: {line}. To turn an "
                    "axis round is ::-1; a slice with a stop leaves out what "
                    "is there") from error
            except NameError as error:
                raise AssertionError(
                    f"{line} raises {type(error).__name__}: the operand is "
                    "not called c in every program; its name is in x"
                    ) from error
            except IndexError as error:
                raise AssertionError(
                    f"{line} raises IndexError: {error}; an axis that is "
                    "not turned has a : for itself") from error
            slips = {"the others were turned": {0, 1, 2} - {*axes},
                     "all axes were turned": {0, 1, 2},
                     "the first ones were turned (an axis that stays needs "
                     "a slice, too)": {*range(len(axes))},
                     "only the first was turned": {0}}
            for slip, turned in slips.items():
                assert turned == {*axes} or not np.array_equal(
                    got, np.flip(CUBE, tuple(turned)) + 1), (
                    f"along {axes} the numbers are wrong, {slip}: {line}")
            assert np.array_equal(got, want), (
                f"along {axes} the numbers are wrong: {line}")
        f = mj.jit(lambda x: lax.rev(x, ()) + 1)
        try:
            got = f(np.float32(2))
        except (IndexError, SyntaxError):
            got = None
        assert got == 3, "an array without axes has no index"


LAWS = {
    "swap": "0 - 0 is 0, so at x = y the one is -0 and the other 0",
    "not less": "no comparison with a NaN is true, so its negation is",
    "relu": "where a NaN is not greater than 0, the one chooses 0, and the "
            "maximum of a NaN and 0 is a NaN",
    "root": "the square of 1e200 is infinite, and that of 1e-200 is 0",
    "cancel": "1e-200 + 1 is 1, and inf - inf is a NaN"}
EXACT = {
    "double": "doubling is exact, whichever way",
    "quarter": "a quarter is a power of two, so the product is the quotient, "
               "rounded once, also where it is subnormal",
    "even": "abs takes the sign away, also that of 0",
    "subtract": "IEEE defines the difference as this sum"}


def is_nan(x, y):
    return x * np.nan


@exercise("12.3")
def _(answers):
    witness, wrong = answers
    for f, g, why in (
            (is_nan, is_nan, "a NaN is as good as another, though NaN == NaN "
             "is false"),
            (lambda x, y: 0 - x, lambda x, y: x * -1 + 0, "0 - x is "
             "x · (-1) + 0")):
        assert witness(f, g) is None, (
            f"witness should find nothing: {why}; got {witness(f, g)}")
    for f, g, why in (
            (lambda x, y: x + 0.0, lambda x, y: x, "x + 0 and x differ at "
             "-0, and == takes -0 for 0"),
            (lambda x, y: x * 0.0, lambda x, y: 0 * np.nan_to_num(
                x, posinf=1, neginf=-1), "x · 0 and 0 differ at inf or NaN"),
            (lambda x, y: x / 3, lambda x, y: x * (1 / 3),
             "x / 3 and x · (1/3) are not rounded alike, for instance at "
             "0.1: try numbers that have to be rounded"),
            (lambda x, y: x * x / x, lambda x, y: x,
             "x · x / x overflows at 1e200, and is a NaN at 0")):
        pair = witness(f, g)
        assert pair is not None, f"witness found nothing, but {why}"
        with np.errstate(all="ignore"):
            a, b = (np.float64(h(*map(np.float64, pair))) for h in (f, g))
        differ = a.tobytes() != b.tobytes() and not (a != a and b != b)
        assert differ, f"at {pair} both are {a}: this is no witness"
    names = wrong()
    assert isinstance(names, (set, frozenset, list, tuple)), (
        f"wrong returns a set of names, got {names!r}")
    for name in names:
        assert name in {**LAWS, **EXACT}, f"no law is called {name!r}"
    for name, why in LAWS.items():
        assert name in names, f"{name!r} does change a value: {why}"
    for name, why in EXACT.items():
        assert name not in names, f"{name!r} changes nothing: {why}"


def program(f, *args):
    return optimizer.optimize(mj.make_jaxpr(f)(*args))


@exercise("12.4")
def _(traffic):
    x = np.ones(1000, np.float32)
    one = program(lambda x: jnp.sin(x) + 1, x)
    got = traffic(one.eqns, one.jaxpr.outvars)
    assert got != 12000, ("sin(x) + 1 gave 12000: the number 1 was counted "
                          "as an array, or a result was left out")
    assert got != 4000, ("sin(x) + 1 gave 4000, which is how many numbers "
                         "are moved; each has itemsize bytes")
    assert got != 8000, ("sin(x) + 1 gave 8000: what is read counts, and "
                         "what is written")
    assert got not in (16004, 16008), (
        f"sin(x) + 1 gave {got}: the number 1 has no axes, and costs nothing")
    assert got == 16000, (f"sin(x) + 1 line by line reads and writes 4 times "
                          f"4000 bytes, which is 16000, got {got}")
    twice = program(lambda x: x * x, x)
    got = traffic(twice.eqns, twice.jaxpr.outvars)
    assert got != 12000, "in x * x the array is read once, not twice"
    assert got == 8000, f"x * x moves 8000 bytes, got {got}"
    with mock.patch.object(tiles, "LARGE", 100):
        steps = tiles.regions(one.eqns)
        got = traffic(steps, one.jaxpr.outvars)
        assert got != 12000, ("the region of sin(x) + 1 gave 12000: what "
                              "nobody reads after the region is not written")
        assert got != 4000, ("the region of sin(x) + 1 gave 4000: a result "
                             "of the program is written, too")
        assert got == 8000, f"the region of sin(x) + 1 moves 8000, got {got}"

        def three(x):
            y = jnp.sin(x)
            return y * 2 + x, jnp.cumsum(y)
        both = program(three, x)
        steps = tiles.regions(both.eqns)
        got = traffic(steps, both.jaxpr.outvars)
        assert got != 16000, ("an array that is made in a region and read "
                              "by a later step has to be written")
        assert got == 20000, (f"a region with two results, one of them read "
                              f"by a cumsum, moves 20000 bytes, got {got}")


def looks(f, as_dot, *args):
    try:
        return passed(f, as_dot, *args)
    except (AssertionError, NotImplementedError):
        raise
    except Exception as error:
        raise AssertionError(
            "after the pass the program is no program any more: "
            f"{type(error).__name__}: {error}") from error


@exercise("12.5")
def _(as_dot):
    x, y = ROW, ROW[::-1].copy()
    got, want, left = looks(lambda x, y: jnp.sum(x * y), as_dot, x, y)
    assert "dot_general" in left, f"sum(x * y) still is {left}"
    assert np.allclose(got[0], want[0]), (
        f"got {got[0]} for {want[0]}: the operands of the dot are those of "
        "the product")
    assert left == ["dot_general"], f"one operation would do, got {left}"
    got, want, left = looks(lambda x: jnp.sum(x * x), as_dot, x)
    assert left == ["dot_general"], "the square of a vector is x · x, too"
    got, want, left = looks(
        lambda x, y: (lambda p: (p.sum(), p))(x * y), as_dot, x, y)
    assert "dot_general" not in left, (
        "the product is a result as well, so it is computed anyway: then the "
        "dot is a second pass through memory")
    for f, args, why in (
            (lambda x: jnp.sum(x * 2), (x,), "a number is no vector"),
            (lambda x: jnp.sum(x * x), (CUBE[0],),
             "matrices are not what np.dot takes for vectors"),
            (lambda n: jnp.sum(n * n), (np.arange(4, dtype=np.int32),),
             "integers have no BLAS, and wrap around"),
            (lambda m: jnp.sum(m * m, axis=0), (CUBE[0],),
             "this sum is over one axis of two"),
            (lambda x: jnp.sum(x * jnp.broadcast_to(x[:1], (4,))), (x,),
             "after `stretch` one factor is a row of length 1")):
        def stretched(closed):
            return as_dot(optimizer.passes["stretch"](closed))
        closed = optimizer.passes["inline"](mj.make_jaxpr(f)(*args))
        try:
            new = stretched(closed)
        except Exception as error:
            raise AssertionError(f"{why}: your pass raised "
                                 f"{type(error).__name__}") from error
        names = [eqn.primitive.name for eqn in new.eqns]
        assert "dot_general" not in names, f"a dot was written, but {why}"
