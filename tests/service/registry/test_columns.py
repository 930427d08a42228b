"""What the cells of a sheet of vehicles may say, whatever program has written them."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from src.service.registry.columns import begin, days_text, end, hours, read_head, read_row, weekdays
from src.service.sheets import Cell
from src.service.store.registry.exporting import begin_text, end_text, hours_text

YEKATERINBURG, NEW_YORK = "Asia/Yekaterinburg", "America/New_York"  # five hours ahead of UTC; with a summer time
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("2026-03-01", utc(2026, 2, 28, 19), utc(2026, 3, 1, 19)),
        ("01.03.2026", utc(2026, 2, 28, 19), utc(2026, 3, 1, 19)),
        (" 1.3.2026 08:30 ", utc(2026, 3, 1, 3, 30), utc(2026, 3, 1, 3, 30)),
        ("2026-03-01 00:00", utc(2026, 2, 28, 19), utc(2026, 2, 28, 19)),
        ("2026-03-01T12:00:00Z", NOON, NOON),
        ("2026-03-01T12:00:00+03:00", utc(2026, 3, 1, 9), utc(2026, 3, 1, 9)),
        (date(2026, 3, 1), utc(2026, 2, 28, 19), utc(2026, 3, 1, 19)),
        (datetime(2026, 3, 1), utc(2026, 2, 28, 19), utc(2026, 3, 1, 19)),
        (datetime(2026, 3, 1, 17), NOON, NOON),
    ],
)
def test_times_are_those_of_the_place(cell: Cell, first: datetime, last: datetime) -> None:
    assert (begin(cell, YEKATERINBURG), end(cell, YEKATERINBURG)) == (first, last)


@pytest.mark.parametrize("cell", ["soon", "2026-13-01", "46082", 46082, "2026-03-01 25:00", "31.02.2026", "03/01/2026"])
def test_what_is_no_date_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueError, match="is no date as in"):
        begin(cell, None)


def test_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="leave the cell empty"):
        end("9999-12-31", YEKATERINBURG)
    with pytest.raises(ValueError, match="outside the years"):
        begin("0001-01-01", YEKATERINBURG)


@pytest.mark.parametrize("zone", [None, "UTC", YEKATERINBURG, NEW_YORK])
@pytest.mark.parametrize(
    "moment",
    [
        *(
            NOON,
            utc(2026, 2, 28, 19),
            utc(2026, 3, 1, 5),
            utc(2026, 3, 1, 12, 0, 30),
            utc(1, 1, 1),
            utc(9999, 12, 31, 23),
        ),
        *(utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 30), utc(2026, 11, 1, 4), utc(2026, 3, 8, 7)),  # clocks change
        datetime(2026, 3, 1, 12, 0, 30, 123456, tzinfo=UTC),
    ],
)
def test_what_is_written_of_a_time_is_read_as_that_time(moment: datetime, zone: str | None) -> None:
    assert begin(begin_text(moment, zone), zone) == moment
    assert end(end_text(moment, zone), zone) == moment


def test_midnights_are_written_as_days() -> None:
    midnight = utc(2026, 2, 28, 19)
    assert (begin_text(midnight, YEKATERINBURG), end_text(midnight, YEKATERINBURG)) == ("2026-03-01", "2026-02-28")
    assert (begin_text(NOON, YEKATERINBURG), end_text(NOON, YEKATERINBURG)) == (
        "2026-03-01 17:00:00",
        "2026-03-01 17:00:00",
    )


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("Sat, Sun", [5, 6]),
        ("sat-mon", [0, 5, 6]),
        ("пн–ср;вс", [0, 1, 2, 6]),
        ("tue", [1]),
        ("mon-sun", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_weekdays_are_read_and_written(cell: str, days: list[int]) -> None:
    assert weekdays(cell) == days
    assert weekdays(days_text(days)) == days


@pytest.mark.parametrize("cell", ["1-5", "mon-", "monday", "-", 3])
def test_what_are_no_weekdays_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueError, match="is no day"):
        weekdays(cell)


@pytest.mark.parametrize(
    ("cell", "minutes", "text"),
    [
        ("08:00-18:30", (480, 1110), "08:00-18:30"),
        ("8:00 – 24:00", (480, 0), "08:00-00:00"),
        ("22:00-6:00", (1320, 360), "22:00-06:00"),
    ],
)
def test_hours_are_read_and_written(cell: str, minutes: tuple[int, int], text: str) -> None:
    assert hours(cell) == minutes
    assert hours_text(*minutes) == text


@pytest.mark.parametrize("cell", ["8-18", "24:30-01:00", "08:60-10:00", "08:00", time(8)])
def test_what_are_no_hours_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueError, match="is not two times"):
        hours(cell)


def row(**cells: Any) -> Any:
    head = read_head(["plate", *cells])
    return read_row(2, [" а 123 вс-77 ", *cells.values()], head, {})


def test_numbers_are_read_as_people_mean_them() -> None:
    read = row(model=54901.0, owner="I", owner_phone=79210000000, make=True)
    assert (read.text, dict(read.fields)) == ("A123BC77", {"model": "54901", "make": "True"})
    assert read.persons == (("owner", ("I", "79210000000", None)),)
    assert read_row(2, [1234567], read_head(["plate"]), {}).text == "1234567"  # type: ignore[union-attr]


def test_a_short_row_is_one_with_empty_cells() -> None:
    assert read_row(2, ["A1"], read_head(["plate", "make", "list"]), {}).fields == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cells", "column", "reason", "code", "values"),
    [
        ({"make": "x" * 101}, "make", "has 101 characters, over 100", "too_long", {"characters": 101, "most": 100}),
        ({"make": "a\nb"}, "make", "has control characters in it", "control_characters", {}),
        (
            *({"notes": "x" * 2001}, "notes", "has 2001 characters, over 2000"),
            *("too_long", {"characters": 2001, "most": 2000}),
        ),
        ({"country": "643"}, "country", "'643' is no code of a country as in RU", "no_country", {"cell": "643"}),
        (
            *({"list": "x" * 256}, "list", "the name of a list has 256 characters, over 255"),
            *("too_long", {"characters": 256, "most": 255}),
        ),
        (
            *({"list": "a\0b"}, "list", "the name of a list has control characters in it"),
            *("control_characters", {}),
        ),
        ({"list": None, "place": "Depot"}, "list", "is empty, but place is not", "needs_other", {"column": "place"}),
        (
            *({"owner": None, "owner_email": "a@b.c"}, "owner", "is empty, but owner_email is not"),
            *("needs_other", {"column": "owner_email"}),
        ),
        ({"trailer": "A" * 65}, "trailer", "has over 64 characters", "plate_too_long", {"most": 64}),
        (
            *({"owner": "I", "owner_email": "x" * 254}, "owner_email", "'" + "x" * 199),
            *("no_mail", {"cell": "x" * 200}),
        ),
        (
            *({"list": "Staff", "valid_until": "9999-12-31"}, "valid_until"),
            "lies outside the years 1 to 9999; leave the cell empty where there is no end",
            *("outside_years", {}),
        ),
    ],
)
def test_a_faulty_cell_is_named(
    cells: dict[str, Cell], column: str, reason: str, code: str, values: dict[str, str | int]
) -> None:
    assert row(**cells) == [(2, column, reason, code, values)]
