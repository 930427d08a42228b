"""When and where a permit holds.

Weekdays and hours are those that a clock at the place shows, so that nobody stands before a closed gate for an hour
because summer time has come. An hour that a clock shows twice in autumn counts twice, and one that it leaves out in
spring never comes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = 24 * 60
"""Minutes."""


class Lapse(StrEnum):
    """Why a permit does not hold, the one that is nearest to holding first."""

    OUTSIDE_HOURS = "outside_hours"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    OTHER_PLACE = "other_place"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a permit says of time and place; the fields are those of ``PermitRow``."""

    place_id: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    weekdays: tuple[int, ...]
    from_minute: int | None
    until_minute: int | None


def lapse(terms: Terms, at: datetime, place_id: str | None, zone: ZoneInfo | None) -> Lapse | None:
    """Returns why a permit does not hold at a time and place; None where it holds.

    ``place_id`` None stands for a place that nobody knows: a permit for one place does not hold there. ``zone`` None is
    the time zone of the service.
    """
    if terms.place_id is not None and terms.place_id != place_id:
        return Lapse.OTHER_PLACE
    if terms.valid_until is not None and at >= terms.valid_until:
        return Lapse.EXPIRED
    if terms.valid_from is not None and at < terms.valid_from:
        return Lapse.NOT_YET_VALID
    return None if _open(terms, at.astimezone(zone)) else Lapse.OUTSIDE_HOURS


def _open(terms: Terms, here: datetime) -> bool:
    """Tells whether the weekday and the hour are the permit's; one that runs over midnight belongs to its first day."""
    days = terms.weekdays or range(7)
    begins = 0 if terms.from_minute is None else terms.from_minute
    ends = DAY if terms.until_minute is None else terms.until_minute
    minute, today = here.hour * 60 + here.minute, here.weekday()
    if begins < ends:
        return today in days and begins <= minute < ends
    return (today in days and minute >= begins) or ((today - 1) % 7 in days and minute < ends)
