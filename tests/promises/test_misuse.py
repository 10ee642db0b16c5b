"""Nothing that is misused is silent; what is said has a remedy in it.

The corpus is beside this file; tests/shared/misuses.py says how it is judged,
and `python tools/misuse.py` prints the score.
"""
import pytest

import minijax
from minijax.config import config
from minijax.core import current, eval_trace
from misuses import corpus, judge

THEMES = corpus()
CASES = {f"{theme}:{case.name}": case
         for theme, cases in THEMES.items() for case in cases}

# Of the right type, but in words that are not ours.
OTHERS_WORDS = {
    "numpy_calls:zeros_of_a_traced_shape":
        "NumPy shows the tracer, and drops what __index__ said of it",
    "numpy_calls:a_view_of_a_result_written_to": "it is NumPy's array",
    "python:a_shape_assigned": "Python's, of any property",
}


@pytest.fixture(autouse=True)
def at_rest():
    """What a case leaves behind is found here."""
    flags = {name: flag.value for name, flag in config.flags.items()}
    yield
    assert current.trace is eval_trace and eval_trace.parent is None
    assert flags == {name: flag.value for name, flag in config.flags.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_misuse(name):
    verdict, said = judge(CASES[name], minijax)
    assert verdict == ("unhelpful" if name in OTHERS_WORDS else "helpful"), (
        f"{verdict}: {said}")


def test_the_corpus_is_as_large_as_it_should_be():
    assert len(CASES) == sum(map(len, THEMES.values())) >= 400
    assert len(OTHERS_WORDS) < len(CASES) / 100


def test_the_judge_tells_the_verdicts_apart():
    from misuses import right, wrong

    def refuses(error):
        def program(m):
            raise error
        return wrong("TypeError", "got 3", "float", "write 3.0")(program)
    said = "got 3, not a float: write 3.0"
    assert [judge(case, None).verdict for case in (
        refuses(TypeError(said)),
        refuses(TypeError("got 3, see https://float.org/write 3.0")),
        refuses(ValueError(said)),
        refuses(AssertionError(said)),
        wrong("TypeError", "", "", "")(lambda m: 3),
        right()(lambda m: (3.0, 3.0)),
        right()(lambda m: (3.0, 4.0)))] == [
            "helpful", "unhelpful", "wrong type", "crash", "silent",
            "helpful", "silent"]
