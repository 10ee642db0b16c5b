"""The checks of chapter 9. Wrong answers that are often given have names."""
from unittest import mock

import numpy as np

import minijax as mj
from checks import exercise
from minijax import batching
from minijax import numpy as jnp


def close(a, b, tolerance=1e-6):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and np.allclose(a, b, tolerance, tolerance)


def equations(f, *args):
    return len(mj.make_jaxpr(f)(*args).eqns)


class side_by_side:
    """Rows of (name, the loop, the answer, *arguments), drawn as tables."""

    def __init__(self, *rows):
        self.rows = rows

    def __repr__(self):
        return "\n".join(f"{name}: {np.asarray(loop(*args)).tolist()}"
                         for name, loop, _, *args in self.rows)

    def _repr_html_(self):
        parts = []
        for name, loop, answer, *args in self.rows:
            try:
                drawn = table(answer(*args))
            except NotImplementedError:
                drawn = "<i>not yet written</i>"
            parts.append(f"<tr><td>{name}</td><td>{table(loop(*args))}</td>"
                         f"<td>{drawn}</td></tr>")
        return ("<table><tr><th></th><th>the loop</th><th>yours</th></tr>"
                + "".join(parts) + "</table>")


def table(x):
    """A matrix of squares, the darker the larger."""
    x = np.atleast_2d(np.asarray(x, float))
    top = max(x.max(), 1.0)
    squares = "".join(
        f'<rect x="{18 * j}" y="{18 * i}" width="16" height="16" '
        f'fill="#3d8bd4" fill-opacity="{0.12 + 0.88 * v / top:.2f}"/>'
        f'<text x="{18 * j + 8}" y="{18 * i + 12}" font-size="10" '
        f'text-anchor="middle" fill="currentColor">{v:g}</text>'
        for i, row in enumerate(x) for j, v in enumerate(row))
    height, width = 18 * np.array(x.shape)
    return f'<svg width="{width}" height="{height}">{squares}</svg>'


LABELS = np.array([3, 0, 1, 3, 2])
X = np.array([1.0, 4.0, 2.0, 0.0, 3.0, 7.0])


@exercise("9.1")
def _(answers):
    one_hot, windows, apart = answers
    want = (LABELS[:, None] == np.arange(4)).astype(float)
    got = one_hot(LABELS, 4)
    assert not close(got, want.T), (
        "one_hot has the labels along axis 1; row i belongs to label i: "
        "labels[:, None]")
    assert close(got, want), f"one_hot of {LABELS}, 4 is\n{want}\ngot\n{got}"
    want = np.lib.stride_tricks.sliding_window_view(X, 3)
    got = windows(X, 3)
    assert np.shape(got) != want.shape[::-1], (
        f"windows has shape {np.shape(got)}: rows and columns are exchanged")
    assert np.shape(got)[:1] == (4,), (
        f"windows has shape {np.shape(got)}; the last window ends where x "
        "ends, so there are len(x) - k + 1 of them")
    assert close(got, want), f"windows of {X}, 3 are\n{want}\ngot\n{got}"
    want = np.abs(X[:, None] - X[:4])
    got = apart(X, X[:4])
    assert not close(got, X[:, None] - X[:4]), (
        "apart has signs; the loop takes abs")
    assert not close(got, want.T), (
        "apart has y along axis 0; out[i, j] belongs to x[i] and y[j]")
    assert close(got, want), f"apart is\n{want}\ngot\n{got}"
    for name, f, *args in [
            ("one_hot", lambda v: one_hot(v, 4), LABELS),
            ("windows", lambda v: windows(v, 3), X),
            ("apart", lambda v: apart(v, X), X)]:
        long = np.tile(args[0], 9)
        assert equations(f, args[0]) == equations(f, long), (
            f"{name} has a loop in it: the number of its operations grows "
            "with its input, from "
            f"{equations(f, args[0])} to {equations(f, long)}")
        mapped = mj.vmap(f)(np.stack([args[0], args[0][::-1]]))
        assert close(mapped[1], f(args[0][::-1])), (
            f"{name} is another function under vmap")


