"""vmap is JAX's: values, types, where the axes go, and what is refused."""

import numpy as np
import pytest

import minijax as mj
from minijax import lax as mlax
from minijax import numpy as mnp

jax = pytest.importorskip("jax")

rng = np.random.default_rng(9)
A, B = rng.normal(size=(2, 3, 3, 3))
INDEX = np.array([2, 0, 1])
V = rng.normal(size=3)
JAX = jax, jax.numpy, jax.lax
OURS = mj, mnp, mlax

# f(library, numpy, lax, *arguments), the number of arguments
PROGRAMS = {
    "softmax": (lambda m, n, x, a: n.exp(a) / n.sum(n.exp(a)), 1),
    "standard": (lambda m, n, x, a: (a - n.mean(a, 0)) / n.std(a), 1),
    "matmul": (lambda m, n, x, a, b: a @ b, 2),
    "row by matrix": (lambda m, n, x, a, b: a[0] @ b, 2),
    "matrix by row": (lambda m, n, x, a, b: a @ b[:, 1], 2),
    "einsum": (lambda m, n, x, a, b: n.einsum("ij,kj->ki", a, b), 2),
    "outer": (lambda m, n, x, a, b: n.outer(a[0], b[0]), 2),
    "where": (lambda m, n, x, a, b: n.where(a > 0, a, b), 2),
    "where by row": (lambda m, n, x, a, b: n.where(a[0] > 0, a, b), 2),
    "scalars": (lambda m, n, x, a, b: a * b[0, 0] + b.sum(), 2),
    "clip": (lambda m, n, x, a, b: n.clip(a, b - 1, 0.5), 2),
    "sort": (lambda m, n, x, a: n.sort(a, 0), 1),
    "argsort": (lambda m, n, x, a: n.argsort(a), 1),
    "cumsum": (lambda m, n, x, a: n.cumsum(a, 1), 1),
    "argmax": (lambda m, n, x, a: (n.argmax(a, 1), n.argmin(a)), 1),
    "reshape": (lambda m, n, x, a: a.T.reshape(9)[::2], 1),
    "pad": (lambda m, n, x, a, b: n.pad(a, 1) * b.sum(), 2),
    "concatenate": (lambda m, n, x, a, b: n.concatenate([a, b], 1), 2),
    "stack": (lambda m, n, x, a, b: n.stack([a[0], b[1], V]), 2),
    "take": (lambda m, n, x, a, b: n.asarray(a)[n.argmax(b, 1)], 2),
    "row": (lambda m, n, x, a, b: n.asarray(a)[n.argmax(b[0])], 2),
    "fancy": (lambda m, n, x, a: a[INDEX, INDEX[::-1]], 1),
    "set": (lambda m, n, x, a, b: n.asarray(a).at[
        n.argmax(b[0])].set(0.0), 2),
    "add": (lambda m, n, x, a, b: n.asarray(a).at[
        INDEX, n.argmin(b, 1)].add(2.0), 2),
    "dynamic_slice": (lambda m, n, x, a, b: x.dynamic_slice(
        a, (n.argmax(b[0]), 1), (2, 2)), 2),
    "dynamic_update_slice": (lambda m, n, x, a, b: x.dynamic_update_slice(
        a, b[:1], (n.argmax(b[0]), 0)), 2),
    "int": (lambda m, n, x, a: (a > 0).sum() + n.arange(3), 1),
    "float32": (lambda m, n, x, a: a.astype("float32") * 2, 1),
    "complex": (lambda m, n, x, a, b: n.abs(a + 1j * b), 2),
    "same for all": (lambda m, n, x, a: (V * 2, 3.0, a), 1),
    "grad": (lambda m, n, x, a, b: m.grad(
        lambda p: n.sum(n.tanh(p @ b)))(a), 2),
    "jvp": (lambda m, n, x, a, b: m.jvp(n.tanh, (a,), (b,)), 2),
    "vjp": (lambda m, n, x, a, b: m.vjp(n.sin, a)[1](b), 2),
    "linearize": (lambda m, n, x, a, b: m.linearize(n.exp, a)[1](b), 2),
    "nested": (lambda m, n, x, a, b: m.vmap(
        n.dot, (1, None), -1)(a, b), 2),
}
AXES = [(0, 0), (1, 2), (-1, 0), (0, None), (None, 1)]


def ran(library, f, in_axes, out_axes, *args, **options):
    with jax.enable_x64(True), mj.enable_x64():
        out = library[0].vmap(lambda *xs: f(*library, *xs), in_axes,
                              out_axes, **options)(*args)
        return [(x.dtype, np.asarray(x)) for x in library[0].tree.leaves(out)]


def same(ours, theirs):
    for (dtype, x), (want, y) in zip(ours, theirs, strict=True):
        assert dtype == want
        np.testing.assert_allclose(x, y, rtol=1e-6 if dtype == "f4"
                                   else 1e-10, atol=1e-12)


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("name", PROGRAMS)
def test_values_types_and_axes(name, axes):
    f, n = PROGRAMS[name]
    axes = axes[:n]
    if set(axes) == {None}:
        axes = (1,)
    args = [x if axis is not None else x[0] for x, axis in zip((A, B), axes)]
    for out_axes in (0, -1):
        same(ran(OURS, f, axes, out_axes, *args),
             ran(JAX, f, axes, out_axes, *args))


