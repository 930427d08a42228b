"""Every tile stands where its row and column say, and nothing else is drawn."""

import numpy as np
import pytest

from src.core.montage import CAPTION, GAP, captioned, enlarged, montage
from src.core.types import Image


def plain(height: int, width: int, grey: int) -> Image:
    return np.full((height, width, 3), grey, np.uint8)


def test_rows_and_columns_make_room_for_their_largest_tile() -> None:
    tiles = [plain(10, 20, 1), plain(5, 30, 2), plain(8, 25, 3)]
    sheet = montage(tiles, 2, (9, 9, 9))
    assert sheet.shape == (10 + GAP + 8 + GAP, 25 + GAP + 30 + GAP, 3)
    expected = np.full_like(sheet, 9)
    for (top, left), tile in zip([(0, 0), (0, 25 + GAP), (10 + GAP, 0)], tiles, strict=True):
        expected[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    assert (sheet == expected).all()


def test_a_single_row_may_end_early() -> None:
    assert montage([plain(4, 6, 0)], 3).shape == (4 + GAP, 3 * (6 + GAP), 3)


def test_nothing_to_show() -> None:
    with pytest.raises(ValueError, match="nothing to show"):
        montage([], 2)


def test_a_caption_stands_below_in_its_colour() -> None:
    image = captioned(plain(12, 60, 50), "AB1", (200, 0, 0))
    assert image.shape == (12 + CAPTION, 60, 3)
    assert (image[:12] == 50).all()
    strip = image[12:]
    assert (strip == 255).all(-1).any()
    assert (strip[..., 0] > strip[..., 1]).any()
    assert (captioned(plain(1, 60, 0), "皖") == captioned(plain(1, 60, 0), "?")).mean() > 0.9


def test_enlarged() -> None:
    assert enlarged(plain(3, 5, 7), 2).shape == (6, 10, 3)
