"""The values that travel between the stages."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""``uint8``, height x width x 3, RGB, EXIF orientation applied."""

Boxes = npt.NDArray[np.float32]
"""``[N, 4]``: ``x1, y1, x2, y2`` in pixels of the original image."""

Corners = npt.NDArray[np.float32]
"""``[4, 2]`` or ``[N, 4, 2]``: x, y in pixels, clockwise from the plate's own top left."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One plate that the detector found; ``corners`` is None where the model gives boxes only."""

    box: Boxes  # [4]
    confidence: float
    corners: Corners | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One text and the probability that it is exactly right; one probability per character."""

    text: str
    confidence: float
    char_confidences: tuple[float, ...]
