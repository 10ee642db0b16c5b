"""A function handed over to JAX means there what it means here."""

import functools
import random

import numpy as np
import pytest

import atoms
import minijax as mj
import programs
from minijax import jax_programs, to_jax
from minijax import numpy as jnp

jax = pytest.importorskip("jax")

rng = np.random.default_rng(21)


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64(), jax.enable_x64(True):
        yield


def agree(got, want, tol=1e-9, weak=True):
    """JAX's arrays with the numbers and types of minijax's."""
    assert str(jax.tree.structure(got)) == str(mj.tree.structure(want))
    for g, w in zip(jax.tree.leaves(got), mj.tree.leaves(want), strict=True):
        assert isinstance(g, jax.Array)
        assert (g.shape, g.dtype) == (w.shape, w.dtype)
        assert not weak or g.weak_type == w.weak_type
        w = np.asarray(w)
        scale = tol * (1 + abs(w[np.isfinite(w)]).max(initial=0))
        np.testing.assert_allclose(np.asarray(g), w, tol, scale)


# [atoms]
@pytest.mark.parametrize("name", atoms.ATOMS)
def test_atoms(name):
    f, *xs = atoms.ATOMS[name]
    agree(jax.jit(to_jax(f))(*xs), f(*xs))


def floats(xs):
    return [i for i, x in enumerate(xs) if np.asarray(x).dtype.kind in "fc"]


@pytest.mark.parametrize("name", [
    name for name, (_, *xs) in atoms.ATOMS.items() if floats(xs)])
def test_derivatives_of_atoms(name):
    """JAX's own rules for its primitives are minijax's for theirs."""
    f, *xs = atoms.ATOMS[name]
    moving = floats(xs)

    def along(m, f):
        def pushed(*moved):
            args = list(xs)
            for i, x in zip(moving, moved, strict=True):
                args[i] = x
            return f(*args)
        points = tuple(xs[i] for i in moving)
        return m.jvp(pushed, points, tuple(0.5 + 0.1 * x for x in points))
    try:
        want = along(mj, f)
    except NotImplementedError:
        with pytest.raises(NotImplementedError):
            along(jax, to_jax(f))
        return
    got = along(jax, to_jax(f))
    agree(got[0], want[0])
    for g, w in zip(jax.tree.leaves(got[1]), mj.tree.leaves(want[1]),
                    strict=True):
        assert (g.shape, g.dtype) == (w.shape, w.dtype)
        if g.dtype != jax.dtypes.float0:
            np.testing.assert_allclose(np.asarray(g), np.asarray(w), 1e-9,
                                       1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed):
    """Transformed by minijax first, or by JAX after."""
    choose = random.Random(seed).choice
    steps = programs.program(choose)
    ways = [choose(sorted(programs.WAYS)) for _ in range(choose(range(4)))]
    f = programs.run(steps, mj)
    want = programs.result(mj, f, ways)

    def ours(tree, n):
        g = f
        for way in ways:
            g = programs.WAYS[way](mj, g)
        return g(tree, n)
    tol = programs.tolerance(steps)
    args = jax.tree.map(jax.numpy.asarray, (programs.TREE, programs.N))
    agree(jax.jit(to_jax(ours))(*args), want, tol)
    agree(programs.result(jax, to_jax(f), [*ways, "jit"]), want, tol)
# [/atoms]


# [programs]
@mj.custom_jvp
def softened(x, y):
    return jnp.where(x > 0, x, 0.0) * y


@softened.defjvp
def softened_rule(primals, tangents):
    (x, y), (s, t) = primals, tangents
    return softened(x, y), jnp.tanh(x) * s * y + softened(x, t)


@mj.custom_vjp
def clipped(x, k):
    return x * 1.0, k


clipped.defvjp(lambda x, k: (clipped(x, k), x),
               lambda x, cts: (jnp.clip(cts[0], -0.1, 0.1) * x, None))


def newton(x, y):
    return mj.lax.while_loop(
        lambda s: jnp.abs(s[0] - s[1]).max() > 1e-9,
        lambda s: (0.5 * (s[0] + y * y / s[0]), s[0]), (1 + x * x, 0 * x))[0]


def scanned(x, y):
    last, rows = mj.lax.scan(
        lambda c, t: (jnp.sin(c) * y + t, {"c": c * t}), x,
        np.arange(1.0, 5), reverse=True)
    return last, rows


