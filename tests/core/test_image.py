"""Every kind of file becomes upright RGB, or an error that says what is wrong with it."""

import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from scripts.fuzz_corpus import as_ycck
from src.core import image
from src.core.image import (
    ImageError,
    TooLargeError,
    UnknownFormatError,
    decode_photograph,
    read_image,
    read_photograph,
)

RED = (200, 10, 30)
NOISE = np.random.default_rng(0).integers(0, 256, (18, 24, 3), np.uint8)


def save(path: Path, mode: str, colour: object, size: tuple[int, int] = (6, 4), **options: object) -> Path:
    Image.new(mode, size, colour).save(path, **options)
    return path


def test_channels_are_red_green_blue(tmp_path: Path) -> None:
    pixels = read_image(save(tmp_path / "a.png", "RGB", RED))
    assert (pixels.shape, pixels.dtype) == ((4, 6, 3), np.uint8)
    assert (pixels == RED).all()


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    picture = Image.new("RGB", (6, 4))
    picture.paste(RED, (0, 0, 1, 1))  # the stored top left
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it
    picture.save(tmp_path / "a.png", exif=exif)
    pixels = read_image(tmp_path / "a.png")
    assert pixels.shape == (6, 4, 3)
    assert pixels[0, 3].tolist() == list(RED)


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
    pixels = read_image(save(tmp_path / "a.jpg", "CMYK", (0, 255, 255, 0), quality=95))
    assert abs(pixels.astype(int) - (255, 0, 0)).max() < 6


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


def png_that_says(path: Path, width: int, height: int) -> Path:
    """A PNG whose header promises so many pixels; it has a row of them."""
    data = bytearray(save(path, "RGB", RED, (6, 1)).read_bytes())
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    path.write_bytes(data)
    return path


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("width", "height"), [(10_001, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_the_size_is_refused_before_a_pixel_is_decoded(tmp_path: Path, width: int, height: int) -> None:
    with pytest.raises(ImageError, match="over 100 megapixels"):
        read_image(png_that_says(tmp_path / "a.png", width, height))


def test_a_file_larger_than_its_pixels_can_be_is_not_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "a.png", "RGB", RED)
    monkeypatch.setattr(image, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(ImageError, match="a file of over 0 megabytes"):
        read_image(path)


def test_ycck(tmp_path: Path) -> None:
    """Cb and Cr in the middle: grey, as bright as Y, less the black."""
    path = save(tmp_path / "a.jpg", "CMYK", (255 - 200, 255 - 128, 255 - 128, 0), quality=100)
    path.write_bytes(as_ycck(path.read_bytes()))
    grey = read_image(path).astype(int)
    assert np.ptp(grey[0, 0]) <= 4
    assert (read_image(save(tmp_path / "b.jpg", "CMYK", (55, 127, 127, 0), quality=100)) != grey).any()


def test_sixteen_bits_a_channel_in_colour(tmp_path: Path) -> None:
    """A PNG by hand, as Pillow writes none."""
    rows = b"".join(b"\0" + struct.pack(">3H", *(257 * value for value in RED)) * 6 for _ in range(4))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 6, 4, 16, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    made = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(made))
    assert (read_image(tmp_path / "a.png") == RED).all()


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "avif", "tif", "mpo"])
def test_of_an_animation_the_first_picture_is_taken(tmp_path: Path, suffix: str) -> None:
    later = [Image.new("RGB", (32, 16), (0, 0, 255))]
    path = save(tmp_path / f"a.{suffix}", "RGB", RED, (32, 16), save_all=True, append_images=later)
    assert np.abs(read_image(path).astype(int) - RED).max() < 12


@pytest.mark.parametrize("suffix", ["avif", "bmp", "jp2", "ppm", "webp"])
def test_other_formats(tmp_path: Path, suffix: str) -> None:
    assert np.abs(read_image(save(tmp_path / f"a.{suffix}", "RGB", RED, (32, 16))).astype(int) - RED).max() < 12


def test_progressive_jpeg(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", "RGB", RED, (32, 16), progressive=True)
    assert np.abs(read_image(path).astype(int) - RED).max() < 6


def test_formats_that_run_other_programs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="unsupported format"):
        read_image(save(tmp_path / "a.eps", "RGB", RED))


