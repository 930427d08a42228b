"""One photograph under every effect and severity, to look at."""

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from src.core.geometry import box_to_corners, crop_plate
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.evaluation.robustness.distort import distort

WIDTH, PLATE = 240, (60, 240)
"""Pixels: a tile's width; height and width of the plate below its picture."""
GAP, LABEL = 8, 22
ABREAST = 2
"""Effects in a row."""


def sheet(image: Image, record: Record, effects: Sequence[str], severities: Sequence[int]) -> PillowImage.Image:
    """The clean picture, then two effects in a row at each severity; its first plate, enlarged, below each."""
    clean = _tile(image, record)
    columns = ABREAST * len(severities)
    rows = 1 + -(-len(effects) // ABREAST)
    across, down = WIDTH + GAP, clean.shape[0] + LABEL + GAP
    page = PillowImage.new("RGB", (columns * across + GAP, rows * down + GAP), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(15)
    _paste(page, draw, font, (GAP, GAP), "clean", clean)
    cells = [(effect, severity) for effect in effects for severity in severities]
    for number, (effect, severity) in enumerate(cells, columns):
        place = (GAP + number % columns * across, GAP + number // columns * down)
        distorted = distort(image, record, effect, severity)
        _paste(page, draw, font, place, f"{effect} {severity}", _tile(distorted.image, distorted.record))
    return page


def _paste(
    page: PillowImage.Image,
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    place: tuple[int, int],
    label: str,
    tile: Image,
) -> None:
    draw.text(place, label, "black", font)
    page.paste(PillowImage.fromarray(tile), (place[0], place[1] + LABEL))


def _tile(image: Image, record: Record) -> Image:
    height = round(WIDTH * image.shape[0] / image.shape[1])
    small = cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA)
    return np.vstack([small, _plate(image, record)])


def _plate(image: Image, record: Record) -> Image:
    """The first plate by its box, as the reader gets it; grey where none is left in the frame."""
    if not record.plates:
        return np.full((*PLATE, 3), 128, np.uint8)
    return crop_plate(image, box_to_corners(np.array(record.plates[0].box, np.float32)), PLATE)