def chosen(x, y):
    return mj.lax.cond(y > 0, jnp.sin, lambda x: x * y, x), mj.lax.switch(
        (y * 10).astype(np.int32), [jnp.cos, jnp.exp, lambda x: y], x.sum())


def solved(x, y):
    a = jnp.outer(x, x) + y * jnp.eye(3)
    return mj.lax.custom_linear_solve(
        lambda v: a @ v, jnp.cos(x), lambda _, b: jnp.linalg.solve(a, b),
        symmetric=True)


def root(x, y):
    return mj.lax.custom_root(
        lambda z: z**3 + z - x * y, 0 * x,
        lambda f, z: mj.lax.fori_loop(
            0, 30, lambda _, z: z - f(z) / (3 * z**2 + 1), z),
        lambda g, y: y / g(jnp.ones_like(y)))


def checkpointed(policy):
    @functools.partial(mj.checkpoint, policy=policy)
    def layer(x, y):
        h = mj.ad_checkpoint.checkpoint_name(jnp.sin(x * y), "h")
        return jnp.tanh(jnp.outer(h, h) @ x)
    return layer


POLICIES = mj.checkpoint_policies
PROGRAMS = {
    "jit": lambda x, y: mj.jit(lambda p: {"a": p[0] * p[1]})((x, y)),
    "softened": lambda x, y: softened(x, y),
    "softened, jitted": lambda x, y: mj.jit(softened)(x, jnp.cos(y)),
    "softened, mapped": lambda x, y: mj.vmap(softened, (0, None))(x, y),
    "clipped": lambda x, y: clipped(x * y, 2)[0] ** 2,
    "clipped, mapped": lambda x, y: mj.vmap(clipped, (0, None))(
        x * y, np.int32(2))[0] ** 2,
    "clipped in a loop": lambda x, y: mj.lax.fori_loop(
        0, 3, lambda _, x: clipped(jnp.sin(x * y), 2)[0], x),
    "gradient of clipped": lambda x, y: mj.grad(
        lambda x: clipped(x * x, 2)[0].sum())(x) * y,
    "newton": newton, "scan": scanned, "choices": chosen,
    "linear solve": solved, "root": root,
    "gradient of root": lambda x, y: mj.grad(
        lambda x: root(x, y).sum())(x),
    "checkpoint": checkpointed(None),
    "checkpoint of names": checkpointed(
        POLICIES.save_only_these_names("h")),
    "checkpoint of dots": checkpointed(POLICIES.dots_saveable),
    "odeint": lambda x, y: mj.experimental.ode.odeint(
        lambda x, t: -y * x * t, x, np.array([0.0, 0.5, 1.0])),
    "callback": lambda x, y: x * mj.pure_callback(
        lambda v: np.sin(v), y, mj.lax.stop_gradient(y),
        vmap_method="sequential"),
    "print": lambda x, y: (mj.debug.callback(
        lambda *a: None, x), jnp.sin(x) * y)[1],
    "normal": lambda x, y: x * mj.random.normal(mj.random.key(7), (3,)) * y,
    "split": lambda x, y: mj.vmap(mj.random.uniform)(
        mj.random.split(mj.random.key(7), 3)) * x * y,
    "gamma": lambda x, y: mj.random.gamma(mj.random.key(3), 1 + x * x) * y,
    "det": lambda x, y: jnp.linalg.det(jnp.outer(x, x) + y * jnp.eye(3)),
    "cofactor": lambda x, y: mj.grad(jnp.linalg.det)(
        jnp.outer(x, x) + y * jnp.eye(3)),
    "slogdet": lambda x, y: jnp.linalg.slogdet(
        jnp.outer(x, x) + y * jnp.eye(3))[1],
    "cholesky": lambda x, y: jnp.linalg.cholesky(
        jnp.outer(x, x) + y * jnp.eye(3)),
    "triangular": lambda x, y: mj.lax.linalg.triangular_solve(
        jnp.outer(x, x) + y * jnp.eye(3), x),
    "eigh": lambda x, y: jnp.linalg.eigh(
        jnp.outer(x, x) + y * jnp.diag(np.arange(3.0)))[0],
    "eigvals": lambda x, y: abs(jnp.linalg.eigvals(
        jnp.outer(x, jnp.cos(x)) + y * jnp.diag(np.arange(3.0)))),
    "svd": lambda x, y: jnp.linalg.svd(
        jnp.outer(x, x)[:, :2] + y * jnp.eye(3)[:, :2], False)[1],
    "svdvals": lambda x, y: jnp.linalg.svdvals(
        jnp.outer(x, x)[:, :2] + y * jnp.eye(3)[:, :2]),
    "qr": lambda x, y: jnp.linalg.qr(
        jnp.outer(x, x)[:, :2] + y * jnp.eye(3)[:, :2]),
    "lu": lambda x, y: mj.lax.linalg.lu(
        jnp.outer(x, x) + y * jnp.eye(3))[0],
    "pinv": lambda x, y: jnp.linalg.pinv(
        jnp.outer(x, x)[:, :2] + y * jnp.eye(3)[:, :2]),
    "fft": lambda x, y: abs(jnp.fft.rfft(x * y)) + jnp.fft.irfft(x, 2),
    "convolution": lambda x, y: jnp.convolve(x, x * y),
    "complex": lambda x, y: jnp.real(jnp.exp(1j * x) * y).sum(),
}
X, Y = np.array([0.4, -0.3, 0.9]), np.float64(0.15)


