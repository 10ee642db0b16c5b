"""linalg and fft, and complex derivatives, against JAX itself."""

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp

jax = pytest.importorskip("jax")
rng = np.random.default_rng(18)


@pytest.fixture(autouse=True)
def wide():
    with mj.enable_x64(), jax.enable_x64(True):
        yield


def draw(kind, *shape):
    x = rng.normal(size=shape)
    return x + 1j * rng.normal(size=shape) if kind == "c" else x


def stacks(kind, batch):
    """A square, a Hermitian positive definite, and two oblong stacks."""
    a = draw(kind, *batch, 4, 4)
    s = a @ np.conj(a.swapaxes(-1, -2)) + np.eye(4)
    return {"square": a, "definite": s, "tall": a[..., :3],
            "wide": a[..., :3, :], "columns": a[..., :2]}


def lower(**options):
    return lambda m, a, b: m.lax.linalg.triangular_solve(
        a, b, left_side=True, lower=True, **options)


CASES = {
    "cholesky": (lambda m, a: m.numpy.linalg.cholesky(a), "definite"),
    "upper": (lambda m, a: m.numpy.linalg.cholesky(a, upper=True),
              "definite"),
    "cholesky of any": (
        lambda m, a: m.numpy.linalg.cholesky(a @ a.mT.conj()), "square"),
    "triangular": (lower(), "square", "columns"),
    "triangular, unit": (lower(unit_diagonal=True), "square", "columns"),
    "triangular, adjoint": (lower(transpose_a=True, conjugate_a=True),
                            "square", "columns"),
    "solve": (lambda m, a, b: m.numpy.linalg.solve(a, b),
              "square", "columns"),
    "inv": (lambda m, a: m.numpy.linalg.inv(a), "square"),
    "det": (lambda m, a: m.numpy.linalg.det(a), "square"),
    "det of 3": (lambda m, a: m.numpy.linalg.det(a[..., :3, :3]), "square"),
    "det of 2": (lambda m, a: m.numpy.linalg.det(a[..., :2, :2]), "square"),
    "slogdet": (lambda m, a: tuple(m.numpy.linalg.slogdet(a)), "square"),
    "eigh": (lambda m, a: tuple(m.numpy.linalg.eigh(a)), "definite"),
    "eigvalsh": (lambda m, a: m.numpy.linalg.eigvalsh(a), "definite"),
    "svdvals": (lambda m, a: m.numpy.linalg.svdvals(a), "tall"),
    "svd, tall": (lambda m, a: tuple(m.numpy.linalg.svd(a, False)), "tall"),
    "svd, wide": (lambda m, a: tuple(m.numpy.linalg.svd(a, False)), "wide"),
    "qr, tall": (lambda m, a: tuple(m.numpy.linalg.qr(a)), "tall"),
    "qr, wide": (lambda m, a: tuple(m.numpy.linalg.qr(a)), "wide"),
    "qr, complete": (lambda m, a: tuple(m.numpy.linalg.qr(a, "complete")),
                     "square"),
    "lu": (lambda m, a: m.lax.linalg.lu(a)[0], "square"),
    "lu, tall": (lambda m, a: m.lax.linalg.lu(a)[0], "tall"),
    "lu, wide": (lambda m, a: m.lax.linalg.lu(a)[0], "wide"),
    "pinv": (lambda m, a: m.numpy.linalg.pinv(a), "tall"),
    "matrix_power": (lambda m, a: m.numpy.linalg.matrix_power(a, 5),
                     "square"),
    "power -2": (lambda m, a: m.numpy.linalg.matrix_power(a, -2), "square"),
    "cond": (lambda m, a: m.numpy.linalg.cond(a), "square"),
    "cond 1": (lambda m, a: m.numpy.linalg.cond(a, 1), "square"),
}
CASES |= {f"norm {ord}": (
    lambda m, a, ord=ord: m.numpy.linalg.norm(a, ord, (-2, -1)), "tall")
    for ord in (None, "nuc", 1, -1, 2, -2, np.inf, -np.inf)}
