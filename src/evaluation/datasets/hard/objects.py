"""What stands before a plate: a passer-by, a bar, a trailer's hitch, in the light and the grain of the photograph."""

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Corners, Image

Span = tuple[float, float]
"""Shares of a plate's width from its left end, between which it is hidden."""
Floats = npt.NDArray[np.float32]

CLOTHES = ((38, 44, 62), (52, 52, 54), (120, 104, 84), (128, 40, 38), (62, 84, 60), (86, 104, 132), (196, 190, 180))
SKIN = ((224, 180, 150), (168, 118, 86), (96, 66, 50))
PAINT = ((216, 216, 214), (200, 40, 36), (232, 186, 40), (64, 66, 70), (140, 142, 146))


def passer_by(image: Image, plate: Corners, span: Span, rng: np.random.Generator) -> Image:
    """A person who stands before one end: a coat, legs below it, a head above where there is room."""
    across, along = _frame(image, plate, span)
    height = _height(plate)
    hidden = (span[1] - span[0]) * _width(plate)
    body = max(hidden, 0.3 * _width(plate)) * float(rng.uniform(1.3, 2.0))
    # across: pixels from the edge that is seen, growing over the hidden end
    wave = 0.06 * height * np.sin(along / (1.3 * height) + float(rng.uniform(0, 6)))
    edge = across + wave
    shoulders, hips = -height * float(rng.uniform(3.5, 6)), height * float(rng.uniform(2, 3.5))
    rounding = np.clip((shoulders + height - along) / height, 0, 1) ** 2 * 0.25 * body
    coat = _soft(edge - rounding) * _soft(body - edge - rounding) * _soft(along - shoulders) * _soft(hips - along)
    leg = 0.42 * body
    legs = (_soft(edge - 0.05 * body) * _soft(0.05 * body + leg - edge)) + (
        _soft(edge - 0.53 * body) * _soft(0.53 * body + leg - edge)
    )
    legs = np.clip(legs, 0, 1) * _soft(along - hips)
    centre = body / 2
    head = 0.22 * body
    face = _soft(head - np.hypot(edge - centre, (along - shoulders + 0.9 * head) / 1.25))
    cloth = _pick(rng, CLOTHES)
    shade = 0.62 + 0.38 * np.sin(np.pi * np.clip(edge / body, 0.03, 0.97))
    folds = _noise(image.shape[:2], 0.9 * height, rng) * 0.06
    painted = _over(image, plate, face, _pick(rng, SKIN), np.ones_like(shade), rng)
    painted = _over(painted, plate, legs, tuple(0.6 * c for c in cloth), 1 + folds, rng)
    return _over(painted, plate, coat, cloth, shade + folds, rng)