def total(m, f):
    return lambda x, y: sum(m.numpy.sin(v).sum() for v in
                            m.tree.leaves(f(x, y)))


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name):
    f = PROGRAMS[name]
    agree(jax.jit(to_jax(f))(X, Y), f(X, Y))


@pytest.mark.parametrize("name", ["clipped", "softened", "scan", "root"])
def test_without_jit(name):
    f = PROGRAMS[name]
    agree(to_jax(f)(X, Y), f(X, Y))
    agree(jax.grad(total(jax, to_jax(f)))(X, Y),
          mj.grad(total(mj, f))(X, Y), 1e-7)


@pytest.mark.parametrize("name", [n for n in PROGRAMS if n != "newton"])
def test_gradients(name):
    """grad, then to JAX; to JAX, then grad, around jit and under it."""
    f = PROGRAMS[name]
    want = mj.grad(total(mj, f), (0, 1))(X, Y)
    for way in (to_jax(mj.grad(total(mj, f), (0, 1))),
                jax.grad(total(jax, to_jax(f)), (0, 1)),
                jax.grad(total(jax, jax.jit(to_jax(f))), (0, 1))):
        agree(jax.jit(way)(X, Y), want, 1e-7)


@pytest.mark.parametrize("name", [
    n for n in PROGRAMS if "clipped" not in n and n != "odeint"])
def test_pushes(name):
    f = PROGRAMS[name]
    want = mj.jvp(f, (X, Y), (Y * X, Y))
    for way in (lambda *ps: jax.jvp(to_jax(f), ps, (Y * X, Y)),
                to_jax(lambda *ps: mj.jvp(f, ps, (Y * X, Y)))):
        agree(jax.jit(way)(X, Y), want, 1e-7)


@pytest.mark.parametrize("name", PROGRAMS)
def test_mapped(name):
    f = PROGRAMS[name]
    xs, ys = np.stack([X, 0.7 * X]), np.array([Y, Y + 0.1])
    want = mj.vmap(f)(xs, ys)
    for way in jax.vmap(to_jax(f)), to_jax(mj.vmap(f)):
        agree(jax.jit(way)(xs, ys), want, 1e-7)
# [/programs]


# [types]
@pytest.mark.parametrize("wide", [False, True])
def test_the_program_is_the_same_text(wide):
    """Of a function whose primitives are all twins, at both widths."""
    def f(x, n):
        return jnp.where(x > 0, jnp.sin(x) * x, 2 * x).sum() ** 2 + n
    with mj.enable_x64(wide), jax.enable_x64(wide):
        args = np.ones(3, np.float32), 2
        theirs = str(jax.make_jaxpr(to_jax(f))(*args))
        assert theirs.replace(" out_sharding=None", "") == str(
            mj.make_jaxpr(f)(*args))


