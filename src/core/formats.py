"""What may stand on a plate: a small pattern language, read once and used to match texts and to make them.

A pattern is one line of a plate, written as it looks:

=========== ==================================================================================
``l``       a letter of the type's ``letters``
``d``       a digit
``n``       a digit that is not 0
``a``       a letter or a digit
``A`` ``7`` upper-case letters and digits stand for themselves
``[ABC]``   one of these characters
``<name>``  a part: a list of codes, or a pattern of its own less what never occurs
``{2}``     the token before it twice; ``{1,3}`` once to three times
``|``       what follows stands in the line's next field
=========== ==================================================================================

Signs are drawn and not read: a space is a gap, ``_`` a narrow one, and MARKS lists the others.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from src.core.alphabet import normalise

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GAPS = {" ": "gap", "_": "narrow gap"}
MARKS = {"-": "dash", ".": "dot", "*": "seals", "o": "seal", "#": "crest", "+": "emblem"}
MOST_CODES = 200_000
"""A part with exceptions is written out as the list of what remains; a longer list would be a mistake."""

_TOKEN = re.compile(r"(?P<set>\[[^\]]*\])|<(?P<part>[^>]*)>|(?P<one>.)")
_TIMES = re.compile(r"\{(\d+)(?:,(\d+))?\}")


class FormatError(ValueError):
    """A pattern that makes no sense; the message says where."""


@dataclass(frozen=True, slots=True)
class Slot:
    """``least`` to ``most`` characters, each one of ``characters``."""

    characters: str
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Codes:
    """One of ``codes``, as written (with umlauts); ``common`` are those that most plates have."""

    codes: tuple[str, ...]
    common: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """Drawn, not read: a gap or a mark, by the names in GAPS and MARKS; ``field`` begins the next field."""

    kind: str


Token = Slot | Codes | Sign
NEXT_FIELD = Sign("field")


def parse(pattern: str, letters: str, parts: Mapping[str, tuple[Token, ...]]) -> tuple[Token, ...]:
    """The tokens of one line. Raises FormatError for what the language does not have."""
    tokens: list[Token] = []
    at = 0
    while at < len(pattern):
        if times := _TIMES.match(pattern, at):
            tokens.append(_repeated(tokens.pop() if tokens else None, times, pattern))
            at = times.end()
            continue
        found = _TOKEN.match(pattern, at)
        assert found is not None  # the last alternative takes any character
        tokens += _token(found, letters, parts, pattern)
        at = found.end()
    return tuple(tokens)


def _token(
    found: re.Match[str], letters: str, parts: Mapping[str, tuple[Token, ...]], pattern: str
) -> tuple[Token, ...]:
    if (name := found["part"]) is not None:
        if name not in parts:
            raise FormatError(f"{pattern!r} names the part <{name}>, there are {', '.join(parts) or 'none'}")
        return parts[name]
    if found["set"]:
        return (Slot(_readable(found["set"][1:-1], pattern)),)
    one = found["one"]
    classes = {"l": letters, "d": DIGITS, "n": DIGITS[1:], "a": letters + DIGITS}
    if one in classes:
        return (Slot(classes[one]),)
    if one == "|":
        return (NEXT_FIELD,)
    if one in GAPS or one in MARKS:
        return (Sign(GAPS.get(one) or MARKS[one]),)
    return (Slot(_readable(one, pattern)),)


def _readable(characters: str, pattern: str) -> str:
    if not characters or not all(c.isupper() or c.isdigit() or ord(c) > 0x2E80 for c in characters):
        raise FormatError(f"{pattern!r} has {characters!r}, which is neither a token nor upper-case characters")
    return characters


def _repeated(token: Token | None, times: re.Match[str], pattern: str) -> Slot:
    least, most = int(times[1]), int(times[2] or times[1])
    if not isinstance(token, Slot) or (token.least, token.most) != (1, 1):
        raise FormatError(f"{pattern!r}: {times[0]} must follow one token that is read")
    if not 0 <= least <= most or most == 0:
        raise FormatError(f"{pattern!r}: {times[0]} is no range")
    return Slot(token.characters, least, most)


def expand(tokens: tuple[Token, ...], without: frozenset[str]) -> Codes:
    """Every text of ``tokens`` but those in ``without``. Raises FormatError where these are too many to list,
    or where an exception could never occur."""
    choices = [_choices(token) for token in tokens if not isinstance(token, Sign)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MOST_CODES:
        raise FormatError(f"a part with exceptions has {count} texts, at most {MOST_CODES} can be listed")
    texts = ["".join(pieces) for pieces in product(*choices)]
    if strange := without - set(texts):
        raise FormatError(f"the exception {min(strange)!r} could never occur")
    return Codes(tuple(text for text in texts if text not in without))


def _choices(token: Slot | Codes) -> list[str]:
    if isinstance(token, Codes):
        return list(token.codes)
    lengths = range(token.least, token.most + 1)
    return ["".join(c) for length in lengths for c in product(token.characters, repeat=length)]


def regex(tokens: tuple[Token, ...]) -> str:
    """A regular expression for the texts of ``tokens``; signs are not part of a text."""
    return "".join(_regex(token) for token in tokens if not isinstance(token, Sign))


def _regex(token: Slot | Codes) -> str:
    if isinstance(token, Codes):
        longest_first = sorted(map(normalise, token.codes), key=len, reverse=True)
        return f"(?:{'|'.join(map(re.escape, longest_first))})"
    return f"[{re.escape(token.characters)}]{{{token.least},{token.most}}}"
