"""Makes what is shown of a photograph: a small copy of it, and each of its plates enlarged."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage

from src.core.image import decode_photograph
from src.core.result import PlateRecord

LONG_SIDE = 1280
"""The pixels of the copy's longer side: it is sharp on a wide screen and has some 200 kB."""
CROP_WIDTH = 480
CROP_MARGIN = 0.12
"""How far a crop goes beyond its plate, as a share of the way from the middle to each corner."""
_TALLEST = 1.0
"""Crops are at most so many times as high as wide, whatever the corners say."""

Points = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Preview:
    """The photograph, and one crop per plate, as data URLs of JPEGs."""

    photo: str
    crops: tuple[str, ...]


def preview(data: bytes, width: int, plates: Sequence[PlateRecord]) -> Preview:
    """Returns the preview of a file with ``width`` pixels across; the plates are in its pixels. Raises ImageError."""
    photograph = decode_photograph(data)
    picture = PillowImage.fromarray(photograph.pixels)
    scale = picture.width / width
    crops = tuple(_data_url(crop(picture, plate.outline * scale)) for plate in plates)
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    return Preview(_data_url(picture), crops)


def crop(picture: PillowImage.Image, corners: Points) -> PillowImage.Image:
    """Returns the plate within ``corners`` and a little around it, upright, 480 pixels wide, its sides in
    proportion.
    """
    middle = corners.mean(0)
    wide = middle + (corners - middle) * (1 + CROP_MARGIN)
    top, right, bottom, left = np.linalg.norm(wide - np.roll(wide, -1, 0), axis=1)
    ratio = min((left + right) / max(top + bottom, 1.0), _TALLEST)
    source = wide[[0, 3, 2, 1]].ravel()  # Pillow goes round the other way
    size = (CROP_WIDTH, max(1, round(CROP_WIDTH * ratio)))
    return picture.transform(size, PillowImage.Transform.QUAD, source.tolist(), PillowImage.Resampling.BICUBIC)


def jpeg_url(data: bytes) -> str:
    """Returns a JPEG as a data URL."""
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


def _data_url(picture: PillowImage.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return jpeg_url(file.getvalue())
