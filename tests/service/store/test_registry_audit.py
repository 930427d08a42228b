"""What the audit keeps of the registry: who did what to which entry, and no plate or person that was deleted."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from src.service.database import Database, tables
from src.service.store import SERVICE, Actor, Pictures, delete_plate, expire, registry
from src.service.store.registry import VehicleQuery

GUARD = Actor(None, "192.0.2.1", sees_persons=False)


def entries(database: Database, action: str) -> list[tuple[str | None, object, str | None]]:
    row = tables.AuditRow
    with database.reading() as session:
        found = session.scalars(select(row).where(row.action == action).order_by(row.at))
        return [(entry.subject, entry.detail, entry.remote) for entry in found]


def test_a_search_is_noted_and_forgotten_with_its_plate(database: Database, pictures: Pictures) -> None:
    for text in ("а1вс77", "A1*", "B2"):
        registry.vehicles(database, VehicleQuery(text=text, list="Staff"), 5, None, GUARD)
    assert [subject for subject, _, _ in entries(database, "vehicles")] == ["а1вс77", "A1*", "B2"]
    delete_plate(database, pictures, "A1BC77", SERVICE)
    assert [subject for subject, _, _ in entries(database, "vehicles")] == [None, "A1*", "B2"]
    expire(database, pictures, datetime.now(UTC) + timedelta(seconds=1))
    assert [subject for subject, _, _ in entries(database, "vehicles")] == [None, None, None]


def test_a_look_at_a_vehicle_is_one_at_its_persons_for_those_who_may_see_them(database: Database) -> None:
    person = registry.create_person(database, {"name": "I. Petrov"}, SERVICE)
    vehicle = registry.create_vehicle(database, {"text": "A1", "region": None}, SERVICE)
    registry.add_link(database, vehicle.id, person.id, "owner", SERVICE)
    for actor, persons in ((GUARD, None), (Actor(None, "192.0.2.2"), ["I. Petrov"])):
        seen = registry.vehicle(database, vehicle.id, actor)
        assert seen is not None
        assert (None if seen.persons is None else [each.name for each in seen.persons]) == persons
    assert entries(database, "person") == [(person.id, {"persons": [person.id]}, "192.0.2.2")]
    assert len(entries(database, "vehicle")) == 2
    assert "Petrov" not in repr(person)
