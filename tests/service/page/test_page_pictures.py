"""Photographs made small, plates made large."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from src.core.image import ImageError
from src.core.result import PlateRecord
from src.service.page.pictures import CROP_WIDTH, LONG_SIDE, crop, preview


def photograph(width: int = 400, height: int = 300) -> Image.Image:
    """Grey, with a plate of 120 x 30 at 100, 150 whose left half is red and whose right half is blue."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[150:180, 100:160] = (255, 0, 0)
    pixels[150:180, 160:220] = (0, 0, 255)
    return Image.fromarray(pixels)


def encoded(picture: Image.Image, orientation: int = 1) -> bytes:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    picture.save(file, "JPEG", quality=95, subsampling=0, exif=exif)
    return file.getvalue()


def decoded(url: str) -> Image.Image:
    head, _, data = url.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def plate(times: int = 1) -> PlateRecord:
    """The plate of a photograph that is so many times as large."""
    return PlateRecord(box=[side * times for side in (100, 150, 220, 180)], text="A1", confidence=1)


def assert_is_the_plate(shown: Image.Image) -> None:
    """Red on the left, blue on the right, grey around, in its proportions."""
    assert shown.width == CROP_WIDTH
    assert shown.height == pytest.approx(CROP_WIDTH / 4, abs=2)
    pixels = np.asarray(shown.convert("RGB"), int)
    middle = shown.height // 2
    assert abs(pixels[middle, shown.width // 3] - (255, 0, 0)).max() < 30
    assert abs(pixels[middle, 2 * shown.width // 3] - (0, 0, 255)).max() < 30
    assert abs(pixels[middle, 2] - (128, 128, 128)).max() < 30


def test_plates_are_cut_out_of_small_pictures_as_they_are() -> None:
    shown = preview(encoded(photograph()), 400, [plate()])
    assert decoded(shown.photo).size == (400, 300)
    assert_is_the_plate(decoded(shown.crops[0]))


@pytest.mark.parametrize("times", [4, 10])
def test_large_pictures_are_shown_smaller(times: int) -> None:
    """Ten times as large is decoded at a half, four times as large whole: both in pixels of the file."""
    large = photograph().resize((400 * times, 300 * times), Image.Resampling.NEAREST)
    shown = preview(encoded(large), 400 * times, [plate(times)])
    assert decoded(shown.photo).size == (LONG_SIDE, LONG_SIDE * 3 // 4)
    assert_is_the_plate(decoded(shown.crops[0]))


def test_the_orientation_of_the_file_is_applied() -> None:
    turned = photograph().transpose(Image.Transpose.ROTATE_90)
    shown = preview(encoded(turned, orientation=6), 400, [plate()])
    assert decoded(shown.photo).size == (400, 300)
    assert_is_the_plate(decoded(shown.crops[0]))


def test_a_tilted_plate_is_upright() -> None:
    tilted = photograph().rotate(-20, Image.Resampling.BICUBIC, center=(160, 165))
    turn = np.radians(20)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    corners = (plate().outline - (160, 165)) @ matrix + (160, 165)
    assert_is_the_plate(crop(tilted, corners))


def test_absurd_corners_give_a_crop_of_bounded_size() -> None:
    thin = np.array([[10, 10], [11, 10], [11, 290], [10, 290]], float)
    assert crop(photograph(), thin).size == (CROP_WIDTH, CROP_WIDTH)
    assert crop(photograph(), np.full((4, 2), 50.0)).size == (CROP_WIDTH, 1)


def test_what_is_no_picture() -> None:
    with pytest.raises(ImageError):
        preview(b"GIF89a", 10, [])
