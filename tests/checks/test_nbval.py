"""nbval, on the settings of this project, compares every cell."""
NBVAL = ["-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider",
         "book", "exercises", "solutions"]


def test_the_little_book_prints_what_is_stored(woven):
    status, said = woven.run(*NBVAL)
    assert status == 0, said
    assert "7 passed" in said


def test_a_changed_value(woven):
    woven.edit("book/02-two.ipynb", '"2"', '"3"')
    status, said = woven.run(*NBVAL)
    assert status == 1
    assert "1 failed, 6 passed" in said and "02-two.ipynb::Cell 0" in said


def test_a_changed_message(woven):
    woven.edit("book/01-one.ipynb", '"evalue": "one()', '"evalue": "two()')
    status, said = woven.run(*NBVAL)
    assert status == 1
    assert "mismatch 'evalue'" in said


def test_a_changed_drawing(project):
    project.edit("book/02-two.md", "Two().value()", """\
class Dot:
    def __repr__(self):
        return "Dot()"

    def _repr_html_(self):
        return f"<svg><circle r='{Two().value()}'/></svg>"

Dot()""")
    project.weave()
    status, said = project.run(*NBVAL)
    assert status == 0, said
    project.edit("book/02-two.ipynb", "circle r='2'", "circle r='3'")
    status, said = project.run(*NBVAL)
    assert status == 1
    assert "mismatch 'text/html'" in said


def test_a_changed_package(woven):
    woven.edit("minijax/one.py", "return 1", "return 2")
    status, said = woven.run(*NBVAL)
    assert status == 1
    assert "02-two.ipynb::Cell 0" in said and "01-one.ipynb::Cell 0" in said