def bar(image: Image, plate: Corners, span: Span, rng: np.random.Generator) -> Image:
    """A post or a barrier's arm that stands before the plate, round, of one colour or striped."""
    across, along = _frame(image, plate, span)
    thick = (span[1] - span[0]) * _width(plate)
    top = -_height(plate) * float(rng.uniform(1.0, 6.0))
    mask = _soft(across) * _soft(thick - across) * _soft(along - top)
    shade = 0.45 + 0.75 * np.sin(np.pi * np.clip(across / thick, 0.02, 0.98)) ** 1.5
    ground = _pick(rng, PAINT)
    painted = _over(image, plate, mask, ground, shade, rng)
    if rng.random() < 0.4:
        stripe = _height(plate) * float(rng.uniform(1.0, 2.5))
        stripes = mask * (((along - top) // stripe) % 2)
        painted = _over(painted, plate, stripes.astype(np.float32), _pick(rng, PAINT), shade, rng, shadow=False)
    return painted


def hitch(image: Image, plate: Corners, span: Span, rng: np.random.Generator) -> Image:
    """A ball on its neck, which comes up from below and hides the middle of the plate."""
    across, along = _frame(image, plate, span)
    thick = (span[1] - span[0]) * _width(plate)
    height = _height(plate)
    radius = thick / 2
    middle = height * float(rng.uniform(0.35, 0.55))
    # higher than wide where the plate is high, so that the character behind it is gone from top to bottom
    tall = max(radius, middle + 0.05 * height)
    ball = _soft((1 - np.hypot((across - radius) / radius, (along - middle) / tall)) * radius)
    neck = _soft(0.75 * radius - abs(across - radius)) * _soft(along - middle)
    column = _soft(across) * _soft(thick - across) * _soft(along - 0.1 * height) * _soft(1.25 * height - along)
    mask = np.maximum(np.maximum(ball, neck), column)
    light = np.exp(
        -(((across - 0.65 * radius) / (0.35 * radius)) ** 2) - (((along - 0.6 * middle) / (0.3 * tall)) ** 2)
    )
    return _over(
        image, plate, mask, (46, 46, 48), 0.55 + 0.5 * np.sin(np.pi * np.clip(across / thick, 0, 1)) + 2 * light, rng
    )


def _frame(image: Image, plate: Corners, span: Span) -> tuple[Floats, Floats]:
    """Of every pixel how far it lies across from the hidden span's edge, and how far below the plate's upper edge.

    In pixels. Across grows over the hidden part; at the left end it is counted from the right, so that it is always the
    visible edge that is exact.
    """
    low, high = span
    edge, sign = (high, -1.0) if low == 0 else (low, 1.0)
    upper = plate[0] + edge * (plate[1] - plate[0])
    lower = plate[3] + edge * (plate[2] - plate[3])
    down = (lower - upper) / max(float(np.linalg.norm(lower - upper)), 1e-6)
    right = np.array([down[1], -down[0]])
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]].astype(np.float32) + 0.5
    across = sign * ((x - upper[0]) * right[0] + (y - upper[1]) * right[1])
    along = (x - upper[0]) * down[0] + (y - upper[1]) * down[1]
    return across.astype(np.float32), along.astype(np.float32)


def _over(
    image: Image,
    plate: Corners,
    mask: Floats,
    colour: tuple[float, ...],
    shade: Floats,
    rng: np.random.Generator,
    shadow: bool = True,
) -> Image:
    """``colour`` times ``shade`` where ``mask`` is 1, as bright as the photograph is there and with its grain."""
    pixels = image.astype(np.float32)
    near = _surroundings(image, plate)
    brightness = np.clip(near.mean() / 110, 0.35, 1.15)
    if shadow:
        cast = cv2.GaussianBlur(mask, (0, 0), max(1.0, 0.2 * _height(plate)))
        pixels *= 1 - 0.35 * cast[..., None]
    ink = np.asarray(colour, np.float32) * shade[..., None] * brightness
    ink += rng.normal(0, _grain(near), (*mask.shape, 1)).astype(np.float32)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.7)[..., None]
    return np.clip(pixels * (1 - soft) + ink * soft, 0, 255).astype(np.uint8)


def _surroundings(image: Image, plate: Corners) -> Image:
    """The photograph around the plate."""
    margin = _height(plate) * 2
    (x1, y1), (x2, y2) = plate.min(0) - margin, plate.max(0) + margin
    return image[max(0, int(y1)) : int(y2), max(0, int(x1)) : int(x2)]


def _grain(image: Image) -> float:
    """The standard deviation of a photograph's noise: the median of what its finest detail differs by."""
    fine = image.astype(np.float32) - cv2.GaussianBlur(image.astype(np.float32), (0, 0), 1.0)
    return float(np.clip(1.48 * np.median(abs(fine)), 1.0, 8.0))


def _noise(size: tuple[int, int], scale: float, rng: np.random.Generator) -> Floats:
    """Smooth noise of about unit deviation, its features ``scale`` pixels large."""
    coarse = rng.normal(size=(max(2, int(size[0] / scale) + 2), max(2, int(size[1] / scale) + 2))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _soft(distance: Floats) -> Floats:
    """1 inside, 0 outside, over one pixel."""
    return np.clip(distance + 0.5, 0, 1).astype(np.float32)


def _width(plate: Corners) -> float:
    return float(np.linalg.norm(plate[1] - plate[0]) + np.linalg.norm(plate[2] - plate[3])) / 2


def _height(plate: Corners) -> float:
    return float(np.linalg.norm(plate[3] - plate[0]) + np.linalg.norm(plate[2] - plate[1])) / 2


def _pick(rng: np.random.Generator, colours: tuple[tuple[int, int, int], ...]) -> tuple[float, ...]:
    return tuple(float(c) for c in colours[int(rng.integers(len(colours)))])
