"""What a command line's words stand for."""

import io
import os
from pathlib import Path

import pytest

from src.runtime.sources import Source, expand


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
    sources = expand(arguments, io.BytesIO(stdin))
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
        assert expand(["empty", "in/*.gif"], io.BytesIO()) == [
            Source("empty", "a folder without images"),
            Source("in/*.gif", "no image matches this pattern"),
        ]
