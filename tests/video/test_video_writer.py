"""Written videos: whole or not at all, and every frame at its time."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from src.video.sources import open_source
from src.video.writer import VideoWriteError, VideoWriter
from tests.video.clips import number_of, numbered

TIMES = [0.0, 0.04, 0.5, 0.51, 2.0]


def test_frames_keep_their_times(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with VideoWriter(path, 160, 96, 25) as writer:
        for number, time in enumerate(TIMES):
            writer.write(numbered(number), time)
        assert not path.exists()
    assert list(tmp_path.iterdir()) == [path]
    with open_source(str(path)) as source:
        frames = list(source)
        assert source.duration == pytest.approx(2.04, abs=0.05)
    assert [frame.time for frame in frames] == pytest.approx(TIMES, abs=0.001)
    assert [number_of(frame.image) for frame in frames] == [0, 1, 2, 3, 4]
    assert np.abs(frames[2].image.astype(int) - numbered(2)).mean() < 10  # the colours too
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # it plays before it is loaded


def test_a_time_that_does_not_grow_loses_no_picture(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", 160, 96, 25) as writer:
        for number, time in enumerate([1.0, 1.0, 0.5, 2.0]):
            writer.write(numbered(number), time)
    with open_source(str(tmp_path / "a.mp4")) as source:
        frames = list(source)
    assert [number_of(frame.image) for frame in frames] == [0, 1, 2, 3]
    assert frames[-1].time == pytest.approx(1.0, abs=0.001)


def test_odd_and_other_sizes_become_the_even_size(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", 161, 97, 25) as writer:
        writer.write(numbered(3, 161, 97), 0)
        writer.write(numbered(5, 320, 240), 1)
    with open_source(str(tmp_path / "a.mp4")) as source:
        frames = list(source)
    assert [(frame.width, frame.height) for frame in frames] == [(162, 98), (162, 98)]
    assert [number_of(frame.image) for frame in frames] == [3, 5]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_run_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    with pytest.raises(error), VideoWriter(path, 160, 96, 25) as writer:  # noqa: PT012
        writer.write(numbered(0), 0)
        raise error
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("name", "fault"),
    [("a.avi", "a video is written as .mp4 only"), ("missing/a.mp4", "No such file"), ("folder.mp4", "Is a directory")],
)
def test_what_cannot_be_written_is_one_line(tmp_path: Path, name: str, fault: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(VideoWriteError) as failed:
        VideoWriter(tmp_path / name, 160, 96, 25)
    assert str(failed.value).startswith(f"{tmp_path / name}: ")
    assert fault in str(failed.value)
    assert str(failed.value).isprintable()
    assert [path.name for path in tmp_path.iterdir()] == ["folder.mp4"]


def test_a_video_without_pictures_is_none(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "a.mp4", 160, 96, 25)
    with pytest.raises(VideoWriteError, match="no pictures"):
        writer.close()
    writer.close()
    assert list(tmp_path.iterdir()) == []


@contextmanager
def little_room() -> Iterator[None]:
    """Files may have 20,000 bytes at most; pytest's own output may be a longer file, so this ends inside the test."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (20, 480, 640, 3), np.uint8)
    with pytest.raises(VideoWriteError, match=r"a\.mp4: cannot be written \(File too large\)"):  # noqa: PT012, SIM117
        with little_room(), VideoWriter(tmp_path / "a.mp4", 640, 480, 25) as writer:
            for number, image in enumerate(noise):
                writer.write(image, number / 25)
    assert list(tmp_path.iterdir()) == []
