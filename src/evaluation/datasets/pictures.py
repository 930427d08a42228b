"""Labelled pictures as they are read to be measured."""

from pathlib import Path

from src.core.image import ImageError, Photograph, read_photograph
from src.data.annotations.manifest import Box, PlateLabel, Record

INSIDE = 0.5
"""Least share of a box that lies in its picture: some tools draw beyond the edge what the edge cuts off."""


def read_labelled(path: Path, record: Record) -> Photograph:
    """The picture of ``record``, decoded as every command decodes it: a huge one at a fraction of its size.

    Raises ImageError where it cannot be read or a plate lies outside it.
    """
    photograph = read_photograph(path)
    width, height = photograph.width, photograph.height
    for number, plate in enumerate(record.plates or ()):
        if _share_inside(plate.box, width, height) < INSIDE:
            box = ", ".join(f"{side:g}" for side in plate.box)
            raise ImageError(f"plates.{number}.box: {box} is outside the picture of {width} x {height}")
    return photograph


def in_pixels(record: Record, photograph: Photograph) -> Record:
    """The labels of ``record``, which are in pixels of the file, in the decoded pixels of ``photograph``.

    Boxes of characters are left out where the two differ: nothing measures by them.
    """
    if photograph.factor == 1:
        return record
    plates = record.plates and tuple(_reduced(plate, photograph.factor) for plate in record.plates)
    ignore = tuple(_reduced_box(box, photograph.factor) for box in record.ignore)
    return record.model_copy(update={"plates": plates, "ignore": ignore, "chars": None})


def _reduced(plate: PlateLabel, factor: int) -> PlateLabel:
    corners = plate.corners and tuple((x / factor, y / factor) for x, y in plate.corners)
    return plate.model_copy(update={"box": _reduced_box(plate.box, factor), "corners": corners, "chars": None})


def _reduced_box(box: Box, factor: int) -> Box:
    x1, y1, x2, y2 = box
    return x1 / factor, y1 / factor, x2 / factor, y2 / factor


def _share_inside(box: Box, width: int, height: int) -> float:
    x1, y1, x2, y2 = box
    across, down = min(x2, width) - max(x1, 0), min(y2, height) - max(y1, 0)
    return max(across, 0) * max(down, 0) / ((x2 - x1) * (y2 - y1))
