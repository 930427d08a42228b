"""Paints the signs on a plate that are no characters: dashes, seals, crests, bands, stickers, bolts."""

import cv2
import numpy as np

from src.core.types import Image
from src.data.synthesis.layout.plate import BLUE, GREEN, RED, WHITE, YELLOW, Colour, Mark, Shape, pick

_SEAL_COLOURS: tuple[Colour, ...] = (
    (196, 198, 200), (150, 150, 155), (200, 150, 40), (190, 90, 40), (60, 110, 170), (40, 130, 80),
    (215, 215, 215),
)  # fmt: skip
_BRIGHT: tuple[Colour, ...] = (RED, BLUE, GREEN, YELLOW, (230, 120, 30), (120, 70, 140), (60, 60, 60))

Box = tuple[float, float, float, float]


def paint_shape(image: Image, shape: Shape) -> None:
    """Paints a Shape, whose rect is in fractions of ``image``."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = shape.rect
    box = (x1 * width, y1 * height, x2 * width, y2 * height)
    if shape.kind == "rect":
        cv2.rectangle(image, _at(box[0], box[1]), _at(box[2] - 0.51, box[3] - 0.51), shape.ink, -1)
    elif shape.kind == "ellipse":
        _ellipse(image, box, shape.ink)
    elif shape.kind == "ring":
        cv2.rectangle(image, _at(box[0], box[1]), _at(box[2], box[3]), shape.ink, max(1, round(height * 0.02)))
    elif shape.kind == "triangle":
        points = np.array([[box[0], box[3]], [(box[0] + box[2]) / 2, box[1]], [box[2], box[3]]], np.int32)
        cv2.fillPoly(image, [points], shape.ink, cv2.LINE_AA)
    elif shape.kind == "stars":
        _stars(image, box, shape.ink)
    else:
        raise ValueError(f"no shape is called {shape.kind!r}")


def paint_mark(image: Image, mark: Mark, box: Box, ink: Colour, rng: np.random.Generator) -> None:
    """Paints a Mark into ``box`` in pixels: the line's top and bottom, the mark's left and right."""
    x1, y1, x2, y2 = box
    middle, size = (y1 + y2) / 2, y2 - y1
    if mark.kind == "dash":
        half = size * float(rng.uniform(0.045, 0.08))
        cv2.rectangle(image, _at(x1, middle - half), _at(x2, middle + half), ink, -1)
    elif mark.kind == "dot":
        middle = y2 - size * 0.08 if rng.random() < 0.1 else middle
        radius = min((x2 - x1) / 2, size * 0.09)
        x = (x1 + x2) / 2
        _ellipse(image, (x - radius, middle - radius, x + radius, middle + radius), ink)
    elif mark.kind == "seals":
        _seal(image, (x1, y1 - 0.08 * size, x2, middle - 0.04 * size), rng)
        _seal(image, (x1, middle + 0.04 * size, x2, y2 + 0.08 * size), rng)
    elif mark.kind == "seal":
        shift = size * float(rng.uniform(-0.25, 0.25))
        half = min(size, x2 - x1) / 2
        _seal(image, (x1, middle + shift - half, x2, middle + shift + half), rng)
    elif mark.kind == "crest":
        _crest(image, box, rng)
    elif mark.kind == "emblem":
        _emblem(image, box, rng)
    else:
        raise ValueError(f"no mark is called {mark.kind!r}")


def _seal(image: Image, box: Box, rng: np.random.Generator) -> None:
    """Paints a round or six-sided sticker with something small in its middle."""
    x1, y1, x2, y2 = box
    x, y, r = (x1 + x2) / 2, (y1 + y2) / 2, min(x2 - x1, y2 - y1) / 2
    colour = pick(rng, _SEAL_COLOURS if rng.random() < 0.7 else _BRIGHT)
    if rng.random() < 0.2:
        angles = np.arange(6) * np.pi / 3
        points = np.stack([x + r * np.cos(angles), y + r * np.sin(angles)], 1)
        cv2.fillPoly(image, [np.round(points).astype(np.int32)], colour, cv2.LINE_AA)
    else:
        _ellipse(image, (x - r, y - r, x + r, y + r), colour)
    inner = pick(rng, (*_BRIGHT, WHITE, (90, 90, 90)))
    _ellipse(image, (x - r * 0.5, y - r * 0.5, x + r * 0.5, y + r * 0.5), inner)
    if rng.random() < 0.5:
        _ellipse(image, (x - r * 0.25, y - r * 0.4, x + r * 0.2, y + r * 0.3), pick(rng, _SEAL_COLOURS))


def _crest(image: Image, box: Box, rng: np.random.Generator) -> None:
    """Paints a coat of arms: a shield of two or three colours."""
    x1, y1, x2, y2 = box
    y1, y2 = y1 + (y2 - y1) * 0.12, y2 - (y2 - y1) * 0.1
    middle, w, h = (x1 + x2) / 2, x2 - x1, y2 - y1
    outline = [(x1, y1), (x2, y1), (x2, y1 + 0.6 * h), (middle, y2), (x1, y1 + 0.6 * h)]
    cv2.fillPoly(image, [np.round(outline).astype(np.int32)], pick(rng, _BRIGHT), cv2.LINE_AA)
    second = pick(rng, (*_BRIGHT, WHITE, WHITE))
    if rng.random() < 0.5:
        cv2.rectangle(image, _at(x1 + w * 0.15, y1 + h * 0.3), _at(x2 - w * 0.15, y1 + h * 0.5), second, -1)
    if rng.random() < 0.6:
        cv2.rectangle(image, _at(middle - w * 0.12, y1 + h * 0.1), _at(middle + w * 0.12, y1 + h * 0.75), second, -1)


def _emblem(image: Image, box: Box, rng: np.random.Generator) -> None:
    """Paints a picture between groups, as on American plates: a few blobs of one or two colours."""
    x1, y1, x2, y2 = box
    w, h = x2 - x1, y2 - y1
    colours = (pick(rng, _BRIGHT), pick(rng, (*_BRIGHT, *_SEAL_COLOURS)))
    for i in range(2 + int(rng.random() * 3)):
        x, y = x1 + w * float(rng.uniform(0.2, 0.8)), y1 + h * float(rng.uniform(0.2, 0.8))
        rx, ry = w * float(rng.uniform(0.1, 0.35)), h * float(rng.uniform(0.08, 0.35))
        angle = float(rng.uniform(0, 180))
        cv2.ellipse(image, _at(x, y), (max(1, round(rx)), max(1, round(ry))), angle, 0, 360, colours[i % 2], -1)


def _stars(image: Image, box: Box, ink: Colour) -> None:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    r = min(box[2] - box[0], box[3] - box[1]) / 2
    for angle in np.arange(12) * np.pi / 6:
        cv2.circle(image, _at(x + r * np.cos(angle), y + r * np.sin(angle)), max(1, round(r * 0.12)), ink, -1)


def _ellipse(image: Image, box: Box, ink: Colour) -> None:
    x1, y1, x2, y2 = box
    axes = (max(1, round((x2 - x1) / 2)), max(1, round((y2 - y1) / 2)))
    cv2.ellipse(image, _at((x1 + x2) / 2, (y1 + y2) / 2), axes, 0, 0, 360, ink, -1, cv2.LINE_AA)


def _at(x: float, y: float) -> tuple[int, int]:
    return round(float(x)), round(float(y))
