"""Finding sightings, pictures, plates and counts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Select, func, select

import src.service.store as store
from src.service.database import Database, tables
from src.service.query import SightingQuery
from src.service.store import Pictures, search
from src.service.store.conditions import conditions
from tests.service.recognitions import NOON, plate, save

INJECTIONS = (
    "' OR '1'='1",
    "'; DROP TABLE sightings; --",
    "%",
    "_",
    "\\",
    "A%' ESCAPE '",
    '"',
    "京",
    "a\x00",
    "\udcff",
)


def texts(database: Database, **asked: object) -> list[str]:
    return [item.text for item in search(database, SightingQuery(**asked)).items]  # type: ignore[arg-type]


@pytest.fixture
def five(database: Database) -> Database:
    """Sightings of five minutes; the last is the newest."""
    for minute, text in enumerate(["A123BC77", "A123BC99", "B1", "A1", "京A1"]):
        camera = "gate" if minute % 2 else None
        save(database, None, plate(text, region=None if minute == 2 else "RU"), minute=minute, camera=camera)
    return database


def test_the_newest_come_first(five: Database) -> None:
    assert texts(five) == ["京A1", "A1", "B1", "A123BC99", "A123BC77"]


SPELLINGS = {
    "a123bc77": ["A123BC77"],
    "а 123 вс-77": ["A123BC77"],  # Cyrillic
    "A123*": ["A123BC99", "A123BC77"],
    "*1": ["京A1", "A1", "B1"],
    "?1": ["A1", "B1"],
    "8*": ["B1"],
    "A???BC??": ["A123BC99", "A123BC77"],
    "*2*7": ["A123BC77"],
    "京*": ["京A1"],
    "*": ["京A1", "A1", "B1", "A123BC99", "A123BC77"],
    **{typed: [] for typed in ("C?", "%", "A%", "%1", "", "-")},
}
PARTS = {
    "23b": ["A123BC99", "A123BC77"],
    "238С": ["A123BC99", "A123BC77"],  # Cyrillic С
    "вс7": ["A123BC77"],  # Cyrillic
    "i2": ["A123BC99", "A123BC77"],
    "81": ["B1"],
    "A": ["京A1", "A1", "A123BC99", "A123BC77"],
    "3BC78": [],
}


def test_a_plate_is_found_by_any_spelling_and_wildcards(five: Database) -> None:
    assert {typed: texts(five, text=typed) for typed in SPELLINGS} == SPELLINGS


def test_a_part_of_a_plate_is_enough_and_look_alikes_are_one(five: Database) -> None:
    assert {typed: texts(five, text=typed) for typed in PARTS} == PARTS


def test_the_letter_and_the_figure_find_each_other(database: Database) -> None:
    save(database, None, plate("K834OT22"), minute=0)
    save(database, None, plate("K8340T22"), minute=1)
    for typed in ("834", "834от", "k8340t", "КВ34О", "*OT22"):
        assert texts(database, text=typed) == ["K8340T22", "K834OT22"]
    for known in ("K834OT22", "K8340T22"):  # nobody asks for, or deletes, another plate that looks alike
        found = store.plate(database, known)
        assert found is not None
        assert [item.text for item in found.latest] == [known]


def test_the_total_is_that_of_all_pages_and_is_counted_once(five: Database) -> None:
    first = search(five, SightingQuery(text="A", limit=3))
    assert (len(first.items), first.total) == (3, 4)
    assert search(five, SightingQuery(text="A", limit=3, cursor=first.next_cursor)).total is None
    assert search(five, SightingQuery()).total == 5
    assert search(five, SightingQuery(camera="gate", text="A123")).total == 1
    assert search(five, SightingQuery(text="nothing")).total == 0


def plan(database: Database, statement: Select[Any]) -> str:
    """How the database would do it, were the table a large one."""
    explain = "EXPLAIN QUERY PLAN " if database.engine.dialect.name == "sqlite" else "EXPLAIN "
    sql = statement.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.reading() as session:
        connection = session.connection()
        if database.engine.dialect.name == "postgresql":
            for kind in ("seqscan", "bitmapscan", "sort"):  # it has the choice in a large table alone
                connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
        lines = connection.exec_driver_sql(explain + str(sql)).all()
        return "\n".join(str(line[-1]) for line in lines)


@pytest.mark.parametrize("asked", [{}, {"region": "RU"}, {"min_confidence": 0.5}])
def test_a_part_is_looked_for_in_an_index_from_the_newest_on(five: Database, asked: dict[str, Any]) -> None:
    row, holds = tables.SightingRow, conditions(SightingQuery(text="834", **asked))
    newest = select(row.id).where(*holds).order_by(row.seen.desc(), row.id.desc()).limit(13)
    assert f"ix_sightings_{'region_' if 'region' in asked else ''}seen_id_merged_confidence" in plan(five, newest)
    for statement in (newest, select(func.count()).select_from(row).where(*holds)):
        planned = plan(five, statement)
        assert "COVERING" in planned or "Index Only Scan" in planned
        assert "TEMP B-TREE" not in planned
        assert "Sort" not in planned


def test_wildcards_of_sql_in_stored_texts_are_characters(database: Database) -> None:
    for text in ("A%1", "A\\1", "AX1"):
        save(database, None, plate(text))
    for typed, found in (("a%1", "A%1"), ("%", "A%1"), ("a\\1", "A\\1"), ("a%*", "A%1"), ("\\", "A\\1")):
        assert texts(database, text=typed) == [found]


def test_all_that_is_asked_has_to_hold(five: Database) -> None:
    assert texts(five, camera="gate") == ["A1", "A123BC99"]
    assert texts(five, camera="GATE") == []
    assert texts(five, region="ru", text="*1") == ["京A1", "A1"]
    at = [NOON + timedelta(minutes=minute) for minute in range(5)]
    assert texts(five, since=at[1], until=at[3]) == ["B1", "A123BC99"]
    assert texts(five, since=at[1].astimezone(), camera="gate", text="A1*", region="RU") == ["A1", "A123BC99"]


def test_the_least_confidence_counts(database: Database) -> None:
    for confidence in (0.5, 0.75, 0.875):
        save(database, None, plate(f"A{confidence}", confidence=confidence))
    assert sorted(texts(database, min_confidence=0.75)) == ["A0.75", "A0.875"]


def test_pages_have_everything_once_though_more_comes_in_between(database: Database) -> None:
    for minute in range(4):
        save(database, None, *(plate(f"A{minute}{place}") for place in range(3)), minute=minute)  # seen at one moment
    expected = texts(database)
    found, cursor = list[str](), None
    while True:
        page = search(database, SightingQuery(limit=5, cursor=cursor))
        found += [item.text for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        save(database, None, plate("NEW"), minute=60)
    assert found == expected
    assert len(found) == 12


def test_a_full_last_page_has_no_next(five: Database) -> None:
    assert search(five, SightingQuery(limit=5)).next_cursor is None
    assert search(five, SightingQuery(text="nothing")).items == []


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "京", "AAAA", "MjAyNQ==", "' OR 1=1", "MjAyNS0wNi0wMVQxMjowMDowMCBh"],  # the last has no zone
)
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValidationError, match=r"cursor\n  is not one that a page ended with"):
        SightingQuery(cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_has_bounds(limit: int) -> None:
    with pytest.raises(ValidationError, match="limit"):
        SightingQuery(limit=limit)


def test_a_time_without_a_zone_is_that_of_the_machine() -> None:
    moment = datetime(2025, 6, 1)
    assert SightingQuery(until=moment).until == moment.astimezone(UTC)


def test_sql_of_strangers_is_text(five: Database, pictures: Pictures) -> None:
    for typed in INJECTIONS:
        for asked in ({"region": typed}, {"camera": typed}):  # which the API would not even take
            assert search(five, SightingQuery.model_construct(**asked)).items == []
        assert store.sighting(five, typed) is None
        assert store.picture(five, pictures, typed) is None
        assert store.latest_picture(five, pictures, typed) is None
        assert not store.delete_sighting(five, pictures, typed, store.Actor(remote=typed))
    for typed in INJECTIONS[:-2]:
        assert texts(five, text=typed) == (["京A1"] if typed == "京" else [])
        assert store.plate(five, typed) is None
        assert store.delete_plate(five, pictures, typed, store.Actor()) == 0
    assert len(texts(five)) == 5


@pytest.mark.parametrize("typed", INJECTIONS[-2:])
def test_what_no_database_can_hold_is_no_plate(typed: str) -> None:
    with pytest.raises(ValidationError, match="text"):
        SightingQuery(text=typed)


def test_a_picture_with_all_that_is_in_it(database: Database, pictures: Pictures) -> None:
    stored = save(database, pictures, plate(), plate("京B0"), plate(""), data=b"pixels")
    for known in stored.sightings[:2]:
        found = store.picture(database, pictures, str(known))
        assert found is not None
        assert found.path is not None
        assert (found.image_id, found.path.read_bytes(), found.media_type) == (stored.id, b"pixels", "image/jpeg")
        assert [one.text for one in found.plates] == ["A123BC77", "京B0", ""]


def test_a_picture_that_was_not_kept_has_no_path(database: Database, pictures: Pictures) -> None:
    (known,) = save(database, None, plate()).sightings
    found = store.picture(database, pictures, str(known))
    assert found is not None
    assert found.path is None


def test_of_pictures_with_one_name_the_latest(database: Database, pictures: Pictures) -> None:
    save(database, pictures, name="a.jpg", data=b"old")
    latest = save(database, pictures, name="a.jpg", data=b"new", minute=-60)  # taken earlier, but it came later
    save(database, pictures, name="b.jpg")
    found = store.latest_picture(database, pictures, "a.jpg")
    assert found is not None
    assert found.image_id == latest.id


def test_what_is_known_of_a_plate(five: Database) -> None:
    save(five, None, plate("B1", region="KZ"), minute=-9)
    save(five, None, plate("B1", region="KZ"), minute=9)
    found = store.plate(five, "b-1")
    assert found is not None
    assert (found.text, found.regions, found.sightings) == ("B1", ["KZ", None], 3)
    assert (found.first_seen, found.last_seen) == (NOON - timedelta(minutes=9), NOON + timedelta(minutes=9))
    assert [item.seen.minute for item in found.latest] == [9, 2, 51]
    assert store.plate(five, "B*") is None


def test_the_cameras(five: Database) -> None:
    save(five, None, camera="a yard")
    yard, gate = store.camera_sightings(five)
    assert (yard.name, yard.sightings, yard.last_seen) == ("a yard", 0, None)
    assert (gate.name, gate.sightings, gate.last_seen) == ("gate", 2, NOON + timedelta(minutes=3))


def test_the_counts(five: Database) -> None:
    save(five, None, plate("A1"), minute=12 * 60 + 5)
    save(five, None, plate("B1"), minute=-24 * 60)
    found = store.statistics(five, NOON)
    assert (found.images, found.sightings, found.plates) == (7, 6, 5)
    assert found.by_day == {date(2025, 6, 1): 5, date(2025, 6, 2): 1}
    assert found.by_hour == {0: 1, 12: 5}
    assert list(found.by_region.items()) == [("RU", 5), (None, 1)]
    assert list(found.by_camera.items()) == [(None, 4), ("gate", 2)]
    assert store.statistics(five, datetime.now(UTC)).images == 0


def test_an_hour_is_one_of_utc_in_every_time_zone(database: Database) -> None:
    save(database, None, plate(), taken=datetime.fromisoformat("2025-06-01T01:30:00+03:00"))
    found = store.statistics(database, NOON - timedelta(days=9))
    assert (found.by_day, found.by_hour) == ({date(2025, 5, 31): 1}, {22: 1})
