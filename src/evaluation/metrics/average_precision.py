"""Average precision as COCO defines it (101 points, at most 100 detections per image), by faster-coco-eval."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from faster_coco_eval import COCO, COCOeval_faster

from src.core.types import Boxes
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.metrics.figures import interval, resample_weights

AP_FLOOR = 0.001
"""Average precision wants the whole curve: detections far below any threshold that one would work with."""
MAX_DETECTIONS = 100
RESAMPLES = 500
_PLATE = 1
"""The one category."""


@dataclass(frozen=True, slots=True)
class ImageDetections:
    """What a detector found in one image and what is there, boxes ``[*, 4]`` in pixels."""

    boxes: Boxes
    scores: npt.NDArray[np.float32]  # one per box
    true: Boxes
    ignore: Boxes  # what lies over these is neither right nor wrong


class AveragePrecision(NamedTuple):
    """At an overlap of 0.5, and the mean over 0.50, 0.55, ... 0.95; ``n`` counts true plates."""

    ap50: Figure
    ap: Figure


def average_precision(images: Sequence[ImageDetections]) -> AveragePrecision | None:
    """Both figures with their bootstrap intervals over images; None without a true plate.

    The library matches once. Each resample is its own accumulation over the images drawn, repeated as they come.
    """
    plates = sum(len(image.true) for image in images)
    if not plates:
        return None
    evaluation = _matched(images)
    value = _accumulate(evaluation)
    matches = evaluation._evalImgs_cpp
    drawn = np.zeros((RESAMPLES, 2))
    for row, weights in zip(drawn, resample_weights(len(images), RESAMPLES), strict=True):
        evaluation._evalImgs_cpp = [m for m, times in zip(matches, weights, strict=True) for _ in range(int(times))]
        row[:] = _accumulate(evaluation)
    bounds = [interval(column) for column in drawn.T]
    ap50, ap = (Figure(value=v, low=b[0], high=b[1], n=plates) for v, b in zip(value, bounds, strict=True))
    return AveragePrecision(ap50, ap)


def _matched(images: Sequence[ImageDetections]) -> COCOeval_faster:
    """Detections matched to plates image by image (an opaque entry each), not accumulated yet."""
    truth = COCO(
        {
            "images": [{"id": i} for i, _ in enumerate(images)],
            "categories": [{"id": _PLATE}],
            "annotations": list(_plates(images)),
        }
    )
    evaluation = COCOeval_faster(truth, truth.loadRes(list(_detections(images))), "bbox", separate_eval=True)
    evaluation.params.maxDets = [MAX_DETECTIONS]
    evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, float("inf")]], ["all"]
    evaluation.evaluate()
    return evaluation


def _accumulate(evaluation: COCOeval_faster) -> tuple[float, float]:
    """AP50 and AP; NaN where no plate is in the images drawn."""
    evaluation.accumulate()
    precision = evaluation.eval["precision"].reshape(len(evaluation.params.iouThrs), -1)
    return (float(precision[0].mean()), float(precision.mean())) if precision.min() >= 0 else (np.nan, np.nan)


def _plates(images: Sequence[ImageDetections]) -> Iterator[dict[str, Any]]:
    numbers = count(1)
    for i, image in enumerate(images):
        for boxes, is_ignored in ((image.true, 0), (image.ignore, 1)):
            for box in boxes:
                yield {"id": next(numbers), "iscrowd": is_ignored, **_annotation(i, box)}


def _detections(images: Sequence[ImageDetections]) -> Iterator[dict[str, Any]]:
    for i, image in enumerate(images):
        for box, score in zip(image.boxes, image.scores, strict=True):
            yield {"score": float(score), **_annotation(i, box)}


def _annotation(image: int, box: Boxes) -> dict[str, Any]:
    x1, y1, x2, y2 = box.tolist()
    width, height = x2 - x1, y2 - y1
    return {"image_id": image, "category_id": _PLATE, "bbox": [x1, y1, width, height], "area": width * height}
