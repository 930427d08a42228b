"""Deleting sightings and plates."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from src.service.database import Database, open_database, tables
from src.service.query import SightingQuery
from src.service.store import (
    Action,
    Actor,
    Pictures,
    Scope,
    TextError,
    create_key,
    delete_plate,
    delete_sighting,
    open_pictures,
    plate,
    record,
    search,
    sighting,
    sweep,
)
from tests.service import recognitions
from tests.service.parallel import at_once
from tests.service.recognitions import save

NOBODY = Actor()


def rows(database: Database) -> dict[str, int]:
    counted = (tables.ImageRow, tables.DetectionRow, tables.SightingRow, tables.PlateRow)
    with database.reading() as session:
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in counted}


def files(pictures: Pictures) -> set[str]:
    return {path.name for path in pictures.folder.glob("*/*")}


def audit(database: Database) -> list[tuple[str, str | None, object, str | None]]:
    row = tables.AuditRow
    with database.reading() as session:
        return list(session.execute(select(row.action, row.subject, row.detail, row.remote).order_by(row.at)).all())


class TestSighting:
    def test_a_picture_stays_until_its_last_sighting_goes(self, database: Database, pictures: Pictures) -> None:
        stored = save(database, pictures, *map(recognitions.plate, ("A1", "B1", "")))
        first, second = map(str, stored.sightings[:2])
        assert delete_sighting(database, pictures, first, NOBODY)
        assert (sighting(database, first), files(pictures)) == (None, {stored.id})
        assert rows(database) == {"images": 1, "detections": 2, "sightings": 1, "plates": 1}
        assert delete_sighting(database, pictures, second, NOBODY)
        assert set(rows(database).values()) == {0}
        assert files(pictures) == set()

    def test_a_plate_stays_until_its_last_sighting_goes(self, database: Database, pictures: Pictures) -> None:
        stored = [save(database, pictures, recognitions.plate("A1")) for _ in range(2)]
        delete_sighting(database, pictures, str(stored[0].sightings[0]), NOBODY)
        assert (rows(database)["plates"], files(pictures)) == (1, {stored[1].id})

    def test_one_that_is_not_there(self, database: Database, pictures: Pictures) -> None:
        save(database, pictures, recognitions.plate("A1"))
        assert not delete_sighting(database, pictures, "0" * 32, NOBODY)
        assert rows(database)["sightings"] == 1


class TestPlate:
    def test_all_its_sightings_go_in_any_spelling_and_country(self, database: Database, pictures: Pictures) -> None:
        for region in ("RU", None):
            save(database, pictures, recognitions.plate("A123BC77", region=region))
        both = save(database, pictures, *map(recognitions.plate, ("A123BC77", "B1")))
        assert delete_plate(database, pictures, "а 123 вс 77", NOBODY) == 3
        assert plate(database, "A123BC77") is None
        assert rows(database) == {"images": 1, "detections": 1, "sightings": 1, "plates": 1}
        assert files(pictures) == {both.id}

    def test_wildcards_are_none(self, database: Database, pictures: Pictures) -> None:
        save(database, pictures, recognitions.plate("A1"))
        for typed in ("*", "%", "A?", "A_"):
            assert delete_plate(database, pictures, typed, NOBODY) == 0

    def test_more_than_one_statement_takes(
        self, database: Database, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("src.service.store.removal.BATCH", 2)
        for _ in range(5):
            save(database, pictures, recognitions.plate("A1"), recognitions.plate("A1", region=None))
        assert delete_plate(database, pictures, "A1", NOBODY) == 10
        assert set(rows(database).values()) == {0}
        assert files(pictures) == set()

    def test_what_no_plate_has(self, database: Database, pictures: Pictures) -> None:
        with pytest.raises(TextError):
            delete_plate(database, pictures, "A\x00", NOBODY)


def test_deletions_are_audited_found_or_not(database: Database, pictures: Pictures) -> None:
    key = create_key(database, "office", [Scope.DELETE]).key
    (known,) = save(database, pictures, recognitions.plate("A1")).sightings
    delete_sighting(database, pictures, str(known), Actor(key.id, "10.0.0.1"))
    delete_plate(database, pictures, "a-1", Actor(remote="10.0.0.2"))
    assert audit(database)[1:] == [
        ("delete sighting", known, {"sightings": 1}, "10.0.0.1"),
        ("delete plate", None, {"sightings": 0}, "10.0.0.2"),
    ]
    with database.reading() as session:
        assert list(session.scalars(select(tables.AuditRow.key_id).order_by(tables.AuditRow.at))) == [
            None,
            key.id,
            None,
        ]


def test_the_audit_forgets_a_deleted_plate_but_not_deeds(database: Database, pictures: Pictures) -> None:
    for region in ("RU", "RU", None):
        save(database, pictures, recognitions.plate("A1", region=region))
    with database.reading() as session:
        ids = dict(session.execute(select(tables.PlateRow.id, tables.PlateRow.region)).all())
    for about in ("а-1", "*A1?"):
        record(database, Action.SEARCH, about, NOBODY, {"region": "RU"})
    record(database, Action.PLATE, "A1", NOBODY)
    kept = [("search", about, {"limit": 1}, None) for about in ("A*", "A12", "*")]
    for _, about, detail, _ in kept:
        record(database, Action.SEARCH, about, NOBODY, detail)
    delete_plate(database, pictures, "a 1", NOBODY)
    entries = audit(database)
    assert entries[:3] == [*[("search", None, None, None)] * 2, ("plate", None, None, None)]
    assert entries[3:6] == kept
    assert {ids[str(about)]: detail for _, about, detail, _ in entries[6:]} == {
        "RU": {"sightings": 2},
        None: {"sightings": 1},
    }


def test_a_search_for_what_looks_alike_is_forgotten_too_and_another_plate_is_not(
    database: Database, pictures: Pictures
) -> None:
    save(database, pictures, recognitions.plate("BO1"))
    save(database, pictures, recognitions.plate("B01"))
    record(database, Action.SEARCH, "80i", NOBODY)
    record(database, Action.PLATE, "B01", NOBODY)
    assert delete_plate(database, pictures, "BO1", NOBODY) == 1
    assert [entry[:2] for entry in audit(database)[:2]] == [("search", None), ("plate", "B01")]


def test_what_is_no_plate_makes_the_audit_forget_nothing(database: Database, pictures: Pictures) -> None:
    record(database, Action.SEARCH, "*", NOBODY)
    delete_plate(database, pictures, "-", NOBODY)
    assert audit(database)[0] == ("search", "*", None, None)


def test_a_picture_that_cannot_be_removed_is_left_to_the_sweep(
    database: Database, pictures: Pictures, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stored = [save(database, pictures, recognitions.plate(text)) for text in ("A1", "B1")]

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", refuse)
        assert delete_plate(database, pictures, "A1", NOBODY) == 1
        assert delete_sighting(database, pictures, str(stored[1].sightings[0]), NOBODY)
    assert set(rows(database).values()) == {0}
    assert [record.message for record in caplog.records] == [
        f"{one.id[:2]}/{one.id} is not removed yet: Permission denied" for one in stored
    ]
    monkeypatch.setattr("src.service.store.retention.ORPHAN_AGE_S", -1)
    assert sweep(database, pictures) == 2


def test_texts_of_strangers_are_audited_as_text(database: Database) -> None:
    record(database, Action.SEARCH, "a\x00'; DROP TABLE audit; --" + "x" * 999, Actor(remote="\udcff"), {"q": "\x00"})
    ((action, subject, detail, remote),) = audit(database)
    assert (action, detail, remote) == ("search", {"q": "\x00"}, "�")
    assert str(subject).startswith("a�'; DROP TABLE audit; --x")
    assert len(str(subject)) == 255


def save_and_delete(url: str, folder: Path, number: int) -> int:
    """Half of the processes see two plates over and over, the others delete them; how many sightings were deleted."""
    database = open_database(url)
    pictures = open_pictures(database, folder)
    deleted = 0
    for _ in range(8):
        if number % 2:
            save(database, pictures, *map(recognitions.plate, ("A1", "B1")))
            continue
        deleted += delete_plate(database, pictures, "A1", NOBODY)
        for item in search(database, SightingQuery(text="B1", limit=2)).items:
            deleted += delete_sighting(database, pictures, item.id, NOBODY)
    database.close()
    return deleted


def test_deleting_while_others_save(database: Database, database_url: str, tmp_path: Path) -> None:
    deleted = sum(at_once(4, save_and_delete, database_url, tmp_path / "pictures"))
    left = search(database, SightingQuery(limit=500)).items
    assert deleted + len(left) == 2 * 2 * 8
    found = rows(database)
    assert found["sightings"] == found["detections"] == len(left)
    assert found["plates"] == len({item.text for item in left})
    assert found["images"] == len({item.image_id for item in left})
    assert files(open_pictures(database, tmp_path / "pictures")) == {item.image_id for item in left}
