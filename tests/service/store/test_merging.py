"""The same plate again within a camera's window is one sighting that grows."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from src.core.result import SightingRecord
from src.service import store
from src.service.database import Database, open_database, tables
from src.service.query import SightingQuery
from src.service.store import Actor, NewText, Pictures, StoredImage, open_pictures, save_passage, save_recognitions
from tests.service.parallel import at_once
from tests.service.passages import new_passage
from tests.service.recognitions import NOON, plate, recognised
from tests.service.registered import add_vehicle

NOBODY = Actor()
WINDOW_S = 90.0


def window(database: Database, name: str = "gate") -> str:
    """A camera that merges what comes within WINDOW_S; its identifier."""
    camera = store.create_camera(database, {"name": name}, NOBODY)
    with database.session() as session:
        session.execute(update(tables.CameraRow).where(tables.CameraRow.id == camera.id).values(merge_s=WINDOW_S))
    return camera.id


@pytest.fixture
def camera(database: Database) -> str:
    return window(database)


def tell(database: Database, pictures: Pictures | None, *texts: str, s: float = 0, **said: Any) -> StoredImage:
    """A picture that the camera took so many seconds after NOON."""
    of_plate = {key: said.pop(key) for key in ("confidence", "region", "candidates") if key in said}
    upload = {"camera": "gate", "data": b"JPEG at %d" % s, "taken": NOON + timedelta(seconds=s), **said}
    picture = recognised(*(plate(text, **of_plate) for text in texts), **upload)
    (decided,) = save_recognitions(database, pictures, [picture])
    assert decided.stored is not None
    return decided.stored


def sightings(database: Database) -> list[SightingRecord]:
    """All of them, the oldest first."""
    return store.search(database, SightingQuery()).items[::-1]


def files(pictures: Pictures) -> list[bytes]:
    return sorted(path.read_bytes() for path in pictures.folder.glob("*/*"))


def rows(database: Database) -> list[int]:
    """So many pictures, detections, sightings and plates there are."""
    counted = (tables.ImageRow, tables.DetectionRow, tables.SightingRow, tables.PlateRow)
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in counted]


@pytest.mark.usefixtures("camera")
class TestUploads:
    def test_it_grows_and_keeps_the_better_reading_and_picture(self, database: Database, pictures: Pictures) -> None:
        first = tell(database, pictures, "A1", confidence=0.5)
        for s, confidence, told in ((60, 0.75, True), (120, 0.625, False)):
            again = tell(database, pictures, "A1", s=s, confidence=confidence)
            assert (again.sightings, again.is_kept) == (first.sightings, told)
        (one,) = sightings(database)
        assert (one.id, one.times, one.confidence, one.seen) == (first.sightings[0], 3, 0.75, NOON)
        assert one.last_seen == NOON + timedelta(seconds=120)
        assert files(pictures) == [b"JPEG at 60"]
        assert rows(database) == [1, 1, 1, 1]
        found = store.picture(database, pictures, one.id)
        assert found is not None
        assert found.path is not None
        assert found.path.read_bytes() == b"JPEG at 60"

    @pytest.mark.parametrize(
        "other",
        [
            {"s": WINDOW_S + 1},
            {"s": -WINDOW_S - 1},
            {"region": "BY"},
            {"region": None},
            {"camera": "yard"},
            {"camera": None},
        ],
    )
    def test_what_is_not_the_same_within_the_window_is_another(self, database: Database, other: dict[str, Any]) -> None:
        window(database, "yard")
        tell(database, None, "A1")
        tell(database, None, "A1", **other)
        assert [(one.times, one.last_seen) for one in sightings(database)] == [(1, None)] * 2

    def test_two_plates_that_look_alike_stay_two(self, database: Database) -> None:
        for text in ("BO1", "B01", "801"):
            tell(database, None, text)
        assert [one.times for one in sightings(database)] == [1] * 3

    def test_the_window_goes_along_and_a_picture_from_before_changes_no_time(self, database: Database) -> None:
        for s in (0, 80, 160, 40):
            tell(database, None, "A1", s=s)
        (one,) = sightings(database)
        assert (one.times, one.seen, one.last_seen) == (4, NOON, NOON + timedelta(seconds=160))

    def test_a_picture_with_something_else_in_it_is_kept(self, database: Database, pictures: Pictures) -> None:
        (first,) = tell(database, pictures, "A1").sightings
        both = tell(database, pictures, "A1", "B1", "", s=1, confidence=0.25)
        assert both.sightings[0] == first
        assert both.is_kept
        assert [one.times for one in sightings(database)] == [2, 1]
        assert files(pictures) == [b"JPEG at 0", b"JPEG at 1"]
        tell(database, pictures, "B1", s=2, confidence=0.75)
        assert files(pictures) == [b"JPEG at 0", b"JPEG at 2"]
        tell(database, pictures, s=3)
        assert b"JPEG at 3" in files(pictures)

    def test_a_picture_that_others_are_shown_in_stays(self, database: Database, pictures: Pictures) -> None:
        tell(database, pictures, "A1", "B1", confidence=0.5)
        tell(database, pictures, "A1", s=1, confidence=0.75)
        assert files(pictures) == [b"JPEG at 0", b"JPEG at 1"]
        store.delete_plate(database, pictures, "B1", NOBODY)
        assert files(pictures) == [b"JPEG at 1"]

    def test_several_pictures_of_one_request_are_one_sighting(self, database: Database, pictures: Pictures) -> None:
        told = [
            recognised(plate("A1", confidence=confidence), camera="gate", data=b"%f" % confidence)
            for confidence in (0.5, 0.75, 0.25)
        ]
        stored = [decided.stored for decided in save_recognitions(database, pictures, told)]
        (one,) = sightings(database)
        assert {each.sightings for each in stored if each} == {(one.id,)}
        assert (one.times, one.confidence, files(pictures)) == (3, 0.75, [b"%f" % 0.75])

    def test_it_is_decided_anew_by_the_better_reading(self, database: Database) -> None:
        add_vehicle(database, "A1", "allow")
        tell(database, None, "A1", confidence=0.2, candidates=None)
        assert [str(one.decision.outcome) for one in sightings(database) if one.decision] == ["unsure"]
        tell(database, None, "A1", s=1, confidence=0.9999, candidates=None)
        tell(database, None, "A1", s=2, confidence=0.2, candidates=None)
        assert [str(one.decision.outcome) for one in sightings(database) if one.decision] == ["allowed"]

    def test_a_correction_stays_and_what_it_corrects_is_still_seen(
        self, database: Database, pictures: Pictures
    ) -> None:
        (known,) = tell(database, pictures, "A1", confidence=0.5).sightings
        assert store.correct(database, str(known), NewText("B1", "RU", None), NOBODY) is not None
        tell(database, pictures, "B1", s=1, confidence=0.75)
        tell(database, pictures, "A1", s=2, confidence=0.75)
        first, second = sightings(database)
        assert (first.id, first.text, first.read_text, first.times, first.confidence) == (known, "B1", "A1", 2, 0.5)
        assert (second.text, second.times) == ("A1", 1)
        assert files(pictures) == [b"JPEG at 0", b"JPEG at 2"]


class TestPassages:
    def told(self, database: Database, pictures: Pictures, camera: str, key: str, **said: Any) -> SightingRecord:
        picture = said.pop("picture", f"{key} {said.get('telling', 1)}".encode())
        record = save_passage(database, pictures, new_passage(camera, key, picture=picture, **said))
        assert record is not None
        return record

    def test_another_passage_of_the_plate_is_part_of_the_sighting(
        self, database: Database, pictures: Pictures, camera: str
    ) -> None:
        first = self.told(database, pictures, camera, "run-1", confidence=0.5)
        for _ in range(2):  # it is stored twice where a kill came in between
            part = self.told(database, pictures, camera, "run-2", confidence=0.75, frames=30)
        assert (part.id, part.times, part.confidence, part.frames) == (first.id, 2, 0.75, 30)
        assert part.last_seen == part.passage_last == NOON + timedelta(seconds=3)
        assert (files(pictures), rows(database)) == ([b"run-2 1"], [1, 1, 1, 1])

    def test_what_is_still_in_view_brings_no_picture_yet(
        self, database: Database, pictures: Pictures, camera: str
    ) -> None:
        self.told(database, pictures, camera, "run-1", confidence=0.5)
        early = self.told(database, pictures, camera, "run-2", confidence=0.75, left=False)
        assert (early.times, early.confidence, files(pictures)) == (2, 0.5, [b"run-1 1"])
        late = self.told(database, pictures, camera, "run-2", confidence=0.75, telling=2)
        assert (late.times, late.confidence, files(pictures)) == (2, 0.75, [b"run-2 2"])
        assert late.last_seen == NOON + timedelta(seconds=6)

    def test_one_that_turns_out_to_be_another_plate_leaves(
        self, database: Database, pictures: Pictures, camera: str
    ) -> None:
        first = self.told(database, pictures, camera, "run-1")
        self.told(database, pictures, camera, "run-2", left=False)
        other = self.told(database, pictures, camera, "run-2", text="B1", telling=2)
        assert (other.text, other.times, other.last_seen) == ("B1", 1, None)
        kept = store.sighting(database, first.id)
        assert kept is not None
        assert (kept.text, kept.times, kept.last_seen) == ("A123BC77", 1, None)
        again = self.told(database, pictures, camera, "run-2", text="B1", telling=3)
        assert (again.id, rows(database)) == (other.id, [2, 2, 2, 2])

    def test_the_first_one_leaves_what_others_are_part_of(
        self, database: Database, pictures: Pictures, camera: str
    ) -> None:
        first = self.told(database, pictures, camera, "run-1", left=False)
        self.told(database, pictures, camera, "run-2")
        other = self.told(database, pictures, camera, "run-1", text="B1", telling=2)
        assert other.id != first.id
        assert {(one.text, one.times) for one in sightings(database)} == {("A123BC77", 1), ("B1", 1)}

    def test_a_part_of_what_is_deleted_stays_away(self, database: Database, pictures: Pictures, camera: str) -> None:
        first = self.told(database, pictures, camera, "run-1")
        self.told(database, pictures, camera, "run-2", left=False)
        store.delete_sighting(database, pictures, first.id, NOBODY)
        assert save_passage(database, pictures, new_passage(camera, "run-2", telling=2)) is None
        assert (files(pictures), rows(database)) == ([], [0, 0, 0, 0])

    def test_photographs_and_passages_of_a_camera_grow_together(
        self, database: Database, pictures: Pictures, camera: str
    ) -> None:
        first = self.told(database, pictures, camera, "run-1", confidence=0.5)
        tell(database, pictures, "A123BC77", s=30, confidence=0.75)
        (one,) = sightings(database)
        assert (one.id, one.times, one.confidence, one.frames) == (first.id, 2, 0.75, None)
        again = self.told(database, pictures, camera, "run-1", telling=2, confidence=0.625)
        assert (again.id, again.times, again.confidence, files(pictures)) == (first.id, 2, 0.75, [b"JPEG at 30"])


def tell_often(url: str, folder: Path, number: int) -> list[str]:
    """The sightings that the same two plates became, in either order."""
    database = open_database(url)
    pictures = open_pictures(database, folder)
    told: list[str | None] = []
    for turn in range(6):
        texts = ("A1", "B1") if (number + turn) % 2 else ("B1", "A1")
        told += tell(database, pictures, *texts, s=turn, confidence=(number + 1) / 8 + turn / 64).sightings
    database.close()
    return [str(known) for known in told]


def test_what_is_told_at_once_is_one_sighting_too(
    database: Database, database_url: str, tmp_path: Path, camera: str
) -> None:
    told = {known for of_process in at_once(4, tell_often, database_url, tmp_path / "pictures") for known in of_process}
    found = sightings(database)
    assert sorted((one.text, one.times) for one in found) == [("A1", 24), ("B1", 24)]
    assert told == {one.id for one in found}
    assert {one.confidence for one in found} == {4 / 8 + 5 / 64}
    assert rows(database) == [1, 2, 2, 2]
    assert len(files(open_pictures(database, tmp_path / "pictures"))) == 1
