from pathlib import Path

import pytest

from src.core.types import Image
from src.evaluation.latency.schema import BenchmarkError
from src.evaluation.latency.video import PEER_FRAMES, time_video
from src.evaluation.report.latency import _videos
from src.runtime.reader import ImageResult, Reader, Timings

CLIP = Path("data/samples/passing.mp4")


class Peer:
    """Reads nothing, and says how long it took."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def read(self, image: Image) -> ImageResult:
        self.shapes.append(image.shape)
        return ImageResult(image.shape[1], image.shape[0], (), Timings(None, None, 40.0, 40.0))


def test_a_clip_is_watched_at_1280_x_720_beside_a_peer_on_single_frames() -> None:
    peer = Peer()
    row = time_video(CLIP, Reader("exports", threads=1), 1, 1, peer)
    assert (row.frames, row.seconds) == (175, pytest.approx(7.0, abs=0.05))
    assert 60 < row.searched < 90
    assert row.per_frame.n == 1
    assert row.times_real_time == pytest.approx(row.seconds * 1e3 / row.frames / row.per_frame.median)
    assert set(peer.shapes) == {(720, 1280, 3)}
    assert len(peer.shapes) == PEER_FRAMES + 1  # the first run does not count
    assert row.ratio == pytest.approx(row.per_frame.median / 40)
    table = _videos([row], "fast-alpr")
    assert [len(cells) for cells in table.rows] == [len(table.header)]


def test_a_clip_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"none\.mp4: no such file"):
        time_video(tmp_path / "none.mp4", Reader("exports", threads=1), 1, 1)
