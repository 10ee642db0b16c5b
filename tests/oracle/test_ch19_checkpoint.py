"""checkpoint is JAX's: gradients, programs, residuals under each policy."""

import numpy as np
import pytest

import minijax
import minijax.ad_checkpoint

jax = pytest.importorskip("jax")
jax_ad = pytest.importorskip("jax._src.ad_checkpoint")

MODULES = minijax, jax
W = np.arange(9, dtype=np.float32).reshape(3, 3) / 9 - 0.4
X = np.array([0.3, -0.7, 1.9], np.float32)


def ad(m):
    return jax_ad if m is jax else minijax.ad_checkpoint


def layer(m, w, x):
    return m.numpy.sin(ad(m).checkpoint_name(m.numpy.dot(w, x), "before"))


def net(m, w, x):
    y = ad(m).checkpoint_name(m.numpy.cos(layer(m, w, x)), "after")
    return m.numpy.sum(layer(m, w, y))


def chain(m, w, x):
    return m.numpy.sum(m.numpy.sin(m.numpy.sin(x) * w[0]))


def nested(m, w, x):
    return chain(m, w, m.checkpoint(lambda x: m.numpy.cos(x) * x)(x))


def scanned(m, w, x):
    step = m.checkpoint(lambda c, r: (m.numpy.sin(c * r), None))
    return m.numpy.sum(m.lax.scan(step, x, w)[0])


def jitted(m, w, x):
    return m.jit(lambda w, x: net(m, w, x))(w, x)


def batched(m, w, x):
    rows = m.numpy.stack([w, -w])
    return m.numpy.sum(m.vmap(lambda w: layer(m, w, x))(rows))


PROGRAMS = [net, chain, nested, scanned, jitted, batched]
POLICIES = {
    "None": lambda p: None,
    "nothing": lambda p: p.nothing_saveable,
    "everything": lambda p: p.everything_saveable,
    "dots": lambda p: p.dots_saveable,
    "no batch": lambda p: p.dots_with_no_batch_dims_saveable,
    "before": lambda p: p.save_only_these_names("before"),
    "any but": lambda p: p.save_any_names_but_these("before"),
    "anything but": lambda p: p.save_anything_except_these_names("before"),
    "both": lambda p: p.save_from_both_policies(
        p.dots_saveable, p.save_only_these_names("after"))}


def checkpointed(m, f, policy):
    return m.checkpoint(lambda w, x: f(m, w, x),
                        policy=POLICIES[policy](m.checkpoint_policies))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
class TestEach:
    def test_gradients(self, f, policy):
        ours, theirs = (m.grad(checkpointed(m, f, policy), (0, 1))(W, X)
                        for m in MODULES)
        for a, b in zip(ours, theirs):
            assert np.allclose(a, b, 1e-5, 1e-6)

    def test_second_derivatives(self, f, policy):
        def slope(m):
            g = m.grad(checkpointed(m, f, policy), 1)
            return m.grad(lambda x: m.numpy.sum(m.numpy.sin(g(W, x))))(X)
        assert np.allclose(slope(minijax), slope(jax), 1e-4, 1e-5)

    def test_saved_residuals(self, f, policy):
        if f in (nested, scanned) and policy in ("everything",
                                                 "anything but"):
            pytest.skip("JAX keeps here what the checkpoint inside forgets")

        ours, theirs = (sorted(
            a.str_short(*[True] * (m is jax)) for a, source in
            ad(m).saved_residuals(checkpointed(m, f, policy), W, X)
            if source != "from a literal") for m in MODULES)
        assert ours == theirs


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("policy", POLICIES)
def test_programs(f, policy):
    """Equation by equation, in the body of the backward pass."""
    if f is jitted and policy not in ("None", "nothing"):
        pytest.skip("JAX keeps jit's equations, in two halves; we open them")
    if f is scanned:
        pytest.skip("JAX cuts the bodies of loops at other places")
    if f is nested and policy == "None":
        pytest.skip("JAX keeps the inner remat2 in the outer's first half")

    def steps(m):
        closed = m.make_jaxpr(m.grad(checkpointed(m, f, policy)))(W, X)
        return list(walk(closed.jaxpr, False))
    assert steps(minijax) == steps(jax)


def walk(jaxpr, inside):
    for eqn in jaxpr.eqns:
        name = eqn.primitive.name
        bodies = [getattr(p, "jaxpr", p) for p in eqn.params.values()
                  if hasattr(getattr(p, "jaxpr", p), "eqns")]
        if inside and not bodies:
            yield name, [v.aval.shape for v in eqn.outvars]
        for body in bodies:
            yield from walk(body, inside or name == "remat2")


@pytest.mark.parametrize("f", ["sin(sin(x))", "x * sin(x)", "sin(x)"])
def test_print(f):
    def printed(m):
        def g(x):
            return eval(f, {"x": x, "sin": m.numpy.sin})
        return str(m.make_jaxpr(m.grad(m.checkpoint(g)))(2.0))
    assert printed(minijax) == printed(jax)


def test_effects():
    """How often a print speaks."""
    def spoken(m, policy):
        lines = []

        def f(x):
            y = m.numpy.sin(x)
            m.debug.callback(lambda y: lines.append(float(y)), y)
            return m.numpy.sin(y)
        policy = POLICIES[policy](m.checkpoint_policies)
        m.grad(m.checkpoint(f, policy=policy))(2.0)
        if m is jax:
            m.effects_barrier()
        return len(lines)
    for policy in POLICIES:
        assert spoken(minijax, policy) == spoken(jax, policy)


def test_errors():
    for m in MODULES:
        with pytest.raises(NotImplementedError, match="static_argnums"):
            m.checkpoint(lambda x: x, concrete=True)
        with pytest.raises(m.errors.TracerBoolConversionError,
                           match="static_argnums"):
            m.checkpoint(lambda x: x if x > 0 else -x)(1.0)
        with pytest.raises(TypeError, match="policy should be a bool"):
            m.grad(m.checkpoint(m.numpy.sin, policy=lambda *_, **__: 3))(1.0)
