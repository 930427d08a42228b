"""From a format of the registry to a plate as data: a text that it allows, in its place, colours and signs."""

from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np

from src.core.alphabet import normalise
from src.core.formats import NEXT_FIELD, Codes, Slot, Token, Without
from src.core.formats import Sign as PatternSign
from src.core.plates import Band, Format, Look, PlateType, Rect, Sign
from src.data.synthesis.plate import (
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
    pick,
)

GAP_WIDTHS = {"gap": 0.3, "narrow gap": 0.12}
MARK_WIDTHS = {"dash": 0.3, "dot": 0.2, "seals": 0.42, "crest": 0.5, "seal": 0.4, "emblem": 0.7}
"""In heights of the line."""
STROKES = {"fe-schrift": (0.12, 0.16), "gost-50577": (0.11, 0.16), "mandatory-br": (0.12, 0.2)}
"""Width of a stroke against the height of a character, where the typeface fixes it."""
JITTER = 0.015
"""Standard deviation, against the plate's height, by which a field's edges differ between makers."""

Furniture = tuple[tuple[Shape, ...], tuple[Note, ...]]


def registered(form: Format, rng: np.random.Generator) -> Plate:
    """A plate of ``form``: its text drawn at random, one of its looks, its signs by their shares."""
    kind = form.type
    look = _look(kind.looks, rng)
    groups = [group for line in form.lines for group in _split(line)]
    rects = [_jittered(rect, kind, rng) for rect in kind.fields or _default_fields(kind)]
    fields = tuple(Field(rect, _items(group, kind, rng)) for rect, group in zip(rects, groups, strict=True))
    shapes, notes = _band(kind.band, kind.size, rng) if kind.band else ((), ())
    for sign in kind.signs:
        if rng.random() < sign.share:
            more_shapes, more_notes = SIGNS[sign.kind](sign, _fraction(sign.at, kind.size), look.ink, rng)
            shapes, notes = shapes + more_shapes, notes + more_notes
    return Plate(
        form.country,
        kind.size[0] / kind.size[1],
        fields,
        tuple(_aged(c, rng) for c in look.ground),
        _worn(look.ink, rng),
        look.edge,
        shapes,
        notes,
        kind.typeface,
        lines=len(form.lines),
        stroke=STROKES.get(kind.typeface, (0.10, 0.17)),
    )


def _look(looks: Sequence[Look], rng: np.random.Generator) -> Look:
    weights = np.cumsum([look.weight for look in looks])
    return looks[int(np.searchsorted(weights, rng.random() * weights[-1], side="right"))]


def _split(line: Sequence[Token]) -> list[list[Token]]:
    """The tokens of each field of a line."""
    return [list(group) for is_break, group in groupby(line, lambda t: t == NEXT_FIELD) if not is_break]


def _items(tokens: Sequence[Token], kind: PlateType, rng: np.random.Generator) -> tuple[Item, ...]:
    items: list[Item] = []
    text = ""
    for token in tokens:
        if not isinstance(token, PatternSign):
            text += _drawn_text(token, rng)
            continue
        items += _runs(text, kind)
        text = ""
        width = GAP_WIDTHS.get(token.kind)
        items.append(Mark(token.kind, MARK_WIDTHS[token.kind]) if width is None else Gap(width))
    return (*items, *_runs(text, kind))


def _drawn_text(token: Slot | Codes | Without, rng: np.random.Generator) -> str:
    if isinstance(token, Without):
        while True:
            text = "".join(_drawn_text(t, rng) for t in token.tokens if not isinstance(t, PatternSign))
            if normalise(text) not in token.exceptions:
                return text
    if isinstance(token, Codes):
        codes = token.common if token.common and rng.random() < 0.5 else token.codes
        return pick(rng, codes)
    count = int(rng.integers(token.least, token.most + 1))
    return "".join(character(rng, token.characters) for _ in range(count))


def _runs(text: str, kind: PlateType) -> list[Item]:
    """A run for each stretch of characters that are set alike."""
    return [
        _run("".join(same), kind) for _, same in groupby(text, lambda c: (c.isdigit(), c if _foreign(c, kind) else ""))
    ]


def _foreign(char: str, kind: PlateType) -> bool:
    return char in kind.drawn or ord(char) > 0x2E80


def _run(text: str, kind: PlateType) -> Run:
    high, width, digit_width = 1.0, 0.62, 0.58
    if (sizes := kind.characters) is not None:
        letter_height = sizes.letter_height or sizes.height
        high = 1.0 if text[0].isdigit() else letter_height / sizes.height
        width, digit_width = sizes.width / letter_height, sizes.digit_width / sizes.height
    if not _foreign(text[0], kind):
        return Run(normalise(text), high, width, digit_width)
    script = kind.script or "chinese"
    return Run(text[0], high, width * len(text), digit_width, ink=kind.drawn.get(text[0], text[0]), script=script)


