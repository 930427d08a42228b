"""What is written where no plate is: no labelled plate stays in view, and letters do come into it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from src.evaluation.datasets.hard.lettering import COUNT, LEAST, dealer_plates, overlays, pages, signs
from src.evaluation.datasets.hard.photographs import Made, SourcePhotograph
from tests.evaluation.datasets.hard.drawings import BLUE, GROUND, label, photograph, quad

Group = Callable[[Sequence[SourcePhotograph]], Iterator[Made]]
GROUPS = (overlays, signs, pages, dealer_plates)


def blue(image: np.ndarray) -> float:
    return float((np.abs(image.astype(int) - BLUE).sum(-1) < 60).mean())


@pytest.mark.parametrize("group", GROUPS)
def test_no_plate_is_left_and_something_is_written(tmp_path: Path, group: Group) -> None:
    for n in range(4):
        (tmp_path / str(n)).mkdir()
        plate = label(quad((120 + 40 * n, 60 + 70 * n), 90, 24, degrees=4), text="AB1")
        (made,) = group([photograph(tmp_path / str(n), plate)])
        assert made.record.plates == ()
        assert blue(made.image) == 0
        assert (np.abs(made.image.astype(int) - GROUND).sum(-1) > 60).mean() > 0.003
        assert min(made.image.shape[:2]) >= LEAST


@pytest.mark.parametrize("group", GROUPS)
def test_pictures_are_the_same_each_time_and_not_more_than_wanted(tmp_path: Path, group: Group) -> None:
    taken = photograph(tmp_path, label(quad((200, 250), 90, 24)))
    first, again = list(group([taken])), list(group([taken]))
    assert [made.record for made in first] == [made.record for made in again]
    assert (first[0].image == again[0].image).all()
    assert len(list(group([taken] * (COUNT + 3)))) == COUNT


@pytest.mark.parametrize("group", [overlays, signs])
def test_a_photograph_without_room_beside_its_plates_is_no_ground(tmp_path: Path, group: Group) -> None:
    taken = photograph(tmp_path, label(quad((110, 110), 180, 170)), size=(220, 220))
    assert not list(group([taken]))


def test_plates_beside_a_dealers_are_ignored(tmp_path: Path) -> None:
    other, marked = label(quad((80, 60), 60, 16)), label(quad((250, 200), 90, 24))
    made = list(dealer_plates([photograph(tmp_path, other, marked, ignore=((1.0, 2.0, 9.0, 5.0),))]))
    assert [m.record.ignore for m in made] == [(marked.box, (1, 2, 9, 5)), (other.box, (1, 2, 9, 5))]
