"""jit changes no value, dtype or derivative, whatever it is combined with."""

import functools

import numpy as np
import pytest

import minijax as mj
from atoms import ATOMS
from minijax import lax
from minijax import numpy as jnp

X = np.array([0.5, -1.0, 2.0])


def same(got, want, rtol=0.0):
    assert mj.tree.structure(got) == mj.tree.structure(want)
    for g, w in zip(mj.tree.leaves(got), mj.tree.leaves(want)):
        assert (g.shape, g.dtype) == (w.shape, w.dtype)
        if g.dtype != mj.float0:
            assert g.weak_type == w.weak_type
            np.testing.assert_allclose(g, w, rtol)


@pytest.fixture(params=[False, True], ids=["x32", "x64"])
def width(request):
    with mj.enable_x64(request.param):
        yield


@pytest.mark.parametrize("name", ATOMS)
def test_every_atom_as_without_jit(name, width):
    f, *args = ATOMS[name]
    args = mj.tree.map(jnp.asarray, args)
    same(mj.jit(f)(*args), f(*args))
    same(mj.jit(lambda: f(*args))(), f(*args))  # as constants of the program


@pytest.mark.parametrize("name", [
    name for name, (_, *args) in ATOMS.items()
    if all(x.dtype.kind == "f" for x in args) and name not in
    "nextafter scatter_mul scatter_min scatter_max bitcast".split()])
def test_every_atom_has_its_derivatives(name):
    f, *args = ATOMS[name]
    args = tuple(mj.tree.map(jnp.asarray, args))
    dots = mj.tree.map(jnp.cos, args)
    same(mj.jvp(mj.jit(f), args, dots), mj.jvp(f, args, dots))
    same(mj.jit(lambda: mj.jvp(f, args, dots))(), mj.jvp(f, args, dots))
    outs, pull = mj.vjp(f, *args)
    outs_jit, pull_jit = mj.vjp(mj.jit(f), *args)
    same(outs_jit, outs)
    cts = mj.tree.map(lambda x: x if x.dtype.kind in "fc" else np.zeros(
        x.shape, mj.float0), outs)
    same(pull_jit(cts), pull(cts), 1e-12)
    many = mj.tree.map(lambda x: jnp.stack([x, x]), args)
    same(mj.vmap(mj.jit(f))(*many), mj.vmap(f)(*many))


def sine(x):
    return 2 * jnp.sin(x)


ROW = {
    "value": (lambda f: f, lambda x: 2 * np.sin(x)),
    "grad": (mj.grad, lambda x: 2 * np.cos(x)),
    "grad twice": (lambda f: mj.grad(mj.grad(f)), lambda x: -2 * np.sin(x)),
    "jit between": (lambda f: mj.jit(mj.grad(mj.jit(mj.grad(f)))),
                    lambda x: -2 * np.sin(x)),
    "jvp": (lambda f: lambda x: mj.jvp(f, (x,), (3.0,))[1],
            lambda x: 6 * np.cos(x)),
    "vjp": (lambda f: lambda x: mj.vjp(f, x)[1](3.0)[0],
            lambda x: 6 * np.cos(x)),
    "linearize": (lambda f: lambda x: mj.linearize(f, x)[1](3.0),
                  lambda x: 6 * np.cos(x)),
    "jit of f_vjp": (lambda f: lambda x: mj.jit(mj.vjp(f, x)[1])(3.0)[0],
                     lambda x: 6 * np.cos(x)),
    "jit of f_jvp": (lambda f: lambda x: mj.jit(mj.linearize(f, x)[1])(3.0),
                     lambda x: 6 * np.cos(x)),
    "f_vjp an argument": (
        lambda f: lambda x: mj.jit(lambda pull, ct: pull(ct))(
            mj.vjp(f, x)[1], 3.0)[0], lambda x: 6 * np.cos(x)),
    "f_vjp a result": (
        lambda f: lambda x: mj.jit(lambda x: mj.vjp(f, x)[1])(x)(3.0)[0],
        lambda x: 6 * np.cos(x)),
    "vmap": (lambda f: lambda x: mj.vmap(f)(jnp.stack([x, 2 * x]))[1],
             lambda x: 2 * np.sin(2 * x)),
    "vmap of jit of grad": (
        lambda f: lambda x: mj.vmap(mj.jit(mj.grad(f)))(x[None])[0],
        lambda x: 2 * np.cos(x)),
    "forward over reverse": (
        lambda f: lambda x: mj.jvp(mj.grad(f), (x,), (1.0,))[1],
        lambda x: -2 * np.sin(x)),
    "reverse over forward": (mj.jacfwd, lambda x: 2 * np.cos(x)),
    "hessian": (mj.hessian, lambda x: -2 * np.sin(x)),
}


