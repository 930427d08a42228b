"""Brazilian plates (old, Mercosur, motorcycles), those of the United States and Canada, and Argentina's."""

import numpy as np

from src.data.synthesis.europe import bolts
from src.data.synthesis.lettering import BRAZILIAN_TOWNS, MONTHS, SLOGANS, STATES
from src.data.synthesis.plate import (
    BLACK,
    BLUE,
    GREEN,
    LETTERS,
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
    colour,
    pick,
    write,
)

_MERCOSUR_BLUE: Colour = (20, 60, 150)
_GREY: Colour = (176, 178, 178)
_DARK_RED: Colour = (150, 40, 45)


def brazilian(rng: np.random.Generator) -> Plate:
    """Old grey and red plates most, with the town above; Mercosur; a sixth are motorcycles' in two lines."""
    x = rng.random()
    if x < 0.55:
        return old_brazilian(rng)
    if x < 0.66:
        return _old_motorcycle(rng)
    return mercosur(rng, "BR", "LLLdLdd", "LLL/dLdd", "BRASIL")


def _old_colours(rng: np.random.Generator) -> tuple[Colour, Colour]:
    x = rng.random()
    if x < 0.6:
        return pick(rng, (_GREY, (200, 202, 202), (150, 152, 152), (222, 222, 220))), (25, 25, 28)
    if x < 0.92:
        return pick(rng, (_DARK_RED, (170, 60, 60), (165, 110, 110), (120, 30, 35), (185, 125, 120))), (
            232,
            226,
            220,
        )
    return pick(rng, (((235, 235, 230), (150, 30, 40)), ((20, 60, 130), WHITE), (BLACK, (200, 200, 200))))


def old_brazilian(rng: np.random.Generator) -> Plate:
    """LLL dddd, until 2018: grey, red for taxis and lorries, a few other colours."""
    ground, ink = _old_colours(rng)
    middle = pick(rng, (".", ".", "-", " ", "_"))
    items = write(rng, f"LLL{middle}dddd", LETTERS, float(rng.uniform(0.74, 0.9)), float(rng.uniform(0.68, 0.84)))
    top, bottom = 0.32 + float(rng.uniform(-0.04, 0.04)), 0.88 + float(rng.uniform(-0.05, 0.04))
    town = Note((0.25, 0.06, 0.75, top - 0.07), pick(rng, BRAZILIAN_TOWNS), ink)
    shapes = bolts(rng, 0.6)
    if rng.random() < 0.3:  # the tag on which the town stands
        shapes = (Shape("ring", (0.24, 0.05, 0.76, top - 0.05), ink), *shapes)
    edge = ink if rng.random() < 0.6 else None
    return Plate(
        "BR",
        400 / 130,
        (Field((0.03, top, 0.97, bottom), items),),
        (ground,),
        ink,
        edge,
        shapes,
        (town,),
        "brazil",
        stroke=(0.12, 0.2),
    )


def _old_motorcycle(rng: np.random.Generator) -> Plate:
    ground, ink = _old_colours(rng)
    width = float(rng.uniform(0.7, 0.9))
    rows = (
        Field((0.1, 0.2, 0.9, 0.54), write(rng, "LLL", LETTERS, width, width)),
        Field((0.06, 0.6, 0.94, 0.94), write(rng, "dddd", LETTERS, width, width)),
    )
    town = Note((0.15, 0.05, 0.85, 0.15), pick(rng, BRAZILIAN_TOWNS), ink)
    aspect = float(rng.uniform(1.05, 1.3))
    return Plate(
        "BR",
        aspect,
        rows,
        (ground,),
        ink,
        ink if rng.random() < 0.5 else None,
        bolts(rng, 0.5),
        (town,),
        "brazil",
        lines=2,
        stroke=(0.12, 0.2),
    )


