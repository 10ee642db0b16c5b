"""tools/hygiene.py fails on each cell that nbval would let pass."""
import nbformat
import pytest


def hygiene(project, change):
    """What the check says after a change to a notebook's code cells."""
    path = project.root / "book/01-one.ipynb"
    nb = nbformat.read(path, as_version=4)
    change([cell for cell in nb.cells if cell.cell_type == "code"])
    nbformat.write(nb, path)
    status, said = project.tool("hygiene")
    assert status == 1
    return said


def test_the_little_book_is_clean(woven):
    assert woven.tool("hygiene") == (
        0, "4 notebooks, every cell of which can fail\n")


def test_a_null_execution_count(woven):
    def change(cells):
        cells[0].execution_count = None
    assert "01-one.ipynb: the cell `from minijax import one` has no " \
           "execution count" in hygiene(woven, change)


def test_cells_run_out_of_order(woven):
    def change(cells):
        cells[1].execution_count = 7
    assert "was not run as number 2" in hygiene(woven, change)


def test_a_trailing_semicolon(woven):
    def change(cells):
        cells[0].source += ";"
    assert "ends with a semicolon" in hygiene(woven, change)


@pytest.mark.parametrize("tag", ["nbval-skip", "skip-execution"])
def test_a_skip_tag(woven, tag):
    def change(cells):
        cells[0].metadata["tags"] = [tag]
    assert "is skipped" in hygiene(woven, change)


def test_a_skip_comment(woven):
    def change(cells):
        cells[0].source = "# NBVAL_IGNORE_OUTPUT\n" + cells[0].source
    assert "is skipped" in hygiene(woven, change)


def test_ignored_output(woven):
    def change(cells):
        cells[0].metadata["tags"] = ["nbval-ignore-output"]
    assert "ignores its output, but prints no time" in hygiene(woven, change)


def test_a_timing_may_be_ignored(woven):
    path = woven.root / "book/01-one.ipynb"
    nb = nbformat.read(path, as_version=4)
    nb.cells[1].source = "import time\nprint(time.perf_counter())"
    nb.cells[1].metadata["tags"] = ["nbval-ignore-output"]
    nbformat.write(nb, path)
    assert woven.tool("hygiene")[0] == 0


def test_an_error_that_is_gone(woven):
    def change(cells):
        cells[1].outputs = []
    assert "should raise, and does not" in hygiene(woven, change)


def test_an_error_that_is_not_announced(woven):
    def change(cells):
        cells[1].metadata["tags"] = []
    assert "has no tag raises-exception" in hygiene(woven, change)


def test_a_bitmap(woven):
    def change(cells):
        cells[0].outputs[0].data["image/png"] = "aGVsbG8="
    assert "stores a bitmap" in hygiene(woven, change)


def test_an_address(woven):
    def change(cells):
        cells[0].outputs[0].data["text/plain"] = "<f at 0x7f3a5c0d>"
    assert "prints an address" in hygiene(woven, change)


def test_a_folder(woven):
    def change(cells):
        cells[0].outputs[0].data["text/plain"] = "/home/me/minijax/one.py"
    assert "prints a folder of this machine" in hygiene(woven, change)


def test_a_code_cell_in_the_text(woven):
    path = woven.root / "book/01-one.ipynb"
    nb = nbformat.read(path, as_version=4)
    nb.cells.append(nbformat.v4.new_markdown_cell("So:\n```{code-cell}\n1\n"))
    nbformat.write(nb, path)
    status, said = woven.tool("hygiene")
    assert status == 1 and "has a code cell in it" in said
