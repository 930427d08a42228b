"""When and where a permit holds."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from src.service.registry.hours import Lapse, Terms, lapse

BERLIN = ZoneInfo("Europe/Berlin")
ALWAYS = Terms(None, None, None, (), None, None)
MONDAY = datetime(2026, 6, 1, tzinfo=BERLIN)
"""Its midnight."""


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    """A time of Berlin on a day of June 2026, in UTC as the database has it; the 1st is a Monday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def holds(terms: Terms, moment: datetime) -> bool:
    return lapse(terms, moment, None, BERLIN) is None


def test_a_permit_without_terms_always_holds() -> None:
    assert lapse(ALWAYS, at(3), None, None) is None


@pytest.mark.parametrize(
    ("place", "seen", "why"),
    [("a", "a", None), ("a", "b", Lapse.OTHER_PLACE), ("a", None, Lapse.OTHER_PLACE), (None, "b", None)],
)
def test_a_permit_of_a_place_holds_there_alone(place: str | None, seen: str | None, why: Lapse | None) -> None:
    assert lapse(replace(ALWAYS, place_id=place), at(3), seen, BERLIN) == why


def test_it_holds_from_its_begin_to_just_before_its_end() -> None:
    terms = replace(ALWAYS, valid_from=at(8), valid_until=at(9))
    said = [lapse(terms, moment, None, BERLIN) for moment in (at(7, 59), at(8), at(8, 59), at(9))]
    assert said == [Lapse.NOT_YET_VALID, None, None, Lapse.EXPIRED]


def test_hours_are_those_of_the_place() -> None:
    terms = replace(ALWAYS, from_minute=8 * 60, until_minute=18 * 60)
    assert [holds(terms, at(7, 59)), holds(terms, at(8)), holds(terms, at(17, 59)), holds(terms, at(18))] == [
        *(False, True, True, False)
    ]
    in_tokyo = [lapse(terms, at(hour), None, ZoneInfo("Asia/Tokyo")) for hour in (0, 1, 10, 11)]
    assert in_tokyo == [Lapse.OUTSIDE_HOURS, None, None, Lapse.OUTSIDE_HOURS]


def test_weekdays_are_those_of_the_place() -> None:
    terms = replace(ALWAYS, weekdays=(0,))
    late_on_sunday = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)
    assert (holds(terms, late_on_sunday), lapse(terms, late_on_sunday, None, ZoneInfo("UTC"))) == (
        *(True, Lapse.OUTSIDE_HOURS),
    )


def test_over_midnight_the_weekday_is_that_of_the_evening() -> None:
    terms = replace(ALWAYS, weekdays=(0,), from_minute=22 * 60, until_minute=6 * 60)
    moments = [at(5), at(21, 59), at(22), at(23, 59), at(5, 59, day=2), at(6, day=2), at(23, day=2)]
    assert [holds(terms, moment) for moment in moments] == [False, False, True, True, True, False, False]


def test_hours_that_end_when_they_begin_are_a_whole_day() -> None:
    terms = replace(ALWAYS, weekdays=(0,), from_minute=8 * 60, until_minute=8 * 60)
    assert [holds(terms, m) for m in (at(7), at(8), at(23), at(7, 59, day=2), at(8, day=2))] == [
        *(False, True, True, True, False)
    ]


def test_the_change_to_summer_time_moves_hours_with_the_clocks() -> None:
    """On 29 March 2026 clocks in Berlin go from 01:59 to 03:00."""
    terms = replace(ALWAYS, from_minute=8 * 60, until_minute=18 * 60)
    before, after = datetime(2026, 3, 28, 6, 30, tzinfo=UTC), datetime(2026, 3, 29, 6, 30, tzinfo=UTC)
    assert (holds(terms, before), holds(terms, after)) == (False, True)
    night = replace(ALWAYS, from_minute=22 * 60, until_minute=3 * 60)
    last, first = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert (holds(night, last), holds(night, first)) == (True, False)


def test_an_hour_that_comes_twice_counts_twice() -> None:
    """On 25 October 2026 clocks in Berlin show 02:30 at 00:30 and at 01:30 of UTC."""
    terms = replace(ALWAYS, from_minute=2 * 60, until_minute=3 * 60)
    assert all(holds(terms, datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) for hour in (0, 1))
    assert not holds(terms, datetime(2026, 10, 25, 2, 30, tzinfo=UTC))
