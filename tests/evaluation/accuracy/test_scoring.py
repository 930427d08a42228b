"""Predictions against labelled plates, on pictures small enough to count by hand."""

import numpy as np
import pytest

from src.core.image import Photograph
from src.core.result import PlateRecord
from src.data.annotations.manifest import Box, PlateLabel, Record
from src.evaluation.accuracy.scoring import readable, score_crop, score_scene, score_true_boxes

BOX, FAR, AWAY = (0.0, 0.0, 100.0, 20.0), (0.0, 100.0, 100.0, 120.0), (300.0, 0.0, 400.0, 20.0)
IMAGE = Photograph(np.full((200, 400, 3), 90, np.uint8), 400, 200, 1, "image/png")


def predicted(*plates: tuple[Box, str]) -> list[PlateRecord]:
    return [PlateRecord(box=box, text=text, confidence=0.8) for box, text in plates]


def scene(*plates: PlateLabel, ignore: tuple[Box, ...] = ()) -> Record:
    return Record(image="a.jpg", source="street", plates=plates, ignore=ignore)


def near(box: Box, by: float = 2) -> Box:
    return box[0] + by, box[1], box[2] + by, box[3]


def test_each_plate_gets_the_prediction_that_overlaps_it_most() -> None:
    record = scene(PlateLabel(box=BOX, text="AO1", region="DE", lines=1), PlateLabel(box=FAR, text="XYZ"))
    outcomes, image = score_scene("gate", record, predicted((near(FAR), "XYZ"), (near(BOX), "A01")))
    first, second = outcomes
    assert (first.text, first.exact, first.truth, first.region, first.lines) == ("A01", False, "AO1", "DE", 1)
    assert (second.text, second.exact, second.plate, second.flow) == ("XYZ", True, 1, "path")
    assert first.iou == pytest.approx(98 / 102)
    assert (image.plates, image.found, image.predicted, image.extra) == (2, 2, 2, 0)


def test_a_missed_plate_has_no_text_and_the_prediction_elsewhere_is_extra() -> None:
    outcomes, image = score_scene("gate", scene(PlateLabel(box=BOX, text="AB1")), predicted((FAR, "AB1")))
    assert (outcomes[0].found, outcomes[0].text, outcomes[0].iou) == (False, "", 0)
    assert (image.found, image.predicted, image.extra) == (0, 1, 1)


def test_a_second_box_on_a_plate_is_extra_and_one_over_an_ignored_plate_counts_for_nothing() -> None:
    record = scene(PlateLabel(box=BOX, text="A"), ignore=(FAR,))
    _, image = score_scene("gate", record, predicted((BOX, "A"), (near(BOX), "A"), (near(FAR), "Z")))
    assert (image.found, image.predicted, image.extra) == (1, 2, 1)


def test_a_text_that_is_not_sure_is_unknown() -> None:
    record = scene(PlateLabel(box=BOX, text="A", sure=False, published_text="B"), PlateLabel(box=FAR))
    outcomes, _ = score_scene("gate", record, predicted((BOX, "A")))
    assert [(o.truth, o.published_text, o.found, o.exact) for o in outcomes] == [
        (None, None, True, False),
        (None, None, False, False),
    ]


def test_a_picture_without_plates_still_counts_what_is_extra() -> None:
    assert score_scene("gate", scene(), predicted((BOX, "A")))[1].extra == 1
    outcomes, image = score_scene("gate", scene(), predicted())
    assert (outcomes, image.predicted) == ([], 0)


def test_with_the_picture_an_outcome_says_how_its_plate_looks() -> None:
    record = scene(PlateLabel(box=BOX, text="A"))
    assert score_scene("gate", record, predicted())[0][0].appearance is None
    look = score_scene("gate", record, predicted(), IMAGE)[0][0].appearance
    assert look is not None
    assert (look.width, look.brightness) == (100, 90)


