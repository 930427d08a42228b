"""What a plate looks like, as data: fields of characters, furniture around them, colours. No pixels yet.

Lengths are fractions: x of the plate's width, y of its height, so that a plate is drawn at any size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Colour = tuple[int, int, int]
Rect = tuple[float, float, float, float]
T = TypeVar("T")

BLACK: Colour = (18, 18, 20)
WHITE: Colour = (238, 239, 236)
BLUE: Colour = (20, 62, 160)
YELLOW: Colour = (246, 190, 20)
RED: Colour = (190, 28, 38)
GREEN: Colour = (20, 105, 60)

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
CONFUSABLE = "0OQD1I8B5S2Z6G"
"""Characters that readers take for one another: written more often than the others where both may stand."""


@dataclass(frozen=True)
class Run:
    """Characters that are read. ``height`` against the field's; ``width`` of an H against its height."""

    text: str
    height: float = 1.0
    width: float = 0.62
    digit_width: float = 0.58
    ink: str | None = None
    """What is drawn for the one character ``text`` instead of it, such as an Arabic word."""
    script: str | None = None
    """``arabic`` or ``chinese``: a face for ``ink``; ``cyrillic`` the letter that Latin writes Y."""


@dataclass(frozen=True)
class Gap:
    """Room between groups, in heights of the field."""

    width: float


@dataclass(frozen=True)
class Mark:
    """A sign between characters that is not read: dash, dot, seals, crest; sizes in heights of the field."""

    kind: str
    width: float
    height: float = 1.0


Item = Run | Gap | Mark


@dataclass(frozen=True)
class Field:
    """One line of characters: characters of height 1 fill ``rect`` from top to bottom."""

    rect: Rect
    items: tuple[Item, ...]
    ink: Colour | None = None


@dataclass(frozen=True)
class Note:
    """Small lettering that is not read, squeezed into ``rect``."""

    rect: Rect
    text: str
    ink: Colour


@dataclass(frozen=True)
class Shape:
    """A filled ``rect``, ``ellipse``, ``triangle``, ``ring`` (outline) or ``stars`` (a circle of them)."""

    kind: str
    rect: Rect
    ink: Colour


@dataclass(frozen=True)
class Plate:
    """A whole plate: everything that is fixed before size, typeface, pose and light are chosen."""

    region: str
    aspect: float
    fields: tuple[Field, ...]
    ground: tuple[Colour, ...] = (WHITE,)
    ink: Colour = BLACK
    edge: Colour | None = BLACK
    shapes: tuple[Shape, ...] = ()
    notes: tuple[Note, ...] = ()
    kind: str = "euro"
    lines: int = 1
    stroke: tuple[float, float] = (0.11, 0.18)

    @property
    def text(self) -> str:
        """The characters that are read, in order."""
        return "".join(i.text for f in self.fields for i in f.items if isinstance(i, Run))


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One of ``options``, each as likely."""
    return options[int(rng.random() * len(options))]


def colour(rng: np.random.Generator, low: int, high: int) -> Colour:
    """Any colour of channels from ``low`` up to ``high``."""
    red, green, blue = (int(c) for c in rng.integers(low, high, 3))
    return red, green, blue


def character(rng: np.random.Generator, allowed: str) -> str:
    """One of ``allowed``; one time in four one that is easily confused, where there are such."""
    if rng.random() < 0.25:
        confusable = [c for c in allowed if c in CONFUSABLE]
        if confusable:
            return pick(rng, confusable)
    return pick(rng, allowed)


MARKS = {
    "-": Mark("dash", 0.3),
    ".": Mark("dot", 0.2),
    "*": Mark("seals", 0.42),
    "#": Mark("crest", 0.5),
    "o": Mark("seal", 0.4),
    "+": Mark("emblem", 0.7),
}


def write(
    rng: np.random.Generator,
    pattern: str,
    letters: str = LETTERS,
    width: float = 0.62,
    digit_width: float = 0.58,
) -> tuple[Item, ...]:
    """Characters for a pattern: ``L`` letter, ``d`` digit, ``n`` digit but 0, ``A`` either, ``{AB}`` itself.

    A space is a gap, ``_`` a narrow one; MARKS lists the signs.
    """
    items: list[Item] = []
    text = ""
    literal = False
    for token in pattern + " ":
        if token in "{}":
            literal = token == "{"
        elif literal:
            text += token
        elif token in "LdnA":
            text += _character(rng, token, letters)
        else:
            if text:
                items.append(Run(text, width=width, digit_width=digit_width))
                text = ""
            items.append(MARKS[token] if token in MARKS else Gap(0.3 if token == " " else 0.12))
    return tuple(items[:-1])  # without the gap that the added space stands for


def _character(rng: np.random.Generator, token: str, letters: str) -> str:
    if token == "L" or (token == "A" and rng.random() < 0.5):
        return character(rng, letters)
    return character(rng, DIGITS[1:] if token == "n" else DIGITS)
