"""What the rules of a custom_vjp return is checked, and they are named."""

import pytest

import minijax as mj
from minijax import lax
from minijax import numpy as jnp


def target(x, p):
    return jnp.sin(x) * p["w"]


def fwd(x, p):
    return target(x, p), None


def good(_, ct):
    return ct, {"w": ct}


def derive(fwd, bwd):
    g = mj.custom_vjp(target)
    g.defvjp(fwd, bwd)
    return lambda x: mj.grad(lambda x: jnp.sum(g(x, {"w": 2.0})))(x)


def in_scan(d):
    return lambda x: lax.scan(lambda c, _: (d(c), None), x, length=2)


WAYS = {
    "eager": lambda d: d(1.0),
    "jit": lambda d: mj.jit(d)(1.0),
    "vmap": lambda d: mj.vmap(d)(jnp.ones(3)),
    "scan": lambda d: in_scan(d)(1.0),
}


def my_bwd(back):
    def named_bwd(_, ct):
        return back(ct)
    return named_bwd


def my_fwd(pair):
    def named_fwd(x, p):
        return pair(x)
    return named_fwd


BWD = [
    (lambda ct: ct, TypeError, "tuple of length equal to the number"),
    (lambda ct: None, TypeError, "tuple of length equal"),
    (lambda ct: (ct,), TypeError, "tuple of length equal"),
    (lambda ct: (ct, {"w": ct}, ct), TypeError, "tuple of length equal"),
    (lambda ct: (ct, {"v": ct}), TypeError, r"structure PyTreeDef.*'v'"),
    (lambda ct: (ct, [ct]), TypeError, "None stands for a zero"),
    (lambda ct: (jnp.ones(2) * ct, None), ValueError,
     r"output\[0\].*type float32\[2\].*type float32\[\], so the shapes"),
    (lambda ct: (ct, {"w": ct[None]}), ValueError,
     r"output\[1\]\['w'\].*float32\[1\].*sum over the copies"),
    (lambda ct: (ct.astype(int), None), ValueError,
     r"type int32\[\].*so the dtypes do not match.*astype\('float32'\)"),
    (lambda ct: (ct.astype("float64"), None), ValueError, "float64"),
    (lambda ct: (ct * 1j, None), ValueError, "complex64"),
    (lambda ct: (1, None), ValueError, "int32"),
    (lambda ct: ("one", None), TypeError, "type <class 'str'>"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("back, error, words", BWD)
def test_backward_rules(way, back, error, words):
    with pytest.raises(error, match=f"(?s){words}") as caught:
        WAYS[way](derive(fwd, my_bwd(back)))
    assert "named_bwd for function target" in str(caught.value)


FWD = [
    (lambda x: x, "must produce a pair.*return output, residuals"),
    (lambda x: (x, x, x), "must produce a pair"),
    (lambda x: (x, "residual"), "type <class 'str'>"),
    (lambda x: ("output", x), "type <class 'str'>"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("pair, words", FWD)
def test_forward_rules(way, pair, words):
    with pytest.raises(TypeError, match=f"(?s){words}") as caught:
        WAYS[way](derive(my_fwd(pair), good))
    assert "named_fwd for function target" in str(caught.value)


@pytest.mark.parametrize("pair, words", [
    (lambda x: ((x, x), None), "of the same container/pytree structure"),
    (lambda x: (jnp.ones(2) * x, None), "the same shapes?/dtypes?"),
    (lambda x: (x > 0, None), r"bool\[\].*float32\[\]"),
])
def test_output_of_fwd_is_that_of_the_function(pair, words):
    """Compared where the function itself has run, such as under jit."""
    g = mj.custom_vjp(target)
    g.defvjp(my_fwd(pair), good)
    with pytest.raises(TypeError, match=f"(?s){words}") as caught:
        mj.grad(mj.jit(lambda x: g(x, {"w": 2.0})))(1.0)
    assert "named_fwd for function target" in str(caught.value)


def test_a_function_without_rules():
    with pytest.raises(AttributeError, match=(
            r"No VJP defined for custom_vjp function target using defvjp\. "
            r".*target\.defvjp\(fwd, bwd\)")):
        mj.custom_vjp(target)(1.0, {"w": 2.0})


def test_what_is_no_function():
    with pytest.raises(TypeError, match="must be callable, got 3"):
        mj.custom_vjp(3)


def test_a_good_pair_of_rules():
    for way in WAYS.values():
        way(derive(fwd, good))


def test_a_list_is_a_tuple_too():
    assert derive(lambda x, p: [x, None], lambda _, ct: [ct, None])(1.0) == 1
