"""The values that travel between the stages."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

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
class Candidate:
    """A possible reading with its country, and the probability of both."""

    text: str
    region: str | None
    """ISO 3166 alpha-2; None where the text is of no listed type."""
    confidence: Annotated[float, Field(ge=0, le=1)]
    """The probability that both the text and the region are right."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text and the probability that it is the whole text and exactly right; one probability per character.

    The other fields are None where nothing tells them.
    """

    text: str
    confidence: float
    char_confidences: tuple[float, ...]
    plain: "Reading | None" = None
    """What the network alone reads, where the text was found with the formats of the countries."""
    format: str | None = None
    """The type of plate in ``region`` that the text may be of."""
    region: str | None = None
    """ISO 3166 alpha-2; None where an unknown country is more likely than any known one."""
    region_confidence: float | None = None
    candidates: tuple[Candidate, ...] | None = None
    """The possible readings, the most probable first."""
    whole: float | None = None
    """The probability that the crop shows the whole of a plate, which is a factor of every confidence of a text."""
