"""``report.json``: a closed schema, read again by a later run that compares itself with it."""

from pathlib import Path
from typing import Final, Literal

from src.core.schema import Closed
from src.evaluation.accuracy.comparison import Comparison
from src.evaluation.accuracy.stored import read_stored
from src.evaluation.accuracy.system_result import System
from src.evaluation.metrics.acceptance import AcceptanceReport
from src.evaluation.metrics.calibration import CalibrationReport
from src.evaluation.metrics.errors import ErrorReport
from src.runtime.detector import Detector
from src.runtime.plate_reader import PlateReader

SCHEMA_VERSION: Final = 1


class MeasuredModel(Closed):
    """An exported model as its card states it, and what it worked with."""

    name: str
    input_size: tuple[int, int]  # height, width; of the largest canvas
    commit: str
    sha256: str
    threshold: float | None = None  # what the detector worked with

    @classmethod
    def of(cls, model: Detector | PlateReader) -> "MeasuredModel":
        """What a report keeps of a model that is open."""
        size, threshold = model.card.input_size, None
        if isinstance(model, Detector):
            size, threshold = model.largest, model.min_confidence
        card = model.card
        return cls(name=card.name, input_size=size, commit=card.commit, sha256=card.sha256, threshold=threshold)


class MeasuredPair(Closed):
    """What every report on an exported pair begins with: how, where and on which pictures it was measured."""

    schema_version: Literal[1] = SCHEMA_VERSION
    command: str
    commit: str
    created: str
    machine: dict[str, str | int | None]
    split: str
    threads: int  # 0: all cores
    provider: str
    detector: MeasuredModel
    ocr: MeasuredModel


class Report(MeasuredPair):
    """One run of ``python -m src.evaluate``."""

    systems: tuple[System, ...]  # the exported models first
    calibration: CalibrationReport | None = None  # of the exported models
    acceptance: AcceptanceReport | None = None  # of the exported models, whole path
    errors: ErrorReport | None = None  # of the exported models, whole path
    comparison: Comparison | None = None

    @property
    def ours(self) -> System:
        """What the exported models did."""
        return self.systems[0]


def read_report(path: Path) -> Report:
    """The report of an earlier run. Raises ReportError: no report at all, or one of another schema version."""
    return read_stored(path, Report, SCHEMA_VERSION, "src.evaluate")
