"""Says when a permit holds, and turns the days that a visitor picks into its times and back."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from src.service.api.registry_responses import PermitRecord, PlaceRecord
from src.service.page import spoken
from src.service.page.texts import Words


def zone_of(place: str | None, places: list[PlaceRecord], usual: tzinfo) -> tzinfo:
    """Returns the time zone of the place with this name; ``usual`` for every place and one that has none."""
    named = next((known.time_zone for known in places if known.name == place), None)
    return usual if named is None else ZoneInfo(named)


def first_day(begin: datetime | None, zone: tzinfo) -> date | None:
    """Returns the day of ``zone`` on which a permit begins."""
    return None if begin is None else begin.astimezone(zone).date()


def last_day(end: datetime | None, zone: tzinfo) -> date | None:
    """Returns the last day of ``zone`` on which a permit holds that ends before ``end``."""
    return None if end is None else (end.astimezone(zone) - timedelta(microseconds=1)).date()


def begin_of(day: date | None, zone: tzinfo) -> str | None:
    """Returns the time, as ISO 8601, at which ``day`` begins."""
    return None if day is None else datetime.combine(day, time(), zone).isoformat()


def end_of(day: date | None, zone: tzinfo) -> str | None:
    """Returns the time, as ISO 8601, at which ``day`` is over."""
    return None if day is None else datetime.combine(day + timedelta(1), time(), zone).isoformat()


def state(permit: PermitRecord, now: datetime) -> str:
    """Returns ``ended``, ``to_come`` or, while a permit holds on its days and hours, ``valid``."""
    if permit.valid_until is not None and now >= permit.valid_until:
        return "ended"
    return "to_come" if permit.valid_from is not None and now < permit.valid_from else "valid"


def sentence(permit: PermitRecord, words: Words, zone: tzinfo) -> str:
    """Returns when a permit holds, in words: its days, weekdays and hours, in ``zone``."""
    return ", ".join([_validity(permit, words, zone), _weekdays(permit.weekdays, words), _hours(permit, words)])


def _validity(permit: PermitRecord, words: Words, zone: tzinfo) -> str:
    first = None if permit.valid_from is None else _begin(permit.valid_from, words, zone)
    last = None if permit.valid_until is None else _end(permit.valid_until, words, zone)
    if first is None and last is None:
        return words("permit.open_ended")
    if last is None:
        return words("permit.since", first=first)
    return words("permit.to", last=last) if first is None else words("permit.between", first=first, last=last)


def _begin(begin: datetime, words: Words, zone: tzinfo) -> str:
    local = begin.astimezone(zone)
    if local.time() == time():
        return spoken.medium_day(local.date(), words.language)
    return spoken.moment(begin, words.language, zone)


def _end(end: datetime, words: Words, zone: tzinfo) -> str:
    """Returns the last day where the permit ends with a day, or else the time."""
    local = end.astimezone(zone)
    if local.time() == time():
        return spoken.medium_day(local.date() - timedelta(1), words.language)
    return spoken.moment(end, words.language, zone)


def _weekdays(days: Sequence[int], words: Words) -> str:
    if not days or len(days) == 7:
        return words("permit.every_day")
    return " ".join(spoken.weekday(day, words.language) for day in sorted(days))


def _hours(permit: PermitRecord, words: Words) -> str:
    return words("permit.all_day") if permit.hours is None else f"{permit.hours.from_}–{permit.hours.until}"
