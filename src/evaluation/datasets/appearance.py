"""How a labelled plate looks in its picture: what the breakdowns of a report are by."""

import cv2
import numpy as np

from src.core.geometry import box_to_corners, crop_plate, tilt
from src.core.image import Photograph
from src.core.types import Corners
from src.data.annotations.manifest import Box, Points
from src.evaluation.accuracy.plate_result import Appearance

HEIGHT = 32
"""Sharpness is measured at this height in pixels: a reader sees every plate at about one height too, so that a
small plate, enlarged, counts as the blurred one that it is."""


def appearance(photograph: Photograph, box: Box, corners: Points | Corners | None = None) -> Appearance:
    """Measures the plate in ``box``, in pixels of the file; ``corners`` clockwise from its own top left.

    Sharpness is the standard deviation of the Laplacian, the square root of the focus measure of Pech-Pacheco
    et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000.
    """
    x1, y1, x2, y2 = box
    size = HEIGHT, max(1, round(HEIGHT * (x2 - x1) / max(y2 - y1, 1.0)))
    crop = crop_plate(photograph.pixels, box_to_corners(np.array(box, np.float32) / photograph.factor), size, margin=0)
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    return Appearance(
        width=x2 - x1,
        brightness=float(grey.mean()),
        sharpness=float(cv2.Laplacian(grey, cv2.CV_32F).std()),
        tilt=None if corners is None else tilt(np.asarray(corners, np.float32)),
    )