@pytest.mark.parametrize("outer", [lambda f: f, mj.jit,
                                   lambda f: mj.jit(mj.jit(f))])
@pytest.mark.parametrize("way", ROW)
def test_the_row_of_jit(way, outer):
    transform, want = ROW[way]
    x = jnp.asarray(0.7)
    got = outer(transform(mj.jit(sine)))(x)
    assert got.dtype == np.float32
    assert float(got) == pytest.approx(want(0.7), rel=1e-5)


def test_linear_transpose():
    f = mj.jit(lambda x, y: (3 * x + y[0], y[1]))
    back = mj.linear_transpose(f, 1.0, (1.0, 2.0))
    ct, (ct_0, ct_1) = back((jnp.float32(2), jnp.float32(5)))
    assert (float(ct), float(ct_0), float(ct_1)) == (6, 2, 5)
    with pytest.raises(NotImplementedError, match="sin.*sine|sine.*sin"):
        mj.linear_transpose(mj.jit(sine), 1.0)(1.0)


def test_a_cotangent_that_nobody_needs():
    """Of three outputs one is used, and of three inputs one matters."""
    f = mj.jit(lambda x, y, z: (x * y, jnp.sin(z), 7.0))
    out, pull = mj.vjp(lambda *a: f(*a)[0], 1.0, 2.0, 3.0)
    assert [float(ct) for ct in pull(1.0)] == [2.0, 1.0, 0.0]
    assert float(mj.grad(lambda z: f(1.0, 2.0, z)[1])(0.0)) == 1
    assert float(mj.grad(lambda z: f(1.0, 2.0, z)[2])(0.0)) == 0


def test_integers_and_float0():
    f = mj.jit(lambda n, x: (n + 1, n * x))
    none = np.zeros((), mj.float0)
    out, dot = mj.jvp(f, (3, 2.0), (none, 1.0))
    assert (int(out[0]), float(out[1]), float(dot[1])) == (4, 6, 3)
    assert dot[0].dtype == mj.float0
    out, pull = mj.vjp(f, 3, 2.0)
    cts = pull((none, np.float32(5)))
    assert cts[0].dtype == mj.float0 and float(cts[1]) == 15
    grads = mj.grad(lambda n, x: f(n, x)[1], (0, 1), allow_int=True)(3, 2.0)
    assert grads[0].dtype == mj.float0 and float(grads[1]) == 3


def test_zero_tangents_stay_zero():
    """What does not move costs nothing, also behind a jit."""
    f = mj.jit(lambda x, y: (jnp.sin(x), jnp.exp(y)))
    jaxpr = mj.make_jaxpr(lambda x, y: mj.jvp(
        lambda x: f(x, y), (x,), (1.0,)))(1.0, 2.0)
    inner = jaxpr.eqns[0].params["jaxpr"]
    assert [len(inner.in_avals), len(inner.out_avals)] == [3, 3]


