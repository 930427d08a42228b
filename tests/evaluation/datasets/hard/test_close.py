"""Close-ups fill the width with one whole plate."""

from pathlib import Path

import pytest

from src.evaluation.datasets.hard.close import BORDER, FILLED, NARROWEST, TALLEST, WIDTHS, close_ups
from src.evaluation.datasets.hard.photographs import SourcePhotograph
from tests.evaluation.datasets.hard.drawings import blue_box, label, photograph, quad


def plates(folder: Path, count: int = 24) -> list[SourcePhotograph]:
    """Photographs of one plate in all places."""
    taken = []
    for n in range(count):
        (folder / str(n)).mkdir()
        centre = (90 + n * 9, 60 + n * 8)
        taken.append(photograph(folder / str(n), label(quad(centre, 100, 25 + 3 * n), marked=n % 2 == 0)))
    return taken


def test_the_plate_is_whole_large_and_where_its_label_says(tmp_path: Path) -> None:
    made = list(close_ups(plates(tmp_path)))
    assert len(made) == 24
    shares, aspects = [], []
    for picture in made:
        height, width = picture.image.shape[:2]
        (plate,) = picture.record.plates or ()
        x1, y1, x2, y2 = plate.box
        assert blue_box(picture.image) == pytest.approx(plate.box, abs=5)  # a pixel of the photograph is up to 9 here
        assert min(x1, width - x2) >= BORDER * width - 1
        assert 0 < y1 < y2 < height
        assert width <= WIDTHS[1]
        assert height <= TALLEST
        assert width >= WIDTHS[0] or height == TALLEST
        shares.append((x2 - x1) / width)
        aspects.append(height / width)
    assert FILLED[0] - 0.01 < min(shares) < 0.55
    assert 0.85 < max(shares) < FILLED[1] + 0.01
    assert max(aspects) - min(aspects) > 0.4


def test_pictures_are_the_same_each_time_and_whatever_others_there_are(tmp_path: Path) -> None:
    taken = plates(tmp_path, 3)
    first, again = list(close_ups(taken)), list(close_ups(taken[1:]))
    assert [made.record for made in first[1:]] == [made.record for made in again]
    assert (first[1].image == again[0].image).all()


def test_small_plates_and_those_at_the_edge_are_left_out(tmp_path: Path) -> None:
    small, edge = label(quad((150, 100), NARROWEST - 1, 20)), label(quad((50, 100), 100, 20))
    assert not list(close_ups([photograph(tmp_path, small, edge)]))