class TestHeif:
    def test_names_the_package_that_reads_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pillow_heif", None)  # not installed
        (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
        with pytest.raises(ImageError, match="HEIF, which needs the package pillow-heif"):
            read_image(tmp_path / "a.heic")

    def test_is_read_where_that_is_installed(self, tmp_path: Path) -> None:
        pytest.importorskip("pillow_heif").register_heif_opener()
        path = save(tmp_path / "a.heic", "RGB", RED, (64, 64))
        assert np.abs(read_image(path).astype(int) - RED).max() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_as_pillow_applies_it(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(NOISE).save(tmp_path / "a.png", exif=exif)
    wanted = ImageOps.exif_transpose(Image.open(tmp_path / "a.png"))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), np.asarray(wanted))


class TestReduced:
    """Huge photographs are decoded at a fraction of their size."""

    def test_as_far_as_the_longer_side_stays_long_enough(self, tmp_path: Path) -> None:
        path = save(tmp_path / "a.jpg", "RGB", RED, (800, 200))
        shapes = {least: read_photograph(path, least).pixels.shape[:2] for least in (401, 400, 200, 100, 50, 1)}
        assert shapes == {401: (200, 800), 400: (100, 400), 200: (50, 200), 100: (25, 100), 50: (25, 100), 1: (25, 100)}

    @pytest.mark.parametrize("suffix", ["jpg", "png"])
    @pytest.mark.parametrize("size", [(801, 203), (203, 801), (801, 1), (801, 3)])
    def test_keeps_the_size_of_the_file(self, tmp_path: Path, suffix: str, size: tuple[int, int]) -> None:
        photograph = read_photograph(save(tmp_path / f"a.{suffix}", "RGB", RED, size), 200)
        assert (photograph.width, photograph.height, photograph.factor) == (*size, 4)
        assert photograph.pixels.shape == (-(-size[1] // 4), -(-size[0] // 4), 3)
        assert np.abs(photograph.pixels.astype(int) - RED).max() < 6

    @pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
    def test_a_pixel_is_the_mean_of_those_it_stands_for(self, tmp_path: Path, suffix: str) -> None:
        smooth = np.asarray(Image.fromarray(NOISE).resize((640, 480), Image.Resampling.BICUBIC))
        Image.fromarray(smooth).save(tmp_path / f"a.{suffix}", quality=98)
        photograph = read_photograph(tmp_path / f"a.{suffix}", 320)
        mean = smooth.reshape(240, 2, 320, 2, 3).mean((1, 3))
        assert np.abs(photograph.pixels - mean).mean() < 3
        assert photograph.factor == 2

    def test_upright(self, tmp_path: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        photograph = read_photograph(save(tmp_path / "a.jpg", "RGB", RED, (801, 200), exif=exif), 400)
        assert (photograph.width, photograph.height, photograph.pixels.shape[:2]) == (200, 801, (401, 100))

    def test_in_bands_that_leave_no_seam(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Image.fromarray(NOISE).save(tmp_path / "a.png")
        whole = [read_photograph(tmp_path / "a.png", least).pixels for least in (99, 12, 6)]
        monkeypatch.setattr(image, "_BAND_PIXELS", 60)
        for least, pixels in zip((99, 12, 6), whole, strict=True):
            np.testing.assert_array_equal(read_photograph(tmp_path / "a.png", least).pixels, pixels)


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("MPO", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_bytes_are_a_photograph_too_and_say_what_they_are(tmp_path: Path, kind: str, media_type: str) -> None:
    path = tmp_path / "a.txt"
    more = {"save_all": True, "append_images": [Image.new("RGB", (6, 4))]} if kind == "MPO" else {}
    Image.new("RGB", (6, 4), RED).save(path, kind, **more)
    photograph = decode_photograph(path.read_bytes(), 6)
    assert photograph.media_type == media_type
    assert (photograph.pixels == read_photograph(path, 6).pixels).all()


def test_what_is_wrong_with_bytes_can_be_told_apart() -> None:
    file = io.BytesIO()
    Image.fromarray(NOISE).save(file, "PNG")
    for data, most, error in ((b"x", 999, UnknownFormatError), (file.getvalue(), 431, TooLargeError)):
        with pytest.raises(error):
            decode_photograph(data, 6, most)
    with pytest.raises(ImageError) as damaged:
        decode_photograph(file.getvalue()[:-40], 6)
    assert type(damaged.value) is ImageError
    assert decode_photograph(file.getvalue(), 6, 432).pixels.shape == (5, 6, 3)
