"""What counts as the same in JAX, and what becomes of a record of it."""
import json

import nbformat
import pytest

import alike
import badges
import same


def held(project, *digests):
    project.write("book/same_in_jax.json", json.dumps(
        {"jax": "1.2.3", "pages": {"01-one": digests}}))


def cell(project, place):
    path = project.root / "book/01-one.ipynb"
    return [each for each in nbformat.read(path, as_version=4).cells
            if each.cell_type == "code"][place]


def test_the_record_of_this_book_is_fresh():
    pages = badges.record()["pages"]
    assert list(filter(None, map(badges.stale, pages, pages.values()))) == []


def test_a_cell_that_is_there(woven):
    held(woven, badges.digest(cell(woven, 0)))
    assert woven.tool("badges") == (
        0, "1 examples are the same in JAX, and none has changed since that "
        "was found\n")


def test_another_output_is_stale_and_can_be_forgotten(woven):
    there, changed = (cell(woven, place) for place in (0, 1))
    changed.outputs = [nbformat.v4.new_output("stream", text="2")]
    held(woven, badges.digest(there), badges.digest(changed))
    status, said = woven.tool("badges")
    assert status == 1 and "01-one: 1 examples have changed" in said
    assert woven.tool("badges", "--prune")[0] == 0
    record = json.loads((woven.root / "book/same_in_jax.json").read_text())
    assert record == {"jax": "1.2.3",
                      "pages": {"01-one": [badges.digest(there)]}}


def test_a_page_that_is_gone_is_stale():
    assert "99-none: 1 examples" in badges.stale("99-none", ["0" * 12])


@pytest.mark.parametrize("one, other", [
    ("[ 3.99  1.07]", "[[3.99       1.0699999]"[1:]),  # the same float32
    ("0.1", "0.099999994"),
    ("loss 0.31762", "loss 0.31763"),
    ("1.2345e-07", "1.2346e-07"),
    ("2.718281828459045", "2.7182818284590455"),
    ("f32[3] = exp a", "f32[3]  = exp\n a"),
    ("minijax.numpy", "jax.numpy"),
    ("reduce_sum[axes=(0,)] a", "reduce_sum[axes=(0,) out_sharding=None] a"),
])
def test_alike(one, other):
    assert alike.alike(one, other) and alike.alike(other, one)


@pytest.mark.parametrize("one, other", [
    ("3", "4"), ("12345", "12346"), ("0.5", "0.6"), ("0.", "-0."),
    ("1.1e-07", "1.2e-07"), ("2.718281828459045", "2.718281828460045"),
    ("float32", "float64"), ("[1. 2.]", "[1. 2. 3.]"), ("nan", "0.0"),
])
def test_not_alike(one, other):
    assert not alike.alike(one, other) and not alike.alike(other, one)


def test_an_error_is_the_same_in_its_first_words():
    ours = ("", "TypeError: sub got two shapes; minijax has a remedy")
    assert alike.same(ours, ("", "TypeError: sub got two shapes"))
    assert not alike.same(ours, ("", "ValueError: sub got two shapes"))
    assert not alike.same(ours, ("", "TypeError: add got two shapes"))
    assert not alike.same(ours, ("a word", "TypeError: sub got two shapes"))


def test_each_import_tries_for_itself():
    source = "import minijax as mj\nfrom minijax import grad, core as c\n1"
    assert same.in_jax(source) == "\n".join(
        f"try:\n    {line}\nexcept ImportError:\n    pass" for line in (
            "import jax as mj", "from jax import grad",
            "from jax import core as c")) + "\n1"


def test_plain_python_is_no_example():
    names = set()

    def uses(source):
        return same.uses(nbformat.v4.new_code_cell(source), names)

    assert not uses("import numpy as np\nfrom minijax import grad")
    assert not uses("%config x\nx = np.ones(3)\nprint(x)")
    assert uses("y = grad(f)(2.0)\nz = 1")
    assert not uses("z + 1")
    assert uses("def g(x):\n    return x * y")
    assert not uses("def h(y):\n    return y")
    assert uses("g(1)")
