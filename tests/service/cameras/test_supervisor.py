"""Processes of cameras are started, looked after, started anew and ended, whatever they do."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from src.service.api.responses import CameraState
from src.service.cameras import supervisor as module
from src.service.cameras.supervisor import NEVER, Supervisor
from src.service.settings import Settings
from src.service.store import Camera
from tests.service.fake_camera import COMMAND, PICTURE, source
from tests.service.processes import wait_for

ID = "a" * 32


def camera(does: str | None, camera_id: str = ID, **said: object) -> Camera:
    """A camera whose process does that."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = Camera(
        id=camera_id,
        name="gate",
        source=None if does is None else source(does),
        zone=[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]],
        min_width=0.0,
        countries=[],
        place=None,
        gate=None,
        direction=None,
        merge_s=0.0,
        enabled=True,
        created=now,
        updated=now,
    )
    return replace(made, **said)  # type: ignore[arg-type]


class Watched:
    """A supervisor, and the cameras that it is to watch."""

    def __init__(self, root: Path, command: tuple[str, ...] = COMMAND) -> None:
        self.root, self.cameras = root, list[Camera]()
        self.supervisor = Supervisor(root, Settings(data_dir=root), command)
        self.ahead = 0.0

    def state(self, camera_id: str = ID) -> CameraState:
        """How a camera is after one more look."""
        self.supervisor.tick(self.cameras, monotonic() + self.ahead)
        return self.supervisor.state(camera_id)

    def until(self, what: str, camera_id: str = ID, **wanted: object) -> CameraState:
        """Looks until the state of a camera is so."""

        def is_so() -> bool:
            state = self.state(camera_id)
            return all(getattr(state, field) == value for field, value in wanted.items())

        wait_for(is_so, f"{what}: {self.state(camera_id)}")
        return self.state(camera_id)

    def processes(self, camera_id: str = ID) -> list[int]:
        """All processes that a camera ever had."""
        paths = sorted((self.root / camera_id).glob("*.pid"), key=lambda path: path.stat().st_mtime_ns)
        return [int(text) for path in paths if (text := path.read_text())]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.supervisor.stop()


