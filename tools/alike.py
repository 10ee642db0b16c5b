"""When do two libraries print the same?"""
from __future__ import annotations

import re
from decimal import Decimal

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?!\w)")
DEVICES = re.compile(r"\b(?:out_)?sharding=None")


def same(ours: tuple[str, str], theirs: tuple[str, str]) -> bool:
    """Do two cells print the same?

    The same words, where spaces and JAX's shardings do not count, and numbers
    that are near. Of an error, the same type and the same first three words:
    ours goes on to the remedy.
    """
    (text, error), (their_text, their_error) = ours, theirs
    return alike(text, their_text) and opening(error) == opening(their_error)


def opening(error: str) -> list[str]:
    return re.findall(r"\w+", error.replace("minijax", "jax"))[:4]


def alike(one: str, other: str) -> bool:
    one, other = (DEVICES.sub("", text.replace("minijax", "jax"))
                  for text in (one, other))
    words, others = (["".join(part.split()) for part in NUMBER.split(text)]
                     for text in (one, other))
    return words == others and all(
        map(near, NUMBER.findall(one), NUMBER.findall(other)))


def near(one: str, other: str) -> bool:
    """Neighbours, among the numbers as printed or among the floats.

    Of numbers with as many places, and five digits or more, the last may
    differ by one; of seven digits or more, the float32 may by two units, and
    of more than nine, the float64.
    """
    a, b = Decimal(one), Decimal(other)
    (_, digits, place), (_, others, its_place) = a.as_tuple(), b.as_tuple()
    gap, precision = abs(a - b), max(len(digits), len(others))
    unit = Decimal(2) ** (-22 if precision < 10 else -51)
    return gap == 0 and a.is_signed() == b.is_signed() or \
        place == its_place < 0 and precision > 4 and \
        gap <= Decimal(1).scaleb(place) or \
        precision > 6 and gap <= unit * max(abs(a), abs(b))
