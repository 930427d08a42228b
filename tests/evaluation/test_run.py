"""Counting over pictures whose right answers are known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from src.data.manifest import PlateLabel, Record
from src.evaluation.run import AP_FLOOR, average_precision, evaluate_plates, evaluate_scenes
from src.evaluation.sets import EvaluationSet
from src.runtime.detector import Detector
from src.runtime.plate_reader import PlateReader
from src.runtime.reader import Reader

Photo = Callable[..., Path]
RED, BLUE = (30.0, 20.0, 60.0, 30.0), (10.0, 40.0, 50.0, 50.0)


def scenes(photo: Photo, *plates: PlateLabel, **changes: object) -> EvaluationSet:
    path = photo(blue=True)
    record = Record(image=path.name, plates=plates, **changes)
    return EvaluationSet("gate", "scenes", path.parent, (record,))


def test_the_whole_path_and_the_ocr_alone_are_two_rows(models: Path, photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01"), PlateLabel(box=BLUE, text="京80"))
    whole, alone = evaluate_scenes(pictures, Reader(models, 1))
    assert (whole.name, alone.name) == ("gate", "gate (true boxes)")
    for row in (whole, alone):
        assert (row.score.read, row.score.texts, row.score.edits) == (1, 2, 1)
    assert (whole.score.found, whole.score.extra) == (2, 0)
    assert set(whole.ms) == {"decode", "detect", "read", "total"}
    assert len(alone.ms["read"]) == 2


def test_a_loss_of_the_detector_leaves_the_ocr_row_untouched(models: Path, photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01"), PlateLabel(box=BLUE, text="京B0"))
    whole, alone = evaluate_scenes(pictures, Reader(models, 1, min_confidence=0.8))
    assert (whole.score.found, whole.score.read, alone.score.read) == (1, 1, 2)


def test_an_unsure_plate_counts_for_found_alone(models: Path, photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01", sure=False), PlateLabel(box=BLUE))
    (row,) = evaluate_scenes(pictures, Reader(models, 1))
    assert (row.score.plates, row.score.found, row.score.texts) == (2, 2, 0)


def test_ignored_plates_are_no_extra_and_published_texts_are_scored(models: Path, photo: Photo) -> None:
    plate = PlateLabel(box=RED, text="AB01", published_text="ABO1")
    row = evaluate_scenes(scenes(photo, plate), Reader(models, 1))[0]
    assert (row.score.extra, row.score.read, row.score.read_published) == (1, 1, 0)
    row = evaluate_scenes(scenes(photo, plate, ignore=(BLUE,)), Reader(models, 1))[0]
    assert row.score.extra == 0


def test_a_missing_picture_is_named_and_left_out(models: Path, photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01"))
    gone = Record(image="gone.jpg", plates=pictures.records[0].plates)
    pictures = EvaluationSet("gate", "scenes", pictures.root, (gone, *pictures.records))
    row = evaluate_scenes(pictures, Reader(models, 1))[0]
    assert row.failures == [f"{pictures.root / 'gone.jpg'}: no such file"]
    assert (row.score.images, row.score.read) == (1, 1)


def test_crops_are_read_whole_and_labelled_scenes_by_their_boxes(models: Path, photo: Photo) -> None:
    photo("scene.png", blue=True), photo("crop.png")
    records = (
        Record(image="scene.png", plates=(PlateLabel(box=BLUE, text="京B0"),)),
        Record(image="crop.png", text="AB01"),
        Record(image="crop.png"),
    )
    row = evaluate_plates(EvaluationSet("x", "plates", photo().parent, records), PlateReader(models / "ocr", 1))
    assert (row.score.images, row.score.texts, row.score.read) == (2, 2, 2)


@pytest.mark.parametrize(("plates", "ap"), [((RED, BLUE), 1.0), ((RED, (0, 0, 9, 3)), 0.5), ((BLUE,), 0.5)])
def test_average_precision(models: Path, photo: Photo, plates: tuple, ap: float) -> None:
    """Red is found at 0.9 and blue at 0.6; with blue alone true, it is the second of two."""
    pictures = scenes(photo, *(PlateLabel(box=box) for box in plates))
    found = average_precision(pictures, Detector(models / "detector", 1, "cpu", AP_FLOOR))
    assert found is not None
    np.testing.assert_allclose(found, ap)