CASES |= {f"vector norm {ord}": (
    lambda m, a, ord=ord: m.numpy.linalg.norm(a, ord, -1, True), "tall")
    for ord in (1, 2, 3, 0.5, np.inf, -np.inf)}


def close(a, b):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-8,
                               atol=1e-8)
    assert np.asarray(a).dtype == np.asarray(b).dtype


def compare(f, args, dots):
    """Value, tangent and cotangents, with two arrays or trees of them."""
    ours = mj.jvp(lambda *a: f(mj, *a), args, dots)
    theirs = jax.jvp(lambda *a: f(jax, *a), tuple(map(jax.numpy.asarray,
                                                      args)), dots)
    mj.tree.map(close, ours, mj.tree.map(np.asarray, theirs))
    out, pull = mj.vjp(lambda *a: f(mj, *a), *args)
    weights = mj.tree.map(
        lambda x: draw("c" if x.dtype.kind == "c" else "f", *x.shape), out)
    _, their_pull = jax.vjp(lambda *a: f(jax, *a), *args)
    mj.tree.map(close, pull(weights),
                mj.tree.map(np.asarray, their_pull(weights)))


@pytest.mark.parametrize("kind", ["f", "c"])
@pytest.mark.parametrize("name", CASES)
def test_values_and_derivatives(name, kind):
    f, *which = CASES[name]
    batch = (2,) if kind == "c" else ()
    args = tuple(stacks(kind, batch)[w] for w in which)
    compare(f, args, tuple(draw(kind, *x.shape) for x in args))


def test_eigenvalues_of_any_matrix():
    for kind in "fc":
        a, t = draw(kind, 4, 4), draw(kind, 4, 4)
        ours = mj.jvp(jnp.linalg.eigvals, (a,), (t,))
        theirs = jax.jvp(jax.numpy.linalg.eigvals, (a,), (t,))
        for x, y in zip(ours, theirs):
            close(np.sort_complex(x), np.sort_complex(y))
        for m in mj, jax:
            with pytest.raises(NotImplementedError):
                m.jvp(m.numpy.linalg.eig, (a,), (t,))


def test_degenerate_matrices():
    one, t = np.eye(4), draw("f", 4, 4)
    for f in (lambda m, a: m.numpy.linalg.eigvalsh(a),
              lambda m, a: m.numpy.linalg.svdvals(a),
              lambda m, a: m.numpy.linalg.det(a - np.eye(4)[0]),
              lambda m, a: m.numpy.linalg.cholesky(-a)):
        compare(f, (one,), (t,))
    for name in ("eigh", "svd"):
        for m in mj, jax:
            _, dots = m.jvp(getattr(m.numpy.linalg, name), (one,), (t,))
            assert not np.isfinite(np.asarray(dots[1 if name == "eigh"
                                                   else 0])).all()


def test_det_is_a_polynomial():
    singular = np.diag([1.0, 2, 3, 0])
    for a in (singular, singular[2:, 2:], singular[1:, 1:]):
        close(mj.grad(jnp.linalg.det)(a), jax.grad(jax.numpy.linalg.det)(a))


TRANSFORMS = {
    "fft": ("c", (3, 6)), "ifft": ("c", (3, 6)), "rfft": ("f", (3, 6)),
    "irfft": ("c", (3, 4)), "hfft": ("c", (3, 4)), "ihfft": ("f", (3, 6)),
    "fft2": ("c", (2, 3, 6)), "ifft2": ("c", (2, 3, 6)),
    "rfft2": ("f", (2, 3, 5)), "irfft2": ("c", (2, 3, 4)),
    "fftn": ("c", (2, 3, 6)), "ifftn": ("c", (2, 3, 6)),
    "rfftn": ("f", (2, 3, 6)), "irfftn": ("c", (2, 3, 4))}


