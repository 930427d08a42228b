"""What the exported models read on plates with a known text: read once, and kept in a file for the next run."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from src.core.files import replacing
from src.core.image import ImageError, Photograph
from src.core.metrics import match_boxes
from src.core.result import rounded
from src.core.schema import Closed, read_json_lines
from src.core.types import Candidate, Reading
from src.data.annotations.manifest import Record
from src.evaluation.accuracy.scoring import as_boxes, readable
from src.evaluation.accuracy.system_result import Skipped
from src.evaluation.datasets.pictures import read_labelled
from src.evaluation.datasets.sets import EvaluationSet
from src.runtime.reader import Reader, in_file


class ReadingsError(ValueError):
    """Kept readings that cannot be used; the message names file, line and fault."""


class ReadPlate(Closed):
    """A plate with a known text, and what may be read on it."""

    split: str
    set: str
    image: str
    text: str
    candidates: tuple[Candidate, ...] | None  # None: the detector has not found it


def read_plates(reader: Reader, sets: Sequence[EvaluationSet], split: str) -> Iterator[ReadPlate | Skipped]:
    """Reads the plates of ``sets`` whose text is known for certain: scenes by the whole path, crops by the OCR."""
    for pictures in sets:
        for record in pictures.records:
            if not record.verified or not (record.text or readable(record)):
                continue
            try:
                photograph = read_labelled(pictures.root / record.image, record)
            except ImageError as error:
                yield Skipped(set=pictures.name, image=str(pictures.root / record.image), fault=str(error))
                continue
            of_scene = record.is_scene and pictures.kind == "scenes"
            found = _scene(reader, record, photograph) if of_scene else _alone(reader, record, photograph)
            for text, reading in found:
                said = None if reading is None else _candidates(reading)
                yield ReadPlate(split=split, set=pictures.name, image=record.image, text=text, candidates=said)


def keep(path: Path, plates: Sequence[ReadPlate]) -> None:
    """Writes the readings, whole or not at all. Raises OSError."""
    with replacing(path) as unfinished:
        unfinished.write_text("".join(f"{plate.model_dump_json()}\n" for plate in plates), encoding="utf-8")


def kept(path: Path) -> list[ReadPlate]:
    """Returns the readings that were kept. Raises ReadingsError."""
    return [plate for _, plate in read_json_lines(path, ReadPlate, ReadingsError)]


def _scene(reader: Reader, record: Record, photograph: Photograph) -> Iterator[tuple[str, Reading | None]]:
    plates, labels = in_file(reader.read(photograph.pixels), photograph, decode=0).plates, record.plates or ()
    boxes = as_boxes([tuple(map(float, plate.box)) for plate in plates])
    found = {label: plate for plate, label in match_boxes(boxes, as_boxes([label.box for label in labels]))}
    for number in readable(record):
        yield labels[number].text or "", plates[found[number]].reading if number in found else None


def _alone(reader: Reader, record: Record, photograph: Photograph) -> Iterator[tuple[str, Reading]]:
    """The OCR alone, on the whole of a crop, or on the true boxes of a scene of which not every plate is labelled."""
    if not record.is_scene:
        yield record.text or "", reader.plate_reader.read_whole(photograph.pixels)
        return
    labels = [(record.plates or ())[number] for number in readable(record)]
    boxes = [np.array(label.box, np.float32) / photograph.factor for label in labels]
    corners = [np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], np.float32) for x1, y1, x2, y2 in boxes]
    readings = reader.plate_reader.read(photograph.pixels, corners)
    yield from ((label.text or "", reading) for label, reading in zip(labels, readings, strict=True))


def _candidates(reading: Reading) -> tuple[Candidate, ...]:
    """Returns what a record says of a reading: the candidates, or the text where there are no others."""
    own = (Candidate(reading.text, reading.region, reading.confidence),) if reading.text else ()
    return tuple(map(rounded, reading.candidates or own))
