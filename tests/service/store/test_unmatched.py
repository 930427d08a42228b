"""Sightings of vehicles that the registry does not know go after hours."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from src.service.database import Database, tables
from src.service.query import SightingQuery
from src.service.store import NewAnswer, NewText, Pictures, claim_answer, correct, expire_unmatched, search
from src.service.store.answers import FirstAnswer, keep_answer
from src.service.store.audit import Actor
from tests.service.api_client import running
from tests.service.recognitions import plate, save
from tests.service.registered import add_vehicle

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def seen(
    database: Database,
    pictures: Pictures,
    text: str,
    outcome: str | None = "unknown",
    hours: float = 5,
    received: float = 5,
    last: float | None = None,
) -> str:
    """A sighting that was decided on, so many hours ago."""
    stored = save(database, pictures, plate(text), taken=NOW - hours * HOUR)
    last_seen = None if last is None else NOW - last * HOUR
    row, image = tables.SightingRow, tables.ImageRow
    with database.session() as session:
        changed = update(row).where(row.id == stored.sightings[0])
        session.execute(changed.values(outcome=outcome, last_seen=last_seen))
        session.execute(update(image).where(image.id == stored.id).values(received=NOW - received * HOUR))
    return str(stored.sightings[0])


def texts(database: Database) -> list[str]:
    return sorted(item.text for item in search(database, SightingQuery()).items)


def files(pictures: Pictures) -> int:
    return len(list(pictures.folder.glob("*/*")))


def test_unknown_vehicles_go_with_their_pictures_and_plates(database: Database, pictures: Pictures) -> None:
    seen(database, pictures, "GONE")
    for outcome in ("allowed", "denied", "watched", "unsure", None):
        seen(database, pictures, f"KEPT{outcome}".upper(), outcome)
    assert expire_unmatched(database, pictures, NOW - 4 * HOUR) == 1
    assert (len(texts(database)), files(pictures)) == (5, 5)
    assert "GONE" not in texts(database)
    with database.reading() as session:
        assert "GONE" not in set(session.scalars(select(tables.PlateRow.text)))
    assert expire_unmatched(database, pictures, NOW - 4 * HOUR) == 0


@pytest.mark.parametrize(
    ("times", "stays"),
    [
        ({"hours": 3}, True),
        ({"received": 3}, True),  # an old photograph that has just come
        ({"last": 3}, True),  # the car still stands there
        ({"last": 4.5}, False),
        ({"hours": -20, "received": 5}, True),
        ({"hours": -20, "received": 29}, False),  # a clock that is ahead
    ],
)
def test_its_age_is_that_of_what_was_told_last(
    database: Database, pictures: Pictures, times: dict[str, Any], stays: bool
) -> None:
    seen(database, pictures, "A1", **times)
    expire_unmatched(database, pictures, NOW - 4 * HOUR)
    assert bool(texts(database)) == stays


def test_a_picture_that_shows_a_known_vehicle_too_stays(database: Database, pictures: Pictures) -> None:
    stored = save(database, pictures, plate("GONE"), plate("KEPT"), taken=NOW - 5 * HOUR)
    row = tables.SightingRow
    with database.session() as session:
        session.execute(update(tables.ImageRow).values(received=NOW - 5 * HOUR))
        for known, outcome in zip(stored.sightings, ("unknown", "allowed"), strict=True):
            session.execute(update(row).where(row.id == known).values(outcome=outcome))
    assert expire_unmatched(database, pictures, NOW - 4 * HOUR) == 1
    assert (texts(database), files(pictures)) == (["KEPT"], 1)


def test_it_goes_in_batches_each_of_them_audited(
    database: Database, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.service.store.unmatched.BATCH", 2)
    for number in range(5):
        seen(database, pictures, f"A{number}")
    assert expire_unmatched(database, pictures, NOW - 4 * HOUR) == 5
    row = tables.AuditRow
    with database.reading() as session:
        entries = session.execute(select(row.action, row.subject, row.detail)).all()
    said = [tuple(entry) for entry in entries]
    assert said == [("expire", (NOW - 4 * HOUR).isoformat(), {"unmatched": count}) for count in (2, 2, 1)]


def test_answers_and_corrections_are_forgotten(database: Database, pictures: Pictures) -> None:
    add_vehicle(database, "X999XX99", "allow")  # what is corrected is decided anew, and without lists nothing is
    sighting = seen(database, pictures, "A1")
    assert correct(database, sighting, NewText("A1", "RU", None), Actor()) is not None
    claim = claim_answer(database, "", "once", "x", NOW, HOUR)
    with database.session() as session:
        keep_answer(session, NewAnswer(claim, 200, b"A1", ["A1", sighting]))  # type: ignore[arg-type]
    expire_unmatched(database, pictures, NOW - 4 * HOUR)
    assert claim_answer(database, "", "once", "x", NOW, HOUR) == FirstAnswer(200, None)
    with database.reading() as session:
        assert session.scalars(select(tables.CorrectionRow)).all() == []


def test_the_house_keeping_does_it_by_the_setting(models: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(models, data) as api:
        resources = api.service.resources
        seen(resources.database, resources.pictures, "A1")
    with running(models, data, retention_every_s=0.01) as api:
        api.ask("GET", "/ready")
        assert texts(api.service.resources.database) == ["A1"]
    with running(models, data, unmatched_hours=4, retention_every_s=0.01) as api:
        for _ in range(1000):
            if not api.get("/v1/sightings").json()["items"]:
                break
        assert texts(api.service.resources.database) == []
