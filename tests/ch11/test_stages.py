"""Traced, lowered, compiled: each stage can be had, read and called."""

import numpy as np
import pytest

import minijax as mj
from minijax import numpy as jnp

F32 = np.float32


@mj.jit
def affine(p, x, *, scale=1.0):
    """w x + b"""
    return {"y": (p["w"] @ x + p["b"]) * scale}


P = {"w": np.ones((2, 3), F32), "b": np.zeros(2, F32)}
X = np.arange(3, dtype=F32)


def test_trace():
    t = affine.trace(P, X, scale=2.0)
    assert t.fun_name == "affine"
    assert isinstance(t.jaxpr, mj.core.ClosedJaxpr)
    assert [str(a) for a in t.in_avals] == [
        "float32[2]", "float32[2,3]", "float32[3]", "float32[]"]
    assert t.out_info == {"y": mj.ShapeDtypeStruct((2,), F32)}
    assert t.in_tree == mj.tree.structure(((P, X), {"scale": 2.0}))
    assert t.out_tree == mj.tree.structure({"y": 0})


def test_types_are_enough():
    types = mj.tree.map(lambda x: mj.ShapeDtypeStruct(x.shape, x.dtype),
                        (P, X))
    compiled = affine.lower(*types).compile()
    np.testing.assert_array_equal(compiled(P, X)["y"], [3, 3])
    assert affine.eval_shape(*types) == {"y": mj.ShapeDtypeStruct((2,), F32)}
    assert affine.lower(*types).out_info == affine.eval_shape(*types)
    assert compiled.in_tree == affine.lower(*types).in_tree
    assert compiled.out_tree == mj.tree.structure({"y": 0})


def test_the_stages_share_the_trace_of_the_call():
    seen = []
    f = mj.jit(lambda x: seen.append(x) or x + 1)
    f.lower(1.0), f.trace(2.0), f.eval_shape(1.0)
    assert float(f(1.0)) == float(f.lower(3.0).compile()(1.0)) == 2
    assert len(seen) == 1


def test_static_arguments_are_not_passed_again():
    f = mj.jit(lambda x, n: x ** n, static_argnums=1)
    cube = f.lower(2.0, 3).compile()
    assert float(cube(2.0)) == 8
    with pytest.raises(TypeError, match="input pytree"):
        cube(2.0, 3)


def test_compiled_can_be_transformed():
    g = mj.jit(jnp.sin).lower(1.0).compile()
    assert float(mj.grad(g)(0.0)) == 1
    np.testing.assert_allclose(mj.vmap(g)(jnp.ones(2)), np.sin([1, 1]), 1e-6)


@pytest.mark.parametrize("args, error, words", [
    ((P,), TypeError, "does not match the input pytree.*affine"),
    ((P, [X]), TypeError, "(?s)input pytree.*differ"),
    ((P, X.astype(int)), TypeError, "(?s)Argument types.*float32\\[3\\], got.*"
     "int64\\[3\\]"),
    ((P, X[:2]), TypeError, "(?s)Argument types differ.*float32\\[2\\]"),
    ((P, "x"), TypeError, "affine.*position 2|type <class 'str'>"),
])
def test_other_arguments_are_refused(args, error, words):
    compiled = affine.lower(P, X).compile()
    with pytest.raises(error, match=f"(?s){words}"):
        compiled(*args)


def test_errors_of_tracing_come_with_lower():
    f = mj.jit(lambda x: x if x > 0 else -x)
    for stage in (f.lower, f.trace, f.eval_shape):
        with pytest.raises(mj.errors.TracerBoolConversionError):
            stage(1.0)
        with pytest.raises(TypeError, match="abstract array.*path x|path x"):
            stage("text")


def test_a_stage_of_a_function_that_closes_over_a_tracer():
    def f(x):
        g = mj.jit(lambda y: x * y)
        return g.lower(1.0).compile()(3.0) + g.trace(1.0).in_avals[0].size
    assert float(mj.grad(f)(2.0)) == 3
    assert float(f(2.0)) == 7


def test_the_text():
    text = affine.lower(P, X).as_text()
    assert "def jit_affine(a, b, c):" in text
    assert mj.jit(lambda x: x).lower(1.0).as_text().startswith(
        "def jit_lambda(a):\n    return a,\n")


def test_a_program_that_is_called_twice_is_printed_once():
    @mj.jit
    def line(x):
        return x * 2.0 + 1.0
    assert str(mj.make_jaxpr(lambda x: line(x) + line(x))(1.0)) == """\
let line = { lambda ; a:f32[]. let
    b:f32[] = mul a 2.0:f32[]
    c:f32[] = add b 1.0:f32[]
  in (c,) } in
{ lambda ; d:f32[]. let
    e:f32[] = jit[name=line jaxpr=line] d
    f:f32[] = jit[name=line jaxpr=line] d
    g:f32[] = add e f
  in (g,) }"""
    assert str(mj.make_jaxpr(lambda x: line(x))(1.0)) == """\
{ lambda ; a:f32[]. let
    b:f32[] = jit[
      name=line
      jaxpr={ lambda ; a:f32[]. let
          c:f32[] = mul a 2.0:f32[]
          b:f32[] = add c 1.0:f32[]
        in (b,) }
    ] a
  in (b,) }"""


def test_forty_programs_that_have_the_next_one_twice_are_printed():
    f = mj.jit(jnp.sin)
    for _ in range(40):
        f = mj.jit(lambda x, f=f: f(x) - f(-x))
    text = str(mj.make_jaxpr(f)(1.0))
    assert text.count("let lambda") == 39 and text.count("= sin") == 1
    assert len(text) < 20_000
