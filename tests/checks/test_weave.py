"""tools/weave.py runs what changed, and sees when a notebook drifts."""
import json

import nbformat


def cells(project, name):
    return nbformat.read(project.root / name, as_version=4).cells


def test_quotes_are_spelled_out_in_the_notebook(woven):
    text = cells(woven, "book/02-two.ipynb")[0].source
    assert ('<p class="quote-of"><code>minijax/two.py</code>, lines 12–13</p>'
            "\n\n```python\ndef value(self):\n    return one() + one()\n```"
            ) in text
    assert "# [" not in text and "literalinclude" not in text


def test_a_note_is_text_in_jupyter(project):
    project.edit("book/02-two.md", "# Two\n", """\
# Two

````{margin} In JAX
See [one](01-one.md).

```python
two()
```
````
""")
    project.weave("2")
    assert cells(project, "book/02-two.ipynb")[0].source.startswith("""\
# Two

::::{margin} In JAX
See [one](01-one.ipynb).

```python
two()
```
::::
""")


def test_exercises_are_spelled_out_in_the_chapter(woven):
    text = cells(woven, "book/01-one.ipynb")[-1].source
    assert "### 1.1 Zero ★" in text
    assert "def zero():\n    raise NotImplementedError\n```" in text
    assert "{dropdown} Solution\n```python\nfrom minijax import one\n\n" \
           "def zero():\n    return one() - one()\n```" in text
    assert "check(" not in text and "SOLUTION" not in text


def test_stub_and_solution(woven):
    stub = cells(woven, "exercises/01-one.ipynb")
    solution = cells(woven, "solutions/01-one.ipynb")
    assert stub[1].source.endswith("():\n    raise NotImplementedError")
    assert solution[1].source.endswith("():\n    return one() - one()")
    assert stub[2].outputs[0].text == "1.1 not yet written\n"
    assert solution[2].outputs[0].text == "1.1 right\n"
    assert "<details><summary>Hint</summary>" in stub[0].source


def test_a_traceback_shows_the_cells_own_lines(woven):
    woven.edit("book/01-one.md", "one(1)", "one().missing")
    woven.weave("1")
    error = cells(woven, "book/01-one.ipynb")[2].outputs[0]
    assert error.ename == "AttributeError"
    text = "\n".join(error.traceback)
    assert "Cell" in text and "/minijax/" not in text


def test_a_cell_is_called_a_cell_in_messages(project):
    project.edit("book/01-one.md", "one(1)",
                 "raise ValueError((lambda: 0).__code__.co_filename)")
    project.weave("1")
    error = cells(project, "book/01-one.ipynb")[2].outputs[0]
    assert error.evalue == "<cell>"
    status, said = project.run("-m", "pytest", "--nbval", "-q",
                               "book/01-one.ipynb")
    assert status == 0, said


def test_a_chapter_runs_on_the_package_of_its_chapter(project):
    project.edit("book/01-one.md", "from minijax import one\none()",
                 "from minijax import Two\nTwo().value()")
    status, said = project.tool("weave", "1")
    assert status == 1
    assert "book/01-one.ipynb: FAILED" in said
    assert "cannot import name 'Two'" in said
    project.weave("1", "--whole")


def test_weaving_twice_gives_the_same_bytes(woven):
    before = (woven.root / "book/01-one.ipynb").read_bytes()
    said = woven.weave("1", "--force")
    assert "book/01-one.ipynb: run" in said
    assert (woven.root / "book/01-one.ipynb").read_bytes() == before


def test_only_what_changed_is_run(project):
    project.weave()
    assert "run" not in project.weave()

    project.edit("book/02-two.md", "# Two", "# Two, and no more")
    said = project.weave()
    assert "book/02-two.ipynb: text renewed" in said
    assert "book/01-one.ipynb: up to date" in said

    project.edit("minijax/two.py", "one() + one()", "3")
    said = project.weave()
    assert "book/02-two.ipynb: run" in said
    assert "book/01-one.ipynb: up to date" in said

    project.edit("book/02-two.ipynb", '"3"', '"4"')
    assert "book/02-two.ipynb: run" in project.weave()


def test_agreement(woven):
    status, said = woven.tool("weave", "--check")
    assert (status, said) == (0, "4 notebooks agree with their texts\n")


def drift(project):
    status, said = project.tool("weave", "--check")
    assert status == 1
    return said


def test_drift_of_the_text(woven):
    woven.edit("book/01-one.md", "# One", "# The one")
    assert "book/01-one.ipynb differs from 01-one.md in cell 0" in drift(woven)


def test_drift_of_the_package(woven):
    woven.edit("minijax/two.py", "one() + one()", "2 * one()")
    said = drift(woven)
    assert "book/02-two.ipynb" in said
    assert "run `python tools/weave.py 02`" in said


def test_drift_of_a_notebook(woven):
    woven.edit("book/02-two.ipynb", "Two().value()", "Two().value() + 1")
    assert "book/02-two.ipynb differs" in drift(woven)


def test_drift_of_a_tag(woven):
    woven.edit("book/01-one.ipynb", "raises-exception", "hide-input")
    assert "book/01-one.ipynb differs" in drift(woven)


def test_drift_of_an_exercise(woven):
    woven.edit("solutions/01-one.md", "returns 0", "returns nought")
    said = drift(woven)
    for name in "book", "exercises", "solutions":
        assert f"{name}/01-one.ipynb differs" in said


def test_a_missing_cell(woven):
    path = woven.root / "book/02-two.ipynb"
    stored = json.loads(path.read_text())
    stored["cells"].pop()
    path.write_text(json.dumps(stored))
    assert "has 1 cells, 02-two.md gives 2" in drift(woven)


def test_a_missing_notebook(woven):
    (woven.root / "book/02-two.ipynb").unlink()
    assert "book/02-two.ipynb does not exist" in drift(woven)


def test_a_notebook_without_text(woven):
    woven.write("book/03-three.ipynb", "{}")
    assert "book/03-three.ipynb has no text" in drift(woven)
