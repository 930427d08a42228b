"""Photographs that end in a plate, and labels that say what is left of it."""

from pathlib import Path

import numpy as np

from src.data.annotations.manifest import PlateLabel
from src.evaluation.datasets.hard.cut import LARGEST, LEAST, WITHOUT_TEXT, cut_off
from src.evaluation.datasets.hard.hidden import LAYOUTS, NARROWEST
from src.evaluation.datasets.hard.photographs import SourcePhotograph
from tests.evaluation.datasets.hard.drawings import blue_box, label, photograph, quad

TEXT = "01A234BC"
PLACES = LAYOUTS["UZ", "00A000AA"]
WIDTH = 160


def taken(folder: Path, count: int, **changes: object) -> list[SourcePhotograph]:
    found = []
    for n in range(count):
        (folder / str(n)).mkdir()
        plate = label(quad((200 + n, 150), WIDTH, 36), **changes)
        found.append(photograph(folder / str(n), plate, size=(320, 420)))
    return found


def test_the_picture_ends_between_characters_and_the_text_is_what_is_left(tmp_path: Path) -> None:
    texts = set()
    for made in cut_off(taken(tmp_path, 16, text=TEXT, region="UZ")):
        (plate,) = made.record.plates or ()
        assert not plate.whole
        np.testing.assert_allclose(plate.box, blue_box(made.image), atol=1)
        share = (plate.box[2] - plate.box[0]) / WIDTH
        assert 1 - LARGEST - 0.01 <= share < 1
        left = "".join(
            char
            for char, place in zip(TEXT, PLACES, strict=True)
            if (place > 1 - share if plate.box[0] == 0 else place < share)
        )
        assert plate.text == left
        assert len(left) < len(TEXT)
        texts.add(left)
    assert len(texts) > 3
    assert any(TEXT.startswith(text) for text in texts)
    assert any(TEXT.endswith(text) for text in texts)


def test_of_an_unknown_text_more_is_cut_off_and_the_other_plates_stay(tmp_path: Path) -> None:
    other = label(quad((200, 40), 60, 24))
    whole = label(quad((200, 150), WIDTH, 36))
    made = list(cut_off([photograph(tmp_path, whole, other)]))
    assert len(made) == 2  # each plate is cut once
    first = made[0].record.plates or ()
    assert [plate.whole for plate in first if plate.box[1] > 100] == [False]
    (cut,) = (plate for plate in first if plate.box[1] > 100)
    assert cut.text is None
    assert 1 - LARGEST - 0.01 <= (cut.box[2] - cut.box[0]) / WIDTH <= 1 - LEAST + 0.01


def test_what_may_have_two_lines_or_is_small_is_left_out(tmp_path: Path) -> None:
    plates: dict[str, PlateLabel] = {
        "small": label(quad((200, 150), NARROWEST - 1, 12)),
        "square": label(quad((200, 150), 80, 50)),
        "two": label(quad((200, 150), 160, 40), lines=2),
        "hidden": label(quad((200, 150), 160, 36), whole=False),
    }
    for name, plate in plates.items():
        (tmp_path / name).mkdir()
        assert not list(cut_off([photograph(tmp_path / name, plate)])), name
    one = photograph(tmp_path, label(quad((200, 150), WIDTH, 36)))
    assert len(list(cut_off([one] * (WITHOUT_TEXT + 3)))) == WITHOUT_TEXT