def network(model, data):
    (W1, b1), (W2, b2) = model["layers"]
    hidden = jnp.tanh(W1 @ data["inputs"] + b1)
    scores = W2 @ (hidden + data["noise"]) + b2
    return {"scores": scores / model["temperature"], "hidden": hidden}


def why_not(words):
    """What to look at, when vmap refuses the axes of an ensemble."""
    if "tree prefix" in words:
        return ("the prefix has to look like its argument as far down as it "
                "goes, a list for a list")
    if "inconsistent" in words and "noise" in words:
        return "the noise of a network is a column: axis 1"
    if "inconsistent" in words:
        return "there are four networks, so an axis that is mapped has size 4"
    if "spec None" in words:
        return ("axis spec None is for what is the same for all: the scores "
                "differ")
    return "one network does not get the shapes that it needs"


@exercise("9.2")
def _(axes):
    rng = np.random.default_rng(1)
    first = rng.normal(size=(5, 3)), rng.normal(size=5)
    W, b = rng.normal(size=(4, 2, 5)), rng.normal(size=(4, 2))
    t, inputs = rng.uniform(1, 2, size=4), rng.normal(size=3)
    noise = rng.normal(size=(5, 4))
    model = {"layers": [first, (W, b)], "temperature": t}
    data = {"inputs": inputs, "noise": noise}
    spec = axes()
    assert isinstance(spec, tuple) and len(spec) == 2, (
        "axes() returns the pair in_axes, out_axes")
    in_axes, out_axes = spec
    assert isinstance(in_axes, tuple | list) and len(in_axes) == 2, (
        "in_axes has one entry for the model and one for the data")
    try:
        out = mj.vmap(network, *spec)(model, data)
    except (TypeError, ValueError) as error:
        raise AssertionError(
            f"{why_not(str(error))}. vmap says: {error}") from None
    want = np.stack([network({"layers": [first, (W[k], b[k])],
                              "temperature": t[k]},
                             {"inputs": inputs, "noise": noise[:, k]})[
                                 "scores"] for k in range(4)])
    assert not close(out["scores"], want), (
        "the networks lie along axis 0 of the scores; axis 1 was asked for")
    assert close(out["scores"], want.T), (
        f"expected scores of shape (2, 4), one column a network, got "
        f"{np.shape(out['scores'])}")
    assert np.shape(out["hidden"]) == (5,), (
        "the hidden layer came out once for every network, with shape "
        f"{np.shape(out['hidden'])}; it is the same for all: None")


@exercise("9.3")
def _(answer):
    p, rule = answer

    def f(x, y, axis=0):
        return p.bind(x, y, at=1, axis=axis)

    x = np.arange(24.0).reshape(3, 2, 4)
    with mock.patch.dict(batching.batching_rules, {p: rule}):
        for ax, ay in [(0, 0), (1, 1), (2, 0), (0, None), (None, 2)]:
            for axis in (0, 1):
                judge(f, x, ax, ay, axis)
        counts = []
        for n in (2, 50):
            many = np.zeros((n, 3, 4))
            counts.append(equations(mj.vmap(f), many, many))
    assert counts[0] == counts[1], (
        f"the rule makes {counts[0]} operations for 2 examples and "
        f"{counts[1]} for 50: there is a loop over the examples in it")