def _default_fields(kind: PlateType) -> list[Rect]:
    """A field for each line, beside the band and centred; several in a line share it evenly."""
    width, height = kind.size
    left = kind.band.width if kind.band and kind.band.side == "left" else 0.0
    right = width - (kind.band.width if kind.band and kind.band.side == "right" else 0.0)
    top = kind.band.width if kind.band and kind.band.side == "top" else 0.0
    bottom = height - (kind.band.width if kind.band and kind.band.side == "bottom" else 0.0)
    each = (bottom - top) / len(kind.lines)
    tall = min(kind.characters.height if kind.characters else 0.7 * each, 0.86 * each)
    rects = []
    for number, line in enumerate(kind.lines):
        middle = top + each * (number + 0.5)
        parts = line.count("|") + 1
        step = (right - left) / parts
        rects += [
            (left + step * i + 0.03 * width, middle - tall / 2, left + step * (i + 1) - 0.03 * width, middle + tall / 2)
            for i in range(parts)
        ]
    return rects


def _jittered(rect: Rect, kind: PlateType, rng: np.random.Generator) -> Rect:
    """In fractions of the plate."""
    x1, y1, x2, y2 = _fraction(rect, kind.size)
    across, down = rng.normal(0, JITTER, 2) / (kind.size[0] / kind.size[1]), rng.normal(0, JITTER, 2)
    return x1 + across[0], max(0.0, y1 + down[0]), x2 + across[1], min(1.0, y2 + down[1])


def _fraction(rect: Rect, size: tuple[float, float]) -> Rect:
    return rect[0] / size[0], rect[1] / size[1], rect[2] / size[0], rect[3] / size[1]


def _band(band: Band, size: tuple[float, float], rng: np.random.Generator) -> Furniture:
    if rng.random() >= band.share:
        return (), ()
    w, h = band.width / size[0], band.width / size[1]
    x1, y1, x2, y2 = {
        "left": (0.0, 0.0, w, 1.0), "right": (1 - w, 0.0, 1.0, 1.0),
        "top": (0.0, 0.0, 1.0, h), "bottom": (0.0, 1 - h, 1.0, 1.0),
    }[band.side]  # fmt: skip
    upright = band.side in ("left", "right")
    shapes: tuple[Shape, ...] = (Shape("rect", (x1, y1, x2, y2), _aged(band.colour, rng)),)
    if band.emblem != "none":
        spot = (x1 + 0.15 * w, 0.1, x2 - 0.15 * w, 0.5) if upright else (0.05, y1 + 0.15 * h, 0.15, y2 - 0.15 * h)
        shapes += (Shape("stars", spot, YELLOW),) if band.emblem == "stars" else _stripes(spot, band.flag, True)
    rect = (x1 + 0.1 * w, 0.6, x2 - 0.1 * w, 0.88) if upright else (0.25, y1 + 0.15 * h, 0.75, y2 - 0.15 * h)
    return shapes, (Note(rect, band.text, band.ink),) if band.text else ()


def _stripes(rect: Rect, colours: Sequence[Colour], across: bool) -> tuple[Shape, ...]:
    x1, y1, x2, y2 = rect
    n = len(colours)
    dx, dy = (0.0, (y2 - y1) / n) if across else ((x2 - x1) / n, 0.0)
    return tuple(
        Shape(
            "rect",
            (x1 + i * dx, y1 + i * dy, (x2 if across else x1 + (i + 1) * dx), y1 + (i + 1) * dy if across else y2),
            c,
        )
        for i, c in enumerate(colours)
    )


def _text(sign: Sign, rect: Rect, ink: Colour, rng: np.random.Generator) -> Furniture:
    return (), (Note(rect, pick(rng, sign.texts), pick(rng, sign.colours or (ink,))),)


def _shape(kind: str) -> Callable[[Sign, Rect, Colour, np.random.Generator], Furniture]:
    def draw(sign: Sign, rect: Rect, ink: Colour, rng: np.random.Generator) -> Furniture:
        return (Shape(kind, rect, pick(rng, sign.colours or (ink,))),), ()

    return draw


def _flag(across: bool) -> Callable[[Sign, Rect, Colour, np.random.Generator], Furniture]:
    def draw(sign: Sign, rect: Rect, ink: Colour, rng: np.random.Generator) -> Furniture:
        return _stripes(rect, sign.colours or (ink,), across), ()

    return draw


SIGNS: dict[str, Callable[[Sign, Rect, Colour, np.random.Generator], Furniture]] = {
    "text": _text,
    "flag": _flag(True),
    "flag-vertical": _flag(False),
    "stars": _shape("stars"),
    "emblem": _shape("ellipse"),
    "line": _shape("rect"),
    "box": _shape("ring"),
    "seal": _shape("ellipse"),
    "sticker": _shape("rect"),
    "hole": _shape("ellipse"),
}


def _aged(ground: Colour, rng: np.random.Generator) -> Colour:
    darker, tint = float(rng.uniform(0.78, 1.04)), rng.integers(0, 10, 3)
    red, green, blue = (int(min(255, c * darker + d)) for c, d in zip(ground, tint, strict=True))
    return red, green, blue


def _worn(ink: Colour, rng: np.random.Generator) -> Colour:
    """Worn characters are paler."""
    wear = int(rng.random() * 60) if rng.random() < 0.5 else 0
    red, green, blue = (min(255, c + wear) for c in ink)
    return red, green, blue
