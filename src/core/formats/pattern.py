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
``{2}``     the character before it twice; ``{1,3}`` once to three times
``(ld|dl)`` one of these sequences, of which one may be empty
``|``       elsewhere: what follows stands in the line's next field
=========== ==================================================================================

Where texts are drawn at random, all sequences are as likely, and more times are likelier than fewer: most numbers that
are given out in order are long ones.

Signs are drawn and not read: a space is a gap, ``_`` a narrow one, and MARKS lists the others.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from src.core.alphabet import normalise

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GAPS = {" ": "gap", "_": "narrow gap"}
MARKS = {"-": "dash", ".": "dot", "*": "seals", "o": "seal", "#": "crest", "+": "emblem"}
_TOKEN = re.compile(r"(?P<set>\[[^\]]*\])|<(?P<part>[^>]*)>|(?P<one>.)")
_INNERMOST = re.compile(r"\([^()]*\)")
_TIMES = re.compile(r"\{(\d+)(?:,(\d+))?\}")


class FormatError(ValueError):
    """The error of a pattern that makes no sense; the message says where."""


@dataclass(frozen=True, slots=True)
class Slot:
    """``least`` to ``most`` characters, each of which is one of ``characters``."""

    characters: str
    least: int = 1
    most: int = 1


@dataclass(frozen=True)
class Codes:
    """One of ``codes``, as they are written (with umlauts); ``common`` are those that most plates have."""

    codes: tuple[str, ...]
    common: tuple[str, ...] = ()

    @cached_property
    def canonical(self) -> frozenset[str]:
        """The codes as they are read."""
        return frozenset(map(normalise, self.codes))

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """The lengths of the canonical codes, each once."""
        return tuple({len(code) for code in self.canonical})


@dataclass(frozen=True, slots=True)
class SignToken:
    """A gap or a mark, by its name in GAPS and MARKS, that is drawn and not read; ``field`` begins the next field."""

    kind: str


@dataclass(frozen=True, slots=True)
class Without:
    """The texts that ``tokens`` stand for, without ``exceptions``."""

    tokens: "tuple[Token, ...]"
    exceptions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """The texts that any one of ``options`` stands for."""

    options: "tuple[tuple[Token, ...], ...]"


Token = Slot | Codes | SignToken | Without | Choice
NEXT_FIELD = SignToken("field")


def parse(pattern: str, letters: str, parts: Mapping[str, tuple[Token, ...]]) -> tuple[Token, ...]:
    """Returns the tokens of one line. Raises FormatError for what the language does not have."""
    tokens: list[Token] = []
    at = 0
    while at < len(pattern):
        if times := _TIMES.match(pattern, at):
            tokens.append(_repeated(tokens.pop() if tokens else None, times, pattern))
            at = times.end()
            continue
        if pattern[at] == "(":
            options, at = _options(pattern, at)
            tokens.append(Choice(tuple(parse(option, letters, parts) for option in options)))
            continue
        found = _TOKEN.match(pattern, at)
        assert found is not None  # the last alternative takes any character
        tokens += _token(found, letters, parts, pattern)
        at = found.end()
    return tuple(tokens)


def field_count(pattern: str) -> int:
    """Returns how many fields a line has: each ``|`` that is not within ( ) begins one more."""
    while (bare := _INNERMOST.sub("", pattern)) != pattern:
        pattern = bare
    return 1 + pattern.count("|")


def fields(tokens: Sequence["Token"]) -> list[tuple["Token", ...]]:
    """Returns the tokens of each field of a line."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        if token == NEXT_FIELD:
            found.append([])
        else:
            found[-1].append(token)
    return [tuple(field) for field in found]


def lengths(tokens: Sequence["Token"]) -> frozenset[int]:
    """Returns the numbers of characters that a text of ``tokens`` may have."""
    total = frozenset({0})
    for token in tokens:
        total = frozenset(a + b for a in total for b in _token_lengths(token))
    return total


def _token_lengths(token: "Token") -> frozenset[int]:
    if isinstance(token, SignToken):
        return frozenset({0})
    if isinstance(token, Codes):
        return frozenset(token.lengths)
    if isinstance(token, Without):
        return lengths(token.tokens)
    if isinstance(token, Choice):
        return frozenset[int]().union(*map(lengths, token.options))
    return frozenset(range(token.least, token.most + 1))


def characters(tokens: Sequence["Token"]) -> frozenset[str]:
    """Returns every character that a text of ``tokens`` may have, as it is written."""
    return frozenset[str]().union(*map(_token_characters, tokens))


def _token_characters(token: "Token") -> frozenset[str]:
    if isinstance(token, SignToken):
        return frozenset()
    if isinstance(token, Codes):
        return frozenset("".join(token.codes))
    if isinstance(token, Without):
        return characters(token.tokens)
    if isinstance(token, Choice):
        return frozenset[str]().union(*map(characters, token.options))
    return frozenset(token.characters)


def is_read(tokens: Sequence["Token"]) -> bool:
    """Tells whether a line has more than signs."""
    return any(not isinstance(token, SignToken) for token in tokens)


def _options(pattern: str, start: int) -> tuple[list[str], int]:
    """Returns the alternatives in the brackets that open at ``start``, and where the text behind them begins."""
    options = [""]
    depth = 1
    for at in range(start + 1, len(pattern)):
        char = pattern[at]
        depth += (char == "(") - (char == ")")
        if depth == 0 and len(options) > 1:
            return options, at + 1
        if depth == 1 and char == "|":
            options.append("")
        else:
            options[-1] += char
    raise FormatError(f"{pattern!r}: ( must begin several alternatives, divided by | and closed by )")


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
        return (SignToken(GAPS.get(one) or MARKS[one]),)
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


def without(tokens: tuple[Token, ...], exceptions: frozenset[str]) -> Without:
    """Returns ``tokens`` without ``exceptions``. Raises FormatError for an exception that could never occur."""
    if strange := [text for text in sorted(exceptions) if not matches(tokens, text)]:
        raise FormatError(f"the exception {strange[0]!r} could never occur")
    return Without(tokens, exceptions)


def matches(tokens: Sequence[Token], text: str) -> bool:
    """Tells whether ``tokens`` stand for ``text``, which is in canonical spelling and has no signs."""
    return len(text) in _ends(tokens, text, 0)


def _ends(tokens: Sequence[Token], text: str, start: int) -> set[int]:
    """Returns where a piece of ``text`` may end that begins at ``start`` and that ``tokens`` stand for."""
    ends = {start}
    for token in tokens:
        ends = {end for begin in ends for end in _token_ends(token, text, begin)}
    return ends


def _token_ends(token: Token, text: str, start: int) -> set[int]:
    if isinstance(token, SignToken):
        return {start}
    if isinstance(token, Codes):
        return {start + n for n in token.lengths if text[start : start + n] in token.canonical}
    if isinstance(token, Without):
        return {end for end in _ends(token.tokens, text, start) if text[start:end] not in token.exceptions}
    if isinstance(token, Choice):
        return {end for option in token.options for end in _ends(option, text, start)}
    run = 0
    while run < token.most and start + run < len(text) and text[start + run] in token.characters:
        run += 1
    return {start + n for n in range(token.least, run + 1)}