def test_readings_on_true_boxes_are_of_the_plates_with_a_sure_text() -> None:
    unsure = PlateLabel(box=FAR, text="Q", sure=False)
    record = scene(PlateLabel(box=AWAY), unsure, PlateLabel(box=BOX, text="AB1"))
    assert readable(record) == [2]
    (outcome,) = score_true_boxes("gate", record, predicted((BOX, "AB1")))
    assert (outcome.flow, outcome.plate, outcome.exact, outcome.found, outcome.iou) == ("ocr", 2, True, True, 1)
    with pytest.raises(ValueError, match="zip"):
        score_true_boxes("gate", record, predicted())


def test_a_crop_is_one_plate_as_large_as_the_picture() -> None:
    record = Record(image="c.jpg", text="AB1", region="BR", lines=2)
    outcome = score_crop("shop", record, predicted((BOX, "AB1")), IMAGE)
    assert (outcome.set, outcome.flow, outcome.box, outcome.plate) == ("shop", "ocr", (0, 0, 400, 200), 0)
    assert (outcome.exact, outcome.region, outcome.lines) == (True, "BR", 2)


def test_a_text_that_nobody_verified_counts_for_nothing() -> None:
    record = Record(image="c.jpg", text="AB1", verified=False)
    assert score_crop("shop", record, predicted((BOX, "AB1")), IMAGE).truth is None


def test_of_several_readings_of_a_crop_the_surest_counts_and_none_is_an_empty_text() -> None:
    record = Record(image="c.jpg", text="AB1")
    plates = [PlateRecord(box=BOX, text=text, confidence=sure) for text, sure in (("X", 0.2), ("AB1", 0.9))]
    assert score_crop("shop", record, plates, IMAGE).exact
    assert score_crop("shop", record, predicted(), IMAGE).text == ""


def test_corners_are_compared_where_both_sides_have_them() -> None:
    true = ((0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0))
    record = Record(image="a.jpg", plates=(PlateLabel(box=BOX, corners=true),))
    moved = tuple((x + 3, y + 4) for x, y in true)
    plate = PlateRecord(box=BOX, text="", confidence=0, corners=moved)
    (found,), _ = score_scene("gate", record, [plate])
    assert found.corner_error == pytest.approx(0.05)
    (found,), _ = score_scene("gate", record, predicted((BOX, "AB1")))
    assert found.corner_error is None


def test_a_plate_is_covered_where_its_box_or_its_corners_reach_both_ends() -> None:
    short = (BOX[0], BOX[1], BOX[2] - 10, BOX[3])
    record = scene(PlateLabel(box=BOX), PlateLabel(box=FAR), PlateLabel(box=AWAY))
    outcomes, _ = score_scene("gate", record, predicted((near(BOX, 1), "A"), ((FAR[0], FAR[1], 90, FAR[3]), "A")))
    assert [o.covered for o in outcomes] == [True, False, None]
    corners = ((0, 0), (90, 0), (90, 20), (0, 20))
    plate = PlateRecord(box=BOX, text="A", confidence=0.9, corners=corners)
    (cut,), _ = score_scene("gate", scene(PlateLabel(box=BOX)), [plate])
    assert cut.covered is False  # the reader's crop goes by the corners
    marked = PlateLabel(box=BOX, corners=((0, 0), (80, 0), (80, 20), (0, 20)))
    (held,), _ = score_scene("gate", scene(marked), predicted((short, "A")))
    assert held.covered
    assert score_true_boxes("gate", scene(PlateLabel(box=BOX, text="A")), predicted((BOX, "A")))[0].covered is None


def test_readings_of_boxes_that_are_no_plate_keep_their_confidence() -> None:
    record = scene(PlateLabel(box=BOX), ignore=(FAR,))
    plates = [PlateRecord(box=b, text="A", confidence=c) for b, c in ((AWAY, 0.7), (BOX, 0.9), (FAR, 0.8))]
    _, image = score_scene("gate", record, plates)
    assert (image.extra, image.extra_confidences) == (1, (0.7,))


def test_a_plate_that_is_half_hidden_is_said_not_to_be_whole() -> None:
    record = scene(PlateLabel(box=BOX, text="AB", whole=False), PlateLabel(box=FAR, text="AB"))
    outcomes, _ = score_scene("gate", record, predicted((BOX, "AB")))
    assert [o.whole for o in outcomes] == [False, True]
