"""What the network sees on plates with a known text, by source: what confidences and formats are fitted on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from src.core.geometry import box_to_corners
from src.core.image import ImageError
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.evaluation.datasets.hard.photographs import Made
from src.evaluation.datasets.pictures import in_pixels, read_labelled
from src.evaluation.datasets.sets import EvaluationSet
from src.evaluation.metrics.calibration import Readings
from src.runtime.plate_reader import WHOLE, PlateReader, whole


@dataclass(frozen=True, slots=True)
class Case:
    """A plate with its text and, where it is known, its country; ``crop`` uint8 [H, W, 3] RGB, as the reader wants."""

    source: str
    image: str  # name of the picture
    crop: Image
    text: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A case and the network's outputs for it."""

    source: str
    image: str
    text: str
    region: str | None
    log_probs: npt.NDArray[np.float32]  # [T, C]
    regions: npt.NDArray[np.float32] | None  # [R]
    whole: float | None = None  # log-odds that all of a plate is seen; None of a network that does not tell


def photographed(reader: PlateReader, sets: Sequence[EvaluationSet]) -> Iterator[Case]:
    """The plates of ``sets`` whose text is known and verified. Raises ImageError that names the picture."""
    for path, record in ((s.root / r.image, r) for s in sets for r in s.records if r.verified):
        try:
            photograph = read_labelled(path, record)
        except ImageError as error:
            raise ImageError(f"{path}: {error}") from None
        if record.text:
            yield Case(record.source, record.image, _whole(reader, photograph.pixels), record.text, record.region)
        for plate in in_pixels(record, photograph).plates or ():
            if plate.text and plate.sure:
                crop = reader.crop(photograph.pixels, box_to_corners(np.array(plate.box, np.float32)))
                yield Case(record.source, record.image, crop, plate.text, plate.region)


def partial(reader: PlateReader, groups: Mapping[str, Iterable[Made]]) -> Iterator[Case]:
    """By group, the plates that are not ``whole``, and pictures without any plate as if they were one."""
    for group, pictures in groups.items():
        for made in pictures:
            if not made.record.plates:
                yield Case(group, made.record.image, _whole(reader, made.image), "", None)
            for plate in made.record.plates or ():
                if not plate.whole:
                    crop = reader.crop(made.image, box_to_corners(np.array(plate.box, np.float32)))
                    yield Case(group, made.record.image, crop, plate.text or "", plate.region)


def drawn(reader: PlateReader, plates: Iterable[tuple[Record, Image]]) -> Iterator[Case]:
    """Pictures of one plate each, in memory."""
    for record, image in plates:
        yield Case(record.source, record.image, _whole(reader, image), record.text or "", record.region)


def seen(reader: PlateReader, cases: Iterable[Case]) -> list[Seen]:
    """Every case through the network."""
    plates = []
    for case in cases:
        outputs = reader.infer(case.crop[None])
        regions = outputs["regions"][0] if "regions" in outputs else None
        whole = float(outputs[WHOLE][0, 0]) if WHOLE in outputs else None
        plates.append(Seen(case.source, case.image, case.text, case.region, outputs["log_probs"][0], regions, whole))
    return plates


def by_source(plates: Sequence[Seen], texts: Sequence[tuple[str, float]]) -> dict[str, Readings]:
    """How the ``texts`` that were read on ``plates``, with their confidences, compare with the true ones."""
    found: dict[str, list[tuple[float, float, str]]] = {}
    for plate, (text, confidence) in zip(plates, texts, strict=True):
        found.setdefault(plate.source, []).append((confidence, float(text == plate.text), plate.image))
    return {source: Readings(*map(np.array, zip(*rows, strict=True))) for source, rows in found.items()}


def _whole(reader: PlateReader, image: Image) -> Image:
    return reader.crop(image, box_to_corners(whole(image)), margin=0)
