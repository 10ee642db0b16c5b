"""What book/_ext/live.py makes of pages; tests/pages has them in a browser."""
import hashlib
import zipfile
from types import SimpleNamespace

import live
import pytest
from docutils import nodes

import pyodide_copy


def settled(value):
    config = SimpleNamespace(minijax_live=value)
    live.settle(None, config)
    return config.minijax_live


@pytest.mark.parametrize("there, where", [
    (True, "pyodide/"), (False, pyodide_copy.CDN)])
def test_auto_is_the_copy_or_else_the_cdn(monkeypatch, there, where):
    monkeypatch.setattr(pyodide_copy, "fetched", lambda: there)
    assert settled("auto") == where


@pytest.mark.parametrize("value", ["off", "https://example.org/python/"])
def test_what_the_configuration_says_stands(value):
    assert settled(value) == value


def test_cells_that_need_jax_or_threads_and_those_that_need_them():
    codes = ["import jax", "x = 1", "y = jax.jit(abs)(x)", "def f():\n"
             "    return y", "print(x)", "f()", "y = 2", "y + 1", "minijax",
             "Thread(target=print).start()", "def g(jax):\n    return jax",
             "minijax.to_jax(abs)(1)", "open('../benchmarks/a.json')"]
    jax, file, threads = live.NEVER.values()
    assert live.needs(codes) == [
        jax, None, jax, jax, None, jax, None, None, None, threads, None, jax,
        file]


def test_a_cell_that_is_no_python_defines_nothing():
    assert live.names("def f(:") == ([], [])
    assert live.needs(["import jax", "def f(:", "1 +"])[1:] == [None, None]


def test_a_magic_is_no_python():
    code = "%config InlineBackend.figure_formats = ['svg']\nimport a.b as c"
    assert live.names(code) == (["c"], [])


SOLUTIONS = '''\
```{code-cell}
import math
```

```{code-cell}
def f(x):
    # BEGIN SOLUTION
    return x
    # END SOLUTION
```

```{code-cell}
:tags: [check]
from checks import check
check("4.1", f)
```
'''


@pytest.fixture
def solutions(tmp_path):
    header = "---\njupytext:\n  text_representation: {extension: .md, " \
        "format_name: myst}\nkernelspec: {display_name: Python 3, " \
        "language: python, name: python3}\n---\n"
    source = tmp_path / "04-four.md"
    source.write_text(header + SOLUTIONS)
    return source


def test_an_exercise_is_its_stub_and_the_check_after_it(solutions):
    assert live.answers(solutions) == [
        ("import math", ""),
        ("def f(x):\n    raise NotImplementedError",
         'from checks import check\ncheck("4.1", f)')]


def test_exercises_become_cells_where_they_stand(solutions):
    page = nodes.section("", *(nodes.literal_block(code, code) for code in (
        "import math", "something else", live.answers(solutions)[1][0])))
    live.mark_exercises(page, solutions)
    plain, cell = page.children[1:]
    assert isinstance(plain, nodes.literal_block)
    assert cell["classes"] == ["cell", "live-exercise"]
    assert 'data-number="4.1">from checks' in cell.children[1].astext()


def test_code_that_is_not_on_the_page_is_missed(solutions, monkeypatch):
    said = []
    monkeypatch.setattr(live.logger, "warning", lambda *args: said.append(
        args[0] % args[1:]))
    live.mark_exercises(nodes.section(), solutions)
    assert said == ["04-four.md: this code is not on its page:\nimport math"]


def test_hidden_code_cannot_end_its_script():
    assert "</script>x" not in live.script(
        "check", 'print("</script>x")', "number", "1.1").astext()


def test_the_archive_is_the_same_each_time(tmp_path):
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    live.pack(one), live.pack(two)
    assert one.read_bytes() == two.read_bytes()
    names = zipfile.ZipFile(one).namelist()
    assert {"runner.py", "figures.py", "pretty.py", "minijax/core.py",
            "checks/ch01.py", "book.mplstyle"} <= set(names)


def lock(**packages):
    return {name: {"depends": needs, "file_name": f"{name}.whl",
                   "sha256": hashlib.sha256(name.encode()).hexdigest()}
            for name, needs in packages.items()}


def test_a_package_is_fetched_with_what_it_needs():
    entries = lock(matplotlib=["numpy", "pillow"], numpy=[], pillow=["numpy"],
                   scipy=["numpy"])
    found = pyodide_copy.closure(["matplotlib", "NumPy"], entries)
    assert [entry["file_name"] for entry in found] == [
        "matplotlib.whl", "numpy.whl", "pillow.whl"]
