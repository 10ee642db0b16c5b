"""The checks of chapter 6."""
import numpy as np

import minijax as mj
from checks import exercise
from minijax import core, lax
from minijax import numpy as jnp
from minijax.core import Jaxpr, JaxprEqn, Literal, Var, eval_jaxpr
from minijax.jaxpr_check import JaxprTypeError, check_jaxpr

ROW = np.arange(1, 4, dtype=np.float32)
BOX = np.arange(6, dtype=np.float32).reshape(2, 3) / 6
shout_p = core.Primitive("shout")
shout_p.effectful = True
shout_p.def_impl(lambda x: x)
shout_p.def_abstract_eval(lambda x: x)


def program(f, *args):
    return mj.make_jaxpr(f)(*args).jaxpr


def names(jaxpr):
    return [eqn.primitive.name for eqn in jaxpr.eqns]


def checked(pass_, f, *args):
    """What a pass makes of a function's jaxpr, typed and of equal value."""
    before = program(f, *args)
    text = str(before)
    after = pass_(before)
    assert isinstance(after, Jaxpr), (
        f"expected a Jaxpr, got a {type(after).__name__}")
    assert str(before) == text, "the jaxpr that was given has been changed"
    try:
        check_jaxpr(after)
    except JaxprTypeError as error:
        raise AssertionError(
            f"the result is no jaxpr any more: {str(error).splitlines()[0]}. "
            "Is every reader, the outputs too, told of what replaces a "
            "variable?") from None
    for x, y in zip(eval_jaxpr(after, [], *args), eval_jaxpr(
            before, [], *args), strict=True):
        assert np.array_equal(x, y), (
            f"the value has changed. Of\n{before}\nyou made\n{after}")
    return after


@exercise("6.1")
def _(flops):
    def count(f, *args):
        return flops(program(f, *args))
    n = count(lambda x: jnp.sin(x) + x * x, ROW)
    assert n != 3, ("3 is the number of equations of sin(x) + x * x; each is "
                    "one operation for each of the 3 entries")
    assert n == 9, f"sin(x) + x * x of 3 numbers takes 9 operations, got {n}"
    n = count(lambda x, y: x @ y, BOX, BOX.T)
    assert n != 4, ("the product of a 2 x 3 and a 3 x 2 matrix was counted "
                    "by its 4 entries, but each is a sum of 3 products")
    assert n != 12, ("of the 3 products and 3 additions for each of 4 entries "
                     "you counted one half")
    assert n != 16, ("2 was taken for the axis that is summed over; it is "
                     "an axis of the first operand: 3 numbers long")
    assert n == 24, f"a 2 x 3 by a 3 x 2 matrix takes 24 operations, got {n}"
    n = count(lambda x, y: lax.dot_general(
        x, y, (((0,), (0,)), ((), ()))), BOX, BOX[:, :1])
    assert n == 12, (
        "where the first axis of a 2 x 3 matrix, 2 long, is summed over "
        "against 2 x 1, there are 3 sums of 2 products: 12 operations, got "
        f"{n}. Which axes are summed over is in dimension_numbers")
    n = count(lambda x: jnp.sum(x), BOX)
    assert n != 1, ("the sum was counted by its result; a reduction takes one "
                    "operation for each entry of its operand")
    assert n == 6, f"the sum of 6 numbers takes 6 operations, got {n}"
    n = count(lambda x: x.T.reshape(6)[1:].astype("int32"), BOX)
    assert n == 0, f"moving numbers is free, got {n}"
    n = count(lambda x, y: jnp.tanh(x @ y + 1.0), BOX, BOX.T)
    assert n == 32, f"tanh(x @ y + 1) takes 24 + 4 + 4 operations, got {n}"


@exercise("6.2")
def _(run_and_watch):
    def pieces(x):
        a, b = lax.split(x, (2, 4))
        return jnp.sum(a) * 3.0, jnp.cos(b)
    def watched(f, *args):
        closed = mj.make_jaxpr(f)(*args)
        got = run_and_watch(closed, *args)
        assert isinstance(got, tuple) and len(got) == 2, (
            "return two things: the list of outputs and an equation")
        outs, eqn = got
        want = eval_jaxpr(closed.jaxpr, closed.consts, *args)
        assert isinstance(outs, list) and len(outs) == len(want), (
            f"expected a list of {len(want)} outputs, got {outs!r:.60}")
        assert all(map(np.array_equal, outs, want)), (
            f"the outputs are not those of eval_jaxpr: {outs!r:.80}")
        assert isinstance(eqn, JaxprEqn), (
            "the second thing must be an equation, got a "
            f"{type(eqn).__name__}")
        return eqn.primitive.name
    six = np.arange(6, dtype=np.float32)
    name = watched(lambda x: jnp.sum(jnp.outer(x, x)) + ROW, six)
    assert name != "add", "that is the last equation, not the largest"
    name = watched(pieces, six)
    assert name == "split", (
        f"split gives two arrays, of 24 bytes together; you say {name}")
    wide = np.ones(100, np.float32)
    name = watched(lambda x: (x > 0, jnp.sin(x[:50])), wide)
    assert name != "gt", (
        "100 entries of bool are 100 bytes, 50 of float32 are 200: the one "
        "with more entries is not the larger")
    name = watched(lambda x, y: (x[:5], jnp.sin(y)), wide, six)
    assert name != "slice", (
        "5 of 100 numbers were said to take more bytes than the sines of 6: "
        "count the results of an equation, not its operands")
    name = watched(lambda x: jnp.cos(jnp.sin(x)), wide)
    assert name == "sin", f"of two that are as large, the first: not {name}"


