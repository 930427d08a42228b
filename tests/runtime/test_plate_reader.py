"""What a reader makes of its card: calibration, countries and plate formats."""

from pathlib import Path

import numpy as np
import pytest

from src.core.calibration import Calibration, WholeCalibration
from src.core.card import CardError, load_card, write_card
from src.core.formats.compile import compile_formats
from src.core.formats.reader import CountryError
from src.runtime.plate_reader import PlateReader
from tests.conftest import ALPHABET, CROP, fake_ocr, with_formats, with_regions, with_whole, write_model
from tests.countries import country

RED, BLUE = (np.full((8, 24, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 0, 255)))
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


@pytest.mark.parametrize("regions", [(), ("AT", "CN")])
def test_a_card_with_formats_names_country_and_type(models: Path, regions: tuple[str, ...]) -> None:
    red, blue = PlateReader(with_formats(models, *regions) / "ocr", 1).read_crops([RED, BLUE])
    assert [(r.text, r.region, r.format) for r in (red, blue)] == [("AB01", "AT", "car"), ("京B0", "CN", "car")]
    assert red.plain is not None
    assert (red.plain.text, red.plain.region) == ("AB01", None)
    assert red.confidence == pytest.approx(red.plain.confidence, abs=0.01)  # there is nothing to doubt
    assert red.candidates is not None
    assert red.candidates[0].region == "AT"
    assert min(red.region_confidence or 0, blue.region_confidence or 0) > 0.9


def test_two_lines_are_read_in_the_order_of_registration(models: Path) -> None:
    square = country("AT", "AB", orders={"square": (2, 1)}, square=(1, ["ll", "dd"]))
    formats = compile_formats({"AT": square}).model_dump(mode="json")
    write_model(models / "ocr", fake_ocr(), task="ocr", input_size=CROP, alphabet=ALPHABET, formats=formats)
    (red,) = PlateReader(models / "ocr", 1).read_crops([RED])
    assert (red.text, red.format, red.plain and red.plain.text) == ("01AB", "square", "AB01")
    (plain,) = PlateReader(models / "ocr", 1, countries=None).read_crops([RED])
    assert plain.text == "AB01"  # without formats nobody knows better


def test_without_formats_the_country_is_the_networks(models: Path) -> None:
    (red,) = PlateReader(with_formats(models, "AT", "CN") / "ocr", 1, countries=None).read_crops([RED])
    assert (red.text, red.plain, red.format, red.candidates) == ("AB01", None, None, None)
    assert (red.region, red.region_confidence) == ("AT", pytest.approx(1 / (1 + np.exp(-8)), abs=1e-4))
    (blind,) = PlateReader(with_formats(models) / "ocr", 1, countries=None).read_crops([RED])
    assert (blind.region, blind.region_confidence) == (None, None)


def test_countries_in_use_are_of_the_formats(models: Path) -> None:
    reader = PlateReader(with_formats(models) / "ocr", 1, countries=["AT"])
    assert reader.countries == ("AT", "CN")
    before = reader.read_crops([RED, BLUE])
    assert [r.text for r in before] == ["AB01", "京B0"]  # a Chinese plate stays one
    after = reader.within(["CN"]).read_crops([RED])[0]
    assert (after.text, after.region) == ("AB01", "AT")
    assert (after.region_confidence or 0) < (before[0].region_confidence or 0)
    with pytest.raises(CountryError, match="no plate formats of 'DE'; there are AT, CN"):
        PlateReader(with_formats(models) / "ocr", 1, countries=["DE"])


def test_a_card_without_formats_takes_no_countries(models: Path) -> None:
    assert PlateReader(models / "ocr", 1).countries == ()
    with pytest.raises(CountryError, match=r"card\.json: has no plate formats"):
        PlateReader(models / "ocr", 1, countries=["AT"])


@pytest.mark.parametrize("regions", [("AT",), ("AT", "CN", "DE")])
def test_the_regions_of_a_card_are_those_of_its_model(models: Path, regions: tuple[str, ...]) -> None:
    network = with_regions(fake_ocr())
    write_model(models / "ocr", network, task="ocr", input_size=CROP, alphabet=ALPHABET, regions=regions)
    with pytest.raises(CardError, match=rf"regions: {len(regions)} are named, the model tells 2 apart"):
        PlateReader(models / "ocr", 1)


@pytest.mark.parametrize(
    "told", [None, WholeCalibration(scale=2, shift=-1, fitted_on={}, log_loss_before=1, log_loss_after=1)]
)
def test_every_confidence_of_a_text_is_times_that_of_a_whole_plate(models: Path, told: WholeCalibration | None) -> None:
    folder = with_formats(models) / "ocr"
    before = PlateReader(folder, 1).read_crops([RED, BLUE])
    assert [reading.whole for reading in before] == [None, None]
    card = load_card(folder)
    stated = card.model_dump(mode="json", exclude={"sha256", "whole"})
    write_model(folder, with_whole(fake_ocr()), **stated, whole=told and told.model_dump())
    after = PlateReader(folder, 1).read_crops([RED, BLUE])
    for reading, old, odds in zip(after, before, (3.0, -3.0), strict=True):
        probability = 1 / (1 + np.exp(-odds if told is None else 1 - 2 * odds))
        assert reading.whole == pytest.approx(probability, abs=1e-3)
        assert reading.confidence == pytest.approx(old.confidence * probability, abs=1e-3)
        assert reading.plain is not None
        assert old.plain is not None
        assert reading.plain.confidence == pytest.approx(old.plain.confidence * probability, abs=1e-3)
        assert reading.candidates is not None
        assert reading.candidates[0].confidence == pytest.approx(
            (old.candidates or ())[0].confidence * probability, abs=1e-3
        )
        assert (reading.text, reading.region, reading.region_confidence) == (
            old.text,
            old.region,
            old.region_confidence,
        )
