"""Draws plates into pictures and makes files of them."""

import io
from collections.abc import Sequence
from typing import Literal

from src.core.image import Photograph
from src.core.result import PlateRecord
from src.runtime.draw import JPEG_QUALITY, annotate

FileKind = Literal["JPEG", "PNG"]
MOST_SIDE = 65_500
"""The most pixels of a side that a JPEG may have. Labels grow with the picture, so that they are readable up to
there.
"""


class DrawingError(ValueError):
    """The error of a picture that cannot be drawn or made a file of; the message says why."""


def marked(photograph: Photograph, plates: Sequence[PlateRecord], kind: FileKind) -> bytes:
    """Returns the file of ``photograph`` with ``plates`` drawn into it; those not accepted, or without a text, stand
    out.

    Raises DrawingError.
    """
    height, width = photograph.pixels.shape[:2]
    if max(width, height) > MOST_SIDE:
        raise DrawingError(f"{width} x {height} pixels to draw on, over {MOST_SIDE} on a side")
    is_read = [plate.accepted is not False and plate.text != "" for plate in plates]
    file = io.BytesIO()
    try:
        picture = annotate(photograph.pixels, plates, is_read, photograph.factor)
        if kind == "JPEG":
            picture.save(file, kind, quality=JPEG_QUALITY)
        else:
            picture.save(file, kind, compress_level=1)  # a third larger than at 6, in a fifth of the time
    except (OSError, ValueError, MemoryError) as error:  # this is no fault of a disk: Pillow's encoders raise OSError
        raise DrawingError(f"no {kind} of {width} x {height} pixels can be made ({error})") from error
    return file.getvalue()
