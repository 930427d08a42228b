"""A real RTSP server that plays, dies, comes back, hangs and talks nonsense."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from src.video.frame import Frame
from src.video.live import LiveSource
from src.video.sources import SourceError, open_camera, open_source
from tests.video.cable import cable
from tests.video.clips import number_of, write_access_units
from tests.video.rtsp_server import MISSING, RtspCamera, rtsp_camera
from tests.video.waiting import IMPATIENT, reconnected, until

pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
COUNT = 200
"""Pictures of the clip: eight seconds."""
VISIBLE = replace(IMPATIENT, first_pause=1.0, longest_pause=1.0)
"""An error can be seen for half a second at least before the next connection."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The names of the pieces of a clip."""
    return write_access_units(tmp_path_factory.mktemp("clip") / "units", COUNT)


@pytest.fixture
def camera(clip: str) -> Iterator[RtspCamera]:
    """A camera that plays the clip again and again."""
    with rtsp_camera(clip) as running:
        yield running


def steps(frames: list[Frame]) -> list[int]:
    """By how many pictures each frame follows the one before it, as the clip shows and as the frames say."""
    shown = np.diff([number_of(frame.image) for frame in frames]) % COUNT
    counted = np.diff([frame.number for frame in frames])
    assert (shown == counted).all(), "pictures are lost, or shown twice"
    return list(counted)


def of_one_connection(source: LiveSource, count: int) -> list[Frame]:
    """The next frames that come by one connection.

    A camera on a busy machine may say nothing for seconds after its first picture, which then comes once more by the
    next connection.
    """
    for _ in range(10):
        next(source)  # it may have come by the connection before
        reconnects = source.state().reconnects
        frames = [next(source) for _ in range(count)]
        if source.state().reconnects == reconnects:
            return frames
    raise AssertionError(f"no connection lasts for {count} pictures")


def test_a_clip_is_played(camera: RtspCamera) -> None:
    with open_source(camera.address) as source:
        frames = of_one_connection(source, 60)
        assert source.broken == 0
    steps(frames)
    times = np.array([frame.time for frame in frames])
    assert (np.diff(times) >= 0).all()
    assert times[-1] > 1


def test_a_camera_without_power_comes_back(camera: RtspCamera, clip: str) -> None:
    with open_camera(camera.address, VISIBLE) as source:
        before = of_one_connection(source, 20)
        camera.kill()
        until(lambda: not source.state().online and source.state().error, "it is noticed")
        until(lambda: source.state().error == "refuses the connection", "it tries again")
        camera.start(clip)
        until(lambda: reconnected(source), "it is connected again")
        after = of_one_connection(source, 20)
        assert source.state().error is None
        assert source.broken <= 1  # the power cut may come in the middle of a picture
    steps(before)
    steps(after)
    assert after[0].time > before[-1].time
    assert all(frame.wall is not None for frame in after)


def test_a_camera_that_hangs_comes_back(camera: RtspCamera) -> None:
    with open_camera(camera.address, VISIBLE) as source:
        first = next(source)
        camera.freeze()
        until(lambda: source.state().error == "did not answer for 2 s", "it is noticed")
        camera.thaw()
        until(lambda: reconnected(source), "it is connected again")
        frames = of_one_connection(source, 20)
    steps(frames)
    assert frames[-1].time - first.time > 2


def test_nonsense_is_survived(camera: RtspCamera) -> None:
    with cable(camera.port) as plugged, open_camera(plugged.address, VISIBLE) as source:
        before = of_one_connection(source, 10)
        plugged.disturbed.set()
        until(lambda: not source.state().online or source.broken, "it is noticed")
        until(lambda: not source.state().online, "the connection is given up")
        plugged.disturbed.clear()
        assert plugged.noise > 0
        until(lambda: reconnected(source), "it is connected again")
        after = of_one_connection(source, 20)
        assert source.state().error is None
    steps(before)
    steps(after)


def test_a_camera_may_change_its_size(camera: RtspCamera, tmp_path: Path) -> None:
    larger = write_access_units(tmp_path / "larger", 50, 320, 192)
    with open_camera(camera.address, IMPATIENT) as source:
        assert next(source).width == 160
        camera.kill()
        camera.start(larger)
        until(lambda: reconnected(source), "it is connected again")
        next(source)
        frame = next(source)
        assert (frame.width, frame.image.shape) == (320, (192, 320, 3))


def test_a_path_that_is_not_there_is_one_line(camera: RtspCamera) -> None:
    wrong = camera.address.replace("rtsp://", "rtsp://gate:geheim@").replace("/gate", "/door")
    with pytest.raises(SourceError) as failed:
        open_source(wrong)
    assert str(failed.value) == f"{wrong.replace('geheim', '***')}: has nothing at this path"
