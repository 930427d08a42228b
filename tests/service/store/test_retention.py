"""Forgetting what is too old, and removing what no row knows."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from src.service.database import Database, tables
from src.service.query import SightingQuery
from src.service.store import (
    SERVICE,
    Action,
    Expired,
    Pictures,
    Scope,
    StoredImage,
    create_key,
    expire,
    open_pictures,
    record,
    search,
    sweep,
)
from tests.service.recognitions import plate, save

NOW = datetime.now(UTC)


def age(database: Database, stored: StoredImage, days: float) -> None:
    """Makes a picture one that was received so many days ago."""
    with database.session() as session:
        when = NOW - timedelta(days=days)
        session.execute(update(tables.ImageRow).where(tables.ImageRow.id == stored.id).values(received=when))


def texts(database: Database) -> set[str]:
    return {item.text for item in search(database, SightingQuery()).items}


def files(pictures: Pictures) -> set[str]:
    return {path.name for path in pictures.folder.glob("*/*")}


def make_old(pictures: Pictures, stored_as: str) -> None:
    long_ago = time.time() - 2 * 3600
    os.utime(pictures.path(stored_as), (long_ago, long_ago))


def test_what_is_too_old_goes_with_its_files(database: Database, pictures: Pictures) -> None:
    old = save(database, pictures, plate("OLD"), plate("BOTH"))
    new = save(database, pictures, plate("BOTH"), taken=NOW - timedelta(days=999))  # an old photograph that just came
    age(database, old, 31)
    assert expire(database, pictures, NOW - timedelta(days=30)) == Expired(images=1, sightings=2, plates=1)
    assert (texts(database), files(pictures)) == ({"BOTH"}, {new.id})
    assert expire(database, pictures, NOW - timedelta(days=30)) == Expired()


def test_a_picture_is_as_old_as_the_later_of_its_two_times(database: Database, pictures: Pictures) -> None:
    def kept(received: float, taken: float | None) -> StoredImage:
        when = None if taken is None else NOW - timedelta(days=taken)
        stored = save(database, pictures, plate(), taken=when)
        age(database, stored, received)
        return stored

    for gone in ((30.5, None), (30.5, 30.1), (30.5, 99), (31.1, 3)):  # the last is from a time when it was not refused
        kept(*gone)
    stay = {kept(*one).id for one in ((30.5, 29.9), (29.9, None), (29.9, 99))}
    assert expire(database, pictures, NOW - timedelta(days=30)).images == 4
    assert files(pictures) == stay


def test_it_goes_in_batches_each_of_them_audited(
    database: Database, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.service.store.retention.BATCH", 2)
    for _ in range(5):
        age(database, save(database, pictures, plate("A1")), 31)
    assert expire(database, pictures, NOW - timedelta(days=30)) == Expired(5, 5, 1)
    assert files(pictures) == set()
    with database.reading() as session:
        entries = session.scalars(select(tables.AuditRow).order_by(tables.AuditRow.at)).all()
    assert {entry.action for entry in entries} == {"expire"}
    assert [entry.detail["images"] for entry in entries if entry.detail] == [2, 2, 1]
    assert entries[0].subject == (NOW - timedelta(days=30)).isoformat()


def test_the_audit_forgets_plates_but_not_deeds(database: Database, pictures: Pictures) -> None:
    create_key(database, "office", [Scope.READ])
    record(database, Action.SEARCH, "A1*", SERVICE, {"found": 3})
    with database.session() as session:
        session.execute(update(tables.AuditRow).values(at=NOW - timedelta(days=31)))
    record(database, Action.SEARCH, "B1*", SERVICE)
    expire(database, pictures, NOW - timedelta(days=30))
    with database.reading() as session:
        found = set(session.execute(select(tables.AuditRow.action, tables.AuditRow.subject)).all())
    assert found == {("create key", "office"), ("search", None), ("search", "B1*")}


def test_a_time_without_a_zone_is_refused(database: Database, pictures: Pictures) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        expire(database, pictures, datetime(2025, 6, 1))


def test_files_without_a_row_go_with_what_is_too_old(database: Database, pictures: Pictures) -> None:
    make_old(pictures, pictures.put("a" * 32, b"x"))
    assert expire(database, pictures, NOW - timedelta(days=30)) == Expired(files=1)
    with database.reading() as session:
        assert session.scalars(select(tables.AuditRow.detail)).all() == [{"files": 1}]


class TestSweep:
    def test_files_that_no_row_knows_go_once_they_are_old(self, database: Database, pictures: Pictures) -> None:
        stored = save(database, pictures, plate())
        known = f"{stored.id[:2]}/{stored.id}"
        orphans = [pictures.put(digit * 32, b"x") for digit in "abc"]
        unfinished = orphans[0] + ".part"
        pictures.path(unfinished).touch()
        for stored_as in (known, unfinished, *orphans[:2]):
            make_old(pictures, stored_as)
        assert sweep(database, pictures) == 3
        assert files(pictures) == {stored.id, "c" * 32}

    def test_files_of_others_stay(self, database: Database, pictures: Pictures) -> None:
        stored_as = pictures.put("a" * 32, b"x")
        others = ["aa/notes.txt", "../other.txt", "aa/../" + "b" * 32]
        for name in others:
            pictures.path(name).touch()
            make_old(pictures, name)
        assert sweep(database, pictures) == 0
        assert pictures.path(stored_as).exists()
        assert all(pictures.path(name).exists() for name in others)

    def test_more_than_one_statement_takes(
        self, database: Database, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("src.service.store.retention.BATCH", 2)
        for digit in "abcde":
            make_old(pictures, pictures.put(digit * 32, b"x"))
        assert sweep(database, pictures) == 5

    def test_another_database_finds_nothing_to_remove(self, database: Database, pictures: Pictures) -> None:
        """Changing the database by mistake must not cost the pictures of the first."""
        stored_as = pictures.put("a" * 32, b"x")
        make_old(pictures, stored_as)
        database.identity = "f" * 32
        assert sweep(database, open_pictures(database, pictures.folder.parent)) == 0
        assert pictures.path(stored_as).exists()