def test_thirty_two_bits():
    """JAX decides how wide numbers are; a key's seed is no obstacle."""
    def f(x):
        noise = mj.random.normal(mj.random.key(2**40 + 5), (3,))
        return x * noise + 1.0, jnp.asarray(1.0), jnp.arange(3)
    with mj.enable_x64(False):
        want = f(2.0)
    with jax.enable_x64(False):
        agree(to_jax(f)(2.0), want, 1e-6)
        agree(jax.jit(to_jax(f))(2.0), want, 1e-6)


@pytest.mark.parametrize("f", [
    lambda x: jnp.asarray(np.ones(3)), lambda x: np.arange(5.0) * x,
    lambda x: mj.jit(lambda y: y.astype("float64"))(x),
    lambda x: mj.lax.fori_loop(0, 3, lambda i, y: y * 2, np.float64(1)),
    lambda x: jnp.asarray(np.array([2**40]))[0] * 1.0])
def test_sixty_four_bits_are_not_lost_in_silence(f):
    with jax.enable_x64(False), pytest.raises(TypeError) as caught:
        to_jax(f)(np.float32(2))
    assert "jax_enable_x64" in str(caught.value)
    agree(to_jax(f)(2.0), f(2.0), weak=False)


def test_containers_keywords_and_constants():
    def f(p, *, scale):
        return {"a": scale * jnp.sin(p["a"]), "none": None,
                "one": jnp.asarray(1.0), "ours": jnp.arange(2.0)}
    p, scale = {"a": np.ones(3)}, jnp.asarray(3.0)
    agree(to_jax(f)(p, scale=scale), f(p, scale=scale))
    agree(jax.jit(to_jax(f))(p, scale=2.0), f(p, scale=2.0))


def test_integers_have_no_tangent():
    def f(x, n):
        return softened(x, 1.0 * n) * clipped(x, n)[0]
    got = jax.grad(to_jax(lambda x, n: f(x, n).sum()), (0, 1),
                   allow_int=True)(X, 3)
    want = mj.grad(lambda x, n: f(x, n).sum(), (0, 1), allow_int=True)(X, 3)
    agree(got[0], want[0])
    assert got[1].dtype == want[1].dtype == jax.dtypes.float0
# [/types]


# [refusals]
def test_a_tracer_of_minijax():
    with pytest.raises(TypeError, match=r"not grad\(to_jax\(f\)\)"):
        mj.grad(to_jax(jnp.sin))(2.0)


def test_what_can_only_be_transposed():
    _, push = mj.linearize(lambda x: clipped(x, 2)[0], X)
    with pytest.raises(NotImplementedError, match="custom_lin"):
        to_jax(push)(X)


def test_a_rule_that_closes_over_what_moves():
    def f(x):
        g = mj.custom_jvp(lambda y: y * x)
        g.defjvp(lambda ps, ts: (g(*ps), ts[0] * x))
        return g(2.0)
    agree(to_jax(f)(3.0), 6.0 + jnp.asarray(0.0), weak=False)
    with pytest.raises(mj.errors.UnexpectedTracerError,
                       match="closed-over value"):
        jax.grad(to_jax(f))(3.0)


def test_while_has_no_reverse():
    with pytest.raises(ValueError, match="Reverse-mode differentiation"):
        jax.grad(to_jax(lambda x: newton(x, 0.1).sum()))(X)


def test_no_array():
    with pytest.raises(TypeError, match="a word"):
        to_jax(lambda x: x)("a word")
# [/refusals]


# [names]
def test_names_travel():
    @mj.jit
    def inner(x):
        return jnp.sin(x)
    text = jax.jit(to_jax(lambda x: inner(x) * 2)).lower(X).as_text()
    assert "func.func private @inner" in text


@pytest.mark.parametrize("policy, sines", [(None, 2), ("h", 1)])
def test_checkpoints_compute_again(policy, sines):
    """What is not kept is computed twice in JAX's backward pass as well."""
    policy = policy and POLICIES.save_only_these_names(policy)
    f = total(jax, to_jax(checkpointed(policy)))
    text = str(jax.make_jaxpr(jax.grad(lambda x: f(x, Y)))(X))
    assert text.count("= sin ") - 1 == sines  # one is of `total`
# [/names]


def test_one_function_for_one_program():
    closed = mj.make_jaxpr(lambda x: jnp.sin(x) * x)(np.float32(2))
    assert jax_programs.as_jax(closed) is jax_programs.as_jax(closed)
