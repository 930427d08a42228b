"""Countries, times and numbers in both languages, days and hours in the visitor's zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from src.service.page import figures, spoken
from src.service.page.figures import Bar
from src.service.page.period import bounds, last_days, parse_days

MOSCOW = ZoneInfo("Europe/Moscow")
LATE = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)


def test_countries() -> None:
    assert spoken.flagged("RU", "en") == "🇷🇺 Russia"
    assert spoken.country("XK", "ru") == "Косово"
    assert spoken.country("QQ", "en") == "QQ"
    assert spoken.by_name(["RU", "HR", "DE"], "en") == ["HR", "DE", "RU"]
    assert spoken.by_name(["RU", "HR", "DE"], "ru") == ["DE", "RU", "HR"]


@pytest.mark.parametrize(
    ("value", "said"), [(0.99999, "99.9%"), (1.0, "100%"), (0.5, "50%"), (0.9999999999, "99.9%"), (0.0, "0%")]
)
def test_certainty_is_never_rounded_up(value: float, said: str) -> None:
    assert spoken.percent(value, "en") == said


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert spoken.percent(0.9934, "ru") == "99,3%"
    assert spoken.share(0.9996, "en") == "100.0%"
    assert spoken.number(139264, "en") == "139,264"
    assert spoken.number(7.66681, "ru") == "7,6668"


def test_times_are_those_of_the_visitor() -> None:
    assert spoken.moment(LATE, "en", MOSCOW) == "27 Nov 2026, 01:30"
    assert spoken.moment(LATE, "ru", UTC) == "26 нояб. 2026, 22:30"
    assert spoken.day("2026-11-26", "ru") == "26 ноября 2026\u202fг."
    assert spoken.short_day(date(2026, 11, 6), "en") == "6 Nov"


def test_periods_are_whole_days_of_the_zone() -> None:
    today = date(2026, 3, 1)
    assert last_days("today", today) == (today, today)
    assert last_days("week", today) == (date(2026, 2, 23), today)
    assert last_days("anytime", today) == ()
    since, until = bounds(last_days("week", today), MOSCOW)
    assert since == datetime(2026, 2, 22, 21, tzinfo=UTC)
    assert until == datetime(2026, 3, 1, 21, tzinfo=UTC)


def test_a_period_that_is_half_picked_is_one_day() -> None:
    assert bounds((), UTC) == (None, None)
    assert bounds((date(2026, 1, 31),), UTC) == (datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))


def test_hours_of_the_service_become_days_and_hours_of_the_visitor() -> None:
    counts = figures.local({"2026-01-31T20:00:00Z": 2, "2026-01-31T21:00:00Z": 3, "2026-02-01T20:00:00Z": 4}, MOSCOW)
    assert figures.by_day(counts, 3, date(2026, 2, 2)) == {
        date(2026, 1, 31): 2,
        date(2026, 2, 1): 7,
        date(2026, 2, 2): 0,
    }
    assert {hour: count for hour, count in figures.by_hour(counts).items() if count} == {0: 3, 23: 6}
    assert list(figures.by_hour(counts)) == list(range(24))


def test_zones_of_half_an_hour_count_in_the_hour_that_began() -> None:
    assert figures.by_hour(figures.local({"2026-01-31T10:00:00Z": 1}, ZoneInfo("Asia/Kolkata")))[15] == 1


def test_bars_over_time_show_what_they_are_given_in_its_order() -> None:
    bars = [Bar("9", 1, "search?a=1"), Bar("10", 0), Bar("11", 5)]
    spec = figures.standing_bars(bars, "Sightings")
    values = spec["data"]["values"]
    assert [(row["name"], row["count"]) for row in values] == [("9", 1), ("10", 0), ("11", 5)]
    assert [row["link"] for row in values] == ["search?a=1", None, None]
    assert spec["encoding"]["href"] == {"field": "link"}
    assert "href" not in figures.standing_bars(bars[1:], "Sightings")["encoding"]


def test_what_is_read_aloud_of_a_chart_is_in_the_language_of_the_page() -> None:
    spec = figures.standing_bars([Bar("30 нояб.", 2)], "Наблюдения")
    assert spec["description"] == "Наблюдения"
    assert spec["data"]["values"][0]["said"] == "30 нояб.: 2"
    assert not any(spec["encoding"][axis]["axis"]["aria"] for axis in "xy")


def test_sizes_of_files() -> None:
    assert spoken.size(25_300_000, "en") == "25.3 MB"
    assert spoken.size(25_300_000, "ru") == "25,3 МБ"
    assert spoken.size(63_700, "ru") == "63,7 кБ"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-01-31..2026-02-03", (date(2026, 1, 31), date(2026, 2, 3))),
        ("2026-01-31", (date(2026, 1, 31),)),
        ("2026-02-03..2026-01-31", ()),
        ("2026-01-01..2026-01-02..2026-01-03", ()),
        ("yesterday", ()),
        ("2026-02-30", ()),
        ("", ()),
    ],
)
def test_days_of_an_address(text: str, days: tuple[date, ...]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize(
    ("seconds", "en", "ru"),
    [
        (59.9, "0 min", "0 мин"),
        (125 * 60, "2 hr 5 min", "2 ч 5 мин"),
        (7200, "2 hr", "2 ч"),
        (86_400 + 300, "1 day", "1 дн."),
        (3 * 86_400 + 7200, "3 days 2 hr", "3 дн. 2 ч"),
    ],
)
def test_a_time_span_has_its_two_largest_units(seconds: float, en: str, ru: str) -> None:
    assert (spoken.duration(seconds, "en"), spoken.duration(seconds, "ru")) == (en, ru)
