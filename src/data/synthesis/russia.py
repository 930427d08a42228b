"""Russian plates: GOST R 50577, types 1 (cars), 1A (square), 1B (taxis), 2 (trailers), 5, 9, 20 (others)."""

import numpy as np

from src.data.synthesis.plate import (
    BLACK,
    DIGITS,
    RED,
    WHITE,
    YELLOW,
    Colour,
    Field,
    Item,
    Note,
    Plate,
    Run,
    Shape,
    character,
    pick,
)

_LETTERS = "ABEKMHOPCTYX"
_MANY_CARS = (
    "77 97 99 177 197 199 777 799 797 50 90 150 190 750 790 78 98 178 198 47 16 116 23 123 22 54 154 66 96",
    "196 63 74 174 61 161 02 102 52 152 59 24 124 34 36 76 69 27 26",
)
_FREQUENT = tuple(code for line in _MANY_CARS for code in line.split())
_THREE_DIGITS = (
    "113 121 125 126 134 136 138 142 147 159 163 164 173 186 193 252 277 299 323 702 716 725 754 761 763 774 777 977"
)
_RARE = (*(f"{n:02d}" for n in range(1, 100)), *_THREE_DIGITS.split())
_POLICE_BLUE: Colour = (30, 75, 170)


def russian(rng: np.random.Generator) -> Plate:
    """A Russian plate of any type, cars most."""
    x = rng.random()
    if x < 0.80:
        return russian_car(rng)
    if x < 0.87:
        return _square(rng)
    if x < 0.90:
        return _long(rng, "LLdddd", WHITE, BLACK)
    if x < 0.94:
        return _long(rng, "LLddd", YELLOW, BLACK)
    if x < 0.96:
        return _long(rng, "ddd{CD}d" if rng.random() < 0.5 else "ddd{D}ddd", RED, WHITE)
    if x < 0.98:
        return _long(rng, "ddddLL", BLACK, WHITE)
    return _long(rng, "Ldddd", _POLICE_BLUE, WHITE)


def russian_car(rng: np.random.Generator) -> Plate:
    """Type 1, what nearly every car has."""
    return _long(rng, "Lddd LL", WHITE, BLACK)


def _long(rng: np.random.Generator, pattern: str, ground: Colour, ink: Colour) -> Plate:
    """One line: letters three quarters as high as digits, the region in its own box at the right."""
    region = _region(rng)
    split = (0.755 if len(region) == 2 else 0.735) + float(rng.uniform(-0.015, 0.015))
    top, bottom = 0.16 + float(rng.uniform(-0.04, 0.03)), 0.85 + float(rng.uniform(-0.03, 0.03))
    low = 0.76 + float(rng.uniform(-0.03, 0.05))
    main = Field((0.055, top, split - 0.02, bottom), _runs(rng, pattern, low))
    high = 0.12 + float(rng.uniform(-0.04, 0.03))
    digits = (Run(region, digit_width=float(rng.uniform(0.56, 0.7))),)
    right = Field((split + 0.025, high, 0.955, high + 0.53 + float(rng.uniform(-0.03, 0.04))), digits)
    shapes, notes = _region_foot(rng, (split, 0.0, 1.0, 1.0), ink)
    if rng.random() < 0.7:
        shapes += _bolts(rng, ((0.028, 0.5), (0.972, 0.5)))
    return Plate(
        "RU",
        520 / 112,
        (main, right),
        (_tint(rng, ground),),
        _ink(rng, ink),
        ink,
        shapes,
        notes,
        "russia",
        stroke=(0.09, 0.17),
    )


def _square(rng: np.random.Generator) -> Plate:
    """Type 1A: letter and digits above, two letters and the region's box below."""
    low = 0.78 + float(rng.uniform(-0.05, 0.1))
    split = 0.55 + float(rng.uniform(-0.03, 0.05))
    upper = Field((0.09, 0.1, 0.91, 0.46), (*_runs(rng, "L", low), *_runs(rng, "ddd", low)))
    lower = Field((0.06, 0.56, split - 0.03, 0.9), _runs(rng, "LL", 1.0))
    region = Field((split + 0.04, 0.56, 0.93, 0.78), (Run(_region(rng)),))
    shapes, notes = _region_foot(rng, (split, 0.52, 1.0, 1.0), BLACK)
    shapes = (Shape("rect", (split, 0.52, 1.0, 0.535), BLACK), *shapes)
    aspect = float(rng.uniform(1.5, 1.8))
    return Plate(
        "RU",
        aspect,
        (upper, lower, region),
        (_tint(rng, WHITE),),
        _ink(rng, BLACK),
        BLACK,
        shapes,
        notes,
        "russia",
        lines=2,
        stroke=(0.09, 0.17),
    )


def _runs(rng: np.random.Generator, pattern: str, low: float) -> tuple[Item, ...]:
    """A run for each stretch of letters or digits; letters are ``low`` times as high, and broad."""
    runs: list[Item] = []
    wide, narrow = float(rng.uniform(0.72, 0.9)), float(rng.uniform(0.5, 0.6))
    literal = False
    for token in pattern.replace(" ", ""):
        if token in "{}":
            literal = token == "{"
            continue
        is_digit = token == "d" and not literal
        char = character(rng, DIGITS) if is_digit else token if literal else pick(rng, _LETTERS)
        script = "cyrillic" if char == "Y" else None
        runs.append(Run(char, 1.0 if is_digit else low, wide, narrow, script=script))
    return tuple(runs)


def _region(rng: np.random.Generator) -> str:
    return pick(rng, _FREQUENT) if rng.random() < 0.6 else pick(rng, _RARE)


def _region_foot(
    rng: np.random.Generator, box: tuple[float, float, float, float], ink: Colour
) -> tuple[tuple[Shape, ...], tuple[Note, ...]]:
    """The line left of the region's box, and RUS with the flag at its foot."""
    x1, y1, x2, y2 = box
    w, h = x2 - x1, y2 - y1
    shapes: tuple[Shape, ...] = (Shape("rect", (x1, y1, x1 + 0.008 + 0.006 * rng.random(), y2), ink),)
    top, bottom = y1 + h * 0.74, y1 + h * 0.9
    note = Note((x1 + 0.1 * w, top, x1 + 0.52 * w, bottom), "RUS", ink)
    if rng.random() < 0.85:
        left, right, third = x1 + 0.55 * w, x1 + 0.86 * w, (bottom - top) / 3
        for i, colour in enumerate(((240, 240, 240), (30, 60, 170), (205, 40, 45))):
            shapes += (Shape("rect", (left, top + i * third, right, top + (i + 1) * third), colour),)
    return shapes, (note,)


def _bolts(rng: np.random.Generator, places: tuple[tuple[float, float], ...]) -> tuple[Shape, ...]:
    r = 0.004 + 0.006 * float(rng.random())
    ink = pick(rng, ((40, 40, 40), (110, 110, 110), (150, 150, 155)))
    return tuple(Shape("ellipse", (x - r, y - 4.6 * r, x + r, y + 4.6 * r), ink) for x, y in places)


def _tint(rng: np.random.Generator, ground: Colour) -> Colour:
    shade = rng.integers(-5, 6, 3) + int(rng.uniform(-45, 10))
    red, green, blue = (int(max(0, min(255, c + s))) for c, s in zip(ground, shade, strict=True))
    return red, green, blue


def _ink(rng: np.random.Generator, ink: Colour) -> Colour:
    """Worn characters are greyer (black ink) or yellowish."""
    wear = int(rng.random() * 50)
    return (ink[0] + wear, ink[1] + wear, ink[2] + wear) if ink == BLACK else ink
