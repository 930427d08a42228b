"""Hidden parts begin and end between characters, and labels say what is left."""

from pathlib import Path

import numpy as np
import pytest

from src.data.annotations.manifest import PlateLabel
from src.evaluation.datasets.hard.hidden import LARGEST, LAYOUTS, NARROWEST, WITHOUT_TEXT, half_hidden
from src.evaluation.datasets.hard.photographs import Made, SourcePhotograph
from tests.evaluation.datasets.hard.drawings import BLUE, label, photograph, quad

TEXT = "01A234BC"
PLACES = LAYOUTS["UZ", "00A000AA"]


def taken(folder: Path, count: int, **changes: object) -> list[SourcePhotograph]:
    found = []
    for n in range(count):
        (folder / str(n)).mkdir()
        corners = quad((200 + n, 150), 160, 36, degrees=3)
        found.append(photograph(folder / str(n), label(corners, **changes), size=(320, 420)))
    return found


def hidden_plate(made: Made) -> PlateLabel:
    (plate,) = (p for p in made.record.plates or () if not p.whole)
    return plate


def is_blue(made: Made, share: float, whole: np.ndarray) -> bool:
    """Whether the plate can be seen at that share of its width, at half its height."""
    left, right = (whole[0] + whole[3]) / 2, (whole[1] + whole[2]) / 2
    x, y = left + share * (right - left)
    return bool(np.abs(made.image[int(y), int(x)].astype(int) - BLUE).sum() < 120)


def test_characters_are_hidden_or_seen_as_the_text_says(tmp_path: Path) -> None:
    photographs = taken(tmp_path, 24, text=TEXT, region="UZ")
    seen_of = []
    for photographed, made in zip(photographs, half_hidden(photographs), strict=True):
        whole = np.array((photographed.record.plates or ())[0].corners)
        seen = "".join(c for c, place in zip(TEXT, PLACES, strict=True) if is_blue(made, place, whole))
        assert hidden_plate(made).text == seen
        assert 0 < len(seen) < len(TEXT)
        seen_of.append(seen)
    assert len(set(seen_of)) > 6
    assert any(TEXT.startswith(seen) for seen in seen_of)
    assert any(TEXT.endswith(seen) for seen in seen_of)
    assert any(seen[0] == TEXT[0] and seen[-1] == TEXT[-1] for seen in seen_of)


def test_the_box_ends_where_an_end_can_no_longer_be_seen(tmp_path: Path) -> None:
    photographs = taken(tmp_path, 24)
    boxes = []
    for photographed, made in zip(photographs, half_hidden(photographs), strict=True):
        (whole,) = photographed.record.plates or ()
        plate = hidden_plate(made)
        assert plate.text is None
        assert plate.corners is not None
        share = (plate.box[2] - plate.box[0]) / (whole.box[2] - whole.box[0])
        assert share > 1 - LARGEST - 0.02
        cut = share < 0.99
        edge = np.array(whole.corners)
        assert cut == (not is_blue(made, 0.04, edge) or not is_blue(made, 0.96, edge))
        boxes.append(cut)
    assert any(boxes)
    assert not all(boxes)


def test_small_square_and_many_unknown_plates_are_left_out(tmp_path: Path) -> None:
    for name, plate in (
        ("small", label(quad((200, 150), NARROWEST - 1, 12))),
        ("square", label(quad((200, 150), 80, 50))),
        ("two", label(quad((200, 150), 160, 40), lines=2)),
    ):
        (tmp_path / name).mkdir()
        assert not list(half_hidden([photograph(tmp_path / name, plate)])), name
    one = photograph(tmp_path, label(quad((200, 150), 160, 40)))
    assert len(list(half_hidden([one] * (WITHOUT_TEXT + 5)))) == WITHOUT_TEXT


def test_other_plates_stay_as_they_are(tmp_path: Path) -> None:
    other = label(quad((60, 20), 50, 24))
    (made,) = half_hidden([photograph(tmp_path, label(quad((200, 150), 160, 36)), other)])
    assert [p.whole for p in made.record.plates or ()] == [False, True]
    assert (made.record.plates or ())[1] == other


@pytest.mark.parametrize("places", LAYOUTS.values())
def test_characters_stand_in_order(places: tuple[float, ...]) -> None:
    assert list(places) == sorted(places)
    assert 0 < places[0] < places[-1] < 1
