"""What `check` says to a reader, whatever the reader has written."""
import sys

import pytest

import checks
from checks import check, exercise, verdict


@pytest.fixture(autouse=True)
def chapter_0(monkeypatch):
    monkeypatch.setitem(sys.modules, "checks.ch00", checks)
    monkeypatch.setattr(checks, "CHECKS", {})

    # the check must seem to stand in checks/, as those of the chapters do
    code = compile(SOURCE, "ch00.py", "exec")
    exec(code, {"__name__": "checks.ch00", "exercise": exercise})


SOURCE = '''
@exercise("0.1")
def _(answer):
    assert answer(1) == 2, f"expected 2,\\n  got {answer(1)}"
    assert answer(3) == 6


@exercise("0.2")
def _(answer):
    answer(1).shape


@exercise("0.3")
def _(answer):
    answer(lambda x: x.size)
'''


def test_right(capsys):
    check("0.1", lambda x: 2 * x)
    assert capsys.readouterr().out == "0.1 right\n"


def test_not_yet_written():
    def answer(x):
        raise NotImplementedError
    assert verdict("0.1", answer) == "not yet written"


def test_wrong_in_one_line():
    assert verdict("0.1", lambda x: x) == "not yet: expected 2, got 1"


def test_a_bare_assert_says_what_it_is():
    assert verdict("0.1", lambda x: 2).startswith("not yet: this fails")


def test_the_readers_own_error_is_named_with_its_line():
    def answer(x):
        return x.size + 1
    said = verdict("0.1", answer)
    assert said.startswith("not yet: your code raised AttributeError: 'int'")
    assert "`return x.size + 1`" in said


def test_an_error_beneath_the_readers_line_is_the_readers():
    said = verdict("0.3", lambda ask: ask(1))
    assert said.startswith("not yet: your code raised AttributeError: 'int'")
    assert "lambda ask: ask(1)" in said


def test_a_missing_rule_is_not_a_stub():
    def answer(x):
        raise NotImplementedError("no rule for sin")
    assert "raised NotImplementedError: no rule for sin" in verdict(
        "0.1", answer)


def test_the_readers_own_assertion():
    def answer(x):
        assert x > 1
    assert "your code raised AssertionError" in verdict("0.1", answer)


def test_no_function_at_all():
    said = verdict("0.1", None)
    assert said == ("not yet: your code ran, but using what it gave raised "
                    "TypeError: 'NoneType' object is not callable")


def test_an_answer_of_the_wrong_kind():
    assert "raised AttributeError: 'int' object has no attribute 'shape'" in \
        verdict("0.2", lambda x: x)


def test_no_such_exercise():
    with pytest.raises(ValueError, match=r"no exercise 0\.9.*0\.1, 0\.2"):
        verdict("0.9", None)
