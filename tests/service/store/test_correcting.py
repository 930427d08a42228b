"""An operator corrects texts: what was read stays, and deletions forget it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from src.core.result import SightingRecord
from src.service import store
from src.service.database import Database, open_database, tables
from src.service.query import SightingQuery
from src.service.store import SERVICE, Actor, NewText, Pictures, Scope, save_passage
from tests.service.parallel import at_once
from tests.service.passages import new_passage
from tests.service.recognitions import NOON, plate, save
from tests.service.registered import add_vehicle

NOBODY = Actor()


def seen(database: Database, text: str = "A123BC77", **said: Any) -> str:
    """The identifier of a sighting."""
    (known,) = save(database, None, plate(text, **said)).sightings
    return str(known)


def corrected(database: Database, sighting_id: str, text: str = "B1", region: str | None = "BY") -> SightingRecord:
    made = store.correct(database, sighting_id, NewText(text, region, "car"), NOBODY)
    assert made is not None
    return made


def texts(database: Database, **asked: Any) -> list[str]:
    return [item.text for item in store.search(database, SightingQuery(**asked)).items]


def plates(database: Database) -> set[tuple[str, str | None]]:
    with database.reading() as session:
        return {(row.text, row.region) for row in session.scalars(select(tables.PlateRow))}


def test_what_was_read_stays_beside_the_correction(database: Database) -> None:
    sighting = seen(database)
    before = store.sighting(database, sighting)
    assert before is not None
    assert (before.read_text, before.read_region, before.corrected) == (None, None, None)
    after = corrected(database, sighting)
    assert (after.text, after.region, after.format) == ("B1", "BY", "car")
    assert (after.read_text, after.read_region) == ("A123BC77", "RU")
    assert after.corrected is not None
    assert abs(after.corrected - datetime.now(UTC)) < timedelta(minutes=1)
    of_reading = ("confidence", "char_confidences", "candidates", "raw_text", "raw_confidence", "region_confidence")
    assert all(getattr(after, field) == getattr(before, field) for field in of_reading)
    assert store.sighting(database, sighting) == after


def test_a_second_correction_keeps_what_was_read_and_the_history_has_both(database: Database) -> None:
    key = store.create_key(database, "gatehouse", [Scope.CORRECT]).key
    sighting = seen(database)
    corrected(database, sighting)
    again = store.correct(database, sighting, NewText("C1", None, None), Actor(key.id))
    assert again is not None
    assert (again.text, again.region, again.read_text, again.read_region) == ("C1", None, "A123BC77", "RU")
    history = store.history(database, sighting)
    assert history is not None
    said = [(c.key, c.before, c.region_before, c.after, c.region_after) for c in history]
    assert said == [("gatehouse", "B1", "BY", "C1", None), (None, "A123BC77", "RU", "B1", "BY")]
    assert history[0].at == again.corrected


def test_the_same_text_confirms_it(database: Database) -> None:
    sighting = seen(database)
    after = corrected(database, sighting, "A123BC77", "RU")
    assert (after.text, after.read_text, after.read_region) == ("A123BC77", "A123BC77", "RU")
    assert after.corrected is not None
    assert plates(database) == {("A123BC77", "RU")}
    assert len(store.history(database, sighting) or []) == 1


def test_search_plates_and_statistics_follow(database: Database) -> None:
    sighting, _ = seen(database), seen(database, "K1")
    corrected(database, sighting, "8O1")
    assert texts(database, text="801") == texts(database, text="b0*") == texts(database, region="by") == ["8O1"]
    assert texts(database, text="A123") == []
    assert (texts(database, corrected=True), texts(database, corrected=False)) == (["8O1"], ["K1"])
    assert store.plate(database, "A123BC77") is None
    known = store.plate(database, "8O1")
    assert known is not None
    assert (known.regions, known.latest[0].id) == (["BY"], sighting)
    counts = store.statistics(database, NOON)
    assert (counts.by_plate, counts.by_region) == ({"8O1": 1, "K1": 1}, {"BY": 1, "RU": 1})
    assert plates(database) == {("8O1", "BY"), ("K1", "RU")}


def test_a_plate_that_others_were_seen_with_stays(database: Database) -> None:
    first, _ = seen(database), seen(database)
    corrected(database, first)
    assert plates(database) == {("A123BC77", "RU"), ("B1", "BY")}


def test_it_is_audited_without_the_text_found_or_not(database: Database) -> None:
    key = store.create_key(database, "gatehouse", [Scope.CORRECT]).key
    sighting, actor = seen(database), Actor(key.id, "10.0.0.1")
    assert store.correct(database, sighting, NewText("B1", None, None), actor) is not None
    assert store.correct(database, "0" * 32, NewText("B1", None, None), actor) is None
    assert store.history(database, "0" * 32) is None
    row = tables.AuditRow
    with database.reading() as session:
        said = select(row.action, row.subject, row.detail, row.key_id, row.remote).where(row.key_id.is_not(None))
        entries = session.execute(said.order_by(row.at)).all()
    assert [tuple(entry) for entry in entries] == [
        ("correct", sighting, {"sightings": 1}, key.id, "10.0.0.1"),
        ("correct", "0" * 32, {"sightings": 0}, key.id, "10.0.0.1"),
    ]


def test_it_is_decided_anew_and_an_operator_is_certain(database: Database) -> None:
    add_vehicle(database, "B1", "allow", region="BY")
    sighting = seen(database, confidence=0.2)
    assert corrected(database, sighting, "K1", None).decision is not None
    decision = corrected(database, sighting).decision
    assert decision is not None
    assert (str(decision.outcome), decision.text, decision.probability) == ("allowed", "B1", 1.0)
    assert texts(database, outcome="allowed") == ["B1"]
    again = corrected(database, sighting, "K1", None).decision
    assert again is not None
    assert str(again.outcome) == "unknown"


class TestPassage:
    @pytest.fixture
    def camera_id(self, database: Database) -> str:
        return store.create_camera(database, {"name": "gate", "source": "rtsp://192.0.2.7/"}, SERVICE).id

    def test_one_that_is_told_again_does_not_overwrite_a_correction(
        self, database: Database, pictures: Pictures, camera_id: str
    ) -> None:
        first = save_passage(database, pictures, new_passage(camera_id))
        assert first is not None
        corrected(database, first.id)
        later = new_passage(camera_id, telling=2, text="A123BC79", region="KZ", confidence=0.5, frames=30)
        told = save_passage(database, pictures, later)
        assert told is not None
        assert (told.id, told.text, told.region, told.format) == (first.id, "B1", "BY", "car")
        assert (told.read_text, told.read_region, told.confidence) == ("A123BC79", "KZ", 0.5)
        assert (told.frames, told.corrected) == (30, store.sighting(database, first.id).corrected)  # type: ignore[union-attr]
        assert plates(database) == {("B1", "BY")}
        assert texts(database, text="B1") == ["B1"]


def dump(database: Database) -> str:
    """All that the database has, as text."""
    with database.reading() as session:
        return "\n".join(
            repr(row) for table in tables.TableBase.metadata.sorted_tables for row in session.execute(select(table))
        )


def test_deleting_a_plate_forgets_that_others_were_taken_for_it(database: Database, pictures: Pictures) -> None:
    for was, then in (("A123BC77", "B1"), ("K1", "A123BC77"), ("C1", "A123BC77")):
        corrected(database, seen(database, was), then)
    back = store.search(database, SightingQuery(text="A123BC77")).items[0].id
    corrected(database, back, "D1")
    assert "A123BC77" in dump(database)
    assert store.delete_plate(database, pictures, "A123BC77", NOBODY) == 1
    assert "A123BC77" not in dump(database)
    left = {item.text: item for item in store.search(database, SightingQuery(corrected=True)).items}
    assert (left["B1"].read_text, left["B1"].raw_text, left["B1"].candidates) == ("", "", None)
    assert left["D1"].read_text in ("K1", "C1")
    history = store.history(database, left["D1"].id)
    assert history is not None
    assert [(c.before, c.after) for c in history] == [("", "D1"), (left["D1"].read_text, "")]


def test_corrections_go_with_their_sighting(database: Database, pictures: Pictures) -> None:
    sightings = [seen(database, f"A{number}") for number in range(3)]
    for number, sighting in enumerate(sightings):
        corrected(database, sighting, f"B{number}")
    store.delete_sighting(database, pictures, sightings[0], NOBODY)
    store.delete_plate(database, pictures, "B1", NOBODY)

    def kept() -> list[str]:
        with database.reading() as session:
            return list(session.scalars(select(tables.CorrectionRow.sighting_id)))

    assert kept() == [sightings[2]]
    store.expire(database, pictures, datetime.now(UTC) + timedelta(days=1))
    assert kept() == []
    with database.reading() as session:
        of_plates = select(tables.AuditRow.subject).where(tables.AuditRow.action == "correct")
        assert list(session.scalars(of_plates)) == [None] * 3


def correct_and_count(url: str, sighting: str, number: int) -> str:
    database = open_database(url)
    made = store.correct(database, sighting, NewText(f"P{number}", None, None), NOBODY)
    database.close()
    assert made is not None
    return made.text


def test_operators_who_correct_at_once_are_all_in_the_history(database: Database, database_url: str) -> None:
    sighting = seen(database)
    made = at_once(4, correct_and_count, database_url, sighting)
    history = store.history(database, sighting)
    now = store.sighting(database, sighting)
    assert history is not None
    assert now is not None
    assert sorted(c.after for c in history) == sorted(made) == ["P0", "P1", "P2", "P3"]
    assert [c.before for c in history] == [*(c.after for c in history[1:]), "A123BC77"]
    assert (now.text, now.read_text) == (history[0].after, "A123BC77")
    assert plates(database) == {(now.text, None)}
