"""One system over all sets: its figures, and the rows that they are computed from."""

from typing import Literal

from src.core.schema import Closed
from src.evaluation.accuracy.plate_result import ScoredImage, ScoredPlate
from src.evaluation.metrics.figures import DetectionFigures, ReadingFigures

OURS = "ours"
"""The system that the exported models are; every other one comes from a file of predictions."""


class Skipped(Closed):
    """A picture that no figure counts, and why."""

    set: str
    image: str  # path
    fault: str


class SetFigures(Closed):
    """One set. Three flows kept apart, so that a loss is seen where it arises; None where a flow did not run."""

    name: str
    kind: Literal["scenes", "plates"]
    images: int  # those that were skipped left out
    plates: int
    texts: int  # plates whose text is known
    detector: DetectionFigures | None  # the detector alone
    ocr: ReadingFigures | None  # the OCR alone, on true boxes or on crops
    path: ReadingFigures | None  # found by the detector, then read
    median_ms: dict[str, float]  # per image and stage: decode, detect, read; total is all but decoding


class System(Closed):
    """All that is known of one system."""

    name: str
    predictions: str | None = None  # the file that they come from; None for the exported models
    sets: tuple[SetFigures, ...]
    outcomes: tuple[ScoredPlate, ...]
    images: tuple[ScoredImage, ...]
    skipped: tuple[Skipped, ...] = ()