def mercosur(rng: np.random.Generator, region: str, one_line: str, two_lines: str, name: str) -> Plate:
    """The common South American plate: white under a blue band with the country's name and two flags."""
    ink = pick(rng, (BLACK, BLACK, BLACK, BLACK, RED, BLUE, GREEN))
    double = rng.random() < 0.15
    low = 0.2 if double else 0.24 + float(rng.uniform(-0.03, 0.03))
    blue = pick(rng, (_MERCOSUR_BLUE, (0, 50, 160), (35, 80, 165)))
    shapes: tuple[Shape, ...] = (
        Shape("rect", (0.0, 0.0, 1.0, low), blue),
        Shape("rect", (0.9, 0.04, 0.97, low - 0.05), pick(rng, (GREEN, (110, 180, 230), WHITE))),
        Shape("ellipse", (0.92, 0.06, 0.95, low - 0.07), YELLOW),
    )
    notes: tuple[Note, ...] = (Note((0.3, 0.04, 0.7, low - 0.04), name, WHITE),)
    if rng.random() < 0.7:
        notes += (Note((0.02, 0.82, 0.06, 0.93), pick(rng, ("BR", "AR", "QR")), ink),)
    if double:
        above, below = two_lines.split("/")
        rows: tuple[Field, ...] = (
            Field((0.1, 0.26, 0.9, 0.57), write(rng, above, LETTERS, 0.66, 0.62)),
            Field((0.06, 0.63, 0.94, 0.94), write(rng, below, LETTERS, 0.66, 0.62)),
        )
    else:
        top, bottom = low + 0.09, 0.9 + float(rng.uniform(-0.03, 0.03))
        rows = (Field((0.06, top, 0.95, bottom), write(rng, one_line, LETTERS, 0.64, 0.6)),)
    edge = ink if rng.random() < 0.5 else None
    aspect = 1.2 if double else 400 / 130
    return Plate(
        region,
        aspect,
        rows,
        ((236, 238, 238),),
        ink,
        edge,
        shapes + bolts(rng, 0.2),
        notes,
        "euro" if rng.random() < 0.7 else "brazil",
        lines=len(rows),
    )


_US_PATTERNS = (
    "LLL dddd", "LLL-dddd", "LLL+dddd", "LLL ddd", "LLL-ddd", "LLL+ddd", "ddd LLL", "ddd-LLL", "ddd+LLL",
    "dLLLddd",
    "dLLLddd", "LL ddddd", "LLddddd", "LLdddd", "L dddddd", "ddd dddd", "LLL.ddd", "LLL.dddd", "Ldd LLL",
    "dLd LLL",
    "dAdddL", "Ldd+dLL", "LLdd+LL", "dLL dddd", "dddd LL", "LLdddL", "nLddddd", "ddLLL", "nL ddd", "LLLLLL",
    "LLLLL", "ndddLL",
    "LLL LLL", "LLLdLL", "nddddd", "dLLdddL", "LLL dLd", "LLLLLLL", "LL LLLL", "LLLL LLL", "LLLLL d", "n+ddd",
    "n+dddL", "LL+ddd", "LLLL", "LL ddd",
)  # fmt: skip
_US_INKS: tuple[Colour, ...] = (
    (20, 30, 80), (20, 30, 80), (30, 30, 35), (30, 30, 35), (150, 25, 35), (20, 90, 60), (35, 60, 160),
    (30, 110, 130),
)  # fmt: skip
_US_SKIES: tuple[tuple[Colour, ...], ...] = (
    (WHITE,), (WHITE,), ((240, 238, 225),), ((205, 225, 240), WHITE, (205, 225, 240)),
    (WHITE, WHITE, (170, 200, 235)),
    ((245, 200, 90), (250, 240, 190)), ((250, 225, 120), WHITE, (250, 225, 120)),
    ((150, 190, 235), WHITE, (230, 190, 150)),
    ((235, 170, 140), (250, 230, 190)), ((190, 225, 190), WHITE), ((200, 200, 205),),
    ((235, 225, 245), WHITE),
    ((150, 200, 235), (240, 240, 220), (120, 160, 90)), ((240, 180, 60),),
)  # fmt: skip


def american(rng: np.random.Generator) -> Plate:
    """A plate of some state: its name above, a slogan below, a picture behind, stickers in corners."""
    items = write(rng, pick(rng, _US_PATTERNS), LETTERS, *_us_widths(rng))
    ground, ink = pick(rng, _US_SKIES), pick(rng, _US_INKS)
    shapes, notes = _us_furniture(rng, ink)
    if rng.random() < 0.1:
        ground = (pick(rng, (GREEN, BLUE, (30, 130, 150), (40, 40, 90), BLACK)),)
        ink = pick(rng, (WHITE, YELLOW))
        shapes = ()  # pale hills would hide pale characters
    x1, x2 = 0.04, 0.96
    if rng.random() < 0.15:
        x1 = 0.14
        notes += _stacked(rng, 0.05, ink)
    elif rng.random() < 0.08:
        x2 = 0.86
        notes += _stacked(rng, 0.89, ink)
    elif rng.random() < 0.12:
        x1 = 0.22
        shapes += _picture(rng, (0.03, 0.3, 0.2, 0.75))
    top, bottom = 0.3 + float(rng.uniform(-0.06, 0.05)), 0.76 + float(rng.uniform(-0.06, 0.05))
    return Plate(
        "US",
        float(rng.uniform(1.85, 2.2)),
        (Field((x1, top, x2, bottom), items),),
        ground,
        ink,
        ink if rng.random() < 0.3 else None,
        shapes + bolts(rng, 0.6),
        notes,
        "america",
        stroke=(0.11, 0.17),
    )


