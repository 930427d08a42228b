"""The systems that are measured: the exported models, and those that only a file of predictions speaks for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from src.core.image import Photograph
from src.core.regions import is_right_region
from src.core.result import PlateRecord
from src.core.types import Boxes, Reading
from src.data.annotations.manifest import Record
from src.evaluation.accuracy.predictions import Prediction
from src.evaluation.accuracy.run import SetRun
from src.evaluation.accuracy.scoring import as_boxes, outline, readable, score_crop, score_scene, score_true_boxes
from src.evaluation.accuracy.system_result import OURS
from src.evaluation.metrics.average_precision import ImageDetections
from src.runtime.detector import Detector
from src.runtime.output import describe
from src.runtime.plate_reader import PlateReader
from src.runtime.reader import Reader, in_file


class Ours:
    """The exported models: the whole path, the OCR on true boxes, and the detector down to a low threshold."""

    def __init__(self, reader: Reader, sweep: Detector) -> None:
        """``sweep`` is the reader's detector at ``AP_FLOOR``, for average precision."""
        self.name = OURS
        self.predictions: str | None = None
        self._reader, self._sweep = reader, sweep

    def scene(self, run: SetRun, record: Record, path: Path, photograph: Photograph) -> None:
        """All three flows; ``total`` leaves out decoding."""
        result = in_file(self._reader_of(record).read(photograph.pixels), photograph, decode=0)
        run.time(detect=result.ms.detect, read=result.ms.read, total=result.ms.total)
        _count_scene(run, record, describe(record.image, result, None).plates, photograph)
        found = self._sweep.detect(photograph.pixels)
        boxes = np.array([d.box for d in found], np.float32).reshape(-1, 4) * photograph.factor
        run.detections.append(_detections(record, boxes, [d.confidence for d in found]))
        run.outcomes += score_true_boxes(run.pictures.name, record, self._on_true_boxes(record, photograph), photograph)

    def plate(self, run: SetRun, record: Record, path: Path, photograph: Photograph) -> None:
        """The OCR alone; ``read`` is the time of all plates of the picture."""
        start = perf_counter()
        plates = self._on_true_boxes(record, photograph) if record.is_scene else self._on_crop(record, photograph)
        run.time(read=(perf_counter() - start) * 1e3)
        if record.is_scene:
            run.outcomes += score_true_boxes(run.pictures.name, record, plates, photograph)
        else:
            run.outcomes.append(score_crop(run.pictures.name, record, plates, photograph))
        run.images += 1

    def _on_crop(self, record: Record, photograph: Photograph) -> list[PlateRecord]:
        reading = self._plate_reader_of(record).read_whole(photograph.pixels)
        box = np.array([[0, 0, photograph.width, photograph.height]], np.float32)
        return _records(box, [reading])

    def _on_true_boxes(self, record: Record, photograph: Photograph) -> list[PlateRecord]:
        labels = [(record.plates or ())[number] for number in readable(record)]
        corners = [(outline(label) / photograph.factor).astype(np.float32) for label in labels]
        readings = self._plate_reader_of(record).read(photograph.pixels, corners)
        return _records(as_boxes([label.box for label in labels]), readings)

    def _plate_reader_of(self, record: Record) -> PlateReader:
        return self._reader_of(record).plate_reader

    def _reader_of(self, record: Record) -> Reader:
        """What reads the picture of ``record``."""
        return self._reader


class OursByCountry(Ours):
    """The exported models, told of each picture which countries its plates are of, where that is known."""

    def _reader_of(self, record: Record) -> Reader:
        labelled = [record.region, *(plate.region for plate in record.plates or ())]
        known = self._reader.plate_reader.countries
        return self._reader.within([c for c in known if any(is_right_region(c, r) for r in labelled if r)])


class Predicted:
    """A system by the file of its predictions."""

    def __init__(self, name: str, file: Path, by_path: Mapping[Path, Prediction]) -> None:
        """``by_path`` is what ``read_predictions`` returns for ``file``."""
        self.name = name
        self.predictions: str | None = str(file)
        self._by_path = by_path

    def scene(self, run: SetRun, record: Record, path: Path, photograph: Photograph) -> None:
        """The whole path, and the detector where every plate of the picture has a detection confidence."""
        prediction = self._of(run, path)
        if prediction is None:
            return
        plates = prediction.plates or ()
        _count_scene(run, record, plates, photograph)
        scores = [p.detection_confidence for p in plates if p.detection_confidence is not None]
        if len(scores) == len(plates):
            run.detections.append(_detections(record, as_boxes([p.box for p in plates]), scores))

    def plate(self, run: SetRun, record: Record, path: Path, photograph: Photograph) -> None:
        """A crop; where the picture is a scene, nobody has shown this system the true boxes."""
        if record.is_scene:
            return
        prediction = self._of(run, path)
        if prediction is not None:
            run.outcomes.append(score_crop(run.pictures.name, record, prediction.plates or (), photograph))
            run.images += 1

    def _of(self, run: SetRun, path: Path) -> Prediction | None:
        """The prediction for a picture; without one, or with an error, the picture is skipped."""
        prediction = self._by_path.get(path.resolve())
        if prediction is None:
            run.skip(path, f"no prediction in {self.predictions}")
        elif prediction.error is not None:
            run.skip(path, f"error in {self.predictions}: {prediction.error.message}")
        else:
            return prediction
        return None


def _count_scene(run: SetRun, record: Record, plates: Sequence[PlateRecord], photograph: Photograph) -> None:
    outcomes, scene = score_scene(run.pictures.name, record, plates, photograph)
    run.outcomes += outcomes
    run.scenes.append(scene)
    run.images += 1


def _detections(record: Record, boxes: Boxes, scores: Sequence[float]) -> ImageDetections:
    true = as_boxes([label.box for label in record.plates or ()])
    return ImageDetections(boxes, np.array(scores, np.float32), true, as_boxes(record.ignore))


def _records(boxes: Boxes, readings: Sequence[Reading]) -> list[PlateRecord]:
    """What the command line prints of plates whose boxes ``[N, 4]`` were given."""
    return [PlateRecord.of(box, None, None, reading, None) for box, reading in zip(boxes, readings, strict=True)]