def test_containers_and_keywords():
    f = mj.jit(lambda d, *rest, scale=1.0, **more: {
        "x": d["a"] * scale, "y": (rest, more, None)})
    got = f({"a": X}, 1, (2.0, [3]), scale=2, other={"z": X})
    np.testing.assert_array_equal(got["x"], 2 * X)
    (one, (two, [three])), more, none = got["y"]
    assert (int(one), float(two), int(three), none) == (1, 2, 3, None)
    np.testing.assert_array_equal(more["other"]["z"], X)
    assert mj.jit(lambda: ())() == () and mj.jit(lambda: None)() is None


def test_weak_types_stay():
    f = mj.jit(lambda x, y: (x, x * 2, x + y))
    out = f(1.0, np.float16(1))
    assert [x.weak_type for x in out] == [True, True, False]
    assert [x.dtype.name for x in out] == ["float32", "float32", "float16"]
    same(mj.grad(lambda x: f(x, 1.0)[1])(1.0), mj.grad(lambda x: 2 * x)(1.0))


def test_a_result_is_a_new_array():
    x = np.ones(3)
    y = jnp.asarray(x)
    f = mj.jit(lambda a, b: (a, b, b))
    x_out, y_out, again = f(x, y)
    x[:] = 7
    assert np.all(np.asarray(x_out) == 1)
    assert y_out is not y and y_out is not again


# closures


def closing(m, x):
    return mj.jit(lambda y: x * y) if m == "jit" else lambda y: x * y


@pytest.mark.parametrize("outer", [
    mj.grad, mj.jit, lambda f: lambda x: mj.vmap(f)(x[None])[0],
    lambda f: lambda x: mj.jvp(f, (x,), (1.0,)), mj.hessian,
    lambda f: lambda x: mj.linearize(f, x)[1](2.0),
    lambda f: mj.jit(mj.grad(mj.jit(f))),
    lambda f: lambda x: mj.vmap(mj.jit(
        lambda x: mj.jvp(mj.grad(f), (x,), (x,))))(x[None])])
def test_closing_over_a_tracer(outer):
    def f(how, x):
        y = jnp.sin(x)
        g = closing(how, y)
        return g(2.0) * g(y) + closing(how, jnp.cos(x))(1.0)
    x = jnp.asarray(0.3)
    got, want = (outer(functools.partial(f, how))(x)
                 for how in ("jit", "plain"))
    same(got, want, 1e-6)


def test_perturbations_do_not_mix():
    """d/dx x * (d/dy (x + y)) is 1, also with jit at every joint."""
    for a in (mj.jit, lambda f: f):
        for b in (mj.jit, lambda f: f):
            assert float(mj.grad(a(lambda x, b=b: x * mj.grad(b(
                lambda y: x + y))(1.0)))(1.0)) == 1


@pytest.mark.parametrize("f, want", [
    (lambda x: lax.psum(x, "i"), [6, 6, 6]),
    (lambda x: x * lax.axis_index("i"), [0, 2, 6]),
    (lambda x: lax.pmax(x, "i") - x, [2, 1, 0]),
    (lambda x: lax.all_gather(x, "i")[::-1], [[3, 2, 1]] * 3),
    (lambda x: mj.grad(lambda y: lax.psum(y * y, "i"))(x), [6, 12, 18]),
])
def test_collectives(f, want):
    xs = jnp.asarray([1.0, 2.0, 3.0])
    for g in (mj.jit(f), mj.jit(mj.jit(f))):
        for way in (lambda v: v, mj.jit):
            got = way(mj.vmap(g, axis_name="i"))(xs)
            np.testing.assert_array_equal(got, want)


def test_a_collective_of_what_is_the_same_for_all():
    f = mj.jit(lambda x: x * lax.axis_index("i") + lax.psum(1, "i"))
    got = mj.vmap(f, in_axes=None, axis_name="i", axis_size=3)(2.0)
    np.testing.assert_array_equal(got, [3, 5, 7])
    with pytest.raises(NameError, match="unbound axis name: i"):
        f(2.0)


