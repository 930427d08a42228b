"""How a validation judges the detector: average precision, recall by plate width, corner error.

These figures stand in the model card. ``src.evaluate`` measures otherwise: it counts plates found at the threshold of
the card, and takes widths in pixels of the original picture instead of the canvas.
"""

import logging
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torchmetrics.detection import MeanAveragePrecision

from src.core.geometry import nms
from src.core.metrics import corner_error, match_boxes

WIDTHS = (0, 24, 48, 96, 10_000)
"""Edges of the plate widths, in canvas pixels, by which recall is reported."""
CONFIDENCE = 0.25
"""The least score with which a plate counts as found, for recall and corner error."""

Floats = npt.NDArray[np.float32]


class DetectionMetrics:
    """Sums over the images of one validation."""

    def __init__(self) -> None:
        self._ap = MeanAveragePrecision(backend="faster_coco_eval", max_detection_thresholds=[1, 10, 100])
        self._ap.warn_on_many_detections = False
        logging.getLogger("faster_coco_eval").setLevel(logging.WARNING)
        self.reset()

    def reset(self) -> None:
        self._ap.reset()
        self._found = np.zeros(len(WIDTHS) - 1)
        self._true = np.zeros(len(WIDTHS) - 1)
        self._corner_errors: list[float] = []

    def add(
        self, boxes: Floats, scores: Floats, corners: Floats, true: Floats, true_corners: Floats, ignore: Floats
    ) -> None:
        """One image: raw boxes ``[A, 4]``, scores ``[A]`` and corners ``[A, 4, 2]`` against its plates.

        Plates are ``true [M, 4]`` and ``true_corners [M, 4, 3]``: x, y and whether the corner is known. A
        detection over a box of ``ignore [K, 4]`` counts neither as right nor as wrong.
        """
        kept = suppressed(boxes, scores)
        boxes, scores, corners = boxes[kept], scores[kept], corners[kept]
        crowd = np.repeat([0, 1], [len(true), len(ignore)])  # COCO's name for regions that are to be ignored
        targets = _labelled(np.concatenate([true, ignore]), iscrowd=crowd)
        self._ap.update([_labelled(boxes, scores=scores)], [targets])
        sure = scores >= CONFIDENCE
        pairs = match_boxes(boxes[sure], true)
        bins = np.digitize(true[:, 2] - true[:, 0], WIDTHS[1:-1])
        np.add.at(self._true, bins, 1)
        np.add.at(self._found, bins[[t for _, t in pairs]], 1)
        known = true_corners[..., 2].min(-1) > 0
        for p, t in pairs:
            if known[t]:
                self._corner_errors.append(float(corner_error(corners[sure][p], true_corners[t, :, :2])))

    def compute(self) -> dict[str, float]:
        """``ap50``, ``ap``, ``recall`` and, where there are such plates, recalls by width and ``corner_error``."""
        ap = self._ap.compute()
        values = {"ap50": float(ap["map_50"]), "ap": float(ap["map"])}
        values["recall"] = float(self._found.sum() / max(self._true.sum(), 1))
        for low, high, found, true in zip(WIDTHS, WIDTHS[1:], self._found, self._true, strict=False):
            if true:
                values[f"recall_{low}_{high}"] = float(found / true)
        if self._corner_errors:
            values["corner_error"] = float(np.mean(self._corner_errors))
        return values


def suppressed(boxes: Floats, scores: Floats, floor: float = 0.001, most: int = 300) -> npt.NDArray[np.int64]:
    """Which of one image's raw detections the runtime's suppression keeps, best first, down to a low ``floor``."""
    likely = np.argsort(-scores, kind="stable")[:most]
    likely = likely[scores[likely] >= floor]
    kept: npt.NDArray[np.int64] = likely[nms(boxes[likely], scores[likely], 0.5)]
    return kept


def _labelled(boxes: Floats, **others: npt.NDArray[Any]) -> dict[str, torch.Tensor]:
    arrays = {"boxes": boxes, "labels": np.zeros(len(boxes), np.int64)} | others
    return {name: torch.from_numpy(array) for name, array in arrays.items()}
