"""Cameras as records, and what they told as sightings."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from src.service import store
from src.service.database import Database, tables
from src.service.query import SightingQuery
from src.service.store import SERVICE, Camera, NameTakenError, Pictures, UnknownCameraError, save_passage
from src.service.store.cameras import EMPTY
from tests.service.passages import new_passage
from tests.service.recognitions import NOON, plate, save

SOURCE = "rtsp://viewer:secret@192.0.2.7/gate"
ZONE = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0]]


def made(database: Database, name: str = "gate", **said: Any) -> Camera:
    """A new camera."""
    return store.create_camera(database, {"name": name, "source": SOURCE, **said}, SERVICE)


def in_folder(pictures: Pictures) -> list[bytes]:
    """The pictures that are kept."""
    return sorted(path.read_bytes() for path in pictures.folder.rglob("*") if path.is_file())


def audited(database: Database) -> list[tuple[str, str | None, Any]]:
    with database.reading() as session:
        rows = session.scalars(select(tables.AuditRow).order_by(tables.AuditRow.at))
        return [(row.action, row.subject, row.detail) for row in rows]


def test_a_camera_is_what_was_said_of_it(database: Database) -> None:
    fields = {
        **{"source": SOURCE, "zone": ZONE, "min_width": 60.5, "countries": ["RU", "BY"], "place": "north"},
        **{"gate": "east", "direction": "exit", "merge_s": 30.0, "enabled": False},
    }
    camera = store.create_camera(database, {"name": "gate", **fields}, SERVICE)
    assert {field: getattr(camera, field) for field in fields} == fields
    assert camera.created == camera.updated
    assert not camera.is_watched
    assert store.camera(database, camera.id) == camera
    assert store.all_cameras(database) == [camera]
    assert "secret" not in repr(camera)


@pytest.mark.parametrize(
    ("changed", "place", "gate"),
    [
        ({"gate": "west"}, "north", "west"),
        ({"gate": None}, "north", None),
        ({"place": "south"}, "south", None),
        ({"place": "south", "gate": "east"}, "south", "east"),
        ({"place": "north"}, "north", "east"),
        ({"place": None}, None, None),
        ({"merge_s": 5.0}, "north", "east"),
    ],
)
def test_a_camera_stands_at_a_gate_of_its_place(
    database: Database, changed: dict[str, Any], place: str | None, gate: str | None
) -> None:
    camera = made(database, place="north", gate="east")
    later = store.change_camera(database, camera.id, changed, SERVICE)
    assert later is not None
    assert (later.place, later.gate, later.merge_s) == (place, gate, changed.get("merge_s", 0.0))


def test_gates_of_the_same_name_are_those_of_their_places(database: Database) -> None:
    for name, place in (("a", "north"), ("b", "north"), ("c", "south")):
        made(database, name=name, place=place, gate="east")
    with database.reading() as session:
        found = session.scalars(select(tables.GateRow)).all()
        assert sorted((gate.name, gate.place.name) for gate in found) == [("east", "north"), ("east", "south")]


@pytest.mark.parametrize("place", [{}, {"place": None}])
def test_a_gate_of_no_place_is_refused(database: Database, place: dict[str, None]) -> None:
    with pytest.raises(store.NoPlaceError):
        made(database, gate="east", **place)
    camera = made(database)
    with pytest.raises(store.NoPlaceError):
        store.change_camera(database, camera.id, {"gate": "east", **place}, SERVICE)


def test_cameras_stand_by_name_those_among_them_that_pictures_name(database: Database) -> None:
    made(database)
    save(database, None, camera="a yard")
    yard, gate = store.all_cameras(database)
    assert (yard.name, gate.name) == ("a yard", "gate")
    assert {field: getattr(yard, field) for field in EMPTY} == EMPTY
    assert (yard.is_watched, gate.is_watched) == (False, True)
    assert yard.updated == yard.created


def test_what_is_not_said_stays(database: Database) -> None:
    camera = made(database, zone=ZONE, place="north")
    changed = store.change_camera(database, camera.id, {"name": "yard", "zone": None}, SERVICE)
    assert changed is not None
    assert (changed.id, changed.name, changed.zone) == (camera.id, "yard", None)
    assert (changed.place, changed.source, changed.created) == ("north", SOURCE, camera.created)
    assert changed.updated > camera.updated
    assert store.camera(database, camera.id) == changed
    assert store.change_camera(database, "f" * 32, {"name": "x"}, SERVICE) is None


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_name_is_that_of_one_camera(database: Database, is_deleted: bool) -> None:
    gate, yard = made(database), made(database, "yard")
    if is_deleted:
        store.delete_camera(database, gate.id, SERVICE)
    else:
        with pytest.raises(NameTakenError):
            made(database)
    with pytest.raises(NameTakenError):
        store.change_camera(database, yard.id, {"name": "gate"}, SERVICE)
    assert store.change_camera(database, yard.id, {"name": "yard"}, SERVICE) is not None


def test_a_deleted_camera_keeps_its_sightings_and_nothing_else(database: Database, pictures: Pictures) -> None:
    camera = made(database, zone=ZONE, place="north")
    save_passage(database, pictures, new_passage(camera.id))
    assert store.delete_camera(database, camera.id, SERVICE) == 1
    assert (store.camera(database, camera.id), store.all_cameras(database)) == (None, [])
    assert store.delete_camera(database, camera.id, SERVICE) is None
    assert store.change_camera(database, camera.id, {"name": "x"}, SERVICE) is None
    assert store.deleted_cameras(database) == {camera.id}
    (found,) = store.search(database, SightingQuery(camera="gate")).items
    assert found.camera == "gate"
    with database.reading() as session:
        row = session.scalars(select(tables.CameraRow)).one()
        assert (row.source, row.zone, row.place) == (None, None, None)
    assert [seen.sightings for seen in store.camera_sightings(database)] == [1]
    store.delete_sighting(database, pictures, found.id, SERVICE)
    assert store.camera_sightings(database) == []


def test_what_a_deleted_camera_told_is_still_stored(database: Database) -> None:
    camera = made(database)
    store.delete_camera(database, camera.id, SERVICE)
    found = save_passage(database, None, new_passage(camera.id))
    assert found is not None
    assert found.camera == "gate"
    assert store.all_cameras(database) == []


def test_a_deleted_camera_comes_back_as_a_new_one_or_as_a_name(database: Database) -> None:
    camera = made(database, zone=ZONE)
    save_passage(database, None, new_passage(camera.id))
    store.delete_camera(database, camera.id, SERVICE)
    again = made(database, place="south")
    assert (again.id, again.zone, again.place, again.source) == (camera.id, None, "south", SOURCE)
    assert again.created > camera.created
    store.delete_camera(database, camera.id, SERVICE)
    save(database, None, plate(), camera="gate")
    (named,) = store.all_cameras(database)
    assert (named.id, named.source) == (camera.id, None)
    assert [seen.sightings for seen in store.camera_sightings(database)] == [2]


def test_what_is_done_to_cameras_is_audited_without_the_source(database: Database) -> None:
    camera = made(database)
    store.change_camera(database, camera.id, {"source": SOURCE, "name": "yard"}, SERVICE)
    store.delete_camera(database, camera.id, SERVICE)
    assert audited(database) == [
        ("create camera", "gate", {"id": camera.id}),
        ("change camera", "gate", {"id": camera.id, "fields": ["name", "source"]}),
        ("delete camera", "yard", {"id": camera.id}),
    ]


def test_a_passage_is_a_sighting(database: Database, pictures: Pictures) -> None:
    camera = made(database)
    told = new_passage(camera.id, text="BOB0I")
    found = save_passage(database, pictures, told)
    assert found is not None
    assert store.sighting(database, found.id) == found
    assert (found.text, found.raw_text, found.confidence, found.region, found.accepted) == (
        *("BOB0I", "BOB0I", 0.9375, "RU", True),
    )
    assert (found.frames, found.read, found.agreeing) == (14, 9, 8)
    assert (found.seen, found.passage_first, found.passage_last) == (NOON, NOON, NOON + timedelta(seconds=3))
    assert (found.box, found.corners, found.width, found.height) == ((10.0, 20.0, 40.5, 30.25), None, 96, 64)
    assert found.candidates == told.record.candidates
    assert (found.camera, found.image, found.has_picture) == ("gate", "gate 2025-06-01 12-00-00.jpg", True)
    assert store.search(database, SightingQuery(text="80b0")).items == [found]
    stored = store.picture(database, pictures, found.id)
    assert stored is not None
    assert stored.path is not None
    assert (stored.path.read_bytes(), stored.media_type) == (b"JPEG", "image/jpeg")
    photograph = save(database, None, plate()).sightings[0]
    other = store.sighting(database, str(photograph))
    assert other is not None
    assert (other.frames, other.read, other.agreeing, other.passage_first, other.passage_last) == (None,) * 5


def test_told_again_it_is_the_same_sighting(database: Database, pictures: Pictures) -> None:
    camera = made(database)
    first = save_passage(database, pictures, new_passage(camera.id, text="A1", region="KZ"))
    again = save_passage(database, pictures, new_passage(camera.id, telling=2, text="B1", frames=20, picture=b"better"))
    assert first is not None
    assert again is not None
    assert (again.id, again.image_id, again.seen) == (first.id, first.image_id, first.seen)
    assert (again.text, again.region, again.frames) == ("B1", "RU", 20)
    assert again.passage_last == NOON + timedelta(seconds=6)
    assert store.search(database, SightingQuery()).items == [again]
    assert in_folder(pictures) == [b"better"]
    assert store.plate(database, "A1") is None
    with database.reading() as session:
        assert [row.text for row in session.scalars(select(tables.PlateRow))] == ["B1"]
    assert store.search(database, SightingQuery(text="B1")).items == [again]


def test_stored_twice_it_is_there_once(database: Database, pictures: Pictures) -> None:
    camera = made(database)
    passage = new_passage(camera.id)
    assert save_passage(database, pictures, passage) == save_passage(database, pictures, passage)
    assert len(store.search(database, SightingQuery()).items) == 1
    assert in_folder(pictures) == [b"JPEG"]


def test_a_sighting_that_was_deleted_does_not_come_back(database: Database, pictures: Pictures) -> None:
    camera = made(database)
    first = save_passage(database, pictures, new_passage(camera.id))
    assert first is not None
    store.delete_sighting(database, pictures, first.id, SERVICE)
    assert save_passage(database, pictures, new_passage(camera.id, telling=2)) is None
    assert store.search(database, SightingQuery()).items == []
    assert in_folder(pictures) == []


@pytest.mark.parametrize("telling", [1, 2])
def test_a_passage_without_pictures_has_none(database: Database, pictures: Pictures, telling: int) -> None:
    camera = made(database)
    save_passage(database, pictures, new_passage(camera.id, picture=None if telling == 1 else b"JPEG"))
    found = save_passage(database, pictures, new_passage(camera.id, telling=telling, picture=None))
    assert found is not None
    assert not found.has_picture
    assert in_folder(pictures) == []


@pytest.mark.parametrize("telling", [1, 2])
def test_a_passage_that_cannot_be_stored_leaves_what_there_was(
    database: Database, pictures: Pictures, telling: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = made(database)
    before = [save_passage(database, pictures, new_passage(camera.id))] if telling == 2 else []
    monkeypatch.setattr("src.service.store.passages.name_plate", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_passage(database, pictures, new_passage(camera.id, telling=telling, picture=b"lost", text="X1"))
    assert store.search(database, SightingQuery()).items == before
    assert in_folder(pictures) == [b"JPEG"] * len(before)


def test_a_passage_of_no_camera_is_refused(database: Database, pictures: Pictures) -> None:
    with pytest.raises(UnknownCameraError):
        save_passage(database, pictures, new_passage("f" * 32))
    assert in_folder(pictures) == []
