"""Pictures with their plates marked, as files."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from src.core.image import Photograph
from src.core.types import Reading
from src.runtime.draw import JPEG_QUALITY, annotate
from src.runtime.reader import PlateResult

FileKind = Literal["JPEG", "PNG"]
MOST_SIDE = 65_500
"""Pixels of a side that a JPEG may have; labels, which grow with the picture, stay small below it too."""


class DrawingError(ValueError):
    """A picture of which no file with its plates can be made; the message says why."""


def marked(
    photograph: Photograph, plates: Sequence[PlateResult], accepted: Sequence[bool | None], kind: FileKind
) -> bytes:
    """The file of ``photograph`` with ``plates`` drawn into it; those without a text stand out, or not accepted.

    Raises DrawingError.
    """
    height, width = photograph.pixels.shape[:2]
    if max(width, height) > MOST_SIDE:
        raise DrawingError(f"{width} x {height} pixels to draw on, over {MOST_SIDE} on a side")
    is_read = [sure is not False and plate.reading.text != "" for plate, sure in zip(plates, accepted, strict=True)]
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


def plate_of(described: Mapping[str, Any]) -> PlateResult:
    """The plate that ``src.runtime.output.describe`` has made ``described`` of, as far as it is drawn."""
    corners = described["corners"]
    return PlateResult(
        box=np.array(described["box"], np.float32),
        corners=None if corners is None else np.array(corners, np.float32),
        detection_confidence=described["detection_confidence"],
        reading=Reading(
            text=described["text"],
            confidence=described["confidence"],
            char_confidences=tuple(described["char_confidences"]),
            region=described["region"],
            region_confidence=described["region_confidence"],
        ),
    )
