"""The project's metric: which plates were found, and read exactly. Counts are summed and divided once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from src.core.alphabet import merge_confusable
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


@dataclass(frozen=True, slots=True)
class TruePlate:
    """A labelled plate: box [4], its text (None where unknown) and the text as published, if corrected."""

    box: npt.NDArray[np.float32]
    text: str | None
    published_text: str | None = None


@dataclass(slots=True)
class Score:
    """Sums over images; every rate is one division of two sums."""

    images: int = 0
    plates: int = 0
    texts: int = 0
    found: int = 0
    read: int = 0
    read_published: int = 0
    read_merged: int = 0
    edits: int = 0
    characters: int = 0
    extra: int = 0
    misread: list[tuple[str, str, str, float]] = field(default_factory=list)
    """(image, truth, what was read or "", confidence) of each plate whose text is not exact."""

    def add(
        self,
        image: str,
        true: Sequence[TruePlate],
        boxes: npt.NDArray[np.float32],
        texts: Sequence[str],
        confidences: Sequence[float],
        ignore: npt.NDArray[np.float32],
    ) -> None:
        """Scores one image: predictions ``boxes [P, 4]`` with their texts; ``ignore [K, 4]`` is neutral."""
        truth = np.array([t.box for t in true], np.float32).reshape(-1, 4)
        pairs = match_boxes(boxes, truth)
        by_truth = {t: p for p, t in pairs}
        self.images += 1
        self.plates += len(true)
        self.found += len(pairs)
        unmatched = boxes[[p for p in range(len(boxes)) if p not in {p for p, _ in pairs}]]
        self.extra += int((~_neutral(unmatched, ignore)).sum())
        for t, plate in enumerate(true):
            if plate.text is not None:
                p = by_truth.get(t)
                self.add_text(image, plate, texts[p] if p is not None else "", confidences[p] if p is not None else 0.0)

    def add_text(self, image: str, plate: TruePlate, text: str, confidence: float) -> None:
        """Scores one reading against a labelled text."""
        truth = plate.text or ""
        self.texts += 1
        self.characters += len(truth)
        self.edits += edit_distance(text, truth)
        self.read += text == truth
        self.read_published += text == (plate.published_text or truth)
        self.read_merged += merge_confusable(text) == merge_confusable(truth)
        if text != truth:
            self.misread.append((image, truth, text, confidence))

    def rates(self) -> dict[str, float | int | None]:
        """The figures of a report; None where nothing was counted."""
        return {
            "images": self.images,
            "plates": self.plates,
            "texts": self.texts,
            "read": _ratio(self.read, self.texts),
            "read_published": _ratio(self.read_published, self.texts),
            "read_merged": _ratio(self.read_merged, self.texts),
            "found": _ratio(self.found, self.plates),
            "cer": _ratio(self.edits, self.characters),
            "extra_per_image": _ratio(self.extra, self.images),
        }


@dataclass(slots=True)
class PrecisionCurve:
    """Gathers detections of many images for their average precision at an overlap of 0.5."""

    plates: int = 0
    scores: list[float] = field(default_factory=list)
    hits: list[bool] = field(default_factory=list)

    def add(
        self,
        boxes: npt.NDArray[np.float32],
        scores: npt.NDArray[np.float32],
        true: npt.NDArray[np.float32],
        iou: float = 0.5,
    ) -> None:
        """One image: ``boxes [P, 4]`` take the true ``[T, 4]`` that they overlap most, surest first."""
        overlaps = iou_matrix(boxes, true)
        self.plates += len(true)
        for p in np.argsort(-scores, kind="stable"):
            best = int(overlaps[p].argmax()) if len(true) else 0
            hit = bool(len(true) and overlaps[p, best] >= iou)
            if hit:
                overlaps[:, best] = -1
            self.scores.append(float(scores[p]))
            self.hits.append(hit)

    def average_precision(self) -> float | None:
        """Area under precision over recall, precision made monotone; None without a true plate."""
        if not self.plates:
            return None
        hits = np.array(self.hits, bool)[np.argsort(-np.array(self.scores), kind="stable")]
        precision = hits.cumsum() / np.arange(1, len(hits) + 1)
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        return float(envelope[hits].sum() / self.plates)


def _neutral(boxes: npt.NDArray[np.float32], ignore: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    return np.asarray((iou_matrix(boxes, ignore) > FOUND_IOU).any(-1), np.bool_)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
