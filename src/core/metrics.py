"""What the project counts by: which plates were found, and how far their corners are from the true ones."""

import numpy as np
import numpy.typing as npt

from src.core.geometry import CROP_MARGIN, NEXT, iou_matrix, widen
from src.core.types import Corners

FOUND_IOU = 0.3
END_TOLERANCE = 0.1
"""The share of a plate's height that its crop may lack at either end.

The first and the last character stand farther than that from the plate's end, by about 0.1 of its height on plates of
520 x 112 mm and more on others, so that the crop cuts none of them. On a plate 20 pixels high it is 2 pixels; outlines
drawn by eye are off by one.
"""


def match_boxes(
    predicted: npt.NDArray[np.float32], true: npt.NDArray[np.float32], iou: float = FOUND_IOU
) -> list[tuple[int, int]]:
    """Returns pairs (prediction, truth), matched one to one, best overlap first; each overlaps by more than ``iou``."""
    overlaps = iou_matrix(predicted, true)
    pairs = []
    while overlaps.size and overlaps.max() > iou:
        p, t = np.unravel_index(int(overlaps.argmax()), overlaps.shape)
        pairs.append((int(p), int(t)))
        overlaps[p, :], overlaps[:, t] = 0, 0
    return pairs


def corner_error(predicted: npt.NDArray[np.float32], true: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Returns the mean distance of the four corners ``[..., 4, 2]``, in per cent of the true plate's width, as
    ``[...]``.

    The width is the mean of the upper and the lower edge.
    """
    distance = np.linalg.norm(predicted - true, axis=-1).mean(-1)
    upper, lower = true[..., 1, :] - true[..., 0, :], true[..., 2, :] - true[..., 3, :]
    width = (np.linalg.norm(upper, axis=-1) + np.linalg.norm(lower, axis=-1)) / 2
    error: npt.NDArray[np.float32] = 100 * distance / width
    return error


def covers_ends(predicted: Corners, true: Corners) -> bool:
    """Tells whether the crop of the quadrilateral ``predicted [4, 2]`` holds both ends of the plate ``true [4, 2]``.

    The crop is the one that the reader is given, widened as ``crop_plate`` does it. An end is the middle of the plate's
    left or right edge, where its line of text begins or stops; it may lie END_TOLERANCE of the plate's height outside.
    """
    crop = widen(predicted, CROP_MARGIN)
    edges = crop[NEXT] - crop
    to_ends = (true[[0, 1]] + true[[3, 2]]) / 2 - crop[:, None]  # [edge, end, 2]
    inwards = edges[:, None, 0] * to_ends[..., 1] - edges[:, None, 1] * to_ends[..., 0]
    lengths = np.linalg.norm(edges, axis=1)
    if lengths.min() < 1e-3:
        return False  # corners that enclose nothing, as other systems may give
    inside = inwards / lengths[:, None]  # pixels
    height = (np.linalg.norm(true[3] - true[0]) + np.linalg.norm(true[2] - true[1])) / 2
    return bool((inside >= -END_TOLERANCE * height).all())


def over_ignored(boxes: npt.NDArray[np.float32], ignore: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Tells which of ``boxes [P, 4]`` lie over one of ``ignore [K, 4]`` and are neither right nor wrong, as ``[P]``."""
    return np.asarray((iou_matrix(boxes, ignore) > FOUND_IOU).any(-1), np.bool_)
