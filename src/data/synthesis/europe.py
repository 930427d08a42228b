"""European plates of one and two lines: patterns by country, the band with its letters, colours, seals."""

from dataclasses import dataclass

import numpy as np

from src.data.synthesis.lettering import BAND_TEXTS, DEALERS, PLACES
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
    Note,
    Plate,
    Shape,
    pick,
    write,
)

_NO_OI = "ABCDEFGHJKLMNPRSTUVWXYZ"
_NO_IOQ = "ABCDEFGHJKLMNPRSTUVWXYZ"
_ORANGE: Colour = (236, 150, 20)
_SKY: Colour = (40, 110, 215)


@dataclass(frozen=True)
class _Country:
    """``patterns`` as ``plate.write`` reads them, ``/`` breaks the line; ``colours`` are ground and ink."""

    weight: float
    patterns: tuple[str, ...]
    letters: str = LETTERS
    colours: tuple[tuple[Colour, Colour], ...] = ((WHITE, BLACK),)
    band: str = ""
    right_band: float = 0.0
    width: float = 0.62
    digits: float = 0.58


_BW = (WHITE, BLACK)
_COUNTRIES: dict[str, _Country] = {
    "DE": _Country(5, (
        "L*L ddd", "L*LL ddd", "L*LL dddd", "LL*L ddd", "LL*LL ddd", "LL*LL dd", "LLL*L ddd", "LLL*LL ddd",
        "LLL*LL dd", "LL*L dddd", "L*LL ndd{H}", "LL*LL nd{E}", "LL-L ddd", "LLL-LL dd", "L oLL ndd",
        "LLoLL nd",
        "L*/LL nd", "LL*/LL ndd", "LLL*/L ndd",
    ), band="D", colours=(_BW,) * 9 + ((WHITE, GREEN), (WHITE, RED))),
    "PL": _Country(2.5, (
        "LL AAAAA", "LLL AAAA", "LL ddddL", "LL_o_ddddd", "LLL_o_dddd", "LL_o_dddLL", "LLL_o_ddLL",
        "Ld LLLLL",
        "LLL/dddd", "LL/dddLL",
    ), band="PL"),
    "CZ": _Country(1.5, ("nLd oddd{0}", "nLd_o_dddd", "nLA dddd", "LLL dd-dd", "nLd/dddd"), _NO_OI,
    band="CZ"),
    "SK": _Country(1.5, ("LL#dddLL", "LL_#_dddLL", "LL-dddLL", "LL/dddLL"), band="SK"),
    "HU": _Country(1.5, ("LLL-ddd", "LLLo-ddd", "LLL odnn", "LL LL-ddd", "LLL/ddd"), band="H"),
    "IT": _Country(1.5, ("LL ddd_LL", "LL oddd_LL", "LLodddLL", "LL/ddddd"), _NO_IOQ, band="I",
    right_band=0.8),
    "FR": _Country(1.5, (
        "LL-ddd-LL", "LL-ddd-LL", "nddd LL dd", "ndd LLL dd", "LL-ddd/LL",
    ), _NO_IOQ, (_BW, _BW, _BW, (YELLOW, BLACK)), "F", 0.7),
    "ES": _Country(1.5, ("dddd LLL", "dddd_LLL", "L-dddd-LL", "LL-dddd-L"), "BCDFGHJKLMNPRSTVWXYZ", band="E"),
    "AT": _Country(1.5, ("L#ddd_LL", "LL#dddLL", "LL#nLLL", "L#dddddL", "LL #ddd LL", "LL#LLLL n",
    "LL/nddLL"),
                   band="A"),
    "NL": _Country(2, (
        "dd-LL-LL", "LL-LL-dd", "dd-LLL-d", "d-LLL-dd", "L-ddd-LL", "LL-dd-LL", "dd-dd-LL", "LL-ddd-L",
        "dd/LL-LL",
        "LL/dd-LL",
    ), "BDFGHJKLNPRSTVXZ", ((_ORANGE, BLACK), (YELLOW, BLACK), (YELLOW, BLACK), ((40, 90, 190),
            WHITE)), "NL"),
    "BE": _Country(1.5, ("d-LLL-ddd", "LLL-ddd", "LLLo-ddd", "ddd-LLL", "ddd.LLL", "d-LLL/ddd"),
                   colours=((WHITE, RED), (WHITE, (150, 30, 40)), (WHITE, _SKY)), band="B"),
    "GB": _Country(2.5, ("LLdd LLL", "LLdd LLL", "Lddd LLL", "LLL dddL", "LLLn", "Lndd LLL", "LLdd/LLL"),
    LETTERS,
                   (_BW, ((245, 200, 30), BLACK), ((235, 180, 20), BLACK)), "GB", width=0.66),
    "IE": _Country(1, ("dd-L-nddd", "dd-L-ndddd", "ddd-L-nddd", "dd-LL-nddd", "dd - LL - n"), band="IRL"),
    "LT": _Country(1, ("LLL ddd", "LLL*ddd", "LLL o ddd", "LL/ddd"), _NO_OI, band="LT"),
    "LV": _Country(1, ("LL-dddd", "LL - nddd", "LL-ndd", "LL/nddd"), band="LV"),
    "EE": _Country(1, ("ddd LLL", "ddd_o_LLL", "ddd/LLL"), _NO_IOQ, band="EST"),
    "FI": _Country(1, ("LLL-ddd", "LLL-nd", "LL-ddd", "LLL/ddd"), _NO_OI, band="FIN"),
    "SE": _Country(1, ("LLL ddd", "LLL ddL", "LLL o ddd", "LLL/ddd"), "ABCDEFGHJKLMNOPRSTUWXYZ", band="S"),
    "NO": _Country(1, ("LL ddddd", "LL_ddddd", "LL o ddddd", "LL/dddd"), _NO_IOQ, (_BW, _BW, (GREEN,
    WHITE)), "N"),
    "DK": _Country(1, ("LL dd ddd", "LL_dd_ddd", "LL/dd ddd"), _NO_IOQ, (_BW, (YELLOW, BLACK)), "DK"),
    "PT": _Country(1, ("dd-dd-LL", "dd-LL-dd", "LL-dd-dd", "LL dd LL", "dd.LL.dd", "L-ddddd"), band="P"),
    "CH": _Country(1.5, ("#LL.ndddd#", "LL.ndddd", "LL ndddd", "#LL ndddd#", "LL_dddddd", "#LL#/nddddd",
    "LL/nddd"),
                   colours=(_BW, _BW, (BLACK, WHITE))),
    "HR": _Country(1, ("LL#ddd-LL", "LL#dddd-L", "LL #ddd-L", "LL#/ddd-LL"), band="HR"),
    "SI": _Country(1, ("LL#LL-ddd", "LL #dd-LL", "LL#L-nddd", "LL#/LL-nd"), band="SLO",
                   colours=(_BW,)),
    "RS": _Country(1, ("LL#ddd-LL", "LL #ddd-LL", "LL#dddd-L", "LL#/ddd-LL"), band="SRB"),
    "BA": _Country(0.4, ("Ldd-L-ddd", "ddd-L-ddd"), "AEJKMOT"),
    "MK": _Country(0.3, ("LL#dddd-LL", "LL dddd LL"), band="NMK"),
    "GR": _Country(1, ("LLL-dddd", "LLLo-dddd", "LLL ndd", "LLL/ddd"), "ABEZHIKMNOPTYX", band="GR"),
    "RO": _Country(1.5, ("LL ndd LLL", "LL_dd_LLL", "{B}_ndd_LLL", "{B} nd LLL", "LL/ndLLL"),
    "ABCDEFGHIJKLMNOPRSTUVWXYZ",
                   band="RO"),
    "BG": _Country(1, ("L dddd LL", "LL dddd LL", "LL_dddd_LL", "LL/dddd"), "ABEKMHOPCTYX", band="BG"),
    "UA": _Country(1.5, ("LL dddd LL", "LL dddd LL", "LL dd-ddLL", "ddd-ddLL", "LL/dddd"), "ABCEHIKMOPTX",
    band="UA"),
    "BY": _Country(1, ("dddd LL-d", "dddd_LL-d", "LL ddd-d", "dddd/LL-d"), "ABEIKMHOPCTX", band="BY"),
    "KZ": _Country(0.7, ("ddd LLL dd", "dddLL_dd", "L ddd LLL"), band="KZ"),
    "MD": _Country(0.4, ("LLL ddd", "LL LL ddd"), band="MD"),
    "AL": _Country(0.4, ("LL ddd LL",), _NO_IOQ, band="AL", right_band=0.8),
    "LU": _Country(0.4, ("LL dddd", "ddddd", "LL ndd"), _NO_IOQ, ((YELLOW, BLACK), ((245, 175, 20), BLACK)),
    "L"),
    "GE": _Country(0.4, ("LL-ddd-LL",), band="GE"),
    "AM": _Country(0.5, ("dd LL ddd", "dd_LL_ddd", "ddd LL dd"), band="AM"),
    "AZ": _Country(0.3, ("dd-LL-ddd",), band="AZ"),
    "UZ": _Country(0.3, ("dd L ddd LL", "dd ddd LLL"), _NO_IOQ, right_band=0.4),
    "TR": _Country(1.5, ("dd LL ddd", "dd L dddd", "dd LLL dd", "dd LL dddd", "dd LLL ddd", "dd/LL ddd"),
                   "ABCDEFGHIJKLMNOPRSTUVYZ", band="TR"),
    "IL": _Country(0.3, ("dd-ddd-dd", "ddd-dd-ddd"), colours=((YELLOW, BLACK),), band="IL"),
}  # fmt: skip
_DATED = frozenset({"DE", "PT", "LU", "IT"})
_NAMES = tuple(_COUNTRIES)
_CUMULATIVE = np.cumsum([c.weight for c in _COUNTRIES.values()])
_BLUES: tuple[Colour, ...] = (
    BLUE,
    (0, 51, 153),
    (40, 80, 190),
    (25, 45, 120),
    (60, 120, 200),
    (90, 150, 215),
)


