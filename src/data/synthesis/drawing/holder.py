"""Draws the holder around a plate, sometimes with a dealer's name."""

import cv2
import numpy as np

from src.core.types import Image
from src.data.synthesis.drawing.draw import Flat, blend, board, rounded
from src.data.synthesis.drawing.lettering import DEALERS
from src.data.synthesis.layout.plate import Colour, pick
from src.data.synthesis.typefaces.fonts import Faces, note_mask

_SHADES: tuple[Colour, ...] = (
    (14, 14, 15), (22, 22, 24), (30, 30, 32), (18, 20, 30), (45, 45, 48), (190, 192, 196), (225, 225, 225),
    (15, 30, 80), (120, 20, 25),
)  # fmt: skip
_INKS: tuple[Colour, ...] = (
    (230, 230, 230), (190, 190, 190), (220, 180, 60), (120, 160, 230), (220, 60, 60),
)  # fmt: skip
LIPPED = 0.4
"""This share of the holders covers the plate's rim."""


def hold(flat: Flat, faces: Faces, rng: np.random.Generator) -> Flat:
    """Puts a holder around the plate, every other one with a name below (or above) the plate."""
    height, width = flat.image.shape[:2]
    shade = pick(rng, _SHADES)
    top, bottom, left, right = (1 + int(height * s) for s in rng.uniform(0.0, 0.07, 4))
    named = rng.random() < 0.55
    if named:
        bottom += int(height * float(rng.uniform(0.08, 0.17)))
    if rng.random() < 0.15:
        top, bottom = bottom, top
    image = board(height + top + bottom, width + left + right, shade)
    inside = image[top : top + height, left : left + width]
    inside[:] = cv2.copyTo(flat.image, flat.alpha, inside.copy())
    if rng.random() < LIPPED:  # the holder's lip lies on the plate's rim
        thick = 2 * round(height * float(rng.uniform(0.01, 0.045))) + 1
        cv2.rectangle(image, (left, top), (left + width - 1, top + height - 1), shade, thick)
    if named:
        _name(image, (top + height, image.shape[0]) if bottom > top else (0, top), shade, faces, rng)
    shift = np.array([left, top, left, top], np.float32)
    alpha = rounded(image.shape[0], image.shape[1], float(rng.uniform(0.02, 0.1)))
    return Flat(image, alpha, flat.plate + shift, flat.chars + shift)


def _name(image: Image, rows: tuple[int, int], shade: Colour, faces: Faces, rng: np.random.Generator) -> None:
    text = pick(rng, DEALERS)
    if (face := faces.for_note(rng, text)) is None:
        return
    mask = note_mask(face, text)
    width, height = image.shape[1], rows[1] - rows[0]
    wide = min(width * float(rng.uniform(0.5, 0.95)), mask.shape[1] / mask.shape[0] * height * 1.5)
    inset = height * 0.15
    ink = pick(rng, _INKS) if sum(shade) < 300 else (20, 20, 25)
    box = (width / 2 - wide / 2, rows[0] + inset, width / 2 + wide / 2, rows[1] - inset)
    blend(image, mask, box, ink)
