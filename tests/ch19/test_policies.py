"""What a policy keeps is kept, and not computed again."""

import collections
import gc
import weakref

import numpy as np
import pytest

import minijax as mj
from minijax import checkpoint_policies as policies
from minijax import numpy as jnp
from minijax.ad_checkpoint import (
    checkpoint_name,
    print_saved_residuals,
    saved_residuals,
)
from minijax.checkpointing import remat_p

W = np.arange(9, dtype=np.float32).reshape(3, 3) / 9 - 0.4
X = np.array([0.3, -0.7, 1.9], np.float32)


def layer(w, x):
    return jnp.sin(checkpoint_name(w @ x, "before"))


def net(w, x):
    x = layer(w, x)
    y = checkpoint_name(jnp.cos(x), "after")
    return jnp.sum(layer(w, y))


def again(policy, f=net):
    """The primitives of the linear program's remat2, and how many residuals
    are there beside the arguments."""
    g = mj.checkpoint(f, policy=policy)
    _, push = mj.linearize(g, W, X)
    eqn, = [e for e in push.jaxpr.eqns if e.primitive is remat_p]
    names = collections.Counter(
        str(e.primitive) for e in eqn.params["jaxpr"].eqns)
    sources = [text for _, text in saved_residuals(g, W, X)
               if not text.startswith("from")]
    return names, sources


def test_nothing():
    names, sources = again(None)
    assert sources == []
    # the last sine is nobody's slope; of the three cosines one is a value
    assert (names["sin"], names["cos"]) == (2, 3)
    assert again(policies.nothing_saveable) == (names, sources)


def test_everything():
    names, sources = again(policies.everything_saveable)
    assert not set(names) & {"sin", "cos", "name"}
    assert sorted(sources) == ["named 'after'"] + ["output of cos"] * 2 + [
        "output of sin"]


def test_dots():
    names, sources = again(policies.dots_saveable)
    assert sources == ["output of dot_general"] * 2
    # what is left are products with tangents: two for each layer
    assert names["dot_general"] == 4 and again(None)[0]["dot_general"] == 6
    assert policies.checkpoint_dots is policies.dots_saveable


def test_dots_with_batches():
    def f(w, x):
        return jnp.sum(jnp.sin(jnp.einsum("bij,bj->bi", w, x)))
    args = np.ones((2, 3, 3), np.float32), np.ones((2, 3), np.float32)
    no_batch = policies.dots_with_no_batch_dims_saveable
    for policy, n in ((policies.dots_saveable, 1), (no_batch, 0)):
        found = saved_residuals(mj.checkpoint(f, policy=policy), *args)
        assert [t for _, t in found].count("output of dot_general") == n
    assert again(no_batch) == again(policies.dots_saveable)


def test_names():
    names, sources = again(policies.save_only_these_names("after"))
    assert sources == ["named 'after'"]
    names, sources = again(policies.save_only_these_names("before", "after"))
    assert sorted(sources) == ["named 'after'"] + ["named 'before'"] * 2
    assert again(policies.save_any_names_but_these("before"))[1] == [
        "named 'after'"]
    assert again(policies.save_only_these_names("unheard"))[1] == []


def test_anything_except_names():
    def f(x):
        y = checkpoint_name(jnp.sin(x), "y")
        return jnp.sin(checkpoint_name(jnp.sin(y * y), "z"))
    g = mj.checkpoint(f, policy=policies.save_anything_except_these_names("y"))
    texts = [text for _, text in saved_residuals(g, 1.0)]
    assert "named 'y'" not in texts and texts.count("output of cos") == 3


def test_both():
    both = policies.save_from_both_policies(
        policies.dots_saveable, policies.save_only_these_names("after"))
    assert sorted(again(both)[1]) == ["named 'after'"] + [
        "output of dot_general"] * 2


def test_the_same_names_are_the_same_policy():
    make = policies.save_only_these_names
    assert make("a", "b") is make("a", "b") is not make("a")


def test_policies_made_anew_do_not_pile_up():
    def slope(x):
        def policy(primitive, *avals, **params):
            return False
        alive.append(weakref.ref(policy))
        return mj.grad(mj.checkpoint(jnp.sin, policy=policy))(x)
    alive = []
    for _ in range(150):
        slope(1.0)
    gc.collect()
    assert sum(ref() is not None for ref in alive) < 80


