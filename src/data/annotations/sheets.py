"""Draws pictures of a data set on one sheet, for a person to look at."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import box_to_corners, crop_plate, letterbox
from src.core.image import read_image
from src.core.montage import captioned, montage
from src.core.types import Corners, Image
from src.data.annotations.manifest import PlateLabel, Record

PLATE, IGNORED = (0, 220, 60), (255, 150, 60)
"""Colours of the outlines of plates and of ignore boxes."""


def scene_sheet(records: Sequence[Record], root: Path, columns: int = 3, size: tuple[int, int] = (240, 320)) -> Image:
    """Draws scenes fitted to ``size`` (height, width) and outlines their plates, by the corners where these are known.

    Image paths are relative to ``root``; the caption is the source. Raises ImageError.
    """
    return montage([captioned(_outlined(record, root, size), record.source) for record in records], columns)


def crop_sheet(records: Sequence[Record], root: Path, columns: int = 4, size: tuple[int, int] = (56, 224)) -> Image:
    """Draws every plate of scenes and crops, cut out as for the reader and stretched to ``size``, with region and text.

    Raises ImageError.
    """
    cells = [cell for record in records for cell in _crops(record, root, size)]
    return montage(cells, columns)


def _outlined(record: Record, root: Path, size: tuple[int, int]) -> Image:
    canvas, fitted = letterbox(read_image(root / record.image), size)
    outlines = [(_corners(label), PLATE) for label in record.plates or ()]
    outlines += [(box_to_corners(np.array(box, np.float32)), IGNORED) for box in record.ignore]
    for corners, colour in outlines:
        points = corners * fitted.scale + np.array([fitted.left, fitted.top], np.float32)
        cv2.polylines(canvas, [_pixels(points)], True, colour, 1, cv2.LINE_AA)
    return canvas


def _crops(record: Record, root: Path, size: tuple[int, int]) -> list[Image]:
    image = read_image(root / record.image)
    if record.plates is None:
        whole = box_to_corners(np.array([0, 0, image.shape[1], image.shape[0]], np.float32))
        return [captioned(crop_plate(image, whole, size, margin=0.0), _caption(record))]
    return [captioned(crop_plate(image, _corners(label), size), _caption(label)) for label in record.plates]


def _corners(label: PlateLabel) -> Corners:
    if label.corners is not None:
        return np.array(label.corners, np.float32)
    return box_to_corners(np.array(label.box, np.float32))


def _caption(label: Record | PlateLabel) -> str:
    return f"{label.region or '??'}  {label.text or '(no text)'}"


def _pixels(points: Corners) -> npt.NDArray[np.int32]:
    return np.round(points).astype(np.int32)
