"""JAX on the corpus of misuses: it is as we say, and we are as fair."""
import pytest

jax = pytest.importorskip("jax")

import minijax  # noqa: E402
from misuses import corpus, judge  # noqa: E402

CASES = {case.name: case for cases in corpus().values() for case in cases
         if not case.ours}


@pytest.fixture(scope="module")
def theirs():
    return {name: judge(case, jax) for name, case in CASES.items()}


def test_most_of_what_the_corpus_calls_wrong_jax_refuses(theirs):
    """Else the corpus would be of our own making."""
    verdicts = [verdict for verdict, _ in theirs.values()]
    assert verdicts.count("silent") < 0.08 * len(verdicts)
    assert verdicts.count("helpful") > 0.6 * len(verdicts)
    assert verdicts.count("crash") + verdicts.count("wrong type") < 12


def test_where_jax_is_helpful_so_are_we(theirs):
    for name, (verdict, _) in theirs.items():
        if verdict == "helpful":
            assert judge(CASES[name], minijax).verdict == "helpful", name
