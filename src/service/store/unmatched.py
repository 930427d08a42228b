"""Deletes sightings of vehicles that the registry does not know, after hours instead of days."""

from datetime import datetime

from sqlalchemy import func, or_, select

from src.service.database import Database, tables
from src.service.store.answers import forget_answers
from src.service.store.audit import SERVICE, Action, note
from src.service.store.pictures import Pictures
from src.service.store.recognitions import AHEAD
from src.service.store.removal import delete_rows
from src.service.store.visits.expiry import expire_visits
from src.service.times import utc

BATCH = 200
"""The sightings in one transaction: nothing can be saved while it lasts."""
UNKNOWN = "unknown"
"""The outcome of the decision on a vehicle that no list has."""


def expire_unmatched(database: Database, pictures: Pictures, older_than: datetime) -> int:
    """Deletes sightings from before ``older_than`` that were decided to be of unknown vehicles; returns their number.

    Their pictures go too where nothing else was seen in them, as do visits of such vehicles that are as old, and kept
    answers that name them lose their bodies. A sighting is as old as what was told of it last, and as the receipt of
    its picture; a camera's clock that is over AHEAD ahead keeps nothing. Sightings about which nothing was decided
    stay. Each batch is audited. Several processes may do so at once. Raises sqlalchemy.exc.SQLAlchemyError; another
    call goes on with the rest.
    """
    before = utc(older_than)
    expire_visits(database, before, UNKNOWN)
    total = 0
    while deleted := _expire_batch(database, pictures, before):
        total += deleted
    return total


def _expire_batch(database: Database, pictures: Pictures, before: datetime) -> int:
    row, received = tables.SightingRow, tables.ImageRow.received
    is_old = or_(func.coalesce(row.last_seen, row.seen) < before, received < before - AHEAD)
    wanted = (
        select(row)
        .join(row.detection)
        .join(tables.DetectionRow.image)
        .where(row.outcome == UNKNOWN, received < before, is_old)
        .order_by(row.seen)
        .limit(BATCH)
    )
    with database.removing() as session:
        old = session.scalars(wanted).all()
        if not old:
            return 0
        forget_answers(session, [each.id for each in old])
        stored = delete_rows(session, old)
        note(session, Action.EXPIRE, before.isoformat(), SERVICE, {"unmatched": len(old)})
    pictures.remove(stored)
    return len(old)
