"""Tunisian and Chinese plates, India and others, and plates of no country: any characters in any colours."""

import numpy as np

from src.core.alphabet import PROVINCES
from src.data.synthesis.americas import argentine
from src.data.synthesis.europe import band, bolts
from src.data.synthesis.lettering import BAND_TEXTS, DEALERS, PLACES
from src.data.synthesis.plate import (
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
    Note,
    Plate,
    Run,
    Shape,
    character,
    colour,
    pick,
    write,
)

TUNIS = "\ufeb2\ufee7\ufeee\ufe97"
"""The word Tunis in Arabic: joined forms in the order they stand from left to right, as no shaper runs."""


def tunisian(rng: np.random.Generator) -> Plate:
    """White on black: one to three digits, the word Tunis (written T), one to four digits."""
    left = write(rng, pick(rng, ("ndd", "ndd", "1dd", "nd", "nd", "n")).replace("1", "{1}"), digit_width=0.52)
    right = write(rng, pick(rng, ("dddd", "nddd", "nddd", "ndd", "nd")), digit_width=0.52)
    word = Run("T", float(rng.uniform(0.7, 1.0)), float(rng.uniform(1.0, 1.9)), ink=TUNIS, script="arabic")
    gap = float(rng.uniform(0.05, 0.35))
    ground, ink = pick(rng, ((BLACK, WHITE), (BLACK, WHITE), ((30, 30, 32), (200, 200, 198)), ((45, 40, 48), WHITE)))
    top, bottom = 0.17 + float(rng.uniform(-0.06, 0.08)), 0.84 + float(rng.uniform(-0.08, 0.05))
    field = Field((0.05, top, 0.95, bottom), (*left, Gap(gap), word, Gap(gap), *right))
    return Plate(
        "TN",
        float(rng.uniform(4.0, 5.0)),
        (field,),
        (ground,),
        ink,
        ink if rng.random() < 0.8 else None,
        bolts(rng, 0.3),
        (),
        "tunisia",
        stroke=(0.1, 0.18),
    )


