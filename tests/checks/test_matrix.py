"""tools/matrix.py fails on a blank cell."""
import pytest

CORE = '''\
class Primitive:
    def __init__(self, name):
        self.name = name


sin_p, floor_p = Primitive("sin"), Primitive("floor")
'''
FORWARD = '''\
from minijax.core import floor_p, sin_p

jvp_rules = {sin_p: "cos", floor_p: "a Refusal"}
'''
TRANSPOSE = '''\
from minijax.core import floor_p, sin_p

transposes = {sin_p: "a Refusal", floor_p: "a Refusal"}
'''
BATCHING = '''\
from minijax.core import floor_p, sin_p

batching_rules = {sin_p: "sin", floor_p: "floor"}
'''
JAX = '''\
from minijax.core import floor_p, sin_p

jax_rules = {sin_p: "sin", floor_p: "floor"}
'''


@pytest.fixture
def rules(project):
    project.write("minijax/core.py", CORE)
    project.write("minijax/forward.py", FORWARD)
    project.write("minijax/transpose.py", TRANSPOSE)
    project.write("minijax/batching.py", BATCHING)
    project.write("minijax/jax_rules.py", JAX)
    return project


def test_a_full_matrix(rules):
    assert rules.tool("matrix") == (
        0, "2 primitives × 4 transformations, no blank cell\n")


def test_a_blank_rule(rules):
    rules.edit("minijax/forward.py", ', floor_p: "a Refusal"', "")
    assert rules.tool("matrix") == (
        1, "floor has no jvp rule, nor a Refusal\n")


def test_no_primitives(rules):
    rules.edit("minijax/core.py", '= Primitive("sin"), Primitive("floor")',
               "= 1, 2")
    assert rules.tool("matrix") == (1, "no primitive was found\n")