def test_vmap_axes_in_and_out():
    f = mj.jit(lambda x, y: (x @ y, y))
    x, y = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    for how in (lambda v: v, mj.jit):
        z, same_y = how(mj.vmap(f, (0, None), (1, None)))(x, y)
        np.testing.assert_array_equal(z, (x @ y).T)
        np.testing.assert_array_equal(same_y, y)


# what can be jitted


class Model:
    def __init__(self, w):
        self.w = w

    @mj.jit
    def no_self(x):
        return x + 1

    @functools.partial(mj.jit, static_argnums=0)
    def times(self, x):
        """w x"""
        return self.w * x

    @classmethod
    @functools.partial(mj.jit, static_argnums=0)
    def named(cls, x):
        return x * len(cls.__name__)

    def plain(self, x):
        return self.w * x

    def __call__(self, x):
        return self.w + x


def test_methods():
    one, two = Model(2.0), Model(3.0)
    assert (float(one.times(4.0)), float(two.times(4.0))) == (8, 12)
    assert float(mj.jit(one.plain)(4.0)) == 8
    assert float(mj.jit(two.plain)(4.0)) == 12
    assert float(mj.jit(one)(4.0)) == 6
    assert float(Model.no_self(1.0)) == 2
    assert float(Model.named(2.0)) == 10
    assert Model.times.__doc__ == "w x"


def test_decorators():
    @mj.jit
    def f(x):
        """doc"""
        return x

    @mj.jit(static_argnames="n", inline=True)
    def g(x, n=2):
        return x * n
    assert (f.__name__, f.__doc__) == ("f", "doc")
    assert f.__wrapped__(3) == 3
    assert float(g(2.0)) == 4 and float(g(2.0, n=5)) == 10
    assert float(mj.jit(functools.partial(g, n=3))(1.0)) == 3
    assert float(mj.jit(jnp.add)(1.0, 2.0)) == 3


def test_inline():
    f = mj.jit(sine, inline=True)
    names = [e.primitive.name for e in mj.make_jaxpr(f)(1.0).eqns]
    assert names == ["sin", "mul"]
    names = [e.primitive.name for e in mj.make_jaxpr(mj.jit(sine))(1.0).eqns]
    assert names == ["jit"]
    assert float(f(0.5)) == pytest.approx(2 * np.sin(0.5))
    assert float(mj.grad(f)(0.5)) == pytest.approx(2 * np.cos(0.5))


def test_disable_jit():
    seen = []
    f = mj.jit(lambda x: seen.append(x) or x)
    with mj.disable_jit():
        f(1.0), f(2.0)
        assert seen == [1.0, 2.0]
    f(1.0)
    assert len(seen) == 3 and isinstance(seen[2], mj.core.Tracer)


def test_eval_shape():
    out = mj.eval_shape(mj.jit(lambda x: {"y": x @ x.T}), mj.ShapeDtypeStruct(
        (2, 3), np.float32))
    assert out["y"] == mj.ShapeDtypeStruct((2, 2), np.float32)


def test_forty_deep():
    f = sine
    for _ in range(40):
        f = mj.jit(lambda x, f=f: f(x) + 1)
    assert float(f(0.0)) == 40
    assert float(mj.grad(f)(0.0)) == 2
    np.testing.assert_array_equal(mj.vmap(f)(jnp.zeros(2)), [40, 40])
    assert float(mj.jit(mj.grad(mj.grad(f)))(0.0)) == 0


def test_forty_deep_and_twice_each():
    """2**40 traces in all, if any level were traced at each call."""
    f = mj.jit(lambda x: x)
    for _ in range(40):
        f = mj.jit(lambda x, f=f: 0.5 * (f(x) + f(-x)) + x)
    for g in (mj.grad(f), mj.grad(mj.grad(f)),
              lambda x: mj.vmap(mj.grad(f))(x[None]),
              lambda x: mj.jvp(f, (x,), (x,))):
        mj.make_jaxpr(g)(1.0)
    assert len(f.lower(1.0).as_text()) < 1e5