def is_alive(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def test_a_camera_is_watched_and_shows_its_picture(watched: Watched) -> None:
    assert watched.supervisor.state(ID) == NEVER
    watched.cameras = [camera("steady")]
    state = watched.until("it is online", online=True)
    assert (state.frames_per_second, state.last_error, state.restarts) == (25.0, None, 0)
    assert state.since is not None
    assert (watched.root / ID / "picture.jpg").read_bytes() == PICTURE


@pytest.mark.parametrize("unwatched", [[], [camera("steady", enabled=False)], [camera(None)]])
def test_a_camera_that_is_to_be_watched_no_more_is_not(watched: Watched, unwatched: list[Camera]) -> None:
    watched.cameras = [camera("steady")]
    watched.until("it is online", online=True)
    watched.cameras = unwatched
    assert watched.state() == NEVER
    wait_for(lambda: watched.state() == NEVER and not watched.supervisor.has(ID), "it is forgotten")
    (process,) = watched.processes()
    assert not is_alive(process)
    assert not (watched.root / ID / "picture.jpg").exists()
    assert not (watched.root / ID / "state.json").exists()


def test_a_changed_camera_gets_a_new_process_and_a_renamed_one_keeps_its_own(watched: Watched) -> None:
    watched.cameras = [camera("steady")]
    watched.until("it is online", online=True)
    watched.cameras = [camera("steady", name="yard", place="south")]
    watched.state()
    assert len(watched.processes()) == 1
    watched.cameras = [camera("steady", zone=None)]
    wait_for(lambda: watched.state().online and len(watched.processes()) == 2, "another process")
    earlier, later = watched.processes()
    assert (is_alive(earlier), is_alive(later)) == (False, True)
    assert watched.state().restarts == 0


def test_a_process_that_dies_is_started_again_after_growing_pauses(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 1000.0)
    monkeypatch.setattr(module, "LONGEST_PAUSE_S", 1500.0)
    watched.cameras = [camera("dead")]
    state = watched.until("it has died", restarts=1)
    assert (state.online, state.last_error) == (False, "its process ended (status 3)")
    for restarts, pause in ((2, 1000), (3, 1500), (4, 1500)):
        watched.ahead += pause - 100
        watched.state()
        assert len(watched.processes()) == restarts - 1
        watched.ahead += 100
        watched.until("it has died again", restarts=restarts)


def test_the_process_says_why_it_cannot_watch(watched: Watched) -> None:
    watched.cameras = [camera("lost")]
    assert watched.until("it is lost", restarts=1).last_error == "the camera is lost"
    watched.cameras = [camera("steady")]
    assert watched.until("it is found", online=True).last_error is None


def test_a_killed_process_is_started_again(watched: Watched) -> None:
    watched.cameras = [camera("steady")]
    watched.until("it is online", online=True)
    os.kill(watched.processes()[0], 9)
    state = watched.until("it is noticed", restarts=1)
    assert (state.online, state.last_error) == (False, "its process ended (signal 9)")
    watched.until("it is online again", online=True)
    assert len(watched.processes()) == 2


@pytest.mark.parametrize(("does", "seconds"), [("silent", 120), ("stuck", 30)])
def test_a_silent_process_is_killed(watched: Watched, does: str, seconds: int) -> None:
    watched.cameras = [camera(does)]
    if does == "silent":
        wait_for(lambda: watched.state() is not None and watched.processes() != [], "it is started")
    else:
        watched.until("it is online", online=True)
    watched.ahead = seconds / 2
    watched.state()
    (process,) = watched.processes()
    assert is_alive(process)
    watched.ahead = seconds + 1
    state = watched.until("it is killed", restarts=1)
    assert state.last_error == f"its process gave no sign of life for {seconds} seconds"
    assert not is_alive(process)


def test_a_deaf_process_is_killed_when_it_is_to_end(watched: Watched) -> None:
    watched.cameras = [camera("deaf")]
    watched.until("it is online", online=True)
    (process,) = watched.processes()
    watched.cameras = []
    watched.state()
    assert watched.supervisor.has(ID)
    assert is_alive(process)
    watched.ahead = module.END_S + 1
    wait_for(lambda: watched.state() == NEVER and not watched.supervisor.has(ID), "it is gone")
    assert not is_alive(process)


def test_the_end_of_a_file_is_no_failure(watched: Watched) -> None:
    watched.cameras = [camera("over")]
    state = watched.until("it is over", last_error="its source has come to its end")
    watched.ahead = 1e6
    watched.state()
    assert (state.restarts, len(watched.processes())) == (0, 1)
    watched.cameras = [camera("steady")]
    watched.until("another source is watched", online=True)


def test_a_camera_whose_process_cannot_be_started_does_not_stop_the_others(watched: Watched) -> None:
    (watched.root / ("0" * 32)).write_text("a file where the folder should be")
    watched.cameras = [camera("steady", "0" * 32), camera("steady", "f" * 32)]
    watched.until("the other one is online", "f" * 32, online=True)
    assert "cannot be started" in str(watched.state("0" * 32).last_error)


def test_what_an_earlier_run_said_is_not_believed(watched: Watched) -> None:
    watched.cameras = [camera("steady")]
    watched.until("it is online", online=True)
    (watched.root / ID / "state.json").write_text('{"run": "of yesterday", "online": false}')
    assert watched.state().online


def test_all_end_together(watched: Watched) -> None:
    watched.cameras = [camera("steady", digit * 32) for digit in "abc"]
    for each in watched.cameras:
        watched.until("it is online", each.id, online=True)
    processes = [process for each in watched.cameras for process in watched.processes(each.id)]
    watched.supervisor.stop()
    assert [is_alive(process) for process in processes] == [False] * 3
    assert watched.supervisor.state("a" * 32) == NEVER


def test_passwords_are_in_no_list_of_processes(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBER_PLATE_DATABASE_URL", "postgresql://u:hidden@host/db")
    watched.cameras = [camera("steady")]
    watched.until("it is online", online=True)
    (process,) = watched.processes()
    seen = b"".join((Path("/proc") / str(process) / file).read_bytes() for file in ("cmdline", "environ"))
    assert b"fake_camera" in seen
    assert b"secret" not in seen
    assert b"hidden" not in seen
    assert "secret" not in repr(watched.cameras)
