"""One picture of a video."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from av import VideoFrame

from src.core.types import Image

Grey = npt.NDArray[np.uint8]
"""``[H, W]``, the brightness of each pixel."""


@dataclass(frozen=True)
class Frame:
    """One picture of a video, whose pixels are converted only when somebody asks for them.

    ``number`` counts the pictures of the source from 0, also those that nobody was shown. ``time`` is in seconds from
    the source's first picture, by the timestamps of the video. ``wall`` is the time of day (UTC) where the source is
    live. ``quarter_turns`` clockwise bring the decoded picture upright.
    """

    decoded: VideoFrame
    number: int
    time: float
    wall: datetime | None = None
    quarter_turns: int = 0

    @classmethod
    def of(cls, image: Image, number: int, time: float, wall: datetime | None = None) -> Self:
        """Returns the frame of a picture, RGB, that is at hand already."""
        return cls(VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24"), number, time, wall)

    @property
    def width(self) -> int:
        """The width in pixels of the upright picture."""
        return self.decoded.height if self.quarter_turns % 2 else self.decoded.width

    @property
    def height(self) -> int:
        """The height in pixels of the upright picture."""
        return self.decoded.width if self.quarter_turns % 2 else self.decoded.height

    @cached_property
    def image(self) -> Image:
        """The upright picture, RGB."""
        return self._upright(self.decoded.to_ndarray(format="rgb24"))

    def grey(self, width: int) -> Grey:
        """Returns the upright picture in brightness alone, at most ``width`` pixels wide before it is turned."""
        scale = min(1.0, width / self.decoded.width)
        size = max(2, round(self.decoded.width * scale)), max(2, round(self.decoded.height * scale))
        small = self.decoded.reformat(*size, format="gray", interpolation="AREA")
        return self._upright(small.to_ndarray())

    def _upright(self, pixels: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        upright = np.rot90(pixels, -self.quarter_turns) if self.quarter_turns else pixels
        return np.ascontiguousarray(upright, np.uint8)