@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
@pytest.mark.parametrize("name", TRANSFORMS)
def test_fft(name, norm):
    kind, shape = TRANSFORMS[name]
    x, t = draw(kind, *shape), draw(kind, *shape)
    n = 2 if name.endswith("2") else 3 if name.endswith("n") else 1
    key = "s" if n > 1 else "n"
    for s in [None, (2, 7, 4)[:n] if n > 1 else 7]:
        if name == "ihfft" and norm == "ortho" or (
                name == "hfft" and norm == "ortho"):
            continue  # JAX leaves NumPy here
        compare(lambda m, x, s=s: getattr(m.numpy.fft, name)(
            x, **{key: s}, norm=norm), (x,), (t,))


def test_frequencies():
    for n in (5, 6):
        for name in ("fftfreq", "rfftfreq"):
            close(getattr(jnp.fft, name)(n, 0.1),
                  getattr(jax.numpy.fft, name)(n, 0.1))
    x = draw("f", 4, 5)
    for axes in (None, 0, (1,)):
        for name in ("fftshift", "ifftshift"):
            close(getattr(jnp.fft, name)(x, axes),
                  getattr(jax.numpy.fft, name)(x, axes))


def test_printed():
    a = np.eye(3, dtype=np.float32)
    for f in (lambda m: lambda a: m.lax.linalg.lu(a),
              lambda m: lambda a: m.lax.linalg.triangular_solve(
                  a, a, left_side=True, lower=True)):
        ours = str(mj.make_jaxpr(f(mj))(a))
        theirs = str(jax.make_jaxpr(f(jax))(a))
        assert ours == theirs.replace(" sharding=None", "")


def entire(m):
    return lambda z: m.numpy.sin(z) * m.numpy.exp(1j * z) / (z + 2)


def mixed(m):
    return lambda z: m.numpy.conj(z) * z ** 2 + m.numpy.abs(z)


def test_complex_derivatives():
    z, t = draw("c", 3), draw("c", 3)
    for f in entire, mixed:
        compare(lambda m, z, f=f: f(m)(z), (z,), (t,))
    for name in ("jacfwd", "jacrev", "hessian"):
        close(getattr(mj, name)(entire(mj), holomorphic=True)(z),
              getattr(jax, name)(entire(jax), holomorphic=True)(z))
    close(mj.grad(lambda z: jnp.sum(entire(mj)(z)), holomorphic=True)(z),
          jax.grad(lambda z: jax.numpy.sum(entire(jax)(z)),
                   holomorphic=True)(z))
    close(mj.grad(lambda z: jnp.sum(jnp.abs(mixed(mj)(z))))(z),
          jax.grad(lambda z: jax.numpy.sum(jax.numpy.abs(mixed(jax)(z))))(z))
    close(mj.jacfwd(lambda x: entire(mj)(x + 1j))(z.real),
          jax.jacfwd(lambda x: entire(jax)(x + 1j))(z.real))


@pytest.mark.parametrize("call", [
    lambda m: m.grad(lambda z: z * z)(1j),
    lambda m: m.grad(lambda x: x * x, holomorphic=True)(1.0),
    lambda m: m.grad(lambda x: x * 1j)(1.0),
    lambda m: m.grad(lambda z: m.numpy.abs(z), holomorphic=True)(1j),
    lambda m: m.jacfwd(lambda z: z * z)(1j),
    lambda m: m.jacrev(lambda z: z * z)(1j),
    lambda m: m.jacrev(lambda x: x * 1j)(1.0),
    lambda m: m.jacfwd(lambda x: x * x, holomorphic=True)(1.0),
    lambda m: m.jacfwd(lambda z: m.numpy.abs(z), holomorphic=True)(1j),
    lambda m: m.hessian(lambda z: z * z)(1j),
])
def test_refused_alike(call):
    with pytest.raises(TypeError) as theirs:
        call(jax)
    with pytest.raises(TypeError) as ours:
        call(mj)
    assert str(ours.value)[:40] == str(theirs.value)[:40]
