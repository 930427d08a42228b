"""Labelled pictures as they are read to be measured."""

from pathlib import Path

from src.core.image import ImageError, read_image
from src.core.types import Image
from src.data.manifest import Box, Record

INSIDE = 0.5
"""Least share of a box that lies in its picture: some tools draw beyond the edge what the edge cuts off."""


def read_labelled(path: Path, record: Record) -> Image:
    """The picture of ``record``, RGB. Raises ImageError where it cannot be read or a plate lies outside it."""
    image = read_image(path)
    height, width = image.shape[:2]
    for number, plate in enumerate(record.plates or ()):
        if _share_inside(plate.box, width, height) < INSIDE:
            box = ", ".join(f"{side:g}" for side in plate.box)
            raise ImageError(f"plates.{number}.box: {box} is outside the picture of {width} x {height}")
    return image


def _share_inside(box: Box, width: int, height: int) -> float:
    x1, y1, x2, y2 = box
    across, down = min(x2, width) - max(x1, 0), min(y2, height) - max(y1, 0)
    return max(across, 0) * max(down, 0) / ((x2 - x1) * (y2 - y1))
