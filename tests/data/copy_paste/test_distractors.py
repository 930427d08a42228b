"""Distractors are legible, in many scripts; what is written over a picture spares its plates and its fill."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest

from src.data.copy_paste import overlays, words
from src.data.copy_paste.boards import write
from src.data.copy_paste.in_streets import page, railing
from src.data.copy_paste.on_vehicles import empty_plate, named_plate
from src.data.copy_paste.overlays import overlay
from src.data.synthesis import find_fonts
from src.data.synthesis.typefaces.fonts import Faces
from src.data.transforms.scene import no_boxes

FACES = Faces(find_fonts(Path(matplotlib.get_data_path()) / "fonts" / "ttf"))
PLATE = np.array([[90, 150, 170, 172]], np.float32)


def picture() -> np.ndarray:
    """A bluish picture of 240 x 180, two of its corners cut off as where it is turned, on a canvas of 256."""
    image = np.full((256, 256, 3), 114, np.uint8)
    image[40:220, 8:248] = (90, 100, 130)
    for corner in (image[40:70, 8:68], image[190:220, 188:248][::-1, ::-1]):
        corner[np.add.outer(np.arange(30) * 2, np.arange(60)) < 60] = 114
    return image


@pytest.mark.parametrize("maker", dict.fromkeys(overlays.MAKERS), ids=lambda m: m.__name__)
def test_an_overlay_is_fixed_by_its_seed_and_spares_plates_and_fill(maker, monkeypatch) -> None:
    monkeypatch.setattr(overlays, "MAKERS", (maker,))
    changed = 0
    for seed in range(25):
        image, again = picture(), picture()
        overlay(image, PLATE, FACES, np.random.default_rng(seed))
        overlay(again, PLATE, FACES, np.random.default_rng(seed))
        assert (image == again).all()
        different = (image != picture()).any(-1)
        changed += bool(different.any())
        assert not different[(picture() == 114).all(-1)].any()
        if maker is not overlays._watermark:
            assert not different[150:172, 90:170].any()
    assert changed >= 18


def test_a_recorder_writes_along_the_upper_or_lower_edge(monkeypatch) -> None:
    monkeypatch.setattr(overlays, "MAKERS", (overlays._recorder,))
    for seed in range(20):
        image = picture()
        overlay(image, no_boxes(), FACES, np.random.default_rng(seed))
        rows = np.flatnonzero((image != picture()).any((1, 2)))
        assert not ((rows > 90) & (rows < 170)).any()


def test_a_watermark_lets_a_plate_shine_through(monkeypatch) -> None:
    monkeypatch.setattr(overlays, "MAKERS", (overlays._watermark,))
    for seed in range(20):
        image = np.tile(np.array([[[20], [220]]], np.uint8), (200, 100, 3))
        overlay(image, no_boxes(), FACES, np.random.default_rng(seed))
        assert np.abs(np.diff(image[..., 0].astype(int), axis=1)[:, ::2]).min() > 0.35 * 200


def test_nothing_is_written_over_what_is_too_small_or_all_fill(monkeypatch) -> None:
    for size in ((256, 256), (40, 200)):
        image = np.full((*size, 3), 114, np.uint8)
        image[:40, :40] = 9 if size[0] == 40 else 114
        before = image.copy()
        overlay(image, no_boxes(), FACES, np.random.default_rng(0))
        assert (image == before).all()


def test_lines_of_a_board_do_not_run_into_one_another() -> None:
    image = np.full((90, 300, 3), 255, np.uint8)
    write(image, ["PIZZA", "ХЛЕБ", "TEL 22"], (0, 0, 0), FACES, np.random.default_rng(1))
    inked = (image < 128).any((1, 2))
    assert [bool(inked[i * 30 + 8 : i * 30 + 22].any()) for i in range(3)] == [True] * 3
    assert not inked[[0, 29, 30, 59, 60, 89]].any()


def test_a_line_that_no_face_writes_stays_empty() -> None:
    image = np.full((40, 100, 3), 255, np.uint8)
    write(image, ["\U000131c0"], (0, 0, 0), Faces([Path(FACES._latin[0])], ()), np.random.default_rng(0))
    assert (image == 255).all()


def test_words_of_any_script_are_written_in_a_face_that_holds_them() -> None:
    texts = [words.shop(np.random.default_rng(seed)) for seed in range(60)]
    scripts = {"cyrillic": "АБВГДЕ", "arabic": "صيدلية"}
    for letters in scripts.values():
        assert any(set(text) & set(letters) for text in texts)
    assert FACES.for_words(np.random.default_rng(0), "Ж9:") is not None
    assert Faces([Path(FACES._latin[0])], ()).for_words(np.random.default_rng(0), "\U000131c0") is None


def test_an_empty_plate_bears_no_characters_and_a_state_s_name_at_most() -> None:
    for seed in range(20):
        flat = empty_plate(FACES, np.random.default_rng(seed), 96)
        assert len(flat.chars) == 0
        x1, y1, x2, y2 = flat.plate.astype(int)
        middle = flat.image[
            y1 + (y2 - y1) * 2 // 5 : y1 + (y2 - y1) * 3 // 5, x1 + (x2 - x1) // 3 : x2 - (x2 - x1) // 3
        ]
        assert np.ptp(middle.astype(int), axis=1).max() < 12


def test_a_plate_with_a_name_bears_no_characters_and_is_written_on_sharply() -> None:
    """Enlarged small lettering would tell these from plates: its edges would be four pixels wide."""
    sharp = 0
    for seed in range(30):
        flat = named_plate(FACES, np.random.default_rng(seed), 96)
        assert len(flat.chars) == 0
        x1, y1, x2, y2 = flat.plate.astype(int)
        grey = flat.image[y1 + 12 : y2 - 12, x1 + 12 : x2 - 12].astype(int).sum(-1)
        steps = np.abs(np.diff(grey, axis=1)).max()
        sharp += bool(steps > 0.45 * np.ptp(grey)) and np.ptp(grey) > 100
    assert sharp >= 24


def test_some_overlays_are_seen_closely(monkeypatch) -> None:
    monkeypatch.setattr(overlays, "MAKERS", (overlays._watching,))
    heights = []
    for seed in range(60):
        image = np.full((256, 256, 3), 90, np.uint8)
        overlay(image, no_boxes(), FACES, np.random.default_rng(seed))
        rows = (image != 90).any((1, 2))[:128]
        heights.append(int(np.flatnonzero(rows).max() - np.flatnonzero(rows).min()) if rows.any() else 0)
    assert 0.05 < np.mean(np.array(heights) > 30) < 0.5


def test_a_railing_is_seen_through_and_a_page_has_many_lines() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        fence, sheet = railing(FACES, rng, 96), page(FACES, rng, 96)
        assert 0.1 < (fence.alpha > 128).mean() < 0.8
        rows = sheet.image.astype(int).sum(-1)[:, sheet.image.shape[1] // 4 : -sheet.image.shape[1] // 4].min(1)
        assert (np.diff((rows < rows.max() - 150).astype(int)) == 1).sum() > 6