def european(rng: np.random.Generator) -> Plate:
    """A plate of some European country (Turkey and Israel are among them: the same layout)."""
    at = int(np.searchsorted(_CUMULATIVE, rng.random() * _CUMULATIVE[-1], side="right"))
    pattern = pick(rng, _COUNTRIES[_NAMES[at]].patterns)
    if "/" in pattern and rng.random() < 0.4:
        pattern = pick(rng, _COUNTRIES[_NAMES[at]].patterns)
    return european_plate(rng, _NAMES[at], pattern)


def european_plate(rng: np.random.Generator, region: str, pattern: str) -> Plate:
    """A plate of the country ``region`` (ISO 3166) with characters after ``pattern``, see ``plate.write``."""
    country = _COUNTRIES[region]
    if "/" in pattern:
        return _square(rng, region, country, pattern)
    return _long(rng, region, country, pattern)


def _long(rng: np.random.Generator, region: str, country: _Country, pattern: str) -> Plate:
    left, right = 0.03, 0.97
    shapes: tuple[Shape, ...] = ()
    notes: tuple[Note, ...] = ()
    if country.band and rng.random() < 0.8:
        left = 0.105 + float(rng.uniform(-0.015, 0.02))
        shapes, notes = band(rng, (0.0, 0.0, left - 0.015, 1.0), country.band)
    if rng.random() < country.right_band:
        right = 0.9
        more, small = band(rng, (0.915, 0.0, 1.0, 1.0), pick(rng, BAND_TEXTS), stars=False)
        shapes, notes = shapes + more, notes + small
    elif region in _DATED and rng.random() < 0.12:
        right = 0.9
        shapes, notes = _add_date(rng, shapes, notes)
    top, bottom = 0.14 + float(rng.uniform(-0.05, 0.06)), 0.86 + float(rng.uniform(-0.05, 0.05))
    ground, ink = pick(rng, country.colours)
    if rng.random() < 0.12:
        top += 0.08
        notes += (Note((0.3, 0.03, 0.75, 0.13), pick(rng, PLACES), ink),)
    if rng.random() < 0.12:
        bottom -= 0.06
        notes += (Note((0.25, 0.87, 0.8, 0.96), pick(rng, DEALERS), ink),)
    items = write(rng, pattern, country.letters, country.width, country.digits)
    field = Field((left + 0.01, top, right, bottom), items)
    aspect = 520 / 112 if rng.random() < 0.85 else float(rng.uniform(3.1, 4.6))
    edge = ink if rng.random() < 0.7 else pick(rng, (None, (190, 60, 60), (60, 110, 70), (150, 150, 150)))
    return Plate(
        region,
        aspect,
        (field,),
        (_shade(rng, ground),),
        _worn(rng, ink),
        edge,
        shapes + bolts(rng),
        notes,
        "euro",
    )


