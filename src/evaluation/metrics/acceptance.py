"""What would be accepted and must not be: readings of what is no plate, and of plates of which a part is hidden."""

from collections.abc import Sequence

import numpy as np

from src.core.schema import Closed
from src.evaluation.accuracy.plate_result import Figure, ScoredImage, ScoredPlate
from src.evaluation.accuracy.system_result import System
from src.evaluation.metrics.calibration import CalibrationReport
from src.evaluation.metrics.figures import ratio, sums

EDGES = (0.5, 0.8, 0.95)
"""Confidences at which readings of what is no plate are counted apart."""


class SetAcceptance(Closed):
    """One set of scenes."""

    name: str
    images: int
    boxes: int  # those that are no plate
    by_confidence: tuple[int, ...]  # the same by their readings' confidence: below the first edge, then up from each
    accepted: Figure  # of them, per image
    partial: Figure | None  # accepted, of the plates of which a part is hidden; None where all are whole


class AcceptanceReport(Closed):
    """A reading is accepted where its confidence is ``threshold`` at least.

    That is the lowest one from which 99 % of the readings of whole plates in this run's photographs are right.
    """

    threshold: float
    sets: tuple[SetAcceptance, ...]


def acceptance_report(system: System, calibration: CalibrationReport | None) -> AcceptanceReport | None:
    """Of every set of scenes; None where no threshold is precise enough, or the run has no scene."""
    group = calibration.real if calibration else None
    if group is None or group.precise is None or not system.images:
        return None
    threshold = group.precise.threshold.value
    sets = []
    for name in dict.fromkeys(image.set for image in system.images):
        images = [image for image in system.images if image.set == name]
        plates = [o for o in system.outcomes if o.set == name and o.flow == "path" and not o.whole]
        sets.append(_of_set(name, images, plates, threshold))
    return AcceptanceReport(threshold=threshold, sets=tuple(sets))


def _of_set(
    name: str, images: Sequence[ScoredImage], partial: Sequence[ScoredPlate], threshold: float
) -> SetAcceptance:
    confidences = np.array([c for image in images for c in image.extra_confidences])
    counts = np.bincount(np.searchsorted(EDGES, confidences, side="right"), minlength=len(EDGES) + 1)
    accepted = ratio(*sums(images, lambda i: (float(sum(c >= threshold for c in i.extra_confidences)), 1.0)))
    assert accepted is not None, "a set with images"
    return SetAcceptance(
        name=name,
        images=len(images),
        boxes=len(confidences),
        by_confidence=tuple(int(n) for n in counts),
        accepted=accepted,
        partial=ratio(*sums(partial, lambda o: (float(o.confidence >= threshold), 1.0))),
    )
