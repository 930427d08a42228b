"""Describes a plate as data, without pixels: fields of characters, furniture around them, colours.

Lengths are fractions: x of the plate's width and y of its height, so that a plate can be drawn at any size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
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
CONFUSABLE = "0OQD1I8B5S2Z6GVYMH"
"""Characters that readers confuse: they are written more often than the others where both may stand."""


@dataclass(frozen=True)
class Run:
    """Characters that are read. ``height`` is relative to the field's, ``width`` is that of an H against its
    own."""

    text: str
    height: float = 1.0
    width: float = 0.62
    digit_width: float = 0.58
    ink: str | None = None
    """What is drawn instead of ``text``: letters with accents, or with ``script`` a word that stands for a letter."""
    script: str | None = None
    """The script of ``ink``: ``arabic``, ``chinese``, ``hebrew``, or ``cyrillic`` for the letter that Latin writes
    Y."""
    paint: Colour | None = None
    """The colour of these characters; None means the plate's ink."""


@dataclass(frozen=True)
class Gap:
    """The room between groups, in heights of the field."""

    width: float


@dataclass(frozen=True)
class Mark:
    """A sign between characters that is not read: dash, dot, seals or crest; sizes are in heights of the field."""

    kind: str
    width: float
    height: float = 1.0


Item = Run | Gap | Mark


@dataclass(frozen=True)
class Field:
    """Characters that are set together: those of height 1 fill ``rect`` from top to bottom."""

    rect: Rect
    items: tuple[Item, ...]
    row: int = 0
    """The line of the plate that they belong to, from the top; two fields may share one."""

    @property
    def text(self) -> str:
        """Returns the characters that are read, in order."""
        return "".join(i.text for i in self.items if isinstance(i, Run))


@dataclass(frozen=True)
class Note:
    """Small lettering that is not read, compressed into ``rect``."""

    rect: Rect
    text: str
    ink: Colour


@dataclass(frozen=True)
class Shape:
    """A filled ``rect``, ``ellipse`` or ``triangle``, a ``ring`` (outline), or ``stars`` (a circle of them)."""

    kind: str
    rect: Rect
    ink: Colour


@dataclass(frozen=True)
class Plate:
    """A whole plate, with everything that is fixed before size, typeface, pose and light are chosen."""

    region: str
    aspect: float
    fields: tuple[Field, ...]
    ground: tuple[Colour, ...] = (WHITE,)
    ink: Colour = BLACK
    edge: Colour | None = BLACK
    shapes: tuple[Shape, ...] = ()
    notes: tuple[Note, ...] = ()
    kind: str = "any"
    """The registry's name of the typeface."""
    lines: int = 1
    stroke: tuple[float, float] = (0.11, 0.18)
    type: str = ""
    """The registry's name of this type of plate within ``region``."""
    width: float | None = None
    """The width in millimetres; None if the registry does not state it."""
    order: tuple[int, ...] = ()
    """The numbers of ``fields`` in the order of the registration; if empty, the fields are in order."""

    @property
    def text(self) -> str:
        """Returns the characters row by row, as a reader sees and learns them."""
        return "".join(f.text for f in self.fields)

    @property
    def registration(self) -> str:
        """Returns the characters in the order in which they are registered."""
        return "".join(self.fields[number].text for number in self.order) if self.order else self.text

    @property
    def rows(self) -> tuple[int, ...]:
        """Returns the line on which each character of ``text`` stands, from the top."""
        return tuple(f.row for f in self.fields for _ in f.text)


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """Returns one of ``options``, each equally likely."""
    return options[int(rng.random() * len(options))]


def colour(rng: np.random.Generator, low: int, high: int) -> Colour:
    """Returns a random colour whose channels are from ``low`` up to ``high``."""
    red, green, blue = (int(c) for c in rng.integers(low, high, 3))
    return red, green, blue


def shade(ground: Colour, factor: float) -> Colour:
    """Returns ``ground`` darker (factor below 1) or lighter."""
    red, green, blue = (int(max(0, min(255, c * factor))) for c in ground)
    return red, green, blue


def character(rng: np.random.Generator, allowed: str) -> str:
    """Returns one of ``allowed``; one time in four one that is easily confused, if there are such."""
    if rng.random() < 0.25 and (confusable := _confusable(allowed)):
        return pick(rng, confusable)
    return pick(rng, allowed)


@cache
def _confusable(allowed: str) -> str:
    return "".join(c for c in allowed if c in CONFUSABLE)