def test_warnings_and_errstate_are_the_callers():
    f = mj.jit(lambda x: jnp.log(x) / x)
    with np.errstate(all="raise"):
        before = np.geterr()
        assert np.isneginf(f(0.0))
        assert np.geterr() == before
    assert np.isneginf(f(0.0))


# errors


@pytest.mark.parametrize("call, error, words", [
    (lambda: mj.jit(3), TypeError, "jit expects a function.*got 3"),
    (lambda: mj.jit(lambda x: x)("a"), TypeError,
     "(?s)argument to.*type <class 'str'>.*path x.*static_argnames='x'"),
    (lambda: mj.jit(lambda x: x)({"k": [1, object()]}), TypeError,
     r"(?s)path x\['k'\]\[1\]"),
    (lambda: mj.jit(lambda x: "out")(1.0), TypeError,
     "(?s)'out'.*<class 'str'> is not a valid JAX type"),
    (lambda: mj.jit(lambda x: {"k": [x, "out"]})(1.0), TypeError,
     r"(?s)at \['k'\]\[1\]"),
    (lambda: mj.jit(lambda x: x if x else -x)(1.0),
     mj.errors.TracerBoolConversionError,
     r"(?s)numpy.where.*<lambda> at .*test_jit.py:\d+ for jit"),
    (lambda: mj.jit(lambda n: jnp.zeros(n))(3), TypeError,
     "(?s)static"),
    (lambda: mj.jit(lambda x, n: x, static_argnums=1)(1.0, [3]), ValueError,
     r"(?s)Non-hashable static arguments.*argument 1.*list.*\[3\]"),
    (lambda: mj.jit(lambda x, n: x, static_argnames="n")(1.0, n={}),
     ValueError, "(?s)Non-hashable.*argument 'n'.*dict"),
    (lambda: mj.jit(lambda x, n: x, static_argnums=5), ValueError,
     r"static_argnums=\(5,\).*only accepts 2 positional.*x, n"),
    (lambda: mj.jit(lambda x, n: x, static_argnums=-3), ValueError,
     "only accepts 2"),
    (lambda: mj.jit(lambda x, n: x, static_argnames="k"), ValueError,
     "invalid argnames {'k'}.*x, n"),
    (lambda: mj.jit(lambda x: x, static_argnums="x"), TypeError,
     "static_argnums takes ints"),
    (lambda: mj.jit(lambda x: x, static_argnames=0), TypeError, "static_arg"),
    (lambda: mj.jit(lambda x: x, donate_argnums=3), ValueError,
     "donate_argnums"),
    (lambda: mj.jit(lambda x, y: x, static_argnums=0, donate_argnames="x"),
     ValueError, "static and donated"),
    (lambda: mj.jit(lambda x: x)(1.0, 2.0), TypeError, "positional"),
    (lambda: mj.jit(lambda x: x, static_argnums=0)(mj.jit), TypeError,
     "not a valid JAX type"),
    (lambda: mj.jit(lambda x: np.sin(x) + float(x))(1.0), TypeError,
     "float"),
])
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_leaked_tracer_is_named():
    kept = []
    mj.jit(lambda x: kept.append(x) or x)(1.0)
    with pytest.raises(mj.errors.UnexpectedTracerError,
                       match=r"(?s)test_jit.py:\d+ for jit"):
        kept[0] + 1
    with pytest.raises(mj.errors.UnexpectedTracerError):
        mj.jit(lambda x: x + kept[0])(1.0)
    with mj.checking_leaks(), pytest.raises(
            mj.errors.UnexpectedTracerError, match="Leaked tracer of jit"):
        mj.jit(lambda x: kept.append(x) or x * 2)(1.0)
