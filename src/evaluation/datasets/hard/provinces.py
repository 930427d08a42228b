"""Chinese plates of all provinces, equally many of each, in a typeface for them that no training sees."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from src.core.alphabet import PROVINCES
from src.core.types import Image
from src.data.annotations.manifest import Record
from src.data.synthesis import CropSynthesiser, held_out_chinese_fonts, held_out_fonts
from src.data.synthesis.layout.plate import Plate
from src.evaluation.datasets.drawn import kept
from src.evaluation.datasets.sets import HARD, EvaluationSet
from src.evaluation.datasets.synthetic import SIZE, record_of

NAME = f"{HARD}provinces"
COUNTRY = "CN"
_SEED = 2**33
"""No training and no other set draws from numbers as large."""


def province_set(folder: Path, fonts: Path, count: int) -> EvaluationSet:
    """``province_crops`` written into ``folder``. Raises FontError where the faces are missing, and OSError."""
    return kept(folder, NAME, province_crops(fonts, count))


def province_crops(fonts: Path, count: int) -> list[tuple[Record, Image]]:
    """The first ``count`` crops of a fixed sequence that goes through PROVINCES, with their records.

    Letters and digits are set in the held-out faces of ``synthetic_set``, Chinese characters in one that is held out
    too. Raises FontError.
    """
    faces = [*held_out_fonts(fonts), *held_out_chinese_fonts(fonts)]
    synthesise = CropSynthesiser(faces, SIZE, {COUNTRY: 1}, generic=0.0, pens=(), elastic=0.0)
    return [_crop(synthesise, number, PROVINCES[number % len(PROVINCES)]) for number in range(count)]


def _crop(synthesise: CropSynthesiser, number: int, province: str) -> tuple[Record, Image]:
    rng = np.random.default_rng(_SEED + number)
    plate = _first(lambda: synthesise.plate(rng), province)
    crop = synthesise.draw(plate, rng)
    return record_of(crop, f"provinces-{number:05d}", "provinces"), crop.image


def _first(draw: Callable[[], Plate], province: str) -> Plate:
    """The next plate of ``province``; one in about thirty is."""
    while not (plate := draw()).registration.startswith(province):
        pass
    return plate
