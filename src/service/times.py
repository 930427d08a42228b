"""Brings times of clients, cameras and databases to UTC, the one time zone of the service."""

from datetime import UTC, datetime


def utc(moment: datetime) -> datetime:
    """Returns ``moment`` in UTC. Raises ValueError where it has no time zone or lies outside the calendar."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{moment.isoformat()} lies outside the years 1 to 9999") from None
