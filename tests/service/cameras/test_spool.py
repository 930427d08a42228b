"""What a camera's process has told is stored once, whoever is killed when."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from src.service import store
from src.service.cameras import folder as module
from src.service.cameras.broadcast import Broadcast, Event
from src.service.cameras.folder import CameraFolder, Heartbeat, read_entry
from src.service.cameras.ingest import Ingest
from src.service.database import Database
from src.service.query import SightingQuery
from src.service.registry.rules import SHIPPED
from src.service.store import SERVICE, Pictures
from tests.service.passages import told


class Told(Broadcast):
    """A broadcast that keeps what was published."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []

    def publish(self, event: Event) -> None:
        self.events.append(event)


class Spool:
    """A camera's folder, and the service that empties it."""

    def __init__(self, root: Path, database: Database, pictures: Pictures | None) -> None:
        self.root, self.database, self.pictures = root, database, pictures
        camera = store.create_camera(database, {"name": "gate", "source": "rtsp://192.0.2.7"}, SERVICE)
        self.folder = CameraFolder(root / camera.id)
        self.folder.make()
        self.broadcast, self.counted = Told(), list[int]()
        self.restart()

    def restart(self) -> None:
        """Another process of the service takes over."""
        self.ingest = Ingest(
            self.root, self.database, self.pictures, self.broadcast, lambda: self.counted.append(1), SHIPPED
        )

    def put(self, name: str, key: str, telling: int = 1, **said: Any) -> None:
        self.folder.put(name, told(key, telling, **said), b"JPEG")

    @property
    def texts(self) -> list[str]:
        return sorted(found.text for found in store.search(self.database, SightingQuery()).items)

    @property
    def left(self) -> list[str]:
        """All that is left in the spool."""
        return sorted(path.name for path in self.folder.spool.iterdir())


@pytest.fixture
def spool(database: Database, pictures: Pictures, tmp_path: Path) -> Spool:
    return Spool(tmp_path / "cameras", database, pictures)


def test_what_is_told_is_stored_in_its_order_and_published(spool: Spool) -> None:
    spool.put("2", "a", 2, text="B1")
    spool.put("1", "a", text="A1")
    spool.put("3", "b", text="C1")
    assert spool.ingest.run_once() == 3
    assert (spool.texts, spool.left, len(spool.counted)) == (["B1", "C1"], [], 3)
    events = [json.loads(event.data) for event in spool.broadcast.events]
    assert [event["text"] for event in events] == ["A1", "B1", "C1"]
    assert events[0]["id"] == events[1]["id"] != events[2]["id"]
    assert (events[2]["camera"], events[2]["read"], events[2]["has_picture"]) == ("gate", 9, True)
    assert {event.kind for event in spool.broadcast.events} == {"passage"}
    assert spool.ingest.run_once() == 0


def test_what_is_not_finished_is_not_told(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module.shutil, "rmtree", killed)
    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        spool.put("1", "a")
    monkeypatch.undo()
    assert spool.left == [".1"]
    assert (spool.ingest.run_once(), spool.texts) == (0, [])
    spool.folder.make()
    assert spool.left == [".1"]
    os.utime(spool.folder.spool / ".1", (0, 0))
    spool.folder.make()
    assert spool.left == []


@pytest.mark.parametrize("step", ["before the commit", "after the commit", "while it is removed"])
def test_a_kill_of_the_service_loses_nothing_and_doubles_nothing(
    spool: Spool, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.put("1", "a", text="A1")
    spool.put("2", "b", text="B1")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    points: dict[str, tuple[object, str]] = {
        "before the commit": (store.passages, "_added"),
        "after the commit": (module, "remove_entry"),
        "while it is removed": (module.shutil, "rmtree"),
    }
    target, name = points[step]
    if step == "after the commit":
        monkeypatch.setattr("src.service.cameras.ingest.remove_entry", killed)
    else:
        monkeypatch.setattr(target, name, killed)
    with pytest.raises(KeyboardInterrupt):
        spool.ingest.run_once()
    monkeypatch.undo()
    spool.restart()
    spool.ingest.run_once()
    assert spool.texts == ["A1", "B1"]
    assert [name for name in spool.left if not name.startswith(".")] == []
    assert store.search(spool.database, SightingQuery()).total == 2


def test_while_the_database_is_out_of_reach_everything_waits(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.put("1", "a", text="A1")

    def out_of_reach(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("gone"))

    monkeypatch.setattr("src.service.cameras.ingest.save_passage", out_of_reach)
    with pytest.raises(OperationalError):
        spool.ingest.run_once()
    monkeypatch.undo()
    assert (spool.left, spool.texts) == (["1"], [])
    spool.ingest.run_once()
    assert (spool.left, spool.texts) == ([], ["A1"])


def damaged_record(entry: Path) -> None:
    (entry / "record.json").write_text("{")


def no_record(entry: Path) -> None:
    (entry / "record.json").unlink()


def unknown_field(entry: Path) -> None:
    said = json.loads((entry / "record.json").read_text())
    (entry / "record.json").write_text(json.dumps({**said, "odd": 1}))


@pytest.mark.parametrize("damage", [damaged_record, no_record, unknown_field])
def test_a_damaged_entry_is_set_aside_and_stops_nobody(
    spool: Spool, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    spool.put("1", "a", text="A1")
    damage(spool.folder.spool / "1")
    spool.put("2", "b", text="B1")
    spool.ingest.run_once()
    assert (spool.texts, spool.left) == (["B1"], [])
    assert [path.name for path in (spool.folder.path / "faulty").iterdir()] == ["1"]
    assert "a passage is not stored" in caplog.text


def test_what_cannot_be_removed_is_stored_once(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.put("1", "a")

    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("src.service.cameras.ingest.remove_entry", read_only)
    spool.ingest.run_once()
    spool.ingest.run_once()
    assert (spool.left, len(spool.counted), len(spool.broadcast.events)) == (["1"], 1, 1)
    monkeypatch.undo()
    spool.ingest.run_once()
    assert (spool.left, len(spool.counted)) == ([], 1)


def test_a_camera_of_another_database_is_left_alone(spool: Spool) -> None:
    other = CameraFolder(spool.root / ("0" * 32))
    other.make()
    other.put("1", told("x"), None)
    spool.put("1", "a", text="A1")
    spool.ingest.run_once()
    spool.ingest.run_once()
    assert (spool.texts, spool.left) == (["A1"], [])
    assert [path.name for path in other.entries()] == ["1"]


def test_an_entry_is_read_as_it_was_told(spool: Spool) -> None:
    said = told("a", 3, text="A1")
    spool.folder.put("1", said, b"JPEG")
    spool.folder.put("2", said, None)
    first, second = map(read_entry, spool.folder.entries())
    assert (first.told, first.picture) == (said, b"JPEG")
    assert second.picture is None


def test_a_sign_of_life_replaces_the_one_before(spool: Spool) -> None:
    assert (spool.folder.heartbeat(), spool.folder.picture()) == (None, None)
    spool.folder.beat(Heartbeat(run="a", told=1), b"first")
    earlier = spool.folder.heartbeat()
    spool.folder.beat(Heartbeat(run="a", told=2), None)
    later = spool.folder.heartbeat()
    assert earlier is not None
    assert later is not None
    assert (earlier[1].told, later[1].told) == (1, 2)
    assert earlier[0] != later[0]
    assert spool.folder.picture() == b"first"
    (spool.folder.path / "state.json").write_text("{")
    assert spool.folder.heartbeat() is None
    spool.folder.forget()
    assert (spool.folder.heartbeat(), spool.folder.picture()) == (None, None)
