"""Labels go where the pixels go."""

from pathlib import Path

import numpy as np
import pytest

from src.data.annotations.manifest import PlateLabel, Record
from src.evaluation.datasets.hard.photographs import framed, labels_in, photographs
from src.evaluation.datasets.sets import EvaluationSet
from tests.evaluation.datasets.hard.drawings import blue_box, label, photograph, quad

DOUBLED = np.array([[2.0, 0, -100], [0, 2, -40]])
"""Twice as large, from 50, 20 on."""


def test_a_picture_and_its_labels_are_framed_alike(tmp_path: Path) -> None:
    plate = label(quad((150, 100), 80, 20), text="AB1", region="UZ", lines=1)
    taken = photograph(tmp_path, plate)
    image = framed(taken.read(), DOUBLED, (200, 300))
    record = labels_in(taken.record, DOUBLED, (200, 300), "x", turned=False)
    assert (record.image, record.width, record.height, record.source) == ("x", 300, 200, "street")
    (moved,) = record.plates or ()
    assert moved.box == (120, 140, 280, 180)
    assert blue_box(image) == pytest.approx(moved.box, abs=1)
    assert (moved.text, moved.region, moved.lines) == ("AB1", "UZ", 1)
    assert moved.corners == ((120, 140), (280, 140), (280, 180), (120, 180))


def test_a_pixel_stays_where_its_label_is_however_large_it_becomes(tmp_path: Path) -> None:
    taken = photograph(tmp_path, label(quad((20, 10), 20, 10)))
    eightfold = np.array([[8.0, 0, 0], [0, 8, 0]])
    (plate,) = labels_in(taken.record, eightfold, (160, 320), "x", turned=False).plates or ()
    assert blue_box(framed(taken.read(), eightfold, (160, 320))) == pytest.approx(plate.box, abs=2)


def test_of_what_the_frame_cuts_the_rest_is_ignored_and_what_is_outside_is_gone() -> None:
    cut, away, nearly = (40.0, 30.0, 80.0, 50.0), (0.0, 0.0, 40.0, 15.0), (0.0, 60.0, 52.0, 70.0)
    plates = tuple(PlateLabel(box=box) for box in (cut, away, nearly))
    record = Record(image="a", plates=plates, ignore=((150.0, 100.0, 160.0, 110.0), away))
    seen = labels_in(record, DOUBLED, (200, 300), "x", turned=False)
    assert seen.plates == ()
    assert seen.ignore == ((0, 20, 60, 60), (200, 160, 220, 180))


def test_in_a_turned_picture_only_marked_corners_are_tight() -> None:
    turn = np.array([[0.8, 0.6, 0], [-0.6, 0.8, 100]])
    record = Record(image="a", plates=(label(quad((60, 60), 40, 10)), label(quad((60, 90), 40, 10), marked=False)))
    seen = labels_in(record, turn, (400, 400), "x", turned=True)
    (plate,) = seen.plates or ()
    assert plate.corners is not None
    np.testing.assert_allclose(np.subtract(plate.corners[1], plate.corners[0]), (32, -24), atol=0.02)
    assert len(seen.ignore) == 1


def test_photographs_are_taken_once_by_hash_and_unreadable_ones_left_to_their_own_set(tmp_path: Path) -> None:
    plate = label(quad((150, 100), 80, 20))
    taken = photograph(tmp_path, plate)
    (tmp_path / "copy.png").write_bytes((tmp_path / "a.png").read_bytes())
    (tmp_path / "bad.png").write_bytes(b"no picture")
    records = [taken.record.model_copy(update={"image": name}) for name in ("a.png", "copy.png", "bad.png", "gone.png")]
    (only,) = photographs([EvaluationSet("scenes", "scenes", tmp_path, tuple(records))])
    assert only == taken
    assert taken.name(2) == f"{taken.sha256[:12]}-2"


def test_random_numbers_are_a_plates_own(tmp_path: Path) -> None:
    taken = photograph(tmp_path, label(quad((150, 100), 80, 20)))
    drawn = {taken.rng(group, plate).random() for group in ("close-up", "turned") for plate in (0, 1)}
    assert len(drawn) == 4
    assert taken.rng("turned", 1).random() in drawn
