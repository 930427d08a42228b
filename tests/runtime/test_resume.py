"""Results on disk: whole lines whatever happens, and each image once."""

import errno
import json
import os
from pathlib import Path

import pytest

from src.core.result import ErrorRecord, ImageRecord, StageTimes
from src.runtime.resume import Earlier, ResumableFile, ResumeError, begin, resume


def line(image: str, fault: str = "") -> bytes:
    times = StageTimes.of(None, None, 1, 1)
    read = ImageRecord(image=image, width=64, height=48, plates=(), ms=times)
    record = ErrorRecord.of(image, "unreadable", fault) if fault else read
    return record.to_json().encode("utf-8", "backslashreplace") + b"\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.jsonl"


class TestFile:
    def test_flush_adds_what_was_written(self, path: Path) -> None:
        path.write_bytes(b"before\n")
        with ResumableFile(path) as file:
            print("a", "\udcff", "京", file=file)
            assert path.read_bytes() == b"before\n"
            file.flush()
            assert path.read_bytes() == b"before\na \\udcff " + "京\n".encode()
            print("b", file=file, flush=True)
        assert path.read_bytes().endswith("京\nb\n".encode())

    def test_a_part_that_went_through_is_cut_off_where_the_rest_does_not(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with ResumableFile(path) as file:
            print("whole", file=file, flush=True)
            monkeypatch.setattr(file, "_file", NearlyFull(file._file, room=3))
            print("does not fit", file=file)
            with pytest.raises(OSError, match="No space left"):
                file.flush()
            assert path.read_bytes() == b"whole\n"
            file.flush()  # as the end of a program does: nothing is left to write
        assert path.read_bytes() == b"whole\n"

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
    def test_a_full_device(self) -> None:
        with ResumableFile(Path("/dev/full")) as file, pytest.raises(OSError, match="No space left"):
            print("a", file=file, flush=True)


class NearlyFull:
    """A file on a disk that takes ``room`` more bytes."""

    def __init__(self, file: "object", room: int) -> None:
        self._file, self._room = file, room

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, data: memoryview) -> int:
        if not self._room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken, self._room = min(self._room, len(data)), self._room - min(self._room, len(data))
        return self._file.write(data[:taken])


class TestResume:
    def test_knows_the_images_that_are_done(self, path: Path) -> None:
        path.write_bytes(line("a.jpg") + line("b\n.jpg") + line("\udcff.jpg"))
        assert resume(path) == Earlier(frozenset({"a.jpg", "b\n.jpg", "\udcff.jpg"}), failed=False)

    def test_goes_on_with_results_that_say_less_than_those_of_today(self, path: Path) -> None:
        plate = {"box": [1, 2, 3, 4], "corners": None, "detection_confidence": 0.5, "text": "A1", "confidence": 0.5}
        old = {
            "image": "a.jpg",
            "width": 64,
            "height": 48,
            "plates": [plate],
            "ms": StageTimes.of(1, 1, 1, 3).model_dump(),
        }
        path.write_text(json.dumps(old) + "\n")
        assert resume(path).images == {"a.jpg"}

    def test_knows_that_some_failed(self, path: Path) -> None:
        path.write_bytes(line("a.jpg", fault="damaged image") + line("b.jpg"))
        assert resume(path) == Earlier(frozenset({"a.jpg", "b.jpg"}), failed=True)

    @pytest.mark.parametrize("kept", range(1, len(line("b.jpg"))))
    def test_cuts_off_half_a_line_wherever_it_was_cut(self, path: Path, kept: int) -> None:
        path.write_bytes(line("a.jpg") + line("b.jpg")[:kept])
        assert resume(path).images == {"a.jpg"}
        assert path.read_bytes() == line("a.jpg")

    def test_half_a_character_is_cut_off_too(self, path: Path) -> None:
        path.write_bytes(line("a.jpg") + '{"image": "京'.encode()[:-1])
        assert resume(path).images == {"a.jpg"}

    def test_no_file_and_an_empty_one_are_a_beginning(self, path: Path) -> None:
        assert resume(path) == Earlier()
        path.touch()
        assert resume(path) == Earlier()

    @pytest.mark.parametrize(
        "other",
        [
            b"image,plate\n",
            b"[1]\n",
            b'{"image": 3}\n',
            b'{"picture": "a"}\n',
            b"\xff\n",
            b'{"image": "a", "plates": []}\n',
        ],
    )
    def test_any_other_file_stays_as_it_is(self, path: Path, other: bytes) -> None:
        path.write_bytes(line("a.jpg") + other + b"half")
        with pytest.raises(ResumeError, match=r"results\.jsonl: line 2 is no result"):
            resume(path)
        assert path.read_bytes() == line("a.jpg") + other + b"half"


def test_without_it_a_file_with_results_is_not_touched(path: Path) -> None:
    assert begin(path, True) == Earlier()
    path.touch()
    assert begin(path, True) == Earlier()
    path.write_bytes(line("a.jpg"))
    with pytest.raises(ResumeError, match="exists already; --resume"):
        begin(path, True)
    assert path.read_bytes() == line("a.jpg")
