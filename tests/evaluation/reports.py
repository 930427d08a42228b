"""A whole report, made up from rows."""

from collections.abc import Sequence
from typing import Any

from src.evaluation.accuracy.plate_result import Figure, ScoredImage, ScoredPlate
from src.evaluation.accuracy.schema import MeasuredModel, Report
from src.evaluation.accuracy.system_result import SetFigures, System
from src.evaluation.metrics.calibration import CalibrationGroup, CalibrationReport, ReliabilityBin, RiskPoint
from src.evaluation.metrics.figures import detection_figures, reading_figures


def system(name: str, outcomes: Sequence[ScoredPlate], images: Sequence[ScoredImage] = (), **changes: Any) -> System:
    """The figures of ``outcomes``, set by set."""
    sets = tuple(_figures(s, outcomes, images) for s in dict.fromkeys(o.set for o in (*outcomes, *images)))
    stated = {"name": name, "sets": sets, "outcomes": tuple(outcomes), "images": tuple(images)}
    return System(**stated | changes)


def _figures(name: str, outcomes: Sequence[ScoredPlate], images: Sequence[ScoredImage]) -> SetFigures:
    flows = {f: [o for o in outcomes if (o.set, o.flow) == (name, f)] for f in ("path", "ocr")}
    pictures = [i for i in images if i.set == name]
    rows = flows["path"] or flows["ocr"]
    return SetFigures(
        name=name,
        kind="scenes",
        images=len(pictures),
        plates=sum(i.plates for i in pictures),
        texts=sum(o.truth is not None for o in rows),
        detector=detection_figures(pictures) if pictures else None,
        ocr=reading_figures(flows["ocr"]) if flows["ocr"] else None,
        path=reading_figures(flows["path"]) if flows["path"] else None,
        median_ms={"total": 31.4},
    )


def report(*systems: System, **changes: Any) -> Report:
    """A report of ``systems``; its provenance is told from its text."""
    model = MeasuredModel(name="yolo", input_size=(64, 96), commit="c" * 40, sha256="5" * 64)
    stated = {
        "command": "python -m src.evaluate --sets gate",
        "commit": "abc+dirty",
        "created": "2025-01-02T03:04:05+00:00",
        "machine": {"processor": "A & B", "cores": 2},
        "split": "test",
        "threads": 1,
        "provider": "cpu",
        "detector": model.model_copy(update={"threshold": 0.25}),
        "ocr": model.model_copy(update={"name": "b3"}),
        "systems": systems,
    }
    return Report(**stated | changes)


def calibration(real: int, drawn: int = 0) -> CalibrationReport:
    """So many readings of photographs, all of source ``street``, and so many of drawn plates."""
    return CalibrationReport(
        pooled=calibration_group("pooled", real + drawn),
        real=calibration_group("real", real) if real else None,
        synthetic=calibration_group("synthetic", drawn) if drawn else None,
        sources=(calibration_group("street", real),) if real else (),
    )


def calibration_group(name: str, n: int = 30) -> CalibrationGroup:
    """Three bins and two points of the curve; a mean confidence of 50 % where 60 % are right."""
    some = Figure(value=0.6, low=0.4, high=0.7, n=n)
    return CalibrationGroup(
        name=name,
        n=n,
        read=some,
        confidence=0.5,
        ece=some,
        brier=some,
        aurc=some,
        bins=tuple(ReliabilityBin(confidence=c, right=r, n=10) for c, r in ((0.3, 0.2), (0.6, 0.7), (0.9, 1))),
        risk_coverage=(RiskPoint(threshold=0.9, coverage=0.5, risk=0), RiskPoint(threshold=0.1, coverage=1, risk=0.25)),
        precise=None,
    )
