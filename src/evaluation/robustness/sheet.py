"""One photograph under every effect and severity, to look at."""

from collections.abc import Sequence
from itertools import product

import cv2
import numpy as np

from src.core.geometry import box_to_corners, crop_plate
from src.core.montage import captioned, montage
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.evaluation.robustness.distort import distort

WIDTH, PLATE = 240, (60, 240)
"""Pixels: a tile's width; height and width of the plate below its picture."""
ABREAST = 2
"""Effects in a row."""


def sheet(image: Image, record: Record, effects: Sequence[str], severities: Sequence[int]) -> Image:
    """The clean picture, then two effects in a row at each severity; its first plate, enlarged, below each."""
    columns = ABREAST * len(severities)
    clean = captioned(_tile(image, record), "clean")
    tiles = [clean, *[clean[:0]] * (columns - 1)]
    for effect, severity in product(effects, severities):
        worse = distort(image, record, effect, severity)
        tiles.append(captioned(_tile(worse.image, worse.record), f"{effect} {severity}"))
    return montage(tiles, columns)


def _tile(image: Image, record: Record) -> Image:
    height = round(WIDTH * image.shape[0] / image.shape[1])
    small = cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA)
    return np.vstack([small, _plate(image, record)])


def _plate(image: Image, record: Record) -> Image:
    """The first plate by its box, as the reader gets it; grey where none is left in the frame."""
    if not record.plates:
        return np.full((*PLATE, 3), 128, np.uint8)
    return crop_plate(image, box_to_corners(np.array(record.plates[0].box, np.float32)), PLATE)
