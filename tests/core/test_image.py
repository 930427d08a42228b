"""Every kind of file becomes upright RGB, or an error that says what is wrong with it."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.image import ImageError, read_image

RED = (200, 10, 30)


def save(path: Path, mode: str, colour: object, size: tuple[int, int] = (6, 4), **options: object) -> Path:
    Image.new(mode, size, colour).save(path, **options)
    return path


def test_channels_are_red_green_blue(tmp_path: Path) -> None:
    image = read_image(save(tmp_path / "a.png", "RGB", RED))
    assert (image.shape, image.dtype) == ((4, 6, 3), np.uint8)
    assert (image == RED).all()


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    picture = Image.new("RGB", (6, 4))
    picture.paste(RED, (0, 0, 1, 1))  # the stored top left
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it
    picture.save(tmp_path / "a.png", exif=exif)
    image = read_image(tmp_path / "a.png")
    assert image.shape == (6, 4, 3)
    assert image[0, 3].tolist() == list(RED)


@pytest.mark.parametrize(
    ("mode", "colour", "seen"),
    [
        ("L", 77, (77, 77, 77)),
        ("1", 1, (255, 255, 255)),
        ("RGBA", (*RED, 255), RED),
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("LA", (0, 0), (255, 255, 255)),
        ("I;16", 257 * 77, (77, 77, 77)),
    ],
)
def test_grey_and_alpha(tmp_path: Path, mode: str, colour: object, seen: tuple[int, int, int]) -> None:
    assert (read_image(save(tmp_path / "a.png", mode, colour)) == seen).all()


def test_palette_with_a_transparent_entry(tmp_path: Path) -> None:
    picture = Image.new("P", (2, 1))
    picture.putpalette([*RED, 0, 0, 0])
    picture.putpixel((1, 0), 1)
    picture.save(tmp_path / "a.png", transparency=1)
    assert read_image(tmp_path / "a.png").tolist() == [[list(RED), [255, 255, 255]]]


def test_cmyk(tmp_path: Path) -> None:
    image = read_image(save(tmp_path / "a.jpg", "CMYK", (0, 255, 255, 0), quality=95))
    assert abs(image.astype(int) - (255, 0, 0)).max() < 6


def test_truncated_jpeg(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = tmp_path / "a.jpg"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ImageError, match="damaged image"):
        read_image(path)


def test_a_text_renamed_to_jpg(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no picture")
    with pytest.raises(ImageError, match="not an image"):
        read_image(tmp_path / "a.jpg")


def test_floating_point_pixels_are_refused_and_not_read_as_black(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="floating-point"):
        read_image(save(tmp_path / "a.tif", "F", 0.5))


def test_missing_file_folder_and_empty_file(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file"):
        read_image(tmp_path / "a.jpg")
    with pytest.raises(ImageError, match="a folder"):
        read_image(tmp_path)
    (tmp_path / "b.jpg").touch()
    with pytest.raises(ImageError, match="not an image"):
        read_image(tmp_path / "b.jpg")


def test_the_size_is_refused_before_a_pixel_is_decoded(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", "1", 0, size=(10_001, 10_000))
    path.write_bytes(path.read_bytes()[:200])  # no pixels are left to decode
    with pytest.raises(ImageError, match="10001 x 10000 pixels, over 100 megapixels"):
        read_image(path)


def test_a_bomb_that_pillow_refuses_itself(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="over 100 megapixels"):
        read_image(save(tmp_path / "a.png", "1", 0, size=(20_000, 20_000)))


def test_large_but_allowed_pictures_raise_no_warning(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", "1", 0, size=(9_800, 9_800))  # Pillow warns from 89 megapixels on
    path.write_bytes(path.read_bytes()[:-500])  # fails at once: the pixels do not matter here
    with warnings.catch_warnings(record=True) as raised, pytest.raises(ImageError, match="damaged"):
        read_image(path)
    assert raised == []
