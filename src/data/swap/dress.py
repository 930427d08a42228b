"""A drawn plate as it hangs on a vehicle, before it is photographed: dirty, lit unevenly, in a holder."""

from dataclasses import replace

import cv2
import numpy as np

from src.core.types import Corners
from src.data.synthesis.draw import Flat, cut_out, paint_plate
from src.data.synthesis.effects import ON_PLATE, spoiled
from src.data.synthesis.fonts import Faces
from src.data.synthesis.holder import hold
from src.data.synthesis.light import dirt, glare, shadow
from src.data.synthesis.plate import Plate

DRAWN = 96
"""Pixels that a thing is drawn high, then shrunk by area to twice what it will be: the warp alone would alias."""


def dressed(plate: Plate, faces: Faces, rng: np.random.Generator) -> Flat:
    """``plate``, DRAWN pixels high."""
    sheet = spoiled(paint_plate(plate, faces, rng, DRAWN), ON_PLATE, 1.0, rng)
    flat = cut_out(sheet, rng)
    for fault, odds in ((dirt, 0.1), (shadow, 0.1), (glare, 0.05)):
        if rng.random() < odds:
            flat = replace(flat, image=fault(flat.image, rng))
    return hold(flat, faces, rng) if rng.random() < (0.45 if plate.lines == 1 else 0.2) else flat


def shrunk(flat: Flat, corners: Corners) -> Flat:
    """``flat`` no larger than twice what it will be at ``corners``."""
    high = 2 * float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    scale = high / float(flat.plate[3] - flat.plate[1])
    if scale >= 1:
        return flat
    size = tuple(max(2, round(side * scale)) for side in flat.alpha.shape[::-1])
    image, alpha = (
        np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_AREA), np.uint8) for a in (flat.image, flat.alpha)
    )
    gain = np.array([size[0] / flat.alpha.shape[1], size[1] / flat.alpha.shape[0]] * 2, np.float32)
    return Flat(image, alpha, flat.plate * gain, flat.chars * gain)
