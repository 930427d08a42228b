"""What was delivered or given up is kept for some days, and events for no longer than what they are about."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from src.service.database import Database, tables
from src.service.store import Pictures, expire, expire_deliveries, expire_unmatched
from tests.service.receivers import add_receiver, deliveries, events
from tests.service.recognitions import plate, save
from tests.service.registered import add_vehicle

NOW = datetime.now(UTC)


def ended(database: Database, text: str, state: str, days: float | None) -> None:
    """Makes the deliveries of a plate ones that ended so many days ago."""
    of = select(tables.EventRow.id).where(tables.EventRow.text == text)
    when = None if days is None else NOW - timedelta(days=days)
    with database.session() as session:
        row = tables.DeliveryRow
        session.execute(update(row).where(row.event_id.in_(of)).values(state=state, ended=when))


def aged(database: Database, days: float) -> None:
    with database.session() as session:
        session.execute(update(tables.EventRow).values(at=NOW - timedelta(days=days)))


def left(database: Database) -> set[str | None]:
    return {row.event.text for row in deliveries(database)}


def test_what_ended_long_ago_goes_with_its_event(database: Database) -> None:
    add_receiver(database)
    for text in ("OLD", "DEAD", "NEW", "WAITS"):
        save(database, None, plate(text))
    aged(database, 30)
    ended(database, "OLD", "delivered", 8)
    ended(database, "DEAD", "dead", 8)
    ended(database, "NEW", "dead", 6)
    ended(database, "WAITS", "waiting", None)
    assert expire_deliveries(database, NOW - timedelta(days=7)) == 2
    assert left(database) == {"NEW", "WAITS"}
    assert {text for _, text in events(database)} == {"NEW", "WAITS"}
    assert expire_deliveries(database, NOW - timedelta(days=7)) == 0


def test_an_event_stays_while_one_of_its_deliveries_does(database: Database) -> None:
    first, second = add_receiver(database), add_receiver(database, "depot")
    save(database, None, plate("A1"))
    aged(database, 30)
    with database.session() as session:
        row = tables.DeliveryRow
        old = {"state": "delivered", "ended": NOW - timedelta(days=8)}
        session.execute(update(row).where(row.receiver_id == first).values(**old))
    assert expire_deliveries(database, NOW - timedelta(days=7)) == 1
    assert [row.receiver_id for row in deliveries(database)] == [second]


def test_an_event_that_nobody_is_left_to_hear_goes(database: Database) -> None:
    add_receiver(database)
    save(database, None, plate("A1"))
    with database.session() as session:
        session.query(tables.ReceiverRow).delete()
    assert deliveries(database) == []
    assert expire_deliveries(database, NOW - timedelta(days=7)) == 0
    assert len(events(database)) == 1  # one that is just being written has no deliveries yet either
    aged(database, 8)
    expire_deliveries(database, NOW - timedelta(days=7))
    assert events(database) == []


def test_more_than_one_batch_goes(database: Database) -> None:
    add_receiver(database)
    with database.session() as session:
        receiver = session.scalars(select(tables.ReceiverRow.id)).one()
        old = NOW - timedelta(days=8)
        for _ in range(600):
            event = tables.EventRow(at=old, kind="test", body={})
            terms = {"state": "dead", "due": old, "expires": old, "ended": old}
            session.add(tables.DeliveryRow(event=event, receiver_id=receiver, **terms))
    assert expire_deliveries(database, NOW - timedelta(days=7)) == 600
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(tables.EventRow)) == 0


def test_retention_takes_events_with_their_sightings_and_those_that_are_as_old(
    database: Database, pictures: Pictures
) -> None:
    add_receiver(database)
    old = save(database, pictures, plate("OLD"))
    save(database, pictures, plate("NEW"))
    with database.session() as session:
        when = NOW - timedelta(days=31)
        session.execute(update(tables.ImageRow).where(tables.ImageRow.id == old.id).values(received=when))
    expire(database, pictures, NOW - timedelta(days=30))
    assert left(database) == {"NEW"}  # although the event of the other is new, as that of a late correction is
    aged(database, 31)
    expire(database, pictures, NOW - timedelta(days=30))
    assert events(database) == []


def test_what_is_unmatched_is_told_no_more_once_it_is_deleted(database: Database, pictures: Pictures) -> None:
    add_receiver(database)
    add_vehicle(database, "KNOWN", "allow")
    save(database, pictures, plate("KNOWN", confidence=0.999))
    sure = {"confidence": 0.999, "candidates": [{"text": "STRANGER", "region": "RU", "confidence": 0.999}]}
    save(database, pictures, plate("STRANGER", **sure))
    with database.session() as session:
        session.execute(update(tables.ImageRow).values(received=NOW - timedelta(hours=30)))
    assert expire_unmatched(database, pictures, NOW - timedelta(hours=24)) == 1
    assert left(database) == {"KNOWN"}
