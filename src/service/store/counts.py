"""Figures for the dashboard, and the cameras."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.times import utc

T = TypeVar("T", date, int)

FREQUENT = 20
"""So many of the most frequent plates are counted one by one."""


@dataclass(frozen=True, slots=True)
class CameraSightings:
    """A camera, and the number of sightings in its pictures."""

    name: str
    created: datetime
    sightings: int
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts since some moment; days and hours (0 to 23) are those of UTC."""

    images: int
    sightings: int
    plates: int
    """The number of different texts."""
    by_time: dict[datetime, int]
    """Sightings by the hour that they are in, as all counts below; hours without any are left out."""
    by_day: dict[date, int]
    """Days without any are left out."""
    by_hour: dict[int, int]
    by_region: dict[str | None, int]
    """The most frequent region comes first; None stands for an unknown country."""
    by_camera: dict[str | None, int]
    """The most frequent camera comes first; None stands for pictures whose camera was not named."""
    by_plate: dict[str, int]
    """The most frequent text comes first; there are FREQUENT at most."""


def camera_sightings(database: Database) -> list[CameraSightings]:
    """Returns all cameras, by name; of those that are deleted, the ones that sightings still name."""
    row = tables.CameraRow
    with database.reading() as session:
        found = session.execute(
            select(row.name, row.created, func.count(tables.SightingRow.id), func.max(tables.SightingRow.seen))
            .outerjoin(tables.SightingRow, tables.SightingRow.camera_id == row.id)
            .where(row.deleted.is_(None) | tables.SightingRow.id.is_not(None))
            .group_by(row.id)
            .order_by(row.name)
        )
        return [CameraSightings(*values) for values in found]


def statistics(database: Database, since: datetime) -> Counts:
    """Returns counts of what was seen, and of images that were received, since a time.

    Raises ValueError for a time without a zone.
    """
    row, since = tables.SightingRow, utc(since)
    with database.reading() as session:
        of_times = _by_time(session, since)
        return Counts(
            images=session.scalar(select(func.count()).where(tables.ImageRow.received >= since)) or 0,
            sightings=sum(of_times.values()),
            plates=session.scalar(select(func.count(row.text.distinct())).where(row.seen >= since)) or 0,
            by_time=of_times,
            by_day=_summed(of_times, datetime.date),
            by_hour=_summed(of_times, lambda moment: moment.hour),
            by_region=_by_region(session, since),
            by_camera=_by_camera(session, since),
            by_plate=_by_plate(session, since),
        )


def _by_time(session: Session, since: datetime) -> dict[datetime, int]:
    seen = tables.SightingRow.seen
    parts = [extract(part, seen) for part in ("year", "month", "day", "hour")]
    rows = session.execute(select(*parts, func.count()).where(seen >= since).group_by(*parts).order_by(*parts))
    counts = {}
    for *moment, count in rows:
        year, month, day, hour = map(int, moment)
        counts[datetime(year, month, day, hour, tzinfo=UTC)] = count
    return counts


def _summed(counts: dict[datetime, int], part: Callable[[datetime], T]) -> dict[T, int]:
    """Returns the counts summed by a part of their times, in the order of that part."""
    totals = Counter[T]()
    for moment, count in counts.items():
        totals[part(moment)] += count
    return dict(sorted(totals.items()))


def _by_region(session: Session, since: datetime) -> dict[str | None, int]:
    row, count = tables.SightingRow, func.count()
    rows = session.execute(
        select(row.region, count)
        .where(row.seen >= since)
        .group_by(row.region)
        .order_by(count.desc(), row.region.nulls_last())
    )
    return dict(rows.all())


def _by_camera(session: Session, since: datetime) -> dict[str | None, int]:
    row, called, count = tables.SightingRow, tables.CameraRow.name, func.count()
    rows = session.execute(
        select(called, count)
        .select_from(row)
        .outerjoin(row.camera)
        .where(row.seen >= since)
        .group_by(called)
        .order_by(count.desc(), called.nulls_last())
    )
    return dict(rows.all())


def _by_plate(session: Session, since: datetime) -> dict[str, int]:
    row, count = tables.SightingRow, func.count()
    rows = session.execute(
        select(row.text, count)
        .where(row.seen >= since)
        .group_by(row.text)
        .order_by(count.desc(), row.text)
        .limit(FREQUENT)
    )
    return dict(rows.all())
