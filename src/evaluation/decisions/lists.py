"""Lists of vehicles drawn like real ones, and plates of strangers that are near to a listed one."""

import re
import string
from collections.abc import Sequence

import numpy as np

from src.core.alphabet import merge_confusable

FLEET = 10
"""The vehicles of a fleet, which have consecutive numbers."""
LOOK_ALIKES = (
    "8B",
    "0DQ",
    "17TL",
    "5S",
    "2Z",
    "6G",
    "MNHW",
    "UVY",
    "EF",
    "CG",
    "PRB",
    "KX",
    "38",
    "4A",
    "0C",
    "VW",
    "JU",
)
"""Characters that readers and people mix up. O and 0, and I and 1, count as the same here."""
_DIGITS = re.compile(r"\d+")


def draw_lists(texts: Sequence[str], size: int, count: int, seed: int) -> list[frozenset[str]]:
    """Returns ``count`` lists of about ``size`` plates: half of them one by one, half in fleets.

    Each plate is written like one of ``texts``, with other digits and letters. A few that come twice count once.
    """
    random = np.random.default_rng(seed)
    lists = []
    for _ in range(count):
        fleets = max(size // 2 // FLEET, 1)
        listed = {drawn_like(texts[i], random) for i in random.integers(len(texts), size=size - fleets * FLEET)}
        for i in random.integers(len(texts), size=fleets):
            number = drawn_like(texts[i], random)
            listed |= {number, *fleet_mates(number)}
        lists.append(frozenset(map(merge_confusable, listed)))
    return lists


def drawn_like(text: str, random: np.random.Generator) -> str:
    """Returns another plate of the same form: digits are drawn anew, and so are Latin letters."""
    return "".join(
        str(random.integers(10)) if c in string.digits else chr(65 + random.integers(26)) if "A" <= c <= "Z" else c
        for c in text
    )


def fleet_mates(text: str) -> set[str]:
    """Returns the other numbers of the ten that ``text`` is one of, by its longest run of digits; none without digits.

    >>> sorted(fleet_mates("A128BC77"))[:2]
    ['A120BC77', 'A121BC77']
    """
    runs = sorted(_DIGITS.finditer(text), key=lambda run: len(run.group()))
    if not runs:
        return set()
    run = max(runs, key=lambda run: len(run.group()))
    first, width = int(run.group()) // FLEET * FLEET, len(run.group())
    numbers = [f"{number:0{width}}" for number in range(first, first + FLEET)]
    return {text[: run.start()] + number + text[run.end() :] for number in numbers} - {text}


def near_plates(text: str) -> set[str]:
    """Returns the plates that differ from ``text`` in one character which looks like its own."""
    near = set()
    for place, own in enumerate(text):
        for group in LOOK_ALIKES:
            if own in group:
                near |= {text[:place] + other + text[place + 1 :] for other in group}
    return near - {text}
