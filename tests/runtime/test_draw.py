"""Annotated pictures are readable at every size, and overwrite nothing."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.result import PlateRecord
from src.runtime.draw import ACCEPTED, REJECTED, PictureFolder, annotate, annotate_crop, caption


def plate(*box: float, text: str = "RK884AL", confidence: float = 0.987) -> PlateRecord:
    return PlateRecord(box=box, detection_confidence=0.9, text=text, confidence=confidence)


def label_of(picture: Image.Image, colour: tuple[int, int, int] = ACCEPTED) -> tuple[int, int, int, int]:
    """x1, y1, x2, y2 of the filled label, whose rows have more of its colour than a small plate's outline."""
    filled = (np.asarray(picture) == colour).all(-1)
    rows = np.flatnonzero(filled.sum(1) > 0.5 * filled.sum(1).max())
    columns = np.flatnonzero(filled[rows].any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@pytest.mark.parametrize(("width", "height"), [(300, 200), (1280, 720), (4000, 3000)])
def test_a_label_is_a_readable_share_of_the_picture(width: int, height: int) -> None:
    image = np.zeros((height, width, 3), np.uint8)
    box = (width * 0.4, height * 0.5, width * 0.45, height * 0.53)
    x1, y1, x2, y2 = label_of(annotate(image, [plate(*box)], [True]))
    assert 14 <= y2 - y1 <= 0.06 * max(width, height) + 10
    assert x2 - x1 > 4 * (y2 - y1) * 0.8
    assert y2 <= box[1] + 2  # above the plate, not on it


@pytest.mark.parametrize(
    "box", [(0, 0, 60, 15), (250, 0, 300, 15), (250, 190, 300, 200), (0, 190, 40, 200), (0, 0, 300, 200)]
)
def test_a_label_stays_inside_the_picture(box: tuple[float, ...]) -> None:
    x1, y1, x2, y2 = label_of(annotate(np.zeros((200, 300, 3), np.uint8), [plate(*box)], [True]))
    assert x2 - x1 > 60
    assert y2 - y1 > 12
    assert x1 >= 0
    assert y1 >= 0
    assert x2 <= 300
    assert y2 <= 200


def test_a_label_shrinks_to_a_narrow_picture() -> None:
    picture = annotate(np.zeros((100, 60, 3), np.uint8), [plate(5, 50, 50, 60)], [True])
    x1, _, x2, _ = label_of(picture)
    assert x2 - x1 <= 60
    assert np.asarray(picture)[:, 58:].sum() < np.asarray(picture).sum()


def test_labels_of_neighbours_do_not_cover_each_other() -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    pair = [plate(100, 100, 160, 115), plate(110, 120, 170, 135)]
    picture = annotate(image, pair, [True, False])
    first, second = label_of(picture), label_of(picture, REJECTED)
    apart = first[2] <= second[0] or second[2] <= first[0] or first[3] <= second[1] or second[3] <= first[1]
    assert apart


def test_the_photograph_itself_is_not_drawn_on() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    annotate(image, [plate(10, 50, 60, 60)], [True])
    assert not image.any()


def test_a_crop_keeps_its_pixels_and_gets_a_strip_below() -> None:
    image = np.full((60, 300, 3), 50, np.uint8)
    picture = np.asarray(annotate_crop(image, plate(0, 0, 300, 60), True))
    assert (picture[:60] == 50).all()
    assert picture.shape[0] > 70
    assert (picture[-1] == ACCEPTED).all()
    assert annotate_crop(image[:10, :40], plate(0, 0, 40, 10), True).width == 240


def test_captions_never_round_up_to_certainty() -> None:
    assert caption(plate(0, 0, 1, 1, confidence=0.9999)) == "RK884AL 99%"
    assert caption(plate(0, 0, 1, 1, text="", confidence=0.5)) == "(no text) 50%"


@pytest.mark.parametrize(("sure", "ending"), [(0.51, "98% SK"), (0.5, "98%")])
def test_captions_name_the_country_where_it_is_likelier_than_not(sure: float, ending: str) -> None:
    known = {"confidence": 0.98, "region": "SK", "region_confidence": sure}
    assert caption(plate(0, 0, 1, 1).model_copy(update=known)) == f"RK884AL {ending}"


def test_a_text_beyond_ascii_is_drawn_on_every_machine() -> None:
    annotate(np.zeros((200, 300, 3), np.uint8), [plate(50, 50, 150, 80, text="京A12345")], [True])


def test_equal_names_do_not_overwrite_each_other(tmp_path: Path) -> None:
    inputs = [str(tmp_path / name) for name in ("x.jpg", "x.png", "x-2.jpg", "a/x.jpg", "a/b/x.jpg", "a/x.b.gif")]
    folder = tmp_path / "new" / "out"
    out = PictureFolder(folder, inputs, tmp_path)
    saved = [out.save(source, Image.new("RGB", (4, 4))).relative_to(folder) for source in inputs]
    wanted = ["x.jpg", "x-2.jpg", "x-2-2.jpg", "a/x.jpg", "a/b/x.jpg", "a/x.b.jpg"]
    assert list(map(str, saved)) == wanted
    assert all((folder / name).is_file() for name in wanted)


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    inputs = [str(tmp_path / "x.jpg"), str(tmp_path / "x-2.jpg")]
    saved = PictureFolder(tmp_path, inputs, tmp_path).save(inputs[0], Image.new("RGB", (4, 4)))
    assert saved.name == "x-3.jpg"
