"""JPEGs whose end is missing: read where nearly all of the picture is there, refused where it is not."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile

from src.core import cut_jpeg
from src.core.cut_jpeg import is_cut_jpeg
from src.core.image import ImageError, Photograph, decode_photograph

SAMPLE = Path("data/samples/00-ru.jpg")
END = 2
"""Bytes of the marker that ends a JPEG."""


def jpeg(size: tuple[int, int] = (320, 480), mode: str = "RGB", **options: Any) -> bytes:
    """A photograph of ``size``."""
    file = io.BytesIO()
    Image.open(SAMPLE).resize(size).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


def without(data: bytes, share: float) -> bytes:
    """``data`` less the last ``share`` of its bytes."""
    return data[: round(len(data) * (1 - share))]


def rows_alike(ours: Photograph, whole: Photograph) -> float:
    """The share of rows, from the top, that two pictures have in common."""
    same = (ours.pixels == whole.pixels).all((1, 2))
    return float(same.cumprod().mean())


@pytest.mark.parametrize("size", [(320, 480), (60, 20)])
@pytest.mark.parametrize("missing", [1, END])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"mode": "L"}, {"mode": "CMYK"}, {"subsampling": 0}])
def test_one_that_lacks_nothing_but_the_last_marker(
    size: tuple[int, int], missing: int, options: dict[str, Any]
) -> None:
    data = jpeg(size, **options)
    photograph, whole = decode_photograph(data[:-missing]), decode_photograph(data)
    assert (photograph.truncated, whole.truncated) == (True, False)
    np.testing.assert_array_equal(photograph.pixels, whole.pixels)
    assert photograph.media_type == "image/jpeg"


@pytest.mark.parametrize(
    "options", [{}, {"restart_marker_rows": 1}, {"mode": "L"}, {"mode": "CMYK"}, {"subsampling": 0}, {"quality": 30}]
)
def test_of_one_scan_whatever_is_read_has_nearly_all_of_its_rows(options: dict[str, Any]) -> None:
    data = jpeg(**options)
    whole, read = decode_photograph(data), []
    for share in np.linspace(0.001, 0.12, 25):
        try:
            photograph = decode_photograph(without(data, share))
        except ImageError as error:
            assert "damaged image (its end is missing, " in str(error)  # noqa: PT017
        else:
            assert photograph.truncated
            assert rows_alike(photograph, whole) >= cut_jpeg.LEAST_ROWS
            read.append(share)
    assert 0.01 <= max(read) < 0.1


def test_what_is_missing_below_is_grey() -> None:
    assert (decode_photograph(without(jpeg(), 0.01)).pixels[-1, -1] == 128).all()


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_one_that_lacks_more_says_how_much_is_there(share: float) -> None:
    with pytest.raises(ImageError, match=r"its end is missing, \d\d? % of its rows are there"):
        decode_photograph(without(jpeg(), share))


def test_a_black_picture_has_rows_too() -> None:
    """They look like memory in which nothing has been written."""
    file = io.BytesIO()
    Image.new("RGB", (640, 640)).save(file, "JPEG")
    photograph = decode_photograph(without(file.getvalue(), 0.02))
    assert photograph.truncated
    assert not photograph.pixels[:600].any()


def test_a_huge_one_is_reduced_as_if_it_were_whole() -> None:
    data = jpeg((640, 960))
    cut, whole = (decode_photograph(some, least_side=480) for some in (without(data, 0.01), data))
    assert (cut.factor, cut.width, cut.height) == (2, 640, 960)
    assert cut.pixels.shape == whole.pixels.shape == (480, 320, 3)
    assert rows_alike(cut, whole) >= cut_jpeg.LEAST_ROWS


def test_the_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photograph = decode_photograph(without(jpeg(exif=exif), 0.01))
    assert (photograph.width, photograph.height) == (480, 320)


def scan_ends(data: bytes) -> list[int]:
    """Where the marker behind each scan begins."""
    return [scan.end for scan in cut_jpeg._parse(data).scans if scan.end is not None]


class TestProgressive:
    """Ten scans: the first five send every coefficient once, the others add the bits that are left."""

    DATA = jpeg(progressive=True)

    @pytest.mark.parametrize("scan", [5, 7, 9])
    def test_what_was_sent_once_is_read(self, scan: int) -> None:
        whole = decode_photograph(self.DATA).pixels.astype(int)
        photograph = decode_photograph(self.DATA[: scan_ends(self.DATA)[scan] - 3])
        assert photograph.truncated
        assert np.abs(photograph.pixels - whole).mean() < 6

    def test_where_it_ends_in_the_header_of_a_scan(self) -> None:
        end = scan_ends(self.DATA)[6]
        assert decode_photograph(self.DATA[: end + 5]).truncated

    @pytest.mark.parametrize("scan", [0, 1, 3, 4])
    def test_what_was_not_is_refused(self, scan: int) -> None:
        with pytest.raises(ImageError, match=f"its end is missing, the {scan} whole scans do not cover it"):
            decode_photograph(self.DATA[: scan_ends(self.DATA)[scan] - 3])


@pytest.mark.parametrize("length", [1, 2, 3, 20, 100, 300, 600])
def test_one_that_ends_before_its_picture_is_no_picture(length: int) -> None:
    data = jpeg()[:length]
    assert not is_cut_jpeg(data)
    with pytest.raises(ImageError, match=r"not an image|damaged image"):
        decode_photograph(data)


def test_other_formats_are_refused_as_before(tmp_path: Path) -> None:
    Image.open(SAMPLE).resize((320, 480)).save(tmp_path / "a.png")
    with pytest.raises(ImageError, match="damaged image"):
        decode_photograph(without((tmp_path / "a.png").read_bytes(), 0.01))
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_a_file_that_ends_as_it_should_is_not_cut() -> None:
    data = jpeg(restart_marker_rows=1)
    assert not is_cut_jpeg(data)
    assert not is_cut_jpeg(data + b"more")
    assert is_cut_jpeg(data[:-END])
