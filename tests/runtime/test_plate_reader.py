"""The confidence that a reader gives is the calibrated one, where its card has a calibration."""

from pathlib import Path

import numpy as np
import pytest

from src.core.calibration import Calibration
from src.core.card import load_card, write_card
from src.runtime.plate_reader import PlateReader

DIM_RED = np.full((8, 24, 3), (90, 0, 0), np.uint8)  # less certain than full red


def test_a_text_is_calibrated_and_its_characters_are_not(models: Path) -> None:
    before = PlateReader(models / "ocr", 1).read_whole(DIM_RED)
    assert 0.05 < before.confidence < 0.95
    calibration = Calibration(scale=0.5, fitted_on={"gate": 9}, ece_before=0.1, ece_held_out=0.1)
    card = load_card(models / "ocr").model_copy(update={"calibration": calibration})
    write_card(card, models / "ocr")
    after = PlateReader(models / "ocr", 1).read_whole(DIM_RED)
    odds = before.confidence / (1 - before.confidence)
    assert after.confidence == pytest.approx(odds**0.5 / (1 + odds**0.5))
    assert isinstance(after.confidence, float)
    assert (after.text, after.char_confidences) == (before.text, before.char_confidences)
