"""Which faults are shown, in what order, and that the crop is the plate."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from src.core.image import ImageError
from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.report.accuracy.gallery import MARGIN, framed, galleries, glyphs
from src.evaluation.report.document import Gallery

Photo = Callable[..., Path]


def outcome(text: str, **changes: object) -> ScoredPlate:
    """The red plate of the fake photograph, which says AB01."""
    stated = {"set": "gate", "flow": "path", "image": "gate.png", "plate": 0, "source": "x", "box": (30, 20, 60, 30)}
    return ScoredPlate.model_validate(stated | {"truth": "AB01", "found": True, "iou": 0.9, "text": text} | changes)


def missed(**changes: object) -> ScoredPlate:
    return outcome("", found=False, iou=0, **changes)


@pytest.fixture
def show(photo: Photo) -> Callable[..., list[Gallery]]:
    path = photo()
    return lambda *outcomes, **options: galleries(outcomes, {"gate": path.parent, "yard": path.parent}, **options)


def test_the_surest_fault_comes_first_and_the_missed_last(show: Callable[..., list[Gallery]]) -> None:
    rows = [missed(plate=1), outcome("A", confidence=0.2), outcome("AB01", confidence=1), outcome("B", confidence=0.9)]
    (shown,) = show(*rows)
    assert [e.text for e in shown.exhibits] == ["B", "A", ""]
    assert (shown.set, shown.misread, shown.missed) == ("gate", 2, 1)
    assert (shown.exhibits[0].width, shown.exhibits[2].glyphs) == (30, ())


def test_a_limit_leaves_the_counts_as_they_are(show: Callable[..., list[Gallery]]) -> None:
    (shown,) = show(*[outcome("A")] * 3, missed(), limit=2)
    assert (len(shown.exhibits), shown.misread, shown.missed) == (2, 3, 1)


def test_sets_without_faults_and_plates_of_unknown_text_are_not_shown(show: Callable[..., list[Gallery]]) -> None:
    assert show(outcome("AB01"), outcome("X", truth=None), missed(truth=None)) == []


def test_the_reading_of_the_true_box_stands_beside_that_of_the_path(show: Callable[..., list[Gallery]]) -> None:
    (gate, yard) = show(
        outcome("AB0"),
        outcome("AB01", flow="ocr"),
        outcome("AB0I", flow="ocr", plate=1),
        outcome("X", set="yard", flow="ocr"),
    )
    assert [(e.text, e.on_true_box) for e in gate.exhibits] == [("AB0", "AB01")]
    assert [(e.text, e.on_true_box) for e in yard.exhibits] == [("X", None)]


def test_confidences_stay_with_their_characters() -> None:
    seen = glyphs(outcome("9AB0", char_confidences=(0.1, 0.2, 0.3, 0.4)))
    assert [(g.true, g.read, g.confidence) for g in seen] == [
        ("", "9", 0.1),
        ("A", "A", 0.2),
        ("B", "B", 0.3),
        ("0", "0", 0.4),
        ("1", "", None),
    ]
    assert [glyph.wrong for glyph in seen] == [True, False, False, False, True]


def test_a_system_that_does_not_say_how_sure_it_is() -> None:
    assert [glyph.confidence for glyph in glyphs(outcome("AB"))] == [None] * 4


def test_the_crop_is_the_plate_in_its_colours(show: Callable[..., list[Gallery]]) -> None:
    (shown,) = show(outcome("A"))
    pixels = shown.exhibits[0].crop
    assert pixels.shape == (132, 320, 3)  # 30 x 10 and two pixels on each side: 34 x 14
    np.testing.assert_allclose(pixels[66, 160], (255, 0, 0), atol=6)
    np.testing.assert_allclose(pixels[3, 160], (128, 128, 128), atol=6)


def test_a_tall_plate_fits_by_its_height() -> None:
    assert framed(np.zeros((90, 90, 3), np.uint8), (20, 20, 40, 60), MARGIN).shape == (140, 90, 3)


def test_beyond_the_edge_of_the_picture_nothing_is_shown() -> None:
    assert framed(np.zeros((40, 80, 3), np.uint8), (0, 0, 80, 40), MARGIN).shape == (140, 280, 3)


def test_a_picture_that_is_gone_is_an_error(show: Callable[..., list[Gallery]]) -> None:
    with pytest.raises(ImageError, match="no such file"):
        show(outcome("A", image="gone.png"))