def judge(f, x, ax, ay, axis):
    """One arrangement of the examples: vmap against a loop."""
    one = np.zeros((2, 4))
    a = one if ax is None else np.moveaxis(x, 0, ax)
    b = one if ay is None else -np.moveaxis(x, 0, ay)
    where = f"with in_axes=({ax}, {ay}) and axis={axis}"
    want = np.stack([f(one if ax is None else x[k],
                       one if ay is None else -x[k], axis) for k in range(3)])
    try:
        got = np.asarray(mj.vmap(lambda u, v: f(u, v, axis), (ax, ay))(a, b))
    except NotImplementedError:
        raise
    except Exception as error:
        kind = f"{type(error).__name__}: {error}"
        assert None not in (ax, ay), (
            f"{where} the rule fails. One operand has no examples; its axis "
            f"is None, and batching.front repeats it. {kind}")
        raise AssertionError(
            f"{where} the rule fails. It returns a pair: the result, and the "
            f"axis on which its examples lie. {kind}") from None
    if got.shape == want.shape and not np.array_equal(got, want):
        raise AssertionError(
            f"{where} the wrong entries are exchanged. When the examples are "
            "in front, axis 0 of one example is axis 1 of all of them: "
            "axis + 1")
    assert np.array_equal(got, want), (
        f"{where} the result has shape {got.shape}, not {want.shape}: the "
        "rule returns the result and the axis on which its examples lie")


def collatz_numbers(n, limit):
    steps = 0
    while n != 1 and steps < limit:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


@exercise("9.4")
def _(collatz):
    ns = jnp.arange(1, 28)
    want = [collatz_numbers(int(n), 120) for n in ns]
    try:
        got = np.asarray(mj.vmap(collatz, (0, None))(ns, 120))
    except mj.errors.TracerBoolConversionError as error:
        raise AssertionError(
            "an if or a while asks whether a tracer is true, and behind it "
            "are many numbers. Do limit rounds for everybody, and choose "
            f"with jnp.where. {str(error).splitlines()[0]}") from None
    assert not np.all(got == 120), (
        "everybody needs 120 steps: the rounds are counted, not those before "
        "1 is reached. Count jnp.where(going, 1, 0)")
    assert got[0] == 0, (
        f"1 has arrived and needs 0 steps, got {got[0]}. After 1 comes 4, so "
        "who has arrived must not go on: jnp.where(going, new, n)")
    assert not np.array_equal(got, np.maximum(np.array(want) - 1, 0)), (
        "everybody has one step too few: going was asked after the step. Ask "
        "n != 1 before n changes, and count that")
    bad = [k for k in range(27) if got[k] != want[k]]
    assert not bad, (
        f"{bad[0] + 1} needs {want[bad[0]]} steps, got {got[bad[0]]}")
    got = np.asarray(mj.vmap(collatz, (0, None))(ns, 5))
    assert close(got, np.minimum(want, 5)), (
        f"with limit 5 nobody counts further than 5, got {got.max()}")


