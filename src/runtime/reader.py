"""Goes the whole way from a photograph to the texts of its plates."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Protocol, Self

import numpy as np

from src.core.geometry import TILTED, box_to_corners, tilt
from src.core.image import Photograph, read_photograph
from src.core.types import Boxes, Corners, Detection, Image, Reading
from src.runtime.backend import opener
from src.runtime.detector import Detector
from src.runtime.plate_reader import PlateReader, whole


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of each stage; None for a stage that did not run."""

    decode: float | None  # from the file to pixels
    detect: float | None
    read: float
    total: float  # of everything, with decoding where there was any


@dataclass(frozen=True, slots=True)
class PlateResult:
    """One plate: where it is, in pixels of the image, and what it says."""

    box: Boxes  # [4]
    corners: Corners | None  # [4, 2]
    detection_confidence: float | None  # None where nothing was detected, as the picture is the plate
    reading: Reading


@dataclass(frozen=True, slots=True)
class ImageResult:
    """All plates of one image; the surest detection comes first."""

    width: int
    height: int
    plates: tuple[PlateResult, ...]
    ms: Timings
    truncated: bool = False  # whether the end of the file is missing, but hardly anything of the picture


class ReadsImages(Protocol):
    """The interface that ``read_file`` needs; ``Reader`` and ``CropReader`` have it."""

    def read(self, image: Image) -> ImageResult: ...


class Reader:
    """Finds plates with the detector and reads them with the OCR."""

    def __init__(
        self,
        models: Path | str = "exports",
        threads: int = 0,
        provider: str = "cpu",
        min_confidence: float | None = None,
        countries: Sequence[str] | None = (),
        triton: str | None = None,
        canvas: int | None = None,
    ) -> None:
        """``models`` holds the folders ``detector`` and ``ocr``.

        ``min_confidence`` and ``canvas`` are as in ``Detector``, ``countries`` as in ``PlateReader``. The models run in
        onnxruntime with ``threads`` on ``provider``, or on the server at the URL ``triton``. Raises CardError,
        CountryError, ProviderError or TritonError.
        """
        open_model = opener(threads, provider, triton)
        self.detector = Detector(open_model(Path(models) / "detector"), min_confidence=min_confidence, canvas=canvas)
        self.plate_reader = PlateReader(open_model(Path(models) / "ocr"), countries=countries)

    def within(self, countries: Sequence[str]) -> Self:
        """The same reader for plates of other ``countries``. Raises CountryError."""
        other = copy(self)
        other.plate_reader = self.plate_reader.within(countries)
        return other

    def above(self, min_confidence: float) -> Self:
        """Returns the same reader with another threshold, below which it leaves out detections."""
        other = copy(self)
        other.detector = self.detector.above(min_confidence)
        return other

    def read(self, image: Image) -> ImageResult:
        """Finds and reads the plates of ``image``, RGB; all of them go through the OCR in one batch."""
        start = perf_counter()
        detections = self.detector.detect(image)
        detected = perf_counter()
        readings = self.plate_reader.read(image, [read_within(d) for d in detections])
        end = perf_counter()
        ms = Timings(None, _ms(start, detected), _ms(detected, end), _ms(start, end))
        return ImageResult(image.shape[1], image.shape[0], as_plates(detections, readings), ms)


class CropReader:
    """Reads pictures that are a plate already cut out, with the OCR alone."""

    def __init__(
        self,
        models: Path | str = "exports",
        threads: int = 0,
        provider: str = "cpu",
        countries: Sequence[str] | None = (),
        triton: str | None = None,
    ) -> None:
        """``models`` holds the folder ``ocr``; the other arguments and the errors are as in ``Reader``."""
        open_model = opener(threads, provider, triton)
        self.plate_reader = PlateReader(open_model(Path(models) / "ocr"), countries=countries)

    def read(self, image: Image) -> ImageResult:
        """Reads ``image``, RGB, as one plate."""
        start = perf_counter()
        plate = PlateResult(whole(image), None, None, self.plate_reader.read_whole(image))
        spent = _ms(start, perf_counter())
        return ImageResult(image.shape[1], image.shape[0], (plate,), Timings(None, None, spent, spent))


def read_file(reader: ReadsImages, path: Path | str) -> tuple[Photograph, ImageResult]:
    """Decodes and reads a file, a huge one at a fraction of its size; the result is in pixels of the file.

    It also returns the decoded photograph for whoever draws on it. Raises ImageError.
    """
    start = perf_counter()
    photograph = read_photograph(path)
    decode = _ms(start, perf_counter())
    return photograph, in_file(reader.read(photograph.pixels), photograph, decode)


def in_file(result: ImageResult, photograph: Photograph, decode: float) -> ImageResult:
    """Turns a result in the pixels of ``photograph`` into one in the file's own.

    The photograph was decoded in ``decode`` milliseconds.
    """
    plates = tuple(_plate_in_file(plate, photograph) for plate in result.plates)
    ms = replace(result.ms, decode=decode, total=decode + result.ms.total)
    return ImageResult(photograph.width, photograph.height, plates, ms, photograph.truncated)


def as_plates(detections: Sequence[Detection], readings: Sequence[Reading]) -> tuple[PlateResult, ...]:
    """Joins each detection with its reading."""
    return tuple(PlateResult(d.box, d.corners, d.confidence, r) for d, r in zip(detections, readings, strict=True))


def _plate_in_file(plate: PlateResult, photograph: Photograph) -> PlateResult:
    """Returns the plate in pixels of the file. Decoded pixels may reach beyond the file's edge, but its box does
    not.
    """
    limits = np.array([photograph.width, photograph.height] * 2, np.float32)
    box = np.minimum(plate.box * photograph.factor, limits).astype(np.float32)
    corners = None if plate.corners is None else (plate.corners * photograph.factor).astype(np.float32)
    return replace(plate, box=box, corners=corners)


def read_within(detection: Detection) -> Corners:
    """Returns the quadrilateral that is cut out for reading, ``[4, 2]``: the corners of a tilted plate, else its
    box.
    """
    corners = detection.corners
    return corners if corners is not None and abs(tilt(corners)) >= TILTED else box_to_corners(detection.box)


def _ms(start: float, end: float) -> float:
    return (end - start) * 1e3
