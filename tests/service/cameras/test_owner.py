"""The service owns its cameras: nothing that is told is lost, whoever is killed, and one process owns them all."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from src.service import store
from src.service.cameras import owner as module
from src.service.cameras import supervisor
from src.service.cameras.folder import CameraFolder
from src.service.cameras.owner import Cameras
from src.service.cameras.supervisor import COMMAND as REAL
from src.service.database import Database, open_database
from src.service.query import SightingQuery
from src.service.settings import Settings
from src.service.store import SERVICE, Actor, Camera, Pictures
from tests.service.fake_camera import COMMAND, source
from tests.service.processes import PATIENCE_S, ended, wait_for

FILM = Path("data/samples/passing.mp4")


@contextmanager
def watching(
    settings: Settings, database: Database, pictures: Pictures | None, command: tuple[str, ...] = COMMAND
) -> Iterator[Cameras]:
    """The cameras of a service that runs within the block."""
    cameras = Cameras(settings, database, pictures, command=command)
    cameras.start()
    try:
        yield cameras
    finally:
        cameras.stop()


def made(database: Database, word: str, name: str = "gate") -> Camera:
    return store.create_camera(database, {"name": name, "source": word}, SERVICE)


def texts(database: Database) -> list[str]:
    return sorted(found.text for found in store.search(database, SightingQuery()).items)


def processes(data: Path, camera: Camera) -> list[int]:
    """The processes of a camera, the newest last."""
    paths = sorted((data / "cameras" / camera.id).glob("*.pid"), key=lambda path: path.stat().st_mtime_ns)
    return [int(text) for path in paths if (text := path.read_text())]


def is_alive(process: int) -> bool:
    """Whether it runs; a zombie, which its parent has not looked after yet, does not."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_a_film_becomes_sightings_with_pictures(
    database: Database, pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "SILENT_S", PATIENCE_S)  # on a machine that is busy with other things
    settings = Settings(data_dir=tmp_path, models=Path("exports").absolute(), camera_files=True)
    camera = made(database, str(FILM.absolute()))
    with watching(settings, database, pictures, REAL) as cameras:
        wait_for(
            lambda: cameras.state(camera.id).last_error is not None and len(texts(database)) == 3, "the film is over"
        )
        assert cameras.state(camera.id).last_error == "its source has come to its end"
        assert cameras.picture(camera.id) is not None
    assert texts(database) == ["B201YY156", "WKGO8328", "ZVD8G52"]
    for found in store.search(database, SightingQuery()).items:
        assert (found.camera, found.has_picture, found.accepted) == ("gate", True, True)
        assert (found.read or 0) >= (found.agreeing or 0) >= 2
        stored = store.picture(database, pictures, found.id)
        assert stored is not None
        assert stored.path is not None
        assert stored.path.read_bytes().startswith(b"\xff\xd8")


def test_a_killed_process_loses_nothing_that_it_told(
    database: Database, pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path)
    camera = made(database, source("tell/5"))
    folder = CameraFolder(tmp_path / "cameras" / camera.id)

    def out_of_reach(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("gone"))

    with monkeypatch.context() as patched:
        patched.setattr("src.service.cameras.ingest.save_passage", out_of_reach)
        with watching(settings, database, pictures) as cameras:
            wait_for(lambda: len(folder.entries()) == 10, "it has told all")
            os.kill(processes(tmp_path, camera)[0], signal.SIGKILL)
            wait_for(lambda: cameras.state(camera.id).restarts == 1, "it is noticed")
            store.change_camera(database, camera.id, {"enabled": False}, SERVICE)
            cameras.look_again()
    told = len(folder.entries()) // 2
    assert texts(database) == []
    with watching(settings, database, pictures):
        wait_for(lambda: folder.entries() == [], "all is stored")
    assert len(texts(database)) == told
    assert set(texts(database)) == {f"A{track:03d}AA77" for track in range(5)}


SERVICE_PROGRAM = """
import sys, time
from pathlib import Path
from src.service.cameras.owner import Cameras
from src.service.database import open_database
from src.service.settings import Settings
from tests.service.fake_camera import COMMAND
settings = Settings(data_dir=Path(sys.argv[1]))
Cameras(settings, open_database(settings.database_url), None, command=COMMAND).start()
"""


def test_processes_end_with_a_service_that_is_killed(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    database = open_database(settings.database_url)
    camera = made(database, source("tell/3"))
    service = subprocess.Popen([sys.executable, "-c", SERVICE_PROGRAM, str(tmp_path)], text=True)
    with ended(service):
        wait_for(lambda: len(texts(database)) == 3, "it has told and stored")
        (process,) = processes(tmp_path, camera)
        assert is_alive(process)
        service.kill()
        service.wait()
        wait_for(lambda: not is_alive(process), "it has noticed")
    database.close()


def test_changes_take_effect_and_are_told(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with watching(settings, database, None) as cameras:
        camera = made(database, source("steady"))
        cameras.look_again()
        wait_for(lambda: cameras.state(camera.id).online, "it is online")
        assert list(cameras.states()) == ["gate"]
        (process,) = processes(tmp_path, camera)
        store.delete_camera(database, camera.id, SERVICE)  # another process of the service did that
        wait_for(lambda: not is_alive(process), "its process is ended")
        wait_for(lambda: not (tmp_path / "cameras" / camera.id).exists(), "its folder is gone")
        assert cameras.states() == {}


def test_one_process_owns_the_cameras_and_another_one_takes_over(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    camera = made(database, source("tell/1"))
    with watching(settings, database, None) as owner:
        wait_for(lambda: owner.state(camera.id).online and texts(database) != [], "it is watched")
        with watching(settings, database, None) as other:
            other.look_again()
            wait_for(lambda: not other._changed.is_set(), "it has looked")
            assert other.state(camera.id).since is None
            assert len(processes(tmp_path, camera)) == 1
            owner.stop()
            wait_for(lambda: other.state(camera.id).online, "the other one has taken over")
            assert len(processes(tmp_path, camera)) == 2


def test_what_cannot_be_read_from_the_database_is_watched_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    camera = made(database, source("steady"))
    with watching(Settings(data_dir=tmp_path), database, None) as cameras:
        wait_for(lambda: cameras.state(camera.id).online, "it is online")

        def out_of_reach(_: Database) -> list[Camera]:
            raise OperationalError("SELECT", {}, Exception("gone"))

        monkeypatch.setattr(module, "all_cameras", out_of_reach)
        os.kill(processes(tmp_path, camera)[0], signal.SIGKILL)
        wait_for(lambda: cameras.state(camera.id).restarts == 1 and cameras.state(camera.id).online, "it is back")
    assert "out of reach" in caplog.text


def test_who_looks_at_a_camera_again_and_again_looks_first_once(database: Database, tmp_path: Path) -> None:
    now = [1000.0]
    cameras = Cameras(Settings(data_dir=tmp_path), database, None)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "monotonic", lambda: now[0])
        looks = [("a", Actor("key")), ("a", Actor("key")), ("b", Actor("key")), ("a", Actor("other"))]
        assert [cameras.is_first_look(*look) for look in looks] == [True, False, True, True]
        now[0] += module.LOOKS_S + 1
        assert cameras.is_first_look("a", Actor("key"))