def _add_date(
    rng: np.random.Generator, shapes: tuple[Shape, ...], notes: tuple[Note, ...]
) -> tuple[tuple[Shape, ...], tuple[Note, ...]]:
    """Small stacked digits at the right: months of a season, year and month of a first registration."""
    if rng.random() < 0.5:
        shapes += (Shape("rect", (0.92, 0.0, 1.0, 1.0), YELLOW),)
    above, below = (f"{1 + int(rng.random() * 12):02d}" for _ in range(2))
    line = Shape("rect", (0.93, 0.48, 0.98, 0.51), BLACK)
    small = (Note((0.925, 0.14, 0.985, 0.43), above, BLACK), Note((0.925, 0.56, 0.985, 0.85), below, BLACK))
    return (*shapes, line), notes + small


def _square(rng: np.random.Generator, region: str, country: _Country, pattern: str) -> Plate:
    """Two lines: a small band and seals or a crest beside the upper one."""
    upper, lower = pattern.split("/")
    marks = [t for t in upper if t in "*#o"]
    for mark in marks:
        upper = upper.replace(mark, "")
    upper = upper.strip(" ") + "".join(f" {m}" for m in marks[-1:])
    shapes: tuple[Shape, ...] = ()
    notes: tuple[Note, ...] = ()
    left = 0.1
    if country.band and rng.random() < 0.8:
        left = 0.2
        shapes, notes = band(rng, (0.0, 0.0, 0.155, 0.45 + float(rng.uniform(0, 0.12))), country.band)
    middle = 0.5 + float(rng.uniform(-0.02, 0.02))
    rows = (
        Field((left, 0.09, 0.94, middle - 0.05), write(rng, upper, country.letters, 0.68, 0.62)),
        Field((0.05, middle + 0.05, 0.95, 0.92), write(rng, lower, country.letters, 0.68, 0.62)),
    )
    ground, ink = pick(rng, country.colours)
    edge = ink if rng.random() < 0.5 else None
    return Plate(
        region,
        float(rng.uniform(1.2, 2.0)),
        rows,
        (_shade(rng, ground),),
        _worn(rng, ink),
        edge,
        shapes + bolts(rng),
        notes,
        "euro",
        lines=2,
    )


