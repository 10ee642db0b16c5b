"""Misuses: short programs, each with what a helpful refusal of it says.

A case is a function of `m`, which is minijax or jax, so that both are judged
by one corpus. `wrong(types, given, expected, remedy)` declares one that must
be refused, by an error with a base of such a name whose message has the three:
what was given, what was expected, what to write instead, each a pattern. A
link counts for nothing. `right()` declares one that must not be refused, for
NumPy or mathematics says what it gives: a pair (what came, what should).

    helpful     refused with the right type and all three; or the right value
    unhelpful   refused with the right type, but one of the three is missing
    wrong type  refused by an error of another type, or refused without reason
    silent      not refused, or a wrong value
    crash       an error of the library's own making, or of its recursion

A warning is something said, so what warns is not silent.
"""
import importlib.util
import re
import warnings
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

CORPUS = Path(__file__).resolve().parents[1] / "promises" / "corpus"
VERDICTS = "helpful", "unhelpful", "wrong type", "silent", "crash"
SLIPS = (AssertionError, AttributeError, KeyError, NameError, RecursionError,
         SystemError, ZeroDivisionError)
LINK = re.compile(r"https?://\S+")


class Case(NamedTuple):
    """A program, and what should be said of it (nothing, if it is right)."""

    program: object
    types: str = ""
    words: tuple = ()  # patterns: given, expected, remedy
    seen: str = ""  # where somebody has met it
    ours: bool = False  # speaks of minijax's own parts; JAX has no such thing

    name = property(lambda self: self.program.__name__)


class Judged(NamedTuple):
    """A verdict, and what the library said."""

    verdict: str
    said: str


def wrong(types, given, expected, remedy, seen="", ours=False):
    """Declares a program that must be refused."""
    return lambda program: Case(program, types, (given, expected, remedy),
                                seen, ours)


def right(seen="", ours=False):
    """Declares a program that must give the second of the pair."""
    return lambda program: Case(program, seen=seen, ours=ours)


@cache
def corpus():
    """{theme: its cases}, in the order of the files."""
    return {path.stem: cases_of(path) for path in sorted(CORPUS.glob("*.py"))}


def cases_of(path):
    spec = importlib.util.spec_from_file_location(f"corpus_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [x for x in vars(module).values() if isinstance(x, Case)]


def judge(case, m):
    """What the library `m` makes of a case."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            out = case.program(m)
        except Exception as error:
            return judge_error(case, error)
    said = "\n".join(str(w.message) for w in warned)
    if not case.words:
        got, want = out
        verdict = ("helpful" if agree(got, want) else
                   "unhelpful" if said else "silent")
        return Judged(verdict, f"{got}, not {want}; {said}")
    return Judged(judge_words(case, said) if said else "silent",
                  said or f"gave {out!r:.100}")


def judge_error(case, error):
    said = f"{type(error).__name__}: {error}"
    if error.__cause__:  # Python shows it above
        said = f"{error.__cause__}\n{said}"
    said = "\n".join([said, *getattr(error, "__notes__", [])])
    names = {base.__name__ for base in type(error).__mro__}
    if names & set(case.types.split("|")):
        return Judged(judge_words(case, said), said)
    slip = isinstance(error, SLIPS)
    return Judged("crash" if slip else "wrong type", said)


def judge_words(case, said):
    said = LINK.sub("", said)
    missing = [w for w in case.words
               if not re.search(w, said, re.IGNORECASE | re.DOTALL)]
    return "unhelpful" if missing else "helpful"


def agree(got, want):
    """One dtype where `want` has one, and the same numbers."""
    if isinstance(want, np.ndarray | np.generic) and (
            getattr(got, "dtype", None) != want.dtype):
        return False
    if isinstance(want, str | type | tuple | list | np.dtype | bool | None):
        return got == want
    return np.shape(got) == np.shape(want) and bool(np.allclose(
        np.asarray(got), want, rtol=1e-4, atol=1e-5, equal_nan=True))
