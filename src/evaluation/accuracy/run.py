"""Runs systems over one set of pictures: each picture is decoded once and shown to all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Protocol

from src.core.image import ImageError, Photograph
from src.data.annotations.manifest import Record
from src.evaluation.accuracy.plate_result import ScoredImage, ScoredPlate
from src.evaluation.accuracy.system_result import SetFigures, Skipped, System
from src.evaluation.datasets.pictures import read_labelled
from src.evaluation.datasets.sets import EvaluationSet
from src.evaluation.metrics.average_precision import ImageDetections, average_precision
from src.evaluation.metrics.figures import detection_figures, reading_figures


@dataclass(slots=True)
class SetRun:
    """What one system made of one set."""

    pictures: EvaluationSet
    images: int = 0
    outcomes: list[ScoredPlate] = field(default_factory=list)
    scenes: list[ScoredImage] = field(default_factory=list)
    detections: list[ImageDetections] = field(default_factory=list)  # of the scenes whose confidences are known
    ms: dict[str, list[float]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def skip(self, path: Path, fault: str) -> None:
        """Notes a picture that no figure counts."""
        self.skipped.append(Skipped(set=self.pictures.name, image=str(path), fault=fault))

    def time(self, **spent: float | None) -> None:
        """Notes the milliseconds of one image; a stage that did not run is None."""
        for stage, value in spent.items():
            if value is not None:
                self.ms.setdefault(stage, []).append(value)

    def figures(self) -> SetFigures:
        """Everything that is summed over the set."""
        path, ocr = ([o for o in self.outcomes if o.flow == flow] for flow in ("path", "ocr"))
        plates = path or ocr
        complete = bool(self.scenes) and len(self.detections) == len(self.scenes)
        precisions = average_precision(self.detections) if complete else None
        return SetFigures(
            name=self.pictures.name,
            kind=self.pictures.kind,
            images=self.images,
            plates=len(plates),
            texts=sum(o.truth is not None for o in plates),
            detector=detection_figures(self.scenes, path, *(precisions or ())) if self.scenes else None,
            ocr=reading_figures(ocr) if ocr else None,
            path=reading_figures(path) if any(o.truth is not None for o in path) else None,
            median_ms={stage: round(median(values), 2) for stage, values in self.ms.items()},
        )


class EvaluatedSystem(Protocol):
    """A system that is measured: it adds to a run what it makes of one picture, or why it made nothing of it."""

    name: str
    predictions: str | None  # the file that it comes from

    def scene(self, run: SetRun, record: Record, path: Path, photograph: Photograph) -> None:
        """A picture of a set of scenes: every plate in it is labelled."""

    def plate(self, run: SetRun, record: Record, path: Path, photograph: Photograph) -> None:
        """A picture that tests the OCR alone: a crop, or a scene of which only the labelled boxes matter."""


def evaluate_set(pictures: EvaluationSet, systems: Sequence[EvaluatedSystem]) -> list[SetRun]:
    """A run per system. A picture that cannot be read as labelled is skipped, named in all of them."""
    runs = [SetRun(pictures, skipped=list(pictures.faulty)) for _ in systems]
    for record in pictures.records:
        path = pictures.root / record.image
        start = perf_counter()
        try:
            photograph = read_labelled(path, record)
        except ImageError as error:
            for run in runs:
                run.skip(path, str(error))
            continue
        runs[0].time(decode=(perf_counter() - start) * 1e3)
        for system, run in zip(systems, runs, strict=True):
            show = system.scene if pictures.kind == "scenes" else system.plate
            show(run, record, path, photograph)
    return runs


def gather(system: EvaluatedSystem, runs: Sequence[SetRun]) -> System:
    """One system's runs as a part of the report."""
    return System(
        name=system.name,
        predictions=system.predictions,
        sets=tuple(run.figures() for run in runs),
        outcomes=tuple(outcome for run in runs for outcome in run.outcomes),
        images=tuple(scene for run in runs for scene in run.scenes),
        skipped=tuple(skipped for run in runs for skipped in run.skipped),
    )