def band(
    rng: np.random.Generator, box: tuple[float, float, float, float], text: str, stars: bool = True
) -> tuple[tuple[Shape, ...], tuple[Note, ...]]:
    """A blue band with a ring of stars (or a small flag) above the country's letters."""
    x1, y1, x2, y2 = box
    w, h = x2 - x1, y2 - y1
    shapes: tuple[Shape, ...] = (Shape("rect", box, pick(rng, _BLUES)),)
    x = rng.random()
    if stars and x < 0.75:
        shapes += (Shape("stars", (x1 + 0.15 * w, y1 + 0.1 * h, x2 - 0.15 * w, y1 + 0.5 * h), YELLOW),)
    elif x < 0.9:
        for i in range(2 + int(rng.random() * 2)):
            colour = pick(rng, (WHITE, RED, YELLOW, GREEN, BLUE))
            top = y1 + (0.15 + 0.12 * i) * h
            shapes += (Shape("rect", (x1 + 0.15 * w, top, x2 - 0.15 * w, top + 0.12 * h), colour),)
    ink = WHITE if rng.random() < 0.85 else YELLOW
    top = y1 + h * float(rng.uniform(0.58, 0.66))
    return shapes, (Note((x1 + 0.1 * w, top, x2 - 0.1 * w, top + h * float(rng.uniform(0.2, 0.3))), text, ink),)


def bolts(rng: np.random.Generator, odds: float = 0.35) -> tuple[Shape, ...]:
    """Two or four screws near the edges, as dark, bright or rusty dots."""
    if rng.random() > odds:
        return ()
    ink = pick(rng, ((30, 30, 30), (120, 120, 122), (200, 200, 200), (130, 90, 60), (240, 200, 60)))
    r = 0.005 + 0.006 * float(rng.random())
    x, y = 0.03 + 0.22 * float(rng.random()), pick(rng, (0.08, 0.5, 0.92, 0.9))
    spots = [(x, y), (1 - x, y)] if rng.random() < 0.7 else [(x, 0.1), (1 - x, 0.1), (x, 0.9), (1 - x, 0.9)]
    return tuple(Shape("ellipse", (a - r, b - 4 * r, a + r, b + 4 * r), ink) for a, b in spots)


def _shade(rng: np.random.Generator, ground: Colour) -> Colour:
    darker = float(rng.uniform(0.78, 1.04))
    red, green, blue = (int(min(255, c * darker + d)) for c, d in zip(ground, rng.integers(0, 10, 3), strict=True))
    return red, green, blue


def _worn(rng: np.random.Generator, ink: Colour) -> Colour:
    wear = int(rng.random() * 60) if rng.random() < 0.5 else 0
    red, green, blue = (min(255, c + wear) for c in ink)
    return red, green, blue
