"""Turns the days that a visitor means into times."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

DATES = "dates"
"""The period of which the visitor names the first and the last day."""
DAYS = {"today": 1, "week": 7, "month": 30}
"""How many days up to today each period has; any other name stands for any time."""


def last_days(period: str, today: date) -> tuple[date, date] | tuple[()]:
    """Returns the first and the last day of a period of ``DAYS``; nothing for any other name."""
    return (today - timedelta(DAYS[period] - 1), today) if period in DAYS else ()


def parse_days(text: str) -> tuple[date, ...]:
    """Returns the first and the last day of ``2026-01-31..2026-02-03``, or the one day; nothing for any other text."""
    try:
        days = tuple(date.fromisoformat(word) for word in text.split("..")) if text else ()
    except ValueError:
        return ()
    return days if len(days) <= 2 and list(days) == sorted(days) else ()


def bounds(days: Sequence[date], zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Returns the first moment of the first day and the end of the last, in ``zone``; both are None without days.

    In a calendar the last day is picked after the first: until then the period is that day alone.
    """
    if not days:
        return None, None
    return datetime.combine(days[0], time(), zone), datetime.combine(days[-1] + timedelta(1), time(), zone)
