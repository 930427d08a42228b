"""The rate limit and the quota of a key. They are kept in the database and so hold over all processes of the
service.
"""

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from src.service.database import Database, tables
from src.service.store.keys import Key
from src.service.times import utc

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Allowed:
    """The request is counted."""

    used_today: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The request is not counted; if no other comes, it would be allowed in ``retry_after`` whole seconds."""

    limit: Literal["per_minute", "per_day"]
    retry_after: int


def count_use(database: Database, key: Key, now: datetime) -> Allowed | Refused:
    """Counts one request of ``key`` if its limits allow it.

    The rate is limited by a token bucket that holds ``per_minute`` tokens and is filled within a minute: after a pause
    so many requests may come at once. The quota begins anew at midnight of UTC.
    """
    now = utc(now)
    with database.session() as session:
        # the lock on this row is what makes requests of one key wait for each other
        bucket = session.scalars(
            select(tables.BucketRow).where(tables.BucketRow.key_id == key.id).with_for_update()
        ).one()
        usage = _usage(session, key, now)
        if key.per_day is not None and usage.count >= key.per_day:
            return Refused("per_day", _until_midnight(now))
        if key.per_minute is not None and (wait := _take(bucket, key.per_minute, now)):
            return Refused("per_minute", wait)
        usage.count += 1
        return Allowed(usage.count)


def used_today(database: Database, now: datetime) -> dict[str, int]:
    """Returns the requests that were allowed since midnight of UTC, by the id of the key."""
    with database.reading() as session:
        rows = session.scalars(select(tables.UsageRow).where(tables.UsageRow.day == utc(now).date()))
        return {row.key_id: row.count for row in rows}


def _usage(session: Session, key: Key, now: datetime) -> tables.UsageRow:
    usage = session.get(tables.UsageRow, (key.id, now.date()))
    if usage is None:
        usage = tables.UsageRow(key_id=key.id, day=now.date(), count=0)
        session.add(usage)
    return usage


def _take(bucket: tables.BucketRow, per_minute: int, now: datetime) -> int:
    """Takes a token and returns 0, or leaves them and returns the seconds until there is one."""
    passed = max((now - bucket.filled).total_seconds(), 0)  # the clocks of other machines may be ahead
    tokens = min(bucket.tokens + passed * per_minute / MINUTE_S, per_minute)
    if tokens < 1:
        return math.ceil((1 - tokens) * MINUTE_S / per_minute)
    bucket.tokens, bucket.filled = tokens - 1, max(now, bucket.filled)
    return 0


def _until_midnight(now: datetime) -> int:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return math.ceil((midnight - now).total_seconds())
