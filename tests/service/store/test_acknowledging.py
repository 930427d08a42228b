"""A guard says that she has seen a decision; the first one counts, until something else is decided."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from src.core.result import SightingRecord
from src.service import store
from src.service.database import Database, open_database, tables
from src.service.store import SERVICE, Actor, NewText, Pictures, Scope, save_passage
from tests.service.parallel import at_once
from tests.service.passages import new_passage
from tests.service.recognitions import plate, save
from tests.service.registered import add_vehicle


def seen(database: Database, text: str = "A123BC77", **said: Any) -> str:
    """The identifier of a sighting."""
    (known,) = save(database, None, plate(text, **said)).sightings
    return str(known)


def acknowledged(database: Database, sighting_id: str) -> SightingRecord:
    made = store.acknowledge(database, sighting_id, SERVICE)
    assert made is not None
    return made


def outcome(record: SightingRecord | None) -> str | None:
    return None if record is None or record.decision is None else str(record.decision.outcome)


def test_the_first_one_counts(database: Database) -> None:
    sighting, other = seen(database), seen(database)
    before = store.sighting(database, sighting)
    assert before is not None
    assert before.acknowledged is None
    first = acknowledged(database, sighting)
    assert first.acknowledged is not None
    assert abs(first.acknowledged - datetime.now(UTC)) < timedelta(minutes=1)
    assert first == before.model_copy(update={"acknowledged": first.acknowledged})
    assert acknowledged(database, sighting) == store.sighting(database, sighting) == first
    untouched = store.sighting(database, other)
    assert untouched is not None
    assert untouched.acknowledged is None


def test_it_is_audited_found_or_not(database: Database, pictures: Pictures) -> None:
    key = store.create_key(database, "gatehouse", [Scope.CORRECT]).key
    sighting, actor = seen(database), Actor(key.id, "10.0.0.1")
    for wanted in (sighting, sighting, "0" * 32):
        assert (store.acknowledge(database, wanted, actor) is None) == (wanted != sighting)
    row = tables.AuditRow
    with database.reading() as session:
        said = select(row.action, row.subject, row.detail, row.remote).where(row.key_id == key.id).order_by(row.at)
        entries = [tuple(entry) for entry in session.execute(said)]
    found = ("acknowledge", sighting, {"sightings": 1}, "10.0.0.1")
    assert entries == [found, found, ("acknowledge", "0" * 32, {"sightings": 0}, "10.0.0.1")]
    store.expire(database, pictures, datetime.now(UTC) + timedelta(days=1))
    with database.reading() as session:
        of_plates = select(row.subject).where(row.action == "acknowledge")
        assert list(session.scalars(of_plates)) == [None] * 3


def test_another_outcome_has_not_been_seen(database: Database) -> None:
    add_vehicle(database, "A123BC77", "deny")
    add_vehicle(database, "B1", "allow")
    sighting = seen(database, confidence=0.99)
    assert outcome(acknowledged(database, sighting)) == "denied"
    same = store.correct(database, sighting, NewText("A123BC77", "RU", None), SERVICE)
    assert same is not None
    assert same.acknowledged is not None  # it is denied as before
    other = store.correct(database, sighting, NewText("B1", "RU", None), SERVICE)
    assert (outcome(other), other and other.acknowledged) == ("allowed", None)


def test_a_passage_that_is_told_again_stays_acknowledged(database: Database, pictures: Pictures) -> None:
    add_vehicle(database, "A123BC77", "deny")
    camera_id = store.create_camera(database, {"name": "gate", "source": "rtsp://192.0.2.7/"}, SERVICE).id
    told = save_passage(database, pictures, new_passage(camera_id))
    assert told is not None
    first = acknowledged(database, told.id)
    again = save_passage(database, pictures, new_passage(camera_id, telling=2, frames=30))
    assert again is not None
    assert (again.id, again.frames, again.acknowledged) == (told.id, 30, first.acknowledged)


def acknowledge_once(url: str, sighting: str, number: int) -> datetime | None:
    database = open_database(url)
    made = store.acknowledge(database, sighting, SERVICE)
    database.close()
    assert made is not None
    return made.acknowledged


def test_of_several_guards_at_once_one_counts(database: Database, database_url: str) -> None:
    sighting = seen(database)
    times = at_once(3, acknowledge_once, database_url, sighting)
    assert len(set(times)) == 1