def chinese(rng: np.random.Generator) -> Plate:
    """Blue with white, or green for electric cars: a province, a letter, a dot, five or six more."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    province = pick(rng, PROVINCES) if rng.random() < 0.7 else "皖"
    first = Run(province, 1.0, float(rng.uniform(0.5, 0.75)), ink=province, script="chinese")
    electric = rng.random() < 0.2
    rest = write(
        rng,
        "L." + ("dddddd" if electric else pick(rng, ("ddddd", "AAAAA", "Adddd", "ddAdd"))),
        letters,
        0.5,
        0.48,
    )
    ground, ink = ((pick(rng, ((60, 170, 110), (120, 205, 150))),), BLACK) if electric else (((25, 70, 170),), WHITE)
    top, bottom = 0.16 + float(rng.uniform(-0.04, 0.04)), 0.84 + float(rng.uniform(-0.04, 0.04))
    return Plate(
        "CN",
        440 / 140,
        (Field((0.04, top, 0.96, bottom), (first, *rest)),),
        ground,
        ink,
        ink if rng.random() < 0.7 else None,
        bolts(rng, 0.4),
        (),
        "tunisia",
    )


def generic(rng: np.random.Generator) -> Plate:
    """Plates of other countries, and of none."""
    x = rng.random()
    if x < 0.07:
        return argentine(rng)
    if x < 0.22:
        return _indian(rng)
    return _free_square(rng) if x < 0.4 else _free(rng)


def _indian(rng: np.random.Generator) -> Plate:
    ground, ink = pick(rng, ((WHITE, BLACK), (WHITE, BLACK), (YELLOW, BLACK), (GREEN, WHITE), (BLACK, YELLOW)))
    pattern = pick(rng, ("LL dd LL/dddd", "LL dd L/dddd", "LL ddLL/dddd")) if rng.random() < 0.3 else ""
    if pattern:
        return _two_lines(rng, "IN", pattern, ground, ink)
    items = write(rng, pick(rng, ("LL dd LL dddd", "LL dd L dddd", "LLddLLdddd", "LL-dd-LL-dddd", "LLddLdddd")))
    shapes, notes, left = _maybe_band(rng, "IND")
    field = Field((left, 0.15, 0.97, 0.85), items)
    edge = ink if rng.random() < 0.6 else None
    return Plate("IN", float(rng.uniform(3.8, 4.8)), (field,), (ground,), ink, edge, shapes + bolts(rng), notes, "any")


_SEPARATORS = (" ", " ", "-", "-", ".", "_", "#", "o", "*", "+")


def _free(rng: np.random.Generator) -> Plate:
    """Four to nine characters in one to four groups."""
    count = 4 + int(rng.random() * 6)
    items = _groups(rng, count)
    ground, ink = _colours(rng)
    shapes, notes, left = _maybe_band(rng, pick(rng, BAND_TEXTS))
    top, bottom = 0.15 + float(rng.uniform(-0.07, 0.12)), 0.85 + float(rng.uniform(-0.12, 0.07))
    if rng.random() < 0.2:
        top = max(top, 0.24)
        notes += (Note((0.25, 0.05, 0.75, 0.18), pick(rng, PLACES), ink),)
    if rng.random() < 0.2:  # a line of small print, or the month and year to which the plate is valid
        bottom = min(bottom, 0.76)
        small = pick(rng, DEALERS) if rng.random() < 0.5 else _date(rng)
        notes += (Note((0.2, 0.82, 0.8, 0.95), small, ink),)
    edge = ink if rng.random() < 0.5 else None
    return Plate(
        "",
        float(rng.uniform(2.2, 5.0)),
        (Field((left, top, 0.96, bottom), items),),
        ground,
        ink,
        edge,
        shapes + bolts(rng),
        notes,
        "any",
        stroke=(0.08, 0.2),
    )


def _free_square(rng: np.random.Generator) -> Plate:
    ground, ink = _colours(rng)
    upper = pick(rng, ("LL", "LLL", "Ldd", "ddd", "dd LL", "LL dd", "L dd", "AAA", "AAAA", "LL-d", "dd-L", "nL"))
    lower = pick(rng, ("dddd", "ddd", "ddddd", "ddLL", "LLL", "dd-dd", "dd.dd", "AAAA", "AAA", "ndddd", "dddL"))
    return _two_lines(rng, "", f"{upper}/{lower}", ground[0], ink)


def _two_lines(rng: np.random.Generator, region: str, pattern: str, ground: Colour, ink: Colour) -> Plate:
    upper, lower = pattern.split("/")
    split = float(rng.uniform(0.42, 0.55))
    room = float(rng.uniform(0.03, 0.06))
    rows = (
        Field((0.08, 0.09, 0.92, split - room), write(rng, upper)),
        Field((0.05, split + room, 0.95, 0.92), write(rng, lower)),
    )
    edge = ink if rng.random() < 0.5 else None
    aspect = float(rng.uniform(1.1, 2.2))
    return Plate(region, aspect, rows, (ground,), ink, edge, bolts(rng), (), "any", 2, (0.09, 0.19))


def _groups(rng: np.random.Generator, count: int) -> tuple[Item, ...]:
    items: list[Item] = []
    width = float(rng.uniform(0.45, 0.9))
    while count > 0:
        size = min(count, 1 + int(rng.random() * 4))
        kind = pick(rng, (LETTERS, DIGITS, DIGITS, LETTERS + DIGITS))
        items.append(Run("".join(character(rng, kind) for _ in range(size)), width=width, digit_width=width * 0.94))
        count -= size
        if count:
            items += [i for i in write(rng, f"{{}}{pick(rng, _SEPARATORS)}") if not isinstance(i, Run)]
    return tuple(items)


def _date(rng: np.random.Generator) -> str:
    return f"{1 + int(rng.random() * 12):02d}.{15 + int(rng.random() * 15):02d}"


def _maybe_band(rng: np.random.Generator, text: str) -> tuple[tuple[Shape, ...], tuple[Note, ...], float]:
    if rng.random() < 0.3:
        shapes, notes = band(rng, (0.0, 0.0, 0.085, 1.0), text)
        if rng.random() < 0.4:  # green in Pakistan, red in Qatar, flags elsewhere
            shapes = (
                Shape("rect", (0.0, 0.0, 0.085, 1.0), pick(rng, (GREEN, RED, YELLOW, WHITE))),
                *shapes[1:],
            )
        return shapes, notes, 0.11
    return (), (), 0.04


def _colours(rng: np.random.Generator) -> tuple[tuple[Colour, ...], Colour]:
    """Ground and ink whose lightness differs enough to be read."""
    x = rng.random()
    if x < 0.4:
        return pick(rng, (((WHITE,), BLACK), ((YELLOW,), BLACK), ((BLACK,), WHITE), ((BLUE,), WHITE), ((RED,), WHITE)))
    dark, light = colour(rng, 0, 110), colour(rng, 165, 256)
    if x < 0.75:
        return (light, colour(rng, 165, 256)) if x < 0.6 else (light,), dark
    return (dark,), light
