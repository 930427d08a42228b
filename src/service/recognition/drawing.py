"""Pictures with their plates marked, as files."""

import io
from collections.abc import Sequence
from typing import Literal

from src.core.image import Photograph
from src.core.result import PlateRecord
from src.runtime.draw import JPEG_QUALITY, annotate

FileKind = Literal["JPEG", "PNG"]
MOST_SIDE = 65_500
"""Pixels of a side that a JPEG may have; labels, which grow with the picture, stay small below it too."""


class DrawingError(ValueError):
    """A picture of which no file with its plates can be made; the message says why."""


def marked(photograph: Photograph, plates: Sequence[PlateRecord], kind: FileKind) -> bytes:
    """The file of ``photograph`` with ``plates`` drawn into it; those without a text stand out, or not accepted.

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
    except (OSError, ValueError, MemoryError) as error:  # it is no disk: Pillow's encoders raise OSError
        raise DrawingError(f"no {kind} of {width} x {height} pixels can be made ({error})") from error
    return file.getvalue()
