"""Cuts photographed plates with known texts out for the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from src.core.geometry import CROP_MARGIN, box_to_corners
from src.core.image import read_named
from src.core.types import Boxes, Corners, Image
from src.data.annotations.manifest import ManifestError, PlateLabel, Record


@dataclass(frozen=True)
class RealCrop:
    """A photographed plate: ``image`` holds it within ``corners`` [4, 2]; ``region`` is its country where known.

    ``margin`` is what the runtime adds around the corners: nothing where the picture is a plate already cut out.
    ``chars`` [n, 4] exist for plates of one line whose characters somebody marked.
    """

    image: Image
    corners: Corners
    text: str
    source: str
    margin: float
    region: str | None = None
    chars: Boxes | None = None


def real_crops(records: Sequence[Record], root: Path) -> list[RealCrop]:
    """Decodes crops, and cuts labelled plates out of scenes with half a plate's height around them."""
    crops = []
    for record in records:
        image = read_named(root / record.image)
        if record.plates is None:
            whole = np.array([0, 0, image.shape[1], image.shape[0]], np.float32)
            if record.text:
                crops.append(
                    RealCrop(
                        image, box_to_corners(whole), record.text, record.source, 0.0, record.region, _chars(record)
                    )
                )
        else:
            crops += [_cut(image, plate, record) for plate in record.plates if plate.text and plate.sure]
    return crops


def _cut(image: Image, plate: PlateLabel, record: Record) -> RealCrop:
    box = np.array(plate.box, np.float32)
    corners = box_to_corners(box) if plate.corners is None else np.array(plate.corners, np.float32)
    pad = (box[3] - box[1]) / 2
    x1, y1 = np.maximum(box[:2] - pad, 0).astype(int)
    x2, y2 = np.ceil(box[2:] + pad).astype(int)
    around = image[y1:y2, x1:x2].copy()
    if not around.size:
        raise ManifestError(f"{record.image}: box {plate.box} lies outside the image")
    shift = np.array([x1, y1], np.float32)
    chars = _chars(plate)
    chars = None if chars is None else chars - np.tile(shift, 2)
    return RealCrop(around, corners - shift, plate.text or "", record.source, CROP_MARGIN, plate.region, chars)


def _chars(plate: PlateLabel | Record) -> Boxes | None:
    """Returns the boxes of the characters; those of two lines are left out, as they do not say which stands where."""
    return None if plate.chars is None or plate.lines == 2 else np.array(plate.chars, np.float32)
