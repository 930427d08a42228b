"""What the project counts by: which plates were found, and how far a text is from the true one."""

import numpy as np
import numpy.typing as npt

from src.core.geometry import iou_matrix

FOUND_IOU = 0.3


def edit_distance(a: str, b: str) -> int:
    """Levenshtein distance: insertions, deletions and substitutions of one character each."""
    row = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, cb in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (ca != cb))
    return row[-1]


def match_boxes(
    predicted: npt.NDArray[np.float32], true: npt.NDArray[np.float32], iou: float = FOUND_IOU
) -> list[tuple[int, int]]:
    """Pairs (prediction, truth) one to one, best overlap first, each overlapping by more than ``iou``."""
    overlaps = iou_matrix(predicted, true)
    pairs = []
    while overlaps.size and overlaps.max() > iou:
        p, t = np.unravel_index(int(overlaps.argmax()), overlaps.shape)
        pairs.append((int(p), int(t)))
        overlaps[p, :], overlaps[:, t] = 0, 0
    return pairs


def corner_error(predicted: npt.NDArray[np.float32], true: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Mean distance of the four corners ``[..., 4, 2]``, in per cent of the true plate's width, as ``[...]``.

    The width is the mean of the upper and the lower edge.
    """
    distance = np.linalg.norm(predicted - true, axis=-1).mean(-1)
    upper, lower = true[..., 1, :] - true[..., 0, :], true[..., 2, :] - true[..., 3, :]
    width = (np.linalg.norm(upper, axis=-1) + np.linalg.norm(lower, axis=-1)) / 2
    error: npt.NDArray[np.float32] = 100 * distance / width
    return error


def over_ignored(boxes: npt.NDArray[np.float32], ignore: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Which of ``boxes [P, 4]`` lie over one of ``ignore [K, 4]`` and are neither right nor wrong, ``[P]``."""
    return np.asarray((iou_matrix(boxes, ignore) > FOUND_IOU).any(-1), np.bool_)
