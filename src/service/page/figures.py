"""Counts sightings in the visitor's days and hours, and draws them as bars over time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

Spec = dict[str, Any]
"""A chart of Vega-Lite, with its data inside."""

HEIGHT = 220
ACCENT = "#2b8a86"
"""The colour of bars, light enough for a dark page and dark enough for a light one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, how often that was seen, and a link to those sightings."""

    name: str
    count: int
    link: str | None = None


def local(by_time: Mapping[str, int], zone: tzinfo) -> dict[datetime, int]:
    """Turns counts by ISO 8601 time into counts by hour in the time zone ``zone``."""
    counts = Counter[datetime]()
    for time, count in by_time.items():
        counts[datetime.fromisoformat(time).astimezone(zone).replace(minute=0)] += count
    return counts


def by_day(counts: Mapping[datetime, int], days: int, today: date) -> dict[date, int]:
    """Returns the count of each of so many days up to today; days without any are in it too."""
    found = Counter[date]()
    for moment, count in counts.items():
        found[moment.date()] += count
    return {day: found[day] for day in (today - timedelta(back) for back in reversed(range(days)))}


def by_hour(counts: Mapping[datetime, int]) -> dict[int, int]:
    """Returns the count of each of the 24 hours of a day, summed over all days."""
    found = Counter[int]()
    for moment, count in counts.items():
        found[moment.hour] += count
    return {hour: found[hour] for hour in range(24)}


def standing_bars(bars: Sequence[Bar], unit: str) -> Spec:
    """Returns a chart with the bars from left to right in their order; ``unit`` says what is counted."""
    counts = {"tickMinStep": 1, "format": "d", "aria": False}
    linked = any(bar.link for bar in bars)
    names = {"labelAngle": 0, "labelOverlap": True, "ticks": False, "aria": False}
    cursor = "pointer" if linked else "default"
    return {
        "data": {"values": [asdict(bar) | {"said": f"{bar.name}: {bar.count}"} for bar in bars]},
        "height": HEIGHT,
        "description": unit,
        "mark": {"type": "bar", "cornerRadiusEnd": 3, "color": ACCENT, "cursor": cursor, "ariaRoleDescription": unit},
        "encoding": {
            "x": {"field": "name", "type": "ordinal", "sort": None, "title": None, "axis": names},
            "y": {"field": "count", "type": "quantitative", "title": None, "axis": counts},
            **({"href": {"field": "link"}} if linked else {}),
            "description": {"field": "said"},
            "tooltip": [{"field": "name", "title": " "}, {"field": "count", "title": unit}],
        },
    }