@exercise("6.3")
def _(well_formed):
    def ask(jaxpr, want, why):
        got = well_formed(jaxpr)
        assert got is not None, "nothing was returned; say True or False"
        assert got == want, f"{why}:\n{jaxpr}"
    good = program(lambda x: jnp.sin(x) * x, ROW)
    first, second = good.eqns
    wide = Var(first.outvars[0].aval.update(shape=(7,)))
    stranger = Var(first.outvars[0].aval)
    ask(good, True, "this is a proper jaxpr")
    ask(program(lambda x: (x, 1.0), ROW), True,
        "an output may be an input or a literal")
    ask(program(lambda x: lax.split(x, (1, 2)), ROW), True,
        "split has two results, and out_type gives a list")
    ask(mj.make_jaxpr(lambda x: x + np.float32([1, 2, 3]))(ROW).jaxpr, True,
        "constants are bound, too")
    weak = Var(first.outvars[0].aval.update(weak_type=True))
    ask(good.replace(eqns=[
        first.replace(outvars=[weak]),
        second.replace(invars=[weak, *good.invars])]), True,
        "whether a type is weak does not matter; compare its text")
    ask(good.replace(eqns=[second, first]), False,
        "an equation reads what only a later one binds")
    ask(good.replace(eqns=[first, second.replace(
        invars=[second.outvars[0], first.outvars[0]])]), False,
        "an equation reads its own result")
    ask(good.replace(outvars=[stranger]), False,
        "an output is a variable that nobody has bound")
    ask(good.replace(eqns=[first, first, second]), False,
        "a variable is bound by two equations")
    ask(good.replace(eqns=[
        first.replace(outvars=good.invars),
        second.replace(invars=good.invars * 2)]), False,
        "an equation binds an input again")
    ask(good.replace(invars=good.invars * 2), False,
        "two inputs are one variable")
    ask(good.replace(eqns=[first, second.replace(outvars=[wide])],
                     outvars=[wide]), False,
        "a result claims another shape than its equation gives")
    ask(good.replace(eqns=[first.replace(primitive=lax.not_p), second]),
        False, "`not` does not take floats")
    ask(good.replace(eqns=[first.replace(outvars=[]), second]), False,
        "an equation without a variable for its result")


@exercise("6.4")
def _(fold):
    after = checked(fold, lambda x: x * jnp.sin(1.0), np.float32(2))
    assert "sin" not in names(after), (
        f"the sine of 1.0 is still there:\n{after}")
    assert "mul" in names(after), (
        f"the product reads x and must stay:\n{after}")
    after = checked(fold, lambda x: x * jnp.cos(jnp.sin(jnp.exp(1.0)) * 2.0),
                    np.float32(2))
    assert names(after) == ["mul"], (
        "when the exponential is folded, its sine can be, and so on; left "
        f"are {', '.join(names(after))}")
    after = checked(fold, lambda x: (x, jnp.sin(1.0)), np.float32(2))
    assert isinstance(after.outvars[1], Literal), (
        f"the second output should now be a literal:\n{after}")
    after = checked(fold, lambda x: x + jnp.sin(jnp.zeros(3)), ROW)
    assert "broadcast_in_dim" in names(after), (
        "an array of 3 zeros was folded; a literal is a single number, and "
        f"large arrays shall not come into the program:\n{after}")
    one = np.float32(1.0)
    after = checked(fold, lambda x: (shout_p.bind(one), x)[1], one)
    assert names(after) == ["shout"], "an effectful equation must stay"


@exercise("6.5")
def _(cse):
    def left(f, *args):
        return names(checked(cse, f, *args))
    x = np.float32(2)
    got = left(lambda x: jnp.sin(x) + jnp.sin(x), x)
    assert got == ["sin", "add"], f"of sin(x) + sin(x) is left: {got}"
    got = left(lambda x: jnp.cos(jnp.sin(x)) * jnp.cos(jnp.sin(x)), x)
    assert got != ["sin", "cos", "cos", "mul"], (
        "when the second sine has gone, the two cosines are equal; rename "
        "operands before you compare")
    assert got == ["sin", "cos", "mul"], f"left: {got}"
    checked(cse, lambda x: (jnp.sin(x), jnp.sin(x)), x)
    two = cse(program(lambda x, y: (x - y, y - x), x, x))
    assert len(two.eqns) == 2, (
        "x - y and y - x were taken for the same: the order of operands "
        "matters")
    two = cse(program(lambda x: (jnp.sum(x, 0), jnp.sum(x, 1)), BOX[:, :2]))
    assert len(two.eqns) == 2, (
        "sums over two different axes were taken for the same: compare the "
        "parameters, too")
    got = left(lambda x: (jnp.sum(x, 0), jnp.sum(x, 0)), BOX)
    assert got == ["reduce_sum"], f"two equal sums, left: {got}"
    got = left(lambda x: (x * 3.0) + (x * 3.0), x)
    assert got == ["mul", "add"], (
        "two literals 3.0 are two objects but the same number: x * 3.0 should "
        f"be there once, left: {got}")
    for a, b in [(0.0, -0.0), (3.0, 4.0)]:
        got = program(lambda x, a=a, b=b: (x / a, x / b), x)
        after = cse(got)
        assert len(after.eqns) == 2, (
            f"x / {a} and x / {b} were taken for the same")
    got = left(lambda x: (lax.full((2,), 0), lax.full((2,), 0.0)), x)
    assert len(got) == 2, "the literals 0 and 0.0 have different types"
    got = left(lambda x: (lax.split(x, (1, 2)), lax.split(x, (1, 2))), ROW)
    assert got == ["split"], f"two equal splits, left: {got}"
    got = left(lambda x: (shout_p.bind(x), shout_p.bind(x)), x)
    assert got == ["shout"] * 2, "an effectful equation must stay"
