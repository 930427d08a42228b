"""Events are written with what they are about, for those who want to hear of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from src.core.result import SightingRecord
from src.service.database import Database, tables
from src.service.delivery.events import EventKind
from src.service.delivery.outbox import tell
from src.service.query import SightingQuery
from src.service.store import (
    Actor,
    NewText,
    correct,
    create_camera,
    delete_plate,
    delete_sighting,
    open_pictures,
    save_passage,
    save_recognitions,
    search,
)
from tests.service.passages import new_passage
from tests.service.receivers import add_receiver, deliveries, events
from tests.service.recognitions import NOON, plate, recognised, save
from tests.service.registered import add_place, add_vehicle

NEW, CHANGED = "sighting", "sighting.changed"


def camera(database: Database, name: str = "gate", **fields: Any) -> str:
    return create_camera(database, {"name": name, **fields}, Actor()).id


def seen(database: Database) -> SightingRecord:
    (found,) = search(database, SightingQuery()).items
    return found


def test_a_photograph_tells_of_each_plate_to_each_who_listens(database: Database) -> None:
    office, depot = add_receiver(database), add_receiver(database, "depot")
    add_receiver(database, "off", enabled=False)
    save(database, None, plate("A1"), plate("B2"), plate(""), camera="gate")
    assert sorted(events(database)) == [(NEW, "A1"), (NEW, "B2")]
    of = [(row.event.text, row.receiver_id, row.state, row.attempts) for row in deliveries(database)]
    assert sorted(of) == sorted((text, one, "waiting", 0) for text in ("A1", "B2") for one in (office, depot))
    (found, _) = search(database, SightingQuery()).items
    (row, *_) = [row for row in deliveries(database) if row.event.text == found.text]
    assert row.event.body == {
        "id": row.event_id,
        "kind": NEW,
        "at": row.event.at.isoformat(),
        "sighting": found.model_dump(mode="json"),
    }
    assert row.event.subject == found.id
    assert row.expires == row.event.at + timedelta(days=1)
    assert row.due == row.event.at


def test_where_nobody_listens_nothing_is_written(database: Database) -> None:
    add_receiver(database, enabled=False)
    add_receiver(database, "visits", events=["visit.began"])
    save(database, None, plate())
    assert events(database) == []


def test_a_save_that_fails_tells_nothing(database: Database) -> None:
    add_receiver(database)

    def fail(_: object) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        save_recognitions(database, None, [recognised(plate())], fail)
    assert events(database) == []


def test_a_passage_is_told_once_and_again_where_it_has_become_another(database: Database) -> None:
    add_receiver(database)
    gate = camera(database)
    save_passage(database, None, new_passage(gate, text="A1", telling=1))
    save_passage(database, None, new_passage(gate, text="A1", telling=1))  # stored twice, as after a kill
    save_passage(database, None, new_passage(gate, text="A1", telling=2, confidence=0.99))
    assert events(database) == [(NEW, "A1")]
    save_passage(database, None, new_passage(gate, text="A2", telling=3))
    assert events(database) == [(NEW, "A1"), (CHANGED, "A2")]


def test_a_growing_sighting_is_news_where_its_decision_is_another(database: Database) -> None:
    add_receiver(database)
    gate = camera(database, merge_s=60.0)
    save_passage(database, None, new_passage(gate, text="A1", key="one"))
    save_passage(database, None, new_passage(gate, text="A1", key="two"))
    save(database, None, plate("A1", confidence=0.99), camera="gate")
    assert events(database) == [(NEW, "A1")]
    add_vehicle(database, "A1", "allow")
    save_passage(database, None, new_passage(gate, text="A1", key="three"))
    save(database, None, plate("A1", confidence=0.999), camera="gate")  # surer, and nothing else
    assert events(database) == [(NEW, "A1"), (CHANGED, "A1")]
    assert seen(database).times == 5


def test_a_photograph_that_changes_a_decision_tells_so(database: Database) -> None:
    add_receiver(database)
    camera(database, merge_s=60.0)
    save(database, None, plate("A1"), camera="gate")
    add_vehicle(database, "A1", "deny")
    save(database, None, plate("A1"), camera="gate")
    assert events(database) == [(NEW, "A1"), (CHANGED, "A1")]


def test_a_correction_is_told_with_its_new_decision(database: Database) -> None:
    add_receiver(database)
    add_vehicle(database, "B2", "allow")
    save(database, None, plate("A1"))
    correct(database, seen(database).id, NewText("B2", "RU", None), Actor())
    assert events(database) == [(NEW, "A1"), (CHANGED, "B2")]
    assert deliveries(database)[-1].event.body["sighting"]["decision"]["outcome"] == "allowed"
    correct(database, "0" * 32, NewText("B2", "RU", None), Actor())
    assert len(events(database)) == 2


@pytest.mark.parametrize(
    ("filters", "hears"),
    [
        ({}, True),
        ({"events": [CHANGED]}, False),
        ({"events": [CHANGED, NEW]}, True),
        ({"outcomes": ["denied"]}, False),
        ({"outcomes": ["denied", "allowed"]}, True),
        ({"cameras": ["gate"]}, True),
        ({"cameras": ["yard"]}, False),
        ({"places": ["Depot"]}, True),
        ({"places": ["Yard"]}, False),
        ({"lists": ["allow"]}, True),
        ({"lists": ["deny"]}, False),
        ({"lists": ["watch"]}, True),
        ({"lists": ["allow"], "cameras": ["yard"]}, False),
    ],
)
def test_filters_choose(database: Database, filters: dict[str, list[str]], hears: bool) -> None:
    add_place(database, "Depot", camera="gate")
    add_place(database, "Yard", camera="yard")
    add_vehicle(database, "A1", "allow", "watch")
    add_vehicle(database, "B2", "deny")
    add_receiver(database, **{what: ids(database, what, names) for what, names in filters.items()})
    save(database, None, plate("A1", confidence=0.999), camera="gate")
    assert events(database) == ([(NEW, "A1")] if hears else [])


def ids(database: Database, what: str, names: list[str]) -> list[str]:
    """The identifiers of the cameras, places or lists of these names; other filters as they are."""
    rows = {"cameras": tables.CameraRow, "places": tables.PlaceRow, "lists": tables.ListRow}
    if what not in rows:
        return names
    with database.reading() as session:
        return [row.id for row in session.query(rows[what]).all() if row.name in names]


def test_what_is_erased_is_told_no_more(database: Database, tmp_path: Any) -> None:
    add_receiver(database)
    pictures = open_pictures(database, tmp_path / "pictures")
    save(database, None, plate("A1"), plate("B2"), plate("C3"))
    (gone,) = [item for item in search(database, SightingQuery()).items if item.text == "B2"]
    delete_sighting(database, pictures, gone.id, Actor())
    assert sorted(text or "" for _, text in events(database)) == ["A1", "C3"]
    (misread,) = [item for item in search(database, SightingQuery()).items if item.text == "C3"]
    correct(database, misread.id, NewText("D4", "RU", None), Actor())
    assert sorted(text or "" for _, text in events(database)) == ["A1", "C3", "D4"]
    delete_plate(database, pictures, "C3", Actor())  # what was told of the other plate names this one as read
    assert [text for _, text in events(database)] == ["A1"]
    assert [row.event.text for row in deliveries(database)] == ["A1"]


def test_what_was_told_of_a_plate_before_it_was_read_otherwise_is_erased_with_it(
    database: Database, tmp_path: Any
) -> None:
    add_receiver(database)
    gate = camera(database)
    save_passage(database, None, new_passage(gate, text="A1", telling=1))
    save_passage(database, None, new_passage(gate, text="A2", telling=2))
    delete_plate(database, open_pictures(database, tmp_path / "pictures"), "A1", Actor())
    assert events(database) == [(CHANGED, "A2")]


# barriers


def barrier(database: Database, **fields: Any) -> str:
    return add_receiver(database, "bar", "barrier", outcomes=["allowed"], **fields)


def now() -> datetime:
    return datetime.now(UTC)


def told(database: Database, kind: EventKind, sighting: SightingRecord, at: datetime) -> None:
    with database.session() as session:
        tell(session, kind, sighting=sighting, at=at)


@pytest.fixture
def car(database: Database) -> SightingRecord:
    """A vehicle that is let in, seen at NOON, before there was a barrier."""
    add_vehicle(database, "A1", "allow")
    save(database, None, plate("A1", confidence=0.999))
    found = seen(database)
    assert found.decision is not None
    assert found.decision.outcome == "allowed"
    return found


def test_a_barrier_opens_for_whom_it_is_allowed_to_and_while_they_stand_there(
    database: Database, car: SightingRecord
) -> None:
    barrier(database)
    told(database, EventKind.SIGHTING, car, NOON + timedelta(seconds=4))
    (row,) = deliveries(database)
    assert row.expires == NOON + timedelta(seconds=10)


def test_a_barrier_opens_for_nobody_who_was_seen_long_ago(database: Database, car: SightingRecord) -> None:
    barrier(database)
    told(database, EventKind.SIGHTING, car, NOON + timedelta(seconds=10))
    told(database, EventKind.SIGHTING_CHANGED, car, NOON + timedelta(seconds=11))
    assert deliveries(database) == []


def test_a_clock_that_is_ahead_opens_no_barrier_later(database: Database, car: SightingRecord) -> None:
    barrier(database)
    told(database, EventKind.SIGHTING, car, NOON - timedelta(hours=1))
    (row,) = deliveries(database)
    assert row.expires == NOON - timedelta(hours=1) + timedelta(seconds=10)


@pytest.mark.parametrize(("state", "opens"), [("waiting", False), ("delivered", False), ("dead", True)])
def test_a_barrier_opens_once_for_one_sighting(
    database: Database, car: SightingRecord, state: str, opens: bool
) -> None:
    barrier(database)
    told(database, EventKind.SIGHTING, car, NOON)
    with database.session() as session:
        session.execute(update(tables.DeliveryRow).values(state=state))
    told(database, EventKind.SIGHTING_CHANGED, car, NOON + timedelta(seconds=2))
    assert len(deliveries(database)) == (2 if opens else 1)


def test_what_is_no_longer_allowed_is_not_opened_for(database: Database, car: SightingRecord) -> None:
    barrier(database)
    told(database, EventKind.SIGHTING, car, NOON)
    told(database, EventKind.SIGHTING_CHANGED, car.model_copy(update={"decision": None}), NOON + timedelta(seconds=1))
    (row,) = deliveries(database)
    assert (row.state, row.ended) == ("dead", NOON + timedelta(seconds=1))


def test_a_barrier_hears_of_sightings_alone(database: Database, car: SightingRecord) -> None:
    add_receiver(database, "bar", "barrier")
    told(database, EventKind.TEST, car, NOON)
    assert deliveries(database) == []
