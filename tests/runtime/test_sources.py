"""What a command line's words stand for."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from src.core.image import FORMATS, SUFFIXES
from src.runtime.sources import Source, expand, left_out


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``in`` with pictures at several depths, other files and hidden ones; it is the current folder's."""
    for name in (
        "b.jpg",
        "a.PNG",
        "sub/c.jpeg",
        "sub/deep/d.webp",
        "notes.txt",
        ".hid/e.jpg",
        "sub/._c.jpeg",
    ):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def paths(*arguments: str, stdin: bytes = b"") -> list[str]:
    sources = expand(arguments, io.BytesIO(stdin)).pictures
    assert all(s.fault is None for s in sources)
    return [s.path for s in sources]


ALL = ["in/a.PNG", "in/b.jpg", "in/sub/c.jpeg", "in/sub/deep/d.webp"]


@pytest.mark.usefixtures("folder")
class TestExpand:
    def test_a_folder_is_searched_to_any_depth_sorted_without_hidden_files(self) -> None:
        assert paths("in") == ALL

    def test_a_file_is_taken_whatever_its_suffix_and_whether_it_is_there(self) -> None:
        assert paths("in/notes.txt", "gone.jpg") == ["in/notes.txt", "gone.jpg"]

    def test_patterns(self) -> None:
        assert paths("in/*.jpg") == ["in/b.jpg"]
        assert paths("in/**/*.[jw]*") == ["in/b.jpg", "in/sub/c.jpeg", "in/sub/deep/d.webp"]

    def test_a_pattern_that_matches_folders_searches_them(self) -> None:
        assert paths("in/s*") == ["in/sub/c.jpeg", "in/sub/deep/d.webp"]

    def test_a_file_whose_name_looks_like_a_pattern(self) -> None:
        Path("in/x[1].jpg").touch()
        assert paths("in/x[1].jpg") == ["in/x[1].jpg"]

    def test_each_picture_comes_once_in_the_order_given(self) -> None:
        assert paths("in/sub", "in") == [ALL[2], ALL[3], ALL[0], ALL[1]]

    def test_a_list_on_standard_input(self) -> None:
        assert paths("-", stdin=b"in/b.jpg\r\n\n gone .jpg\nin/sub") == ["in/b.jpg", " gone .jpg", *ALL[2:]]

    def test_bytes_that_are_no_utf8_survive(self) -> None:
        assert os.fsencode(paths("-", stdin=b"in/\xff.jpg")[0]) == b"in/\xff.jpg"

    def test_nothing_on_standard_input_is_nothing(self) -> None:
        assert paths("-") == []

    def test_what_names_no_picture_is_a_fault(self) -> None:
        assert expand(["empty", "in/*.gif"], io.BytesIO()).pictures == [
            Source("empty", "a folder without images"),
            Source("in/*.gif", "no image matches this pattern"),
        ]

    def test_what_a_folder_has_beside_pictures_is_told(self) -> None:
        assert expand(["in", "in/s*"], io.BytesIO()).others == ["in/notes.txt"]
        assert expand(["in", "in/notes.txt"], io.BytesIO()).others == []
        assert expand(["in/s*"], io.BytesIO()).others == []

    @pytest.mark.parametrize(
        ("arguments", "top"),
        [
            (["in"], "in"),
            (["in/sub/deep/d.webp"], "in/sub/deep"),
            (["in/a.PNG", "in/sub/c.jpeg"], "in"),
            (["in/sub", "in/b.jpg"], "in"),
            (["in/**/*.webp"], "in"),
            (["in/sub/*/*.webp", "in/sub/c.jpeg"], "in/sub"),
            (["*/b.jpg"], "."),
            (["in", "empty"], "in"),
            (["gone.jpg"], "."),
        ],
    )
    def test_the_folder_that_has_all_that_is_named(self, arguments: list[str], top: str) -> None:
        """It does not depend on what lies in the folders that are named."""
        assert expand(arguments, io.BytesIO()).top == Path(top).resolve()

    @pytest.mark.parametrize(
        ("url", "advice"),
        [
            ("https://example.org/car.jpg?size=[0]*", "a URL, only files are read: download it first"),
            ("HTTP://example.org/car.jpg", "curl -O"),
            ("s3://bucket/car.jpg", "download it first"),
            ("rtsp://camera/1", "`python -m src.watch` watches streams and videos"),
            ("file:///car.jpg", "give the path alone, without file://"),
        ],
    )
    def test_a_url_says_what_to_do(self, url: str, advice: str) -> None:
        (source,) = expand([url], io.BytesIO()).pictures
        assert source.path == url
        assert advice in (source.fault or "")

    def test_a_file_whose_path_looks_like_a_url(self) -> None:
        Path("s3:").mkdir()
        Path("s3:/b.jpg").touch()
        assert paths("s3://b.jpg") == ["s3://b.jpg"]


def test_files_that_are_no_pictures_are_counted_and_named_in_one_line() -> None:
    others = ["in/a.mp4", "in/b.MOV", "in/c.pdf", *(f"in/{number}.txt" for number in range(5))]
    assert left_out(others) == (
        "left out what is no picture: 2 videos (in/a.mp4, in/b.MOV), 1 PDF (in/c.pdf), "
        "5 other files (in/0.txt, in/1.txt, in/2.txt, ...)"
    )


def test_a_folder_gives_every_format_that_is_read_when_it_is_named() -> None:
    """All but .pfm, whose pixels are floating-point numbers."""
    known = {suffix for suffix, kind in Image.registered_extensions().items() if kind in {*FORMATS, "MPO"}}
    assert known - {".pfm"} <= SUFFIXES