def _us_widths(rng: np.random.Generator) -> tuple[float, float]:
    width = float(rng.uniform(0.45, 0.62))
    return width, width * float(rng.uniform(0.9, 1.0))


def _us_furniture(rng: np.random.Generator, ink: Colour) -> tuple[tuple[Shape, ...], tuple[Note, ...]]:
    """Bars, hills, the state's name, the slogan and the stickers of month and year."""
    shapes: tuple[Shape, ...] = ()
    accent = pick(rng, (RED, BLUE, (20, 30, 80), GREEN, YELLOW, (200, 120, 40)))
    if rng.random() < 0.35:
        shapes += (Shape("rect", (0.0, 0.0, 1.0, 0.22), accent),)
        name_ink: Colour = WHITE
    else:
        name_ink = pick(rng, (ink, accent))
    if rng.random() < 0.25:
        shapes += _picture(rng, (0.0, 0.3, 1.0, 1.0))
    if rng.random() < 0.3:
        shapes += (Shape("rect", (0.0, 0.82, 1.0, 1.0), pick(rng, (accent, YELLOW, (60, 120, 70)))),)
    notes: tuple[Note, ...] = (Note((0.2, 0.04, 0.8, 0.2), pick(rng, STATES), name_ink),)
    if rng.random() < 0.75:
        notes += (Note((0.2, 0.83, 0.8, 0.95), pick(rng, SLOGANS), pick(rng, (ink, accent, WHITE))),)
    for corner in ((0.02, 0.04), (0.86, 0.04), (0.02, 0.82), (0.86, 0.82)):
        if rng.random() < 0.3:
            x, y = corner
            shapes += (Shape("rect", (x, y, x + 0.12, y + 0.14), pick(rng, (RED, YELLOW, WHITE, BLUE, GREEN))),)
            notes += (Note((x + 0.02, y + 0.02, x + 0.1, y + 0.12), pick(rng, MONTHS), BLACK),)
    return shapes, notes


def _picture(rng: np.random.Generator, box: tuple[float, float, float, float]) -> tuple[Shape, ...]:
    """Pale hills and a sun, light enough that the characters before it stay legible."""
    x1, y1, x2, y2 = box
    shapes = []
    for _ in range(2 + int(rng.random() * 3)):
        x, w = float(rng.uniform(x1, x2)), (x2 - x1) * float(rng.uniform(0.2, 0.6))
        y = float(rng.uniform(y1, (y1 + y2) / 2))
        kind = pick(rng, ("triangle", "ellipse"))
        shapes.append(Shape(kind, (x - w / 2, y, x + w / 2, y2), colour(rng, 150, 250)))
    return tuple(shapes)


def _stacked(rng: np.random.Generator, x: float, ink: Colour) -> tuple[Note, ...]:
    """Two small letters above one another, which are no part of the number."""
    first, second = (i.text for i in write(rng, "L L") if isinstance(i, Run))
    return Note((x, 0.3, x + 0.06, 0.5), first, ink), Note((x, 0.54, x + 0.06, 0.74), second, ink)


def argentine(rng: np.random.Generator) -> Plate:
    """Mercosur, or the older black with LLL ddd."""
    if rng.random() < 0.5:
        return mercosur(rng, "AR", "LL ddd LL", "Lddd/LLL", "REPUBLICA ARGENTINA")
    items: tuple[Item, ...] = write(rng, "LLL ddd", LETTERS, 0.6, 0.56)
    return Plate("AR", 2.3, (Field((0.06, 0.25, 0.94, 0.85), items),), (BLACK,), WHITE, WHITE, kind="euro")
