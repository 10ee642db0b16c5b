"""tools/growth.py fails where a chapter leans on a later one."""


def test_the_little_book_grows(woven):
    status, said = woven.tool("growth")
    assert status == 0, said
    assert "chapter 1: 7 passed" in said and "chapter 2: 2 passed" in said


def test_the_package_of_a_chapter(project):
    assert project.run("tools/tangle.py", "1", "grown") == (0, "")
    grown = project.root / "grown/minijax"
    assert [path.name for path in grown.iterdir()].count("two.py") == 0
    assert "Two" not in (grown / "__init__.py").read_text().split("\n", 1)[1]
    assert (grown / "one.py").read_text() == \
        (project.root / "minijax/one.py").read_text()


def test_an_import_from_a_later_chapter(woven):
    woven.edit("minijax/one.py", '"""One."""',
               '"""One."""\nimport minijax.two')
    woven.edit("book/01-one.md", ":lines: 1-6", ":lines: 1-7")
    status, said = woven.tool("growth", "1")
    assert status == 1
    assert "No module named 'minijax.two'" in said


def test_a_test_that_needs_a_later_chapter(woven):
    woven.edit("tests/ch01/test_one.py", "minijax.one() == 1",
               "minijax.Two().value() == 2")
    status, said = woven.tool("growth", "1")
    assert status == 1
    assert "has no attribute 'Two'" in said


def test_a_notebook_that_needs_a_later_chapter(project):
    project.edit("book/01-one.md", "from minijax import one\none()",
                 "import minijax\nminijax.Two().value()")
    project.weave("--whole")
    status, said = project.tool("growth", "1")
    assert status == 1
    assert "has no attribute 'Two'" in said


def test_a_solution_that_needs_a_later_chapter(project):
    project.edit("solutions/01-one.md", "return one() - one()",
                 "from minijax import Two\n    return Two().value() - 2")
    project.weave("--whole")
    status, said = project.tool("growth", "1")
    assert status == 1
    assert "1.1 not yet: your code raised ImportError" in said


def test_a_package_from_elsewhere_is_refused(woven):
    """pytest says where minijax comes from, or stops."""
    (woven.root / "minijax").rename(woven.root / "other")
    woven.write("elsewhere/minijax/__init__.py", "")
    woven.edit("pyproject.toml", '[".", "exercises"', '["elsewhere"')
    woven.edit("conftest.py", "ROOT not in", "ROOT / 'minijax' not in")
    status, said = woven.run("-m", "pytest", "tests/ch01")
    assert status != 0
    assert "minijax comes from" in said
