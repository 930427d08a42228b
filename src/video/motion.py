"""Tells whether anything moves, so that still pictures need not be searched."""

import cv2
import numpy as np
import numpy.typing as npt

from src.video.frame import Frame, Grey

Polygon = npt.NDArray[np.float32]
"""``[K, 2]``: x and y of its corners, as shares of the picture's width and height."""
WIDTH = 160
"""The picture is compared at this width: the mean over so many pixels has little noise."""
STEP = 12
"""A pixel that has changed by so many of 255 levels has changed by more than noise."""
LEAST = 3
"""So many such pixels are a motion. A car that is read covers hundreds."""


class MotionGate:
    """Compares each frame with the one that was searched last, so that slow changes add up until they count."""

    def __init__(self, zone: Polygon | None = None) -> None:
        """Only what lies within ``zone`` counts; None means the whole picture."""
        self._zone = zone
        self._mask: Grey | None = None
        self._reference: Grey | None = None

    def moved(self, frame: Frame) -> bool:
        """Tells whether ``frame`` must be searched; it is then the one that later frames are compared with."""
        now = cv2.blur(frame.grey(WIDTH), (3, 3))
        before = self._reference
        if before is None or before.shape != now.shape:
            self._reference, self._mask = np.asarray(now, np.uint8), self._drawn(now.shape)
            return True
        changed = cv2.absdiff(now, before) > STEP
        if self._mask is not None:
            changed &= self._mask > 0
        if int(changed.sum()) < LEAST:
            return False
        self._reference = np.asarray(now, np.uint8)
        return True

    def _drawn(self, shape: tuple[int, ...]) -> Grey | None:
        if self._zone is None:
            return None
        mask = np.zeros(shape, np.uint8)
        cv2.fillPoly(mask, [np.round(self._zone * shape[::-1]).astype(np.int32)], 255)
        # a plate near the edge of the zone moves pixels beyond it
        return np.asarray(cv2.dilate(mask, np.ones((5, 5), np.uint8)), np.uint8)


def inside(zone: Polygon, x: float, y: float) -> bool:
    """Tells whether a point, in shares of the picture, lies within ``zone`` or on its edge."""
    return cv2.pointPolygonTest(zone.astype(np.float32), (float(x), float(y)), False) >= 0
