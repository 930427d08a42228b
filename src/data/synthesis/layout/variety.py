"""Varies plates of one type as makers, owners and years of sun do. New plates come from the registry."""

from dataclasses import replace

import numpy as np

from src.data.synthesis.drawing.lettering import DEALERS, PLACES
from src.data.synthesis.layout.plate import Colour, Note, Plate, Rect, Shape, colour, pick

JITTER = 0.012
"""The standard deviation, relative to the plate's height, by which a line's edges differ between makers."""
SHIFTED = 0.2
"""In this share of the lines the characters are displaced, so that they may touch the band or the rim."""
SMALL_PRINT = 0.1
"""This share of the plates has the maker's or dealer's small print in a free strip above or below the characters."""
_GREYS: tuple[Colour | None, ...] = (None, None, (150, 150, 150), (60, 110, 70), (190, 60, 60))


def varied(plate: Plate, rng: np.random.Generator) -> Plate:
    """Changes ``plate`` as plates on the road differ; its text is the same."""
    return replace(
        plate,
        fields=tuple(replace(f, rect=_moved(f.rect, plate.aspect, rng)) for f in plate.fields),
        ground=_aged(plate.ground, rng),
        ink=_worn(plate.ink, rng),
        edge=plate.edge if rng.random() < 0.88 else pick(rng, _GREYS),
        shapes=(*_hills(plate, rng), *plate.shapes),
        notes=(*plate.notes, *_small_print(plate, rng)),
    )


def _moved(rect: Rect, aspect: float, rng: np.random.Generator) -> Rect:
    across, top, bottom = (float(v) * JITTER for v in rng.standard_normal(3))
    if rng.random() < SHIFTED:
        across += float(rng.uniform(-0.1, 0.1))
    x1, y1, x2, y2 = rect
    return x1 + across / aspect, max(0.0, y1 + top), x2 + across / aspect, min(1.0, y2 + bottom)


def _aged(ground: tuple[Colour, ...], rng: np.random.Generator) -> tuple[Colour, ...]:
    """Darkens the colours by dust, or makes them yellowish or bluish: the same for the whole plate."""
    darker, tint = float(rng.uniform(0.78, 1.04)), rng.integers(0, 10, 3).tolist()
    aged = []
    for each in ground:
        red, green, blue = (int(min(255, c * darker + d)) for c, d in zip(each, tint, strict=True))
        aged.append((red, green, blue))
    return tuple(aged)


def _worn(ink: Colour, rng: np.random.Generator) -> Colour:
    """Makes the ink of worn characters paler."""
    wear = int(rng.random() * 60) if rng.random() < 0.5 else 0
    red, green, blue = (min(255, c + wear) for c in ink)
    return red, green, blue


def _hills(plate: Plate, rng: np.random.Generator) -> tuple[Shape, ...]:
    """Draws hills and a sun on grounds of several light colours, so pale that the characters stay legible."""
    if len(plate.ground) == 1 or min(map(sum, plate.ground)) < 450 or sum(plate.ink) > 330 or rng.random() < 0.5:
        return ()
    shapes = []
    for _ in range(2 + int(rng.random() * 3)):
        x, y, w = (float(v) for v in rng.uniform((0, 0.3, 0.2), (1, 0.65, 0.6)))
        shapes.append(Shape(pick(rng, ("triangle", "ellipse")), (x - w / 2, y, x + w / 2, 1.0), colour(rng, 165, 250)))
    return tuple(shapes)


def _small_print(plate: Plate, rng: np.random.Generator) -> tuple[Note, ...]:
    top, bottom = min(f.rect[1] for f in plate.fields), max(f.rect[3] for f in plate.fields)
    if rng.random() >= SMALL_PRINT or any(n.rect[3] < top or n.rect[1] > bottom for n in plate.notes):
        return ()
    above, high = rng.random() < 0.5, float(rng.uniform(0.06, 0.1))
    rect = (0.3, max(0.02, top - high - 0.02), 0.75, top - 0.02) if above else (0.28, bottom + 0.02, 0.75, 0.98)
    if rect[3] - rect[1] < 0.04:
        return ()
    return (Note(rect, pick(rng, PLACES if above else DEALERS), plate.ink),)
