"""Deletes visits that are too old. What was paired with whom stays as it is: nothing is paired anew."""

from datetime import datetime

from sqlalchemy import delete, func, select

from src.service.database import Database, tables
from src.service.delivery.outbox import forget_subjects
from src.service.store.audit import SERVICE, Action, note
from src.service.store.visits.crossings import lock_places
from src.service.times import utc

BATCH = 200
"""The visits in one transaction: nothing can be saved while it lasts."""


def expire_visits(database: Database, older_than: datetime, outcome: str | None = None) -> int:
    """Deletes visits of which nothing was seen since ``older_than``, and returns their number.

    Vehicles that entered before and are still inside are among them: nobody may be remembered for ever because an exit
    was missed. ``outcome`` says of which decision they have to be; None of any. It is audited. Several processes may do
    so at once. Raises sqlalchemy.exc.SQLAlchemyError; another call goes on with the rest.
    """
    before, total = utc(older_than), 0
    while deleted := _expire_batch(database, before, outcome):
        total += deleted
    return total


def _expire_batch(database: Database, before: datetime, outcome: str | None) -> int:
    row = tables.VisitRow
    is_old = [row.began < before, func.coalesce(row.left, row.closed, row.began) < before]
    if outcome is not None:
        is_old.append(row.outcome == outcome)
    wanted = select(row.id, row.place_id).where(*is_old).order_by(row.began).limit(BATCH)
    with database.removing() as session:
        old = session.execute(wanted).all()
        if not old:
            return 0
        lock_places(session, [place_id for _, place_id in old])
        still = row.id.in_([visit_id for visit_id, _ in old])
        gone = session.scalars(delete(row).where(still, *is_old).returning(row.id)).all()
        forget_subjects(session, gone)
        note(session, Action.EXPIRE, before.isoformat(), SERVICE, {"visits": len(gone)})
    return len(old)