COLLECTIVES = {
    "sums": lambda m, n, x, a: (x.psum(a, "i"), x.pmean(a, "i")),
    "extrema": lambda m, n, x, a: (x.pmax(a, "i"), x.pmin(a, "i")),
    "gather": lambda m, n, x, a: (x.all_gather(a, "i"),
                                  x.all_gather(a, "i", axis=1)),
    "index": lambda m, n, x, a: a * x.axis_index("i"),
    "constant": lambda m, n, x, a: a / x.psum(1, "i"),
    "containers": lambda m, n, x, a: x.psum({"a": a, "b": (a, V)}, "i"),
    "grad": lambda m, n, x, a: m.grad(
        lambda v: n.sum(x.psum(v * v, "i") * v))(a),
    "another vmap": lambda m, n, x, a: m.vmap(
        lambda v: v - x.pmean(v, "i"))(a),
    "two names": lambda m, n, x, a: m.vmap(
        lambda v: x.psum(v, ("i", "j")) * x.axis_index("j"),
        axis_name="j")(a),
}


@pytest.mark.parametrize("name", COLLECTIVES)
def test_collectives(name):
    for axis in (0, 2):
        args = COLLECTIVES[name], axis, 0, A
        same(ran(OURS, *args, axis_name="i"), ran(JAX, *args, axis_name="i"))


REFUSED = {
    "sizes": (lambda m, n, x: m.vmap(lambda x, y: x)(A, A[0][:2]), [
        "vmap got inconsistent sizes for array axes to be mapped:",
        "one axis had size 3: axis 0 of argument x of type float",
        "one axis had size 2: axis 0 of argument y of type float"]),
    "sizes in a dict": (lambda m, n, x: m.vmap(lambda d: d["p"])(
        {"p": A, "q": A, "r": V[:2]}), [
        "most axes (2 of them) had size 3, e.g. axis 0 of argument d['p']",
        "one axis had size 2: axis 0 of argument d['r']"]),
    "axis_size": (lambda m, n, x: m.vmap(n.sin, axis_size=2)(V), [
        "the `axis_size` argument was 2", "one axis had size 3"]),
    "length": (lambda m, n, x: m.vmap(n.sin, (0, 0))(V), [
        "len(in_axes)=2, len(args)=1"]),
    "prefix": (lambda m, n, x: m.vmap(lambda d: d, ({"a": 0},))({"b": V}), [
        "vmap in_axes specification must be a tree prefix of the",
        "vmap in_axes[0]"]),
    "no such axis": (lambda m, n, x: m.vmap(n.sin, 3)(V), [
        "vmap was requested to map its argument along axis 3, which implies "
        "that its rank should be at least 4, but is only 1 (its shape is "
        "(3,))"]),
    "negative": (lambda m, n, x: m.vmap(n.sin, -2)(V), [
        "along axis -2", "at least 2, but is only 1"]),
    "nothing": (lambda m, n, x: m.vmap(n.sin, None)(V), [
        "vmap must have at least one non-None value in in_axes"]),
    "no arguments": (lambda m, n, x: m.vmap(lambda: 1.0)(), [
        "must be passed at least one argument containing an array"]),
    "in_axes": (lambda m, n, x: m.vmap(n.sin, "i"), [
        "vmap in_axes must be an int, None, or a tuple of entries"]),
    "nested in_axes": (lambda m, n, x: m.vmap(n.sin, ({"a": 1.5},))(V), [
        "vmap in_axes must be an int, None, or (nested) container"]),
    "out_axes": (lambda m, n, x: m.vmap(n.sin, 0, None)(V), [
        "at vmap out_axes, got axis spec None but output was batched on "
        "axis 0"]),
    "out axis": (lambda m, n, x: m.vmap(n.sin, 0, 2)(V), [
        "axis 2 is out of bounds for array of dimension 1"]),
    "out tree": (lambda m, n, x: m.vmap(n.sin, 0, (0, 0))(V), [
        "vmap out_axes"]),
    "if": (lambda m, n, x: m.vmap(lambda v: v if v > 0 else -v)(V), [
        "Attempted boolean conversion of traced array with shape bool[]"]),
    "name": (lambda m, n, x: m.vmap(lambda v: x.psum(v, "i"))(V), [
        "unbound axis name: i"]),
    "signature": (lambda m, n, x: n.vectorize(
        n.dot, signature="(k)(k)->()")(V, V), [
        "not a valid gufunc signature"]),
    "core sizes": (lambda m, n, x: n.vectorize(
        n.dot, signature="(k),(k)->()")(V, V[:2]), [
        "inconsistent size for core dimension 'k'"]),
    "core axes": (lambda m, n, x: n.vectorize(
        n.dot, signature="(m,k),(k)->(m)")(V, V), [
        "does not have enough dimensions for all core dimensions"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_in_the_same_words(name):
    call, words = REFUSED[name]
    said = []
    for library in (OURS, JAX):
        with pytest.raises(Exception) as info:
            call(*library)
        said.append((type(info.value).__name__,
                     " ".join(str(info.value).split())))
    (kind, ours), (want, theirs) = said
    assert kind == want
    for part in words:
        assert part in theirs and part in ours


VECTORIZED = {
    "(m,k),(k)->(m)": (lambda n, a, b: a @ b, A, B[0]),
    "(k),(k)->()": (lambda n, a, b: n.dot(a, b), A[:, None], B),
    "(k)->(k),()": (lambda n, a: (a / a.sum(), a.sum()), A),
    "(m,n)->(n,m)": (lambda n, a: a.T, A[:1]),
    None: (lambda n, a, b: n.where(a > 0, a, b), A, V),
}


@pytest.mark.parametrize("signature", VECTORIZED, ids=str)
def test_vectorize(signature):
    f, *args = VECTORIZED[signature]
    outs = []
    with jax.enable_x64(True), mj.enable_x64():
        for m, n, _ in (OURS, JAX):
            out = n.vectorize(lambda *xs, n=n: f(n, *xs),
                              signature=signature)(*args)
            outs.append([(x.dtype, np.asarray(x))
                         for x in m.tree.leaves(out)])
    same(*outs)
