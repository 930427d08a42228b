"""Draws a plate as it hangs on a vehicle, before it is photographed: dirty, lit unevenly, in a holder."""

from dataclasses import replace

import cv2
import numpy as np

from src.core.types import Corners
from src.data.synthesis import CropSynthesiser
from src.data.synthesis.capture.effects import HELD, spoiled
from src.data.synthesis.capture.light import dirt, glare, shadow
from src.data.synthesis.drawing.draw import Flat, cut_out, paint_plate
from src.data.synthesis.drawing.holder import hold
from src.data.synthesis.layout.plate import Plate

DRAWN = 96
"""An object is drawn this high in pixels, then shrunk by area to twice its final size: the warp alone would alias."""


HELD_TWO_LINED = 0.2
FAULTS = (("dirt", dirt, 0.1), ("sun", shadow, 0.1), ("sun", glare, 0.05))
"""A group of effects, the function that applies it to the picture of a plate, and its probability."""


def dressed(plate: Plate, plates: CropSynthesiser, rng: np.random.Generator) -> Flat:
    """Draws ``plate``, DRAWN pixels high, without the groups of effects that ``plates`` leaves out."""
    sheet = spoiled(paint_plate(plate, plates.faces, rng, DRAWN), plates.on_plate, 1.0, rng)
    flat = cut_out(sheet, rng)
    for group, fault, odds in FAULTS:
        if rng.random() < odds and group not in plates.without:
            flat = replace(flat, image=fault(flat.image, rng))
    held = 0.0 if "holder" in plates.without else HELD if plate.lines == 1 else HELD_TWO_LINED
    return hold(flat, plates.faces, rng) if rng.random() < held else flat


def shrunk(flat: Flat, corners: Corners) -> Flat:
    """Shrinks ``flat`` to at most twice its size at ``corners``."""
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
