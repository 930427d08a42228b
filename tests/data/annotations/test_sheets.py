"""Sheets show the right pixels at the right places."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from src.core.montage import CAPTION
from src.data.annotations.manifest import PlateLabel, Record
from src.data.annotations.sheets import IGNORED, PLATE, crop_sheet, scene_sheet
from tests.conftest import BLUE, RED

BOX = (30, 20, 60, 30)  # where the picture is red
TILTED = ((30, 22), (60, 20), (60, 28), (30, 30))


def test_plates_and_ignored_boxes_are_outlined(photo: Callable[..., Path]) -> None:
    path = photo(red=True, blue=True)
    label = PlateLabel(box=BOX, corners=TILTED)
    record = Record(image=path.name, source="gate", plates=(label,), ignore=((10, 40, 50, 50),))
    sheet = scene_sheet([record, record], path.parent, columns=3, size=(128, 192))  # twice the picture
    assert sheet.shape == (128 + CAPTION + 4, 3 * (192 + 4), 3)
    for x in (60, 60 + 196):  # the left edge, between its corners
        assert np.allclose(sheet[50, x], PLATE, atol=30)
    assert np.allclose(sheet[90, 20], IGNORED, atol=30)
    assert tuple(sheet[50, 90]) == RED
    assert tuple(sheet[90, 60]) == BLUE
    assert tuple(sheet[41, 63]) == RED  # near the corner of the box, above the tilted edge
    assert (sheet[:, 2 * 196 :] == 255).all()


def test_scenes_are_fitted_whatever_their_size(photo: Callable[..., Path]) -> None:
    large, small = photo("large.png", size=4), photo("small.png")
    scenes = [Record(image=path.name, plates=()) for path in (large, small)]
    sheet = scene_sheet(scenes, large.parent, columns=1, size=(128, 96))
    upper, lower = np.vsplit(sheet, 2)
    assert (upper == lower).mean() > 0.95
    assert tuple(upper[0, 0]) == (114, 114, 114)


def test_crops_are_cut_as_the_reader_sees_them(photo: Callable[..., Path]) -> None:
    scene, crop = photo(blue=True), photo("crop.png", red=False)
    labels = (PlateLabel(box=(32, 22, 58, 28), text="AB1"), PlateLabel(box=(12, 42, 48, 48), region="DE"))
    records = [Record(image=scene.name, plates=labels), Record(image=crop.name, text="皖A1", region="CN")]
    sheet = crop_sheet(records, scene.parent, columns=3, size=(40, 80))
    assert sheet.shape == (40 + CAPTION + 4, 3 * 84, 3)
    cells = [sheet[:40, i * 84 : i * 84 + 80] for i in range(3)]
    for cell, colour in zip(cells, (RED, BLUE, (128, 128, 128)), strict=True):
        assert (cell == colour).all()
    captions = [sheet[40 : 40 + CAPTION, i * 84 : i * 84 + 80] for i in range(3)]
    assert all((caption < 128).any() for caption in captions)
    assert len({caption.tobytes() for caption in captions}) == 3


def test_nothing_to_show(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to show"):
        scene_sheet([], tmp_path)
