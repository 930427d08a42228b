"""Reads the text of plates that have been found."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from src.core.alphabet import Alphabet
from src.core.calibration import from_log_odds
from src.core.candidates import likeliest
from src.core.card import CardError, ModelCard
from src.core.ctc import Floats, ctc_decode
from src.core.formats.evidence import Evidence, Spelled
from src.core.formats.reader import CountryError, FormatReader
from src.core.geometry import CROP_MARGIN, box_to_corners, crop_plate
from src.core.types import Boxes, Corners, Image, Reading
from src.runtime.backend import open_here
from src.runtime.model import Model, check_contract

WHOLE = "whole"
"""The name of the output that older readers lack."""
MAX_BATCH = 64
"""More crops than this go through in several batches, so that a very low threshold cannot exhaust memory."""


def whole(image: Image) -> Boxes:
    """Returns the box ``[4]`` of the whole picture."""
    return np.array([0, 0, image.shape[1], image.shape[0]], np.float32)


class PlateReader:
    """The exported OCR of one folder (``model.onnx`` and ``card.json``)."""

    def __init__(
        self,
        source: Path | str | Model,
        threads: int = 0,
        provider: str = "cpu",
        countries: Sequence[str] | None = (),
    ) -> None:
        """``source`` is the folder, for onnxruntime with ``threads`` on ``provider``, or a model that is open already.

        ``countries`` (ISO 3166 alpha-2) are those that the plates are of; () means any. None reads without the formats
        of countries. Raises CardError, ProviderError, or CountryError for a country whose formats the card lacks.
        """
        self._model = open_here(source, threads, provider)
        check_contract(self._model, "ocr", {"log_probs"})
        self.card, described = self._model.card, self._model.folder / "card.json"
        if self.card.alphabet is None:
            raise CardError(f"{described}: alphabet: an OCR needs one")
        self._alphabet = Alphabet(self.card.alphabet)
        _check_regions(self._model)
        self.format_reader: FormatReader | None = None
        """None where plates are read without formats."""
        if self.card.formats is not None and countries is not None:
            self.format_reader = FormatReader(self.card.formats, self._alphabet, self.card.regions, countries)
        elif countries:
            raise CountryError(f"{described}: has no plate formats, so none of {countries[0]!r}")

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries whose plate formats it knows, in use or not."""
        return self.format_reader.countries if self.format_reader else ()

    def within(self, countries: Sequence[str]) -> Self:
        """The same reader for plates of other ``countries``. Raises CountryError."""
        other = copy(self)
        other.format_reader = self.format_reader and self.format_reader.within(countries)
        return other

    def calibrated_as(self, card: ModelCard) -> Self:
        """Returns the same network with the formats and the calibration of another reader's ``card``, for any
        country.
        """
        other = copy(self)
        kept = {"formats": card.formats, "calibration": card.calibration, "whole": card.whole}
        other.card = self.card.model_copy(update=kept)
        other.format_reader = None
        if card.formats is not None:
            other.format_reader = FormatReader(card.formats, self._alphabet, self.card.regions)
        return other

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers of the running session, the one asked for first."""
        return self._model.providers

    def read(self, image: Image, plates: Sequence[Corners]) -> list[Reading]:
        """Returns one reading per plate of ``image`` (RGB); ``plates`` are corners ``[4, 2]``, read in one batch."""
        return self.read_crops([self.crop(image, corners) for corners in plates])

    def read_whole(self, image: Image) -> Reading:
        """Returns the reading of a picture that is a plate already cut out."""
        return self.read_crops([self.crop(image, box_to_corners(whole(image)), margin=0)])[0]

    def crop(self, image: Image, corners: Corners, margin: float = CROP_MARGIN) -> Image:
        """Returns what the network sees of a plate: ``uint8 [H, W, 3]`` of the card's input size."""
        return crop_plate(image, corners, self.card.input_size, margin)

    def read_crops(self, crops: Sequence[Image]) -> list[Reading]:
        """Returns the readings of crops that already have the card's input size."""
        readings = []
        for start in range(0, len(crops), MAX_BATCH):
            readings += self.decode(self.infer(np.stack(crops[start : start + MAX_BATCH])))
        return readings

    def infer(self, batch: npt.NDArray[np.uint8]) -> dict[str, Floats]:
        """Returns the network's outputs for crops ``[N, H, W, 3]``.

        They are ``log_probs [N, T, C]`` of characters; ``regions [N, R]``, those of countries, where the card names
        some; and, if the network has it, ``whole [N, 1]``, the log-odds that a crop shows the whole of a plate.
        """
        return self._model.run(batch)

    def decode(self, outputs: Mapping[str, Floats], texts: Sequence[list[Spelled]] | None = None) -> list[Reading]:
        """Returns one reading per crop from the outputs of ``infer``, with its confidence calibrated as the card says.

        ``texts`` are what ``spell`` returns for each crop, where that is known already.

        The confidence is a product: the probability that the text is right if the plate is whole, times the probability
        that it is whole. In a sum of log-odds, a text that is read surely would outvote that its end is cut off.
        """
        log_probs = outputs["log_probs"]
        regions: Sequence[Floats | None] = list(outputs["regions"]) if self.card.regions else [None] * len(log_probs)
        likely = [None] * len(log_probs) if texts is None else texts
        readings = [self._reading(*crop) for crop in zip(log_probs, regions, likely, strict=True)]
        if WHOLE not in outputs:
            return readings
        return [_if_whole(r, p) for r, p in zip(readings, self.whole(outputs[WHOLE]), strict=True)]

    def whole(self, log_odds: Floats) -> list[float]:
        """Returns the probabilities that crops show the whole of a plate, from the network's ``log_odds [N, 1]``."""
        calibration, odds = self.card.whole, log_odds[:, 0].astype(np.float64)
        probabilities = from_log_odds(odds) if calibration is None else calibration.apply(odds)
        return [float(p) for p in probabilities]

    def plain(self, log_probs: Floats) -> Reading:
        """Returns what the network reads, ``log_probs [T, C]``, with its own confidence."""
        return ctc_decode(log_probs, self._alphabet)

    def spell(self, log_probs: Floats) -> list[Spelled]:
        """Returns the likeliest texts of one crop, ``log_probs [T, C]``, best first, before formats count."""
        if self.format_reader is not None:
            return self.format_reader.spell(log_probs)
        likely = likeliest(np.exp(log_probs.astype(np.float64)), self._alphabet.characters)
        return [
            Spelled(text, tuple(text.text), (np.inf,) * len(text.text), (text.probability,) * len(text.text))
            for text in likely
        ]

    def conclude(self, texts: list[Spelled], regions: Floats | None, whole: float | None) -> Reading:
        """Returns the calibrated reading of a plate that has these ``texts``, best first: at least one.

        ``regions [R]`` are log-probabilities of countries, and ``whole`` is the probability that all of it is seen.
        """
        best = texts[0]
        plain = Reading(best.preferred, min(best.text.probability, 1.0), best.peaks)
        reading = self._concluded(plain, regions, lambda reader: reader.match(texts))
        return reading if whole is None else _if_whole(reading, whole)

    def _reading(self, log_probs: Floats, regions: Floats | None, texts: list[Spelled] | None) -> Reading:
        return self._concluded(
            self.plain(log_probs), regions, lambda r: r.gather(log_probs) if texts is None else r.match(texts)
        )

    def _concluded(
        self, reading: Reading, regions: Floats | None, gather: Callable[[FormatReader], Evidence]
    ) -> Reading:
        """Calibrates what the network reads alone, and weighs it by the formats, where there are some."""
        if (calibration := self.card.calibration) is not None:
            reading = replace(reading, confidence=float(calibration.apply(reading.confidence)))
        if self.format_reader is not None:
            return self.format_reader.conclude(gather(self.format_reader), regions, reading)
        if regions is None:
            return reading
        best = int(regions.argmax())
        confidence = min(float(np.exp(regions[best])), 1.0)
        return replace(reading, region=self.card.regions[best], region_confidence=confidence)


def _if_whole(reading: Reading, whole: float) -> Reading:
    """Returns ``reading`` of a crop that shows the whole of a plate with the probability ``whole``."""
    return replace(
        reading,
        confidence=reading.confidence * whole,
        plain=reading.plain and replace(reading.plain, confidence=reading.plain.confidence * whole),
        candidates=reading.candidates
        and tuple(replace(candidate, confidence=candidate.confidence * whole) for candidate in reading.candidates),
        whole=whole,
    )


def _check_regions(model: Model) -> None:
    told = model.outputs.get("regions")
    named, given = len(model.card.regions), told.shape[-1] if told else 0
    if named != given:
        raise CardError(f"{model.folder / 'card.json'}: regions: {named} are named, the model tells {given} apart")
