"""Finding sightings, pictures, plates and counts."""

from datetime import UTC, date, datetime, timedelta

import pytest

import src.service.store as store
from src.service.database import Database
from src.service.store import Pictures, QueryError, SightingQuery, TextError, search
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
    "A???BC??": ["A123BC99", "A123BC77"],
    "*2*7": ["A123BC77"],
    "京*": ["京A1"],
    "*": ["京A1", "A1", "B1", "A123BC99", "A123BC77"],
    **{typed: [] for typed in ("A", "%", "A%", "%1", "A_", "")},
}


def test_a_plate_is_found_by_any_spelling_and_wildcards(five: Database) -> None:
    assert {typed: texts(five, text=typed) for typed in SPELLINGS} == SPELLINGS


def test_wildcards_of_sql_in_stored_texts_are_characters(database: Database) -> None:
    for text in ("A%1", "A\\1", "AX1"):
        save(database, None, plate(text))
    assert texts(database, text="a%1") == ["A%1"]
    assert texts(database, text="a\\1") == ["A\\1"]


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
    with pytest.raises(QueryError, match=r"^cursor: "):
        SightingQuery(cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_has_bounds(limit: int) -> None:
    with pytest.raises(QueryError, match=r"^limit: "):
        SightingQuery(limit=limit)


def test_times_have_zones() -> None:
    with pytest.raises(QueryError, match=r"^until: "):
        SightingQuery(until=datetime(2025, 6, 1))


def test_sql_of_strangers_is_text(five: Database, pictures: Pictures) -> None:
    for typed in INJECTIONS:
        assert texts(five, region=typed) == texts(five, camera=typed) == []
        assert store.sighting(five, typed) is None
        assert store.picture(five, pictures, typed) is None
        assert store.latest_picture(five, pictures, typed) is None
        assert not store.delete_sighting(five, pictures, typed, store.Actor(remote=typed))
    for typed in INJECTIONS[:-2]:
        assert texts(five, text=typed) == []
        assert store.plate(five, typed) is None
        assert store.delete_plate(five, pictures, typed, store.Actor()) == 0
    assert len(texts(five)) == 5


@pytest.mark.parametrize("typed", INJECTIONS[-2:])
def test_what_no_database_can_hold_is_no_plate(typed: str) -> None:
    with pytest.raises(TextError, match="control characters"):
        SightingQuery(text=typed)


def test_a_picture_with_all_that_is_in_it(database: Database, pictures: Pictures) -> None:
    stored = save(database, pictures, plate(), plate("京B0"), plate(""), data=b"pixels")
    for known in stored.sightings[:2]:
        found = store.picture(database, pictures, str(known))
        assert found is not None
        assert found.path is not None
        assert (found.image_id, found.path.read_bytes(), found.media_type) == (stored.id, b"pixels", "image/jpeg")
        assert [one["text"] for one in found.plates] == ["A123BC77", "京B0", ""]
        assert [one["sighting"] for one in found.plates] == list(stored.sightings)


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
    yard, gate = store.cameras(five)
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