@exercise("9.5")
def _(clipped):
    rng = np.random.default_rng(2)
    xs, ys = rng.normal(size=(7, 3)), 3 * rng.normal(size=7)
    params = {"w": rng.normal(size=3), "b": np.float64(0.5)}
    xs[3], ys[3] = 0.0, 0.5  # nothing to learn here: the gradient is zero

    def loss(params, x, y):
        return (params["w"] @ x + params["b"] - y) ** 2

    miss = xs @ params["w"] + params["b"] - ys
    each = 2 * miss[:, None] * np.column_stack([xs, np.ones(7)])
    length = np.linalg.norm(each, axis=1)
    limit = 2.0
    factor = limit / np.maximum(length, limit)
    want = (factor[:, None] * each).mean(0)
    got = clipped(loss, params, xs, ys, limit)
    assert isinstance(got, dict) and set(got) == {"w", "b"}, (
        "the result is a container like params, with a gradient for each "
        f"leaf; got {type(got).__name__}")
    assert np.shape(got["w"]) != (7, 3), (
        "there is a gradient for every example; take the mean over axis 0")
    flat = np.append(np.asarray(got["w"], float), np.asarray(got["b"], float))
    assert not np.any(np.isnan(flat)), (
        "NaN came out: one of the examples has gradient zero, and its length "
        "is divided by. limit / jnp.maximum(length, limit) cannot be 0 / 0")
    mean = each.mean(0)
    assert not close(flat, mean), (
        "nothing was clipped: this is the mean of the gradients as they are. "
        "Scale each down to length limit before the mean")
    assert not close(flat, mean * limit / np.linalg.norm(each)), (
        "one length was taken of all the examples together; clip inside the "
        "function of one example, and map that")
    assert not close(flat, mean * min(1, limit / np.linalg.norm(mean))), (
        "this is the mean, clipped; clip each gradient and take the mean "
        "afterwards")
    safe = np.maximum(length, 1e-30)[:, None]
    assert not close(flat, (limit * each / safe).mean(0)), (
        "short gradients have been made longer: scale only down, by a factor "
        "of at most 1")
    by_leaf = each.copy()
    for part in (slice(0, 3), slice(3, 4)):
        n = np.linalg.norm(each[:, part], axis=1, keepdims=True)
        by_leaf[:, part] *= limit / np.maximum(n, limit)
    assert not close(flat, by_leaf.mean(0)), (
        "each leaf was clipped by itself; the length is that of the whole "
        "gradient, all leaves together")
    assert not close(flat, np.clip(each, -limit, limit).mean(0)), (
        "each entry was clipped by itself, which turns the gradient; scale "
        "all of it by one factor")
    assert not close(flat, 7 * want), "this is the sum; the mean was asked for"
    assert close(flat, want), f"expected w, b = {want}, got {flat}"


@exercise("9.6")
def _(correlation):
    rng = np.random.default_rng(3)
    x = rng.normal(size=9)
    y = 0.6 * x + rng.normal(size=9)

    def seen(x, y):
        return mj.vmap(lambda a, b: correlation(a, b, "all"),
                       axis_name="all")(x, y)

    want = np.corrcoef(x, y)[0, 1]
    got = np.asarray(seen(x, y))
    assert got.shape == (9,), (
        f"each example sees one number; all together have shape {got.shape}")
    assert not np.any(np.isnan(got)), (
        "NaN came out. Under vmap x and y are one number each, and a mean of "
        "jnp over one number is that number, so 0 / 0 was computed: the mean "
        "over all the examples is lax.pmean")
    assert np.ptp(got) < 1e-9, (
        "the examples see different numbers: all should see the same. Is the "
        "sum in the numerator a psum?")
    assert not close(got[0], np.sum(x * y) / np.sqrt(
        np.sum(x * x) * np.sum(y * y))), (
        "the means have not been subtracted: x - lax.pmean(x, name)")
    assert not close(got, np.full(9, 9 * want)), (
        "nine times too much: a sum above and means below; take psum, or "
        "pmean, of all three")
    assert not close(got, np.full(9, want**2)), "this is the square of it"
    assert close(got, np.full(9, want)), (
        f"the correlation is {want:.6f}, got {got[0]:.6f}")
    got = np.asarray(seen(1e8 + x, 1e8 + y))
    assert close(got, np.full(9, want), 1e-4), (
        f"with 1e8 added to all the numbers it is {want:.6f}, got "
        f"{got[0]:.6f}: two huge numbers are subtracted. Subtract the mean "
        "before you square")
    slope = mj.grad(lambda x: seen(x, y)[0])(x)
    h = 1e-6 * np.eye(9)[0]
    right = (seen(x + h, y)[0] - seen(x - h, y)[0]) / 2e-6
    assert close(slope[0], right, 1e-5), (
        f"its derivative by the first x is {right}, got {slope[0]}: did a "
        "NumPy function take the numbers out?")
    other = mj.vmap(lambda a: mj.vmap(
        lambda b: correlation(a * b, b, "inner"), axis_name="inner")(y),
        axis_name="outer")(np.array([1.0, -2.0]))
    assert close(other[:, 0], [1.0, -1.0]), (
        "under a second vmap it looks along the wrong axis: use `name`")
