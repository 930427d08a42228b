"""A picture and its labels are of one size, or the picture is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from src.core.image import ImageError
from src.core.limits import LEAST_SIDE
from src.data.annotations.manifest import Box, PlateLabel, Record
from src.evaluation.datasets.pictures import in_pixels, read_labelled

Photo = Callable[..., Path]


def read(photo: Photo, *boxes: Box) -> tuple[int, ...]:
    """The shape of a picture, 96 pixels wide and 64 high, with plates in ``boxes``."""
    return read_labelled(photo(), Record(image="", plates=tuple(PlateLabel(box=box) for box in boxes))).pixels.shape


def test_boxes_that_the_edge_cuts_are_taken(photo: Photo) -> None:
    assert read(photo, (30, 20, 60, 30), (86, 0, 106, 10), (-5, -4, 30, 16)) == (64, 96, 3)


@pytest.mark.parametrize("box", [(3000, 20, 3030, 30), (86, 0, 107, 10), (10, -40, 40, -20), (10, 64, 40, 70)])
def test_a_box_that_is_mostly_elsewhere_is_named(photo: Photo, box: Box) -> None:
    with pytest.raises(ImageError, match=rf"^plates\.1\.box: {box[0]}, .* is outside the picture of 96 x 64$"):
        read(photo, (30, 20, 60, 30), box)


def test_a_crop_has_no_boxes_to_check(photo: Photo) -> None:
    assert read_labelled(photo(), Record(image="", text="AB1")).pixels.shape == (64, 96, 3)


def test_a_picture_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file"):
        read_labelled(tmp_path / "gone.png", Record(image="gone.png", text="AB1"))


def test_a_huge_picture_is_reduced_as_it_is_for_reading_and_its_labels_with_it(tmp_path: Path) -> None:
    Image.new("RGB", (2 * LEAST_SIDE, 64)).save(tmp_path / "a.png")
    corners = ((100, 20), (160, 20), (160, 40), (100, 40))
    plate = PlateLabel(box=(100, 20, 160, 40), text="AB1", corners=corners)
    record = Record(image="a.png", plates=(plate,), ignore=((0, 0, 8, 6),))
    photograph = read_labelled(tmp_path / "a.png", record)
    assert photograph.pixels.shape == (32, LEAST_SIDE, 3)
    seen = in_pixels(record, photograph)
    assert seen.plates == (
        PlateLabel(box=(50, 10, 80, 20), text="AB1", corners=((50, 10), (80, 10), (80, 20), (50, 20))),
    )
    assert seen.ignore == ((0, 0, 4, 3),)


def test_labels_of_any_other_picture_stay_as_they_are(photo: Photo) -> None:
    record = Record(image="", plates=(PlateLabel(box=(30, 20, 60, 30)),))
    assert in_pixels(record, read_labelled(photo(), record)) is record
