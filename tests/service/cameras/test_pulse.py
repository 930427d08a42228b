"""The signs of life of a camera's process: they come while its work gets on, and no frame is touched by them."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from src.service.cameras import pulse as module
from src.service.cameras.folder import CameraFolder
from src.service.cameras.pulse import Pulse
from src.video.source import LiveState
from tests.service.processes import wait_for

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class FakeFrame:
    """A frame that notes which threads have asked for its pixels."""

    width, height, wall = 1280, 720, NOON

    def __init__(self) -> None:
        self.threads: list[int] = []

    @property
    def image(self) -> Any:
        self.threads.append(threading.get_ident())
        return np.zeros((720, 1280, 3), np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> CameraFolder:
    made = CameraFolder(tmp_path / "camera")
    made.make()
    return made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs of life come faster than they do."""
    monkeypatch.setattr(module, "EVERY_S", 0.01)


def beats(folder: CameraFolder) -> int:
    """The mark of the last sign of life."""
    heard = folder.heartbeat()
    return 0 if heard is None else heard[0]


def beats_on(folder: CameraFolder) -> None:
    """Waits for another sign of life."""
    mark = beats(folder)
    wait_for(lambda: beats(folder) != mark, "another sign of life")


def test_a_frame_is_for_the_thread_that_works_on_it(folder: CameraFolder) -> None:
    frame = FakeFrame()
    with Pulse(folder, "run") as pulse:
        pulse.seen(frame)  # type: ignore[arg-type]
        wait_for(lambda: folder.picture() is not None, "its picture")
        beats_on(folder)
    assert frame.threads == [threading.get_ident()]
    heard = folder.heartbeat()
    assert heard is not None
    assert heard[1].last_picture == NOON


def test_the_first_sign_comes_at_once_and_the_last_one_at_the_end(folder: CameraFolder) -> None:
    pulse = Pulse(folder, "run")
    with pulse:
        assert beats(folder) != 0
        pulse.seen(FakeFrame())  # type: ignore[arg-type]
        pulse.fault = "it is broken"
    heard = folder.heartbeat()
    assert heard is not None
    assert (heard[1].online, heard[1].error) == (False, "it is broken")


def test_a_stuck_process_gives_none_until_it_gets_on(folder: CameraFolder) -> None:
    with Pulse(folder, "run") as pulse:
        beats_on(folder)
        pulse.expect(-1)
        never = threading.Event()
        never.wait(0.1)  # one that was being given
        mark = beats(folder)
        never.wait(0.2)
        assert beats(folder) == mark
        pulse.expect(100)
        beats_on(folder)


@pytest.mark.parametrize("online", [False, True])
def test_who_waits_for_the_camera_is_not_stuck(folder: CameraFolder, online: bool) -> None:
    with Pulse(folder, "run") as pulse:
        pulse.live = lambda: LiveState(online, 25.0, 0.5, 3, None if online else "no answer")
        beats_on(folder)
        pulse.expect(-1)
        never = threading.Event()
        never.wait(0.1)
        mark = beats(folder)
        never.wait(0.2)
        assert (beats(folder) == mark) == online
        heard = folder.heartbeat()
    assert heard is not None
    said = heard[1]
    assert (said.online, said.frames_per_second, said.behind, said.reconnects) == (online, 25.0, 0.5, 3)
    assert said.error == (None if online else "no answer")