def test_a_policy_of_ones_own():
    seen = []

    def policy(primitive, *avals, **params):
        seen.append((str(primitive), [a.shape for a in avals], params))
        return str(primitive) == "cos"
    _, sources = again(policy)
    assert sources == ["output of cos"] * 3
    assert ("sin", [(3,)], {}) in seen


def test_a_policy_sees_into_jit():
    _, sources = again(policies.dots_saveable, mj.jit(net))
    assert sources == ["output of dot_general"] * 2


def test_a_policy_that_is_not_one():
    with pytest.raises(TypeError, match=r"(?s)should be a bool.*called first"):
        mj.grad(mj.checkpoint(
            jnp.sin, policy=policies.save_only_these_names))(1.0)


@pytest.mark.parametrize("policy", [
    None, policies.everything_saveable, policies.dots_saveable,
    policies.save_only_these_names("before"),
    policies.save_anything_except_these_names("before")],
    ids=["None", "everything", "dots", "names", "not names"])
@pytest.mark.parametrize("f", [net, mj.jit(net)], ids=["net", "jit"])
class TestValues:
    def test_gradients(self, f, policy):
        with mj.enable_x64(True):
            w, x = W.astype(float), X.astype(float)
            g = mj.checkpoint(f, policy=policy)
            for t in (mj.grad, lambda f: mj.jit(mj.grad(f)), mj.hessian,
                      lambda f: mj.grad(lambda w, x: jnp.sum(
                          mj.grad(f)(w, x) ** 2))):
                assert np.allclose(t(g)(w, x), t(net)(w, x), 1e-12, 1e-12)

    def test_nested(self, f, policy):
        inner = mj.checkpoint(lambda w, x: layer(w, x), policy=policy)
        g = mj.checkpoint(lambda w, x: jnp.sum(inner(w, jnp.cos(
            inner(w, x)))) + 0 * f(w, x), policy=policy)
        assert np.allclose(mj.grad(g)(W, X), mj.grad(net)(W, X), 1e-5, 1e-5)


def test_checkpoint_name_is_the_identity():
    tree = {"a": X, "b": (2.0, None)}
    out = checkpoint_name(tree, "n")
    assert np.array_equal(out["a"], X) and out["b"] == (2.0, None)
    assert "name[name=n]" in str(mj.make_jaxpr(
        lambda x: checkpoint_name(x, "n"))(X))
    f = lambda x: checkpoint_name(x, "n") * 3  # noqa: E731
    assert mj.grad(f)(2.0) == 3 and mj.jvp(f, (2.0,), (1.0,))[1] == 3
    assert np.array_equal(mj.vmap(f)(X), X * 3)
    assert np.array_equal(mj.jit(f)(X), X * 3)
    assert mj.linear_transpose(f, 1.0)(2.0)[0] == 6


class TestSavedResiduals:
    def test_arguments_by_their_names(self):
        def f(params, *rest, rate):
            return params["w"] * rest[0] * rate
        found = saved_residuals(f, {"w": X}, X, rate=X)
        assert [t for _, t in found] == [
            "from the argument params['w']", "from the argument args[1]",
            "from the argument rate", "output of mul"]

    def test_types_and_operations(self):
        found = saved_residuals(lambda x: jnp.sin(jnp.exp(x)), X)
        assert [(a.str_short(), t) for a, t in found] == [
            ("f32[3]", "output of exp"), ("f32[3]", "output of cos")]

    def test_constants_and_literals(self):
        found = saved_residuals(lambda x: x * X, X)
        assert [t for _, t in found] == ["from a constant"]

    def test_of_jit(self):
        found = saved_residuals(mj.jit(jnp.sin), X)
        assert [t for _, t in found] == ["output of jitted function 'sin'"]

    def test_types_will_do(self):
        x = mj.ShapeDtypeStruct((2, 3), np.dtype("float32"))
        assert len(saved_residuals(jnp.sin, x)) == 1

    def test_printed(self, capsys):
        print_saved_residuals(net, W, X)
        assert capsys.readouterr().out.splitlines()[:2] == [
            "f32[3,3] from the argument w", "f32[3] from the argument x"]
