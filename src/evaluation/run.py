"""Runs the exported models over one set and counts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

import numpy as np

from src.core.geometry import box_to_corners
from src.core.image import ImageError, read_image
from src.core.metrics import PrecisionCurve, Score, TruePlate
from src.core.types import Image, Reading
from src.data.manifest import PlateLabel, Record
from src.evaluation.sets import EvaluationSet
from src.runtime.detector import Detector
from src.runtime.plate_reader import PlateReader, whole
from src.runtime.reader import Reader

WHOLE_PATH, OCR_ALONE = "whole path", "OCR alone"
AP_FLOOR = 0.001
"""Average precision wants the whole curve: detections far below the card's threshold."""


@dataclass(slots=True)
class Row:
    """One line of the report: counts, milliseconds per stage of each image, and the pictures that failed."""

    name: str
    kind: str
    score: Score = field(default_factory=Score)
    ap50: float | None = None
    ms: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def time(self, **spent: float | None) -> None:
        """Notes the milliseconds of one image; a stage that did not run is None."""
        for stage, value in spent.items():
            if value is not None:
                self.ms.setdefault(stage, []).append(value)

    def median_ms(self) -> dict[str, float]:
        """Median per stage; ``total`` is everything but decoding the file."""
        return {stage: median(values) for stage, values in self.ms.items()}


def evaluate_scenes(pictures: EvaluationSet, reader: Reader) -> list[Row]:
    """The whole path, and beside it the OCR alone on the true boxes where there are texts."""
    row = Row(pictures.name, WHOLE_PATH)
    alone = Row(f"{pictures.name} (true boxes)", OCR_ALONE)
    for record, image in _images(pictures, row):
        result = reader.read(image)
        row.time(detect=result.ms.detect, read=result.ms.read, total=result.ms.total)
        true = [_true_plate(plate) for plate in record.plates or ()]
        row.score.add(
            record.image,
            true,
            np.array([p.box for p in result.plates], np.float32).reshape(-1, 4),
            [p.reading.text for p in result.plates],
            [p.reading.confidence for p in result.plates],
            np.array(record.ignore, np.float32).reshape(-1, 4),
        )
        _read_true_boxes(alone, record, image, reader.plate_reader)
    return [row, alone] if alone.score.texts else [row]


def evaluate_plates(pictures: EvaluationSet, plate_reader: PlateReader) -> Row:
    """The OCR alone: on pictures of one plate, stretched, and on the labelled boxes of scenes."""
    row = Row(pictures.name, OCR_ALONE)
    for record, image in _images(pictures, row):
        if record.is_scene:
            _read_true_boxes(row, record, image, plate_reader)
        elif record.text is not None:
            row.score.images += 1
            reading = _timed(row, image, plate_reader, None)
            plate = TruePlate(whole(image), record.text)
            row.score.add_text(record.image, plate, reading.text, reading.confidence)
    return row


def average_precision(pictures: EvaluationSet, detector: Detector) -> float | None:
    """AP at an overlap of 0.5 by a detector whose threshold is ``AP_FLOOR``; unreadable pictures are left
    out: the row of the set names them."""
    curve = PrecisionCurve()
    for record, image in _images(pictures, Row(pictures.name, "AP")):
        found = detector.detect(image)
        curve.add(
            np.array([d.box for d in found], np.float32).reshape(-1, 4),
            np.array([d.confidence for d in found], np.float32),
            np.array([p.box for p in record.plates or ()], np.float32).reshape(-1, 4),
        )
    return curve.average_precision()


def _images(pictures: EvaluationSet, row: Row) -> Iterator[tuple[Record, Image]]:
    """The pictures one by one; one that cannot be read is noted in ``row`` and left out."""
    for record in pictures.records:
        path = pictures.root / record.image
        start = perf_counter()
        try:
            image = read_image(path)
        except ImageError as error:
            row.failures.append(f"{path}: {error}")
            continue
        row.time(decode=(perf_counter() - start) * 1e3)
        yield record, image


def _true_plate(plate: PlateLabel) -> TruePlate:
    """A text that is not certain counts for nothing."""
    box = np.array(plate.box, np.float32)
    return TruePlate(box, plate.text, plate.published_text) if plate.sure else TruePlate(box, None)


def _read_true_boxes(row: Row, record: Record, image: Image, plate_reader: PlateReader) -> None:
    row.score.images += 1
    for plate in map(_true_plate, record.plates or ()):
        if plate.text is not None:
            reading = _timed(row, image, plate_reader, plate)
            row.score.add_text(record.image, plate, reading.text, reading.confidence)


def _timed(row: Row, image: Image, plate_reader: PlateReader, plate: TruePlate | None) -> Reading:
    """Reads one plate of ``image``, or the whole picture."""
    start = perf_counter()
    if plate is None:
        reading = plate_reader.read_whole(image)
    else:
        reading = plate_reader.read(image, [box_to_corners(plate.box)])[0]
    row.time(read=(perf_counter() - start) * 1e3)
    return reading
