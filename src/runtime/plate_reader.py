"""Reads the text of plates that have been found."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from src.core.alphabet import Alphabet
from src.core.card import CardError
from src.core.decoding import Floats, ctc_decode
from src.core.geometry import CROP_MARGIN, box_to_corners, crop_plate
from src.core.types import Boxes, Corners, Image, Reading
from src.runtime.session import open_model

MAX_BATCH = 64
"""More crops than this go through in several batches, so that a very low threshold cannot exhaust memory."""


def whole(image: Image) -> Boxes:
    """The box ``[4]`` of the whole picture."""
    return np.array([0, 0, image.shape[1], image.shape[0]], np.float32)


class PlateReader:
    """The exported OCR of one folder (``model.onnx`` and ``card.json``)."""

    def __init__(self, folder: Path | str, threads: int = 0, provider: str = "cpu") -> None:
        """Raises CardError or ProviderError."""
        self._model = open_model(Path(folder), "ocr", {"log_probs"}, threads, provider)
        self.card = self._model.card
        if self.card.alphabet is None:
            raise CardError(f"{Path(folder) / 'card.json'}: alphabet: an OCR needs one")
        self._alphabet = Alphabet(self.card.alphabet)

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers of the running session, the one asked for first."""
        return self._model.providers

    def read(self, image: Image, plates: Sequence[Corners]) -> list[Reading]:
        """One reading per plate of ``image`` (RGB); ``plates`` are corners ``[4, 2]``, read in one batch."""
        return self.read_crops([self.crop(image, corners) for corners in plates])

    def read_whole(self, image: Image) -> Reading:
        """The reading of a picture that is a plate already cut out."""
        return self.read_crops([self.crop(image, box_to_corners(whole(image)), margin=0)])[0]

    def crop(self, image: Image, corners: Corners, margin: float = CROP_MARGIN) -> Image:
        """What the network sees of a plate: ``uint8 [H, W, 3]`` of the card's input size."""
        return crop_plate(image, corners, self.card.input_size, margin)

    def read_crops(self, crops: Sequence[Image]) -> list[Reading]:
        """Readings of crops that already have the card's input size."""
        readings = []
        for start in range(0, len(crops), MAX_BATCH):
            readings += self.decode(self.infer(np.stack(crops[start : start + MAX_BATCH])))
        return readings

    def infer(self, batch: npt.NDArray[np.uint8]) -> Floats:
        """The network's log probabilities ``[N, T, C]`` for crops ``[N, H, W, 3]``."""
        return self._model.run(batch)["log_probs"]

    def decode(self, log_probs: Floats) -> list[Reading]:
        """One reading per crop of ``log_probs [N, T, C]``, its confidence calibrated where the card says how."""
        return [self._calibrated(ctc_decode(columns, self._alphabet)) for columns in log_probs]

    def _calibrated(self, reading: Reading) -> Reading:
        calibration = self.card.calibration
        if calibration is None:
            return reading
        return replace(reading, confidence=float(calibration.apply(reading.confidence)))
