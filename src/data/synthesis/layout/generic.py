"""Makes plates of no country: any characters in one or two lines, any colours and any furniture."""

import numpy as np

from src.data.synthesis.drawing.lettering import BAND_TEXTS, DEALERS, PLACES
from src.data.synthesis.layout.plate import (
    BLACK,
    BLUE,
    DIGITS,
    GREEN,
    LETTERS,
    RED,
    WHITE,
    YELLOW,
    Colour,
    Field,
    Gap,
    Item,
    Mark,
    Note,
    Plate,
    Run,
    Shape,
    character,
    colour,
    pick,
)

_SEPARATORS: tuple[Item, ...] = (
    Gap(0.3), Gap(0.3), Gap(0.12), Mark("dash", 0.3), Mark("dash", 0.3), Mark("dot", 0.2), Mark("crest", 0.5),
    Mark("seal", 0.4), Mark("seals", 0.42), Mark("emblem", 0.7),
)  # fmt: skip
_PAIRS: tuple[tuple[Colour, Colour], ...] = (
    (WHITE, BLACK), (YELLOW, BLACK), (BLACK, WHITE), (BLUE, WHITE), (RED, WHITE), (GREEN, WHITE), (BLACK, YELLOW),
)  # fmt: skip


def generic(rng: np.random.Generator) -> Plate:
    """Returns a plate whose characters follow no format, so that a reader does not rely on one."""
    return _two_lines(rng) if rng.random() < 0.25 else _one_line(rng)


def _one_line(rng: np.random.Generator) -> Plate:
    ground, ink = _colours(rng)
    shapes, notes, left = _band(rng) if rng.random() < 0.3 else ((), (), 0.04)
    top, bottom = 0.15 + float(rng.uniform(-0.07, 0.12)), 0.85 + float(rng.uniform(-0.12, 0.07))
    if rng.random() < 0.2:
        top = max(top, 0.24)
        notes += (Note((0.25, 0.05, 0.75, 0.18), pick(rng, PLACES), ink),)
    if rng.random() < 0.2:
        bottom = min(bottom, 0.76)
        notes += (Note((0.2, 0.82, 0.8, 0.95), _small(rng), ink),)
    field = Field((left, top, 0.96, bottom), _groups(rng, 4 + int(rng.random() * 6)))
    aspect = float(rng.uniform(2.2, 5.0))
    edge = ink if rng.random() < 0.5 else None
    return Plate("", aspect, (field,), ground, ink, edge, shapes, notes, stroke=(0.08, 0.2))


def _two_lines(rng: np.random.Generator) -> Plate:
    ground, ink = _colours(rng)
    split, room = float(rng.uniform(0.42, 0.55)), float(rng.uniform(0.03, 0.06))
    rows = (
        Field((0.08, 0.09, 0.92, split - room), _groups(rng, 2 + int(rng.random() * 3))),
        Field((0.05, split + room, 0.95, 0.92), _groups(rng, 3 + int(rng.random() * 3)), row=1),
    )
    aspect = float(rng.uniform(1.1, 2.2))
    edge = ink if rng.random() < 0.5 else None
    return Plate("", aspect, rows, ground, ink, edge, lines=2, stroke=(0.09, 0.19))


def three_lines(rng: np.random.Generator) -> Plate:
    """Returns a plate of three short lines, as on some motorcycles and lorries; the registry has none of that kind."""
    ground, ink = _colours(rng)
    gap, sides = float(rng.uniform(0.04, 0.07)), rng.uniform(0.05, 0.14, 3).tolist()
    tops = np.linspace(0.07, 0.95, 4).tolist()
    rows = tuple(
        Field((side, tops[row], 1 - side, tops[row + 1] - gap), _groups(rng, 2 + int(rng.random() * 3)), row=row)
        for row, side in enumerate(sides)
    )
    edge = ink if rng.random() < 0.5 else None
    return Plate("", float(rng.uniform(0.85, 1.4)), rows, ground, ink, edge, lines=3, stroke=(0.09, 0.19))


def _groups(rng: np.random.Generator, count: int) -> tuple[Item, ...]:
    """Returns ``count`` characters in groups of one to four."""
    items: list[Item] = []
    width = float(rng.uniform(0.45, 0.9))
    while count > 0:
        size = min(count, 1 + int(rng.random() * 4))
        kind = pick(rng, (LETTERS, DIGITS, DIGITS, LETTERS + DIGITS))
        items.append(Run("".join(character(rng, kind) for _ in range(size)), width=width, digit_width=width * 0.94))
        count -= size
        if count:
            items.append(pick(rng, _SEPARATORS))
    return tuple(items)


def _small(rng: np.random.Generator) -> str:
    """Returns a line of small print, or the month and year to which the plate is valid."""
    if rng.random() < 0.5:
        return pick(rng, DEALERS)
    return f"{1 + int(rng.random() * 12):02d}.{15 + int(rng.random() * 15):02d}"


def _band(rng: np.random.Generator) -> tuple[tuple[Shape, ...], tuple[Note, ...], float]:
    """Returns a coloured strip at the left with letters in it, and where the characters may begin."""
    ground = pick(rng, (BLUE, BLUE, BLUE, GREEN, RED, YELLOW, WHITE, (90, 150, 215)))
    shapes: tuple[Shape, ...] = (Shape("rect", (0.0, 0.0, 0.085, 1.0), ground),)
    if rng.random() < 0.5:
        shapes += (Shape("stars", (0.013, 0.1, 0.072, 0.5), YELLOW),)
    ink = WHITE if sum(ground) < 450 else BLACK
    return shapes, (Note((0.009, 0.62, 0.076, 0.88), pick(rng, BAND_TEXTS), ink),), 0.11


def _colours(rng: np.random.Generator) -> tuple[tuple[Colour, ...], Colour]:
    """Returns colours of ground and ink whose lightness differs enough to be read."""
    x = rng.random()
    if x < 0.4:
        ground, ink = pick(rng, _PAIRS)
        return (ground,), ink
    dark, light = colour(rng, 0, 110), colour(rng, 165, 256)
    if x < 0.75:
        return (light, colour(rng, 165, 256)) if x < 0.6 else (light,), dark
    return (dark,), light
