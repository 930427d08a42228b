"""Of a person who was erased the files of SQLite, or a dump of PostgreSQL, have nothing but the audit's note."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url, select

from src.service import store
from src.service.database import Database, tables
from src.service.store import SERVICE, Claim, registry
from src.service.store.answers import NewAnswer, keep_answer
from tests.service.postgres import programs
from tests.service.sheet_files import give, sheet, take

NAME, PHONE, FIRST_PHONE, MAIL = "Zebulon Quist", "+7 921 5550173", "+7 921 5550199", "zquist@example.com"
TRACES = [trace.encode() for trace in (NAME, "Quist", PHONE, FIRST_PHONE, MAIL)]
SHEET = sheet(f"plate|list|kind|owner|owner_phone|owner_email\nA1|Staff|allow|{NAME}|{FIRST_PHONE}|{MAIL}")


def on_disk(database: Database) -> bytes:
    """All bytes of SQLite's files, or a dump of PostgreSQL."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        files = sorted(Path(str(url.database)).parent.glob("number-plate.db*"))
        assert len(files) > 1  # its log is beside it
        return b"".join(path.read_bytes() for path in files)
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run([programs() / "pg_dump", address], check=True, capture_output=True).stdout


def lives_of(database: Database) -> str:
    """A person who was imported, looked up, changed, searched and exported, and the identifier that they have."""
    take(database, SHEET)
    (found,) = registry.persons(database, "quist", 5, None, SERVICE).items
    registry.change_person(database, found.id, {"phone": PHONE, "notes": f"{NAME} calls at night"}, SERVICE)
    registry.person(database, found.id, SERVICE)
    registry.vehicles(database, registry.VehicleQuery(), 5, None, SERVICE)
    vehicle = registry.create_vehicle(database, {"text": "B2", "region": None}, SERVICE)
    registry.add_link(database, vehicle.id, found.id, "driver", SERVICE)
    take(database, give(database))
    answer(database, vehicle.id)
    return found.id


def answer(database: Database, vehicle_id: str) -> None:
    """Keeps an answer to a request that named the vehicle, as recognition does."""
    now = datetime.now(UTC)
    claim = store.claim_answer(database, "", "key", "0" * 64, now, timedelta(seconds=30))
    assert isinstance(claim, Claim)
    with database.session() as session:
        keep_answer(session, NewAnswer(claim, 200, f'{{"vehicle": "{vehicle_id}"}}'.encode(), ["B2"]))


def test_nothing_is_left_of_a_person_who_was_erased(database: Database) -> None:
    person_id = lives_of(database)
    before = on_disk(database)
    for trace in TRACES:
        if trace != FIRST_PHONE.encode():
            assert trace in before, trace
    assert registry.erase_person(database, person_id, SERVICE) == 2
    after = on_disk(database)
    assert [trace for trace in TRACES if trace in after] == []
    assert b"A1" in after  # the vehicles stay
    with database.reading() as session:
        entries = [(row.action, row.subject) for row in session.scalars(select(tables.AuditRow))]
    assert ("erase person", person_id) in entries
    assert registry.erase_person(database, person_id, SERVICE) is None


def test_an_erased_person_is_overwritten_while_others_are_at_work(database: Database) -> None:
    person_id = lives_of(database)
    with database.reading() as session:
        assert session.scalars(select(tables.PersonRow.name)).all() == [NAME]
    for number in range(50):
        registry.create_person(database, {"name": f"Someone {number}"}, SERVICE)
    registry.erase_person(database, person_id, SERVICE)
    registry.create_person(database, {"name": "Someone else"}, SERVICE)
    after = on_disk(database)
    assert [trace for trace in TRACES if trace in after] == []
    assert b"Someone else" in after


def test_telephones_that_an_import_replaced_are_gone_with_the_person(database: Database) -> None:
    take(database, SHEET)
    take(database, sheet(f"plate|owner|owner_phone\nA1|{NAME}|{PHONE}"))
    (person,) = registry.persons(database, None, 5, None, SERVICE).items
    registry.erase_person(database, person.id, SERVICE)
    after = on_disk(database)
    assert [trace for trace in TRACES if trace in after] == []
