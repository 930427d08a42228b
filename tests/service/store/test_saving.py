"""Saving what was read in a picture."""

import hashlib
import os
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event, func, select

from src.core import files
from src.core.geometry import box_to_corners
from src.core.result import PlateRecord
from src.core.types import Candidate, Reading
from src.runtime.output import describe
from src.runtime.reader import ImageResult, PlateResult, Timings
from src.service.database import Database, open_database, tables
from src.service.query import SightingQuery
from src.service.store import (
    NewImage,
    Pictures,
    StoredImage,
    TextError,
    Upload,
    camera_sightings,
    open_pictures,
    picture,
    save_recognitions,
    search,
    sighting,
)
from tests.service.parallel import at_once
from tests.service.recognitions import NOON, plate, recognised, save

HOSTILE = "a'; DROP TABLE sightings; --\" \\ %_ ${x} {{x}} <script> ../../etc/passwd 京 '; SELECT pg_sleep(9)"


def count(database: Database, table: type[tables.TableBase]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def in_folder(pictures: Pictures) -> list[str]:
    return [path.name for path in pictures.folder.rglob("*") if path.is_file()]


def test_what_was_saved_is_found(database: Database, pictures: Pictures) -> None:
    other = plate("京B0", region=None, format=None, candidates=None, corners=None, accepted=True)
    stored = save(database, pictures, plate(), other, camera=" gate ")
    first, second = (sighting(database, str(known)) for known in stored.sightings)
    assert first is not None
    assert second is not None
    assert (first.text, first.raw_text, first.camera, first.seen, first.image) == (
        *("A123BC77", "A123BC77", "gate", NOON, "gate.jpg"),
    )
    assert second.model_dump(include=set(PlateRecord.model_fields)) == other.model_dump()
    assert (second.corners, first.corners) == (None, plate().corners)
    assert (first.image_id, first.width, first.height, first.has_picture) == (stored.id, 64, 48, True)


def test_the_row_tells_the_picture_from_others(database: Database, pictures: Pictures) -> None:
    stored = save(database, pictures, data=b"pixels", name="x" * 999)
    with database.reading() as session:
        row = session.scalars(select(tables.ImageRow)).one()
    assert (row.id, row.sha256, row.bytes) == (stored.id, hashlib.sha256(b"pixels").hexdigest(), 6)
    assert pictures.path(str(row.stored_as)).read_bytes() == b"pixels"
    assert row.name == "x" * 255


def test_without_pictures_the_readings_are_kept(database: Database) -> None:
    (known,) = save(database, None, plate()).sightings
    found = sighting(database, str(known))
    assert found is not None
    assert not found.has_picture


def test_a_plate_without_text_is_no_sighting(database: Database, pictures: Pictures) -> None:
    stored = save(database, pictures, plate(""), plate())
    assert stored.sightings[0] is None
    assert stored.sightings[1] is not None
    assert (count(database, tables.DetectionRow), count(database, tables.PlateRow)) == (2, 1)


def test_what_was_not_taken_at_a_known_time_was_seen_when_it_came(database: Database) -> None:
    (known,) = save(database, None, plate(), taken=None).sightings
    found = sighting(database, str(known))
    assert found is not None
    assert timedelta() <= datetime.now(UTC) - found.seen < timedelta(minutes=1)


def test_a_plate_is_one_over_its_sightings(database: Database) -> None:
    for region in ("RU", None, "RU", None, "KZ"):
        save(database, None, plate(region=region))
    assert (count(database, tables.PlateRow), count(database, tables.SightingRow)) == (3, 5)


def test_names_of_strangers_are_stored_as_they_are_and_never_paths(database: Database, pictures: Pictures) -> None:
    (known,) = save(
        *(database, pictures),
        plate("X1", raw_text=HOSTILE, region=HOSTILE, format=HOSTILE, candidates=[Candidate(HOSTILE, None, 0.5)]),
        **{"name": HOSTILE, "media_type": HOSTILE, "camera": HOSTILE},
    ).sightings
    found = sighting(database, str(known))
    assert found is not None
    assert {found.image, found.camera, found.raw_text, found.region, found.format} == {HOSTILE}
    assert found.candidates == (Candidate(HOSTILE, None, 0.5),)
    assert [camera.name for camera in camera_sightings(database)] == [HOSTILE]
    assert {path.name for path in pictures.folder.rglob("*") if path.is_file()} == {found.image_id}


@pytest.mark.parametrize("camera", ["", "a\x00b", "x" * 300])
def test_a_camera_needs_a_name(camera: str) -> None:
    with pytest.raises(TextError, match="camera"):
        Upload("a.jpg", "image/jpeg", b"", camera)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Upload("a.jpg", "image/jpeg", b"", taken=datetime(2025, 6, 1))


def test_a_time_that_has_not_come_is_refused() -> None:
    with pytest.raises(ValueError, match="more than a day ahead"):
        Upload("a.jpg", "image/jpeg", b"", taken=datetime.now(UTC) + timedelta(hours=25))


def test_what_cannot_be_saved_leaves_no_row(database: Database, pictures: Pictures) -> None:
    nowhere = PlateRecord.model_construct(text="", region=None, box=())
    with pytest.raises(ValueError, match="unpack"):
        save(database, pictures, plate(), nowhere, camera="gate")
    for table in (tables.ImageRow, tables.DetectionRow, tables.SightingRow, tables.PlateRow, tables.CameraRow):
        assert count(database, table) == 0
    assert in_folder(pictures) == []


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_full_disk_leaves_no_row_and_no_file(
    database: Database, pictures: Pictures, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = "a" * 32

    def full(descriptor: int) -> None:
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        if is_file if kind == "file" else not is_file and image_id in os.listdir(descriptor):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    monkeypatch.setattr("src.service.store.recognitions.new_id", lambda: image_id)
    with pytest.raises(OSError, match="No space left"):
        save(database, pictures, plate())
    assert count(database, tables.ImageRow) == 0
    assert in_folder(pictures) == []


@pytest.mark.parametrize("step", ["file", "rows"])
def test_what_was_read_for_one_request_is_saved_whole_or_not_at_all(
    database: Database, pictures: Pictures, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    pair = [recognised(plate("A1"), camera="gate"), recognised(plate("B1"), camera="yard")]
    last = pair[1].stored

    def full(picture_id: str, data: bytes) -> str:
        if picture_id == last.id:
            raise OSError(28, "No space left on device")
        return put(picture_id, data)

    put = pictures.put
    if step == "file":
        monkeypatch.setattr(pictures, "put", full)
    else:
        monkeypatch.setattr("src.service.store.recognitions._add_picture", lambda *_: 1 / 0)
    with pytest.raises((OSError, ZeroDivisionError)):
        save_recognitions(database, pictures, pair)
    assert (count(database, tables.ImageRow), count(database, tables.PlateRow), in_folder(pictures)) == (0, 0, [])
    monkeypatch.undo()
    save_recognitions(database, pictures, pair)
    assert (count(database, tables.ImageRow), len(in_folder(pictures))) == (2, 2)
    assert [camera.sightings for camera in camera_sightings(database)] == [1, 1]


def test_a_picture_whose_commit_may_have_succeeded_stays(
    database: Database, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_: object) -> None:
        raise ConnectionError

    event.listen(database.engine, "commit", lost)
    with pytest.raises(ConnectionError):
        save(database, pictures, plate())
    event.remove(database.engine, "commit", lost)
    assert len(in_folder(pictures)) == 1


PROCESSES, EACH = 4, 12


def save_many(url: str, folder: Path, number: int) -> list[str]:
    """Pictures whose plates come in one order, while other processes save the same plates in the other."""
    database = open_database(url)
    pictures = open_pictures(database, folder)
    ids = []
    for turn in range(EACH):
        plates = [plate(f"{letter}{turn}", region=None) for letter in "ABCDE"]
        order = 1 - 2 * (number % 2)
        pair = [recognised(*half[::order], camera=f"gate {turn % 2}") for half in (plates[:2], plates[2:])]
        save_recognitions(database, pictures, pair[::order])
        ids += [one.stored.id for one in pair]
    database.close()
    return ids


def test_several_processes_save_at_once(database: Database, database_url: str, tmp_path: Path) -> None:
    saved = at_once(PROCESSES, save_many, database_url, tmp_path / "pictures")
    ids = [image for of_process in saved for image in of_process]
    found = search(database, SightingQuery(limit=500)).items
    assert sorted(Counter(item.image_id for item in found).items()) == sorted((i, 2 + n % 2) for n, i in enumerate(ids))
    assert (count(database, tables.PlateRow), count(database, tables.CameraRow)) == (5 * EACH, 2)
    pictures = open_pictures(database, tmp_path / "pictures")
    assert {path.name for path in pictures.folder.glob("*/*")} == set(ids)


def test_the_files_of_two_databases_do_not_mix(database: Database, tmp_path: Path) -> None:
    other = open_database(f"sqlite:///{tmp_path}/other/n.db")
    assert open_pictures(database, tmp_path).folder != open_pictures(other, tmp_path).folder
    other.close()


def test_the_description_of_the_runtime_comes_back(database: Database, pictures: Pictures) -> None:
    reading = Reading(
        "A0", 0.5, (0.75, 0.5), Reading("AO", 0.25, (0.5, 0.5)), "1", "RU", 0.5, (Candidate("A0", "RU", 0.5),)
    )
    box = np.array([1, 2, 3, 4], np.float32)
    found = (
        PlateResult(box, box_to_corners(box), 0.5, reading),
        PlateResult(box, None, None, Reading("A1", 0.5, (0.5,))),
    )
    said = describe("gate.jpg", ImageResult(64, 48, found, Timings(None, None, 1.0, 1.0)), abstain=0.5)
    stored = StoredImage.new(said)
    save_recognitions(database, pictures, [NewImage(Upload("gate.jpg", "image/jpeg", b""), said, stored)])
    kept = picture(database, pictures, str(stored.sightings[0]))
    assert kept is not None
    assert kept.plates == list(said.plates)
