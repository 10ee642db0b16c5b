"""tools/quotes.py fails on each way to quote badly."""
QUOTE = """\
```{literalinclude} ../minijax/two.py
:pyobject: Two.value
```
"""


def test_the_little_book_passes(project):
    status, said = project.tool("quotes")
    assert (status, said) == (0, "10 statements of the package, each quoted "
                                 "once\n")


def test_a_removed_quote(project):
    project.edit("book/02-two.md", QUOTE, "")
    status, said = project.tool("quotes")
    assert status == 1
    assert "minijax/two.py:12: `def value(self):` is not quoted" in said


def test_a_doubled_quote(project):
    project.edit("book/02-two.md", QUOTE, QUOTE + "\n" + QUOTE)
    status, said = project.tool("quotes")
    assert status == 1
    assert "`def value(self):` is quoted more than once: 02-two.md:" in said


def test_a_new_statement_of_the_package(project):
    project.edit("minijax/one.py", "    return 1\n",
                 "    return 1\n\n\nTHREE = 3\n")
    status, said = project.tool("quotes")
    assert status == 1
    assert "minijax/one.py:9: `THREE = 3` is not quoted" in said


def test_a_statement_cut_short(project):
    project.edit("book/01-one.md", ":lines: 1-6", ":lines: 1-5")
    status, said = project.tool("quotes")
    assert status == 1
    assert "`def one():` is cut short by 01-one.md:" in said


def test_a_statement_cut_in_pieces(project):
    project.edit("book/01-one.md", ":lines: 1-6\n```",
                 ":lines: 1-5\n```\n\n```{literalinclude} ../minijax/one.py\n"
                 ":lines: 6\n```")
    status, said = project.tool("quotes")
    assert status == 1
    assert "`def one():` is cut in pieces by 01-one.md:" in said


def test_an_import_from_a_later_chapter(project):
    project.edit("minijax/one.py", "    return 1",
                 "    from minijax.two import Two\n    return Two")
    project.edit("book/01-one.md", ":lines: 1-6", ":lines: 1-7")
    status, said = project.tool("quotes")
    assert status == 1
    assert "imports minijax/two.py, which opens only in chapter 2" in said


def test_a_relative_import_from_a_later_chapter(project):
    project.edit("minijax/one.py", '"""One."""',
                 '"""One."""\nfrom . import two')
    project.edit("book/01-one.md", ":lines: 1-6", ":lines: 1-7")
    status, said = project.tool("quotes")
    assert status == 1
    assert "imports minijax/two.py" in said


def test_a_quote_that_is_too_long(project):
    project.edit("minijax/one.py", "    return 1",
                 "    x = 1\n" * 30 + "    return 1")
    project.edit("book/01-one.md", ":lines: 1-6", ":lines: 1-")
    status, said = project.tool("quotes")
    assert status == 1
    assert "36 lines; at most 30" in said


def test_a_long_quote_on_an_appendix_page(project):
    project.edit("minijax/one.py", "    return 1",
                 "    x = 1\n" * 30 + "    return 1")
    quote = "```{literalinclude} ../minijax/one.py\n:lines: 1-"
    project.edit("book/01-one.md", quote + "6\n```\n", "")
    project.write("book/01a-table.md", quote + "\n```\n")
    assert project.tool("quotes")[0] == 0


def test_a_quote_of_nothing(project):
    project.edit("book/02-two.md", "Two.value", "Two.price")
    status, said = project.tool("quotes")
    assert status == 1
    assert "02-two.md:18" in said and "Two.price" in said


def test_an_earlier_chapter_alone(project):
    project.edit("book/02-two.md", QUOTE, "")
    assert project.tool("quotes", "1")[0] == 0
