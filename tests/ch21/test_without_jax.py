"""What to_jax promises where JAX is not installed, and what it refuses."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

import minijax as mj
from minijax import collectives, jax_programs, lax
from minijax import numpy as jnp
from minijax.core import Primitive
from minijax.custom_reverse import custom_lin_p
from minijax.jax_rules import jax_rules
from minijax.rules import Refusal


@pytest.fixture
def no_jax(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)


def test_importing_minijax_imports_no_jax():
    code = "import minijax, sys; print(minijax.to_jax, 'jax' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    assert out.startswith("<function to_jax") and out.endswith("False\n")


def test_without_jax_the_remedy_is_named(no_jax):
    with pytest.raises(ImportError, match=r'pip install "minijax\[jax\]"'):
        mj.to_jax(jnp.sin)


def test_the_error_comes_when_the_function_is_made(no_jax):
    """And not when it is called; nor does it hide what went wrong there."""
    with pytest.raises(ImportError) as caught:
        mj.to_jax(lambda: 1 / 0)
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_what_is_no_function_is_refused_first(no_jax):
    with pytest.raises(TypeError, match="to_jax expects a function"):
        mj.to_jax(3)


def test_only_names_of_jax_knock_at_the_door(no_jax):
    assert not hasattr(jax_programs.jax, "__wrapped__")
    assert not isinstance(jax_programs.jax, Primitive)


def test_every_primitive_has_an_entry_and_no_other():
    modules = [importlib.import_module(info.name) for info in
               pkgutil.walk_packages(mj.__path__, "minijax.")]
    assert set(jax_rules) == {x for module in modules
                              for x in vars(module).values()
                              if isinstance(x, Primitive)}


def test_what_is_refused():
    refused = {p for p, rule in jax_rules.items() if isinstance(rule, Refusal)}
    assert refused == {
        custom_lin_p, collectives.psum_p, collectives.pmax_p,
        collectives.pmin_p, collectives.all_gather_p, collectives.axis_index_p}
    for p in refused:
        with pytest.raises(NotImplementedError, match=f"for '{p.name}' not"):
            jax_rules[p](1.0)


def test_a_primitive_of_ones_own_is_named():
    with pytest.raises(NotImplementedError, match="JAX twin for 'mine'"):
        jax_rules[Primitive("mine")]


class Spoken:
    """Stands in for JAX, and tells what was asked of it."""

    def __getattr__(self, name):
        return lambda *args, **params: (name, args, params)


def test_twins_are_called_as_they_are_spelled(monkeypatch):
    from minijax import jax_rules as module
    monkeypatch.setattr(module, "jax", type("", (), {"lax": Spoken()})())
    assert jax_rules[lax.sin_p](1.0) == ("sin", (1.0,), {})
    assert jax_rules[lax.cumsum_p](1.0, axis=0, reverse=True) == (
        "cumsum", (1.0,), {"axis": 0, "reverse": True})
    assert jax_rules[lax.and_p](1, 2) == ("bitwise_and", (1, 2), {})
    assert jax_rules[lax.argmax_p](1, axes=(2,), index_dtype=int) == (
        "argmax", (1, 2, int), {})
    assert jax_rules[lax.dynamic_slice_p](1, 2, 3, slice_sizes=(4, 5)) == (
        "dynamic_slice", (1, (2, 3), (4, 5)),
        {"allow_negative_indices": False})
