"""Readings with the network's own confidence, by source: what a calibration is fitted on."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from src.core.alphabet import Alphabet
from src.core.decoding import ctc_decode
from src.core.geometry import box_to_corners
from src.core.image import ImageError
from src.core.types import Image
from src.data.manifest import Record
from src.evaluation.calibration import Readings
from src.evaluation.pictures import read_labelled
from src.evaluation.sets import EvaluationSet
from src.runtime.plate_reader import PlateReader, whole

Case = tuple[str, str, Image, str]
"""Source, name of the picture, crop ``uint8 [H, W, 3]`` RGB of the reader's input size, true text."""


def photographed(reader: PlateReader, sets: Sequence[EvaluationSet]) -> Iterator[Case]:
    """The plates of ``sets`` whose text is known and verified. Raises ImageError that names the picture."""
    for path, record in ((s.root / r.image, r) for s in sets for r in s.records if r.verified):
        try:
            image = read_labelled(path, record)
        except ImageError as error:
            raise ImageError(f"{path}: {error}") from None
        if record.text:
            yield record.source, record.image, _whole(reader, image), record.text
        for plate in record.plates or ():
            if plate.text and plate.sure:
                crop = reader.crop(image, box_to_corners(np.array(plate.box, np.float32)))
                yield record.source, record.image, crop, plate.text


def drawn(reader: PlateReader, plates: Iterable[tuple[Record, Image]]) -> Iterator[Case]:
    """Pictures of one plate each, in memory."""
    for record, image in plates:
        yield record.source, record.image, _whole(reader, image), record.text or ""


def read_by_source(reader: PlateReader, cases: Iterable[Case]) -> dict[str, Readings]:
    """Every case read, whatever calibration the reader's card has."""
    alphabet = Alphabet(reader.card.alphabet or "")
    found: dict[str, list[tuple[float, float, str]]] = {}
    for source, image, crop, text in cases:
        reading = ctc_decode(reader.infer(crop[None])[0], alphabet)
        found.setdefault(source, []).append((reading.confidence, float(reading.text == text), image))
    return {source: Readings(*map(np.array, zip(*rows, strict=True))) for source, rows in found.items()}


def _whole(reader: PlateReader, image: Image) -> Image:
    return reader.crop(image, box_to_corners(whole(image)), margin=0)
