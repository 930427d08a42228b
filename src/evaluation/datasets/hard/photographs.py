"""The labelled photographs that hard pictures are made of, and what becomes of labels when a picture is framed anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from src.core.card import sha256_of
from src.core.geometry import box_to_corners, corners_to_box
from src.core.image import ImageError, read_image
from src.core.types import Corners, Image
from src.data.annotations.manifest import Box, PlateLabel, Record
from src.evaluation.datasets.pictures import read_labelled
from src.evaluation.datasets.sets import EvaluationSet

Matrix = npt.NDArray[np.float64]
"""Two rows and three columns: from positions in a photograph to positions in the picture made of it."""
SEEN = 0.15
"""Least share of a box inside a picture that is worth an ``ignore`` box there."""


@dataclass(frozen=True, slots=True)
class Made:
    """A picture with its labels; ``record.image`` is the name of its file, without the ending."""

    record: Record
    image: Image


@dataclass(frozen=True, slots=True)
class SourcePhotograph:
    """A scene and the hash of its file, which names all pictures that are made of it."""

    record: Record
    path: Path
    sha256: str

    def read(self) -> Image:
        """Raises ImageError."""
        return read_image(self.path)

    def rng(self, group: str, plate: int = 0) -> np.random.Generator:
        """Random numbers of this plate in this group, whatever other pictures there are."""
        return np.random.default_rng([int(self.sha256[:15], 16), plate, *group.encode()])

    def name(self, plate: int) -> str:
        """Of the picture of that plate."""
        return f"{self.sha256[:12]}-{plate}"


def photographs(sets: Sequence[EvaluationSet]) -> list[SourcePhotograph]:
    """The scenes of ``sets``, each photograph once, in the order of their hashes.

    A picture that cannot be read as labelled is left out: the evaluation of its own set names it.
    """
    found: dict[str, SourcePhotograph] = {}
    for pictures in sets:
        for record in pictures.records:
            path = pictures.root / record.image
            try:
                read_labelled(path, record)
            except ImageError:
                continue
            digest = sha256_of(path)
            found.setdefault(digest, SourcePhotograph(record, path, digest))
    return [found[digest] for digest in sorted(found)]


def plates_of(photographs: Sequence[SourcePhotograph]) -> Iterator[tuple[SourcePhotograph, int, PlateLabel]]:
    """Every plate with its photograph and its number there."""
    for photograph in photographs:
        for number, plate in enumerate(photograph.record.plates or ()):
            yield photograph, number, plate


def outline(plate: PlateLabel) -> Corners:
    """The marked corners, else those of the box, ``[4, 2]``."""
    return np.array(plate.corners, np.float32) if plate.corners else box_to_corners(np.array(plate.box, np.float32))


def framed(image: Image, matrix: Matrix, size: tuple[int, int]) -> Image:
    """What a picture of ``size`` (height, width) shows; beyond the photograph the last pixel repeats.

    Positions are those of labels: the upper left corner of the upper left pixel is 0, 0.
    """
    centres = matrix.copy()
    centres[:, 2] += matrix[:, :2].sum(1) / 2 - 0.5
    shown = cv2.warpAffine(image, centres, size[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(shown, np.uint8)


def labels_in(record: Record, matrix: Matrix, size: tuple[int, int], image: str, turned: bool) -> Record:
    """The labels of ``record`` in the picture that ``framed`` makes, whose file is ``image``.

    A plate that lies whole in it stays one, in a ``turned`` picture only where its corners are known. Of what else can
    be seen the part inside the picture becomes an ``ignore`` box.
    """
    plates, ignore = [], []
    for plate in record.plates or ():
        corners = _mapped(outline(plate), matrix)
        box = _box(corners)
        inside = _inside(box, size)
        if inside == box and (plate.corners is not None or not turned):
            points = tuple((float(x), float(y)) for x, y in corners.round(2)) if plate.corners else None
            plates.append(plate.model_copy(update={"box": box, "corners": points, "chars": None}))
        elif inside is not None:
            ignore.append(inside)
    for box in record.ignore:
        inside = _inside(_box(_mapped(box_to_corners(np.array(box, np.float32)), matrix)), size)
        ignore += [] if inside is None else [inside]
    update = {"image": image, "width": size[1], "height": size[0], "plates": tuple(plates), "ignore": tuple(ignore)}
    return record.model_copy(update=update)


def _mapped(corners: Corners, matrix: Matrix) -> Corners:
    return (corners @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


def _box(corners: Corners) -> Box:
    x1, y1, x2, y2 = (float(side) for side in corners_to_box(corners).round(2))
    return x1, y1, x2, y2


def _inside(box: Box, size: tuple[int, int]) -> Box | None:
    """The part of a box in the picture; None where hardly any of it is."""
    x1, y1, x2, y2 = max(box[0], 0.0), max(box[1], 0.0), min(box[2], float(size[1])), min(box[3], float(size[0]))
    if x1 >= x2 or y1 >= y2 or (x2 - x1) * (y2 - y1) < SEEN * (box[2] - box[0]) * (box[3] - box[1]):
        return None
    return x1, y1, x2, y2
