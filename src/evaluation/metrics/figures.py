"""Figures of a report, each one division of two sums over images, with a bootstrap interval over images."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from src.core.alphabet import merge_confusable
from src.core.regions import is_right_region
from src.core.schema import Closed
from src.evaluation.accuracy.plate_result import Figure, ScoredImage, ScoredPlate

RESAMPLES = 2000
INTERVAL = (2.5, 97.5)
"""Percentiles that bound the middle 95 %."""
_SEED = 0

Floats = npt.NDArray[np.float64]
Case = TypeVar("Case", ScoredPlate, ScoredImage)
Parts = tuple[float, float]
"""What one case adds to the sum above and to the sum below the line; nothing to both where it does not count."""


class ReadingFigures(Closed):
    """How well plates with a known text are read; one that was missed is read as nothing."""

    read: Figure | None  # exactly right
    read_published: Figure | None  # by the texts as published, where those were corrected
    read_merged: Figure | None  # with O = 0 and I = 1
    cer: Figure | None  # character error rate: edits by characters; can exceed 1
    region: Figure | None  # right, of the plates whose region is known; None where the system names none at all


class DetectionFigures(Closed):
    """How well plates are found, whatever they say."""

    found: Figure | None  # overlap over 0.3, at the detector's own threshold
    precision: Figure | None  # predictions that are plates; those over ignored boxes are left out
    extra: Figure | None  # predictions per image that are none
    covered: Figure | None = None  # of the plates found, those whose crop reaches both ends: see core.metrics
    overlap: Figure | None = None  # mean overlap (IoU) of the plates found: boxes that cover by being fat lose here
    ap50: Figure | None = None  # average precision at an overlap of 0.5; None without detection confidences
    ap: Figure | None = None  # mean over overlaps of 0.50, 0.55, ... 0.95
    found_to_24: Figure | None = None  # of the plates less than 24 pixels wide
    found_to_48: Figure | None = None  # 24 to 48
    found_to_96: Figure | None = None  # 48 to 96
    found_from_96: Figure | None = None
    corners: Figure | None = None  # mean distance of the corners from the marked ones, by the plate's width


def _known(right: Callable[[ScoredPlate], bool]) -> Callable[[ScoredPlate], Parts]:
    return lambda outcome: (0.0, 0.0) if outcome.truth is None else (float(right(outcome)), 1.0)


def _edits(outcome: ScoredPlate) -> Parts:
    truth = outcome.truth or ""
    return (float(Levenshtein.distance(outcome.text, truth)), float(len(truth))) if truth else (0.0, 0.0)


def _region(outcome: ScoredPlate) -> Parts:
    true = outcome.region
    return (0.0, 0.0) if true is None else (float(is_right_region(outcome.read_region, true)), 1.0)


READING: Mapping[str, Callable[[ScoredPlate], Parts]] = {
    "read": _known(lambda o: o.exact),
    "read_published": _known(lambda o: o.text == (o.published_text or o.truth)),
    "read_merged": _known(lambda o: merge_confusable(o.text) == merge_confusable(o.truth or "")),
    "cer": _edits,
    "region": _region,
}
DETECTION: Mapping[str, Callable[[ScoredImage], Parts]] = {
    "found": lambda image: (image.found, image.plates),
    "precision": lambda image: (image.found, image.predicted),
    "extra": lambda image: (image.extra, 1),
}


def _of_width(low: float, high: float) -> Callable[[ScoredPlate], Parts]:
    def parts(outcome: ScoredPlate) -> Parts:
        return (float(outcome.found), 1.0) if low <= outcome.box[2] - outcome.box[0] < high else (0.0, 0.0)

    return parts


def _covered(outcome: ScoredPlate) -> Parts:
    return (0.0, 0.0) if outcome.covered is None else (float(outcome.covered), 1.0)


def _overlap(outcome: ScoredPlate) -> Parts:
    return (outcome.iou, 1.0) if outcome.found else (0.0, 0.0)


def _corners(outcome: ScoredPlate) -> Parts:
    return (0.0, 0.0) if outcome.corner_error is None else (outcome.corner_error, 1.0)


LOCALISATION: Mapping[str, Callable[[ScoredPlate], Parts]] = {
    "covered": _covered,
    "overlap": _overlap,
    "found_to_24": _of_width(0, 24),
    "found_to_48": _of_width(24, 48),
    "found_to_96": _of_width(48, 96),
    "found_from_96": _of_width(96, np.inf),
    "corners": _corners,
}


def reading_figures(outcomes: Sequence[ScoredPlate]) -> ReadingFigures:
    """The figures of one set and flow."""
    figures = {name: ratio(*sums(outcomes, parts)) for name, parts in READING.items()}
    if not any(outcome.read_region for outcome in outcomes):
        figures["region"] = None
    return ReadingFigures(**figures)


def detection_figures(
    images: Sequence[ScoredImage],
    plates: Sequence[ScoredPlate] = (),
    ap50: Figure | None = None,
    ap: Figure | None = None,
) -> DetectionFigures:
    """The figures of one set, by its ``images`` and the ``plates`` in them; average precision is measured elsewhere."""
    figures = {name: ratio(*sums(images, parts)) for name, parts in DETECTION.items()}
    figures |= {name: ratio(*sums(plates, parts)) for name, parts in LOCALISATION.items()}
    return DetectionFigures(**figures, ap50=ap50, ap=ap)


def sums(cases: Sequence[Case], parts: Callable[[Case], Parts]) -> tuple[Floats, Floats]:
    """What is above and below the line, each summed by image, ``[images]``, in the order of their first case."""
    numbers: dict[str, int] = {}
    index = np.array([numbers.setdefault(case.image, len(numbers)) for case in cases], np.int64)
    both = np.array([parts(case) for case in cases], np.float64).reshape(-1, 2)
    summed = np.zeros((len(numbers), 2))
    np.add.at(summed, index, both)
    return summed[:, 0], summed[:, 1]


def ratio(above: Floats, below: Floats) -> Figure | None:
    """The sum of ``above [images]`` by that of ``below``, with its interval; None where nothing is below the line.

    The percentile bootstrap of Efron, "Bootstrap methods", Annals of Statistics 1979, over images, as the plates
    of one image share light and camera. Where every case is right, so is every resample: the interval is a point.
    """
    if not below.sum():
        return None
    low, high = interval(resampled_ratios(above, below))
    return Figure(value=float(above.sum() / below.sum()), low=low, high=high, n=int(below.sum()))


def resampled_ratios(above: Floats, below: Floats) -> Floats:
    """The ratio in each resample, ``[RESAMPLES]``; NaN where nothing is below the line."""
    weights = resample_weights(len(below))
    with np.errstate(invalid="ignore"):
        return (weights @ above) / (weights @ below)


def interval(values: Floats) -> tuple[float, float]:
    """The middle 95 % of resampled values."""
    low, high = np.nanpercentile(values, INTERVAL)
    return float(low), float(high)


@lru_cache(maxsize=4)
def resample_weights(images: int, resamples: int = RESAMPLES) -> Floats:
    """How often each image is drawn, ``[resamples, images]``: the same for every figure, so that they can be paired."""
    return np.random.default_rng(_SEED).multinomial(images, np.full(images, 1 / images), resamples).astype(float)
