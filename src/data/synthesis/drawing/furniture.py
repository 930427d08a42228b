"""Turns what a plate shows beside its characters into shapes and notes: bands, flags, stickers, arms."""

from collections.abc import Callable, Sequence

import numpy as np

from src.core.formats.registry import Band, Sign
from src.data.synthesis.drawing.lettering import MONTHS
from src.data.synthesis.layout.plate import BLACK, WHITE, YELLOW, Colour, Note, Rect, Shape, pick, shade

Furniture = tuple[tuple[Shape, ...], tuple[Note, ...]]


def fraction(rect: Rect, size: tuple[float, float]) -> Rect:
    """Converts millimetres on a plate of ``size`` (width, height) to fractions of it."""
    return rect[0] / size[0], rect[1] / size[1], rect[2] / size[0], rect[3] / size[1]


def band_of(band: Band, size: tuple[float, float]) -> Furniture:
    """Returns the strip along one side of a plate of ``size``: its emblem is above, its letters are below."""
    w, h = band.width / size[0], band.width / size[1]
    x1, y1, x2, y2 = {
        "left": (0.0, 0.0, w, 1.0), "right": (1 - w, 0.0, 1.0, 1.0),
        "top": (0.0, 0.0, 1.0, h), "bottom": (0.0, 1 - h, 1.0, 1.0),
    }[band.side]  # fmt: skip
    upright = band.side in ("left", "right")
    if band.span and upright:
        y1, y2 = (along / size[1] for along in band.span)
    elif band.span:
        x1, x2 = (along / size[0] for along in band.span)
    strip = (x1, y1, x2, y2)
    shapes: tuple[Shape, ...] = (Shape("rect", strip, band.colour),)
    if band.emblem != "none":
        spot = _portion(strip, (0.15, 0.1, 0.85, 0.5) if upright else (0.05, 0.15, 0.15, 0.85))
        shapes += (Shape("stars", spot, YELLOW),) if band.emblem == "stars" else _stripes(spot, band.flag, across=True)
    rect = _portion(strip, (0.1, 0.6, 0.9, 0.88) if upright else (0.25, 0.15, 0.75, 0.85))
    return shapes, (Note(rect, band.text, band.ink),) if band.text else ()


def _portion(rect: Rect, part: Rect) -> Rect:
    """Converts ``part``, in fractions of ``rect``, to fractions of the plate."""
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    return rect[0] + part[0] * width, rect[1] + part[1] * height, rect[0] + part[2] * width, rect[1] + part[3] * height


def sign_of(sign: Sign, rect: Rect, ink: Colour, rng: np.random.Generator) -> Furniture:
    """Returns a sign in ``rect`` (fractions of the plate); without colours of its own it has ``ink``."""
    return _SIGNS[sign.kind](sign, rect, sign.colours or (ink,), rng)


def _stripes(rect: Rect, colours: Sequence[Colour], across: bool) -> tuple[Shape, ...]:
    x1, y1, x2, y2 = rect
    dx, dy = (x2 - x1) / len(colours), (y2 - y1) / len(colours)
    if across:
        return tuple(Shape("rect", (x1, y1 + i * dy, x2, y1 + (i + 1) * dy), c) for i, c in enumerate(colours))
    return tuple(Shape("rect", (x1 + i * dx, y1, x1 + (i + 1) * dx, y2), c) for i, c in enumerate(colours))


_Maker = Callable[[Sign, Rect, Sequence[Colour], np.random.Generator], Furniture]


def _text(sign: Sign, rect: Rect, colours: Sequence[Colour], rng: np.random.Generator) -> Furniture:
    return (), (Note(rect, pick(rng, sign.texts), pick(rng, colours)),)


def _shape(kind: str) -> _Maker:
    def draw(sign: Sign, rect: Rect, colours: Sequence[Colour], rng: np.random.Generator) -> Furniture:
        return (Shape(kind, rect, pick(rng, colours)),), ()

    return draw


def _flag(across: bool) -> _Maker:
    def draw(sign: Sign, rect: Rect, colours: Sequence[Colour], rng: np.random.Generator) -> Furniture:
        return _stripes(rect, colours, across), ()

    return draw


def _sticker(sign: Sign, rect: Rect, colours: Sequence[Colour], rng: np.random.Generator) -> Furniture:
    """Returns a label with a month or a year, or one that is too worn to be read."""
    ground = pick(rng, colours)
    x1, y1, x2, y2 = rect
    inset = (x1 + 0.12 * (x2 - x1), y1 + 0.2 * (y2 - y1), x2 - 0.12 * (x2 - x1), y2 - 0.2 * (y2 - y1))
    ink = BLACK if sum(ground) > 330 else WHITE
    return (Shape("rect", rect, ground),), (Note(inset, pick(rng, MONTHS), ink),) if rng.random() < 0.8 else ()


def _seal(sign: Sign, rect: Rect, colours: Sequence[Colour], rng: np.random.Generator) -> Furniture:
    """Returns a round sticker with something smaller in its middle."""
    ground = pick(rng, colours)
    inner = _within(rect, 0.5, 0.5, float(rng.uniform(0.4, 0.7)))
    return (Shape("ellipse", rect, ground), Shape("ellipse", inner, _other(ground, rng))), ()


def _emblem(sign: Sign, rect: Rect, colours: Sequence[Colour], rng: np.random.Generator) -> Furniture:
    """Returns arms or a picture: a blob, and on it two smaller ones in other shades."""
    ground = pick(rng, colours)
    shapes = [Shape(pick(rng, ("ellipse", "ellipse", "rect")), _within(rect, 0.5, 0.5, 0.9), ground)]
    for _ in range(2):
        x, y, size = (float(v) for v in rng.uniform((0.3, 0.3, 0.25), (0.7, 0.7, 0.6)))
        shapes.append(Shape(pick(rng, ("ellipse", "rect", "triangle")), _within(rect, x, y, size), _other(ground, rng)))
    return tuple(shapes), ()


def _within(rect: Rect, x: float, y: float, size: float) -> Rect:
    """Returns a part of ``rect``: its middle at ``x``, ``y`` and its ``size``, all relative to ``rect``."""
    x1, y1, x2, y2 = rect
    middle, w = (x1 + x * (x2 - x1), y1 + y * (y2 - y1)), (size * (x2 - x1) / 2, size * (y2 - y1) / 2)
    return middle[0] - w[0], middle[1] - w[1], middle[0] + w[0], middle[1] + w[1]


def _other(ground: Colour, rng: np.random.Generator) -> Colour:
    """Returns a colour that differs a little from ``ground``."""
    return shade(ground, float(rng.uniform(0.45, 0.8) if sum(ground) > 300 else rng.uniform(1.4, 2.6)))


_SIGNS: dict[str, _Maker] = {
    "text": _text,
    "flag": _flag(across=True),
    "flag-vertical": _flag(across=False),
    "stars": _shape("stars"),
    "emblem": _emblem,
    "line": _shape("rect"),
    "box": _shape("ring"),
    "seal": _seal,
    "sticker": _sticker,
    "hole": _shape("ellipse"),
}
